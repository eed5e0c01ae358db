/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FENCE_FENCES_H
#define HOLDFAST_FENCE_FENCES_H

/* The module's own state; private to fence/. */

#include "diag/text.h"
#include "fence/fence.h"

#define HFI_UNPIN_MAX 64u

struct hfi_fences {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex
        lock; /* the pins; also taken by threads that are not attached, and by the collector */
    hf_pin *pins;
    uint64_t pin_count;
    hf_pin *spare;       /* ended pins, oldest first: used again when there are many, so that a pin
                            destroyed twice is told and does not end another's */
    hf_pin **spare_last; /* where the next one is linked */
    uint32_t spare_count;
    uint32_t unpin_next;
    hfi_unpin unpin[HFI_UNPIN_MAX]; /* a ring; checked mode */
};

/* ---- fences for others (fence/fence.c) ---- */

/** What a fence's reports say. */
typedef struct hfi_fence_names {
    const char *function; /* the public function, or the native one that is wrapped */
    const char *argument;
    const char *what;
    hf_site site;
} hfi_fence_names;

/** hf_fence_begin() under other names.  `span` is written on success alone; may be NULL. */
hf_status hfi_fence_begin_as(hf_thread *thread, hf_fence *fence, const hf_slot *buffer,
                             hf_span *span, const hfi_fence_names *names);

/** hf_fence_hold_at() likewise. */
hf_status hfi_fence_hold_as(hf_thread *thread, hf_fence *fence, const hf_slot *resource,
                            uintptr_t *value_out, const hfi_fence_names *names);

/* ---- owning pins (fence/pin.c) ---- */

void hfi_pins_init(hfi_fences *fences);

/** A leak report for each that stands. */
void hfi_pins_report(hfi_fences *fences);

/** Frees the cells that are kept for reuse. */
void hfi_pins_drop_spare(hfi_fences *fences);

/** The owning pins' share of visit_pins. */
void hfi_pins_visit(hfi_fences *fences, hfi_tracer *tracer);

/** "pinned by a pin made at demo.c:12", if one of them holds the object. */
void hfi_pins_tell(hfi_fences *fences, uintptr_t object, hfi_text *text);

/** hfi_unpin_note() with the lock held. */
void hfi_unpin_note_locked(hfi_fences *fences, uintptr_t object, uint64_t birth, const char *what,
                           hf_site site);

/** What a report of a stale address says of the last loan of the object that was there. */
void hfi_unpin_tell(void *fences, uint64_t birth, hfi_text *text);

/** The remembered loans after a collection. */
void hfi_unpins_follow(hfi_fences *fences, hfi_tracer *tracer);

/** HF_OK and the object if a slot holds something that can be lent; HF_E_SLOTS, HF_E_NULL,
 * HF_E_MISUSE, HF_E_NOT_LENDABLE. */
hf_status hfi_lendable(hf_thread *thread, const hf_slot *buffer, const char *function,
                       uintptr_t *object_out);

#endif
