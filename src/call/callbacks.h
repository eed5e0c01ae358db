/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_CALLBACKS_H
#define HOLDFAST_CALL_CALLBACKS_H

/*
 * What a call asks of the callbacks above it.
 *
 * The module callback/ is on a higher floor, so it registers these functions in
 * parts->callback_hooks when the runtime is put together.
 */

#include "prototype/prototype.h"
#include "thread/thread.h"

#include <holdfast/call.h>
#include <holdfast/callback.h>

/** An error of a handler that waits for the call around it (hf_thread.parked). */
typedef struct hfi_parked {
    hf_status status;
    const char *name;        /* of the callback */
    uint32_t depth;          /* how many callbacks it came through; 0: there is none */
    hf_status origin_status; /* of the innermost of them */
    const char *origin;
} hfi_parked;

/** Says in a call's result which error of a callback it was. */
static inline void hfi_parked_deliver(const hfi_parked *parked, hf_result *result)
{
    result->callback_status = parked->status;
    result->callback_name = parked->name;
    result->callback_depth = parked->depth;
    result->callback_origin_status = parked->origin_status;
    result->callback_origin = parked->origin;
}

/** Why a callback was not lent, for the report that names function and argument. */
typedef struct hfi_borrow_refusal {
    char message[160]; /* empty: nothing to report */
    const char *remedy;
} hfi_borrow_refusal;

typedef struct hfi_callback_hooks {
    /**
     * The code address of a registered callback whose signature fits `wanted` (may be NULL: a
     * parameter that is a bare address).  Holds it until give_back().  HF_E_TYPE with both
     * signatures in `why`, HF_E_MISUSE for a destroyed one, HF_E_SHUTDOWN.
     */
    hf_status (*borrow)(hf_thread *thread, hf_callback *callback, const hfi_prototype *wanted,
                        void **address_out, void **hold_out, hfi_borrow_refusal *why);

    /** A function pointer of that signature that runs a handler until give_back().  HF_E_NOMEM,
     * HF_E_UNSUPPORTED. */
    hf_status (*lend)(hf_thread *thread, const hfi_prototype *signature,
                      const hf_transient *transient, void **address_out, void **hold_out);

    void (*give_back)(hf_thread *thread, void *hold);

    /** Takes the parked error: hf_thread.parked is NULL afterwards. */
    void (*take_parked)(hf_thread *thread, hfi_parked *parked_out);
} hfi_callback_hooks;

#endif
