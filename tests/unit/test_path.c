/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Paths: what is told of each kind of root, and how one object leads to another.
 */

#include "managed.h"

#include "heap/path.h"
#include "heap/walk.h"

#include <stdio.h>
#include <string.h>

struct node {
    hf_slot left;
    uint64_t value;
    hf_slot right;
};

static const hf_field node_fields[] = {
    { "left", HF_FIELD_REF, offsetof(struct node, left), sizeof(hf_slot) },
    { "value", HF_FIELD_WORD, offsetof(struct node, value), sizeof(uint64_t) },
    { "right", HF_FIELD_REF, offsetof(struct node, right), sizeof(hf_slot) },
};
static const hf_type_descriptor node_descriptor = { sizeof(hf_type_descriptor), "node",
                                                    sizeof(struct node), node_fields, 3 };

static hf_type *node;

static void begin(managed *m)
{
    managed_begin(m, NULL);
    assert_int_equal(hf_type_register(m->runtime, &node_descriptor, &node), HF_OK);
}

static char told[512];

static bool path_to(managed *m, const hf_slot *from, const hf_slot *to)
{
    bool found;
    assert_int_equal(hfi_heap_path_slots(m->thread, from, to, told, sizeof told, &found), HF_OK);
    assert_true(found || told[0] == '\0');
    return found;
}

static void path_tells_fields_and_elements_from_object_to_object(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), a = hf_local(m.thread), b = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, 5, array), HF_OK);
        assert_int_equal(hf_record_create(m.thread, node, a), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 9, b), HF_OK);
        assert_int_equal(hf_store_at(m.thread, array, 3, a), HF_OK);
        assert_int_equal(hf_store(m.thread, a, 2, b), HF_OK);

        assert_true(path_to(&m, array, b));
        assert_string_equal(told, "[3] -> node.right -> bytes");
        assert_true(path_to(&m, a, b));
        assert_string_equal(told, "node.right -> bytes");
        assert_false(path_to(&m, b, a));
        assert_false(path_to(&m, a, a));

        assert_int_equal(hf_store(m.thread, a, 0, array), HF_OK);
        assert_true(path_to(&m, a, a));
        assert_string_equal(told, "node.left -> [3] -> node");
        assert_int_equal(hf_store(m.thread, a, 2, a), HF_OK);
        assert_true(path_to(&m, a, a));
        assert_string_equal(told, "node.right -> node");
    }
    managed_end(&m);
}

/* ---- long ways ---- */

/* A list of `count` nodes, linked by turns left and right every `turn` nodes. */
static void make_list(managed *m, unsigned count, unsigned turn, hf_ref head, hf_ref last)
{
    HF_FRAME(m->thread);
    hf_ref fresh = hf_local(m->thread);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(hf_record_create(m->thread, node, fresh), HF_OK);
        assert_int_equal(hf_store(m->thread, fresh, i / turn % 2 ? 0 : 2, head), HF_OK);
        hf_copy(head, fresh);
        if (i == 0) {
            hf_copy(last, fresh);
        }
    }
}

static void path_through_a_long_list_tells_equal_steps_once(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref head = hf_local(m.thread), last = hf_local(m.thread);
        unsigned count = managed_rounds(1000000, 3000);
        make_list(&m, count, count, head, last);
        char expected[64];
        snprintf(expected, sizeof expected, "node.right (%u times) -> node", count - 1);
        assert_true(path_to(&m, head, last));
        assert_string_equal(told, expected);
        assert_false(path_to(&m, last, head));
        assert_int_equal(hf_store(m.thread, last, 0, head), HF_OK);
        snprintf(expected, sizeof expected, "node.right (%u times) -> node.left -> node",
                 count - 1);
        assert_true(path_to(&m, head, head));
        assert_string_equal(told, expected);
    }
    managed_end(&m);
}

static void path_tells_two_equal_steps_as_they_are(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref head = hf_local(m.thread), last = hf_local(m.thread);
        make_list(&m, 3, 3, head, last);
        assert_true(path_to(&m, head, last));
        assert_string_equal(told, "node.right -> node.right -> node");
    }
    managed_end(&m);
}

static unsigned count_words(const char *text, const char *word)
{
    unsigned count = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        count++;
    }
    return count;
}

static void path_with_many_turns_leaves_the_middle_out(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref head = hf_local(m.thread), last = hf_local(m.thread);
        make_list(&m, 24, 1, head, last);
        assert_true(path_to(&m, head, last));
        assert_int_equal(count_words(told, " -> "), 23);
        assert_int_equal(count_words(told, "..."), 0);
        hf_clear(head);
        make_list(&m, 2000, 1, head, last);
        assert_true(path_to(&m, head, last));
        assert_int_equal(count_words(told, " -> "), 24);
        assert_int_equal(count_words(told, "..."), 1);
        assert_memory_equal(told, "node.left -> node.right -> node.left", 36);
        assert_string_equal(told + strlen(told) - 17, "node.left -> node");
    }
    managed_end(&m);
}

/* ---- what it takes ---- */

static void add_each(hfi_looker *self, hf_slot *slot)
{
    hfi_walk_add((hfi_walk *)(void *)self, slot->word_);
}

static void walk_needs_some_words_for_each_object_however_many(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), ref = hf_local(m.thread);
        unsigned count = managed_rounds(1000000, 5000);
        assert_int_equal(hf_array_create(m.thread, count, array), HF_OK);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(hf_bytes_create(m.thread, 1, ref), HF_OK);
            assert_int_equal(hf_store_at(m.thread, array, i, ref), HF_OK);
        }
        hfi_walk walk;
        hfi_walk_begin(&walk, m.thread->parts->heap, add_each, true);
        hfi_walk_stop(&walk, m.thread);
        hfi_walk_roots(&walk);
        hfi_walk_follow(&walk);
        hfi_walk_resume(&walk, m.thread);
        assert_int_equal(walk.status, HF_OK);
        assert_int_equal(walk.count, count + 1);
        size_t bytes = walk.room * (sizeof *walk.object + sizeof *walk.parent) +
                       walk.room * 2 * sizeof *walk.index;
        assert_true(bytes <= (size_t)walk.count * 40 + 20480);
        hfi_walk_finish(&walk);

        hf_clear(ref);
        assert_int_equal(hf_load_at(array, count - 1, ref), HF_OK);
        char expected[32];
        snprintf(expected, sizeof expected, "[%u] -> bytes", count - 1);
        assert_true(path_to(&m, array, ref));
        assert_string_equal(told, expected);
    }
    managed_end(&m);
}

static void path_between_addresses_holds_for_objects_that_stay(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), large = hf_local(m.thread);
        hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
        options.flags = HF_BYTES_IMMOVABLE;
        bool found;
        assert_int_equal(hf_bytes_create_with(m.thread, 1 << 20, &options, large), HF_OK);
        assert_int_equal(hf_array_create(m.thread, 2, array), HF_OK);
        assert_int_equal(hf_store_at(m.thread, array, 1, large), HF_OK);
        uintptr_t address = managed_address(large);
        hf_clear(large);
        assert_int_equal(hfi_heap_path(m.thread, 0, address, told, sizeof told, &found), HF_OK);
        assert_true(found);
        assert_memory_equal(told, "a local of the frame at ", 24);
        assert_string_equal(told + strlen(told) - 16, " -> [1] -> bytes");
        assert_int_equal(hf_store_at(m.thread, array, 1, NULL), HF_OK);
        assert_int_equal(hfi_heap_path(m.thread, 0, address, told, sizeof told, &found), HF_OK);
        assert_false(found);
        assert_string_equal(told, "");
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_tells_fields_and_elements_from_object_to_object),
        cmocka_unit_test(path_through_a_long_list_tells_equal_steps_once),
        cmocka_unit_test(path_tells_two_equal_steps_as_they_are),
        cmocka_unit_test(path_with_many_turns_leaves_the_middle_out),
        cmocka_unit_test(walk_needs_some_words_for_each_object_however_many),
        cmocka_unit_test(path_between_addresses_holds_for_objects_that_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
