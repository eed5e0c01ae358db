/* SPDX-License-Identifier: MIT */

/*
 * The rare part of the crossing.
 *
 * An exchange on the way back, and a collection on either side under stress.
 * A leaf stays in managed state.  A function whose error decides about success has
 * the error values set to 0 before it.  One that belongs to another C runtime than
 * ours has an errno of its own.
 *
 * Threads: the owner of the call; native state between the two, unless it is a leaf.
 */

#include "call/cross.h"

#include "call/callbacks.h"
#include "thread/activation.h"

void hfi_cross_out_oddly(hf_thread *thread, const hf_function *function)
{
    if (!function->prototype.is_leaf) {
        hfi_enter(thread);
    }
    if (function->clears_error) {
        hfp_native_error_restore((hfp_native_error){ 0, 0, 0 });
        if (function->locate_errno) {
            *function->locate_errno() = 0;
        }
    }
}

void hfi_cross_back_oddly(hf_thread *thread, const hf_function *function, hf_result *result)
{
    if (function->locate_errno) {
        result->errno_value = *function->locate_errno();
    }
    if (!function->prototype.is_leaf) {
        hfi_leave(thread);
    }
}

void hfi_cross_out_specially(hf_thread *thread)
{
    hfi_crossing_out(thread);
}

void hfi_cross_back_specially(hf_thread *thread)
{
    hfi_leave(thread);
    hfi_crossing(thread);
}

/* What the callbacks under the call left for it: the first error, or that one was jumped over. */
static hf_status callbacks_said(hf_thread *thread, hf_result *result)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    bool is_jumped = hfi_is_jumped(thread, here);
    if (is_jumped) {
        hfi_jumped(thread, here, "hf_call");
    }
    if (thread->parked) {
        hfi_parked parked;
        thread->parts->callback_hooks->take_parked(thread, &parked);
        hfi_parked_deliver(&parked, result);
    }
    return is_jumped ? HF_E_JUMPED : result->callback_status != HF_OK ? HF_E_CALLBACK : HF_OK;
}

hf_status hfi_cross_disturbed(hf_thread *thread, hf_result *result)
{
    hf_status status =
        thread->parked || thread->activations ? callbacks_said(thread, result) : HF_OK;
    bool is_stopping = atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed);
    /* Then the native result is all there is; the runner goes on, and its calls with it. */
    return is_stopping && !thread->is_runner ? HF_E_SHUTDOWN : status;
}
