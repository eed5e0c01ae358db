/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_STOCK_H
#define HOLDFAST_FINAL_STOCK_H

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
    uint32_t place;  /* while armed: in the roster */
    uint32_t number; /* in its stock, for ever */
    void *user;
} hfi_armed;

typedef struct hfi_stock {
    size_t record_size;           /* constant */
    hfi_work *free;               /* final->lock */
    struct hfi_chunk **chunks;    /* final->lock */
    uint32_t chunk_count;         /* final->lock */
    uint32_t chunk_room;          /* final->lock */
    _Atomic(hfi_work *) returned; /* no lock: any thread adds, who has the lock takes all */
} hfi_stock;

/** Makes sure that one hfi_stock_take() works.  HF_E_NOMEM, with nothing changed. */
HF_MUST_CHECK hf_status hfi_stock_reserve(hfi_stock *stock);

/** A record whose number is set and the rest as it was left; room was reserved. */
hfi_armed *hfi_stock_take(hfi_stock *stock);

/** Gives a record back, with final->lock. */
void hfi_stock_give(hfi_stock *stock, hfi_armed *armed);

/** Gives a record back without it.  Any thread. */
void hfi_stock_return(hfi_stock *stock, hfi_armed *armed);

/** The record with a number; NULL: there was never one. */
hfi_armed *hfi_stock_find(const hfi_stock *stock, uint32_t number);

/** Frees all memory. */
void hfi_stock_finish(hfi_stock *stock);

#endif
