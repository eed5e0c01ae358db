/* SPDX-License-Identifier: MIT */

/*
 * What a function gives and somebody has to give back, owned at once.
 *
 * The resource exists before the call, without a value.  It gets the value in the
 * step behind the one that reads the result: outputs that turn out wrong, memory
 * that runs out or a runtime that stops come later, and find it owned.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/call.h"

static int parameter_of(const hf_function *function, int scalar)
{
    for (int i = 0; i < function->prototype.param_count; i++) {
        if (function->step[i].scalar == scalar) {
            return i;
        }
    }
    return -1;
}

void hfi_call_adopt(hfi_call *call)
{
    const hf_function *function = call->function;
    uintptr_t value;
    if (call->adoption->scalar >= 0) {
        int parameter = parameter_of(function, call->adoption->scalar);
        HF_VERIFY(parameter >= 0);
        value = (uintptr_t)call->seen[parameter];
    } else if (function->prototype.result == HFI_C_POINTER) {
        value = (uintptr_t)call->result->value.pointer;
    } else {
        value = (uintptr_t)call->result->value.i;
    }
    hfi_slot_used(call->thread, call->adoption->resource);
    hfi_resource_adopt(call->thread, call->adoption->resource->word_, value);
}
