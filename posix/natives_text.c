/* SPDX-License-Identifier: MIT */

/* The catalogue: formats, locale, conversions of text. */

#include "natives.h"

#include <errno.h>

/* What is written, or would be, is the result, without its NUL. */
#define AS_PRINTED                                                                                 \
    " {" HFP_FAILS_BELOW_0 ", grow_ok(result >= size), needed(text, result + 1),"                  \
    " length(text, result)}"

/* Nothing, for want of room or because nothing is to be written: a format that is never empty,
   with a mark at its end, tells them apart. */
#define AS_TIME " {fail(result == 0), grow(result == 0), length(text, result)}"

/* The state and the place in the source begin anew with each try, as they are passed by value. */
#define CONVERTED " {" HFP_FAILS_BELOW_0 ", grow_ok(result == size), length(to, result)}"

#if defined(__GLIBC__)
#define STRERROR "symbol(\"__xpg_strerror_r\"), "
#else
#define STRERROR
#endif

const hfp_native hfp_natives_text[] = {
    /* Nothing for a name that has no value, and then errno is as it was. */
    { "confstr", "c",
      "size_t confstr(int name, char *text {out, text}, size_t size {capacity(text)})"
      " {fail(result == 0 && error != 0), error(errno, clear), grow_ok(result > size),"
      " needed(text, result), length(text, result - (result > 0))}",
      "POSIX.1-2017 confstr", HFP_MEASURED },

    { "snprintf", "c",
      "int snprintf(char *text {out, text}, size_t size {capacity(text)}, const char *format, "
      "...)" AS_PRINTED,
      "POSIX.1-2017 snprintf", HFP_MEASURED | HFP_PUBLISHED },
    { "strfromd", "c",
      "int strfromd(char *text {out, text}, size_t size {capacity(text)}, const char *format,"
      " double value)" AS_PRINTED,
      "C23 strfromd, Linux strfromd(3)", HFP_MEASURED },
    /* A code that means no lack of room is a format or a character that is wrong. */
    { "swprintf", "c",
      "int swprintf(wchar_t *text {out, text}, size_t size {capacity(text)},"
      " const wchar_t *format, ...)"
      " {fail(result < 0), error(errno, clear), grow(error == 0 || error == " HFP_NUMBER(
          EOVERFLOW) " || error == " HFP_NUMBER(E2BIG) "), length(text, result)}",
      "POSIX.1-2017 swprintf", HFP_MEASURED },
    { "strfmon", "c",
      "ssize_t strfmon(char *text {out, text}, size_t size {capacity(text)}, const char *format,"
      " ...) {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(E2BIG) ", length(text, result)}",
      "POSIX.1-2017 strfmon", HFP_MEASURED },
    { "strftime", "c",
      "size_t strftime(char *text {out, text}, size_t size {capacity(text)}, const char *format,"
      " const struct tm *time)" AS_TIME,
      "POSIX.1-2017 strftime", HFP_MEASURED | HFP_PUBLISHED },
    { "wcsftime", "c",
      "size_t wcsftime(wchar_t *text {out, text}, size_t size {capacity(text)},"
      " const wchar_t *format, const struct tm *time)" AS_TIME,
      "POSIX.1-2017 wcsftime", HFP_MEASURED },

    { "strxfrm", "c",
      "size_t strxfrm(char *to {out}, const char *from, size_t size {capacity(to)})"
      " {fail(0), grow_ok(result >= size), needed(to, result + 1), length(to, result)}",
      "POSIX.1-2017 strxfrm", HFP_MEASURED },
    { "wcsxfrm", "c",
      "size_t wcsxfrm(wchar_t *to {out}, const wchar_t *from, size_t size {capacity(to)})"
      " {fail(0), grow_ok(result >= size), needed(to, result + 1), length(to, result)}",
      "POSIX.1-2017 wcsxfrm", HFP_MEASURED },

    /* ssize_t, so that (size_t)-1 is below 0. */
    { "mbstowcs", "c",
      "ssize_t mbstowcs(wchar_t *to {out, text}, const char *from, size_t size "
      "{capacity(to)})" CONVERTED,
      "POSIX.1-2017 mbstowcs", HFP_MEASURED },
    { "wcstombs", "c",
      "ssize_t wcstombs(char *to {out, text}, const wchar_t *from, size_t size "
      "{capacity(to)})" CONVERTED,
      "POSIX.1-2017 wcstombs", HFP_MEASURED },
    { "mbsrtowcs", "c",
      "ssize_t mbsrtowcs(wchar_t *to {out, text}, const char **from {inout},"
      " size_t size {capacity(to)}, mbstate_t *state {inout})" CONVERTED,
      "POSIX.1-2017 mbsrtowcs", HFP_MEASURED },
    { "wcsrtombs", "c",
      "ssize_t wcsrtombs(char *to {out, text}, const wchar_t **from {inout},"
      " size_t size {capacity(to)}, mbstate_t *state {inout})" CONVERTED,
      "POSIX.1-2017 wcsrtombs", HFP_MEASURED },

    { "regerror", "c",
      "size_t regerror(int code, const regex_t *regex {raw}, char *text {out, text},"
      " size_t size {capacity(text)})"
      " {fail(0), grow_ok(result > size), needed(text, result), length(text, result - 1)}",
      "POSIX.1-2017 regerror", HFP_MEASURED },

    /* The function of POSIX.  Of a number that is no error glibc cuts the text without a word, and
       says EINVAL. */
    { "strerror_r", "c",
      "int strerror_r(int code, char *text {out, text}, size_t size {capacity(text)})"
      " {" STRERROR HFP_FAILS_BY_CODE ", " HFP_GROWS(ERANGE) "}",
      "POSIX.1-2017 strerror_r", HFP_MEASURED | HFP_PUBLISHED },
    { NULL, NULL, NULL, NULL, 0 },
};
