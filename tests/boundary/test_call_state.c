/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * What holds around a call: error values, resources, other threads that collect meanwhile.
 */

#include "runtime.h"
#include "testlib.h"

#include <errno.h>
#include <string.h>

/* ---- error values ---- */

static void call_gives_the_errno_of_the_callee(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *fail =
        hf_test_bind(t, "int hfn_fail_errno(int code) {fail(result < 0), error(errno)}");

    assert_int_equal(hf_call(t->thread, fail, &result, HF_ARGS(HF_INT(34))), HF_E_NATIVE);
    assert_int_equal(result.errno_value, 34);
    assert_true(result.error == 34 && result.failed);
    errno = 7;
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(result.errno_value, 34);
}

static void call_captures_errno_behind_slow_paths(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = hf_test_bind(
        t, "char *hfn_fetch_text(void *source {raw}, char *buffer {out, text}, size_t size"
           " {capacity(buffer)}) {fail(result == 0), error(errno), grow(error == 34)}");
    uint64_t count = hf_test_effort(50);
    for (uint64_t i = 0; i < count; i++) {
        hfn_source source = { .count = 3000 };
        errno = 0;
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_true(result.attempts > 3);
        assert_true(result.tries[0].error == 34);
        assert_true(result.error == 0);
    }
}

static void call_clears_the_error_where_it_decides(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *fail =
        hf_test_bind(t, "int hfn_fail_errno(int code) {fail(result < 0), error(errno)}");
    hf_function *old =
        hf_test_bind(t, "int hfn_old_errno(void) {fail(result == 0 && error != 0), error(errno)}");

    assert_int_equal(hf_call(t->thread, fail, &result, HF_ARGS(HF_INT(5))), HF_E_NATIVE);
    assert_int_equal(hf_call(t->thread, old, &result, HF_NO_ARGS), HF_OK);
    assert_true(result.value.i == 0);
    assert_int_equal(result.errno_value, 0);
}

static void call_starts_each_result_anew(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *fail =
        hf_test_bind(t, "int hfn_fail_errno(int code) {fail(result < 0), error(errno)}");
    hf_function *echo = hf_test_bind(t, "int hfn_i32(int v)");

    assert_int_equal(hf_call(t->thread, fail, &result, HF_ARGS(HF_INT(5))), HF_E_NATIVE);
    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_INT(1))), HF_OK);
    assert_false(result.failed);
    assert_true(result.error == 0);
    assert_int_equal(result.attempts, 1);
    assert_int_equal(hf_call(t->thread, echo, &result, HF_NO_ARGS), HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_i32", "1 (v)");
    assert_int_equal(result.attempts, 0);
    assert_true(result.value.i == 0);
}

/* ---- resources ---- */

typedef struct closings {
    int count;       /* atomic */
    uintptr_t value; /* the last one closed */
} closings;

static hf_status count_closing(uintptr_t value, void *user)
{
    closings *seen = user;
    seen->value = value;
    __atomic_add_fetch(&seen->count, 1, __ATOMIC_SEQ_CST);
    return HF_OK;
}

static closings closed;
static const hf_resource_class number_class = {
    sizeof(hf_resource_class),  "number", (uintptr_t)-1, count_closing, &closed,
    HF_LEAK_REPORT_AND_RELEASE,
};

static void call_passes_the_value_of_a_resource(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_ref buffer = hf_local(t->thread);
    hf_ref none = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *echo = hf_test_bind(t, "int hfn_i32(int fd {resource})");
    memset(&closed, 0, sizeof(closed));
    assert_int_equal(hf_resource_create(t->thread, &number_class, 7, number), HF_OK);
    assert_int_equal(hf_bytes_create(t->thread, 8, buffer), HF_OK);

    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_RESOURCE(number))), HF_OK);
    assert_true(result.value.i == 7);
    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_RESOURCE(buffer))), HF_E_TYPE);
    hf_test_expect_report(t, HF_E_TYPE, "hfn_i32", "1 (fd)");
    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_RESOURCE(none))), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_i32", "1 (fd)");
    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_RESOURCE(NULL))), HF_E_SLOTS);
    hf_test_expect_report(t, HF_E_SLOTS, "hfn_i32", "1 (fd)");
    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_INT(7))), HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_i32", "1 (fd)");
    assert_int_equal(closed.count, 0);
    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
    assert_int_equal(closed.count, 1);
    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_RESOURCE(number))), HF_E_CLOSED);
    hf_test_expect_report(t, HF_E_CLOSED, "hfn_i32", "1 (fd)");
    assert_int_equal(result.attempts, 0);
}

static void call_holds_a_resource_that_goes_to_a_plain_number(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *echo = hf_test_bind(t, "int hfn_i32(int fd)");
    hf_function *narrow = hf_test_bind(t, "int8_t hfn_i8(int8_t fd)");
    memset(&closed, 0, sizeof(closed));
    assert_int_equal(hf_resource_create(t->thread, &number_class, 300, number), HF_OK);

    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_RESOURCE(number))), HF_OK);
    assert_true(result.value.i == 300);
    assert_int_equal(hf_call(t->thread, narrow, &result, HF_ARGS(HF_RESOURCE(number))), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_i8", "1 (fd)");
    assert_int_equal(closed.count, 0);
    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
    assert_int_equal(closed.count, 1); /* nothing holds it any more */
    assert_int_equal(hf_call(t->thread, echo, &result, HF_ARGS(HF_RESOURCE(number))), HF_E_CLOSED);
    hf_test_expect_report(t, HF_E_CLOSED, "hfn_i32", "1 (fd)");
}

static void call_lets_a_resource_go_when_a_later_argument_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *wait =
        hf_test_bind(t, "int hfn_wait(void *entered {raw}, void *go {resource}, int value)");
    memset(&closed, 0, sizeof(closed));
    assert_int_equal(hf_resource_create(t->thread, &number_class, 7, number), HF_OK);

    assert_int_equal(
        hf_call(t->thread, wait, &result, HF_ARGS(HF_NULL, HF_RESOURCE(number), HF_DOUBLE(1))),
        HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_wait", "3 (value)");
    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
    assert_int_equal(closed.count, 1); /* at once: nothing holds it */
}

/* A thread that does something to a runtime while another one is inside a native call. */
typedef struct helper {
    hf_runtime *runtime;
    hf_global *global;
    int entered; /* atomic; set by the callee */
    int go;      /* atomic; the callee returns */
    int closed_during;
    hf_status status;
    uint64_t collections;
    hf_runtime_leaks leaks;
} helper;

static void wait_until_entered(helper *h)
{
    while (!__atomic_load_n(&h->entered, __ATOMIC_SEQ_CST)) {
        hfp_sleep_ns(100000);
    }
}

static hf_status dispose_global(hf_thread *thread, helper *h)
{
    HF_FRAME(thread);
    hf_ref number = hf_local(thread);
    hf_status status = hf_global_load(h->global, number);
    return status == HF_OK ? hf_resource_dispose(thread, number) : status;
}

static void dispose_during_call(void *user)
{
    helper *h = user;
    hf_thread *thread;
    wait_until_entered(h);
    h->status = hf_thread_attach(h->runtime, &thread);
    if (h->status == HF_OK) {
        h->status = dispose_global(thread, h);
        (void)hf_thread_detach(thread);
    }
    h->closed_during = __atomic_load_n(&closed.count, __ATOMIC_SEQ_CST);
    __atomic_store_n(&h->go, 1, __ATOMIC_SEQ_CST);
}

static void call_holds_a_resource_that_is_disposed_meanwhile(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    helper h = { .runtime = t->runtime };
    memset(&closed, 0, sizeof(closed));
    hf_function *wait =
        hf_test_bind(t, "int hfn_wait(void *entered {raw}, void *go {raw}, int fd {resource})");
    assert_int_equal(hf_resource_create(t->thread, &number_class, 42, number), HF_OK);
    assert_int_equal(hf_global_create(t->thread, number, &h.global), HF_OK);
    hfp_thread thread;
    assert_int_equal(hfp_thread_start(&thread, "disposer", dispose_during_call, &h), HF_OK);

    hf_status status =
        hf_call(t->thread, wait, &result,
                HF_ARGS(HF_POINTER(&h.entered), HF_POINTER(&h.go), HF_RESOURCE(number)));
    hfp_thread_join(&thread);
    hf_global_destroy(t->thread, h.global);

    assert_int_equal(status, HF_OK);
    assert_true(result.value.i == 42);
    assert_int_equal(h.status, HF_OK);
    assert_int_equal(h.closed_during, 0); /* not while the call was inside */
    assert_int_equal(closed.count, 1);    /* but right after */
    assert_true(closed.value == 42);
}

/* ---- collections during a call ---- */

static void collect_during_call(void *user)
{
    helper *h = user;
    hf_thread *thread;
    wait_until_entered(h);
    h->status = hf_thread_attach(h->runtime, &thread);
    if (h->status == HF_OK) {
        for (int i = 0; i < 3 && h->status == HF_OK; i++) {
            h->status = hf_collect(thread);
            h->collections++;
        }
        (void)hf_thread_detach(thread);
    }
    __atomic_store_n(&h->go, 1, __ATOMIC_SEQ_CST);
}

static void call_is_not_waited_for_by_a_collection(void **state)
{
    hf_test_runtime *t = *state;
    helper h = { .runtime = t->runtime };
    hf_result result = HF_RESULT_INIT;
    hf_function *wait =
        hf_test_bind(t, "int hfn_wait(void *entered {raw}, void *go {raw}, int value)");
    hfp_thread thread;
    assert_int_equal(hfp_thread_start(&thread, "collector", collect_during_call, &h), HF_OK);

    hf_status status = hf_call(t->thread, wait, &result,
                               HF_ARGS(HF_POINTER(&h.entered), HF_POINTER(&h.go), HF_INT(1)));
    hfp_thread_join(&thread);

    assert_int_equal(status, HF_OK);
    assert_int_equal(h.status, HF_OK);
    assert_int_equal(h.collections, 3);
}

/* ---- the end of the runtime during a call ---- */

static void destroy_during_call(void *user)
{
    helper *h = user;
    wait_until_entered(h);
    hf_runtime_destroy(h->runtime, &h->leaks);
    h->closed_during = __atomic_load_n(&closed.count, __ATOMIC_SEQ_CST);
    __atomic_store_n(&h->go, 1, __ATOMIC_SEQ_CST);
}

/* A call, with or without a resource, in a runtime that another thread destroys meanwhile.  The
 * runtime's memory is kept, as a thread is attached. */
static hf_status call_while_destroyed(hf_test_runtime *t, helper *h, const char *prototype,
                                      bool has_resource, hf_result *result)
{
    hf_test_begin(t, NULL);
    *h = (helper){ .runtime = t->runtime, .leaks = HF_RUNTIME_LEAKS_INIT };
    memset(&closed, 0, sizeof(closed));
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    const hf_function *wait = hf_test_bind(t, prototype);
    assert_int_equal(hf_resource_create(t->thread, &number_class, 42, number), HF_OK);
    hfp_thread thread;
    assert_int_equal(hfp_thread_start(&thread, "destroyer", destroy_during_call, h), HF_OK);

    hf_arg third = HF_INT(42);
    if (has_resource) {
        third = (hf_arg)HF_RESOURCE(number);
    }
    hf_status status = hf_call(t->thread, wait, result,
                               HF_ARGS(HF_POINTER(&h->entered), HF_POINTER(&h->go), third));
    hfp_thread_join(&thread);

    hf_result later = HF_RESULT_INIT;
    later.attempts = 5;
    hf_status refused = hf_call(t->thread, wait, &later, HF_NO_ARGS);
    assert_int_equal(refused, HF_E_SHUTDOWN);
    assert_int_equal(later.attempts, 0);
    assert_int_equal(h->leaks.threads, 1);
    assert_int_equal(h->closed_during, 0); /* not under the call */
    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
    assert_int_equal(closed.count, 1); /* the call has let it go */
    hf_test_expect_report(t, HF_E_BUSY, "hf_runtime_destroy", "runtime");
    hf_test_expect_report(t, HF_OK, "hf_runtime_destroy", NULL); /* the call and the rest */
    return status;
}

static void leave_destroyed(hf_test_runtime *t)
{
    hf_function_destroy(t->function[0]);
    hf_library_close(t->library);
    assert_int_equal(hf_thread_detach(t->thread), HF_OK);
    assert_int_equal(hf_test_report_count(t), 0);
}

static void call_that_returns_into_a_stopped_runtime_gives_its_native_result(void **state)
{
    (void)state;
    static hf_test_runtime t; /* its runtime outlives the test, and may report */
    helper h;
    hf_result result = HF_RESULT_INIT;
    hf_status status = call_while_destroyed(
        &t, &h, "int hfn_wait(void *entered {raw}, void *go {raw}, int fd {resource})", true,
        &result);
    assert_int_equal(status, HF_E_SHUTDOWN);
    assert_int_equal(result.attempts, 1);
    assert_true(result.value.i == 42 && !result.failed);
    leave_destroyed(&t);
}

static void call_that_fails_into_a_stopped_runtime_gives_its_native_error(void **state)
{
    (void)state;
    static hf_test_runtime t;
    helper h;
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        call_while_destroyed(&t, &h,
                             "int hfn_wait(void *entered {raw}, void *go {raw}, int fd {resource})"
                             " {fail(result == 42), error(result)}",
                             true, &result);
    assert_int_equal(status, HF_E_SHUTDOWN);
    assert_true(result.failed && result.error == 42);
    leave_destroyed(&t);
}

/* Without outputs and resources a call takes a shorter way. */
static void call_of_numbers_that_returns_into_a_stopped_runtime_says_so(void **state)
{
    (void)state;
    static hf_test_runtime t;
    helper h;
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        call_while_destroyed(&t, &h,
                             "int hfn_wait(void *entered {raw}, void *go {raw}, int value)"
                             " {fail(result == 42), error(result)}",
                             false, &result);
    assert_int_equal(status, HF_E_SHUTDOWN);
    assert_int_equal(result.attempts, 1);
    assert_true(result.value.i == 42 && result.failed && result.error == 42);
    leave_destroyed(&t);
}

/* ---- several threads ---- */

/* Two threads fill and sum buffers through calls while a third one collects. */
typedef struct worker {
    hf_test_runtime *t;
    const hf_function *fetch;
    const hf_function *sum;
    uint64_t rounds;
    uint64_t failures;
} worker;

static uint64_t fetch_and_sum(hf_thread *thread, const worker *w, uint64_t round)
{
    HF_FRAME(thread);
    hf_result fetched = HF_RESULT_INIT;
    hf_result summed = HF_RESULT_INIT;
    hfn_source source = { .count = (size_t)(round * 37 % 3000) };
    uint32_t expected = 0;
    for (size_t i = 0; i < source.count; i++) {
        expected += hfn_element(i);
    }
    hf_status status = hf_call(thread, w->fetch, &fetched, HF_ARGS(HF_POINTER(&source)));
    if (status != HF_OK) {
        return 1;
    }
    status = hf_call(thread, w->sum, &summed,
                     HF_ARGS(HF_BUFFER(hf_result_out(&fetched, 0), 0, HF_WHOLE)));
    return status != HF_OK || summed.value.u != expected;
}

static void work(void *user)
{
    worker *w = user;
    hf_thread *thread;
    if (hf_thread_attach(w->t->runtime, &thread) != HF_OK) {
        w->failures++;
        return;
    }
    for (uint64_t i = 0; i < w->rounds; i++) {
        w->failures += fetch_and_sum(thread, w, i);
    }
    w->failures += hf_thread_detach(thread) != HF_OK;
}

static void calls_of_several_threads_keep_their_buffers(void **state)
{
    hf_test_runtime *t = *state;
    worker w[2];
    hfp_thread thread[2];
    hf_function *fetch =
        hf_test_bind(t, "int hfn_fetch(void *source {raw}, uint8_t *buffer {out}, size_t size"
                        " {capacity(buffer)}, size_t *needed {out, needed(buffer), length(buffer)})"
                        " {fail(result != 0), error(result), grow(error == 122)}");
    hf_function *sum =
        hf_test_bind(t, "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})");
    for (int i = 0; i < 2; i++) {
        w[i] = (worker){ t, fetch, sum, hf_test_effort(400), 0 };
        assert_int_equal(hfp_thread_start(&thread[i], "worker", work, &w[i]), HF_OK);
    }
    hf_status status = HF_OK;
    for (uint64_t i = 0; i < hf_test_effort(60) && status == HF_OK; i++) {
        status = hf_collect(t->thread);
    }
    assert_int_equal(hf_native_begin(t->thread), HF_OK);
    hfp_thread_join(&thread[0]);
    hfp_thread_join(&thread[1]);
    assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);

    assert_int_equal(status, HF_OK);
    assert_int_equal(w[0].failures, 0);
    assert_int_equal(w[1].failures, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(call_gives_the_errno_of_the_callee),
        TEST(call_captures_errno_behind_slow_paths),
        TEST(call_clears_the_error_where_it_decides),
        TEST(call_starts_each_result_anew),
        TEST(call_passes_the_value_of_a_resource),
        TEST(call_holds_a_resource_that_goes_to_a_plain_number),
        TEST(call_lets_a_resource_go_when_a_later_argument_is_refused),
        TEST(call_holds_a_resource_that_is_disposed_meanwhile),
        TEST(call_is_not_waited_for_by_a_collection),
        cmocka_unit_test(call_that_returns_into_a_stopped_runtime_gives_its_native_result),
        cmocka_unit_test(call_of_numbers_that_returns_into_a_stopped_runtime_says_so),
        cmocka_unit_test(call_that_fails_into_a_stopped_runtime_gives_its_native_error),
        TEST(calls_of_several_threads_keep_their_buffers),
    };
    return cmocka_run_group_tests_name("call state", tests, NULL, NULL);
}
