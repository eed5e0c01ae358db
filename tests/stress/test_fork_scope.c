/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=60 */

/*
 * Scopes over a fork: a child goes on with the close that a thread of the parent was in, without
 * what was just ending there, and lends what another one was waiting for.
 */

#include "child.h"
#include "crew.h"
#include "hf_test.h"

#include <holdfast.h>

#include <stdatomic.h>

#define NS_PER_MS UINT64_C(1000000)
#define LONG_NS   UINT64_C(20000000000)

static hf_runtime *runtime;
static hf_thread *self;
static hf_crew_reports reports;
static hf_scope *closing, *awaited;
static hf_ref buffer, inside;
static _Atomic(unsigned) slow_runs, later_runs;
static _Atomic(bool) may_end;

static void wait_for_the_test(void)
{
    while (!atomic_load(&may_end)) {
        hfp_sleep_ns(NS_PER_MS);
    }
}

static void end_slowly(hf_thread *thread, void *user)
{
    (void)user;
    atomic_fetch_add(&slow_runs, 1);
    if (HF_NATIVE_CALL_VOID(thread, NULL, wait_for_the_test()) != HF_OK) {
        atomic_fetch_add(&slow_runs, 100);
    }
}

static void end_later(hf_thread *thread, void *user)
{
    (void)thread;
    (void)user;
    atomic_fetch_add(&later_runs, 1);
}

static void close_one(hf_crew_member *me)
{
    hf_thread *thread;
    hf_scope *scope = me->index == 0 ? closing : awaited;
    HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK);
    HF_CREW_CHECK(me, hf_scope_close(thread, scope, LONG_NS) == HF_OK);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static hf_status try_to_lend(void)
{
    hf_fence fence;
    hf_status status = hf_fence_begin(self, &fence, buffer, NULL, "second", HF_SITE);
    (void)hf_fence_end(&fence);
    return status;
}

static void closes_both_in_the_child(void)
{
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    HF_CHILD_CHECK(try_to_lend() == HF_OK);
    HF_CHILD_CHECK(hf_scope_close(self, awaited, 0) == HF_E_BUSY); /* the fence of this thread */
    HF_CHILD_CHECK(hf_bytes_size(inside) == 16);
    HF_CHILD_CHECK(hf_scope_close(self, closing, 0) == HF_OK);
    HF_CHILD_CHECK(hf_bytes_size(inside) == 0);
    HF_CHILD_CHECK(atomic_load(&slow_runs) == 1);
    HF_CHILD_CHECK(atomic_load(&later_runs) == 1);
}

static void begin(void)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
}

static void begin_scopes(void)
{
    buffer = hf_local(self);
    inside = hf_local(self);
    assert_int_equal(hf_scope_create(self, "closing", &closing), HF_OK);
    assert_int_equal(hf_scope_create(self, "awaited", &awaited), HF_OK);
    assert_int_equal(hf_scope_bytes(self, awaited, 64, buffer), HF_OK);
    assert_int_equal(hf_scope_bytes(self, closing, 16, inside), HF_OK);
    assert_int_equal(hf_scope_add_cleanup(self, closing, end_later, NULL), HF_OK);
    assert_int_equal(hf_scope_add_cleanup(self, closing, end_slowly, NULL), HF_OK);
}

/* Until one thread is in a cleanup function and the other waits for the fence. */
static void await_both(void)
{
    hf_status status = HF_OK;
    while (status == HF_OK || atomic_load(&slow_runs) == 0) {
        status = try_to_lend();
        assert_int_equal(HF_NATIVE_CALL_VOID(self, NULL, hfp_sleep_ns(NS_PER_MS)), HF_OK);
    }
    assert_int_equal(status, HF_E_SCOPE);
}

static void fork_lets_the_child_go_on_with_a_close(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    begin();
    hf_frame frame;
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
    begin_scopes();
    hf_span span;
    hf_fence fence;
    assert_int_equal(hf_fence_begin(self, &fence, buffer, &span, "body", HF_SITE), HF_OK);
    hf_crew_start(&crew, 2, close_one, NULL);
    await_both();

    pid_t pid = fork();
    if (pid == 0) {
        alarm(HF_CHILD_HANGS_AFTER_S);
        closes_both_in_the_child();
        _exit(0);
    }
    int how = -1;
    pid_t waited = 0;
    assert_int_equal(HF_NATIVE_CALL(self, NULL, waited, waitpid(pid, &how, 0)), HF_OK);
    assert_int_equal(waited, pid);
    assert_int_equal(how, 0);

    /* The parent's go on as if nothing had been. */
    assert_int_equal(try_to_lend(), HF_E_SCOPE);
    assert_int_equal(atomic_load(&later_runs), 0);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    atomic_store(&may_end, true);
    assert_int_equal(HF_NATIVE_CALL_VOID(self, NULL, hf_crew_join(&crew)), HF_OK);
    assert_int_equal(hf_bytes_size(buffer), 0);
    assert_int_equal(hf_bytes_size(inside), 0);
    assert_int_equal(atomic_load(&slow_runs), 1);
    assert_int_equal(atomic_load(&later_runs), 1);
    hf_frame_end(&frame);
    assert_int_equal(hf_thread_detach(self), HF_OK);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    assert_int_equal(leaks.pins, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fork_lets_the_child_go_on_with_a_close),
    };
    return cmocka_run_group_tests_name("fork_scope", tests, NULL, NULL);
}
