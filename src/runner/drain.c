/* SPDX-License-Identifier: MIT */

/*
 * Waiting for the runner, until all that was queued by now is behind it, and its
 * figures.
 *
 * Threads: any attached one but the runner, managed; it waits in native state, and
 * comes back for a look at a run that takes too long.
 */

#include "diag/report.h"
#include "runner/inside.h"

/** Asks to be woken for `target`; false: it is reached.  lock held. */
static bool want(hfi_runner *runner, uint64_t target)
{
    if (target < atomic_load(&runner->wanted)) {
        atomic_store(&runner->wanted, target);
    }
    return atomic_load(&runner->done) < target;
}

static hf_status await_done(hfi_runner *runner, hf_thread *thread, uint64_t target,
                            uint64_t deadline_ns)
{
    hf_status status = HF_OK;
    hfp_mutex_lock(&runner->lock);
    while (want(runner, target) && status == HF_OK) {
        uint64_t look_ns = hfi_watch_next_look(runner);
        if (hfi_runner_state_of(runner) == HFI_RUNNER_ENDED) {
            status = HF_E_SHUTDOWN;
        } else if (!hfp_cond_wait(&runner->news, &runner->lock,
                                  look_ns < deadline_ns ? look_ns : deadline_ns) &&
                   runner->done < target) {
            if (look_ns >= deadline_ns) {
                status = HF_E_TIMEOUT;
                break;
            }
            hfp_mutex_unlock(&runner->lock);
            hfi_leave(thread);
            hfi_watch_look(runner);
            hfi_enter(thread);
            hfp_mutex_lock(&runner->lock);
        }
    }
    hfp_mutex_unlock(&runner->lock);
    return status;
}

static hf_status refuse_on_runner(hf_thread *thread, const char *function)
{
    return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, function, "thread", HF_SITE,
                      "drain on another thread",
                      "a finalizer waits for the runner, which is running it");
}

uint64_t hfi_deadline(uint64_t timeout_ns)
{
    uint64_t now = hfp_clock_ns();
    return timeout_ns > UINT64_MAX - now ? HFP_FOREVER : now + timeout_ns;
}

hf_status hf_runner_drain(hf_thread *thread, uint64_t timeout_ns)
{
    HFI_ENTRY(thread);
    hfi_runner *runner = thread->parts->runner;
    if (thread->is_runner) {
        return refuse_on_runner(thread, __func__);
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_crossing(thread);
    uint64_t target = hfi_runner_pushed(runner);
    uint64_t deadline_ns = timeout_ns == UINT64_MAX ? HFP_FOREVER : hfi_deadline(timeout_ns);
    hfi_enter(thread);
    hf_status status = await_done(runner, thread, target, deadline_ns);
    hfi_leave(thread);
    hfp_native_error_restore(saved);
    return status;
}

/* ---- figures ---- */

static uint64_t age_of(uint64_t then_ns, uint64_t now_ns)
{
    return now_ns > then_ns ? now_ns - then_ns : 0;
}

hf_status hf_runner_stats_get(hf_thread *thread, hf_runner_stats *stats)
{
    HFI_ENTRY(thread);
    if (!stats) {
        return HF_E_NULL;
    }
    if (stats->struct_size != sizeof *stats) {
        return HF_E_OPTIONS;
    }
    hfi_runner *runner = thread->parts->runner;
    uint64_t now_ns = hfp_clock_ns();
    hfp_mutex_lock(&runner->queue_lock);
    hfi_runner_empty_inbox(runner);
    uint64_t oldest_ns = hfi_queue_oldest_ns(&runner->queue);
    uint64_t pushed = runner->queue.pushed;
    stats->oldest_ns = oldest_ns != 0 ? age_of(oldest_ns, now_ns) : 0;
    hfp_mutex_unlock(&runner->queue_lock);

    hfp_mutex_lock(&runner->lock);
    uint64_t done = atomic_load(&runner->done);
    stats->pending = pushed > done ? pushed - done : 0;
    stats->run = done > runner->dropped ? done - runner->dropped : 0;
    stats->dropped = runner->dropped;
    stats->running_ns = runner->now.kind ? age_of(runner->now.since_ns, now_ns) : 0;
    stats->longest_ns = runner->longest_ns;
    hfp_mutex_unlock(&runner->lock);
    stats->named = atomic_load_explicit(&runner->named_runs, memory_order_relaxed);
    return HF_OK;
}
