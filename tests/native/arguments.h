/* SPDX-License-Identifier: MIT */
/* Functions that show what arrived: texts, arrays of them, structs with addresses, functions. */
#ifndef HOLDFAST_TESTS_ARGUMENTS_H
#define HOLDFAST_TESTS_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/** Copy the text with its NUL; give its length. */
size_t hfn_copy_text(const char *text, char *to);
size_t hfn_copy_wide(const wchar_t *text, wchar_t *to);
size_t hfn_copy_units(const uint16_t *text, uint16_t *to);

/** Join texts with a '|' behind each; give their number. */
size_t hfn_join(char *const *texts, char *to);
size_t hfn_join_wide(const wchar_t *const *texts, wchar_t *to);
size_t hfn_join_units(const uint16_t *const *texts, uint16_t *to);

typedef struct hfn_part {
    void *base;
    size_t size;
} hfn_part;

/** Sums up all bytes of all parts. */
uint32_t hfn_gather(const hfn_part *parts, size_t count);

/** Fills each part with its number, from 1 on, and moves `base` behind it. */
int hfn_scatter(hfn_part *parts, size_t count);

/** Gives function(value), or -1 for NULL. */
int hfn_apply(int (*function)(int), int value);
int hfn_twice(int value);

/** A number that somebody has to give back, as result or through a pointer; -1 for value < 0.
 * errno is 17 when `exists`. */
int hfn_open(int value, int exists);

/** Leaves errno alone unless `code`; gives `value`. */
int hfn_convert(int value, int code);
int hfn_open_out(int value, int *number, wchar_t *name, uint32_t size);

#endif
