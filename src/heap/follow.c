/* SPDX-License-Identifier: MIT */

/*
 * Following many objects at once.
 *
 * Purpose: a module that knows objects without keeping them asks for each, once a
 * collection, whether it lives and where.  Asked one by one that is two calls an
 * object; here it is a load of the header, and the next headers are on their way
 * while this one is looked at.
 *
 * Threads: the collector's, the world stopped.
 */

#include "heap/space.h"

/* How far ahead headers are fetched: about what a load from memory takes. */
#define AHEAD 16u

bool hfi_trace_follow(hfi_tracer *tracer, uintptr_t *objects, uint32_t count, uint32_t *dead,
                      uint32_t *dead_count_out)
{
    uint64_t epoch = (uint64_t)tracer->heap->epoch << HFI_MARK_SHIFT;
    uint32_t found = 0;
    bool has_moved = false;
    for (uint32_t i = 0; i < count; i++) {
        if (count - i > AHEAD) {
            __builtin_prefetch((const void *)objects[i + AHEAD]);
        }
        if (objects[i] == 0) {
            continue;
        }
        uint64_t word = hfi_object_word(objects[i]);
        if (word & HFI_FORWARDED) {
            objects[i] = (uintptr_t)(word & ~HFI_FORWARDED);
            has_moved = true;
        } else if ((word & HFI_MARK_MASK) != epoch) {
            dead[found++] = i;
        }
    }
    *dead_count_out = found;
    return has_moved;
}
