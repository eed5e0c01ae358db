/* SPDX-License-Identifier: MIT */

/*
 * A function of the catalogue asked for its text: a call, and what it gave as managed strings.
 *
 * A managed string is a buffer of UTF-8 with a NUL behind it that is not counted.  A list
 * comes from the function as texts one behind the other; it is made an array of strings.
 *
 * Threads: the owner, managed.  Between two allocations an address is good; none is kept over one.
 */

#include "native/inside.h"

#include "call/function.h"
#include "diag/report.h"
#include "heap/heap.h"
#include "thread/thread.h"

#include <holdfast/call.h>
#include <holdfast/heap.h>
#include <holdfast/root.h>

#include <string.h>

/* The number of the first output that is text; -1. */
static int text_of(const hf_function *function, bool is_list)
{
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_param *param = &function->prototype.param[i];
        if (function->step[i].out >= 0 && param->is_text && param->is_multi == is_list) {
            return function->step[i].out;
        }
    }
    return -1;
}

static hf_status ask(hf_thread *thread, const char *name, const hf_arg *arguments, bool is_list,
                     hf_result *result, int *text_out)
{
    const hf_function *function;
    hf_status status = hfi_native_get(thread, name, HF_TEXTS_UTF8, &function);
    if (status != HF_OK) {
        return status;
    }
    *text_out = text_of(function, is_list);
    if (*text_out < 0) {
        return hfi_misuse(thread->parts->reporter, HF_E_TYPE,
                          is_list ? "hf_native_texts" : "hf_native_text", "name",
                          (hf_site){ NULL, 0 }, "use hf_call() and the outputs of its result",
                          is_list ? "\"%s\" gives no list of texts" : "\"%s\" gives no text", name);
    }
    return hf_call(thread, function, result, arguments);
}

static void tell(const hf_result *result, int64_t *error_out)
{
    if (error_out) {
        *error_out = result->error;
    }
}

hf_status hf_native_text(hf_thread *thread, const char *name, const hf_arg *arguments,
                         hf_ref text_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!text_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    int text = -1;
    hf_status status = ask(thread, name, arguments, false, &result, &text);
    tell(&result, error_out);
    hf_copy(text_out, status == HF_OK ? hf_result_out(&result, (uint32_t)text) : NULL);
    return status;
}

/* ---- lists ---- */

/* Bytes of the text that begins at `from`; the end of the list is one, too. */
static size_t text_length(hf_thread *thread, const hf_slot *list, size_t from)
{
    size_t length = hf_bytes_size(list) - from;
    (void)hf_raw_begin(thread);
    const char *start = (const char *)hf_raw_address(list) + from;
    const char *end = memchr(start, 0, length);
    length = end ? (size_t)(end - start) : length;
    (void)hf_raw_end(thread);
    return length;
}

static size_t count_texts(hf_thread *thread, const hf_slot *list)
{
    size_t count = 0;
    for (size_t at = 0; at < hf_bytes_size(list); count++) {
        at += text_length(thread, list, at) + 1;
    }
    return count;
}

hf_status hfi_text_cut(hf_thread *thread, const hf_slot *list, size_t from, size_t length,
                       hf_ref text)
{
    hf_status status = hf_bytes_create(thread, length + 1, text);
    if (status != HF_OK) {
        return status;
    }
    (void)hf_raw_begin(thread);
    memcpy(hf_raw_address(text), (const char *)hf_raw_address(list) + from, length);
    (void)hf_raw_end(thread);
    hfi_bytes_shorten(text->word_, length); /* the NUL stays behind it */
    return HF_OK;
}

hf_status hfi_texts_split(hf_thread *thread, const hf_slot *list, hf_ref array_out)
{
    HF_FRAME(thread);
    hf_ref array = hf_local(thread);
    hf_ref text = hf_local(thread);
    hf_status status = array && text ? HF_OK : HF_E_SLOTS;
    size_t count = status == HF_OK ? count_texts(thread, list) : 0;
    if (status == HF_OK) {
        status = hf_array_create(thread, count, array);
    }
    size_t at = 0;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        size_t length = text_length(thread, list, at);
        status = hfi_text_cut(thread, list, at, length, text);
        if (status == HF_OK) {
            status = hf_store_at(thread, array, i, text);
        }
        at += length + 1;
    }
    if (status == HF_OK) {
        hf_copy(array_out, array);
    }
    return status;
}

hf_status hf_native_texts(hf_thread *thread, const char *name, const hf_arg *arguments,
                          hf_ref array_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!array_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    int text = -1;
    hf_status status = ask(thread, name, arguments, true, &result, &text);
    tell(&result, error_out);
    hf_copy(array_out, NULL); /* the arguments may have been in it */
    return status == HF_OK
               ? hfi_texts_split(thread, hf_result_out(&result, (uint32_t)text), array_out)
               : status;
}
