/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * docs/lifetime-rules.md: what weak references and ephemeron tables keep, and when they end.  The
 * order of the phases, pair by pair, is test_death_phases.c's.
 */

#include "hf_test.h"

#include "lifetimes.h"

#define RULE(name) cmocka_unit_test_setup_teardown(name, begin, end)

static lifetimes world;

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

static hf_ref array_new(void)
{
    hf_ref array = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, array), HF_OK);
    return array;
}

static hf_weak *weak_new(hf_ref object, hf_weak_kind kind)
{
    hf_weak *weak;
    assert_int_equal(hf_weak_create(world.thread, object, kind, &weak), HF_OK);
    return weak;
}

static bool gives(const hf_weak *weak)
{
    HF_FRAME(world.thread);
    hf_ref found = hf_local(world.thread);
    assert_int_equal(hf_weak_load(world.thread, weak, found), HF_OK);
    return !hf_is_null(found);
}

static void finish(hf_weak *a, hf_weak *b)
{
    assert_int_equal(hf_weak_destroy(a), HF_OK);
    assert_int_equal(hf_weak_destroy(b), HF_OK);
}

static void rule_1_14_a_weak_reference_keeps_nothing(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = array_new();
    hf_weak *brief = weak_new(object, HF_WEAK_SHORT);
    hf_weak *lasting = weak_new(object, HF_WEAK_LONG);
    settle();
    assert_true(gives(brief) && gives(lasting)); /* the slot does */

    hf_clear(object);
    lifetimes_settle(&world);

    assert_false(gives(brief) || gives(lasting));
    finish(brief, lasting);
}

static void rule_1_15_an_entry_keeps_its_value_while_table_and_key_are_kept(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    for (int is_table_dropped = 0; is_table_dropped < 2; is_table_dropped++) {
        hf_ref table = hf_local(world.thread);
        hf_ref key = array_new();
        hf_ref value = array_new();
        assert_int_equal(hf_ephemerons_create(world.thread, table), HF_OK);
        assert_int_equal(hf_ephemeron_set(world.thread, table, key, value), HF_OK);
        assert_int_equal(hf_store_at(world.thread, value, 0, key), HF_OK); /* keeps it not */
        hf_weak *of_key = weak_new(key, HF_WEAK_LONG);
        hf_weak *of_value = weak_new(value, HF_WEAK_LONG);
        hf_clear(value);
        settle();
        assert_true(gives(of_value));

        hf_clear(is_table_dropped ? table : key);
        lifetimes_settle(&world);

        assert_false(gives(of_value));
        assert_int_equal(gives(of_key), is_table_dropped);
        finish(of_key, of_value);
    }
}

/* A finalizer that brings its object back. */
static void bring_back(hf_thread *runner, hf_ref object, void *user)
{
    if (hf_global_store(runner, user, object) == HF_OK) {
        lifetimes_note(&world, 1);
    }
}

static void rule_3_1_short_references_end_before_a_finalizer_and_for_good(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = array_new();
    hf_global *back;
    assert_int_equal(hf_global_create(world.thread, NULL, &back), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, bring_back, back), HF_OK);
    hf_weak *brief = weak_new(object, HF_WEAK_SHORT);
    hf_weak *lasting = weak_new(object, HF_WEAK_LONG);
    settle();
    assert_int_equal(lifetimes_events(&world), 0);
    assert_true(gives(brief));

    hf_clear(object);
    settle();

    assert_int_equal(lifetimes_events(&world), 1);
    assert_false(gives(brief));
    assert_true(gives(lasting));
    hf_global_destroy(world.thread, back);
    finish(brief, lasting);
}

static void rule_3_5_long_references_and_entries_end_when_nothing_brought_it_back(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = hf_local(world.thread);
    hf_ref key = array_new();
    hf_global *back;
    size_t entries;
    assert_int_equal(hf_ephemerons_create(world.thread, table), HF_OK);
    assert_int_equal(hf_ephemeron_set(world.thread, table, key, key), HF_OK);
    assert_int_equal(hf_global_create(world.thread, NULL, &back), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, key, bring_back, back), HF_OK);
    hf_weak *lasting = weak_new(key, HF_WEAK_LONG);

    hf_clear(key);
    settle();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_true(gives(lasting));
    assert_int_equal(hf_ephemeron_count(world.thread, table, &entries), HF_OK);
    assert_int_equal(entries, 1); /* brought back with its entry */
    assert_int_equal(hf_global_store(world.thread, back, NULL), HF_OK);
    lifetimes_settle(&world);

    assert_false(gives(lasting));
    assert_int_equal(hf_ephemeron_count(world.thread, table, &entries), HF_OK);
    assert_int_equal(entries, 0);
    assert_int_equal(lifetimes_events(&world), 1);
    hf_global_destroy(world.thread, back);
    finish(lasting, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(rule_1_14_a_weak_reference_keeps_nothing),
        RULE(rule_1_15_an_entry_keeps_its_value_while_table_and_key_are_kept),
        RULE(rule_3_1_short_references_end_before_a_finalizer_and_for_good),
        RULE(rule_3_5_long_references_and_entries_end_when_nothing_brought_it_back),
    };
    return cmocka_run_group_tests_name("lifetime_weak", tests, NULL, NULL);
}
