/* SPDX-License-Identifier: MIT */

/*
 * "Did you mean": the names that are most like one that is not there.
 *
 * The distance is the number of characters to change, drop, add or swap, whatever
 * their case.  A letter that is missing at the end counts for nothing: a Windows
 * function is asked for without its W more often than with a typing error.  The same
 * goes for a reading behind a colon.
 *
 * Threads: any; nothing is kept.
 */

#include "native/inside.h"

#include <string.h>

#define NAME_LONGEST 96u

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment with three rows of the table. */
static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned row[3][NAME_LONGEST + 1];
    for (unsigned j = 0; j <= b_size; j++) {
        row[0][j] = j;
    }
    for (unsigned i = 1; i <= a_size; i++) {
        unsigned *now = row[i % 3];
        const unsigned *last = row[(i + 2) % 3];
        const unsigned *before = row[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= b_size; j++) {
            char from = lower(a[i - 1]), to = lower(b[j - 1]);
            now[j] = least(last[j] + 1, now[j - 1] + 1);
            now[j] = least(now[j], last[j - 1] + (from != to));
            if (i > 1 && j > 1 && from == lower(b[j - 2]) && lower(a[i - 2]) == to) {
                now[j] = least(now[j], before[j - 2] + 1);
            }
        }
    }
    return row[a_size % 3][b_size];
}

static bool begins(const char *name, const char *with, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (lower(name[i]) != lower(with[i])) {
            return false;
        }
    }
    return true;
}

/* 0 for the same but for case, a letter at the end or a reading; large for what is not alike. */
static unsigned unlikeness(const char *name, size_t size, const char *other)
{
    size_t other_size = strcspn(other, ":");
    if (other_size > NAME_LONGEST) {
        return NAME_LONGEST;
    }
    if (other_size >= size && other_size <= size + 1 && begins(other, name, size)) {
        return 0;
    }
    return distance(name, size, other, other_size);
}

unsigned hfi_native_nearest(const hfi_native_table *table, const char *name,
                            const char *nearest_out[HFI_NEAREST_MAX])
{
    unsigned count = 0;
    unsigned far[HFI_NEAREST_MAX];
    size_t size = strcspn(name, ":");
    size = size < NAME_LONGEST ? size : NAME_LONGEST;
    unsigned limit = 1 + (unsigned)size / 4;
    for (const hfi_native_set *set = table->newest; set; set = set->older) {
        for (size_t i = 0; i < set->count; i++) {
            const char *other = set->cell[i].row->name;
            unsigned is = unlikeness(name, size, other);
            unsigned at = count;
            while (at > 0 && far[at - 1] > is) {
                at--;
            }
            if (is > limit || at == HFI_NEAREST_MAX) {
                continue;
            }
            count += count < HFI_NEAREST_MAX;
            for (unsigned j = count - 1; j > at; j--) {
                far[j] = far[j - 1];
                nearest_out[j] = nearest_out[j - 1];
            }
            far[at] = is;
            nearest_out[at] = other;
        }
    }
    return count;
}
