/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_QUEUE_H
#define HOLDFAST_FINAL_QUEUE_H

/*
 * What waits for the runner: first in, first out.
 *
 * The nodes lie inside of what they stand for, so that queueing, which happens in
 * a collection, needs no memory and cannot fail.  No lock of its own: final->lock.
 */

#include <stddef.h>
#include <stdint.h>

typedef enum hfi_work_kind {
    HFI_WORK_FINALIZER, /* an hfi_armed: its object is a root until the runner takes it */
    HFI_WORK_LEAK       /* an hfi_cell whose object died undisposed */
} hfi_work_kind;

typedef struct hfi_work {
    struct hfi_work *next;
    hfi_work_kind kind;
} hfi_work;

typedef struct hfi_queue {
    hfi_work *first;
    hfi_work *last;
    uint64_t pushed; /* ever */
} hfi_queue;

static inline void hfi_queue_push(hfi_queue *queue, hfi_work *work, hfi_work_kind kind)
{
    work->next = NULL;
    work->kind = kind;
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
