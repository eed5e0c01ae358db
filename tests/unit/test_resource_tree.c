/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * Resources that came from another one: released before it, whoever ends them and in which order.
 * An event is a release, its number the value that was released.
 */

#include "hf_test.h"

#include "base/alloc.h"
#include "lifetimes.h"
#include "resource/resource.h"

#include <stdlib.h>
#include <string.h>

#define NONE 99999u

static hf_status release_status;

static int begin(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    release_status = HF_OK;
    return 0;
}

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return release_status;
}

static const hf_resource_class link_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "link",
    .invalid = NONE,
    .release = release,
    .on_leak = HF_LEAK_RELEASE,
};

static const hf_resource_class stuck_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "stuck",
    .invalid = NONE,
    .release = release,
    .on_leak = HF_LEAK_REPORT_ONLY,
};

static void make(const hf_resource_class *class_of, uintptr_t value, hf_ref parent, hf_ref out,
                 int line)
{
    hf_site site = { "tree.c", line };
    hf_status status =
        parent ? hf_resource_create_child_at(world.thread, class_of, value, parent, out, site)
               : hf_resource_create_at(world.thread, class_of, value, out, site);
    assert_int_equal(status, HF_OK);
}

/** A chain 1 <- 2 <- 3: refs[0] is the root. */
static void make_chain(hf_ref refs[3])
{
    for (unsigned i = 0; i < 3; i++) {
        refs[i] = hf_local(world.thread);
        make(&link_class, i + 1, i ? refs[i - 1] : NULL, refs[i], (int)i + 1);
    }
}

static void expect_upwards(void)
{
    assert_int_equal(lifetimes_events(&world), 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(lifetimes_event(&world, i), 3 - i);
    }
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void resource_children_close_before_parents_in_each_order_of_dispose(void **state)
{
    (void)state;
    static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                           { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    for (unsigned o = 0; o < 6; o++) {
        HF_FRAME(world.thread);
        hf_ref refs[3];
        make_chain(refs);
        assert_int_equal(lifetimes_events(&world), 0);
        for (unsigned i = 0; i < 3; i++) {
            assert_int_equal(hf_resource_dispose(world.thread, refs[orders[o][i]]), HF_OK);
        }
        expect_upwards();
        world.event_count = 0;
    }
}

static void resource_children_that_die_with_their_parents_close_first(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref refs[3];
        make_chain(refs);
        lifetimes_settle(&world);
        assert_int_equal(lifetimes_events(&world), 0);
    }
    lifetimes_settle(&world);
    expect_upwards();
}

static void resource_parent_may_die_and_its_value_lives_for_its_children(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    make_chain(refs);
    uint64_t objects = lifetimes_objects(&world);
    hf_clear(refs[0]);
    hf_clear(refs[1]);
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(lifetimes_objects(&world), objects - 2); /* a child keeps no object alive */
    assert_true(hf_resource_is_open(refs[2]));

    assert_int_equal(hf_resource_dispose(world.thread, refs[2]), HF_OK);

    expect_upwards();
}

static void resource_tree_is_disposed_at_once_from_the_leaves(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    make_chain(refs);
    assert_int_equal(hf_resource_dispose_tree(world.thread, refs[0]), HF_OK);
    expect_upwards();
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hf_resource_dispose(world.thread, refs[i]), HF_E_CLOSED);
    }
    assert_int_equal(lifetimes_events(&world), 3);
}

static void resource_tree_waits_for_the_child_that_is_held(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    make_chain(refs);
    hf_fence fence;
    uintptr_t value;
    assert_int_equal(hf_fence_hold(&fence, world.thread, refs[1], &value), HF_OK);
    assert_int_equal(hf_resource_dispose_tree(world.thread, refs[0]), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 3);

    assert_int_equal(hf_fence_end(&fence), HF_OK);

    expect_upwards();
}

static void resource_subtree_leaves_its_parent_open(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    make_chain(refs);
    assert_int_equal(hf_resource_dispose_tree(world.thread, refs[1]), HF_OK);
    assert_int_equal(lifetimes_events(&world), 2);
    assert_true(hf_resource_is_open(refs[0]));
    assert_int_equal(hf_resource_dispose(world.thread, refs[0]), HF_OK);
    expect_upwards();
}

static void resource_tree_says_when_a_release_in_it_fails(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    make_chain(refs);
    release_status = HF_E_SYSTEM;
    assert_int_equal(hf_resource_dispose_tree(world.thread, refs[0]), HF_E_RELEASE);
    assert_int_equal(lifetimes_events(&world), 3);
    assert_int_equal(lifetimes_reports(&world), 3);
}

static void resource_of_a_disposed_parent_is_refused(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    hf_ref out = hf_local(world.thread);
    make_chain(refs);
    hf_site where = { "closer.c", 77 };
    assert_int_equal(hf_resource_dispose_at(world.thread, refs[0], where), HF_OK);

    assert_int_equal(hf_resource_create_child(world.thread, &link_class, 9, refs[0], out),
                     HF_E_CLOSED);

    assert_true(hf_is_null(out));
    assert_int_equal(lifetimes_reports(&world), 1);
    assert_true(lifetimes_has_report(&world, "closer.c:77"));
    assert_true(lifetimes_has_report(&world, "by thread"));
    hf_ref bytes = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 8, bytes), HF_OK);
    assert_int_equal(hf_resource_create_child(world.thread, &link_class, 9, bytes, out), HF_E_TYPE);
    assert_int_equal(hf_resource_create_child(world.thread, &link_class, 9, NULL, out), HF_E_SLOTS);
    assert_int_equal(hf_resource_create_child(world.thread, &link_class, 9, out, out), HF_E_NULL);
    assert_int_equal(hf_resource_create_child(world.thread, NULL, 9, refs[1], out), HF_E_NULL);
    assert_int_equal(hf_resource_create_child(world.thread, &link_class, 9, refs[1], NULL),
                     HF_E_SLOTS);
    assert_int_equal(hf_resource_dispose_tree(world.thread, bytes), HF_E_TYPE);
    assert_int_equal(hf_resource_dispose_tree(world.thread, out), HF_E_NULL);
    assert_int_equal(hf_resource_set_invalid(world.thread, bytes), HF_E_TYPE);
    assert_int_equal(hf_resource_dispose_tree(world.thread, refs[1]), HF_OK);
}

static void resource_child_may_replace_its_parent_in_a_slot(void **state)
{
    (void)state;
    enum { DEPTH = 300 };
    HF_FRAME(world.thread);
    hf_ref only = hf_local(world.thread);
    make(&link_class, 1, NULL, only, 1);
    for (unsigned i = 2; i <= DEPTH; i++) {
        make(&link_class, i, only, only, (int)i);
    }
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);

    assert_int_equal(hf_resource_dispose(world.thread, only), HF_OK);

    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), DEPTH);
    for (unsigned i = 0; i < DEPTH; i++) {
        assert_int_equal(lifetimes_event(&world, i), DEPTH - i);
    }
}

static void resource_child_that_is_never_released_binds_its_parents(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref root = hf_local(world.thread);
        hf_ref middle = hf_local(world.thread);
        hf_ref leaf = hf_local(world.thread);
        make(&link_class, 1, NULL, root, 11);
        make(&link_class, 2, root, middle, 12);
        make(&stuck_class, 3, middle, leaf, 13);
        assert_int_equal(hf_resource_dispose(world.thread, middle), HF_OK);
        assert_int_equal(hf_resource_dispose(world.thread, root), HF_OK);
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(lifetimes_reports(&world), 3);
    assert_true(lifetimes_has_report(&world, "its child made at tree.c:13"));
    assert_true(lifetimes_has_report(&world, "its child made at tree.c:12"));
}

static void resource_child_that_is_set_invalid_sets_its_parent_free(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    make_chain(refs);
    assert_int_equal(hf_resource_dispose(world.thread, refs[0]), HF_OK);
    assert_int_equal(hf_resource_dispose(world.thread, refs[1]), HF_OK);
    assert_int_equal(hf_resource_set_invalid(world.thread, refs[2]), HF_OK);
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 2);
    assert_int_equal(lifetimes_event(&world, 1), 1);
}

static void resource_that_a_failed_birth_wanted_as_parent_is_free_again(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref root = hf_local(world.thread);
    hf_ref child = hf_local(world.thread);
    unsigned failures = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        make(&link_class, 1, NULL, root, 1);
        hfi_fault_arm(nth, 1);
        hf_status status = hf_resource_create_child(world.thread, &link_class, 2, root, child);
        was_hit = hfi_fault_disarm() >= nth;
        failures += status != HF_OK;
        assert_true(status == HF_OK || status == HF_E_NOMEM);
        if (status == HF_OK) {
            assert_int_equal(hf_resource_dispose(world.thread, child), HF_OK);
        }
        world.event_count = 0;
        assert_int_equal(hf_resource_dispose(world.thread, root), HF_OK);
        assert_int_equal(lifetimes_events(&world), 1); /* nothing holds it */
    }
    assert_true(failures >= 1);
}

/* ---- large ones, with a log of their own ---- */

enum { LARGE = 20000 };
static unsigned parent_of[LARGE];
static int open_children[LARGE];
static unsigned released;
static unsigned reversed;

static hf_status release_large(uintptr_t value, void *user)
{
    (void)user;
    released++;
    reversed += open_children[value] != 0;
    if (value != 0) {
        open_children[parent_of[value]]--;
    }
    return HF_OK;
}

static const hf_resource_class large_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "large",
    .invalid = NONE,
    .release = release_large,
    .on_leak = HF_LEAK_RELEASE,
};

/** The root stays in `root`; is_deep: a chain, else all are its children. */
static void make_large(hf_ref root, hf_ref last, bool is_deep)
{
    unsigned size = lifetimes_is_stress() ? 300 : LARGE;
    memset(open_children, 0, sizeof open_children);
    released = 0;
    reversed = 0;
    assert_int_equal(hf_resource_create(world.thread, &large_class, 0, root), HF_OK);
    hf_copy(last, root);
    for (unsigned i = 1; i < size; i++) {
        parent_of[i] = is_deep ? i - 1 : 0;
        open_children[parent_of[i]]++;
        assert_int_equal(
            hf_resource_create_child(world.thread, &large_class, i, is_deep ? last : root, last),
            HF_OK);
    }
}

static void resource_trees_may_be_deep_and_wide(void **state)
{
    (void)state;
    unsigned size = lifetimes_is_stress() ? 300 : LARGE;
    for (unsigned way = 0; way < 6; way++) {
        HF_FRAME(world.thread);
        hf_ref root = hf_local(world.thread);
        hf_ref last = hf_local(world.thread);
        make_large(root, last, way % 2 == 0);
        /* In a wide one a collection meanwhile may find children dead, never their parent. */
        assert_true(way % 2 == 0 ? released == 0 : released < size);
        if (way < 2) {
            assert_int_equal(hf_resource_dispose_tree(world.thread, root), HF_OK);
        } else if (way < 4) {
            hf_clear(root);
            hf_clear(last);
            lifetimes_settle(&world);
        } else {
            assert_int_equal(hf_resource_dispose(world.thread, root), HF_OK);
            hf_clear(last);
            lifetimes_settle(&world);
        }
        lifetimes_settle(&world);
        assert_int_equal(released, size);
        assert_int_equal(reversed, 0);
    }
}

/* ---- what is left ---- */

typedef struct seen {
    hfi_resource_left left[8];
    unsigned count;
} seen;

static void see(void *user, const hfi_resource_left *left)
{
    seen *all = user;
    assert_true(all->count < 8);
    all->left[all->count++] = *left;
}

static void resource_list_of_what_is_left_names_parents_and_holders(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref refs[3];
    hf_ref other = hf_local(world.thread);
    make_chain(refs);
    assert_int_equal(hf_resource_borrow(world.thread, &link_class, 50, other), HF_OK);
    make(&link_class, 51, NULL, other, 51);
    assert_int_equal(hf_resource_dispose(world.thread, other), HF_OK);
    hf_site closer = { "closer.c", 77 };
    assert_int_equal(hf_resource_dispose_at(world.thread, refs[0], closer), HF_OK);
    hf_fence reader;
    uintptr_t value;
    assert_int_equal(hf_fence_hold(&reader, world.thread, refs[2], &value), HF_OK);

    seen all = { .count = 0 };
    assert_int_equal(hfi_resources_each_left(hfi_parts_of(world.runtime)->resources, see, &all), 3);

    assert_int_equal(all.count, 3);
    assert_int_equal(all.left[0].value, 3); /* the youngest first */
    assert_int_equal(all.left[0].users, 1);
    assert_true(all.left[0].is_held);
    assert_string_equal(all.left[0].holder.what, "&reader");
    assert_int_equal(all.left[0].parent_born.line, 2);
    assert_string_equal(all.left[0].parent_name, "link");
    assert_false(all.left[0].is_disposed);
    assert_int_equal(all.left[1].value, 2);
    assert_int_equal(all.left[1].children, 1);
    assert_int_equal(all.left[1].users, 0);
    assert_int_equal(all.left[2].value, 1);
    assert_string_equal(all.left[2].class_name, "link");
    assert_true(all.left[2].is_disposed);
    assert_int_equal(all.left[2].disposed.line, 77);
    assert_int_equal(all.left[2].born.line, 1);
    assert_null(all.left[2].parent_born.file);
    assert_int_equal(hf_fence_end(&reader), HF_OK);
}

static void resource_tree_closes_at_the_end_where_finalizers_are_off(void **state)
{
    (void)state;
    hf_runtime *runtime;
    hf_thread *thread;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.no_finalizers = 1;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &thread), HF_OK);
    {
        HF_FRAME(thread);
        hf_ref parent = hf_local(thread);
        hf_ref child = hf_local(thread);
        assert_int_equal(hf_resource_create(thread, &link_class, 1, parent), HF_OK);
        assert_int_equal(hf_resource_create_child(thread, &link_class, 2, parent, child), HF_OK);
    }
    assert_int_equal(hf_collect(thread), HF_OK);
    assert_int_equal(hf_runner_drain(thread, UINT64_MAX), HF_OK);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_thread_detach(thread), HF_OK);

    hf_runtime_destroy(runtime, NULL);

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 2);
    assert_int_equal(lifetimes_event(&world, 1), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(resource_children_close_before_parents_in_each_order_of_dispose),
        TEST(resource_children_that_die_with_their_parents_close_first),
        TEST(resource_parent_may_die_and_its_value_lives_for_its_children),
        TEST(resource_tree_is_disposed_at_once_from_the_leaves),
        TEST(resource_tree_waits_for_the_child_that_is_held),
        TEST(resource_subtree_leaves_its_parent_open),
        TEST(resource_tree_says_when_a_release_in_it_fails),
        TEST(resource_of_a_disposed_parent_is_refused),
        TEST(resource_child_may_replace_its_parent_in_a_slot),
        TEST(resource_child_that_is_never_released_binds_its_parents),
        TEST(resource_child_that_is_set_invalid_sets_its_parent_free),
        TEST(resource_that_a_failed_birth_wanted_as_parent_is_free_again),
        TEST(resource_trees_may_be_deep_and_wide),
        TEST(resource_tree_closes_at_the_end_where_finalizers_are_off),
        TEST(resource_list_of_what_is_left_names_parents_and_holders),
    };
    return cmocka_run_group_tests_name("resource_tree", tests, NULL, NULL);
}
