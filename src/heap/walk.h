/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_WALK_H
#define HOLDFAST_HEAP_WALK_H

/*
 * A walk over what is reachable that marks nothing and moves nothing; private to heap/.
 *
 *     hfi_walk_begin(&walk, heap, look, false);
 *     hfi_walk_stop(&walk, thread);
 *     hfi_walk_roots(&walk);
 *     hfi_walk_follow(&walk);
 *     hfi_walk_resume(&walk, thread);
 *     hfi_walk_finish(&walk);
 *
 * `look` is shown each slot and calls hfi_walk_add() for the objects that it wants followed.
 */

#include "heap/space.h"

/* In place of an object's number. */
#define HFI_WALK_ROOT UINT32_MAX       /* shown by a participant */
#define HFI_WALK_FROM (UINT32_MAX - 1) /* by the object that the walk began with */
#define HFI_WALK_MAX  (UINT32_MAX - 1) /* numbers are smaller */

typedef struct hfi_walk {
    hfi_looker looker; /* first, so that `look` finds the walk */
    hfi_tracer tracer;
    hf_status status; /* HF_E_NOMEM ends the walk; whoever looks may end it with another */
    bool is_over;     /* set by whoever has seen enough */
    bool has_parents; /* `parent` is kept */
    bool fields_only;
    bool has_stopped;  /* the world, itself */
    uint32_t count;    /* objects met */
    uint32_t next;     /* the next one to follow */
    uint32_t current;  /* whose fields are shown now; HFI_WALK_ROOT */
    uint32_t room;     /* of object and parent; a power of two */
    uintptr_t *object; /* in the order of discovery */
    uint32_t *parent;  /* number of the object that led to it, or HFI_WALK_ROOT */
    uint32_t *index;   /* number of an object + 1, 0: empty; twice the room, linear probing */
} hfi_walk;

/** Prepares; needs no memory yet. */
void hfi_walk_begin(hfi_walk *walk, hfi_heap *heap, void (*look)(hfi_looker *self, hf_slot *slot),
                    bool has_parents);

/** Gives the memory back. */
void hfi_walk_finish(hfi_walk *walk);

/** Stops the world and takes the heap's lock; neither, if the thread has stopped it already. */
void hfi_walk_stop(hfi_walk *walk, hf_thread *thread);
void hfi_walk_resume(hfi_walk *walk, hf_thread *thread);

/** Enters an object; true if it was not known.  False with a status, if memory is missing. */
bool hfi_walk_add(hfi_walk *walk, uintptr_t object);

/** Shows what each participant pins, then what each has as roots. */
void hfi_walk_pins(hfi_walk *walk);
void hfi_walk_roots(hfi_walk *walk);

/** Follows all that was entered: fields, and unless `fields_only` what lives on condition. */
void hfi_walk_follow(hfi_walk *walk);

/** True while there is a reason to go on. */
static inline bool hfi_walk_goes_on(const hfi_walk *walk)
{
    return walk->status == HF_OK && !walk->is_over;
}

#endif
