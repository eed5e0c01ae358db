/* SPDX-License-Identifier: MIT */

/*
 * The index.
 *
 * Purpose: clearing a finalizer, and naming the site of the first when a second is
 * set, need the record of an object.  Arming does not: a flag in the header says
 * that there is none yet.
 *
 * Invariants: objects move in every collection, so the index is not repaired there
 * but declared stale, and made again in place by whoever looks first, outside the
 * pause; a program that never clears never pays for it.  While it is fresh it holds
 * exactly the watched places, each reachable from where its object hashes to
 * without an empty place between.
 *
 * Threads: final->lock; hfi_index_forget() also with the world stopped.
 */

#include "final/index.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

#define BITS_MIN 6u
#define BITS_MAX 31u

static size_t mask_of(const hfi_index *index)
{
    return ((size_t)1 << index->bits) - 1;
}

/* Objects lie 16 bytes apart at least, and neighbours should not hash to neighbours. */
static size_t home_of(const hfi_index *index, uintptr_t object)
{
    uint64_t mixed = (uint64_t)(object >> 4) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> (64 - index->bits));
}

static void enter(hfi_index *index, const hfi_roster *roster, uint32_t place)
{
    size_t mask = mask_of(index);
    size_t at = home_of(index, roster->objects[place]);
    while (index->places[at]) {
        at = (at + 1) & mask;
    }
    index->places[at] = place + 1;
}

static size_t find(const hfi_index *index, const hfi_roster *roster, uintptr_t object)
{
    size_t mask = mask_of(index);
    size_t at = home_of(index, object);
    while (index->places[at] && roster->objects[index->places[at] - 1] != object) {
        at = (at + 1) & mask;
    }
    return at;
}

static void refresh(hfi_index *index, const hfi_roster *roster)
{
    if (index->is_fresh) {
        return;
    }
    memset(index->places, 0, (mask_of(index) + 1) * sizeof *index->places);
    for (uint32_t place = 0; place < roster->used; place++) {
        if (roster->records[place]) {
            enter(index, roster, place);
        }
    }
    index->is_fresh = true;
}

hf_status hfi_index_reserve(hfi_index *index, const hfi_roster *roster)
{
    if (HF_LIKELY(index->bits != 0 && roster->count + 1 <= (mask_of(index) + 1) / 2)) {
        return HF_OK;
    }
    unsigned bits = index->bits == 0 ? BITS_MIN : index->bits + 1;
    uint32_t *places = bits <= BITS_MAX ? hfi_alloc_array((size_t)1 << bits, sizeof *places) : NULL;
    if (!places) {
        return HF_E_NOMEM;
    }
    hfi_free(index->places);
    *index = (hfi_index){ .places = places, .bits = bits, .is_fresh = false };
    return HF_OK;
}

void hfi_index_add(hfi_index *index, const hfi_roster *roster, const hfi_armed *armed)
{
    if (index->is_fresh) {
        enter(index, roster, armed->place);
    }
}

/* Fills the gap at `hole` with what probed past it, so that no mark of the deletion stays behind.
 */
static void fill(hfi_index *index, const hfi_roster *roster, size_t hole)
{
    size_t mask = mask_of(index);
    size_t at = hole;
    for (;;) {
        index->places[hole] = 0;
        for (;;) {
            at = (at + 1) & mask;
            if (!index->places[at]) {
                return;
            }
            size_t home = home_of(index, roster->objects[index->places[at] - 1]);
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                break; /* it may stand in the hole: its home is not behind it */
            }
        }
        index->places[hole] = index->places[at];
        hole = at;
    }
}

void hfi_index_remove(hfi_index *index, const hfi_roster *roster, const hfi_armed *armed)
{
    if (index->is_fresh) {
        size_t at = find(index, roster, roster->objects[armed->place]);
        HF_VERIFY(index->places[at] == armed->place + 1);
        fill(index, roster, at);
    }
}

hfi_armed *hfi_index_find(hfi_index *index, const hfi_roster *roster, uintptr_t object)
{
    if (roster->count == 0) {
        return NULL;
    }
    refresh(index, roster);
    uint32_t found = index->places[find(index, roster, object)];
    return found ? roster->records[found - 1] : NULL;
}
