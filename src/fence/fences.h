/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FENCE_FENCES_H
#define HOLDFAST_FENCE_FENCES_H

/* The module's own state; private to fence/. */

#include "base/spare.h"
#include "diag/text.h"
#include "fence/fence.h"

#include <holdfast/pinset.h>

#define HFI_UNPIN_MAX 64u

#define HFI_PIN_OPEN  0x50494e53u /* "PINS" */
#define HFI_PIN_ENDED 0x70696e73u /* "pins" */

/* An owning pin.  Its memory is used again, but never given back before the module's. */
struct hf_pin {
    hf_pin *next, **link; /* lock: fences->lock; first, for the spare ones */
    uint32_t sig;
    uintptr_t object; /* does not move while this stands */
    uint64_t birth;   /* of it; 0: not known */
    hf_site site;
    hfi_fences *fences;
    uint64_t serial; /* lock, as for all that follows; tells it from others that had this cell */
    uint64_t thread; /* who made it, as the system numbers it */
    uint64_t collections; /* there were so many when it was made */
    const void *scope;    /* that ends it; NULL */
    hf_pinset *set;       /* that it is of; NULL */
    hf_pin *set_next, **set_link;
};

struct hf_pinset {
    hf_pinset *next, **link; /* lock; first, for the spare ones */
    uint32_t sig;
    bool is_closed; /* lock: fences->lock, as for all that follows */
    hfi_fences *fences;
    const char *name;
    hf_site site;
    hf_site closed;
    hf_pin *newest;
    uint64_t count;
    uint64_t serial;
    uint64_t thread;
    const void *scope;
};

struct hfi_fences {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex
        lock; /* the pins; also taken by threads that are not attached, and by the collector */
    hf_pin *pins;
    uint64_t pin_count;
    hfi_spare spare;      /* ended pins: one that is destroyed twice does not end another's */
    hf_pinset *sets;      /* open and closed ones */
    hfi_spare spare_sets; /* destroyed ones */
    uint64_t serial;      /* of the last pin or set */
    uint64_t collections; /* so far; written with the world stopped */
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

/** The name of a fence that the library has for itself: no program can leave it out, so no finder
 * is told of it. */
extern const char hfi_fence_own[];

/** hf_fence_hold_at() likewise. */
hf_status hfi_fence_hold_as(hf_thread *thread, hf_fence *fence, const hf_slot *resource,
                            uintptr_t *value_out, const hfi_fence_names *names);

/* ---- owning pins (fence/pin.c) ---- */

void hfi_pins_init(hfi_fences *fences);

/** A leak report for each that stands. */
void hfi_pins_report(hfi_fences *fences);

/** A new cell, not linked; NULL. */
hf_pin *hfi_pin_take(hfi_fences *fences);

/** Puts one that was not used back. */
void hfi_pin_give(hfi_fences *fences, hf_pin *pin);

/** Fills a cell in and links it.  lock: fences->lock; managed. */
void hfi_pin_begin_locked(const hf_thread *thread, hf_pin *pin, uintptr_t object, hf_site site);

/** Ends a pin and puts its cell to the spare ones.  lock: fences->lock */
void hfi_pin_end_locked(hfi_fences *fences, hf_pin *pin, const char *what);

/** Reports why a slot's object cannot be pinned; gives the status. */
hf_status hfi_pin_refuse(const hfi_parts *parts, hf_status status, const hf_slot *buffer,
                         const char *function, hf_site site);

/* ---- pin sets (fence/pinset.c) ---- */

/** A leak report for each that was not destroyed and is empty. */
void hfi_pinsets_report(hfi_fences *fences);

/** Frees all of them. */
void hfi_pinsets_drop(hfi_fences *fences);

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
 * HF_E_MISUSE, HF_E_NOT_LENDABLE, HF_E_SCOPE. */
hf_status hfi_lendable(hf_thread *thread, const hf_slot *buffer, const char *function,
                       uintptr_t *object_out);

#endif
