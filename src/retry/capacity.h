/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RETRY_CAPACITY_H
#define HOLDFAST_RETRY_CAPACITY_H

/* How large the next try is. */

#include "call/call.h"

/** Sets the capacities of the first try. */
void hfi_capacity_begin(hfi_call *call);

/**
 * Sets the next capacity of a buffer that was too small: what is needed (bytes; 0: not said),
 * larger by the growth of the function at least, no more than the bound.  False if it stays what it
 * is.
 */
bool hfi_capacity_grow(hfi_call *call, unsigned index, uint64_t need);

/** After a piece of a stream that came back full: larger ones, up to what makes sense. */
void hfi_capacity_widen(hfi_call *call, unsigned index);

/** Notes the size of a call that succeeded, where the function remembers it. */
void hfi_capacity_remember(const hfi_call *call);

#endif
