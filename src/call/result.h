/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_RESULT_H
#define HOLDFAST_CALL_RESULT_H

/* A result's output slots and scalars. */

#include "call/function.h"
#include "thread/thread.h"

#include <holdfast/call.h>

/**
 * Makes a result ready for a call: everything zero, one null slot for each output.  Slots of a
 * frame that is still open are used again.  HF_E_OPTIONS, HF_E_SLOTS (reported); HF_E_NOMEM.
 */
HF_MUST_CHECK hf_status hfi_result_begin(hf_thread *thread, hf_result *result,
                                         const hf_function *function);

/** Clears the outputs: the call did not succeed. */
void hfi_result_clear(hf_result *result);

#endif
