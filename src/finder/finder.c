/* SPDX-License-Identifier: MIT */

/*
 * A finder and its runs.
 *
 * The first runtime that gets it records, all later ones follow the record.  A finder
 * of the environment lives as long as its runtime: it records to a file at the end, or
 * follows what an earlier process has put there.
 *
 * Threads: begin and end belong to the runtime that is made or ended.  One runtime of the
 * process is watched at a time, because a slot that comes without a thread must tell whose it is.
 */

#include "finder/inside.h"

#include "base/alloc.h"
#include "diag/env.h"
#include "diag/report.h"

#include <string.h>

#define VARIABLE "HOLDFAST_FINDER"

/* ---- public ---- */

hf_status hf_finder_create(hf_finder **finder_out)
{
    if (!finder_out) {
        return HF_E_NULL;
    }
    hfp_native_error error = hfp_native_error_save();
    *finder_out = hfi_alloc(sizeof **finder_out);
    hfp_native_error_restore(error);
    return *finder_out ? HF_OK : HF_E_NOMEM;
}

void hf_finder_destroy(hf_finder *finder)
{
    if (!finder || finder->is_kept) {
        return;
    }
    hfp_native_error error = hfp_native_error_save();
    for (uint32_t i = 0; i < HFI_TRACKS_MAX; i++) {
        hfi_track_clear(&finder->track[i]);
    }
    hfi_free(finder);
    hfp_native_error_restore(error);
}

hf_status hf_finder_result_get(const hf_finder *finder, hf_finder_result *result_out)
{
    if (!finder || !result_out) {
        return HF_E_NULL;
    }
    if (result_out->struct_size != sizeof *result_out) {
        return HF_E_OPTIONS;
    }
    result_out->runs = finder->runs;
    result_out->threads = finder->recorded;
    result_out->differences = finder->differences;
    result_out->lives = 0;
    for (uint32_t i = 0; i < HFI_TRACKS_MAX; i++) {
        result_out->lives += finder->track[i].count;
    }
    result_out->collections = atomic_load_explicit(&finder->collections, memory_order_relaxed);
    return HF_OK;
}

/* ---- the environment ---- */

static void warn(hfi_parts *parts, const char *message, const char *remedy)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.function = VARIABLE;
    report.message = message;
    report.remedy = remedy;
    (void)hfi_report(parts->reporter, &report);
}

static const char *behind(const char *text, const char *word)
{
    size_t length = strlen(word);
    return strncmp(text, word, length) == 0 ? text + length : NULL;
}

/* Runtimes of this process that a finder of the environment has watched. */
static _Atomic(uint32_t) numbers;

/* `value` is record:FILE or replay:FILE. */
static bool obey(hf_finder *finder, hfi_parts *parts, const char *value)
{
    const char *path = behind(value, "record:");
    if (path && *path) {
        memcpy(finder->save_to, path, strlen(path) + 1);
        return true;
    }
    path = behind(value, "replay:");
    if (!path || !*path) {
        warn(parts, "the variable says neither record:FILE nor replay:FILE",
             "set HOLDFAST_FINDER=record:FILE, then run again with replay:FILE");
        return false;
    }
    if (!hfi_finder_load(finder, path, finder->number)) {
        warn(parts, "there is no record of this runtime in the file",
             "run with HOLDFAST_FINDER=record:FILE first");
        return false;
    }
    finder->runs = 1;
    return true;
}

static hf_status from_environment(hfi_parts *parts, hf_finder **finder_out)
{
    char value[256];
    *finder_out = NULL;
    hf_status status = hfp_env_get(VARIABLE, value, sizeof value);
    if (status != HF_OK || value[0] == '\0') {
        return HF_OK;
    }
    if (atomic_load_explicit(&hfi_watching, memory_order_relaxed)) {
        return HF_OK; /* the process has another runtime, which is watched */
    }
    hf_finder *finder;
    status = hf_finder_create(&finder);
    if (status != HF_OK) {
        return status;
    }
    finder->is_own = true;
    finder->number = atomic_fetch_add_explicit(&numbers, 1, memory_order_relaxed);
    if (!obey(finder, parts, value)) {
        hf_finder_destroy(finder);
        return HF_OK;
    }
    finder->seed = hfi_env_u64("HOLDFAST_FINDER_SEED", 0);
    *finder_out = finder;
    return HF_OK;
}

/* ---- a run ---- */

hf_status hfi_finder_choose(hfi_parts *parts, hf_finder *finder)
{
    if (!finder) {
        hf_status status = from_environment(parts, &finder);
        if (status != HF_OK || !finder) {
            return status;
        }
    } else if (finder->watch.parts || finder->is_kept ||
               atomic_load_explicit(&hfi_watching, memory_order_relaxed)) {
        return HF_E_BUSY;
    }
    finder->watch.self = finder;
    finder->watch.parts = parts;
    finder->is_replaying = finder->runs > 0;
    if (!finder->is_own) {
        finder->seed = finder->runs > 0 ? finder->runs - 1 : 0;
    }
    atomic_store_explicit(&finder->is_blocked, false, memory_order_relaxed);
    atomic_store_explicit(&finder->has_differed, false, memory_order_relaxed);
    atomic_store_explicit(&finder->threads, 0, memory_order_relaxed);
    parts->watch = &finder->watch;
    parts->settings.checked = true;
    return HF_OK;
}

/* A call that was refused leads the program elsewhere: that it left the record is no news then. */
static void tell_difference(hf_finder *finder, hfi_parts *parts)
{
    finder->differences++;
    if (finder->is_replaying && hfi_report_count(parts->reporter, HF_REPORT_MISUSE) == 0) {
        warn(parts,
             "the program did not do the same as in the recorded run; from there on nothing "
             "was looked for",
             "give each run the same input, and let no time, address or other thread decide");
    } else if (!finder->is_replaying) {
        warn(parts, "there was no memory for the whole record", "record less work");
    }
}

static void end_run(hf_finder *finder, hfi_parts *parts)
{
    uint32_t threads = atomic_load_explicit(&finder->threads, memory_order_relaxed);
    if (!finder->is_replaying) {
        finder->recorded = threads;
    }
    if (threads != finder->recorded ||
        atomic_load_explicit(&finder->has_differed, memory_order_relaxed)) {
        tell_difference(finder, parts);
    }
    if (finder->save_to[0] && !hfi_finder_save(finder, finder->save_to, finder->number)) {
        warn(parts, "the record cannot be written", "name a file that can be made");
    }
    if (finder->is_own) {
        hfi_finder_tell_fences(finder, parts);
    }
    finder->runs++;
}

void hfi_finder_end(hfi_parts *parts, bool is_run)
{
    if (!parts->watch) {
        return;
    }
    hf_finder *finder = parts->watch->self;
    const hfi_watch *own = &finder->watch;
    (void)!atomic_compare_exchange_strong_explicit(&hfi_watching, &own, NULL, memory_order_release,
                                                   memory_order_relaxed);
    if (is_run) {
        end_run(finder, parts);
        finder->is_kept |= hfi_world_thread_count(parts->world) != 0;
    }
    parts->watch = NULL;
    finder->watch.parts = NULL;
    if (finder->is_own) {
        hf_finder_destroy(finder);
    }
}
