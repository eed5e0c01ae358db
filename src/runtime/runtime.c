/* SPDX-License-Identifier: MIT */

/*
 * Puts the parts together in order, and takes them apart in reverse.
 *
 * Each module registers with the ones below it while it is created; this file
 * alone knows them all.
 */

#include "async/async.h"
#include "base/alloc.h"
#include "base/given.h"
#include "call/flight.h"
#include "base/parts.h"
#include "callback/callback.h"
#include "diag/env.h"
#include "diag/report.h"
#include "fence/fence.h"
#include "final/final.h"
#include "finder/finder.h"
#include "heap/heap.h"
#include "native/native.h"
#include "resource/resource.h"
#include "retry/retry.h"
#include "root/handle.h"
#include "root/root.h"
#include "runner/runner.h"
#include "scope/scope.h"
#include "thread/thread.h"
#include "type/type.h"
#include "weak/weak.h"

#include "runtime/inside.h"

#include <string.h>

#define DEFAULT_RESERVE (sizeof(void *) >= 8 ? UINT64_C(64) << 30 : UINT64_C(1) << 30)
#define DEFAULT_NURSERY (UINT64_C(8) << 20)
#define DEFAULT_SLOTS   (UINT32_C(1) << 20)

#define CHECKED_WATCHDOG_NS (UINT64_C(10) * 1000 * 1000 * 1000)

/* So many that no address space holds them, so few that their size can be written. */
#define MOST_SLOTS (SIZE_MAX / 4 / sizeof(hf_slot))

/* ---- options ---- */

static hf_status read_options(const hf_runtime_options *given, hf_runtime_options *options_out)
{
    memset(options_out, 0, sizeof *options_out);
    if (!hfi_given_read(given, options_out, sizeof *options_out) ||
        options_out->fence_mode > HF_FENCE_BARRIER || options_out->on_misuse > HF_MISUSE_ABORT ||
        options_out->checked > 1 || options_out->pointer_checks > HF_POINTER_CHECKS_AT_STORES ||
        options_out->guard_pages > 1 || options_out->runner > HF_RUNNER_EMBEDDER ||
        options_out->no_finalizers > 1) {
        return HF_E_OPTIONS;
    }
    return HF_OK;
}

static hf_status choose_fence_mode(uint32_t wanted, hf_fence_mode *mode_out)
{
    bool has_barrier = hfp_features_get()->has_process_barrier;
    if (wanted == HF_FENCE_AUTO) {
        wanted = hfi_env_flag("HOLDFAST_EXCHANGE") || !has_barrier ? HF_FENCE_EXCHANGE
                                                                   : HF_FENCE_BARRIER;
    }
    if (wanted == HF_FENCE_BARRIER && !has_barrier) {
        return HF_E_UNSUPPORTED;
    }
    *mode_out = (hf_fence_mode)wanted;
    return HF_OK;
}

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
    return value ? value : otherwise;
}

/* The environment's levels are numbers that grow with what is asked; the default of the options is
 * the level in the middle. */
static hf_pointer_checks choose_pointer_checks(uint32_t wanted)
{
    static const hf_pointer_checks by_level[] = { HF_POINTER_CHECKS_OFF, HF_POINTER_CHECKS_AT_CALLS,
                                                  HF_POINTER_CHECKS_AT_STORES };
    uint64_t level = hfi_env_u64("HOLDFAST_POINTER_CHECKS", 1);
    if (wanted != HF_POINTER_CHECKS_AT_CALLS || level > 2) {
        return (hf_pointer_checks)wanted;
    }
    return by_level[level];
}

static uint64_t choose_watchdog(uint64_t wanted_ns, bool is_checked)
{
    if (wanted_ns != 0) {
        return wanted_ns == UINT64_MAX ? 0 : wanted_ns;
    }
    return is_checked ? CHECKED_WATCHDOG_NS : 0;
}

static hf_status resolve_settings(const hf_runtime_options *options, hfi_settings *settings)
{
    settings->heap_limit_bytes = options->heap_limit_bytes;
    settings->heap_reserve_bytes = or_default(options->heap_reserve_bytes, DEFAULT_RESERVE);
    settings->nursery_bytes = or_default(options->nursery_bytes, DEFAULT_NURSERY);
    uint64_t slots = or_default(options->slots_max, DEFAULT_SLOTS);
    settings->slots_max = (uint32_t)(slots < MOST_SLOTS ? slots : MOST_SLOTS);
    settings->stress_every =
        (uint32_t)or_default(options->stress_every, hfi_env_u64("HOLDFAST_STRESS", 0));
    settings->checked =
        options->checked || settings->stress_every || hfi_env_flag("HOLDFAST_CHECKED");
    settings->guard_pages = options->guard_pages || hfi_env_flag("HOLDFAST_GUARD_PAGES");
    settings->pointer_checks = choose_pointer_checks(options->pointer_checks);
    settings->is_runner_embedded = options->runner == HF_RUNNER_EMBEDDER;
    settings->are_finalizers_off =
        options->no_finalizers || !hfi_env_flag_or("HOLDFAST_FINALIZERS", true);
    settings->watchdog_ns = choose_watchdog(options->watchdog_ns, settings->checked);
    return choose_fence_mode(options->fence_mode, &settings->fence_mode);
}

/* ---- create ---- */

static hf_status create_parts(hfi_parts *parts)
{
    parts->call_generally = hfi_call_generally;
    hf_status status = hfi_world_create(parts, &parts->world);
    status = status == HF_OK ? hfi_types_create(parts, &parts->types) : status;
    status = status == HF_OK ? hfi_heap_create(parts, &parts->heap) : status;
    if (status == HF_OK) {
        hfi_finder_begin(parts);
    }
    status = status == HF_OK ? hfi_roots_create(parts, &parts->roots) : status;
    status = status == HF_OK ? hfi_handles_create(parts, &parts->handles) : status;
    status = status == HF_OK ? hfi_runner_create(parts, &parts->runner) : status;
    status = status == HF_OK ? hfi_resources_create(parts, &parts->resources) : status;
    status = status == HF_OK ? hfi_fences_create(parts, &parts->fences) : status;
    status = status == HF_OK ? hfi_async_create(parts, &parts->async) : status;
    status = status == HF_OK ? hfi_final_create(parts, &parts->final) : status;
    status = status == HF_OK ? hfi_weaks_create(parts, &parts->weaks) : status;
    status = status == HF_OK ? hfi_flights_create(parts, &parts->flights) : status;
    status = status == HF_OK ? hfi_callbacks_create(parts, &parts->callbacks) : status;
    status = status == HF_OK ? hfi_scopes_create(parts, &parts->scopes) : status;
    status = status == HF_OK ? hfi_natives_create(parts, &parts->natives) : status;
    return status;
}

/* Each is asked only if it was made. */
void hfi_runtime_destroy_parts(hfi_parts *parts, hf_runtime_leaks *leaks, bool keep_all)
{
    leaks->scopes = parts->scopes ? hfi_scopes_destroy(parts->scopes, keep_all) : 0;
    leaks->tokens = parts->async ? hfi_async_destroy(parts->async, keep_all) : 0;
    leaks->pins = parts->fences ? hfi_fences_destroy(parts->fences, keep_all) : 0;
    leaks->handles = parts->handles ? hfi_handles_destroy(parts->handles, keep_all) : 0;
    leaks->globals = parts->roots ? hfi_roots_destroy(parts->roots, keep_all) : 0;
    if (keep_all) {
        return;
    }
    if (parts->natives) {
        hfi_natives_destroy(parts->natives);
    }
    if (parts->callbacks) {
        hfi_callbacks_destroy(parts->callbacks);
    }
    /* Who closes a library behind the end looks for calls in it. */
    if (parts->flights && leaks->functions == 0) {
        hfi_flights_destroy(parts->flights);
    }
    if (parts->weaks) {
        hfi_weaks_destroy(parts->weaks);
    }
    if (parts->final) {
        hfi_final_destroy(parts->final);
    }
    if (parts->resources) {
        hfi_resources_destroy(parts->resources);
    }
    if (parts->runner) {
        hfi_runner_destroy(parts->runner);
    }
    bool keep = leaks->pins != 0;
    if (parts->heap) {
        hfi_heap_destroy(parts->heap, keep);
    }
    if (parts->types && !keep) {
        hfi_types_destroy(parts->types);
    }
    if (parts->world) {
        hfi_world_destroy(parts->world);
    }
}

hf_status hf_runtime_create(const hf_runtime_options *options, hf_runtime **runtime_out)
{
    if (!runtime_out) {
        return HF_E_NULL;
    }
    *runtime_out = NULL;
    hf_runtime_options given;
    hf_status status = read_options(options, &given);
    if (status != HF_OK) {
        return status;
    }
    hf_runtime *runtime = hfi_alloc(sizeof *runtime);
    if (!runtime) {
        return HF_E_NOMEM;
    }
    hfi_reporter_init(&runtime->reporter, given.report, given.report_user,
                      given.on_misuse == HF_MISUSE_ABORT);
    runtime->parts.reporter = &runtime->reporter;
    hfp_mutex_init(&runtime->hooks_lock);
    status = resolve_settings(&given, &runtime->parts.settings);
    status = status == HF_OK ? hfi_finder_choose(&runtime->parts, given.finder) : status;
    status = status == HF_OK ? create_parts(&runtime->parts) : status;
    status = status == HF_OK ? hfi_fork_watch(runtime) : status;
    if (status != HF_OK) {
        hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
        hfi_finder_end(&runtime->parts, false);
        hfi_runtime_destroy_parts(&runtime->parts, &leaks, false);
        hfp_mutex_finish(&runtime->hooks_lock);
        hfi_reporter_finish(&runtime->reporter);
        hfi_free(runtime);
        return status;
    }
    *runtime_out = runtime;
    return HF_OK;
}

/* ---- questions ---- */

bool hf_runtime_is_stopping(const hf_runtime *runtime)
{
    return runtime && atomic_load_explicit(&runtime->parts.is_stopping, memory_order_acquire);
}

hf_fence_mode hf_runtime_fence_mode(const hf_runtime *runtime)
{
    return runtime ? runtime->parts.settings.fence_mode : HF_FENCE_AUTO;
}
