/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_ROSTER_H
#define HOLDFAST_FINAL_ROSTER_H

/*
 * Objects that are watched without being kept, in the order in which that began.
 */

#include "final/stock.h"
#include "heap/heap.h"

#include <stdbool.h>

typedef struct hfi_roster {
    uintptr_t *objects;  /* 0: a gap */
    hfi_armed **records; /* beside them */
    uint32_t *dead;      /* places; only in a collection */
    uint32_t used;       /* places, gaps among them */
    uint32_t room;
    uint32_t count; /* without gaps */
    uint32_t dead_count;
    uint32_t readers; /* go through it by place; meanwhile no gap is closed */
} hfi_roster;

/** Makes sure that one hfi_roster_add() works; *has_moved_out: places changed.  HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfi_roster_reserve(hfi_roster *roster, bool *has_moved_out);

/** Watches an object for a record; room was reserved. */
void hfi_roster_add(hfi_roster *roster, hfi_armed *armed, uintptr_t object);

/** Ends that. */
void hfi_roster_remove(hfi_roster *roster, hfi_armed *armed);

/** World stopped, after marking: follows the moved and lists the dead; true if any has moved. */
bool hfi_roster_follow(hfi_roster *roster, hfi_tracer *tracer);

/** Closes the gaps if there are many; true if places changed. */
bool hfi_roster_close_gaps(hfi_roster *roster);

/** Frees all memory. */
void hfi_roster_finish(hfi_roster *roster);

#endif
