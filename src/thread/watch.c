/* SPDX-License-Identifier: MIT */

/*
 * The way from a use of a slot to the finder that watches.
 *
 * Threads: any.  A finder begins to watch before the first thread of its runtime is
 * attached and ends when the last is gone, so whoever is attached to that runtime finds
 * it; others are told apart by their runtime.
 */

#include "thread/watch.h"

_Atomic(const hfi_watch *) hfi_watching;

void hfi_slot_tell(hf_thread *thread, const hf_slot *slot)
{
    const hfi_watch *watch = atomic_load_explicit(&hfi_watching, memory_order_acquire);
    if (!watch) {
        return;
    }
    thread = thread ? thread : hfi_world_self(watch->parts->world);
    if (thread && thread->parts == watch->parts) {
        watch->used(watch->self, thread, slot);
    }
}
