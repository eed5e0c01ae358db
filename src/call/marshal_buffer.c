/* SPDX-License-Identifier: MIT */

/*
 * What a caller lends: parts of managed buffers, and resources.
 *
 * A buffer is lent only where the plan knows how far the callee may reach: by a
 * capacity parameter, which then says the lent length, by the parameter's own type, or
 * by a size that other arguments make (marshal_extent.c).  Otherwise a callee that reaches further
 * than the caller meant would do so into a neighbour, unseen.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/marshal.h"

#include "type/type.h"

hf_status hfi_marshal_ended(const hfi_call *call, unsigned index)
{
    return hfi_call_refuse(call, (int)index, HF_E_MISUSE,
                           "make the slot in the frame that uses it, or let it escape",
                           "the slot's frame has ended");
}

hf_status hfi_marshal_stays(const hfi_call *call, unsigned index, uintptr_t object)
{
    if (HF_LIKELY(!(hfi_object_word(object) & HFI_FLAG_LEAVING))) {
        return HF_OK;
    }
    return hfi_call_refuse(call, (int)index, HF_E_SCOPE,
                           "end all use of a scope's things before its close",
                           "the object belongs to a scope whose close waits for others");
}

hf_status hfi_marshal_lend(hfi_call *call, unsigned index, const hf_arg *arg, hfi_lent *lent_out)
{
    if (!arg->as.ref) {
        return hfi_call_refuse(call, (int)index, HF_E_SLOTS,
                               "open an inner frame, so that hf_local() gives a slot",
                               "the slot of the buffer is NULL");
    }
    hfi_slot_used(call->thread, arg->as.ref);
    uintptr_t object = arg->as.ref->word_;
    if (HF_UNLIKELY(hfi_is_ended_word(object))) {
        return object == HFI_SLOT_POISON ? hfi_marshal_ended(call, index) : HF_E_MISUSE;
    }
    if (!object) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL,
                               "make the buffer first, or pass HF_NULL for a null pointer",
                               "the slot of the buffer holds null");
    }
    if (hfi_object_type_id(object) != HFI_TYPE_BYTES) {
        return hfi_call_refuse(
            call, (int)index, HF_E_NOT_LENDABLE, "copy what native code needs into a buffer",
            "the object is no buffer but a \"%s\"", hf_object_type_name(call->thread, arg->as.ref));
    }
    hf_status status = hfi_marshal_stays(call, index, object);
    if (HF_UNLIKELY(status != HF_OK)) {
        return status;
    }
    uint64_t size = *hfi_object_length(object);
    uint64_t length = arg->length;
    if (arg->offset <= size && length == HF_WHOLE) {
        length = size - arg->offset;
    }
    if (arg->offset > size || length > size - arg->offset) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                               "lend a part that is inside the buffer",
                               "offset %zu and length %zu leave a buffer of %llu bytes",
                               arg->offset, arg->length, (unsigned long long)size);
    }
    *lent_out = (hfi_lent){ object, arg->offset, (size_t)length };
    return HF_OK;
}

hf_status hfi_marshal_reach(hfi_call *call, unsigned index, size_t offset, size_t length)
{
    const hfi_step *step = &call->function->step[index];
    if (step->alignment > 1 && offset % step->alignment) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "lend from an aligned offset",
                               "offset %zu is not aligned to the %zu bytes of the parameter's type",
                               offset, step->alignment);
    }
    if (step->is_sized) {
        return length <= step->bytes_max
                   ? HF_OK
                   : hfi_call_refuse(call, (int)index, HF_E_RANGE, "lend a part of the buffer",
                                     "%zu bytes are more than the capacity parameter can say",
                                     length);
    }
    if (step->has_extent) {
        return HF_OK; /* hfi_marshal_extents() compares, when it is known */
    }
    if (step->reach == 0) {
        return hfi_call_refuse(call, (int)index, HF_E_ARGUMENT_KIND,
                               "add capacity() to a parameter or size() to this one, or give the "
                               "type's size when binding",
                               "the prototype does not say how far the callee reaches");
    }
    if (length < step->reach) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "lend a buffer that is large enough",
                               "%zu bytes are lent, the callee may touch %zu", length, step->reach);
    }
    return HF_OK;
}

static hf_status lend(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hfi_step *step = &call->function->step[index];
    hfi_argument *argument = &call->argument[index];
    hfi_lent lent = { 0, 0, 0 };
    hf_status status = hfi_marshal_lend(call, index, arg, &lent);
    if (status == HF_OK) {
        status = hfi_marshal_reach(call, index, lent.offset, lent.length);
    }
    if (status != HF_OK) {
        return status;
    }
    if (step->is_immovable && !(hfi_object_word(lent.object) & HFI_FLAG_IMMOVABLE)) {
        return hfi_call_refuse(call, (int)index, HF_E_ARGUMENT_KIND,
                               "make the buffer with HF_BYTES_IMMOVABLE",
                               "native pointers will lead into the buffer, but it can move");
    }
    (void)hfi_call_keep(call, lent.object, (int)index);
    argument->offset = lent.offset;
    argument->capacity = step->element == 1 || step->has_extent
                             ? lent.length
                             : lent.length - lent.length % step->element;
    return HF_OK;
}

hf_status hfi_marshal_buffer(hfi_call *call, unsigned index, const hf_arg *arg)
{
    hfi_argument *argument = &call->argument[index];
    switch (arg->kind) {
    case HF_ARG_BUFFER:
        return lend(call, index, arg);
    case HF_ARG_RECORD:
    case HF_ARG_FIELD:
    case HF_ARG_ELEMENT:
        return hfi_marshal_record(call, index, arg);
    case HF_ARG_LINKED:
        return hfi_marshal_linked(call, index, arg);
    case HF_ARG_NULL:
        argument->value.pointer = NULL;
        argument->capacity = call->function->step[index].has_extent ? HFI_LENT_UNKNOWN : 0;
        return HF_OK;
    case HF_ARG_POINTER:
        if (call->function->step[index].is_sized) {
            return hfi_marshal_wrong_kind(
                call, index, arg, "HF_BUFFER, whose length the capacity parameter announces");
        }
        hfi_value_set(&argument->value, HFI_C_POINTER, (uintptr_t)arg->as.pointer);
        argument->capacity = HFI_LENT_UNKNOWN;
        return hfi_marshal_pointer(call, index, arg->as.pointer);
    default:
        return hfi_marshal_wrong_kind(call, index, arg,
                                      "HF_BUFFER, HF_LINKED, HF_POINTER or HF_NULL");
    }
}

static hf_status refuse_resource(hfi_call *call, unsigned index, hf_status status,
                                 const hf_slot *resource)
{
    if (status == HF_E_TYPE) {
        return hfi_call_refuse(call, (int)index, status, "make it with hf_resource_create()",
                               "the object is no resource but a \"%s\"",
                               hf_object_type_name(call->thread, resource));
    }
    if (status == HF_E_CLOSED) {
        char message[HFI_RESOURCE_TEXT];
        hf_report line = HF_REPORT_INIT;
        hfi_resource_tell_closed(call->thread, resource->word_, &line, message, sizeof message);
        return hfi_call_refuse(call, (int)index, status,
                               "call before hf_resource_dispose(), or make a new one", "%s",
                               message);
    }
    return status;
}

/* A native value of a pointer's width, put into a parameter that may be narrower, such as an int.
 */
static hf_status store_handle(hfi_call *call, unsigned index, uintptr_t value)
{
    hfi_ctype type = call->function->step[index].type;
    hf_arg plain = { HF_ARG_POINTER, 0, { .u = value }, 0, 0 };
    if (type == HFI_C_POINTER) {
        hfi_value_set(&call->argument[index].value, type, value);
        return HF_OK;
    }
    plain.kind = HF_ARG_UNSIGNED;
    if (hfi_ctype_is_signed(type)) {
        plain.kind = HF_ARG_SIGNED;
        plain.as.i = (int64_t)(intptr_t)value;
    }
    return hfi_marshal_scalar(call, index, &plain, type, &call->argument[index].value);
}

hf_status hfi_marshal_resource(hfi_call *call, unsigned index, const hf_arg *arg)
{
    if (arg->kind == HF_ARG_NULL && call->function->step[index].type == HFI_C_POINTER) {
        hfi_value_set_pointer(&call->argument[index].value, NULL);
        return HF_OK;
    }
    if (arg->kind != HF_ARG_RESOURCE) {
        return hfi_marshal_wrong_kind(call, index, arg, "HF_RESOURCE");
    }
    if (!arg->as.ref) {
        return hfi_call_refuse(call, (int)index, HF_E_SLOTS,
                               "open an inner frame, so that hf_local() gives a slot",
                               "the slot of the resource is NULL");
    }
    hfi_slot_used(call->thread, arg->as.ref);
    uintptr_t object = arg->as.ref->word_;
    if (HF_UNLIKELY(hfi_is_ended_word(object))) {
        return object == HFI_SLOT_POISON ? hfi_marshal_ended(call, index) : HF_E_MISUSE;
    }
    if (!object) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL, "make the resource first",
                               "the slot of the resource holds null");
    }
    uintptr_t value;
    void *cell;
    hf_status status = hfi_marshal_stays(call, index, object);
    if (HF_UNLIKELY(status != HF_OK)) {
        return status;
    }
    status = hfi_resource_hold(call->thread, object, &value, &cell);
    if (status != HF_OK) {
        return refuse_resource(call, index, status, arg->as.ref);
    }
    call->held[call->held_count++] = cell;
    (void)hfi_call_keep(call, object, -1);
    return store_handle(call, index, value);
}

/* The start of a struct is copied into the output before each try, from where it is now. */
static hf_status start_struct(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hfi_step *step = &call->function->step[index];
    hfi_argument *argument = &call->argument[index];
    hfi_lent lent = { 0, 0, 0 };
    hf_status status;
    switch (arg->kind) {
    case HF_ARG_POINTER:
        if (!arg->as.pointer) {
            return hfi_call_refuse(call, (int)index, HF_E_NULL, "pass HF_NULL for a null pointer",
                                   "the start value is NULL");
        }
        argument->from = arg->as.pointer;
        return hfi_marshal_pointer(call, index, arg->as.pointer);
    case HF_ARG_BUFFER:
        status = hfi_marshal_lend(call, index, arg, &lent);
        if (status == HF_OK && lent.length != step->element) {
            status = hfi_call_refuse(call, (int)index, HF_E_RANGE, "pass exactly one struct",
                                     "%zu bytes are passed, the struct has %zu", lent.length,
                                     step->element);
        }
        if (status == HF_OK) {
            argument->source = hfi_call_keep(call, lent.object, -1);
            argument->source_offset = lent.offset;
        }
        return status;
    default:
        return hfi_marshal_wrong_kind(call, index, arg, "HF_BUFFER, HF_POINTER or HF_NULL");
    }
}

hf_status hfi_marshal_start(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hfi_step *step = &call->function->step[index];
    hfi_argument *argument = &call->argument[index];
    /* Where the value itself is a pointer, HF_NULL is that value; elsewhere it is "no output". */
    if (arg->kind == HF_ARG_NULL && step->target != HFI_C_POINTER) {
        argument->is_null = true;
        return HF_OK;
    }
    if (step->target == HFI_C_OPAQUE) {
        return start_struct(call, index, arg);
    }
    return hfi_marshal_scalar(call, index, arg, step->target, &argument->start);
}
