/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_CROSS_H
#define HOLDFAST_CALL_CROSS_H

/*
 * The crossing: what stands right before and right behind every native call.
 *
 * Before: the record with the pins is published, so a stress collection may strike;
 * then the state is native.  Behind: the error values, in the first statement,
 * before anything that could change them; then the state is managed.
 *
 * What few functions need (is_odd) is apart, behind one branch on either side.
 */

#include "call/function.h"
#include "thread/thread.h"

#include <holdfast/call.h>

/** Before the call of an odd function. */
void hfi_cross_out_oddly(hf_thread *thread, const hf_function *function);

/** Behind it. */
void hfi_cross_back_oddly(hf_thread *thread, const hf_function *function, hf_result *result);

static inline void hfi_cross_out(hf_thread *thread, const hf_function *function)
{
    hfi_crossing_out(thread);
    if (HF_UNLIKELY(function->is_odd)) {
        hfi_cross_out_oddly(thread, function);
    } else {
        hfi_enter(thread);
    }
}

static inline void hfi_cross_back(hf_thread *thread, const hf_function *function, hf_result *result)
{
    uint32_t last_error = hfp_last_error_read(); /* first: finding errno elsewhere may change it */
    result->errno_value = *thread->errno_at;
    result->last_error = last_error;
    result->wsa_error = last_error;
    if (HF_UNLIKELY(function->is_odd)) {
        hfi_cross_back_oddly(thread, function, result);
    } else {
        hfi_leave(thread);
    }
    hfi_crossing(thread);
}

/* The same for a function that is not odd, with the fewest branches. */

/** Where stress strikes. */
void hfi_cross_out_specially(hf_thread *thread);

static inline void hfi_cross_out_quickly(hf_thread *thread)
{
    if (HF_UNLIKELY(hfi_has_detours(thread))) {
        hfi_cross_out_specially(thread);
    }
    hfi_enter(thread);
}

/**
 * True if nothing happened meanwhile, and the thread is managed again.  Else it is not yet: what
 * there is to do, and hfi_cross_status(), follow behind hfi_cross_back_specially().  One branch for
 * a stop, a detour, a runtime that stops and what callbacks have left behind.
 */
static inline bool hfi_cross_back_quickly(hf_thread *thread, hf_result *result)
{
    uint32_t last_error = hfp_last_error_read();
    result->errno_value = *thread->errno_at;
    result->last_error = last_error;
    result->wsa_error = last_error;
    return HF_LIKELY(hfi_leave_quickly(thread));
}

/** The way back that is an exchange, waits for a stop, or is followed by a collection. */
void hfi_cross_back_specially(hf_thread *thread);

/**
 * Asks what happened meanwhile: a callback under the call that failed, a runtime that began to
 * stop. The usual answer takes two loads.
 */
hf_status hfi_cross_disturbed(hf_thread *thread, hf_result *result);

static inline hf_status hfi_cross_status(hf_thread *thread, hf_result *result)
{
    bool is_stopping = atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed);
    bool is_disturbed = is_stopping || thread->parked || thread->activations;
    return HF_UNLIKELY(is_disturbed) ? hfi_cross_disturbed(thread, result) : HF_OK;
}

#endif
