/* SPDX-License-Identifier: MIT */

/* What a result says about the error of a call that succeeded. */

#include "arguments.h"
#include "runtime.h"

#include <errno.h>

static void error_of_a_success_is_told_when_the_prototype_says_so(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *open = hf_test_bind(
        t,
        "int hfn_open(int value, int exists) {fail(result < 0), error(errno, when error == 17)}");

    assert_int_equal(HF_CALL(t->thread, open, &result, 5, 1), HF_OK);
    assert_int_equal(result.value.i, 5);
    assert_int_equal(result.error, 17);
    assert_int_equal(HF_CALL(t->thread, open, &result, 5, 0), HF_OK);
    assert_int_equal(result.error, 0);
    assert_int_equal(HF_CALL(t->thread, open, &result, -5, 1), HF_E_NATIVE);
    assert_int_equal(result.error, 17);
}

static void error_may_depend_on_the_parameters_too(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *open = hf_test_bind(
        t, "int hfn_open(int value, int exists) {fail(result < 0), error(errno, when value > 6)}");

    assert_int_equal(HF_CALL(t->thread, open, &result, 7, 1), HF_OK);
    assert_int_equal(result.error, 17);
    assert_int_equal(HF_CALL(t->thread, open, &result, 6, 1), HF_OK);
    assert_int_equal(result.error, 0);
    assert_int_equal(result.errno_value, 17);
}

/* As strtol is used: 0 before, and what it is behind says it all. */
static void error_that_is_cleared_is_the_calls_own(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *cleared =
        hf_test_bind(t, "int hfn_convert(int value, int code) {error(errno, clear)}");
    hf_function *left = hf_test_bind(t, "int hfn_convert(int value, int code)");

    assert_int_equal(HF_CALL(t->thread, cleared, &result, 1, 34), HF_OK);
    assert_int_equal(result.error, 34);
    errno = 5;
    assert_int_equal(HF_CALL(t->thread, cleared, &result, 1, 0), HF_OK);
    assert_int_equal(result.error, 0);
    assert_int_equal(result.errno_value, 0);
    assert_int_equal(HF_CALL(t->thread, left, &result, 1, 34), HF_OK);
    assert_int_equal(result.error, 0);
    assert_int_equal(result.errno_value, 34);
}

static void status_that_is_the_result_is_the_error(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *hresult = hf_test_bind(t, "int hfn_convert(int value, int code) {error(hresult)}");
    hf_function *ntstatus =
        hf_test_bind(t, "int hfn_convert(int value, int code) {error(ntstatus, when result > 0)}");

    assert_int_equal(HF_CALL(t->thread, hresult, &result, -2147024809, 0), HF_E_NATIVE);
    assert_true(result.error == 0x80070057);
    assert_int_equal(HF_CALL(t->thread, hresult, &result, 1, 0), HF_OK);
    assert_int_equal(result.error, 0);
    assert_int_equal(HF_CALL(t->thread, ntstatus, &result, 259, 0), HF_OK);
    assert_int_equal(result.error, 259);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(error_of_a_success_is_told_when_the_prototype_says_so),
        TEST(error_may_depend_on_the_parameters_too),
        TEST(error_that_is_cleared_is_the_calls_own),
        TEST(status_that_is_the_result_is_the_error),
    };
    return cmocka_run_group_tests_name("errors of results", tests, NULL, NULL);
}
