/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=180 */

/*
 * The runner's queue, its watchdog and its figures: in which order works run, what a
 * blocked one costs, and who says so.
 */

#include "hf_test.h"

#include "crew.h"
#include "lifetimes.h"
#include "thread/thread.h"

#include <string.h>

#define MILLISECOND UINT64_C(1000000)

static int begin_watched(void **state, uint64_t watchdog_ns)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.watchdog_ns = watchdog_ns;
    lifetimes_begin_with(&world, &options);
    *state = &world;
    return 0;
}

static int begin(void **state)
{
    return begin_watched(state, 20 * MILLISECOND);
}

static int begin_slow(void **state)
{
    return begin_watched(state, 5000 * MILLISECOND);
}

static int begin_off(void **state)
{
    return begin_watched(state, UINT64_MAX);
}

static int armed_line;

static void arm_and_drop(hf_finalizer_fn run, void *user)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    armed_line = __LINE__ + 1;
    assert_int_equal(hf_finalizer_set(world.thread, object, run, user), HF_OK);
}

static hf_runner_stats stats_now(void)
{
    hf_runner_stats stats = HF_RUNNER_STATS_INIT;
    assert_int_equal(hf_runner_stats_get(world.thread, &stats), HF_OK);
    return stats;
}

typedef struct obstacle {
    lifetimes_ticket ticket;
    _Atomic(bool) is_reached;
    _Atomic(bool) is_lifted;
} obstacle;

static void stop_there(hf_thread *runner, hf_ref object, void *user)
{
    obstacle *block = user;
    atomic_store(&block->is_reached, true);
    lifetimes_await(runner, &block->is_lifted);
    lifetimes_finalize(runner, object, &block->ticket);
}

static void block_runner(obstacle *block)
{
    arm_and_drop(stop_there, block);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    lifetimes_await(world.thread, &block->is_reached);
}

static unsigned reports_of(const char *words)
{
    unsigned found = 0;
    for (unsigned i = 0; i < lifetimes_reports(&world); i++) {
        const lifetimes_report *report = lifetimes_report_at(&world, i);
        found += report && strstr(report->text, words) != NULL;
    }
    return found;
}

/* ---- the watchdog ---- */

static void watchdog_names_a_run_that_a_drain_waits_for_once_and_when_it_returns(void **state)
{
    (void)state;
    obstacle block = { .ticket = ticket_of(1) };
    block_runner(&block);
    int line = armed_line;

    assert_int_equal(hf_runner_drain(world.thread, 80 * MILLISECOND), HF_E_TIMEOUT);
    assert_int_equal(hf_runner_drain(world.thread, 80 * MILLISECOND), HF_E_TIMEOUT);

    assert_int_equal(reports_of("has been running for"), 1);
    assert_int_equal(lifetimes_reports(&world), 1);
    const lifetimes_report *report = lifetimes_report_at(&world, 0);
    assert_int_equal(report->kind, HF_REPORT_WARNING);
    assert_non_null(strstr(report->text, "a finalizer has been running for"));
    assert_non_null(strstr(report->text, "array"));
    assert_int_equal(report->line, line);
    assert_true(stats_now().running_ns >= 100 * MILLISECOND);
    assert_int_equal(stats_now().named, 1);

    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(reports_of("returned at last"), 1);
    assert_int_equal(lifetimes_reports(&world), 2);
    assert_int_equal(stats_now().running_ns, 0);
    assert_true(stats_now().longest_ns >= 100 * MILLISECOND);
}

static void watchdog_speaks_to_who_collects_too(void **state)
{
    (void)state;
    obstacle block = { .ticket = ticket_of(1) };
    block_runner(&block);
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    hfp_sleep_ns(40 * MILLISECOND);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);

    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(hf_collect(world.thread), HF_OK);

    assert_int_equal(reports_of("has been running for"), 1);
    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
}

static void watchdog_is_silent_about_runs_in_time(void **state)
{
    (void)state;
    lifetimes_ticket tickets[50];
    for (unsigned i = 0; i < 50; i++) {
        tickets[i] = ticket_of(i + 1);
        arm_and_drop(lifetimes_finalize, &tickets[i]);
    }
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 50);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void watchdog_that_is_off_says_nothing(void **state)
{
    (void)state;
    obstacle block = { .ticket = ticket_of(1) };
    block_runner(&block);
    assert_int_equal(hf_runner_drain(world.thread, 60 * MILLISECOND), HF_E_TIMEOUT);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(lifetimes_reports(&world), 0);
    assert_int_equal(stats_now().running_ns, 0);
    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(lifetimes_reports(&world), 0);
}

/* ---- order and figures ---- */

static hf_status note_release(uintptr_t value, void *user)
{
    lifetimes_note(user, value);
    return HF_OK;
}

static const hf_resource_class note_class = {
    .struct_size = (uint32_t)sizeof(hf_resource_class),
    .name = "note",
    .release = note_release,
    .user = &world,
    .on_leak = HF_LEAK_RELEASE,
};

static void runner_does_critical_works_last_but_no_later_than_their_collection(void **state)
{
    (void)state;
    obstacle block = { .ticket = ticket_of(100) };
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    block_runner(&block);

    for (int cycle = 0; cycle < 2; cycle++) { /* the resource dies beside the finalizer's object */
        {
            HF_FRAME(world.thread);
            hf_ref resource = hf_local(world.thread);
            assert_int_equal(
                hf_resource_create(world.thread, &note_class, 11u + (unsigned)cycle, resource),
                HF_OK);
            arm_and_drop(lifetimes_finalize, &tickets[cycle]);
        }
        assert_int_equal(hf_collect(world.thread), HF_OK);
    }
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(stats_now().pending, 5);
    assert_true(stats_now().oldest_ns > 0);

    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    static const uintptr_t expected[] = { 100, 1, 11, 2, 12 };
    assert_int_equal(lifetimes_events(&world), 5);
    for (unsigned i = 0; i < 5 && !lifetimes_is_stress(); i++) {
        assert_int_equal(lifetimes_event(&world, i), expected[i]);
    }
    assert_int_equal(stats_now().pending, 0);
    assert_int_equal(stats_now().run, 5);
    assert_int_equal(stats_now().oldest_ns, 0);
}

static void runner_stats_refuse_what_is_not_theirs(void **state)
{
    (void)state;
    hf_runner_stats stats = HF_RUNNER_STATS_INIT;
    stats.struct_size = 3;
    assert_int_equal(hf_runner_stats_get(world.thread, &stats), HF_E_OPTIONS);
    assert_int_equal(hf_runner_stats_get(world.thread, NULL), HF_E_NULL);
    assert_int_equal(hf_runner_stats_get(NULL, &stats), HF_E_NULL);
}

/* ---- a long queue ---- */

static void check_number(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    _Atomic(uint64_t) *next = user;
    unsigned char bytes[8];
    uint64_t number;
    if (hf_bytes_read(object, 0, bytes, sizeof bytes) == HF_OK) {
        memcpy(&number, bytes, sizeof number);
        uint64_t expected = number;
        (void)atomic_compare_exchange_strong(next, &expected, number + 1);
    }
}

static void arm_numbered(uint64_t from, uint64_t count, _Atomic(uint64_t) *next)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    for (uint64_t i = from; i < from + count; i++) {
        assert_int_equal(hf_bytes_create(world.thread, 8, object), HF_OK);
        assert_int_equal(hf_bytes_write(object, 0, &i, sizeof i), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, check_number, next), HF_OK);
    }
}

/* More than two segments, in two collections, and a rest that stays as it is; each finalizer finds
 * its own object, in the order of arming. */
static void runner_queue_keeps_order_and_objects_when_it_is_handed_over(void **state)
{
    (void)state;
    uint64_t count = lifetimes_is_stress() ? 300 : 5000;
    obstacle block = { .ticket = ticket_of(1) };
    _Atomic(uint64_t) next = 0;
    block_runner(&block);
    for (int round = 0; round < 3; round++) {
        arm_numbered((uint64_t)round * count, count, &next);
        assert_int_equal(hf_collect(world.thread), HF_OK);
        assert_int_equal(hf_collect(world.thread), HF_OK);
    }
    assert_int_equal(hf_heap_check(world.thread), HF_OK);
    assert_int_equal(atomic_load(&next), 0);
    assert_int_equal(stats_now().pending, 3 * count + 1);

    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);

    assert_int_equal(atomic_load(&next), 3 * count);
    assert_int_equal(lifetimes_reports(&world), 0);
}

/* ---- switched off ---- */

static int begin_without(void **state)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.no_finalizers = 1;
    lifetimes_begin_with(&world, &options);
    *state = &world;
    return 0;
}

static void note_cleanup(hf_thread *runner, hf_ref argument, void *user)
{
    lifetimes_finalize(runner, argument, user);
}

static void runner_switched_off_runs_nothing_and_lets_all_of_it_go(void **state)
{
    (void)state;
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    uint64_t before = lifetimes_objects(&world);
    arm_and_drop(lifetimes_finalize, &tickets[0]);
    {
        HF_FRAME(world.thread);
        hf_cleanup cleanup;
        hf_ref object = hf_local(world.thread);
        hf_ref argument = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_bytes_create(world.thread, 1, argument), HF_OK);
        assert_int_equal(
            hf_cleanup_add(world.thread, object, 0, note_cleanup, argument, &tickets[1], &cleanup),
            HF_OK);
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(lifetimes_objects(&world), before);
    assert_int_equal(stats_now().dropped, 2);
    assert_int_equal(stats_now().run, 0);
}

static void runner_switched_off_leaves_resources_to_the_end(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref resource = hf_local(world.thread);
        assert_int_equal(hf_resource_create(world.thread, &note_class, 11, resource), HF_OK);
    }
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);
}

static int end_with_release(void **state)
{
    (void)state;
    lifetimes_end(&world);
    return world.event_count == 1 && world.events[0] == 11 ? 0 : -1;
}

int main(void)
{
#define TEST(name)     cmocka_unit_test_setup_teardown(name, begin, lifetimes_teardown)
#define TEST_OFF(name) cmocka_unit_test_setup_teardown(name, begin_off, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(watchdog_names_a_run_that_a_drain_waits_for_once_and_when_it_returns),
        TEST(watchdog_speaks_to_who_collects_too),
        cmocka_unit_test_setup_teardown(watchdog_is_silent_about_runs_in_time, begin_slow,
                                        lifetimes_teardown),
        TEST_OFF(watchdog_that_is_off_says_nothing),
        TEST_OFF(runner_does_critical_works_last_but_no_later_than_their_collection),
        TEST_OFF(runner_stats_refuse_what_is_not_theirs),
        TEST_OFF(runner_queue_keeps_order_and_objects_when_it_is_handed_over),
        cmocka_unit_test_setup_teardown(runner_switched_off_runs_nothing_and_lets_all_of_it_go,
                                        begin_without, lifetimes_teardown),
        cmocka_unit_test_setup_teardown(runner_switched_off_leaves_resources_to_the_end,
                                        begin_without, end_with_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
