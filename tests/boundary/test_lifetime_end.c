/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=120 */

/*
 * docs/lifetime-rules.md, section 4: how a runtime ends.  Each test ends its own.
 */

#include "hf_test.h"

#include "lifetimes.h"

#define WATCHED    8
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
    return 0;
}

static void make_watched(hf_ref out, unsigned number)
{
    tickets[number] = (lifetimes_ticket){ .all = &world, .number = number };
    assert_int_equal(hf_bytes_create(world.thread, 1, out), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, out, lifetimes_finalize, &tickets[number]),
                     HF_OK);
}

static void rule_4_1_what_is_queued_is_run(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        make_watched(object, 1);
        make_watched(object, 2);
        make_watched(object, 3);
        hf_clear(object);
        if (!lifetimes_is_stress()) {
            assert_int_equal(lifetimes_events(&world), 0);
        }
        assert_int_equal(hf_collect(world.thread), HF_OK); /* and no drain */
    }
    lifetimes_end(&world);
    assert_int_equal(world.event_count, 3);
    assert_int_equal(world.leaks.finalizers, 0);
}

static void rule_4_2_finalizers_of_live_objects_are_counted_not_run(void **state)
{
    (void)state;
    hf_global *globals[2];
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        for (unsigned i = 0; i < 2; i++) {
            make_watched(object, i + 1);
            assert_int_equal(hf_global_create(world.thread, object, &globals[i]), HF_OK);
        }
    }
    lifetimes_end(&world);
    assert_int_equal(world.event_count, 0);
    assert_int_equal(world.leaks.finalizers, 2);
    assert_int_equal(world.leaks.globals, 2);
}

static void rule_4_4_what_something_may_reach_is_kept_and_counted(void **state)
{
    (void)state;
    hf_pin *pin;
    unsigned char *data;
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        assert_int_equal(hf_bytes_create(world.thread, 64, object), HF_OK);
        assert_int_equal(hf_pin_create(world.thread, object, &pin), HF_OK);
        data = hf_pin_span(pin).data;
    }
    lifetimes_end(&world);
    assert_int_equal(world.leaks.pins, 1);
    for (int i = 0; i < 64; i++) {
        data[i] = (unsigned char)i; /* native code that is not done yet */
    }
    assert_int_equal(data[63], 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(rule_4_1_what_is_queued_is_run),
        RULE(rule_4_2_finalizers_of_live_objects_are_counted_not_run),
        RULE(rule_4_4_what_something_may_reach_is_kept_and_counted),
    };
    return cmocka_run_group_tests_name("boundary_lifetime_end", tests, NULL, NULL);
}
