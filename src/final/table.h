/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_TABLE_H
#define HOLDFAST_FINAL_TABLE_H

/*
 * The armed finalizers: in the order of arming, and findable by their object.
 *
 * Records never move and are used again, so that they can be linked into the
 * runner's queue as they are.  No lock of its own: final->lock.
 */

#include "runner/queue.h"

#include <holdfast/final.h>

#include <stdbool.h>

/** A finalizer, armed or queued. */
typedef struct hfi_armed {
    hfi_work work; /* first; its object is weak while armed; its next links free records */
    struct hfi_armed *older, *newer; /* while armed */
    hf_finalizer_fn run;
    void *user;
} hfi_armed;

typedef struct hfi_table {
    hfi_armed *oldest, *newest;
    size_t count;             /* armed now */
    hfi_armed *free_records;  /* linked through work.next */
    struct hfi_chunk *chunks; /* where records come from */
    hfi_armed **index;        /* open addressing, at most half full */
    unsigned index_bits;      /* log2 of its size; 0: there is none */
    bool is_index_fresh;      /* false: objects moved, or it is new and empty */
} hfi_table;

/** Makes sure that one hfi_table_add() works.  HF_E_NOMEM, with nothing changed. */
HF_MUST_CHECK hf_status hfi_table_reserve(hfi_table *table);

/** Adds a record; room was reserved and the object has none. */
hfi_armed *hfi_table_add(hfi_table *table, uintptr_t object);

/** The record of an object, or NULL. */
hfi_armed *hfi_table_find(hfi_table *table, uintptr_t object);

/** Takes a record out; it is the caller's until hfi_table_recycle().  No memory needed. */
void hfi_table_remove(hfi_table *table, hfi_armed *armed);

/** Gives a record back that is in neither table nor queue. */
void hfi_table_recycle(hfi_table *table, hfi_armed *armed);

/** Objects moved: the index is made again when it is next looked at, outside the pause. */
static inline void hfi_table_moved(hfi_table *table)
{
    table->is_index_fresh = false;
}

/** Gives all memory back. */
void hfi_table_finish(hfi_table *table);

#endif
