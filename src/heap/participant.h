/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_PARTICIPANT_H
#define HOLDFAST_HEAP_PARTICIPANT_H

/*
 * What the heap asks of the modules above it, which it does not know.
 *
 * A collection runs in phases (the order is heap/collect.c's):
 *
 *   pins        visit_pins     objects that must stay where they are
 *   roots       visit_roots    slots that keep objects; trace follows
 *   weak        clear_short    forgets what nothing strong reaches, before a finalizer revives it
 *   finalizers  after_mark     may look who is dead and mark more; trace follows
 *   the dead    clear_dead     forgets or queues what is still unmarked
 *   running     after_resume   the world runs again: wake threads, deliver reports
 *
 * Wherever trace follows, it goes on until no participant's mark_more finds more: that
 * is for what lives on a condition (an ephemeron's value, if its key does).
 *
 * Pins, roots and values are also asked for by walks that only look (heap/walk.h): then
 * nothing moves, and what is live is what the walk has met.
 *
 * All but the last run with the world stopped: no locks that a managed thread may
 * hold, no allocation of managed memory, no hf_*.  Native memory that a phase
 * needs is reserved beforehand, because nothing in a collection may fail.
 */

#include <holdfast/ref.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct hfi_tracer hfi_tracer;
struct hfi_text;

typedef struct hfi_participant {
    struct hfi_participant *next; /* the heap's */
    const char *name;
    void *self;
    void (*visit_pins)(void *self, hfi_tracer *tracer);
    void (*visit_roots)(void *self, hfi_tracer *tracer);
    /* An object with HFI_FLAG_KEY was found live; it was at `object`.  Not told of those that are
     * pinned, which are live before mark_more is first asked.  Notes it and marks nothing itself,
     * since whoever calls is in the middle of marking. */
    void (*key_marked)(void *self, hfi_tracer *tracer, uintptr_t object);
    bool (*mark_more)(void *self, hfi_tracer *tracer); /* true: something was marked */
    /* For a walk that only looks: what `object`, which has HFI_FLAG_KEY and was met, keeps alive
     * beside its fields, together with what else was met by now. */
    void (*visit_values)(void *self, hfi_tracer *tracer, uintptr_t object);
    void (*clear_short)(void *self, hfi_tracer *tracer);
    void (*after_mark)(void *self, hfi_tracer *tracer);
    void (*clear_dead)(void *self, hfi_tracer *tracer);
    void (*after_resume)(void *self, hf_thread *thread); /* managed, by the thread that collected */
    /* A line about the last loan of the object with that number of birth (heap/birth.h), for the
     * report of a stale address.  In a signal handler. */
    void (*tell_loan)(void *self, uint64_t birth, struct hfi_text *text);
    /* For such a walk, after all roots: what has a finalizer that is armed.  It keeps what it
     * reaches until it has run. */
    void (*visit_armed)(void *self, hfi_tracer *tracer);
    /* Says in words what root this is, one of those that visit_roots or mark_more shows; `slot`
     * NULL: a pin of `object`.  Nothing, if it is none of theirs.  The world is stopped. */
    void (*tell_root)(void *self, const hf_slot *slot, uintptr_t object, struct hfi_text *text);
} hfi_participant;

/** Phase pins: the object at `object` (its header's address; 0 is fine) stays and lives. */
void hfi_trace_pin(hfi_tracer *tracer, uintptr_t object);

/** The object in the slot lives; the slot is updated if it moves. */
void hfi_trace_slot(hfi_tracer *tracer, hf_slot *slot);

/** visit_values of every participant, if the object has HFI_FLAG_KEY. */
void hfi_visit_values(hfi_tracer *tracer, uintptr_t object);

/** Traces all that is reached so far by references alone: for a step of after_mark in which what
 * lives on a condition must not count yet. */
void hfi_trace_reached(hfi_tracer *tracer);

/** The same, and what mark_more adds to that.  The heap does it between phases. */
void hfi_trace_drain(hfi_tracer *tracer);

/** True if the object is marked by now. */
bool hfi_trace_is_live(hfi_tracer *tracer, uintptr_t object);

/** Where a live object is now: where it was, or where it moved. */
uintptr_t hfi_trace_address(hfi_tracer *tracer, uintptr_t object);

/**
 * The same for many: `objects` (0: none) that moved get their new address, the places of the dead
 * go to `dead`, ascending, which has room for `count`.  True if any has moved.
 */
bool hfi_trace_follow(hfi_tracer *tracer, uintptr_t *objects, uint32_t count, uint32_t *dead,
                      uint32_t *dead_count_out);

/** The objects that an object refers to live; it is one that stays where it is, or that only a walk
 * looks at. */
void hfi_trace_fields(hfi_tracer *tracer, uintptr_t object);

/** The same of an unmarked object, which does not become live by that, unless it refers to itself.
 */
void hfi_trace_dead_fields(hfi_tracer *tracer, uintptr_t object);

#endif
