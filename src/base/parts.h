/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_PARTS_H
#define HOLDFAST_BASE_PARTS_H

/*
 * How a function that has a thread finds its module's share of the runtime.
 *
 * Each module defines its own struct; here they are names alone, so that no
 * arrow points up.  runtime/ fills this in and `struct hf_runtime` begins with it.
 */

#include <holdfast/ref.h>
#include <holdfast/runtime.h>

#include <stdatomic.h>

/** The options with every default resolved. */
typedef struct hfi_settings {
    hf_fence_mode fence_mode; /* never AUTO */
    uint64_t heap_limit_bytes;
    uint64_t heap_reserve_bytes;
    uint64_t nursery_bytes;
    uint32_t slots_max;
    uint32_t stress_every;
    bool checked;
    bool guard_pages;
    hf_pointer_checks pointer_checks;
    bool is_runner_embedded; /* the program runs the works on a thread of its own */
    bool are_finalizers_off; /* what is queued is let go, and not run */
    uint64_t watchdog_ns;    /* 0: off */
} hfi_settings;

struct hf_function;
struct hf_result;
struct hf_arg;

/** A way of a call; the thread is managed and its owner calls, the rest may be wrong. */
typedef hf_status hfi_call_fn(hf_thread *thread, const struct hf_function *function,
                              struct hf_result *result, const struct hf_arg *arguments);

typedef struct hfi_parts {
    hfi_settings settings;
    struct hfi_reporter *reporter;                   /* diag */
    struct hfi_world *world;                         /* thread */
    struct hfi_types *types;                         /* type */
    struct hfi_heap *heap;                           /* heap */
    struct hfi_roots *roots;                         /* root */
    struct hfi_handles *handles;                     /* root */
    struct hfi_runner *runner;                       /* runner */
    struct hfi_resources *resources;                 /* resource */
    const struct hfi_watch *watch;                   /* finder: thread/watch.h; NULL: none */
    struct hfi_fences *fences;                       /* fence */
    struct hfi_async *async;                         /* async */
    struct hfi_final *final;                         /* final */
    struct hfi_weaks *weaks;                         /* weak */
    struct hfi_flights *flights;                     /* call */
    struct hfi_callbacks *callbacks;                 /* callback */
    struct hfi_scopes *scopes;                       /* scope */
    struct hfi_natives *natives;                     /* native */
    const struct hfi_callback_hooks *callback_hooks; /* call/callbacks.h; set by callback */
    hfi_call_fn *call_generally;                     /* retry: a call of any kind */
    _Atomic(bool) is_stopping;                       /* written once by hf_runtime_destroy() */
    _Atomic(uint64_t) functions;                     /* bound functions and open libraries alive */
} hfi_parts;

static inline hfi_parts *hfi_parts_of(hf_runtime *runtime)
{
    return (hfi_parts *)(void *)runtime;
}

#endif
