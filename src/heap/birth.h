/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_BIRTH_H
#define HOLDFAST_HEAP_BIRTH_H

/*
 * Where objects were made, for reports; in checked mode alone, else every answer is "not known".
 */

#include "heap/heap.h"

#include <holdfast/diag.h>

typedef struct hfi_births hfi_births;

/** An object's entry. */
typedef struct hfi_birth {
    uintptr_t object; /* its address now */
    uint64_t number;  /* of its birth, from 1; tells it from others that were at its address */
    hf_site site;     /* file NULL: made by the library, for a call */
} hfi_birth;

/** A place that an object has left, by moving or by dying. */
typedef struct hfi_grave {
    uintptr_t start, end;
    hfi_birth birth;
    const char *type;
    size_t size; /* of the payload */
} hfi_grave;

/** Makes the table and adds it to the heap's participants.  HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfi_births_create(hfi_heap *heap, hfi_births **births_out);

/** NULL is fine. */
void hfi_births_destroy(hfi_births *births);

/** Around a fork; a leaf of every order of locks.  NULL is fine. */
void hfi_births_lock(hfi_births *births);
void hfi_births_unlock(hfi_births *births);

/** Enters a new object.  Without memory for the entry the site is lost, and nothing else. */
void hfi_birth_add(hfi_births *births, uintptr_t object, hf_site site);

/** The place that `address` was in, the last that was left; NULL: not known.  Async-safe. */
const hfi_grave *hfi_birth_grave(const hfi_births *births, uintptr_t address);

/** The entry of a live object; false: not known.  Any thread that knows that it stays alive and
 * where it is. */
bool hfi_heap_birth(hfi_heap *heap, uintptr_t object, hfi_birth *birth_out);

/** Number of its birth; 0: not known. */
uint64_t hfi_heap_birth_number(hfi_heap *heap, uintptr_t object);

/** "bytes, 64 bytes" */
void hfi_object_describe(uintptr_t object, char *buffer, size_t size);

/** Lets a report say what `object` is, in words that are put into `buffer`, and where it was made.
 */
void hfi_heap_tell(hfi_heap *heap, uintptr_t object, hf_report *report, char *buffer, size_t size);

/** The same for the object in a slot; nothing where there is none. */
void hfi_heap_tell_slot(hfi_heap *heap, const hf_slot *slot, hf_report *report, char *buffer,
                        size_t size);

/** The same for an address where no object is any more; false: nothing is known of it. */
bool hfi_heap_tell_gone(hfi_heap *heap, uintptr_t address, hf_report *report, char *buffer,
                        size_t size);

#endif
