/* SPDX-License-Identifier: MIT */
/* hf-test: posix timeout=120 */

/*
 * Forks with live callbacks: from native code, from a handler, and while other threads are inside
 * one.  A child ends with _exit and the line of the first claim that does not hold.
 */

#include "child.h"
#include "crew.h"
#include "runtime.h"

#include "thread/thread.h"

typedef union number_fn {
    void *plain;
    int64_t (*call)(int64_t);
} number_fn;

static hf_test_runtime *t;
static hf_callback *callback;
static number_fn to;

static hf_status allocate(hf_thread *thread, const hf_value *arguments, hf_value *result,
                          void *user)
{
    (void)user;
    hf_ref bytes = hf_local(thread);
    hf_status status = hf_bytes_create(thread, 100, bytes);
    result->i = arguments[0].i + 1;
    return status;
}

static void make(hf_callback_fn handler, void *user)
{
    assert_int_equal(
        hf_callback_create(t->thread, "int64_t number(int64_t value)", handler, user, &callback),
        HF_OK);
    to.plain = hf_callback_address(callback);
}

static void expect_success(pid_t child)
{
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void child_of_native_code(void)
{
    (void)alarm(HF_CHILD_HANGS_AFTER_S);
    HF_CHILD_CHECK(to.call(1) == 0); /* the safe value, until: */
    HF_CHILD_CHECK(hf_runtime_after_fork(t->runtime) == HF_OK);
    HF_CHILD_CHECK(to.call(1) == 2);
    HF_CHILD_CHECK(hf_native_end(t->thread, NULL) == HF_OK);
    HF_CHILD_CHECK(hf_callback_destroy(callback) == HF_OK);
    HF_CHILD_CHECK(hf_callback_create(t->thread, "int64_t f(int64_t value)", allocate, NULL,
                                      &callback) == HF_OK);
    _exit(0);
}

static void callback_answers_in_a_child_after_after_fork(void **state)
{
    t = *state;
    make(allocate, NULL);
    assert_int_equal(hf_native_begin(t->thread), HF_OK);
    assert_int_equal(to.call(1), 2);
    pid_t child = fork();
    if (child == 0) {
        child_of_native_code();
    }
    assert_int_equal(to.call(1), 2);
    assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);
    expect_success(child);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static hf_status fork_inside(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    pid_t *child = user;
    *child = fork();
    result->i = arguments[0].i + 1;
    if (*child == 0) {
        (void)alarm(HF_CHILD_HANGS_AFTER_S);
        HF_CHILD_CHECK(hf_safepoint(thread) == HF_E_FORKED);
    }
    return HF_OK;
}

static void callback_may_fork_in_its_handler(void **state)
{
    t = *state;
    pid_t child = -1;
    make(fork_inside, &child);
    assert_int_equal(hf_native_begin(t->thread), HF_OK);
    int64_t got = to.call(1);
    if (child == 0) {
        HF_CHILD_CHECK(got == 2);
        HF_CHILD_CHECK(hf_native_end(t->thread, NULL) == HF_E_FORKED);
        HF_CHILD_CHECK(hf_runtime_after_fork(t->runtime) == HF_OK);
        HF_CHILD_CHECK(hf_safepoint(t->thread) == HF_OK);
        HF_CHILD_CHECK(hf_callback_destroy(callback) == HF_OK);
        _exit(0);
    }
    assert_int_equal(got, 2);
    assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);
    expect_success(child);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

typedef struct flag {
    _Atomic(bool) is_set;
} flag;

static _Atomic(unsigned) inside;

static hf_status stay_inside(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    flag *is_over = user;
    atomic_fetch_add(&inside, 1);
    hf_status status = HF_OK;
    while (!atomic_load(&is_over->is_set) && status == HF_OK) {
        status = allocate(thread, arguments, result, NULL);
        status = status == HF_OK ? hf_safepoint(thread) : status;
    }
    return status;
}

static void call_once(hf_crew_member *me)
{
    HF_CREW_CHECK(me, to.call(5) == 6);
}

/* The child has no runs of threads that are gone. */
static void callback_is_not_busy_in_a_child_without_its_threads(void **state)
{
    t = *state;
    static flag is_over;
    hf_crew crew = { 0 };
    atomic_store(&is_over.is_set, false);
    atomic_store(&inside, 0);
    make(stay_inside, &is_over);
    hf_crew_start(&crew, 2, call_once, NULL);
    while (atomic_load(&inside) < 2) {
        assert_int_equal(hf_safepoint(t->thread), HF_OK);
        hfp_thread_yield();
    }
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(HF_CHILD_HANGS_AFTER_S);
        HF_CHILD_CHECK(hf_runtime_after_fork(t->runtime) == HF_OK);
        HF_CHILD_CHECK(hf_callback_destroy(callback) == HF_OK);
        HF_CHILD_CHECK(hf_collect(t->thread) == HF_OK);
        _exit(0);
    }
    assert_int_equal(hf_native_begin(t->thread), HF_OK);
    expect_success(child);
    atomic_store(&is_over.is_set, true);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(callback_answers_in_a_child_after_after_fork),
        TEST(callback_may_fork_in_its_handler),
        TEST(callback_is_not_busy_in_a_child_without_its_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
