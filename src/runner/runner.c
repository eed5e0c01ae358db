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
 * state, so a sleeping runner holds up nobody.  It takes work in the queue's order;
 * `done` counts what is behind it.  Where the program runs the works itself
 * (embed.c) no thread is ever started.
 *
 * Threads: hfi_runner_need() on any managed thread; the loop on the runner;
 * hfi_runner_stop() on the one that ends the runtime.  A wake is a flag under the
 * lock, set after the queue was filled and looked at after it was found empty,
 * so none is lost.
 */

#include "base/alloc.h"
#include "diag/report.h"
#include "runner/inside.h"

void hfi_runner_set_state(hfi_runner *runner, hfi_runner_state state)
{
    atomic_store_explicit(&runner->state, state, memory_order_release);
    hfp_cond_wake_all(&runner->news);
}

/* ---- the thread ---- */

/** Sleeps until there may be work; false when there is none and none will come. */
static bool await_work(hfi_runner *runner, hf_thread *thread)
{
    hfi_enter(thread);
    hfp_mutex_lock(&runner->lock);
    runner->is_asleep = true;
    hfp_cond_wake_all(&runner->news);
    while (!runner->wake && !runner->stopping) {
        (void)hfp_cond_wait(&runner->work, &runner->lock, HFP_FOREVER);
    }
    runner->is_asleep = false;
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
    hf_status status = hfi_world_attach(runner->parts->world, true, &thread);
    hfp_mutex_lock(&runner->lock);
    runner->start_status = status;
    hfi_runner_set_state(runner, status == HF_OK ? HFI_RUNNER_RUNNING : HFI_RUNNER_FAILED);
    hfp_mutex_unlock(&runner->lock);
    if (status != HF_OK) {
        return;
    }
    do {
        while (hfi_runner_run_next(runner, &thread)) {
        }
    } while (await_work(runner, thread));
    thread->is_runner = false;
    (void)hf_thread_detach(thread);
    hfp_mutex_lock(&runner->lock);
    hfi_runner_set_state(runner, HFI_RUNNER_LEAVING);
    hfp_mutex_unlock(&runner->lock);
}

/** Starts the thread and waits until it is attached.  Native state, lock held, state NONE. */
static hf_status start(hfi_runner *runner)
{
    hfi_runner_set_state(runner, HFI_RUNNER_STARTING);
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
        hfi_runner_set_state(runner, HFI_RUNNER_NONE); /* the next one may try again */
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
    } else if (hfi_runner_state_of(runner) != HFI_RUNNER_RUNNING) {
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

/* ---- its end ---- */

/* lock held; gives it up for a look.  False: the deadline has passed. */
static bool await_news(hfi_runner *runner, uint64_t deadline_ns)
{
    uint64_t look_ns = hfi_watch_next_look(runner);
    bool is_news =
        hfp_cond_wait(&runner->news, &runner->lock, look_ns < deadline_ns ? look_ns : deadline_ns);
    if (!is_news && look_ns < deadline_ns) {
        hfp_mutex_unlock(&runner->lock);
        hfi_watch_look(runner);
        hfp_mutex_lock(&runner->lock);
        return true;
    }
    return is_news;
}

bool hfi_runner_await_idle(hfi_runner *runner, uint64_t deadline_ns)
{
    bool in_time = true;
    hfp_mutex_lock(&runner->lock);
    while (in_time && !hfi_runner_is_embedded(runner) &&
           hfi_runner_state_of(runner) == HFI_RUNNER_RUNNING &&
           !(runner->is_asleep && !runner->wake)) {
        in_time = await_news(runner, deadline_ns);
    }
    while (in_time && runner->embedder) {
        in_time = await_news(runner, deadline_ns);
    }
    hfp_mutex_unlock(&runner->lock);
    return in_time;
}

bool hfi_runner_stop(hfi_runner *runner, uint64_t deadline_ns)
{
    bool in_time = hfi_runner_await_idle(runner, deadline_ns);
    hfp_mutex_lock(&runner->lock);
    bool has_thread =
        !hfi_runner_is_embedded(runner) && hfi_runner_state_of(runner) == HFI_RUNNER_RUNNING;
    runner->stopping = true;
    hfp_cond_wake_one(&runner->work);
    while (in_time && has_thread && hfi_runner_state_of(runner) == HFI_RUNNER_RUNNING) {
        in_time = await_news(runner, deadline_ns);
    }
    if (in_time) {
        hfi_runner_set_state(runner, HFI_RUNNER_ENDED);
    }
    hfp_mutex_unlock(&runner->lock);
    if (has_thread && in_time) {
        hfp_thread_join_soon(&runner->handle);
    } else if (has_thread) {
        hfp_thread_let_go(&runner->handle); /* what it uses is kept for it */
    }
    return in_time;
}
