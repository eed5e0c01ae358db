/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_THREAD_WATCH_H
#define HOLDFAST_THREAD_WATCH_H

/*
 * How a finder (finder/) is told what a program does with its slots.
 *
 * Whoever reads a slot that the program gave says so with hfi_slot_used().  While no
 * finder watches that is one test of a word that never changes.
 */

#include "thread/thread.h"

struct hfi_tracer;

/** What is told of a fence. */
typedef struct hfi_ended_fence {
    uintptr_t object;
    const char *what;
    const char *class_name; /* of the resource; may be NULL */
    hf_site site;
    bool is_disposed; /* somebody disposed it while it was held */
} hfi_ended_fence;

/** What the finder of a runtime wants to be told; `self` first. */
typedef struct hfi_watch {
    void *self;
    hfi_parts *parts;
    /* A slot is read.  By the owner, managed. */
    void (*used)(void *self, hf_thread *thread, const hf_slot *slot);
    /* The thread's slots from `base` on end.  By the owner, managed; they still hold something. */
    void (*dropping)(void *self, hf_thread *thread, uint32_t base);
    /* Something may be collected now; `is_call`: a native function is about to be called. */
    void (*ready)(void *self, hf_thread *thread, bool is_call);
    /* A fence that held a resource has just ended.  By the owner, managed. */
    void (*fence_ended)(void *self, hf_thread *thread, const hfi_ended_fence *fence);
    /* The thread's slots are roots.  World stopped. */
    void (*visit)(void *self, hf_thread *thread, struct hfi_tracer *tracer);
} hfi_watch;

/** The one that watches; NULL: none. */
extern _Atomic(const hfi_watch *) hfi_watching;

/** Tells it; thread NULL: the calling one. */
void hfi_slot_tell(hf_thread *thread, const hf_slot *slot);

static inline void hfi_slot_used(hf_thread *thread, const hf_slot *slot)
{
    if (HF_UNLIKELY(atomic_load_explicit(&hfi_watching, memory_order_relaxed) != NULL)) {
        hfi_slot_tell(thread, slot);
    }
}

/** True for what the slots of ended frames hold, and those that a finder ended: no object. */
static inline bool hfi_is_ended_word(uintptr_t word)
{
    return (word & 1) != 0;
}

#endif
