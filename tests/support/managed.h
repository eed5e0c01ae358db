/* SPDX-License-Identifier: MIT */
/*
 * A runtime with one attached thread around a test of the managed side.
 *
 *     managed m;
 *     managed_begin(&m, NULL);
 *     ...
 *     managed_expect(&m, "hf_fence_end", "the fence has ended already");
 *     managed_end(&m);
 *
 * The end asserts that no report came that nobody expected, that nothing leaked and that all native
 * memory was given back.
 */
#ifndef HOLDFAST_TESTS_MANAGED_H
#define HOLDFAST_TESTS_MANAGED_H

#include "hf_test.h"

#include <holdfast.h>

#include "platform/platform.h"

#define MANAGED_REPORTS 32

typedef struct managed_report {
    hf_report_kind kind;
    hf_status status;
    uint32_t line; /* of the report's site */
    char file[128];
    uint32_t born_line; /* of the site where the object was made; 0: not known */
    char born_file[128];
    char object[96];
    char function[64];
    char argument[64];
    char message[192];
    char remedy[160];
} managed_report;

typedef struct managed {
    hf_runtime *runtime;
    hf_thread *thread;
    int64_t live_at_start;
    hfp_mutex lock; /* the reports come from any thread */
    unsigned count;
    managed_report report[MANAGED_REPORTS];
    hf_runtime_leaks leaks; /* filled by managed_close() */
} managed;

/** Makes the runtime (options NULL: defaults; the hook is always ours) and attaches. */
void managed_begin(managed *m, const hf_runtime_options *options);

/** Checks the heap, detaches, destroys; leaves the verdict to the test. */
void managed_close(managed *m);

/** managed_close() and: nothing reported, nothing leaked, no native block left. */
void managed_end(managed *m);

/** The oldest report is of this function and its message contains these words; takes it out. */
managed_report managed_expect(managed *m, const char *function, const char *words);

/** Reports not taken out yet. */
unsigned managed_reports(managed *m);

/** Figures of the heap. */
hf_heap_statistics managed_statistics(managed *m);

/** True when HOLDFAST_STRESS makes every runtime of this process move everything. */
bool managed_is_stress(void);

/** `normal` iterations, or `stressed` under stress, times HF_TEST_EFFORT. */
unsigned managed_rounds(unsigned normal, unsigned stressed);

/** Address of the object in a slot, for comparisons alone. */
uintptr_t managed_address(const hf_slot *ref);

/** A small generator of pseudo-random numbers: the same in every run. */
uint32_t managed_random(uint64_t *state);

#endif
