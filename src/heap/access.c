/* SPDX-License-Identifier: MIT */

/*
 * Making objects and looking into them.
 *
 * Every function resolves its slot first: a NULL slot is what hf_local() gives
 * when slots run out (HF_E_SLOTS), a slot that holds null is HF_E_NULL, and in
 * checked mode the slots of an ended frame hold HFI_SLOT_POISON, which is
 * reported.
 */

#include "heap/heap.h"

#include "base/size.h"
#include "diag/report.h"

#include <string.h>

/* ---- resolving ---- */

hf_status hfi_slot_has_ended(hf_thread *thread, const char *function, const char *argument)
{
    return hfi_misuse(thread ? thread->parts->reporter : NULL, HF_E_MISUSE, function, argument,
                      HF_SITE, "make the slot in the frame that uses it, or let it escape",
                      "the slot's frame has ended");
}

hf_status hfi_slot_refuse(hf_thread *thread, uintptr_t word, const char *function,
                          const char *argument)
{
    if (word == HFI_SLOT_POISON) {
        return hfi_slot_has_ended(thread, function, argument);
    }
    /* Without a finder it is an address inside of an object, and the caller's to judge. */
    bool is_watched = atomic_load_explicit(&hfi_watching, memory_order_relaxed) != NULL;
    return is_watched ? HF_E_MISUSE : HF_OK;
}

/* For the functions that take no thread. */
static hf_status resolve(const hf_slot *slot, uintptr_t *object_out)
{
    return hfi_slot_object(NULL, slot, "an access", "slot", object_out);
}

static hf_status resolve_field(const hf_slot *record, uint32_t number, const hf_field **field_out,
                               char **payload_out)
{
    uintptr_t object;
    hf_status status = resolve(record, &object);
    if (status != HF_OK) {
        return status;
    }
    const hf_type *type = hfi_type_find(hfi_object_type_id(object));
    if (!type || type->kind != HFI_KIND_RECORD) {
        return HF_E_TYPE;
    }
    if (number >= type->field_count) {
        return HF_E_FIELD;
    }
    *field_out = &type->fields[number];
    *payload_out = hfi_payload_8(object);
    return HF_OK;
}

static hf_status resolve_ref_field(const hf_slot *record, uint32_t number, hf_slot **slot_out)
{
    const hf_field *field;
    char *payload;
    hf_status status = resolve_field(record, number, &field, &payload);
    if (status == HF_OK && field->kind != HF_FIELD_REF) {
        status = HF_E_FIELD;
    }
    if (status == HF_OK) {
        *slot_out = (hf_slot *)(void *)(payload + field->offset);
    }
    return status;
}

static hf_status resolve_data_field(const hf_slot *record, uint32_t number, size_t size,
                                    char **data_out)
{
    const hf_field *field;
    char *payload;
    hf_status status = resolve_field(record, number, &field, &payload);
    if (status == HF_OK && (field->kind == HF_FIELD_REF || field->size != size)) {
        status = HF_E_FIELD;
    }
    if (status == HF_OK) {
        *data_out = payload + field->offset;
    }
    return status;
}

static hf_status resolve_element(const hf_slot *array, size_t index, hf_slot **slot_out)
{
    uintptr_t object;
    hf_status status = resolve(array, &object);
    if (status != HF_OK) {
        return status;
    }
    if (hfi_object_type_id(object) != HFI_TYPE_ARRAY) {
        return HF_E_TYPE;
    }
    if (index >= *hfi_object_length(object)) {
        return HF_E_RANGE;
    }
    *slot_out = (hf_slot *)hfi_payload_16(object) + index;
    return HF_OK;
}

static hf_status resolve_bytes(const hf_slot *bytes, size_t offset, size_t size, char **data_out)
{
    uintptr_t object;
    hf_status status = resolve(bytes, &object);
    if (status != HF_OK) {
        return status;
    }
    if (hfi_object_type_id(object) != HFI_TYPE_BYTES) {
        return HF_E_TYPE;
    }
    uint64_t length = *hfi_object_length(object);
    if (offset > length || size > length - offset) {
        return HF_E_RANGE;
    }
    *data_out = (char *)hfi_payload_16(object) + offset;
    return HF_OK;
}

/* ---- making ---- */

static hf_status create(hf_thread *thread, const hfi_request *request, hf_ref out)
{
    if (!out) {
        return HF_E_SLOTS;
    }
    uintptr_t object;
    hf_status status = hfi_heap_allocate(thread, request, &object);
    if (status == HF_OK) {
        out->word_ = object;
    }
    return status;
}

hf_status hfi_bytes_allocate(hf_thread *thread, size_t size, bool immovable, uintptr_t *object_out)
{
    hfi_request request = { .type = hfi_type_find(HFI_TYPE_BYTES),
                            .length = size,
                            .payload = size,
                            .immovable = immovable };
    return hfi_heap_allocate(thread, &request, object_out);
}

hf_status hf_bytes_create_at(hf_thread *thread, size_t size, hf_ref out, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_bytes_create");
    hfi_request request = {
        .type = hfi_type_find(HFI_TYPE_BYTES), .length = size, .payload = size, .site = site
    };
    return create(thread, &request, out);
}

hf_status hf_bytes_create_with_at(hf_thread *thread, size_t size, const hf_bytes_options *options,
                                  hf_ref out, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_bytes_create_with");
    hfi_request request = {
        .type = hfi_type_find(HFI_TYPE_BYTES), .length = size, .payload = size, .site = site
    };
    if (options) {
        if (options->struct_size != sizeof *options ||
            (options->flags & ~(uint32_t)HF_BYTES_IMMOVABLE)) {
            return HF_E_OPTIONS;
        }
        if (options->alignment > 4096 ||
            (options->alignment && !hfi_is_power_of_two((size_t)options->alignment))) {
            return HF_E_ARGUMENT;
        }
        request.alignment = (size_t)options->alignment;
        request.immovable = options->flags & HF_BYTES_IMMOVABLE;
    }
    return create(thread, &request, out);
}

hf_status hf_record_create_at(hf_thread *thread, const hf_type *type, hf_ref out, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_record_create");
    if (!type) {
        return HF_E_NULL;
    }
    if (type->kind != HFI_KIND_RECORD || type->owner != thread->parts->types) {
        return HF_E_TYPE;
    }
    hfi_request request = { .type = type, .payload = type->size, .site = site };
    return create(thread, &request, out);
}

hf_status hf_array_create_at(hf_thread *thread, size_t length, hf_ref out, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_array_create");
    size_t size;
    if (!hfi_size_mul(length, sizeof(hf_slot), &size)) {
        return HF_E_OVERFLOW;
    }
    hfi_request request = {
        .type = hfi_type_find(HFI_TYPE_ARRAY), .length = length, .payload = size, .site = site
    };
    return create(thread, &request, out);
}

void hfi_bytes_shorten(uintptr_t object, size_t size)
{
    HF_ASSERT(size <= *hfi_object_length(object));
    *hfi_object_length(object) = size;
}

/* ---- references ---- */

hf_status hf_load(const hf_slot *record, uint32_t field, hf_ref out)
{
    hf_slot *slot;
    hf_status status = out ? resolve_ref_field(record, field, &slot) : HF_E_SLOTS;
    if (status == HF_OK) {
        out->word_ = hfi_slot_acquire(slot);
    }
    return status;
}

hf_status hf_store(hf_thread *thread, hf_ref record, uint32_t field, const hf_slot *value)
{
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_slot *slot;
    hf_status status = hfi_slot_value(thread, value, __func__, &object);
    if (status == HF_OK) {
        status = resolve_ref_field(record, field, &slot);
    }
    if (status == HF_OK) {
        hfi_slot_release(slot, object);
    }
    return status;
}

hf_status hf_once_store(hf_thread *thread, hf_ref record, uint32_t field, const hf_slot *value,
                        hf_ref out)
{
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_slot *slot;
    hf_status status = out ? hfi_slot_value(thread, value, __func__, &object) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = resolve_ref_field(record, field, &slot);
    }
    if (status != HF_OK) {
        return status;
    }
    uintptr_t winner = 0;
    /* Release publishes our object, acquire sees the winner's: who loses reads what it did not
     * write. */
    if (__atomic_compare_exchange_n(&slot->word_, &winner, object, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        winner = object;
    }
    out->word_ = winner;
    return HF_OK;
}

hf_status hf_load_at(const hf_slot *array, size_t index, hf_ref out)
{
    hf_slot *slot;
    hf_status status = out ? resolve_element(array, index, &slot) : HF_E_SLOTS;
    if (status == HF_OK) {
        out->word_ = hfi_slot_acquire(slot);
    }
    return status;
}

hf_status hf_store_at(hf_thread *thread, hf_ref array, size_t index, const hf_slot *value)
{
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_slot *slot;
    hf_status status = hfi_slot_value(thread, value, __func__, &object);
    if (status == HF_OK) {
        status = resolve_element(array, index, &slot);
    }
    if (status == HF_OK) {
        hfi_slot_release(slot, object);
    }
    return status;
}

/* ---- plain data ---- */

hf_status hf_get(const hf_slot *record, uint32_t field, void *value, size_t size)
{
    char *data;
    hf_status status = value ? resolve_data_field(record, field, size, &data) : HF_E_NULL;
    if (status == HF_OK) {
        memcpy(value, data, size);
    }
    return status;
}

hf_status hf_set(hf_ref record, uint32_t field, const void *value, size_t size)
{
    char *data;
    hf_status status = value ? resolve_data_field(record, field, size, &data) : HF_E_NULL;
    if (status == HF_OK) {
        memcpy(data, value, size);
    }
    return status;
}

hf_status hf_bytes_read(const hf_slot *bytes, size_t offset, void *to, size_t size)
{
    char *data;
    hf_status status = to || size == 0 ? resolve_bytes(bytes, offset, size, &data) : HF_E_NULL;
    if (status == HF_OK && size != 0) {
        memcpy(to, data, size);
    }
    return status;
}

hf_status hf_bytes_write(hf_ref bytes, size_t offset, const void *from, size_t size)
{
    char *data;
    hf_status status = from || size == 0 ? resolve_bytes(bytes, offset, size, &data) : HF_E_NULL;
    if (status == HF_OK && size != 0) {
        memcpy(data, from, size);
    }
    return status;
}

static size_t length_of(const hf_slot *slot, uint32_t type)
{
    uintptr_t object;
    if (resolve(slot, &object) != HF_OK || hfi_object_type_id(object) != type) {
        return 0;
    }
    return (size_t)*hfi_object_length(object);
}

size_t hf_bytes_size(const hf_slot *bytes)
{
    return length_of(bytes, HFI_TYPE_BYTES);
}

size_t hf_array_length(const hf_slot *array)
{
    return length_of(array, HFI_TYPE_ARRAY);
}

const char *hf_object_type_name(hf_thread *thread, const hf_slot *object)
{
    uintptr_t address;
    if (!hfi_entry_ok(thread) || resolve(object, &address) != HF_OK) {
        return "null";
    }
    return hf_type_name(hfi_type_find(hfi_object_type_id(address)));
}

/* ---- raw access ---- */

HFI_RAW_UNCHECKED hf_status hf_raw_begin(hf_thread *thread)
{
    if (thread && atomic_load_explicit(&thread->state, memory_order_relaxed) == HFI_RAW) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, "thread", HF_SITE,
                          "pair it with hf_raw_end()", "a raw stretch is open already");
    }
    HFI_ENTRY(thread);
    /* A state of its own, so that every entry check refuses until hf_raw_end(). */
    atomic_store_explicit(&thread->state, HFI_RAW, memory_order_relaxed);
    return HF_OK;
}

void *hf_raw_address(const hf_slot *object)
{
    uintptr_t address;
    return resolve(object, &address) == HF_OK ? hfi_object_payload(address) : NULL;
}

HFI_RAW_UNCHECKED hf_status hf_raw_end(hf_thread *thread)
{
    if (!thread) {
        return HF_E_NULL;
    }
    if (atomic_load_explicit(&thread->state, memory_order_relaxed) != HFI_RAW) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, "thread", HF_SITE,
                          "pair it with hf_raw_begin()", "no raw stretch is open");
    }
    if (!hfi_is_owner(thread)) {
        return hfi_entry_refuse(thread, __func__);
    }
    atomic_store_explicit(&thread->state, HFI_MANAGED, memory_order_relaxed);
    return HF_OK;
}
