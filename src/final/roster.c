/* SPDX-License-Identifier: MIT */

/*
 * The roster.
 *
 * Purpose: every small object moves in every collection, so each armed one has to
 * be looked at in each.  What that costs is cache lines: here addresses stand close
 * together, eight to a line, and a record is touched only when its object dies.
 *
 * Invariants: places are in the order of arming.  What is taken out leaves a gap;
 * gaps are closed when they are more than half of the places.  `dead` always has as much room as
 * `objects`: a collection needs no memory.
 *
 * Threads: final->lock, or the world stopped.
 */

#include "final/roster.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

#define ROOM_MIN 64u

static bool grow(hfi_roster *roster)
{
    uint32_t room = roster->room ? roster->room * 2 : ROOM_MIN;
    if (room < roster->room) {
        return false;
    }
    uintptr_t *objects = hfi_alloc_array(room, sizeof *objects);
    hfi_armed **records = hfi_alloc_array(room, sizeof(hfi_armed *));
    uint32_t *dead = hfi_alloc_array(room, sizeof *dead);
    if (!objects || !records || !dead) {
        hfi_free(objects);
        hfi_free(records);
        hfi_free(dead);
        return false;
    }
    if (roster->used != 0) {
        memcpy(objects, roster->objects, roster->used * sizeof *objects);
        memcpy(records, roster->records, roster->used * sizeof(hfi_armed *));
    }
    hfi_roster_finish(roster);
    roster->objects = objects;
    roster->records = records;
    roster->dead = dead;
    roster->room = room;
    return true;
}

hf_status hfi_roster_reserve(hfi_roster *roster, bool *has_moved_out)
{
    *has_moved_out = false;
    if (hfi_roster_has_room(roster)) {
        return HF_OK;
    }
    *has_moved_out = hfi_roster_close_gaps(roster);
    return roster->used < roster->room || grow(roster) ? HF_OK : HF_E_NOMEM;
}

void hfi_roster_add(hfi_roster *roster, hfi_armed *armed, uintptr_t object)
{
    HF_VERIFY(roster->used < roster->room);
    armed->place = roster->used;
    roster->objects[roster->used] = object;
    roster->records[roster->used] = armed;
    roster->used++;
    roster->count++;
}

void hfi_roster_remove(hfi_roster *roster, hfi_armed *armed)
{
    HF_VERIFY(roster->records[armed->place] == armed);
    roster->objects[armed->place] = 0;
    roster->records[armed->place] = NULL;
    roster->count--;
    while (roster->used != 0 && !roster->records[roster->used - 1]) {
        roster->used--;
    }
}

bool hfi_roster_follow(hfi_roster *roster, hfi_tracer *tracer)
{
    return hfi_trace_follow(tracer, roster->objects, roster->used, roster->dead,
                            &roster->dead_count);
}

bool hfi_roster_close_gaps(hfi_roster *roster)
{
    if (roster->readers != 0 || roster->used - roster->count <= roster->used / 2) {
        return false;
    }
    uint32_t kept = 0;
    for (uint32_t place = 0; place < roster->used; place++) {
        hfi_armed *armed = roster->records[place];
        if (armed) {
            armed->place = kept;
            roster->records[kept] = armed;
            roster->objects[kept] = roster->objects[place];
            kept++;
        }
    }
    roster->used = kept;
    return true;
}

void hfi_roster_finish(hfi_roster *roster)
{
    hfi_free(roster->objects);
    hfi_free(roster->records);
    hfi_free(roster->dead);
}
