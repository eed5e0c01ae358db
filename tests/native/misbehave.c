/* SPDX-License-Identifier: MIT */

/*
 * Functions that do what they promised not to, and the same functions behaving.
 *
 * Each takes `how`: 0 is well-behaved.  What they keep of their arguments is here.
 */

#include "misbehave.h"

#include "testlib.h"

#include <string.h>

static const volatile uint8_t *kept;

uint32_t hfn_read_only(const uint8_t *data, size_t size, int how)
{
    uint32_t sum = hfn_sum(data, size);
    if (how == HFN_BAD && size) {
        union {
            const uint8_t *constant;
            uint8_t *plain;
        } bytes = { data };
        bytes.plain[size / 2] ^= 0x55;
    }
    return sum;
}

int hfn_write_around(uint8_t *data, size_t size, int how)
{
    memset(data, 7, size);
    if (how == HFN_BEHIND) {
        data[size] ^= 1;
    } else if (how == HFN_BEFORE) {
        data[-1] ^= 1;
    } else if (how == HFN_FAR_BEFORE) {
        memset(data - 16, 0x41, 16);
    }
    return 0;
}

int hfn_make_bytes(uint8_t *data, size_t size, size_t *length, int how, size_t written)
{
    memset(data, 0xa5, written < size ? written : size);
    *length = how == HFN_BAD ? size : written;
    return 0;
}

uint32_t hfn_retain(const uint8_t *data, size_t size, int how)
{
    kept = how == HFN_BAD ? data : NULL;
    return hfn_sum(data, size);
}

uint32_t hfn_use_retained(void)
{
    return kept ? kept[0] : 0;
}

int hfn_slowly(uint32_t rounds)
{
    volatile uint32_t state = 1;
    for (uint32_t i = 0; i < rounds; i++) {
        state = state * 1664525u + 1013904223u;
    }
    return (int)(state & 1);
}

int hfn_call_back(int (*function)(int), int value, int how)
{
    return how == HFN_BAD ? function(value) : value;
}

size_t hfn_vec_sum(const hfn_vec *vec, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = vec[i].base;
        for (size_t at = 0; bytes && at < vec[i].size; at++) {
            sum += bytes[at];
        }
    }
    return sum;
}

uintptr_t hfn_word_at(const uintptr_t *words, size_t index)
{
    return words[index];
}

int hfn_overrun_at(uint8_t *data, size_t size, size_t at)
{
    memset(data, 1, size);
    data[at] = 2;
    return 0;
}

int hfn_two_parts(uint8_t *to, const uint8_t *from, size_t size, size_t from_size)
{
    memcpy(to, from, size < from_size ? size : from_size);
    return 0;
}

int hfn_write_places(const uint8_t *data, size_t size, uint8_t *const *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *places[i] = 1;
    }
    return size ? data[0] : 0;
}
