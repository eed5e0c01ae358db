/* SPDX-License-Identifier: MIT */

/* What arrived, copied to where the test can see it. */

#include "arguments.h"

#include <errno.h>
#include <string.h>

size_t hfn_copy_text(const char *text, char *to)
{
    size_t length = strlen(text);
    memcpy(to, text, length + 1);
    return length;
}

size_t hfn_copy_wide(const wchar_t *text, wchar_t *to)
{
    size_t length = 0;
    while ((to[length] = text[length]) != 0) {
        length++;
    }
    return length;
}

size_t hfn_copy_units(const uint16_t *text, uint16_t *to)
{
    size_t length = 0;
    while ((to[length] = text[length]) != 0) {
        length++;
    }
    return length;
}

size_t hfn_join(char *const *texts, char *to)
{
    size_t count = 0;
    for (; texts[count]; count++) {
        size_t length = strlen(texts[count]);
        memcpy(to, texts[count], length);
        to += length;
        *to++ = '|';
    }
    *to = '\0';
    return count;
}

size_t hfn_join_wide(const wchar_t *const *texts, wchar_t *to)
{
    size_t count = 0;
    for (; texts[count]; count++) {
        to += hfn_copy_wide(texts[count], to);
        *to++ = L'|';
    }
    *to = 0;
    return count;
}

size_t hfn_join_units(const uint16_t *const *texts, uint16_t *to)
{
    size_t count = 0;
    for (; texts[count]; count++) {
        to += hfn_copy_units(texts[count], to);
        *to++ = '|';
    }
    *to = 0;
    return count;
}

uint32_t hfn_gather(const hfn_part *parts, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = parts[i].base;
        for (size_t k = 0; k < parts[i].size; k++) {
            sum += bytes[k];
        }
    }
    return sum;
}

int hfn_scatter(hfn_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memset(parts[i].base, (int)i + 1, parts[i].size);
        parts[i].base = (char *)parts[i].base + parts[i].size;
    }
    return 0;
}

int hfn_apply(int (*function)(int), int value)
{
    return function ? function(value) : -1;
}

int hfn_twice(int value)
{
    return 2 * value;
}

int hfn_open(int value, int exists)
{
    errno = exists ? 17 : 0;
    return value < 0 ? -1 : value;
}

int hfn_convert(int value, int code)
{
    if (code) {
        errno = code;
    }
    return value;
}

int hfn_open_out(int value, int *number, wchar_t *name, uint32_t size)
{
    *number = value;
    name[0] = value == 13 ? (wchar_t)0xdc00 : L'x'; /* 13: no text */
    name[size > 1 ? 1 : 0] = 0;
    return value < 0 ? -1 : 0;
}
