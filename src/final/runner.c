/* SPDX-License-Identifier: MIT */

/*
 * The runner: the thread that finalizers and leaks are run on.
 *
 * Purpose: user code that runs because something died runs here, one after
 * another, never on a thread that allocates or collects, and never with a lock
 * of the library held.
 *
 * Invariants: it is started once, by the first finalizer or resource, so that a
 * collection, in which nothing may fail, always finds it.  It sleeps in native
 * state, so a sleeping runner holds up nobody.  It takes work in the order in
 * which it was queued; `done` counts what is behind it, and is raised only after
 * the frame around a run has ended: who waits for a run knows that the runner no
 * longer holds the object.
 *
 * Threads: hfi_runner_need() on any managed thread; the loop on the runner;
 * hfi_runner_stop() when nobody else is attached.  A wake is a flag under the
 * lock, set after the queue was filled and looked at after it was found empty,
 * so none is lost.
 */

#include "diag/report.h"
#include "final/inside.h"

#include <holdfast/root.h>

#define RETRY_NS 1000000u /* between two tries for something that the system refused for now */

void hfi_runner_init(hfi_runner *runner)
{
    hfp_mutex_init(&runner->lock);
    hfp_cond_init(&runner->work);
    hfp_cond_init(&runner->news);
}

void hfi_runner_finish(hfi_runner *runner)
{
    hfp_cond_finish(&runner->news);
    hfp_cond_finish(&runner->work);
    hfp_mutex_finish(&runner->lock);
}

static uint32_t state_of(hfi_runner *runner)
{
    return atomic_load_explicit(&runner->state, memory_order_acquire);
}

/* Lock held. */
static void set_state(hfi_runner *runner, hfi_runner_state state)
{
    atomic_store_explicit(&runner->state, state, memory_order_release);
    hfp_cond_wake_all(&runner->news);
}

/* ---- one piece of work ---- */

typedef struct job {
    bool is_some;
    hfi_cell *leak; /* or a finalizer: */
    hf_finalizer_fn run;
    void *user;
    hf_site site;
} job;

/** Takes the oldest work; a finalizer's object goes from the queue's root to `slot`. */
static job take_job(hfi_final *final, hf_ref slot)
{
    job taken = { 0 };
    hfp_mutex_lock(&final->lock);
    hfi_work *work = hfi_queue_take(&final->queue);
    if (work) {
        taken.is_some = true;
        if (work->kind == HFI_WORK_LEAK) {
            taken.leak = HF_CONTAINER(work, hfi_cell, work);
        } else {
            hfi_armed *armed = HF_CONTAINER(work, hfi_armed, work);
            slot->word_ = armed->object.word_;
            taken.run = armed->run;
            taken.user = armed->user;
            taken.site = armed->site;
            hfi_table_recycle(&final->table, armed);
        }
    }
    hfp_mutex_unlock(&final->lock);
    return taken;
}

static void report_run(hfi_final *final, const job *run, const char *message, const char *remedy)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_MISUSE;
    report.function = "a finalizer";
    report.argument = "runner";
    report.site = run->site;
    report.message = message;
    report.remedy = remedy;
    hfi_report(final->parts->reporter, &report);
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

/** Brings the thread back to where it was before the run, if the finalizer left it elsewhere. */
static void settle(hfi_final *final, hf_thread *thread, hf_frame *frame, const job *run)
{
    const char *remedy = NULL;
    const char *message = settle_state(thread, &remedy);
    if (thread->frames != frame) {
        /* The frames inside lie where the finalizer's stack was: forgotten, and not looked at. */
        thread->frames = frame;
        message = "it returned with a frame open";
        remedy = "use HF_FRAME, or end the frame on every way out";
    }
    if (message) {
        report_run(final, run, message, remedy);
    }
}

static void finish_job(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->lock);
    runner->done++;
    hfp_cond_wake_all(&runner->news);
    hfp_mutex_unlock(&runner->lock);
}

static void nap(hf_thread *thread)
{
    hfi_enter(thread);
    hfp_sleep_ns(RETRY_NS);
    hfi_leave(thread);
}

/**
 * A finalizer detached the runner's own thread: reports that and attaches it again.  If the
 * finalizer did that too, its record goes first: it may have left anything open in it.
 */
static hf_thread *attach_again(hfi_final *final, hf_thread *thread, const job *run)
{
    if (thread) {
        const char *remedy;
        (void)settle_state(thread, &remedy);
        (void)hf_thread_detach(thread);
    }
    report_run(final, run, "it detached the runner", "detach only what you attached yourself");
    while (hf_thread_attach((hf_runtime *)(void *) final->parts, &thread) != HF_OK) {
        hfp_sleep_ns(RETRY_NS);
    }
    thread->is_runner = true;
    return thread;
}

/** Runs one piece of work; the slot is the innermost of `frame`.  Ends the frame. */
static void run_job(hfi_final *final, hf_thread **thread_inout, hf_frame *frame, hf_ref slot,
                    const job *run)
{
    hf_thread *thread = *thread_inout;
    if (run->leak) {
        hfi_cell_leaked(thread, run->leak);
        hf_frame_end(frame);
        return;
    }
    run->run(thread, slot, run->user);
    /* Asked by the thread's key: a detached record may be another thread's by now. */
    hf_thread *self = hfi_world_self(final->parts->world);
    if (self != thread) {
        *thread_inout = attach_again(final, self, run); /* the detach has ended the frame */
    } else {
        settle(final, thread, frame, run);
        hf_frame_end(frame);
    }
}

/** Runs the oldest work; false if there is none. */
static bool run_next(hfi_final *final, hf_thread **thread_inout)
{
    hf_thread *thread = *thread_inout;
    hf_frame frame = { 0 };
    hf_ref slot;
    if (hf_frame_begin(thread, &frame, HF_SITE) != HF_OK ||
        hf_local_create(thread, &slot) != HF_OK) {
        /* No memory for a slot.  The work stays where it is; the memory will come back. */
        hf_frame_end(&frame);
        nap(thread);
        return true;
    }
    job run = take_job(final, slot);
    if (!run.is_some) {
        hf_frame_end(&frame);
        return false;
    }
    run_job(final, thread_inout, &frame, slot, &run);
    finish_job(&final->runner);
    return true;
}

/* ---- the thread ---- */

/** Sleeps until there may be work; false when there is none and none will come. */
static bool await_work(hfi_runner *runner, hf_thread *thread)
{
    hfi_enter(thread);
    hfp_mutex_lock(&runner->lock);
    while (!runner->wake && !runner->stopping) {
        (void)hfp_cond_wait(&runner->work, &runner->lock, HFP_FOREVER);
    }
    bool go_on = runner->wake;
    runner->wake = false;
    hfp_mutex_unlock(&runner->lock);
    hfi_leave(thread);
    return go_on;
}

static void runner_main(void *user)
{
    hfi_final *final = user;
    hfi_runner *runner = &final->runner;
    hf_thread *thread;
    hf_status status = hf_thread_attach((hf_runtime *)(void *) final->parts, &thread);
    if (status == HF_OK) {
        thread->is_runner = true;
    }
    hfp_mutex_lock(&runner->lock);
    runner->start_status = status;
    set_state(runner, status == HF_OK ? HFI_RUNNER_RUNNING : HFI_RUNNER_FAILED);
    hfp_mutex_unlock(&runner->lock);
    if (status != HF_OK) {
        return;
    }
    do {
        while (run_next(final, &thread)) {
        }
    } while (await_work(runner, thread));
    thread->is_runner = false;
    (void)hf_thread_detach(thread);
}

/** Starts the thread and waits until it is attached.  Native state, lock held, state NONE. */
static hf_status start(hfi_final *final)
{
    hfi_runner *runner = &final->runner;
    set_state(runner, HFI_RUNNER_STARTING);
    hf_status status = hfp_thread_start(&runner->handle, "hf-runner", runner_main, final);
    if (status == HF_OK) {
        while (state_of(runner) == HFI_RUNNER_STARTING) {
            (void)hfp_cond_wait(&runner->news, &runner->lock, HFP_FOREVER);
        }
        status = runner->start_status;
        if (status != HF_OK) {
            hfp_thread_join(&runner->handle); /* it is done with the lock */
        }
    }
    if (status != HF_OK) {
        set_state(runner, HFI_RUNNER_NONE); /* the next one may try again */
    }
    return status;
}

hf_status hfi_runner_need(hfi_final *final, hf_thread *thread)
{
    hfi_runner *runner = &final->runner;
    if (HF_LIKELY(state_of(runner) == HFI_RUNNER_RUNNING)) {
        return HF_OK;
    }
    hfp_native_error saved = hfp_native_error_save();
    /* Attaching waits for a collection under way, and that one waits for us: so, native. */
    if (thread) {
        hfi_enter(thread);
    }
    hfp_mutex_lock(&runner->lock);
    while (state_of(runner) == HFI_RUNNER_STARTING || state_of(runner) == HFI_RUNNER_FAILED) {
        (void)hfp_cond_wait(&runner->news, &runner->lock, HFP_FOREVER);
    }
    hf_status status = HF_OK;
    if (state_of(runner) == HFI_RUNNER_NONE) {
        status = start(final);
        runner->is_lost = runner->is_lost && status != HF_OK;
    } else if (state_of(runner) == HFI_RUNNER_ENDED) {
        status = HF_E_SHUTDOWN;
    }
    hfp_mutex_unlock(&runner->lock);
    if (thread) {
        hfi_leave(thread);
    }
    hfp_native_error_restore(saved);
    return status;
}

void hfi_runner_fork_child(hfi_runner *runner, uint64_t done)
{
    /* Made anew: the conditions, and with them the lock, count threads that are not there any more.
     */
    hfp_mutex_init(&runner->lock);
    hfp_mutex_lock(&runner->lock);
    hfp_cond_init(&runner->work);
    hfp_cond_init(&runner->news);
    runner->done = done;
    runner->wake = false;
    if (state_of(runner) != HFI_RUNNER_NONE && state_of(runner) != HFI_RUNNER_ENDED) {
        runner->is_lost = true;
        atomic_store_explicit(&runner->state, HFI_RUNNER_NONE, memory_order_relaxed);
    }
}

void hfi_runner_wake(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->lock);
    runner->wake = true;
    hfp_cond_wake_one(&runner->work);
    hfp_mutex_unlock(&runner->lock);
}

void hfi_runner_stop(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->lock);
    bool is_running = state_of(runner) == HFI_RUNNER_RUNNING;
    runner->stopping = true;
    hfp_cond_wake_one(&runner->work);
    if (!is_running) {
        set_state(runner, HFI_RUNNER_ENDED);
    }
    hfp_mutex_unlock(&runner->lock);
    if (is_running) {
        hfp_thread_join(&runner->handle);
        hfp_mutex_lock(&runner->lock);
        set_state(runner, HFI_RUNNER_ENDED);
        hfp_mutex_unlock(&runner->lock);
    }
}

/* ---- waiting for it ---- */

static hf_status await_done(hfi_runner *runner, uint64_t target, uint64_t deadline_ns)
{
    hf_status status = HF_OK;
    hfp_mutex_lock(&runner->lock);
    while (runner->done < target && status == HF_OK) {
        if (state_of(runner) == HFI_RUNNER_ENDED) {
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
    hfi_final *final = thread->parts->final;
    if (thread->is_runner) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, "thread", HF_SITE,
                          "drain on another thread",
                          "a finalizer waits for the runner, which is running it");
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_crossing(thread);
    hfp_mutex_lock(&final->lock);
    uint64_t target = final->queue.pushed;
    hfp_mutex_unlock(&final->lock);

    uint64_t deadline_ns = HFP_FOREVER;
    if (timeout_ns != UINT64_MAX) {
        uint64_t now = hfp_clock_ns();
        deadline_ns = timeout_ns > UINT64_MAX - now ? HFP_FOREVER : now + timeout_ns;
    }
    hfi_enter(thread);
    hf_status status = await_done(&final->runner, target, deadline_ns);
    hfi_leave(thread);
    hfp_native_error_restore(saved);
    return status;
}
