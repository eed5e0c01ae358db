/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers */

/*
 * What never runs, and how that is told: arguments that reach their objects, finalizers in cycles.
 */

#include "hf_test.h"

#include "managed.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static managed m;
static _Atomic(unsigned) runs;
static hf_type *node_type;

struct node {
    hf_slot next;
    hf_slot items;
};

static const hf_field node_fields[] = {
    { "next", HF_FIELD_REF, offsetof(struct node, next), sizeof(hf_slot) },
    { "items", HF_FIELD_REF, offsetof(struct node, items), sizeof(hf_slot) },
};

static const hf_type_descriptor node_descriptor = {
    sizeof(hf_type_descriptor), "node", sizeof(struct node), node_fields, 2,
};

static void begin_with(bool checked)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = checked;
    managed_begin(&m, &options);
    runs = 0;
    assert_int_equal(hf_type_register(m.runtime, &node_descriptor, &node_type), HF_OK);
}

static int begin(void **state)
{
    *state = &m;
    begin_with(true);
    return 0;
}

static int end(void **state)
{
    (void)state;
    managed_end(&m);
    return 0;
}

static void note(hf_thread *runner, hf_ref slot, void *user)
{
    (void)runner;
    (void)slot;
    (void)user;
    runs++;
}

static void settle(void)
{
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
}

static void make_node(hf_ref out)
{
    assert_int_equal(hf_record_create(m.thread, node_type, out), HF_OK);
}

/** from.next = to */
static void link_next(hf_ref from, hf_ref to)
{
    assert_int_equal(hf_store(m.thread, from, 0, to), HF_OK);
}

static hf_status add(hf_ref object, hf_ref argument, hf_cleanup *cleanup_out)
{
    return hf_cleanup_add(m.thread, object, 0, note, argument, NULL, cleanup_out);
}

/* ---- arguments ---- */

static void cleanup_refuses_its_object_as_argument_at_every_level(void **state)
{
    (void)state;
    for (int checked = 0; checked < 2; checked++) {
        begin_with(checked);
        {
            HF_FRAME(m.thread);
            hf_ref object = hf_local(m.thread);
            hf_cleanup cleanup = { 1 };
            make_node(object);

            assert_int_equal(add(object, object, &cleanup), HF_E_ARGUMENT);

            assert_int_equal(cleanup.word_, 0);
            managed_report report = managed_expect(&m, "hf_cleanup_add", "can never run");
            assert_int_equal(report.status, HF_E_ARGUMENT);
            assert_string_equal(report.argument, "argument");
            assert_non_null(strstr(report.message, "the argument is the object itself"));
            settle();
        }
        settle();
        assert_int_equal(runs, 0);
        managed_end(&m);
    }
}

static void cleanup_tells_the_way_from_argument_to_object(void **state)
{
    (void)state;
    {
        HF_FRAME(m.thread);
        hf_ref object = hf_local(m.thread);
        hf_ref argument = hf_local(m.thread);
        hf_ref items = hf_local(m.thread);
        make_node(object);
        make_node(argument);
        assert_int_equal(hf_array_create(m.thread, 4, items), HF_OK);
        assert_int_equal(hf_store(m.thread, argument, 1, items), HF_OK);
        assert_int_equal(hf_store_at(m.thread, items, 3, object), HF_OK);

        assert_int_equal(add(object, argument, NULL), HF_E_ARGUMENT);

        managed_report report = managed_expect(&m, "hf_cleanup_add", "can never run");
        assert_string_equal(report.message,
                            "the cleanup can never run: argument -> node.items -> [3] -> node");
        settle();
    }
    settle();
    assert_int_equal(runs, 0);
}

static void cleanup_takes_an_argument_that_shares_with_its_object(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_ref argument = hf_local(m.thread);
    hf_ref shared = hf_local(m.thread);
    make_node(object);
    make_node(argument);
    make_node(shared);
    link_next(object, argument); /* the object may lead to the argument */
    link_next(argument, shared);
    assert_int_equal(hf_store(m.thread, object, 1, shared), HF_OK);

    assert_int_equal(add(object, argument, NULL), HF_OK);

    settle();
    assert_int_equal(runs, 0);
    hf_clear(object);
    settle();
    assert_int_equal(runs, 1);
    assert_int_equal(managed_reports(&m), 0);
}

static void cleanup_is_looked_at_again_after_collections_and_told_once(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_ref argument = hf_local(m.thread);
    hf_cleanup cleanup;
    make_node(object);
    make_node(argument);
    assert_int_equal(add(object, argument, &cleanup), HF_OK);
    settle();
    assert_int_equal(managed_reports(&m), 0);

    link_next(argument, object);
    hf_clear(object);
    for (int i = 0; i < 4; i++) {
        settle();
    }

    managed_report report = managed_expect(&m, "a collection", "can never run");
    assert_int_equal(report.status, HF_E_ARGUMENT);
    assert_string_equal(report.message, "the cleanup can never run: argument -> node.next -> node");
    assert_non_null(strstr(report.file, "test_final_reach.c"));
    assert_int_equal(managed_reports(&m), 0); /* once */
    assert_int_equal(runs, 0);

    assert_int_equal(hf_store(m.thread, argument, 0, NULL), HF_OK); /* repaired */
    settle();
    settle();
    assert_int_equal(runs, 1);
}

/** A few are looked at after each collection, so that each comes in turn. */
static void cleanup_among_many_is_told_before_long(void **state)
{
    (void)state;
    enum { COUNT = 20 };
    HF_FRAME(m.thread);
    hf_ref objects = hf_local(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_ref argument = hf_local(m.thread);
    assert_int_equal(hf_array_create(m.thread, COUNT, objects), HF_OK);
    hf_cleanup cleanups[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        make_node(object);
        make_node(argument);
        assert_int_equal(hf_store_at(m.thread, objects, i, object), HF_OK);
        assert_int_equal(add(object, argument, &cleanups[i]), HF_OK);
        if (i == 13) {
            link_next(argument, object);
        }
    }
    hf_clear(object);
    hf_clear(argument);
    for (unsigned i = 0; i < COUNT; i++) {
        settle();
    }
    assert_int_equal(runs, 0);
    (void)managed_expect(&m, "a collection", "argument -> node.next -> node");

    hf_clear(objects);
    settle();

    assert_int_equal(runs, COUNT - 1);
    assert_int_equal(managed_reports(&m), 0);
    bool was_armed = false;
    assert_int_equal(hf_cleanup_stop(m.thread, cleanups[13], &was_armed), HF_OK);
    assert_true(was_armed);
}

/* ---- cycles ---- */

typedef struct listed {
    unsigned count;
    char text[8][256];
} listed;

static void list_cycle(const hf_finalizer_cycle *cycle, void *user)
{
    listed *all = user;
    assert_int_equal(cycle->struct_size, sizeof *cycle);
    if (all->count < 8) {
        (void)snprintf(all->text[all->count], sizeof all->text[0], "%s:%d %s: %s", cycle->site.file,
                       cycle->site.line, cycle->type, cycle->path);
    }
    all->count++;
}

static void arm_at(hf_ref object, int line)
{
    hf_site site = { "cycle.c", line };
    assert_int_equal(hf_finalizer_set_at(m.thread, object, note, NULL, site), HF_OK);
}

static void final_lists_cycles_with_their_way(void **state)
{
    (void)state;
    listed all = { 0 };
    {
        HF_FRAME(m.thread);
        hf_ref a = hf_local(m.thread);
        hf_ref b = hf_local(m.thread);
        hf_ref self = hf_local(m.thread);
        hf_ref free = hf_local(m.thread);
        make_node(a);
        make_node(b);
        make_node(free);
        assert_int_equal(hf_array_create(m.thread, 3, self), HF_OK);
        arm_at(a, 1);
        arm_at(free, 2);
        arm_at(self, 3);
        link_next(a, b);
        assert_int_equal(hf_store(m.thread, b, 1, a), HF_OK);
        assert_int_equal(hf_store_at(m.thread, self, 2, self), HF_OK);
        link_next(free, a); /* leads to a cycle, is in none */
        settle();
    }
    settle();
    settle();
    assert_int_equal(runs, 1); /* the free one */

    assert_int_equal(hf_finalizer_cycles(m.thread, list_cycle, &all), HF_OK);

    assert_int_equal(all.count, 2);
    assert_string_equal(all.text[0], "cycle.c:1 node: node.next -> node.items -> node");
    assert_string_equal(all.text[1], "cycle.c:3 array: [2] -> array");
    assert_int_equal(hf_finalizer_cycles(m.thread, NULL, NULL), HF_E_NULL);
    settle();
    assert_int_equal(runs, 1);
    managed_close(&m);
    assert_int_equal(m.leaks.finalizers, 2);
}

typedef struct breaker {
    hf_thread *thread;
    unsigned count;
} breaker;

/* What a visitor may do: allocate, collect, arm, clear. */
static void collect_and_arm(const hf_finalizer_cycle *cycle, void *user)
{
    breaker *b = user;
    (void)cycle;
    HF_FRAME(b->thread);
    hf_ref more = hf_local(b->thread);
    b->count++;
    make_node(more);
    assert_int_equal(hf_finalizer_set(b->thread, more, note, NULL), HF_OK);
    assert_int_equal(hf_collect(b->thread), HF_OK);
    assert_int_equal(hf_finalizer_clear(b->thread, more), HF_OK);
}

static void final_lets_a_visitor_of_cycles_collect_and_arm(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    breaker b = { .thread = m.thread };
    HF_FRAME(m.thread);
    hf_ref nodes = hf_local(m.thread);
    hf_ref node = hf_local(m.thread);
    assert_int_equal(hf_array_create(m.thread, COUNT, nodes), HF_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        make_node(node);
        assert_int_equal(hf_finalizer_set(m.thread, node, note, NULL), HF_OK);
        if (i % 10 == 0) {
            link_next(node, node);
        }
        assert_int_equal(hf_store_at(m.thread, nodes, i, node), HF_OK);
    }

    assert_int_equal(hf_finalizer_cycles(m.thread, collect_and_arm, &b), HF_OK);

    assert_int_equal(b.count, COUNT / 10);
    assert_int_equal(runs, 0);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(hf_load_at(nodes, i, node), HF_OK);
        link_next(node, NULL);
    }
    hf_clear(node);
    hf_clear(nodes);
    settle();
    assert_int_equal(runs, COUNT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleanup_refuses_its_object_as_argument_at_every_level),
        TEST(cleanup_tells_the_way_from_argument_to_object),
        TEST(cleanup_takes_an_argument_that_shares_with_its_object),
        TEST(cleanup_is_looked_at_again_after_collections_and_told_once),
        TEST(cleanup_among_many_is_told_before_long),
        cmocka_unit_test_setup(final_lists_cycles_with_their_way, begin),
        TEST(final_lets_a_visitor_of_cycles_collect_and_arm),
    };
    return cmocka_run_group_tests_name("final_reach", tests, NULL, NULL);
}
