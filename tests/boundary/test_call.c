/* SPDX-License-Identifier: MIT */

/* What goes in and comes out of one call: values of every width, text, buffers, structs. */

#include "runtime.h"
#include "testlib.h"

#include <float.h>
#include <string.h>

/* Calls with one argument and gives the result's bits. */
static uint64_t echo(hf_test_runtime *t, const char *prototype, hf_arg argument)
{
    hf_result result = HF_RESULT_INIT;
    const hf_arg arguments[] = { argument, HF_ARGS_END };
    hf_function *function = hf_test_bind(t, prototype);
    assert_int_equal(hf_call(t->thread, function, &result, arguments), HF_OK);
    assert_int_equal(result.attempts, 1);
    return result.value.u;
}

static void call_passes_integers_of_every_width_at_their_limits(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        const char *prototype;
        int64_t least;
        uint64_t most;
    } row[] = {
        { "int8_t hfn_i8(int8_t value)", INT8_MIN, INT8_MAX },
        { "uint8_t hfn_u8(uint8_t value)", 0, UINT8_MAX },
        { "int16_t hfn_i16(int16_t value)", INT16_MIN, INT16_MAX },
        { "uint16_t hfn_u16(uint16_t value)", 0, UINT16_MAX },
        { "int32_t hfn_i32(int32_t value)", INT32_MIN, INT32_MAX },
        { "uint32_t hfn_u32(uint32_t value)", 0, UINT32_MAX },
        { "int64_t hfn_i64(int64_t value)", INT64_MIN, INT64_MAX },
        { "uint64_t hfn_u64(uint64_t value)", 0, UINT64_MAX },
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        uint64_t least = echo(t, row[i].prototype, (hf_arg)HF_INT(row[i].least));
        uint64_t most = echo(t, row[i].prototype, (hf_arg)HF_UINT(row[i].most));
        uint64_t one = echo(t, row[i].prototype, (hf_arg)HF_INT(1));

        assert_true((int64_t)least == row[i].least);
        assert_true(most == row[i].most);
        assert_true(one == 1);
    }
}

static void call_widens_negative_results_by_their_sign(void **state)
{
    hf_test_runtime *t = *state;

    assert_true(echo(t, "int8_t hfn_i8(int8_t v)", (hf_arg)HF_INT(-1)) == UINT64_MAX);
    assert_true(echo(t, "uint8_t hfn_i8(int8_t v)", (hf_arg)HF_INT(-1)) == 0xff);
    assert_true(echo(t, "int hfn_i32(int v)", (hf_arg)HF_INT(-5)) == (uint64_t)-5);
    assert_true(echo(t, "unsigned hfn_i32(int v)", (hf_arg)HF_INT(-5)) == 0xfffffffb);
}

static void call_passes_bool_float_double_and_pointers(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    int here;

    assert_true(echo(t, "bool hfn_not(bool v)", (hf_arg)HF_INT(1)) == 0);
    assert_true(echo(t, "bool hfn_not(bool v)", (hf_arg)HF_INT(0)) == 1);
    assert_true(echo(t, "void *hfn_pointer(void *v {raw})", (hf_arg)HF_POINTER(&here)) ==
                (uintptr_t)&here);
    assert_true(echo(t, "void *hfn_pointer(void *v {raw})", (hf_arg)HF_NULL) == 0);

    hf_function *half = hf_test_bind(t, "float hfn_half(float v)");
    assert_int_equal(hf_call(t->thread, half, &result, HF_ARGS(HF_DOUBLE(5))), HF_OK);
    assert_true(result.value.f == 2.5);
    hf_function *third = hf_test_bind(t, "double hfn_third(double v)");
    assert_int_equal(hf_call(t->thread, third, &result, HF_ARGS(HF_DOUBLE(-3e300))), HF_OK);
    assert_true(result.value.f == -1e300);
    hf_function *nothing = hf_test_bind(t, "void hfn_nothing(void)");
    assert_int_equal(hf_call(t->thread, nothing, &result, HF_NO_ARGS), HF_OK);
    assert_true(result.value.u == 0);
}

static void call_passes_eight_mixed_arguments_in_order(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *mixed =
        hf_test_bind(t, "int64_t hfn_mixed(int8_t a, double b, uint16_t c, float d, int64_t e,"
                        " const char *f, uint32_t g, double h)");

    assert_int_equal(hf_call(t->thread, mixed, &result,
                             HF_ARGS(HF_INT(-1), HF_DOUBLE(2), HF_INT(3), HF_DOUBLE(4),
                                     HF_INT(INT64_C(-7000000000)), HF_CSTR("123456"),
                                     HF_UINT(4000000000u), HF_DOUBLE(8))),
                     HF_OK);

    assert_true(result.value.i ==
                -1 + 20 + 300 + 4000 - INT64_C(7000000000) + 6000000 + INT64_C(4000000000) + 8);
}

static void call_passes_text_narrow_and_wide(void **state)
{
    hf_test_runtime *t = *state;

    assert_true(echo(t, "size_t hfn_length(const char *text)", (hf_arg)HF_CSTR("sesame")) == 6);
    assert_true(echo(t, "size_t hfn_length(const char *text)", (hf_arg)HF_CSTR("")) == 0);
    assert_true(echo(t, "ptrdiff_t hfn_length(const char *text)", (hf_arg)HF_NULL) == UINT64_MAX);
    assert_true(echo(t, "size_t hfn_wide_length(const wchar_t *text)", (hf_arg)HF_CSTR("")) == 0);
    /* 1, 2, 3 and 4 bytes of UTF-8; the last is two units where wchar_t has 16 bits. */
    assert_true(echo(t, "size_t hfn_wide_length(const wchar_t *text)",
                     (hf_arg)HF_CSTR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")) ==
                (sizeof(wchar_t) == 2 ? 5 : 4));
}

static void call_converts_wide_text_longer_than_its_scratch(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    char text[4 * 700 + 1];
    for (int i = 0; i < 700; i++) {
        memcpy(text + 4 * i, "\xf0\x90\x80\x81", 4); /* U+10001 */
    }
    text[2800] = 0;
    hf_function *at = hf_test_bind(t, "uint32_t hfn_wide_at(const wchar_t *text, size_t index)");
    size_t units = sizeof(wchar_t) == 2 ? 1400 : 700;

    assert_int_equal(hf_call(t->thread, at, &result, HF_ARGS(HF_CSTR(text), HF_UINT(units - 1))),
                     HF_OK);
    assert_true(result.value.u == (sizeof(wchar_t) == 2 ? 0xdc01 : 0x10001));
    assert_int_equal(hf_call(t->thread, at, &result, HF_ARGS(HF_CSTR(text), HF_UINT(0))), HF_OK);
    assert_true(result.value.u == (sizeof(wchar_t) == 2 ? 0xd800 : 0x10001));
    assert_int_equal(hf_call(t->thread, at, &result, HF_ARGS(HF_CSTR(text), HF_UINT(units))),
                     HF_OK);
    assert_true(result.value.u == 0);
}

static void call_terminates_text_of_buffers(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *length = hf_test_bind(t, "size_t hfn_length(const char *text)");
    assert_int_equal(hf_bytes_create(t->thread, 2000, buffer), HF_OK);
    char text[2000];
    memset(text, 'x', sizeof(text));
    assert_int_equal(hf_bytes_write(buffer, 0, text, sizeof(text)), HF_OK);

    assert_int_equal(hf_call(t->thread, length, &result, HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE))),
                     HF_OK);
    assert_true(result.value.u == 2000);
    assert_int_equal(hf_call(t->thread, length, &result, HF_ARGS(HF_BUFFER(buffer, 5, 16))), HF_OK);
    assert_true(result.value.u == 16);
    assert_int_equal(hf_call(t->thread, length, &result, HF_ARGS(HF_BUFFER(buffer, 9, 0))), HF_OK);
    assert_true(result.value.u == 0);
    assert_int_equal(hf_bytes_write(buffer, 7, "", 1), HF_OK);
    assert_int_equal(hf_call(t->thread, length, &result, HF_ARGS(HF_BUFFER(buffer, 0, 8))), HF_OK);
    assert_true(result.value.u == 7);
}

static void call_lends_a_buffer_in_place(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_bytes_create(t->thread, 300, buffer), HF_OK);
    hf_function *fill = hf_test_bind(t, "size_t hfn_fill(uint8_t *data {out, given},"
                                        " size_t size {capacity(data)}, uint8_t value)");
    hf_function *sum =
        hf_test_bind(t, "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})");

    assert_int_equal(
        hf_call(t->thread, fill, &result, HF_ARGS(HF_BUFFER(buffer, 100, 50), HF_INT(3))), HF_OK);
    assert_true(result.value.u == 50);
    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE))),
                     HF_OK);
    assert_true(result.value.u == 150);
    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_BUFFER(buffer, 99, 2))), HF_OK);
    assert_true(result.value.u == 3);
    assert_int_equal(hf_call(t->thread, sum, &result, HF_ARGS(HF_NULL)), HF_OK);
    assert_true(result.value.u == UINT32_MAX);
}

static void call_gives_scalar_outputs_in_order(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *outputs =
        hf_test_bind(t, "int hfn_outputs(int64_t value, int8_t *a {out}, uint16_t *b {out},"
                        " int32_t *c {out}, uint64_t *d {out}, double *e {out}, float *f {out},"
                        " void **g {out})");

    assert_int_equal(hf_call(t->thread, outputs, &result, HF_ARGS(HF_INT(-2))), HF_OK);

    assert_int_equal(result.scalar_count, 7);
    assert_int_equal(result.out_count, 0);
    assert_true(hf_result_scalar(&result, 0) == -2);
    assert_true(hf_result_scalar(&result, 1) == 0xfffe);
    assert_true(hf_result_scalar(&result, 2) == -2);
    assert_true(hf_result_scalar(&result, 3) == -2);
    assert_true(hf_result_floating(&result, 4) == -0.5);
    assert_true(hf_result_floating(&result, 5) == -0.25);
    assert_true(hf_result_scalar(&result, 4) == 0);
    assert_true(hf_result_floating(&result, 3) == 0);
    assert_true((uintptr_t)hf_result_scalar(&result, 6) == (uintptr_t)-2);
    assert_true(hf_result_scalar(&result, 7) == 0);
    assert_null(hf_result_out(&result, 0));
}

static void call_starts_an_inout_with_the_callers_value(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *increment =
        hf_test_bind(t, "int hfn_increment(int32_t *value {inout}) {fail(result < 0)}");

    assert_int_equal(hf_call(t->thread, increment, &result, HF_ARGS(HF_INT(-41))), HF_OK);
    assert_true(hf_result_scalar(&result, 0) == -40);
    assert_int_equal(hf_call(t->thread, increment, &result, HF_ARGS(HF_NULL)), HF_E_NATIVE);
    assert_true(result.failed);
    assert_true(hf_result_scalar(&result, 0) == 0);
}

static const hf_type_size point_types[] = { { "hfn_point", sizeof(hfn_point), 8 } };

static void call_gives_structs_as_buffers(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.types = point_types;
    options.type_count = 1;
    hf_function *make = hf_test_bind_with(
        t, "int hfn_make_point(int32_t x, int32_t y, hfn_point *point {out})", &options);
    hf_function *move =
        hf_test_bind_with(t, "int hfn_move_point(hfn_point *point {inout}, int32_t by)", &options);
    hf_result made = HF_RESULT_INIT;
    hf_result moved = HF_RESULT_INIT;
    hfn_point point;

    assert_int_equal(hf_call(t->thread, make, &made, HF_ARGS(HF_INT(3), HF_INT(-4))), HF_OK);
    assert_int_equal(made.out_count, 1);
    assert_true(hf_bytes_size(hf_result_out(&made, 0)) == sizeof(point));
    assert_int_equal(hf_call(t->thread, move, &moved,
                             HF_ARGS(HF_BUFFER(hf_result_out(&made, 0), 0, HF_WHOLE), HF_INT(10))),
                     HF_OK);
    assert_int_equal(hf_bytes_read(hf_result_out(&moved, 0), 0, &point, sizeof(point)), HF_OK);
    assert_int_equal(point.x, 13);
    assert_int_equal(point.y, 6);
    assert_true(point.weight == 0.5);
    /* The start value was copied: the struct that was passed is as it was. */
    assert_int_equal(hf_bytes_read(hf_result_out(&made, 0), 0, &point, sizeof(point)), HF_OK);
    assert_int_equal(point.x, 3);

    point.x = 100;
    assert_int_equal(hf_call(t->thread, move, &moved, HF_ARGS(HF_POINTER(&point), HF_INT(1))),
                     HF_OK);
    assert_int_equal(hf_bytes_read(hf_result_out(&moved, 0), 0, &point, sizeof(point)), HF_OK);
    assert_int_equal(point.x, 101);
}

static void call_pins_what_it_lends_and_nothing_longer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    hf_ref other = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_bytes_create(t->thread, 64, buffer), HF_OK);
    assert_int_equal(hf_bytes_create(t->thread, 64, other), HF_OK);
    hf_function *address = hf_test_bind(t, "uintptr_t hfn_address(const void *data {size(1)})");

    assert_int_equal(hf_call(t->thread, address, &result, HF_ARGS(HF_BUFFER(buffer, 8, 9))), HF_OK);
    hf_span span;
    HF_FENCE(t->thread, fence, buffer, &span);
    bool is_same = result.value.u == (uintptr_t)span.data + 8;
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    uint64_t first = result.value.u;
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(hf_call(t->thread, address, &result, HF_ARGS(HF_BUFFER(buffer, 8, 9))), HF_OK);

    assert_true(is_same);
    assert_true(result.value.u != first); /* a collection moves what nothing pins */
}

static void call_uses_constant_slots_in_one_frame(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.types = point_types;
    options.type_count = 1;
    hf_function *make = hf_test_bind_with(
        t, "int hfn_make_point(int32_t x, int32_t y, hfn_point *point {out})", &options);
    hf_ref first = NULL;
    uint64_t count = hf_test_effort(20000);
    uint64_t failures = 0;

    for (uint64_t i = 0; i < count; i++) {
        failures += hf_call(t->thread, make, &result, HF_ARGS(HF_INT(1), HF_INT(2))) != HF_OK;
        first = first ? first : hf_result_out(&result, 0);
        failures += hf_result_out(&result, 0) != first;
    }

    assert_int_equal(failures, 0);
    hf_ref next = hf_local(t->thread);
    assert_true(next == first + 1);
}

/* In a function of its own also in the machine code, so that its frame lies deeper. */
static __attribute__((noinline)) hf_status
call_in_inner_frame(hf_test_runtime *t, const hf_function *make, hf_result *result)
{
    HF_FRAME(t->thread);
    hf_ref mine = hf_local(t->thread);
    hf_status status = hf_bytes_create(t->thread, 3, mine);
    if (status == HF_OK) {
        status = hf_call(t->thread, make, result, HF_ARGS(HF_INT(1), HF_INT(2)));
    }
    bool is_apart = hf_result_out(result, 0) != mine && hf_bytes_size(mine) == 3 &&
                    hf_bytes_size(hf_result_out(result, 0)) == sizeof(hfn_point);
    return is_apart ? status : HF_E_SCOPE;
}

static void call_gives_a_result_new_slots_when_its_frame_has_ended(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.types = point_types;
    options.type_count = 1;
    hf_function *make = hf_test_bind_with(
        t, "int hfn_make_point(int32_t x, int32_t y, hfn_point *point {out})", &options);
    hf_result result = HF_RESULT_INIT;

    for (int i = 0; i < 3; i++) {
        assert_int_equal(call_in_inner_frame(t, make, &result), HF_OK);
    }
}

static void call_of_a_leaf_gives_the_same(void **state)
{
    hf_test_runtime *t = *state;

    assert_true(echo(t, "int32_t hfn_i32(int32_t value) {leaf}", (hf_arg)HF_INT(-3)) ==
                (uint64_t)-3);
}

static void function_knows_its_name_and_its_address(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.address = (void *)(uintptr_t)hf_status_text;
    hf_function *text = NULL;

    assert_int_equal(hf_function_bind_with(t->thread, NULL,
                                           "const char *hf_status_text(int status)", &options,
                                           &text),
                     HF_OK);
    assert_string_equal(hf_function_name(text), "hf_status_text");
    assert_int_equal(hf_call(t->thread, text, &result, HF_ARGS(HF_INT(HF_E_NOMEM))), HF_OK);
    assert_string_equal(result.value.pointer, hf_status_text(HF_E_NOMEM));
    hf_function_destroy(text);
    hf_function_destroy(NULL);
    hf_library_close(NULL);
}

static void library_stays_loaded_while_a_function_is_bound(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_library *library;
    assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &library), HF_OK);
    hf_function *function;
    assert_int_equal(hf_function_bind(t->thread, library, "int hfn_i32(int value)", &function),
                     HF_OK);
    hf_library_close(library);

    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(9))), HF_OK);
    assert_true(result.value.i == 9);
    hf_function_destroy(function);
}

static void library_named_c_is_the_c_library(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_library *library;
    assert_int_equal(hf_library_open(t->thread, "c", &library), HF_OK);
    hf_function *function;
    assert_int_equal(
        hf_function_bind(t->thread, library, "size_t strlen(const char *text)", &function), HF_OK);

    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_CSTR("hold"))), HF_OK);
    assert_true(result.value.u == 4);
    hf_function_destroy(function);
    hf_library_close(library);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(call_passes_integers_of_every_width_at_their_limits),
        TEST(call_widens_negative_results_by_their_sign),
        TEST(call_passes_bool_float_double_and_pointers),
        TEST(call_passes_eight_mixed_arguments_in_order),
        TEST(call_passes_text_narrow_and_wide),
        TEST(call_converts_wide_text_longer_than_its_scratch),
        TEST(call_terminates_text_of_buffers),
        TEST(call_lends_a_buffer_in_place),
        TEST(call_gives_scalar_outputs_in_order),
        TEST(call_starts_an_inout_with_the_callers_value),
        TEST(call_gives_structs_as_buffers),
        TEST(call_pins_what_it_lends_and_nothing_longer),
        TEST(call_uses_constant_slots_in_one_frame),
        TEST(call_gives_a_result_new_slots_when_its_frame_has_ended),
        TEST(call_of_a_leaf_gives_the_same),
        TEST(function_knows_its_name_and_its_address),
        TEST(library_stays_loaded_while_a_function_is_bound),
        TEST(library_named_c_is_the_c_library),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
