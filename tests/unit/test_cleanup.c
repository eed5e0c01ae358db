/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * Cleanups.  Every test that sees one run has seen before that it did not run early.
 */

#include "hf_test.h"

#include "base/alloc.h"
#include "final/final.h"
#include "lifetimes.h"
#include "runtime/inside.h"

#include <stddef.h>
#include <string.h>

static void settle_often(void)
{
    for (int i = 0; i < 3; i++) {
        lifetimes_settle(&world);
    }
}

/** Collects, and nothing has run. */
static void expect_no_run(void)
{
    settle_often();
    assert_int_equal(lifetimes_events(&world), 0);
}

/** Notes the number that stands in its argument, bytes; 666 if there is none. */
static void note_argument(hf_thread *runner, hf_ref argument, void *user)
{
    (void)runner;
    lifetimes *all = user;
    uint64_t number = 666;
    if (!hf_is_null(argument) && hf_bytes_read(argument, 0, &number, sizeof number) != HF_OK) {
        number = 667;
    }
    lifetimes_note(all, (uintptr_t)number);
}

static void make_number(hf_ref out, uint64_t number)
{
    assert_int_equal(hf_bytes_create(world.thread, sizeof number, out), HF_OK);
    assert_int_equal(hf_bytes_write(out, 0, &number, sizeof number), HF_OK);
}

static void make_object(hf_ref out)
{
    assert_int_equal(hf_array_create(world.thread, 2, out), HF_OK);
}

static hf_cleanup add(hf_ref object, lifetimes_ticket *ticket)
{
    hf_cleanup cleanup;
    assert_int_equal(
        hf_cleanup_add(world.thread, object, 0, lifetimes_finalize, NULL, ticket, &cleanup), HF_OK);
    assert_int_not_equal(cleanup.word_, 0);
    return cleanup;
}

static bool stop(hf_cleanup cleanup)
{
    bool was_armed = true;
    assert_int_equal(hf_cleanup_stop(world.thread, cleanup, &was_armed), HF_OK);
    return was_armed;
}

/* ---- runs ---- */

static void cleanup_runs_once_when_its_object_is_gone(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(1);
    make_object(object);
    add(object, &ticket);
    expect_no_run();

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void cleanup_leaves_the_object_to_the_same_collection(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(1);
    uint64_t before = lifetimes_objects(&world);
    make_object(object);
    add(object, &ticket);
    assert_int_equal(lifetimes_objects(&world), before + 1);
    expect_no_run();

    hf_clear(object);
    uint64_t after = lifetimes_objects(&world); /* one collection */

    assert_int_equal(after, before);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
}

static void cleanup_is_one_of_many_and_they_keep_their_order(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    static lifetimes_ticket tickets[COUNT];
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    make_object(object);
    for (unsigned i = 0; i < COUNT; i++) {
        tickets[i] = ticket_of(i + 1);
        add(object, &tickets[i]);
    }
    expect_no_run();

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(lifetimes_event(&world, i), i + 1);
    }
}

static void cleanup_keeps_its_argument_until_it_has_run(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_ref argument = hf_local(world.thread);
    uint64_t before = lifetimes_objects(&world);
    make_object(object);
    make_number(argument, 41);
    assert_int_equal(hf_cleanup_add(world.thread, object, 0, note_argument, argument, &world, NULL),
                     HF_OK);
    hf_clear(argument);
    expect_no_run();
    assert_int_equal(lifetimes_objects(&world), before + 2);

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 41);
    assert_int_equal(lifetimes_objects(&world), before);
}

/** Object, the table that holds its value, and everything else die in one collection. */
static void cleanup_sees_its_value_though_the_table_died_with_the_object(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_ref table = hf_local(world.thread);
    hf_ref value = hf_local(world.thread);
    make_object(object);
    make_object(table);
    make_number(value, 7);
    assert_int_equal(hf_store_at(world.thread, table, 0, value), HF_OK);
    assert_int_equal(hf_store_at(world.thread, object, 0, table), HF_OK);
    assert_int_equal(hf_cleanup_add(world.thread, object, 0, note_argument, value, &world, NULL),
                     HF_OK);
    assert_int_equal(hf_cleanup_add(world.thread, table, 0, note_argument, value, &world, NULL),
                     HF_OK);
    hf_clear(value);
    expect_no_run();

    hf_clear(object);
    hf_clear(table);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_events_of(&world, 7), 2);
}

static void cleanup_gets_null_where_there_is_no_argument(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_ref null = hf_local(world.thread);
    make_object(object);
    assert_int_equal(hf_cleanup_add(world.thread, object, 0, note_argument, null, &world, NULL),
                     HF_OK);
    assert_int_equal(hf_cleanup_add(world.thread, object, 0, note_argument, NULL, &world, NULL),
                     HF_OK);
    expect_no_run();

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events_of(&world, 666), 2);
    assert_int_equal(lifetimes_events(&world), 2);
}

static void cleanup_belongs_to_a_place_inside_the_object(void **state)
{
    (void)state;
    static const struct {
        size_t size, offset;
        hf_status status;
    } rows[] = {
        { 0, 0, HF_OK },          { 0, 1, HF_E_RANGE },
        { 1, 0, HF_OK },          { 1, 1, HF_E_RANGE },
        { 64, 1, HF_OK },         { 64, 63, HF_OK },
        { 64, 64, HF_E_RANGE },   { 64, SIZE_MAX, HF_E_RANGE },
        { 100000, 99999, HF_OK },
    };
    unsigned good = 0;
    unsigned reports = 0;
    lifetimes_ticket ticket = ticket_of(1);
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        hf_ref holder = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 16, holder), HF_OK);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            assert_int_equal(hf_bytes_create(world.thread, rows[i].size, object), HF_OK);
            assert_int_equal(hf_store_at(world.thread, holder, i, object), HF_OK);

            assert_int_equal(hf_cleanup_add(world.thread, object, rows[i].offset,
                                            lifetimes_finalize, NULL, &ticket, NULL),
                             rows[i].status);

            good += rows[i].status == HF_OK;
            reports += rows[i].status != HF_OK;
            assert_int_equal(lifetimes_reports(&world), reports);
        }
        assert_true(lifetimes_has_report(&world, "offset 64 is not inside the object"));
        expect_no_run();
    }
    settle_often();
    assert_int_equal(lifetimes_events(&world), good);
}

/* ---- stopping ---- */

static void cleanup_can_be_stopped_again_and_again(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2), ticket_of(3) };
    make_object(object);
    hf_cleanup first = add(object, &tickets[0]);
    hf_cleanup second = add(object, &tickets[1]);
    expect_no_run();

    assert_true(stop(second));
    assert_false(stop(second));
    hf_cleanup third = add(object, &tickets[2]); /* the record of the second, and another name */
    assert_int_not_equal(third.word_, second.word_);
    assert_false(stop(second));
    expect_no_run();

    hf_clear(object);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_event(&world, 1), 3);
    assert_false(stop(first));
    assert_false(stop(third));
    assert_int_equal(hf_cleanup_stop(world.thread, first, NULL), HF_OK);
}

static void cleanup_that_never_was_can_be_stopped(void **state)
{
    (void)state;
    static const uint64_t words[] = { 0, 1, 128, 129, UINT32_MAX, UINT64_MAX, UINT64_C(1) << 32 };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_false(stop((hf_cleanup){ words[i] }));
    }
    assert_int_equal(hf_cleanup_stop(NULL, (hf_cleanup){ 1 }, NULL), HF_E_NULL);
}

static void cleanup_lets_its_argument_go_when_stopped(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_ref argument = hf_local(world.thread);
    hf_cleanup cleanups[3];
    uint64_t before = lifetimes_objects(&world);
    make_object(object);
    for (unsigned i = 0; i < 3; i++) {
        make_number(argument, i);
        assert_int_equal(
            hf_cleanup_add(world.thread, object, 0, note_argument, argument, &world, &cleanups[i]),
            HF_OK);
    }
    hf_clear(argument);
    assert_int_equal(lifetimes_objects(&world), before + 4);

    assert_true(stop(cleanups[1]));
    assert_int_equal(lifetimes_objects(&world), before + 3);
    assert_true(stop(cleanups[0]));
    assert_true(stop(cleanups[2]));

    assert_int_equal(lifetimes_objects(&world), before + 1);
    hf_clear(object);
    expect_no_run();
}

/* ---- with finalizers ---- */

static void cleanup_waits_for_the_finalizer_and_the_second_death(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    make_object(object);
    add(object, &tickets[1]);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &tickets[0]),
                     HF_OK);
    expect_no_run();

    hf_clear(object);
    lifetimes_settle(&world);
    if (!lifetimes_is_stress()) {
        assert_int_equal(lifetimes_events(&world), 1); /* it lived for its run */
    }
    settle_often();

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_event(&world, 1), 2);
}

static void cleanup_waits_for_an_object_that_its_finalizer_saved(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(2);
    lifetimes_rescue saved = { .ticket = ticket_of(1) };
    assert_int_equal(hf_global_create(world.thread, NULL, &saved.global), HF_OK);
    make_object(object);
    hf_cleanup cleanup = add(object, &ticket);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_save, &saved), HF_OK);
    expect_no_run();

    hf_clear(object);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 1); /* the finalizer's */
    assert_int_equal(lifetimes_event(&world, 0), 1);

    assert_int_equal(hf_global_store(world.thread, saved.global, NULL), HF_OK);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 1), 2);
    assert_false(stop(cleanup));
    hf_global_destroy(world.thread, saved.global);
}

static void cleanup_is_behind_all_finalizers_of_its_collection(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref a = hf_local(world.thread);
    hf_ref b = hf_local(world.thread);
    hf_ref both = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    make_object(both);
    make_object(a);
    make_object(b);
    assert_int_equal(hf_store_at(world.thread, both, 0, a), HF_OK);
    assert_int_equal(hf_store_at(world.thread, both, 1, b), HF_OK);
    add(a, &tickets[0]); /* armed first */
    assert_int_equal(hf_finalizer_set(world.thread, b, lifetimes_finalize, &tickets[1]), HF_OK);
    hf_clear(a);
    hf_clear(b);
    expect_no_run();

    hf_clear(both);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 2);
    assert_int_equal(lifetimes_event(&world, 1), 1);
}

static void cleanup_runs_for_what_reaches_itself(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = ticket_of(1);
    make_object(object);
    assert_int_equal(hf_store_at(world.thread, object, 0, object), HF_OK);
    add(object, &ticket);
    expect_no_run();

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 1);
}

static void add_more(hf_thread *runner, hf_ref argument, void *user)
{
    lifetimes_ticket *tickets = user;
    HF_FRAME(runner);
    hf_ref child = hf_local(runner);
    bool is_fine =
        hf_array_create(runner, 1, child) == HF_OK &&
        hf_cleanup_add(runner, child, 0, lifetimes_finalize, NULL, &tickets[1], NULL) == HF_OK &&
        hf_collect(runner) == HF_OK && atomic_load(&tickets[1].runs) == 0;
    tickets[0].number = is_fine ? 1 : 666;
    lifetimes_finalize(runner, argument, &tickets[0]);
}

static void cleanup_may_collect_and_add_another_in_its_run(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket tickets[] = { ticket_of(0), ticket_of(2) };
    make_object(object);
    assert_int_equal(hf_cleanup_add(world.thread, object, 0, add_more, NULL, tickets, NULL), HF_OK);
    expect_no_run();

    hf_clear(object);
    settle_often();

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_event(&world, 1), 2);
}

/* ---- what is left ---- */

typedef struct leftovers {
    unsigned count;
    hfi_armed_left left[8];
} leftovers;

static void note_left(const hfi_armed_left *left, void *user)
{
    leftovers *all = user;
    if (all->count < 8) {
        all->left[all->count] = *left;
    }
    all->count++;
}

static void cleanup_that_has_not_run_is_listed_behind_finalizers(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hfi_final *final = world.runtime->parts.final;
    lifetimes_ticket ticket = ticket_of(1);
    leftovers all = { 0 };
    make_object(object);
    hf_cleanup cleanups[2];
    for (int i = 0; i < 2; i++) {
        hf_site site = { "left.c", 10 + i };
        assert_int_equal(hf_cleanup_add_at(world.thread, object, 0, lifetimes_finalize, NULL,
                                           &ticket, &cleanups[i], site),
                         HF_OK);
    }
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &ticket), HF_OK);
    assert_int_equal(hfi_cleanups_armed(final), 2);

    hfi_final_each_left(final, note_left, &all);

    assert_int_equal(all.count, 3);
    assert_string_equal(all.left[0].kind, "a finalizer");
    assert_string_equal(all.left[1].kind, "a cleanup");
    assert_int_equal(all.left[1].site.line, 10);
    assert_int_equal(all.left[2].site.line, 11);
    assert_string_equal(all.left[2].type, "array");
    assert_true(stop(cleanups[0]));
    assert_int_equal(hfi_cleanups_armed(final), 1);
    hf_clear(object);
    settle_often();
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(hfi_cleanups_armed(final), 0);
}

/* ---- when the world says no ---- */

static void cleanup_survives_every_failure_of_adding(void **state)
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
            hf_cleanup cleanup = { 77 };

            hfi_fault_arm(nth, 1);
            hf_status status =
                hf_cleanup_add(all.thread, object, 0, lifetimes_finalize, NULL, &ticket, &cleanup);
            was_hit = hfi_fault_disarm() >= nth;

            if (status != HF_OK) {
                failures++;
                assert_true(was_hit);
                assert_true(status == HF_E_NOMEM || status == HF_E_SYSTEM);
                assert_int_equal(cleanup.word_, 0);
                assert_int_equal(hf_cleanup_add(all.thread, object, 0, lifetimes_finalize, NULL,
                                                &ticket, &cleanup),
                                 HF_OK);
            }
            lifetimes_settle(&all);
            assert_int_equal(lifetimes_events(&all), 0);
        }
        lifetimes_settle(&all);
        assert_int_equal(lifetimes_events(&all), 1);
        lifetimes_end(&all);
    }
    assert_true(failures >= 6); /* thread, three arrays, chunk, its place */
    assert_int_equal(hfi_alloc_live(), blocks);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(cleanup_runs_once_when_its_object_is_gone),
        TEST(cleanup_leaves_the_object_to_the_same_collection),
        TEST(cleanup_is_one_of_many_and_they_keep_their_order),
        TEST(cleanup_keeps_its_argument_until_it_has_run),
        TEST(cleanup_sees_its_value_though_the_table_died_with_the_object),
        TEST(cleanup_gets_null_where_there_is_no_argument),
        TEST(cleanup_belongs_to_a_place_inside_the_object),
        TEST(cleanup_can_be_stopped_again_and_again),
        TEST(cleanup_that_never_was_can_be_stopped),
        TEST(cleanup_lets_its_argument_go_when_stopped),
        TEST(cleanup_waits_for_the_finalizer_and_the_second_death),
        TEST(cleanup_waits_for_an_object_that_its_finalizer_saved),
        TEST(cleanup_is_behind_all_finalizers_of_its_collection),
        TEST(cleanup_runs_for_what_reaches_itself),
        TEST(cleanup_may_collect_and_add_another_in_its_run),
        TEST(cleanup_that_has_not_run_is_listed_behind_finalizers),
        TEST(cleanup_survives_every_failure_of_adding),
    };
    return cmocka_run_group_tests_name("cleanup", tests, NULL, NULL);
}
