/* SPDX-License-Identifier: MIT */

/* Everything a caller can get wrong: a status of its own, a report that names it, nothing called.
 */

#include "runtime.h"
#include "testlib.h"

#include <string.h>

static hf_status call_1(hf_test_runtime *t, const hf_function *function, hf_arg argument)
{
    hf_result result = HF_RESULT_INIT;
    const hf_arg arguments[] = { argument, HF_ARGS_END };
    hf_status status = hf_call(t->thread, function, &result, arguments);
    assert_int_equal(result.attempts, status == HF_OK || status == HF_E_NATIVE);
    return status;
}

static void call_refuses_integers_that_do_not_fit(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        const char *prototype;
        const char *function;
        int64_t below; /* 0: there is nothing below */
        uint64_t above;
    } row[] = {
        { "int8_t hfn_i8(int8_t value)", "hfn_i8", INT8_MIN - 1, INT8_MAX + 1 },
        { "uint8_t hfn_u8(uint8_t value)", "hfn_u8", -1, UINT8_MAX + 1 },
        { "int16_t hfn_i16(int16_t value)", "hfn_i16", INT16_MIN - 1, INT16_MAX + 1 },
        { "uint16_t hfn_u16(uint16_t value)", "hfn_u16", -1, UINT16_MAX + 1 },
        { "int32_t hfn_i32(int32_t value)", "hfn_i32", INT32_MIN - INT64_C(1),
          INT32_MAX + UINT64_C(1) },
        { "uint32_t hfn_u32(uint32_t value)", "hfn_u32", -1, UINT32_MAX + UINT64_C(1) },
        { "int64_t hfn_i64(int64_t value)", "hfn_i64", 0, INT64_MAX + UINT64_C(1) },
        { "uint64_t hfn_u64(uint64_t value)", "hfn_u64", -1, 0 },
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        hf_function *function = hf_test_bind(t, row[i].prototype);
        if (row[i].below) {
            assert_int_equal(call_1(t, function, (hf_arg)HF_INT(row[i].below)), HF_E_RANGE);
            hf_test_expect_report(t, HF_E_RANGE, row[i].function, "1 (value)");
        }
        if (row[i].above) {
            assert_int_equal(call_1(t, function, (hf_arg)HF_UINT(row[i].above)), HF_E_RANGE);
            hf_test_expect_report(t, HF_E_RANGE, row[i].function, "1 (value)");
        }
    }
}

static void call_refuses_a_double_too_large_for_a_float(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *half = hf_test_bind(t, "float hfn_half(float v)");

    assert_int_equal(call_1(t, half, (hf_arg)HF_DOUBLE(1e39)), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_half", "1 (v)");
}

static void call_refuses_too_few_and_too_many_arguments(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *sum = hf_test_bind(t, "uint32_t hfn_sum(const uint8_t *data {in}, size_t size)");

    assert_int_equal(hf_call(t->thread, sum, &result, HF_NO_ARGS), HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_sum", "1 (data)");
    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_NULL)), HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_sum", "2 (size)");
    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_NULL, HF_INT(0), HF_INT(1))),
                     HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_sum", NULL);
}

static hf_status release_number(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    return HF_OK;
}

static const hf_resource_class number_class = {
    sizeof(hf_resource_class), "number", (uintptr_t)-1, release_number, NULL, HF_LEAK_RELEASE
};

/* Every kind of argument against every kind of parameter. */
static void call_refuses_arguments_of_another_kind(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 8, buffer), HF_OK);
    hf_ref number = hf_local(t->thread);
    assert_int_equal(hf_resource_create(t->thread, &number_class, 1, number), HF_OK);
    static int native;
    const hf_arg kind[] = { HF_INT(0),           HF_UINT(0),      HF_DOUBLE(0),
                            HF_POINTER(&native), HF_CSTR("text"), HF_BUFFER(buffer, 0, HF_WHOLE),
                            HF_RESOURCE(number), HF_NULL };
    /* A letter each, in the order above: + is taken, - is refused for its kind. */
    static const struct {
        const char *prototype;
        const char *taken;
    } row[] = {
        { "int hfn_i32(int v)", "++----+-" },
        { "_Bool hfn_not(_Bool v)", "++------" },
        { "void *hfn_pointer(HANDLE v)", "---+--++" },
        { "double hfn_third(double v)", "--+-----" },
        { "void *hfn_pointer(void *v {raw})", "---+---+" },
        { "size_t hfn_length(const char *v)", "----++-+" },
        { "uintptr_t hfn_address(const void *v {size(4)})", "---+-+-+" },
        { "int hfn_increment(int *v {inout})", "++-----+" },
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        hf_function *function = hf_test_bind(t, row[i].prototype);
        for (size_t k = 0; k < 8; k++) {
            hf_status status = call_1(t, function, kind[k]);
            bool is_text_pointer = i == 5 && k == 3;
            if (row[i].taken[k] == '+' || is_text_pointer) {
                assert_int_equal(status, HF_OK);
            } else {
                assert_int_equal(status, HF_E_ARGUMENT_KIND);
                hf_test_expect_report(t, HF_E_ARGUMENT_KIND, hf_function_name(function), "1 (v)");
            }
        }
    }
}

static void call_refuses_null_where_an_object_is_needed(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref empty = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *address = hf_test_bind(t, "uintptr_t hfn_address(const void *data {size(1)})");
    hf_function *length = hf_test_bind(t, "size_t hfn_length(const char *text)");

    assert_int_equal(call_1(t, address, (hf_arg)HF_BUFFER(empty, 0, HF_WHOLE)), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_address", "1 (data)");
    assert_int_equal(call_1(t, address, (hf_arg)HF_BUFFER(NULL, 0, HF_WHOLE)), HF_E_SLOTS);
    hf_test_expect_report(t, HF_E_SLOTS, "hfn_address", "1 (data)");
    assert_int_equal(call_1(t, length, (hf_arg)HF_CSTR(NULL)), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_length", "1 (text)");
    assert_int_equal(hf_call(t->thread, NULL, &result, HF_NO_ARGS), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_call", "function");
    assert_int_equal(hf_call(t->thread, length, NULL, HF_NO_ARGS), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_length", "result");
    assert_int_equal(hf_call(t->thread, length, &result, NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_length", "arguments");
}

static void call_refuses_parts_outside_the_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 100, buffer), HF_OK);
    hf_function *sum =
        hf_test_bind(t, "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})");
    static const size_t part[][2] = {
        { 0, 101 }, { 101, 0 }, { 101, HF_WHOLE }, { 50, 51 }, { 1, SIZE_MAX - 1 }, { SIZE_MAX, 1 },
    };
    for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
        assert_int_equal(call_1(t, sum, (hf_arg)HF_BUFFER(buffer, part[i][0], part[i][1])),
                         HF_E_RANGE);
        hf_test_expect_report(t, HF_E_RANGE, "hfn_sum", "1 (data)");
    }
    assert_int_equal(call_1(t, sum, (hf_arg)HF_BUFFER(buffer, 100, HF_WHOLE)), HF_OK);
}

static void call_refuses_buffers_smaller_than_the_callee_reaches(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 16, buffer), HF_OK);
    hf_function *sum32 = hf_test_bind(t, "uint32_t hfn_sum32(const uint32_t *data)");
    hf_function *address = hf_test_bind(t, "uintptr_t hfn_address(const void *data)");

    assert_int_equal(call_1(t, sum32, (hf_arg)HF_BUFFER(buffer, 0, 3)), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_sum32", "1 (data)");
    assert_int_equal(call_1(t, sum32, (hf_arg)HF_BUFFER(buffer, 2, 4)), HF_E_RANGE); /* unaligned */
    hf_test_expect_report(t, HF_E_RANGE, "hfn_sum32", "1 (data)");
    assert_int_equal(call_1(t, sum32, (hf_arg)HF_BUFFER(buffer, 12, HF_WHOLE)), HF_OK);
    assert_int_equal(call_1(t, address, (hf_arg)HF_BUFFER(buffer, 0, 1)), HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_address", "1 (data)");
}

static void call_refuses_a_length_its_capacity_parameter_cannot_say(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 256, buffer), HF_OK);
    hf_function *sum =
        hf_test_bind(t, "uint32_t hfn_sum(const uint8_t *data, uint8_t size {capacity(data)})");

    assert_int_equal(call_1(t, sum, (hf_arg)HF_BUFFER(buffer, 0, 256)), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_sum", "1 (data)");
}

static void call_lends_buffers_alone(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref array = hf_local(t->thread);
    assert_int_equal(hf_array_create(t->thread, 4, array), HF_OK);
    hf_function *address = hf_test_bind(t, "uintptr_t hfn_address(const void *data {size(1)})");

    assert_int_equal(call_1(t, address, (hf_arg)HF_BUFFER(array, 0, 8)), HF_E_NOT_LENDABLE);
    hf_test_expect_report(t, HF_E_NOT_LENDABLE, "hfn_address", "1 (data)");
}

static void call_refuses_pointers_into_the_managed_heap(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    hf_span span;
    assert_int_equal(hf_bytes_create(t->thread, 100, buffer), HF_OK);
    hf_function *pointer = hf_test_bind(t, "void *hfn_pointer(void *v {raw})");
    hf_function *length = hf_test_bind(t, "size_t hfn_length(const char *v)");
    assert_int_equal(hf_raw_begin(t->thread), HF_OK);
    span.data = hf_raw_address(buffer);
    assert_int_equal(hf_raw_end(t->thread), HF_OK);

    assert_int_equal(call_1(t, pointer, (hf_arg)HF_POINTER(span.data)), HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_pointer", "1 (v)");
    assert_int_equal(call_1(t, length, (hf_arg)HF_CSTR(span.data)), HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_length", "1 (v)");
}

static void call_refuses_text_behind_a_nul(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 64, buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, "one\0two", 7), HF_OK);
    hf_function *length = hf_test_bind(t, "size_t hfn_length(const char *text)");
    hf_function *wide = hf_test_bind(t, "size_t hfn_wide_length(const wchar_t *text)");

    assert_int_equal(call_1(t, length, (hf_arg)HF_BUFFER(buffer, 0, HF_WHOLE)), HF_E_EMBEDDED_NUL);
    hf_test_expect_report(t, HF_E_EMBEDDED_NUL, "hfn_length", "1 (text)");
    assert_int_equal(call_1(t, length, (hf_arg)HF_BUFFER(buffer, 4, HF_WHOLE)), HF_OK);
    wchar_t units[] = { L'a', 0, L'b' };
    assert_int_equal(hf_bytes_write(buffer, 0, units, sizeof(units)), HF_OK);
    assert_int_equal(call_1(t, wide, (hf_arg)HF_BUFFER(buffer, 0, sizeof(units))),
                     HF_E_EMBEDDED_NUL);
    hf_test_expect_report(t, HF_E_EMBEDDED_NUL, "hfn_wide_length", "1 (text)");
    assert_int_equal(call_1(t, wide, (hf_arg)HF_BUFFER(buffer, 0, 3)), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_wide_length", "1 (text)");
}

static void call_refuses_wide_text_that_is_not_utf8(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *wide = hf_test_bind(t, "size_t hfn_wide_length(const wchar_t *text)");
    static const char *const bad[] = { "abc\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                       "cut \xe2\x82" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(call_1(t, wide, (hf_arg)HF_CSTR(bad[i])), HF_E_UTF);
        hf_test_expect_report(t, HF_E_UTF, "hfn_wide_length", "1 (text)");
    }
}

static void call_refuses_a_result_that_was_not_begun(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result;
    memset(&result, 0, sizeof(result));
    hf_function *nothing = hf_test_bind(t, "void hfn_nothing(void)");

    assert_int_equal(hf_call(t->thread, nothing, &result, HF_NO_ARGS), HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hfn_nothing", "result");
}

static void call_needs_a_frame_for_its_outputs(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = hf_test_bind(t, "int hfn_fetch_bad_wide(char16_t *buffer {out}, uint32_t"
                                         " size {capacity(buffer)})");

    assert_int_equal(hf_call(t->thread, fetch, &result, HF_NO_ARGS), HF_E_SLOTS);
    assert_int_equal(result.attempts, 0);
    assert_int_equal(hf_test_report_count(t), 1);
    hf_test_forget_reports(t);
}

static void call_refuses_a_thread_that_is_not_managed(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *nothing = hf_test_bind(t, "void hfn_nothing(void)");

    assert_int_equal(hf_call(NULL, nothing, &result, HF_NO_ARGS), HF_E_NULL);
    assert_int_equal(hf_native_begin(t->thread), HF_OK);
    hf_status in_native = hf_call(t->thread, nothing, &result, HF_NO_ARGS);
    assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);

    assert_int_equal(in_native, HF_E_DETACHED);
    assert_true(hf_test_report_count(t) >= 1);
    hf_test_forget_reports(t);
}

static void ignore_report(const hf_report *report, void *user)
{
    (void)report;
    (void)user;
}

static void call_refuses_a_function_of_another_runtime(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *nothing = hf_test_bind(t, "void hfn_nothing(void)");
    hf_runtime *other;
    hf_thread *thread;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = ignore_report;
    assert_int_equal(hf_runtime_create(&options, &other), HF_OK);
    assert_int_equal(hf_thread_attach(other, &thread), HF_OK);

    hf_status status = hf_call(thread, nothing, &result, HF_NO_ARGS);

    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_destroy(other, NULL);
    assert_int_equal(status, HF_E_MISUSE);
}

static void library_that_is_not_there_is_named(void **state)
{
    hf_test_runtime *t = *state;
    hf_library *library = (hf_library *)(uintptr_t)1;

    assert_int_equal(hf_library_open(t->thread, "no-such-library-anywhere", &library),
                     HF_E_LIBRARY);
    assert_null(library);
    assert_true(strstr(t->report[0].message, "no-such-library-anywhere") != NULL);
    hf_test_expect_report(t, HF_E_LIBRARY, "hf_library_open", "name");
    assert_int_equal(hf_library_open(t->thread, NULL, &library), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_library_open", "name");
    assert_int_equal(hf_library_open(t->thread, "c", NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_library_open", "library_out");
}

static void function_that_is_not_there_is_named(void **state)
{
    hf_test_runtime *t = *state;
    (void)hf_test_bind(t, "void hfn_nothing(void)");
    hf_function *function = (hf_function *)(uintptr_t)1;

    assert_int_equal(hf_function_bind(t->thread, t->library, "int no_such(int a)", &function),
                     HF_E_SYMBOL);
    assert_null(function);
    assert_true(strstr(t->report[0].message, "no_such") != NULL);
    hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "no_such");
}

static void function_refuses_what_it_cannot_bind(void **state)
{
    hf_test_runtime *t = *state;
    (void)hf_test_bind(t, "void hfn_nothing(void)");
    hf_function *function;
    hf_prototype_error error = { 0, "", "" };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.error_out = &error;

    assert_int_equal(
        hf_function_bind_with(t->thread, t->library, "int f(char *out)", &options, &function),
        HF_E_PROTOTYPE);
    assert_int_equal(error.position, 12);
    assert_string_equal(error.expected, "a direction (in, out, inout) or raw");
    hf_test_expect_report(t, HF_E_PROTOTYPE, "hf_function_bind", "prototype");
    assert_int_equal(hf_function_bind(t->thread, NULL, "void f(void)", &function), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_function_bind", "library");
    assert_int_equal(hf_function_bind(t->thread, t->library, NULL, &function), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_function_bind", "prototype");
    assert_int_equal(hf_function_bind(t->thread, t->library, "void f(void)", NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_function_bind", "function_out");
    options.struct_size = 3;
    assert_int_equal(
        hf_function_bind_with(t->thread, t->library, "void hfn_nothing(void)", &options, &function),
        HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_function_bind", "options");
}

static void function_reads_options_of_older_and_newer_programs(void **state)
{
    hf_test_runtime *t = *state;
    (void)hf_test_bind(t, "void hfn_nothing(void)");
    struct {
        hf_function_options options;
        uint64_t later;
    } newer = { HF_FUNCTION_OPTIONS_INIT, 0 };
    newer.options.struct_size = sizeof(newer);
    hf_function *function;

    assert_int_equal(hf_function_bind_with(t->thread, t->library, "void hfn_nothing(void)",
                                           &newer.options, &function),
                     HF_OK);
    hf_function_destroy(function);
    newer.later = 1;
    assert_int_equal(hf_function_bind_with(t->thread, t->library, "void hfn_nothing(void)",
                                           &newer.options, &function),
                     HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_function_bind", "options");
    newer.options.struct_size = offsetof(hf_function_options, first_bytes);
    newer.options.first_bytes = 99; /* behind the end of what the older program knows */
    assert_int_equal(hf_function_bind_with(t->thread, t->library, "void hfn_nothing(void)",
                                           &newer.options, &function),
                     HF_OK);
    hf_function_destroy(function);
}

static void function_refuses_more_outputs_than_a_result_has(void **state)
{
    hf_test_runtime *t = *state;
    (void)hf_test_bind(t, "void hfn_nothing(void)");
    hf_function *function;

    assert_int_equal(hf_function_bind(t->thread, t->library,
                                      "int hfn_nothing(int *a {out}, int *b {out}, int *c {out},"
                                      " int *d {out}, int *e {out}, int *f {out}, int *g {out},"
                                      " int *h {out}, int *i {out})",
                                      &function),
                     HF_E_UNSUPPORTED);
    hf_test_expect_report(t, HF_E_UNSUPPORTED, "hfn_nothing", "prototype");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

static void call_refuses_a_bool_that_is_neither_0_nor_1(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *of_c = hf_test_bind(t, "_Bool hfn_not(_Bool value)");
    hf_function *named = hf_test_bind(t, "typedef bool flag; flag hfn_not(const flag value)");

    for (unsigned i = 0; i <= 1; i++) {
        assert_int_equal(hf_call(t->thread, of_c, &result, HF_ARGS(HF_UINT(i))), HF_OK);
        assert_int_equal(result.value.u, !i);
        assert_int_equal(hf_call(t->thread, named, &result, HF_ARGS(HF_INT(i))), HF_OK);
        assert_int_equal(result.value.u, !i);
    }
    assert_int_equal(hf_call(t->thread, of_c, &result, HF_ARGS(HF_INT(2))), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_not", "1 (value)");
    assert_int_equal(hf_call(t->thread, named, &result, HF_ARGS(HF_UINT(256))), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_not", "1 (value)");
    assert_int_equal(hf_call(t->thread, of_c, &result, HF_ARGS(HF_INT(-1))), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_not", "1 (value)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(call_refuses_integers_that_do_not_fit),
        TEST(call_refuses_a_bool_that_is_neither_0_nor_1),
        TEST(call_refuses_a_double_too_large_for_a_float),
        TEST(call_refuses_too_few_and_too_many_arguments),
        TEST(call_refuses_arguments_of_another_kind),
        TEST(call_refuses_null_where_an_object_is_needed),
        TEST(call_refuses_parts_outside_the_buffer),
        TEST(call_refuses_buffers_smaller_than_the_callee_reaches),
        TEST(call_refuses_a_length_its_capacity_parameter_cannot_say),
        TEST(call_lends_buffers_alone),
        TEST(call_refuses_pointers_into_the_managed_heap),
        TEST(call_refuses_text_behind_a_nul),
        TEST(call_refuses_wide_text_that_is_not_utf8),
        TEST(call_refuses_a_result_that_was_not_begun),
        TEST(call_needs_a_frame_for_its_outputs),
        TEST(call_refuses_a_thread_that_is_not_managed),
        TEST(call_refuses_a_function_of_another_runtime),
        TEST(library_that_is_not_there_is_named),
        TEST(function_that_is_not_there_is_named),
        TEST(function_refuses_what_it_cannot_bind),
        TEST(function_reads_options_of_older_and_newer_programs),
        TEST(function_refuses_more_outputs_than_a_result_has),
    };
    return cmocka_run_group_tests_name("call refuse", tests, NULL, NULL);
}
