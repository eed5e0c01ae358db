/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=120 */

/*
 * The program's own thread instead of the runner's.
 */

#include "hf_test.h"

#include "crew.h"
#include "lifetimes.h"
#include "thread/thread.h"

#include <string.h>

#define MILLISECOND UINT64_C(1000000)

static int begin(void **state)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.runner = HF_RUNNER_EMBEDDER;
    lifetimes_begin_with(&world, &options);
    *state = &world;
    return 0;
}

static void arm_and_drop(hf_finalizer_fn run, void *user)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, run, user), HF_OK);
}

static uint32_t threads_attached(void)
{
    return hfi_world_thread_count(hfi_parts_of(world.runtime)->world);
}

static uint64_t run(uint64_t max_works, uint64_t timeout_ns)
{
    uint64_t works = UINT64_MAX;
    assert_int_equal(hf_runner_run(world.thread, max_works, timeout_ns, &works), HF_OK);
    return works;
}

static void embedder_runs_the_queue_where_and_when_it_wants(void **state)
{
    (void)state;
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2), ticket_of(3) };
    for (int i = 0; i < 3; i++) {
        arm_and_drop(lifetimes_finalize, &tickets[i]);
    }
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(threads_attached(), 1);
    assert_int_equal(lifetimes_events(&world), 0);

    assert_int_equal(run(2, 0), 2);
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(run(0, 0), 1);
    assert_int_equal(run(0, 0), 0);

    assert_int_equal(lifetimes_events(&world), 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(lifetimes_event(&world, i), i + 1);
    }
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(threads_attached(), 1);
}

static void embedder_waits_for_work_no_longer_than_it_says(void **state)
{
    (void)state;
    uint64_t start = hfp_clock_ns();
    assert_int_equal(run(0, 20 * MILLISECOND), 0);
    assert_true(hfp_clock_ns() - start >= 20 * MILLISECOND);
}

static void embedder_that_does_not_come_lets_a_drain_give_up(void **state)
{
    (void)state;
    lifetimes_ticket ticket = ticket_of(1);
    arm_and_drop(lifetimes_finalize, &ticket);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(hf_runner_drain(world.thread, 20 * MILLISECOND), HF_E_TIMEOUT);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(run(0, 0), 1);
}

static void serve(hf_crew_member *me)
{
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(world.runtime, &thread) == HF_OK)) {
        return;
    }
    while (!hf_crew_is_over(me)) {
        uint64_t works = 0;
        HF_CREW_CHECK(me, hf_runner_run(thread, 0, MILLISECOND, &works) == HF_OK);
        me->work += works;
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void embedder_on_another_thread_is_what_a_drain_waits_for(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_crew_start(&crew, 1, serve, NULL);
    lifetimes_ticket tickets[20];
    for (unsigned i = 0; i < 20; i++) {
        tickets[i] = ticket_of(i + 1);
        arm_and_drop(lifetimes_finalize, &tickets[i]);
        assert_int_equal(hf_collect(world.thread), HF_OK);
        assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
        assert_int_equal(lifetimes_events(&world), i + 1);
    }
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    hf_crew_end(&crew);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    assert_int_equal(crew.member[0].work, 20);
}

/* ---- misuse ---- */

typedef struct probe {
    lifetimes_ticket ticket;
    hf_status run_again;
    hf_status drain;
} probe;

static void probe_inside(hf_thread *runner, hf_ref object, void *user)
{
    probe *seen = user;
    seen->run_again = hf_runner_run(runner, 0, 0, NULL);
    seen->drain = hf_runner_drain(runner, 0);
    hf_runtime_destroy(hf_thread_runtime(runner), NULL);
    lifetimes_finalize(runner, object, &seen->ticket);
}

static void embedder_is_the_runner_while_it_runs_and_not_after(void **state)
{
    (void)state;
    probe seen = { .ticket = ticket_of(1) };
    arm_and_drop(probe_inside, &seen);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(run(0, 0), 1);

    assert_int_equal(seen.run_again, HF_E_MISUSE);
    assert_int_equal(seen.drain, HF_E_MISUSE);
    assert_int_equal(lifetimes_reports(&world), 3);
    assert_int_equal(hf_runner_drain(world.thread, 0), HF_OK);
}

static void leave_detached(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_finalize(runner, object, user);
    (void)hf_thread_detach(runner);
}

static void embedder_whose_finalizer_detaches_it_is_told(void **state)
{
    (void)state;
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    arm_and_drop(leave_detached, &tickets[0]);
    arm_and_drop(lifetimes_finalize, &tickets[1]);
    assert_int_equal(hf_collect(world.thread), HF_OK);

    uint64_t works = 0;
    assert_int_equal(hf_runner_run(world.thread, 0, 0, &works), HF_E_DETACHED);
    assert_int_equal(works, 1);
    assert_true(lifetimes_has_report(&world, "detached"));

    assert_int_equal(hf_thread_attach(world.runtime, &world.thread), HF_OK);
    assert_int_equal(run(0, 0), 1);
    assert_int_equal(lifetimes_events(&world), 2);
}

static void embedder_is_refused_where_the_runtime_has_a_runner(void **state)
{
    (void)state;
    lifetimes own;
    lifetimes_begin(&own);
    assert_int_equal(hf_runner_run(own.thread, 0, 0, NULL), HF_E_MISUSE);
    assert_int_equal(lifetimes_reports(&own), 1);
    lifetimes_end(&own);
    assert_int_equal(hf_runner_run(NULL, 0, 0, NULL), HF_E_NULL);
}

typedef struct place {
    _Atomic(bool) is_taken;
    _Atomic(bool) is_free;
    lifetimes_ticket ticket;
} place;

static void occupy(hf_thread *runner, hf_ref object, void *user)
{
    place *shared = user;
    atomic_store(&shared->is_taken, true);
    lifetimes_await(runner, &shared->is_free);
    lifetimes_finalize(runner, object, &shared->ticket);
}

static void embedder_is_one_at_a_time(void **state)
{
    (void)state;
    place shared = { .ticket = ticket_of(1) };
    hf_crew crew = { 0 };
    arm_and_drop(occupy, &shared);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    hf_crew_start(&crew, 1, serve, NULL);
    lifetimes_await(world.thread, &shared.is_taken);

    assert_int_equal(hf_runner_run(world.thread, 0, 0, NULL), HF_E_BUSY);

    atomic_store(&shared.is_free, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    hf_crew_end(&crew);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
}

/* ---- the end ---- */

static void embedder_gone_leaves_the_rest_to_the_thread_that_ends_the_runtime(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.runner = HF_RUNNER_EMBEDDER;
    lifetimes all;
    lifetimes_begin_with(&all, &options);
    lifetimes_ticket ticket = { .all = &all, .number = 7 };
    {
        HF_FRAME(all.thread);
        hf_ref object = hf_local(all.thread);
        assert_int_equal(hf_array_create(all.thread, 1, object), HF_OK);
        assert_int_equal(hf_finalizer_set(all.thread, object, lifetimes_finalize, &ticket), HF_OK);
    }
    assert_int_equal(hf_collect(all.thread), HF_OK);
    assert_int_equal(lifetimes_events(&all), 0);

    lifetimes_end(&all);

    assert_int_equal(all.event_count, 1);
    assert_int_equal(all.events[0], 7);
    assert_int_equal(all.report_count, 0);
    assert_int_equal(all.leaks.threads, 0);
    assert_int_equal(all.leaks.finalizers, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(embedder_runs_the_queue_where_and_when_it_wants),
        TEST(embedder_waits_for_work_no_longer_than_it_says),
        TEST(embedder_that_does_not_come_lets_a_drain_give_up),
        TEST(embedder_on_another_thread_is_what_a_drain_waits_for),
        TEST(embedder_is_the_runner_while_it_runs_and_not_after),
        TEST(embedder_whose_finalizer_detaches_it_is_told),
        TEST(embedder_is_refused_where_the_runtime_has_a_runner),
        TEST(embedder_is_one_at_a_time),
        TEST(embedder_gone_leaves_the_rest_to_the_thread_that_ends_the_runtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
