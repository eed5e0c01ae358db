/* SPDX-License-Identifier: MIT */

/*
 * Access faults: watchers are asked first, then whoever handled them before.
 *
 * Calls: sigaction, sigaltstack, pthread_sigmask, raise (POSIX.1-2008).
 *
 * The handler takes no lock.  It counts itself in `running`, reads the watchers
 * with acquire loads, and calls them.  A watcher that is removed is first taken
 * out of its slot; then the remover waits until no handler runs.  So after
 * hfp_fault_unwatch() the watcher is not called any more, and a slot is not
 * filled anew while a handler may still hold half of its old pair.
 *
 * Chaining.  What a handler finds behind itself is a `struct sigaction` in a
 * list that only grows, so that it never reads one that is being written.  Our
 * handler goes in with the first watcher and comes out with the last, unless
 * another one was put on top of it by then: that one may call ours, which
 * stays, as a passage.  If ours was displaced, the next watcher puts it on top
 * again; a chain that leads back into it is recognised (see is_reentry()) and
 * continued with what was there before the first of ours.
 *
 * The alternate stack serves faults that come from a stack overflow.  Only the
 * first watching thread gets one, from static memory, and only if it has none;
 * other threads run handlers on the stack that they have.
 */

#include "posix.h"

#include "base/alloc.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#define WATCHERS_MAX 8
#define PREVIOUS_MAX 16
#define STACK_BYTES  (64 * 1024)

typedef struct watcher_slot {
    _Atomic(hfp_fault_fn) watcher; /* release when set, NULL while free */
    void *user;                    /* written before `watcher` */
} watcher_slot;

typedef _Atomic(const struct sigaction *) action_ptr;

typedef struct signal_chain {
    int number;
    struct sigaction known[PREVIOUS_MAX]; /* append-only; lock: hfp_posix_lock */
    size_t known_count;                   /* lock: hfp_posix_lock */
    action_ptr previous;                  /* what to chain to: in `known`, or default_action */
    action_ptr oldest;                    /* what was there before our first installation */
} signal_chain;

static watcher_slot watchers[WATCHERS_MAX];
static size_t watcher_count; /* lock: hfp_posix_lock */
static _Atomic(uint32_t) running;

static struct sigaction default_action; /* all zero: SIG_DFL; never written */
static signal_chain chains[] = { { .number = SIGSEGV }, { .number = SIGBUS } };
#define CHAIN_COUNT (sizeof(chains) / sizeof(chains[0]))

static _Alignas(16) unsigned char spare_stack[STACK_BYTES];
static bool spare_stack_used; /* lock: hfp_posix_lock */

/* ---- in the handler: async-signal-safe only ---- */

static bool ask_watchers(uintptr_t address)
{
    bool handled = false;
    atomic_fetch_add(&running, 1); /* seq_cst: pairs with the load in hfp_fault_unwatch */
    for (size_t i = 0; i < WATCHERS_MAX && !handled; i++) {
        hfp_fault_fn watcher = atomic_load(&watchers[i].watcher);
        handled = watcher && watcher(address, watchers[i].user);
    }
    atomic_fetch_sub(&running, 1);
    return handled;
}

/*
 * True when the chain below a handler of ours has led into ours again for the
 * same signal: same context, and deeper in the stack.  A handler that jumped
 * out leaves its mark behind; then the next fault comes with another context,
 * or at the same depth of the alternate stack, and is none.
 * The variable is of the initial-exec kind because any other may allocate here.
 */
static _Thread_local struct {
    const void *context;
    uintptr_t depth;
} mark __attribute__((tls_model("initial-exec")));

static bool is_reentry(const void *context)
{
    const uintptr_t depth = (uintptr_t)__builtin_frame_address(0);
    if (mark.context == context && depth < mark.depth) {
        return true;
    }
    mark.context = context;
    mark.depth = depth;
    return false;
}

/* The default is taken by the fault itself, as soon as it happens again without us. */
static void chain_to_default(int number, const siginfo_t *info, bool ignored)
{
    const bool was_sent = info->si_code <= 0; /* kill() and the like: nothing would happen again */
    if (ignored && was_sent) {
        return;
    }
    (void)sigaction(number, &default_action, NULL);
    if (was_sent) {
        (void)raise(number); /* blocked until we return */
    }
}

static void chain_to_handler(const struct sigaction *previous, int number, siginfo_t *info,
                             void *context)
{
    sigset_t extra = previous->sa_mask;
    sigset_t before;
    (void)pthread_sigmask(SIG_BLOCK, &extra, &before);
    if (previous->sa_flags & SA_NODEFER) {
        sigset_t own;
        (void)sigemptyset(&own);
        (void)sigaddset(&own, number);
        (void)pthread_sigmask(SIG_UNBLOCK, &own, NULL);
    }
    if (previous->sa_flags & SA_SIGINFO) {
        previous->sa_sigaction(number, info, context);
    } else {
        previous->sa_handler(number);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static signal_chain *chain_of(int number)
{
    return number == chains[0].number ? &chains[0] : &chains[1];
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    HFP_KEEP_ERRNO;
    signal_chain *chain = chain_of(number);
    action_ptr *place = &chain->previous;
    if (is_reentry(context)) {
        place = &chain->oldest;
    } else if (info->si_code > 0 && ask_watchers((uintptr_t)info->si_addr)) {
        mark.context = NULL;
        return;
    }

    const struct sigaction *previous = atomic_load(place);
    if (!(previous->sa_flags & SA_SIGINFO) &&
        (previous->sa_handler == SIG_DFL || previous->sa_handler == SIG_IGN)) {
        chain_to_default(number, info, previous->sa_handler == SIG_IGN);
    } else {
        if (previous->sa_flags & (int)SA_RESETHAND) {
            atomic_store(place, &default_action);
        }
        chain_to_handler(previous, number, info, context);
    }
    mark.context = NULL;
}

/* ---- installing; lock: hfp_posix_lock ---- */

static bool is_same_action(const struct sigaction *a, const struct sigaction *b)
{
    if (a->sa_flags != b->sa_flags || memcmp(&a->sa_mask, &b->sa_mask, sizeof(a->sa_mask)) != 0) {
        return false;
    }
    return (a->sa_flags & SA_SIGINFO) ? a->sa_sigaction == b->sa_sigaction
                                      : a->sa_handler == b->sa_handler;
}

static bool is_ours(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_fault;
}

/* The copy in the list that equals `action`; NULL when the list is full. */
static const struct sigaction *remember(signal_chain *chain, const struct sigaction *action)
{
    for (size_t i = 0; i < chain->known_count; i++) {
        if (is_same_action(&chain->known[i], action)) {
            return &chain->known[i];
        }
    }
    if (chain->known_count == PREVIOUS_MAX) {
        return NULL;
    }
    chain->known[chain->known_count] = *action;
    return &chain->known[chain->known_count++];
}

static hf_status install(signal_chain *chain)
{
    struct sigaction current;
    if (sigaction(chain->number, NULL, &current) != 0) {
        return HF_E_SYSTEM;
    }
    if (is_ours(&current)) {
        return HF_OK;
    }
    const struct sigaction *previous = remember(chain, &current);
    if (!previous) {
        return HF_E_LIMIT;
    }
    const struct sigaction *nothing = NULL;
    (void)atomic_compare_exchange_strong(&chain->oldest, &nothing, previous);
    atomic_store(&chain->previous, previous);

    struct sigaction ours = { 0 };
    ours.sa_sigaction = on_fault;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (current.sa_flags & (int)SA_RESTART);
    (void)sigemptyset(&ours.sa_mask);
    return sigaction(chain->number, &ours, NULL) == 0 ? HF_OK : HF_E_SYSTEM;
}

static void uninstall(signal_chain *chain)
{
    struct sigaction current;
    if (sigaction(chain->number, NULL, &current) == 0 && is_ours(&current)) {
        (void)sigaction(chain->number, atomic_load(&chain->previous), NULL);
    }
}

static hf_status install_all(void)
{
    for (size_t i = 0; i < CHAIN_COUNT; i++) {
        const hf_status status = install(&chains[i]);
        if (status != HF_OK) {
            return status;
        }
    }
    return HF_OK;
}

static void uninstall_all(void)
{
    for (size_t i = 0; i < CHAIN_COUNT; i++) {
        uninstall(&chains[i]);
    }
}

static void give_this_thread_a_stack(void)
{
    stack_t stack;
    if (spare_stack_used || sigaltstack(NULL, &stack) != 0 || !(stack.ss_flags & SS_DISABLE)) {
        return;
    }
    stack = (stack_t){ .ss_sp = spare_stack, .ss_size = sizeof(spare_stack) };
    spare_stack_used = sigaltstack(&stack, NULL) == 0;
}

static hf_status add_watcher(hfp_fault_fn watcher, void *user)
{
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (!atomic_load(&watchers[i].watcher)) {
            watchers[i].user = user;
            atomic_store(&watchers[i].watcher, watcher); /* publishes `user` */
            watcher_count++;
            return HF_OK;
        }
    }
    return HF_E_LIMIT;
}

hf_status hfp_fault_watch(hfp_fault_fn watcher, void *user)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("fault watch")) {
        return HF_E_SYSTEM;
    }
    hf_status status = hfp_posix_lock();
    if (status != HF_OK) {
        return status;
    }
    status = install_all();
    if (status == HF_OK) {
        give_this_thread_a_stack();
        status = add_watcher(watcher, user);
    }
    if (watcher_count == 0) {
        uninstall_all();
    }
    hfp_posix_unlock();
    return status;
}

void hfp_fault_unwatch(hfp_fault_fn watcher, void *user)
{
    HFP_KEEP_ERRNO;
    if (hfp_posix_lock() != HF_OK) {
        return; /* then no watcher can have been added */
    }
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (atomic_load(&watchers[i].watcher) == watcher && watchers[i].user == user) {
            atomic_store(&watchers[i].watcher, NULL);
            watcher_count--;
            break;
        }
    }
    /* Watchers are short and take no lock of ours: this ends. */
    while (atomic_load(&running) != 0) {
        hfp_thread_yield();
    }
    if (watcher_count == 0) {
        uninstall_all();
    }
    hfp_posix_unlock();
}

void hfp_posix_fault_after_fork(void)
{
    atomic_store(&running, 0);
}
