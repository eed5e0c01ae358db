/* SPDX-License-Identifier: MIT */

/*
 * What a collection does with those that are known weakly.
 *
 *   marking      an object with HFI_FLAG_KEY, a key or a table, that is found live is put
 *                on a list; mark_more goes through it.  An entry's value is marked when the
 *                second of key and table comes off: each entry is looked at twice at most,
 *                however long the chain of values that are keys
 *   short        references to what is dead now end, before a finalizer can revive it
 *   the dead     long references end; entries without key or table are dropped; records
 *                follow what moved, and those that say nothing any more are given back
 *
 * A value that refers to its own key does not keep it: it is looked at only once the key
 * is live without it.  For the same reason a dead object with a finalizer does not count as
 * its own key until it is queued: what finalizers wait for is what its fields reach.
 *
 * The world is stopped, and no memory is needed.
 */

#include "base/verify.h"
#include "weak/inside.h"

/* ---- marking ---- */

void hfi_weaks_key_marked(void *self, hfi_tracer *tracer, uintptr_t object)
{
    hfi_weaks *weaks = self;
    (void)tracer;
    hfi_known *known = hfi_known_find_old(weaks, object);
    HF_VERIFY(known);
    if (!known->is_awake) {
        known->is_awake = true;
        known->next_awake = weaks->awake;
        weaks->awake = known;
    }
}

static void mark_values(hfi_weaks *weaks, hfi_tracer *tracer, hfi_known *known)
{
    for (hfi_entry *entry = known->entries; entry; entry = entry->next_of_key) {
        weaks->looks++;
        if (entry->table->self->is_awake) {
            hfi_trace_slot(tracer, &entry->value);
        }
    }
    if (!known->table) {
        return;
    }
    for (hfi_entry *entry = known->table->entries; entry; entry = entry->next_of_table) {
        weaks->looks++;
        if (entry->key->is_awake) {
            hfi_trace_slot(tracer, &entry->value);
        }
    }
}

bool hfi_weaks_mark_more(void *self, hfi_tracer *tracer)
{
    hfi_weaks *weaks = self;
    bool found = weaks->awake != NULL;
    while (weaks->awake) {
        hfi_known *known = weaks->awake;
        weaks->awake = known->next_awake;
        mark_values(weaks, tracer, known);
    }
    return found;
}

void hfi_weaks_visit_values(void *self, hfi_tracer *tracer, uintptr_t object)
{
    hfi_known *known = hfi_known_find_old(self, object);
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

void hfi_weaks_clear_short(void *self, hfi_tracer *tracer)
{
    hfi_weaks *weaks = self;
    if (weaks->short_count == 0) {
        return;
    }
    for (hfi_known *known = weaks->known; known; known = known->next) {
        if (known->references && !hfi_trace_is_live(tracer, known->object)) {
            hfi_references_end(weaks, known, false);
        }
    }
}

static void bury(hfi_weaks *weaks, hfi_known *known)
{
    hfi_references_end(weaks, known, true);
    while (known->entries) {
        hfi_entry_drop(weaks, known->entries);
    }
    if (known->table) {
        hfi_ephemerons_end(weaks, known->table);
    }
}

static void follow(hfi_tracer *tracer, hfi_known *known)
{
    known->object = hfi_trace_address(tracer, known->object);
    known->is_awake = false;
    if (!known->entries && !known->table) {
        hfi_object_flag(known->object, HFI_FLAG_KEY, false);
    }
}

static bool says_nothing(const hfi_known *known)
{
    return !known->references && !known->entries && !known->table && known->identity == 0;
}

void hfi_weaks_clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_weaks *weaks = self;
    hfi_known **link = &weaks->known;
    while (*link) {
        hfi_known *known = *link;
        bool is_live = hfi_trace_is_live(tracer, known->object);
        if (is_live) {
            follow(tracer, known);
        } else {
            bury(weaks, known);
        }
        if (!says_nothing(known)) {
            link = &known->next;
            continue;
        }
        if (is_live) {
            hfi_object_flag(known->object, HFI_FLAG_KNOWN, false);
        }
        *link = known->next;
        weaks->known_count--;
        hfi_pool_give(&weaks->knowns, known);
    }
    weaks->is_index_fresh = false;
}
