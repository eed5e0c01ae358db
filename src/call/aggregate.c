/* SPDX-License-Identifier: MIT */

/*
 * Values that are larger than a register.
 *
 * An argument is copied when it is taken, into the call's scratch or a piece of
 * native memory.  The copy is the callee's: conventions that pass an address let it
 * write there.  So a growing call keeps a second one, from which each try begins.
 *
 * A result goes straight into a managed buffer of exactly its size, which is made
 * before the call and pinned during it.  The buffer is the first of the outputs,
 * because the result stands first in the declaration.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/aggregate.h"

#include "call/marshal.h"

#include "base/size.h"

#include <string.h>

/* Of all room in a call. */
#define VALUE_ALIGNMENT 16u

static hf_status refuse_size(hfi_call *call, unsigned index, size_t given)
{
    return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                           "pass an object of the type that the prototype declares",
                           "%zu bytes are passed, a value of the parameter's type has %zu", given,
                           call->function->step[index].element);
}

/* Finds the bytes of a value; they stay where they are until the next safepoint. */
static hf_status find_bytes(hfi_call *call, unsigned index, const hf_arg *arg,
                            const void **bytes_out)
{
    size_t size = call->function->step[index].element;
    if (arg->kind == HF_ARG_STRUCT) {
        if (!arg->as.pointer) {
            return hfi_call_refuse(call, (int)index, HF_E_NULL, "pass an object with HF_STRUCT",
                                   "the value's address is NULL");
        }
        if (arg->length != size) {
            return refuse_size(call, index, arg->length);
        }
        *bytes_out = arg->as.pointer;
        return hfi_marshal_pointer(call, index, arg->as.pointer);
    }
    if (arg->kind == HF_ARG_BUFFER) {
        hfi_lent lent = { 0, 0, 0 };
        hf_status status = hfi_marshal_lend(call, index, arg, &lent);
        if (status != HF_OK) {
            return status;
        }
        *bytes_out = (const char *)hfi_payload_16(lent.object) + lent.offset;
        return lent.length == size ? HF_OK : refuse_size(call, index, lent.length);
    }
    return hfi_marshal_wrong_kind(call, index, arg,
                                  call->function->step[index].type == HFI_C_LONG_DOUBLE
                                      ? "HF_DOUBLE, HF_STRUCT or HF_BUFFER"
                                      : "HF_STRUCT or HF_BUFFER");
}

hf_status hfi_marshal_aggregate(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hfi_step *step = &call->function->step[index];
    hfi_argument *argument = &call->argument[index];
    const void *bytes = NULL;
    long double number;
    if (arg->kind == HF_ARG_FLOATING && step->type == HFI_C_LONG_DOUBLE) {
        memset(&number, 0, sizeof(number));
        number = (long double)arg->as.f;
        bytes = &number;
    } else {
        hf_status status = find_bytes(call, index, arg, &bytes);
        if (status != HF_OK) {
            return status;
        }
    }
    size_t size;
    if (!hfi_size_add(step->element, VALUE_ALIGNMENT - 1, &size) ||
        !hfi_size_mul(size / VALUE_ALIGNMENT, (size_t)(call->function->growing ? 2 : 1) * 16,
                      &size)) {
        return HF_E_OVERFLOW;
    }
    char *room = hfi_call_room(call, size);
    if (!room) {
        return HF_E_NOMEM;
    }
    HF_ASSERT(bytes); /* a value that is not found is refused */
    memcpy(room, bytes, step->element);
    call->passed[index] = room;
    if (call->function->growing) {
        argument->from = room;
        call->passed[index] = room + size / 2;
    }
    return HF_OK;
}

void hfi_aggregate_arm(hfi_call *call)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        if (function->step[i].kind == HFI_P_AGGREGATE) {
            memcpy(call->passed[i], call->argument[i].from, function->step[i].element);
        }
    }
}

hf_status hfi_aggregate_make_result(hfi_call *call)
{
    uintptr_t object;
    hf_status status =
        hfi_bytes_allocate(call->thread, call->function->result_bytes, false, &object);
    if (status == HF_OK) {
        call->slots[call->returned_object].word_ = object;
    }
    return status;
}

int64_t hfi_aggregate_read(hfi_call *call)
{
    if (call->function->prototype.result == HFI_C_LONG_DOUBLE) {
        long double number;
        memcpy(&number, hfi_payload_16(call->objects[call->returned_object]), sizeof(number));
        call->result->value.f = (double)number;
    }
    return 0;
}
