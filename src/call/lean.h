/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_LEAN_H
#define HOLDFAST_CALL_LEAN_H

/*
 * Tries that allocate nothing.
 *
 * A function whose arguments go into registers and that fills one buffer is tried with
 * memory of the C stack first.  Nothing has to be pinned then, each try loads what it
 * was loaded with before, and the managed result is made once, of exactly its size.
 */

#include "call/call.h"
#include "call/direct.h"

/** Bytes that a buffer may have, with its reserve, to be tried like this. */
#define HFI_LEAN_BYTES 1024u

/** What such tries have, besides their call; a frame on the C stack. */
typedef struct hfi_lean_frame {
    hfi_registers registers;
    _Alignas(16) char bytes[HFI_LEAN_BYTES + HFI_CANARY_SIZE];
} hfi_lean_frame;

/** Decides when a function is bound, behind hfi_plain_choose() and hfi_guard_plan(). */
void hfi_lean_choose(hf_function *function);

/** Begins a call like this, if `*status_out` is HF_OK.  False: it is not for that, and
 * hfi_call_begin() says why. */
HF_MUST_CHECK bool hfi_lean_begin(hfi_call *call, hfi_lean_frame *frame, hf_thread *thread,
                                  const hf_function *function, hf_result *result,
                                  const hf_arg *arguments, hf_status *status_out);

/** Whether the capacity of the next try is small enough. */
static inline bool hfi_lean_has_room(const hfi_call *call)
{
    const hfi_lean *lean = &call->function->lean;
    uint64_t capacity = call->argument[lean->buffer].capacity;
    return capacity <= HFI_LEAN_BYTES - lean->reserve;
}

/** hfi_call_try() of such a call. */
HF_MUST_CHECK hf_status hfi_lean_try(hfi_call *call, hfi_lean_frame *frame);

#endif
