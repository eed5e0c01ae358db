/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * The phases of death, pair by pair:
 *
 *   1  what is reached is marked, with the values of ephemerons
 *   2  short weak references to what is not marked end
 *   3  finalizers of the unmarked are queued; their objects, and what these reach, live on
 *   4  long weak references to what is still not marked end; so do entries
 *   5  cleanups of what is still not marked are queued; resources among it are leaks
 *
 * For each two that follow each other a test that would see them change places.  What happens in
 * a finalizer is written down there and looked at later, on the test's own thread; and each test
 * has seen that nothing happened while the object was held.
 */

#include "hf_test.h"

#include "lifetimes.h"

#include <string.h>

enum { GENTLE_ROUNDS = 3 };

static void settle(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        lifetimes_settle(&world);
    }
}

/* ---- a finalizer that looks around ---- */

typedef struct witness {
    hf_weak *short_one; /* to the object or to what it reaches */
    hf_weak *long_one;
    hf_global *table;   /* an ephemeron table, if there is one */
    hf_global *revived; /* where the object goes, if it is to live on */
    _Atomic(unsigned) runs;
    /* What it saw. */
    hf_status status; /* the first that was not HF_OK */
    bool short_gives, long_gives, long_gives_object;
    hf_status entry; /* of the object as key */
    bool has_value;
    uint32_t number; /* in the value */
} witness;

static void note(witness *w, hf_status status)
{
    if (w->status == HF_OK) {
        w->status = status;
    }
}

static bool gives(hf_thread *thread, const hf_weak *weak, hf_ref out)
{
    return hf_weak_load(thread, weak, out) == HF_OK && !hf_is_null(out);
}

/* The key is the object itself, or what its first element is. */
static void look_at_entry(hf_thread *thread, hf_ref object, witness *w)
{
    HF_FRAME(thread);
    hf_ref table = hf_local(thread);
    hf_ref key = hf_local(thread);
    hf_ref value = hf_local(thread);
    note(w, hf_global_load(w->table, table));
    note(w, hf_load_at(object, 0, key));
    w->entry = hf_ephemeron_get(thread, table, hf_is_null(key) ? object : key, value);
    w->has_value = !hf_is_null(value);
    if (w->has_value) {
        note(w, hf_load_at(value, 1, value));
        note(w, hf_bytes_read(value, 0, &w->number, sizeof w->number));
    }
}

static void bear_witness(hf_thread *runner, hf_ref object, void *user)
{
    witness *w = user;
    HF_FRAME(runner);
    hf_ref found = hf_local(runner);
    w->short_gives = gives(runner, w->short_one, found);
    w->long_gives = gives(runner, w->long_one, found);
    w->long_gives_object = hf_same(found, object);
    if (w->table) {
        look_at_entry(runner, object, w);
    }
    if (w->revived) {
        note(w, hf_global_store(runner, w->revived, object));
    }
    atomic_fetch_add(&w->runs, 1);
}

/* ---- parts ---- */

/* Two references: the second to a buffer with `number`. */
static hf_ref node_new(uint32_t number)
{
    hf_ref node = hf_local(world.thread);
    hf_ref data = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 2, node), HF_OK);
    assert_int_equal(hf_bytes_create(world.thread, 64, data), HF_OK);
    assert_int_equal(hf_bytes_write(data, 0, &number, sizeof number), HF_OK);
    assert_int_equal(hf_store_at(world.thread, node, 1, data), HF_OK);
    hf_clear(data);
    return node;
}

static void point(hf_ref from, hf_ref to)
{
    assert_int_equal(hf_store_at(world.thread, from, 0, to), HF_OK);
}

static hf_weak *weak_new(hf_ref object, hf_weak_kind kind)
{
    hf_weak *weak;
    assert_int_equal(hf_weak_create(world.thread, object, kind, &weak), HF_OK);
    return weak;
}

static bool is_dead(const hf_weak *weak)
{
    HF_FRAME(world.thread);
    hf_ref found = hf_local(world.thread);
    assert_int_equal(hf_weak_load(world.thread, weak, found), HF_OK);
    return hf_is_null(found);
}

static void watch(witness *w, hf_ref object)
{
    w->short_one = weak_new(object, HF_WEAK_SHORT);
    w->long_one = weak_new(object, HF_WEAK_LONG);
}

static void arm(witness *w, hf_ref object)
{
    assert_int_equal(hf_finalizer_set(world.thread, object, bear_witness, w), HF_OK);
}

static hf_global *global_new(hf_ref ref)
{
    hf_global *global;
    assert_int_equal(hf_global_create(world.thread, ref, &global), HF_OK);
    return global;
}

static hf_ref table_new(void)
{
    hf_ref table = hf_local(world.thread);
    assert_int_equal(hf_ephemerons_create(world.thread, table), HF_OK);
    return table;
}

static void set(hf_ref table, hf_ref key, hf_ref value)
{
    assert_int_equal(hf_ephemeron_set(world.thread, table, key, value), HF_OK);
}

static size_t count(hf_ref table)
{
    size_t entries;
    assert_int_equal(hf_ephemeron_count(world.thread, table, &entries), HF_OK);
    return entries;
}

static void finish(witness *w)
{
    assert_int_equal(w->status, HF_OK);
    assert_int_equal(hf_weak_destroy(w->short_one), HF_OK);
    assert_int_equal(hf_weak_destroy(w->long_one), HF_OK);
    hf_global_destroy(world.thread, w->table);
    hf_global_destroy(world.thread, w->revived);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void expect_not_early(const witness *w)
{
    settle(GENTLE_ROUNDS);
    assert_int_equal(atomic_load(&w->runs), 0);
    assert_false(is_dead(w->short_one));
    assert_false(is_dead(w->long_one));
}

/* ---- 1 and 2 ---- */

static void death_marks_values_of_ephemerons_before_short_references_end(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(0);
    hf_ref value = node_new(7);
    hf_ref behind = node_new(8);
    witness w = { 0 };
    set(table, key, value);
    set(table, value, behind);
    watch(&w, behind);
    hf_clear(value);
    hf_clear(behind);

    expect_not_early(&w); /* held by an entry whose key is held by an entry */
    hf_clear(key);
    settle(1);

    assert_true(is_dead(w.short_one));
    assert_true(is_dead(w.long_one));
    finish(&w);
}

/* ---- 2 and 3 ---- */

static void death_ends_short_references_before_the_finalizer_is_queued(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = node_new(1);
    witness w = { 0 };
    watch(&w, object);
    arm(&w, object);
    expect_not_early(&w);

    hf_clear(object);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_false(w.short_gives);
    assert_true(w.long_gives_object);
    finish(&w);
}

static void death_ends_short_references_also_to_what_a_finalizer_saves(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = node_new(1);
    hf_ref part = node_new(2);
    witness w = { 0 };
    point(object, part);
    watch(&w, part);
    arm(&w, object);
    hf_clear(part);
    expect_not_early(&w);

    hf_clear(object);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_false(w.short_gives);
    assert_true(w.long_gives); /* the part, alive for the run */
    assert_false(w.long_gives_object);
    finish(&w);
}

/* ---- 3 and 4 ---- */

static void death_ends_long_references_after_the_finalizer_when_nothing_revives(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = node_new(1);
    witness w = { 0 };
    watch(&w, object);
    arm(&w, object);
    expect_not_early(&w);

    hf_clear(object);
    settle(1);
    assert_int_equal(atomic_load(&w.runs), 1);
    assert_true(w.long_gives_object);
    settle(1); /* the run held it until it was over */

    assert_true(is_dead(w.long_one));
    assert_int_equal(atomic_load(&w.runs), 1);
    finish(&w);
}

static void death_that_a_finalizer_undid_leaves_long_references_and_no_short_ones(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = node_new(1);
    hf_ref back = hf_local(world.thread);
    witness w = { 0 };
    w.revived = global_new(NULL);
    watch(&w, object);
    arm(&w, object);
    expect_not_early(&w);

    hf_clear(object);
    settle(GENTLE_ROUNDS);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_int_equal(hf_global_load(w.revived, back), HF_OK);
    assert_false(hf_is_null(back));
    assert_true(is_dead(w.short_one)); /* and stays so */
    assert_false(is_dead(w.long_one));
    hf_weak *short_again = weak_new(back, HF_WEAK_SHORT);
    hf_weak *long_again = weak_new(back, HF_WEAK_LONG);
    assert_false(hf_weak_equal(short_again, w.short_one));
    assert_true(hf_weak_equal(long_again, w.long_one));
    assert_false(is_dead(short_again));

    hf_clear(back);
    assert_int_equal(hf_global_store(world.thread, w.revived, NULL), HF_OK);
    settle(1);

    assert_true(is_dead(short_again)); /* its second death is its last */
    assert_true(is_dead(w.long_one));
    assert_int_equal(atomic_load(&w.runs), 1);
    assert_int_equal(hf_weak_destroy(short_again), HF_OK);
    assert_int_equal(hf_weak_destroy(long_again), HF_OK);
    finish(&w);
}

static void death_keeps_the_entry_of_a_key_that_is_finalized(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref value = node_new(77);
    witness w = { 0 };
    w.table = global_new(table);
    set(table, key, value);
    watch(&w, key);
    arm(&w, key);
    hf_clear(value);
    expect_not_early(&w);

    hf_clear(key);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_int_equal(w.entry, HF_OK);
    assert_int_equal(w.number, 77);
    settle(1);
    assert_int_equal(count(table), 0); /* nobody revived it: gone with its key */
    finish(&w);
}

static void death_keeps_the_entry_of_a_key_that_only_a_finalizer_reaches(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref object = node_new(1);
    hf_ref key = node_new(2);
    hf_ref value = node_new(78);
    witness w = { 0 };
    w.table = global_new(table);
    point(object, key);
    set(table, key, value);
    watch(&w, key);
    arm(&w, object);
    hf_clear(key);
    hf_clear(value);
    expect_not_early(&w);

    hf_clear(object);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_int_equal(w.entry, HF_OK);
    assert_int_equal(w.number, 78);
    settle(1);
    assert_int_equal(count(table), 0);
    finish(&w);
}

static void death_of_one_key_is_complete_though_another_is_finalized(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref finalized = node_new(2);
    hf_ref value = node_new(80);
    hf_weak *long_one = weak_new(key, HF_WEAK_LONG);
    witness w = { 0 };
    w.table = global_new(table);
    set(table, key, value);
    set(table, finalized, value);
    watch(&w, finalized);
    arm(&w, finalized);
    hf_clear(value);
    expect_not_early(&w);
    assert_false(is_dead(long_one));

    hf_clear(key);
    hf_clear(finalized);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_int_equal(w.entry, HF_OK); /* the one that was found live behind the other */
    assert_int_equal(w.number, 80);
    assert_true(is_dead(long_one));
    settle(1);
    assert_int_equal(count(table), 0);
    assert_int_equal(hf_weak_destroy(long_one), HF_OK);
    finish(&w);
}

static void death_that_was_undone_leaves_the_entry(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref value = node_new(79);
    witness w = { 0 };
    w.table = global_new(table);
    w.revived = global_new(NULL);
    set(table, key, value);
    watch(&w, key);
    arm(&w, key);
    hf_clear(value);
    expect_not_early(&w);

    hf_clear(key);
    settle(GENTLE_ROUNDS);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_int_equal(count(table), 1);
    assert_int_equal(hf_global_load(w.revived, key), HF_OK);
    assert_int_equal(hf_ephemeron_get(world.thread, table, key, value), HF_OK);
    assert_false(hf_is_null(value));
    hf_clear(key);
    hf_clear(value);
    assert_int_equal(hf_global_store(world.thread, w.revived, NULL), HF_OK);
    settle(1);
    assert_int_equal(count(table), 0);
    finish(&w);
}

static void death_of_a_key_is_not_put_off_by_a_value_that_refers_to_it(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref value = node_new(80);
    witness w = { 0 };
    w.table = global_new(table);
    set(table, key, value);
    point(value, key);
    watch(&w, key);
    arm(&w, key);
    hf_clear(value);
    expect_not_early(&w);

    hf_clear(key);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1); /* no cycle: a value does not keep its key */
    assert_int_equal(w.number, 80);
    settle(1);
    assert_true(is_dead(w.long_one));
    assert_int_equal(count(table), 0);
    finish(&w);
}

static void death_of_a_key_and_its_value_finalizes_each_once(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref value = node_new(82);
    witness of_key = { 0 };
    witness of_value = { 0 };
    set(table, key, value);
    watch(&of_key, key);
    watch(&of_value, value);
    arm(&of_value, value);
    arm(&of_key, key);
    hf_clear(value);
    expect_not_early(&of_key);
    expect_not_early(&of_value);

    hf_clear(key);
    settle(GENTLE_ROUNDS);

    assert_int_equal(atomic_load(&of_key.runs), 1);
    assert_int_equal(atomic_load(&of_value.runs), 1); /* in which order is not said */
    assert_int_equal(count(table), 0);
    finish(&of_key);
    finish(&of_value);
}

static void death_of_a_table_with_a_finalizer_leaves_its_entries_for_the_run(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref value = node_new(81);
    hf_ref back = hf_local(world.thread);
    witness w = { 0 };
    w.revived = global_new(NULL);
    set(table, key, value);
    watch(&w, table);
    arm(&w, table);
    hf_clear(value);
    expect_not_early(&w);

    hf_clear(table);
    settle(GENTLE_ROUNDS);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_int_equal(hf_global_load(w.revived, back), HF_OK);
    assert_int_equal(count(back), 1);
    assert_int_equal(hf_ephemeron_get(world.thread, back, key, value), HF_OK);
    assert_false(hf_is_null(value));
    finish(&w);
}

/* ---- 4 and 5 ---- */

/* A cleanup, which gets an argument and not the object; it looks as a finalizer does. */
static void clean_up(hf_thread *runner, hf_ref argument, void *user)
{
    bear_witness(runner, argument, user);
}

static void add_cleanup(witness *w, hf_ref object, hf_ref argument)
{
    assert_int_equal(hf_cleanup_add(world.thread, object, 0, clean_up, argument, w, NULL), HF_OK);
}

static void death_ends_long_references_before_a_cleanup_runs(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = node_new(1);
    witness w = { 0 };
    watch(&w, object);
    add_cleanup(&w, object, NULL);
    expect_not_early(&w);

    hf_clear(object);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_false(w.short_gives);
    assert_false(w.long_gives);
    finish(&w);
}

static void death_drops_the_entry_of_a_key_before_its_cleanup_runs(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref value = node_new(2);
    witness w = { 0 };
    set(table, key, value);
    watch(&w, value);
    add_cleanup(&w, key, NULL);
    hf_clear(value);
    expect_not_early(&w);

    hf_clear(key);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_false(w.long_gives); /* the value went with its key, in one collection */
    assert_int_equal(count(table), 0);
    finish(&w);
}

static void death_of_a_table_lets_cleanups_of_values_run_in_the_same_collection(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref value = node_new(2);
    witness w = { 0 };
    set(table, key, value);
    watch(&w, value);
    add_cleanup(&w, value, NULL);
    hf_clear(value);
    expect_not_early(&w);

    hf_clear(table);
    hf_clear(key);
    settle(1);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_false(w.long_gives);
    finish(&w);
}

static void death_that_a_finalizer_undid_queues_no_cleanup(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = node_new(1);
    witness of_finalizer = { 0 };
    witness of_cleanup = { 0 };
    of_finalizer.revived = global_new(NULL);
    watch(&of_finalizer, object);
    watch(&of_cleanup, object);
    add_cleanup(&of_cleanup, object, NULL);
    arm(&of_finalizer, object);
    expect_not_early(&of_finalizer);
    assert_int_equal(atomic_load(&of_cleanup.runs), 0);

    hf_clear(object);
    settle(GENTLE_ROUNDS);
    assert_int_equal(atomic_load(&of_finalizer.runs), 1);
    assert_true(of_finalizer.long_gives_object);
    assert_int_equal(atomic_load(&of_cleanup.runs), 0);
    assert_int_equal(hf_global_store(world.thread, of_finalizer.revived, NULL), HF_OK);
    settle(1);

    assert_int_equal(atomic_load(&of_cleanup.runs), 1);
    assert_false(of_cleanup.long_gives);
    assert_int_equal(atomic_load(&of_finalizer.runs), 1);
    finish(&of_finalizer);
    finish(&of_cleanup);
}

typedef struct door {
    _Atomic(unsigned) closed;
} door;

static hf_status close_door(uintptr_t value, void *user)
{
    (void)user;
    atomic_fetch_add(&((door *)value)->closed, 1);
    return HF_OK;
}

static const hf_resource_class door_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "door",
    .release = close_door,
    .on_leak = HF_LEAK_RELEASE,
};

static void death_takes_a_resource_for_a_leak_after_the_finalizer_that_reaches_it(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    door front = { 0 };
    hf_ref object = node_new(1);
    hf_ref resource = hf_local(world.thread);
    witness w = { 0 };
    assert_int_equal(hf_resource_create(world.thread, &door_class, (uintptr_t)&front, resource),
                     HF_OK);
    point(object, resource);
    watch(&w, resource);
    w.revived = global_new(NULL);
    arm(&w, object);
    hf_clear(resource);
    expect_not_early(&w);

    hf_clear(object);
    settle(GENTLE_ROUNDS);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_true(w.long_gives);
    assert_int_equal(atomic_load(&front.closed), 0); /* it lives on with who was revived */
    assert_false(is_dead(w.long_one));
    assert_int_equal(hf_global_store(world.thread, w.revived, NULL), HF_OK);
    settle(1);
    assert_true(is_dead(w.long_one)); /* in the collection that found the leak */
    assert_int_equal(atomic_load(&front.closed), 1);
    finish(&w);
}

static void death_takes_a_resource_in_an_entry_for_a_leak_when_its_key_dies(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    door front = { 0 };
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref resource = hf_local(world.thread);
    assert_int_equal(hf_resource_create(world.thread, &door_class, (uintptr_t)&front, resource),
                     HF_OK);
    witness w = { 0 };
    watch(&w, resource);
    set(table, key, resource);
    hf_clear(resource);
    expect_not_early(&w);
    assert_int_equal(atomic_load(&front.closed), 0);

    hf_clear(key);
    settle(1);

    assert_int_equal(atomic_load(&front.closed), 1);
    assert_true(is_dead(w.long_one));
    assert_int_equal(count(table), 0);
    finish(&w);
}

/* The child is a leak in the first collection; its parent lives on with who was revived. */
static void death_takes_a_child_for_a_leak_while_its_parent_is_saved(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    door house = { 0 };
    door room = { 0 };
    hf_ref object = node_new(1);
    hf_ref parent = hf_local(world.thread);
    hf_ref child = hf_local(world.thread);
    witness w = { 0 };
    assert_int_equal(hf_resource_create(world.thread, &door_class, (uintptr_t)&house, parent),
                     HF_OK);
    assert_int_equal(
        hf_resource_create_child(world.thread, &door_class, (uintptr_t)&room, parent, child),
        HF_OK);
    point(object, parent);
    watch(&w, child);
    w.revived = global_new(NULL);
    arm(&w, object);
    hf_clear(parent);
    expect_not_early(&w);
    assert_int_equal(atomic_load(&room.closed), 0);

    hf_clear(object);
    hf_clear(child);
    settle(GENTLE_ROUNDS);

    assert_int_equal(atomic_load(&w.runs), 1);
    assert_true(is_dead(w.long_one));
    assert_int_equal(atomic_load(&room.closed), 1);
    assert_int_equal(atomic_load(&house.closed), 0);
    assert_int_equal(hf_global_store(world.thread, w.revived, NULL), HF_OK);
    settle(1);
    assert_int_equal(atomic_load(&house.closed), 1);
    assert_int_equal(atomic_load(&room.closed), 1);
    finish(&w);
}

/* The parent's object dies long before; its value is no leak's until the child is done with it. */
static void death_of_a_parent_leaves_its_value_to_the_child_that_an_entry_keeps(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    door house = { 0 };
    door room = { 0 };
    hf_ref table = table_new();
    hf_ref key = node_new(1);
    hf_ref parent = hf_local(world.thread);
    hf_ref child = hf_local(world.thread);
    witness w = { 0 };
    assert_int_equal(hf_resource_create(world.thread, &door_class, (uintptr_t)&house, parent),
                     HF_OK);
    assert_int_equal(
        hf_resource_create_child(world.thread, &door_class, (uintptr_t)&room, parent, child),
        HF_OK);
    watch(&w, child);
    set(table, key, child);
    hf_clear(child);
    hf_clear(parent);
    expect_not_early(&w);
    assert_int_equal(atomic_load(&house.closed) + atomic_load(&room.closed), 0);

    hf_clear(key);
    settle(1);

    assert_true(is_dead(w.long_one));
    assert_int_equal(atomic_load(&room.closed), 1);
    assert_int_equal(atomic_load(&house.closed), 1); /* behind the child, in its run */
    finish(&w);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(death_marks_values_of_ephemerons_before_short_references_end),
        TEST(death_ends_short_references_before_the_finalizer_is_queued),
        TEST(death_ends_short_references_also_to_what_a_finalizer_saves),
        TEST(death_ends_long_references_after_the_finalizer_when_nothing_revives),
        TEST(death_that_a_finalizer_undid_leaves_long_references_and_no_short_ones),
        TEST(death_keeps_the_entry_of_a_key_that_is_finalized),
        TEST(death_keeps_the_entry_of_a_key_that_only_a_finalizer_reaches),
        TEST(death_of_one_key_is_complete_though_another_is_finalized),
        TEST(death_that_was_undone_leaves_the_entry),
        TEST(death_of_a_key_is_not_put_off_by_a_value_that_refers_to_it),
        TEST(death_of_a_key_and_its_value_finalizes_each_once),
        TEST(death_of_a_table_with_a_finalizer_leaves_its_entries_for_the_run),
        TEST(death_ends_long_references_before_a_cleanup_runs),
        TEST(death_drops_the_entry_of_a_key_before_its_cleanup_runs),
        TEST(death_of_a_table_lets_cleanups_of_values_run_in_the_same_collection),
        TEST(death_that_a_finalizer_undid_queues_no_cleanup),
        TEST(death_takes_a_resource_for_a_leak_after_the_finalizer_that_reaches_it),
        TEST(death_takes_a_resource_in_an_entry_for_a_leak_when_its_key_dies),
        TEST(death_takes_a_child_for_a_leak_while_its_parent_is_saved),
        TEST(death_of_a_parent_leaves_its_value_to_the_child_that_an_entry_keeps),
    };
    return cmocka_run_group_tests_name("death_phases", tests, NULL, NULL);
}
