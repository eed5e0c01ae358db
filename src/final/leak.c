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
 * A value that is the class's `invalid` is no leak.
 *
 * Threads: see each function; reports are raised without a lock.
 */

#include "base/alloc.h"
#include "diag/report.h"
#include "final/inside.h"

void hfi_cell_report(hfi_parts *parts, const hfi_cell *cell, hf_status status, const char *message,
                     const char *remedy)
{
    char object[96];
    hfi_text text = hfi_text_begin(object, sizeof object);
    hfi_text_format(&text, "resource %s, value 0x%jx",
                    cell->class_of->name ? cell->class_of->name : "without a name",
                    (uintmax_t)cell->value);
    hfi_text_end(&text);

    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.status = status;
    report.object = object;
    report.site = cell->disposed;
    report.other_site = cell->born;
    report.message = message;
    report.remedy = remedy;
    hfi_report(parts->reporter, &report);
}

/** Reports the leak as the class wants; true if the value is to be released. */
static bool apply_policy(hfi_final *final, hfi_cell *cell, const char *message)
{
    hf_leak_policy policy = cell->class_of->on_leak;
    if (policy == HF_LEAK_RELEASE || cell->value == cell->class_of->invalid) {
        return true;
    }
    hfp_mutex_lock(&final->lock);
    final->leaks++;
    hfp_mutex_unlock(&final->lock);
    hfi_cell_report(final->parts, cell, HF_OK, message,
                    "dispose it with hf_resource_dispose() when you are done with it");
    if (policy == HF_LEAK_FATAL) {
        hfp_abort();
    }
    return policy != HF_LEAK_REPORT_ONLY;
}

void hfi_cell_leaked(hf_thread *runner, hfi_cell *cell)
{
    hfi_final *final = runner->parts->final;
    cell->is_kept = !apply_policy(final, cell, "a resource died without being disposed");
    bool is_closed;
    bool is_first = hfi_cell_dispose(final, cell, (hf_site){ NULL, 0 }, &is_closed);
    HF_VERIFY(is_first);
    if (is_closed) {
        (void)hfi_cell_close(runner, cell); /* a failure has been reported */
    }
}

/* ---- in a collection ---- */

void hfi_cells_clear_dead(hfi_final *final, hfi_tracer *tracer)
{
    hfi_cell *older;
    for (hfi_cell *cell = final->newest; cell; cell = older) {
        older = cell->older;
        if (cell->object == 0) {
            continue; /* dead since an earlier collection; its work is under way */
        }
        if (hfi_trace_is_live(tracer, cell->object)) {
            cell->object = hfi_trace_address(tracer, cell->object);
            continue;
        }
        cell->object = 0;
        if (cell->is_finished) {
            hfi_cell_unlink(final, cell);
            cell->work.next = final->graves ? &final->graves->work : NULL;
            final->graves = cell;
        } else if (!(atomic_load_explicit(&cell->word, memory_order_relaxed) & HFI_CELL_DISPOSED)) {
            hfi_queue_push(&final->queue, &cell->work, HFI_WORK_LEAK);
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

static bool is_held(const hfi_cell *cell)
{
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_acquire);
    uint32_t own = word & HFI_CELL_DISPOSED ? 0 : HFI_CELL_ONE;
    return (word & ~(HFI_CELL_ONE - 1)) > own;
}

/** True if its release began and is not over: its thread ended in there, or a fork lost it. */
static bool is_stuck(const hfi_cell *cell)
{
    return !cell->is_finished &&
           atomic_load_explicit(&cell->word, memory_order_acquire) & HFI_CELL_CLOSED;
}

/** Deals with one that nobody holds. */
static void stop_cell(hfi_final *final, hfi_cell *cell)
{
    if (is_stuck(cell)) {
        final->leaks++;
        hfi_cell_report(final->parts, cell, HF_E_RELEASE,
                        "the thread that released it did not come back: it is not tried again",
                        "let a release function return, and no thread be in one during a fork");
    } else if (!cell->is_finished) {
        cell->is_kept = !apply_policy(final, cell, "the runtime ended before it was disposed");
        bool is_closed;
        bool is_first = hfi_cell_dispose(final, cell, (hf_site){ NULL, 0 }, &is_closed);
        HF_VERIFY(is_first && is_closed);
        (void)hfi_cell_release(final->parts, NULL, cell); /* a failure has been reported */
    }
    hfi_cell_unlink(final, cell);
    hfi_free(cell);
}

void hfi_cells_stop(hfi_final *final)
{
    hfi_cell *older;
    for (hfi_cell *cell = final->newest; cell; cell = older) {
        older = cell->older;
        if (!is_held(cell)) {
            stop_cell(final, cell);
            continue;
        }
        /* A call or fence whose thread is gone.  Native code may still be in there, so neither the
         * value nor the cell is ever given back. */
        final->leaks++;
        hfi_cell_report(final->parts, cell, HF_E_BUSY,
                        "the runtime ended while a call or fence held it: it is never released",
                        "let every thread end its calls and fences and detach");
    }
}

uint64_t hfi_cells_unfinished(hfi_final *final)
{
    uint64_t count = 0;
    hfp_mutex_lock(&final->lock);
    for (const hfi_cell *cell = final->newest; cell; cell = cell->older) {
        count += !cell->is_finished;
    }
    hfp_mutex_unlock(&final->lock);
    return count;
}
