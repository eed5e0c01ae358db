/* SPDX-License-Identifier: MIT */

/*
 * Stopping the world, and the argument why it is stopped.
 *
 * A thread that returns from native code stores MANAGED and then looks at its
 * gate; a collector closes the gate and then looks at the state.  Each must see
 * the other's store if its own came second, or both go on: the thread mutates a
 * heap that the collector takes for stopped.  Neither x86 nor anything else gives
 * that order (a store may pass a later load) unless somebody pays for it:
 *
 *   exchange mode  the thread's store is an atomic exchange, the collector's
 *                  accesses are seq_cst: the four take part in one total order.
 *   barrier mode   the thread's are a plain store and load; the collector makes
 *                  every running thread pass a full fence between closing the
 *                  gates and reading the states (hfp_barrier_process).  A thread
 *                  whose store came before that fence is seen as MANAGED; one
 *                  whose store comes after it sees the closed gate.
 *
 * Going native needs no look at the gate: the store of NATIVE is a release, and
 * pairs with the collector's acquire of the state, so everything the thread did
 * to the heap, its slots and its records is visible to the collector.  It wakes
 * nobody; the collector looks again.
 *
 * Resume restores the limits and then opens each gate with release, which pairs
 * with the acquire of the gate in hfi_leave(): the thread sees its slots as the
 * collector left them.
 *
 * At most one thread is between stop and resume: stop_lock.  It is waited for in
 * NATIVE state, so a collector never waits for a thread that waits to collect.
 */

#include "thread/watch.h"
#include "thread/world.h"

#include <holdfast/status.h>

/* How many stops may find threads that still leave the one before, and how long the next one then
 * waits for them. */
#define HURRIED_MAX     8
#define PARKED_WAIT_NS  UINT64_C(200000)
#define PARKED_SLEEP_NS UINT64_C(10000)

static bool is_stopped(hf_thread *thread)
{
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_seq_cst);
    return state != HFI_MANAGED && state != HFI_RAW;
}

/* Bounded sleeps: a managed thread reaches a safepoint soon, and nobody pays for waking us. */
static bool wait_until_stopped(hf_thread *thread, uint64_t deadline_ns)
{
    uint64_t sleep_ns = 5000;
    for (uint32_t looks = 0; !is_stopped(thread); looks++) {
        if (looks < 20) {
            hfp_thread_yield();
        } else if (deadline_ns != HFP_FOREVER && hfp_clock_ns() >= deadline_ns) {
            return false;
        } else {
            hfp_sleep_ns(sleep_ns);
            sleep_ns = sleep_ns < 50000 ? sleep_ns + 5000 : 50000;
        }
    }
    return true;
}

void hfi_gate_close(hf_thread *thread)
{
    atomic_store_explicit(&thread->gate, 1, memory_order_seq_cst);
    /* The limit check is the poll.  An exchange, so that a refill that races with it
     * (a compare-and-exchange in heap/alloc.c) finds the zero and leaves it. */
    uintptr_t limit =
        atomic_exchange_explicit(&thread->alloc_limit, HFI_LIMIT_STOP, memory_order_acq_rel);
    if (limit != HFI_LIMIT_STOP) {
        thread->limit_saved = limit;
    }
}

void hfi_gate_open(hf_thread *thread)
{
    atomic_store_explicit(&thread->alloc_limit, thread->limit_saved, memory_order_relaxed);
    /* pairs with the acquire in hfi_leave() and hfi_safepoint() */
    atomic_store_explicit(&thread->gate, 0, memory_order_release);
}

/* The barrier may be refused for a moment (a fault test, memory pressure in the kernel); without it
 * there is no stop. */
static void pass_process_barrier(void)
{
    for (uint32_t tries = 0; tries < 1000; tries++) {
        if (hfp_barrier_process() == HF_OK) {
            return;
        }
        hfp_thread_yield();
    }
    hfi_verify_failed("the process barrier works once it has worked", __FILE__, __LINE__);
}

/*
 * Threads that the last stop parked are still on their way out.  Who collects all
 * the time would close their gates before they are through, and they would never
 * come to anything; so every few such stops it waits, a little, until they are out.
 */
static void let_parked_go(hfi_world *world)
{
    if (atomic_load_explicit(&world->parked, memory_order_relaxed) == 0 ||
        ++world->hurried < HURRIED_MAX) {
        return;
    }
    world->hurried = 0;
    uint64_t deadline_ns = hfp_clock_ns() + PARKED_WAIT_NS;
    while (atomic_load_explicit(&world->parked, memory_order_relaxed) != 0 &&
           hfp_clock_ns() < deadline_ns) {
        hfp_sleep_ns(PARKED_SLEEP_NS); /* they may need this processor */
    }
}

static void take_stop_lock(hfi_world *world, hf_thread *self)
{
    if (!self) {
        hfp_mutex_lock(&world->stop_lock);
        return;
    }
    self->stopped_from = atomic_load_explicit(&self->state, memory_order_relaxed);
    hfi_enter(self);
    hfp_mutex_lock(&world->stop_lock);
    /* Nobody else can stop us now, and whoever did has opened the gate before giving the lock up.
     */
    HF_ASSERT(atomic_load_explicit(&self->gate, memory_order_acquire) == 0);
    atomic_store_explicit(&self->state, HFI_MANAGED, memory_order_relaxed);
}

static void resume(hfi_world *world, hf_thread *self)
{
    for (hf_thread *thread = world->threads; thread; thread = thread->next) {
        if (thread != self) {
            hfi_gate_open(thread);
        }
    }
    if (self) {
        atomic_store_explicit(&self->state, self->stopped_from, memory_order_relaxed);
    }
    hfp_mutex_lock(&world->gate_lock);
    hfp_cond_wake_all(&world->gate_open);
    hfp_mutex_unlock(&world->gate_lock);
    hfp_mutex_unlock(&world->stop_lock);
}

static bool stop_until(hfi_world *world, hf_thread *self, uint64_t deadline_ns)
{
    take_stop_lock(world, self);
    world->stop_began_ns = hfp_clock_ns();
    let_parked_go(world);
    hfi_world_bury(world);
    for (hf_thread *thread = world->threads; thread; thread = thread->next) {
        if (thread != self) {
            hfi_gate_close(thread);
        }
    }
    if (world->parts->settings.fence_mode == HF_FENCE_BARRIER && world->threads &&
        (world->threads != self || self->next)) {
        pass_process_barrier();
    }
    for (hf_thread *thread = world->threads; thread; thread = thread->next) {
        if (thread != self && !wait_until_stopped(thread, deadline_ns)) {
            resume(world, self);
            return false;
        }
    }
    if (self) {
        self->in_collector = true;
        self->limit_saved = atomic_load_explicit(&self->alloc_limit, memory_order_relaxed);
    }
    atomic_fetch_add_explicit(&world->stops, 1, memory_order_relaxed);
    return true;
}

void hfi_world_stop(hfi_world *world, hf_thread *self)
{
    (void)stop_until(world, self, HFP_FOREVER);
}

bool hfi_world_stop_within(hfi_world *world, hf_thread *self, uint64_t wait_ns)
{
    return stop_until(world, self, hfp_clock_ns() + wait_ns);
}

static void note_stop_time(hfi_world *world)
{
    uint64_t took = hfp_clock_ns() - world->stop_began_ns;
    atomic_fetch_add_explicit(&world->stop_ns_total, took, memory_order_relaxed);
    if (took > atomic_load_explicit(&world->stop_ns_max, memory_order_relaxed)) {
        atomic_store_explicit(&world->stop_ns_max, took, memory_order_relaxed);
    }
}

void hfi_world_resume(hfi_world *world, hf_thread *self)
{
    note_stop_time(world);
    if (self) {
        self->in_collector = false;
        atomic_store_explicit(&self->alloc_limit, self->limit_saved, memory_order_relaxed);
    }
    resume(world, self);
}

/* Waits with the state PARKED until the gate is open. */
static void park(hf_thread *thread)
{
    hfi_world *world = thread->parts->world;
    /* pairs with the collector's acquire in is_stopped() */
    atomic_store_explicit(&thread->state, HFI_PARKED, memory_order_release);
    hfp_mutex_lock(&world->gate_lock);
    while (atomic_load_explicit(&thread->gate, memory_order_acquire)) {
        (void)hfp_cond_wait(&world->gate_open, &world->gate_lock, HFP_FOREVER);
    }
    hfp_mutex_unlock(&world->gate_lock);
}

void hfi_leave_slow(hf_thread *thread)
{
    if (HF_UNLIKELY(hfi_world_is_forked(thread->parts->world))) {
        /* The child closed our gate so that we come by here; nobody else is left to open it. */
        hfi_gate_open(thread);
        atomic_store_explicit(&thread->state, HFI_FORKED, memory_order_relaxed);
        return;
    }
    _Atomic(uint32_t) *parked = &thread->parts->world->parked;
    atomic_fetch_add_explicit(parked, 1, memory_order_relaxed);
    do {
        park(thread);
        /* The same order as hfi_leave(), and seq_cst because here it costs nothing that counts. */
        atomic_exchange_explicit(&thread->state, HFI_MANAGED, memory_order_seq_cst);
    } while (atomic_load_explicit(&thread->gate, memory_order_seq_cst));
    atomic_fetch_sub_explicit(parked, 1, memory_order_relaxed);
}

/* A finder asks for stress as well, to be asked at each crossing. */
static void stress(hf_thread *thread, bool is_call)
{
    const hfi_watch *watch = thread->parts->watch;
    if (watch) {
        watch->ready(watch->self, thread, is_call);
    }
    uint32_t every = thread->parts->settings.stress_every;
    if (every != 0 && --thread->stress_left == 0) {
        thread->stress_left = every;
        const hfi_world_hooks *heap = &thread->parts->world->hooks[0];
        heap->stress(heap->self, thread);
    }
}

void hfi_safepoint(hf_thread *thread)
{
    HF_ASSERT(!thread->in_collector);
    if (HF_UNLIKELY(atomic_load_explicit(&thread->gate, memory_order_acquire))) {
        hfi_leave_slow(thread);
    }
    if (HF_UNLIKELY(thread->stress)) {
        stress(thread, false);
    }
}

void hfi_safepoint_of_call(hf_thread *thread)
{
    if (HF_UNLIKELY(atomic_load_explicit(&thread->gate, memory_order_acquire))) {
        hfi_leave_slow(thread);
    }
    stress(thread, true);
}

uint64_t hfi_world_stops(const hfi_world *world)
{
    return atomic_load_explicit(&world->stops, memory_order_relaxed);
}

void hfi_world_stop_times(const hfi_world *world, uint64_t *total_ns_out, uint64_t *max_ns_out)
{
    *total_ns_out = atomic_load_explicit(&world->stop_ns_total, memory_order_relaxed);
    *max_ns_out = atomic_load_explicit(&world->stop_ns_max, memory_order_relaxed);
}
