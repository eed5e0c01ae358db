/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RETRY_GROW_H
#define HOLDFAST_RETRY_GROW_H

/* The loop of a call that may take several tries. */

#include "call/call.h"

/** All tries of a call that was begun, and its outputs.  The statuses of hf_call() behind its
 * begin. */
HF_MUST_CHECK hf_status hfi_call_grow(hfi_call *call);

#endif
