/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_UTF_SCAN_H
#define HOLDFAST_UTF_SCAN_H

/*
 * What both directions share: the look at a whole word of input, the check of
 * the arguments and the making of the result.
 *
 * The masks are the same in either byte order because every unit of the word is
 * masked alike.
 */

#include <holdfast/utf.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HFI_UTF8_WORD  8 /* bytes looked at together */
#define HFI_UTF16_WORD 4 /* units looked at together */

static inline bool hfi_utf8_word_is_ascii(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return (word & UINT64_C(0x8080808080808080)) == 0;
}

static inline bool hfi_utf16_word_is_ascii(const uint16_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return (word & UINT64_C(0xFF80FF80FF80FF80)) == 0;
}

static inline bool hfi_utf_is_surrogate(uint32_t code)
{
    return (code & 0xFFFFF800) == 0xD800;
}

/** False for what no conversion can be asked for; `limit` is the longest length. */
static inline bool hfi_utf_can_read(const void *text, size_t length, size_t limit,
                                    hf_utf_policy policy)
{
    return policy == HF_UTF_STRICT && length <= limit && (text || length == 0);
}

static inline hf_status hfi_utf_give(hf_utf_result *result_out, hf_utf_result result,
                                     hf_status status)
{
    if (result_out) {
        *result_out = result;
    }
    return status;
}

#endif
