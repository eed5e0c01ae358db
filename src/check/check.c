/* SPDX-License-Identifier: MIT */

/*
 * The checks that a program and the callbacks ask for themselves.
 *
 * Threads: the owner, managed.
 */

#include "check/check.h"

#include "diag/report.h"

#include <holdfast/check.h>

#include <string.h>

static hf_status refuse(hf_thread *thread, hf_status status, const char *function,
                        const char *argument, hf_site site, const char *remedy)
{
    return hfi_misuse(thread->parts->reporter, status, function, argument, site, remedy, "%s",
                      hf_status_text(status));
}

/* Level 2: both ends of the store hold still. */
static hf_status check_store(hf_thread *thread, const void *place, const hf_slot *buffer,
                             hf_site site)
{
    hfi_fault fault;
    hfi_fault_place at = { .function = "hf_pointer_store", .site = site };
    hf_status status = hfi_check_address(thread, (uintptr_t)place, HFI_GIVEN, &fault);
    if (status == HF_E_POINTER) {
        at.argument = at.name = "place";
        at.remedy = "store into a managed object with hf_store(), or pin it";
        return hfi_fault_report(thread, &fault, &at);
    }
    if (status == HF_OK) {
        uintptr_t payload = (uintptr_t)hfi_payload_16(buffer->word_);
        status = hfi_check_address(thread, payload, HFI_GIVEN, &fault);
    }
    if (status == HF_E_POINTER) {
        at.argument = at.name = "buffer";
        at.remedy =
            "pin the buffer for as long as the address is there: a fence, or hf_pin_create()";
        return hfi_fault_report(thread, &fault, &at);
    }
    return status;
}

hf_status hf_pointer_store_at(hf_thread *thread, void *place, const hf_slot *buffer, size_t offset,
                              hf_site site)
{
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, buffer, "hf_pointer_store", "buffer", &object);
    if (status == HF_E_MISUSE) {
        return status; /* reported where it was found */
    }
    if (status == HF_OK && hfi_object_type_id(object) != HFI_TYPE_BYTES) {
        status = HF_E_NOT_LENDABLE;
    }
    if (status != HF_OK) {
        return refuse(thread, status, "hf_pointer_store", "buffer", site,
                      "give a slot that holds a buffer made by hf_bytes_create()");
    }
    if (!place || offset > *hfi_object_length(object)) {
        return refuse(thread, place ? HF_E_RANGE : HF_E_NULL, "hf_pointer_store",
                      place ? "offset" : "place", site,
                      "give a place, and an offset in the buffer");
    }
    if (hfi_checks_at_stores(thread->parts)) {
        status = check_store(thread, place, buffer, site);
    }
    if (status == HF_OK) {
        /* Behind the check, which is a safepoint: an unpinned buffer may have moved by it. */
        const char *address = (const char *)hfi_payload_16(buffer->word_) + offset;
        memcpy(place, &address, sizeof(address));
    }
    return status;
}

hf_status hf_pointers_check_at(hf_thread *thread, const void *pointers, size_t count, hf_site site)
{
    HFI_ENTRY(thread);
    if (!hfi_checks_at_calls(thread->parts) || count == 0) {
        return HF_OK;
    }
    if (!pointers || count > SIZE_MAX / sizeof(void *)) {
        return refuse(thread, pointers ? HF_E_RANGE : HF_E_NULL, "hf_pointers_check",
                      pointers ? "count" : "pointers", site, "give the array that holds them");
    }
    const hfi_shape shape = { NULL, HFI_C_POINTER, sizeof(void *) };
    hfi_fault fault;
    hf_status status = hfi_check_memory(thread, pointers, count * sizeof(void *), &shape, &fault);
    if (status == HF_E_POINTER) {
        const hfi_fault_place at = { .function = "hf_pointers_check",
                                     .argument = "pointers",
                                     .name = "pointers",
                                     .site = site,
                                     .remedy = "pin it for as long as the address is there: a "
                                               "fence, or hf_pin_create()" };
        status = hfi_fault_report(thread, &fault, &at);
    }
    return status;
}

hf_status hfi_check_callback_result(hf_thread *thread, const char *callback, const void *result,
                                    const hfi_shape *shape)
{
    if (!result || !hfi_checks_at_calls(thread->parts)) {
        return HF_OK;
    }
    hfi_fault fault;
    hf_status status = hfi_check_address(thread, (uintptr_t)result, HFI_GIVEN, &fault);
    if (status == HF_OK && shape) {
        status = hfi_check_memory(thread, result, shape->element, shape, &fault);
    }
    if (status == HF_E_POINTER) {
        const hfi_fault_place at = {
            .function = callback,
            .argument = "callback",
            .name = "the result",
            .remedy = "give native memory back, or pin the buffer by hf_pin_create()"
        };
        status = hfi_fault_report(thread, &fault, &at);
    }
    return status;
}
