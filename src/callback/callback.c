/* SPDX-License-Identifier: MIT */

/*
 * The module's life in a runtime.
 *
 * The runtime's end has two steps.  When it begins, threads that a callback attached
 * are forgotten, for nobody else would detach them: runs on them that are under way
 * are waited for, within a bound, and no new one begins, because a run is counted
 * before it looks at is_stopping.  Finalizers and release functions come next and may
 * still destroy callbacks.  Then every cell becomes an orphan: it answers with its
 * safe value and a word on standard error, and looks at nothing of the runtime.
 */

#include "callback/inside.h"

#include "base/alloc.h"

#define STOP_WAIT_NS  UINT64_C(2000000000)
#define STOP_SLEEP_NS UINT64_C(50000)

static void report_leak(hfi_parts *parts, const hf_callback *callback)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.status = HF_E_BUSY;
    report.function = "hf_runtime_destroy";
    report.argument = callback->name;
    report.other_site = callback->born;
    report.message = "a callback made here was never destroyed; its address is a tombstone now";
    report.remedy = "hf_callback_destroy() when native code has no use for it any more";
    (void)hfi_report(parts->reporter, &report);
}

hf_status hfi_callbacks_create(hfi_parts *parts, hfi_callbacks **callbacks_out)
{
    hfi_callbacks *callbacks = hfi_alloc(sizeof *callbacks);
    if (!callbacks) {
        return HF_E_NOMEM;
    }
    callbacks->parts = parts;
    const hfi_world_hooks hooks = { .self = callbacks,
                                    .detached = hfi_runs_free,
                                    .jumped = hfi_runs_jumped,
                                    .landed = hfi_runs_landed,
                                    .unheard = hfi_parked_unheard };
    hfi_world_set_hooks(parts->world, HFI_HOOK_CALLBACK, &hooks);
    parts->callback_hooks = &hfi_callback_hooks_table;
    *callbacks_out = callbacks;
    return HF_OK;
}

static void bury_pools(hfi_callbacks *callbacks)
{
    while (callbacks->pools) {
        hfi_pool *pool = callbacks->pools;
        while (pool->first) {
            hf_callback *cell = pool->first;
            pool->first = cell->next;
            hfi_callback_cell_bury(cell, HFI_CALLBACK_ORPHAN);
        }
        callbacks->pools = pool->next;
        hfi_free(pool);
    }
}

/* One at a time, for the report is made without the lock. */
static uint64_t bury_live(hfi_callbacks *callbacks)
{
    uint64_t leaked = 0;
    for (;;) {
        hfi_callbacks_lock();
        hf_callback *cell = callbacks->live;
        bool is_leak = false;
        if (cell) {
            is_leak = !cell->is_transient &&
                      atomic_load_explicit(&cell->state, memory_order_relaxed) == HFI_CALLBACK_LIVE;
            hfi_callback_cell_unlink(cell);
            hfi_callback_cell_bury(cell, HFI_CALLBACK_ORPHAN);
        }
        hfi_callbacks_unlock();
        if (!cell) {
            return leaked;
        }
        if (is_leak) {
            report_leak(callbacks->parts, cell);
            leaked++;
        }
    }
}

void hfi_callbacks_each_left(const hfi_callbacks *callbacks, hfi_left_fn fn, void *user)
{
    hfi_callbacks_lock();
    for (const hf_callback *cell = callbacks->live; cell; cell = cell->next) {
        hfi_left left = {
            .kind = "callback",
            .site = cell->born,
            .why = "it was never destroyed; its address is a tombstone now",
        };
        hfi_text text = hfi_text_begin(left.object, sizeof left.object);
        hfi_text_add_line(&text, cell->name);
        hfi_text_end(&text);
        if (!cell->is_transient) {
            fn(&left, user);
        }
    }
    hfi_callbacks_unlock();
}

static uint32_t runs_left(const hfi_callbacks *callbacks)
{
    hfi_callbacks_lock();
    uint32_t runs = hfi_callback_cells_orphan_runs(callbacks->parts);
    hfi_callbacks_unlock();
    return runs;
}

static void pass_process_barrier(const hfi_callbacks *callbacks)
{
    bool has_barrier = callbacks->parts->settings.fence_mode == HF_FENCE_BARRIER;
    for (unsigned tries = 0; has_barrier && tries < 1000; tries++) {
        has_barrier = hfp_barrier_process() != HF_OK;
    }
}

/* Runs of live callbacks that are not their owners': visitors own none. */
static uint32_t visits(const hfi_callbacks *callbacks)
{
    uint32_t runs = 0;
    hfi_callbacks_lock();
    for (hf_callback *cell = callbacks->live; cell; cell = cell->next) {
        runs += atomic_load_explicit(&cell->other_runs, memory_order_seq_cst);
    }
    hfi_callbacks_unlock();
    return runs + runs_left(callbacks);
}

void hfi_callbacks_drop_visitors(hfi_callbacks *callbacks)
{
    if (!hfi_world_has_visitors(callbacks->parts->world)) {
        return;
    }
    pass_process_barrier(callbacks);
    uint64_t deadline_ns = hfp_clock_ns() + STOP_WAIT_NS;
    bool is_busy;
    while ((is_busy = visits(callbacks) != 0) && hfp_clock_ns() < deadline_ns) {
        hfp_sleep_ns(STOP_SLEEP_NS);
    }
    if (!is_busy) {
        hfi_world_drop_visitors(callbacks->parts->world);
    }
}

uint64_t hfi_callbacks_stop(hfi_callbacks *callbacks)
{
    uint64_t leaked = bury_live(callbacks);
    hfi_callbacks_lock();
    bury_pools(callbacks);
    hfi_callback_cells_orphan(callbacks->parts);
    hfi_callbacks_unlock();
    pass_process_barrier(callbacks);
    uint64_t deadline_ns = hfp_clock_ns() + STOP_WAIT_NS;
    while ((callbacks->is_busy = runs_left(callbacks) != 0) && hfp_clock_ns() < deadline_ns &&
           hfi_world_thread_count(callbacks->parts->world) == 0) {
        hfp_sleep_ns(STOP_SLEEP_NS);
    }
    return leaked;
}

bool hfi_callbacks_are_busy(const hfi_callbacks *callbacks)
{
    return callbacks->is_busy;
}

void hfi_callbacks_destroy(hfi_callbacks *callbacks)
{
    hfi_free(callbacks);
}

/* Runs of this thread alone are left; the activations of the others say what they were in. */
void hfi_callbacks_fork_child(hfi_callbacks *callbacks)
{
    const hf_thread *self = hfi_world_self(callbacks->parts->world);
    for (hf_thread *thread = hfi_world_threads(callbacks->parts->world); thread;
         thread = thread->next) {
        for (hfi_activation *at = thread == self ? NULL : thread->activations; at; at = at->outer) {
            const hfi_run *run = (const hfi_run *)(const void *)at;
            atomic_fetch_sub_explicit(run->is_owner ? &run->callback->owner_runs
                                                    : &run->callback->other_runs,
                                      1, memory_order_relaxed);
        }
    }
}
