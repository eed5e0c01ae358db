/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * docs/lifetime-rules.md, section 3: how an object dies, and in which order.
 *
 * Each end notes a number; a test that sees one has seen before that it did not come early.
 */

#include "hf_test.h"

#include "lifetimes.h"

#define WATCHED    16
#define RULE(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, lifetimes_teardown)

static lifetimes_ticket tickets[WATCHED];

static void settle(void)
{
    for (int i = 0; i < 3; i++) {
        lifetimes_settle(&world);
    }
}

static hf_ref make_watched(unsigned number)
{
    hf_ref array = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 2, array), HF_OK);
    tickets[number] = (lifetimes_ticket){ .all = &world, .number = number };
    assert_int_equal(hf_finalizer_set(world.thread, array, lifetimes_finalize, &tickets[number]),
                     HF_OK);
    return array;
}

static void refer(hf_ref from, hf_ref to)
{
    assert_int_equal(hf_store_at(world.thread, from, 0, to), HF_OK);
}

static hf_weak *short_one;
static hf_weak *long_one;

/* Notes the number, 100 more if the short reference still knows the object, and 200 more if the
 * long one does. */
static void look_back(hf_thread *runner, hf_ref object, void *user)
{
    const lifetimes_ticket *ticket = user;
    uintptr_t number = ticket->number;
    HF_FRAME(runner);
    hf_ref seen = hf_local(runner);
    (void)object;
    if (hf_weak_load(runner, short_one, seen) == HF_OK && !hf_is_null(seen)) {
        number += 100;
    }
    if (hf_weak_load(runner, long_one, seen) == HF_OK && !hf_is_null(seen)) {
        number += 200;
    }
    lifetimes_note(ticket->all, number);
}

static bool is_dead(const hf_weak *weak)
{
    HF_FRAME(world.thread);
    hf_ref seen = hf_local(world.thread);
    assert_int_equal(hf_weak_load(world.thread, weak, seen), HF_OK);
    return hf_is_null(seen);
}

static void make_weak_ones(const hf_slot *object)
{
    assert_int_equal(hf_weak_create(world.thread, object, HF_WEAK_SHORT, &short_one), HF_OK);
    assert_int_equal(hf_weak_create(world.thread, object, HF_WEAK_LONG, &long_one), HF_OK);
}

static void end_weak_ones(void)
{
    assert_int_equal(hf_weak_destroy(short_one), HF_OK);
    assert_int_equal(hf_weak_destroy(long_one), HF_OK);
}

static void rule_3_1_short_weak_references_end_before_the_finalizer(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket ticket = { .all = &world, .number = 1 };
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, look_back, &ticket), HF_OK);
    make_weak_ones(object);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
    assert_false(is_dead(short_one));
    hf_clear(object);
    settle();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 201); /* the long one alone saw it */
    end_weak_ones();
}

static void rule_3_2_a_finalizer_runs_once_and_before_those_it_reaches(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref first = make_watched(1);
    hf_ref second = make_watched(2);
    hf_ref third = make_watched(3);
    refer(first, second);
    refer(second, third);
    hf_clear(second);
    hf_clear(third);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
    hf_clear(first);
    for (uintptr_t cycle = 1; cycle <= 3; cycle++) {
        lifetimes_settle(&world);
        if (!lifetimes_is_stress()) {
            assert_int_equal(lifetimes_events(&world), cycle);
        }
    }
    settle();
    assert_int_equal(lifetimes_events(&world), 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(lifetimes_event(&world, i), i + 1);
    }
}

typedef struct cycles {
    unsigned count;
    int line;
} cycles;

static void note_cycle(const hf_finalizer_cycle *cycle, void *user)
{
    cycles *all = user;
    all->count++;
    all->line = cycle->site.line;
}

static void rule_3_3_what_reaches_itself_is_never_finalized_and_listed(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref left = make_watched(1);
    hf_ref right = make_watched(2);
    cycles all = { 0, 0 };
    refer(left, right);
    refer(right, left);
    assert_int_equal(hf_finalizer_cycles(world.thread, note_cycle, &all), HF_OK);
    assert_int_equal(all.count, 2);
    assert_true(all.line > 0);
    hf_ref keep = hf_local(world.thread);
    assert_int_equal(hf_load_at(left, 0, keep), HF_OK);
    hf_clear(left);
    hf_clear(right);
    hf_clear(keep);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
}

static hf_global *revived;

static void revive(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_finalize(runner, object, user);
    (void)hf_global_store(runner, revived, object);
}

static void rule_3_4_a_revived_object_lives_on_without_a_finalizer(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    lifetimes_ticket first = { .all = &world, .number = 1 };
    lifetimes_ticket second = { .all = &world, .number = 2 };
    assert_int_equal(hf_global_create(world.thread, NULL, &revived), HF_OK);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, revive, &first), HF_OK);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
    hf_clear(object);
    settle();
    assert_int_equal(lifetimes_events_of(&world, 1), 1);

    assert_int_equal(hf_global_load(revived, object), HF_OK);
    assert_int_equal(hf_array_length(object), 1);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &second), HF_OK);
    assert_int_equal(hf_finalizer_clear(world.thread, object), HF_OK);
    uint64_t alive = lifetimes_objects(&world);
    hf_clear(object);
    assert_int_equal(hf_global_store(world.thread, revived, NULL), HF_OK);
    settle();
    assert_int_equal(lifetimes_objects(&world), alive - 1);
    assert_int_equal(lifetimes_events(&world), 1);
    hf_global_destroy(world.thread, revived);
}

static void note_cleanup(hf_thread *runner, hf_ref argument, void *user)
{
    (void)runner;
    (void)argument;
    lifetimes_note(&world, (uintptr_t)user);
}

static void rule_3_5_long_ones_and_entries_end_when_nothing_revives(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = hf_local(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_ref value = hf_local(world.thread);
    size_t count = 0;
    lifetimes_ticket first = { .all = &world, .number = 1 };
    assert_int_equal(hf_global_create(world.thread, NULL, &revived), HF_OK);
    assert_int_equal(hf_ephemerons_create(world.thread, table), HF_OK);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_bytes_create(world.thread, 8, value), HF_OK);
    assert_int_equal(hf_ephemeron_set(world.thread, table, object, value), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, revive, &first), HF_OK);
    make_weak_ones(object);
    hf_clear(object);
    settle();
    assert_int_equal(lifetimes_events_of(&world, 1), 1);
    assert_true(is_dead(short_one));
    assert_false(is_dead(long_one));
    assert_int_equal(hf_ephemeron_count(world.thread, table, &count), HF_OK);
    assert_int_equal(count, 1);
    assert_int_equal(hf_global_store(world.thread, revived, NULL), HF_OK);
    settle();
    assert_true(is_dead(long_one));
    assert_int_equal(hf_ephemeron_count(world.thread, table, &count), HF_OK);
    assert_int_equal(count, 0);
    end_weak_ones();
    hf_global_destroy(world.thread, revived);
}

static void rule_3_6_cleanups_run_after_that_and_the_object_is_gone(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_watched(1);
    hf_ref plain = hf_local(world.thread);
    hf_cleanup cleanup;
    assert_int_equal(
        hf_cleanup_add(world.thread, object, 0, note_cleanup, NULL, (void *)2, &cleanup), HF_OK);
    assert_int_equal(hf_bytes_create(world.thread, 8, plain), HF_OK);
    assert_int_equal(
        hf_cleanup_add(world.thread, plain, 0, note_cleanup, NULL, (void *)3, &cleanup), HF_OK);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
    hf_clear(object);
    settle();
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 1);
    assert_int_equal(lifetimes_event(&world, 1), 2);
    uint64_t alive = lifetimes_objects(&world);
    hf_clear(plain);
    if (!lifetimes_is_stress()) {
        assert_int_equal(lifetimes_objects(&world), alive - 1); /* one collection, and no drain */
    }
    settle();
    assert_int_equal(lifetimes_events_of(&world, 3), 1);
}

static hf_status release_noted(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class reported_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "reported",
    .release = release_noted,
};

static const hf_resource_class kept_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "kept",
    .release = release_noted,
    .on_leak = HF_LEAK_REPORT_ONLY,
};

static void rule_3_7_a_leaked_resource_meets_the_policy_of_its_class(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref reported = hf_local(world.thread);
    hf_ref kept = hf_local(world.thread);
    assert_int_equal(hf_resource_create(world.thread, &reported_class, 11, reported), HF_OK);
    assert_int_equal(hf_resource_create(world.thread, &kept_class, 12, kept), HF_OK);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(lifetimes_reports(&world), 0);
    hf_clear(reported);
    hf_clear(kept);
    settle();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_events_of(&world, 11), 1);
    assert_int_equal(lifetimes_reports(&world), 2);
    assert_true(lifetimes_has_report(&world, "resource reported"));
    assert_true(lifetimes_has_report(&world, "resource kept"));
}

static void rule_3_8_a_resource_is_released_after_its_uses_and_children(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref parent = hf_local(world.thread);
    hf_ref child = hf_local(world.thread);
    uintptr_t value;
    assert_int_equal(hf_resource_create(world.thread, &reported_class, 21, parent), HF_OK);
    assert_int_equal(hf_resource_create_child(world.thread, &reported_class, 22, parent, child),
                     HF_OK);
    hf_fence fence;
    assert_int_equal(hf_fence_hold(&fence, world.thread, child, &value), HF_OK);
    assert_int_equal(hf_resource_dispose(world.thread, parent), HF_OK);
    assert_int_equal(hf_resource_dispose(world.thread, child), HF_OK);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    settle();
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 22);
    assert_int_equal(lifetimes_event(&world, 1), 21);
}

typedef struct where {
    _Atomic(hf_thread *) runner;
    _Atomic(unsigned) inside, most, runs;
} where;

static void note_thread(hf_thread *runner, hf_ref object, void *user)
{
    where *it = user;
    (void)object;
    unsigned inside = atomic_fetch_add(&it->inside, 1) + 1;
    if (inside > atomic_load(&it->most)) {
        atomic_store(&it->most, inside);
    }
    (void)hf_collect(runner);
    atomic_store(&it->runner, runner);
    atomic_fetch_add(&it->runs, 1);
    atomic_fetch_sub(&it->inside, 1);
}

static void rule_3_9_ends_run_one_after_another_on_the_runner(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    static where it;
    hf_ref object = hf_local(world.thread);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hf_bytes_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, note_thread, &it), HF_OK);
    }
    hf_clear(object);
    settle();
    assert_int_equal(atomic_load(&it.runs), 20);
    assert_int_equal(atomic_load(&it.most), 1);
    assert_ptr_not_equal(atomic_load(&it.runner), world.thread);
}

static _Atomic(int) answer;

static void dispose_argument(hf_thread *runner, hf_ref argument, void *user)
{
    (void)user;
    atomic_store(&answer, (int)hf_resource_dispose(runner, argument));
}

static void rule_3_10_a_finalizer_disposes_what_nobody_else_reaches(void **state)
{
    (void)state;
    for (uintptr_t number = 31; number <= 32; number++) {
        bool is_shared = number == 32;
        HF_FRAME(world.thread);
        hf_ref file = hf_local(world.thread);
        hf_ref object = hf_local(world.thread);
        assert_int_equal(hf_resource_create(world.thread, &reported_class, number, file), HF_OK);
        assert_int_equal(hf_bytes_create(world.thread, 1, object), HF_OK);
        assert_int_equal(
            hf_cleanup_add(world.thread, object, 0, dispose_argument, file, NULL, NULL), HF_OK);
        if (!is_shared) {
            hf_clear(file);
        }
        settle();
        assert_int_equal(lifetimes_events_of(&world, number), 0);
        hf_clear(object);
        settle();
        assert_int_equal(atomic_load(&answer), is_shared ? HF_E_BUSY : HF_OK);
        assert_int_equal(lifetimes_events_of(&world, number), !is_shared);
        assert_int_equal(lifetimes_reports(&world), is_shared);
        hf_clear(file);
        settle();
        assert_int_equal(lifetimes_events_of(&world, number), 1);
        assert_int_equal(lifetimes_reports(&world), is_shared);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(rule_3_1_short_weak_references_end_before_the_finalizer),
        RULE(rule_3_2_a_finalizer_runs_once_and_before_those_it_reaches),
        RULE(rule_3_3_what_reaches_itself_is_never_finalized_and_listed),
        RULE(rule_3_4_a_revived_object_lives_on_without_a_finalizer),
        RULE(rule_3_5_long_ones_and_entries_end_when_nothing_revives),
        RULE(rule_3_6_cleanups_run_after_that_and_the_object_is_gone),
        RULE(rule_3_7_a_leaked_resource_meets_the_policy_of_its_class),
        RULE(rule_3_8_a_resource_is_released_after_its_uses_and_children),
        RULE(rule_3_9_ends_run_one_after_another_on_the_runner),
        RULE(rule_3_10_a_finalizer_disposes_what_nobody_else_reaches),
    };
    return cmocka_run_group_tests_name("boundary_lifetime_deaths", tests, NULL, NULL);
}
