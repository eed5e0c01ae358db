/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Paths: what is told of each kind of root, and how one object leads to another.
 */

#include "managed.h"

#include "heap/path.h"
#include "heap/space.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_tells_fields_and_elements_from_object_to_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
