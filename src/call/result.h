/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_RESULT_H
#define HOLDFAST_CALL_RESULT_H

/* A result's output slots and scalars. */

#include "call/function.h"
#include "thread/thread.h"

#include <holdfast/call.h>

/**
 * The part of hfi_result_begin() for outputs: one null slot for each.  Slots of a frame that is
 * still open are used again.  HF_E_OPTIONS, HF_E_SLOTS (reported); HF_E_NOMEM.
 */
HF_MUST_CHECK hf_status hfi_result_begin_slots(hf_thread *thread, hf_result *result,
                                               const hf_function *function);

/** Makes a result ready for a call: everything zero. */
static inline hf_status hfi_result_begin(hf_thread *thread, hf_result *result,
                                         const hf_function *function)
{
    if (HF_UNLIKELY(result->struct_size != sizeof(*result) ||
                    (result->slot_count_ | result->scalar_count | function->outs) != 0)) {
        hf_status status = hfi_result_begin_slots(thread, result, function);
        if (status != HF_OK) {
            return status;
        }
    }
    result->attempts = 0;
    result->value.u = 0;
    result->error = 0;
    result->errno_value = 0;
    result->last_error = 0;
    result->wsa_error = 0;
    result->failed = false;
    result->out_count = function->outs;
    result->scalar_count = function->scalars;
    result->floating_mask_ = function->floating_mask;
    return HF_OK;
}

/** Clears the outputs: the call did not succeed. */
void hfi_result_clear(hf_result *result);

#endif
