/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Function pointers that a call lends: transient ones, and registered ones that it holds.
 *
 * The hooks are asked directly, as call/marshal_callback.c does.
 */

#include "crew.h"
#include "runtime.h"

#include "base/alloc.h"
#include "call/callbacks.h"
#include "prototype/prototype.h"
#include "thread/thread.h"

#include <string.h>

typedef union number_fn {
    void *plain;
    int64_t (*call)(int64_t);
} number_fn;

static hfi_prototype parse(const char *text)
{
    const hfi_ctype_list known = { NULL, 0, NULL };
    hfi_prototype prototype;
    hfi_prototype_error error;
    assert_int_equal(hfi_prototype_parse(text, &known, &prototype, &error), HF_OK);
    return prototype;
}

static hf_status add(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    result->i = arguments[0].i + *(const int64_t *)user;
    return HF_OK;
}

static int64_t call(hf_test_runtime *t, number_fn to, int64_t value)
{
    int64_t got = -77;
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call(value)), HF_OK);
    return got;
}

static void *lend(hf_test_runtime *t, const hfi_prototype *signature, const hf_transient *transient,
                  number_fn *to)
{
    void *hold = NULL;
    assert_int_equal(
        t->thread->parts->callback_hooks->lend(t->thread, signature, transient, &to->plain, &hold),
        HF_OK);
    return hold;
}

static void give_back(hf_test_runtime *t, void *hold)
{
    t->thread->parts->callback_hooks->give_back(t->thread, hold);
}

static void transient_runs_during_its_call_and_no_longer(void **state)
{
    hf_test_runtime *t = *state;
    hfi_prototype signature = parse("int64_t each(int64_t value)");
    int64_t by = 10;
    number_fn to;
    void *hold = lend(t, &signature, &(hf_transient){ add, &by }, &to);
    assert_int_equal(call(t, to, 5), 15);
    give_back(t, hold);
    assert_int_equal(call(t, to, 5), 0);
    hf_test_expect_report(t, HF_E_MISUSE, "each", "callback");
    hfi_prototype_finish(&signature);
}

static void transient_that_was_called_late_is_not_lent_again(void **state)
{
    hf_test_runtime *t = *state;
    hfi_prototype signature = parse("int64_t each(int64_t value)");
    int64_t by = 10;
    number_fn late, to;
    give_back(t, lend(t, &signature, &(hf_transient){ add, &by }, &late));
    assert_int_equal(call(t, late, 5), 0);
    hf_test_expect_report(t, HF_E_MISUSE, "each", "callback");
    for (int i = 0; i < 100; i++) {
        void *hold = lend(t, &signature, &(hf_transient){ add, &by }, &to);
        assert_ptr_not_equal(to.plain, late.plain);
        give_back(t, hold);
    }
    hfi_prototype_finish(&signature);
}

static void transient_takes_nothing_new_in_the_steady_state(void **state)
{
    hf_test_runtime *t = *state;
    hfi_prototype signature = parse("int64_t each(int64_t value)");
    int64_t by = 10;
    number_fn to;
    for (int i = 0; i < 10; i++) {
        give_back(t, lend(t, &signature, &(hf_transient){ add, &by }, &to));
    }
    hfi_fault_arm(1000000, 1);
    for (int i = 0; i < 1000; i++) {
        void *hold = lend(t, &signature, &(hf_transient){ add, &by }, &to);
        give_back(t, hold);
    }
    assert_int_equal(hfi_fault_disarm(), 0);
    hfi_prototype_finish(&signature);
}

static void transients_of_one_signature_are_lent_at_once(void **state)
{
    hf_test_runtime *t = *state;
    hfi_prototype signature = parse("int64_t each(int64_t value)");
    int64_t by[8];
    number_fn to[8];
    void *hold[8];
    for (int i = 0; i < 8; i++) {
        by[i] = i * 100;
        hold[i] = lend(t, &signature, &(hf_transient){ add, &by[i] }, &to[i]);
    }
    for (int i = 0; i < 8; i++) {
        assert_int_equal(call(t, to[i], 1), i * 100 + 1);
    }
    for (int i = 0; i < 8; i++) {
        give_back(t, hold[i]);
    }
    hfi_prototype_finish(&signature);
}

static void transient_lent_without_memory_says_so(void **state)
{
    hf_test_runtime *t = *state;
    hfi_prototype signature = parse("int16_t odd(double a, int8_t b, const void *c, float d)");
    int64_t by = 10;
    hf_status status = HF_E_NOMEM;
    void *hold = NULL;
    number_fn to;
    const hfi_callback_hooks *hooks = t->thread->parts->callback_hooks;
    for (uint64_t nth = 1; status != HF_OK && nth < 100; nth++) {
        hfi_fault_arm(nth, 1);
        status = hooks->lend(t->thread, &signature, &(hf_transient){ add, &by }, &to.plain, &hold);
        hfi_fault_disarm();
        assert_true(status == HF_OK || status == HF_E_NOMEM);
    }
    assert_int_equal(status, HF_OK);
    give_back(t, hold);
    hfi_prototype_finish(&signature);
}

/* ---- another thread inside a transient when its call ends ---- */

typedef struct slow {
    _Atomic(bool) entered, go;
    number_fn to;
} slow;

static hf_status wait_inside(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    slow *s = user;
    (void)arguments;
    hf_status status = hf_native_begin(thread);
    if (status == HF_OK) {
        atomic_store(&s->entered, true);
        while (!atomic_load(&s->go)) {
            hfp_sleep_ns(100000);
        }
        status = hf_native_end(thread, NULL);
    }
    result->i = 3;
    return status;
}

static void call_slow(hf_crew_member *me)
{
    slow *s = me->user;
    HF_CREW_CHECK(me, s->to.call(1) == 3);
}

static void transient_that_runs_elsewhere_at_the_end_is_reported(void **state)
{
    hf_test_runtime *t = *state;
    hfi_prototype signature = parse("int64_t each(int64_t value)");
    hf_crew crew = { 0 };
    slow s = { false, false, { NULL } };
    void *hold = lend(t, &signature, &(hf_transient){ wait_inside, &s }, &s.to);
    hf_crew_start(&crew, 1, call_slow, &s);
    while (!atomic_load(&s.entered)) {
        assert_int_equal(hf_safepoint(t->thread), HF_OK);
        hfp_thread_yield();
    }
    give_back(t, hold);
    hf_test_expect_report(t, HF_E_BUSY, "hf_call", "each");
    assert_int_equal(hf_native_begin(t->thread), HF_OK);
    atomic_store(&s.go, true);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);
    hfi_prototype_finish(&signature);
}

/* ---- registered ---- */

static void borrowed_callback_ends_behind_the_call(void **state)
{
    hf_test_runtime *t = *state;
    const hfi_callback_hooks *hooks = t->thread->parts->callback_hooks;
    int64_t by = 1;
    hf_callback *callback;
    number_fn to;
    void *hold;
    assert_int_equal(
        hf_callback_create(t->thread, "int64_t number(int64_t value)", add, &by, &callback), HF_OK);
    assert_int_equal(hooks->borrow(t->thread, callback, NULL, &to.plain, &hold), HF_OK);
    assert_int_equal(hf_callback_destroy(callback), HF_E_BUSY);
    hooks->give_back(t->thread, hold);
    assert_int_equal(hooks->borrow(t->thread, callback, NULL, &to.plain, &hold), HF_E_MISUSE);
    hf_test_expect_report(t, HF_E_MISUSE, "hf_call", "number");
}

static void borrowed_callback_has_to_fit_the_parameter(void **state)
{
    hf_test_runtime *t = *state;
    const hfi_callback_hooks *hooks = t->thread->parts->callback_hooks;
    static const struct {
        const char *wanted;
        hf_status status;
    } cases[] = {
        { "int64_t f(int64_t)", HF_OK },          { "int64_t f(uint64_t)", HF_E_TYPE },
        { "int32_t f(int64_t)", HF_E_TYPE },      { "int64_t f(int64_t, int)", HF_E_TYPE },
        { "int64_t f(const void *)", HF_E_TYPE }, { "int64_t f(void)", HF_E_TYPE },
        { "long long f(long long a)", HF_OK },
    };
    int64_t by = 1;
    hf_callback *callback;
    assert_int_equal(
        hf_callback_create(t->thread, "int64_t number(int64_t value)", add, &by, &callback), HF_OK);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        number_fn to;
        void *hold;
        hfi_prototype wanted = parse(cases[i].wanted);
        assert_int_equal(hooks->borrow(t->thread, callback, &wanted, &to.plain, &hold),
                         cases[i].status);
        if (cases[i].status == HF_OK) {
            assert_int_equal(call(t, to, 4), 5);
            hooks->give_back(t->thread, hold);
        } else {
            hf_test_expect_report(t, HF_E_TYPE, "f", "number");
        }
        hfi_prototype_finish(&wanted);
    }
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static void callback_is_an_argument_of_a_call(void **state)
{
    hf_test_runtime *t = *state;
    int64_t by = 1;
    hf_callback *callback;
    hf_result result = HF_RESULT_INIT;
    hf_function *repeat = hf_test_bind(
        t, "int64_t hfn_repeat(void *function {raw}, int64_t argument, unsigned times)");
    assert_int_equal(
        hf_callback_create(t->thread, "int64_t number(int64_t value)", add, &by, &callback), HF_OK);
    assert_int_equal(
        hf_call(t->thread, repeat, &result, HF_ARGS(HF_CALLBACK(callback), HF_INT(6), HF_UINT(10))),
        HF_OK);
    assert_int_equal(result.value.i, 70);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

/* A thread that is in a call when its runtime ends gives back what it was lent. */
static void transient_may_be_given_back_behind_its_runtime(void **state)
{
    (void)state;
    static hf_test_runtime t; /* its runtime outlives the test, and may report */
    hf_test_begin(&t, NULL);
    hfi_prototype signature = parse("int64_t each(int64_t value)");
    int64_t by = 10;
    number_fn to;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    void *first = lend(&t, &signature, &(hf_transient){ add, &by }, &to);
    void *second = lend(&t, &signature, &(hf_transient){ add, &by }, &to);

    hf_runtime_destroy(t.runtime, &leaks);

    hf_test_expect_report(&t, HF_E_BUSY, "hf_runtime_destroy", "runtime");
    assert_int_equal(leaks.threads, 1);
    assert_int_equal(leaks.callbacks, 0);
    give_back(&t, second);
    give_back(&t, first);
    assert_int_equal(to.call(5), 0); /* its report goes to standard error */
    assert_int_equal(hf_thread_detach(t.thread), HF_OK);
    assert_int_equal(hf_test_report_count(&t), 0);
    hfi_prototype_finish(&signature);
}

static void callback_memory_is_known(void **state)
{
    hf_test_runtime *t = *state;
    hf_code_memory memory = hf_callback_memory();
    (void)t;
    assert_true(memory == HF_CODE_STATIC || memory == HF_CODE_WRITABLE);
    assert_int_equal(hf_callback_memory(), memory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(transient_runs_during_its_call_and_no_longer),
        TEST(transient_that_was_called_late_is_not_lent_again),
        TEST(transient_takes_nothing_new_in_the_steady_state),
        TEST(transients_of_one_signature_are_lent_at_once),
        TEST(transient_lent_without_memory_says_so),
        TEST(transient_that_runs_elsewhere_at_the_end_is_reported),
        TEST(borrowed_callback_ends_behind_the_call),
        TEST(borrowed_callback_has_to_fit_the_parameter),
        TEST(callback_is_an_argument_of_a_call),
        cmocka_unit_test(transient_may_be_given_back_behind_its_runtime),
        TEST(callback_memory_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
