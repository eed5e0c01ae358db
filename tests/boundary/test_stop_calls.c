/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Calls that are in flight while their runtime ends: each way into native code comes back with
 * HF_E_SHUTDOWN and with what native code has said, and none goes out again.
 *
 * The callee ends the runtime itself, by a thread that it waits for: so the order is certain.
 */

#include "hf_test.h"

#include "platform/platform.h"

#include <holdfast.h>

#include <errno.h>
#include <string.h>

#define MILLISECOND UINT64_C(1000000)

static hf_runtime *runtime;
static hf_runtime_leaks leaks;
static hf_status how_it_ended;
static hf_runtime *kept[8]; /* findable for a leak checker */
static unsigned kept_count;

static void say_nothing(const hf_report *report, void *user)
{
    (void)report;
    (void)user;
}

static hf_thread *begin(void)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    hf_thread *thread;
    options.report = say_nothing;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &thread), HF_OK);
    kept[kept_count++] = runtime;
    leaks = (hf_runtime_leaks)HF_RUNTIME_LEAKS_INIT;
    return thread;
}

static void end_elsewhere(void *user)
{
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    (void)user;
    options.calls_ns = 5 * MILLISECOND;
    how_it_ended = hf_runtime_end(runtime, &options, &leaks);
}

static void end_the_runtime(void)
{
    hfp_thread other;
    if (hfp_thread_start(&other, "ender", end_elsewhere, NULL) == HF_OK) {
        hfp_thread_join(&other);
    }
}

/* ---- the callees ---- */

static unsigned calls;

static int end_and_add(int a, int b)
{
    calls++;
    end_the_runtime();
    errno = ERANGE;
    return a + b;
}

static int end_and_fill(unsigned char *data, size_t size)
{
    calls++;
    end_the_runtime();
    memset(data, 0x5a, size); /* its memory is still there */
    return (int)size;
}

static int add_by(int (*add)(int, int))
{
    calls++;
    return add(40, 2) + 100;
}

HF_WRAP(int, wrapped_add, end_and_add, HF_W_VALUE(int, a), HF_W_VALUE(int, b));
HF_WRAP(int, wrapped_fill, end_and_fill, HF_W_OUT(data, size_t));

static void check_ended(hf_thread *thread)
{
    int unused = 0;
    calls = 0;
    assert_int_equal(how_it_ended, HF_E_BUSY);
    assert_int_equal(leaks.threads, 1);
    assert_true(hf_runtime_is_stopping(runtime));
    assert_int_equal(hf_native_begin(thread), HF_E_SHUTDOWN);
    assert_int_equal(HF_NATIVE_CALL(thread, NULL, unused, end_and_add(1, 2)), HF_E_SHUTDOWN);
    assert_int_equal(wrapped_add(thread, &unused, NULL, 1, 2), HF_E_SHUTDOWN);
    assert_int_equal(calls, 0);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
}

/* ---- each way ---- */

static void call_of_the_static_path_comes_back_with_shutdown_and_its_result(void **state)
{
    (void)state;
    hf_thread *thread = begin();
    hf_native_error error;
    int sum = 0;
    assert_int_equal(HF_NATIVE_CALL(thread, &error, sum, end_and_add(20, 22)), HF_E_SHUTDOWN);
    assert_int_equal(sum, 42);
    assert_int_equal(error.errno_value, ERANGE);
    check_ended(thread);
}

static void call_between_begin_and_end_comes_back_with_shutdown(void **state)
{
    (void)state;
    hf_thread *thread = begin();
    assert_int_equal(hf_native_begin(thread), HF_OK);
    end_the_runtime();
    assert_int_equal(hf_native_end(thread, NULL), HF_E_SHUTDOWN);
    assert_int_equal(hf_native_end(thread, NULL), HF_E_DETACHED); /* it is managed again */
    check_ended(thread);
}

static void call_of_a_wrapper_comes_back_with_shutdown_and_its_result(void **state)
{
    (void)state;
    hf_thread *thread = begin();
    int sum = 0;
    assert_int_equal(wrapped_add(thread, &sum, NULL, 20, 22), HF_E_SHUTDOWN);
    assert_int_equal(sum, 42);
    check_ended(thread);
}

static void call_of_a_wrapper_fills_its_buffer_after_the_end(void **state)
{
    (void)state;
    hf_thread *thread = begin();
    int size = 0;
    unsigned char byte = 0;
    {
        HF_FRAME(thread);
        hf_ref buffer = hf_local(thread);
        assert_int_equal(hf_bytes_create(thread, 4000, buffer), HF_OK);
        assert_int_equal(wrapped_fill(thread, &size, NULL, buffer, 0, 4000), HF_E_SHUTDOWN);
        assert_int_equal(size, 4000);
        assert_int_equal(hf_bytes_read(buffer, 3999, &byte, 1), HF_OK);
        assert_int_equal(byte, 0x5a);
    }
    assert_int_equal(leaks.fences, 1);
    check_ended(thread);
}

static int by_address(hf_thread *thread, const char *prototype, const void *address,
                      hf_function **function_out)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    memcpy(&options.address, &address, sizeof address);
    return hf_function_bind_with(thread, NULL, prototype, &options, function_out);
}

static void call_of_the_dynamic_path_comes_back_with_shutdown_and_its_result(void **state)
{
    (void)state;
    hf_thread *thread = begin();
    hf_function *function;
    hf_result result = HF_RESULT_INIT;
    int (*callee)(int, int) = end_and_add;
    const void *address;
    memcpy(&address, &callee, sizeof address);
    assert_int_equal(by_address(thread, "int end_and_add(int a, int b)", address, &function),
                     HF_OK);
    assert_int_equal(hf_call(thread, function, &result, HF_ARGS(HF_INT(20), HF_INT(22))),
                     HF_E_SHUTDOWN);
    assert_int_equal(result.value.i, 42);
    hf_function_destroy(function);
    check_ended(thread);
}

/* ---- through a callback ---- */

typedef struct handled {
    hf_status native; /* what the handler is told when it wants to go out itself */
    unsigned runs;
} handled;

static hf_status add_and_end(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    handled *h = user;
    h->runs++;
    (void)thread;
    if (hf_native_begin(thread) == HF_OK) {
        end_the_runtime();
        h->native = hf_native_end(thread, NULL);
    }
    result->i = arguments[0].i + arguments[1].i;
    return HF_OK;
}

static void call_whose_callback_runs_meanwhile_gives_both_results(void **state)
{
    (void)state;
    hf_thread *thread = begin();
    handled h = { HF_OK, 0 };
    hf_callback *callback;
    int value = 0;
    int (*add)(int, int);
    assert_int_equal(
        hf_callback_create(thread, "int add(int a, int b) {safe(-7)}", add_and_end, &h, &callback),
        HF_OK);
    void *address = hf_callback_address(callback);
    memcpy(&add, &address, sizeof add);
    assert_int_equal(HF_NATIVE_CALL(thread, NULL, value, add_by(add)), HF_E_SHUTDOWN);
    assert_int_equal(h.native, HF_E_SHUTDOWN);
    assert_int_equal(h.runs, 1);
    assert_int_equal(value, 142);
    assert_int_equal(leaks.callbacks, 1);
    assert_int_equal(add(1, 2),
                     -7); /* a tombstone: native code that calls on gets the safe value */
    assert_int_equal(h.runs, 1);
    check_ended(thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_of_the_static_path_comes_back_with_shutdown_and_its_result),
        cmocka_unit_test(call_between_begin_and_end_comes_back_with_shutdown),
        cmocka_unit_test(call_of_a_wrapper_comes_back_with_shutdown_and_its_result),
        cmocka_unit_test(call_of_a_wrapper_fills_its_buffer_after_the_end),
        cmocka_unit_test(call_of_the_dynamic_path_comes_back_with_shutdown_and_its_result),
        cmocka_unit_test(call_whose_callback_runs_meanwhile_gives_both_results),
    };
    return cmocka_run_group_tests_name("stop_calls", tests, NULL, NULL);
}
