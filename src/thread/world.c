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

#include "thread/world.h"

#include "base/alloc.h"
#include "diag/report.h"

#include <string.h>

static void unlink_thread(hfi_world *world, hf_thread *thread)
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
    thread->next = world->retired;
    world->retired = thread;
}

void hfi_world_bury(hfi_world *world)
{
    hf_thread *next;
    for (hf_thread *thread = world->threads; thread; thread = next) {
        next = thread->next;
        if (atomic_load_explicit(&thread->state, memory_order_acquire) == HFI_DETACHED) {
            unlink_thread(world, thread);
        }
    }
}

/* Runs when a thread ends that is still attached: no locks, no parking, no user code. */
static void thread_died(void *value)
{
    hf_thread *thread = value;
    /* A collector may be reading the records of a thread in native state right now.  It needs
     * nothing that we hold, so it will be done; the bound is for a process that is being torn down.
     */
    for (uint32_t looks = 0; thread->records && looks < 100000; looks++) {
        if (!atomic_load_explicit(&thread->gate, memory_order_seq_cst)) {
            break;
        }
        hfp_thread_yield();
    }
    thread->records = NULL;
    thread->frames = NULL;
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
    hfp_mutex_init(&world->stop_lock);
    hfp_mutex_init(&world->gate_lock);
    hfp_cond_init(&world->gate_open);
    *world_out = world;
    return HF_OK;
}

uint32_t hfi_world_destroy(hfi_world *world)
{
    hfi_world_bury(world);
    uint32_t attached = world->count;
    while (world->retired) {
        hf_thread *thread = world->retired;
        world->retired = thread->next;
        hfi_free(thread);
    }
    if (attached != 0) {
        return attached; /* their records, and so the world, stay for ever */
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

static void init_thread(hfi_parts *parts, hf_thread *thread)
{
    thread->parts = parts;
    thread->alloc_next = HFI_LIMIT_EMPTY;
    thread->limit_saved = HFI_LIMIT_EMPTY;
    atomic_store_explicit(&thread->alloc_limit, HFI_LIMIT_EMPTY, memory_order_relaxed);
    thread->exchange = parts->settings.fence_mode == HF_FENCE_EXCHANGE;
    thread->stress = parts->settings.stress_every != 0;
    thread->stress_left = parts->settings.stress_every;
    thread->os_thread = hfp_thread_self();
    thread->stack_size = UINTPTR_MAX; /* where the bounds are unknown every address is ours */
    uintptr_t low, high;
    if (hfp_thread_stack(&low, &high) == HF_OK) {
        thread->stack_low = low;
        thread->stack_size = high - low;
    }
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
    hf_thread *thread = hfi_alloc(sizeof *thread);
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
        hfi_free(thread);
        return status;
    }
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
    if (hfp_key_get(&world->self_key)) {
        return hfi_misuse(world->parts->reporter, HF_E_MISUSE, __func__, NULL, HF_SITE,
                          "attach a thread once, and pass its hf_thread on",
                          "the calling thread is attached to this runtime already");
    }
    hf_thread *thread;
    hf_status status = make_thread(world, &thread);
    if (status != HF_OK) {
        return status;
    }
    hfp_mutex_lock(&world->stop_lock);
    thread->next = world->threads;
    world->threads = thread;
    world->count++;
    hfp_mutex_unlock(&world->stop_lock);
    *thread_out = thread;
    return HF_OK;
}

hf_status hf_thread_detach(hf_thread *thread)
{
    HFI_ENTRY(thread);
    hfi_world *world = thread->parts->world;
    for (unsigned i = HFI_HOOKS_MAX; i-- > 0;) {
        if (world->hooks[i].detaching) {
            world->hooks[i].detaching(world->hooks[i].self, thread);
        }
    }
    hfi_enter(thread);
    hfp_mutex_lock(&world->stop_lock);
    atomic_store_explicit(&thread->state, HFI_DETACHED, memory_order_relaxed);
    unlink_thread(world, thread);
    hfp_mutex_unlock(&world->stop_lock);
    /* Clearing a key that is set needs no memory; if it failed the exit function would find a
     * DETACHED record. */
    (void)!hfp_key_set(&world->self_key, NULL);
    return HF_OK;
}

hf_runtime *hf_thread_runtime(const hf_thread *thread)
{
    return thread ? (hf_runtime *)(void *)thread->parts : NULL;
}
