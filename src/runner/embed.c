/* SPDX-License-Identifier: MIT */

/*
 * The program's own thread instead of ours.
 *
 * A program with an event loop may want its finalizers there.  Then no thread is
 * started: hf_runner_run() runs what is queued on the caller's, which is `is_runner`
 * for so long and so refused by what would wait for itself.  One at a time; a
 * second thread is told that the place is taken.
 *
 * Threads: `embedder` is under runner->lock; the thread it names is managed, or in
 * native state while it waits for work.
 */

#include "diag/report.h"
#include "runner/inside.h"

static hf_status refuse(hf_thread *thread, const char *remedy, const char *message)
{
    return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, "hf_runner_run", "thread", HF_SITE,
                      remedy, "%s", message);
}

/** Takes the place, and waits until something is queued.  Native state. */
static hf_status begin(hfi_runner *runner, hf_thread *thread, uint64_t deadline_ns)
{
    hf_status status = HF_OK;
    hfp_mutex_lock(&runner->lock);
    if (hfi_runner_state_of(runner) == HFI_RUNNER_ENDED || runner->stopping) {
        status = HF_E_SHUTDOWN;
    } else if (runner->embedder) {
        status = HF_E_BUSY;
    } else {
        runner->embedder = thread;
        while (!runner->wake && !runner->stopping &&
               hfp_cond_wait(&runner->work, &runner->lock, deadline_ns)) {
        }
        runner->wake = false;
    }
    hfp_mutex_unlock(&runner->lock);
    return status;
}

static void end(hfi_runner *runner, bool is_more)
{
    hfp_mutex_lock(&runner->lock);
    runner->embedder = NULL;
    runner->wake = runner->wake || is_more;
    hfp_cond_wake_all(&runner->news);
    hfp_mutex_unlock(&runner->lock);
}

uint64_t hfi_runner_run_works(hfi_runner *runner, hf_thread **thread_inout, uint64_t max_works,
                              uint64_t deadline_ns)
{
    uint64_t works = 0;
    (*thread_inout)->is_runner = true;
    (*thread_inout)->run_slots = (*thread_inout)->slot_top;
    while (*thread_inout && works < max_works && hfi_runner_run_next(runner, thread_inout)) {
        works++;
        if (deadline_ns != HFP_FOREVER && hfp_clock_ns() >= deadline_ns) {
            break;
        }
    }
    if (*thread_inout) {
        (*thread_inout)->is_runner = false;
        (*thread_inout)->run_slots = 0;
    }
    return works;
}

hf_status hf_runner_run(hf_thread *thread, uint64_t max_works, uint64_t timeout_ns,
                        uint64_t *works_out)
{
    if (works_out) {
        *works_out = 0;
    }
    HFI_ENTRY(thread);
    hfi_runner *runner = thread->parts->runner;
    if (!hfi_runner_is_embedded(runner)) {
        return refuse(thread, "create the runtime with .runner = HF_RUNNER_EMBEDDER",
                      "this runtime has a runner of its own");
    }
    if (thread->is_runner) {
        return refuse(thread, "let the run return to the outer hf_runner_run()",
                      "a finalizer runs the queue that it is in");
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_crossing(thread);
    hfi_enter(thread);
    hf_status status =
        begin(runner, thread, timeout_ns == UINT64_MAX ? HFP_FOREVER : hfi_deadline(timeout_ns));
    hfi_leave(thread);
    if (status == HF_OK) {
        uint64_t most = max_works ? max_works : UINT64_MAX;
        uint64_t works = hfi_runner_run_works(runner, &thread, most, HFP_FOREVER);
        end(runner, works == most || !thread); /* there may be more than it has looked at */
        if (works_out) {
            *works_out = works;
        }
        status = thread ? HF_OK : HF_E_DETACHED;
    }
    hfp_native_error_restore(saved);
    return status;
}
