/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNNER_RUNNER_H
#define HOLDFAST_RUNNER_RUNNER_H

/*
 * The runner, as the modules see it whose work it does.
 */

#include "heap/heap.h"
#include "runner/queue.h"
#include "thread/thread.h"

#include <holdfast/runner.h>

typedef struct hfi_runner hfi_runner;

HF_MUST_CHECK hf_status hfi_runner_create(hfi_parts *parts, hfi_runner **runner_out);

/** Waits until nothing runs and nothing is queued for its own thread; what waits for an embedder is
 * not waited for.  False: the deadline has passed.  Native state or not attached. */
HF_MUST_CHECK bool hfi_runner_await_idle(hfi_runner *runner, uint64_t deadline_ns);

/** Lets it finish the queue, and joins it; false, and it stays, if that takes longer.  Not
 * attached, or in native state. */
HF_MUST_CHECK bool hfi_runner_stop(hfi_runner *runner, uint64_t deadline_ns);

/** Where the program runs the works: runs them on this managed thread, at most so many, beginning
 * none behind the deadline.  Gives the number; the thread becomes NULL if a work detached it. */
uint64_t hfi_runner_run_works(hfi_runner *runner, hf_thread **thread_inout, uint64_t max_works,
                              uint64_t deadline_ns);

/** After hfi_runner_stop(). */
void hfi_runner_destroy(hfi_runner *runner);

/**
 * Starts the runner if it does not run yet: before something is registered that a collection may
 * queue, because there nothing may fail.  Managed; may park.  Thread NULL: not attached or native.
 * HF_E_NOMEM, HF_E_SYSTEM, HF_E_SHUTDOWN.
 */
HF_MUST_CHECK hf_status hfi_runner_need(hfi_runner *runner, hf_thread *thread);

/** Queues a work whose kind, object and site are set.  World stopped; the runner is woken when the
 * world runs again. */
void hfi_runner_queue(hfi_runner *runner, hfi_work *work);

/**
 * Queues a work without an object from any thread, attached or not, in any state; hfi_runner_need()
 * was there before.  Takes the module's second lock for a moment.
 */
void hfi_runner_submit(hfi_runner *runner, hfi_work *work);

/** Something that waits in the queue. */
typedef struct hfi_queued_left {
    const char *kind; /* "a finalizer" or "a cleanup" */
    const char *type; /* of its object; NULL: it has none */
    hf_site site;     /* where it was set */
} hfi_queued_left;

/** Visits what waits and is in no other list of what is left, the oldest first; gives the number.
 * Managed.  A lock is held: the visitor calls nothing of this module. */
uint64_t hfi_runner_each_left(hfi_runner *runner,
                              void (*visit)(const hfi_queued_left *left, void *user), void *user);
/** Works queued so far, and those of them that are over.  World stopped. */
void hfi_runner_progress(hfi_runner *runner, uint64_t *queued_out, uint64_t *over_out);

/** The time at which `timeout_ns` from now are over. */
uint64_t hfi_deadline(uint64_t timeout_ns);

/** Takes and gives the module's locks around a fork. */
void hfi_runner_lock(hfi_runner *runner);
void hfi_runner_unlock(hfi_runner *runner);

/** In the child, locks held: the runner is gone, and what it was running is taken for done. */
void hfi_runner_fork_child(hfi_runner *runner);

/** Starts it again if a fork lost it.  Thread NULL: not attached or in native state.
 * HF_E_NOMEM, HF_E_SYSTEM: may be tried again. */
HF_MUST_CHECK hf_status hfi_runner_after_fork(hfi_runner *runner, hf_thread *thread);

#endif
