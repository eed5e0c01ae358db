/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers posix threaded timeout=120 */

/*
 * Forks in the middle of other threads' work: the parent goes on, and the child
 * has a whole heap, which it may use after hf_runtime_after_fork().
 *
 * A child ends with _exit and tells by its status which claim broke first; no
 * assertion of cmocka may run in it.
 */

#include "child.h"
#include "crew.h"
#include "hf_test.h"

#include "base/parts.h"
#include "thread/thread.h"

#include <holdfast.h>

#include <string.h>

#define NS_PER_MS UINT64_C(1000000)
#define FORKS     12

static hf_runtime *runtime;
static hf_thread *self;
static hf_global *kept;
static hf_crew crew;
static hf_crew_reports reports;

static void count_run(hf_thread *thread, hf_ref object, void *user)
{
    (void)thread;
    (void)object;
    atomic_fetch_add((_Atomic(unsigned) *)user, 1);
}

/* ---- a parent that is busy ---- */

static void allocate_and_collect(hf_crew_member *me)
{
    hf_thread *thread;
    hf_frame frame;
    if (!HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK)) {
        return;
    }
    HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
    hf_ref list = hf_local(thread);
    hf_ref bytes = hf_local(thread);
    HF_CREW_CHECK(me, hf_array_create(thread, 16, list) == HF_OK);
    while (!hf_crew_is_over(me) && !me->broken) {
        hf_fence fence;
        hf_span span;
        size_t size = 16 + me->work * 37 % 500;
        HF_CREW_CHECK(me, hf_bytes_create(thread, size, bytes) == HF_OK);
        HF_CREW_CHECK(me, hf_store_at(thread, list, me->work % 16, bytes) == HF_OK);
        HF_CREW_CHECK(me, hf_fence_begin(thread, &fence, bytes, &span, "f", HF_SITE) == HF_OK);
        HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
        memset(span.data, (int)me->index, span.size);
        HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_OK);
        HF_CREW_CHECK(me, hf_fence_end(&fence) == HF_OK);
        if (me->work % 64 == me->index) {
            HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
        }
        me->work++;
    }
    hf_frame_end(&frame);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static int set_up(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
    hf_frame frame;
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
    hf_ref bytes = hf_local(self);
    assert_int_equal(hf_bytes_create(self, 1000, bytes), HF_OK);
    assert_int_equal(hf_bytes_write(bytes, 990, "holdfast", 8), HF_OK);
    assert_int_equal(hf_global_create(self, bytes, &kept), HF_OK);
    hf_frame_end(&frame);
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_start(&crew, 2, allocate_and_collect, NULL);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_end(&crew);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    assert_int_equal(hf_heap_check(self), HF_OK);
    hf_global_destroy(self, kept);
    assert_int_equal(hf_thread_detach(self), HF_OK);
    hf_runtime_destroy(runtime, &leaks);
    assert_int_equal(leaks.threads, 0);
    assert_int_equal(atomic_load(&reports.count), 0);
    return 0;
}

/* Forks and runs `child` there; asserts that it ended well.  The parent comes back in the state it
 * forked in. */
static void fork_and_check(void (*child)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        alarm(HF_CHILD_HANGS_AFTER_S);
        child();
        _exit(0);
    }
    assert_true(pid > 0);
    bool is_native = atomic_load(&self->state) == HFI_NATIVE;
    hf_status status = is_native ? HF_OK : hf_native_begin(self);
    int how = 0;
    pid_t ended = waitpid(pid, &how, 0);
    status = is_native || status != HF_OK ? status : hf_native_end(self, NULL);
    assert_int_equal(status, HF_OK);
    assert_int_equal(ended, pid);
    if (!WIFEXITED(how) || WEXITSTATUS(how) != 0) {
        fail_msg("the child ended with %s %d (line %d mod 200)",
                 WIFEXITED(how) ? "status" : "signal",
                 WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how),
                 WIFEXITED(how) ? WEXITSTATUS(how) - 20 : 0);
    }
}

static void fork_often(void (*child)(void))
{
    for (uint64_t i = 0; i < hf_crew_effort(FORKS); i++) {
        fork_and_check(child);
        assert_int_equal(hf_safepoint(self), HF_OK);
    }
}

/* ---- children ---- */

static void check_kept(hf_ref bytes)
{
    char text[8] = { 0 };
    HF_CHILD_CHECK(hf_global_load(kept, bytes) == HF_OK);
    HF_CHILD_CHECK(hf_bytes_read(bytes, 990, text, 8) == HF_OK && memcmp(text, "holdfast", 8) == 0);
}

static void use_the_heap(void)
{
    HF_FRAME(self);
    hf_ref list = hf_local(self);
    hf_ref bytes = hf_local(self);
    check_kept(bytes);
    HF_CHILD_CHECK(hf_heap_check(self) == HF_OK);
    HF_CHILD_CHECK(hf_array_create(self, 8, list) == HF_OK);
    for (size_t i = 0; i < 200; i++) {
        HF_CHILD_CHECK(hf_bytes_create(self, 10 + i * 50, bytes) == HF_OK);
        HF_CHILD_CHECK(hf_store_at(self, list, i % 8, bytes) == HF_OK);
    }
    HF_CHILD_CHECK(hf_collect(self) == HF_OK);
    HF_CHILD_CHECK(hf_heap_check(self) == HF_OK);
    check_kept(bytes);
}

static void is_refused_then_works(void)
{
    hf_thread *thread;
    HF_CHILD_CHECK(hf_safepoint(self) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_collect(self) == HF_E_FORKED);
    bool was_called = false;
    HF_CHILD_CHECK(hf_native_begin(self) == HF_E_FORKED);
    HF_CHILD_CHECK(HF_NATIVE_CALL(self, NULL, was_called, true) == HF_E_FORKED);
    HF_CHILD_CHECK(HF_NATIVE_CALL_VOID(self, NULL, was_called = true) == HF_E_FORKED);
    HF_CHILD_CHECK(!was_called);
    HF_CHILD_CHECK(hf_native_end(self, NULL) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_thread_attach(runtime, &thread) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    HF_CHILD_CHECK(hf_safepoint(self) == HF_OK);
    use_the_heap();
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    use_the_heap();
}

static void fork_of_a_managed_thread_gives_the_child_a_whole_heap(void **state)
{
    (void)state;
    fork_often(is_refused_then_works);
}

static void comes_back_from_native_first(void)
{
    HF_CHILD_CHECK(hf_native_end(self, NULL) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_safepoint(self) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    use_the_heap();
}

static void is_allowed_before_it_comes_back(void)
{
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    HF_CHILD_CHECK(hf_native_end(self, NULL) == HF_OK);
    use_the_heap();
}

static void fork_of_a_native_thread_is_told_on_its_way_back(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < hf_crew_effort(FORKS); i++) {
        assert_int_equal(hf_native_begin(self), HF_OK);
        fork_and_check(i % 2 ? comes_back_from_native_first : is_allowed_before_it_comes_back);
        assert_int_equal(hf_native_end(self, NULL), HF_OK);
    }
}

static void ends_the_runtime(void)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    use_the_heap();
    hf_global_destroy(self, kept);
    HF_CHILD_CHECK(hf_thread_detach(self) == HF_OK);
    hf_runtime_destroy(runtime, &leaks);
    HF_CHILD_CHECK(leaks.threads == 0);
    HF_CHILD_CHECK(leaks.fences == 0);
    hf_runtime *fresh;
    HF_CHILD_CHECK(hf_runtime_create(NULL, &fresh) == HF_OK);
    HF_CHILD_CHECK(hf_thread_attach(fresh, &self) == HF_OK);
    HF_CHILD_CHECK(hf_collect(self) == HF_OK);
    HF_CHILD_CHECK(hf_thread_detach(self) == HF_OK);
    hf_runtime_destroy(fresh, NULL);
}

static void fork_lets_the_child_end_the_runtime_and_make_another(void **state)
{
    (void)state;
    fork_often(ends_the_runtime);
}

static void destroys_at_once(void)
{
    hf_runtime_destroy(runtime, NULL);
}

static void fork_lets_the_child_destroy_without_asking(void **state)
{
    (void)state;
    fork_and_check(destroys_at_once);
}

static void is_a_grandchild(void)
{
    HF_CHILD_CHECK(hf_safepoint(self) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    use_the_heap();
}

static void forks_again(void)
{
    pid_t pid = fork(); /* while still refused */
    if (pid == 0) {
        is_a_grandchild();
        _exit(0);
    }
    int how = -1;
    HF_CHILD_CHECK(waitpid(pid, &how, 0) == pid && how == 0);
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    pid = fork();
    if (pid == 0) {
        is_a_grandchild();
        _exit(0);
    }
    HF_CHILD_CHECK(waitpid(pid, &how, 0) == pid && how == 0);
    use_the_heap();
}

static void fork_of_a_fork_works_refused_or_not(void **state)
{
    (void)state;
    fork_and_check(forks_again);
}

static void forks_again_in_native_state(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        comes_back_from_native_first();
        _exit(0);
    }
    int how = -1;
    HF_CHILD_CHECK(waitpid(pid, &how, 0) == pid && how == 0);
    comes_back_from_native_first(); /* the second fork must not have let the first on */
}

static void fork_of_a_fork_in_native_state_is_told_on_the_way_back(void **state)
{
    (void)state;
    assert_int_equal(hf_native_begin(self), HF_OK);
    fork_and_check(forks_again_in_native_state);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
}

/* ---- the pins of threads that are gone ---- */

static _Atomic(uintptr_t) pinned_address;

static void pin_and_wait(hf_crew_member *me)
{
    hf_thread *thread;
    hf_frame frame;
    hf_fence fence;
    hf_span span;
    HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK);
    HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
    hf_ref bytes = hf_local(thread);
    HF_CREW_CHECK(me, hf_bytes_create(thread, 5000, bytes) == HF_OK);
    HF_CREW_CHECK(me, hf_fence_begin(thread, &fence, bytes, &span, "pin", HF_SITE) == HF_OK);
    memset(span.data, 0x5a, span.size);
    HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
    atomic_store(&pinned_address, (uintptr_t)span.data);
    while (!hf_crew_is_over(me)) {
        hfp_sleep_ns(NS_PER_MS);
    }
    HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_OK);
    HF_CREW_CHECK(me, hf_fence_end(&fence) == HF_OK);
    hf_frame_end(&frame);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void finds_what_others_pinned(void)
{
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    hf_heap_statistics figures = HF_HEAP_STATISTICS_INIT;
    use_the_heap();
    HF_CHILD_CHECK(hf_collect(self) == HF_OK);
    HF_CHILD_CHECK(hf_heap_statistics_get(runtime, &figures) == HF_OK && figures.pinned_last >= 1);
    const unsigned char *at = (const unsigned char *)atomic_load(&pinned_address);
    for (size_t i = 0; i < 5000; i++) {
        HF_CHILD_CHECK(at[i] == 0x5a);
    }
}

static void fork_keeps_what_threads_that_are_gone_have_pinned(void **state)
{
    (void)state;
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_start(&crew, 1, pin_and_wait, NULL);
    while (!atomic_load(&pinned_address)) {
        hfp_thread_yield();
    }
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    fork_often(finds_what_others_pinned);
}

/* ---- the runner ---- */

static _Atomic(unsigned) finalizers_run;

static void drop_an_armed_object(void)
{
    HF_FRAME(self);
    hf_ref object = hf_local(self);
    HF_CHILD_CHECK(hf_bytes_create(self, 24, object) == HF_OK);
    HF_CHILD_CHECK(hf_finalizer_set_at(self, object, count_run, &finalizers_run, HF_SITE) == HF_OK);
}

static void has_a_runner_again(void)
{
    unsigned before = atomic_load(&finalizers_run);
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    drop_an_armed_object();
    HF_CHILD_CHECK(hf_collect(self) == HF_OK);
    HF_CHILD_CHECK(hf_runner_drain(self, 5000 * NS_PER_MS) == HF_OK);
    HF_CHILD_CHECK(atomic_load(&finalizers_run) > before);
}

static void fork_starts_the_runner_again_when_asked(void **state)
{
    (void)state;
    if (HF_UNDER_TSAN) { /* it lets the child of a threaded process start no threads */
        skip();
    }
    drop_an_armed_object();
    fork_often(has_a_runner_again);
    assert_int_equal(hf_collect(self), HF_OK);
    assert_int_equal(hf_runner_drain(self, 5000 * NS_PER_MS), HF_OK);
    assert_true(atomic_load(&finalizers_run) >= 1);
}

/* ---- not attached ---- */

static void fork_unattached(hf_crew_member *me)
{
    pid_t pid = fork();
    if (pid == 0) {
        hf_thread *thread;
        alarm(HF_CHILD_HANGS_AFTER_S);
        HF_CHILD_CHECK(hf_thread_attach(runtime, &thread) == HF_E_FORKED);
        HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
        HF_CHILD_CHECK(hf_thread_attach(runtime, &thread) == HF_OK);
        HF_CHILD_CHECK(hf_collect(thread) == HF_OK);
        HF_CHILD_CHECK(hf_heap_check(thread) == HF_OK);
        HF_CHILD_CHECK(hf_thread_detach(thread) == HF_OK);
        _exit(0);
    }
    int how = -1;
    HF_CREW_CHECK(me, pid > 0 && waitpid(pid, &how, 0) == pid);
    HF_CREW_CHECK(me, how == 0);
}

static void fork_by_threads_that_are_not_attached_works_at_once(void **state)
{
    (void)state;
    hf_crew forkers = { 0 };
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_start(&forkers, 3, fork_unattached, NULL);
    hf_crew_join(&forkers);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
}

static void fork_with_two_runtimes_takes_both(void **state)
{
    (void)state;
    hf_runtime *other;
    assert_int_equal(hf_runtime_create(NULL, &other), HF_OK);
    fork_often(is_refused_then_works);
    hf_runtime_destroy(other, NULL);
    fork_and_check(is_refused_then_works);
}

static void after_fork_does_nothing_where_nothing_was_forked(void **state)
{
    (void)state;
    assert_int_equal(hf_runtime_after_fork(NULL), HF_E_NULL);
    assert_int_equal(hf_runtime_after_fork(runtime), HF_OK);
    assert_int_equal(hf_safepoint(self), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(after_fork_does_nothing_where_nothing_was_forked),
        TEST(fork_of_a_managed_thread_gives_the_child_a_whole_heap),
        TEST(fork_of_a_native_thread_is_told_on_its_way_back),
        TEST(fork_lets_the_child_end_the_runtime_and_make_another),
        TEST(fork_lets_the_child_destroy_without_asking),
        TEST(fork_of_a_fork_works_refused_or_not),
        TEST(fork_of_a_fork_in_native_state_is_told_on_the_way_back),
        TEST(fork_keeps_what_threads_that_are_gone_have_pinned),
        TEST(fork_starts_the_runner_again_when_asked),
        TEST(fork_by_threads_that_are_not_attached_works_at_once),
        TEST(fork_with_two_runtimes_takes_both),
    };
    return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
