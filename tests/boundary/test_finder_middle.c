/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=180 */

/*
 * Another thread collects while a native function is at work on a lent number: the moment that a
 * missing fence is about.  The callee waits for it, so it is the middle of the call in every run,
 * whichever points the finder takes by itself.
 */

#include "hf_test.h"

#include "managed.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

#define RUNS 6 /* one records, one takes every point, the others some */

typedef enum repair { BROKEN, BY_KEEPALIVE, BY_FENCE, BY_ARGUMENT, REPAIRS } repair;

typedef enum turn { NOBODY, COLLECTOR, CALLEE } turn;

static managed m;
static hfp_thread other;
static _Atomic(int) whose_turn;
static _Atomic(int) collected; /* HF_OK: it went as it should */
static _Atomic(int) closed;
static _Atomic(int) closed_under_callee; /* closed before the callee goes on; -1: it never ran */

static hf_status close_fd(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    closed++;
    return HF_OK;
}

static const hf_resource_class fd_class = { .struct_size = sizeof(hf_resource_class),
                                            .name = "fd",
                                            .invalid = (uintptr_t)-1,
                                            .release = close_fd,
                                            .on_leak = HF_LEAK_RELEASE };

static void await(turn wanted)
{
    while (atomic_load(&whose_turn) != (int)wanted) {
        hfp_sleep_ns(10000);
    }
}

static void collect_in_the_middle(void *user)
{
    hf_thread *thread = NULL;
    (void)user;
    hf_status status = hf_thread_attach(m.runtime, &thread);
    if (status == HF_OK) {
        status = hf_native_begin(thread);
    }
    await(COLLECTOR);
    if (status == HF_OK) {
        status = hf_native_end(thread, NULL);
    }
    for (int i = 0; i < 2 && status == HF_OK; i++) {
        status = hf_collect(thread);
        status = status == HF_OK ? hf_runner_drain(thread, UINT64_C(30000000000)) : status;
    }
    (void)hf_thread_detach(thread);
    atomic_store(&collected, (int)status);
    atomic_store(&whose_turn, CALLEE);
}

/* The native function. */
static int32_t wait_here(int32_t fd)
{
    atomic_store(&whose_turn, COLLECTOR);
    await(CALLEE);
    atomic_store(&closed_under_callee, atomic_load(&closed));
    return fd;
}

static void program(hf_function *by_number, hf_function *by_resource, repair how)
{
    hf_thread *thread = m.thread;
    hf_result result = HF_RESULT_INIT;
    uintptr_t value = 0;
    hf_fence fence;
    HF_FRAME(thread);
    hf_ref file = hf_local(thread);
    assert_int_equal(hf_resource_create(thread, &fd_class, 42, file), HF_OK);
    /* Behind the first use of a slot, which gives this thread its number. */
    assert_int_equal(hfp_thread_start(&other, "collector", collect_in_the_middle, NULL), HF_OK);
    if (how == BY_ARGUMENT) {
        assert_int_equal(hf_call(thread, by_resource, &result, HF_ARGS(HF_RESOURCE(file))), HF_OK);
        return;
    }
    assert_int_equal(how == BY_FENCE ? hf_fence_hold(&fence, thread, file, &value)
                                     : hf_resource_value(thread, file, &value),
                     HF_OK);
    assert_int_equal(hf_call(thread, by_number, &result, HF_ARGS(HF_INT((int)value))), HF_OK);
    assert_int_equal(result.value.i, 42);
    if (how == BY_FENCE) {
        assert_int_equal(hf_fence_end(&fence), HF_OK);
    } else if (how == BY_KEEPALIVE) {
        hf_keepalive(file);
    }
}

static void run_once(hf_finder *finder, repair how)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    hf_function_options at = HF_FUNCTION_OPTIONS_INIT;
    int32_t (*callee)(int32_t) = wait_here;
    hf_function *by_number, *by_resource;
    options.finder = finder;
    memcpy(&at.address, &callee, sizeof callee);
    atomic_store(&whose_turn, NOBODY);
    atomic_store(&closed, 0);
    atomic_store(&closed_under_callee, -1);
    managed_begin(&m, &options);
    assert_int_equal(
        hf_function_bind_with(m.thread, NULL, "int32_t wait_here(int32_t fd)", &at, &by_number),
        HF_OK);
    assert_int_equal(hf_function_bind_with(m.thread, NULL,
                                           "int32_t wait_here(int32_t fd {resource})", &at,
                                           &by_resource),
                     HF_OK);
    program(by_number, by_resource, how);
    assert_int_equal(hf_native_begin(m.thread), HF_OK);
    hfp_thread_join(&other);
    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
    assert_int_equal(atomic_load(&collected), HF_OK);
    hf_function_destroy(by_number);
    hf_function_destroy(by_resource);
    managed_close(&m);
    assert_int_equal(closed, 1);
}

static void finder_sees_what_another_threads_collection_takes_from_a_call(void **state)
{
    (void)state;
    hf_finder *finder;
    assert_int_equal(hf_finder_create(&finder), HF_OK);
    run_once(finder, BROKEN);
    assert_int_equal(closed_under_callee, 0); /* the frame keeps it, as in any other run */
    assert_int_equal(managed_reports(&m), 0);
    for (unsigned run = 1; run < RUNS; run++) {
        run_once(finder, BROKEN);
        assert_int_equal(closed_under_callee, 1);
        managed_report r = managed_expect(&m, "wait_here",
                                          "the value was lent without a fence, and its resource "
                                          "was found dead and released during the call");
        assert_int_equal(r.status, HF_E_CLOSED);
        assert_string_equal(r.argument, "1 (fd)");
        assert_string_equal(r.object, "resource fd, value 0x2a");
        assert_int_equal(managed_reports(&m), 0);
    }
    hf_finder_destroy(finder);
}

static void finder_takes_nothing_that_a_fence_keeps_in_the_middle_of_a_call(void **state)
{
    (void)state;
    for (repair how = BY_KEEPALIVE; how < REPAIRS; how++) {
        hf_finder *finder;
        hf_finder_result result = HF_FINDER_RESULT_INIT;
        assert_int_equal(hf_finder_create(&finder), HF_OK);
        for (unsigned run = 0; run < RUNS; run++) {
            run_once(finder, how);
            if (closed_under_callee != 0 || managed_reports(&m) != 0) {
                fail_msg("repair %d, run %u: closed %d, %s", (int)how, run,
                         atomic_load(&closed_under_callee), m.report[0].message);
            }
        }
        assert_int_equal(hf_finder_result_get(finder, &result), HF_OK);
        assert_int_equal(result.differences, 0);
        hf_finder_destroy(finder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finder_sees_what_another_threads_collection_takes_from_a_call),
        cmocka_unit_test(finder_takes_nothing_that_a_fence_keeps_in_the_middle_of_a_call),
    };
    return cmocka_run_group_tests_name("the middle of a call", tests, NULL, NULL);
}
