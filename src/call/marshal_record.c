/* SPDX-License-Identifier: MIT */

/*
 * Records and arrays of references, lent as they are.
 *
 * The callee sees the references in them as addresses, so what they refer to must
 * hold still; the pointer checks see to it once everything of the call is pinned.
 * The address of a field reaches that field, the address of an element all of the
 * array, however much of it is announced.
 *
 * Native code must not write references: the collector would believe them.  So what
 * has any is lent for reading only.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/guard.h"
#include "call/marshal.h"

static hf_status refuse_kind(hfi_call *call, unsigned index, const hf_arg *arg)
{
    return hfi_call_refuse(call, (int)index, HF_E_TYPE,
                           "HF_RECORD_FIELD is for records, HF_ELEMENT for arrays, HF_BUFFER for "
                           "buffers",
                           "the object is a \"%s\"",
                           hf_object_type_name(call->thread, arg->as.ref));
}

static hf_status take_object(hfi_call *call, unsigned index, const hf_arg *arg,
                             uintptr_t *object_out)
{
    if (!arg->as.ref) {
        return hfi_call_refuse(call, (int)index, HF_E_SLOTS,
                               "open an inner frame, so that hf_local() gives a slot",
                               "the slot of the object is NULL");
    }
    hfi_slot_used(call->thread, arg->as.ref);
    *object_out = arg->as.ref->word_;
    if (hfi_is_ended_word(*object_out)) {
        return *object_out == HFI_SLOT_POISON ? hfi_marshal_ended(call, index) : HF_E_MISUSE;
    }
    if (*object_out == 0) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL,
                               "make the object first, or pass HF_NULL for a null pointer",
                               "the slot of the object holds null");
    }
    return HF_OK;
}

static hf_status take_field(hfi_call *call, unsigned index, const hf_arg *arg, const hf_type *type,
                            hfi_lent *lent)
{
    if (arg->offset >= type->field_count) {
        return hfi_call_refuse(call, (int)index, HF_E_FIELD, "give the number of a field",
                               "field %zu of a \"%s\", which has %u", arg->offset, type->name,
                               (unsigned)type->field_count);
    }
    call->argument[index].field = (uint32_t)arg->offset;
    lent->offset = type->fields[arg->offset].offset;
    lent->length = type->fields[arg->offset].size;
    return HF_OK;
}

static hf_status take_element(hfi_call *call, unsigned index, const hf_arg *arg, hfi_lent *lent)
{
    uint64_t count = *hfi_object_length(lent->object);
    size_t first = arg->kind == HF_ARG_ELEMENT ? arg->offset : 0;
    if (first > count) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "give an element of the array",
                               "element %zu of an array of %llu", first, (unsigned long long)count);
    }
    lent->offset = first * sizeof(hf_slot);
    lent->length = ((size_t)count - first) * sizeof(hf_slot);
    return HF_OK;
}

/* What of the object is lent, by the kind of the argument and of the object. */
static hf_status take_part(hfi_call *call, unsigned index, const hf_arg *arg, hfi_lent *lent)
{
    const hf_type *type = hfi_type_find(hfi_object_type_id(lent->object));
    call->argument[index].field = HFI_CHECK_ALL;
    if (type->kind == HFI_KIND_ARRAY && arg->kind != HF_ARG_FIELD) {
        return take_element(call, index, arg, lent);
    }
    if (type->kind != HFI_KIND_RECORD || arg->kind == HF_ARG_ELEMENT) {
        return refuse_kind(call, index, arg);
    }
    if (arg->kind == HF_ARG_FIELD) {
        return take_field(call, index, arg, type, lent);
    }
    lent->length = type->size;
    return HF_OK;
}

static bool has_references(const hfi_call *call, unsigned index, uintptr_t object)
{
    const hf_type *type = hfi_type_find(hfi_object_type_id(object));
    uint32_t field = call->argument[index].field;
    return type->kind == HFI_KIND_ARRAY ||
           (field == HFI_CHECK_ALL ? type->ref_count != 0
                                   : type->fields[field].kind == HF_FIELD_REF);
}

hf_status hfi_marshal_record(hfi_call *call, unsigned index, const hf_arg *arg)
{
    hfi_argument *argument = &call->argument[index];
    hfi_lent lent = { 0, 0, 0 };
    hf_status status = take_object(call, index, arg, &lent.object);
    status = status == HF_OK ? take_part(call, index, arg, &lent) : status;
    status = status == HF_OK ? hfi_marshal_reach(call, index, lent.offset, lent.length) : status;
    if (status != HF_OK) {
        return status;
    }
    if ((call->function->step[index].direction & HFI_OUT) &&
        has_references(call, index, lent.object)) {
        return hfi_call_refuse(call, (int)index, HF_E_NOT_LENDABLE,
                               "lend a field without references, or a buffer",
                               "the callee may write, and the object holds references");
    }
    (void)hfi_call_keep(call, lent.object, (int)index);
    /* Counted from where the payload of a buffer would be. */
    size_t payload = (size_t)((uintptr_t)hfi_object_payload(lent.object) - lent.object);
    argument->offset = lent.offset + payload - 16;
    argument->capacity = lent.length;
    if (hfi_checks_at_calls(call->thread->parts)) {
        call->guards |= HFI_GUARD_POINTERS;
    }
    return HF_OK;
}
