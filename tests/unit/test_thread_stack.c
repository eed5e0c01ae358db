/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * What a thread carries over its doors: error values, and the frames and fences on
 * its stack.
 */

#include "crew.h"
#include "hf_test.h"

#include "base/alloc.h"
#include "base/parts.h"
#include "thread/thread.h"

#include <holdfast.h>

#define NS_PER_MS UINT64_C(1000000)

static hf_crew_reports reports;
static hf_runtime *runtime;
static hf_thread *self;
static int64_t live_before;

static hf_runtime *make_runtime(void)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    hf_runtime *made;
    assert_int_equal(hf_runtime_create(&options, &made), HF_OK);
    return made;
}

static int set_up(void **state)
{
    (void)state;
    atomic_store(&reports.count, 0);
    live_before = hfi_alloc_live();
    runtime = make_runtime();
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_thread_detach(self), HF_OK);
    hf_runtime_destroy(runtime, &leaks);
    assert_int_equal(leaks.threads, 0);
    assert_int_equal(leaks.fences, 0);
    assert_int_equal(hfi_alloc_live(), live_before);
    return 0;
}

static hfi_world *world_of(hf_runtime *of)
{
    return hfi_parts_of(of)->world;
}

/* Asserts that exactly one report came since the last time. */
static void expect_report(hf_status status)
{
    assert_int_equal(atomic_exchange(&reports.count, 0), 1);
    assert_int_equal(atomic_load(&reports.last), status);
}

/* ---- error values ---- */

static hfp_native_error some_error(void)
{
    hfp_native_error error = hfp_native_error_save();
    bool has_last = hfp_features_get()->system[0] == 'w';
    error.errno_value = 77;
    error.last_error = has_last ? 1234 : 0;
    return error;
}

static void stop_for_20_ms(hf_crew_member *me)
{
    hfi_world *world = me->user;
    hfi_world_stop(world, NULL);
    me->work = 1;
    atomic_store(&me->crew->is_over, true); /* stopped: the test may come back */
    hfp_sleep_ns(20 * NS_PER_MS);
    hfi_world_resume(world, NULL);
}

static void thread_keeps_the_error_values_over_a_slow_way_back(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_native_error seen;
    hfp_native_error set = some_error();
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_start(&crew, 1, stop_for_20_ms, world_of(runtime));
    while (!atomic_load(&crew.is_over)) {
        hfp_thread_yield();
    }

    uint64_t began = hfp_clock_ns();
    hfp_native_error_restore(set);
    hf_status status = hf_native_end(self, &seen);
    hfp_native_error after = hfp_native_error_save();
    uint64_t took = hfp_clock_ns() - began;
    hf_crew_join(&crew);

    assert_int_equal(status, HF_OK);
    assert_true(took > 5 * NS_PER_MS);
    assert_int_equal(seen.errno_value, 77);
    assert_int_equal(seen.last_error, set.last_error);
    assert_int_equal(after.errno_value, 77);
    assert_int_equal(after.last_error, set.last_error);
}

static void thread_keeps_the_error_values_over_every_door(void **state)
{
    (void)state;
    hfp_native_error set = some_error();
    for (int door = 0; door < 5; door++) {
        hf_status status = HF_OK;
        hfp_native_error_restore(set);
        switch (door) {
        case 0:
            status = hf_safepoint(self);
            break;
        case 1:
            status = hf_native_begin(self);
            break;
        case 2:
            status = hf_native_end(self, NULL);
            break;
        case 3:
            status = hf_thread_detach(self);
            break;
        default:
            status = hf_thread_attach(runtime, &self);
            break;
        }
        hfp_native_error after = hfp_native_error_save();
        assert_int_equal(status, HF_OK);
        assert_int_equal(after.errno_value, 77);
        assert_int_equal(after.last_error, set.last_error);
    }
}

/* ---- records on the stack ---- */

/* Both orders: the compiler may lay out two records of one function as it likes. */
static void thread_takes_records_of_one_function_in_any_order(void **state)
{
    (void)state;
    for (int first = 0; first < 2; first++) {
        hf_frame frame[2];
        hf_fence fence[2];
        assert_int_equal(hf_frame_begin(self, &frame[first], HF_SITE), HF_OK);
        assert_int_equal(hf_frame_begin(self, &frame[1 - first], HF_SITE), HF_OK);
        hf_ref bytes = hf_local(self);
        assert_int_equal(hf_bytes_create(self, 100, bytes), HF_OK);
        assert_int_equal(hf_fence_begin(self, &fence[first], bytes, NULL, "a", HF_SITE), HF_OK);
        assert_int_equal(hf_fence_begin(self, &fence[1 - first], bytes, NULL, "b", HF_SITE), HF_OK);
        assert_int_equal(hf_fence_end(&fence[1 - first]), HF_OK);
        assert_int_equal(hf_fence_end(&fence[first]), HF_OK);
        hf_frame_end(&frame[1 - first]);
        assert_ptr_equal(self->frames, &frame[first]);
        hf_frame_end(&frame[first]);
        assert_null(self->frames);
        assert_int_equal(atomic_load(&reports.count), 0);
    }
}

/* So deep that what is called next does not write over it. */
__attribute__((noinline)) static void leave_a_fence_open(hf_ref bytes)
{
    struct {
        hf_fence fence;
        char above[4096];
    } deep;
    assert_int_equal(hf_fence_begin(self, &deep.fence, bytes, NULL, "left", HF_SITE), HF_OK);
}

__attribute__((noinline)) static void leave_a_frame_open(void)
{
    hf_frame frame;
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
}

static void thread_reports_records_of_functions_that_have_returned(void **state)
{
    (void)state;
    hf_frame frame;
    hf_frame inner;
    hf_fence fence;
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
    hf_ref bytes = hf_local(self);
    assert_int_equal(hf_bytes_create(self, 100, bytes), HF_OK);

    leave_a_fence_open(bytes);
    assert_int_equal(hf_fence_begin(self, &fence, bytes, NULL, "next", HF_SITE), HF_OK);
    expect_report(HF_E_MISUSE);
    assert_ptr_equal(self->records, &fence.record_);
    assert_int_equal(hf_fence_end(&fence), HF_OK);

    leave_a_frame_open();
    assert_int_equal(hf_frame_begin(self, &inner, HF_SITE), HF_OK);
    expect_report(HF_E_MISUSE);
    assert_ptr_equal(inner.outer_, &frame);
    hf_frame_end(&inner);
    hf_frame_end(&frame);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(thread_keeps_the_error_values_over_a_slow_way_back),
        TEST(thread_keeps_the_error_values_over_every_door),
        TEST(thread_takes_records_of_one_function_in_any_order),
        TEST(thread_reports_records_of_functions_that_have_returned),
    };
    return cmocka_run_group_tests_name("thread_stack", tests, NULL, NULL);
}
