/* SPDX-License-Identifier: MIT */

/*
 * The names in a registry key.
 *
 * The system gives one at a time, by its number, until there is no more; how many there will be
 * nobody says who can be believed.  They are collected in an array that grows by doubling.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/registry.h>

#define NO_MORE 259 /* ERROR_NO_MORE_ITEMS */
#define NAME    0   /* output of both rows */
#define FIRST   16u

static hf_status name_at(hf_thread *thread, const char *row, const hf_slot *key, uint32_t index,
                         hf_ref name, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hfi_front_call(
        thread, row, &result, HF_ARGS(HF_RESOURCE(key), HF_UINT(index), HF_NULL), error_out);
    if (status == HF_OK) {
        hf_copy(name, hf_result_out(&result, NAME));
    }
    return status;
}

/* An array of `length` with the first `count` elements of `from`. */
static hf_status resize(hf_thread *thread, hf_ref array, size_t count, size_t length)
{
    HF_FRAME(thread);
    hf_ref larger = hf_local(thread);
    hf_ref element = hf_local(thread);
    hf_status status = larger && element ? hf_array_create(thread, length, larger) : HF_E_SLOTS;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = hf_load_at(array, i, element);
        if (status == HF_OK) {
            status = hf_store_at(thread, larger, i, element);
        }
    }
    if (status == HF_OK) {
        hf_copy(array, larger);
    }
    return status;
}

static hf_status collect(hf_thread *thread, const char *row, const hf_slot *key, hf_ref names,
                         int64_t *error)
{
    HF_FRAME(thread);
    hf_ref name = hf_local(thread);
    size_t room = FIRST;
    uint32_t count = 0;
    hf_status status = name ? hf_array_create(thread, room, names) : HF_E_SLOTS;
    while (status == HF_OK) {
        status = name_at(thread, row, key, count, name, error);
        if (status == HF_OK && count == room) {
            status = resize(thread, names, count, 2 * room);
            room *= 2;
        }
        if (status == HF_OK) {
            status = hf_store_at(thread, names, count++, name);
        }
    }
    if (status == HF_E_NATIVE && *error == NO_MORE) {
        *error = 0;
        status = resize(thread, names, count, count);
    }
    return status;
}

static hf_status list(hf_thread *thread, const char *row, const hf_slot *key, hf_ref names_out,
                      int64_t *error_out)
{
    HFI_ENTRY_AS(thread, "hf_key_names");
    if (!names_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_ref names = hf_local(thread);
    int64_t error = 0;
    hf_status status = names ? collect(thread, row, key, names, &error) : HF_E_SLOTS;
    if (error_out) {
        *error_out = error;
    }
    hf_copy(names_out, status == HF_OK ? names : NULL);
    return status;
}

hf_status hf_key_names(hf_thread *thread, const hf_slot *key, hf_ref names_out, int64_t *error_out)
{
    return list(thread, "RegEnumKeyExW", key, names_out, error_out);
}

hf_status hf_key_value_names(hf_thread *thread, const hf_slot *key, hf_ref names_out,
                             int64_t *error_out)
{
    return list(thread, "RegEnumValueW", key, names_out, error_out);
}
