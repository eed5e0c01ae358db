/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_INDEX_H
#define HOLDFAST_FINAL_INDEX_H

/*
 * From an object to its place in a roster that has each object once.
 */

#include "final/roster.h"

typedef struct hfi_index {
    uint32_t *places; /* + 1; 0: empty.  Open addressing, at most half full */
    unsigned bits;    /* log2 of its size; 0: there is none */
    bool is_fresh;    /* false: objects or places moved */
} hfi_index;

/** Makes room for one more than the roster has.  HF_E_NOMEM, with nothing changed. */
HF_MUST_CHECK hf_status hfi_index_reserve(hfi_index *index, const hfi_roster *roster);

/** Enters what was just added to the roster. */
void hfi_index_add(hfi_index *index, const hfi_roster *roster, const hfi_armed *armed);

/** Takes out what is about to be removed from the roster. */
void hfi_index_remove(hfi_index *index, const hfi_roster *roster, const hfi_armed *armed);

/** The record of an object, or NULL. */
hfi_armed *hfi_index_find(hfi_index *index, const hfi_roster *roster, uintptr_t object);

/** It is made again when it is next looked at, outside the pause. */
static inline void hfi_index_forget(hfi_index *index)
{
    index->is_fresh = false;
}

#endif
