/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=120 */

/*
 * What platform.h promises on POSIX alone: signals, forks, names, and how a
 * fault reaches whoever handled it before.  What ends the process happens in a
 * forked child.
 */

#if defined(__linux__)
#define _GNU_SOURCE 1
#endif

#include "hf_test.h"

#include "platform/platform.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- helpers ---- */

static char *trap_page; /* one page without access, for the whole program */
static size_t page_size;

static int make_trap_page(void **state)
{
    (void)state;
    void *base = NULL;
    page_size = hfp_features_get()->page_size;
    if (hfp_vm_reserve(page_size, page_size, &base) != HF_OK ||
        hfp_vm_commit(base, page_size) != HF_OK) {
        return -1;
    }
    trap_page = base;
    return 0;
}

static void close_trap_page(void)
{
    assert_int_equal(hfp_vm_protect(trap_page, page_size, HFP_NO_ACCESS), HF_OK);
}

static void touch_trap_page(void)
{
    *(volatile char *)trap_page = 1;
}

static bool refuse(uintptr_t address, void *user)
{
    (void)address;
    atomic_fetch_add((_Atomic(unsigned) *)user, 1);
    return false;
}

/* Runs `body` in a child: its exit code, or 128 + the signal that ended it. */
static int run_in_child(int (*body)(void))
{
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        _exit(body());
    }
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void set_handler(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { 0 };
    action.sa_sigaction = handler;
    action.sa_flags = flags | SA_SIGINFO;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaddset(&action.sa_mask, SIGUSR2);
    assert_int_equal(sigaction(number, &action, NULL), 0);
}

/* ---- chaining ---- */

static _Atomic(unsigned) earlier_calls;
static _Atomic(uintptr_t) earlier_address;
static _Atomic(bool) earlier_mask;

static void earlier_handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    sigset_t blocked;
    (void)pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    atomic_fetch_add(&earlier_calls, 1);
    atomic_store(&earlier_address, (uintptr_t)info->si_addr);
    atomic_store(&earlier_mask, sigismember(&blocked, SIGUSR2) && sigismember(&blocked, number));
    (void)!mprotect(trap_page, page_size, PROT_READ | PROT_WRITE);
}

static void fault_reaches_the_earlier_handler_when_no_watcher_takes_it(void **state)
{
    (void)state;
    _Atomic(unsigned) asked = 0;
    struct sigaction before;
    struct sigaction after;
    set_handler(SIGSEGV, earlier_handler, SA_RESTART);
    set_handler(SIGBUS, earlier_handler, 0);
    assert_int_equal(sigaction(SIGSEGV, NULL, &before), 0);
    atomic_store(&earlier_calls, 0);
    assert_int_equal(hfp_fault_watch(refuse, &asked), HF_OK);

    close_trap_page();
    touch_trap_page();

    hfp_fault_unwatch(refuse, &asked);
    assert_int_equal(sigaction(SIGSEGV, NULL, &after), 0);
    assert_int_equal(atomic_load(&asked), 1);
    assert_int_equal(atomic_load(&earlier_calls), 1);
    assert_true(atomic_load(&earlier_address) == (uintptr_t)trap_page);
    assert_true(atomic_load(&earlier_mask));
    assert_true(after.sa_sigaction == before.sa_sigaction && after.sa_flags == before.sa_flags);
}

static struct sigaction displaced;

static void displacing_handler(int number, siginfo_t *info, void *context)
{
    displaced.sa_sigaction(number, info, context);
}

/* Another library puts its handler on top of ours and chains to it; then we come once more. */
static void fault_chain_that_leads_back_to_us_ends_at_the_oldest_handler(void **state)
{
    (void)state;
    _Atomic(unsigned) first = 0;
    _Atomic(unsigned) second = 0;
    set_handler(SIGSEGV, earlier_handler, 0);
    atomic_store(&earlier_calls, 0);
    assert_int_equal(hfp_fault_watch(refuse, &first), HF_OK);
    assert_int_equal(sigaction(SIGSEGV, NULL, &displaced), 0);
    set_handler(SIGSEGV, displacing_handler, 0);
    assert_int_equal(hfp_fault_watch(refuse, &second), HF_OK);

    for (unsigned i = 1; i <= 3; i++) {
        close_trap_page();
        touch_trap_page();
        assert_int_equal(atomic_load(&first), i);
        assert_int_equal(atomic_load(&second), i);
        assert_int_equal(atomic_load(&earlier_calls), i);
    }

    hfp_fault_unwatch(refuse, &second);
    hfp_fault_unwatch(refuse, &first);
    struct sigaction after;
    assert_int_equal(sigaction(SIGSEGV, NULL, &after), 0);
    assert_true(after.sa_sigaction == displacing_handler);
}

static sigjmp_buf way_out;

static void jumping_handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)context;
    atomic_fetch_add(&earlier_calls, 1);
    siglongjmp(way_out, 1);
}

static void fault_watchers_still_work_after_an_earlier_handler_jumped_out(void **state)
{
    (void)state;
    _Atomic(unsigned) asked = 0;
    set_handler(SIGSEGV, jumping_handler, 0);
    atomic_store(&earlier_calls, 0);
    assert_int_equal(hfp_fault_watch(refuse, &asked), HF_OK);

    close_trap_page();
    for (volatile unsigned i = 0; i < 3; i++) {
        if (sigsetjmp(way_out, 1) == 0) {
            touch_trap_page();
        }
    }

    hfp_fault_unwatch(refuse, &asked);
    assert_int_equal(atomic_load(&asked), 3);
    assert_int_equal(atomic_load(&earlier_calls), 3);
}

static int fault_with_default_behind(void)
{
    static _Atomic(unsigned) asked;
    (void)signal(SIGSEGV, SIG_DFL);
    (void)signal(SIGBUS, SIG_DFL);
    if (hfp_fault_watch(refuse, &asked) != HF_OK ||
        hfp_vm_protect(trap_page, page_size, HFP_NO_ACCESS) != HF_OK) {
        return 1;
    }
    touch_trap_page();
    return 2;
}

static void fault_takes_the_default_course_when_nobody_wants_it(void **state)
{
    (void)state;
    const int ended = run_in_child(fault_with_default_behind);
    assert_true(ended == 128 + SIGSEGV || ended == 128 + SIGBUS);
}

static int be_killed_with_default_behind(void)
{
    static _Atomic(unsigned) asked;
    (void)signal(SIGSEGV, SIG_DFL);
    if (hfp_fault_watch(refuse, &asked) != HF_OK) {
        return 1;
    }
    (void)kill(getpid(), SIGSEGV);
    return 2;
}

static int be_killed_with_ignore_behind(void)
{
    static _Atomic(unsigned) asked;
    (void)signal(SIGSEGV, SIG_IGN);
    if (hfp_fault_watch(refuse, &asked) != HF_OK) {
        return 1;
    }
    (void)kill(getpid(), SIGSEGV);
    return atomic_load(&asked) == 0 ? 7 : 2;
}

static void fault_signal_that_was_sent_is_no_fault_and_passes_through(void **state)
{
    (void)state;
    assert_int_equal(run_in_child(be_killed_with_default_behind), 128 + SIGSEGV);
    assert_int_equal(run_in_child(be_killed_with_ignore_behind), 7);
}

static int fault_twice_with_one_shot_handler_behind(void)
{
    static _Atomic(unsigned) asked;
    set_handler(SIGSEGV, earlier_handler, (int)SA_RESETHAND);
    if (hfp_fault_watch(refuse, &asked) != HF_OK) {
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        (void)!mprotect(trap_page, page_size, PROT_NONE);
        touch_trap_page();
    }
    return 2;
}

static void fault_one_shot_handler_gets_one_shot(void **state)
{
    (void)state;
    assert_int_equal(run_in_child(fault_twice_with_one_shot_handler_behind), 128 + SIGSEGV);
}

static bool leave_with_42(uintptr_t address, void *user)
{
    (void)address;
    (void)user;
    hfp_write_stderr("stack overflow seen\n", 20);
    _exit(42);
}

static unsigned char descend(unsigned depth)
{
    volatile unsigned char used[4096];
    used[depth % sizeof(used)] = (unsigned char)depth;
    if (depth < 1u << 24) {
        used[0] = (unsigned char)(used[1] + descend(depth + 1));
    }
    return (unsigned char)(used[0] + used[depth % sizeof(used)]);
}

static int overflow_the_stack(void)
{
    return hfp_fault_watch(leave_with_42, NULL) == HF_OK ? descend(0) & 1 : 1;
}

static void fault_watcher_sees_a_stack_overflow_on_the_alternate_stack(void **state)
{
    (void)state;
    assert_int_equal(run_in_child(overflow_the_stack), 42);
}

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
    assert_int_equal(run_in_child(abort_with_everything_in_the_way), 128 + SIGABRT);
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

    assert_int_equal(run_in_child(check_trace_in_child), 0);

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
    assert_int_equal(run_in_child(tell_own_number), 0);
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
    errno = EINTR;
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
        cmocka_unit_test(fault_reaches_the_earlier_handler_when_no_watcher_takes_it),
        cmocka_unit_test(fault_chain_that_leads_back_to_us_ends_at_the_oldest_handler),
        cmocka_unit_test(fault_watchers_still_work_after_an_earlier_handler_jumped_out),
        cmocka_unit_test(fault_takes_the_default_course_when_nobody_wants_it),
        cmocka_unit_test(fault_signal_that_was_sent_is_no_fault_and_passes_through),
        cmocka_unit_test(fault_one_shot_handler_gets_one_shot),
        cmocka_unit_test(fault_watcher_sees_a_stack_overflow_on_the_alternate_stack),
        cmocka_unit_test(abort_ends_the_process_past_handlers_and_exit_functions),
        cmocka_unit_test(fork_hooks_run_inwards_before_and_outwards_after),
        cmocka_unit_test(process_id_differs_in_a_forked_child),
        cmocka_unit_test(fork_watch_says_limit_when_the_hooks_are_used_up),
        cmocka_unit_test(thread_starts_with_its_name_and_without_asynchronous_signals),
        cmocka_unit_test(sleep_goes_on_after_a_signal),
        cmocka_unit_test(module_bare_names_find_the_libraries_of_the_c_library),
    };
    return cmocka_run_group_tests_name("platform_posix", tests, make_trap_page, NULL);
}
