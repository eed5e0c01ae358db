/* SPDX-License-Identifier: MIT */

/*
 * What the system gives one by one, by number, as an array.
 *
 * How many there will be nobody says who can be believed; the array grows by doubling until the
 * system says ERROR_NO_MORE_ITEMS.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#define NO_MORE 259
#define FIRST   16u

/* Makes the array one of `length` with its first `count` elements. */
static hf_status resize(hf_thread *thread, hf_ref array, size_t count, size_t length)
{
    HF_FRAME(thread);
    hf_ref other = hf_local(thread);
    hf_ref element = hf_local(thread);
    hf_status status = other && element ? hf_array_create(thread, length, other) : HF_E_SLOTS;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = hf_load_at(array, i, element);
        if (status == HF_OK) {
            status = hf_store_at(thread, other, i, element);
        }
    }
    if (status == HF_OK) {
        hf_copy(array, other);
    }
    return status;
}

static hf_status collect(hf_thread *thread, hfi_front_item item_at, const void *of, hf_ref array,
                         int64_t *error)
{
    HF_FRAME(thread);
    hf_ref item = hf_local(thread);
    size_t room = FIRST;
    uint32_t count = 0;
    hf_status status = item ? hf_array_create(thread, room, array) : HF_E_SLOTS;
    while (status == HF_OK) {
        status = item_at(thread, of, count, item, error);
        if (status == HF_OK && count == room) {
            room *= 2;
            status = resize(thread, array, count, room);
        }
        if (status == HF_OK) {
            status = hf_store_at(thread, array, count++, item);
        }
    }
    if (status == HF_E_NATIVE && *error == NO_MORE) {
        *error = 0;
        status = resize(thread, array, count, count);
    }
    return status;
}

hf_status hfi_front_collect(hf_thread *thread, hfi_front_item item_at, const void *of,
                            hf_ref array_out, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref array = hf_local(thread);
    int64_t error = 0;
    hf_status status = array ? collect(thread, item_at, of, array, &error) : HF_E_SLOTS;
    if (error_out) {
        *error_out = error;
    }
    hf_copy(array_out, status == HF_OK ? array : NULL);
    return status;
}
