/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_ALLOC_H
#define HOLDFAST_BASE_ALLOC_H

/*
 * The one way to native memory, and the fault points.
 *
 * Every place where the world may say no asks hfi_fault_hit() first, so that a
 * test can make the n-th of them fail and see that nothing leaks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Zeroed memory, or NULL.  A fault point.  `size` > 0. */
void *hfi_alloc(size_t size);

/** Zeroed array, or NULL, also when count * size overflows.  A fault point. */
void *hfi_alloc_array(size_t count, size_t size);

/** Grows to `size` bytes (the tail is not zeroed), or NULL with the old block intact.  A fault
 * point. */
void *hfi_realloc(void *block, size_t size);

/** A copy of the text in memory of its own, or NULL.  A fault point. */
char *hfi_strdup(const char *text);

/** Zeroed memory that is never given back, and not counted as live: for what native code may still
 * reach after the last runtime has ended.  NULL; a fault point. */
void *hfi_alloc_for_ever(size_t size);

/** Gives a block back; NULL is fine. */
void hfi_free(void *block);

/** Blocks handed out and not freed: what a leak test compares. */
int64_t hfi_alloc_live(void);

/**
 * True when this fault point is to fail.  `what` names it in the trace.
 * Costs one load while no fault is armed.
 */
bool hfi_fault_hit(const char *what);

/** Lets the `nth` fault point from now (1 = the next) fail; `times` of them in a row.  0 disarms.
 */
void hfi_fault_arm(uint64_t nth, uint64_t times);

/** Disarms; gives the number of fault points passed since the last arm (how long a sweep must be).
 */
uint64_t hfi_fault_disarm(void);

/** Name of the fault point that failed last, "" if none did since the last arm. */
const char *hfi_fault_last(void);

#endif
