/* SPDX-License-Identifier: MIT */

/*
 * Extended attributes of files.
 *
 * The system gives a value as a whole or says that it is too long, so what is read is never made of
 * two values.  Names come one behind the other, each with its NUL.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/files.h>

#define FILLED 0 /* output of the rows that read */

hf_status hf_attribute_get(hf_thread *thread, const char *path, const char *name, hf_ref value_out,
                           int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !name || !value_out) {
        return path && name ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hfi_front_call(thread, "getxattr", &result,
                                      HF_ARGS(HF_CSTR(path), HF_CSTR(name)), error_out);
    hf_copy(value_out, status == HF_OK ? hf_result_out(&result, FILLED) : NULL);
    return status;
}

hf_status hf_attribute_names(hf_thread *thread, const char *path, hf_ref names_out,
                             int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !names_out) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        hfi_front_call(thread, "listxattr", &result, HF_ARGS(HF_CSTR(path)), error_out);
    hf_copy(names_out, NULL);
    return status == HF_OK ? hfi_texts_split(thread, hf_result_out(&result, FILLED), names_out)
                           : status;
}

hf_status hf_attribute_set(hf_thread *thread, const char *path, const char *name, const void *value,
                           size_t size, hf_attribute_mode mode, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !name || (!value && size != 0)) {
        return HF_E_NULL;
    }
    if ((unsigned)mode > HF_ATTRIBUTE_REPLACE) {
        return HF_E_ARGUMENT;
    }
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = bytes ? hf_bytes_create(thread, size, bytes) : HF_E_SLOTS;
    if (status == HF_OK && size != 0) {
        status = hf_bytes_write(bytes, 0, value, size);
    }
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_call(
        thread, "setxattr", &result,
        HF_ARGS(HF_CSTR(path), HF_CSTR(name), HF_BUFFER(bytes, 0, HF_WHOLE), HF_INT(mode)),
        error_out);
}

hf_status hf_attribute_remove(hf_thread *thread, const char *path, const char *name,
                              int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !name) {
        return HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    return hfi_front_call(thread, "removexattr", &result, HF_ARGS(HF_CSTR(path), HF_CSTR(name)),
                          error_out);
}
