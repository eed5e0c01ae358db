/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_THREAD_WORLD_H
#define HOLDFAST_THREAD_WORLD_H

/* The threads of one runtime; private to thread/. */

#include "thread/thread.h"

struct hfi_world {
    hfi_parts *parts;
    hfp_mutex stop_lock; /* held from stop to resume, and while the list changes */
    hfp_mutex gate_lock; /* with gate_open: where parked threads wait */
    hfp_cond gate_open;
    hfp_key self_key;   /* the calling thread's record in this runtime */
    hf_thread *threads; /* lock: stop_lock */
    hf_thread
        *retired;   /* lock: stop_lock; detached records, never unmapped while the runtime lives */
    uint32_t count; /* lock: stop_lock */
    hfi_world_hooks hooks[HFI_HOOKS_MAX];
    _Atomic(uint64_t) stops;
    uint64_t stop_began_ns;          /* collector */
    _Atomic(uint64_t) stop_ns_total; /* written by the collector */
    _Atomic(uint64_t) stop_ns_max;
};

/** Takes records whose thread has died out of the list.  lock: stop_lock */
void hfi_world_bury(hfi_world *world);

#endif
