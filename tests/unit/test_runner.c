/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * The runner: when it starts, what thread it is, what it does to others and what finalizers can do
 * to it.
 */

#include "hf_test.h"

#include "lifetimes.h"
#include "thread/thread.h"

#include <string.h>

#define MILLISECOND UINT64_C(1000000)
#define SECOND      (1000 * MILLISECOND)

static uint32_t threads_attached(void)
{
    return hfi_world_thread_count(hfi_parts_of(world.runtime)->world);
}

/** An object of its own frame, armed and then let go. */
static void arm_and_drop(hf_finalizer_fn run, void *user)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, run, user), HF_OK);
}

/* ---- which thread ---- */

typedef struct whereabouts {
    lifetimes_ticket ticket;
    uint64_t os_thread;
    bool owns_record;
} whereabouts;

static void note_thread(hf_thread *runner, hf_ref object, void *user)
{
    whereabouts *seen = user;
    seen->os_thread = hfp_thread_self();
    seen->owns_record = hf_safepoint(runner) == HF_OK;
    lifetimes_finalize(runner, object, &seen->ticket);
}

static void runner_starts_with_the_first_finalizer(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(1);
    assert_int_equal(hf_bytes_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(threads_attached(), 1);

    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &ticket), HF_OK);

    assert_int_equal(threads_attached(), 2);
    assert_int_equal(hf_finalizer_clear(world.thread, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &ticket), HF_OK);
    assert_int_equal(threads_attached(), 2);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);
}

static void runner_is_one_thread_and_never_the_one_that_collects(void **state)
{
    (void)state;
    whereabouts seen[2] = { { .ticket = ticket_of(1) }, { .ticket = ticket_of(2) } };
    arm_and_drop(note_thread, &seen[0]);
    lifetimes_settle(&world);
    arm_and_drop(note_thread, &seen[1]);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 2);
    assert_true(seen[0].owns_record && seen[1].owns_record);
    assert_true(seen[0].os_thread == seen[1].os_thread);
    assert_true(seen[0].os_thread != hfp_thread_self());
}

enum { STARTERS = 4 };

typedef struct starter {
    hfp_thread handle;
    _Atomic(bool) *go;
    lifetimes_ticket ticket;
    hf_status status;
} starter;

static void arm_when_told(void *user)
{
    starter *self = user;
    hf_thread *thread;
    self->status = hf_thread_attach(world.runtime, &thread);
    if (self->status != HF_OK) {
        return;
    }
    lifetimes_await(thread, self->go);
    {
        HF_FRAME(thread);
        hf_ref object = hf_local(thread);
        self->status = hf_bytes_create(thread, 1, object);
        if (self->status == HF_OK) {
            self->status = hf_finalizer_set(thread, object, lifetimes_finalize, &self->ticket);
        }
    }
    (void)hf_thread_detach(thread);
}

static void runner_starts_once_when_several_need_it_first(void **state)
{
    (void)state;
    starter starters[STARTERS];
    _Atomic(bool) go = false;
    for (unsigned i = 0; i < STARTERS; i++) {
        starters[i] = (starter){ .go = &go, .ticket = ticket_of(i + 1) };
        assert_int_equal(
            hfp_thread_start(&starters[i].handle, "starter", arm_when_told, &starters[i]), HF_OK);
    }
    atomic_store(&go, true);
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    for (unsigned i = 0; i < STARTERS; i++) {
        hfp_thread_join(&starters[i].handle);
    }
    (void)hf_native_end(world.thread, NULL);

    for (unsigned i = 0; i < STARTERS; i++) {
        assert_int_equal(starters[i].status, HF_OK);
    }
    assert_int_equal(threads_attached(), 2);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), STARTERS);
}

static void runner_belongs_to_one_runtime(void **state)
{
    (void)state;
    lifetimes other;
    lifetimes_begin(&other);
    lifetimes_ticket ours = ticket_of(1);
    lifetimes_ticket theirs = { .all = &other, .number = 2 };
    arm_and_drop(lifetimes_finalize, &ours);
    {
        HF_FRAME(other.thread);
        hf_ref object = hf_local(other.thread);
        assert_int_equal(hf_bytes_create(other.thread, 1, object), HF_OK);
        assert_int_equal(hf_finalizer_set(other.thread, object, lifetimes_finalize, &theirs),
                         HF_OK);
        lifetimes_settle(&other);
        assert_int_equal(lifetimes_events(&other), 0);
    }

    lifetimes_settle(&other);
    assert_int_equal(lifetimes_events(&other), 1);
    lifetimes_end(&other);

    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 1);
}

/* ---- waiting for it ---- */

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

static void runner_drain_gives_up_at_its_deadline(void **state)
{
    (void)state;
    obstacle block = { .ticket = ticket_of(1) };
    arm_and_drop(stop_there, &block);
    assert_int_equal(hf_collect(world.thread), HF_OK);

    uint64_t start = hfp_clock_ns();
    assert_int_equal(hf_runner_drain(world.thread, 30 * MILLISECOND), HF_E_TIMEOUT);
    assert_true(hfp_clock_ns() - start >= 30 * MILLISECOND);
    assert_int_equal(hf_runner_drain(world.thread, 0), HF_E_TIMEOUT);
    assert_int_equal(lifetimes_events(&world), 0);

    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX - 1), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
}

static void runner_that_is_blocked_holds_up_no_collection(void **state)
{
    (void)state;
    obstacle block = { .ticket = ticket_of(1) };
    lifetimes_ticket behind = ticket_of(2);
    arm_and_drop(stop_there, &block);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    lifetimes_await(world.thread, &block.is_reached);
    arm_and_drop(lifetimes_finalize, &behind);

    for (int i = 0; i < 5; i++) { /* the one that waits in the queue lives and moves meanwhile */
        assert_int_equal(hf_collect(world.thread), HF_OK);
    }
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_heap_check(world.thread), HF_OK);

    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_event(&world, 1), 2);
}

static void drain_in_the_run(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_ticket *ticket = user;
    ticket->number = hf_runner_drain(runner, SECOND) == HF_E_MISUSE ? 1 : 666;
    lifetimes_finalize(runner, object, ticket);
}

static void runner_refuses_to_wait_for_itself(void **state)
{
    (void)state;
    lifetimes_ticket ticket = ticket_of(0);
    arm_and_drop(drain_in_the_run, &ticket);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_reports(&world), 1);
    assert_non_null(strstr(lifetimes_report_at(&world, 0)->text, "hf_runner_drain"));
    assert_int_equal(hf_runner_drain(NULL, 0), HF_E_NULL);
}

/* ---- what a finalizer leaves behind ---- */

static void leave_native(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_finalize(runner, object, user);
    (void)!hf_native_begin(runner);
}

static void leave_raw(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_finalize(runner, object, user);
    hfi_state raw = HFI_RAW; /* as hf_raw_begin() does; the analysis would refuse the call */
    atomic_store(&runner->state, raw);
}

static void leave_detached(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_finalize(runner, object, user);
    (void)hf_thread_detach(runner);
}

static void leave_attached_anew(hf_thread *runner, hf_ref object, void *user)
{
    hf_runtime *runtime = hf_thread_runtime(runner);
    hf_frame frame;
    lifetimes_finalize(runner, object, user);
    (void)hf_thread_detach(runner);
    if (hf_thread_attach(runtime, &runner) == HF_OK) {
        (void)hf_frame_begin(runner, &frame, HF_SITE);
        (void)!hf_native_begin(runner);
    }
}

static void end_the_runtime(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_finalize(runner, object, user);
    hf_runtime_destroy(hf_thread_runtime(runner), NULL);
}

static void leave_frame_open(hf_thread *runner, hf_ref object, void *user)
{
    hf_frame frame;
    lifetimes_finalize(runner, object, user);
    (void)hf_frame_begin(runner, &frame, HF_SITE);
    hf_ref kept = hf_local(runner);
    if (kept) {
        hf_copy(kept, object);
    }
}

static void runner_goes_on_after(hf_finalizer_fn bad, const char *said)
{
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    arm_and_drop(bad, &tickets[0]);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1);
    arm_and_drop(lifetimes_finalize, &tickets[1]);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 2);
    assert_true(lifetimes_has_report(&world, said));
    assert_int_equal(threads_attached(), 2);
}

static void runner_goes_on_after_a_finalizer_left_native_state_open(void **state)
{
    (void)state;
    runner_goes_on_after(leave_native, "native state");
}

static void runner_goes_on_after_a_finalizer_left_raw_access_open(void **state)
{
    (void)state;
    runner_goes_on_after(leave_raw, "raw access");
}

static void runner_goes_on_after_a_finalizer_detached_it(void **state)
{
    (void)state;
    lifetimes_ticket ticket = ticket_of(0);
    runner_goes_on_after(leave_detached, "detached");

    arm_and_drop(drain_in_the_run, &ticket);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_event(&world, 2), 1); /* it still knows that it is the runner */
}

static void runner_goes_on_after_a_finalizer_detached_and_attached_it(void **state)
{
    (void)state;
    lifetimes_ticket ticket = ticket_of(0);
    runner_goes_on_after(leave_attached_anew, "detached");

    arm_and_drop(drain_in_the_run, &ticket);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_event(&world, 2), 1);
}

static void runner_goes_on_after_a_finalizer_tried_to_end_the_runtime(void **state)
{
    (void)state;
    runner_goes_on_after(end_the_runtime, "hf_runtime_destroy");
}

static void runner_ends_a_frame_that_a_finalizer_left_open(void **state)
{
    (void)state;
    lifetimes_ticket ticket = ticket_of(0);
    arm_and_drop(lifetimes_finalize, &ticket);
    lifetimes_settle(&world);
    uint64_t before = lifetimes_objects(&world);
    lifetimes_ticket bad = ticket_of(1);
    arm_and_drop(leave_frame_open, &bad);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_objects(&world), before); /* its slot keeps nothing */
    assert_true(lifetimes_has_report(&world, "frame open"));
}

/* ---- the end ---- */

typedef struct last_words {
    lifetimes_ticket ticket;
    _Atomic(bool) is_reached;
    hf_status status;
} last_words;

static void arm_while_stopping(hf_thread *runner, hf_ref object, void *user)
{
    last_words *words = user;
    atomic_store(&words->is_reached, true);
    while (!hf_runtime_is_stopping(hf_thread_runtime(runner))) {
        hfp_sleep_ns(MILLISECOND / 10);
        (void)hf_safepoint(runner);
    }
    words->status = hf_finalizer_set(runner, object, arm_while_stopping, words);
    lifetimes_finalize(runner, object, &words->ticket);
}

static void runner_finishes_the_queue_at_the_end_and_arms_no_more(void **state)
{
    (void)state;
    lifetimes all;
    lifetimes_begin(&all);
    last_words words = { .ticket = { .all = &all, .number = 1 } };
    lifetimes_ticket behind = { .all = &all, .number = 2 };
    {
        HF_FRAME(all.thread);
        hf_ref object = hf_local(all.thread);
        assert_int_equal(hf_array_create(all.thread, 1, object), HF_OK);
        assert_int_equal(hf_finalizer_set(all.thread, object, arm_while_stopping, &words), HF_OK);
        assert_int_equal(hf_array_create(all.thread, 1, object), HF_OK);
        assert_int_equal(hf_finalizer_set(all.thread, object, lifetimes_finalize, &behind), HF_OK);
        assert_int_equal(hf_collect(all.thread), HF_OK);
        if (!lifetimes_is_stress()) {
            assert_int_equal(lifetimes_events(&all), 0);
        }
    }
    assert_int_equal(hf_collect(all.thread), HF_OK);
    lifetimes_await(all.thread, &words.is_reached);

    lifetimes_end(&all);

    assert_int_equal(words.status, HF_E_SHUTDOWN);
    assert_int_equal(all.event_count, 2);
    assert_int_equal(all.events[0], 1);
    assert_int_equal(all.events[1], 2);
    assert_int_equal(all.leaks.finalizers, 0);
    assert_int_equal(all.leaks.threads, 0);
}

static void runner_runs_what_was_queued_just_before_the_end(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        lifetimes all;
        lifetimes_begin(&all);
        lifetimes_ticket tickets[] = { { .all = &all, .number = 1 }, { .all = &all, .number = 2 } };
        for (int i = 0; i < 2; i++) {
            {
                HF_FRAME(all.thread);
                hf_ref object = hf_local(all.thread);
                assert_int_equal(hf_array_create(all.thread, 1, object), HF_OK);
                assert_int_equal(
                    hf_finalizer_set(all.thread, object, lifetimes_finalize, &tickets[i]), HF_OK);
            }
            assert_int_equal(hf_collect(all.thread), HF_OK);
            if (i == 0) { /* the runner sleeps again when the second one comes */
                assert_int_equal(hf_runner_drain(all.thread, UINT64_MAX), HF_OK);
            }
        }

        lifetimes_end(&all);

        assert_int_equal(all.event_count, 2);
        assert_int_equal(all.leaks.finalizers, 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(runner_starts_with_the_first_finalizer),
        TEST(runner_is_one_thread_and_never_the_one_that_collects),
        TEST(runner_starts_once_when_several_need_it_first),
        TEST(runner_belongs_to_one_runtime),
        TEST(runner_drain_gives_up_at_its_deadline),
        TEST(runner_that_is_blocked_holds_up_no_collection),
        TEST(runner_refuses_to_wait_for_itself),
        TEST(runner_goes_on_after_a_finalizer_left_native_state_open),
        TEST(runner_goes_on_after_a_finalizer_left_raw_access_open),
        TEST(runner_goes_on_after_a_finalizer_detached_it),
        TEST(runner_goes_on_after_a_finalizer_detached_and_attached_it),
        TEST(runner_goes_on_after_a_finalizer_tried_to_end_the_runtime),
        TEST(runner_ends_a_frame_that_a_finalizer_left_open),
        TEST(runner_runs_what_was_queued_just_before_the_end),
        TEST(runner_finishes_the_queue_at_the_end_and_arms_no_more),
    };
    return cmocka_run_group_tests_name("runner", tests, NULL, NULL);
}
