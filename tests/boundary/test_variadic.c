/* SPDX-License-Identifier: MIT */

/*
 * Arguments behind the dots: each says its type, and says one that C could have passed.
 */

#include "runtime.h"

#include <stdio.h>
#include <string.h>

#define SUM_TEXT "double hfn_sum_variable(const char *types, ...)"

static void variadic_calls_pass_every_type(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;

    assert_int_equal(
        hf_call(t->thread, sum, &result,
                HF_ARGS(HF_CSTR("iuldppl"), HF_INT32(-1), HF_UINT32(UINT32_MAX), HF_INT64(5),
                        HF_DOUBLE(0.5), HF_CSTR("A"), HF_NULL, HF_UINT64(7))),
        HF_OK);
    assert_true(result.value.f == -1e6 + 4294967295.0 * 1e5 + 5e4 + 0.5e3 + 65e2 + 0 * 1e1 + 7);
}

static void variadic_calls_need_no_argument_behind_the_dots(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;

    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_CSTR(""))), HF_OK);
    assert_true(result.value.f == 0);
}

static void variadic_calls_of_one_function_may_all_differ(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;

    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_CSTR("d"), HF_DOUBLE(2.5))),
                     HF_OK);
    assert_true(result.value.f == 2.5);
    assert_int_equal(
        hf_call(t->thread, sum, &result, HF_ARGS(HF_CSTR("ii"), HF_INT32(4), HF_INT32(2))), HF_OK);
    assert_true(result.value.f == 42);
}

static void variadic_calls_fill_registers_and_the_stack(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;
    char types[32] = "";
    hf_arg arguments[33] = { HF_CSTR(types) };
    double wanted = 0;
    for (int i = 0; i < 31; i++) {
        types[i] = i % 2 ? 'd' : 'i';
        arguments[i + 1] = i % 2 ? (hf_arg)HF_DOUBLE(i % 7) : (hf_arg)HF_INT32(i % 7);
        wanted = 10 * wanted + i % 7;
    }
    arguments[32] = (hf_arg)HF_ARGS_END;

    assert_int_equal(hf_call(t->thread, sum, &result, arguments), HF_OK);
    assert_true(result.value.f == wanted);
}

static void variadic_calls_pin_buffers(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 4, buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, "\1\2\3\4", 4), HF_OK);

    assert_int_equal(
        hf_call(t->thread, sum, &result,
                HF_ARGS(HF_CSTR("pp"), HF_BUFFER(buffer, 2, 2), HF_BUFFER(buffer, 0, HF_WHOLE))),
        HF_OK);
    assert_true(result.value.f == 31);
    assert_int_equal(
        hf_call(t->thread, sum, &result, HF_ARGS(HF_CSTR("p"), HF_BUFFER(buffer, 5, 0))),
        HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_sum_variable", "2");
}

/* snprintf is what the machine's own C library has; its outputs grow as any other. */
static void variadic_output_grows(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *format =
        hf_test_bind(t, "int hfn_format(char *buffer {out, text}, size_t size {capacity(buffer)},"
                        " const char *format, ...)"
                        " {fail(result < 0), grow_ok(result >= size), length(buffer, result)}");
    hf_result result = HF_RESULT_INIT;
    char got[400] = "";

    assert_int_equal(
        hf_call(t->thread, format, &result,
                HF_ARGS(HF_CSTR("%300d %.2f %s"), HF_INT32(42), HF_DOUBLE(2.5), HF_CSTR("end"))),
        HF_OK);
    assert_int_equal(result.attempts, 2);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 309);
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, got, 309), HF_OK);
    assert_string_equal(got + 298, "42 2.50 end");
}

static void variadic_doubles_reach_the_c_library(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *print = NULL;
    union {
        int (*code)(char *, size_t, const char *, ...);
        void *address;
    } at;
#ifdef _WIN32
    at.code = _snprintf;
#else
    at.code = snprintf;
#endif
    options.address = at.address;
    assert_int_equal(hf_function_bind_with(t->thread, NULL,
                                           "int print(char *buffer {out, given, text},"
                                           " size_t size {capacity(buffer)},"
                                           " const char *format, ...) {fail(result < 0)}",
                                           &options, &print),
                     HF_OK);
    hf_result result = HF_RESULT_INIT;
    hf_ref buffer = hf_local(t->thread);
    char got[64] = "";
    assert_int_equal(hf_bytes_create(t->thread, sizeof(got), buffer), HF_OK);

    assert_int_equal(
        hf_call(t->thread, print, &result,
                HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_CSTR("%d %.1f %s %.3f"), HF_INT32(-7),
                        HF_DOUBLE(1.5), HF_CSTR("mid"), HF_DOUBLE(-0.125))),
        HF_OK);
    assert_int_equal(hf_bytes_read(buffer, 0, got, sizeof(got)), HF_OK);
    assert_string_equal(got, "-7 1.5 mid -0.125");
    hf_function_destroy(print);
}

/* ---- refusals ---- */

static void refuse(hf_test_runtime *t, const hf_function *sum, hf_arg argument, const char *remedy)
{
    hf_result result = HF_RESULT_INIT;
    const hf_arg arguments[] = { HF_CSTR("i"), argument, HF_ARGS_END };
    assert_int_equal(hf_call(t->thread, sum, &result, arguments), HF_E_ARGUMENT_KIND);
    assert_int_equal(result.attempts, 0);
    assert_non_null(strstr(t->report[0].remedy, remedy));
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_sum_variable", "2");
}

static void variadic_calls_refuse_what_c_does_not_pass(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    const int object = 1;

    refuse(t, sum, (hf_arg)HF_INT(1), "HF_INT32(...)");
    refuse(t, sum, (hf_arg)HF_UINT(1), "HF_INT32(...)");
    refuse(t, sum, (hf_arg){ HF_ARG_SIGNED, 2, { .i = 1 }, 0, 0 }, "HF_INT32");
    refuse(t, sum, (hf_arg){ HF_ARG_UNSIGNED, 1, { .u = 1 }, 0, 0 }, "HF_UINT32");
    refuse(t, sum, (hf_arg){ HF_ARG_FLOATING, 4, { .f = 1 }, 0, 0 }, "pass HF_DOUBLE");
    refuse(t, sum, (hf_arg)HF_STRUCT(object), "");
}

static void variadic_calls_refuse_numbers_beyond_their_type(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;
    const hf_arg arguments[] = { HF_CSTR("i"),
                                 { HF_ARG_SIGNED, 4, { .i = INT64_C(1) << 31 }, 0, 0 },
                                 HF_ARGS_END };

    assert_int_equal(hf_call(t->thread, sum, &result, arguments), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_sum_variable", "2");
}

static void variadic_calls_refuse_too_many_arguments(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;
    hf_arg arguments[34] = { HF_CSTR("") };
    for (unsigned i = 1; i < 33; i++) {
        arguments[i] = (hf_arg)HF_INT32(i);
    }
    arguments[33] = (hf_arg)HF_ARGS_END;

    assert_int_equal(hf_call(t->thread, sum, &result, arguments), HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_sum_variable", NULL);
}

static void variadic_calls_refuse_addresses_in_the_heap(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *sum = hf_test_bind(t, SUM_TEXT);
    hf_result result = HF_RESULT_INIT;
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 4, buffer), HF_OK);
    assert_int_equal(hf_raw_begin(t->thread), HF_OK);
    const void *inside = hf_raw_address(buffer);
    assert_int_equal(hf_raw_end(t->thread), HF_OK);

    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_CSTR("p"), HF_POINTER(inside))),
                     HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_sum_variable", "2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(variadic_calls_pass_every_type),
        TEST(variadic_calls_need_no_argument_behind_the_dots),
        TEST(variadic_calls_of_one_function_may_all_differ),
        TEST(variadic_calls_fill_registers_and_the_stack),
        TEST(variadic_calls_pin_buffers),
        TEST(variadic_output_grows),
        TEST(variadic_doubles_reach_the_c_library),
        TEST(variadic_calls_refuse_what_c_does_not_pass),
        TEST(variadic_calls_refuse_numbers_beyond_their_type),
        TEST(variadic_calls_refuse_too_many_arguments),
        TEST(variadic_calls_refuse_addresses_in_the_heap),
    };
    return cmocka_run_group_tests_name("variadic", tests, NULL, NULL);
}
