/* SPDX-License-Identifier: MIT */

/*
 * Calling conventions: taken where the machine has them, refused by name where libffi has not.
 */

#include "runtime.h"
#include "values.h"

#include "call/function.h"

#include <string.h>

#define TYPES_TEXT                                                                                 \
    "typedef struct { double a, b; } hfn_pair;"                                                    \
    " typedef union { double f; uint32_t word[2]; } hfn_number; "
#define MS_ABI_TEXT                                                                                \
    TYPES_TEXT "__attribute__((ms_abi)) double hfn_by_ms_abi(int32_t a, double b, hfn_pair c,"     \
               " hfn_number d, int64_t e)"

static hf_status bind_one(hf_test_runtime *t, const char *text, hf_function **function_out)
{
    (void)hf_test_bind(t, "void hfn_nothing(void)"); /* opens the library */
    return hf_function_bind(t->thread, t->library, text, function_out);
}

#if defined(__x86_64__)
static void ms_abi_is_called_on_every_x86_64(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *function = hf_test_bind(t, MS_ABI_TEXT);
    hf_result result = HF_RESULT_INIT;
    const hfn_pair c = { 3, 4 };
    const hfn_number d = { .f = 5 };

    assert_int_equal(
        hf_call(t->thread, function, &result,
                HF_ARGS(HF_INT(1), HF_DOUBLE(2), HF_STRUCT(c), HF_STRUCT(d), HF_INT(6))),
        HF_OK);
    assert_true(result.value.f == 654321);
}

/* On Windows stdcall is a word; it must not cost the way without libffi. */
static void conventions_of_32_bits_mean_nothing_on_64(void **state)
{
    hf_test_runtime *t = *state;
    static const char *const text[] = { "int32_t __stdcall hfn_i32(int32_t v)",
                                        "int32_t __fastcall hfn_i32(int32_t v)",
                                        "int32_t __thiscall hfn_i32(int32_t v)",
                                        "int32_t __cdecl hfn_i32(int32_t v)",
                                        "int32_t WINAPI hfn_i32(int32_t v)" };
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
        hf_function *function = hf_test_bind(t, text[i]);
        hf_result result = HF_RESULT_INIT;
        hf_result same = HF_RESULT_INIT;
        hf_function *plain = hf_test_bind(t, "int32_t hfn_i32(int32_t v)");
        assert_true(function->cif.direct != HFI_DIRECT_NONE);
        assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(-9))), HF_OK);
        assert_int_equal(hf_call(t->thread, plain, &same, HF_ARGS(HF_INT(-9))), HF_OK);
        assert_true(result.value.i == same.value.i);
    }
}
#endif

static void sysv_abi_is_taken_or_refused_by_name(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *function = NULL;
    hf_status status =
        bind_one(t, "__attribute__((sysv_abi)) int32_t hfn_i32(int32_t v)", &function);
#if defined(__x86_64__) && !defined(_WIN32)
    assert_int_equal(status, HF_OK);
    hf_result result = HF_RESULT_INIT;
    hf_result same = HF_RESULT_INIT;
    hf_function *plain = hf_test_bind(t, "int32_t hfn_i32(int32_t v)");
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(5))), HF_OK);
    assert_int_equal(hf_call(t->thread, plain, &same, HF_ARGS(HF_INT(5))), HF_OK);
    assert_true(result.value.i == same.value.i);
    hf_function_destroy(function);
#else
    assert_int_equal(status, HF_E_UNSUPPORTED);
    assert_non_null(strstr(t->report[0].message, "sysv_abi"));
    hf_test_expect_report(t, HF_E_UNSUPPORTED, "hfn_i32", "prototype");
#endif
}

static void a_packed_struct_is_refused_by_value_with_the_reason(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *function = NULL;
    hf_status status =
        bind_one(t,
                 "typedef struct __attribute__((packed)) { char a; double b; } tight;"
                 " void hfn_nothing(tight v)",
                 &function);
    assert_true(status == HF_E_UNSUPPORTED || status == HF_E_PROTOTYPE);
    assert_null(function);
    assert_non_null(strstr(t->report[0].message, "pack"));
    hf_test_forget_reports(t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
#if defined(__x86_64__)
        TEST(ms_abi_is_called_on_every_x86_64),
        TEST(conventions_of_32_bits_mean_nothing_on_64),
#endif
        TEST(sysv_abi_is_taken_or_refused_by_name),
        TEST(a_packed_struct_is_refused_by_value_with_the_reason),
    };
    return cmocka_run_group_tests_name("conventions", tests, NULL, NULL);
}
