/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=120 */

/*
 * What a finalizer or a cleanup disposes is gone only if nobody else can reach it by then.  An
 * event is a release, its number the value that was released.
 */

#include "hf_test.h"

#include "lifetimes.h"
#include "thread/thread.h"

#include <string.h>

#define NONE 999u

static _Atomic(int) answer; /* of the last dispose on the runner; 1: there was none */
static hf_global *rescued;  /* what a finalizer brought back */

static int begin(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    atomic_store(&answer, 1);
    assert_int_equal(hf_global_create(world.thread, NULL, &rescued), HF_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hf_global_destroy(world.thread, rescued);
    lifetimes_end(&world);
    return 0;
}

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class lamp = {
    .struct_size = sizeof(hf_resource_class),
    .name = "lamp",
    .invalid = NONE,
    .release = release,
};

static void settle(void)
{
    lifetimes_settle(&world);
    lifetimes_settle(&world);
}

/* ---- what runs on the runner ---- */

static const hf_site here = { "owner.c", 66 };

static void dispose_owned(hf_thread *runner, hf_ref object, void *user)
{
    (void)user;
    HF_FRAME(runner);
    hf_ref file = hf_local(runner);
    hf_status status = hf_load_at(object, 0, file);
    atomic_store(&answer,
                 (int)(status == HF_OK ? hf_resource_dispose_at(runner, file, here) : status));
}

static void dispose_owned_tree(hf_thread *runner, hf_ref object, void *user)
{
    (void)user;
    HF_FRAME(runner);
    hf_ref file = hf_local(runner);
    hf_status status = hf_load_at(object, 0, file);
    atomic_store(&answer,
                 (int)(status == HF_OK ? hf_resource_dispose_tree_at(runner, file, here) : status));
}

static void bring_back(hf_thread *runner, hf_ref object, void *user)
{
    (void)user;
    HF_FRAME(runner);
    hf_ref file = hf_local(runner);
    if (hf_load_at(object, 0, file) == HF_OK) {
        (void)hf_global_store(runner, rescued, file);
    }
}

static void dispose_argument(hf_thread *runner, hf_ref argument, void *user)
{
    (void)user;
    atomic_store(&answer, (int)hf_resource_dispose_at(runner, argument, here));
}

/* ---- owners ---- */

/** An object that nothing keeps, which refers to both (the second may be null). */
__attribute__((noinline)) static void make_owner(hf_ref first, hf_ref second, hf_finalizer_fn run)
{
    HF_FRAME(world.thread);
    hf_ref owner = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 2, owner), HF_OK);
    assert_int_equal(hf_store_at(world.thread, owner, 0, first), HF_OK);
    assert_int_equal(hf_store_at(world.thread, owner, 1, second), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, owner, run, NULL), HF_OK);
}

static void make(uintptr_t value, hf_ref out)
{
    assert_int_equal(hf_resource_create(world.thread, &lamp, value, out), HF_OK);
}

static void make_child(uintptr_t value, hf_ref parent, hf_ref out)
{
    assert_int_equal(hf_resource_create_child(world.thread, &lamp, value, parent, out), HF_OK);
}

/* ---- trees ---- */

static void resource_that_others_reach_outlives_a_finalizer_that_disposes_its_tree(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref root = hf_local(world.thread);
    make(50, root);
    make_owner(root, NULL, dispose_owned_tree);
    settle();

    assert_int_equal(atomic_load(&answer), HF_E_BUSY);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_true(hf_resource_is_open(root));
    assert_int_equal(lifetimes_reports(&world), 1);
    assert_true(lifetimes_has_report(&world, "hf_resource_dispose_tree"));
    assert_true(lifetimes_has_report(&world, " leads to it"));

    hf_clear(root);
    settle();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_reports(&world), 1); /* released in silence */
}

static void child_that_others_reach_outlives_a_finalizer_that_disposes_its_tree(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref shared = hf_local(world.thread);
    {
        HF_FRAME(world.thread);
        hf_ref root = hf_local(world.thread);
        hf_ref other = hf_local(world.thread);
        make(50, root);
        make_child(51, root, shared);
        make_child(52, root, other);
        make_owner(root, other, dispose_owned_tree);
    }
    settle();

    assert_int_equal(atomic_load(&answer), HF_E_BUSY);
    assert_true(hf_resource_is_open(shared));
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 52);
    assert_int_equal(lifetimes_reports(&world), 1);
    const lifetimes_report *report = lifetimes_report_at(&world, 0);
    assert_int_equal(report->status, HF_E_BUSY);
    assert_int_equal(report->line, 66);
    assert_non_null(strstr(report->text, "resource lamp, value 0x33"));

    hf_fence fence;
    uintptr_t value;
    assert_int_equal(hf_fence_hold(&fence, world.thread, shared, &value), HF_OK);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_int_equal(hf_resource_dispose(world.thread, shared), HF_OK);
    assert_int_equal(lifetimes_events(&world), 3);
    assert_int_equal(lifetimes_event(&world, 1), 51);
    assert_int_equal(lifetimes_event(&world, 2), 50);
    assert_int_equal(lifetimes_reports(&world), 1);
}

static void tree_that_only_its_owner_reached_is_disposed_in_the_finalizer(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref root = hf_local(world.thread);
        hf_ref child = hf_local(world.thread);
        make(50, root);
        make_child(51, root, child);
        make_owner(root, child, dispose_owned_tree);
    }
    settle();
    assert_int_equal(atomic_load(&answer), HF_OK);
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 51);
    assert_int_equal(lifetimes_event(&world, 1), 50);
    assert_int_equal(lifetimes_reports(&world), 0);
}

/* ---- brought back ---- */

static void resource_that_a_finalizer_brought_back_is_shared_like_any_other(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    {
        HF_FRAME(world.thread);
        hf_ref first = hf_local(world.thread);
        make(60, first);
        make_owner(first, NULL, bring_back);
    }
    settle();
    assert_int_equal(hf_global_load(rescued, file), HF_OK);
    assert_true(hf_resource_is_open(file));
    assert_int_equal(lifetimes_events(&world), 0);

    make_owner(file, NULL, dispose_owned);
    settle();

    assert_int_equal(atomic_load(&answer), HF_E_BUSY);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_true(hf_resource_is_open(file));
    assert_int_equal(lifetimes_reports(&world), 1);
    assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
}

/* ---- cleanups ---- */

__attribute__((noinline)) static void add_cleanup(hf_ref argument)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 8, object), HF_OK);
    assert_int_equal(
        hf_cleanup_add(world.thread, object, 0, dispose_argument, argument, NULL, NULL), HF_OK);
}

static void cleanup_disposes_the_resource_that_it_was_given(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref file = hf_local(world.thread);
        make(70, file);
        add_cleanup(file);
        hf_clear(file);
    }
    assert_int_equal(lifetimes_events(&world), 0);
    settle();
    assert_int_equal(atomic_load(&answer), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void cleanup_leaves_a_resource_that_others_reach(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    make(71, file);
    add_cleanup(file);
    settle();
    assert_int_equal(atomic_load(&answer), HF_E_BUSY);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_true(hf_resource_is_open(file));
    assert_int_equal(lifetimes_reports(&world), 1);
    hf_clear(file);
    settle();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_reports(&world), 1);
}

/* ---- an embedder in the runner's place ---- */

static void slot_of_an_embedder_counts_and_those_of_the_finalizer_do_not(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.runner = HF_RUNNER_EMBEDDER;
    hf_global_destroy(world.thread, rescued);
    lifetimes_end(&world);
    lifetimes_begin_with(&world, &options);
    assert_int_equal(hf_global_create(world.thread, NULL, &rescued), HF_OK);
    for (unsigned is_shared = 0; is_shared < 2; is_shared++) {
        HF_FRAME(world.thread);
        hf_ref file = hf_local(world.thread);
        make(80 + is_shared, file);
        add_cleanup(file);
        if (!is_shared) {
            hf_clear(file);
        }
        assert_int_equal(hf_collect(world.thread), HF_OK);
        assert_int_equal(atomic_exchange(&answer, 1), 1);
        assert_int_equal(hf_runner_run(world.thread, UINT64_MAX, UINT64_MAX, NULL), HF_OK);
        assert_int_equal(atomic_exchange(&answer, 1), is_shared ? HF_E_BUSY : HF_OK);
        assert_int_equal(lifetimes_events(&world), 1);
        assert_int_equal(lifetimes_reports(&world), is_shared);
    }
    assert_int_equal(world.thread->run_slots, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(resource_that_others_reach_outlives_a_finalizer_that_disposes_its_tree),
        TEST(child_that_others_reach_outlives_a_finalizer_that_disposes_its_tree),
        TEST(tree_that_only_its_owner_reached_is_disposed_in_the_finalizer),
        TEST(resource_that_a_finalizer_brought_back_is_shared_like_any_other),
        TEST(cleanup_disposes_the_resource_that_it_was_given),
        TEST(cleanup_leaves_a_resource_that_others_reach),
        TEST(slot_of_an_embedder_counts_and_those_of_the_finalizer_do_not),
    };
    return cmocka_run_group_tests_name("resources that others reach", tests, NULL, NULL);
}
