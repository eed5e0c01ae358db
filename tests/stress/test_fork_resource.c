/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=60 */

/*
 * Resources over a fork: a child that goes on with the runtime, and ends it, releases what it has,
 * but not what a thread of the parent was just releasing.
 */

#include "child.h"
#include "crew.h"
#include "hf_test.h"

#include <holdfast.h>

#define NS_PER_MS UINT64_C(1000000)

static hf_runtime *runtime;
static hf_thread *self;
static hf_crew_reports reports;
static _Atomic(unsigned) released;
static _Atomic(bool) is_in_release, may_leave_release;

static hf_status count_release(uintptr_t value, void *user)
{
    (void)user;
    if (value == 2) {
        atomic_store(&is_in_release, true);
        while (!atomic_load(&may_leave_release)) {
            hfp_sleep_ns(NS_PER_MS);
        }
    }
    atomic_fetch_add(&released, 1);
    return HF_OK;
}

static const hf_resource_class counted = { .struct_size = sizeof(hf_resource_class),
                                           .name = "counted",
                                           .release = count_release,
                                           .on_leak = HF_LEAK_RELEASE };

static void dispose_slowly(hf_crew_member *me)
{
    hf_thread *thread;
    hf_frame frame;
    HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK);
    HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
    hf_ref slow = hf_local(thread);
    HF_CREW_CHECK(me, hf_resource_create(thread, &counted, 2, slow) == HF_OK);
    HF_CREW_CHECK(me, hf_resource_dispose(thread, slow) == HF_OK);
    hf_frame_end(&frame);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

/* One is alive, with the runner of the parent gone; one was being released by a thread that is. */
static void ends_the_runtime_with_resources(void)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    HF_CHILD_CHECK(hf_thread_detach(self) == HF_OK); /* and ends a frame, which is reported */
    unsigned reports_before = atomic_load(&reports.count);
    hf_runtime_destroy(runtime, &leaks);
    HF_CHILD_CHECK(atomic_load(&released) == 1);
    HF_CHILD_CHECK(leaks.threads == 0 && leaks.resources == 1);
    HF_CHILD_CHECK(atomic_load(&reports.count) == reports_before + 1);
}

static void fork_lets_the_child_release_what_is_not_being_released(void **state)
{
    (void)state;
    hf_crew slow = { 0 };
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
    hf_frame frame;
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
    hf_ref resource = hf_local(self);
    assert_int_equal(hf_resource_create(self, &counted, 1, resource), HF_OK);
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_start(&slow, 1, dispose_slowly, NULL);
    while (!atomic_load(&is_in_release)) {
        hfp_thread_yield();
    }
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(HF_CHILD_HANGS_AFTER_S);
        ends_the_runtime_with_resources();
        _exit(0);
    }
    assert_int_equal(hf_native_begin(self), HF_OK);
    int how = -1;
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    atomic_store(&may_leave_release, true);
    hf_crew_join(&slow);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    assert_int_equal(hf_resource_dispose(self, resource), HF_OK);
    assert_int_equal(atomic_load(&released), 2);
    hf_frame_end(&frame);
    assert_int_equal(hf_thread_detach(self), HF_OK);
    hf_runtime_destroy(runtime, NULL);
    assert_int_equal(atomic_load(&reports.count), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fork_lets_the_child_release_what_is_not_being_released),
    };
    /* The thread sanitizer lets the child of a threaded process start no threads, and the child
     * starts the runner. */
    return HF_UNDER_TSAN ? 77 : cmocka_run_group_tests_name("fork_resource", tests, NULL, NULL);
}
