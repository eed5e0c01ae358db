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
#define RULE(name) cmocka_unit_test_setup_teardown(name, begin, end)

static lifetimes world;
static lifetimes_ticket tickets[WATCHED];

static int begin(void **state)
{
    lifetimes_begin(&world);
    *state = &world;
    return 0;
}

static int end(void **state)
{
    (void)state;
    lifetimes_end(&world);
    return 0;
}

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
    where it = { 0 };
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(rule_3_2_a_finalizer_runs_once_and_before_those_it_reaches),
        RULE(rule_3_4_a_revived_object_lives_on_without_a_finalizer),
        RULE(rule_3_7_a_leaked_resource_meets_the_policy_of_its_class),
        RULE(rule_3_9_ends_run_one_after_another_on_the_runner),
    };
    return cmocka_run_group_tests_name("boundary_lifetime_deaths", tests, NULL, NULL);
}
