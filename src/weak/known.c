/* SPDX-License-Identifier: MIT */

/*
 * Records of the objects that are known weakly, and how an object leads to its own.
 *
 * An index by address.  Objects move, so a collection declares it stale, and who looks
 * next makes it again in place: usually a managed thread, outside the pause.  If nobody
 * looked, a collection that marks an ephemeron's key does; until the end of marking the
 * records have the addresses from before it.  Records are taken out in collections alone,
 * so the index never loses a single one.
 *
 * Invariant: HFI_FLAG_KNOWN in an object's header is set exactly while it has a record.
 * While the index is fresh each record is reachable from the place its object hashes to
 * without an empty place between.
 *
 * Threads: weaks->lock, or the world is stopped.
 */

#include "base/alloc.h"
#include "weak/inside.h"

#include <string.h>

#define INDEX_BITS_MIN 6

static size_t index_mask(const hfi_weaks *weaks)
{
    return ((size_t)1 << weaks->index_bits) - 1;
}

/* Objects lie 16 bytes apart at least, and neighbours should not hash to neighbours. */
static size_t home_of(const hfi_weaks *weaks, uintptr_t object)
{
    uint64_t mixed = (uint64_t)(object >> 4) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> (64 - weaks->index_bits));
}

static void index_add(hfi_weaks *weaks, hfi_known *known)
{
    size_t mask = index_mask(weaks);
    size_t at = home_of(weaks, known->object);
    while (weaks->index[at]) {
        at = (at + 1) & mask;
    }
    weaks->index[at] = known;
}

static void index_refresh(hfi_weaks *weaks)
{
    if (weaks->is_index_fresh) {
        return;
    }
    memset(weaks->index, 0, (index_mask(weaks) + 1) * sizeof(hfi_known *));
    for (hfi_known *known = weaks->known; known; known = known->next) {
        index_add(weaks, known);
    }
    weaks->is_index_fresh = true;
}

static bool index_reserve(hfi_weaks *weaks)
{
    if (weaks->index_bits != 0 && weaks->known_count + 1 <= (index_mask(weaks) + 1) / 2) {
        return true;
    }
    unsigned bits = weaks->index_bits == 0 ? INDEX_BITS_MIN : weaks->index_bits + 1;
    hfi_known **index = hfi_alloc_array((size_t)1 << bits, sizeof(hfi_known *));
    if (!index) {
        return false;
    }
    hfi_free(weaks->index);
    weaks->index = index;
    weaks->index_bits = bits;
    weaks->is_index_fresh = false;
    return true;
}

hfi_known *hfi_known_find_old(hfi_weaks *weaks, uintptr_t object)
{
    if (weaks->known_count == 0) {
        return NULL;
    }
    index_refresh(weaks);
    size_t mask = index_mask(weaks);
    size_t at = home_of(weaks, object);
    while (weaks->index[at] && weaks->index[at]->object != object) {
        at = (at + 1) & mask;
    }
    return weaks->index[at];
}

hfi_known *hfi_known_find(hfi_weaks *weaks, uintptr_t object)
{
    return hfi_object_word(object) & HFI_FLAG_KNOWN ? hfi_known_find_old(weaks, object) : NULL;
}

hfi_known *hfi_known_make(hfi_weaks *weaks, uintptr_t object)
{
    hfi_known *known = hfi_known_find(weaks, object);
    if (known) {
        return known;
    }
    known = index_reserve(weaks) ? hfi_pool_take(&weaks->knowns) : NULL;
    if (!known) {
        return NULL;
    }
    known->object = object;
    known->next = weaks->known;
    weaks->known = known;
    weaks->known_count++;
    if (weaks->is_index_fresh) {
        index_add(weaks, known);
    }
    hfi_object_flag(object, HFI_FLAG_KNOWN, true);
    return known;
}
