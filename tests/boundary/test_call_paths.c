/* SPDX-License-Identifier: MIT */

/* The same calls with and without libffi: whatever the values, the results agree. */

#include "runtime.h"
#include "testlib.h"

#include "call/function.h"

#include <string.h>

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Calls with one integer both ways; the function is constant but for this test. */
static void compare(hf_test_runtime *t, hf_function *function, hf_arg argument)
{
    const hf_arg arguments[] = { argument, { HF_ARG_END, { .u = 0 }, 0, 0 } };
    hf_result fast = HF_RESULT_INIT;
    hf_result slow = HF_RESULT_INIT;
    hfi_direct direct = function->cif.direct;
    hf_status fast_status = hf_call(t->thread, function, &fast, arguments);
    function->cif.direct = HFI_DIRECT_NONE;
    hf_status slow_status = hf_call(t->thread, function, &slow, arguments);
    function->cif.direct = direct;

    assert_int_equal(fast_status, slow_status);
    assert_true(fast.value.u == slow.value.u);
    assert_true(fast.error == slow.error && fast.errno_value == slow.errno_value);
    hf_test_forget_reports(t); /* of values that do not fit, the same both ways */
}

static void paths_agree_on_every_width(void **state)
{
    hf_test_runtime *t = *state;
    static const char *const prototype[] = {
        "int8_t hfn_i8(int8_t v)",    "uint8_t hfn_u8(uint8_t v)",
        "int16_t hfn_i16(int16_t v)", "uint16_t hfn_u16(uint16_t v)",
        "int32_t hfn_i32(int32_t v)", "uint32_t hfn_u32(uint32_t v)",
        "int64_t hfn_i64(int64_t v)", "uint64_t hfn_u64(uint64_t v)",
        "bool hfn_not(bool v)",       "int hfn_fail_errno(int v) {fail(result < 0), error(errno)}",
    };
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < sizeof(prototype) / sizeof(prototype[0]); i++) {
        hf_function *function = hf_test_bind(t, prototype[i]);
        for (uint64_t k = 0; k < hf_test_effort(50); k++) {
            uint64_t bits = next_random(&seed) >> (k % 64);
            compare(t, function, (hf_arg)HF_UINT(bits));
            compare(t, function, (hf_arg)HF_INT(bits));
            compare(t, function, (hf_arg)HF_INT(~bits));
        }
    }
}

static void paths_agree_on_pointers_and_text(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *pointer = hf_test_bind(t, "void *hfn_pointer(void *v {raw})");
    hf_function *length = hf_test_bind(t, "size_t hfn_length(const char *v)");

    compare(t, pointer, (hf_arg)HF_NULL);
    compare(t, pointer, (hf_arg)HF_POINTER(state));
    compare(t, length, (hf_arg)HF_NULL);
    compare(t, length, (hf_arg)HF_CSTR("twelve bytes"));
}

static void paths_agree_on_six_parameters(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *fetch = hf_test_bind(
        t, "int hfn_fetch_two(void *first {raw}, void *second {raw}, uint8_t *a {out},"
           " uint32_t *a_size {inout, capacity(a), needed(a), length(a)}, char16_t *b {out},"
           " uint32_t *b_size {inout, capacity(b), needed(b), length(b)})"
           " {fail(result != 0), error(result), grow(error == 122)}");
    for (int path = 0; path < 2; path++) {
        hfn_source first = { .count = 700 };
        hfn_source second = { .count = 900 };
        hf_result result = HF_RESULT_INIT;
        fetch->cif.direct = path ? HFI_DIRECT_NONE : fetch->cif.direct;

        assert_int_equal(
            hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&first), HF_POINTER(&second))),
            HF_OK);
        assert_int_equal(result.attempts, 2);
        assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 700);
        assert_true(hf_bytes_size(hf_result_out(&result, 1)) == 1800);
    }
}

static void paths_agree_on_mixed_floating_parameters(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *mixed =
        hf_test_bind(t, "int64_t hfn_mixed(int8_t a, double b, uint16_t c, float d, int64_t e,"
                        " const char *f, uint32_t g, double h)");
    hf_function *third = hf_test_bind(t, "double hfn_third(double v)");
    hf_function *half = hf_test_bind(t, "float hfn_half(float v)");
    int64_t sum[2];
    double quotient[2][2];
    for (int path = 0; path < 2; path++) {
        hf_result result = HF_RESULT_INIT;
        if (path) {
            mixed->cif.direct = HFI_DIRECT_NONE;
            third->cif.direct = HFI_DIRECT_NONE;
            half->cif.direct = HFI_DIRECT_NONE;
        }
        assert_int_equal(
            hf_call(t->thread, mixed, &result,
                    HF_ARGS(HF_INT(-128), HF_DOUBLE(-2e9), HF_INT(65535), HF_DOUBLE(-4), HF_INT(-7),
                            HF_CSTR("123456"), HF_UINT(4000000000u), HF_DOUBLE(8))),
            HF_OK);
        sum[path] = result.value.i;
        assert_int_equal(hf_call(t->thread, third, &result, HF_ARGS(HF_DOUBLE(1e-300))), HF_OK);
        quotient[path][0] = result.value.f;
        assert_int_equal(hf_call(t->thread, half, &result, HF_ARGS(HF_DOUBLE(-3))), HF_OK);
        quotient[path][1] = result.value.f;
    }
    assert_true(sum[0] == sum[1]);
    assert_true(quotient[0][0] == quotient[1][0]);
    assert_true(quotient[0][1] == -1.5 && quotient[1][1] == -1.5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_agree_on_every_width),
        TEST(paths_agree_on_pointers_and_text),
        TEST(paths_agree_on_six_parameters),
        TEST(paths_agree_on_mixed_floating_parameters),
    };
    return cmocka_run_group_tests_name("call paths", tests, NULL, NULL);
}
