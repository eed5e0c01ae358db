/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_POOL_H
#define HOLDFAST_FINAL_POOL_H

/*
 * Records of one size: they never move and are used again, so that they can be
 * linked into the runner's queue as they are.
 */

#include "runner/queue.h"

#include <holdfast/status.h>

#include <stdatomic.h>

/** What finalizers and cleanups have in common; first in both. */
typedef struct hfi_armed {
    hfi_work work;   /* first; its next also links free records */
    uint32_t place;  /* while armed: in the watch */
    uint32_t number; /* in its pool, for ever */
    void *user;
} hfi_armed;

typedef struct hfi_pool {
    size_t record_size;           /* constant */
    hfi_work *free;               /* final->lock */
    struct hfi_chunk **chunks;    /* final->lock */
    uint32_t chunk_count;         /* final->lock */
    uint32_t chunk_room;          /* final->lock */
    _Atomic(hfi_work *) returned; /* no lock: any thread adds, who has the lock takes all */
} hfi_pool;

/** Makes sure that one hfi_pool_take() works.  HF_E_NOMEM, with nothing changed. */
HF_MUST_CHECK hf_status hfi_pool_reserve(hfi_pool *pool);

/** A record whose number is set and the rest as it was left; room was reserved. */
hfi_armed *hfi_pool_take(hfi_pool *pool);

/** Gives a record back, with final->lock. */
void hfi_pool_give(hfi_pool *pool, hfi_armed *armed);

/** Gives a record back without it.  Any thread. */
void hfi_pool_return(hfi_pool *pool, hfi_armed *armed);

/** The record with a number; NULL: there was never one. */
hfi_armed *hfi_pool_find(const hfi_pool *pool, uint32_t number);

/** Frees all memory. */
void hfi_pool_finish(hfi_pool *pool);

#endif
