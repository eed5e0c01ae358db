/* SPDX-License-Identifier: MIT */

/*
 * Reading and writing objects: each mistake has its status, and changes nothing.
 */

#include "managed.h"

#include "thread/thread.h"

#include <stddef.h>
#include <string.h>

typedef struct point {
    hf_slot next;
    double x;
    void *raw;
    uint16_t small;
} point;

enum { NEXT, X, RAW, SMALL, FIELDS };

static const hf_field point_fields[] = {
    [NEXT] = { "next", HF_FIELD_REF, offsetof(point, next), sizeof(hf_slot) },
    [X] = { "x", HF_FIELD_WORD, offsetof(point, x), sizeof(double) },
    [RAW] = { "raw", HF_FIELD_POINTER, offsetof(point, raw), sizeof(void *) },
    [SMALL] = { "small", HF_FIELD_WORD, offsetof(point, small), sizeof(uint16_t) },
};

static const hf_type_descriptor point_descriptor = { sizeof(hf_type_descriptor), "point",
                                                     sizeof(point), point_fields, FIELDS };

typedef struct fixture {
    managed m;
    hf_frame frame;
    hf_ref null, record, array, bytes, out;
} fixture;

static int setup(void **state)
{
    static fixture f;
    managed_begin(&f.m, NULL);
    hf_thread *thread = f.m.thread;
    hf_type *type;
    assert_int_equal(hf_type_register(f.m.runtime, &point_descriptor, &type), HF_OK);
    assert_int_equal(hf_frame_begin(thread, &f.frame, HF_SITE), HF_OK);
    f.null = hf_local(thread);
    f.record = hf_local(thread);
    f.array = hf_local(thread);
    f.bytes = hf_local(thread);
    f.out = hf_local(thread);
    assert_int_equal(hf_record_create(thread, type, f.record), HF_OK);
    assert_int_equal(hf_array_create(thread, 3, f.array), HF_OK);
    assert_int_equal(hf_bytes_create(thread, 10, f.bytes), HF_OK);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    hf_frame_end(&f->frame);
    managed_end(&f->m);
    return 0;
}

/* ---- what works ---- */

static void fields_and_elements_hold_what_was_stored(void **state)
{
    fixture *f = *state;
    double x = 2.5, x_read = 0;
    void *raw = f, *raw_read = NULL;
    uint16_t small = 77, small_read = 0;
    assert_int_equal(hf_set(f->record, X, &x, sizeof x), HF_OK);
    assert_int_equal(hf_set(f->record, RAW, &raw, sizeof raw), HF_OK);
    assert_int_equal(hf_set(f->record, SMALL, &small, sizeof small), HF_OK);
    assert_int_equal(hf_store(f->m.thread, f->record, NEXT, f->array), HF_OK);
    assert_int_equal(hf_store_at(f->m.thread, f->array, 2, f->bytes), HF_OK);
    assert_int_equal(hf_collect(f->m.thread), HF_OK);
    assert_int_equal(hf_get(f->record, X, &x_read, sizeof x), HF_OK);
    assert_int_equal(hf_get(f->record, RAW, &raw_read, sizeof raw), HF_OK);
    assert_int_equal(hf_get(f->record, SMALL, &small_read, sizeof small), HF_OK);
    assert_true(x_read == 2.5 && raw_read == raw && small_read == 77);
    assert_int_equal(hf_load(f->record, NEXT, f->out), HF_OK);
    assert_true(hf_same(f->out, f->array));
    assert_int_equal(hf_load_at(f->array, 2, f->out), HF_OK);
    assert_true(hf_same(f->out, f->bytes));
    assert_int_equal(hf_store(f->m.thread, f->record, NEXT, NULL), HF_OK);
    assert_int_equal(hf_load(f->record, NEXT, f->out), HF_OK);
    assert_true(hf_is_null(f->out));
}

static void a_slot_may_be_read_into_itself(void **state)
{
    fixture *f = *state;
    assert_int_equal(hf_store_at(f->m.thread, f->array, 0, f->bytes), HF_OK);
    assert_int_equal(hf_load_at(f->array, 0, f->array), HF_OK);
    assert_true(hf_same(f->array, f->bytes));
}

static void once_store_gives_everybody_the_first(void **state)
{
    fixture *f = *state;
    assert_int_equal(hf_once_store(f->m.thread, f->record, NEXT, f->bytes, f->out), HF_OK);
    assert_true(hf_same(f->out, f->bytes));
    assert_int_equal(hf_once_store(f->m.thread, f->record, NEXT, f->array, f->out), HF_OK);
    assert_true(hf_same(f->out, f->bytes));
    assert_int_equal(hf_once_store(f->m.thread, f->record, NEXT, NULL, f->out), HF_OK);
    assert_true(hf_same(f->out, f->bytes));
    assert_int_equal(hf_once_store(f->m.thread, f->record, NEXT, f->array, NULL), HF_E_SLOTS);
    assert_int_equal(hf_once_store(f->m.thread, f->record, X, f->array, f->out), HF_E_FIELD);
    assert_int_equal(hf_once_store(f->m.thread, f->null, NEXT, f->array, f->out), HF_E_NULL);
}

static void names_and_sizes_are_those_of_the_object(void **state)
{
    fixture *f = *state;
    assert_string_equal(hf_object_type_name(f->m.thread, f->record), "point");
    assert_string_equal(hf_object_type_name(f->m.thread, f->array), "array");
    assert_string_equal(hf_object_type_name(f->m.thread, f->bytes), "bytes");
    assert_string_equal(hf_object_type_name(f->m.thread, f->null), "null");
    assert_string_equal(hf_object_type_name(f->m.thread, NULL), "null");
    assert_int_equal(hf_bytes_size(f->bytes), 10);
    assert_int_equal(hf_bytes_size(f->array), 0);
    assert_int_equal(hf_array_length(f->array), 3);
    assert_int_equal(hf_array_length(f->bytes), 0);
    assert_int_equal(hf_array_length(f->null), 0);
}

/* ---- mistakes ---- */

static void references_refuse_null_other_types_and_other_fields(void **state)
{
    fixture *f = *state;
    hf_thread *thread = f->m.thread;
    assert_int_equal(hf_load(f->null, NEXT, f->out), HF_E_NULL);
    assert_int_equal(hf_load(f->array, NEXT, f->out), HF_E_TYPE);
    assert_int_equal(hf_load(f->bytes, NEXT, f->out), HF_E_TYPE);
    assert_int_equal(hf_load(f->record, X, f->out), HF_E_FIELD);
    assert_int_equal(hf_load(f->record, RAW, f->out), HF_E_FIELD);
    assert_int_equal(hf_load(f->record, FIELDS, f->out), HF_E_FIELD);
    assert_int_equal(hf_load(f->record, UINT32_MAX, f->out), HF_E_FIELD);
    assert_int_equal(hf_load(f->record, NEXT, NULL), HF_E_SLOTS);
    assert_int_equal(hf_store(NULL, f->record, NEXT, f->bytes), HF_E_NULL);
    assert_int_equal(hf_store(thread, f->null, NEXT, f->bytes), HF_E_NULL);
    assert_int_equal(hf_store(thread, f->array, NEXT, f->bytes), HF_E_TYPE);
    assert_int_equal(hf_store(thread, f->record, X, f->bytes), HF_E_FIELD);
    assert_int_equal(hf_store(thread, f->record, FIELDS, f->bytes), HF_E_FIELD);
}

static void elements_refuse_null_other_types_and_other_indexes(void **state)
{
    fixture *f = *state;
    hf_thread *thread = f->m.thread;
    assert_int_equal(hf_load_at(f->null, 0, f->out), HF_E_NULL);
    assert_int_equal(hf_load_at(f->record, 0, f->out), HF_E_TYPE);
    assert_int_equal(hf_load_at(f->array, 3, f->out), HF_E_RANGE);
    assert_int_equal(hf_load_at(f->array, SIZE_MAX, f->out), HF_E_RANGE);
    assert_int_equal(hf_load_at(f->array, 0, NULL), HF_E_SLOTS);
    assert_int_equal(hf_store_at(NULL, f->array, 0, f->bytes), HF_E_NULL);
    assert_int_equal(hf_store_at(thread, f->null, 0, f->bytes), HF_E_NULL);
    assert_int_equal(hf_store_at(thread, f->bytes, 0, f->bytes), HF_E_TYPE);
    assert_int_equal(hf_store_at(thread, f->array, 3, f->bytes), HF_E_RANGE);
}

static void data_fields_refuse_other_kinds_and_sizes(void **state)
{
    fixture *f = *state;
    unsigned char room[16] = { 0 };
    assert_int_equal(hf_get(f->record, NEXT, room, sizeof(hf_slot)), HF_E_FIELD);
    assert_int_equal(hf_get(f->record, X, room, 4), HF_E_FIELD);
    assert_int_equal(hf_get(f->record, X, room, 16), HF_E_FIELD);
    assert_int_equal(hf_get(f->record, FIELDS, room, 8), HF_E_FIELD);
    assert_int_equal(hf_get(f->record, X, NULL, 8), HF_E_NULL);
    assert_int_equal(hf_get(f->null, X, room, 8), HF_E_NULL);
    assert_int_equal(hf_get(f->bytes, X, room, 8), HF_E_TYPE);
    assert_int_equal(hf_set(f->record, NEXT, room, sizeof(hf_slot)), HF_E_FIELD);
    assert_int_equal(hf_set(f->record, X, room, 4), HF_E_FIELD);
    assert_int_equal(hf_set(f->record, X, NULL, 8), HF_E_NULL);
    assert_int_equal(hf_set(f->null, X, room, 8), HF_E_NULL);
    assert_int_equal(hf_set(f->array, X, room, 8), HF_E_TYPE);
}

static void bytes_refuse_what_lies_outside(void **state)
{
    fixture *f = *state;
    char room[32];
    memset(room, 'r', sizeof room);
    assert_int_equal(hf_bytes_write(f->bytes, 0, "0123456789", 10), HF_OK);
    static const size_t wrong[][2] = { { 0, 11 },       { 10, 1 },       { 11, 0 },
                                       { SIZE_MAX, 1 }, { 1, SIZE_MAX }, { 5, 6 } };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(hf_bytes_read(f->bytes, wrong[i][0], room, wrong[i][1]), HF_E_RANGE);
        assert_int_equal(hf_bytes_write(f->bytes, wrong[i][0], room, wrong[i][1]), HF_E_RANGE);
    }
    assert_int_equal(room[0], 'r');
    assert_int_equal(hf_bytes_read(f->bytes, 10, NULL, 0), HF_OK);
    assert_int_equal(hf_bytes_write(f->bytes, 0, NULL, 0), HF_OK);
    assert_int_equal(hf_bytes_read(f->bytes, 0, NULL, 1), HF_E_NULL);
    assert_int_equal(hf_bytes_write(f->bytes, 0, NULL, 1), HF_E_NULL);
    assert_int_equal(hf_bytes_read(f->null, 0, room, 1), HF_E_NULL);
    assert_int_equal(hf_bytes_read(f->array, 0, room, 1), HF_E_TYPE);
    assert_int_equal(hf_bytes_write(f->record, 0, room, 1), HF_E_TYPE);
    assert_int_equal(hf_bytes_read(f->bytes, 0, room, 10), HF_OK);
    assert_memory_equal(room, "0123456789", 10);
}

static void records_refuse_a_null_type(void **state)
{
    fixture *f = *state;
    assert_int_equal(hf_record_create(f->m.thread, NULL, f->out), HF_E_NULL);
    assert_int_equal(hf_bytes_create(NULL, 1, f->out), HF_E_NULL);
    assert_int_equal(hf_collect(NULL), HF_E_NULL);
    assert_int_equal(hf_heap_check(NULL), HF_E_NULL);
}

/* ---- raw stretches ---- */

HFI_RAW_UNCHECKED static void raw_stretch_forbids_whatever_may_collect(void **state)
{
    fixture *f = *state;
    hf_thread *thread = f->m.thread;
    assert_int_equal(hf_raw_begin(thread), HF_OK);
    char *data = hf_raw_address(f->bytes);
    data[0] = 'z';
    assert_null(hf_raw_address(f->null));
    assert_non_null(hf_raw_address(f->record));
    assert_int_equal(hf_raw_begin(thread), HF_E_MISUSE);
    assert_int_equal(hf_bytes_create(thread, 1, f->out), HF_E_DETACHED);
    assert_int_equal(hf_collect(thread), HF_E_DETACHED);
    assert_int_equal(hf_raw_end(thread), HF_OK);
    assert_int_equal(hf_raw_end(thread), HF_E_MISUSE);
    assert_int_equal(hf_raw_end(NULL), HF_E_NULL);
    managed_expect(&f->m, "hf_raw_begin", "open already");
    managed_expect(&f->m, "hf_bytes_create", "hf_raw_begin() and hf_raw_end()");
    managed_expect(&f->m, "hf_collect", "hf_raw_begin() and hf_raw_end()");
    managed_expect(&f->m, "hf_raw_end", "no raw stretch");
    char byte;
    assert_int_equal(hf_bytes_read(f->bytes, 0, &byte, 1), HF_OK);
    assert_int_equal(byte, 'z');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fields_and_elements_hold_what_was_stored),
        TEST(a_slot_may_be_read_into_itself),
        TEST(once_store_gives_everybody_the_first),
        TEST(names_and_sizes_are_those_of_the_object),
        TEST(references_refuse_null_other_types_and_other_fields),
        TEST(elements_refuse_null_other_types_and_other_indexes),
        TEST(data_fields_refuse_other_kinds_and_sizes),
        TEST(bytes_refuse_what_lies_outside),
        TEST(records_refuse_a_null_type),
        TEST(raw_stretch_forbids_whatever_may_collect),
    };
    return cmocka_run_group_tests_name("heap_access", tests, NULL, NULL);
}
