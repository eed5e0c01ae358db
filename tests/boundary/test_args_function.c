/* SPDX-License-Identifier: MIT */

/*
 * Function pointers and handles as arguments.
 *
 * The module that makes function pointers is stood in for by hooks of the test, so that what the
 * call asks of them, and when it gives back, is seen exactly.
 */

#include "arguments.h"
#include "runtime.h"

#include "call/callbacks.h"
#include "call/function.h"

#include <string.h>

static struct {
    unsigned borrowed, lent, given_back;
    const hfi_prototype *wanted;
    hf_status status;
} seen;

static int thrice(int value)
{
    return 3 * value;
}

static hf_status take(void **address_out, void **hold_out)
{
    union {
        int (*function)(int);
        void *address;
    } of = { thrice };
    *address_out = of.address;
    *hold_out = &seen;
    return HF_OK;
}

static hf_status borrow(hf_thread *thread, hf_callback *callback, const hfi_prototype *wanted,
                        void **address_out, void **hold_out, hfi_borrow_refusal *why)
{
    why->message[0] = 0;
    (void)thread;
    (void)callback;
    seen.wanted = wanted;
    if (seen.status != HF_OK) {
        return seen.status;
    }
    seen.borrowed++;
    return take(address_out, hold_out);
}

static hf_status lend(hf_thread *thread, const hfi_prototype *signature,
                      const hf_transient *transient, void **address_out, void **hold_out)
{
    (void)thread;
    (void)transient;
    seen.wanted = signature;
    if (seen.status != HF_OK) {
        return seen.status;
    }
    seen.lent++;
    return take(address_out, hold_out);
}

static void give_back(hf_thread *thread, void *hold)
{
    (void)thread;
    seen.given_back += hold == &seen;
}

static void take_parked(hf_thread *thread, hfi_parked *parked_out)
{
    (void)thread;
    memset(parked_out, 0, sizeof(*parked_out));
}

static const hfi_callback_hooks hooks = { borrow, lend, give_back, take_parked };
static const hfi_callback_hooks *own_hooks;

static hfi_parts *parts_of(hf_test_runtime *t)
{
    return hfi_parts_of(t->runtime);
}

static int setup(void **state)
{
    int outcome = hf_test_setup(state);
    memset(&seen, 0, sizeof(seen));
    own_hooks = parts_of(*state)->callback_hooks;
    parts_of(*state)->callback_hooks = &hooks;
    return outcome;
}

static hf_function *bind_apply(hf_test_runtime *t)
{
    return hf_test_bind(t, "int hfn_apply(int (*function)(int value), int value)");
}

static int teardown(void **state)
{
    hf_test_runtime *t = *state;
    parts_of(t)->callback_hooks = own_hooks;
    return hf_test_teardown(state);
}

static hf_status call(hf_test_runtime *t, const hf_function *function, hf_result *result,
                      hf_arg first, hf_arg second)
{
    const hf_arg arguments[] = { first, second, HF_ARGS_END };
    return hf_call(t->thread, function, result, arguments);
}

static hf_status ignore(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    (void)arguments;
    (void)result;
    (void)user;
    return HF_OK;
}

static void functions_are_held_for_the_call(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *apply = bind_apply(t);
    hf_callback *callback = (hf_callback *)(void *)&seen;
    const hf_transient transient = { ignore, NULL };

    assert_int_equal(call(t, apply, &result, (hf_arg)HF_CALLBACK(callback), (hf_arg)HF_INT(2)),
                     HF_OK);
    assert_int_equal(result.value.i, 6);
    assert_non_null(seen.wanted);
    assert_int_equal(seen.wanted->param_count, 1);
    assert_int_equal(seen.borrowed, 1);
    assert_int_equal(seen.given_back, 1);
    assert_int_equal(call(t, apply, &result, (hf_arg)HF_FUNCTION(&transient), (hf_arg)HF_INT(3)),
                     HF_OK);
    assert_int_equal(result.value.i, 9);
    assert_int_equal(seen.lent, 1);
    assert_int_equal(seen.given_back, 2);
}

static void functions_are_given_back_when_a_later_argument_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_callback *callback = (hf_callback *)(void *)&seen;

    assert_int_equal(
        call(t, bind_apply(t), &result, (hf_arg)HF_CALLBACK(callback), (hf_arg)HF_DOUBLE(2)),
        HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_apply", "2 (value)");
    assert_int_equal(seen.borrowed, 1);
    assert_int_equal(seen.given_back, 1);
}

static void functions_that_cannot_be_lent_are_refused(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *apply = bind_apply(t);
    hf_callback *callback = (hf_callback *)(void *)&seen;
    const hf_transient none = { NULL, NULL };

    seen.status = HF_E_TYPE;
    assert_int_equal(call(t, apply, &result, (hf_arg)HF_CALLBACK(callback), (hf_arg)HF_INT(2)),
                     HF_E_TYPE);
    assert_int_equal(seen.given_back, 0);
    assert_int_equal(call(t, apply, &result, (hf_arg)HF_CALLBACK(NULL), (hf_arg)HF_INT(2)),
                     HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_apply", "1 (function)");
    assert_int_equal(call(t, apply, &result, (hf_arg)HF_FUNCTION(&none), (hf_arg)HF_INT(2)),
                     HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_apply", "1 (function)");
    assert_int_equal(call(t, apply, &result, (hf_arg)HF_INT(1), (hf_arg)HF_INT(2)),
                     HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_apply", "1 (function)");
}

static void native_functions_and_null_go_as_they_are(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *apply = bind_apply(t);
    void *address;
    void *hold;
    assert_int_equal(take(&address, &hold), HF_OK);

    assert_int_equal(call(t, apply, &result, (hf_arg)HF_POINTER(address), (hf_arg)HF_INT(5)),
                     HF_OK);
    assert_int_equal(result.value.i, 15);
    assert_int_equal(call(t, apply, &result, (hf_arg)HF_NULL, (hf_arg)HF_INT(5)), HF_OK);
    assert_int_equal(result.value.i, -1);
    assert_int_equal(seen.borrowed + seen.lent, 0);
}

static void a_callback_goes_to_a_raw_parameter_whatever_its_signature(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *apply = hf_test_bind(t, "int hfn_apply(void *function {raw}, int value)");
    hf_callback *callback = (hf_callback *)(void *)&seen;

    seen.wanted = &apply->prototype;
    assert_int_equal(call(t, apply, &result, (hf_arg)HF_CALLBACK(callback), (hf_arg)HF_INT(4)),
                     HF_OK);
    assert_int_equal(result.value.i, 12);
    assert_null(seen.wanted);
    assert_int_equal(seen.given_back, 1);
}

static void a_handle_passes_while_it_is_live(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref object = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *pointer = hf_test_bind(t, "void *hfn_pointer(void *value {raw})");
    void *word;
    assert_int_equal(hf_bytes_create(t->thread, 8, object), HF_OK);
    assert_int_equal(hf_handle_create(t->thread, object, "thing", 1, &word), HF_OK);

    assert_int_equal(hf_call(t->thread, pointer, &result, HF_ARGS(HF_HANDLE(word))), HF_OK);
    assert_ptr_equal(result.value.pointer, word);
    assert_int_equal(hf_handle_load(t->thread, word, "thing", object), HF_OK); /* the one use */
    assert_int_equal(hf_call(t->thread, pointer, &result, HF_ARGS(HF_HANDLE(word))), HF_E_HANDLE);
    assert_non_null(strstr(t->report[0].message, "\"thing\" ended with its last use"));
    hf_test_expect_report(t, HF_E_HANDLE, "hfn_pointer", "1 (value)");
    assert_int_equal(hf_call(t->thread, pointer, &result, HF_ARGS(HF_HANDLE(&seen))), HF_E_HANDLE);
    hf_test_expect_report(t, HF_E_HANDLE, "hfn_pointer", "1 (value)");
    assert_int_equal(hf_call(t->thread, pointer, &result, HF_ARGS(HF_HANDLE(NULL))), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_pointer", "1 (value)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(functions_are_held_for_the_call),
        TEST(functions_are_given_back_when_a_later_argument_is_refused),
        TEST(functions_that_cannot_be_lent_are_refused),
        TEST(native_functions_and_null_go_as_they_are),
        TEST(a_callback_goes_to_a_raw_parameter_whatever_its_signature),
        TEST(a_handle_passes_while_it_is_live),
    };
    return cmocka_run_group_tests_name("function arguments", tests, NULL, NULL);
}
