/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_CROSS_H
#define HOLDFAST_CALL_CROSS_H

/*
 * The crossing: what stands right before and right behind every native call.
 *
 * Before: the record with the pins is published, so a stress collection may strike;
 * then the state is native.  Behind: the error values, in the first statement,
 * before anything that could change them; then the state is managed.
 */

#include "call/function.h"
#include "thread/thread.h"

#include <holdfast/call.h>

/** Sets the error values to 0, for a prototype whose fail role looks at them. */
static inline void hfi_cross_clear_errors(const hf_function *function)
{
    hfp_native_error_restore((hfp_native_error){ 0, 0, 0 });
    if (function->locate_errno) {
        *function->locate_errno() = 0;
    }
}

static inline void hfi_cross_out(hf_thread *thread, const hf_function *function)
{
    hfi_crossing(thread);
    if (HF_LIKELY(!function->prototype.is_leaf)) {
        hfi_enter(thread);
    }
    if (HF_UNLIKELY(function->clears_error)) {
        hfi_cross_clear_errors(function);
    }
}

static inline void hfi_cross_back(hf_thread *thread, const hf_function *function, hf_result *result)
{
    hfp_native_error_take(&result->errno_value, &result->last_error, &result->wsa_error);
    if (HF_UNLIKELY(function->locate_errno != NULL)) {
        result->errno_value = *function->locate_errno();
    }
    if (HF_LIKELY(!function->prototype.is_leaf)) {
        hfi_leave(thread);
    }
    hfi_crossing(thread);
}

#endif
