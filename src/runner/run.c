/* SPDX-License-Identifier: MIT */

/*
 * One piece of work, and what user code may have done to the thread meanwhile.
 *
 * Invariants: `done` is raised only after the frame around a run has ended: who
 * waits for a run knows that nothing holds its object any more.  Whatever a run
 * leaves open is closed and reported, and the next one begins as if nothing had been.
 *
 * Threads: the runner's own, or an embedder's inside hf_runner_run(); managed.
 */

#include "diag/report.h"
#include "runner/inside.h"

#include <holdfast/root.h>

#define RETRY_NS 1000000u /* between two tries for something that the system refused for now */

/** Takes the oldest work, or NULL; its object goes from the queue's roots to `slot`. */
static hfi_work *take_work(hfi_runner *runner, hf_ref slot)
{
    hfi_work *work = hfi_queue_take(&runner->queue, slot);
    if (!work) {
        hfp_mutex_lock(&runner->queue_lock);
        hfi_runner_empty_inbox(runner);
        hfi_queue_advance(&runner->queue);
        hfp_mutex_unlock(&runner->queue_lock);
        work = hfi_queue_take(&runner->queue, slot);
    }
    return work;
}

/** What reports say of a run: the work itself is gone by then. */
typedef struct run_names {
    const char *kind;
    hf_site site;
} run_names;

static void report_run(hfi_runner *runner, const run_names *names, const char *message,
                       const char *remedy)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_MISUSE;
    report.function = names->kind;
    report.argument = "runner";
    report.site = names->site;
    report.message = message;
    report.remedy = remedy;
    hfi_report(runner->parts->reporter, &report);
}

/** Brings the thread back to managed state; what to say if it was elsewhere, with the remedy. */
static const char *settle_state(hf_thread *thread, const char **remedy_out)
{
    switch (atomic_load_explicit(&thread->state, memory_order_relaxed)) {
    case HFI_NATIVE:
        hfi_leave(thread);
        *remedy_out = "call hf_native_end() in it";
        return "it returned in native state";
    case HFI_RAW:
        hfi_leave(thread); /* as from native: with a look at the gate */
        *remedy_out = "call hf_raw_end() in it";
        return "it returned with raw access open";
    default:
        return NULL;
    }
}

/** Brings the thread back to where it was before the run, if user code left it elsewhere. */
static void settle(hfi_runner *runner, hf_thread *thread, hf_frame *frame, const run_names *names)
{
    const char *remedy = NULL;
    const char *message = settle_state(thread, &remedy);
    if (thread->frames != frame) {
        /* The frames inside lie where the run's stack was: forgotten, and not looked at. */
        thread->frames = frame;
        message = "it returned with a frame open";
        remedy = "use HF_FRAME, or end the frame on every way out";
    }
    if (message) {
        report_run(runner, names, message, remedy);
    }
}

static void finish_work(hfi_runner *runner, bool was_dropped)
{
    /* Without the lock where nobody waits.  Who waits says for what and then looks at `done`; here
     * `done` is raised first: one of the two sees the other. */
    if (was_dropped) {
        hfp_mutex_lock(&runner->lock);
        runner->dropped++;
        hfp_mutex_unlock(&runner->lock);
    }
    uint64_t done = atomic_fetch_add(&runner->done, 1) + 1;
    if (HF_UNLIKELY(atomic_load(&runner->wanted) <= done)) {
        hfp_mutex_lock(&runner->lock);
        atomic_store(&runner->wanted, UINT64_MAX);
        hfp_cond_wake_all(&runner->news);
        hfp_mutex_unlock(&runner->lock);
    }
}

static void nap(hf_thread *thread)
{
    hfi_enter(thread);
    hfp_sleep_ns(RETRY_NS);
    hfi_leave(thread);
}

/**
 * User code detached the thread: reports that.  If it attached it again, that record goes too: it
 * may have left anything open in it.  The runner's own thread is attached anew, an embedder's
 * is the embedder's affair.
 */
static hf_thread *attach_again(hfi_runner *runner, hf_thread *thread, const run_names *names)
{
    if (thread) {
        const char *remedy;
        (void)settle_state(thread, &remedy);
        (void)hf_thread_detach(thread);
    }
    report_run(runner, names, "it detached the runner", "detach only what you attached yourself");
    if (hfi_runner_is_embedded(runner)) {
        return NULL;
    }
    while (hfi_world_attach(runner->parts->world, true, &thread) != HF_OK) {
        hfp_sleep_ns(RETRY_NS);
    }
    return thread;
}

/** Runs one piece of work; the slot is the innermost of `frame`.  Ends the frame. */
static void run_work(hfi_runner *runner, hf_thread **thread_inout, hf_frame *frame, hf_ref slot,
                     hfi_work *work)
{
    hf_thread *thread = *thread_inout;
    run_names names = { work->kind->name, work->site };
    work->kind->run(thread, work, slot);
    /* Asked by the thread's key: a detached record may be another thread's by now. */
    hf_thread *self = hfi_world_self(runner->parts->world);
    if (self != thread) {
        *thread_inout = attach_again(runner, self, &names); /* the detach has ended the frame */
    } else {
        settle(runner, thread, frame, &names);
        hf_frame_end(frame);
    }
}

/** The same where finalizers are switched off: the work is given back, the object is let go. */
static void drop_work(hf_thread *thread, hf_frame *frame, hfi_work *work)
{
    if (work->kind->drop) {
        work->kind->drop(thread, work);
    }
    hf_frame_end(frame);
}

bool hfi_runner_run_next(hfi_runner *runner, hf_thread **thread_inout)
{
    hf_thread *thread = *thread_inout;
    hf_frame frame = { 0 };
    hf_ref slot;
    if (HF_UNLIKELY(atomic_load_explicit(&thread->gate, memory_order_acquire))) {
        hfi_safepoint(thread); /* user code need not have one, and a long queue holds up nobody */
    }
    if (hf_frame_begin(thread, &frame, HF_SITE) != HF_OK ||
        hf_local_create(thread, &slot) != HF_OK) {
        /* No memory for a slot.  The work stays where it is; the memory will come back. */
        hf_frame_end(&frame);
        nap(thread);
        return true;
    }
    hfi_work *work = take_work(runner, slot);
    if (!work) {
        hf_frame_end(&frame);
        return false;
    }
    bool is_off = runner->parts->settings.are_finalizers_off;
    if (is_off) {
        drop_work(thread, &frame, work);
    } else if (hfi_watch_is_on(runner)) {
        hfi_watch_begin(runner, thread, work, slot);
        run_work(runner, thread_inout, &frame, slot, work);
        hfi_watch_end(runner);
    } else {
        run_work(runner, thread_inout, &frame, slot, work);
    }
    finish_work(runner, is_off);
    return true;
}
