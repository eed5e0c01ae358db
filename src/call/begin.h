/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_BEGIN_H
#define HOLDFAST_CALL_BEGIN_H

/*
 * The begin of a call.  Inline, because a call without arguments has little else to do.
 */

#include "call/call.h"
#include "call/marshal.h"
#include "call/result.h"

/** Reports why nothing can be called: something is NULL, of another runtime, or the runtime stops.
 */
hf_status hfi_call_not_callable(hf_thread *thread, const hf_function *function, hf_result *result,
                                const hf_arg *arguments);

/** Gives every object that the library makes its place, and every out scalar its address. */
void hfi_call_place_outputs(hfi_call *call);

/* The runner alone goes on calling: finalizers and release functions do (docs/design/shutdown.md).
 */
static inline bool hfi_call_is_stopped(const hf_thread *thread)
{
    return HF_UNLIKELY(atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) &&
           !thread->is_runner;
}

static inline bool hfi_call_is_callable(const hf_thread *thread, const hf_function *function,
                                        const hf_result *result, const hf_arg *arguments)
{
    return HF_LIKELY(function != NULL) && HF_LIKELY(function->parts == thread->parts) &&
           !hfi_call_is_stopped(thread) && HF_LIKELY(result != NULL) &&
           HF_LIKELY(arguments != NULL);
}

/**
 * Checks and converts the arguments, holds resources, prepares the result's slots.  Reports what it
 * refuses.  hfi_call_end() follows in any case.
 */
HF_MUST_CHECK static inline hf_status hfi_call_begin(hfi_call *call, hf_thread *thread,
                                                     const hf_function *function, hf_result *result,
                                                     const hf_arg *arguments)
{
    call->thread = thread;
    call->function = function;
    call->result = NULL;
    call->is_linked = false;
    call->object_count = 0;
    call->held_count = 0;
    call->lent_count = 0;
    call->links = NULL;
    call->adoption = NULL;
    call->asked = 0;
    call->about = NULL;
    call->about_index = 0;
    call->rooms = NULL;
    call->room_next = call->scratch;
    call->room_left = HFI_CALL_SCRATCH;
    call->guards = 0;
    if (HF_UNLIKELY(!hfi_call_is_callable(thread, function, result, arguments))) {
        return hfi_call_not_callable(thread, function, result, arguments);
    }
    if (HF_UNLIKELY(function->sig == HFI_FUNCTION_WAITING)) {
        return hfi_call_not_callable(thread, function, result, arguments);
    }
    HF_VERIFY(function->sig == HFI_FUNCTION_SIG);
    hf_status status = hfi_result_begin(thread, result, function);
    if (HF_UNLIKELY(status != HF_OK)) {
        return status;
    }
    call->result = result;
    call->guards = function->guards;
    if (function->prototype.param_count || arguments->kind != HF_ARG_END) {
        status = hfi_marshal(call, arguments);
    }
    if (HF_UNLIKELY(function->has_extents) && status == HF_OK) {
        status = hfi_marshal_extents(call);
    }
    if (function->has_outputs && status == HF_OK) {
        hfi_call_place_outputs(call);
    }
    return status;
}

#endif
