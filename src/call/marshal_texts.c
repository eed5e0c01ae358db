/* SPDX-License-Identifier: MIT */

/*
 * Arrays of texts, such as an argument vector: `char *const argv[]`.
 *
 * The callee gets an array of the call's own, ended by NULL.  Texts that are in
 * the parameter's encoding already are passed where they are; others are converted
 * one by one into room of the call.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/marshal.h"

#include "base/size.h"

#include <string.h>

static size_t count_texts(const hf_arg *arg)
{
    const char *const *texts = arg->as.pointer;
    size_t count = arg->length;
    if (count == HF_WHOLE) {
        for (count = 0; texts[count]; count++) {
        }
    }
    return count;
}

static hf_status marshal_item(hfi_call *call, unsigned index, const char *text, size_t item,
                              const void **text_out)
{
    const hfi_step *step = &call->function->step[index];
    if (!text) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL,
                               "pass HF_WHOLE for an array that ends with NULL",
                               "text [%zu] is NULL, where the callee would stop", item);
    }
    if (step->text_unit == 1 && !step->is_system) {
        *text_out = text;
        return hfi_marshal_pointer(call, index, text);
    }
    const hfi_source from = { text, strlen(text), false, (int)item };
    return hfi_marshal_convert(call, index, step->text_unit, &from, text_out);
}

static hf_status marshal_array(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const char *const *texts = arg->as.pointer;
    if (!texts) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL, "pass HF_NULL for a null pointer",
                               "the array of texts is NULL");
    }
    size_t count = count_texts(arg);
    size_t size;
    if (count > INT32_MAX || !hfi_size_mul(count + 1, sizeof(void *), &size)) {
        return HF_E_OVERFLOW;
    }
    const void **array = hfi_call_room(call, size);
    if (!array) {
        return HF_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        hf_status status = marshal_item(call, index, texts[i], i, &array[i]);
        if (status != HF_OK) {
            return status;
        }
    }
    array[count] = NULL;
    hfi_value_set_pointer(&call->argument[index].value, (const void *)array);
    return HF_OK;
}

hf_status hfi_marshal_texts(hfi_call *call, unsigned index, const hf_arg *arg)
{
    switch (arg->kind) {
    case HF_ARG_TEXTS:
        return marshal_array(call, index, arg);
    case HF_ARG_POINTER:
    case HF_ARG_NULL:
        return hfi_marshal_scalar(call, index, arg, HFI_C_POINTER, &call->argument[index].value);
    default:
        return hfi_marshal_wrong_kind(call, index, arg, "HF_TEXTS, HF_POINTER or HF_NULL");
    }
}
