/* SPDX-License-Identifier: MIT */

/*
 * What is armed and has not run.
 *
 * Invariants: whoever goes through a roster counts as a reader of it; meanwhile
 * gaps stay open, so that a place means the same record or none.
 *
 * Threads: managed ones; the lock is let go for each visit.
 */

#include "final/inside.h"

void hfi_left_begin(hfi_final *final, hfi_roster *roster)
{
    hfp_mutex_lock(&final->lock);
    roster->readers++;
    hfp_mutex_unlock(&final->lock);
}

void hfi_left_end(hfi_final *final, hfi_roster *roster)
{
    hfp_mutex_lock(&final->lock);
    roster->readers--;
    hfp_mutex_unlock(&final->lock);
}

bool hfi_left_next(const hfi_roster *roster, uint32_t *place_inout, hfi_armed_left *left_out)
{
    bool found = false;
    while (!found && *place_inout < roster->used) {
        uint32_t place = (*place_inout)++;
        const hfi_armed *armed = roster->records[place];
        if (armed) {
            const hf_type *type = hfi_type_find(hfi_object_type_id(roster->objects[place]));
            *left_out = (hfi_armed_left){ .kind = armed->work.kind->name,
                                          .type = type ? type->name : "?",
                                          .site = armed->work.site,
                                          .object = roster->objects[place] };
            found = true;
        }
    }
    return found;
}

static bool next_locked(hfi_final *final, const hfi_roster *roster, uint32_t *place_inout,
                        hfi_armed_left *left_out)
{
    hfp_mutex_lock(&final->lock);
    bool found = hfi_left_next(roster, place_inout, left_out);
    hfp_mutex_unlock(&final->lock);
    return found;
}

static void each_of(hfi_final *final, hfi_roster *roster,
                    void (*visit)(const hfi_armed_left *, void *), void *user)
{
    hfi_armed_left left;
    uint32_t place = 0;
    hfi_left_begin(final, roster);
    while (next_locked(final, roster, &place, &left)) {
        visit(&left, user);
    }
    hfi_left_end(final, roster);
}

void hfi_final_each_left(hfi_final *final, void (*visit)(const hfi_armed_left *left, void *user),
                         void *user)
{
    each_of(final, &final->finalizers.roster, visit, user);
    each_of(final, &final->cleanups.roster, visit, user);
}
