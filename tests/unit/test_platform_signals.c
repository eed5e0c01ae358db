/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=120 */

/*
 * How an access fault reaches, on POSIX, whoever handled it before the watchers
 * did.  What ends the process happens in a forked child.
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
#include <sys/mman.h>

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
    const int ended = hf_test_in_child(fault_with_default_behind);
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
    assert_int_equal(hf_test_in_child(be_killed_with_default_behind), 128 + SIGSEGV);
    assert_int_equal(hf_test_in_child(be_killed_with_ignore_behind), 7);
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
    assert_int_equal(hf_test_in_child(fault_twice_with_one_shot_handler_behind), 128 + SIGSEGV);
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
    assert_int_equal(hf_test_in_child(overflow_the_stack), 42);
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
    };
    return cmocka_run_group_tests_name("platform_signals", tests, make_trap_page, NULL);
}
