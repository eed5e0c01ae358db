/* SPDX-License-Identifier: MIT */

/*
 * The fixture.  Reports are copied under a lock and asserted on later, on the test's own thread.
 */

#include "runtime.h"

#include "base/alloc.h"
#include "thread/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_text(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from ? from : "");
}

static void collect_report(const hf_report *report, void *user)
{
    hf_test_runtime *t = user;
    hfp_mutex_lock(&t->lock);
    if (t->report_count < HF_TEST_REPORTS) {
        hf_test_report *copy = &t->report[t->report_count];
        copy->kind = report->kind;
        copy->status = report->status;
        copy_text(copy->function, sizeof(copy->function), report->function);
        copy_text(copy->argument, sizeof(copy->argument), report->argument);
        copy_text(copy->message, sizeof(copy->message), report->message);
        copy_text(copy->remedy, sizeof(copy->remedy), report->remedy);
    }
    t->report_count++;
    hfp_mutex_unlock(&t->lock);
}

void hf_test_begin(hf_test_runtime *t, const hf_runtime_options *options)
{
    hf_runtime_options own = HF_RUNTIME_OPTIONS_INIT;
    if (options) {
        own = *options;
    }
    memset(t, 0, sizeof(*t));
    hfp_mutex_init(&t->lock);
    t->live_at_start = hfi_alloc_live();
    own.report = collect_report;
    own.report_user = t;
    assert_int_equal(hf_runtime_create(&own, &t->runtime), HF_OK);
    assert_int_equal(hf_thread_attach(t->runtime, &t->thread), HF_OK);
}

static void print_reports(const hf_test_runtime *t)
{
    for (unsigned i = 0; i < t->report_count && i < HF_TEST_REPORTS; i++) {
        const hf_test_report *r = &t->report[i];
        print_error("report %u: %s in %s, argument %s: %s\n", i, hf_status_name(r->status),
                    r->function, r->argument, r->message);
    }
}

/*
 * A failed assertion jumps over open frames and fences, whose memory is then used by others: forget
 * them, so that the test's own message is the one that is seen.
 */
static bool drop_jumped_frames(hf_thread *thread)
{
    if (!thread->frames && !thread->records) {
        return false;
    }
    thread->frames = NULL;
    thread->records = NULL;
    thread->slot_top = 0;
    thread->slot_floor = 0;
    return true;
}

void hf_test_end(hf_test_runtime *t)
{
    bool was_jumped = drop_jumped_frames(t->thread);
    hf_status check = hf_heap_check(t->thread);
    for (unsigned i = 0; i < t->function_count; i++) {
        hf_function_destroy(t->function[i]);
    }
    hf_library_close(t->library);
    hf_status detached = hf_thread_detach(t->thread);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(t->runtime, &leaks);
    int64_t live = hfi_alloc_live();
    print_reports(t);
    hfp_mutex_finish(&t->lock);

    assert_false(was_jumped);
    assert_int_equal(check, HF_OK);
    assert_int_equal(detached, HF_OK);
    assert_int_equal(t->report_count, 0);
    assert_int_equal(leaks.threads, 0);
    assert_int_equal(leaks.pins, 0);
    assert_int_equal(leaks.fences, 0);
    assert_int_equal(leaks.resources, 0);
    assert_int_equal(leaks.finalizers, 0);
    assert_int_equal(leaks.globals, 0);
    assert_int_equal(leaks.functions, 0);
    assert_int_equal(leaks.handles, 0);
    assert_int_equal(leaks.callbacks, 0);
    assert_int_equal(leaks.scopes, 0);
    assert_int_equal(live, t->live_at_start);
}

int hf_test_setup(void **state)
{
    static hf_test_runtime fixture;
    hf_test_begin(&fixture, NULL);
    *state = &fixture;
    return 0;
}

int hf_test_teardown(void **state)
{
    hf_test_end(*state);
    return 0;
}

hf_function *hf_test_bind_with(hf_test_runtime *t, const char *prototype,
                               const hf_function_options *options)
{
    if (!t->library) {
        assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &t->library), HF_OK);
    }
    assert_true(t->function_count < HF_TEST_FUNCTIONS);
    hf_function *function = NULL;
    hf_status status = hf_function_bind_with(t->thread, t->library, prototype, options, &function);
    if (status != HF_OK) {
        print_reports(t);
        fail_msg("%s: %s", prototype, hf_status_name(status));
    }
    t->function[t->function_count++] = function;
    return function;
}

hf_function *hf_test_bind(hf_test_runtime *t, const char *prototype)
{
    return hf_test_bind_with(t, prototype, NULL);
}

void hf_test_expect_report(hf_test_runtime *t, hf_status status, const char *function,
                           const char *argument)
{
    hfp_mutex_lock(&t->lock);
    unsigned count = t->report_count;
    hf_test_report first = t->report[0];
    if (count > 0) {
        unsigned kept = count < HF_TEST_REPORTS ? count : HF_TEST_REPORTS;
        memmove(&t->report[0], &t->report[1], (kept - 1) * sizeof(t->report[0]));
        t->report_count = kept - 1;
    }
    hfp_mutex_unlock(&t->lock);

    assert_true(count > 0);
    assert_string_equal(hf_status_name(first.status), hf_status_name(status));
    assert_string_equal(first.function, function);
    assert_string_equal(first.argument, argument ? argument : "");
    assert_true(first.message[0] != 0);
    assert_true(first.remedy[0] != 0);
}

unsigned hf_test_report_count(hf_test_runtime *t)
{
    hfp_mutex_lock(&t->lock);
    unsigned count = t->report_count;
    hfp_mutex_unlock(&t->lock);
    return count;
}

void hf_test_forget_reports(hf_test_runtime *t)
{
    hfp_mutex_lock(&t->lock);
    t->report_count = 0;
    hfp_mutex_unlock(&t->lock);
}

uint64_t hf_test_effort(uint64_t count)
{
    const char *text = getenv("HF_TEST_EFFORT");
    uint64_t effort = text ? strtoull(text, NULL, 10) : 1;
    return count * (effort ? effort : 1);
}
