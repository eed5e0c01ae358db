/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ROOT_ROOT_H
#define HOLDFAST_ROOT_ROOT_H

/* Frames, slots and globals, as the floors above see them. */

#include "heap/heap.h"
#include "thread/thread.h"

#include <holdfast/root.h>

typedef struct hfi_roots hfi_roots;

HF_MUST_CHECK hf_status hfi_roots_create(hfi_parts *parts, hfi_roots **roots_out);

/** Gives the number of globals never destroyed; they are freed with the rest, unless `keep`. */
uint64_t hfi_roots_destroy(hfi_roots *roots, bool keep);

/** Says that a scope destroys a global, and nobody else, or that none does any more.  False if that
 * is so already. */
bool hfi_global_set_scoped(hfi_roots *roots, hf_global *global, bool is_scoped);

/** Takes and gives the module's lock around a fork. */
void hfi_roots_lock(hfi_roots *roots);
void hfi_roots_unlock(hfi_roots *roots);

/**
 * `count` slots in a row, all null, in the innermost frame.  HF_E_SLOTS (reported), HF_E_NOMEM.
 * Managed, by the owner; no safepoint.
 */
HF_MUST_CHECK hf_status hfi_slots_take(hf_thread *thread, uint32_t count, hf_ref *first_out);

/** At a detach: ends and reports every frame that is still open. */
void hfi_frames_end_all(hf_thread *thread, const char *where);

/** Once for each of the frames that hfi_frame_push() takes: what no push changes. */
static inline void hfi_frame_make(hf_thread *thread, hf_frame *frame)
{
    frame->thread_ = thread;
    frame->escape_ = NULL;
}

/**
 * A callback's frame, pushed without the checks of hf_frame_begin(): it lies off the stack, and its
 * parent is on the other side of the boundary, so that nothing escapes to it.  No slot is taken.
 */
static inline void hfi_frame_push(hf_thread *thread, hf_frame *frame, hf_site site)
{
    uint32_t serial = thread->frame_serial + 1;
    serial += serial == 0; /* which is an ended frame's */
    thread->frame_serial = serial;
    frame->outer_ = thread->frames;
    frame->base_ = thread->slot_floor;
    frame->cookie_ = serial;
    frame->records_ = thread->records;
    frame->site_ = site;
    thread->frames = frame;
    thread->frame_last = NULL; /* the copy is another's */
}

/** Ends it: as hf_frame_end(), and reports what the handler left open. */
static inline void hfi_frame_pop(hf_thread *thread, hf_frame *frame)
{
    if (HF_LIKELY(thread->frames == frame && thread->records == frame->records_ &&
                  !thread->checked)) {
        frame->cookie_ = 0;
        thread->frames = frame->outer_;
        thread->slot_top = thread->slot_floor = frame->base_;
    } else {
        hf_frame_end(frame);
    }
}

/** Takes off such a frame and all frames inside it, which were jumped over; their records are
 * unwound, and those reported.  Managed, by the owner. */
void hfi_frames_cut(hf_thread *thread, hf_frame *frame, const char *where);

/** "a local of the frame at demo.c:12", for a slot of the thread; its state may not change
 * meanwhile. */
void hfi_frame_tell_slot(const hf_thread *thread, const hf_slot *slot, struct hfi_text *text);

/** True if `frame` is open in this thread and is the one that had `cookie`. */
bool hfi_frame_is_open(const hf_thread *thread, const hf_frame *frame, uint32_t cookie);

#endif
