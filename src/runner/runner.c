/* SPDX-License-Identifier: MIT */

/*
 * The runner: the thread that does what a death asks for.
 *
 * Purpose: user code that runs because something died runs here, one after
 * another, never on a thread that allocates or collects, and never with a lock
 * of the library held.
 *
 * Invariants: it is started once, by the first thing that may die, so that a
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

#include "base/alloc.h"
#include "diag/report.h"
#include "diag/text.h"
#include "runner/inside.h"

#include <holdfast/root.h>

#define RETRY_NS 1000000u /* between two tries for something that the system refused for now */

/* Lock held. */
static void set_state(hfi_runner *runner, hfi_runner_state state)
{
    atomic_store_explicit(&runner->state, state, memory_order_release);
    hfp_cond_wake_all(&runner->news);
}

/* ---- one piece of work ---- */

/** Takes the oldest work, or NULL; its object goes from the queue's root to `slot`. */
static hfi_work *take_work(hfi_runner *runner, hf_ref slot)
{
    hfp_mutex_lock(&runner->queue_lock);
    hfi_work *work = hfi_queue_take(&runner->queue);
    if (work) {
        slot->word_ = work->object.word_;
        work->object.word_ = 0;
    }
    hfp_mutex_unlock(&runner->queue_lock);
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

static void finish_work(hfi_runner *runner)
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
 * User code detached the runner's own thread: reports that and attaches it again.  If it did that
 * too, its record goes first: it may have left anything open in it.
 */
static hf_thread *attach_again(hfi_runner *runner, hf_thread *thread, const run_names *names)
{
    if (thread) {
        const char *remedy;
        (void)settle_state(thread, &remedy);
        (void)hf_thread_detach(thread);
    }
    report_run(runner, names, "it detached the runner", "detach only what you attached yourself");
    while (hf_thread_attach((hf_runtime *)(void *)runner->parts, &thread) != HF_OK) {
        hfp_sleep_ns(RETRY_NS);
    }
    thread->is_runner = true;
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

/** Runs the oldest work; false if there is none. */
static bool run_next(hfi_runner *runner, hf_thread **thread_inout)
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
    hfi_work *work = take_work(runner, slot);
    if (!work) {
        hf_frame_end(&frame);
        return false;
    }
    run_work(runner, thread_inout, &frame, slot, work);
    finish_work(runner);
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
    hfi_runner *runner = user;
    hf_thread *thread;
    hf_status status = hf_thread_attach((hf_runtime *)(void *)runner->parts, &thread);
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
        while (run_next(runner, &thread)) {
        }
    } while (await_work(runner, thread));
    thread->is_runner = false;
    (void)hf_thread_detach(thread);
}

/** Starts the thread and waits until it is attached.  Native state, lock held, state NONE. */
static hf_status start(hfi_runner *runner)
{
    set_state(runner, HFI_RUNNER_STARTING);
    hf_status status = hfp_thread_start(&runner->handle, "hf-runner", runner_main, runner);
    if (status == HF_OK) {
        while (hfi_runner_state_of(runner) == HFI_RUNNER_STARTING) {
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

hf_status hfi_runner_need(hfi_runner *runner, hf_thread *thread)
{
    if (HF_LIKELY(hfi_runner_state_of(runner) == HFI_RUNNER_RUNNING)) {
        return HF_OK;
    }
    hfp_native_error saved = hfp_native_error_save();
    /* Attaching waits for a collection under way, and that one waits for us: so, native. */
    if (thread) {
        hfi_enter(thread);
    }
    hfp_mutex_lock(&runner->lock);
    while (hfi_runner_state_of(runner) == HFI_RUNNER_STARTING ||
           hfi_runner_state_of(runner) == HFI_RUNNER_FAILED) {
        (void)hfp_cond_wait(&runner->news, &runner->lock, HFP_FOREVER);
    }
    hf_status status = HF_OK;
    if (hfi_runner_state_of(runner) == HFI_RUNNER_NONE) {
        status = start(runner);
        runner->is_lost = runner->is_lost && status != HF_OK;
    } else if (hfi_runner_state_of(runner) == HFI_RUNNER_ENDED) {
        status = HF_E_SHUTDOWN;
    }
    hfp_mutex_unlock(&runner->lock);
    if (thread) {
        hfi_leave(thread);
    }
    hfp_native_error_restore(saved);
    return status;
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
    bool is_running = hfi_runner_state_of(runner) == HFI_RUNNER_RUNNING;
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

/* ---- life ---- */

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_runner *runner = self;
    for (hfi_work *work = runner->queue.first; work; work = work->next) {
        hfi_trace_slot(tracer, &work->object);
    }
}

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    (void)object;
    const hfi_runner *runner = self;
    for (const hfi_work *work = runner->queue.first; work; work = work->next) {
        if (slot == &work->object) {
            hfi_text_format(text, "queued for %s", work->kind->name);
            if (work->site.file) {
                hfi_text_format(text, " set at %s:%d", work->site.file, work->site.line);
            }
            return;
        }
    }
}

static void after_resume(void *self, hf_thread *thread)
{
    (void)thread;
    hfi_runner *runner = self;
    hfp_mutex_lock(&runner->queue_lock);
    bool has_work = runner->queued_seen != runner->queue.pushed;
    runner->queued_seen = runner->queue.pushed;
    hfp_mutex_unlock(&runner->queue_lock);
    if (has_work) {
        hfi_runner_wake(runner);
    }
}

void hfi_runner_queue(hfi_runner *runner, hfi_work *work)
{
    hfi_queue_push(&runner->queue, work);
}

hf_status hfi_runner_create(hfi_parts *parts, hfi_runner **runner_out)
{
    hfi_runner *runner = hfi_alloc(sizeof *runner);
    if (!runner) {
        return HF_E_NOMEM;
    }
    runner->parts = parts;
    hfp_mutex_init(&runner->queue_lock);
    hfp_mutex_init(&runner->lock);
    hfp_cond_init(&runner->work);
    hfp_cond_init(&runner->news);
    runner->participant = (hfi_participant){
        .name = "runner",
        .self = runner,
        .visit_roots = visit_roots,
        .after_resume = after_resume,
        .tell_root = tell_root,
    };
    hfi_heap_add_participant(parts->heap, &runner->participant);
    *runner_out = runner;
    return HF_OK;
}

void hfi_runner_destroy(hfi_runner *runner)
{
    hfp_cond_finish(&runner->news);
    hfp_cond_finish(&runner->work);
    hfp_mutex_finish(&runner->lock);
    hfp_mutex_finish(&runner->queue_lock);
    hfi_free(runner);
}

/* ---- fork ---- */

void hfi_runner_lock(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->queue_lock);
    hfp_mutex_lock(&runner->lock);
}

void hfi_runner_unlock(hfi_runner *runner)
{
    hfp_mutex_unlock(&runner->lock);
    hfp_mutex_unlock(&runner->queue_lock);
}

void hfi_runner_fork_child(hfi_runner *runner)
{
    uint64_t waiting = 0;
    for (const hfi_work *work = runner->queue.first; work; work = work->next) {
        waiting++;
    }
    /* Made anew: the conditions, and with them the lock, count threads that are not there any more.
     */
    hfp_mutex_init(&runner->lock);
    hfp_mutex_lock(&runner->lock);
    hfp_cond_init(&runner->work);
    hfp_cond_init(&runner->news);
    runner->done = runner->queue.pushed - waiting;
    runner->wake = false;
    hfi_runner_state state = hfi_runner_state_of(runner);
    if (state != HFI_RUNNER_NONE && state != HFI_RUNNER_ENDED) {
        runner->is_lost = true;
        atomic_store_explicit(&runner->state, HFI_RUNNER_NONE, memory_order_relaxed);
    }
}

hf_status hfi_runner_after_fork(hfi_runner *runner, hf_thread *thread)
{
    return runner->is_lost ? hfi_runner_need(runner, thread) : HF_OK;
}
