/* SPDX-License-Identifier: MIT */

/*
 * Strings, arrays and members for the typed fronts.
 *
 * Whoever reads a member through an address in it keeps the result that the address points into in
 * a slot meanwhile; the role points_into has seen to it that this does not move.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "heap/heap.h"
#include "platform/platform.h"

#include <string.h>

hf_status hfi_front_call(hf_thread *thread, const char *name, hf_result *result,
                         const hf_arg *arguments, int64_t *error_out)
{
    const hf_function *function;
    hf_status status = hfi_native_get(thread, name, HF_TEXTS_UTF8, &function);
    if (status == HF_OK) {
        status = hf_call(thread, function, result, arguments);
    }
    if (error_out) {
        *error_out = result->error;
    }
    return status;
}

hf_status hfi_front_fill(hf_thread *thread, const char *name, const hf_arg *arguments,
                         hf_ref bytes_out, int64_t *error_out)
{
    if (!bytes_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hfi_front_call(thread, name, &result, arguments, error_out);
    hf_copy(bytes_out, status == HF_OK ? hf_result_out(&result, 0) : NULL);
    return status;
}

hf_status hfi_front_do(hf_thread *thread, const char *name, const hf_arg *arguments,
                       int64_t *error_out)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    return hfi_front_call(thread, name, &result, arguments, error_out);
}

/* ---- strings ---- */

hf_status hfi_front_string(hf_thread *thread, const char *text, size_t length, hf_ref string_out)
{
    hf_status status =
        length < SIZE_MAX ? hf_bytes_create(thread, length + 1, string_out) : HF_E_OVERFLOW;
    if (status != HF_OK) {
        return status;
    }
    if (length != 0) {
        status = hf_bytes_write(string_out, 0, text, length);
    }
    hfi_bytes_shorten(string_out->word_, length); /* the NUL stays behind it */
    return status;
}

static size_t count_texts(const char *const *texts, size_t count)
{
    size_t i = 0;
    while (texts && i < count && (count != HF_WHOLE || texts[i])) {
        i++;
    }
    return i;
}

hf_status hfi_front_strings(hf_thread *thread, const char *const *texts, size_t count,
                            hf_ref array_out)
{
    HF_FRAME(thread);
    hf_ref array = hf_local(thread);
    hf_ref text = hf_local(thread);
    if (!array || !text) {
        return HF_E_SLOTS;
    }
    count = count_texts(texts, count);
    hf_status status = hf_array_create(thread, count, array);
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = hfi_front_string(thread, texts[i], texts[i] ? strlen(texts[i]) : 0, text);
        if (status == HF_OK) {
            status = hf_store_at(thread, array, i, text);
        }
    }
    hf_copy(array_out, status == HF_OK ? array : NULL);
    return status;
}

/* ---- members ---- */

static const hfp_native_field *find_field(const char *type, const char *name)
{
    for (const hfp_native_field *field = hfp_catalogue_fields; field->type; field++) {
        if (strcmp(field->name, name) == 0 && strcmp(field->type, type) == 0) {
            return field;
        }
    }
    return NULL;
}

bool hfi_front_place(const char *type, const char *field, size_t *offset_out, size_t *size_out)
{
    const hfp_native_field *found = find_field(type, field);
    *offset_out = found ? found->offset : 0;
    *size_out = found ? found->size : 0;
    return found != NULL;
}

uint64_t hfi_front_number(const hf_slot *bytes, size_t base, const char *type, const char *field)
{
    const hfp_native_field *found = find_field(type, field);
    union {
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;
    } value = { .u64 = 0 };
    if (!found || found->size > sizeof value ||
        hf_bytes_read(bytes, base + found->offset, &value, found->size) != HF_OK) {
        return 0;
    }
    switch (found->size) {
    case 1:
        return value.u8;
    case 2:
        return value.u16;
    case 4:
        return value.u32;
    default:
        return value.u64;
    }
}

void *hfi_front_pointer(const hf_slot *bytes, size_t base, const char *type, const char *field)
{
    const hfp_native_field *found = find_field(type, field);
    void *value = NULL;
    if (!found || found->size != sizeof value ||
        hf_bytes_read(bytes, base + found->offset, &value, sizeof value) != HF_OK) {
        return NULL;
    }
    return value;
}

hf_status hfi_front_member(hf_thread *thread, const hf_slot *bytes, size_t base, const char *type,
                           const char *field, hf_ref string_out)
{
    const char *text = hfi_front_pointer(bytes, base, type, field);
    if (!text) {
        hf_copy(string_out, NULL);
        return HF_OK;
    }
    return hfi_front_string(thread, text, strlen(text), string_out);
}

size_t hfi_front_offset(const char *type, const char *field)
{
    const hfp_native_field *found = find_field(type, field);
    return found ? found->offset : 0;
}

size_t hfi_front_size(const char *type)
{
    const hfp_native_type *found = hfp_catalogue_types;
    while (found->name && strcmp(found->name, type) != 0) {
        found++;
    }
    return found->size;
}

/* ---- handles ---- */

/*
 * Looked up at each release: the last handle may be released when the runtime has given all its
 * functions back, and a library that is in use already is found fast.
 */
hf_status hfi_front_release(uintptr_t value, void *user)
{
    const hfi_closer *closer = user;
    void *module, *address;
    uint32_t native_error;
    hf_status status = hfp_module_open(closer->library, HFP_MODULE_SYSTEM, &module, &native_error);
    if (status != HF_OK) {
        return status;
    }
    status = hfp_module_symbol(module, closer->symbol, &address);
    if (status == HF_OK) {
        bool is_zero = hfp_module_call(address, value) == 0;
        status = is_zero == closer->gives_code ? HF_OK : HF_E_RELEASE;
    }
    hfp_module_close(module);
    return status;
}
