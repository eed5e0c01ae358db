/* SPDX-License-Identifier: MIT */

/*
 * UTF-8 in, UTF-16 or a verdict out.
 *
 * Text is read in one pass by two loops: convert() writes while there is room,
 * and measure() counts what convert() left, so that the needed size is exact
 * whatever the room was.  Both step over runs of ASCII a word at a time and stop
 * before the first byte that begins no character; where they stopped is the
 * offset of the bad place.
 *
 * A sequence is judged by the value that it decodes to, not by the ranges of its
 * bytes: trail bytes are 80..BF, and a value that a shorter form could have
 * held, a surrogate, or one above U+10FFFF is refused.  That is the same set as
 * table 3-7 of the Unicode Standard, which the test spells out row by row.
 *
 * Invariants: no read at or behind `end`; no write at or behind `to_end`.
 * Threads: any; there is no state.
 */

#include "utf/scan.h"

#include <holdfast/utf.h>

static inline bool is_trail(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

static inline size_t decode_two(const uint8_t *at, size_t left, uint32_t *code_out)
{
    if (left < 2 || !is_trail(at[1])) {
        return 0;
    }
    *code_out = (uint32_t)(at[0] & 0x1F) << 6 | (at[1] & 0x3F);
    return *code_out >= 0x80 ? 2 : 0;
}

static inline size_t decode_three(const uint8_t *at, size_t left, uint32_t *code_out)
{
    if (left < 3 || !is_trail(at[1]) || !is_trail(at[2])) {
        return 0;
    }
    *code_out =
        (uint32_t)(at[0] & 0x0F) << 12 | (uint32_t)(at[1] & 0x3F) << 6 | (uint32_t)(at[2] & 0x3F);
    return *code_out >= 0x800 && !hfi_utf_is_surrogate(*code_out) ? 3 : 0;
}

static inline size_t decode_four(const uint8_t *at, size_t left, uint32_t *code_out)
{
    if (left < 4 || !is_trail(at[1]) || !is_trail(at[2]) || !is_trail(at[3])) {
        return 0;
    }
    *code_out = (uint32_t)(at[0] & 0x07) << 18 | (uint32_t)(at[1] & 0x3F) << 12 |
                (uint32_t)(at[2] & 0x3F) << 6 | (uint32_t)(at[3] & 0x3F);
    return *code_out >= 0x10000 && *code_out <= 0x10FFFF ? 4 : 0;
}

/** Bytes of the character at `at`, or 0 if there is none.  `left` > 0. */
static inline size_t decode(const uint8_t *at, size_t left, uint32_t *code_out)
{
    uint8_t lead = at[0];
    if (lead < 0x80) {
        *code_out = lead;
        return 1;
    }
    if (lead < 0xC0) {
        return 0;
    }
    if (lead < 0xE0) {
        return decode_two(at, left, code_out);
    }
    if (lead < 0xF0) {
        return decode_three(at, left, code_out);
    }
    return lead < 0xF8 ? decode_four(at, left, code_out) : 0;
}

/*
 * Whether more bytes could make what is there a character.  Once the second byte
 * stands, any trail byte will do; before it does, the lowest or the highest is
 * allowed after every lead, so trying the two is enough.
 */
static bool is_cut(const uint8_t *at, size_t left)
{
    uint32_t code;
    if (left == 0 || left >= 4 || decode(at, left, &code) != 0) {
        return false;
    }
    uint8_t low[4] = { 0x80, 0x80, 0x80, 0x80 };
    uint8_t high[4] = { 0xBF, 0xBF, 0xBF, 0xBF };
    memcpy(low, at, left);
    memcpy(high, at, left);
    return decode(low, 4, &code) > left || decode(high, 4, &code) > left;
}

/** Counts UTF-16 units up to the end or the first bad byte, and gives where it stopped. */
static const uint8_t *measure(const uint8_t *at, const uint8_t *end, size_t *units_out)
{
    size_t units = 0;
    while (at < end) {
        if (*at < 0x80) {
            while ((size_t)(end - at) >= HFI_UTF8_WORD && hfi_utf8_word_is_ascii(at)) {
                at += HFI_UTF8_WORD;
                units += HFI_UTF8_WORD;
            }
            for (; at < end && *at < 0x80; at++) {
                units++;
            }
            continue;
        }
        uint32_t code;
        size_t size = decode(at, (size_t)(end - at), &code);
        if (size == 0) {
            break;
        }
        at += size;
        units += code >= 0x10000 ? 2 : 1;
    }
    *units_out = units;
    return at;
}

static inline void widen_word(const uint8_t *restrict from, uint16_t *restrict to)
{
    for (int i = 0; i < HFI_UTF8_WORD; i++) {
        to[i] = from[i];
    }
}

/** Converts until the end, the first bad byte or the first character without room. */
static const uint8_t *convert(const uint8_t *at, const uint8_t *end, uint16_t **to_inout,
                              const uint16_t *to_end)
{
    uint16_t *to = *to_inout;
    while (at < end && to < to_end) {
        if (*at < 0x80) {
            while ((size_t)(end - at) >= HFI_UTF8_WORD && (size_t)(to_end - to) >= HFI_UTF8_WORD &&
                   hfi_utf8_word_is_ascii(at)) {
                widen_word(at, to);
                at += HFI_UTF8_WORD;
                to += HFI_UTF8_WORD;
            }
            while (at < end && to < to_end && *at < 0x80) {
                *to++ = *at++;
            }
            continue;
        }
        uint32_t code;
        size_t size = decode(at, (size_t)(end - at), &code);
        if (size == 0 || (code >= 0x10000 && to_end - to < 2)) {
            break;
        }
        at += size;
        if (code >= 0x10000) {
            *to++ = (uint16_t)(0xD7C0 + (code >> 10)); /* 0xD800 + ((code - 0x10000) >> 10) */
            *to++ = (uint16_t)(0xDC00 + (code & 0x3FF));
        } else {
            *to++ = (uint16_t)code;
        }
    }
    *to_inout = to;
    return at;
}

hf_status hf_utf8_to_utf16(const char *bytes, size_t length, hf_utf_policy policy, uint16_t *units,
                           size_t capacity, hf_utf_result *result_out)
{
    hf_utf_result result = { 0 };
    if (!hfi_utf_can_read(bytes, length, PTRDIFF_MAX, policy) || (!units && capacity != 0)) {
        return hfi_utf_give(result_out, result, HF_E_ARGUMENT);
    }
    if (length == 0) {
        return hfi_utf_give(result_out, result, HF_OK);
    }
    /* One unit a byte is always enough; more room is not looked at, it may overflow an address. */
    size_t room = capacity < length ? capacity : length;
    const uint8_t *start = (const uint8_t *)bytes;
    const uint8_t *end = start + length;
    const uint8_t *at = start;
    if (room != 0) {
        uint16_t *to = units;
        at = convert(at, end, &to, units + room);
        result.written = (size_t)(to - units);
        result.read = (size_t)(at - start);
    }
    at = measure(at, end, &result.needed);
    result.needed += result.written;
    result.first_bad = (size_t)(at - start);
    result.truncated = is_cut(at, (size_t)(end - at));
    if (at != end) {
        return hfi_utf_give(result_out, result, HF_E_UTF);
    }
    return hfi_utf_give(result_out, result, result.read == length ? HF_OK : HF_E_RANGE);
}

hf_status hf_utf8_measure(const char *bytes, size_t length, hf_utf_policy policy,
                          hf_utf_result *result_out)
{
    hf_utf_result result;
    hf_status status = hf_utf8_to_utf16(bytes, length, policy, NULL, 0, &result);
    return hfi_utf_give(result_out, result, status == HF_E_RANGE ? HF_OK : status);
}

hf_status hf_utf8_validate(const char *bytes, size_t length, hf_utf_policy policy,
                           size_t *first_bad_out)
{
    hf_utf_result result;
    hf_status status = hf_utf8_measure(bytes, length, policy, &result);
    if (first_bad_out) {
        *first_bad_out = result.first_bad;
    }
    return status;
}
