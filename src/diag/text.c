/* SPDX-License-Identifier: MIT */

/*
 * Text for reports.
 *
 * printf is not used for them: a report may come from a fault handler, where
 * only async-safe code may run; it must not depend on the locale or touch errno;
 * and the C runtimes of Windows disagree about %zu and %llu.  This one has the
 * conversions that reports need, and nothing that allocates.
 *
 * Invariants: nothing is written at or behind buffer + size; length counts what
 * the text would have, so that a caller can size a buffer by a first try.
 * Threads: a text belongs to one thread.
 */

#include "diag/text.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS_MAX 24 /* of a 64-bit number, in base 10 or 16 */

hfi_text hfi_text_begin(char *buffer, size_t size)
{
    return (hfi_text){ .buffer = buffer, .size = size, .length = 0 };
}

static void add_char(hfi_text *text, char c)
{
    if (text->length < text->size) {
        text->buffer[text->length] = c;
    }
    text->length++;
}

void hfi_text_add(hfi_text *text, const char *part)
{
    for (; part && *part; part++) {
        add_char(text, *part);
    }
}

void hfi_text_add_line(hfi_text *text, const char *part)
{
    for (; part && *part; part++) {
        unsigned char c = (unsigned char)*part;
        add_char(text, c < 0x20 || c == 0x7F ? ' ' : *part);
    }
}

size_t hfi_text_end(hfi_text *text)
{
    if (text->size == 0) {
        return text->length;
    }
    size_t end = text->length;
    if (end >= text->size) {
        end = text->size - 1;
        /* The byte at `end` did not fit; if it is a trail byte, its character goes as a whole. */
        while (end > 0 && ((unsigned char)text->buffer[end] & 0xC0) == 0x80) {
            end--;
        }
    }
    text->buffer[end] = '\0';
    return text->length;
}

/* ---- conversions ---- */

typedef struct conversion {
    char letter;
    char pad;
    size_t width;
    size_t precision; /* of s alone; SIZE_MAX if none */
    unsigned size;    /* bytes of the integer argument */
} conversion;

/* An array type in some ABIs, so that its address cannot be passed on unless it is in a struct. */
typedef struct arguments {
    va_list list;
} arguments;

static size_t read_number(const char **at_inout)
{
    size_t number = 0;
    for (; **at_inout >= '0' && **at_inout <= '9' && number < 1000; (*at_inout)++) {
        number = number * 10 + (size_t)(**at_inout - '0');
    }
    return number;
}

/** Size of the integer that the modifiers at `*at_inout` announce; steps over them. */
static unsigned read_size(const char **at_inout)
{
    static const struct {
        char word[3];
        unsigned size;
    } sizes[] = {
        { "ll", sizeof(long long) }, { "l", sizeof(long) },   { "hh", sizeof(int) },
        { "h", sizeof(int) },        { "z", sizeof(size_t) }, { "t", sizeof(ptrdiff_t) },
        { "j", sizeof(intmax_t) },
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t length = strlen(sizes[i].word);
        if (strncmp(*at_inout, sizes[i].word, length) == 0) {
            *at_inout += length;
            return sizes[i].size;
        }
    }
    return sizeof(int);
}

/** Reads what follows a '%' and gives the place after it. */
static const char *read_conversion(const char *at, conversion *to, arguments *args)
{
    *to = (conversion){ .pad = ' ', .precision = SIZE_MAX };
    if (*at == '0') {
        to->pad = '0';
        at++;
    }
    to->width = read_number(&at);
    if (*at == '.') {
        at++;
        if (*at == '*') {
            at++;
            int precision = va_arg(args->list, int);
            to->precision = precision < 0 ? SIZE_MAX : (size_t)precision;
        } else {
            to->precision = read_number(&at);
        }
    }
    to->size = read_size(&at);
    to->letter = *at;
    return *at ? at + 1 : at;
}

static uint64_t take_unsigned(arguments *args, unsigned size)
{
    return size == 8 ? va_arg(args->list, uint64_t) : va_arg(args->list, uint32_t);
}

static int64_t take_signed(arguments *args, unsigned size)
{
    return size == 8 ? va_arg(args->list, int64_t) : va_arg(args->list, int32_t);
}

static void add_number(hfi_text *text, const conversion *how, bool negative, uint64_t number)
{
    const char *digits = how->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = how->letter == 'x' || how->letter == 'X' || how->letter == 'p' ? 16 : 10;
    char reversed[DIGITS_MAX];
    size_t count = 0;
    do {
        reversed[count++] = digits[number % base];
        number /= base;
    } while (number != 0);

    size_t total = count + (negative ? 1 : 0);
    if (negative && how->pad == '0') {
        add_char(text, '-');
    }
    for (; total < how->width; total++) {
        add_char(text, how->pad);
    }
    if (negative && how->pad != '0') {
        add_char(text, '-');
    }
    while (count > 0) {
        add_char(text, reversed[--count]);
    }
}

static void add_signed(hfi_text *text, const conversion *how, int64_t number)
{
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    add_number(text, how, number < 0, magnitude);
}

static void add_string(hfi_text *text, const conversion *how, const char *string)
{
    string = string ? string : "(null)";
    size_t length = 0;
    while (length < how->precision && string[length]) {
        length++;
    }
    for (size_t i = length; i < how->width; i++) {
        add_char(text, ' ');
    }
    for (size_t i = 0; i < length; i++) {
        add_char(text, string[i]);
    }
}

/** Appends one converted argument; false if the conversion is not known. */
static bool add_argument(hfi_text *text, const conversion *how, arguments *args)
{
    switch (how->letter) {
    case 'd':
    case 'i':
        add_signed(text, how, take_signed(args, how->size));
        return true;
    case 'u':
    case 'x':
    case 'X':
        add_number(text, how, false, take_unsigned(args, how->size));
        return true;
    case 'c':
        add_char(text, (char)va_arg(args->list, int));
        return true;
    case 's':
        add_string(text, how, va_arg(args->list, const char *));
        return true;
    case 'p':
        hfi_text_add(text, "0x");
        add_number(text, how, false, (uintptr_t)va_arg(args->list, void *));
        return true;
    case '%':
        add_char(text, '%');
        return true;
    default:
        return false;
    }
}

void hfi_text_vformat(hfi_text *text, const char *format, va_list args)
{
    arguments rest;
    va_copy(rest.list, args);
    for (const char *at = format; *at;) {
        if (*at != '%') {
            add_char(text, *at++);
            continue;
        }
        conversion how;
        const char *next = read_conversion(at + 1, &how, &rest);
        if (!add_argument(text, &how, &rest)) {
            hfi_text_add(text, at); /* its argument is unknown too, so nothing after it is safe */
            break;
        }
        at = next;
    }
    va_end(rest.list);
}

void hfi_text_format(hfi_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    hfi_text_vformat(text, format, args);
    va_end(args);
}
