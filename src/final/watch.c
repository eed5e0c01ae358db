/* SPDX-License-Identifier: MIT */

/*
 * The watch.
 *
 * Purpose: every small object moves in every collection, so each armed one has to
 * be looked at in each.  What that costs is cache lines: here addresses stand close
 * together, eight to a line, and a record is touched only when its object dies.
 *
 * Invariants: places are in the order of arming.  What is taken out leaves a gap;
 * gaps are closed when they are more than half, so a place is passed over at most
 * as often as one is used.  `dead` always has as much room as `objects`: a
 * collection needs no memory.
 *
 * Threads: final->lock, or the world stopped.
 */

#include "final/watch.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

#define ROOM_MIN 64u

static bool grow(hfi_watch *watch)
{
    uint32_t room = watch->room ? watch->room * 2 : ROOM_MIN;
    if (room < watch->room) {
        return false;
    }
    uintptr_t *objects = hfi_alloc_array(room, sizeof *objects);
    hfi_armed **records = hfi_alloc_array(room, sizeof *records);
    uint32_t *dead = hfi_alloc_array(room, sizeof *dead);
    if (!objects || !records || !dead) {
        hfi_free(objects);
        hfi_free(records);
        hfi_free(dead);
        return false;
    }
    if (watch->used != 0) {
        memcpy(objects, watch->objects, watch->used * sizeof *objects);
        memcpy(records, watch->records, watch->used * sizeof *records);
    }
    hfi_watch_finish(watch);
    watch->objects = objects;
    watch->records = records;
    watch->dead = dead;
    watch->room = room;
    return true;
}

hf_status hfi_watch_reserve(hfi_watch *watch, bool *has_moved_out)
{
    *has_moved_out = false;
    if (HF_LIKELY(watch->used < watch->room)) {
        return HF_OK;
    }
    *has_moved_out = hfi_watch_close_gaps(watch);
    return watch->used < watch->room || grow(watch) ? HF_OK : HF_E_NOMEM;
}

void hfi_watch_add(hfi_watch *watch, hfi_armed *armed, uintptr_t object)
{
    HF_VERIFY(watch->used < watch->room);
    armed->place = watch->used;
    watch->objects[watch->used] = object;
    watch->records[watch->used] = armed;
    watch->used++;
    watch->count++;
}

void hfi_watch_remove(hfi_watch *watch, hfi_armed *armed)
{
    HF_VERIFY(watch->records[armed->place] == armed);
    watch->objects[armed->place] = 0;
    watch->records[armed->place] = NULL;
    watch->count--;
    while (watch->used != 0 && !watch->records[watch->used - 1]) {
        watch->used--;
    }
}

bool hfi_watch_follow(hfi_watch *watch, hfi_tracer *tracer)
{
    return hfi_trace_follow(tracer, watch->objects, watch->used, watch->dead, &watch->dead_count);
}

bool hfi_watch_close_gaps(hfi_watch *watch)
{
    if (watch->readers != 0 || watch->used - watch->count <= watch->used / 2) {
        return false;
    }
    uint32_t kept = 0;
    for (uint32_t place = 0; place < watch->used; place++) {
        hfi_armed *armed = watch->records[place];
        if (armed) {
            armed->place = kept;
            watch->records[kept] = armed;
            watch->objects[kept] = watch->objects[place];
            kept++;
        }
    }
    watch->used = kept;
    return true;
}

void hfi_watch_finish(hfi_watch *watch)
{
    hfi_free(watch->objects);
    hfi_free(watch->records);
    hfi_free(watch->dead);
}
