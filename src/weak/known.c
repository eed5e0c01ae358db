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
 * Invariants: HFI_FLAG_KNOWN in an object's header is set exactly while it has a record,
 * HFI_FLAG_KEY while that is among the keys, which come first of all.
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
    for (size_t i = 0; i < weaks->known_count; i++) {
        index_add(weaks, weaks->all[i]);
    }
    weaks->is_index_fresh = true;
}

/* Room for one more in both arrays: the index, and behind it all, half as many. */
static bool reserve(hfi_weaks *weaks)
{
    if (weaks->index_bits != 0 && weaks->known_count + 1 <= (index_mask(weaks) + 1) / 2) {
        return true;
    }
    unsigned bits = weaks->index_bits == 0 ? INDEX_BITS_MIN : weaks->index_bits + 1;
    size_t size = (size_t)1 << bits;
    hfi_known **index = hfi_alloc_array(size + size / 2, sizeof(hfi_known *));
    if (!index) {
        return false;
    }
    if (weaks->known_count != 0) {
        memcpy(index + size, weaks->all, weaks->known_count * sizeof(hfi_known *));
    }
    hfi_free(weaks->index);
    weaks->index = index;
    weaks->all = index + size;
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
    known = reserve(weaks) ? hfi_pool_take(&weaks->knowns) : NULL;
    if (!known) {
        return NULL;
    }
    known->object = object;
    known->place = weaks->known_count++;
    weaks->all[known->place] = known;
    if (weaks->is_index_fresh) {
        index_add(weaks, known);
    }
    hfi_object_flag(object, HFI_FLAG_KNOWN, true);
    return known;
}

static void swap_places(hfi_weaks *weaks, hfi_known *known, size_t place)
{
    hfi_known *other = weaks->all[place];
    weaks->all[known->place] = other;
    other->place = known->place;
    weaks->all[place] = known;
    known->place = place;
}

void hfi_known_set_key(hfi_weaks *weaks, hfi_known *known, bool is_key)
{
    if (hfi_known_is_key(weaks, known) == is_key) {
        return;
    }
    if (is_key) {
        swap_places(weaks, known, weaks->key_count++);
    } else {
        swap_places(weaks, known, --weaks->key_count);
    }
    hfi_object_flag(known->object, HFI_FLAG_KEY, is_key);
}

void hfi_known_drop(hfi_weaks *weaks, hfi_known *known)
{
    if (hfi_known_is_key(weaks, known)) {
        swap_places(weaks, known, --weaks->key_count);
    }
    swap_places(weaks, known, --weaks->known_count);
    hfi_pool_give(&weaks->knowns, known);
}
