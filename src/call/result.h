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
    result->callback_status = HF_OK;
    result->callback_name = NULL;
    result->out_count = function->outs;
    result->scalar_count = function->scalars;
    result->floating_mask_ = function->floating_mask;
    return HF_OK;
}

/** Puts what the function returned into the result; gives what expressions see of it. */
static inline int64_t hfi_result_read(hf_result *result, const hf_function *function,
                                      const hfi_value *returned)
{
    if (HF_LIKELY(function->yield == HFI_YIELD_INTEGER)) {
        uint64_t bits = hfi_value_integer(returned, function->result_shift);
        result->value.i =
            hfi_value_narrow(bits, function->result_shift, function->result_is_signed);
        return result->value.i;
    }
    switch (function->yield) {
    case HFI_YIELD_POINTER:
        result->value.u = 0;
        result->value.pointer = returned->pointer;
        return (int64_t)(intptr_t)returned->pointer;
    case HFI_YIELD_F64:
        result->value.f = returned->f64;
        return 0;
    case HFI_YIELD_F32:
        result->value.f = (double)returned->f32;
        return 0;
    default:
        result->value.u = 0; /* the register holds whatever the callee left there */
        return 0;
    }
}

/**
 * Evaluates the fail role or the policy of error, of which the prototype has one: `failed` and
 * `error` of the result.  Gives what expressions see of the error.  `seen` are the parameters'
 * values, if any expression asks.
 */
int64_t hfi_result_judge(hf_result *result, const hf_function *function, int64_t result_seen,
                         const int64_t *seen);

/** Clears the outputs: the call did not succeed. */
void hfi_result_clear(hf_result *result);

#endif
