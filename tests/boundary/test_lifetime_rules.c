/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * docs/lifetime-rules.md, sections 1 and 2: what keeps an object, and what holds it in place.
 *
 * An object is watched by arming it: that it has died is known from its finalizer, that it lives
 * from its silence over several collections.
 */

#include "lifetimes.h"
#include "managed.h"
#include "testlib.h"

#include <string.h>

#define WATCHED 8

static lifetimes_ticket tickets[WATCHED];

/* ---- watching ---- */

static void watch(hf_ref object, unsigned number)
{
    tickets[number] = (lifetimes_ticket){ .all = &world, .number = number };
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &tickets[number]),
                     HF_OK);
}

static bool has_died(unsigned number)
{
    for (int i = 0; i < 3; i++) {
        lifetimes_settle(&world);
    }
    return lifetimes_events_of(&world, number) != 0;
}

static hf_ref make_bytes(unsigned number)
{
    hf_ref bytes = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 64, bytes), HF_OK);
    watch(bytes, number);
    return bytes;
}

static hf_ref make_array(unsigned number)
{
    hf_ref array = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 2, array), HF_OK);
    watch(array, number);
    return array;
}

/* ---- 1: what keeps ---- */

static void rule_1_1_only_a_collection_reclaims(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_clear(object);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    if (!lifetimes_is_stress()) {
        assert_int_equal(lifetimes_events(&world), 0);
    }
    assert_true(has_died(1));
}

static void rule_1_2_a_slot_keeps_to_the_end_of_its_frame(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        (void)make_bytes(1); /* never used again */
        assert_false(has_died(1));
    }
    assert_true(has_died(1));
}

static void rule_1_3_the_end_of_the_frame_ends_its_slots(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref outer = make_bytes(1);
    {
        HF_FRAME(world.thread);
        (void)make_bytes(2);
        assert_false(has_died(2));
    }
    assert_true(has_died(2));
    assert_int_equal(lifetimes_events_of(&world, 1), 0);
    assert_int_equal(hf_bytes_size(outer), 64);
}

static void rule_1_4_a_slot_that_is_overwritten_keeps_no_longer(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_ref same = object; /* the slot has two names; the object has one slot */
    assert_false(has_died(1));
    assert_int_equal(hf_bytes_create(world.thread, 8, object), HF_OK);
    assert_true(has_died(1));
    assert_int_equal(hf_bytes_size(same), 8);
}

static void rule_1_5_a_global_keeps_until_stored_or_destroyed(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_ref next = make_bytes(2);
    hf_global *global;
    assert_int_equal(hf_global_create(world.thread, object, &global), HF_OK);
    hf_clear(object);
    assert_false(has_died(1));
    assert_int_equal(hf_global_store(world.thread, global, next), HF_OK);
    hf_clear(next);
    assert_true(has_died(1));
    assert_int_equal(lifetimes_events_of(&world, 2), 0);
    hf_global_destroy(world.thread, global);
    assert_true(has_died(2));
}

static void rule_1_6_references_keep_as_their_object_is_kept(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref holder = hf_local(world.thread);
    hf_ref held = make_bytes(1);
    hf_ref left = hf_local(world.thread);
    hf_ref right = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, holder), HF_OK);
    assert_int_equal(hf_store_at(world.thread, holder, 0, held), HF_OK);
    hf_clear(held);
    assert_false(has_died(1));
    hf_clear(holder);
    assert_true(has_died(1));

    uint64_t before = lifetimes_objects(&world);
    assert_int_equal(hf_array_create(world.thread, 1, left), HF_OK);
    assert_int_equal(hf_array_create(world.thread, 1, right), HF_OK);
    assert_int_equal(hf_store_at(world.thread, left, 0, right), HF_OK);
    assert_int_equal(hf_store_at(world.thread, right, 0, left), HF_OK);
    assert_int_equal(lifetimes_objects(&world), before + 2);
    hf_clear(left);
    hf_clear(right);
    assert_int_equal(lifetimes_objects(&world), before);
}

static void rule_1_7_a_fence_keeps_whatever_happens_to_the_slot(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_span span;
    HF_FENCE(world.thread, fence, object, &span);
    hf_clear(object);
    memset(span.data, 7, span.size);
    assert_false(has_died(1));
    assert_int_equal(((const unsigned char *)span.data)[63], 7);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_true(has_died(1));
}

typedef struct lent {
    hf_ref slot;
    unsigned number;
    unsigned runs;
    bool has_died;
    uintptr_t low, high; /* of all addresses that the callee had */
} lent;

static void see(lent *it, const void *address)
{
    uintptr_t place = (uintptr_t)address;
    it->low = it->runs == 0 || place < it->low ? place : it->low;
    it->high = it->runs == 0 || place > it->high ? place : it->high;
    it->runs++;
}

/* Compares; and takes the buffer's only slot away from under the call. */
static hf_status compare_and_drop(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                  void *user)
{
    lent *it = user;
    const unsigned char *left = arguments[0].pointer;
    const unsigned char *right = arguments[1].pointer;
    see(it, left);
    see(it, right);
    hf_clear(it->slot);
    hf_status status = hf_collect(thread);
    status = status == HF_OK ? hf_runner_drain(thread, UINT64_MAX) : status;
    it->has_died |= lifetimes_events_of(&world, it->number) != 0;
    result->i = *left - *right;
    return status;
}

/* Has eight bytes of a buffer sorted by native code. */
static void sort_lent_bytes(lent *it)
{
    hf_library *library;
    hf_function *sort;
    hf_callback *compare;
    hf_result result = HF_RESULT_INIT;
    it->slot = make_bytes(it->number);
    assert_int_equal(hf_bytes_write(it->slot, 0, "holdfast", 8), HF_OK);
    assert_int_equal(hf_library_open(world.thread, HF_TESTLIB_PATH, &library), HF_OK);
    assert_int_equal(
        hf_function_bind(world.thread, library,
                         "void hfn_sort(void *base {inout, size(count * size)}, size_t count,"
                         " size_t size, int (*compare)(const void *, const void *))",
                         &sort),
        HF_OK);
    assert_int_equal(hf_callback_create(world.thread, "int compare(const void *a, const void *b)",
                                        compare_and_drop, it, &compare),
                     HF_OK);
    assert_int_equal(
        hf_call(world.thread, sort, &result,
                HF_ARGS(HF_BUFFER(it->slot, 0, 8), HF_UINT(8), HF_UINT(1), HF_CALLBACK(compare))),
        HF_OK);
    assert_true(it->runs > 2);
    assert_int_equal(hf_callback_destroy(compare), HF_OK);
    hf_function_destroy(sort);
    hf_library_close(library);
}

static void rule_1_8_a_call_keeps_what_was_passed_to_it(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    lent it = { .number = 1 };
    sort_lent_bytes(&it);
    assert_false(it.has_died);
    assert_true(has_died(1));
}

static void rule_1_9_an_output_is_kept_by_the_frame_of_its_call(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_library *library;
    hf_function *fill;
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_library_open(world.thread, HF_TESTLIB_PATH, &library), HF_OK);
    assert_int_equal(hf_function_bind(world.thread, library,
                                      "size_t hfn_fill(uint8_t *data {out}, size_t size"
                                      " {capacity(data)}, uint8_t value)"
                                      " {fail(result == 0), error(none), length(data, result)}",
                                      &fill),
                     HF_OK);
    {
        HF_FRAME(world.thread);
        assert_int_equal(hf_call(world.thread, fill, &result, HF_ARGS(HF_UINT(9))), HF_OK);
        watch(hf_result_out(&result, 0), 1);
        assert_false(has_died(1));
    }
    assert_true(has_died(1));
    hf_function_destroy(fill);
    hf_library_close(library);
}

static void rule_1_10_an_owning_pin_keeps_until_it_is_ended(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_pin *pin;
    assert_int_equal(hf_pin_create(world.thread, object, &pin), HF_OK);
    hf_clear(object);
    assert_false(has_died(1));
    hf_pin_destroy(pin);
    assert_true(has_died(1));
}

static void rule_1_11_a_handle_keeps_to_its_end_or_last_use(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_array(1);
    hf_ref other = make_array(2);
    void *forever;
    void *once;
    assert_int_equal(hf_handle_create(world.thread, object, "rule", HF_HANDLE_FOREVER, &forever),
                     HF_OK);
    assert_int_equal(hf_handle_create(world.thread, other, "rule", 1, &once), HF_OK);
    hf_clear(object);
    hf_clear(other);
    assert_false(has_died(1));
    assert_int_equal(lifetimes_events_of(&world, 2), 0);
    assert_int_equal(hf_handle_destroy(world.thread, forever), HF_OK);
    assert_true(has_died(1));
    assert_int_equal(lifetimes_events_of(&world, 2), 0);
    assert_int_equal(hf_handle_load(world.thread, once, "rule", other), HF_OK);
    assert_false(has_died(2));
    hf_clear(other);
    assert_true(has_died(2));
}

static void rule_1_12_a_keepalive_keeps_nothing_by_itself(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_keepalive(object);
    assert_false(has_died(1)); /* the slot does */
    hf_clear(object);
    hf_keepalive(object);
    assert_true(has_died(1));
}

static hf_status release_noted(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class noted_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "noted",
    .invalid = 0,
    .release = release_noted,
    .on_leak = HF_LEAK_RELEASE,
};

static void rule_1_13_what_native_code_copied_keeps_nothing(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref buffer = make_bytes(1);
    hf_ref resource = hf_local(world.thread);
    hf_span span;
    uintptr_t value;
    HF_FENCE(world.thread, fence, buffer, &span);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_int_equal(hf_resource_create(world.thread, &noted_class, 42, resource), HF_OK);
    assert_int_equal(hf_resource_value(world.thread, resource, &value), HF_OK);
    assert_false(has_died(42));
    assert_int_equal(lifetimes_events_of(&world, 1), 0);
    hf_clear(buffer);
    hf_clear(resource);
    assert_true(has_died(1));  /* though span.data still has its address */
    assert_true(has_died(42)); /* though value is still its number */
    assert_int_equal(value, 42);
}

static void rule_1_14_a_weak_reference_keeps_nothing(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_ref seen = hf_local(world.thread);
    hf_weak *weak[2];
    assert_int_equal(hf_weak_create(world.thread, object, HF_WEAK_SHORT, &weak[0]), HF_OK);
    assert_int_equal(hf_weak_create(world.thread, object, HF_WEAK_LONG, &weak[1]), HF_OK);
    assert_false(has_died(1));
    hf_clear(object);
    assert_true(has_died(1));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hf_weak_load(world.thread, weak[i], seen), HF_OK);
        assert_true(hf_is_null(seen));
        assert_int_equal(hf_weak_destroy(weak[i]), HF_OK);
    }
}

static void rule_1_15_an_entry_keeps_its_value_while_table_and_key_live(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref table = hf_local(world.thread);
    hf_ref key = make_array(1);
    hf_ref value = make_array(2);
    assert_int_equal(hf_ephemerons_create(world.thread, table), HF_OK);
    assert_int_equal(hf_store_at(world.thread, value, 0, key), HF_OK); /* the value knows its key */
    assert_int_equal(hf_ephemeron_set(world.thread, table, key, value), HF_OK);
    hf_clear(value);
    assert_false(has_died(2));
    hf_clear(key);
    assert_true(has_died(1));
    assert_true(has_died(2));

    key = make_array(3);
    value = make_array(4);
    assert_int_equal(hf_ephemeron_set(world.thread, table, key, value), HF_OK);
    hf_clear(value);
    assert_false(has_died(4));
    hf_clear(table);
    assert_true(has_died(4));
    assert_int_equal(lifetimes_events_of(&world, 3), 0);
}

static void rule_1_16_an_armed_finalizer_keeps_nothing_one_that_waits_does(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_array(1);
    hf_ref reached = make_bytes(2);
    assert_int_equal(hf_store_at(world.thread, object, 0, reached), HF_OK);
    hf_clear(reached);
    assert_false(has_died(1));
    hf_clear(object);
    assert_true(has_died(1));
    assert_true(has_died(2)); /* in a later cycle: the first kept it for its run */
    assert_int_equal(lifetimes_event(&world, 0), 1);
}

static void note_cleanup(hf_thread *runner, hf_ref argument, void *user)
{
    (void)runner;
    (void)argument;
    lifetimes_note(&world, (uintptr_t)user);
}

static void rule_1_17_a_cleanup_keeps_its_argument_not_its_object(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_array(1);
    hf_ref argument = make_bytes(2);
    hf_cleanup cleanup;
    assert_int_equal(
        hf_cleanup_add(world.thread, object, 0, note_cleanup, argument, (void *)30, &cleanup),
        HF_OK);
    hf_clear(argument);
    assert_false(has_died(2));
    assert_int_equal(lifetimes_events(&world), 0);
    hf_clear(object);
    assert_true(has_died(30)); /* the cleanup has run */
    assert_true(has_died(1));
    assert_true(has_died(2));
    assert_int_equal(lifetimes_event(&world, 0), 1);
}

static void rule_1_18_scopes_and_tokens_keep_to_their_end(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref held = make_bytes(1);
    hf_ref given = make_bytes(2);
    hf_scope *scope;
    hf_pin *pin;
    hf_token *token;
    hf_span span;
    assert_int_equal(hf_scope_create(world.thread, "rule", &scope), HF_OK);
    assert_int_equal(hf_pin_create(world.thread, held, &pin), HF_OK);
    assert_int_equal(hf_scope_add_pin(world.thread, scope, pin), HF_OK);
    assert_int_equal(hf_token_create(world.thread, NULL, &token), HF_OK);
    assert_int_equal(hf_token_lend(world.thread, token, given, 0, 64, &span), HF_OK);
    assert_int_equal(hf_token_submit(token), HF_OK);
    hf_clear(held);
    hf_clear(given);
    assert_false(has_died(1));
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_scope_close(world.thread, scope, 0), HF_OK);
    assert_true(has_died(1));
    assert_int_equal(lifetimes_events_of(&world, 2), 0);
    assert_int_equal(hf_token_complete(token, 64, 0), HF_OK);
    assert_true(has_died(2));
    assert_int_equal(hf_token_destroy(world.thread, token), HF_OK);
}

/* ---- 2: what holds in place ---- */

static void rule_2_1_what_nothing_holds_may_move(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    uintptr_t place = managed_address(object);
    bool has_moved = false;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(hf_collect(world.thread), HF_OK);
        has_moved |= managed_address(object) != place;
    }
    assert_true(has_moved);
}

static void rule_2_2_a_fence_holds_its_buffer_in_place(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_span span;
    HF_FENCE(world.thread, fence, object, &span);
    uintptr_t place = managed_address(object);
    assert_false(has_died(1));
    assert_int_equal(managed_address(object), place);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
}

static void rule_2_3_a_call_holds_its_buffers_in_place(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    lent it = { .number = 1 };
    sort_lent_bytes(&it);
    assert_in_range(it.high - it.low, 1, 7);
}

static void rule_2_4_an_owning_pin_holds_its_buffer_in_place(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = make_bytes(1);
    hf_pin *pin;
    assert_int_equal(hf_pin_create(world.thread, object, &pin), HF_OK);
    const void *place = hf_pin_span(pin).data;
    assert_false(has_died(1));
    assert_ptr_equal(hf_pin_span(pin).data, place);
    hf_pin_destroy(pin);
}

static void rule_2_5_an_immovable_buffer_never_moves(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
    options.flags = HF_BYTES_IMMOVABLE;
    assert_int_equal(hf_bytes_create_with(world.thread, 64, &options, object), HF_OK);
    watch(object, 1);
    uintptr_t place = managed_address(object);
    assert_false(has_died(1));
    assert_int_equal(managed_address(object), place);
}

static void rule_2_6_what_is_only_kept_may_move(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    uintptr_t value;
    assert_int_equal(hf_resource_create(world.thread, &noted_class, 42, object), HF_OK);
    hf_fence fence;
    assert_int_equal(hf_fence_hold(&fence, world.thread, object, &value), HF_OK);
    uintptr_t place = managed_address(object);
    bool has_moved = false;
    for (int i = 0; i < 4; i++) {
        lifetimes_settle(&world);
        has_moved |= managed_address(object) != place;
    }
    assert_true(has_moved);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, lifetimes_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(rule_1_1_only_a_collection_reclaims),
        RULE(rule_1_2_a_slot_keeps_to_the_end_of_its_frame),
        RULE(rule_1_3_the_end_of_the_frame_ends_its_slots),
        RULE(rule_1_4_a_slot_that_is_overwritten_keeps_no_longer),
        RULE(rule_1_5_a_global_keeps_until_stored_or_destroyed),
        RULE(rule_1_6_references_keep_as_their_object_is_kept),
        RULE(rule_1_7_a_fence_keeps_whatever_happens_to_the_slot),
        RULE(rule_1_8_a_call_keeps_what_was_passed_to_it),
        RULE(rule_1_9_an_output_is_kept_by_the_frame_of_its_call),
        RULE(rule_1_10_an_owning_pin_keeps_until_it_is_ended),
        RULE(rule_1_11_a_handle_keeps_to_its_end_or_last_use),
        RULE(rule_1_12_a_keepalive_keeps_nothing_by_itself),
        RULE(rule_1_13_what_native_code_copied_keeps_nothing),
        RULE(rule_1_14_a_weak_reference_keeps_nothing),
        RULE(rule_1_15_an_entry_keeps_its_value_while_table_and_key_live),
        RULE(rule_1_16_an_armed_finalizer_keeps_nothing_one_that_waits_does),
        RULE(rule_1_17_a_cleanup_keeps_its_argument_not_its_object),
        RULE(rule_1_18_scopes_and_tokens_keep_to_their_end),
        RULE(rule_2_1_what_nothing_holds_may_move),
        RULE(rule_2_2_a_fence_holds_its_buffer_in_place),
        RULE(rule_2_3_a_call_holds_its_buffers_in_place),
        RULE(rule_2_4_an_owning_pin_holds_its_buffer_in_place),
        RULE(rule_2_5_an_immovable_buffer_never_moves),
        RULE(rule_2_6_what_is_only_kept_may_move),
    };
    return cmocka_run_group_tests_name("boundary_lifetime_rules", tests, NULL, NULL);
}
