/* SPDX-License-Identifier: MIT */

/*
 * hf_call: one try, or as many as a growing call needs (grow.c).
 *
 * A call without buffers that the library makes is one try and nothing of the loop.
 * The shortest way of each function is chosen when it is bound; what is not usual
 * (a nested call, a runtime that stops, a thread that is not the caller's) is found
 * here in front of it.
 *
 * Threads: the owner of the call, managed.
 */

#include "retry/retry.h"
#include "retry/adopt.h"
#include "retry/grow.h"

#include "call/begin.h"
#include "call/flight.h"
#include "thread/activation.h"

static inline hf_status call_once(hfi_call *call)
{
    hf_status status = hfi_call_try(call);
    if (HF_UNLIKELY(status != HF_OK)) {
        return status;
    }
    if (call->result->failed) {
        return HF_E_NATIVE;
    }
    return call->function->has_outputs ? hfi_call_settle(call) : HF_OK;
}

static bool takes_tries(const hf_function *function)
{
    return function->growing || function->prototype.transient.count;
}

hf_status hfi_call_generally(hf_thread *thread, const hf_function *function, hf_result *result,
                             const hf_arg *arguments)
{
    hfi_call call;
    hf_status status;
    bool is_lean =
        hfi_call_is_callable(thread, function, result, arguments) && function->lean.is_lean;
    if (is_lean && hfi_call_grow_lean(&call, thread, function, result, arguments, &status)) {
        hfi_call_end(&call, status);
        hfi_flight_end(thread);
        return status;
    }
    status = hfi_call_begin(&call, thread, function, result, arguments);
    if (HF_LIKELY(status == HF_OK)) {
        status = takes_tries(function) ? hfi_call_grow(&call) : call_once(&call);
    }
    hfi_call_end(&call, status);
    hfi_flight_end(thread);
    return status;
}

/* From a callback: what is in flight around it is so still when this call is over. */
static hf_status call_nested(hf_thread *thread, const hf_function *function, hf_result *result,
                             const hf_arg *arguments)
{
    uint32_t depth = hfi_flight_begin_nested(thread, function);
    hf_status status = hfi_call_is_callable(thread, function, result, arguments)
                           ? function->entry(thread, function, result, arguments)
                           : hfi_call_generally(thread, function, result, arguments);
    hfi_flight_end_nested(thread, depth);
    return status;
}

hf_status hfi_call_adopting(hf_thread *thread, const hf_function *function, hf_result *result,
                            const hf_arg *arguments, const hfi_adoption *adoption)
{
    hfi_call call;
    bool is_nested = hfi_flight_is_nested(thread);
    uint32_t depth = 0;
    if (is_nested) {
        depth = hfi_flight_begin_nested(thread, function);
    } else {
        hfi_flight_begin(thread, function);
    }
    hf_status status = hfi_call_begin(&call, thread, function, result, arguments);
    if (status == HF_OK) {
        call.adoption = adoption;
        status = takes_tries(function) ? hfi_call_grow(&call) : call_once(&call);
    }
    hfi_call_end(&call, status);
    if (is_nested) {
        hfi_flight_end_nested(thread, depth);
    } else {
        hfi_flight_end(thread);
    }
    return status;
}

/* Whatever is not a first call of this thread, by its owner, in a runtime that goes on. */
static __attribute__((noinline)) hf_status call_oddly(hf_thread *thread,
                                                      const hf_function *function,
                                                      hf_result *result, const hf_arg *arguments)
{
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        return hfi_entry_refuse(thread, "hf_call");
    }
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (hfi_is_jumped(thread, here)) {
        hfi_landed(thread, here, "hf_call");
        thread->parked = NULL; /* its call was jumped over too: this one must not hear it */
    }
    if (hfi_flight_is_nested(thread)) {
        return call_nested(thread, function, result, arguments);
    }
    if (!hfi_call_is_callable(thread, function, result, arguments)) {
        return hfi_call_generally(thread, function, result, arguments);
    }
    hfi_flight_begin(thread, function);
    return function->entry(thread, function, result, arguments);
}

hf_status hf_call(hf_thread *thread, const hf_function *function, hf_result *result,
                  const hf_arg *arguments)
{
    if (HF_UNLIKELY(!hfi_entry_ok(thread)) ||
        HF_UNLIKELY(((uintptr_t)thread->activations | hfi_flight_word(thread)) != 0) ||
        HF_UNLIKELY(!hfi_call_is_callable(thread, function, result, arguments))) {
        return call_oddly(thread, function, result, arguments);
    }
    hfi_flight_begin(thread, function);
    return function->entry(thread, function, result, arguments);
}
