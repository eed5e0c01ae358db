/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * A runtime's options, its end, and what it leaves behind when memory is refused
 * at any of its steps.
 */

#include "crew.h"
#include "hf_test.h"

#include "base/alloc.h"
#include "base/parts.h"
#include "thread/thread.h"

#include <holdfast.h>

#include <string.h>

#define NS_PER_MS UINT64_C(1000000)

static hf_crew_reports reports;

static hf_runtime_options reporting_options(void)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    atomic_store(&reports.count, 0);
    return options;
}

/* ---- faults; first of all, because the hooks of forks are registered once in a process ---- */

static void runtime_create_leaves_nothing_behind_wherever_it_fails(void **state)
{
    (void)state;
    hf_runtime_options options = reporting_options();
    unsigned failures = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        int64_t live = hfi_alloc_live();
        hf_runtime *runtime = (hf_runtime *)(void *)&options;

        hfi_fault_arm(nth, 1);
        hf_status status = hf_runtime_create(&options, &runtime);
        hfi_fault_disarm();
        was_hit = hfi_fault_last()[0] != 0;

        if (status != HF_OK) {
            failures++;
            assert_true(status == HF_E_NOMEM || status == HF_E_SYSTEM);
            assert_null(runtime);
        }
        hf_runtime_destroy(runtime, NULL);
        assert_int_equal(hfi_alloc_live(), live);
    }
    assert_true(failures >= 8);
    assert_int_equal(atomic_load(&reports.count), 0);
}

static void runtime_without_address_space_is_refused(void **state)
{
    (void)state;
    int64_t live = hfi_alloc_live();
    hf_runtime *runtime;
    hfi_fault_arm(1, UINT64_MAX);
    hf_status status = hf_runtime_create(NULL, &runtime);
    hfi_fault_disarm();
    assert_int_equal(status, HF_E_NOMEM);
    assert_null(runtime);
    assert_int_equal(hfi_alloc_live(), live);
}

static void thread_attach_leaves_nothing_behind_wherever_it_fails(void **state)
{
    (void)state;
    hf_runtime_options options = reporting_options();
    int64_t live = hfi_alloc_live();
    hf_runtime *runtime;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    unsigned failures = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        hf_thread *thread;
        hfi_fault_arm(nth, 1);
        hf_status status = hf_thread_attach(runtime, &thread);
        hfi_fault_disarm();
        was_hit = hfi_fault_last()[0] != 0;

        if (status == HF_OK) {
            assert_int_equal(hf_collect(thread), HF_OK);
            assert_int_equal(hf_thread_detach(thread), HF_OK);
        } else {
            failures++;
            assert_int_equal(status, HF_E_NOMEM);
            assert_null(thread);
        }
        assert_int_equal(hfi_world_thread_count(hfi_parts_of(runtime)->world), 0);
    }
    hf_runtime_destroy(runtime, NULL);
    assert_true(failures >= 3);
    assert_int_equal(hfi_alloc_live(), live);
}

/* ---- options ---- */

static hf_status create_and_destroy(const void *options)
{
    hf_runtime *runtime;
    hf_status status = hf_runtime_create(options, &runtime);
    assert_true((status == HF_OK) == (runtime != NULL));
    hf_runtime_destroy(runtime, NULL);
    return status;
}

static void runtime_takes_options_of_other_sizes_only_if_they_say_nothing_new(void **state)
{
    (void)state;
    union {
        hf_runtime_options options;
        unsigned char bytes[sizeof(hf_runtime_options) + 16];
    } larger;
    memset(&larger, 0, sizeof larger);

    larger.options.struct_size = 0;
    assert_int_equal(create_and_destroy(&larger), HF_E_OPTIONS);
    larger.options.struct_size = 3;
    assert_int_equal(create_and_destroy(&larger), HF_E_OPTIONS);
    larger.options.struct_size = 4;
    assert_int_equal(create_and_destroy(&larger), HF_OK);
    larger.options.struct_size = sizeof larger;
    assert_int_equal(create_and_destroy(&larger), HF_OK);
    larger.bytes[sizeof larger - 1] = 1;
    assert_int_equal(create_and_destroy(&larger), HF_E_OPTIONS);
    larger.options.struct_size = sizeof larger - 1;
    assert_int_equal(create_and_destroy(&larger), HF_OK);
    assert_int_equal(create_and_destroy(NULL), HF_OK);
    assert_int_equal(hf_runtime_create(NULL, NULL), HF_E_NULL);
}

static void runtime_ignores_fields_behind_a_smaller_size(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.struct_size = (uint32_t)offsetof(hf_runtime_options, fence_mode);
    options.fence_mode = 99;
    options.checked = 99;
    assert_int_equal(create_and_destroy(&options), HF_OK);
}

static void runtime_refuses_values_that_it_does_not_know(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.fence_mode = HF_FENCE_BARRIER + 1;
    assert_int_equal(create_and_destroy(&options), HF_E_OPTIONS);
    options.fence_mode = 0;
    options.on_misuse = HF_MISUSE_ABORT + 1;
    assert_int_equal(create_and_destroy(&options), HF_E_OPTIONS);
    options.on_misuse = 0;
    options.checked = 2;
    assert_int_equal(create_and_destroy(&options), HF_E_OPTIONS);
}

static void runtime_with_more_slots_than_memory_refuses_threads_alone(void **state)
{
    (void)state;
    if (sizeof(void *) > 4) {
        skip(); /* there 2^32 slots are 32 GiB of addresses, which may be had */
    }
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.slots_max = UINT32_MAX;
    hf_runtime *runtime;
    hf_thread *thread;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &thread), HF_E_NOMEM);
    hf_runtime_destroy(runtime, NULL);
}

static void runtime_has_the_fence_mode_asked_for_or_none(void **state)
{
    (void)state;
    bool has_barrier = hfp_features_get()->has_process_barrier;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    hf_runtime *runtime;

    options.fence_mode = HF_FENCE_EXCHANGE;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_runtime_fence_mode(runtime), HF_FENCE_EXCHANGE);
    hf_runtime_destroy(runtime, NULL);

    options.fence_mode = HF_FENCE_BARRIER;
    assert_int_equal(hf_runtime_create(&options, &runtime), has_barrier ? HF_OK : HF_E_UNSUPPORTED);
    assert_int_equal(hf_runtime_fence_mode(runtime),
                     has_barrier ? HF_FENCE_BARRIER : HF_FENCE_AUTO);
    hf_runtime_destroy(runtime, NULL);

    options.fence_mode = HF_FENCE_AUTO;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    hf_fence_mode chosen = hf_runtime_fence_mode(runtime);
    assert_true(chosen == HF_FENCE_EXCHANGE || (chosen == HF_FENCE_BARRIER && has_barrier));
    hf_runtime_destroy(runtime, NULL);
}

/* ---- the end ---- */

/* What is kept for ever is kept reachable, so that a leak checker knows of it. */
static hf_runtime *kept[4];

static void runtime_destroy_takes_null_and_clears_the_leaks(void **state)
{
    (void)state;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    leaks.threads = 7;
    hf_runtime_destroy(NULL, &leaks);
    assert_int_equal(leaks.threads, 0);
    assert_false(hf_runtime_is_stopping(NULL));
}

static void runtime_destroyed_by_an_attached_thread_keeps_all_it_may_use(void **state)
{
    (void)state;
    hf_runtime_options options = reporting_options();
    hf_thread *thread;
    hf_thread *other;
    hf_frame frame;
    hf_fence fence;
    hf_span span;
    assert_int_equal(hf_runtime_create(&options, &kept[0]), HF_OK);
    assert_int_equal(hf_thread_attach(kept[0], &thread), HF_OK);
    assert_int_equal(hf_frame_begin(thread, &frame, HF_SITE), HF_OK);
    hf_ref bytes = hf_local(thread);
    assert_int_equal(hf_bytes_create(thread, 100, bytes), HF_OK);
    assert_int_equal(hf_fence_begin(thread, &fence, bytes, &span, "fence", HF_SITE), HF_OK);
    memset(span.data, 42, span.size);

    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(kept[0], &leaks);

    assert_int_equal(leaks.threads, 1);
    assert_int_equal(leaks.fences, 1);
    assert_int_equal(atomic_load(&reports.count), 1);
    assert_int_equal(atomic_load(&reports.last), HF_E_BUSY);
    assert_true(hf_runtime_is_stopping(kept[0]));
    assert_int_equal(((unsigned char *)span.data)[99], 42);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    bool was_called = false;
    assert_int_equal(hf_native_begin(thread), HF_E_SHUTDOWN);
    assert_int_equal(HF_NATIVE_CALL(thread, NULL, was_called, true), HF_E_SHUTDOWN);
    assert_int_equal(HF_NATIVE_CALL_VOID(thread, NULL, was_called = true), HF_E_SHUTDOWN);
    assert_false(was_called);
    assert_int_equal(hf_thread_attach(kept[0], &other), HF_E_SHUTDOWN);
    assert_int_equal(hf_collect(thread), HF_OK);
    unsigned char last = 0;
    assert_int_equal(hf_bytes_read(bytes, 99, &last, 1), HF_OK);
    assert_int_equal(last, 42);
    hf_frame_end(&frame);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
}

typedef struct sleeper {
    hf_runtime *runtime;
    bool is_managed;
    _Atomic(bool) is_ready;
    _Atomic(bool) is_destroyed;
} sleeper;

static void outlive_the_runtime(hf_crew_member *me)
{
    sleeper *shared = me->user;
    hf_thread *thread;
    HF_CREW_CHECK(me, hf_thread_attach(shared->runtime, &thread) == HF_OK);
    if (!shared->is_managed) {
        HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
    }
    atomic_store(&shared->is_ready, true);
    while (!atomic_load(&shared->is_destroyed)) {
        hfp_sleep_ns(NS_PER_MS);
    }
    if (!shared->is_managed) {
        HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_E_SHUTDOWN);
    }
    HF_CREW_CHECK(me, hf_native_begin(thread) == HF_E_SHUTDOWN);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void destroy_under(sleeper *shared)
{
    hf_runtime_options options = reporting_options();
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_crew crew = { 0 };
    assert_int_equal(hf_runtime_create(&options, &shared->runtime), HF_OK);
    hf_crew_start(&crew, 1, outlive_the_runtime, shared);
    while (!atomic_load(&shared->is_ready)) {
        hfp_thread_yield();
    }

    hf_runtime_destroy(shared->runtime, &leaks);
    atomic_store(&shared->is_destroyed, true);
    hf_crew_join(&crew);

    assert_int_equal(leaks.threads, 1);
    assert_int_equal(atomic_load(&reports.count), 1);
}

static void runtime_destroyed_under_a_native_thread_is_there_when_it_comes_back(void **state)
{
    (void)state;
    sleeper shared = { 0 };
    destroy_under(&shared);
    kept[1] = shared.runtime;
}

static void runtime_destroyed_under_a_managed_thread_does_not_wait_for_ever(void **state)
{
    (void)state;
    sleeper shared = { .is_managed = true };
    destroy_under(&shared);
    kept[2] = shared.runtime;
}

static void runtime_destroy_counts_what_was_left(void **state)
{
    (void)state;
    hf_runtime_options options = reporting_options();
    hf_thread *thread;
    hf_frame frame;
    hf_global *global;
    hf_pin *pin;
    assert_int_equal(hf_runtime_create(&options, &kept[3]), HF_OK);
    assert_int_equal(hf_thread_attach(kept[3], &thread), HF_OK);
    assert_int_equal(hf_frame_begin(thread, &frame, HF_SITE), HF_OK);
    hf_ref bytes = hf_local(thread);
    assert_int_equal(hf_bytes_create(thread, 100, bytes), HF_OK);
    assert_int_equal(hf_global_create(thread, bytes, &global), HF_OK);
    assert_int_equal(hf_pin_create_at(thread, bytes, &pin, HF_SITE), HF_OK);
    hf_span span = hf_pin_span(pin);
    hf_frame_end(&frame);
    assert_int_equal(hf_thread_detach(thread), HF_OK);

    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(kept[3], &leaks);

    assert_int_equal(leaks.threads, 0);
    assert_int_equal(leaks.globals, 1);
    assert_int_equal(leaks.pins, 1);
    memset(span.data, 1, span.size);
    hf_pin_destroy(pin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runtime_create_leaves_nothing_behind_wherever_it_fails),
        cmocka_unit_test(runtime_without_address_space_is_refused),
        cmocka_unit_test(thread_attach_leaves_nothing_behind_wherever_it_fails),
        cmocka_unit_test(runtime_takes_options_of_other_sizes_only_if_they_say_nothing_new),
        cmocka_unit_test(runtime_ignores_fields_behind_a_smaller_size),
        cmocka_unit_test(runtime_refuses_values_that_it_does_not_know),
        cmocka_unit_test(runtime_with_more_slots_than_memory_refuses_threads_alone),
        cmocka_unit_test(runtime_has_the_fence_mode_asked_for_or_none),
        cmocka_unit_test(runtime_destroy_takes_null_and_clears_the_leaks),
        cmocka_unit_test(runtime_destroyed_by_an_attached_thread_keeps_all_it_may_use),
        cmocka_unit_test(runtime_destroyed_under_a_native_thread_is_there_when_it_comes_back),
        cmocka_unit_test(runtime_destroyed_under_a_managed_thread_does_not_wait_for_ever),
        cmocka_unit_test(runtime_destroy_counts_what_was_left),
    };
    return cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
}
