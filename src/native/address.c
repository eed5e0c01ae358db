/* SPDX-License-Identifier: MIT */

/*
 * Addresses of the internet as text, as RFC 5952 wants it of the longer ones: the longest run of
 * zeros, of two at least and the first of equals, is left out.
 *
 * Pure.
 */

#include "native/front.h"

#include <stdio.h>

size_t hfi_front_write_v4(const unsigned char *bytes, char *text, size_t room)
{
    return (size_t)snprintf(text, room, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

size_t hfi_front_write_v6(const unsigned char *bytes, char *text, size_t room)
{
    unsigned part[8];
    size_t length = 0, best = 8, best_run = 1; /* zeros that stand alone are written */
    for (size_t i = 0; i < 8; i++) {
        part[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    }
    for (size_t i = 0; i < 8; i++) {
        size_t run = 0;
        while (i + run < 8 && part[i + run] == 0) {
            run++;
        }
        if (run > best_run) {
            best = i;
            best_run = run;
        }
    }
    for (size_t i = 0; i < 8; i++) {
        if (i == best) {
            length += (size_t)snprintf(text + length, room - length, "::");
            i += best_run - 1;
            continue;
        }
        bool is_behind = i != 0 && text[length - 1] != ':';
        length += (size_t)snprintf(text + length, room - length, is_behind ? ":%x" : "%x", part[i]);
    }
    return length;
}
