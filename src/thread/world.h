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
    /* Detached records, oldest first, never unmapped while the runtime lives.  The oldest is used
     * again when there are many, so that a record used after its detach is told as detached. */
    hf_thread *retired;         /* lock: stop_lock */
    hf_thread **retired_last;   /* lock: stop_lock; where the next one is linked */
    uint32_t retired_count;     /* lock: stop_lock */
    _Atomic(uint32_t) count;    /* written with stop_lock */
    _Atomic(uint32_t) attaches; /* so far; written with stop_lock */
    _Atomic(bool) is_closed;    /* set once, when the runtime ends */
    _Atomic(bool) is_forked;    /* written by the only thread of a child */
    _Atomic(bool) has_said_so;  /* that it was: once a fork */
    hf_thread *fork_self;       /* from hfi_world_fork_prepare() to its end; managed, or NULL */
    hfi_world_hooks hooks[HFI_HOOKS_MAX];
    _Atomic(uint32_t) parked; /* threads inside hfi_leave_slow() */
    uint32_t hurried;         /* lock: stop_lock; stops that found one inside */
    _Atomic(uint64_t) stops;
    uint64_t stop_began_ns;          /* collector */
    _Atomic(uint64_t) stop_ns_total; /* written by the collector */
    _Atomic(uint64_t) stop_ns_max;
};

static inline bool hfi_world_is_closed(hfi_world *world)
{
    return atomic_load_explicit(&world->is_closed, memory_order_relaxed);
}

static inline bool hfi_world_is_forked(hfi_world *world)
{
    return atomic_load_explicit(&world->is_forked, memory_order_relaxed);
}

/** Gives HF_E_FORKED, and reports it if it is the first use of the runtime in this child. */
hf_status hfi_fork_refuse(hfi_world *world, const char *function);

/** Takes records whose thread has died out of the list.  lock: stop_lock */
void hfi_world_bury(hfi_world *world);

/** Takes a record out of the list and tells the floors above.  lock: stop_lock */
void hfi_world_unlink(hfi_world *world, hf_thread *thread);

/** A stop is wanted of this thread.  The collector. */
void hfi_gate_close(hf_thread *thread);

/** It is over.  The collector; for its own gate the only thread of a forked child. */
void hfi_gate_open(hf_thread *thread);

#endif
