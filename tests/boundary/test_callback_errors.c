/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Errors of handlers that no call hears: they are reported, and no later call takes one for its
 * own.
 */

#include "runtime.h"
#include "testlib.h"

#include "thread/thread.h"

typedef union number_fn {
    void *plain;
    int64_t (*call)(int64_t);
} number_fn;

static hf_callback *make(hf_test_runtime *t, hf_callback_fn handler, void *user)
{
    hf_callback *callback = NULL;
    assert_int_equal(
        hf_callback_create(t->thread, "int64_t number(int64_t value)", handler, user, &callback),
        HF_OK);
    return callback;
}

static hf_status refuse(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    (void)arguments;
    (void)result;
    (void)user;
    return HF_E_SCOPE;
}

static hf_status call_back(uintptr_t value, void *user)
{
    number_fn to = { hf_callback_address(user) };
    (void)to.call((int64_t)value);
    return HF_OK;
}

static void callback_error_of_a_release_is_not_the_next_calls(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_callback *callback = make(t, refuse, NULL);
    const hf_resource_class number_class = {
        sizeof(hf_resource_class), "number", (uintptr_t)-1, call_back, callback,
        HF_LEAK_REPORT_AND_RELEASE
    };
    hf_result result = HF_RESULT_INIT;
    hf_ref number = hf_local(t->thread);
    hf_function *nothing = hf_test_bind(t, "void hfn_nothing(void)");
    assert_int_equal(hf_resource_create(t->thread, &number_class, 42, number), HF_OK);

    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);

    hf_test_expect_report(t, HF_E_CALLBACK, "number", "handler");
    assert_int_equal(hf_call(t->thread, nothing, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

/* ---- jumps ---- */

static void *landing[5];

static hf_status fail_then_jump(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                void *user)
{
    unsigned *runs = user;
    if (++*runs > 1) {
        __builtin_longjmp(landing, 1);
    }
    return refuse(thread, arguments, result, NULL);
}

static __attribute__((noinline)) bool is_jumped_over(hf_test_runtime *t, const hf_function *repeat,
                                                     const hf_callback *callback)
{
    hf_result result = HF_RESULT_INIT;
    if (__builtin_setjmp(landing) != 0) {
        return true;
    }
    (void)!hf_call(t->thread, repeat, &result,
                   HF_ARGS(HF_POINTER(hf_callback_address(callback)), HF_INT(1), HF_UINT(2)));
    return false;
}

static void callback_error_under_a_call_that_was_jumped_over_is_not_the_next_ones(void **state)
{
    hf_test_runtime *t = *state;
    unsigned runs = 0;
    hf_result result = HF_RESULT_INIT;
    hf_callback *callback = make(t, fail_then_jump, &runs);
    hf_function *nothing = hf_test_bind(t, "void hfn_nothing(void)");
    hf_function *repeat = hf_test_bind(
        t, "int64_t hfn_repeat(void *function {raw}, int64_t argument, unsigned times)");

    assert_true(is_jumped_over(t, repeat, callback));

    assert_int_equal(hf_call(t->thread, nothing, &result, HF_NO_ARGS), HF_OK);
    hf_test_expect_report(t, HF_E_JUMPED, "hf_call", "number");
    assert_int_equal(result.callback_status, HF_OK);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(callback_error_of_a_release_is_not_the_next_calls),
        TEST(callback_error_under_a_call_that_was_jumped_over_is_not_the_next_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
