/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RESOURCE_INSIDE_H
#define HOLDFAST_RESOURCE_INSIDE_H

/*
 * What the files of this module share.
 *
 * The lock is held by managed threads alone, for a short stretch without a
 * safepoint, so the collector goes without it: nobody is inside while the world
 * is stopped.
 */

#include "diag/text.h"
#include "platform/platform.h"
#include "resource/resource.h"
#include "runner/runner.h"

#include <stdatomic.h>

/** How a resource's own reference ended; what reports say of it. */
typedef struct hfi_cell_end {
    hf_site site;    /* no file: nobody's program text */
    uint64_t thread; /* hfp_thread_self() of who did it; 0: nobody attached */
    bool is_runner;  /* the runner did it */
    bool is_invalid; /* by hf_resource_set_invalid() */
} hfi_cell_end;

/**
 * The native half of a resource: lives until the object is dead and closing is done.
 *
 * A child holds a reference on its parent's cell from birth until it is closed, so the parent
 * closes behind its last child.  A parent is named at birth alone and is older than its children:
 * there are no cycles.
 */
typedef struct hfi_cell {
    hfi_work work; /* first; queued as a leak, in `graves`, or in a list of cells that close; its
                      site is the birth's */
    uint32_t sig;
    _Atomic(uint32_t) word; /* see word.h */
    uint32_t own_holds;     /* of the thread that is favoured */
    _Atomic(const hf_thread *)
        favoured; /* who holds without the word; NULL: nobody: see favour.c */
    uintptr_t value;
    const hf_resource_class *class_of;
    uintptr_t object;     /* weak; 0 once the collector found it dead */
    bool is_finished;     /* lock; what closing it meant has been done */
    bool was_alone;       /* only what died leads to it: see hfi_cells_look() */
    bool is_asked;        /* lock; a finalizer wants it released when it dies: see `end` */
    uint64_t alone_until; /* was_alone: that many works have to be over first; 0: not known yet */
    hfi_cell_end end;     /* lock */
    uint64_t loan;        /* lock; number of its remembered loan; 0: none */
    hf_site bound_to;     /* lock; birth of a child that is never released */
    struct hfi_cell *newer, *older; /* lock; list of all */
    struct hfi_cell *parent;        /* lock; NULL: none, or closed */
    struct hfi_cell *children;      /* lock; those not yet closed, the youngest first */
    struct hfi_cell *next_sibling, *previous_sibling; /* lock */
} hfi_cell;

struct hfi_resources {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hfi_cell *newest; /* lock; cells of all resources; parents are older than their children */
    hfi_cell *graves; /* lock; unlinked in a collection, freed after it */
    hfi_cell *ended;  /* those that the end of the runtime dealt with; freed with the rest */
    uint64_t leaks;   /* lock; resources whose leak was reported */
    uint64_t births;  /* lock */
    uint64_t stops;   /* lock; favours that only a stopped world could end */
    struct hfi_lents *lents; /* checked mode: resource/lent.c; NULL */
};

/** The work of a leak: ends the object's own reference in its name. */
extern const hfi_work_kind hfi_leak_kind;

/* ---- cells (cell.c) ---- */

/** The cell of a resource, NULL if the object is none. */
hfi_cell *hfi_cell_of(uintptr_t object);

/** A cell with one reference, its object's own; NULL without memory. */
hfi_cell *hfi_cell_make(const hf_resource_class *class_of, uintptr_t value, uint32_t flags,
                        hf_site site);

/** Ties it to its object and to a parent that the caller holds for it (may be NULL), and puts it
 * into the list of all.  No safepoint lies between the object's birth and here. */
void hfi_cell_link(hf_thread *thread, hfi_cell *cell, uintptr_t object, hfi_cell *parent);

/** Takes a cell out of the list of all.  Lock held. */
void hfi_cell_unlink(hfi_resources *resources, hfi_cell *cell);

/**
 * Takes a closed cell from its parent, and gives that one, NULL if there is none.  Its reference
 * on the parent is the caller's to drop.  Lock held.
 */
hfi_cell *hfi_cell_leave_parent(hfi_cell *cell);

/** How a reference ends that this thread ends now. */
hfi_cell_end hfi_cell_end_by(const hf_thread *thread, hf_site site);

/**
 * Ends the object's own reference: nobody can hold the cell afterwards.  False if somebody was
 * first; `*closed_out` tells whether it was the last reference, and the value the caller's to
 * release.  Lock held.
 */
bool hfi_cell_dispose_locked(hfi_cell *cell, const hfi_cell_end *end, bool *closed_out);

/** The same, taking the lock. */
bool hfi_cell_dispose(hfi_resources *resources, hfi_cell *cell, const hfi_cell_end *end,
                      bool *closed_out);

/** Releases the value of a closed cell, in native state, unless it is not to be released.  Thread
 * NULL: not attached. */
hf_status hfi_cell_release(hfi_resources *resources, hf_thread *thread, hfi_cell *cell);

/** The same, then says so, and goes on with parents that close by it; the cells may be gone
 * afterwards.  Managed; goes through native state. */
hf_status hfi_cell_close(hf_thread *thread, hfi_cell *cell);

/* ---- favour (favour.c) ---- */

/** Lets the thread hold a new cell without the word, if that has paid so far.  Lock held. */
void hfi_cell_favour(hfi_resources *resources, hfi_cell *cell, const hf_thread *thread);

/** Adds what the favoured thread holds to the word.  By that thread, or with the world stopped, or
 * with nobody in it. */
void hfi_cell_settle(hfi_cell *cell);

/** The same from anywhere: before DISPOSED is set.  Managed, without a lock; may park. */
void hfi_cell_end_favour(hf_thread *thread, hfi_cell *cell);

/* ---- leaks (leak.c) ---- */

/**
 * World stopped, before what finalizers reach is marked: notes the cells of objects that nothing
 * alive leads to.  They are their dying owners' to dispose, also when the queue of these or a
 * finalizer's run makes them reachable again.  When all that was queued then has run, whoever can
 * reach such a resource counts as with any other.
 */
void hfi_cells_look(hfi_resources *resources, hfi_tracer *tracer);

/** World stopped: forgets or queues the cells of dead objects, follows the others. */
void hfi_cells_clear_dead(hfi_resources *resources, hfi_tracer *tracer);

/** Frees the cells in `graves`. */
void hfi_cells_bury(hfi_cell *graves);

/* ---- reports (tell.c) ---- */

/** Raises a report of kind leak about a cell, with the sites of its birth and end. */
void hfi_cell_report_leak(hfi_resources *resources, const hfi_cell *cell, hf_status status,
                          const char *message, const char *remedy);

/** Reports what a function was told to do with a resource that is disposed; gives HF_E_CLOSED. */
hf_status hfi_cell_report_closed(hf_thread *thread, const hfi_cell *cell, const char *function,
                                 const char *argument, hf_site site, const char *remedy);

/** Value and class of a cell, as reports name it. */
void hfi_cell_tell(const hfi_cell *cell, char *buffer, size_t size);

/**
 * Says who beside the runner can reach a resource: a fence or call, a child, or a path from a
 * root.  False, and that is said, if nobody is found.
 */
bool hfi_cell_find_user(hf_thread *runner, const hf_slot *resource, hfi_text *text);

/** What a finalizer disposes that is still used. */
typedef struct hfi_shared {
    const char *function; /* that it called */
    const char *object;   /* hfi_cell_tell() */
    const char *user;     /* who uses it */
    hf_site born;
    hf_site site; /* of the call */
} hfi_shared;

/** Reports it; `is_put_off`: until it dies. */
void hfi_cell_report_shared(hf_thread *runner, const hfi_shared *shared, bool is_put_off);

/* ---- in finalizers (shared.c) ---- */

/** On the runner: if others can reach the resource its end is put off until it dies, which is noted
 * and reported.  False: it is the runner's to dispose. */
bool hfi_cell_put_off(hf_thread *runner, const hf_slot *resource, hfi_cell *cell,
                      const char *function, hf_site site);

/** The same for one below a resource that is disposed with its tree; lock held, nothing is
 * reported. */
bool hfi_cell_put_off_locked(hfi_cell *cell, const hfi_cell_end *end);

/** Reports that the runner disposed what a fence, a call or a child still holds. */
void hfi_cell_report_held(hf_thread *runner, const hf_slot *resource, hf_site site);

#endif
