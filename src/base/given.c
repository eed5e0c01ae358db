/* SPDX-License-Identifier: MIT */

/*
 * Option structs of callers that were built with another header than this library.
 *
 * Threads: pure over the caller's memory.
 */

#include "base/given.h"

#include <stdint.h>
#include <string.h>

#define GIVEN_MAX 4096u /* a larger size is a field that nobody set */

bool hfi_given_read(const void *given, void *to, size_t size)
{
    uint32_t given_size;
    if (!given) {
        return true;
    }
    memcpy(&given_size, given, sizeof given_size);
    if (given_size < sizeof given_size || given_size > GIVEN_MAX) {
        return false;
    }
    for (size_t i = size; i < given_size; i++) {
        if (((const unsigned char *)given)[i]) {
            return false;
        }
    }
    memcpy(to, given, given_size < size ? given_size : size);
    return true;
}
