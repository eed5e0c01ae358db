/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FENCE_FENCE_H
#define HOLDFAST_FENCE_FENCE_H

/*
 * Fences, owning pins, and how they hold resources.  The records that fences and
 * calls link into their thread are thread/record.h.
 */

#include "heap/heap.h"
#include "thread/record.h"

#include <holdfast/fence.h>

typedef struct hfi_fences hfi_fences;
HF_MUST_CHECK hf_status hfi_fences_create(hfi_parts *parts, hfi_fences **fences_out);

/** Gives the number of owning pins still standing, each reported; `keep`: frees nothing. */
uint64_t hfi_fences_destroy(hfi_fences *fences, bool keep);

/** Takes and gives the module's lock around a fork. */
void hfi_fences_lock(hfi_fences *fences);
void hfi_fences_unlock(hfi_fences *fences);

/**
 * True if the address is inside an object, or right behind one, that holds still for the calling
 * thread: by a call or fence of its own, an owning pin, or from birth.  What other threads pin is
 * for hfi_heap_find() to say.
 */
bool hfi_is_pinned_here(hf_thread *thread, uintptr_t address);

/** The same without what the record `but` pins; NULL: all count. */
bool hfi_is_pinned_beside(hf_thread *thread, const hf_record_ *but, uintptr_t address);

/** True if an owning pin holds the object around an address.  Any thread. */
bool hfi_pins_hold(hfi_fences *fences, uintptr_t address);

/** The end of a loan, remembered in checked mode. */
typedef struct hfi_unpin {
    uintptr_t object; /* 0: it died */
    uint64_t birth;   /* its number; 0: not known */
    hf_site site;
    char what[48]; /* the fence's, pin's or function's name */
} hfi_unpin;

/** Remembers that a loan ended; for the place where settings.checked is known to be set. */
void hfi_unpin_note(hfi_fences *fences, uintptr_t object, const char *what, hf_site site);

/** The last loan of an object that ended; false: not known. */
bool hfi_unpin_find(hfi_fences *fences, uintptr_t object, hfi_unpin *unpin_out);

#endif
