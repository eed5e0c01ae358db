/* SPDX-License-Identifier: MIT */

/*
 * Pointer checks of calls: what native code would reach through memory, records and arrays that a
 * call lends.  The rules themselves are in unit/test_check.c; here they meet prototypes, and a
 * refused call has called nothing.
 */

#include "misbehave.h"
#include "runtime.h"
#include "testlib.h"

#include "call/guard.h"
#include "thread/thread.h"

#include <stddef.h>
#include <string.h>

typedef struct node {
    hf_slot next;
    hf_slot other;
    void *raw;
    uintptr_t word;
} node;

enum { NEXT, OTHER, RAW, WORD, FIELDS };

static const hf_field node_fields[] = {
    [NEXT] = { "next", HF_FIELD_REF, offsetof(node, next), sizeof(hf_slot) },
    [OTHER] = { "other", HF_FIELD_REF, offsetof(node, other), sizeof(hf_slot) },
    [RAW] = { "raw", HF_FIELD_POINTER, offsetof(node, raw), sizeof(void *) },
    [WORD] = { "word", HF_FIELD_WORD, offsetof(node, word), sizeof(uintptr_t) },
};
static const hf_type_descriptor node_type = { sizeof(hf_type_descriptor), "node", sizeof(node),
                                              node_fields, FIELDS };

static const hfi_member vec_members[] = {
    { "base", HFI_C_POINTER, NULL, HFI_C_VOID, true, false, offsetof(hfn_vec, base), sizeof(void *),
      1 },
    { "size", HFI_C_U64, NULL, HFI_C_VOID, false, false, offsetof(hfn_vec, size), sizeof(size_t),
      1 },
};
static const hfi_layout vec_layout = { "struct vec",      false, true, true,       sizeof(hfn_vec),
                                       _Alignof(hfn_vec), NULL,  2,    vec_members };

static int setup_off(void **state)
{
    static hf_test_runtime fixture;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.pointer_checks = HF_POINTER_CHECKS_OFF;
    hf_test_begin(&fixture, &options);
    *state = &fixture;
    return 0;
}

static int setup_stores(void **state)
{
    static hf_test_runtime fixture;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.pointer_checks = HF_POINTER_CHECKS_AT_STORES;
    hf_test_begin(&fixture, &options);
    *state = &fixture;
    return 0;
}

/* The environment may have switched the default off. */
static bool is_off(const hf_test_runtime *t)
{
    return !hfi_checks_at_calls(t->thread->parts);
}

static hf_ref make(hf_test_runtime *t, size_t size)
{
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, size, buffer), HF_OK);
    return buffer;
}

static hf_ref make_node(hf_test_runtime *t)
{
    hf_type *type;
    hf_ref record = hf_local(t->thread);
    assert_int_equal(hf_type_register(t->runtime, &node_type, &type), HF_OK);
    assert_int_equal(hf_record_create(t->thread, type, record), HF_OK);
    return record;
}

static const void *payload(const hf_slot *slot)
{
    return hfi_object_payload(slot->word_);
}

static hf_status call(hf_test_runtime *t, hf_function *function, hf_result *result, hf_arg first,
                      hf_arg second)
{
    *result = (hf_result)HF_RESULT_INIT;
    const hf_arg arguments[] = { first, second, HF_ARGS_END };
    return hf_call(t->thread, function, result, arguments);
}

/* The call is refused, in the way of every level but 0; there it is made. */
static void expect(hf_test_runtime *t, hf_status status, const hf_result *result,
                   const char *function, const char *words)
{
    if (is_off(t)) {
        assert_int_equal(status, HF_OK);
        assert_int_equal(result->attempts, 1);
        return;
    }
    assert_int_equal(status, HF_E_POINTER);
    assert_int_equal(result->attempts, 0);
    assert_true(t->report_count > 0);
    assert_non_null(strstr(t->report[0].message, words));
    hf_test_expect_report(t, HF_E_POINTER, function, "1 (words)");
}

/* ---- arrays of pointers ---- */

#define WORDS "uintptr_t hfn_word_at(const void *const *words {size(16)}, size_t index)"

static void pointer_checks_look_into_native_arrays_of_pointers(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result;
    hf_function *function = hf_test_bind(t, WORDS);
    const void *words[2] = { t, payload(buffer) };

    hf_status status = call(t, function, &result, (hf_arg)HF_POINTER(words), (hf_arg)HF_UINT(0));
    expect(t, status, &result, "hfn_word_at", "words[1] leads into a managed object");

    HF_FENCE(t->thread, fence, buffer, NULL);
    words[1] = payload(buffer);
    assert_int_equal(call(t, function, &result, (hf_arg)HF_POINTER(words), (hf_arg)HF_UINT(1)),
                     HF_OK);
    assert_int_equal(result.value.u, (uintptr_t)payload(buffer));
}

static void pointer_checks_look_at_the_whole_buffer_of_a_lent_part(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref target = make(t, 64);
    hf_ref array = make(t, 6 * sizeof(void *));
    hf_result result;
    hf_function *function = hf_test_bind(t, WORDS);
    {
        HF_FENCE(t->thread, fence, target, NULL);
        const void *address = payload(target);
        assert_int_equal(hf_bytes_write(array, 5 * sizeof(void *), &address, sizeof(address)),
                         HF_OK);
        assert_int_equal(
            call(t, function, &result, (hf_arg)HF_BUFFER(array, 0, HF_WHOLE), (hf_arg)HF_UINT(0)),
            HF_OK);
    }
    if (t->thread->stress) {
        return; /* it moves at once, and its address is nobody's */
    }

    hf_status status = call(t, function, &result, (hf_arg)HF_BUFFER(array, 0, 2 * sizeof(void *)),
                            (hf_arg)HF_UINT(0));

    expect(t, status, &result, "hfn_word_at", "words[5] leads into a managed object");
}

static void pointer_checks_take_small_numbers_for_no_memory(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result;
    hf_function *function =
        hf_test_bind(t, "void *hfn_pointer(const void *const *value {size(8)})");
    const hf_arg arguments[] = { HF_POINTER((void *)(uintptr_t)-1), HF_ARGS_END };
    result = (hf_result)HF_RESULT_INIT;

    assert_int_equal(hf_call(t->thread, function, &result, arguments), HF_OK);
}

/* ---- structs ---- */

/* As if the prototype had declared struct vec. */
static hf_function *bind_vec(hf_test_runtime *t)
{
    hf_function *function =
        hf_test_bind(t, "size_t hfn_vec_sum(const void *words {size(32)}, size_t count)");
    function->prototype.param[0].layout = &vec_layout;
    function->prototype.param[0].target = HFI_C_AGGREGATE;
    function->prototype.param[0].target_size = sizeof(hfn_vec);
    function->guards = hfi_guard_plan(function);
    function->entry = t->thread->parts->call_generally;
    return function;
}

static void pointer_checks_name_the_member_of_a_struct(void **state)
{
    hf_test_runtime *t = *state;
    if (is_off(t) && t->thread->stress) {
        return; /* the callee would read where the buffer was */
    }
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result;
    hf_function *function = bind_vec(t);
    uint8_t native[3] = { 1, 2, 3 };
    hfn_vec vec[2] = { { native, 3 }, { payload(buffer), 8 } };

    hf_status status = call(t, function, &result, (hf_arg)HF_POINTER(vec), (hf_arg)HF_UINT(2));
    expect(t, status, &result, "hfn_vec_sum", "words[1].base leads into a managed object");

    vec[1].base = NULL;
    vec[0].size = (size_t)payload(buffer); /* an integer is never a pointer */
    assert_int_equal(call(t, function, &result, (hf_arg)HF_POINTER(vec), (hf_arg)HF_UINT(0)),
                     HF_OK);
}

static void pointer_checks_pass_what_a_call_links(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 3);
    assert_int_equal(hf_bytes_write(buffer, 0, "\1\2\3", 3), HF_OK);
    hf_result result;
    hf_function *function = bind_vec(t);
    hfn_vec vec[2] = { { NULL, 3 }, { NULL, 1 } };
    const hf_link links[] = { { 0, buffer, 0 }, { sizeof(hfn_vec), buffer, 2 } };
    const hf_linked linked = { vec, sizeof(vec), links, 2 };

    assert_int_equal(call(t, function, &result, (hf_arg)HF_LINKED(&linked), (hf_arg)HF_UINT(2)),
                     HF_OK);

    assert_int_equal(result.value.u, 1 + 2 + 3 + 3);
}

/* ---- records and arrays ---- */

#define WORDS_OF_OBJECT "uintptr_t hfn_word_at(const size_t *words {size(8)}, size_t index)"

static void pointer_checks_look_at_every_field_of_a_record(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref record = make_node(t);
    hf_ref target = make(t, 64);
    hf_result result;
    hf_function *function = hf_test_bind(t, WORDS_OF_OBJECT);
    const uintptr_t word = 77;
    assert_int_equal(hf_set(record, WORD, &word, sizeof(word)), HF_OK);

    assert_int_equal(call(t, function, &result, (hf_arg)HF_RECORD(record), (hf_arg)HF_UINT(WORD)),
                     HF_OK);
    assert_int_equal(result.value.u, 77);

    assert_int_equal(hf_store(t->thread, record, OTHER, target), HF_OK);
    hf_status status = call(t, function, &result, (hf_arg)HF_RECORD(record), (hf_arg)HF_UINT(0));
    expect(t, status, &result, "hfn_word_at", "words->other leads into a managed object");

    HF_FENCE(t->thread, fence, target, NULL);
    assert_int_equal(call(t, function, &result, (hf_arg)HF_RECORD(record), (hf_arg)HF_UINT(OTHER)),
                     HF_OK);
    assert_int_equal(result.value.u, target->word_);
}

static void pointer_checks_look_at_the_lent_field_alone(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref record = make_node(t);
    hf_ref target = make(t, 64);
    hf_result result;
    hf_function *function = hf_test_bind(t, WORDS_OF_OBJECT);
    const uintptr_t word = 78;
    assert_int_equal(hf_set(record, WORD, &word, sizeof(word)), HF_OK);
    assert_int_equal(hf_store(t->thread, record, NEXT, target), HF_OK);

    assert_int_equal(
        call(t, function, &result, (hf_arg)HF_RECORD_FIELD(record, WORD), (hf_arg)HF_UINT(0)),
        HF_OK);
    assert_int_equal(result.value.u, 78);

    hf_status status =
        call(t, function, &result, (hf_arg)HF_RECORD_FIELD(record, NEXT), (hf_arg)HF_UINT(0));
    expect(t, status, &result, "hfn_word_at", "words->next leads into a managed object");
}

static void pointer_checks_look_at_all_of_an_array(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref array = hf_local(t->thread);
    hf_ref target = make(t, 64);
    hf_result result;
    hf_function *function = hf_test_bind(t, WORDS_OF_OBJECT);
    assert_int_equal(hf_array_create(t->thread, 4, array), HF_OK);

    assert_int_equal(call(t, function, &result, (hf_arg)HF_ELEMENT(array, 3), (hf_arg)HF_UINT(0)),
                     HF_OK);
    assert_int_equal(result.value.u, 0);

    assert_int_equal(hf_store_at(t->thread, array, 1, target), HF_OK);
    hf_status status = call(t, function, &result, (hf_arg)HF_ELEMENT(array, 3), (hf_arg)HF_UINT(0));
    expect(t, status, &result, "hfn_word_at", "words[1] leads into a managed object");
}

static void pointer_checks_refuse_objects_that_cannot_be_lent(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref record = make_node(t);
    hf_ref bytes = make(t, 64);
    hf_ref array = hf_local(t->thread);
    hf_ref null = hf_local(t->thread);
    hf_result result;
    assert_int_equal(hf_array_create(t->thread, 4, array), HF_OK);
    hf_function *reads = hf_test_bind(t, WORDS_OF_OBJECT);
    hf_function *writes = hf_test_bind(
        t, "uintptr_t hfn_word_at(size_t *words {inout, given, size(8)}, size_t index)");
    const struct {
        hf_function *function;
        hf_arg argument;
        hf_status status;
    } rows[] = {
        { reads, HF_RECORD(bytes), HF_E_TYPE },
        { reads, HF_RECORD_FIELD(array, 0), HF_E_TYPE },
        { reads, HF_ELEMENT(record, 0), HF_E_TYPE },
        { reads, HF_RECORD_FIELD(record, FIELDS), HF_E_FIELD },
        { reads, HF_ELEMENT(array, 5), HF_E_RANGE },
        { reads, HF_ELEMENT(array, 4), HF_E_RANGE }, /* nothing to reach */
        { reads, HF_RECORD(null), HF_E_NULL },
        { reads, HF_RECORD(NULL), HF_E_SLOTS },
        { writes, HF_RECORD(record), HF_E_NOT_LENDABLE },
        { writes, HF_RECORD_FIELD(record, NEXT), HF_E_NOT_LENDABLE },
        { writes, HF_RECORD(array), HF_E_NOT_LENDABLE },
        { writes, HF_RECORD_FIELD(record, WORD), HF_OK },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(call(t, rows[i].function, &result, rows[i].argument, (hf_arg)HF_UINT(0)),
                         rows[i].status);
        if (rows[i].status != HF_OK) {
            hf_test_expect_report(t, rows[i].status, "hfn_word_at", "1 (words)");
        }
    }
}

#define AT_ALL_LEVELS(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, setup_off, hf_test_teardown),                            \
        cmocka_unit_test_setup_teardown(test, hf_test_setup, hf_test_teardown),                    \
        cmocka_unit_test_setup_teardown(test, setup_stores, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_ALL_LEVELS(pointer_checks_look_into_native_arrays_of_pointers),
        AT_ALL_LEVELS(pointer_checks_look_at_the_whole_buffer_of_a_lent_part),
        AT_ALL_LEVELS(pointer_checks_take_small_numbers_for_no_memory),
        AT_ALL_LEVELS(pointer_checks_name_the_member_of_a_struct),
        AT_ALL_LEVELS(pointer_checks_pass_what_a_call_links),
        AT_ALL_LEVELS(pointer_checks_look_at_every_field_of_a_record),
        AT_ALL_LEVELS(pointer_checks_look_at_the_lent_field_alone),
        AT_ALL_LEVELS(pointer_checks_look_at_all_of_an_array),
        AT_ALL_LEVELS(pointer_checks_refuse_objects_that_cannot_be_lent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
