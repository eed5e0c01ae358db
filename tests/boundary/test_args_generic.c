/* SPDX-License-Identifier: MIT */

/* HF_ARG and HF_CALL: the kind, the width and the value of each type; evaluated once. */

#include "arguments.h"
#include "runtime.h"

#include <limits.h>
#include <string.h>

#define ASSERT_NUMBER(value, wanted, number)                                                       \
    do {                                                                                           \
        hf_arg arg = HF_ARG(value);                                                                \
        assert_int_equal(arg.kind, (wanted));                                                      \
        assert_int_equal(arg.width, sizeof(+(value)));                                             \
        assert_true(arg.as.u == (uint64_t)(number));                                               \
    } while (0)

static void numbers_keep_their_value_and_their_promoted_width(void **state)
{
    (void)state;
    enum { SEVEN = 7 };
    ASSERT_NUMBER((bool)true, HF_ARG_UNSIGNED, 1);
    ASSERT_NUMBER((signed char)-1, HF_ARG_SIGNED, -1);
    ASSERT_NUMBER((unsigned char)255, HF_ARG_UNSIGNED, 255);
    ASSERT_NUMBER((short)SHRT_MIN, HF_ARG_SIGNED, SHRT_MIN);
    ASSERT_NUMBER((unsigned short)USHRT_MAX, HF_ARG_UNSIGNED, USHRT_MAX);
    ASSERT_NUMBER(INT_MIN, HF_ARG_SIGNED, INT_MIN);
    ASSERT_NUMBER(UINT_MAX, HF_ARG_UNSIGNED, UINT_MAX);
    ASSERT_NUMBER(LONG_MIN, HF_ARG_SIGNED, LONG_MIN);
    ASSERT_NUMBER(ULONG_MAX, HF_ARG_UNSIGNED, ULONG_MAX);
    ASSERT_NUMBER(LLONG_MIN, HF_ARG_SIGNED, LLONG_MIN);
    ASSERT_NUMBER(ULLONG_MAX, HF_ARG_UNSIGNED, ULLONG_MAX);
    ASSERT_NUMBER((size_t)SIZE_MAX, HF_ARG_UNSIGNED, SIZE_MAX);
    ASSERT_NUMBER(SEVEN, HF_ARG_SIGNED, 7);
    ASSERT_NUMBER((char)'x', HF_ARG_SIGNED, 'x');
    hf_arg floating = HF_ARG(1.5f);
    assert_int_equal(floating.kind, HF_ARG_FLOATING);
    assert_int_equal(floating.width, 8);
    assert_true(floating.as.f == 1.5);
    floating = HF_ARG(-0.25);
    assert_true(floating.as.f == -0.25);
}

static void addresses_become_what_they_point_to(void **state)
{
    (void)state;
    char text[] = "text";
    static const uint16_t units[] = { 'a', 0 };
    const char *const texts[] = { "a", NULL };
    char *argv[] = { text, NULL };
    const int native = 1;
    hf_slot slot = { 0 };
    const hf_slot *constant = &slot;
    hf_linked linked = { text, 1, NULL, 0 };
    hf_transient transient = { NULL, NULL };
    hf_callback *callback = NULL;
    const hf_arg arg[] = {
        HF_ARG("literal"),    HF_ARG(text),
        HF_ARG(units),        HF_ARG(texts),
        HF_ARG(argv),         HF_ARG(&slot),
        HF_ARG(constant),     HF_ARG((const void *)&native),
        HF_ARG((void *)text), HF_ARG(NULL),
        HF_ARG(&linked),      HF_ARG(&transient),
        HF_ARG(callback),     HF_ARG(HF_AS(HF_BUFFER(&slot, 3, 4))),
    };
    static const hf_arg_kind kind[] = {
        HF_ARG_CSTR,   HF_ARG_CSTR,     HF_ARG_UTF16,    HF_ARG_TEXTS,   HF_ARG_TEXTS,
        HF_ARG_BUFFER, HF_ARG_BUFFER,   HF_ARG_POINTER,  HF_ARG_POINTER, HF_ARG_NULL,
        HF_ARG_LINKED, HF_ARG_FUNCTION, HF_ARG_CALLBACK, HF_ARG_BUFFER,
    };
    for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
        assert_int_equal(arg[i].kind, kind[i]);
    }
    assert_ptr_equal(arg[1].as.pointer, text);
    assert_true(arg[2].length == HF_WHOLE && arg[3].length == HF_WHOLE);
    assert_true(arg[5].as.ref == &slot && arg[5].offset == 0 && arg[5].length == HF_WHOLE);
    assert_ptr_equal(arg[7].as.pointer, &native);
    assert_int_equal(arg[13].offset, 3);
    assert_int_equal(arg[13].length, 4);
}

static void call_takes_arguments_by_their_types(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    unsigned char bytes[] = { 1, 2, 3, 4 };
    int turns = 0;
    assert_int_equal(hf_bytes_create(t->thread, sizeof(bytes), buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, bytes, sizeof(bytes)), HF_OK);
    hf_function *nothing = hf_test_bind(t, "void hfn_nothing(void)");
    hf_function *negative = hf_test_bind(t, "int32_t hfn_i32(int32_t value)");
    hf_function *third = hf_test_bind(t, "double hfn_third(double value)");
    hf_function *length = hf_test_bind(t, "size_t hfn_length(const char *text)");
    hf_function *sum =
        hf_test_bind(t, "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})");
    hf_function *mixed =
        hf_test_bind(t, "int64_t hfn_mixed(int8_t a, double b, uint16_t c, float d, int64_t e,"
                        " const char *f, uint32_t g, double h)");

    assert_int_equal(HF_CALL(t->thread, nothing, &result), HF_OK);
    assert_int_equal(HF_CALL(t->thread, negative, &result, -++turns), HF_OK);
    assert_int_equal(turns, 1);
    assert_int_equal(result.value.i, -1);
    assert_int_equal(HF_CALL(t->thread, third, &result, 3.0f), HF_OK);
    assert_true(result.value.f == 1.0);
    assert_int_equal(HF_CALL(t->thread, length, &result, "four"), HF_OK);
    assert_int_equal(result.value.u, 4);
    assert_int_equal(HF_CALL(t->thread, sum, &result, buffer), HF_OK);
    assert_int_equal(result.value.u, 10);
    assert_int_equal(HF_CALL(t->thread, sum, &result, HF_AS(HF_BUFFER(buffer, 1, 2))), HF_OK);
    assert_int_equal(result.value.u, 5);
    hf_status by_type =
        HF_CALL(t->thread, mixed, &result, -1, 2.0, (uint16_t)3, 4.0f, 5LL, "six", 7u, 8.0);
    int64_t value = result.value.i;
    assert_int_equal(by_type, HF_OK);
    assert_int_equal(hf_call(t->thread, mixed, &result,
                             HF_ARGS(HF_INT(-1), HF_DOUBLE(2), HF_INT(3), HF_DOUBLE(4), HF_INT(5),
                                     HF_CSTR("six"), HF_INT(7), HF_DOUBLE(8))),
                     HF_OK);
    assert_int_equal(value, result.value.i);
}

static void call_takes_sixteen_arguments_in_their_order(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *one = hf_test_bind(t, "int32_t hfn_i32(int32_t value)");

    assert_int_equal(
        HF_CALL(t->thread, one, &result, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
        HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_i32", NULL);
    const hf_arg *list =
        HF_ARGS(HF_EACH_16_(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
    for (int i = 0; i < 16; i++) {
        assert_int_equal(list[i].as.i, i + 1);
    }
    assert_int_equal(list[16].kind, HF_ARG_END);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_keep_their_value_and_their_promoted_width),
        cmocka_unit_test(addresses_become_what_they_point_to),
        TEST(call_takes_arguments_by_their_types),
        TEST(call_takes_sixteen_arguments_in_their_order),
    };
    return cmocka_run_group_tests_name("arguments by type", tests, NULL, NULL);
}
