/* SPDX-License-Identifier: MIT */

/*
 * The table of types.
 *
 * One table for the process, because an object must lead to its type without a
 * thread or a runtime at hand.  A number is given out under `lock` and published
 * with release; readers acquire, and only look at numbers that they found in an
 * object's header, whose type therefore exists as long as its runtime does.
 */

#include "type/type.h"

#include "base/alloc.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_SIG 0x54595045u /* "TYPE" */

struct hfi_types {
    hfi_parts *parts;
};

static hfp_mutex table_lock = HFP_MUTEX_INIT;
static uint32_t next_id = HFI_TYPE_FIRST; /* lock: table_lock; where to look for a free number */

static const hf_type type_bytes = { .sig = TYPE_SIG,
                                    .id = HFI_TYPE_BYTES,
                                    .kind = HFI_KIND_BYTES,
                                    .header_size = 16,
                                    .name = "bytes" };
static const hf_type type_array = { .sig = TYPE_SIG,
                                    .id = HFI_TYPE_ARRAY,
                                    .kind = HFI_KIND_ARRAY,
                                    .header_size = 16,
                                    .name = "array" };
static const hf_type type_resource = { .sig = TYPE_SIG,
                                       .id = HFI_TYPE_RESOURCE,
                                       .kind = HFI_KIND_RESOURCE,
                                       .header_size = 8,
                                       .size = 8,
                                       .name = "resource" };

static const hf_type type_ephemerons = { .sig = TYPE_SIG,
                                         .id = HFI_TYPE_EPHEMERONS,
                                         .kind = HFI_KIND_EPHEMERONS,
                                         .header_size = 8,
                                         .size = 8,
                                         .name = "ephemerons" };

static _Atomic(const hf_type *) table[HFI_TYPES_MAX] = {
    [HFI_TYPE_BYTES] = &type_bytes,
    [HFI_TYPE_ARRAY] = &type_array,
    [HFI_TYPE_RESOURCE] = &type_resource,
    [HFI_TYPE_EPHEMERONS] = &type_ephemerons,
};

const hf_type *hfi_type_find(uint32_t id)
{
    return id < HFI_TYPES_MAX ? atomic_load_explicit(&table[id], memory_order_acquire) : NULL;
}

static bool field_is_sound(const hf_field *field, uint32_t size)
{
    return field->size != 0 && field->size <= size && field->offset <= size - field->size;
}

static bool ref_is_sound(const hf_field *field)
{
    return field->size == sizeof(hf_slot) && field->offset % sizeof(hf_slot) == 0;
}

static bool fields_overlap(const hf_field *a, const hf_field *b)
{
    return a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

static hf_status check_fields(const hf_type_descriptor *descriptor)
{
    for (uint32_t i = 0; i < descriptor->field_count; i++) {
        const hf_field *field = &descriptor->fields[i];
        if (!field->name) {
            return HF_E_NULL;
        }
        if (!field_is_sound(field, descriptor->size)) {
            return HF_E_RANGE;
        }
        if (field->kind > HF_FIELD_WORD || (field->kind == HF_FIELD_REF && !ref_is_sound(field))) {
            return HF_E_FIELD;
        }
        for (uint32_t j = 0; j < i; j++) {
            if (fields_overlap(field, &descriptor->fields[j])) {
                return HF_E_FIELD;
            }
        }
    }
    return HF_OK;
}

static hf_status check_descriptor(const hf_type_descriptor *descriptor)
{
    if (descriptor->struct_size != sizeof(hf_type_descriptor)) {
        return HF_E_OPTIONS;
    }
    if (!descriptor->name || (descriptor->field_count != 0 && !descriptor->fields)) {
        return HF_E_NULL;
    }
    return descriptor->size > HF_RECORD_SIZE_MAX ? HF_E_RANGE : check_fields(descriptor);
}

static void sort_offsets(uint32_t *offset, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t moving = offset[i];
        uint32_t at = i;
        for (; at > 0 && offset[at - 1] > moving; at--) {
            offset[at] = offset[at - 1];
        }
        offset[at] = moving;
    }
}

static hf_type *build_type(const hf_type_descriptor *descriptor)
{
    hf_type *type = hfi_alloc(sizeof *type + descriptor->field_count * sizeof(uint32_t));
    if (!type) {
        return NULL;
    }
    type->sig = TYPE_SIG;
    type->kind = HFI_KIND_RECORD;
    type->header_size = 8;
    type->size = descriptor->size;
    type->name = descriptor->name;
    type->fields = descriptor->fields;
    type->field_count = descriptor->field_count;
    type->ref_offsets = (uint32_t *)(void *)(type + 1);
    for (uint32_t i = 0; i < descriptor->field_count; i++) {
        if (descriptor->fields[i].kind == HF_FIELD_REF) {
            type->ref_offsets[type->ref_count++] = descriptor->fields[i].offset;
        }
    }
    sort_offsets(type->ref_offsets, type->ref_count);
    return type;
}

/* A free number, or 0.  lock: table_lock */
static uint32_t find_free_id(void)
{
    for (uint32_t tried = HFI_TYPE_FIRST; tried < HFI_TYPES_MAX; tried++) {
        uint32_t id = next_id;
        next_id = id + 1 < HFI_TYPES_MAX ? id + 1 : HFI_TYPE_FIRST;
        if (!hfi_type_find(id)) {
            return id;
        }
    }
    return 0;
}

hf_status hf_type_register(hf_runtime *runtime, const hf_type_descriptor *descriptor,
                           hf_type **type_out)
{
    if (!type_out) {
        return HF_E_NULL;
    }
    *type_out = NULL;
    if (!runtime || !descriptor) {
        return HF_E_NULL;
    }
    hf_status status = check_descriptor(descriptor);
    if (status != HF_OK) {
        return status;
    }
    hf_type *type = build_type(descriptor);
    if (!type) {
        return HF_E_NOMEM;
    }
    type->owner = hfi_parts_of(runtime)->types;
    hfp_mutex_lock(&table_lock);
    type->id = find_free_id();
    if (type->id != 0) {
        atomic_store_explicit(&table[type->id], type, memory_order_release);
    }
    hfp_mutex_unlock(&table_lock);
    if (type->id == 0) {
        hfi_free(type);
        return HF_E_LIMIT;
    }
    *type_out = type;
    return HF_OK;
}

const char *hf_type_name(const hf_type *type)
{
    return type ? type->name : "null";
}

hf_status hfi_types_create(hfi_parts *parts, hfi_types **types_out)
{
    hfi_types *types = hfi_alloc(sizeof *types);
    if (!types) {
        return HF_E_NOMEM;
    }
    types->parts = parts;
    *types_out = types;
    return HF_OK;
}

void hfi_types_destroy(hfi_types *types)
{
    hfp_mutex_lock(&table_lock);
    for (uint32_t id = HFI_TYPE_FIRST; id < HFI_TYPES_MAX; id++) {
        const hf_type *type = hfi_type_find(id);
        if (type && type->owner == types) {
            atomic_store_explicit(&table[id], NULL, memory_order_relaxed);
            hfi_free((void *)(uintptr_t)type);
        }
    }
    hfp_mutex_unlock(&table_lock);
    hfi_free(types);
}

void hfi_types_lock(void)
{
    hfp_mutex_lock(&table_lock);
}

void hfi_types_unlock(void)
{
    hfp_mutex_unlock(&table_lock);
}
