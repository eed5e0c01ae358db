/* SPDX-License-Identifier: MIT */

/*
 * The registry: keys, and values by name.
 *
 * A root is a handle that is never closed, with a number that is the same everywhere.  A value
 * is read as bytes, because its type is only known then; what is text by its type is made a string
 * here.  Nothing in the registry promises that text ends with a NUL, or has whole units.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/registry.h>

#include <string.h>

/* Outputs of the row that reads a value. */
enum { DATA = 0, TYPE = 0 };

static hfi_closer close_key = { "advapi32.dll", "RegCloseKey", true };
static const hf_resource_class key_class = HFI_FRONT_CLASS("registry key", 0, close_key);

/* HKEY_CLASSES_ROOT and the others: sign-extended 32-bit numbers. */
static void *root_handle(hf_key_root root)
{
    return (void *)(uintptr_t)(intptr_t)(int32_t)(0x80000000u + (uint32_t)root);
}

/* ---- keys ---- */

static hf_status adopt_key(hf_thread *thread, const char *row, const hf_arg *arguments,
                           const hf_slot *parent, hf_ref key_out, int64_t *error_out)
{
    HF_FRAME(thread);
    const hf_function *function;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_native_get(thread, row, &function);
    if (status == HF_OK && parent) {
        status = hf_call_adopting_child(thread, function, &result, arguments, &key_class, 0, parent,
                                        key_out);
    } else if (status == HF_OK) {
        status = hf_call_adopting(thread, function, &result, arguments, &key_class, 0, key_out);
    }
    if (error_out) {
        *error_out = result.error;
    }
    return status;
}

hf_status hf_key_open(hf_thread *thread, hf_key_root root, const char *path, uint32_t access,
                      hf_ref key_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !key_out) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    return adopt_key(
        thread, "RegOpenKeyExW",
        HF_ARGS(HF_POINTER(root_handle(root)), HF_CSTR(path), HF_UINT(0), HF_UINT(access)), NULL,
        key_out, error_out);
}

hf_status hf_key_open_in(hf_thread *thread, const hf_slot *parent, const char *path,
                         uint32_t access, hf_ref key_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !key_out || !parent) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    return adopt_key(thread, "RegOpenKeyExW",
                     HF_ARGS(HF_RESOURCE(parent), HF_CSTR(path), HF_UINT(0), HF_UINT(access)),
                     parent, key_out, error_out);
}

hf_status hf_key_create(hf_thread *thread, hf_key_root root, const char *path, uint32_t access,
                        hf_ref key_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !key_out) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    return adopt_key(thread, "RegCreateKeyExW",
                     HF_ARGS(HF_POINTER(root_handle(root)), HF_CSTR(path), HF_UINT(0), HF_NULL,
                             HF_UINT(0), HF_UINT(access), HF_NULL),
                     NULL, key_out, error_out);
}

hf_status hf_key_delete(hf_thread *thread, const hf_slot *parent, const char *path,
                        int64_t *error_out)
{
    HFI_ENTRY(thread);
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    return hfi_front_call(thread, "RegDeleteKeyW", &result,
                          HF_ARGS(HF_RESOURCE(parent), HF_CSTR(path ? path : "")), error_out);
}

/* ---- reading ---- */

static bool is_text(uint32_t type)
{
    return type == HF_VALUE_TEXT || type == HF_VALUE_EXPANDABLE || type == HF_VALUE_LINK;
}

/* The value as bytes, in the result's slots. */
static hf_status read_bytes(hf_thread *thread, const hf_slot *key, const char *name,
                            hf_result *result, uint32_t *type_out, int64_t *error_out)
{
    hf_status status =
        hfi_front_call(thread, "RegQueryValueExW", result,
                       HF_ARGS(HF_RESOURCE(key), HF_CSTR(name ? name : ""), HF_NULL), error_out);
    *type_out = status == HF_OK ? (uint32_t)hf_result_scalar(result, TYPE) : 0;
    return status;
}

hf_status hf_key_value(hf_thread *thread, const hf_slot *key, const char *name, uint32_t *type_out,
                       hf_ref value_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!value_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_ref value = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    uint32_t type = 0;
    hf_status status =
        value ? read_bytes(thread, key, name, &result, &type, error_out) : HF_E_SLOTS;
    const hf_slot *data = status == HF_OK ? hf_result_out(&result, DATA) : NULL;
    if (status == HF_OK && is_text(type)) {
        status = hfi_front_wide(thread, data, "hf_key_value", value);
    } else if (status == HF_OK && type == HF_VALUE_TEXTS) {
        status = hfi_front_wide_list(thread, data, "hf_key_value", value);
    } else if (status == HF_OK) {
        hf_copy(value, data);
    }
    if (type_out) {
        *type_out = type;
    }
    hf_copy(value_out, status == HF_OK ? value : NULL);
    return status;
}

static hf_status refuse_type(uint32_t type, int64_t *error_out)
{
    if (error_out) {
        *error_out = type;
    }
    return HF_E_TYPE;
}

hf_status hf_key_text(hf_thread *thread, const hf_slot *key, const char *name, hf_ref text_out,
                      int64_t *error_out)
{
    uint32_t type = 0;
    hf_status status = hf_key_value(thread, key, name, &type, text_out, error_out);
    if (status == HF_OK && !is_text(type)) {
        hf_copy(text_out, NULL);
        return refuse_type(type, error_out);
    }
    return status;
}

/* Bytes of a number, the one of least weight first on this system unless it says otherwise. */
static uint64_t number_of(const unsigned char *bytes, size_t size, bool is_big_endian)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        number = number << 8 | bytes[is_big_endian ? i : size - 1 - i];
    }
    return number;
}

hf_status hf_key_number(hf_thread *thread, const hf_slot *key, const char *name,
                        uint64_t *number_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!number_out) {
        return HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    uint32_t type;
    unsigned char bytes[8];
    hf_status status = read_bytes(thread, key, name, &result, &type, error_out);
    if (status != HF_OK) {
        return status;
    }
    size_t size = type == HF_VALUE_NUMBER_64 ? 8 : 4;
    bool is_number = size == 8 || type == HF_VALUE_NUMBER || type == HF_VALUE_NUMBER_BIG_ENDIAN;
    if (!is_number || hf_bytes_size(hf_result_out(&result, DATA)) != size) {
        return refuse_type(type, error_out);
    }
    (void)hf_bytes_read(hf_result_out(&result, DATA), 0, bytes, size);
    *number_out = number_of(bytes, size, type == HF_VALUE_NUMBER_BIG_ENDIAN);
    return HF_OK;
}

hf_status hf_expand(hf_thread *thread, const char *text, hf_ref text_out, int64_t *error_out)
{
    return hf_native_text(thread, "ExpandEnvironmentStringsW", HF_ARGS(HF_CSTR(text)), text_out,
                          error_out);
}

/* ---- writing ---- */

hf_status hf_key_set_bytes(hf_thread *thread, const hf_slot *key, const char *name, uint32_t type,
                           const void *data, size_t size, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (size > UINT32_MAX) {
        return HF_E_OVERFLOW;
    }
    if (!data && size != 0) {
        return HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = bytes ? hf_bytes_create(thread, size, bytes) : HF_E_SLOTS;
    if (status == HF_OK && size != 0) {
        status = hf_bytes_write(bytes, 0, data, size);
    }
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_call(thread, "RegSetValueExW", &result,
                          HF_ARGS(HF_RESOURCE(key), HF_CSTR(name ? name : ""), HF_UINT(0),
                                  HF_UINT(type), HF_BUFFER(bytes, 0, HF_WHOLE)),
                          error_out);
}

hf_status hf_key_set_text(hf_thread *thread, const hf_slot *key, const char *name,
                          hf_value_type type, const char *text, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!text) {
        return HF_E_NULL;
    }
    if (!is_text(type)) {
        return HF_E_ARGUMENT;
    }
    HF_FRAME(thread);
    hf_ref wide = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = wide ? hfi_front_widen(thread, text, "hf_key_set_text", wide) : HF_E_SLOTS;
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_call(thread, "RegSetValueExW", &result,
                          HF_ARGS(HF_RESOURCE(key), HF_CSTR(name ? name : ""), HF_UINT(0),
                                  HF_UINT(type), HF_BUFFER(wide, 0, HF_WHOLE)),
                          error_out);
}

hf_status hf_key_delete_value(hf_thread *thread, const hf_slot *key, const char *name,
                              int64_t *error_out)
{
    HFI_ENTRY(thread);
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    return hfi_front_call(thread, "RegDeleteValueW", &result,
                          HF_ARGS(HF_RESOURCE(key), HF_CSTR(name ? name : "")), error_out);
}
