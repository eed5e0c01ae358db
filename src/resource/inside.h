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

#include "platform/platform.h"
#include "resource/resource.h"
#include "runner/runner.h"

#include <stdatomic.h>

/*
 * The state word of a resource: references in units of HFI_CELL_ONE, and two flags.
 * One reference is the object's own, from birth to dispose (or to the leak policy).
 */
#define HFI_CELL_DISPOSED 1u /* nobody can hold it any more */
#define HFI_CELL_CLOSED   2u /* no reference is left: the one who saw to that releases the value */
#define HFI_CELL_ONE      4u

/** The native half of a resource: lives until the object is dead and nobody is inside. */
typedef struct hfi_cell {
    hfi_work work; /* first; queued as a leak, or in `graves`; its site is the birth's */
    uint32_t sig;
    _Atomic(uint32_t) word;
    uintptr_t value;
    const hf_resource_class *class_of;
    uintptr_t object;               /* weak; 0 once the collector found it dead */
    bool is_finished;               /* lock; what closing it meant has been done */
    bool is_kept;                   /* the leak policy says not to release; set before DISPOSED */
    uint64_t loan;                  /* lock; number of its remembered loan; 0: none */
    hf_site disposed;               /* lock */
    struct hfi_cell *newer, *older; /* lock */
} hfi_cell;

struct hfi_resources {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hfi_cell *newest;        /* lock; cells of all resources */
    hfi_cell *graves;        /* lock; unlinked in a collection, freed after it */
    uint64_t leaks;          /* lock; resources whose leak was reported */
    struct hfi_lents *lents; /* checked mode: resource/lent.c; NULL */
};

/** The work of a leak: ends the object's own reference in its name. */
extern const hfi_work_kind hfi_leak_kind;

/**
 * Ends the object's own reference: nobody can hold the cell afterwards.  False if somebody was
 * first; `*closed_out` tells whether it was the last reference, and the value the caller's to
 * release.
 */
bool hfi_cell_dispose(hfi_resources *resources, hfi_cell *cell, hf_site site, bool *closed_out);

/** Releases the value of a closed cell, in native state, unless it is invalid or kept.  Thread
 * NULL: not attached. */
hf_status hfi_cell_release(hfi_parts *parts, hf_thread *thread, hfi_cell *cell);

/** The same, then says so; the cell may be gone afterwards.  Managed; goes through native state. */
hf_status hfi_cell_close(hf_thread *thread, hfi_cell *cell);

/** Takes a cell out of the list of all. */
void hfi_cell_unlink(hfi_resources *resources, hfi_cell *cell);

/** Raises a report of kind leak about a cell, with the sites of its birth and dispose. */
void hfi_cell_report(hfi_parts *parts, const hfi_cell *cell, hf_status status, const char *message,
                     const char *remedy);

/** World stopped: forgets or queues the cells of dead objects, follows the others. */
void hfi_cells_clear_dead(hfi_resources *resources, hfi_tracer *tracer);

/** Frees the cells in `graves`. */
void hfi_cells_bury(hfi_cell *graves);

#endif
