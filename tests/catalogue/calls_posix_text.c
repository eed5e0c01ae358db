/* SPDX-License-Identifier: MIT */

/* The walk: formats, locale, conversions of text. */

#define _GNU_SOURCE 1

#include "calls.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static const struct tm moment = { .tm_year = 126, .tm_mon = 10, .tm_mday = 22, .tm_hour = 16 };

static hf_status path_of_the_tools(walk *w)
{
    char expected[1024];
    assert_true(confstr(_CS_PATH, expected, sizeof expected) > 1);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(_CS_PATH)));
    walk_expect_text(w, 0, expected);
    return status;
}

static hf_status printed(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%d, %s, %g"), HF_INT32(1234567),
                                          HF_CSTR("some words"), HF_DOUBLE(1.5)));
    walk_expect_text(w, 0, "1234567, some words, 1.5");
    return status;
}

static hf_status printed_wide(walk *w)
{
    hf_status status =
        walk_do(w, HF_ARGS(HF_CSTR("%d and %d"), HF_INT32(1234567), HF_INT32(7654321)));
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)), 19 * sizeof(wchar_t));
    return status;
}

static hf_status number(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%.6f"), HF_DOUBLE(1234.5)));
    walk_expect_text(w, 0, "1234.500000");
    return status;
}

static hf_status money(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("[%!.2n]"), HF_DOUBLE(1234.5)));
    walk_expect_text(w, 0, "[1234.50]");
    return status;
}

static hf_status time_of_day(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%Y-%m-%d %H:%M."), HF_POINTER(&moment)));
    walk_expect_text(w, 0, "2026-11-22 16:00.");
    return status;
}

static hf_status time_of_day_wide(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%Y-%m-%d %H:%M."), HF_POINTER(&moment)));
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)), 17 * sizeof(wchar_t));
    return status;
}

/* In the locale of C the key is the text. */
static hf_status key_of_a_text(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("a text to compare")));
    walk_expect_text(w, 0, "a text to compare");
    return status;
}

static hf_status text_as_wide(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("twenty characters...")));
    size_t size;
    wchar_t *text = walk_copy(w, 0, &size);
    assert_int_equal(size, 20 * sizeof(wchar_t));
    assert_memory_equal(text, L"twenty characters...", size);
    free(text);
    return status;
}

static hf_status wide_as_text(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("twenty characters...")));
    walk_expect_text(w, 0, "twenty characters...");
    return status;
}

/* The place in the source is NULL behind its end. */
static hf_status place_as_wide(walk *w)
{
    mbstate_t state;
    memset(&state, 0, sizeof state);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER("twenty characters..."), HF_POINTER(&state)));
    assert_int_equal(hf_result_scalar(&w->result, 0), 0);
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)), 20 * sizeof(wchar_t));
    return status;
}

static hf_status place_as_text(walk *w)
{
    mbstate_t state;
    memset(&state, 0, sizeof state);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(L"twenty characters..."), HF_POINTER(&state)));
    assert_int_equal(hf_result_scalar(&w->result, 0), 0);
    walk_expect_text(w, 0, "twenty characters...");
    return status;
}

static hf_status fault_of_a_pattern(walk *w)
{
    char expected[256];
    assert_true(regerror(REG_EBRACK, NULL, expected, sizeof expected) > 1);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(REG_EBRACK), HF_NULL));
    walk_expect_text(w, 0, expected);
    return status;
}

static hf_status fault_of_the_system(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(ENOENT)));
    walk_expect_text(w, 0, strerror(ENOENT));
    return status;
}

WALK_PART(text);
const walk_call walk_calls_text[] = {
    { "confstr", path_of_the_tools, WALK_SAME },
    { "snprintf", printed, WALK_SAME },
    { "swprintf", printed_wide, WALK_SAME },
#if defined(__GLIBC__)
    { "strfromd", number, WALK_SAME },
#endif
    { "strfmon", money, WALK_SAME },
    { "strftime", time_of_day, WALK_SAME },
    { "wcsftime", time_of_day_wide, WALK_SAME },
    { "strxfrm", key_of_a_text, WALK_SAME },
    { "wcsxfrm", text_as_wide, WALK_SAME },
    { "mbstowcs", text_as_wide, WALK_SAME },
    { "wcstombs", wide_as_text, WALK_SAME },
    { "mbsrtowcs", place_as_wide, WALK_SAME },
    { "wcsrtombs", place_as_text, WALK_SAME },
    { "regerror", fault_of_a_pattern, WALK_SAME },
    { "strerror_r", fault_of_the_system, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
