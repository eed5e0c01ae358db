/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CHECK_H
#define HOLDFAST_CHECK_H

/*
 * Addresses of managed memory in native memory.
 *
 * A call checks what it lends by itself.  A program that puts the address of a
 * buffer into native memory on its own says so here, and is told when nothing
 * holds the buffer still:
 *
 *     HF_FENCE(thread, fence, buffer, NULL);
 *     status = hf_pointer_store(thread, &queue->entry[n].data, buffer, 0);
 *
 * What is allowed passes at every level of hf_runtime_options.pointer_checks.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>

HF_BEGIN_DECLS

/**
 * Stores the address of byte `offset` of a buffer in native memory.
 *
 * @param place  where the address goes: room for a pointer, of any alignment.
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_NOT_LENDABLE; HF_E_RANGE behind the buffer's end;
 * HF_E_MISUSE; HF_E_DETACHED.  At level 2, with a report and nothing stored: HF_E_POINTER if
 * nothing pins the buffer, or if `place` is in managed memory that is not pinned; HF_E_NOMEM.
 *
 * @par Ownership   The place does not keep the buffer: who pins it does.
 * @par Threads     The owner, in managed state.
 * @par GC          At level 2 a safepoint, when no pin of this thread holds the buffer.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pointer_store_at(hf_thread *thread, void *place, const hf_slot *buffer,
                                     size_t offset, hf_site site) HF_MAY_GC;

/** hf_pointer_store_at() with the place of the call. */
#define hf_pointer_store(thread, place, buffer, offset)                                            \
    hf_pointer_store_at((thread), (place), (buffer), (offset), HF_SITE)

/**
 * Checks pointers that were stored in some other way, as a call checks the members of a struct.
 *
 * @param pointers  native memory that holds `count` pointers.
 * @return HF_OK when none of them leads into a managed object that can move, and always at level 0;
 * HF_E_POINTER with a report otherwise; HF_E_NULL; HF_E_NOMEM; HF_E_DETACHED.
 *
 * @par Ownership   Borrowed for the call.
 * @par Threads     The owner, in managed state.
 * @par GC          A safepoint, when one of them leads into managed memory.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pointers_check_at(hf_thread *thread, const void *pointers, size_t count,
                                      hf_site site) HF_MAY_GC;

/** hf_pointers_check_at() with the place of the call. */
#define hf_pointers_check(thread, pointers, count)                                                 \
    hf_pointers_check_at((thread), (pointers), (count), HF_SITE)

HF_END_DECLS

#endif
