/* SPDX-License-Identifier: MIT */

/*
 * Managed records and arrays that are lent as they are.
 *
 * A callee that gets one sees its references as addresses of objects, so each of
 * these must be null or hold still, as must what raw pointer fields lead to.  The
 * address of a field reaches that field; that of an element, all elements.
 *
 * Threads: the owner, managed; the object is pinned.
 */

#include "check/check.h"

#include "diag/text.h"

#include <string.h>

/* A reference: the address of an object's header, which holds still if the object does. */
static hf_status check_reference(hf_thread *thread, const char *place, hfi_fault *fault_out)
{
    uintptr_t object = hfi_slot_acquire((const hf_slot *)(const void *)place);
    if (object == 0) {
        return HF_OK;
    }
    return hfi_check_address(thread, (uintptr_t)hfi_object_payload(object), HFI_DECLARED,
                             fault_out);
}

static hf_status check_field(hf_thread *thread, const char *payload, const hf_field *field,
                             hfi_fault *fault_out)
{
    hf_status status = HF_OK;
    if (field->kind == HF_FIELD_REF) {
        status = check_reference(thread, payload + field->offset, fault_out);
    } else if (field->kind == HF_FIELD_POINTER && field->size == sizeof(uintptr_t)) {
        uintptr_t address;
        memcpy(&address, payload + field->offset, sizeof(address));
        status = hfi_check_address(thread, address, HFI_DECLARED, fault_out);
    }
    if (status == HF_E_POINTER) {
        hfi_text text = hfi_text_begin(fault_out->path, sizeof(fault_out->path));
        hfi_text_format(&text, "->%s", field->name);
        hfi_text_end(&text);
    }
    return status;
}

static hf_status check_array(hf_thread *thread, uintptr_t object, hfi_fault *fault_out)
{
    const char *payload = hfi_payload_16(object);
    uint64_t count = *hfi_object_length(object);
    for (uint64_t i = 0; i < count; i++) {
        hf_status status =
            check_reference(thread, payload + (size_t)i * sizeof(hf_slot), fault_out);
        if (status != HF_OK) {
            hfi_text text = hfi_text_begin(fault_out->path, sizeof(fault_out->path));
            hfi_text_format(&text, "[%llu]", (unsigned long long)i);
            hfi_text_end(&text);
            return status;
        }
    }
    return HF_OK;
}

hf_status hfi_check_object(hf_thread *thread, uintptr_t object, uint32_t field,
                           hfi_fault *fault_out)
{
    const hf_type *type = hfi_type_find(hfi_object_type_id(object));
    if (type->kind == HFI_KIND_ARRAY) {
        return check_array(thread, object, fault_out);
    }
    if (type->kind != HFI_KIND_RECORD) {
        return HF_OK;
    }
    const char *payload = hfi_payload_8(object);
    if (field != HFI_CHECK_ALL) {
        return check_field(thread, payload, &type->fields[field], fault_out);
    }
    hf_status status = HF_OK;
    for (uint32_t i = 0; i < type->field_count && status == HF_OK; i++) {
        status = check_field(thread, payload, &type->fields[i], fault_out);
    }
    return status;
}
