/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_AGGREGATE_H
#define HOLDFAST_CALL_AGGREGATE_H

/* Structs, unions, complex numbers and long doubles as arguments and results. */

#include "call/call.h"

/** Takes a value for a parameter of kind HFI_P_AGGREGATE: a copy of its own, that the callee may
 * write to. */
HF_MUST_CHECK hf_status hfi_marshal_aggregate(hfi_call *call, unsigned index, const hf_arg *arg);

/** Makes the values fresh before another try of a growing call. */
void hfi_aggregate_arm(hfi_call *call);

/** Makes the buffer of a result by value: part of step (a). */
HF_MUST_CHECK hf_status hfi_aggregate_make_result(hfi_call *call);

/** Where the callee's result goes: `returned`, or the buffer of a result by value. */
static inline void *hfi_aggregate_place(const hfi_call *call, hfi_value *returned)
{
    return call->function->result_bytes == 0 ? (void *)returned
                                             : hfi_payload_16(call->objects[call->returned_object]);
}

/** Reads a result by value: value.f of a long double.  Expressions see 0. */
int64_t hfi_aggregate_read(hfi_call *call);

#endif
