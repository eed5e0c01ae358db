/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=120 */

/*
 * What platform.h promises on POSIX alone: forks, names, sleep under signals.
 * What ends the process happens in a forked child.  Faults are in
 * test_platform_signals.c.
 */

#if defined(__linux__)
#define _GNU_SOURCE 1
#endif

#include "child.h"
#include "hf_test.h"

#include "platform/platform.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* ---- helpers ---- */

static bool refuse(uintptr_t address, void *user)
{
    (void)address;
    atomic_fetch_add((_Atomic(unsigned) *)user, 1);
    return false;
}

static sigjmp_buf way_out;

/* ---- abort ---- */

static void jump_out_of_abort(int number)
{
    (void)number;
    siglongjmp(way_out, 1);
}

static void leave_with_9(void)
{
    _exit(9);
}

static int abort_with_everything_in_the_way(void)
{
    sigset_t blocked;
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGABRT);
    (void)pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    (void)signal(SIGABRT, jump_out_of_abort);
    (void)atexit(leave_with_9);
    if (sigsetjmp(way_out, 1) == 0) {
        hfp_abort();
    }
    return 1;
}

static void abort_ends_the_process_past_handlers_and_exit_functions(void **state)
{
    (void)state;
    assert_int_equal(hf_test_in_child(abort_with_everything_in_the_way), 128 + SIGABRT);
}

/* ---- fork ---- */

static char fork_trace[16];
static hfp_mutex fork_mutex = HFP_MUTEX_INIT;

static void trace(char step)
{
    const size_t length = strlen(fork_trace);
    if (length + 1 < sizeof(fork_trace)) {
        fork_trace[length] = step;
    }
}

static void before_outer(void *user)
{
    trace(*(const char *)user);
    hfp_mutex_lock(&fork_mutex);
}

static void after_outer(void *user)
{
    hfp_mutex_unlock(&fork_mutex);
    trace(*(const char *)user);
}

static void trace_step(void *user)
{
    trace(*(const char *)user);
}

static int check_trace_in_child(void)
{
    static _Atomic(unsigned) asked;
    hfp_mutex_lock(&fork_mutex);
    hfp_mutex_unlock(&fork_mutex);
    if (strcmp(fork_trace, "baab") != 0) {
        return 1;
    }
    /* The child can do what the parent could. */
    if (hfp_fault_watch(refuse, &asked) != HF_OK) {
        return 2;
    }
    hfp_fault_unwatch(refuse, &asked);
    if (hfp_features_get()->has_process_barrier && hfp_barrier_process() != HF_OK) {
        return 3;
    }
    static const hfp_fork_hooks none = { 0 };
    return hfp_fork_watch(&none) == HF_OK ? 0 : 4;
}

static void fork_hooks_run_inwards_before_and_outwards_after(void **state)
{
    (void)state;
    static char a = 'a';
    static char b = 'b';
    const hfp_fork_hooks inner = { trace_step, trace_step, trace_step, &a };
    const hfp_fork_hooks outer = { before_outer, after_outer, after_outer, &b };
    assert_int_equal(hfp_fork_watch(&inner), HF_OK);
    assert_int_equal(hfp_fork_watch(&outer), HF_OK);
    memset(fork_trace, 0, sizeof(fork_trace));

    assert_int_equal(hf_test_in_child(check_trace_in_child), 0);

    assert_string_equal(fork_trace, "baab");
    assert_true(hfp_mutex_try_lock(&fork_mutex));
    hfp_mutex_unlock(&fork_mutex);
}

static int tell_own_number(void)
{
    return hfp_process_id() == (uint64_t)getpid() ? 0 : 1;
}

static void process_id_differs_in_a_forked_child(void **state)
{
    (void)state;
    assert_true(hfp_process_id() == (uint64_t)getpid());
    assert_int_equal(hf_test_in_child(tell_own_number), 0);
}

/* Last of the fork cases: it uses the hooks up for good. */
static void fork_watch_says_limit_when_the_hooks_are_used_up(void **state)
{
    (void)state;
    static const hfp_fork_hooks none = { 0 };
    hf_status status = HF_OK;
    for (int i = 0; i < 17 && status == HF_OK; i++) {
        status = hfp_fork_watch(&none);
    }
    assert_int_equal(status, HF_E_LIMIT);
}

/* ---- threads, time and libraries ---- */

typedef struct thread_facts {
    char name[32];
    bool async_is_blocked;
    bool faults_are_open;
} thread_facts;

static void find_thread_facts(void *user)
{
    thread_facts *facts = user;
    sigset_t blocked;
#if defined(__linux__)
    (void)pthread_getname_np(pthread_self(), facts->name, sizeof(facts->name));
#endif
    (void)pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    facts->async_is_blocked = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGALRM);
    facts->faults_are_open = !sigismember(&blocked, SIGSEGV) && !sigismember(&blocked, SIGBUS);
}

static void thread_starts_with_its_name_and_without_asynchronous_signals(void **state)
{
    (void)state;
    thread_facts facts = { 0 };
    hfp_thread thread;
    sigset_t blocked;
    assert_int_equal(
        hfp_thread_start(&thread, "exactly-fifteen-and-more", find_thread_facts, &facts), HF_OK);
    hfp_thread_join(&thread);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &blocked), 0);

#if defined(__linux__)
    assert_string_equal(facts.name, "exactly-fifteen");
#endif
    assert_true(facts.async_is_blocked && facts.faults_are_open);
    assert_false(sigismember(&blocked, SIGTERM)); /* the starter's own mask is as before */
}

static _Atomic(unsigned) alarms;

static void count_alarm(int number)
{
    (void)number;
    atomic_fetch_add(&alarms, 1);
}

static void sleep_goes_on_after_a_signal(void **state)
{
    (void)state;
    struct sigaction action = { .sa_handler = count_alarm };
    struct sigaction before;
    struct itimerval every = { .it_interval = { .tv_usec = 4000 },
                               .it_value = { .tv_usec = 4000 } };
    const struct itimerval never = { 0 };
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);

    const uint64_t start = hfp_clock_ns();
    hfp_sleep_ns(60000000);
    const uint64_t lasted = hfp_clock_ns() - start;

    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    assert_true(lasted >= 60000000);
    assert_true(atomic_load(&alarms) >= 1);
}

static void module_bare_names_find_the_libraries_of_the_c_library(void **state)
{
    (void)state;
    void *module = NULL;
    void *address = NULL;
    uint32_t error = 1;

    assert_int_equal(hfp_module_open("m", HFP_MODULE_SYSTEM, &module, &error), HF_OK);

    assert_int_equal(hfp_module_symbol(module, "cos", &address), HF_OK);
    hfp_module_close(module);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(abort_ends_the_process_past_handlers_and_exit_functions),
        cmocka_unit_test(fork_hooks_run_inwards_before_and_outwards_after),
        cmocka_unit_test(process_id_differs_in_a_forked_child),
        cmocka_unit_test(fork_watch_says_limit_when_the_hooks_are_used_up),
        cmocka_unit_test(thread_starts_with_its_name_and_without_asynchronous_signals),
        cmocka_unit_test(sleep_goes_on_after_a_signal),
        cmocka_unit_test(module_bare_names_find_the_libraries_of_the_c_library),
    };
    return cmocka_run_group_tests_name("platform_posix", tests, NULL, NULL);
}
