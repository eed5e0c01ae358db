/* SPDX-License-Identifier: MIT */

/*
 * What a collection does with those that are known weakly.
 *
 *   marking      when all that roots reach is marked, a first look at all keys (objects
 *                with entries, and tables) sees which of them live, and marks the values of
 *                entries whose key and table do.  From then on a key that becomes live is
 *                told of and put on a list, and its entries are looked at when it comes off
 *   short        references to what is dead now end, before a finalizer can revive it.  What
 *                lives has its last address already, so most records are done with here
 *   the dead     those that were not live then are looked at again.  Long references end,
 *                entries without key or table are dropped, records that say nothing any more
 *                are given back
 *
 * Why each entry gets its chance: whichever of its key and its table is found live second
 * finds the first awake, in the first look or behind it.  An entry is looked at when its
 * key is found live, and once more if its table is found after the first look: twice at
 * most, however long the chain of values that are keys.
 *
 * A value that refers to its own key does not keep it: it is looked at only once the key
 * is live without it.  For the same reason a dead object with a finalizer does not count as
 * its own key until it is queued: what finalizers wait for is what its fields reach.
 *
 * Records keep the addresses from before the collection until theirs is found live in
 * `short` or behind it; what is looked up by address afterwards was dead till then.
 *
 * The world is stopped, and no memory is needed.
 */

#include "base/verify.h"
#include "weak/inside.h"

/* How far ahead of a walk over records their memory is asked for. */
#define AHEAD 8

/* ---- marking ---- */

static bool is_awake(const hfi_weaks *weaks, const hfi_known *known)
{
    return known->awake_in == weaks->cycle;
}

/* A record far ahead, and the header of an object on the way there. */
static void look_ahead(const hfi_weaks *weaks, size_t at, size_t end)
{
    if (at + 2 * AHEAD < end) {
        __builtin_prefetch(weaks->all[at + 2 * AHEAD], 1);
        __builtin_prefetch((const void *)weaks->all[at + AHEAD]->object);
    }
}

void hfi_weaks_key_marked(void *self, hfi_tracer *tracer, uintptr_t object)
{
    hfi_weaks *weaks = self;
    (void)tracer;
    if (!weaks->is_listening) {
        return; /* the first look will see it */
    }
    hfi_known *known = hfi_known_find_old(weaks, object);
    HF_VERIFY(known);
    if (!is_awake(weaks, known)) {
        known->awake_in = weaks->cycle;
        known->next = weaks->awake;
        weaks->awake = known;
    }
}

static void mark_values_of_key(hfi_weaks *weaks, hfi_tracer *tracer, hfi_known *known)
{
    for (hfi_entry *entry = known->entries; entry; entry = entry->next_of_key) {
        weaks->looks++;
        if (is_awake(weaks, entry->table->self)) {
            hfi_trace_slot(tracer, &entry->value);
        }
    }
}

static void mark_values_of_table(hfi_weaks *weaks, hfi_tracer *tracer, hfi_ephemerons *table)
{
    for (hfi_entry *entry = table->entries; entry; entry = entry->next_of_table) {
        weaks->looks++;
        if (is_awake(weaks, entry->key)) {
            hfi_trace_slot(tracer, &entry->value);
        }
    }
}

/* All that live are awake before the first value is marked; so tables need no look of their own. */
static bool look_at_all(hfi_weaks *weaks, hfi_tracer *tracer)
{
    bool found = false;
    weaks->cycle++;
    for (size_t i = 0; i < weaks->key_count; i++) {
        look_ahead(weaks, i, weaks->key_count);
        hfi_known *known = weaks->all[i];
        if (hfi_trace_is_live(tracer, known->object)) {
            known->awake_in = weaks->cycle;
            found = true;
        }
    }
    weaks->is_listening = true;
    for (size_t i = 0; found && i < weaks->key_count; i++) {
        if (is_awake(weaks, weaks->all[i])) {
            mark_values_of_key(weaks, tracer, weaks->all[i]);
        }
    }
    return found;
}

bool hfi_weaks_mark_more(void *self, hfi_tracer *tracer)
{
    hfi_weaks *weaks = self;
    bool found = !weaks->is_listening && weaks->key_count != 0 && look_at_all(weaks, tracer);
    while (weaks->awake) {
        hfi_known *known = weaks->awake;
        weaks->awake = known->next;
        found = true;
        mark_values_of_key(weaks, tracer, known);
        if (known->table) {
            mark_values_of_table(weaks, tracer, known->table);
        }
    }
    return found;
}

void hfi_weaks_visit_values(void *self, hfi_tracer *tracer, uintptr_t object)
{
    const hfi_known *known = hfi_known_find_old(self, object);
    HF_VERIFY(known);
    for (hfi_entry *entry = known->entries; entry; entry = entry->next_of_key) {
        if (hfi_trace_is_live(tracer, entry->table->self->object)) {
            hfi_trace_slot(tracer, &entry->value);
        }
    }
    if (!known->table) {
        return;
    }
    for (hfi_entry *entry = known->table->entries; entry; entry = entry->next_of_table) {
        if (hfi_trace_is_live(tracer, entry->key->object)) {
            hfi_trace_slot(tracer, &entry->value);
        }
    }
}

/* ---- the dead ---- */

static bool has_something_to_say(const hfi_weaks *weaks, const hfi_known *known)
{
    return hfi_known_is_key(weaks, known) ? known->entries || known->table
                                          : known->references || known->identity != 0;
}

void hfi_weaks_clear_short(void *self, hfi_tracer *tracer)
{
    hfi_weaks *weaks = self;
    for (size_t i = 0; i < weaks->known_count; i++) {
        look_ahead(weaks, i, weaks->known_count);
        hfi_known *known = weaks->all[i];
        bool is_live = hfi_trace_is_live(tracer, known->object);
        if (is_live && has_something_to_say(weaks, known)) {
            known->object = hfi_trace_address(tracer, known->object);
            continue;
        }
        if (!is_live) {
            hfi_references_end(known, false);
        }
        known->next_fading = weaks->fading;
        weaks->fading = known;
    }
}

static void bury(hfi_weaks *weaks, hfi_known *known)
{
    hfi_references_end(known, true);
    while (known->entries) {
        hfi_entry_drop(weaks, known->entries);
    }
    if (known->table) {
        hfi_ephemerons_end(weaks, known->table);
    }
    hfi_known_drop(weaks, known);
}

static void follow(hfi_weaks *weaks, hfi_tracer *tracer, hfi_known *known)
{
    known->object = hfi_trace_address(tracer, known->object);
    hfi_known_set_key(weaks, known, known->entries || known->table);
    if (!has_something_to_say(weaks, known)) {
        hfi_object_flag(known->object, HFI_FLAG_KNOWN, false);
        hfi_known_drop(weaks, known);
    }
}

void hfi_weaks_clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_weaks *weaks = self;
    while (weaks->fading) {
        hfi_known *known = weaks->fading;
        weaks->fading = known->next_fading;
        if (hfi_trace_is_live(tracer, known->object)) {
            follow(weaks, tracer, known);
        } else {
            bury(weaks, known);
        }
    }
    weaks->is_listening = false;
    weaks->is_index_fresh = false;
}
