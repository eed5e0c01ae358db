/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_POOL_H
#define HOLDFAST_BASE_POOL_H

/*
 * Nodes of one size, cut from chunks and used again.
 *
 * A collection gives nodes back and never takes one.  Chunks are kept to the end, so that a
 * node which was given back can still be looked at.  No lock of its own.
 */

#include <stddef.h>

typedef struct hfi_pool {
    size_t size;  /* of a node; a multiple of a pointer's */
    void *free;   /* linked through the first word of each */
    void *chunks; /* linked through the first word of each */
} hfi_pool;

/** A zeroed node, or NULL. */
void *hfi_pool_take(hfi_pool *pool);

/** Gives a node back; all but its first word stays as it is until it is taken again. */
void hfi_pool_give(hfi_pool *pool, void *node);

/** Gives all memory back. */
void hfi_pool_finish(hfi_pool *pool);

#endif
