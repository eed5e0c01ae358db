/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_SPARE_H
#define HOLDFAST_BASE_SPARE_H

/*
 * Ended things that are kept back: first in, first out, and used again only when there are many.
 *
 * A pointer that somebody still has to one of them leads to something that says that it has
 * ended, and for a while not to another's.  They are linked through the first word of each.  No
 * lock of its own.
 */

#include <stddef.h>
#include <string.h>

/** So many are kept back before the oldest is used again. */
#define HFI_SPARE_KEPT 64u

typedef struct hfi_spare {
    void *first, *last; /* oldest, newest; NULL: there is none */
    size_t count;
} hfi_spare;

static inline void hfi_spare_put(hfi_spare *spare, void *node)
{
    memset(node, 0, sizeof(void *));
    if (spare->first) {
        memcpy(spare->last, &node, sizeof(void *));
    } else {
        spare->first = node;
    }
    spare->last = node;
    spare->count++;
}

/** The oldest, if there are more than `kept`; else NULL. */
static inline void *hfi_spare_take(hfi_spare *spare, size_t kept)
{
    if (spare->count <= kept) {
        return NULL;
    }
    void *node = spare->first;
    memcpy(&spare->first, node, sizeof(void *));
    spare->count--;
    return node;
}

#endif
