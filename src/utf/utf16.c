/* SPDX-License-Identifier: MIT */

/*
 * UTF-16 in, UTF-8 or a verdict out: the mirror of utf8.c, with the same two
 * loops and the same promise about where they stop.
 *
 * The count of bytes cannot overflow: an object is at most PTRDIFF_MAX bytes,
 * so it has at most half as many units, and a unit becomes at most three bytes.
 *
 * Invariants: no read at or behind `end`; no write at or behind `to_end`.
 * Threads: any; there is no state.
 */

#include "utf/scan.h"

#include <holdfast/utf.h>

#define LENGTH_MAX ((size_t)PTRDIFF_MAX / sizeof(uint16_t))
_Static_assert(LENGTH_MAX <= SIZE_MAX / 3, "three bytes a unit must fit a size");

static inline bool is_high(uint16_t unit)
{
    return (unit & 0xFC00) == 0xD800;
}

static inline bool is_low(uint16_t unit)
{
    return (unit & 0xFC00) == 0xDC00;
}

/** Units of the character at `at`, or 0 if there is none.  `left` > 0. */
static inline size_t decode(const uint16_t *at, size_t left, uint32_t *code_out)
{
    if (!hfi_utf_is_surrogate(at[0])) {
        *code_out = at[0];
        return 1;
    }
    if (!is_high(at[0]) || left < 2 || !is_low(at[1])) {
        return 0;
    }
    *code_out = 0x10000 + ((uint32_t)(at[0] & 0x3FF) << 10) + (at[1] & 0x3FF);
    return 2;
}

static inline size_t encoded_size(uint32_t code)
{
    if (code < 0x80) {
        return 1;
    }
    if (code < 0x800) {
        return 2;
    }
    return code < 0x10000 ? 3 : 4;
}

/** Writes `size` = encoded_size(code) bytes. */
static inline void encode(uint32_t code, size_t size, uint8_t *to)
{
    static const uint8_t lead[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (size_t i = size - 1; i > 0; i--) {
        to[i] = (uint8_t)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    to[0] = (uint8_t)(lead[size] | code);
}

/** Counts UTF-8 bytes up to the end or the first bad unit, and gives where it stopped. */
static const uint16_t *measure(const uint16_t *at, const uint16_t *end, size_t *bytes_out)
{
    size_t bytes = 0;
    while (at < end) {
        if (*at < 0x80) {
            while ((size_t)(end - at) >= HFI_UTF16_WORD && hfi_utf16_word_is_ascii(at)) {
                at += HFI_UTF16_WORD;
                bytes += HFI_UTF16_WORD;
            }
            for (; at < end && *at < 0x80; at++) {
                bytes++;
            }
            continue;
        }
        uint32_t code;
        size_t size = decode(at, (size_t)(end - at), &code);
        if (size == 0) {
            break;
        }
        at += size;
        bytes += encoded_size(code);
    }
    *bytes_out = bytes;
    return at;
}

static inline void narrow_word(const uint16_t *restrict from, uint8_t *restrict to)
{
    for (int i = 0; i < HFI_UTF16_WORD; i++) {
        to[i] = (uint8_t)from[i];
    }
}

/** Converts until the end, the first bad unit or the first character without room. */
static const uint16_t *convert(const uint16_t *at, const uint16_t *end, uint8_t **to_inout,
                               const uint8_t *to_end)
{
    uint8_t *to = *to_inout;
    while (at < end && to < to_end) {
        if (*at < 0x80) {
            while ((size_t)(end - at) >= HFI_UTF16_WORD &&
                   (size_t)(to_end - to) >= HFI_UTF16_WORD && hfi_utf16_word_is_ascii(at)) {
                narrow_word(at, to);
                at += HFI_UTF16_WORD;
                to += HFI_UTF16_WORD;
            }
            while (at < end && to < to_end && *at < 0x80) {
                *to++ = (uint8_t)*at++;
            }
            continue;
        }
        uint32_t code;
        size_t units = decode(at, (size_t)(end - at), &code);
        if (units == 0) {
            break;
        }
        size_t size = encoded_size(code);
        if ((size_t)(to_end - to) < size) {
            break;
        }
        encode(code, size, to);
        at += units;
        to += size;
    }
    *to_inout = to;
    return at;
}

hf_status hf_utf16_to_utf8(const uint16_t *units, size_t length, hf_utf_policy policy, char *bytes,
                           size_t capacity, hf_utf_result *result_out)
{
    hf_utf_result result = { 0 };
    if (!hfi_utf_can_read(units, length, LENGTH_MAX, policy) || (!bytes && capacity != 0)) {
        return hfi_utf_give(result_out, result, HF_E_ARGUMENT);
    }
    if (length == 0) {
        return hfi_utf_give(result_out, result, HF_OK);
    }
    /* Three bytes a unit is always enough; more room is not looked at, it may overflow an address.
     */
    size_t room = capacity < length * 3 ? capacity : length * 3;
    const uint16_t *end = units + length;
    const uint16_t *at = units;
    if (room != 0) {
        uint8_t *start = (uint8_t *)bytes;
        uint8_t *to = start;
        at = convert(at, end, &to, start + room);
        result.written = (size_t)(to - start);
        result.read = (size_t)(at - units);
    }
    at = measure(at, end, &result.needed);
    result.needed += result.written;
    result.first_bad = (size_t)(at - units);
    result.truncated = end - at == 1 && is_high(*at);
    if (at != end) {
        return hfi_utf_give(result_out, result, HF_E_UTF);
    }
    return hfi_utf_give(result_out, result, result.read == length ? HF_OK : HF_E_RANGE);
}

hf_status hf_utf16_measure(const uint16_t *units, size_t length, hf_utf_policy policy,
                           hf_utf_result *result_out)
{
    hf_utf_result result;
    hf_status status = hf_utf16_to_utf8(units, length, policy, NULL, 0, &result);
    return hfi_utf_give(result_out, result, status == HF_E_RANGE ? HF_OK : status);
}

hf_status hf_utf16_validate(const uint16_t *units, size_t length, hf_utf_policy policy,
                            size_t *first_bad_out)
{
    hf_utf_result result;
    hf_status status = hf_utf16_measure(units, length, policy, &result);
    if (first_bad_out) {
        *first_bad_out = result.first_bad;
    }
    return status;
}
