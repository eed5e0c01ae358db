/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * Finalizers.  Every test that sees one run has seen before that it did not run early.
 */

#include "hf_test.h"

#include "base/alloc.h"
#include "heap/heap.h"
#include "lifetimes.h"
#include "thread/thread.h"

#include <string.h>

#define GENTLE_ROUNDS 3 /* collections after which something has still not happened */

static void settle_often(void)
{
    for (int i = 0; i < GENTLE_ROUNDS; i++) {
        lifetimes_settle(&world);
    }
}

/** An array of one reference, armed. */
static void make_armed(hf_ref out, lifetimes_ticket *ticket)
{
    assert_int_equal(hf_array_create(world.thread, 1, out), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, out, lifetimes_finalize, ticket), HF_OK);
}

static void link_to(hf_ref from, hf_ref to)
{
    assert_int_equal(hf_store_at(world.thread, from, 0, to), HF_OK);
}

/* ---- refusals ---- */

static void final_refuses_null_and_missing_slots(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref null = hf_local(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 1, object), HF_OK);

    assert_int_equal(hf_finalizer_set(NULL, object, lifetimes_finalize, NULL), HF_E_NULL);
    assert_int_equal(hf_finalizer_set(world.thread, NULL, lifetimes_finalize, NULL), HF_E_SLOTS);
    assert_int_equal(hf_finalizer_set(world.thread, null, lifetimes_finalize, NULL), HF_E_NULL);
    assert_int_equal(hf_finalizer_set(world.thread, object, NULL, NULL), HF_E_NULL);
    assert_int_equal(hf_finalizer_clear(NULL, object), HF_E_NULL);
    assert_int_equal(hf_finalizer_clear(world.thread, NULL), HF_E_SLOTS);
    assert_int_equal(hf_finalizer_clear(world.thread, null), HF_E_NULL);
}

static void final_refuses_a_second_one_and_names_the_first(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket first = ticket_of(1);
    lifetimes_ticket second = ticket_of(2);
    hf_site here = { "here.c", 11 };
    hf_site there = { "there.c", 22 };
    assert_int_equal(hf_bytes_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set_at(world.thread, object, lifetimes_finalize, &first, here),
                     HF_OK);
    assert_int_equal(hf_collect(world.thread), HF_OK); /* found again also where it moved */

    hf_status status =
        hf_finalizer_set_at(world.thread, object, lifetimes_finalize, &second, there);

    assert_int_equal(status, HF_E_ALREADY_SET);
    assert_int_equal(lifetimes_reports(&world), 1);
    const lifetimes_report *report = lifetimes_report_at(&world, 0);
    assert_int_equal(report->kind, HF_REPORT_MISUSE);
    assert_int_equal(report->status, HF_E_ALREADY_SET);
    assert_int_equal(report->line, 22);
    assert_int_equal(report->other_line, 11);
    assert_non_null(strstr(report->text, "set at here.c:11"));

    hf_clear(object);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events_of(&world, 1), 1);
    assert_int_equal(lifetimes_events_of(&world, 2), 0);
}

static void final_clears_also_what_was_never_set(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket first = ticket_of(1);
    lifetimes_ticket second = ticket_of(2);
    assert_int_equal(hf_bytes_create(world.thread, 1, object), HF_OK);

    assert_int_equal(hf_finalizer_clear(world.thread, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &first), HF_OK);
    assert_int_equal(hf_finalizer_clear(world.thread, object), HF_OK);
    assert_int_equal(hf_finalizer_clear(world.thread, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &second), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(object);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 2);
    assert_int_equal(lifetimes_reports(&world), 0);
}

/* ---- one run ---- */

static void check_and_note(hf_thread *runner, hf_ref object, void *user)
{
    uint8_t bytes[64] = { 0 };
    uint8_t expected[64];
    memset(expected, 0x5a, sizeof expected);
    bool is_whole = hf_bytes_size(object) == sizeof bytes &&
                    hf_bytes_read(object, 0, bytes, sizeof bytes) == HF_OK &&
                    memcmp(bytes, expected, sizeof bytes) == 0;
    lifetimes_ticket *ticket = user;
    ticket->number = is_whole ? 1 : 666;
    lifetimes_finalize(runner, object, ticket);
}

static void final_runs_once_with_the_whole_object(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(0);
    uint8_t bytes[64];
    memset(bytes, 0x5a, sizeof bytes);
    assert_int_equal(hf_bytes_create(world.thread, sizeof bytes, object), HF_OK);
    assert_int_equal(hf_bytes_write(object, 0, bytes, sizeof bytes), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, check_and_note, &ticket), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 1);
}

static void final_runs_for_a_large_object(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(1);
    assert_int_equal(hf_bytes_create(world.thread, 100000, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &ticket), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 1);
}

static void final_gives_back_the_last_object_after_its_run(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(1);
    make_armed(object, &ticket);
    hf_clear(object);
    lifetimes_settle(&world);
    uint64_t before = lifetimes_objects(&world);
    make_armed(object, &ticket);
    assert_int_equal(lifetimes_objects(&world), before + 1);
    assert_int_equal(lifetimes_events(&world), 1);

    hf_clear(object);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_objects(&world), before);
}

/* ---- coming back ---- */

static void rearm_until_three(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_ticket *ticket = user;
    if (atomic_load(&ticket->runs) < 2 &&
        hf_finalizer_set(runner, object, rearm_until_three, ticket) != HF_OK) {
        lifetimes_note(ticket->all, 666);
    }
    lifetimes_finalize(runner, object, ticket);
}

static void final_can_be_armed_again_in_its_run(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(1);
    assert_int_equal(hf_bytes_create(world.thread, 8, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, rearm_until_three, &ticket), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(object);
    for (unsigned runs = 1; runs <= 5; runs++) {
        lifetimes_settle(&world);
        if (!lifetimes_is_stress()) {
            assert_int_equal(lifetimes_events(&world), runs < 3 ? runs : 3);
        }
    }

    assert_int_equal(lifetimes_events_of(&world, 1), 3);
    assert_int_equal(lifetimes_events_of(&world, 666), 0);
}

static void final_may_bring_its_object_back(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_rescue saved = { .ticket = ticket_of(1) };
    assert_int_equal(hf_global_create(world.thread, NULL, &saved.global), HF_OK);
    uint64_t before = lifetimes_objects(&world);
    assert_int_equal(hf_bytes_create(world.thread, 3, object), HF_OK);
    assert_int_equal(hf_bytes_write(object, 0, "abc", 3), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_save, &saved), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);
    hf_clear(object);

    settle_often();

    char bytes[3] = "";
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(hf_global_load(saved.global, object), HF_OK);
    assert_int_equal(hf_bytes_read(object, 0, bytes, 3), HF_OK);
    assert_memory_equal(bytes, "abc", 3);
    hf_clear(object);
    assert_int_equal(hf_global_store(world.thread, saved.global, NULL), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 1); /* once, also for a second death */
    assert_int_equal(lifetimes_objects(&world), before);
    hf_global_destroy(world.thread, saved.global);
}

/* ---- order ---- */

static void final_takes_a_chain_one_level_a_cycle(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref a = hf_local(world.thread);
    hf_ref b = hf_local(world.thread);
    hf_ref c = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2), ticket_of(3) };
    make_armed(c, &tickets[2]); /* the order of arming is not what decides */
    make_armed(b, &tickets[1]);
    make_armed(a, &tickets[0]);
    link_to(a, b);
    link_to(b, c);
    hf_clear(b);
    hf_clear(c);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(a);
    for (unsigned level = 1; level <= 3; level++) {
        lifetimes_settle(&world);
        if (!lifetimes_is_stress()) {
            assert_int_equal(lifetimes_events(&world), level);
        }
    }

    settle_often();
    assert_int_equal(lifetimes_events(&world), 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(lifetimes_event(&world, i), i + 1);
    }
}

static void final_runs_what_reaches_through_unarmed_objects_first(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref a = hf_local(world.thread);
    hf_ref middle = hf_local(world.thread);
    hf_ref b = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    make_armed(b, &tickets[1]);
    assert_int_equal(hf_array_create(world.thread, 1, middle), HF_OK);
    link_to(middle, b);
    make_armed(a, &tickets[0]);
    link_to(a, middle);
    hf_clear(middle);
    hf_clear(b);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(a);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_event(&world, 1), 2);
}

static void final_runs_in_the_order_of_arming_within_a_cycle(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    static lifetimes_ticket tickets[COUNT];
    HF_FRAME(world.thread);
    hf_ref holder = hf_local(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, COUNT, holder), HF_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_store_at(world.thread, holder, i, object), HF_OK);
    }
    for (size_t i = 0; i < COUNT;
         i++) { /* armed in another order than made: 7 and 40 share no factor */
        tickets[i] = ticket_of(i + 1);
        assert_int_equal(hf_load_at(holder, i * 7 % COUNT, object), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &tickets[i]),
                         HF_OK);
    }
    hf_clear(object);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(holder);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(lifetimes_event(&world, i), i + 1);
    }
}

static void final_never_runs_in_a_cycle(void **state)
{
    (void)state;
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2), ticket_of(3), ticket_of(4) };
    {
        HF_FRAME(world.thread);
        hf_ref a = hf_local(world.thread);
        hf_ref b = hf_local(world.thread);
        hf_ref self = hf_local(world.thread);
        hf_ref outside = hf_local(world.thread);
        make_armed(a, &tickets[0]);
        make_armed(b, &tickets[1]);
        link_to(a, b);
        link_to(b, a);
        make_armed(self, &tickets[2]);
        link_to(self, self);
        make_armed(outside, &tickets[3]); /* reaches a cycle, is in none */
        link_to(outside, a);
        settle_often();
        assert_int_equal(lifetimes_events(&world), 0);
    }

    settle_often();

    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 4);
}

static void final_never_runs_for_what_refers_to_itself_twice_while_all_moves(void **state)
{
    (void)state;
    lifetimes_ticket ticket = ticket_of(1);
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        hf_ref last = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 3, object), HF_OK);
        assert_int_equal(hf_bytes_create(world.thread, 16, last), HF_OK);
        assert_int_equal(hf_store_at(world.thread, object, 0, object), HF_OK);
        assert_int_equal(hf_store_at(world.thread, object, 1, object), HF_OK);
        assert_int_equal(hf_store_at(world.thread, object, 2, last), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &ticket),
                         HF_OK);
        settle_often();
        assert_int_equal(lifetimes_events(&world), 0);
        hf_clear(object);
        hf_clear(last);
        for (int i = 0; i < GENTLE_ROUNDS; i++) {
            assert_int_equal(hfi_heap_collect_moving(world.thread), HF_OK);
        }
        assert_int_equal(hf_heap_check(world.thread), HF_OK);
    }

    settle_often();

    assert_int_equal(lifetimes_events(&world), 0);
}

static void final_counts_what_never_ran_at_the_end(void **state)
{
    (void)state;
    lifetimes all;
    lifetimes_ticket tickets[] = { { .all = &all, .number = 1 }, { .all = &all, .number = 2 } };
    lifetimes_begin(&all);
    {
        HF_FRAME(all.thread);
        for (int i = 0; i < 2; i++) {
            hf_ref self = hf_local(all.thread);
            assert_int_equal(hf_array_create(all.thread, 1, self), HF_OK);
            assert_int_equal(hf_store_at(all.thread, self, 0, self), HF_OK);
            assert_int_equal(hf_finalizer_set(all.thread, self, lifetimes_finalize, &tickets[i]),
                             HF_OK);
        }
    }

    lifetimes_end(&all);

    assert_int_equal(all.leaks.finalizers, 2);
    assert_int_equal(all.event_count, 0);
}

/* ---- identity ---- */

static void final_knows_objects_without_size_apart(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref a = hf_local(world.thread);
    hf_ref b = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    assert_int_equal(hf_bytes_create(world.thread, 0, a), HF_OK);
    assert_int_equal(hf_bytes_create(world.thread, 0, b), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, a, lifetimes_finalize, &tickets[0]), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, b, lifetimes_finalize, &tickets[1]), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(b);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 2);

    hf_clear(a);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 1), 1);
}

static void final_ends_each_of_sixteen_neighbours_at_its_own_death(void **state)
{
    (void)state;
    enum { COUNT = 16 };
    lifetimes_ticket tickets[COUNT];
    hf_ref slots[COUNT];
    HF_FRAME(world.thread);
    for (unsigned i = 0; i < COUNT; i++) {
        tickets[i] = ticket_of(i + 1);
        slots[i] = hf_local(world.thread);
        assert_int_equal(hf_bytes_create(world.thread, 1, slots[i]), HF_OK);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(hf_finalizer_set(world.thread, slots[i], lifetimes_finalize, &tickets[i]),
                         HF_OK);
    }
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);

    for (unsigned i = 0; i < COUNT; i++) {
        unsigned victim = i * 5 % COUNT;
        hf_clear(slots[victim]);
        lifetimes_settle(&world);
        assert_int_equal(lifetimes_events(&world), i + 1);
        assert_int_equal(lifetimes_event(&world, i), victim + 1);
    }
}

static void final_finds_its_records_after_everything_moved(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    static lifetimes_ticket tickets[COUNT];
    HF_FRAME(world.thread);
    hf_ref holder = hf_local(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, COUNT, holder), HF_OK);
    for (size_t i = 0; i < COUNT; i++) {
        tickets[i] = ticket_of(i + 1);
        make_armed(object, &tickets[i]);
        assert_int_equal(hf_store_at(world.thread, holder, i, object), HF_OK);
    }
    assert_int_equal(hf_collect(world.thread), HF_OK);
    for (size_t i = COUNT; i-- > 0;) { /* every second one, from the end, in two collections */
        if (i % 2 == 0) {
            assert_int_equal(hf_load_at(holder, i, object), HF_OK);
            assert_int_equal(hf_finalizer_clear(world.thread, object), HF_OK);
        }
        if (i == COUNT / 2) {
            assert_int_equal(hf_collect(world.thread), HF_OK);
        }
    }
    hf_clear(object);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(holder);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), COUNT / 2);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(atomic_load(&tickets[i].runs), i % 2);
    }
}

/* ---- what a finalizer may do ---- */

static void allocate_and_arm(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_ticket *tickets = user;
    bool is_fine = true;
    for (int i = 0; i < 20; i++) {
        HF_FRAME(runner);
        hf_ref garbage = hf_local(runner);
        is_fine = is_fine && hf_bytes_create(runner, 1000, garbage) == HF_OK;
    }
    HF_FRAME(runner);
    hf_ref child = hf_local(runner);
    is_fine = is_fine && hf_array_create(runner, 1, child) == HF_OK;
    is_fine = is_fine && hf_finalizer_set(runner, child, lifetimes_finalize, &tickets[1]) == HF_OK;
    is_fine = is_fine && hf_collect(runner) == HF_OK && atomic_load(&tickets[1].runs) == 0;
    is_fine = is_fine && hf_finalizer_clear(runner, object) == HF_OK;
    tickets[0].number = is_fine ? 1 : 666;
    lifetimes_finalize(runner, object, &tickets[0]);
}

static void final_may_allocate_arm_and_collect_in_its_run(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(0), ticket_of(2) };
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, allocate_and_arm, tickets), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_event(&world, 1), 2);
}

/** Two runs without a safepoint of their own, and a collection that wants to come between. */
typedef struct between {
    _Atomic(bool) has_begun;
    _Atomic(bool) is_collected;
    _Atomic(bool) was_late;
} between;

static bool spin_until(_Atomic(uint32_t) *gate, _Atomic(bool) *flag)
{
    uint64_t end_ns = hfp_clock_ns() + UINT64_C(20000000000);
    bool is_set = false;
    while (!is_set && hfp_clock_ns() < end_ns) {
        is_set = gate ? atomic_load(gate) != 0 : atomic_load(flag);
    }
    return is_set;
}

/* Until somebody wants to stop the world. */
static void run_until_stopped(hf_thread *runner, hf_ref object, void *user)
{
    between *b = user;
    (void)object;
    atomic_store(&b->has_begun, true);
    if (!spin_until(&runner->gate, NULL)) {
        atomic_store(&b->was_late, true);
    }
}

static void run_until_collected(hf_thread *runner, hf_ref object, void *user)
{
    between *b = user;
    (void)runner;
    (void)object;
    if (!spin_until(NULL, &b->is_collected)) {
        atomic_store(&b->was_late, true);
    }
}

static void final_lets_a_collection_come_between_two_runs(void **state)
{
    (void)state;
    between b = { false, false, false };
    if (lifetimes_is_stress()) {
        skip(); /* the wait below collects too, and would use up the place between the two */
    }
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, run_until_stopped, &b), HF_OK);
    hf_ref other = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 1, other), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, other, run_until_collected, &b), HF_OK);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_false(atomic_load(&b.has_begun));
    hf_clear(object);
    hf_clear(other);
    assert_int_equal(hf_collect(world.thread), HF_OK); /* both are queued */
    lifetimes_await(world.thread, &b.has_begun);

    assert_int_equal(hf_collect(world.thread), HF_OK);

    atomic_store(&b.is_collected, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_false(atomic_load(&b.was_late));
}

static void final_runs_for_what_never_moves(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref pinned = hf_local(world.thread);
    hf_ref immovable = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    hf_pin *pin;
    assert_int_equal(hf_bytes_create(world.thread, 64, pinned), HF_OK);
    hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
    options.flags = HF_BYTES_IMMOVABLE;
    assert_int_equal(hf_bytes_create_with(world.thread, 64, &options, immovable), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, pinned, lifetimes_finalize, &tickets[0]),
                     HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, immovable, lifetimes_finalize, &tickets[1]),
                     HF_OK);
    assert_int_equal(hf_pin_create(world.thread, pinned, &pin), HF_OK);
    hf_clear(pinned);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0); /* a pin keeps */

    hf_clear(immovable);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 2);

    hf_pin_destroy(pin);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 2);
}

/* ---- when the world says no ---- */

static void final_survives_every_failure_of_arming(void **state)
{
    (void)state;
    int64_t blocks = hfi_alloc_live();
    uint64_t failures = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        lifetimes all;
        lifetimes_begin(&all);
        lifetimes_ticket ticket = { .all = &all, .number = 1 };
        {
            HF_FRAME(all.thread);
            hf_ref object = hf_local(all.thread);
            assert_int_equal(hf_bytes_create(all.thread, 1, object), HF_OK);

            hfi_fault_arm(nth, 1);
            hf_status status = hf_finalizer_set(all.thread, object, lifetimes_finalize, &ticket);
            was_hit = hfi_fault_disarm() >= nth;

            if (status != HF_OK) {
                failures++;
                assert_true(was_hit);
                assert_true(status == HF_E_NOMEM || status == HF_E_SYSTEM);
                assert_int_equal(hf_finalizer_set(all.thread, object, lifetimes_finalize, &ticket),
                                 HF_OK);
            }
            lifetimes_settle(&all);
            assert_int_equal(lifetimes_events(&all), 0);
        }
        lifetimes_settle(&all);
        assert_int_equal(lifetimes_events(&all), 1);
        lifetimes_end(&all);
    }
    assert_true(failures >= 3); /* thread, record, index: fewer means that nothing was tried */
    assert_int_equal(hfi_alloc_live(), blocks);
}

/* ---- several threads ---- */

enum { CREW = 3 };

typedef struct crew_member {
    hfp_thread handle;
    unsigned rounds;
    bool failed;
    lifetimes_ticket *tickets; /* one a round */
    _Atomic(bool) is_done;
} crew_member;

/** Arms in each round; clears in every second one before letting go. */
static void arm_and_clear(void *user)
{
    crew_member *member = user;
    hf_thread *thread;
    if (hf_thread_attach(world.runtime, &thread) != HF_OK) {
        member->failed = true;
        atomic_store(&member->is_done, true);
        return;
    }
    for (unsigned i = 0; i < member->rounds; i++) {
        lifetimes_ticket *ticket = &member->tickets[i];
        HF_FRAME(thread);
        hf_ref object = hf_local(thread);
        bool is_fine = hf_array_create(thread, 2, object) == HF_OK &&
                       hf_finalizer_set(thread, object, lifetimes_finalize, ticket) == HF_OK &&
                       hf_safepoint(thread) == HF_OK && atomic_load(&ticket->runs) == 0;
        if (i % 2 == 0) {
            is_fine = is_fine && hf_finalizer_clear(thread, object) == HF_OK;
        }
        member->failed = member->failed || !is_fine;
    }
    member->failed = hf_thread_detach(thread) != HF_OK || member->failed;
    atomic_store(&member->is_done, true);
}

static void final_loses_and_repeats_nothing_among_threads(void **state)
{
    (void)state;
    enum { ROUNDS_MAX = 20000 };
    static lifetimes_ticket tickets[CREW][ROUNDS_MAX];
    static crew_member crew[CREW];
    unsigned rounds = (lifetimes_is_stress() ? 60 : 2000) * lifetimes_effort();
    rounds = rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    for (unsigned m = 0; m < CREW; m++) {
        for (unsigned i = 0; i < rounds; i++) {
            tickets[m][i] = ticket_of(1);
        }
        crew[m] = (crew_member){ .rounds = rounds, .tickets = tickets[m] };
        assert_int_equal(hfp_thread_start(&crew[m].handle, "crew", arm_and_clear, &crew[m]), HF_OK);
    }

    for (unsigned m = 0; m < CREW; m++) {
        while (!atomic_load(&crew[m].is_done)) {
            assert_int_equal(hf_collect(world.thread), HF_OK);
        }
    }
    for (unsigned m = 0; m < CREW; m++) {
        hfp_thread_join(&crew[m].handle);
    }
    lifetimes_settle(&world);

    for (unsigned m = 0; m < CREW; m++) {
        assert_false(crew[m].failed);
        for (unsigned i = 0; i < rounds; i++) {
            assert_int_equal(atomic_load(&tickets[m][i].runs), i % 2);
        }
    }
    assert_int_equal(lifetimes_reports(&world), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(final_refuses_null_and_missing_slots),
        TEST(final_refuses_a_second_one_and_names_the_first),
        TEST(final_clears_also_what_was_never_set),
        TEST(final_runs_once_with_the_whole_object),
        TEST(final_runs_for_a_large_object),
        TEST(final_gives_back_the_last_object_after_its_run),
        TEST(final_can_be_armed_again_in_its_run),
        TEST(final_may_bring_its_object_back),
        TEST(final_takes_a_chain_one_level_a_cycle),
        TEST(final_runs_what_reaches_through_unarmed_objects_first),
        TEST(final_runs_in_the_order_of_arming_within_a_cycle),
        TEST(final_never_runs_in_a_cycle),
        TEST(final_never_runs_for_what_refers_to_itself_twice_while_all_moves),
        TEST(final_counts_what_never_ran_at_the_end),
        TEST(final_knows_objects_without_size_apart),
        TEST(final_ends_each_of_sixteen_neighbours_at_its_own_death),
        TEST(final_finds_its_records_after_everything_moved),
        TEST(final_may_allocate_arm_and_collect_in_its_run),
        TEST(final_lets_a_collection_come_between_two_runs),
        TEST(final_runs_for_what_never_moves),
        TEST(final_survives_every_failure_of_arming),
        TEST(final_loses_and_repeats_nothing_among_threads),
    };
    return cmocka_run_group_tests_name("final", tests, NULL, NULL);
}
