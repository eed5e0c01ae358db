/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded finalizers timeout=120 */

/*
 * What a child of a fork finds of the runner, its queue and watchdog, of scopes and of the end: it
 * is told once that it is a child, goes on where the parent was, and runs nothing of it before it
 * was let.
 *
 * Events and reports are counted in each process by itself: a child has its own copy.
 */

#include "child.h"
#include "hf_test.h"

#include "lifetimes.h"

#include <string.h>

#define MILLISECOND UINT64_C(1000000)
#define SECOND      (1000 * MILLISECOND)

static int leftovers;
static char left_line[300];

static int begin_with(uint32_t runner)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.runner = runner;
    options.watchdog_ns = 20 * MILLISECOND;
    lifetimes_begin_with(&world, &options);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    return begin_with(HF_RUNNER_OWN);
}

static int begin_embedded(void **state)
{
    (void)state;
    return begin_with(HF_RUNNER_EMBEDDER);
}

/* Forks, runs `child` there, and waits for it in native state. */
static void fork_and_check(void (*child)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        alarm(HF_CHILD_HANGS_AFTER_S);
        child();
        _exit(0);
    }
    int how = -1;
    assert_true(pid > 0);
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    if (how != 0) {
        fail_msg("the child ended with %#x (line %d mod 200)", (unsigned)how,
                 WEXITSTATUS(how) - 20);
    }
}

static void arm_and_drop(hf_finalizer_fn run, void *user)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, run, user), HF_OK);
}

static hf_runner_stats stats_now(void)
{
    hf_runner_stats stats = HF_RUNNER_STATS_INIT;
    (void)hf_runner_stats_get(world.thread, &stats);
    return stats;
}

/* ---- said once ---- */

static void is_told_once(void)
{
    hf_thread *thread;
    HF_CHILD_CHECK(lifetimes_reports(&world) == 0);
    for (int i = 0; i < 5; i++) {
        HF_CHILD_CHECK(hf_collect(world.thread) == HF_E_FORKED);
        HF_CHILD_CHECK(hf_runner_drain(world.thread, 0) == HF_E_FORKED);
        HF_CHILD_CHECK(hf_thread_attach(world.runtime, &thread) == HF_E_FORKED);
    }
    HF_CHILD_CHECK(lifetimes_reports(&world) == 1);
    const lifetimes_report *report = lifetimes_report_at(&world, 0);
    HF_CHILD_CHECK(report->kind == HF_REPORT_WARNING && report->status == HF_E_FORKED);
    HF_CHILD_CHECK(strstr(report->text, "hf_collect") != NULL);
    HF_CHILD_CHECK(strstr(report->text, "hf_runtime_after_fork()") != NULL);
}

static void is_told_once_and_its_own_child_too(void)
{
    is_told_once();
    pid_t pid = fork();
    if (pid == 0) {
        HF_CHILD_CHECK(hf_safepoint(world.thread) == HF_E_FORKED);
        HF_CHILD_CHECK(hf_safepoint(world.thread) == HF_E_FORKED);
        HF_CHILD_CHECK(lifetimes_reports(&world) == 2);
        _exit(0);
    }
    int how = -1;
    HF_CHILD_CHECK(waitpid(pid, &how, 0) == pid && how == 0);
}

static void child_is_told_once_that_it_is_one(void **state)
{
    (void)state;
    fork_and_check(is_told_once_and_its_own_child_too);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void does_nothing(void)
{
    HF_CHILD_CHECK(lifetimes_reports(&world) == 0);
}

static void child_that_uses_nothing_hears_nothing(void **state)
{
    (void)state;
    fork_and_check(does_nothing);
}

/* ---- the queue ---- */

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

static obstacle block;
static lifetimes_ticket tickets[3];

static void block_runner_with_three_behind(void)
{
    block = (obstacle){ .ticket = { .all = &world, .number = 100 } };
    arm_and_drop(stop_there, &block);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    lifetimes_await(world.thread, &block.is_reached);
    for (unsigned i = 0; i < 3; i++) {
        tickets[i] = (lifetimes_ticket){ .all = &world, .number = i + 1 };
        arm_and_drop(lifetimes_finalize, &tickets[i]);
    }
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(lifetimes_events(&world), 0);
}

static void runs_what_the_parent_queued(void)
{
    HF_CHILD_CHECK(lifetimes_events(&world) == 0);
    HF_CHILD_CHECK(hf_runtime_after_fork(world.runtime) == HF_OK);
    HF_CHILD_CHECK(hf_runner_drain(world.thread, 5 * SECOND) == HF_OK);
    HF_CHILD_CHECK(lifetimes_events(&world) == 3); /* not the one that was being run */
    for (unsigned i = 0; i < 3; i++) {
        HF_CHILD_CHECK(lifetimes_event(&world, i) == i + 1);
    }
    HF_CHILD_CHECK(stats_now().pending == 0);
    HF_CHILD_CHECK(stats_now().running_ns == 0);
}

static void child_runs_what_its_parent_had_queued_and_not_what_it_was_running(void **state)
{
    (void)state;
    if (HF_UNDER_TSAN) { /* it lets the child of a threaded process start no threads */
        skip();
    }
    block_runner_with_three_behind();
    fork_and_check(runs_what_the_parent_queued);
    assert_int_equal(lifetimes_events(&world), 0);
    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(lifetimes_events(&world), 4);
}

static void is_watched_by_a_watchdog_of_its_own(void)
{
    obstacle own = { .ticket = { .all = &world, .number = 200 } };
    unsigned before = lifetimes_reports(&world);
    HF_CHILD_CHECK(hf_runtime_after_fork(world.runtime) == HF_OK);
    HF_CHILD_CHECK(hf_runner_drain(world.thread, 5 * SECOND) == HF_OK);
    HF_CHILD_CHECK(lifetimes_reports(&world) == before); /* nothing of the parent's run */
    arm_and_drop(stop_there, &own);
    HF_CHILD_CHECK(hf_collect(world.thread) == HF_OK);
    HF_CHILD_CHECK(hf_runner_drain(world.thread, 100 * MILLISECOND) == HF_E_TIMEOUT);
    HF_CHILD_CHECK(lifetimes_reports(&world) == before + 1);
    HF_CHILD_CHECK(lifetimes_has_report(&world, "has been running for"));
    atomic_store(&own.is_lifted, true);
    HF_CHILD_CHECK(hf_runner_drain(world.thread, 5 * SECOND) == HF_OK);
    HF_CHILD_CHECK(lifetimes_reports(&world) == before + 2);
}

static void child_has_a_watchdog_that_forgot_the_parents_run(void **state)
{
    (void)state;
    if (HF_UNDER_TSAN) {
        skip();
    }
    block_runner_with_three_behind();
    assert_int_equal(hf_runner_drain(world.thread, 60 * MILLISECOND), HF_E_TIMEOUT);
    assert_int_equal(lifetimes_reports(&world), 1);
    fork_and_check(is_watched_by_a_watchdog_of_its_own);
    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(lifetimes_reports(&world), 2);
}

static void runs_the_queue_itself(void)
{
    uint64_t works = 0;
    HF_CHILD_CHECK(hf_runner_run(world.thread, 0, 0, &works) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_runtime_after_fork(world.runtime) == HF_OK);
    /* For ever: something is queued, so it does not wait for more. */
    HF_CHILD_CHECK(hf_runner_run(world.thread, 0, UINT64_MAX, &works) == HF_OK);
    HF_CHILD_CHECK(works == 3);
    HF_CHILD_CHECK(lifetimes_events(&world) == 3);
}

static void child_of_an_embedder_finds_the_queue_and_does_not_sleep_on_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        tickets[i] = (lifetimes_ticket){ .all = &world, .number = i + 1 };
        arm_and_drop(lifetimes_finalize, &tickets[i]);
    }
    assert_int_equal(hf_collect(world.thread), HF_OK);
    fork_and_check(runs_the_queue_itself);
    uint64_t works = 0;
    assert_int_equal(hf_runner_run(world.thread, 0, UINT64_MAX, &works), HF_OK);
    assert_int_equal(works, 3);
}

/* ---- in a finalizer ---- */

static _Atomic(int) how_the_forked_run_ended;

static void fork_in_the_run(hf_thread *runner, hf_ref object, void *user)
{
    pid_t pid = fork();
    if (pid == 0) {
        alarm(HF_CHILD_HANGS_AFTER_S);
        HF_CHILD_CHECK(hf_safepoint(runner) == HF_E_FORKED);
        HF_CHILD_CHECK(hf_runtime_after_fork(world.runtime) == HF_OK);
        HF_CHILD_CHECK(hf_collect(runner) == HF_OK);
        HF_CHILD_CHECK(hf_runner_drain(runner, 0) == HF_E_MISUSE); /* it is the runner still */
        HF_CHILD_CHECK(hf_array_create(runner, 3, object) == HF_OK);
        _exit(0);
    }
    int how = -1;
    (void)waitpid(pid, &how, 0);
    atomic_store(&how_the_forked_run_ended, how);
    lifetimes_finalize(runner, object, user);
}

static void child_of_a_finalizer_is_the_runner(void **state)
{
    (void)state;
    lifetimes_ticket ticket = { .all = &world, .number = 1 };
    arm_and_drop(fork_in_the_run, &ticket);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(atomic_load(&how_the_forked_run_ended), 0);
}

/* ---- scopes ---- */

static hf_scope *scope;

static void note_cleanup(hf_thread *thread, void *user)
{
    (void)thread;
    lifetimes_note(&world, (uintptr_t)user);
}

static void closes_the_scope(void)
{
    HF_CHILD_CHECK(hf_scope_close(world.thread, scope, 0) == HF_E_FORKED);
    HF_CHILD_CHECK(lifetimes_events(&world) == 0);
    HF_CHILD_CHECK(hf_runtime_after_fork(world.runtime) == HF_OK);
    HF_CHILD_CHECK(hf_scope_close(world.thread, scope, SECOND) == HF_OK);
    HF_CHILD_CHECK(lifetimes_event(&world, 0) == 31 && lifetimes_events(&world) == 1);
}

static void child_closes_a_scope_of_its_parent(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref buffer = hf_local(world.thread);
        assert_int_equal(hf_scope_create(world.thread, "request", &scope), HF_OK);
        assert_int_equal(hf_scope_bytes(world.thread, scope, 100, buffer), HF_OK);
        assert_int_equal(hf_scope_add_cleanup(world.thread, scope, note_cleanup, (void *)31),
                         HF_OK);
    }
    fork_and_check(closes_the_scope);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_scope_close(world.thread, scope, SECOND), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
}

/* ---- the end ---- */

static void note_hook(hf_thread *thread, void *user)
{
    (void)thread;
    (void)user;
    lifetimes_note(&world, 55);
}

static void note_left(const hf_leftover *left, void *user)
{
    (void)user;
    leftovers++;
    (void)hf_leftover_format(left, left_line, sizeof left_line);
}

static void ends_the_runtime_unasked(void)
{
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.leftover = note_left;
    HF_CHILD_CHECK(hf_runtime_end(world.runtime, &options, NULL) == HF_E_BUSY); /* this thread */
    HF_CHILD_CHECK(lifetimes_events(&world) == 0);
    HF_CHILD_CHECK(leftovers == 1);
    HF_CHILD_CHECK(strstr(left_line, "at-stop function") && strstr(left_line, "did not run"));
    HF_CHILD_CHECK(hf_safepoint(world.thread) == HF_E_FORKED);
}

static void child_that_ends_the_runtime_unasked_runs_none_of_its_functions(void **state)
{
    (void)state;
    assert_int_equal(hf_runtime_at_stop(world.runtime, note_hook, NULL), HF_OK);
    fork_and_check(ends_the_runtime_unasked);

    pid_t pid;
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    pid = fork();
    if (pid == 0) {
        alarm(HF_CHILD_HANGS_AFTER_S);
        ends_the_runtime_unasked();
        _exit(0);
    }
    int how = -1;
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    assert_int_equal(how, 0);
    assert_int_equal(lifetimes_events(&world), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, lifetimes_teardown)
#define TEST_EMBEDDED(name)                                                                        \
    cmocka_unit_test_setup_teardown(name, begin_embedded, lifetimes_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(child_is_told_once_that_it_is_one),
        TEST(child_that_uses_nothing_hears_nothing),
        TEST(child_runs_what_its_parent_had_queued_and_not_what_it_was_running),
        TEST(child_has_a_watchdog_that_forgot_the_parents_run),
        TEST_EMBEDDED(child_of_an_embedder_finds_the_queue_and_does_not_sleep_on_it),
        TEST(child_of_a_finalizer_is_the_runner),
        TEST(child_closes_a_scope_of_its_parent),
        TEST(child_that_ends_the_runtime_unasked_runs_none_of_its_functions),
    };
    /* All that is claimed here is claimed of children, in which locks are made anew that the thread
     * sanitizer takes for held. */
    return HF_UNDER_TSAN ? 77 : cmocka_run_group_tests_name("fork_runtime", tests, NULL, NULL);
}
