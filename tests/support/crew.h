/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_CREW_H
#define HOLDFAST_TESTS_CREW_H

/*
 * Threads for tests.  A member writes its first broken claim down; the test's own
 * thread asserts on all of them after it has joined the crew:
 *
 *     static void row(hf_crew_member *me)
 *     {
 *         while (!hf_crew_is_over(me)) {
 *             HF_CREW_CHECK(me, pull() == HF_OK);
 *         }
 *     }
 *     ...
 *     hf_crew_start(&crew, 4, row, &boat);
 *     hfp_sleep_ns(1000000);
 *     hf_crew_end(&crew);
 */

#include "hf_test.h"

#include "platform/platform.h"

#include <holdfast/diag.h>

#include <stdatomic.h>

#define HF_CREW_MAX 16

typedef struct hf_crew hf_crew;

typedef struct hf_crew_member {
    hf_crew *crew;
    unsigned index;
    void *user;
    uint64_t work;      /* what it did, for the test to sum up */
    const char *broken; /* the first claim that did not hold */
    const char *file;
    int line;
} hf_crew_member;

typedef void (*hf_crew_fn)(hf_crew_member *me);

struct hf_crew {
    hf_crew_member member[HF_CREW_MAX];
    hfp_thread thread[HF_CREW_MAX];
    hf_crew_fn run[HF_CREW_MAX];
    unsigned count;
    _Atomic(bool) is_over;
};

/** Starts `count` more threads; a crew begins as `{ 0 }`. */
void hf_crew_start(hf_crew *crew, unsigned count, hf_crew_fn run, void *user);

/** Tells them to stop, joins them, and asserts that no claim was broken.  The crew is empty then,
 * its members can be read until the next start. */
void hf_crew_end(hf_crew *crew);

/** The same without telling them: they end by themselves. */
void hf_crew_join(hf_crew *crew);

/** Whether hf_crew_end() was called. */
static inline bool hf_crew_is_over(const hf_crew_member *me)
{
    return atomic_load_explicit(&me->crew->is_over, memory_order_relaxed);
}

/** Notes a claim that does not hold; gives the claim back. */
bool hf_crew_note(hf_crew_member *me, bool holds, const char *claim, const char *file, int line);

#define HF_CREW_CHECK(me, claim) hf_crew_note((me), (claim), #claim, __FILE__, __LINE__)

/** HF_TEST_EFFORT of the environment (1 if it is not set) times `count`. */
uint64_t hf_crew_effort(uint64_t count);

/** A report hook for hf_runtime_options that counts; `user` is a hf_crew_reports. */
typedef struct hf_crew_reports {
    _Atomic(unsigned) count;
    _Atomic(hf_status) last;
} hf_crew_reports;

void hf_crew_report(const hf_report *report, void *user);

#endif
