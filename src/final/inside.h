/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_INSIDE_H
#define HOLDFAST_FINAL_INSIDE_H

/*
 * What the files of this module share.
 *
 * The lock is held by managed threads alone, for a short stretch without a
 * safepoint.  So while the world is stopped nobody is inside: who holds it is
 * managed and not yet stopped, who waits for it waits for such a one.  The
 * collector therefore goes without it.
 */

#include "diag/text.h"
#include "final/final.h"
#include "final/index.h"
#include "final/stock.h"
#include "final/subject.h"
#include "final/roster.h"
#include "platform/platform.h"

#include <holdfast/cleanup.h>

/** A finalizer, armed or queued. */
typedef struct hfi_finalizer {
    hfi_armed armed; /* first; the work's object is set when it is queued */
    hf_finalizer_fn run;
} hfi_finalizer;

typedef struct hfi_finalizers {
    hfi_roster roster;
    hfi_index index;
    hfi_stock stock;
} hfi_finalizers;

/** A cleanup, armed or queued. */
typedef struct hfi_cleanup {
    hfi_armed armed; /* first; the work's object is the argument, a root from the start */
    hf_cleanup_fn run;
    struct hfi_cleanup *older, *newer; /* armed with an argument */
    uint32_t generation;               /* of the record; in the handle while it is armed */
    bool is_told;                      /* that it can never run */
} hfi_cleanup;

typedef struct hfi_cleanups {
    hfi_roster roster;
    hfi_stock stock;
    hfi_cleanup *oldest, *newest; /* with an argument */
} hfi_cleanups;

/** A search for a path; on the stack of who asks.  Its slots are roots. */
typedef struct hfi_search {
    struct hfi_search *next;
    hf_slot from, to;
} hfi_search;

struct hfi_final {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hfi_finalizers finalizers; /* lock */
    hfi_cleanups cleanups;     /* lock */
    hfi_search *searches;      /* lock */
};

/** HF_E_SHUTDOWN, or whatever hfi_runner_need() says: before something is armed. */
HF_MUST_CHECK hf_status hfi_final_may_arm(hf_thread *thread);

/** World stopped: queues the dead that nothing dead reaches. */
void hfi_finalizers_after_mark(hfi_final *final, hfi_tracer *tracer);

/** World stopped: the arguments of what is armed live. */
void hfi_cleanups_visit_roots(hfi_final *final, hfi_tracer *tracer);

/** World stopped: queues the cleanups of what is dead by now. */
void hfi_cleanups_clear_dead(hfi_final *final, hfi_tracer *tracer);

/** World stopped: names the argument in a slot, for a path. */
void hfi_cleanups_tell_root(hfi_final *final, const hf_slot *slot, hfi_text *text);

/** Between these two a place in the roster means the same record or none. */
void hfi_left_begin(hfi_final *final, hfi_roster *roster);
void hfi_left_end(hfi_final *final, hfi_roster *roster);

/** The next that is armed, from *place_inout on; false: there is none.  Lock held. */
bool hfi_left_next(const hfi_roster *roster, uint32_t *place_inout, hfi_armed_left *left_out);

/**
 * The next cleanup with an argument whose turn it is to be looked at, with its site; false: there
 * is none.  The ends of the search stay null if there is nothing to find.  Lock held.
 */
bool hfi_cleanup_next(hfi_cleanups *all, hf_cleanup *cleanup_out, hfi_search *search_out,
                      hf_site *site_out);

/** It was told that this one can never run; false: before, or it is not armed.  Lock held. */
bool hfi_cleanup_mark_told(hfi_cleanups *all, hf_cleanup cleanup);

/** HF_E_ARGUMENT, reported, if the argument in the one slot is or, in checked mode, reaches the
 * object in the other.  HF_E_NOMEM.  May be a safepoint. */
HF_MUST_CHECK hf_status hfi_reach_check(const hfi_asker *asker, const hf_slot *argument,
                                        const hf_slot *object);

/** Checked mode, after a collection: whether arguments keep what their cleanups wait for. */
void hfi_reach_look(hfi_final *final, hf_thread *thread);

/** World stopped: what is searched for a path lives and is followed. */
void hfi_reach_visit_roots(hfi_final *final, hfi_tracer *tracer);

#endif
