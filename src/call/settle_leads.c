/* SPDX-License-Identifier: MIT */

/*
 * Addresses that came back: each leads into the memory that it is declared to lead into.
 *
 * A callee that keeps an address of the try before, or gives one of its own, would
 * hand the program memory that is free or somebody else's, and the program would hear
 * of it much later.  Here it is one comparison per address.  One behind the last byte
 * is still an address of the buffer, as in C.
 *
 * What stands inside a struct is not looked at: its layout is the callee's.  Neither is
 * an address into native memory of the caller's, whose size nobody knows.
 *
 * Where wide text comes back as UTF-8, addresses into it follow it to the same character.
 *
 * Threads: the owner of the call, managed.  The objects are still pinned.
 */

#include "call/call.h"

static bool is_lead(const hf_function *function, unsigned index)
{
    return function->prototype.param[index].points_into >= 0 && function->step[index].scalar >= 0 &&
           function->step[index].target == HFI_C_POINTER;
}

static bool is_lent_bytes(const hfi_call *call, unsigned index)
{
    for (unsigned i = 0; i < call->object_count; i++) {
        if (call->owner[i] == (int)index) {
            return hfi_object_type_id(call->objects[i]) == HFI_TYPE_BYTES;
        }
    }
    return false;
}

/* Bytes that an address into a parameter's memory may be away from its start; false if unknown. */
static bool extent_of(const hfi_call *call, unsigned index, uint64_t *extent_out)
{
    const hfi_step *step = &call->function->step[index];
    const hfi_argument *argument = &call->argument[index];
    if (!argument->value.pointer || (step->kind == HFI_P_BUFFER && !is_lent_bytes(call, index))) {
        return false;
    }
    *extent_out =
        step->kind == HFI_P_OUT_VALUE ? step->element : argument->capacity + step->reserve;
    return true;
}

hf_status hfi_call_check_leads(const hfi_call *call)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        if (!is_lead(function, i) || call->seen[i] == 0) {
            continue;
        }
        unsigned into = (unsigned)function->prototype.param[i].points_into;
        uintptr_t start = (uintptr_t)call->argument[into].value.pointer;
        uint64_t extent;
        if (extent_of(call, into, &extent) && (uintptr_t)call->seen[i] - start > extent) {
            const char *name = function->prototype.param[into].name;
            return hfi_call_complain(call, (int)i, HF_E_CONTRACT,
                                     "check points_into(), and whether the callee keeps addresses "
                                     "from call to call",
                                     "the callee's address leads out of the %llu bytes of %s",
                                     (unsigned long long)extent, name ? name : "its buffer");
        }
    }
    return HF_OK;
}

void hfi_call_move_leads(hfi_call *call, unsigned index, size_t length, hfi_place_fn *place,
                         char *copy)
{
    const hf_function *function = call->function;
    const char *text = call->argument[index].value.pointer;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        bool leads = is_lead(function, i) && call->seen[i] != 0 &&
                     function->prototype.param[i].points_into == (int)index;
        if (leads) {
            size_t offset = (size_t)((uintptr_t)call->seen[i] - (uintptr_t)text);
            size_t unit = function->step[index].element;
            offset = offset < length ? offset : length;
            call->seen[i] = (int64_t)(intptr_t)(copy + place(text, offset / unit, unit));
        }
    }
}
