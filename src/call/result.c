/* SPDX-License-Identifier: MIT */

/*
 * Results.
 *
 * A result owns no memory: its outputs are slots of the frame that was innermost
 * at the first call with it.  They are used again as long as that frame is open,
 * so a million calls in one frame use as many slots as one; a result that outlived
 * its frame gets new ones.
 *
 * Threads: the one that calls, managed.
 */

#include "call/result.h"

#include "base/verify.h"
#include "root/root.h"

#include <string.h>

hf_status hfi_result_begin_slots(hf_thread *thread, hf_result *result, const hf_function *function)
{
    if (result->struct_size != sizeof(*result)) {
        return hfi_misuse(thread->parts->reporter, HF_E_OPTIONS, function->prototype.name, "result",
                          (hf_site){ NULL, 0 }, "begin it with HF_RESULT_INIT",
                          "the result was not begun, or by another version of the headers");
    }
    bool is_innermost = result->frame_ == thread->frames && result->frame_ &&
                        result->frame_->cookie_ == result->frame_cookie_;
    if (result->slot_count_ && !is_innermost &&
        !hfi_frame_is_open(thread, result->frame_, result->frame_cookie_)) {
        result->slot_count_ = 0;
    }
    hfi_result_clear(result);
    if (HF_UNLIKELY(result->slot_count_ < function->outs)) {
        hf_status status = hfi_slots_take(thread, function->outs, &result->slots_);
        if (status != HF_OK) {
            result->slot_count_ = 0;
            return status;
        }
        result->slot_count_ = function->outs;
        result->frame_ = thread->frames;
        result->frame_cookie_ = thread->frames->cookie_;
    }
    return HF_OK;
}

int64_t hfi_result_judge(hf_result *result, const hf_function *function, int64_t result_seen,
                         const int64_t *seen)
{
    const hfi_prototype *prototype = &function->prototype;
    hfi_error_slots slots = { result->errno_value, result->last_error, result->wsa_error };
    int64_t error = prototype->error == HFI_ERROR_PARAM
                        ? seen[prototype->error_param]
                        : hfi_error_value(prototype->error, result_seen, &slots);
    hfi_expr_values values = { result_seen, error, seen };
    bool is_told = !prototype->fail.count; /* then only a policy asks for it: clear means always */
    if (prototype->fail.count) {
        result->failed = hfi_expr_evaluate(&prototype->fail, &values) != 0;
        is_told = result->failed;
    }
    if (prototype->error_when.count && !result->failed) {
        is_told = hfi_expr_evaluate(&prototype->error_when, &values) != 0;
    }
    result->error = is_told ? error : 0;
    return error;
}

void hfi_result_clear(hf_result *result)
{
    for (uint32_t i = 0; i < result->slot_count_; i++) {
        hf_clear(&result->slots_[i]);
    }
    memset(result->scalars_, 0, sizeof(result->scalars_));
}

hf_ref hf_result_out(const hf_result *result, uint32_t index)
{
    return result && index < result->out_count && index < result->slot_count_
               ? &result->slots_[index]
               : NULL;
}

static bool has_scalar(const hf_result *result, uint32_t index, bool is_floating)
{
    return result && index < result->scalar_count && index < HF_RESULT_SCALARS &&
           ((result->floating_mask_ >> index & 1u) != 0) == is_floating;
}

int64_t hf_result_scalar(const hf_result *result, uint32_t index)
{
    return has_scalar(result, index, false) ? result->scalars_[index] : 0;
}

double hf_result_floating(const hf_result *result, uint32_t index)
{
    double number = 0;
    if (has_scalar(result, index, true)) {
        memcpy(&number, &result->scalars_[index], sizeof(number));
    }
    return number;
}
