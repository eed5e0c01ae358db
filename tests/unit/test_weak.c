/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Weak references and identities: what they give, when they end, which are equal, and what is said
 * about wrong ones.  Ends are looked at from both sides: not before, and then.
 */

#include "managed.h"

#include "base/alloc.h"
#include "weak/weak.h"

#include <string.h>

enum { GENTLE_ROUNDS = 3 };

static managed m;

static int setup(void **state)
{
    (void)state;
    managed_begin(&m, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    managed_end(&m);
    return 0;
}

static void collect(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        assert_int_equal(hf_collect(m.thread), HF_OK);
    }
}

static hf_weak *weak_new(const hf_slot *ref, size_t offset, hf_weak_kind kind)
{
    hf_weak *weak = NULL;
    assert_int_equal(hf_weak_create_inside(m.thread, ref, offset, kind, &weak), HF_OK);
    return weak;
}

static uint64_t known(void)
{
    return hfi_weaks_figures_get(hfi_parts_of(m.runtime)->weaks).known;
}

static bool gives(const hf_weak *weak, const hf_slot *object)
{
    HF_FRAME(m.thread);
    hf_ref found = hf_local(m.thread);
    assert_int_equal(hf_weak_load(m.thread, weak, found), HF_OK);
    return hf_same(found, object);
}

static bool is_dead(const hf_weak *weak)
{
    return gives(weak, NULL);
}

/* ---- what an object can be ---- */

static void make_empty(hf_ref out)
{
    assert_int_equal(hf_bytes_create(m.thread, 0, out), HF_OK);
}

static void make_small(hf_ref out)
{
    assert_int_equal(hf_bytes_create(m.thread, 24, out), HF_OK);
}

static void make_medium(hf_ref out)
{
    assert_int_equal(hf_bytes_create(m.thread, 1000, out), HF_OK);
}

static void make_large(hf_ref out)
{
    assert_int_equal(hf_bytes_create(m.thread, 100000, out), HF_OK);
}

static void make_immovable(hf_ref out)
{
    hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
    options.flags = HF_BYTES_IMMOVABLE;
    assert_int_equal(hf_bytes_create_with(m.thread, 100, &options, out), HF_OK);
}

static void make_array(hf_ref out)
{
    assert_int_equal(hf_array_create(m.thread, 5, out), HF_OK);
    assert_int_equal(hf_store_at(m.thread, out, 2, out), HF_OK); /* it reaches itself */
}

static void make_large_array(hf_ref out)
{
    assert_int_equal(hf_array_create(m.thread, 5000, out), HF_OK);
}

static void make_table(hf_ref out)
{
    assert_int_equal(hf_ephemerons_create(m.thread, out), HF_OK);
}

static const struct sort {
    const char *name;
    void (*make)(hf_ref out);
    bool is_buffer;
} sorts[] = {
    { "empty", make_empty, true },
    { "small", make_small, true },
    { "medium", make_medium, true },
    { "large", make_large, true },
    { "immovable", make_immovable, true },
    { "array", make_array, false },
    { "large array", make_large_array, false },
    { "table", make_table, false },
};

static const hf_weak_kind kinds[] = { HF_WEAK_SHORT, HF_WEAK_LONG };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- life and end ---- */

static void live_and_die(const struct sort *sort, hf_weak_kind kind)
{
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    sort->make(object);
    hf_weak *weak = weak_new(object, 0, kind);

    for (unsigned i = 0; i < GENTLE_ROUNDS; i++) {
        collect(1);
        assert_true(gives(weak, object));
    }
    hf_clear(object);
    collect(1);

    assert_true(is_dead(weak));
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
}

static void weak_gives_its_object_while_it_lives_and_null_afterwards(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNT(sorts); i++) {
        for (unsigned k = 0; k < COUNT(kinds); k++) {
            live_and_die(&sorts[i], kinds[k]);
        }
    }
    assert_int_equal(known(), 0);
}

static void weak_gives_a_pinned_object_as_long_as_the_pin_holds_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNT(sorts); i++) {
        if (!sorts[i].is_buffer) {
            continue;
        }
        HF_FRAME(m.thread);
        hf_ref object = hf_local(m.thread);
        hf_pin *pin;
        sorts[i].make(object);
        hf_weak *weak = weak_new(object, 0, HF_WEAK_SHORT);
        assert_int_equal(hf_pin_create(m.thread, object, &pin), HF_OK);

        hf_clear(object);
        collect(GENTLE_ROUNDS);
        assert_false(is_dead(weak));
        hf_pin_destroy(pin);
        collect(1);

        assert_true(is_dead(weak));
        assert_int_equal(hf_weak_destroy(weak), HF_OK);
    }
}

static void weak_load_keeps_what_it_gave(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_ref again = hf_local(m.thread);
    make_small(object);
    hf_weak *weak = weak_new(object, 0, HF_WEAK_SHORT);

    assert_int_equal(hf_weak_load(m.thread, weak, again), HF_OK);
    hf_clear(object);
    collect(GENTLE_ROUNDS);
    assert_true(gives(weak, again));
    assert_false(hf_is_null(again));
    hf_clear(again);
    collect(1);

    assert_true(is_dead(weak));
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
}

static void weak_to_null_is_null_and_gives_null(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref null = hf_local(m.thread);
    hf_ref out = hf_local(m.thread);
    hf_weak *weak = (hf_weak *)&m;
    make_small(out);

    assert_int_equal(hf_weak_create(m.thread, null, HF_WEAK_LONG, &weak), HF_OK);

    assert_null(weak);
    assert_int_equal(hf_weak_load(m.thread, weak, out), HF_OK);
    assert_true(hf_is_null(out));
    assert_int_equal(hf_weak_offset(weak), 0);
    assert_true(hf_weak_equal(weak, NULL));
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
    assert_int_equal(known(), 0);
}

/* ---- equality ---- */

static void weak_is_equal_when_object_kind_and_place_are(void **state)
{
    (void)state;
    static const struct place {
        unsigned object;
        size_t offset;
        hf_weak_kind kind;
    } places[] = {
        { 0, 0, HF_WEAK_SHORT }, { 0, 0, HF_WEAK_LONG },   { 0, 8, HF_WEAK_SHORT },
        { 0, 8, HF_WEAK_LONG },  { 0, 24, HF_WEAK_SHORT }, { 1, 0, HF_WEAK_SHORT },
        { 1, 8, HF_WEAK_LONG },
    };
    hf_weak *first[COUNT(places)];
    hf_weak *second[COUNT(places)];
    HF_FRAME(m.thread);
    hf_ref object[2] = { hf_local(m.thread), hf_local(m.thread) };
    make_small(object[0]);
    make_small(object[1]);
    for (unsigned i = 0; i < COUNT(places); i++) {
        first[i] = weak_new(object[places[i].object], places[i].offset, places[i].kind);
    }
    collect(2);
    for (unsigned i = 0; i < COUNT(places); i++) {
        second[i] = weak_new(object[places[i].object], places[i].offset, places[i].kind);
        assert_int_equal(hf_weak_offset(second[i]), places[i].offset);
        assert_true(gives(second[i], object[places[i].object]));
    }

    for (unsigned is_after = 0; is_after < 2; is_after++) {
        for (unsigned i = 0; i < COUNT(places); i++) {
            for (unsigned j = 0; j < COUNT(places); j++) {
                assert_int_equal(hf_weak_equal(first[i], second[j]), i == j);
            }
            assert_int_equal(is_dead(first[i]), is_after);
        }
        hf_clear(object[0]);
        hf_clear(object[1]);
        collect(1);
    }
    for (unsigned i = 0; i < COUNT(places); i++) {
        assert_int_equal(hf_weak_destroy(first[i]), HF_OK);
        assert_int_equal(hf_weak_destroy(second[i]), HF_OK);
    }
}

static void weak_of_a_dead_object_equals_none_of_a_new_one(void **state)
{
    (void)state;
    hf_weak *dead[64];
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    for (unsigned i = 0; i < COUNT(dead); i++) {
        make_small(object);
        dead[i] = weak_new(object, 0, HF_WEAK_LONG);
        hf_clear(object);
        collect(1);
        for (unsigned j = 0; j < i; j++) {
            assert_false(hf_weak_equal(dead[i], dead[j]));
        }
    }
    for (unsigned i = 0; i < COUNT(dead); i++) {
        assert_true(is_dead(dead[i]));
        assert_int_equal(hf_weak_destroy(dead[i]), HF_OK);
    }
}

/* ---- destroying ---- */

static void weak_lasts_until_it_was_destroyed_as_often_as_made(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    make_small(object);
    hf_weak *weak = weak_new(object, 0, HF_WEAK_SHORT);
    assert_ptr_equal(weak_new(object, 0, HF_WEAK_SHORT), weak);

    assert_int_equal(hf_weak_destroy(weak), HF_OK);
    collect(1);
    assert_true(gives(weak, object));
    assert_int_equal(known(), 1);
    assert_int_equal(hfi_weaks_figures_get(hfi_parts_of(m.runtime)->weaks).references, 1);
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
    assert_int_equal(hfi_weaks_figures_get(hfi_parts_of(m.runtime)->weaks).references, 0);
    assert_ptr_equal(weak_new(object, 0, HF_WEAK_SHORT), weak); /* found again before it is gone */
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
    assert_int_equal(hf_weak_load(m.thread, weak, object), HF_E_MISUSE);
    managed_expect(&m, "hf_weak_load", "destroyed before");
    assert_int_equal(hf_weak_destroy(weak), HF_E_MISUSE);
    managed_expect(&m, "hf_weak_destroy", "destroyed before");

    collect(2); /* taken back after the first, so the record goes in the second */
    assert_int_equal(known(), 0);
    assert_int_equal(hf_weak_destroy(weak), HF_E_MISUSE);
    managed_expect(&m, "hf_weak_destroy", "destroyed before");
    assert_int_equal(hf_weak_load(m.thread, weak, object), HF_E_MISUSE);
    managed_expect(&m, "hf_weak_load", "destroyed before");
}

typedef struct helper {
    hf_weak **weak;
    unsigned count;
    hf_status status;
} helper;

static void destroy_all(void *user)
{
    helper *self = user;
    for (unsigned i = 0; i < self->count; i++) {
        hf_status status = hf_weak_destroy(self->weak[i]);
        self->status = status == HF_OK ? self->status : status;
    }
}

static void weak_is_destroyed_by_a_thread_that_is_not_attached(void **state)
{
    (void)state;
    hf_weak *weak[40];
    HF_FRAME(m.thread);
    hf_ref list = hf_local(m.thread);
    hf_ref object = hf_local(m.thread);
    assert_int_equal(hf_array_create(m.thread, COUNT(weak), list), HF_OK);
    for (unsigned i = 0; i < COUNT(weak); i++) {
        make_small(object);
        assert_int_equal(hf_store_at(m.thread, list, i, object), HF_OK);
        weak[i] = weak_new(object, 0, i % 2 ? HF_WEAK_SHORT : HF_WEAK_LONG);
    }
    helper self = { weak, COUNT(weak), HF_OK };
    hfp_thread thread;

    assert_int_equal(hfp_thread_start(&thread, "helper", destroy_all, &self), HF_OK);
    collect(3);
    hfp_thread_join(&thread);

    assert_int_equal(self.status, HF_OK);
    collect(2);
    assert_int_equal(known(), 0);
}

static void weak_references_that_are_left_end_with_the_runtime(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    for (unsigned i = 0; i < 200; i++) {
        make_small(object);
        (void)weak_new(object, 0,
                       i % 2 ? HF_WEAK_SHORT : HF_WEAK_LONG); /* teardown counts blocks */
    }
}

/* ---- refusals ---- */

static void weak_refuses_what_is_no_place_of_an_object(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_weak *weak = NULL;
    make_small(object);

    assert_int_equal(hf_weak_create(NULL, object, HF_WEAK_SHORT, &weak), HF_E_NULL);
    assert_int_equal(hf_weak_create(m.thread, NULL, HF_WEAK_SHORT, &weak), HF_E_SLOTS);
    assert_int_equal(hf_weak_create(m.thread, object, HF_WEAK_SHORT, NULL), HF_E_NULL);
    assert_int_equal(hf_weak_create(m.thread, object, (hf_weak_kind)0, &weak), HF_E_ARGUMENT);
    managed_expect(&m, "hf_weak_create", "0 is no kind");
    assert_int_equal(hf_weak_create_inside(m.thread, object, 24, HF_WEAK_SHORT, &weak), HF_OK);
    assert_int_equal(hf_weak_load(NULL, weak, object), HF_E_NULL);
    assert_int_equal(hf_weak_load(m.thread, weak, NULL), HF_E_SLOTS);
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
    assert_int_equal(hf_weak_create_inside(m.thread, object, 25, HF_WEAK_SHORT, &weak), HF_E_RANGE);
    managed_expect(&m, "hf_weak_create_inside", "offset 25 is outside the object, which has 24");
    assert_null(weak);
    assert_int_equal(hf_identity(m.thread, object, NULL), HF_E_NULL);
}

static void weak_refuses_another_runtimes_reference(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    make_small(object);
    hf_weak *weak = weak_new(object, 0, HF_WEAK_SHORT);
    hf_runtime *other;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    assert_int_equal(hf_runtime_create(&options, &other), HF_OK);
    hf_weak *foreign = NULL;
    assert_int_equal(hf_native_begin(m.thread), HF_OK);
    hf_thread *thread;
    assert_int_equal(hf_thread_attach(other, &thread), HF_OK);
    {
        HF_FRAME(thread);
        hf_ref theirs = hf_local(thread);
        assert_int_equal(hf_bytes_create(thread, 1, theirs), HF_OK);
        assert_int_equal(hf_weak_create(thread, theirs, HF_WEAK_SHORT, &foreign), HF_OK);
    }
    assert_int_equal(hf_native_begin(thread), HF_OK);
    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);

    assert_int_equal(hf_weak_load(m.thread, foreign, object), HF_E_MISUSE);

    managed_expect(&m, "hf_weak_load", "belongs to another runtime");
    assert_true(gives(weak, object));
    assert_int_equal(hf_weak_destroy(foreign), HF_OK);
    assert_int_equal(hf_native_end(thread, NULL), HF_OK);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_destroy(other, NULL);
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
}

/* ---- memory ---- */

static hf_status make_one_of_each(hf_ref object, hf_ref table, hf_weak **weak)
{
    uint64_t identity;
    hf_status status = hf_weak_create(m.thread, object, HF_WEAK_LONG, weak);
    status = status == HF_OK ? hf_ephemerons_create(m.thread, table) : status;
    status = status == HF_OK ? hf_ephemeron_set(m.thread, table, object, object) : status;
    status = status == HF_OK ? hf_identity(m.thread, object, &identity) : status;
    return status;
}

static void weak_says_no_memory_at_each_place_where_there_is_none(void **state)
{
    (void)state;
    bool was_hit = true;
    unsigned failures = 0;
    for (uint64_t nth = 1; was_hit; nth++) {
        managed_begin(&m, NULL);
        {
            HF_FRAME(m.thread);
            hf_ref object = hf_local(m.thread);
            hf_ref table = hf_local(m.thread);
            hf_weak *weak = NULL;
            make_small(object);
            hfi_fault_arm(nth, 1);
            hf_status status = make_one_of_each(object, table, &weak);
            was_hit = hfi_fault_disarm() >= nth;
            /* A birth that finds no memory is forgotten, and nothing else fails by that. */
            assert_true(status == HF_OK || (was_hit && status == HF_E_NOMEM));
            failures += status != HF_OK;
            assert_int_equal(hf_weak_destroy(weak), HF_OK);
            assert_int_equal(make_one_of_each(object, table, &weak), HF_OK);
            collect(1);
            assert_true(gives(weak, object));
            assert_int_equal(hf_weak_destroy(weak), HF_OK);
        }
        collect(2);
        assert_int_equal(known(), 0);
        managed_end(&m);
    }
    assert_true(failures >= 5); /* index, record, reference, table, entry */
}

/* ---- identity ---- */

static void identity_stays_while_the_object_moves_and_is_nobody_elses(void **state)
{
    (void)state;
    enum { OBJECTS = 300 };
    static uint64_t identity[OBJECTS];
    HF_FRAME(m.thread);
    hf_ref list = hf_local(m.thread);
    hf_ref object = hf_local(m.thread);
    assert_int_equal(hf_array_create(m.thread, OBJECTS, list), HF_OK);
    for (unsigned i = 0; i < OBJECTS; i++) {
        sorts[i % COUNT(sorts)].make(object);
        assert_int_equal(hf_store_at(m.thread, list, i, object), HF_OK);
        assert_int_equal(hf_identity(m.thread, object, &identity[i]), HF_OK);
        assert_int_not_equal(identity[i], 0);
        for (unsigned j = 0; j < i; j++) {
            assert_int_not_equal(identity[i], identity[j]);
        }
    }
    for (unsigned round = 0; round < GENTLE_ROUNDS; round++) {
        collect(1);
        for (unsigned i = 0; i < OBJECTS; i++) {
            uint64_t again;
            assert_int_equal(hf_load_at(list, i, object), HF_OK);
            assert_int_equal(hf_identity(m.thread, object, &again), HF_OK);
            assert_int_equal(again, identity[i]);
        }
    }
    assert_true(known() >= OBJECTS);
    hf_clear(list);
    hf_clear(object);
    collect(1);
    assert_int_equal(known(), 0);
    make_small(object);
    uint64_t fresh;
    assert_int_equal(hf_identity(m.thread, object, &fresh), HF_OK);
    assert_true(fresh > identity[OBJECTS - 1]); /* a number is never given out again */
}

static void identity_leaves_no_trace_of_objects_that_nobody_asks_for(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_ref null = hf_local(m.thread);
    uint64_t identity = 7;
    make_small(object);
    collect(1);

    assert_int_equal(known(), 0);
    assert_int_equal(hfi_object_word(object->word_) & HFI_FLAGS_MASK, 0);
    assert_int_equal(hf_identity(m.thread, null, &identity), HF_E_NULL);
    assert_int_equal(identity, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(weak_gives_its_object_while_it_lives_and_null_afterwards),
        TEST(weak_gives_a_pinned_object_as_long_as_the_pin_holds_it),
        TEST(weak_load_keeps_what_it_gave),
        TEST(weak_to_null_is_null_and_gives_null),
        TEST(weak_is_equal_when_object_kind_and_place_are),
        TEST(weak_of_a_dead_object_equals_none_of_a_new_one),
        TEST(weak_lasts_until_it_was_destroyed_as_often_as_made),
        TEST(weak_is_destroyed_by_a_thread_that_is_not_attached),
        TEST(weak_references_that_are_left_end_with_the_runtime),
        TEST(weak_refuses_what_is_no_place_of_an_object),
        TEST(weak_refuses_another_runtimes_reference),
        TEST(identity_stays_while_the_object_moves_and_is_nobody_elses),
        TEST(identity_leaves_no_trace_of_objects_that_nobody_asks_for),
        cmocka_unit_test(weak_says_no_memory_at_each_place_where_there_is_none),
    };
    return cmocka_run_group_tests_name("weak", tests, NULL, NULL);
}
