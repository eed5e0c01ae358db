/* SPDX-License-Identifier: MIT */

/*
 * The end of a runtime: six phases, each bounded, in an order in which each may
 * still use what comes after it (docs/design/shutdown.md).
 *
 * Two rules hold all through.  What the program may still reach is never given
 * back: a thread that is attached, a call or a run that has not come back keep
 * everything, and the end then only counts and tells.  And it is terminal: once phase 2
 * has begun nothing new is armed, made or entered.
 *
 * Phase 5 needs no search of its own for the order in which finalizers of live
 * objects run.  With no thread left, what keeps objects alive are globals and handles:
 * they are emptied, and then ordinary collections find the armed objects dead, those
 * that reach others first.  What is still armed when a collection finds no more
 * is in a cycle, or pinned.
 *
 * Threads: the one that ends the runtime.  Where a phase needs a managed thread and it
 * has no record, it is attached for that phase alone, so that it is never one of those
 * who outlive the runtime.
 */

#include "async/async.h"
#include "call/flight.h"
#include "callback/callback.h"
#include "fence/fence.h"
#include "finder/finder.h"
#include "final/final.h"
#include "heap/heap.h"
#include "native/native.h"
#include "resource/resource.h"
#include "root/handle.h"
#include "root/root.h"
#include "runner/runner.h"
#include "runtime/inside.h"
#include "thread/thread.h"

#include "base/alloc.h"
#include "base/given.h"

#define DEFAULT_CALLS_NS    (UINT64_C(1000) * 1000 * 1000)
#define DEFAULT_DEADLINE_NS (30 * DEFAULT_CALLS_NS)
#define LOOK_NS             UINT64_C(100000)

typedef struct hfi_end {
    hf_runtime *runtime;
    hfi_parts *parts;
    hf_runtime_end_options options;
    hfi_listing listing;
    hf_runtime_leaks *leaks;
    uint64_t deadline_ns;
    bool is_outlived; /* somebody is attached, or a call is in flight */
    bool is_late;     /* the runner did not come to rest in time */
} hfi_end;

/* ---- a thread for a phase ---- */

/** True in the child of a fork that hf_runtime_after_fork() has not let on: no phase has a thread.
 */
static bool is_lost_in_fork(const hf_thread *self)
{
    return atomic_load_explicit(&self->state, memory_order_relaxed) == HFI_FORKED;
}

/** The calling thread's record, managed; NULL: there can be none. */
static hf_thread *borrow_thread(hfi_end *end)
{
    hf_thread *self = hfi_world_self(end->parts->world);
    if (self) {
        if (is_lost_in_fork(self)) {
            return NULL;
        }
        hfi_leave(self);
        return hfi_entry_ok(self) ? self : NULL;
    }
    hf_thread *thread = NULL;
    hf_status status = hf_thread_attach(end->runtime, &thread);
    if (status == HF_E_SHUTDOWN) {
        status = hfi_world_attach(end->parts->world, false, &thread);
    }
    return status == HF_OK ? thread : NULL;
}

/** Gives it back; `had_record` as it was before. */
static void return_thread(hfi_end *end, bool had_record)
{
    hf_thread *self = hfi_world_self(end->parts->world);
    if (!self || is_lost_in_fork(self)) {
        return; /* user code has detached it, or there was none to borrow */
    }
    uint32_t state = atomic_load_explicit(&self->state, memory_order_relaxed);
    if (had_record) {
        hfi_enter(self);
        return;
    }
    if (state == HFI_NATIVE || state == HFI_RAW) {
        hfi_leave(self);
    }
    (void)hf_thread_detach(self); /* ends, and reports, the frames that user code left open */
}

static bool has_record(const hfi_end *end)
{
    return hfi_world_self(end->parts->world) != NULL;
}

/* ---- phase 1: the program's own functions ---- */

static void run_hooks(hfi_end *end)
{
    hfi_stop_hook hook;
    while (hfi_stop_hook_take(end->runtime, &hook)) {
        bool had_record = has_record(end);
        hf_thread *thread = borrow_thread(end);
        if (thread) {
            hook.run(thread, hook.user);
            return_thread(end, had_record);
            continue;
        }
        hfi_left left = {
            .kind = "at-stop function",
            .why = "it did not run: its thread could not be attached",
        };
        hfi_listing_give_untold(&left, &end->listing);
    }
}

/* ---- phases 2 and 3: no new calls, and those in flight ---- */

static void refuse_calls(hfi_end *end)
{
    atomic_store_explicit(&end->parts->is_stopping, true, memory_order_seq_cst);
    hfi_world_begin_to_stop(end->parts->world);
    hfi_world_close(end->parts->world);
}

static void report_late(hfi_end *end)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.status = HF_E_TIMEOUT;
    report.function = "hf_runtime_end";
    report.message = "what the runner runs has not come back in time: the runtime's memory is kept";
    report.remedy = "let no finalizer or release function wait; the watchdog names those that do";
    (void)hfi_report(end->parts->reporter, &report);
}

/** Runs what is queued for the program's own thread on this one. */
static void run_embedded(hfi_end *end)
{
    bool had_record = has_record(end);
    hf_thread *thread = borrow_thread(end);
    if (thread) {
        (void)hfi_runner_run_works(end->parts->runner, &thread, UINT64_MAX, end->deadline_ns);
        return_thread(end, had_record);
    }
}

/** Waits until nothing is queued and nothing runs. */
static void settle_runner(hfi_end *end)
{
    if (!hfi_runner_await_idle(end->parts->runner, end->deadline_ns)) {
        end->is_late = true;
    } else if (end->parts->settings.is_runner_embedded) {
        run_embedded(end);
    }
}

/* A thread that is attached may be in native code, by whatever way it went there. */
static bool is_anybody_there(hfi_parts *parts)
{
    return hfi_flights_count(parts->flights) != 0 || hfi_world_others_count(parts->world) != 0;
}

static void await_calls(hfi_end *end)
{
    hfi_parts *parts = end->parts;
    hfi_callbacks_drop_visitors(parts->callbacks);
    /* What a fork lost, at least the parent's runner, is not coming back. */
    hfi_world_drop_lost(parts->world);
    uint64_t calls_ns = hfi_deadline(end->options.calls_ns);
    calls_ns = calls_ns < end->deadline_ns ? calls_ns : end->deadline_ns;
    while (is_anybody_there(parts) && hfp_clock_ns() < calls_ns) {
        hfp_sleep_ns(LOOK_NS);
    }
    hfi_list_calls(parts, &end->listing);
    hfi_async_stop(parts->async, end->deadline_ns);
    settle_runner(end);
    end->is_outlived = hfi_world_others_count(parts->world) != 0 || has_record(end);
}

/* ---- phases 4 and 5: resources, and what is armed ---- */

static void stop_resources(hfi_end *end)
{
    bool are_kept = end->is_outlived || end->is_late;
    hfi_list_resources(end->parts, &end->listing, are_kept);
    end->leaks->resources = hfi_resources_stop(end->parts->resources, are_kept);
}

static uint64_t count_armed(const hfi_end *end)
{
    return hfi_final_armed(end->parts->final) + hfi_cleanups_armed(end->parts->final);
}

/** Lets go of everything that keeps objects alive, and runs what dies by that, level by level. */
static void run_live(hfi_end *end)
{
    hf_thread *thread = borrow_thread(end);
    if (!thread) {
        return;
    }
    hfi_roots_drop(end->parts->roots);
    hfi_handles_drop(end->parts->handles);
    uint64_t armed = count_armed(end);
    uint64_t before = armed + 1;
    while (armed != 0 && armed < before && !end->is_late && hf_collect(thread) == HF_OK) {
        before = armed;
        armed = count_armed(end);
        if (end->parts->settings.is_runner_embedded) {
            (void)hfi_runner_run_works(end->parts->runner, &thread, UINT64_MAX, end->deadline_ns);
        } else {
            hfi_enter(thread);
            end->is_late = !hfi_runner_await_idle(end->parts->runner, end->deadline_ns);
            hfi_leave(thread);
        }
        if (!thread) {
            return; /* a finalizer has detached it */
        }
    }
    return_thread(end, false);
}

/**
 * Counts and lists what is armed, and what waits for a runner that did not come to it.  A path is
 * looked for with the world stopped, and the end is bounded: not while a thread may never stop.
 */
static void list_armed(hfi_end *end, bool is_skipped)
{
    uint64_t armed = count_armed(end);
    end->leaks->finalizers = armed;
    if (!(armed != 0 && end->listing.give) && !end->is_late && !end->is_outlived) {
        return;
    }
    bool may_stop = hfi_world_others_are_native(end->parts->world);
    bool had_record = has_record(end);
    hf_thread *thread = borrow_thread(end);
    hfi_armed_listing listing = {
        .listing = &end->listing,
        .thread = thread,
        .is_skipped = is_skipped,
        .may_stop = may_stop,
    };
    end->leaks->finalizers += hfi_list_armed(end->parts, &listing);
    return_thread(end, had_record);
}

static void end_live(hfi_end *end)
{
    bool may_run = !end->is_outlived && !end->is_late && !end->parts->settings.are_finalizers_off;
    bool runs = end->options.live == HF_LIVE_RUN && may_run;
    if (runs) {
        run_live(end);
    }
    list_armed(end, !runs);
}

/* ---- phase 6: the runner, and everything else ---- */

static void report_threads(hfi_parts *parts, uint32_t threads)
{
    if (threads != 0) {
        (void)hfi_misuse(parts->reporter, HF_E_BUSY, "hf_runtime_destroy", "runtime", HF_SITE,
                         "detach every thread first; until then the runtime's memory is kept",
                         "%u threads are still attached", (unsigned)threads);
    }
}

/* Runtimes that ended while something may still lead into them: kept for ever, and kept findable,
 * so that a leak checker knows them from memory that was lost. */
static _Atomic(hf_runtime *) kept_runtimes;

static void keep_runtime(hf_runtime *runtime)
{
    runtime->next_kept = atomic_load_explicit(&kept_runtimes, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&kept_runtimes, &runtime->next_kept, runtime,
                                                  memory_order_release, memory_order_relaxed)) {
    }
}

static void join_runner(hfi_end *end)
{
    if (!hfi_runner_stop(end->parts->runner, end->is_late ? 0 : end->deadline_ns)) {
        end->is_late = true;
        report_late(end);
    }
}

/* The catalogue's functions are nothing that the program has to give back, and may be needed up to
 * here by what the runner runs. */
static void end_natives(hfi_end *end)
{
    hfi_parts *parts = end->parts;
    bool keep = end->is_outlived || end->is_late || hfi_world_others_count(parts->world) != 0 ||
                has_record(end);
    hfi_natives_end(parts->natives, keep);
}

static void give_back(hfi_end *end)
{
    hfi_parts *parts = end->parts;
    hf_runtime_leaks *leaks = end->leaks;
    hfi_fork_forget(end->runtime);
    hfi_world_drop_lost(parts->world);
    hfi_flights_sweep(parts->flights); /* what only waited for a call is not left behind */
    end_natives(end);
    hfi_list_rest(parts, &end->listing);
    leaks->callbacks = hfi_callbacks_stop(parts->callbacks);
    leaks->threads = hfi_world_others_count(parts->world) + has_record(end);
    leaks->fences = hfi_records_open(parts->world);
    leaks->functions = atomic_load_explicit(&parts->functions, memory_order_relaxed);
    report_threads(parts, leaks->threads);
    hfi_listing_report(parts, &end->listing);
    bool is_busy = hfi_callbacks_are_busy(parts->callbacks);
    bool keep_all = end->is_outlived || end->is_late || leaks->threads != 0 || is_busy;
    hfi_finder_end(parts, true);
    hfi_runtime_destroy_parts(parts, leaks, keep_all);
    end->is_outlived = end->is_outlived || leaks->threads != 0 || is_busy;
    if (keep_all || leaks->functions != 0 || leaks->pins != 0) {
        keep_runtime(end->runtime);
        return;
    }
    hfp_mutex_finish(&end->runtime->hooks_lock);
    hfi_reporter_finish(&end->runtime->reporter);
    hfi_free(end->runtime);
}

static hf_status end_runtime(hfi_end *end)
{
    run_hooks(end);
    refuse_calls(end);
    await_calls(end);
    stop_resources(end);
    end_live(end);
    join_runner(end);
    give_back(end);
    return end->is_late ? HF_E_TIMEOUT : end->is_outlived ? HF_E_BUSY : HF_OK;
}

/* ---- the door ---- */

static hf_status refuse(hf_runtime *runtime, const char *remedy, const char *message)
{
    return hfi_misuse(runtime->parts.reporter, HF_E_MISUSE, "hf_runtime_destroy", "runtime",
                      HF_SITE, remedy, "%s", message);
}

static hf_status check(hf_runtime *runtime, const hf_runtime_end_options *given,
                       hf_runtime_end_options *options_out)
{
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    if (!hfi_given_read(given, &options, sizeof options) || options.live > HF_LIVE_RUN) {
        return HF_E_OPTIONS;
    }
    if (hfp_process_is_ending()) {
        return HF_E_SHUTDOWN;
    }
    const hf_thread *self = hfi_world_self(runtime->parts.world);
    if (self && self->is_runner) {
        return refuse(runtime, "end the runtime on a thread that is not attached to it",
                      "a finalizer tries to end the runtime that runs it");
    }
    if (atomic_exchange_explicit(&runtime->is_ending, true, memory_order_acq_rel)) {
        return refuse(runtime, "end a runtime once, and not in a function of hf_runtime_at_stop()",
                      "the runtime is being ended already");
    }
    *options_out = options;
    return HF_OK;
}

static hf_status end_checked(hf_runtime *runtime, const hf_runtime_end_options *options,
                             hf_runtime_leaks *leaks)
{
    hfi_end end = {
        .runtime = runtime,
        .parts = &runtime->parts,
        .options = *options,
        .listing = { .give = options->leftover, .user = options->leftover_user },
        .leaks = leaks,
    };
    uint64_t deadline = options->deadline_ns ? options->deadline_ns : DEFAULT_DEADLINE_NS;
    end.options.calls_ns = options->calls_ns ? options->calls_ns : DEFAULT_CALLS_NS;
    end.deadline_ns = deadline == UINT64_MAX ? HFP_FOREVER : hfi_deadline(deadline);
    /* A caller that is attached is one of the threads left behind; the runner, which is waited
     * for, must not have to wait for it. */
    hf_thread *self = hfi_world_self(runtime->parts.world);
    uint32_t state = self ? atomic_load_explicit(&self->state, memory_order_relaxed) : 0;
    bool is_managed = state == HFI_MANAGED || state == HFI_RAW;
    if (is_managed) {
        hfi_enter(self);
    }
    hf_status status = end_runtime(&end);
    if (is_managed) {
        hfi_leave(self);
    }
    return status;
}

hf_status hf_runtime_end(hf_runtime *runtime, const hf_runtime_end_options *options,
                         hf_runtime_leaks *leaks_out)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_end_options given = HF_RUNTIME_END_OPTIONS_INIT;
    hfp_native_error error = hfp_native_error_save();
    hf_status status = runtime ? check(runtime, options, &given) : HF_E_NULL;
    if (status == HF_OK) {
        status = end_checked(runtime, &given, &leaks);
    }
    hfp_native_error_restore(error);
    if (leaks_out && leaks_out->struct_size == sizeof leaks) {
        *leaks_out = leaks;
    }
    return status;
}

void hf_runtime_destroy(hf_runtime *runtime, hf_runtime_leaks *leaks_out)
{
    (void)hf_runtime_end(runtime, NULL, leaks_out);
}
