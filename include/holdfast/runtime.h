/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNTIME_H
#define HOLDFAST_RUNTIME_H

/*
 * A runtime: one managed heap with its threads, types, resources and runner.
 *
 *     hf_runtime *runtime;
 *     hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
 *     hf_status status = hf_runtime_create(&options, &runtime);
 *     ...
 *     hf_runtime_destroy(runtime, NULL);
 *
 * A process may have several.  They share nothing; using an object, thread or
 * function of one with another is a misuse.
 */

#include "diag.h"
#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** How a thread that comes back from native code meets a collector (docs/design/thread.md). */
typedef enum hf_fence_mode {
    HF_FENCE_AUTO,     /* barrier where the system has a real one, else exchange */
    HF_FENCE_EXCHANGE, /* each return from native code pays an atomic exchange */
    HF_FENCE_BARRIER   /* each stop pays a process-wide barrier */
} hf_fence_mode;

/** What happens after a report of kind HF_REPORT_MISUSE. */
typedef enum hf_on_misuse {
    HF_MISUSE_REPORT, /* report, then return the status */
    HF_MISUSE_ABORT   /* report, then abort() */
} hf_on_misuse;

/** What is asked of memory that native code can reach (docs/design/check.md). */
typedef enum hf_pointer_checks {
    HF_POINTER_CHECKS_AT_CALLS, /* level 1, the default: what a call lends holds no unpinned
                                   managed address */
    HF_POINTER_CHECKS_OFF,      /* level 0 */
    HF_POINTER_CHECKS_AT_STORES /* level 2: the same at each store into foreign memory, with guard
                                   zones */
} hf_pointer_checks;

/** Zero means default in every field; see HOLDFAST_* in docs/ENVIRONMENT.md for the overrides. */
typedef struct hf_runtime_options {
    uint32_t struct_size;      /* HF_RUNTIME_OPTIONS_INIT sets it */
    uint32_t fence_mode;       /* hf_fence_mode */
    uint64_t heap_limit_bytes; /* most bytes of objects and their blocks; default: a quarter of the
                                  reserve */
    uint64_t heap_reserve_bytes; /* address space; default 64 GiB, on 32 bits what 1 GiB halves down
                                    to */
    uint64_t nursery_bytes;      /* allocation between collections; default 8 MiB */
    uint32_t slots_max;          /* slots a thread; default 2^20 */
    uint32_t
        stress_every; /* collect, moving everything, at each Nth safepoint and crossing; 0: never */
    uint32_t on_misuse;      /* hf_on_misuse */
    uint32_t checked;        /* 1: poison ended slots, guard lent memory, remember sites */
    uint32_t pointer_checks; /* hf_pointer_checks */
    uint32_t guard_pages;    /* 1: buffers that the library makes end at an inaccessible page */
    hf_report_fn report;     /* gets every report; NULL: text on standard error */
    void *report_user;
    struct hf_finder *finder; /* looks for missing fences (finder.h); NULL: none */
} hf_runtime_options;

#define HF_RUNTIME_OPTIONS_INIT                                                                    \
    {                                                                                              \
        (uint32_t)sizeof(hf_runtime_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL       \
    }

/** What was left when a runtime ended.  All zero is a clean end. */
typedef struct hf_runtime_leaks {
    uint32_t struct_size; /* HF_RUNTIME_LEAKS_INIT sets it */
    uint32_t threads;     /* still attached */
    uint64_t pins;        /* owning pins never destroyed */
    uint64_t fences;      /* fences and call frames still open */
    uint64_t resources;   /* never disposed */
    uint64_t finalizers;  /* armed, never run */
    uint64_t globals;     /* global slots never destroyed */
    uint64_t functions;   /* bound functions and open libraries never closed */
    uint64_t handles;     /* never destroyed */
    uint64_t callbacks;   /* registered and never destroyed; their addresses are tombstones now */
    uint64_t scopes;      /* never closed */
} hf_runtime_leaks;

#define HF_RUNTIME_LEAKS_INIT                                                                      \
    {                                                                                              \
        (uint32_t)sizeof(hf_runtime_leaks), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                           \
    }

/**
 * Makes a runtime.  No thread is attached to it yet.
 *
 * @param options      NULL for all defaults.
 * @param runtime_out  receives the runtime, NULL on failure.
 * @return HF_OK; HF_E_OPTIONS; HF_E_NOMEM; HF_E_UNSUPPORTED for HF_FENCE_BARRIER where the system
 *         has no barrier that fences; HF_E_BUSY for a finder while another runtime has one;
 *         HF_E_SYSTEM.
 *
 * @par Ownership   The caller owns `*runtime_out`: hf_runtime_destroy().
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_runtime_create(const hf_runtime_options *options,
                                                 hf_runtime **runtime_out);

/**
 * Ends a runtime: drains the runner, releases leaked resources as their class
 * says, reports what is left and gives everything back.
 *
 * Where something may still be reached from outside (a thread is attached, an
 * owning pin or fence stands) that memory is kept for ever and reported, never
 * unmapped.
 *
 * @param runtime    NULL is fine.
 * @param leaks_out  receives the counts; may be NULL.
 *
 * @par Ownership   Takes the runtime.
 * @par Threads     One that is not attached to this runtime; all others are detached by then.
 * @par GC          Collects; runs finalizers that are queued, on the runner.
 * @par Last-error  Preserved.
 */
HF_API void hf_runtime_destroy(hf_runtime *runtime, hf_runtime_leaks *leaks_out);

/**
 * Lets the child of a fork use the runtime.
 *
 * A fork stops the world and takes every lock, so the child has a whole heap, and
 * the calling thread alone: slots and pins of the others stay as they are.  Until
 * this call hf_*(thread) gives HF_E_FORKED there; a child that only calls exec or
 * _exit has no need of it.  It does nothing in a process that was not forked.
 *
 * A thread that forks in managed state goes native for it, so the fork may wait for
 * a collection and move objects.  Where several threads of a program fork, they do it
 * in native state (hf_native_begin()).  Never from a trace function or an event listener.
 *
 * @return HF_OK: the calling thread's record, if it has one, is managed again (native if it forked
 *         in native state); HF_E_NULL; HF_E_NOMEM or HF_E_SYSTEM when the runner that the parent
 *         had cannot be started, and then it can be called again.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The only one of the child.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_runtime_after_fork(hf_runtime *runtime);

/**
 * Tells whether hf_runtime_destroy() has begun.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API bool hf_runtime_is_stopping(const hf_runtime *runtime);

/**
 * Gives the fence mode in use: HF_FENCE_EXCHANGE or HF_FENCE_BARRIER.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_fence_mode hf_runtime_fence_mode(const hf_runtime *runtime);

HF_END_DECLS

#endif
