/* SPDX-License-Identifier: MIT */

/*
 * Resources that nobody disposed.
 *
 * Purpose: a finalizer for native handles should above all say that there was a
 * leak.  The class decides what else it does: release, keep, or end the program.
 * The same policy holds when the collector finds a resource dead and when the
 * runtime ends with resources alive.
 *
 * Invariants: the policy is applied once, by whoever ends the object's own
 * reference: the runner to a cell that a collection queued, or the end of the
 * runtime.  A queued cell has that reference still, so nobody frees it meanwhile.
 * A value that is the class's `invalid` is no leak, nor is one that is borrowed, nor one
 * that a finalizer wanted released.
 *
 * Threads: see each function; reports are raised without a lock.
 */

#include "base/alloc.h"
#include "diag/report.h"
#include "resource/word.h"

/** Reports the leak as the class wants; true if the value is to be released. */
static bool apply_policy(hfi_resources *resources, hfi_cell *cell, const char *message)
{
    hf_leak_policy policy = cell->class_of->on_leak;
    if (policy == HF_LEAK_RELEASE || cell->value == cell->class_of->invalid || cell->is_asked ||
        hfi_word_load(cell) & HFI_CELL_FOREIGN) {
        return true;
    }
    hfp_mutex_lock(&resources->lock);
    resources->leaks++;
    hfp_mutex_unlock(&resources->lock);
    hfi_cell_report_leak(resources, cell, HF_OK, message,
                         "dispose it with hf_resource_dispose() when you are done with it");
    if (policy == HF_LEAK_FATAL) {
        hfp_abort();
    }
    return policy != HF_LEAK_REPORT_ONLY;
}

/** Applies the policy and ends the object's own reference; true if that was the last one. */
static bool end_leak(hfi_resources *resources, hfi_cell *cell, hfi_cell_end end,
                     const char *message)
{
    if (!apply_policy(resources, cell, message)) {
        hfi_word_set(cell, HFI_CELL_KEPT);
    }
    bool is_closed;
    bool is_first =
        hfi_cell_dispose(resources, cell, cell->is_asked ? &cell->end : &end, &is_closed);
    HF_VERIFY(is_first);
    return is_closed;
}

static void run_leak(hf_thread *runner, hfi_work *work, hf_ref object)
{
    (void)object; /* dead */
    hfi_resources *resources = runner->parts->resources;
    hfi_cell *cell = HF_CONTAINER(work, hfi_cell, work);
    if (end_leak(resources, cell, hfi_cell_end_by(runner, (hf_site){ NULL, 0 }),
                 "a resource died without being disposed")) {
        (void)hfi_cell_close(runner, cell); /* a failure has been reported */
    }
}

const hfi_work_kind hfi_leak_kind = { "a leaked resource", run_leak, NULL, true };

/* ---- in a collection ---- */

void hfi_cells_look(hfi_resources *resources, hfi_tracer *tracer)
{
    uint64_t queued, over;
    hfi_runner_progress(resources->parts->runner, &queued, &over);
    for (hfi_cell *cell = resources->newest; cell; cell = cell->older) {
        if (cell->object == 0 || !hfi_trace_is_live(tracer, cell->object)) {
            cell->was_alone = true;
            cell->alone_until = 0;
        } else if (cell->was_alone) {
            /* What the last collection queued, and what was running then, may reach it still. */
            cell->alone_until = cell->alone_until ? cell->alone_until : queued;
            cell->was_alone = over < cell->alone_until;
        }
    }
}

void hfi_cells_clear_dead(hfi_resources *resources, hfi_tracer *tracer)
{
    hfi_cell *older;
    for (hfi_cell *cell = resources->newest; cell; cell = older) {
        older = cell->older;
        if (cell->object == 0) {
            continue; /* dead since an earlier collection; its work is under way */
        }
        if (hfi_trace_is_live(tracer, cell->object)) {
            cell->object = hfi_trace_address(tracer, cell->object);
            continue;
        }
        cell->object = 0;
        hfi_cell_settle(cell);
        if (cell->is_finished) {
            hfi_cell_unlink(resources, cell);
            cell->work.next = resources->graves ? &resources->graves->work : NULL;
            resources->graves = cell;
        } else if (!(hfi_word_load(cell) & HFI_CELL_DISPOSED)) {
            hfi_runner_queue(resources->parts->runner, &cell->work);
        }
    }
}

void hfi_cells_bury(hfi_cell *graves)
{
    while (graves) {
        hfi_work *next = graves->work.next;
        hfi_free(graves);
        graves = next ? HF_CONTAINER(next, hfi_cell, work) : NULL;
    }
}

/* ---- at the end ---- */

/*
 * The list is walked from the youngest on, and parents are older than their children: all
 * children of a cell have given their references back before it is looked at, unless they are
 * never released.
 */

/** True if its release began and is not over: its thread ended in there, or a fork lost it. */
static bool is_stuck(const hfi_cell *cell)
{
    return !cell->is_finished && hfi_word_load(cell) & HFI_CELL_CLOSED;
}

/** Gives the reference on the parent back, and leaves what that means to the parent's turn. */
static void leave_parent(hfi_cell *cell)
{
    hfi_cell *parent = hfi_cell_leave_parent(cell);
    if (parent) {
        atomic_fetch_sub_explicit(&parent->word, HFI_CELL_ONE, memory_order_acq_rel);
    }
}

/** Deals with one that nobody holds. */
static void stop_cell(hfi_resources *resources, hfi_cell *cell)
{
    if (is_stuck(cell)) {
        resources->leaks++;
        hfi_cell_report_leak(
            resources, cell, HF_E_RELEASE,
            "the thread that released it did not come back: it is not tried again",
            "let a release function return, and no thread be in one during a fork");
        hfi_word_set(cell, HFI_CELL_KEPT);
    } else if (!cell->is_finished) {
        /* Disposed already: it only waited for a child that was closed on the way here. */
        bool is_due = hfi_word_load(cell) & HFI_CELL_DISPOSED;
        if (is_due) {
            hfi_word_set(cell, HFI_CELL_CLOSED);
        } else {
            bool is_closed = end_leak(resources, cell, (hfi_cell_end){ .thread = 0 },
                                      "the runtime ended before it was disposed");
            HF_VERIFY(is_closed);
        }
        (void)hfi_cell_release(resources, NULL, cell); /* a failure has been reported */
    }
    leave_parent(cell);
    hfi_cell_unlink(resources, cell);
    /* Its object may still be asked, by a finalizer that runs after this. */
    cell->work.next = resources->ended ? &resources->ended->work : NULL;
    resources->ended = cell;
}

/*
 * A call or fence whose thread is gone, or children that one holds.  Native code may still be in
 * there, so neither the values nor the cells are ever given back.
 */
static void stop_held(hfi_resources *resources, const hfi_cell *cell)
{
    resources->leaks++;
    bool is_parent = cell->children != NULL;
    hfi_cell_report_leak(resources, cell, HF_E_BUSY,
                         is_parent ? "the runtime ended while a child of it was held: neither is "
                                     "ever released"
                                   : "the runtime ended while a call or fence held it: it is never "
                                     "released",
                         "let every thread end its calls and fences and detach");
}

static void stop_cells(hfi_resources *resources)
{
    hfi_cell *older;
    for (hfi_cell *cell = resources->newest; cell; cell = older) {
        older = cell->older;
        hfi_cell_settle(cell);
        if (hfi_word_users(hfi_word_load(cell)) != 0) {
            stop_held(resources, cell);
        } else {
            stop_cell(resources, cell);
        }
    }
}

static uint64_t count_unfinished(const hfi_resources *resources)
{
    uint64_t count = 0;
    for (const hfi_cell *cell = resources->newest; cell; cell = cell->older) {
        count += !cell->is_finished;
    }
    return count;
}

uint64_t hfi_resources_stop(hfi_resources *resources, bool is_outlived)
{
    if (!is_outlived) {
        stop_cells(resources);
    }
    /* Otherwise the caller broke the contract: threads may be inside of anything. */
    hfp_mutex_lock(&resources->lock);
    uint64_t count = resources->leaks + (is_outlived ? count_unfinished(resources) : 0);
    hfp_mutex_unlock(&resources->lock);
    return count;
}
