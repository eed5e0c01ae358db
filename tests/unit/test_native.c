/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * HF_NATIVE_CALL: the inline crossing, and each way that leads out of it.
 *
 * Which way a call took is told by the record's address of errno: the inline crossing reads through
 * it, the library's functions ask the system.
 */

#include "crew.h"
#include "managed.h"

#include "base/parts.h"
#include "thread/thread.h"

#define FAKE_ERRNO 7001
#define REAL_ERRNO 7002

static managed world;

static int set_up(void **state)
{
    (void)state;
    managed_begin(&world, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    managed_end(&world);
    return 0;
}

/* As a native function that fails. */
static int fail_with(int errno_value, uint32_t last_error)
{
    hfp_native_error_restore(
        (hfp_native_error){ .errno_value = errno_value, .last_error = last_error });
    return -1;
}

/* The errno that a call captures while the record says that errno is elsewhere. */
static int errno_seen(hf_thread *thread)
{
    int fake = FAKE_ERRNO;
    int *real = thread->errno_at;
    hf_native_error error = { 0, 0, 0 };
    int result = 0;
    thread->errno_at = &fake;
    hf_status status = HF_NATIVE_CALL(thread, &error, result, fail_with(REAL_ERRNO, 0));
    thread->errno_at = real;
    return status == HF_OK && result == -1 ? error.errno_value : -1;
}

static bool is_inline(void)
{
    return atomic_load(&world.thread->detours) == 0;
}

static void native_call_captures_what_the_callee_left(void **state)
{
    (void)state;
    hf_native_error error = { 0, 0, 0 };
    hf_native_error expected;
    int result = 0;
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    (void)fail_with(34, 1234);
    assert_int_equal(hf_native_end(world.thread, &expected), HF_OK);

    assert_int_equal(HF_NATIVE_CALL(world.thread, &error, result, fail_with(34, 1234)), HF_OK);

    assert_int_equal(result, -1);
    assert_int_equal(error.errno_value, 34);
    assert_memory_equal(&error, &expected, sizeof error);
    hfp_native_error now = hfp_native_error_save();
    assert_int_equal(now.errno_value, 34);
    assert_int_equal(now.last_error, error.last_error);
    assert_int_equal(HF_NATIVE_CALL_VOID(world.thread, NULL, (void)fail_with(1, 1)), HF_OK);
}

static void native_call_is_inline_when_nothing_is_out_of_the_ordinary(void **state)
{
    (void)state;
    if (!is_inline()) {
        skip(); /* stress or exchange mode */
    }
    assert_int_equal(errno_seen(world.thread), FAKE_ERRNO);
}

static void native_call_takes_the_functions_for_every_detour(void **state)
{
    (void)state;
    const uint32_t detours[] = { HFI_DETOUR_EXCHANGE, HFI_DETOUR_STRESS, HFI_DETOUR_ERRORS };
    uint32_t before = atomic_load(&world.thread->detours);
    for (size_t i = 0; i < sizeof detours / sizeof detours[0]; i++) {
        atomic_store(&world.thread->detours, detours[i]);
        assert_int_equal(errno_seen(world.thread), REAL_ERRNO);
    }
    atomic_store(&world.thread->detours, before);
}

static void native_call_makes_a_detour_in_exchange_mode(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.fence_mode = HF_FENCE_EXCHANGE;
    managed m;
    managed_begin(&m, &options);
    assert_true(atomic_load(&m.thread->detours) & HFI_DETOUR_EXCHANGE);
    assert_int_equal(errno_seen(m.thread), REAL_ERRNO);
    managed_end(&m);
}

static void native_call_collects_at_each_crossing_under_stress(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.stress_every = 1;
    managed m;
    managed_begin(&m, &options);
    int result = 0;
    uint64_t before = managed_statistics(&m).collections;

    assert_int_equal(HF_NATIVE_CALL(m.thread, NULL, result, fail_with(1, 1)), HF_OK);

    assert_int_equal(result, -1);
    assert_int_equal(managed_statistics(&m).collections, before + 2);
    managed_end(&m);
}

static void native_call_is_refused_when_the_runtime_has_stopped(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    int result = 0;
    assert_int_equal(hf_native_begin(m.thread), HF_OK);
    hfi_world_close(hfi_parts_of(m.runtime)->world);
    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);

    assert_true(atomic_load(&m.thread->detours) & HFI_DETOUR_CLOSED);
    assert_int_equal(HF_NATIVE_CALL(m.thread, NULL, result, fail_with(1, 1)), HF_E_SHUTDOWN);

    assert_int_equal(result, 0);
    managed_end(&m);
}

static void use_foreign(hf_crew_member *me)
{
    hf_thread *foreign = me->user;
    int result = 0;
    HF_CREW_CHECK(me, HF_NATIVE_CALL(foreign, NULL, result, fail_with(1, 1)) == HF_E_DETACHED);
    HF_CREW_CHECK(me, result == 0);
}

static void native_call_refuses_the_record_of_another_thread(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_crew_start(&crew, 1, use_foreign, world.thread);
    hf_crew_join(&crew);
    managed_expect(&world, "hf_native_begin", "does not own");
}

/* ---- against a collector ---- */

typedef struct race {
    hf_runtime *runtime;
    _Atomic(bool) is_still; /* between a stop and its resume */
    _Atomic(uint64_t) crossings;
    bool is_plain; /* written by the collector while it stands, read by managed threads */
} race;

static void cross_all_the_time(hf_crew_member *me)
{
    race *r = me->user;
    hf_thread *thread;
    int result = 0;
    HF_CREW_CHECK(me, hf_thread_attach(r->runtime, &thread) == HF_OK);
    while (!hf_crew_is_over(me)) {
        HF_CREW_CHECK(me, HF_NATIVE_CALL(thread, NULL, result, fail_with(2, 2)) == HF_OK);
        HF_CREW_CHECK(me, result == -1 && !atomic_load(&r->is_still) && !r->is_plain);
        atomic_fetch_add(&r->crossings, 1);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void native_call_never_comes_back_into_a_world_that_stands(void **state)
{
    (void)state;
    hfi_world *stopped = hfi_parts_of(world.runtime)->world;
    race r = { .runtime = world.runtime };
    hf_crew crew = { 0 };
    hf_crew_start(&crew, 2, cross_all_the_time, &r);
    unsigned rounds = managed_rounds(300, 50);
    for (unsigned i = 0; i < rounds || atomic_load(&r.crossings) < rounds; i++) {
        hfi_world_stop(stopped, world.thread);
        atomic_store(&r.is_still, true);
        r.is_plain = true;
        if (i % 8 == 0) {
            hfp_sleep_ns(20000); /* so that they come to closed gates */
        }
        r.is_plain = false;
        atomic_store(&r.is_still, false);
        hfi_world_resume(stopped, world.thread);
        hfp_sleep_ns(50000); /* under stress they want the world too */
    }
    assert_int_equal(HF_NATIVE_CALL_VOID(world.thread, NULL, hf_crew_end(&crew)), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(native_call_captures_what_the_callee_left),
        TEST(native_call_is_inline_when_nothing_is_out_of_the_ordinary),
        TEST(native_call_takes_the_functions_for_every_detour),
        TEST(native_call_makes_a_detour_in_exchange_mode),
        TEST(native_call_collects_at_each_crossing_under_stress),
        TEST(native_call_is_refused_when_the_runtime_has_stopped),
        TEST(native_call_refuses_the_record_of_another_thread),
        TEST(native_call_never_comes_back_into_a_world_that_stands),
    };
    return cmocka_run_group_tests_name("native", tests, NULL, NULL);
}
