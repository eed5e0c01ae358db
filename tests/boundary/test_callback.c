/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Callbacks that run: what a handler may do, what becomes of its errors, how callbacks nest, how
 * they end.  Native code is the callee library.
 */

#include "crew.h"
#include "runtime.h"
#include "testlib.h"

#include "call/callbacks.h"
#include "thread/thread.h"

#include <errno.h>
#include <string.h>

typedef union number_fn {
    void *plain;
    int64_t (*call)(int64_t);
} number_fn;

#define NUMBER "int64_t number(int64_t value)"

static hf_callback *make(hf_test_runtime *t, hf_callback_fn handler, void *user)
{
    hf_callback *callback = NULL;
    assert_int_equal(hf_callback_create(t->thread, NUMBER, handler, user, &callback), HF_OK);
    return callback;
}

static int64_t call(hf_test_runtime *t, const hf_callback *callback, int64_t value,
                    hf_status expected)
{
    number_fn to = { hf_callback_address(callback) };
    int64_t got = -77;
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call(value)), expected);
    return got;
}

static hf_function *repeat_function(hf_test_runtime *t)
{
    return hf_test_bind(t, "int64_t hfn_repeat(void *function {raw}, int64_t argument,"
                           " unsigned times)");
}

static hf_status repeat(hf_test_runtime *t, hf_function *function, hf_result *result,
                        const hf_callback *callback, int64_t argument, unsigned times)
{
    return hf_call(
        t->thread, function, result,
        HF_ARGS(HF_POINTER(hf_callback_address(callback)), HF_INT(argument), HF_UINT(times)));
}

static hf_status add_one(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    if (user) {
        ++*(unsigned *)user;
    }
    result->i = arguments[0].i + 1;
    return HF_OK;
}

/* ---- running ---- */

static void callback_runs_under_a_call(void **state)
{
    hf_test_runtime *t = *state;
    unsigned runs = 0;
    hf_result result = HF_RESULT_INIT;
    hf_callback *callback = make(t, add_one, &runs);
    assert_int_equal(repeat(t, repeat_function(t), &result, callback, 4, 10), HF_OK);
    assert_int_equal(result.value.i, 50);
    assert_int_equal(runs, 10);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static hf_status allocate_and_collect(hf_thread *thread, const hf_value *arguments,
                                      hf_value *result, void *user)
{
    hf_ref bytes = hf_local(thread);
    (void)user;
    for (int i = 0; i < 200; i++) {
        hf_status status = hf_bytes_create(thread, 4096, bytes);
        if (status != HF_OK) {
            return status;
        }
    }
    result->i = arguments[0].i;
    return hf_bytes_write(bytes, 100, "holdfast", 8) == HF_OK ? hf_collect(thread) : HF_E_MISUSE;
}

static void callback_may_allocate_and_collect_around_a_lent_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    hf_span span;
    hf_callback *callback = make(t, allocate_and_collect, NULL);
    assert_int_equal(hf_bytes_create(t->thread, 64, bytes), HF_OK);
    HF_FENCE(t->thread, fence, bytes, &span);
    memcpy(span.data, "stays", 6);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(call(t, callback, i, HF_OK), i);
        assert_string_equal((const char *)span.data, "stays");
    }
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static hf_status spoil_errors(hf_thread *thread, const hf_value *arguments, hf_value *result,
                              void *user)
{
    (void)arguments;
    (void)user;
    errno = 999;
    result->i = 1;
    return hf_collect(thread);
}

static void callback_leaves_errno_as_native_code_had_it(void **state)
{
    hf_test_runtime *t = *state;
    hf_callback *callback = make(t, spoil_errors, NULL);
    number_fn to = { hf_callback_address(callback) };
    int seen = 0;
    errno = 42;
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, seen, (errno = 42, to.call(1), errno)), HF_OK);
    assert_int_equal(seen, 42);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static hf_status leave_things_open(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                   void *user)
{
    static hf_frame frame;
    (void)arguments;
    (void)result;
    (void)user;
    return hf_frame_begin(thread, &frame, HF_SITE);
}

static void callback_ends_what_its_handler_left_open(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    uint32_t before = t->thread->slot_floor;
    hf_callback *callback = make(t, leave_things_open, NULL);
    (void)call(t, callback, 1, HF_OK);
    hf_test_expect_report(t, HF_E_MISUSE, "hf_frame_end", "frame");
    assert_int_equal(t->thread->slot_floor, before);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static hf_status return_native(hf_thread *thread, const hf_value *arguments, hf_value *result,
                               void *user)
{
    (void)arguments;
    (void)user;
    result->i = 3;
    return hf_native_begin(thread);
}

static hf_status try_to_detach(hf_thread *thread, const hf_value *arguments, hf_value *result,
                               void *user)
{
    (void)arguments;
    (void)user;
    result->i = hf_thread_detach(thread);
    return HF_OK;
}

static void callback_repairs_the_state_its_handler_left(void **state)
{
    hf_test_runtime *t = *state;
    hf_callback *callback = make(t, return_native, NULL);
    hf_callback *second = make(t, try_to_detach, NULL);
    assert_int_equal(call(t, callback, 1, HF_OK), 3);
    hf_test_expect_report(t, HF_E_MISUSE, "number", "callback");
    assert_int_equal(call(t, second, 1, HF_OK), HF_E_BUSY);
    hf_test_expect_report(t, HF_E_BUSY, "hf_thread_detach", "thread");
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    assert_int_equal(hf_callback_destroy(second), HF_OK);
}

static void callback_refuses_managed_state(void **state)
{
    hf_test_runtime *t = *state;
    hf_callback *callback = make(t, add_one, NULL);
    number_fn to = { hf_callback_address(callback) };
    assert_int_equal(to.call(5), 0);
    hf_test_expect_report(t, HF_E_CONTRACT, "number", "callback");
    hf_result result = HF_RESULT_INIT;
    hf_function *leaf = hf_test_bind(t, "int64_t hfn_repeat(void *function {raw}, int64_t argument,"
                                        " unsigned times) {leaf}");
    assert_int_equal(repeat(t, leaf, &result, callback, 4, 1), HF_OK);
    assert_int_equal(result.value.i, 0);
    assert_non_null(strstr(t->report[0].message, "hfn_repeat, which is {leaf}"));
    hf_test_expect_report(t, HF_E_CONTRACT, "number", "callback");
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static void callback_refuses_a_function_that_promised_none(void **state)
{
    hf_test_runtime *t = *state;
    hf_callback *callback = make(t, add_one, NULL);
    t->thread->no_callback = "hfn_quiet";
    assert_int_equal(call(t, callback, 5, HF_OK), 0);
    t->thread->no_callback = NULL;
    hf_test_expect_report(t, HF_E_CONTRACT, "number", "callback");
    assert_int_equal(call(t, callback, 5, HF_OK), 6);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

/* ---- errors ---- */

static hf_status fail_at_three(hf_thread *thread, const hf_value *arguments, hf_value *result,
                               void *user)
{
    unsigned *runs = user;
    (void)thread;
    ++*runs;
    result->i = arguments[0].i;
    return *runs == 3 ? HF_E_LIMIT : *runs == 5 ? HF_E_TYPE : HF_OK;
}

static void callback_error_is_delivered_to_the_call(void **state)
{
    hf_test_runtime *t = *state;
    unsigned runs = 0;
    hf_result result = HF_RESULT_INIT;
    hf_function *function = repeat_function(t);
    hf_callback *callback = make(t, fail_at_three, &runs);
    assert_int_equal(repeat(t, function, &result, callback, 10, 6), HF_E_CALLBACK);
    assert_int_equal(result.value.i, 40); /* the safe value twice */
    assert_int_equal(result.callback_status, HF_E_LIMIT);
    assert_string_equal(result.callback_name, "number");
    assert_int_equal(repeat(t, function, &result, callback, 10, 1), HF_OK);
    assert_int_equal(result.callback_status, HF_OK);
    assert_null(result.callback_name);
    runs = 2;
    assert_int_equal(call(t, callback, 10, HF_E_CALLBACK), 0);
    assert_int_equal(call(t, callback, 10, HF_OK), 10);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

/* A handler that calls native code that calls it again, down to 0. */
typedef struct nest {
    hf_test_runtime *t;
    hf_function *function;
    hf_callback *callback;
    hf_status bottom;    /* what the innermost one returns */
    hf_status inner[16]; /* what each inner call gave, by depth */
    bool swallows;       /* the error of the inner call is handled */
} nest;

static hf_status go_deeper(hf_thread *thread, const hf_value *arguments, hf_value *result,
                           void *user)
{
    nest *n = user;
    int64_t depth = arguments[0].i;
    hf_ref bytes = hf_local(thread);
    hf_status status = hf_bytes_create(thread, 32, bytes);
    if (status != HF_OK || depth == 0) {
        result->i = 100;
        return status == HF_OK ? n->bottom : status;
    }
    hf_result inner = HF_RESULT_INIT;
    status = repeat(n->t, n->function, &inner, n->callback, depth - 1, 1);
    if (depth < 16) {
        n->inner[depth] = status;
    }
    result->i = inner.value.i + 1;
    return n->swallows ? HF_OK : status;
}

static void callback_nests_to_any_depth(void **state)
{
    hf_test_runtime *t = *state;
    nest n = { .t = t, .function = repeat_function(t) };
    hf_result result = HF_RESULT_INIT;
    n.callback = make(t, go_deeper, &n);
    for (int depth = 0; depth <= 60; depth += 12) {
        assert_int_equal(repeat(t, n.function, &result, n.callback, depth, 1), HF_OK);
        assert_int_equal(result.value.i, 100 + depth);
    }
    assert_int_equal(hf_callback_destroy(n.callback), HF_OK);
}

static void callback_error_climbs_through_nested_calls(void **state)
{
    hf_test_runtime *t = *state;
    nest n = { .t = t, .function = repeat_function(t), .bottom = HF_E_FIELD };
    hf_result result = HF_RESULT_INIT;
    n.callback = make(t, go_deeper, &n);
    assert_int_equal(repeat(t, n.function, &result, n.callback, 4, 1), HF_E_CALLBACK);
    assert_int_equal(result.callback_status, HF_E_CALLBACK);
    assert_int_equal(result.callback_depth, 5);
    assert_int_equal(result.callback_origin_status, HF_E_FIELD);
    assert_string_equal(result.callback_origin, "number");
    for (int depth = 1; depth <= 4; depth++) {
        assert_int_equal(n.inner[depth], HF_E_CALLBACK);
    }
    n.swallows = true;
    assert_int_equal(repeat(t, n.function, &result, n.callback, 4, 1), HF_OK);
    assert_int_equal(n.inner[1], HF_E_CALLBACK);
    assert_int_equal(n.inner[2], HF_OK);
    assert_int_equal(hf_callback_destroy(n.callback), HF_OK);
}

/* The second run makes a call of its own, which must not find the error of the first. */
static hf_status fail_then_call(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                void *user)
{
    nest *n = user;
    (void)thread;
    (void)result;
    if (arguments[0].i != 1) {
        return HF_OK;
    }
    if (n->inner[0]++ == 0) {
        return HF_E_SCOPE;
    }
    hf_result inner = HF_RESULT_INIT;
    n->inner[1] = repeat(n->t, n->function, &inner, n->callback, 0, 1);
    return HF_OK;
}

static void callback_error_is_not_seen_by_a_later_callbacks_calls(void **state)
{
    hf_test_runtime *t = *state;
    nest n = { .t = t, .function = repeat_function(t) };
    hf_result result = HF_RESULT_INIT;
    n.callback = make(t, fail_then_call, &n);
    n.inner[1] = HF_E_MISUSE;
    assert_int_equal(repeat(t, n.function, &result, n.callback, 1, 2), HF_E_CALLBACK);
    assert_int_equal(result.callback_status, HF_E_SCOPE);
    assert_int_equal(result.callback_depth, 1);
    assert_int_equal(result.callback_origin_status, HF_E_SCOPE);
    assert_int_equal(n.inner[1], HF_OK);
    assert_int_equal(hf_callback_destroy(n.callback), HF_OK);
}

/* ---- jumps ---- */

static hf_function *escape_function;

static hf_status escape(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)arguments;
    (void)result;
    (void)user;
    HF_FRAME(thread);
    if (!hf_local(thread)) {
        return HF_E_SLOTS;
    }
    hf_result inner = HF_RESULT_INIT;
    return hf_call(thread, escape_function, &inner, HF_NO_ARGS); /* does not return */
}

static void callback_jumped_over_is_told_by_the_call(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    uint32_t before = t->thread->slot_floor;
    hf_result result = HF_RESULT_INIT;
    hf_function *catch = hf_test_bind(t, "int hfn_catch(void *function {raw})");
    escape_function = hf_test_bind(t, "void hfn_escape(void)");
    hf_callback *callback = make(t, escape, NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            hf_call(t->thread, catch, &result, HF_ARGS(HF_POINTER(hf_callback_address(callback)))),
            HF_E_JUMPED);
        assert_int_equal(result.value.i, 7);
        hf_test_expect_report(t, HF_E_JUMPED, "hf_call", "number");
        assert_null(t->thread->activations);
        assert_int_equal(t->thread->slot_floor, before);
    }
    assert_int_equal(hf_callback_destroy(callback), HF_OK); /* and it is not busy */
}

static hf_status escape_once(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    unsigned *runs = user;
    return ++*runs == 1 ? escape(thread, arguments, result, NULL)
                        : add_one(thread, arguments, result, NULL);
}

static void callback_jumped_over_is_told_by_the_next_one(void **state)
{
    hf_test_runtime *t = *state;
    unsigned runs = 0;
    escape_function = hf_test_bind(t, "void hfn_escape(void)");
    hf_callback *callback = make(t, escape_once, &runs);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        hf_test_bind(t, "int64_t hfn_catch_then_call(void *function {raw}, int64_t argument)");
    assert_int_equal(hf_call(t->thread, function, &result,
                             HF_ARGS(HF_POINTER(hf_callback_address(callback)), HF_INT(40))),
                     HF_OK);
    assert_int_equal(result.value.i, 41);
    hf_test_expect_report(t, HF_E_JUMPED, "number", "number");
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

/* ---- the end ---- */

static void callback_destroyed_is_a_tombstone(void **state)
{
    hf_test_runtime *t = *state;
    unsigned runs = 0;
    hf_callback *callback = make(t, add_one, &runs);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(call(t, callback, 5, HF_OK), 0);
        hf_test_expect_report(t, HF_E_MISUSE, "number", "callback");
    }
    assert_int_equal(runs, 0);
    assert_int_equal(hf_callback_destroy(callback), HF_E_MISUSE);
    hf_test_expect_report(t, HF_E_MISUSE, "hf_callback_destroy", "number");
}

typedef struct suicide {
    hf_callback *callback;
    hf_status first, second;
} suicide;

static hf_status destroy_itself(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                void *user)
{
    suicide *s = user;
    s->first = hf_callback_destroy(s->callback);
    s->second = hf_callback_destroy(s->callback);
    result->i = arguments[0].i + 2;
    return hf_safepoint(thread);
}

static void callback_may_destroy_itself(void **state)
{
    hf_test_runtime *t = *state;
    suicide s = { .callback = NULL };
    s.callback = make(t, destroy_itself, &s);
    assert_int_equal(call(t, s.callback, 5, HF_OK), 7);
    assert_int_equal(s.first, HF_E_BUSY);
    assert_int_equal(s.second, HF_E_MISUSE);
    hf_test_expect_report(t, HF_E_MISUSE, "hf_callback_destroy", "number");
    assert_int_equal(call(t, s.callback, 5, HF_OK), 0);
    hf_test_expect_report(t, HF_E_MISUSE, "number", "callback");
}

static void callback_is_counted_when_it_is_never_destroyed(void **state)
{
    (void)state;
    static hf_test_runtime leaky;
    hf_test_begin(&leaky, NULL);
    hf_callback *callback = make(&leaky, add_one, NULL);
    number_fn to = { hf_callback_address(callback) };
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_thread_detach(leaky.thread), HF_OK);
    hf_runtime_destroy(leaky.runtime, &leaks);
    assert_true(leaks.callbacks == 1);
    hf_test_expect_report(&leaky, HF_E_BUSY, "hf_runtime_destroy", "number");
    assert_int_equal(to.call(5), 0); /* its report goes to standard error */
    hfp_mutex_finish(&leaky.lock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(callback_runs_under_a_call),
        TEST(callback_may_allocate_and_collect_around_a_lent_buffer),
        TEST(callback_leaves_errno_as_native_code_had_it),
        TEST(callback_ends_what_its_handler_left_open),
        TEST(callback_repairs_the_state_its_handler_left),
        TEST(callback_refuses_managed_state),
        TEST(callback_refuses_a_function_that_promised_none),
        TEST(callback_error_is_delivered_to_the_call),
        TEST(callback_nests_to_any_depth),
        TEST(callback_error_climbs_through_nested_calls),
        TEST(callback_error_is_not_seen_by_a_later_callbacks_calls),
        TEST(callback_jumped_over_is_told_by_the_call),
        TEST(callback_jumped_over_is_told_by_the_next_one),
        TEST(callback_destroyed_is_a_tombstone),
        TEST(callback_may_destroy_itself),
        cmocka_unit_test(callback_is_counted_when_it_is_never_destroyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
