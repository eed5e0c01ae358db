/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Functions that are destroyed while a call is in them: they end behind it, and say so.
 */

#include "runtime.h"

#include "call/flight.h"

#include <string.h>

/* Bound functions and open libraries alive. */
static uint64_t alive(const hf_test_runtime *t)
{
    return atomic_load(&hfi_parts_of(t->runtime)->functions);
}

typedef struct wait {
    hf_function *function;
    hf_library *library;
    int entered; /* atomic; set by the callee */
    int go;      /* atomic; the callee returns */
    uint64_t alive_during;
    unsigned in;
} wait;

static void destroy_during_call(void *user)
{
    wait *w = user;
    while (!__atomic_load_n(&w->entered, __ATOMIC_SEQ_CST)) {
        hfp_sleep_ns(100000);
    }
    w->in = hfi_flights_in(w->function);
    hf_library_close(w->library);
    hf_function_destroy(w->function);
    __atomic_store_n(&w->go, 1, __ATOMIC_SEQ_CST);
}

static hf_status wait_in_call(hf_test_runtime *t, const char *prototype, wait *w, hf_result *result)
{
    assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &w->library), HF_OK);
    assert_int_equal(hf_function_bind(t->thread, w->library, prototype, &w->function), HF_OK);
    hfp_thread thread;
    assert_int_equal(hfp_thread_start(&thread, "destroyer", destroy_during_call, w), HF_OK);
    hf_status status = hf_call(t->thread, w->function, result,
                               HF_ARGS(HF_POINTER(&w->entered), HF_POINTER(&w->go), HF_INT(8)));
    hfp_thread_join(&thread);
    return status;
}

static void check_end_behind_call(hf_test_runtime *t, const char *prototype)
{
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    wait w;
    memset(&w, 0, sizeof w);
    uint64_t before = alive(t);

    assert_int_equal(wait_in_call(t, prototype, &w, &result), HF_OK);

    assert_int_equal(result.value.i, 8);
    assert_int_equal(w.in, 1);
    hf_test_expect_report(t, HF_E_BUSY, "hf_function_destroy", "function");
    assert_int_equal(alive(t), before + 2); /* the function, and the library by it */
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(alive(t), before);
}

static void function_destroyed_in_a_plain_call_ends_behind_it(void **state)
{
    check_end_behind_call(*state, "int hfn_wait(void *entered {raw}, void *go {raw}, int value)");
}

static void function_destroyed_in_a_general_call_ends_behind_it(void **state)
{
    check_end_behind_call(
        *state, "int hfn_wait(void *entered {raw}, void *go {raw}, int value) {fail(result < 0)}");
}

static void function_nobody_is_in_ends_at_once(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_library *library;
    hf_function *function;
    uint64_t before = alive(t);
    assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &library), HF_OK);
    assert_int_equal(
        hf_function_bind(t->thread, library, "int32_t hfn_i32(int32_t value)", &function), HF_OK);
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(3))), HF_OK);
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_i32", "1 (value)");
    assert_int_equal(hfi_flights_in(function), 0);

    hf_library_close(library);
    hf_function_destroy(function);

    assert_int_equal(alive(t), before);
}

/* ---- from a callback ---- */

typedef struct nested {
    hf_test_runtime *t;
    hf_function *sort;
    hf_function *number;
    unsigned calls;
    hf_status again;   /* of a call of what is destroyed */
    unsigned in_first; /* calls in `sort` while the first comparison calls `number` */
    hf_status status;
    int64_t value;
} nested;

static nested now;

/* What a callback does by hand: back to managed state, a call, and native again. */
static int compare(const void *a, const void *b)
{
    hf_thread *thread = now.t->thread;
    now.status = hf_native_end(thread, NULL);
    if (now.status == HF_OK && now.calls++ == 0) {
        HF_FRAME(thread);
        hf_result result = HF_RESULT_INIT;
        hf_function_destroy(now.sort);
        hf_function_destroy(now.sort); /* a mistake, told as one */
        now.status = hf_call(thread, now.number, &result, HF_ARGS(HF_INT(5)));
        now.value = result.value.i;
        (void)hf_collect(thread);
        now.in_first = hfi_flights_in(now.sort);
        now.again = hf_call(thread, now.sort, &result,
                            HF_ARGS(HF_POINTER(&result), HF_UINT(0), HF_UINT(1), HF_NULL));
    }
    if (now.status == HF_OK) {
        now.status = hf_native_begin(thread);
    }
    return *(const int *)a - *(const int *)b;
}

static void function_destroyed_by_its_own_callback_ends_behind_the_call(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    int (*handler)(const void *, const void *) = compare;
    void *address;
    int numbers[] = { 3, 1, 2 };
    memcpy(&address, &handler, sizeof address);
    memset(&now, 0, sizeof now);
    now.t = t;
    now.number = hf_test_bind(t, "int32_t hfn_i32(int32_t value)");
    uint64_t before = alive(t);
    hf_library *libc;
    assert_int_equal(hf_library_open(t->thread, "c", &libc), HF_OK);
    assert_int_equal(hf_function_bind(t->thread, libc,
                                      "void qsort(void *base {raw}, size_t count, size_t size, "
                                      "void *compare {raw})",
                                      &now.sort),
                     HF_OK);
    hf_library_close(libc);

    assert_int_equal(hf_call(t->thread, now.sort, &result,
                             HF_ARGS(HF_POINTER(numbers), HF_UINT(3), HF_UINT(sizeof numbers[0]),
                                     HF_POINTER(address))),
                     HF_OK);

    hf_test_expect_report(t, HF_E_BUSY, "hf_function_destroy", "function");
    hf_test_expect_report(t, HF_E_MISUSE, "hf_function_destroy", "function");
    hf_test_expect_report(t, HF_E_MISUSE, "qsort", "function");
    assert_int_equal(now.again, HF_E_MISUSE);
    assert_int_equal(now.status, HF_OK);
    assert_int_equal(now.value, 5);
    assert_int_equal(now.in_first, 1);
    assert_int_equal(numbers[0] * 100 + numbers[1] * 10 + numbers[2], 123);
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(alive(t), before);
}

/* The end of the runtime looks last. */
static void function_that_waits_is_given_back_with_the_runtime(void **state)
{
    (void)state;
    hf_test_runtime t;
    hf_test_begin(&t, NULL);
    {
        HF_FRAME(t.thread);
        hf_result result = HF_RESULT_INIT;
        wait w;
        memset(&w, 0, sizeof w);
        assert_int_equal(wait_in_call(&t,
                                      "int hfn_wait(void *entered {raw}, void *go {raw}, int v)",
                                      &w, &result),
                         HF_OK);
        hf_test_expect_report(&t, HF_E_BUSY, "hf_function_destroy", "function");
    }
    hf_test_end(&t);
}

/* Somebody who forgot can still do it: what a close looks at is kept with the library. */
static void library_closed_behind_the_runtime_is_unloaded(void **state)
{
    (void)state;
    hf_runtime *runtime;
    hf_thread *thread;
    hf_library *library;
    hf_function *function;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_runtime_create(NULL, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &thread), HF_OK);
    assert_int_equal(hf_library_open(thread, HF_TESTLIB_PATH, &library), HF_OK);
    assert_int_equal(hf_function_bind(thread, library, "void hfn_nothing(void)", &function), HF_OK);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_destroy(runtime, &leaks);
    assert_int_equal(leaks.functions, 2);

    hf_library_close(library);
    hf_function_destroy(function);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(function_destroyed_in_a_plain_call_ends_behind_it,
                                        hf_test_setup, hf_test_teardown),
        cmocka_unit_test_setup_teardown(function_destroyed_in_a_general_call_ends_behind_it,
                                        hf_test_setup, hf_test_teardown),
        cmocka_unit_test_setup_teardown(function_nobody_is_in_ends_at_once, hf_test_setup,
                                        hf_test_teardown),
        cmocka_unit_test_setup_teardown(function_destroyed_by_its_own_callback_ends_behind_the_call,
                                        hf_test_setup, hf_test_teardown),
        cmocka_unit_test(library_closed_behind_the_runtime_is_unloaded),
        cmocka_unit_test(function_that_waits_is_given_back_with_the_runtime),
    };
    return cmocka_run_group_tests_name("flight", tests, NULL, NULL);
}
