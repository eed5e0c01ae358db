/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RETRY_GROW_H
#define HOLDFAST_RETRY_GROW_H

/* The loop of a call that may take several tries. */

#include "call/call.h"

/** All tries of a call that was begun, and its outputs.  The statuses of hf_call() behind its
 * begin. */
HF_MUST_CHECK hf_status hfi_call_grow(hfi_call *call);

/**
 * A whole call with its tries on the C stack, as long as they fit; hfi_call_end() follows.  False:
 * nothing was done, and the call is for hfi_call_begin() and hfi_call_grow().
 */
HF_MUST_CHECK bool hfi_call_grow_lean(hfi_call *call, hf_thread *thread,
                                      const hf_function *function, hf_result *result,
                                      const hf_arg *arguments, hf_status *status_out);

#endif
