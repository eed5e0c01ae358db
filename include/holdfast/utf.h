/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_UTF_H
#define HOLDFAST_UTF_H

/*
 * UTF-8 and UTF-16, in memory that the caller gives.
 *
 * Native functions disagree about text: POSIX wants bytes, Windows wants 16-bit
 * units, and neither promises that what it returns is well-formed.  These
 * functions convert, measure and check, and say where the first bad place is.
 * They need no thread and no runtime, allocate nothing and stop at no NUL: every
 * length is explicit, and a zero is a character like any other.
 *
 *     hf_utf_result r;
 *     hf_status status = hf_utf8_to_utf16(text, length, HF_UTF_STRICT, units, capacity, &r);
 *     HF_OK       units[0 .. r.written) is the text
 *     HF_E_RANGE  the same call with room for r.needed units succeeds
 *     HF_E_UTF    text[r.first_bad] begins something that is not a character
 *
 * Which status comes back depends on the text first and on the room second: a
 * bad text is HF_E_UTF however small the output is.
 *
 * Well-formed is what the Unicode Standard says in table 3-7: no overlong form,
 * no surrogate in UTF-8, no lone surrogate in UTF-16, nothing above U+10FFFF.
 */

#include "export.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What to do with text that is not well-formed. */
typedef enum hf_utf_policy {
    HF_UTF_STRICT = 0 /* refuse it: HF_E_UTF */
} hf_utf_policy;

/**
 * What a conversion found.  Offsets and counts are in code units of their side:
 * bytes for UTF-8, 16-bit units for UTF-16.  This struct never changes.
 */
typedef struct hf_utf_result {
    size_t needed;    /* units the whole output has; for bad text, the part before first_bad */
    size_t written;   /* units written: the longest run of whole characters that fits */
    size_t read;      /* units of input that `written` stands for */
    size_t first_bad; /* where the input stops being well-formed; its length if it never does */
    bool truncated;   /* what stands at first_bad is the begin of a character, cut by the end */
} hf_utf_result;

HF_BEGIN_DECLS

/**
 * Converts UTF-8 to UTF-16 in the byte order of the machine.
 *
 * Reads the whole input even when the output is full, so that `needed` is exact.
 *
 * @param bytes       the text; NULL only with a length of 0.  Must not overlap the output.
 * @param length      its size in bytes.
 * @param policy      HF_UTF_STRICT.
 * @param units       receives the text, without a terminator; NULL only with a capacity of 0.
 * @param capacity    room there, in 16-bit units; the text never needs more than `length`.
 * @param result_out  receives what was found; may be NULL.
 * @return HF_OK; HF_E_UTF if the text is not well-formed, with what is before the
 *         bad place converted as far as it fits; HF_E_RANGE if all is well but
 *         `capacity` is too small; HF_E_ARGUMENT for a null address, an unknown
 *         policy or a length no memory can have, with a zeroed result.
 *
 * @par Ownership   Nothing changes hands; both memories stay the caller's.
 * @par Threads     Any, attached or not, in any state.
 * @par GC          None.
 * @par Last-error  Preserved.
 * @since 0.1
 */
HF_API HF_MUST_CHECK hf_status hf_utf8_to_utf16(const char *bytes, size_t length,
                                                hf_utf_policy policy, uint16_t *units,
                                                size_t capacity, hf_utf_result *result_out);

/**
 * Converts UTF-16 in the byte order of the machine to UTF-8.
 *
 * Reads the whole input even when the output is full, so that `needed` is exact.
 *
 * @param units       the text; NULL only with a length of 0.  Must not overlap the output.
 * @param length      its size in 16-bit units.
 * @param policy      HF_UTF_STRICT.
 * @param bytes       receives the text, without a terminator; NULL only with a capacity of 0.
 * @param capacity    room there, in bytes; the text never needs more than 3 * `length`.
 * @param result_out  receives what was found; may be NULL.
 * @return HF_OK; HF_E_UTF if the text is not well-formed, with what is before the
 *         bad place converted as far as it fits; HF_E_RANGE if all is well but
 *         `capacity` is too small; HF_E_ARGUMENT for a null address, an unknown
 *         policy or a length no memory can have, with a zeroed result.
 *
 * @par Ownership   Nothing changes hands; both memories stay the caller's.
 * @par Threads     Any, attached or not, in any state.
 * @par GC          None.
 * @par Last-error  Preserved.
 * @since 0.1
 */
HF_API HF_MUST_CHECK hf_status hf_utf16_to_utf8(const uint16_t *units, size_t length,
                                                hf_utf_policy policy, char *bytes, size_t capacity,
                                                hf_utf_result *result_out);

/**
 * Measures how many UTF-16 units UTF-8 text becomes, and checks it.
 *
 * @param result_out  receives `needed`, `first_bad` and `truncated`; may be NULL.
 * @return HF_OK; HF_E_UTF if the text is not well-formed; HF_E_ARGUMENT as
 *         hf_utf8_to_utf16().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not, in any state.
 * @par GC          None.
 * @par Last-error  Preserved.
 * @since 0.1
 */
HF_API HF_MUST_CHECK hf_status hf_utf8_measure(const char *bytes, size_t length,
                                               hf_utf_policy policy, hf_utf_result *result_out);

/**
 * Measures how many bytes of UTF-8 UTF-16 text becomes, and checks it.
 *
 * @param result_out  receives `needed`, `first_bad` and `truncated`; may be NULL.
 * @return HF_OK; HF_E_UTF if the text is not well-formed; HF_E_ARGUMENT as
 *         hf_utf16_to_utf8().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not, in any state.
 * @par GC          None.
 * @par Last-error  Preserved.
 * @since 0.1
 */
HF_API HF_MUST_CHECK hf_status hf_utf16_measure(const uint16_t *units, size_t length,
                                                hf_utf_policy policy, hf_utf_result *result_out);

/**
 * Checks that UTF-8 text is well-formed.
 *
 * @param first_bad_out  receives the offset of the first bad byte, `length` if there
 *                       is none; may be NULL.
 * @return HF_OK; HF_E_UTF if the text is not well-formed; HF_E_ARGUMENT as
 *         hf_utf8_to_utf16().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not, in any state.
 * @par GC          None.
 * @par Last-error  Preserved.
 * @since 0.1
 */
HF_API HF_MUST_CHECK hf_status hf_utf8_validate(const char *bytes, size_t length,
                                                hf_utf_policy policy, size_t *first_bad_out);

/**
 * Checks that UTF-16 text is well-formed.
 *
 * @param first_bad_out  receives the offset of the first bad unit, `length` if there
 *                       is none; may be NULL.
 * @return HF_OK; HF_E_UTF if the text is not well-formed; HF_E_ARGUMENT as
 *         hf_utf16_to_utf8().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not, in any state.
 * @par GC          None.
 * @par Last-error  Preserved.
 * @since 0.1
 */
HF_API HF_MUST_CHECK hf_status hf_utf16_validate(const uint16_t *units, size_t length,
                                                 hf_utf_policy policy, size_t *first_bad_out);

HF_END_DECLS

#endif
