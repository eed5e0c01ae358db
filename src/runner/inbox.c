/* SPDX-License-Identifier: MIT */

/*
 * Work from threads that the queue's lock is not for.
 *
 * The queue belongs to managed threads and to the collector (inside.h).  A thread that is not
 * attached, or is in native state, leaves its work in the inbox: a list that grows at its head by
 * an exchange and is taken as a whole by a managed thread, which puts it into the queue in the
 * order in which it came.  Taken whole, it needs no protection against a head that was away and is
 * back.
 *
 * A work in the inbox has no object, so the collector has nothing to look for in it.  Who drains
 * empties the inbox first: what was submitted before is in its count.
 *
 * The push is a release, the taking an acquire: who runs a work sees all that was written before it
 * was submitted.  The wake comes after the push, and the runner takes the inbox after it has seen
 * the wake, so none is slept over.
 */

#include "base/verify.h"
#include "runner/inside.h"

void hfi_runner_submit(hfi_runner *runner, hfi_work *work)
{
    HF_VERIFY(work->object.word_ == 0);
    work->next = atomic_load_explicit(&runner->inbox, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&runner->inbox, &work->next, work,
                                                  memory_order_release, memory_order_relaxed)) {
    }
    hfi_runner_wake(runner);
}

void hfi_runner_empty_inbox(hfi_runner *runner)
{
    if (!atomic_load_explicit(&runner->inbox, memory_order_relaxed)) {
        return;
    }
    hfi_work *newest = atomic_exchange_explicit(&runner->inbox, NULL, memory_order_acquire);
    hfi_work *oldest = NULL;
    while (newest) {
        hfi_work *older = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = older;
    }
    while (oldest) {
        hfi_work *newer = oldest->next;
        hfi_queue_push(&runner->queue, oldest);
        oldest = newer;
    }
}
