/* SPDX-License-Identifier: MIT */

/*
 * The encoding of narrow text: the ANSI code page of this process.
 *
 * Calls: GetACP, MultiByteToWideChar, WideCharToMultiByte (Windows 2000).
 *
 * Windows by itself replaces what a code page lacks by a question mark or by a
 * letter that looks alike, and then a name means another file.  Here such a
 * character is refused, with its place.  The way is over UTF-16, in memory of the
 * library's own when the text is long.
 *
 * Threads: any.  The code page of a process does not change.
 */

#include "win.h"

#include "base/alloc.h"

#include <limits.h>

#define UNITS_AT_HAND 256

bool hfp_text_is_utf8(void)
{
    return GetACP() == CP_UTF8;
}

/* Text as UTF-16. */
typedef struct wide_text {
    wchar_t at_hand[UNITS_AT_HAND];
    wchar_t *units;
    int count;
} wide_text;

static void wide_finish(wide_text *wide)
{
    if (wide->units != wide->at_hand) {
        hfi_free(wide->units);
    }
}

/* Where text in code page `page` stops making sense. */
static size_t first_bad(UINT page, const char *text, int length)
{
    int good = 0;
    while (good < length) {
        int size = 1; /* bytes of the next character: the least that the page can read */
        while (size <= 4 && good + size <= length &&
               MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, text + good, size, NULL, 0) == 0) {
            size++;
        }
        if (size > 4 || good + size > length) {
            break;
        }
        good += size;
    }
    return (size_t)good;
}

static hf_status wide_begin(wide_text *wide, UINT page, const char *text, size_t length,
                            size_t *bad_out)
{
    wide->units = wide->at_hand;
    wide->count = 0;
    if (length > INT_MAX / 4) {
        return HF_E_OVERFLOW;
    }
    if (length == 0) {
        return HF_OK;
    }
    int count = MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, text, (int)length, NULL, 0);
    if (count == 0) {
        *bad_out = first_bad(page, text, (int)length);
        return GetLastError() == ERROR_NO_UNICODE_TRANSLATION || *bad_out < length ? HF_E_UTF
                                                                                   : HF_E_SYSTEM;
    }
    if (count > UNITS_AT_HAND) {
        wide->units = hfi_alloc_array((size_t)count, sizeof(wchar_t));
        if (!wide->units) {
            wide->units = wide->at_hand;
            return HF_E_NOMEM;
        }
    }
    wide->count =
        MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, text, (int)length, wide->units, count);
    return wide->count == count ? HF_OK : HF_E_SYSTEM;
}

/* Units of the character that begins there. */
static int character_units(const wide_text *wide, int at)
{
    return at + 1 < wide->count && IS_SURROGATE_PAIR(wide->units[at], wide->units[at + 1]) ? 2 : 1;
}

/* Bytes of UTF-8 before the first character that the code page lacks. */
static size_t first_lacking(const wide_text *wide)
{
    size_t bytes = 0;
    for (int at = 0; at < wide->count;) {
        BOOL lacks = FALSE;
        int units = character_units(wide, at);
        (void)WideCharToMultiByte(CP_ACP, WC_NO_BEST_FIT_CHARS, wide->units + at, units, NULL, 0,
                                  NULL, &lacks);
        if (lacks) {
            break;
        }
        bytes +=
            (size_t)WideCharToMultiByte(CP_UTF8, 0, wide->units + at, units, NULL, 0, NULL, NULL);
        at += units;
    }
    return bytes;
}

static hf_status put(const wide_text *wide, UINT page, char *to, size_t room, size_t *needed_out,
                     size_t *bad_out)
{
    BOOL lacks = FALSE;
    BOOL *lacks_out = page == CP_UTF8 ? NULL : &lacks;
    DWORD flags = page == CP_UTF8 ? 0 : WC_NO_BEST_FIT_CHARS;
    *needed_out = 0;
    if (wide->count == 0) {
        return HF_OK;
    }
    int needed =
        WideCharToMultiByte(page, flags, wide->units, wide->count, NULL, 0, NULL, lacks_out);
    if (lacks) {
        *bad_out = first_lacking(wide);
        return HF_E_UTF;
    }
    *needed_out = (size_t)needed;
    if (needed == 0) {
        return HF_E_SYSTEM;
    }
    if (!to) {
        return HF_OK;
    }
    if (room < (size_t)needed) {
        return HF_E_RANGE;
    }
    int written =
        WideCharToMultiByte(page, flags, wide->units, wide->count, to, needed, NULL, lacks_out);
    return written == needed ? HF_OK : HF_E_SYSTEM;
}

static hf_status convert(UINT from, UINT page, const char *text, size_t length, char *to,
                         size_t room, size_t *needed_out, size_t *bad_out)
{
    HFP_KEEP_LAST_ERROR;
    wide_text wide;
    *needed_out = 0;
    *bad_out = length;
    hf_status status = wide_begin(&wide, from, text, length, bad_out);
    if (status == HF_OK) {
        status = put(&wide, page, to, room, needed_out, bad_out);
    }
    wide_finish(&wide);
    return status;
}

hf_status hfp_text_to_system(const char *text, size_t length, char *to, size_t room,
                             size_t *needed_out, size_t *bad_out)
{
    return convert(CP_UTF8, CP_ACP, text, length, to, room, needed_out, bad_out);
}

hf_status hfp_text_from_system(const char *text, size_t length, char *to, size_t room,
                               size_t *needed_out, size_t *bad_out)
{
    return convert(CP_ACP, CP_UTF8, text, length, to, room, needed_out, bad_out);
}
