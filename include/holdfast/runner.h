/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNNER_H
#define HOLDFAST_RUNNER_H

/*
 * The runner: the thread that finalizers, cleanups and the leak policies of
 * resources run on, one after another; never one that allocates or collects.  It
 * starts when first needed, once, and sleeps in native state.
 *
 * Order: what an earlier collection found comes first; of one collection the leaked
 * resources are last, so that finalizers may still use them.
 *
 * A program may run all that on a thread of its own instead: it creates its runtime
 * with `.runner = HF_RUNNER_EMBEDDER`, and calls hf_runner_run() from time to time.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stdint.h>

HF_BEGIN_DECLS

/**
 * Waits until the runner has run all that was queued when this began.
 *
 * @param timeout_ns  how long to wait at most; UINT64_MAX: for ever.
 * @return HF_OK; HF_E_TIMEOUT; HF_E_NULL; HF_E_DETACHED; HF_E_MISUSE on the runner itself;
 *         HF_E_SHUTDOWN when the runtime has ended the runner.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state; waits in native state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_runner_drain(hf_thread *thread, uint64_t timeout_ns) HF_MAY_GC;

/**
 * Runs what is queued on the calling thread, in a runtime of HF_RUNNER_EMBEDDER.
 *
 * If nothing is queued it waits for the first, in native state.  Then it runs what is
 * there, and returns when there is no more or the number is reached.  While it runs the
 * thread is the runner: it cannot drain, end the runtime, or call this again.
 *
 * @param max_works   how many at most; 0: all.
 * @param timeout_ns  how long to wait for the first; 0: not at all; UINT64_MAX: for ever.
 * @param works_out   receives how many were run; may be NULL.
 * @return HF_OK, also when none was run; HF_E_BUSY: another thread is at it; HF_E_SHUTDOWN;
 *         HF_E_NULL; HF_E_DETACHED, also when a finalizer detached the thread, reported then;
 *         HF_E_MISUSE inside a finalizer, or if the runtime has a runner of its own.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state; one at a time in a runtime.
 * @par GC          May collect: it runs finalizers.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_runner_run(hf_thread *thread, uint64_t max_works,
                                             uint64_t timeout_ns, uint64_t *works_out) HF_MAY_GC;

/** Figures of the runner; times in nanoseconds. */
typedef struct hf_runner_stats {
    uint32_t struct_size; /* HF_RUNNER_STATS_INIT sets it */
    uint32_t reserved;
    uint64_t pending;    /* queued or running now */
    uint64_t run;        /* were run */
    uint64_t dropped;    /* were let go without a run: HOLDFAST_FINALIZERS=off */
    uint64_t oldest_ns;  /* for how long the first in the queue waits; 0: none does */
    uint64_t running_ns; /* age of the present run; 0: none, or the watchdog is off */
    uint64_t longest_ns; /* the longest run that is over, while the watchdog is on */
    uint64_t named;      /* runs that the watchdog named */
} hf_runner_stats;

#define HF_RUNNER_STATS_INIT                                                                       \
    {                                                                                              \
        (uint32_t)sizeof(hf_runner_stats), 0, 0, 0, 0, 0, 0, 0, 0                                  \
    }

/**
 * Gives the figures of the runner.
 *
 * @param stats  its struct_size says what it is.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS; HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_runner_stats_get(hf_thread *thread, hf_runner_stats *stats);

HF_END_DECLS

#endif
