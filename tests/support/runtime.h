/* SPDX-License-Identifier: MIT */
/*
 * A runtime around each test: made by the setup, checked to be clean by the teardown.
 *
 *     static void call_does_this(void **state)
 *     {
 *         hf_test_runtime *t = *state;
 *         HF_FRAME(t->thread);
 *         ...
 *         hf_test_expect_report(t, HF_E_NULL, "echo", "1 (value)");
 *     }
 *     cmocka_unit_test_setup_teardown(call_does_this, hf_test_setup, hf_test_teardown)
 *
 * The teardown fails the test when a report came that nobody expected, when something was not given
 * back, or when native memory is left.  HOLDFAST_STRESS applies as to every runtime.
 */
#ifndef HOLDFAST_TESTS_RUNTIME_H
#define HOLDFAST_TESTS_RUNTIME_H

#include "hf_test.h"

#include <holdfast.h>

#include "platform/platform.h"

#define HF_TEST_REPORTS   16
#define HF_TEST_FUNCTIONS 32

/** A report with texts of its own. */
typedef struct hf_test_report {
    hf_report_kind kind;
    hf_status status;
    char function[64];
    char argument[64];
    char message[192];
    char remedy[160];
} hf_test_report;

typedef struct hf_test_runtime {
    hf_runtime *runtime;
    hf_thread *thread;   /* of the test's own thread, attached */
    hf_library *library; /* the callee library, opened by the first hf_test_bind() */
    hf_function *function[HF_TEST_FUNCTIONS];
    unsigned function_count;
    int64_t live_at_start; /* native blocks */
    hfp_mutex lock;        /* of the reports, which come from any thread */
    unsigned report_count;
    hf_test_report report[HF_TEST_REPORTS];
} hf_test_runtime;

/** Makes a runtime with these options (NULL: defaults); its report hook is the collector's. */
void hf_test_begin(hf_test_runtime *t, const hf_runtime_options *options);

/** Ends it and asserts that it was left clean. */
void hf_test_end(hf_test_runtime *t);

/** The two above for cmocka, with default options. */
int hf_test_setup(void **state);
int hf_test_teardown(void **state);

/** Binds a function of the callee library (tests/native/testlib.h); given back at the end. */
hf_function *hf_test_bind(hf_test_runtime *t, const char *prototype);

/** The same with options. */
hf_function *hf_test_bind_with(hf_test_runtime *t, const char *prototype,
                               const hf_function_options *options);

/** Asserts that the oldest report is this one and takes it out.  `argument` NULL: none named. */
void hf_test_expect_report(hf_test_runtime *t, hf_status status, const char *function,
                           const char *argument);

/** Reports that were not taken out yet. */
unsigned hf_test_report_count(hf_test_runtime *t);

/** Forgets them. */
void hf_test_forget_reports(hf_test_runtime *t);

/** HF_TEST_EFFORT of the environment (1 if it is not set) times `count`. */
uint64_t hf_test_effort(uint64_t count);

#endif
