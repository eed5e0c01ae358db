/* SPDX-License-Identifier: MIT */

/*
 * The lives of slots: recorded in one run, followed in the next.
 *
 * A program reads its slots through the library, which says so, but copies and
 * clears them inline, which nobody sees.  So each look compares all slots of the thread
 * with what they held at the look before.  A slot with another object began a life;
 * and whoever holds that object, or held it then, may be where it was copied from, so
 * that counts as a use.  A slot that was only overwritten was not used.  In doubt a
 * life is longer than it need be: that hides a missing fence, it never invents one.
 *
 * Looks happen at uses, at calls and at ends of frames, never at a collection: when
 * those come may differ from run to run, and the numbers of lives must not.
 *
 * A slot that is over (the record knows no later use) is weak: while something else keeps
 * its object it follows it, so copies and comparisons that nobody sees still do what they
 * did.  When the object is gone it holds an odd word, which is no object's address.
 *
 * Threads: each thread its own state and its own track; the collector reads both while
 * the thread is stopped.
 */

#include "finder/inside.h"

#include "base/alloc.h"

#include <string.h>

#define LIVES_FIRST 64u

/* ---- tracks ---- */

void hfi_track_clear(hfi_track *track)
{
    hfi_free(track->life);
    memset(track, 0, sizeof *track);
}

hfi_life *hfi_track_add(hfi_track *track)
{
    if (track->count == track->room) {
        if (track->room > UINT32_MAX / 4) {
            return NULL;
        }
        uint32_t room = track->room ? track->room * 2 : LIVES_FIRST;
        hfi_life *life = hfi_alloc_array(room, sizeof *life);
        if (!life) {
            return NULL;
        }
        if (track->count) {
            memcpy(life, track->life, track->count * sizeof *life);
        }
        hfi_free(track->life);
        track->life = life;
        track->room = room;
    }
    return &track->life[track->count++];
}

/* ---- the state of a thread ---- */

struct hfi_watched *hfi_watched_of(hf_finder *finder, hf_thread *thread)
{
    if (thread->watched || thread->is_runner) {
        return thread->watched; /* finalizers run when they may, not in the order of a record */
    }
    uint32_t ordinal = atomic_fetch_add_explicit(&finder->threads, 1, memory_order_relaxed);
    hfp_native_error error = hfp_native_error_save();
    struct hfi_watched *watched = ordinal < HFI_TRACKS_MAX ? hfi_alloc(sizeof *watched) : NULL;
    hfp_native_error_restore(error);
    if (watched) {
        watched->finder = finder;
        watched->ordinal = ordinal;
        watched->track = &finder->track[ordinal];
        thread->watched = watched;
    }
    return watched;
}

void hfi_watched_leave(struct hfi_watched *watched)
{
    watched->is_off = true;
    atomic_store_explicit(&watched->finder->has_differed, true, memory_order_relaxed);
}

void hfi_watched_end(hf_thread *thread)
{
    struct hfi_watched *watched = thread->watched;
    if (!watched) {
        return;
    }
    if (!watched->finder->is_replaying) {
        watched->track->time = watched->time;
    } else if (!watched->is_off &&
               (watched->track->time != watched->time || watched->track->count != watched->lives)) {
        hfi_watched_leave(watched);
    }
    thread->watched = NULL;
    hfi_free(watched->glimpse);
    hfi_free(watched);
}

/* ---- lives ---- */

static bool make_room(struct hfi_watched *watched, uint32_t slots)
{
    if (slots <= watched->glimpses) {
        return true;
    }
    uint32_t more = slots + slots / 2 + 64;
    hfi_glimpse *glimpse = hfi_alloc_array(more, sizeof *glimpse);
    if (!glimpse) {
        return false;
    }
    if (watched->glimpses) {
        memcpy(glimpse, watched->glimpse, watched->glimpses * sizeof *glimpse);
    }
    memset(glimpse + watched->glimpses, 0, (more - watched->glimpses) * sizeof *glimpse);
    hfi_free(watched->glimpse);
    watched->glimpse = glimpse;
    watched->glimpses = more;
    return true;
}

/* The life is used now. */
static void touch(struct hfi_watched *watched, uint32_t life)
{
    hfi_life *it = &watched->track->life[life - 1];
    if (!watched->finder->is_replaying) {
        it->last = watched->time;
    } else if (it->last < watched->time) {
        hfi_watched_leave(watched); /* the record does not know this use */
    }
}

static void begin_life(struct hfi_watched *watched, hfi_glimpse *glimpse, uintptr_t word)
{
    hfi_track *track = watched->track;
    *glimpse = (hfi_glimpse){ word, 0 };
    if (!watched->finder->is_replaying) {
        hfi_life *life = hfi_track_add(track);
        if (!life) {
            hfi_watched_leave(watched);
            return;
        }
        *life = (hfi_life){ watched->time, watched->time };
    } else if (watched->lives >= track->count ||
               track->life[watched->lives].seen != watched->time) {
        hfi_watched_leave(watched);
        return;
    }
    glimpse->life = ++watched->lives;
}

/* Whoever had the word at the look before may be where it was copied from. */
static void touch_sources(struct hfi_watched *watched, uint32_t slots, uint32_t to, uintptr_t word)
{
    for (uint32_t i = 0; i < slots && !watched->is_off; i++) {
        const hfi_glimpse *from = &watched->glimpse[i];
        if (i != to && from->life && from->word == word) {
            touch(watched, from->life);
        }
    }
}

static bool is_new(uintptr_t word, const hfi_glimpse *glimpse)
{
    return word != glimpse->word && word != 0 && !hfi_is_ended_word(word);
}

void hfi_watched_look(struct hfi_watched *watched, hf_thread *thread)
{
    uint32_t slots = thread->slot_floor;
    if (watched->is_off) {
        return;
    }
    hfp_native_error error = hfp_native_error_save();
    bool has_room = make_room(watched, slots);
    hfp_native_error_restore(error);
    if (!has_room) {
        hfi_watched_leave(watched);
        return;
    }
    for (uint32_t i = 0; i < slots && !watched->is_off; i++) {
        uintptr_t word = thread->slots[i].word_;
        if (is_new(word, &watched->glimpse[i])) {
            touch_sources(watched, slots, i, word);
        }
    }
    for (uint32_t i = 0; i < slots && !watched->is_off; i++) {
        hfi_glimpse *glimpse = &watched->glimpse[i];
        uintptr_t word = thread->slots[i].word_;
        if (is_new(word, glimpse)) {
            begin_life(watched, glimpse, word);
        } else if (word != glimpse->word) {
            *glimpse = (hfi_glimpse){ word, 0 };
        }
    }
}

void hfi_watched_use(struct hfi_watched *watched, hf_thread *thread, const hf_slot *slot)
{
    if (watched->is_off || watched->is_busy) {
        return;
    }
    watched->time++;
    hfi_watched_look(watched, thread);
    uintptr_t offset = (uintptr_t)slot - (uintptr_t)thread->slots;
    if (watched->is_off || offset >= thread->slot_floor * sizeof *slot) {
        return; /* some other slot: a record's, or the embedder's */
    }
    const hfi_glimpse *glimpse = &watched->glimpse[offset / sizeof *slot];
    if (glimpse->life) {
        touch(watched, glimpse->life);
    }
}

void hfi_watched_drop(struct hfi_watched *watched, hf_thread *thread, uint32_t base)
{
    if (watched->is_off || watched->is_busy) {
        return;
    }
    watched->time++;
    hfi_watched_look(watched, thread);
    for (uint32_t i = base; i < watched->glimpses; i++) {
        watched->glimpse[i] = (hfi_glimpse){ 0, 0 };
    }
}

bool hfi_watched_is_over(const struct hfi_watched *watched, uint32_t slot, uintptr_t word)
{
    if (watched->is_off || !watched->finder->is_replaying || slot >= watched->glimpses) {
        return false;
    }
    const hfi_glimpse *glimpse = &watched->glimpse[slot];
    return glimpse->life && glimpse->word == word &&
           watched->track->life[glimpse->life - 1].last + HFI_FINDER_CALL <= watched->time;
}
