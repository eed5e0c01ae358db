/* SPDX-License-Identifier: MIT */

/*
 * Properties: what bytes mean by their type.
 *
 * A type is one of four forms: nothing, values of one size, text, or bytes that nobody looks into.
 * "Array" repeats those of one size, "list" repeats text; any other combination means nothing, and
 * its bytes are given as they are.  Values of the registry are read as the property type that
 * has the same form.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"
#include "native/property.h"

#include "diag/report.h"
#include "thread/thread.h"

#include <holdfast/registry.h>

#include <string.h>

typedef struct property_record {
    hf_slot bytes, value;
    uint32_t type, count;
    int64_t number;
    double real;
    uint32_t form; /* the type by which an item is read, and perhaps TURNED */
} property_record;

enum { FORM = 6, FIELDS = 7 };

#define TURNED    0x80000000u /* the byte of most weight first */
#define TYPES     26u
#define TYPE_MASK 0x0fffu
#define REPEATED  0xf000u

static const hf_field fields[FIELDS] = {
    { "bytes", HF_FIELD_REF, offsetof(property_record, bytes), sizeof(hf_slot) },
    { "value", HF_FIELD_REF, offsetof(property_record, value), sizeof(hf_slot) },
    { "type", HF_FIELD_WORD, offsetof(property_record, type), sizeof(uint32_t) },
    { "count", HF_FIELD_WORD, offsetof(property_record, count), sizeof(uint32_t) },
    { "number", HF_FIELD_WORD, offsetof(property_record, number), sizeof(int64_t) },
    { "real", HF_FIELD_WORD, offsetof(property_record, real), sizeof(double) },
    { "form", HF_FIELD_WORD, offsetof(property_record, form), sizeof(uint32_t) },
};

static const char record_name[] = "property";

static const hf_type_descriptor record_type = { sizeof(hf_type_descriptor), record_name,
                                                sizeof(property_record), fields, FIELDS };

/* Sizes of a value, by type; or what it is instead. */
enum { TEXT = 100, OPAQUE = 101 };

static const uint8_t value_size[TYPES] = {
    0, 0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 16, 16, 8, 8, 8, 1, TEXT, OPAQUE, TEXT, 20, 4, 4, 4, TEXT,
};

/* How bytes are to be read. */
typedef struct reading {
    const char *function; /* who asked */
    uint32_t type;        /* the one that the program sees */
    uint32_t form;
} reading;

/* ---- forms ---- */

static uint8_t size_of(uint32_t form)
{
    return value_size[form & TYPE_MASK];
}

static bool is_known(uint32_t form)
{
    uint32_t type = form & TYPE_MASK;
    if (type >= TYPES || (form & ~(TURNED | REPEATED | TYPE_MASK)) != 0) {
        return false;
    }
    switch (form & REPEATED) {
    case 0:
        return true;
    case HF_PROPERTY_ARRAY:
        return value_size[type] != 0 && value_size[type] < TEXT;
    case HF_PROPERTY_LIST:
        return value_size[type] == TEXT;
    default:
        return false;
    }
}

/* The form of a value of the registry; of one that is bytes alone none that is known. */
static uint32_t registry_form(uint32_t type)
{
    switch (type) {
    case HF_VALUE_TEXT:
    case HF_VALUE_EXPANDABLE:
    case HF_VALUE_LINK:
        return HF_PROPERTY_IS_STRING;
    case HF_VALUE_TEXTS:
        return HF_PROPERTY_IS_STRING_LIST;
    case HF_VALUE_BYTES:
        return HF_PROPERTY_IS_BINARY;
    case HF_VALUE_NUMBER:
        return HF_PROPERTY_IS_UINT32;
    case HF_VALUE_NUMBER_BIG_ENDIAN:
        return HF_PROPERTY_IS_UINT32 | TURNED;
    case HF_VALUE_NUMBER_64:
        return HF_PROPERTY_IS_UINT64;
    default:
        return TYPE_MASK;
    }
}

/* How many values there are; HF_E_TYPE if the bytes are no whole number of them. */
static hf_status count_values(hf_thread *thread, const reading *how, size_t size,
                              uint32_t *count_out)
{
    size_t each = size_of(how->form);
    bool is_array = (how->form & HF_PROPERTY_ARRAY) != 0;
    if (each == OPAQUE || each == TEXT) {
        *count_out = 1;
        return HF_OK;
    }
    bool is_whole = is_array ? size % each == 0 : size == each;
    if (!is_whole) {
        return hfi_misuse(thread->parts->reporter, HF_E_TYPE, how->function, "value",
                          (hf_site){ NULL, 0 }, "read it as bytes",
                          "a value of type 0x%x has %zu bytes%s, and this one has %zu", how->type,
                          each, is_array ? " each" : "", size);
    }
    *count_out = each == 0 ? 0 : (uint32_t)(size / each);
    return HF_OK;
}

/* ---- the record ---- */

static hf_status decode_text(hf_thread *thread, const reading *how, const hf_slot *bytes,
                             uint32_t *count_out, hf_ref value)
{
    if ((how->form & HF_PROPERTY_LIST) == 0) {
        return hfi_front_wide(thread, bytes, how->function, value);
    }
    hf_status status = hfi_front_wide_list(thread, bytes, how->function, value);
    *count_out = status == HF_OK ? (uint32_t)hf_array_length(value) : 0;
    return status;
}

/* What the first value means. */
static hf_status decode_first(hf_thread *thread, const reading *how, const hf_slot *bytes,
                              property_record *plain, hf_ref value)
{
    hf_property_item item = { 0 };
    unsigned char first[HFI_PROPERTY_VALUE_MAX] = { 0 };
    char written[HFI_PROPERTY_WRITTEN_MAX];
    hf_status status = hf_bytes_read(bytes, 0, first, size_of(how->form));
    if (status != HF_OK) {
        return status;
    }
    hfi_property_item(how->form & TYPE_MASK, (how->form & TURNED) != 0, first, &item);
    plain->number = item.number;
    plain->real = item.real;
    size_t length = (how->form & REPEATED) == 0
                        ? hfi_property_write(how->form & TYPE_MASK, first, &item, written)
                        : 0;
    return length ? hfi_front_string(thread, written, length, value) : HF_OK;
}

static hf_status make_record(hf_thread *thread, const property_record *plain, const hf_slot *bytes,
                             const hf_slot *value, hf_ref record)
{
    hf_status status = hfi_native_record(thread, &record_type, record);
    if (status == HF_OK) {
        status = hf_store(thread, record, HF_PROPERTY_BYTES, bytes);
    }
    if (status == HF_OK) {
        status = hf_store(thread, record, HF_PROPERTY_VALUE, value);
    }
    if (status == HF_OK) {
        (void)hf_set(record, HF_PROPERTY_TYPE, &plain->type, sizeof plain->type);
        (void)hf_set(record, HF_PROPERTY_COUNT, &plain->count, sizeof plain->count);
        (void)hf_set(record, HF_PROPERTY_NUMBER, &plain->number, sizeof plain->number);
        (void)hf_set(record, HF_PROPERTY_REAL, &plain->real, sizeof plain->real);
        (void)hf_set(record, FORM, &plain->form, sizeof plain->form);
    }
    return status;
}

static hf_status decode(hf_thread *thread, const reading *how, const hf_slot *bytes,
                        hf_ref property_out)
{
    HF_FRAME(thread);
    hf_ref value = hf_local(thread);
    hf_ref record = hf_local(thread);
    property_record plain = { .type = how->type, .form = how->form };
    char nothing;
    if (!property_out || !value || !record) {
        return HF_E_SLOTS;
    }
    hf_status status = hf_bytes_read(bytes, 0, &nothing, 0);
    if (status == HF_OK && is_known(how->form)) {
        status = count_values(thread, how, hf_bytes_size(bytes), &plain.count);
        if (status == HF_OK && size_of(how->form) == TEXT) {
            status = decode_text(thread, how, bytes, &plain.count, value);
        } else if (status == HF_OK && size_of(how->form) < TEXT && plain.count != 0) {
            status = decode_first(thread, how, bytes, &plain, value);
        }
    }
    if (status == HF_OK) {
        status = make_record(thread, &plain, bytes, value, record);
    }
    hf_copy(property_out, status == HF_OK ? record : NULL);
    return status;
}

hf_status hf_property_decode(hf_thread *thread, uint32_t type, const hf_slot *bytes,
                             hf_ref property_out)
{
    HFI_ENTRY(thread);
    reading how = { __func__, type, type & TURNED ? TYPE_MASK : type };
    return decode(thread, &how, bytes, property_out);
}

hf_status hf_property_decode_value(hf_thread *thread, uint32_t type, const hf_slot *bytes,
                                   hf_ref property_out)
{
    HFI_ENTRY(thread);
    reading how = { __func__, type, registry_form(type) };
    return decode(thread, &how, bytes, property_out);
}

/* ---- one value ---- */

hf_status hf_property_item_get(hf_thread *thread, const hf_slot *property, size_t index,
                               hf_property_item *item_out)
{
    HFI_ENTRY(thread);
    if (!property || !item_out) {
        return HF_E_NULL;
    }
    memset(item_out, 0, sizeof *item_out);
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    uint32_t form = 0, count = 0;
    unsigned char value[HFI_PROPERTY_VALUE_MAX] = { 0 };
    if (!bytes) {
        return HF_E_SLOTS;
    }
    const char *name = hf_object_type_name(thread, property);
    if (!name || strcmp(name, record_name) != 0) {
        return HF_E_TYPE;
    }
    (void)hf_get(property, HF_PROPERTY_COUNT, &count, sizeof count);
    (void)hf_get(property, FORM, &form, sizeof form);
    if (index >= count) {
        return HF_E_RANGE;
    }
    size_t size = size_of(form);
    if (size >= TEXT) {
        return HF_E_TYPE;
    }
    hf_status status = hf_load(property, HF_PROPERTY_BYTES, bytes);
    if (status == HF_OK) {
        status = hf_bytes_read(bytes, index * size, value, size);
    }
    if (status == HF_OK) {
        hfi_property_item(form & TYPE_MASK, (form & TURNED) != 0, value, item_out);
    }
    return status;
}
