/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers timeout=120 */

/*
 * While a runtime stops the runner alone may call: finalizers and release functions that run then
 * reach native code in the same way as before, and hear what it said.
 */

#include "hf_test.h"

#include <holdfast.h>

#include <string.h>

static int add(int a, int b)
{
    return a + b;
}

static int32_t fill(uint8_t *to, uint32_t size, uint32_t *used)
{
    *used = 500;
    if (size < 500) {
        return 122;
    }
    memset(to, 0x5a, 500);
    return 0;
}

#define FILL(room)                                                                                 \
    "int32_t fill(uint8_t *to {out" room "}, uint32_t size {capacity(to)}, uint32_t *used {out,"   \
    " needed(to), length(to)}) {fail(result != 0), error(result), grow(error == 122)}"

enum { PLAIN, LEAN, GENERAL, WAYS };

static struct {
    hf_runtime *runtime;
    hf_function *way[WAYS];
    unsigned runs;
    bool is_stopping;
    hf_status status[WAYS];
    int64_t sum;
    size_t bytes[2];
} that;

static void call_all_ways(hf_thread *runner, hf_ref dying, void *user)
{
    HF_FRAME(runner);
    hf_result result = HF_RESULT_INIT;
    (void)dying;
    (void)user;
    that.runs++;
    that.is_stopping = hf_runtime_is_stopping(that.runtime);
    that.status[PLAIN] = hf_call(runner, that.way[PLAIN], &result, HF_ARGS(HF_INT(40), HF_INT(2)));
    that.sum = result.value.i;
    for (int way = LEAN; way <= GENERAL; way++) {
        that.status[way] = hf_call(runner, that.way[way], &result, HF_NO_ARGS);
        that.bytes[way - LEAN] = hf_bytes_size(hf_result_out(&result, 0));
    }
}

static void say_nothing(const hf_report *report, void *user)
{
    (void)report; /* of the functions that are left for the finalizer */
    (void)user;
}

static hf_function *bind(hf_thread *thread, const char *text, void (*address)(void))
{
    hf_function *function = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    memcpy(&options.address, &address, sizeof address);
    assert_int_equal(hf_function_bind_with(thread, NULL, text, &options, &function), HF_OK);
    return function;
}

static void finalizers_call_while_the_runtime_stops(void **state)
{
    (void)state;
    hf_thread *thread;
    hf_global *global;
    hf_runtime_options created = HF_RUNTIME_OPTIONS_INIT;
    created.report = say_nothing;
    assert_int_equal(hf_runtime_create(&created, &that.runtime), HF_OK);
    assert_int_equal(hf_thread_attach(that.runtime, &thread), HF_OK);
    that.way[PLAIN] = bind(thread, "int add(int a, int b)", (void (*)(void))add);
    that.way[LEAN] = bind(thread, FILL(""), (void (*)(void))fill);
    that.way[GENERAL] = bind(thread, FILL(", room(reserve 1000)"), (void (*)(void))fill);
    {
        HF_FRAME(thread);
        hf_ref object = hf_local(thread);
        assert_int_equal(hf_bytes_create(thread, 16, object), HF_OK);
        assert_int_equal(hf_finalizer_set(thread, object, call_all_ways, NULL), HF_OK);
        assert_int_equal(hf_global_create(thread, object, &global), HF_OK);
    }
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.live = HF_LIVE_RUN;
    assert_int_equal(hf_runtime_end(that.runtime, &options, &leaks), HF_OK);
    assert_int_equal(leaks.functions, WAYS);
    assert_int_equal(that.runs, 1);
    assert_true(that.is_stopping);
    assert_int_equal(that.status[PLAIN], HF_OK);
    assert_int_equal(that.sum, 42);
    assert_int_equal(that.status[LEAN], HF_OK);
    assert_int_equal(that.bytes[0], 500);
    assert_int_equal(that.status[GENERAL], HF_OK);
    assert_int_equal(that.bytes[1], 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finalizers_call_while_the_runtime_stops),
    };
    return cmocka_run_group_tests_name("boundary_stop_runner", tests, NULL, NULL);
}
