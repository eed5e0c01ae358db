/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Attaching and detaching, the states of a thread and who may use its record.
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

static uint32_t state_of(hf_thread *thread)
{
    return atomic_load(&thread->state);
}

/* Asserts that exactly one report came since the last time. */
static void expect_report(hf_status status)
{
    assert_int_equal(atomic_exchange(&reports.count, 0), 1);
    assert_int_equal(atomic_load(&reports.last), status);
}

/* ---- attaching ---- */

static void thread_is_managed_after_attach_and_counted(void **state)
{
    (void)state;
    assert_int_equal(state_of(self), HFI_MANAGED);
    assert_int_equal(hfi_world_thread_count(world_of(runtime)), 1);
    assert_ptr_equal(hfi_world_self(world_of(runtime)), self);
    assert_ptr_equal(hf_thread_runtime(self), runtime);
    assert_null(hf_thread_runtime(NULL));
}

static void thread_attached_twice_is_a_misuse_and_stays_attached(void **state)
{
    (void)state;
    hf_thread *again = self;

    assert_int_equal(hf_thread_attach(runtime, &again), HF_E_MISUSE);

    expect_report(HF_E_MISUSE);
    assert_null(again);
    assert_int_equal(hfi_world_thread_count(world_of(runtime)), 1);
    assert_int_equal(hf_safepoint(self), HF_OK);
}

static void thread_functions_refuse_null(void **state)
{
    (void)state;
    hf_thread *thread = self;
    hf_native_error error;
    assert_int_equal(hf_thread_attach(runtime, NULL), HF_E_NULL);
    assert_int_equal(hf_thread_attach(NULL, &thread), HF_E_NULL);
    assert_null(thread);
    assert_int_equal(hf_thread_detach(NULL), HF_E_NULL);
    assert_int_equal(hf_safepoint(NULL), HF_E_NULL);
    assert_int_equal(hf_native_begin(NULL), HF_E_NULL);
    assert_int_equal(hf_native_end(NULL, &error), HF_E_NULL);
    assert_int_equal(hf_native_refusal(NULL), HF_E_NULL);
    assert_int_equal(atomic_load(&reports.count), 0);
}

static void thread_record_is_refused_after_its_detach(void **state)
{
    (void)state;
    hf_thread *old = self;
    assert_int_equal(hf_thread_detach(self), HF_OK);

    assert_int_equal(hf_safepoint(old), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_native_begin(old), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_thread_detach(old), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);

    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
    assert_ptr_not_equal(self, old);
    assert_int_equal(hf_safepoint(old), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
}

static void thread_records_are_used_again_when_many_are_detached(void **state)
{
    (void)state;
    int64_t live = hfi_alloc_live();

    for (int i = 0; i < 2000; i++) {
        assert_int_equal(hf_thread_detach(self), HF_OK);
        assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
    }

    assert_true(hfi_alloc_live() - live < 100);
    assert_int_equal(hfi_world_thread_count(world_of(runtime)), 1);
}

static void thread_whose_key_cannot_be_cleared_is_detached_all_the_same(void **state)
{
    (void)state;
    hfi_fault_arm(1, 1);
    assert_int_equal(hf_thread_detach(self), HF_OK);
    hfi_fault_disarm();
    assert_string_equal(hfi_fault_last(), "key set");

    assert_null(hfi_world_self(world_of(runtime)));
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
}

static void thread_detach_ends_and_reports_open_frames_and_fences(void **state)
{
    (void)state;
    hf_frame frame;
    hf_fence fence;
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
    hf_ref bytes = hf_local(self);
    assert_int_equal(hf_bytes_create(self, 100, bytes), HF_OK);
    assert_int_equal(hf_fence_begin(self, &fence, bytes, NULL, "fence", HF_SITE), HF_OK);

    assert_int_equal(hf_thread_detach(self), HF_OK);

    assert_int_equal(atomic_exchange(&reports.count, 0), 2);
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
}

/* ---- states ---- */

static void thread_in_native_state_is_refused_everything_managed(void **state)
{
    (void)state;
    hf_frame frame;
    assert_int_equal(hf_native_begin(self), HF_OK);
    assert_int_equal(state_of(self), HFI_NATIVE);

    assert_int_equal(hf_native_begin(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_safepoint(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_collect(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_thread_detach(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);

    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    assert_int_equal(state_of(self), HFI_MANAGED);
    assert_int_equal(hf_native_end(self, NULL), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
}

HFI_RAW_UNCHECKED static void thread_between_raw_begin_and_end_passes_no_safepoint(void **state)
{
    (void)state;
    assert_int_equal(hf_raw_begin(self), HF_OK);

    assert_int_equal(hf_safepoint(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_collect(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_native_begin(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_native_end(self, NULL), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);

    assert_int_equal(hf_raw_end(self), HF_OK);
    assert_int_equal(hf_safepoint(self), HF_OK);
}

/* Counts how often it was evaluated: as an expression in the macros it stands for native code. */
static int touch(int *evaluated)
{
    return ++*evaluated;
}

static void native_call_gives_what_refuses_the_way_in_and_calls_nothing(void **state)
{
    (void)state;
    int evaluated = 0;
    int value = 7;
    hf_thread *none = NULL;
    assert_int_equal(HF_NATIVE_CALL(none, NULL, value, touch(&evaluated)), HF_E_NULL);
    assert_int_equal(HF_NATIVE_CALL_VOID(none, NULL, touch(&evaluated)), HF_E_NULL);
    assert_int_equal(atomic_load(&reports.count), 0);

    assert_int_equal(hf_native_begin(self), HF_OK);
    assert_int_equal(HF_NATIVE_CALL(self, NULL, value, touch(&evaluated)), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(HF_NATIVE_CALL_VOID(self, NULL, touch(&evaluated)), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    assert_int_equal(evaluated, 0);
    assert_int_equal(value, 7);

    assert_int_equal(HF_NATIVE_CALL(self, NULL, value, touch(&evaluated)), HF_OK);
    assert_int_equal(HF_NATIVE_CALL_VOID(self, NULL, touch(&evaluated)), HF_OK);
    assert_int_equal(evaluated, 2);
    assert_int_equal(value, 1);
    assert_int_equal(state_of(self), HFI_MANAGED);
}

static void use_foreign_record(hf_crew_member *me)
{
    hf_thread *foreign = me->user;
    uint32_t state = state_of(foreign);
    HF_CREW_CHECK(me, hf_safepoint(foreign) == HF_E_DETACHED);
    HF_CREW_CHECK(me, hf_native_begin(foreign) == HF_E_DETACHED);
    HF_CREW_CHECK(me, hf_native_end(foreign, NULL) == HF_E_DETACHED);
    HF_CREW_CHECK(me, hf_native_refusal(foreign) == HF_E_DETACHED);
    HF_CREW_CHECK(me, hf_collect(foreign) == HF_E_DETACHED);
    HF_CREW_CHECK(me, hf_thread_detach(foreign) == HF_E_DETACHED);
    HF_CREW_CHECK(me, state_of(foreign) == state);
}

HFI_RAW_UNCHECKED
static void end_foreign_stretch(hf_crew_member *me)
{
    HF_CREW_CHECK(me, hf_raw_end(me->user) == HF_E_DETACHED);
    HF_CREW_CHECK(me, state_of(me->user) == HFI_RAW);
}

static void thread_ends_its_raw_stretch_itself(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    assert_int_equal(hf_raw_begin(self), HF_OK);
    hf_crew_start(&crew, 1, end_foreign_stretch, self);
    hf_crew_join(&crew);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_raw_end(self), HF_OK);
}

static void thread_record_is_refused_to_any_other_thread(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_crew_start(&crew, 1, use_foreign_record, self);
    hf_crew_join(&crew);
    assert_int_equal(atomic_exchange(&reports.count, 0), 5);

    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_start(&crew, 1, use_foreign_record, self);
    hf_crew_join(&crew);
    assert_int_equal(atomic_exchange(&reports.count, 0), 5);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
}

/* ---- ends without a detach ---- */

typedef enum ending { IN_MANAGED, IN_NATIVE, WITH_FENCE, WITH_FENCE_IN_NATIVE } ending;

static void die_attached(hf_crew_member *me)
{
    ending how = *(ending *)me->user;
    hf_thread *thread;
    hf_frame frame;
    hf_fence fence;
    if (!HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK)) {
        return;
    }
    if (how == WITH_FENCE || how == WITH_FENCE_IN_NATIVE) {
        HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
        hf_ref bytes = hf_local(thread);
        HF_CREW_CHECK(me, hf_bytes_create(thread, 64, bytes) == HF_OK);
        HF_CREW_CHECK(me, hf_fence_begin(thread, &fence, bytes, NULL, "fence", HF_SITE) == HF_OK);
    }
    if (how == IN_NATIVE || how == WITH_FENCE_IN_NATIVE) {
        HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
    }
}

static void thread_that_dies_attached_is_buried_and_holds_up_nobody(void **state)
{
    (void)state;
    for (ending how = IN_MANAGED; how <= WITH_FENCE_IN_NATIVE; how++) {
        hf_crew crew = { 0 };
        assert_int_equal(hf_native_begin(self), HF_OK);
        hf_crew_start(&crew, 3, die_attached, &how);
        hf_crew_join(&crew);
        assert_int_equal(hf_native_end(self, NULL), HF_OK);

        assert_int_equal(hf_collect(self), HF_OK);
        assert_int_equal(hf_heap_check(self), HF_OK);
        assert_int_equal(hfi_world_thread_count(world_of(runtime)), 1);
    }
}

typedef struct dying {
    _Atomic(hf_thread *) thread;
    _Atomic(bool) may_die;
} dying;

static void die_when_told(hf_crew_member *me)
{
    dying *shared = me->user;
    hf_thread *thread;
    hf_frame frame;
    hf_fence fence;
    HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK);
    HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
    hf_ref bytes = hf_local(thread);
    HF_CREW_CHECK(me, hf_bytes_create(thread, 64, bytes) == HF_OK);
    HF_CREW_CHECK(me, hf_fence_begin(thread, &fence, bytes, NULL, "fence", HF_SITE) == HF_OK);
    HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
    atomic_store(&shared->thread, thread);
    while (!atomic_load(&shared->may_die)) {
        hfp_thread_yield();
    }
}

static void thread_that_dies_waits_for_the_collector_that_reads_its_records(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    dying shared = { NULL, false };
    hf_thread *thread;
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_start(&crew, 1, die_when_told, &shared);
    while (!(thread = atomic_load(&shared.thread))) {
        hfp_thread_yield();
    }

    hfi_world_stop(world_of(runtime), NULL);
    atomic_store(&shared.may_die, true);
    hfp_sleep_ns(30 * NS_PER_MS);
    bool is_there = thread->records != NULL && state_of(thread) != HFI_DETACHED;
    hfi_world_resume(world_of(runtime), NULL);
    hf_crew_join(&crew);

    assert_true(is_there);
    assert_int_equal(state_of(thread), HFI_DETACHED);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    assert_int_equal(hf_collect(self), HF_OK);
}

/* ---- several runtimes ---- */

static void thread_is_attached_to_two_runtimes_apart(void **state)
{
    (void)state;
    hf_runtime *other = make_runtime();
    hf_thread *there;
    assert_int_equal(hf_thread_attach(other, &there), HF_OK);
    assert_ptr_not_equal(there, self);
    assert_ptr_equal(hf_thread_runtime(there), other);

    assert_int_equal(hf_native_begin(self), HF_OK);
    assert_int_equal(hf_collect(there), HF_OK);
    assert_int_equal(hf_safepoint(self), HF_E_DETACHED);
    expect_report(HF_E_DETACHED);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);

    assert_int_equal(hf_native_begin(there), HF_OK);
    assert_int_equal(hf_collect(self), HF_OK);
    assert_int_equal(hf_native_end(there, NULL), HF_OK);
    assert_int_equal(hf_thread_detach(there), HF_OK);
    hf_runtime_destroy(other, NULL);
    assert_int_equal(hf_collect(self), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(thread_is_managed_after_attach_and_counted),
        TEST(thread_attached_twice_is_a_misuse_and_stays_attached),
        TEST(thread_functions_refuse_null),
        TEST(thread_record_is_refused_after_its_detach),
        TEST(thread_records_are_used_again_when_many_are_detached),
        TEST(thread_whose_key_cannot_be_cleared_is_detached_all_the_same),
        TEST(thread_detach_ends_and_reports_open_frames_and_fences),
        TEST(thread_in_native_state_is_refused_everything_managed),
        TEST(thread_between_raw_begin_and_end_passes_no_safepoint),
        TEST(native_call_gives_what_refuses_the_way_in_and_calls_nothing),
        TEST(thread_ends_its_raw_stretch_itself),
        TEST(thread_record_is_refused_to_any_other_thread),
        TEST(thread_that_dies_attached_is_buried_and_holds_up_nobody),
        TEST(thread_that_dies_waits_for_the_collector_that_reads_its_records),
        TEST(thread_is_attached_to_two_runtimes_apart),
    };
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
