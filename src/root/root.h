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

/** True if `frame` is open in this thread and is the one that had `cookie`. */
bool hfi_frame_is_open(const hf_thread *thread, const hf_frame *frame, uint32_t cookie);

#endif
