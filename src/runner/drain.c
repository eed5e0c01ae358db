/* SPDX-License-Identifier: MIT */

/*
 * Waiting for the runner: until all that was queued by now is behind it.
 *
 * Threads: any attached one but the runner, managed; it waits in native state.
 */

#include "diag/report.h"
#include "runner/inside.h"

static hf_status await_done(hfi_runner *runner, uint64_t target, uint64_t deadline_ns)
{
    hf_status status = HF_OK;
    hfp_mutex_lock(&runner->lock);
    while (runner->done < target && status == HF_OK) {
        if (hfi_runner_state_of(runner) == HFI_RUNNER_ENDED) {
            status = HF_E_SHUTDOWN;
        } else if (!hfp_cond_wait(&runner->news, &runner->lock, deadline_ns) &&
                   runner->done < target) {
            status = HF_E_TIMEOUT;
        }
    }
    hfp_mutex_unlock(&runner->lock);
    return status;
}

hf_status hf_runner_drain(hf_thread *thread, uint64_t timeout_ns)
{
    HFI_ENTRY(thread);
    hfi_runner *runner = thread->parts->runner;
    if (thread->is_runner) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, "thread", HF_SITE,
                          "drain on another thread",
                          "a finalizer waits for the runner, which is running it");
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_crossing(thread);
    hfp_mutex_lock(&runner->queue_lock);
    hfi_runner_empty_inbox(runner);
    uint64_t target = runner->queue.pushed;
    hfp_mutex_unlock(&runner->queue_lock);

    uint64_t deadline_ns = HFP_FOREVER;
    if (timeout_ns != UINT64_MAX) {
        uint64_t now = hfp_clock_ns();
        deadline_ns = timeout_ns > UINT64_MAX - now ? HFP_FOREVER : now + timeout_ns;
    }
    hfi_enter(thread);
    hf_status status = await_done(runner, target, deadline_ns);
    hfi_leave(thread);
    hfp_native_error_restore(saved);
    return status;
}
