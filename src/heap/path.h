/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_PATH_H
#define HOLDFAST_HEAP_PATH_H

/*
 * Paths of references: what keeps an object alive, or how one leads to another.
 */

#include "diag/text.h"
#include "heap/heap.h"

#define HFI_PATH_ROOT_MAX 192u

/** One object on the way and how it leads to the next. */
typedef struct hfi_path_step {
    const hf_type *type;
    const char *field; /* NULL: an element, a place without a name, or the last object */
    uint64_t at;       /* an array's element, else the offset in the payload */
    hf_site born;      /* file NULL: not known */
    bool is_condition; /* no reference of its own leads on: the next lives if this does */
} hfi_path_step;

typedef struct hfi_path {
    bool is_found;
    char root[HFI_PATH_ROOT_MAX]; /* in words; "" if the path does not begin at a root.  Not found:
                                     the slot that was left out */
    size_t count;                 /* objects, both ends included */
    hfi_path_step *step;
    uint64_t flags; /* of the last object: HFI_FLAG_... */
    bool is_pinned; /* it; by anybody */
} hfi_path;

/** What is asked.  Slots are read once the world is stopped, so a collection until then does no
 * harm; addresses are for who has stopped it, or knows that the objects stay where they are. */
typedef struct hfi_path_query {
    const hf_slot *from_slot, *to_slot; /* slots that the collector keeps right; NULL: see below */
    uintptr_t from;                     /* 0: from any root */
    uintptr_t to;
    const hf_slot *skip;                /* this slot is no root; may be NULL */
    const hf_slot *skip_low, *skip_end; /* nor are these */
    bool skip_frames;                   /* nor is a slot of any frame */
} hfi_path_query;

/**
 * A shortest path, if there is one.  The two ends may be one object: then it is a cycle.
 * HF_E_NOMEM. Managed, by the owner: a safepoint that moves nothing itself.  In a collection,
 * behind the trace, from an object only.
 */
HF_MUST_CHECK hf_status hfi_path_find(hf_thread *thread, const hfi_path_query *query,
                                      hfi_path *path_out);

/** Gives a path's memory back. */
void hfi_path_finish(hfi_path *path);

/** "list.items", "[3]", or for the last object "subscriber". */
void hfi_path_tell_step(const hfi_path *path, size_t number, hfi_text *text);

/** The whole path.  Steps that repeat themselves are told once, and the middle of a long way is
 * left out. */
void hfi_path_tell(const hfi_path *path, hfi_text *text);

/**
 * Shortest path of references from `from` (0: from any root) to `to` as text: "global 2 ->
 * list.items -> [3] -> subscriber"; false: there is none.  Stops the world, moves nothing, native
 * memory only.  For what hfi_path_query says of addresses.
 */
HF_MUST_CHECK hf_status hfi_heap_path(hf_thread *thread, uintptr_t from, uintptr_t to, char *text,
                                      size_t size, bool *found_out);

/** The same for the objects in two slots (`from` NULL: from any root), which may be anywhere that
 * the collector keeps right: also in an armed finalizer's record, or in a queued one. */
HF_MUST_CHECK hf_status hfi_heap_path_slots(hf_thread *thread, const hf_slot *from,
                                            const hf_slot *to, char *text, size_t size,
                                            bool *found_out);

#endif
