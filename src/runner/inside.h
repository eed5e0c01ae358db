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
 *   lock         sleeping and waking.  Also taken in native state, so what it guards
 *                is never touched by the collector.  Whoever holds it waits only on a
 *                condition.
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
    HFI_RUNNER_RUNNING,
    HFI_RUNNER_ENDED
} hfi_runner_state;

struct hfi_runner {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex queue_lock;
    hfi_queue queue;      /* queue_lock */
    uint64_t queued_seen; /* queue_lock; queue.pushed when the runner was woken last */
    _Atomic(hfi_work *)
        inbox; /* of hfi_runner_submit(), the newest first; on its way to the queue */

    hfp_mutex lock;
    hfp_cond work;           /* the runner waits here for `wake` or `stopping` */
    hfp_cond news;           /* others wait here for `state` and `done` */
    _Atomic(uint32_t) state; /* written with the lock; RUNNING is also read without */
    hf_status start_status;  /* lock; why FAILED */
    bool is_lost;            /* it ran before a fork; set and read by the child's only thread */
    bool wake;               /* lock; something was queued since the last look */
    bool stopping;           /* lock; end when the queue is empty */
    uint64_t done;           /* lock; work finished since the start, in the queue's order */
    hfp_thread handle;       /* who moved the state to STARTING; then hfi_runner_stop() */
};

/** Moves what was submitted to the queue.  Managed, queue_lock held. */
void hfi_runner_empty_inbox(hfi_runner *runner);

/** Tells it to look at the queue. */
void hfi_runner_wake(hfi_runner *runner);

static inline hfi_runner_state hfi_runner_state_of(hfi_runner *runner)
{
    return (hfi_runner_state)atomic_load_explicit(&runner->state, memory_order_acquire);
}

#endif
