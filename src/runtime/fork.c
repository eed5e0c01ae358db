/* SPDX-License-Identifier: MIT */

/*
 * Fork: every world and every lock is taken before it, and given back on both
 * sides.
 *
 * The order is that of docs/design/thread.md: the list of runtimes, all worlds, and
 * then the locks from the lowest floor to the highest.  Once the worlds stand still
 * a managed thread holds none of those locks, for it holds them across no safepoint;
 * a native one that holds one is in a stretch of a few stores.  So each wait is
 * short.
 *
 * The hooks may be registered twice by two threads that make the first runtime at
 * once: only the outermost call counts.  The platform runs them one fork at a time.
 */

#include "async/async.h"
#include "call/flight.h"
#include "callback/callback.h"
#include "fence/fence.h"
#include "final/final.h"
#include "heap/heap.h"
#include "resource/resource.h"
#include "root/handle.h"
#include "root/root.h"
#include "runner/runner.h"
#include "runtime/inside.h"
#include "scope/scope.h"
#include "thread/thread.h"
#include "type/type.h"
#include "weak/weak.h"

static hfp_mutex list_lock = HFP_MUTEX_INIT;
static hf_runtime *runtimes;         /* lock: list_lock */
static unsigned depth;               /* hooks that run; the platform's lock around a fork */
static _Atomic(bool) are_registered; /* the hooks */

static void take_locks(hfi_parts *parts)
{
    hfi_world_lock(parts->world);
    hfi_heap_lock(parts->heap);
    hfi_roots_lock(parts->roots);
    hfi_handles_lock(parts->handles);
    hfi_runner_lock(parts->runner);
    hfi_resources_lock(parts->resources);
    hfi_fences_lock(parts->fences);
    hfi_final_lock(parts->final);
    hfi_weaks_lock(parts->weaks);
    hfi_flights_lock(parts->flights);
    hfi_scopes_lock(parts->scopes);
    hfi_stop_hooks_lock((hf_runtime *)(void *)parts);
    hfi_reporter_lock(parts->reporter);
}

static void give_locks(hfi_parts *parts)
{
    hfi_reporter_unlock(parts->reporter);
    hfi_stop_hooks_unlock((hf_runtime *)(void *)parts);
    hfi_scopes_unlock(parts->scopes);
    hfi_flights_unlock(parts->flights);
    hfi_weaks_unlock(parts->weaks);
    hfi_final_unlock(parts->final);
    hfi_fences_unlock(parts->fences);
    hfi_resources_unlock(parts->resources);
    hfi_runner_unlock(parts->runner);
    hfi_handles_unlock(parts->handles);
    hfi_roots_unlock(parts->roots);
    hfi_heap_unlock(parts->heap);
    hfi_world_unlock(parts->world);
}

static void prepare(void *user)
{
    (void)user;
    if (depth++ != 0) {
        return;
    }
    hfp_mutex_lock(&list_lock);
    for (hf_runtime *runtime = runtimes; runtime; runtime = runtime->next) {
        hfi_world_fork_prepare(runtime->parts.world);
    }
    hfi_types_lock();
    hfi_tokens_lock();
    for (hf_runtime *runtime = runtimes; runtime; runtime = runtime->next) {
        take_locks(&runtime->parts);
    }
    hfi_callbacks_lock();
}

static void parent(void *user)
{
    (void)user;
    if (--depth != 0) {
        return;
    }
    hfi_callbacks_unlock();
    for (hf_runtime *runtime = runtimes; runtime; runtime = runtime->next) {
        give_locks(&runtime->parts);
    }
    hfi_tokens_unlock();
    hfi_types_unlock();
    for (hf_runtime *runtime = runtimes; runtime; runtime = runtime->next) {
        hfi_world_fork_parent(runtime->parts.world);
    }
    hfp_mutex_unlock(&list_lock);
}

static void child(void *user)
{
    (void)user;
    if (--depth != 0) {
        return;
    }
    for (hf_runtime *runtime = runtimes; runtime; runtime = runtime->next) {
        hfi_callbacks_fork_child(runtime->parts.callbacks);
    }
    hfi_callbacks_unlock();
    for (hf_runtime *runtime = runtimes; runtime; runtime = runtime->next) {
        hfi_runner_fork_child(runtime->parts.runner);
        hfi_scopes_fork_child(runtime->parts.scopes, hfi_world_self(runtime->parts.world));
        give_locks(&runtime->parts);
    }
    hfi_tokens_fork_child();
    hfi_tokens_unlock();
    hfi_types_unlock();
    for (hf_runtime *runtime = runtimes; runtime; runtime = runtime->next) {
        hfi_world_fork_child(runtime->parts.world);
    }
    hfp_mutex_unlock(&list_lock);
}

/* Without a lock: the platform takes its own, which a fork takes before ours. */
static hf_status register_hooks(void)
{
    if (atomic_load_explicit(&are_registered, memory_order_acquire)) {
        return HF_OK;
    }
    static const hfp_fork_hooks hooks = { prepare, parent, child, NULL };
    hf_status status = hfp_fork_watch(&hooks);
    if (status == HF_OK) {
        atomic_store_explicit(&are_registered, true, memory_order_release);
    }
    return status;
}

hf_status hfi_fork_watch(hf_runtime *runtime)
{
    hf_status status = register_hooks();
    if (status != HF_OK) {
        return status;
    }
    hfp_mutex_lock(&list_lock);
    runtime->next = runtimes;
    runtimes = runtime;
    hfp_mutex_unlock(&list_lock);
    return HF_OK;
}

void hfi_fork_forget(hf_runtime *runtime)
{
    hfp_mutex_lock(&list_lock);
    hf_runtime **link = &runtimes;
    while (*link && *link != runtime) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = runtime->next;
    }
    hfp_mutex_unlock(&list_lock);
}

hf_status hf_runtime_after_fork(hf_runtime *runtime)
{
    if (!runtime) {
        return HF_E_NULL;
    }
    hfp_native_error error = hfp_native_error_save();
    hf_thread *self;
    if (!hfi_world_after_fork(runtime->parts.world, &self)) {
        /* Perhaps it is called again for the runner: who waits for that one must not be managed. */
        self = hfi_world_self(runtime->parts.world);
        self = hfi_entry_ok(self) ? self : NULL;
    }
    hf_status status = hfi_runner_after_fork(runtime->parts.runner, self);
    hfp_native_error_restore(error);
    return status;
}
