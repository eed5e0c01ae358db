/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FENCE_FENCE_H
#define HOLDFAST_FENCE_FENCE_H

/*
 * Fences, owning pins, and how they hold resources.  The records that fences and
 * calls link into their thread are thread/record.h.
 */

#include "diag/left.h"
#include "heap/heap.h"
#include "thread/record.h"

#include <holdfast/fence.h>
#include <holdfast/ledger.h>
#include <holdfast/pinset.h>

typedef struct hfi_fences hfi_fences;
HF_MUST_CHECK hf_status hfi_fences_create(hfi_parts *parts, hfi_fences **fences_out);

/** Gives the number of owning pins still standing, each reported; `keep`: frees nothing. */
uint64_t hfi_fences_destroy(hfi_fences *fences, bool keep);

/** Takes and gives the module's lock around a fork. */
void hfi_fences_lock(hfi_fences *fences);
void hfi_fences_unlock(hfi_fences *fences);

/**
 * True if the address is inside an object, or right behind one, that holds still for the calling
 * thread: by a call or fence of its own, an owning pin, or from birth.  What other threads pin is
 * for hfi_heap_find() to say.
 */
bool hfi_is_pinned_here(hf_thread *thread, uintptr_t address);

/** The same without what the record `but` pins; NULL: all count. */
bool hfi_is_pinned_beside(hf_thread *thread, const hf_record_ *but, uintptr_t address);

/** True if an owning pin holds the object around an address.  Any thread. */
bool hfi_pins_hold(hfi_fences *fences, uintptr_t address);

/** What stands now, as the collector sees it. */
typedef struct hfi_hold {
    hf_pin_kind kind;
    bool is_pinned; /* else it is kept alone: a resource, or an argument on its way */
    uintptr_t object;
    const char *what; /* the fence's, function's or set's name; NULL */
    hf_site site;
    uint64_t thread;        /* as the system numbers it */
    const hf_thread *owner; /* of a call or fence; NULL for the others */
    const void *scope;      /* that ends the pin or set; NULL */
    uint64_t collections;   /* for so many it has stood */
} hfi_hold;

typedef void (*hfi_hold_fn)(const hfi_hold *hold, void *self);

/** Each pin and each kept object of all calls, fences, owning pins and sets.  With the world
 * stopped; `fn` takes no lock and allocates nothing. */
void hfi_fences_each_hold(hfi_fences *fences, hfi_hold_fn fn, void *self);

/**
 * What is left at the end of the runtime: owning pins, pins of sets, empty sets, open fences and
 * calls.  Needs native memory for many; without it only the first are told.  From a thread that is
 * not attached, or is in native state.
 */
void hfi_fences_each_left(hfi_fences *fences, hfi_left_fn fn, void *user);

/** Says that `scope` will end an owning pin or a set, whoever may do so before.  Gives its serial
 * number; 0 if it has ended, is of another runtime, or is a scope's already. */
uint64_t hfi_pin_give_to(hfi_fences *fences, hf_pin *pin, const void *scope);
uint64_t hfi_pinset_give_to(hfi_fences *fences, hf_pinset *set, const void *scope);

/** Says that no scope ends it any more. */
void hfi_pin_take_from(hf_pin *pin, uint64_t serial);
void hfi_pinset_take_from(hf_pinset *set, uint64_t serial);

/** Says of a pin that a token has whether a scope ends it; NULL: none. */
void hfi_pin_set_scope(hf_pin *pin, const void *scope);

/** Ends that very pin, or closes and destroys that very set, if it has not ended yet. */
void hfi_pin_end_if(hf_pin *pin, uint64_t serial);
void hfi_pinset_end_if(hf_pinset *set, uint64_t serial, hf_site site);

/** The end of a loan, remembered in checked mode. */
typedef struct hfi_unpin {
    uintptr_t object; /* 0: it died */
    uint64_t birth;   /* its number; 0: not known */
    hf_site site;
    char what[48]; /* the fence's, pin's or function's name */
} hfi_unpin;

/** Remembers that a loan ended; for the place where settings.checked is known to be set. */
void hfi_unpin_note(hfi_fences *fences, uintptr_t object, const char *what, hf_site site);

/** The last loan of an object that ended; false: not known. */
bool hfi_unpin_find(hfi_fences *fences, uintptr_t object, hfi_unpin *unpin_out);

#endif
