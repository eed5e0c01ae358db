/* SPDX-License-Identifier: MIT */

/*
 * Attaching and detaching.
 *
 * The list of threads changes under stop_lock alone, so it holds still while the
 * world is stopped.  Attach waits for the lock unattached, detach in NATIVE
 * state; neither can hold a collector up.
 *
 * A thread that ends without detaching is told by its key's exit function, which
 * may run under the loader lock and therefore only marks the record; the next
 * stop takes it out of the list.  Its C stack is gone by then, so the mark also
 * cuts the record off from the frames and fences that lay there.
 */

#include "thread/watch.h"
#include "thread/world.h"

#include "base/alloc.h"
#include "diag/report.h"
#include "thread/activation.h"

#include <string.h>

/* Detached records that are kept back before the oldest is used again. */
#define RETIRED_MIN 64

/* How long the end of a thread waits for a collection: longer than any, but a process that is torn
 * down while a collector is gone must end too. */
#define DEATH_WAIT_NS UINT64_C(2000000000)

static void retire(hfi_world *world, hf_thread *thread)
{
    thread->next = NULL;
    *world->retired_last = thread;
    world->retired_last = &thread->next;
    world->retired_count++;
}

/* A record of the oldest detached thread, or a new one. */
static hf_thread *take_record(hfi_world *world)
{
    hf_thread *thread = NULL;
    hfp_mutex_lock(&world->stop_lock);
    if (world->retired_count > RETIRED_MIN && !world->retired->is_stuck) {
        thread = world->retired;
        world->retired = thread->next;
        world->retired_count--;
    }
    hfp_mutex_unlock(&world->stop_lock);
    if (!thread) {
        return hfi_alloc(sizeof *thread);
    }
    memset(thread, 0, sizeof *thread);
    return thread;
}

void hfi_world_unlink(hfi_world *world, hf_thread *thread)
{
    hf_thread **link = &world->threads;
    while (*link != thread) {
        link = &(*link)->next;
    }
    *link = thread->next;
    world->count--;
    for (unsigned i = HFI_HOOKS_MAX; i-- > 0;) {
        if (world->hooks[i].detached) {
            world->hooks[i].detached(world->hooks[i].self, thread);
        }
    }
    retire(world, thread);
}

void hfi_world_bury(hfi_world *world)
{
    hf_thread *next;
    for (hf_thread *thread = world->threads; thread; thread = next) {
        next = thread->next;
        if (atomic_load_explicit(&thread->state, memory_order_acquire) == HFI_DETACHED) {
            hfi_world_unlink(world, thread);
        }
    }
}

/*
 * To managed state as in hfi_leave(), but by looking again instead of waiting on a
 * lock.  A thread that dies may be in native state with a collector reading the
 * records on its stack; once it is managed with its gate open no collector is.
 */
static void await_open_gate(hf_thread *thread)
{
    uint64_t deadline_ns = hfp_clock_ns() + DEATH_WAIT_NS;
    for (;;) {
        atomic_exchange_explicit(&thread->state, HFI_MANAGED, memory_order_seq_cst);
        if (!atomic_load_explicit(&thread->gate, memory_order_seq_cst)) {
            return;
        }
        atomic_store_explicit(&thread->state, HFI_PARKED, memory_order_release);
        while (atomic_load_explicit(&thread->gate, memory_order_acquire)) {
            if (hfp_clock_ns() >= deadline_ns) {
                return;
            }
            hfp_thread_yield();
        }
    }
}

/* Runs when a thread ends that is still attached: no locks, no parking, no user code. */
static void thread_died(void *value)
{
    hf_thread *thread = value;
    if (atomic_load_explicit(&thread->state, memory_order_relaxed) == HFI_DETACHED) {
        return; /* detached in order, only its key could not be cleared */
    }
    await_open_gate(thread);
    thread->records = NULL;
    thread->activations = NULL;
    thread->frames = NULL;
    /* The last touch: whoever sees it may free the record.  Pairs with hfi_world_bury(). */
    atomic_store_explicit(&thread->state, HFI_DETACHED, memory_order_release);
}

hf_status hfi_world_create(hfi_parts *parts, hfi_world **world_out)
{
    hfi_world *world = hfi_alloc(sizeof *world);
    if (!world) {
        return HF_E_NOMEM;
    }
    hf_status status = hfp_key_create(&world->self_key, thread_died);
    if (status != HF_OK) {
        hfi_free(world);
        return status;
    }
    world->parts = parts;
    world->retired_last = &world->retired;
    hfp_mutex_init(&world->stop_lock);
    hfp_mutex_init(&world->gate_lock);
    hfp_cond_init(&world->gate_open);
    *world_out = world;
    return HF_OK;
}

uint32_t hfi_world_destroy(hfi_world *world)
{
    hfi_world_bury(world);
    if (world->count != 0) {
        return world->count; /* their records, and so the world, stay for ever */
    }
    while (world->retired) {
        hf_thread *thread = world->retired;
        world->retired = thread->next;
        hfi_free(thread);
    }
    hfp_key_delete(&world->self_key);
    hfp_cond_finish(&world->gate_open);
    hfp_mutex_finish(&world->gate_lock);
    hfp_mutex_finish(&world->stop_lock);
    hfi_free(world);
    return 0;
}

void hfi_world_set_hooks(hfi_world *world, unsigned index, const hfi_world_hooks *hooks)
{
    HF_VERIFY(index < HFI_HOOKS_MAX);
    world->hooks[index] = *hooks;
}

hf_thread *hfi_world_threads(hfi_world *world)
{
    return world->threads;
}

uint32_t hfi_world_thread_count(hfi_world *world)
{
    hfp_mutex_lock(&world->stop_lock);
    hfi_world_bury(world);
    uint32_t count = world->count;
    hfp_mutex_unlock(&world->stop_lock);
    return count;
}

uint32_t hfi_world_others_count(hfi_world *world)
{
    uint32_t count = 0;
    const hf_thread *self = hfi_world_self(world);
    hfp_mutex_lock(&world->stop_lock);
    hfi_world_bury(world);
    for (const hf_thread *thread = world->threads; thread; thread = thread->next) {
        count += thread != self && !thread->is_runner;
    }
    hfp_mutex_unlock(&world->stop_lock);
    return count;
}

bool hfi_world_others_are_native(hfi_world *world)
{
    bool are_native = true;
    const hf_thread *self = hfi_world_self(world);
    hfp_mutex_lock(&world->stop_lock);
    for (const hf_thread *thread = world->threads; thread; thread = thread->next) {
        uint32_t state = atomic_load_explicit(&thread->state, memory_order_relaxed);
        are_native = are_native && (thread == self || thread->is_lost || state == HFI_NATIVE);
    }
    hfp_mutex_unlock(&world->stop_lock);
    return are_native;
}

bool hfi_world_is_alone(const hfi_world *world, uint32_t *attaches_out)
{
    *attaches_out = atomic_load_explicit(&world->attaches, memory_order_relaxed);
    return atomic_load_explicit(&world->count, memory_order_relaxed) == 1;
}

hf_thread *hfi_world_self(hfi_world *world)
{
    hf_thread *thread = hfp_key_get(&world->self_key);
    /* A record whose key could not be cleared is no longer the thread's. */
    return thread && atomic_load_explicit(&thread->state, memory_order_relaxed) != HFI_DETACHED
               ? thread
               : NULL;
}

static void detour(hf_thread *thread, uint32_t why)
{
    atomic_fetch_or_explicit(&thread->detours, why, memory_order_relaxed);
}

/* A thread that attaches meanwhile finds the flag when it is linked. */
static void detour_all(hfi_world *world, uint32_t why)
{
    hfp_mutex_lock(&world->stop_lock);
    for (hf_thread *thread = world->threads; thread; thread = thread->next) {
        if (why != HFI_DETOUR_CLOSED || !thread->is_runner) {
            detour(thread, why);
        }
    }
    hfp_mutex_unlock(&world->stop_lock);
}

void hfi_world_begin_to_stop(hfi_world *world)
{
    detour_all(world, HFI_DETOUR_STOPPING);
}

void hfi_world_close(hfi_world *world)
{
    atomic_store_explicit(&world->is_closed, true, memory_order_relaxed);
    detour_all(world, HFI_DETOUR_CLOSED);
}

static void init_thread(hfi_parts *parts, hf_thread *thread)
{
    thread->parts = parts;
    thread->alloc_next = HFI_LIMIT_EMPTY;
    thread->limit_saved = HFI_LIMIT_EMPTY;
    atomic_store_explicit(&thread->alloc_limit, HFI_LIMIT_EMPTY, memory_order_relaxed);
    thread->exchange = parts->settings.fence_mode == HF_FENCE_EXCHANGE;
    thread->stress = parts->settings.stress_every != 0 || parts->watch;
    thread->checked = parts->settings.checked;
    thread->stress_left = parts->settings.stress_every;
    thread->os_thread = hfp_thread_self();
    thread->errno_at = hfp_errno_address();
    thread->last_error_at = hfp_last_error_address();
    thread->stack_size = UINTPTR_MAX; /* where the bounds are unknown every address is ours */
    uintptr_t low, high;
    if (hfp_thread_stack(&low, &high) == HF_OK) {
        thread->stack_low = low;
        thread->stack_size = high - low;
    }
    atomic_store_explicit(&thread->detours,
                          (thread->exchange ? HFI_DETOUR_EXCHANGE : 0) |
                              (thread->stress ? HFI_DETOUR_STRESS : 0) |
                              (thread->last_error_at ? 0 : HFI_DETOUR_ERRORS),
                          memory_order_relaxed);
    atomic_store_explicit(&thread->state, HFI_MANAGED, memory_order_relaxed);
}

static void detach_hooks(hfi_world *world, hf_thread *thread, unsigned attached)
{
    while (attached-- > 0) {
        if (world->hooks[attached].detached) {
            world->hooks[attached].detached(world->hooks[attached].self, thread);
        }
    }
}

/* Makes a complete record, or nothing. */
static hf_status make_thread(hfi_world *world, hf_thread **thread_out)
{
    hf_thread *thread = take_record(world);
    if (!thread) {
        return HF_E_NOMEM;
    }
    init_thread(world->parts, thread);
    unsigned done = 0;
    hf_status status = HF_OK;
    for (; done < HFI_HOOKS_MAX && status == HF_OK; done++) {
        if (world->hooks[done].attached) {
            status = world->hooks[done].attached(world->hooks[done].self, thread);
        }
    }
    if (status == HF_OK) {
        status = hfp_key_set(&world->self_key, thread);
    } else {
        done--; /* the one that failed cleaned up after itself */
    }
    if (status != HF_OK) {
        detach_hooks(world, thread, done);
        atomic_store_explicit(&thread->state, HFI_DETACHED, memory_order_relaxed);
        hfp_mutex_lock(&world->stop_lock);
        retire(world, thread); /* somebody may know it from before */
        hfp_mutex_unlock(&world->stop_lock);
        return status;
    }
    *thread_out = thread;
    return HF_OK;
}

/* The calling thread has a record already.  If a callback has attached it and is over, the thread
 * knows nothing of that: the record becomes its own. */
static hf_status adopt_visitor(hfi_world *world, hf_thread *thread, hf_thread **thread_out)
{
    hfp_mutex_lock(&world->stop_lock);
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_relaxed);
    bool is_idle = thread->is_visitor && state == HFI_NATIVE && !thread->activations;
    if (is_idle) {
        atomic_store_explicit(&thread->is_visitor, false, memory_order_relaxed);
    }
    hfp_mutex_unlock(&world->stop_lock);
    if (state == HFI_DETACHED) {
        return HF_E_SHUTDOWN; /* just now, by hfi_world_drop_visitors() */
    }
    if (!is_idle) {
        return hfi_misuse(world->parts->reporter, HF_E_MISUSE, "hf_thread_attach", NULL, HF_SITE,
                          "attach a thread once, and pass its hf_thread on",
                          "the calling thread is attached to this runtime already");
    }
    hfi_leave(thread);
    *thread_out = thread;
    return HF_OK;
}

hf_status hfi_world_attach(hfi_world *world, bool is_runner, hf_thread **thread_out)
{
    hf_thread *thread;
    hf_status status = make_thread(world, &thread);
    if (status != HF_OK) {
        return status;
    }
    thread->is_runner = is_runner;
    hfp_mutex_lock(&world->stop_lock);
    thread->next = world->threads;
    world->threads = thread;
    world->count++;
    if (hfi_world_is_closed(world) && !is_runner) {
        detour(thread, HFI_DETOUR_CLOSED);
    }
    if (atomic_load_explicit(&world->parts->is_stopping, memory_order_relaxed)) {
        detour(thread, HFI_DETOUR_STOPPING);
    }
    world->attaches++;
    hfp_mutex_unlock(&world->stop_lock);
    *thread_out = thread;
    return HF_OK;
}

hf_status hf_thread_attach(hf_runtime *runtime, hf_thread **thread_out)
{
    if (!thread_out) {
        return HF_E_NULL;
    }
    *thread_out = NULL;
    if (!runtime) {
        return HF_E_NULL;
    }
    hfi_world *world = hfi_parts_of(runtime)->world;
    if (hfi_world_is_forked(world)) {
        return hfi_fork_refuse(world, __func__);
    }
    if (hfi_world_is_closed(world)) {
        return HF_E_SHUTDOWN;
    }
    hf_thread *thread = hfi_world_self(world);
    return thread ? adopt_visitor(world, thread, thread_out)
                  : hfi_world_attach(world, false, thread_out);
}

hf_status hf_thread_detach(hf_thread *thread)
{
    HFI_ENTRY(thread);
    hfi_world *world = thread->parts->world;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (HF_UNLIKELY(hfi_is_jumped(thread, here))) {
        hfi_landed(thread, here, __func__);
    }
    if (HF_UNLIKELY(thread->activations)) {
        return hfi_misuse(world->parts->reporter, HF_E_BUSY, __func__, "thread", HF_SITE,
                          "detach when the handler has returned", "a callback runs on this thread");
    }
    for (unsigned i = HFI_HOOKS_MAX; i-- > 0;) {
        if (world->hooks[i].detaching) {
            world->hooks[i].detaching(world->hooks[i].self, thread);
        }
    }
    hfi_enter(thread);
    /* Clearing a key that is set needs no memory; if it fails all the same the exit function must
     * find this record, and DETACHED. */
    bool is_stuck = hfp_key_set(&world->self_key, NULL) != HF_OK;
    hfp_mutex_lock(&world->stop_lock);
    thread->is_stuck = is_stuck;
    atomic_store_explicit(&thread->state, HFI_DETACHED, memory_order_relaxed);
    hfi_world_unlink(world, thread);
    hfp_mutex_unlock(&world->stop_lock);
    return HF_OK;
}

/* Records that nobody frees, findable for a leak checker. */
static _Atomic(hf_thread *) visitors_kept;

static void keep_for_ever(hf_thread *thread)
{
    thread->next = atomic_load_explicit(&visitors_kept, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&visitors_kept, &thread->next, thread,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

bool hfi_world_has_visitors(hfi_world *world)
{
    bool has = false;
    hfp_mutex_lock(&world->stop_lock);
    hfi_world_bury(world);
    for (const hf_thread *thread = world->threads; thread; thread = thread->next) {
        has |= atomic_load_explicit(&thread->is_visitor, memory_order_relaxed);
    }
    hfp_mutex_unlock(&world->stop_lock);
    return has;
}

static hf_thread *find_idle_visitor(hfi_world *world)
{
    for (hf_thread *thread = world->threads; thread; thread = thread->next) {
        uint32_t native = HFI_NATIVE; /* it may become DETACHED by itself just now */
        if (thread->is_visitor && !thread->activations &&
            atomic_compare_exchange_strong_explicit(&thread->state, &native, HFI_DETACHED,
                                                    memory_order_relaxed, memory_order_relaxed)) {
            return thread;
        }
    }
    return NULL;
}

void hfi_world_drop_visitors(hfi_world *world)
{
    hf_thread *thread;
    hfp_mutex_lock(&world->stop_lock);
    while ((thread = find_idle_visitor(world)) != NULL) {
        hf_thread **link = &world->threads;
        while (*link != thread) {
            link = &(*link)->next;
        }
        *link = thread->next;
        world->count--;
        detach_hooks(world, thread, HFI_HOOKS_MAX);
        keep_for_ever(thread);
    }
    hfp_mutex_unlock(&world->stop_lock);
}

hf_runtime *hf_thread_runtime(const hf_thread *thread)
{
    return thread ? (hf_runtime *)(void *)thread->parts : NULL;
}
