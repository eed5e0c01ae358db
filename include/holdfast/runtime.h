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

/** Who runs finalizers, cleanups and leak policies (runner.h). */
typedef enum hf_runner_kind {
    HF_RUNNER_OWN,     /* a thread of the library, started when first needed */
    HF_RUNNER_EMBEDDER /* the program, by hf_runner_run() */
} hf_runner_kind;

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
    uint64_t watchdog_ns;     /* a run on the runner that takes longer is reported; default: 10 s in
                                 checked mode, else off; UINT64_MAX: off */
    uint32_t runner;          /* hf_runner_kind */
    uint32_t no_finalizers;   /* 1: what dies is reclaimed, but no finalizer, cleanup or leak policy
                                 runs for it */
    struct hf_finder *finder; /* looks for missing fences (finder.h); NULL: none */
} hf_runtime_options;

#define HF_RUNTIME_OPTIONS_INIT                                                                    \
    {                                                                                              \
        (uint32_t)sizeof(hf_runtime_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, 0, 0, 0,   \
            NULL                                                                                   \
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
    uint64_t tokens;      /* never destroyed, or never completed */
} hf_runtime_leaks;

#define HF_RUNTIME_LEAKS_INIT                                                                      \
    {                                                                                              \
        (uint32_t)sizeof(hf_runtime_leaks), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                        \
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
 * Runs when the runtime ends, before anything else: everything is still usable.  `thread` is
 * the calling thread's in that runtime, attached for the end if it was not.
 */
typedef void (*hf_at_stop_fn)(hf_thread *thread, void *user);

/**
 * Registers a function for the end of the runtime.  Those registered last run first; one may
 * register another, which runs next.
 *
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_SHUTDOWN when that phase is over.
 *
 * @par Ownership   `user` is borrowed until the run.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_runtime_at_stop(hf_runtime *runtime, hf_at_stop_fn run,
                                                  void *user);

/** What becomes of finalizers and cleanups whose objects are alive at the end. */
typedef enum hf_live_end {
    HF_LIVE_SKIP, /* they never run, and each is listed */
    HF_LIVE_RUN   /* they run: if A reaches B, A's first; what a cycle or a pin holds is listed */
} hf_live_end;

/**
 * One thing that was there when its runtime ended.  Any text may be NULL and any site have a NULL
 * file where it does not apply.  Fields are only ever appended.
 */
typedef struct hf_leftover {
    uint32_t struct_size;
    const char *kind;   /* "pin", "handle", "resource", "callback", "finalizer", ... */
    const char *object; /* what it is, or what it holds */
    hf_site site;       /* where it was made */
    hf_site other_site; /* where its object was made */
    const char *why;    /* why it is still there, or was never run */
} hf_leftover;

/** Gets one of them, borrowed for the call.  Locks are held: it calls no hf_* but
 * hf_leftover_format(). */
typedef void (*hf_leftover_fn)(const hf_leftover *left, void *user);

/** Zero means default in every field. */
typedef struct hf_runtime_end_options {
    uint32_t struct_size;    /* HF_RUNTIME_END_OPTIONS_INIT sets it */
    uint32_t live;           /* hf_live_end */
    uint64_t calls_ns;       /* how long calls in flight, and threads that are attached, are waited
                                for; default 1 s */
    uint64_t deadline_ns;    /* how long all waits together may take; default 30 s; UINT64_MAX: for
                                ever */
    hf_leftover_fn leftover; /* gets all that was left, in the order of the phases; may be NULL */
    void *leftover_user;
} hf_runtime_end_options;

#define HF_RUNTIME_END_OPTIONS_INIT                                                                \
    {                                                                                              \
        (uint32_t)sizeof(hf_runtime_end_options), 0, 0, 0, NULL, NULL                              \
    }

/**
 * Ends a runtime, in six phases.
 *
 *   1  functions of hf_runtime_at_stop(), the last one first; everything is usable
 *   2  no new calls: who goes native gets HF_E_SHUTDOWN, and so does who attaches or arms
 *   3  calls in flight come back, with HF_E_SHUTDOWN and their results, and their threads detach;
 *      what is queued is run
 *   4  resources never disposed are dealt with as their class says
 *   5  finalizers and cleanups of live objects: `live`
 *   6  the runner is joined, everything else is counted, listed and given back
 *
 * Where something may still be reached from outside (a thread is attached, a run or call has not
 * come back, an owning pin or fence stands) that memory is kept for ever and reported, never
 * unmapped.  docs/design/shutdown.md has the whole story.
 *
 * @param options    NULL for all defaults.
 * @param leaks_out  receives the counts; may be NULL.
 * @return HF_OK; HF_E_BUSY: threads or calls outlive the runtime; HF_E_TIMEOUT: so does a run on
 * the runner, because the deadline passed first; in both cases the runtime has ended all the same.
 * It has not, and nothing has changed, with HF_E_NULL; HF_E_OPTIONS; HF_E_MISUSE on the runner, in
 * a function of phase 1, or when it is being ended already; HF_E_SHUTDOWN when the system is ending
 * the process, where the memory is not worth any trouble.
 *
 * @par Ownership   Takes the runtime.
 * @par Threads     One that is not attached to this runtime; all others are detached by then.
 * @par GC          Collects; runs finalizers, on the runner.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_runtime_end(hf_runtime *runtime, const hf_runtime_end_options *options,
                                hf_runtime_leaks *leaks_out);

/**
 * hf_runtime_end() with all defaults.
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
 * Writes a leftover as one line of text, without a line feed.
 *
 *     global of bytes, 64 bytes; set at a.c:12; made at a.c:10; it was never destroyed
 *
 * @return length of the whole text, also when `buffer` has no room for it; 0 if `left` is NULL or
 *         too short to be one.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API size_t hf_leftover_format(const hf_leftover *left, char *buffer, size_t size);

/**
 * Lets the child of a fork use the runtime.
 *
 * A fork stops the world and takes every lock, so the child has a whole heap, and
 * the calling thread alone: slots and pins of the others stay as they are.  Until
 * this call hf_*(thread) gives HF_E_FORKED there, and the first use is reported; a
 * child that only calls exec or _exit has no need of it.  It does nothing in a
 * process that was not forked.
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
 * Tells whether the runtime ends: phase 2 of hf_runtime_end() has begun.
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
