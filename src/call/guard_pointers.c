/* SPDX-License-Identifier: MIT */

/*
 * Pointer checks of a call: Go's rules, once its objects are pinned.
 *
 * Looked at is what the callee may read: native memory and buffers whose declared
 * elements hold pointers, structs by value, and records and arrays that are lent as
 * they are.  What it only writes is not: that may be anything before the call.  Of
 * a buffer all of the object counts, also where a part is lent.
 *
 * Threads: the owner of the call, managed.  A check may be a safepoint; everything
 * of the call is pinned by then.
 */

#include "call/guard.h"

/* Values that programs pass for "none" or by number; nothing is there to be read. */
#define NO_MEMORY ((uintptr_t)64 << 10)

hfi_shape hfi_guard_shape(const hfi_param *param)
{
    size_t element = param->layout && param->layout->is_complete ? param->layout->size
                     : param->target == HFI_C_POINTER            ? sizeof(void *)
                                                                 : param->target_size;
    return (hfi_shape){ param->layout, param->target, element };
}

static bool is_checked(const hfi_param *param)
{
    hfi_shape shape = hfi_guard_shape(param);
    switch (param->kind) {
    case HFI_P_BUFFER:
        return (param->direction & HFI_IN) && hfi_shape_holds_pointers(&shape);
    case HFI_P_OUT_VALUE: /* a struct with a start value */
        return param->direction == HFI_INOUT && param->layout && hfi_shape_holds_pointers(&shape);
    case HFI_P_AGGREGATE:
        return hfi_shape_holds_pointers(&shape);
    default:
        return false;
    }
}

static bool has_checked(const hf_function *function)
{
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        if (is_checked(&function->prototype.param[i])) {
            return true;
        }
    }
    return false;
}

uint8_t hfi_guard_plan(const hf_function *function)
{
    const hfi_parts *parts = function->parts;
    const hfi_prototype *prototype = &function->prototype;
    unsigned guards = 0;
    if (hfi_checks_at_calls(parts) && has_checked(function)) {
        guards |= HFI_GUARD_POINTERS;
    }
    if (parts->settings.guard_pages && function->growing) {
        guards |= HFI_GUARD_PAGES;
    }
    if (parts->settings.checked || hfi_checks_at_stores(parts)) {
        guards |= HFI_GUARD_ZONES;
    }
    if (parts->settings.checked) {
        guards |= HFI_GUARD_MEMORY | HFI_GUARD_VALUES;
        if (prototype->leaf_budget_us || prototype->no_callback || prototype->no_retain) {
            guards |= HFI_GUARD_CONTRACTS;
        }
    }
    return (uint8_t)guards;
}

/* The object of the call that a parameter's address leads into; -1: native memory. */
static int object_of(const hfi_call *call, unsigned parameter)
{
    for (unsigned i = 0; i < call->object_count; i++) {
        if (call->owner[i] == (int)parameter) {
            return (int)i;
        }
    }
    return -1;
}

static hf_status check_buffer(hfi_call *call, unsigned index, uintptr_t object,
                              const hfi_shape *shape, hfi_fault *fault)
{
    const hfi_argument *argument = &call->argument[index];
    const hfi_step *step = &call->function->step[index];
    const char *payload = hfi_payload_16(object);
    size_t lent = step->out >= 0 ? shape->element : (size_t)argument->capacity;
    hf_status status =
        hfi_check_memory(call->thread, payload + argument->offset, lent, shape, fault);
    if (status != HF_OK || step->out >= 0) {
        return status;
    }
    size_t lead = argument->offset % shape->element;
    return hfi_check_memory(call->thread, payload + lead, hfi_object_payload_size(object) - lead,
                            shape, fault);
}

static hf_status check_native(hfi_call *call, unsigned index, const hfi_shape *shape,
                              hfi_fault *fault)
{
    const hfi_argument *argument = &call->argument[index];
    const hfi_step *step = &call->function->step[index];
    const void *memory = argument->value.pointer;
    size_t size = argument->native_size || step->has_extent ? argument->native_size : step->reach;
    if (step->has_extent && size == 0) {
        return HF_OK;
    }
    if ((uintptr_t)memory < NO_MEMORY || (uintptr_t)memory > UINTPTR_MAX - NO_MEMORY) {
        return HF_OK;
    }
    return hfi_check_memory(call->thread, memory, size ? size : shape->element, shape, fault);
}

static hf_status check_parameter(hfi_call *call, unsigned index, hfi_fault *fault)
{
    const hfi_param *param = &call->function->prototype.param[index];
    int at = object_of(call, index);
    uintptr_t object = at >= 0 ? call->objects[at] : 0;
    if (object && hfi_object_type_id(object) != HFI_TYPE_BYTES) {
        return hfi_check_object(call->thread, object, call->argument[index].field, fault);
    }
    if (!is_checked(param)) {
        return HF_OK;
    }
    hfi_shape shape = hfi_guard_shape(param);
    if (param->kind == HFI_P_AGGREGATE) {
        return hfi_check_memory(call->thread, call->passed[index], shape.element, &shape, fault);
    }
    return object ? check_buffer(call, index, object, &shape, fault)
                  : check_native(call, index, &shape, fault);
}

static hf_status report(const hfi_call *call, unsigned index, const hfi_fault *fault)
{
    const hfi_prototype *prototype = &call->function->prototype;
    char argument[64];
    hfi_text text = hfi_text_begin(argument, sizeof(argument));
    const char *name = prototype->param[index].name;
    bool has_name = name && name[0];
    hfi_text_format(&text, has_name ? "%u (%s)" : "%u", index + 1, has_name ? name : "");
    hfi_text_end(&text);
    const hfi_fault_place place = { .function = prototype->name,
                                    .argument = argument,
                                    .name = name };
    return hfi_fault_report(call->thread, fault, &place);
}

hf_status hfi_guard_pointers(hfi_call *call)
{
    for (unsigned i = 0; i < call->function->prototype.param_count; i++) {
        hfi_fault fault;
        hf_status status = check_parameter(call, i, &fault);
        if (status == HF_E_POINTER) {
            return report(call, i, &fault);
        }
        if (status != HF_OK) {
            return status;
        }
    }
    return HF_OK;
}
