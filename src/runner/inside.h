/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNNER_INSIDE_H
#define HOLDFAST_RUNNER_INSIDE_H

/*
 * What the files of this module share.
 *
 * Two locks, and one rule that spares the collector both of them:
 *
 *   queue_lock   the queue.  Held by managed threads alone, for a short stretch
 *                without a safepoint.  So while the world is stopped nobody is inside:
 *                who holds it is managed and not yet stopped, who waits for it waits
 *                for such a one.  The collector therefore goes without the lock.
 *   lock         sleeping and waking, and what runs now.  Also taken in native state,
 *                so what it guards is never touched by the collector.  Whoever holds it
 *                waits only on a condition.
 *
 * They are never held both at once, except around a fork, in this order.
 */

#include "platform/platform.h"
#include "runner/runner.h"

#include <stdatomic.h>

typedef enum hfi_runner_state {
    HFI_RUNNER_NONE,     /* never started, or the start failed */
    HFI_RUNNER_STARTING, /* its thread attaches itself */
    HFI_RUNNER_FAILED,   /* it could not; who started it joins it and goes back to NONE */
    HFI_RUNNER_RUNNING,  /* also: the program runs the works itself */
    HFI_RUNNER_LEAVING,  /* its thread has nothing to do but to end */
    HFI_RUNNER_ENDED
} hfi_runner_state;

/** The run that is under way, for those who wonder: the work itself is gone by then. */
typedef struct hfi_run_now {
    const char *kind; /* NULL: nothing runs */
    const char *type; /* of the object; NULL: it has none */
    hf_site site;     /* of what asked for the run */
    hf_site born;     /* of the object, where that is known */
    uint64_t since_ns;
    uint64_t os_thread;
    bool is_named; /* the watchdog has spoken */
} hfi_run_now;

struct hfi_runner {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex queue_lock;
    hfi_queue queue;              /* queue_lock */
    uint64_t queued_seen;         /* queue_lock; queue.pushed when the runner was woken last */
    uint64_t done_seen;           /* queue_lock; `done` behind the collection before */
    _Atomic(hfi_work *) inbox;    /* submitted, the newest first; on its way to the queue */
    _Atomic(bool) is_handing;     /* somebody makes a segment */
    _Atomic(uint64_t) named_runs; /* how often the watchdog spoke */

    hfp_mutex lock;
    hfp_cond work;            /* the runner waits here for `wake` or `stopping` */
    hfp_cond news;            /* others wait here for `state`, `done` and `embedder` */
    _Atomic(uint32_t) state;  /* written with the lock; RUNNING is also read without */
    hf_status start_status;   /* lock; why FAILED */
    bool is_lost;             /* it ran before a fork; set and read by the child's only thread */
    bool wake;                /* lock; something was queued since the last look */
    bool stopping;            /* lock; end when the queue is empty */
    bool is_asleep;           /* lock; the runner waits for work */
    _Atomic(uint64_t) done;   /* works behind it since the start, in the queue's order */
    _Atomic(uint64_t) wanted; /* raised with the lock: the least `done` that somebody waits for */
    uint64_t dropped;         /* lock; those of them that were not run */
    uint64_t longest_ns;      /* lock; the longest run, while the watchdog is on */
    hfi_run_now now;          /* lock; only while the watchdog is on */
    hf_thread *embedder;      /* lock; inside hf_runner_run() now */
    hfp_thread handle;        /* who moved the state to STARTING; then hfi_runner_stop() */
};

/** Moves what was submitted to the queue.  Managed, queue_lock held. */
void hfi_runner_empty_inbox(hfi_runner *runner);

/** Tells it to look at the queue. */
void hfi_runner_wake(hfi_runner *runner);

/** lock held. */
void hfi_runner_set_state(hfi_runner *runner, hfi_runner_state state);

static inline hfi_runner_state hfi_runner_state_of(hfi_runner *runner)
{
    return (hfi_runner_state)atomic_load_explicit(&runner->state, memory_order_acquire);
}

/** Works queued so far. */
uint64_t hfi_runner_pushed(hfi_runner *runner);

/* ---- run.c ---- */

/**
 * Runs the oldest work on this thread, which is managed; false if there is none.  User code may
 * detach the thread: the runner's own is attached again, and may have another record then; of an
 * embedder's the record becomes NULL.
 */
bool hfi_runner_run_next(hfi_runner *runner, hf_thread **thread_inout);

/* ---- watch.c ---- */

/** A run begins, and ends: gives what the watchdog wants to know of it. */
void hfi_watch_begin(hfi_runner *runner, const hf_thread *thread, const hfi_work *work,
                     const hf_slot *object);
void hfi_watch_end(hfi_runner *runner);

/** When somebody should look at the present run; HFP_FOREVER: never.  lock held. */
uint64_t hfi_watch_next_look(const hfi_runner *runner);

/** Looks, and reports a run that takes too long, once.  No lock held; the report hook runs. */
void hfi_watch_look(hfi_runner *runner);

/** True if this settings' watchdog is on. */
static inline bool hfi_watch_is_on(const hfi_runner *runner)
{
    return runner->parts->settings.watchdog_ns != 0;
}

static inline bool hfi_runner_is_embedded(const hfi_runner *runner)
{
    return runner->parts->settings.is_runner_embedded;
}

#endif
