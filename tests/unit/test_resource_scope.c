/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=120 */

/*
 * Blocks that end with their resource, and finalizers that dispose what others use.  An event is a
 * release, its number the value that was released.
 */

#include "hf_test.h"

#include "lifetimes.h"
#include "resource/resource.h"

#include <errno.h>
#include <string.h>

#define NONE 999u

static int begin(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    return 0;
}

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    hfp_native_error spoilt = { .errno_value = 77, .last_error = 78 };
    hfp_native_error_restore(spoilt);
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class lamp = {
    .struct_size = sizeof(hf_resource_class),
    .name = "lamp",
    .invalid = NONE,
    .release = release,
};

static void make(uintptr_t value, hf_ref out)
{
    assert_int_equal(hf_resource_create(world.thread, &lamp, value, out), HF_OK);
}

/* ---- HF_USING ---- */

static void leave_by(unsigned way, hf_ref kept)
{
    for (unsigned i = 0; i < 2; i++) {
        HF_FRAME(world.thread);
        HF_USING(world.thread, file);
        make(10 + way, file);
        assert_int_equal(lifetimes_events(&world), 0);
        switch (way) {
        case 0:
            return;
        case 1:
            break;
        case 2: /* early: no second dispose, and nothing said */
            assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
            assert_int_equal(lifetimes_events(&world), 1);
            return;
        case 3: /* moved out */
            hf_copy(kept, file);
            hf_clear(file);
            return;
        case 4: /* disposed twice by hand: the second is a report, the end is not */
            assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
            assert_int_equal(hf_resource_dispose(world.thread, file), HF_E_CLOSED);
            return;
        case 5: /* set invalid */
            assert_int_equal(hf_resource_set_invalid(world.thread, file), HF_OK);
            return;
        default: /* nothing in it */
            hf_clear(file);
            return;
        }
        break;
    }
}

static void resource_scope_disposes_on_each_way_out(void **state)
{
    (void)state;
    static const struct {
        unsigned releases, reports;
    } expected[] = { { 1, 0 }, { 1, 0 }, { 1, 0 }, { 0, 0 }, { 1, 1 }, { 0, 0 } };
    for (unsigned way = 0; way < sizeof expected / sizeof expected[0]; way++) {
        HF_FRAME(world.thread);
        hf_ref kept = hf_local(world.thread);
        world.event_count = 0;
        world.report_count = 0;
        leave_by(way, kept);
        assert_int_equal(lifetimes_events(&world), expected[way].releases);
        assert_int_equal(lifetimes_reports(&world), expected[way].reports);
        if (way == 3) {
            assert_true(hf_resource_is_open(kept));
            assert_int_equal(hf_resource_dispose(world.thread, kept), HF_OK);
        }
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    world.event_count = 0;
    leave_by(6, NULL); /* its resource is dropped: that is a leak */
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1);
    assert_true(lifetimes_has_report(&world, "died without being disposed"));
}

static void resource_scopes_end_in_reverse_order(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        HF_USING(world.thread, first);
        HF_USING(world.thread, second);
        make(1, first);
        make(2, second);
    }
    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 2);
    assert_int_equal(lifetimes_event(&world, 1), 1);
}

static void resource_scope_waits_for_a_fence_and_says_nothing(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref again = hf_local(world.thread);
    hf_fence fence;
    uintptr_t value;
    {
        HF_USING(world.thread, file);
        make(3, file);
        hf_copy(again, file);
        assert_int_equal(hf_fence_hold(&fence, world.thread, again, &value), HF_OK);
    }
    assert_int_equal(lifetimes_events(&world), 0);
    assert_false(hf_resource_is_open(again));
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void resource_scope_reports_what_is_wrong_with_it(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_using scope;
    hf_site site = { "scope.c", 5 };
    assert_null(hf_using_begin(world.thread, NULL, site));
    assert_int_equal(hf_using_end(NULL), HF_E_NULL);
    hf_using_leave(NULL);

    hf_ref bytes = hf_using_begin(world.thread, &scope, site);
    assert_int_equal(hf_bytes_create(world.thread, 8, bytes), HF_OK);
    assert_int_equal(hf_using_end(&scope), HF_E_TYPE);
    assert_int_equal(lifetimes_reports(&world), 1);
    assert_int_equal(lifetimes_report_at(&world, 0)->line, 5);

    hf_ref file = hf_using_begin(world.thread, &scope, site);
    make(4, file);
    assert_int_equal(hf_using_end(&scope), HF_OK);
    assert_true(hf_is_null(file));
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(hf_using_end(&scope), HF_E_MISUSE);
    assert_true(lifetimes_has_report(&world, "it has ended already"));
    hf_using_leave(&scope); /* the block's own end is silent */
    assert_int_equal(lifetimes_reports(&world), 2);
    assert_int_equal(lifetimes_events(&world), 1);
}

static void resource_scope_keeps_the_error_values_of_the_block(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hfp_native_error before = { .errno_value = 5, .last_error = 6 };
    hfp_native_error_restore(before);
    {
        HF_USING(world.thread, file);
        make(7, file);
        hfp_native_error_restore(before);
    }
    hfp_native_error after = hfp_native_error_save();
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(after.errno_value, before.errno_value);
    before = after;
    hfp_native_error_restore(after);
    after = hfp_native_error_save();
    assert_int_equal(after.last_error, before.last_error);
}

static void resource_keeps_error_values_over_each_way_to_a_release(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        HF_FRAME(world.thread);
        hf_ref file = hf_local(world.thread);
        hf_ref child = hf_local(world.thread);
        hf_fence fence;
        uintptr_t value;
        make(20 + way, file);
        if (way == 1) {
            assert_int_equal(hf_fence_hold(&fence, world.thread, file, &value), HF_OK);
            assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
        } else if (way == 2) {
            assert_int_equal(hf_resource_create_child(world.thread, &lamp, 30, file, child), HF_OK);
            assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
        }
        hfp_native_error given = { .errno_value = 3, .last_error = 4 };
        hfp_native_error_restore(given);
        hfp_native_error before = hfp_native_error_save();
        unsigned events = lifetimes_events(&world);
        hfp_native_error_restore(given);

        hf_status status = way == 0   ? hf_resource_dispose(world.thread, file)
                           : way == 1 ? hf_fence_end(&fence)
                           : way == 2 ? hf_resource_dispose(world.thread, child)
                                      : hf_resource_dispose_tree(world.thread, file);
        hfp_native_error after = hfp_native_error_save();

        assert_int_equal(status, HF_OK);
        assert_int_equal(lifetimes_events(&world), events + (way == 2 ? 2 : 1));
        assert_int_equal(after.errno_value, before.errno_value);
        assert_int_equal(after.last_error, before.last_error);
    }
}

static void resource_cannot_be_let_go_more_often_than_it_was_held(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    hf_fence fence;
    uintptr_t value;
    make(8, file);
    assert_int_equal(hf_fence_hold(&fence, world.thread, file, &value), HF_OK);
    assert_int_equal(hf_fence_end(&fence), HF_OK);

    assert_int_equal(hf_fence_end(&fence), HF_E_MISUSE);

    assert_int_equal(lifetimes_reports(&world), 1);
    assert_true(lifetimes_has_report(&world, "the fence has ended already"));
    assert_true(hf_resource_is_open(file)); /* and it did not cost the object its own reference */
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
    assert_int_equal(lifetimes_events(&world), 1);
}

/* ---- who refuses says why ---- */

static void resource_refused_by_a_fence_names_who_disposed_it(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    hf_fence fence;
    uintptr_t value;
    hf_site closer = { "closer.c", 77 };
    make(9, file);
    assert_int_equal(hf_resource_dispose_at(world.thread, file, closer), HF_OK);
    hf_ref heir = hf_local(world.thread);
    hf_site born = { "heir.c", 88 };
    assert_int_equal(hf_resource_create_at(world.thread, &lamp, 9, heir, born), HF_OK);

    assert_int_equal(hf_fence_hold(&fence, world.thread, file, &value), HF_E_CLOSED);

    assert_int_equal(lifetimes_reports(&world), 1);
    assert_true(lifetimes_has_report(&world, "it was disposed at closer.c:77 by thread "));
    if (lifetimes_is_stress()) { /* as in every checked runtime */
        assert_true(
            lifetimes_has_report(&world, "the value now belongs to the one made at heir.c:88"));
    }
    assert_int_equal(hf_resource_set_invalid_at(world.thread, heir, closer), HF_OK);
    assert_int_equal(hf_fence_hold(&fence, world.thread, heir, &value), HF_E_CLOSED);
    assert_true(lifetimes_has_report(&world, "it was set invalid at closer.c:77"));
    assert_int_equal(lifetimes_events(&world), 1);
}

/* ---- finalizers ---- */

static _Atomic(int) answer; /* of the finalizer's dispose; 1: not yet */

/** Disposes what its object, an array of one, refers to. */
static void dispose_owned(hf_thread *runner, hf_ref object, void *user)
{
    (void)user;
    HF_FRAME(runner);
    hf_ref file = hf_local(runner);
    hf_status status = hf_load_at(object, 0, file);
    hf_site site = { "owner.c", 66 };
    atomic_store(&answer,
                 (int)(status == HF_OK ? hf_resource_dispose_at(runner, file, site) : status));
}

/** An array that dies and disposes the resource. */
__attribute__((noinline)) static void let_owner_die(hf_ref file)
{
    atomic_store(&answer, 1);
    {
        HF_FRAME(world.thread);
        hf_ref owner = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 1, owner), HF_OK);
        assert_int_equal(hf_store_at(world.thread, owner, 0, file), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, owner, dispose_owned, NULL), HF_OK);
        lifetimes_settle(&world);
        assert_int_equal(atomic_load(&answer), 1);
    }
}

static void resource_that_others_reach_outlives_its_owners_finalizer(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref file = hf_local(world.thread);
        make(40, file);
        let_owner_die(file);
        lifetimes_settle(&world);
        lifetimes_settle(&world);

        assert_int_equal(atomic_load(&answer), HF_E_BUSY);
        assert_int_equal(lifetimes_events(&world), 0);
        assert_true(hf_resource_is_open(file));
        assert_int_equal(lifetimes_reports(&world), 1);
        const lifetimes_report *report = lifetimes_report_at(&world, 0);
        assert_int_equal(report->kind, HF_REPORT_WARNING);
        assert_int_equal(report->line, 66);
        assert_non_null(strstr(report->text, "a finalizer disposes it, but "));
        assert_non_null(strstr(report->text, " leads to it"));
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1); /* in silence, when it died itself */
    assert_int_equal(lifetimes_reports(&world), 1);
}

static void resource_that_another_object_reaches_is_named_with_the_path(void **state)
{
    (void)state;
    hf_global *global;
    {
        HF_FRAME(world.thread);
        hf_ref holder = hf_local(world.thread);
        hf_ref file = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 4, holder), HF_OK);
        make(44, file);
        assert_int_equal(hf_store_at(world.thread, holder, 3, file), HF_OK);
        assert_int_equal(hf_global_create(world.thread, holder, &global), HF_OK);
        let_owner_die(file);
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(atomic_load(&answer), HF_E_BUSY);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_true(lifetimes_has_report(&world, "global"));
    assert_true(lifetimes_has_report(&world, "[3]"));
    hf_global_destroy(world.thread, global);
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1);
}

static void resource_put_off_by_a_finalizer_can_be_disposed(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    make(41, file);
    let_owner_die(file);
    lifetimes_settle(&world);
    assert_int_equal(atomic_load(&answer), HF_E_BUSY);

    assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);

    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(hf_resource_dispose(world.thread, file), HF_E_CLOSED);
}

__attribute__((noinline)) static void hold_while_owner_dies(void)
{
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    hf_fence reader;
    uintptr_t value;
    make(42, file);
    let_owner_die(file);
    hf_site site = { "reader.c", 55 };
    assert_int_equal(hf_fence_hold_at(world.thread, &reader, file, &value, "reader", site), HF_OK);
    hf_clear(file); /* the fence alone keeps it */
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(atomic_load(&answer), HF_E_BUSY);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_true(lifetimes_has_report(&world, "\"reader\" begun at reader.c:55 by thread"));
    assert_int_equal(hf_fence_end(&reader), HF_OK);
}

static void resource_that_a_fence_holds_is_named_with_the_fence(void **state)
{
    (void)state;
    hold_while_owner_dies();
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_reports(&world), 1);
}

static void resource_that_only_its_owner_reached_is_disposed_in_the_finalizer(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref file = hf_local(world.thread);
        make(43, file);
        let_owner_die(file);
        assert_int_equal(lifetimes_events(&world), 0);
        hf_clear(file);
        /* The owner is in no slot since let_owner_die() came back. */
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    if (atomic_load(&answer) == HF_OK) {
        assert_int_equal(lifetimes_reports(&world), 0);
    } else { /* under stress a collection may find the owner dead while `file` still held it */
        assert_true(lifetimes_is_stress());
        assert_int_equal(atomic_load(&answer), HF_E_BUSY);
        lifetimes_settle(&world);
    }
    assert_int_equal(lifetimes_events(&world), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(resource_scope_disposes_on_each_way_out),
        TEST(resource_scopes_end_in_reverse_order),
        TEST(resource_scope_waits_for_a_fence_and_says_nothing),
        TEST(resource_scope_reports_what_is_wrong_with_it),
        TEST(resource_scope_keeps_the_error_values_of_the_block),
        TEST(resource_keeps_error_values_over_each_way_to_a_release),
        TEST(resource_cannot_be_let_go_more_often_than_it_was_held),
        TEST(resource_refused_by_a_fence_names_who_disposed_it),
        TEST(resource_that_others_reach_outlives_its_owners_finalizer),
        TEST(resource_that_another_object_reaches_is_named_with_the_path),
        TEST(resource_put_off_by_a_finalizer_can_be_disposed),
        TEST(resource_that_a_fence_holds_is_named_with_the_fence),
        TEST(resource_that_only_its_owner_reached_is_disposed_in_the_finalizer),
    };
    return cmocka_run_group_tests_name("resource_scope", tests, NULL, NULL);
}
