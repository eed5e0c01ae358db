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
#include "resource/inside.h"

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
    report.other_site = cell->work.site;
    report.message = message;
    report.remedy = remedy;
    hfi_report(parts->reporter, &report);
}

/** Reports the leak as the class wants; true if the value is to be released. */
static bool apply_policy(hfi_resources *resources, hfi_cell *cell, const char *message)
{
    hf_leak_policy policy = cell->class_of->on_leak;
    if (policy == HF_LEAK_RELEASE || cell->value == cell->class_of->invalid) {
        return true;
    }
    hfp_mutex_lock(&resources->lock);
    resources->leaks++;
    hfp_mutex_unlock(&resources->lock);
    hfi_cell_report(resources->parts, cell, HF_OK, message,
                    "dispose it with hf_resource_dispose() when you are done with it");
    if (policy == HF_LEAK_FATAL) {
        hfp_abort();
    }
    return policy != HF_LEAK_REPORT_ONLY;
}

static void run_leak(hf_thread *runner, hfi_work *work, hf_ref object)
{
    (void)object; /* dead */
    hfi_resources *resources = runner->parts->resources;
    hfi_cell *cell = HF_CONTAINER(work, hfi_cell, work);
    cell->is_kept = !apply_policy(resources, cell, "a resource died without being disposed");
    bool is_closed;
    bool is_first = hfi_cell_dispose(resources, cell, (hf_site){ NULL, 0 }, &is_closed);
    HF_VERIFY(is_first);
    if (is_closed) {
        (void)hfi_cell_close(runner, cell); /* a failure has been reported */
    }
}

const hfi_work_kind hfi_leak_kind = { "a leaked resource", run_leak, NULL };

/* ---- in a collection ---- */

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
        if (cell->is_finished) {
            hfi_cell_unlink(resources, cell);
            cell->work.next = resources->graves ? &resources->graves->work : NULL;
            resources->graves = cell;
        } else if (!(atomic_load_explicit(&cell->word, memory_order_relaxed) & HFI_CELL_DISPOSED)) {
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
static void stop_cell(hfi_resources *resources, hfi_cell *cell)
{
    if (is_stuck(cell)) {
        resources->leaks++;
        hfi_cell_report(resources->parts, cell, HF_E_RELEASE,
                        "the thread that released it did not come back: it is not tried again",
                        "let a release function return, and no thread be in one during a fork");
    } else if (!cell->is_finished) {
        cell->is_kept = !apply_policy(resources, cell, "the runtime ended before it was disposed");
        bool is_closed;
        bool is_first = hfi_cell_dispose(resources, cell, (hf_site){ NULL, 0 }, &is_closed);
        HF_VERIFY(is_first && is_closed);
        (void)hfi_cell_release(resources->parts, NULL, cell); /* a failure has been reported */
    }
    hfi_cell_unlink(resources, cell);
    hfi_free(cell);
}

static void stop_cells(hfi_resources *resources)
{
    hfi_cell *older;
    for (hfi_cell *cell = resources->newest; cell; cell = older) {
        older = cell->older;
        if (!is_held(cell)) {
            stop_cell(resources, cell);
            continue;
        }
        /* A call or fence whose thread is gone.  Native code may still be in there, so neither the
         * value nor the cell is ever given back. */
        resources->leaks++;
        hfi_cell_report(resources->parts, cell, HF_E_BUSY,
                        "the runtime ended while a call or fence held it: it is never released",
                        "let every thread end its calls and fences and detach");
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
