/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_INSIDE_H
#define HOLDFAST_FINAL_INSIDE_H

/*
 * What the files of this module share.
 *
 * Two locks, and one rule that spares the collector both of them:
 *
 *   final->lock   table, queue, cells.  Held by managed threads alone, for a short stretch
 *                 without a safepoint.  So while the world is stopped nobody is inside: who
 *                 holds it is managed and not yet stopped, who waits for it waits for such a
 *                 one.  The collector therefore reads and writes all of it without the lock.
 *   runner.lock   sleeping and waking.  Also taken in native state, so what it guards is
 *                 never touched by the collector.  Whoever holds it waits only on a condition.
 *
 * They are never held both at once, except around a fork, in this order.
 */

#include "final/final.h"
#include "final/queue.h"
#include "final/table.h"
#include "platform/platform.h"

#include <stdatomic.h>

/* ---- the runner ---- */

typedef enum hfi_runner_state {
    HFI_RUNNER_NONE,     /* never started, or the start failed */
    HFI_RUNNER_STARTING, /* its thread attaches itself */
    HFI_RUNNER_FAILED,   /* it could not; who started it joins it and goes back to NONE */
    HFI_RUNNER_RUNNING,
    HFI_RUNNER_ENDED
} hfi_runner_state;

typedef struct hfi_runner {
    hfp_mutex lock;
    hfp_cond work;           /* the runner waits here for `wake` or `stopping` */
    hfp_cond news;           /* others wait here for `state` and `done` */
    _Atomic(uint32_t) state; /* written with the lock; RUNNING is also read without */
    hf_status start_status;  /* lock; why FAILED */
    bool is_lost;            /* it ran before a fork; set and read by the child's only thread */
    bool wake;               /* lock; something was queued since the last look */
    bool stopping;           /* lock; end when the queue is empty */
    uint64_t done;           /* lock; work finished since the start, in the queue's order */
    hfp_thread handle;       /* who moved the state to STARTING; then hfi_runner_stop() */
} hfi_runner;

void hfi_runner_init(hfi_runner *runner);
void hfi_runner_finish(hfi_runner *runner);

/** Starts the runner if it does not run yet.  Managed; may park.  Thread NULL: not attached or
 * native.  HF_E_NOMEM, HF_E_SYSTEM, HF_E_SHUTDOWN. */
HF_MUST_CHECK hf_status hfi_runner_need(hfi_final *final, hf_thread *thread);

/** Tells it to look at the queue. */
void hfi_runner_wake(hfi_runner *runner);

/** In the child of a fork, with the lock: there is no runner and nobody waits. */
void hfi_runner_fork_child(hfi_runner *runner, uint64_t done);

/** Lets it finish the queue, and joins it.  Not attached. */
void hfi_runner_stop(hfi_runner *runner);

/* ---- resources ---- */

/*
 * The state word of a resource: references in units of HFI_CELL_ONE, and two flags.
 * One reference is the object's own, from birth to dispose (or to the leak policy).
 */
#define HFI_CELL_DISPOSED 1u /* nobody can hold it any more */
#define HFI_CELL_CLOSED   2u /* no reference is left: the one who saw to that releases the value */
#define HFI_CELL_ONE      4u

/** The native half of a resource: lives until the object is dead and nobody is inside. */
typedef struct hfi_cell {
    hfi_work work; /* first; in the queue as a leak, or in `graves` */
    uint32_t sig;
    _Atomic(uint32_t) word;
    uintptr_t value;
    const hf_resource_class *class_of;
    uintptr_t object; /* weak; 0 once the collector found it dead */
    bool is_finished; /* final->lock; what closing it meant has been done */
    bool is_kept;     /* the leak policy says not to release; set before DISPOSED */
    hf_site born;
    hf_site disposed;               /* final->lock */
    struct hfi_cell *newer, *older; /* final->lock */
} hfi_cell;

/**
 * Ends the object's own reference: nobody can hold the cell afterwards.  False if somebody was
 * first; `*closed_out` tells whether it was the last reference, and the value the caller's to
 * release.
 */
bool hfi_cell_dispose(hfi_final *final, hfi_cell *cell, hf_site site, bool *closed_out);

/** Releases the value of a closed cell, in native state, unless it is invalid or kept.  Thread
 * NULL: not attached. */
hf_status hfi_cell_release(hfi_parts *parts, hf_thread *thread, hfi_cell *cell);

/** The same, then says so; the cell may be gone afterwards.  Managed; goes through native state. */
hf_status hfi_cell_close(hf_thread *thread, hfi_cell *cell);

/** Takes a cell out of the list of all. */
void hfi_cell_unlink(hfi_final *final, hfi_cell *cell);

/** Raises a report of kind leak about a cell, with the sites of its birth and dispose. */
void hfi_cell_report(hfi_parts *parts, const hfi_cell *cell, hf_status status, const char *message,
                     const char *remedy);

/** Ends the object's own reference, in the name of a leak.  The cell may be gone afterwards.  The
 * runner. */
void hfi_cell_leaked(hf_thread *runner, hfi_cell *cell);

/** The same for all that are left, with no thread about; one that somebody holds is kept for ever.
 */
void hfi_cells_stop(hfi_final *final);

/** Resources that are not closed yet. */
uint64_t hfi_cells_unfinished(hfi_final *final);

/** World stopped: forgets or queues the cells of dead objects, follows the others. */
void hfi_cells_clear_dead(hfi_final *final, hfi_tracer *tracer);

/** Frees the cells in `graves`. */
void hfi_cells_bury(hfi_cell *graves);

/* ---- finalizers ---- */

/** World stopped: queues the dead that nothing dead reaches. */
void hfi_finalizers_after_mark(hfi_final *final, hfi_tracer *tracer);

/** World stopped: follows the armed objects that moved. */
void hfi_finalizers_clear_dead(hfi_final *final, hfi_tracer *tracer);

/* ---- all of it ---- */

struct hfi_final {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;       /* see above; guards all that follows up to the runner */
    hfi_table table;      /* armed finalizers */
    hfi_queue queue;      /* finalizers and leaks, for the runner */
    hfi_cell *newest;     /* cells of all resources */
    hfi_cell *graves;     /* unlinked in a collection, freed after it */
    uint64_t leaks;       /* resources whose leak was reported */
    uint64_t queued_seen; /* queue.pushed when the runner was woken last */
    bool is_outlived;     /* threads were attached at the end: they may come back */
    hfi_runner runner;
};

/** "file:line" of a site for a message: the file, never NULL. */
static inline const char *hfi_site_file(hf_site site)
{
    return site.file ? site.file : "?";
}

#endif
