/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINDER_H
#define HOLDFAST_FINDER_H

/*
 * The finder of missing fences: runs a program several times, and makes everything die as early as
 * it may.
 *
 *     hf_finder *finder;
 *     status = hf_finder_create(&finder);
 *     for (int run = 0; run < 4; run++) {
 *         hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
 *         options.finder = finder;
 *         status = hf_runtime_create(&options, &runtime);
 *         ... the same work each time ...
 *         hf_runtime_destroy(runtime, NULL);
 *     }
 *     hf_finder_destroy(finder);
 *
 * The first run records when each slot is used for the last time.  The others let each slot go
 * behind its last use, collect there and in the middle of native calls, and wait for the
 * finalizers. What a fence, a call or a later use keeps lives on; a native value whose resource
 * only seemed to be alive is reported where a call gets it.  docs/design/finder.md says what it
 * cannot see.
 */

#include "export.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

HF_BEGIN_DECLS

typedef struct hf_finder hf_finder;

/** What a finder has done so far. */
typedef struct hf_finder_result {
    uint32_t struct_size; /* HF_FINDER_RESULT_INIT sets it */
    uint32_t runs;        /* runtimes that ended; the first of them recorded */
    uint32_t threads;     /* of the recorded run, that used a slot */
    uint32_t differences; /* runs that did not follow the record to its end */
    uint64_t lives;       /* of slots, recorded */
    uint64_t collections; /* made by the finder, in all runs */
} hf_finder_result;

#define HF_FINDER_RESULT_INIT                                                                      \
    {                                                                                              \
        (uint32_t)sizeof(hf_finder_result), 0, 0, 0, 0, 0                                          \
    }

/** One place of the program where a resource is held by a fence. */
typedef struct hf_finder_fence {
    uint32_t struct_size; /* HF_FINDER_FENCE_INIT sets it */
    uint32_t ended;       /* how often, in the runs that follow the record */
    uint32_t looked_at;   /* how often the finder looked what else keeps the object */
    uint32_t needed;      /* how often nothing did, or the resource was disposed meanwhile */
    hf_site site;
    const char *what;   /* the fence's name */
    const char *object; /* the resource's class; may be NULL */
} hf_finder_fence;

#define HF_FINDER_FENCE_INIT                                                                       \
    {                                                                                              \
        (uint32_t)sizeof(hf_finder_fence), 0, 0, 0, { NULL, 0 }, NULL, NULL                        \
    }

/**
 * Makes a finder for hf_runtime_options.finder.  One runtime at a time may have one.
 *
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM.
 *
 * @par Ownership   The caller owns `*finder_out`: hf_finder_destroy().
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_finder_create(hf_finder **finder_out);

/**
 * Gives it back, behind the end of its last runtime.
 *
 * @param finder  NULL is fine.
 *
 * @par Ownership   Takes it.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_finder_destroy(hf_finder *finder);

/**
 * Tells what it has done.
 *
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS for a result that was not begun.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, while no runtime has the finder.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_finder_result_get(const hf_finder *finder,
                                                    hf_finder_result *result_out);

/**
 * Tells of the fences that it met, so that those nobody ever needed are seen: looked at, and needed
 * 0 times.  A fence that buffers need, because they move, is not among them.
 *
 * @param index  from 0.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS for a fence that was not begun; HF_E_RANGE behind the last
 *         one.
 *
 * @par Ownership   The texts are the program's own.
 * @par Threads     Any, while no runtime has the finder.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_finder_fence_get(const hf_finder *finder, uint32_t index,
                                                   hf_finder_fence *fence_out);

HF_END_DECLS

#endif
