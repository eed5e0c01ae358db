/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNNER_QUEUE_H
#define HOLDFAST_RUNNER_QUEUE_H

/*
 * What waits for the runner: first in, first out.
 *
 * The nodes lie inside of what they stand for, so that queueing, which happens in
 * a collection, needs no memory and cannot fail.  No lock of its own.
 */

#include <holdfast/ref.h>

#include <stddef.h>
#include <stdint.h>

struct hfi_work;

/** What all works of one kind have in common; static. */
typedef struct hfi_work_kind {
    const char *name; /* for reports: "a finalizer" */
    /* Does it, managed and without a lock, on the runner.  `object` is a slot of the frame around
     * the run and holds the work's object.  The work is the function's from here on; it should be
     * given back before user code runs. */
    void (*run)(hf_thread *runner, struct hfi_work *work, hf_ref object);
} hfi_work_kind;

typedef struct hfi_work {
    struct hfi_work *next;
    const hfi_work_kind *kind;
    hf_slot object; /* a root while it is queued; null: none */
    hf_site site;   /* of what asked for it */
} hfi_work;

typedef struct hfi_queue {
    hfi_work *first;
    hfi_work *last;
    uint64_t pushed; /* ever */
} hfi_queue;

static inline void hfi_queue_push(hfi_queue *queue, hfi_work *work)
{
    work->next = NULL;
    if (queue->first) {
        queue->last->next = work;
    } else {
        queue->first = work;
    }
    queue->last = work;
    queue->pushed++;
}

/** The oldest, or NULL. */
static inline hfi_work *hfi_queue_take(hfi_queue *queue)
{
    hfi_work *work = queue->first;
    if (work) {
        queue->first = work->next;
    }
    return work;
}

#endif
