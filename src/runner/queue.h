/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNNER_QUEUE_H
#define HOLDFAST_RUNNER_QUEUE_H

/*
 * What waits for the runner: by collection, and in each the critical ones last.
 *
 * The nodes lie inside of what they stand for, so that queueing, which happens in
 * a collection, needs no memory and cannot fail.  No lock of its own.
 */

#include <holdfast/ref.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hfi_work;
struct hfi_text;
struct hfi_tracer;

/** What all works of one kind have in common; static. */
typedef struct hfi_work_kind {
    const char *name; /* for reports: "a finalizer" */
    /* Does it, managed and without a lock, on the runner.  `object` is a slot of the frame around
     * the run and holds the work's object.  The work is the function's from here on; it should be
     * given back before user code runs. */
    void (*run)(hf_thread *runner, struct hfi_work *work, hf_ref object);
    /* Gives it back without doing it, where finalizers are switched off.  NULL: nothing to do. */
    void (*drop)(hf_thread *runner, struct hfi_work *work);
    bool is_told; /* what it is about is in the list of what is left anyway: a resource */
} hfi_work_kind;

typedef struct hfi_work {
    struct hfi_work *next;
    const hfi_work_kind *kind;
    hf_slot object; /* a root while it is queued; null: none, or handed over */
    hf_site site;   /* of what asked for it */
    /* The two below are the queue's. */
    uint64_t queued_ns;
    bool is_handed_over; /* its object is in a segment */
    bool is_critical;    /* runs behind all others of its collection; whoever makes it says so */
} hfi_work;

typedef struct hfi_work_list {
    hfi_work *first;
    hfi_work *last;
} hfi_work_list;

/** A managed array with the objects of works that wait for long, in their order. */
typedef struct hfi_segment {
    struct hfi_segment *next;
    hf_slot array; /* a root */
    uint32_t at;   /* the next one to take */
    uint32_t count;
} hfi_segment;

#define HFI_SEGMENT_OBJECTS 4096u

#define HFI_FRONT_WORKS 32u

/** The next works to run, taken together: whoever runs them goes through these without the lock. */
typedef struct hfi_front {
    hfi_work *works[HFI_FRONT_WORKS];
    hf_slot objects[HFI_FRONT_WORKS]; /* theirs; roots from `at` on */
    uint32_t at, count;
    _Atomic(uint64_t) oldest_ns; /* since when the one at `at` is queued; 0: there is none */
} hfi_front;

typedef struct hfi_queue {
    hfi_work_list works;    /* in the order in which they run */
    hfi_work_list fresh[2]; /* of the last collection: ordinary ones, critical ones */
    hfi_work *loose;        /* the first of `works` that was not offered to a segment */
    uint64_t loose_count;   /* from it on, and the fresh ones */
    hfi_segment *segment, *segment_last;
    hfi_front front;   /* who runs the works, or world stopped */
    uint64_t pushed;   /* ever */
    uint64_t fresh_ns; /* when the fresh ones came; 0: there are none */
} hfi_queue;

/** World stopped, or for what was submitted. */
void hfi_queue_push(hfi_queue *queue, hfi_work *work);

/** The fresh ones take their places.  Not between two pushes of one collection. */
void hfi_queue_settle(hfi_queue *queue);

/** Moves the oldest to the front, which is empty. */
void hfi_queue_advance(hfi_queue *queue);

/** The first of the front, or NULL; its object goes from the queue's roots to `slot`.  Without the
 * lock, by who runs the works, managed. */
hfi_work *hfi_queue_take(hfi_queue *queue, hf_ref slot);

/** Since when the oldest waits; 0: none does. */
uint64_t hfi_queue_oldest_ns(hfi_queue *queue);

/** World stopped: everything that waits is alive. */
void hfi_queue_visit(hfi_queue *queue, struct hfi_tracer *tracer);

/** World stopped: says what the root `slot` is. */
void hfi_queue_tell(const hfi_queue *queue, const hf_slot *slot, struct hfi_text *text);

/** Fills an empty segment, whose array has HFI_SEGMENT_OBJECTS places, with the next objects. */
void hfi_queue_hand_over(hfi_queue *queue, hfi_segment *segment);

/** Visits what waits, the oldest first, with its object (0: none). */
void hfi_queue_each(const hfi_queue *queue,
                    void (*visit)(const hfi_work *work, uintptr_t object, void *user), void *user);

/** How many wait. */
uint64_t hfi_queue_length(const hfi_queue *queue);

/** Gives the segments back. */
void hfi_queue_finish(hfi_queue *queue);

#endif
