/* SPDX-License-Identifier: MIT */

/*
 * Fork: all locks are taken before it, in floor order, and given back on both
 * sides, so that the child finds whole structures.
 *
 * Calls: pthread_atfork, pthread_once (POSIX.1-2008).
 *
 * One triple of handlers stands for everything.  Before a fork the hooks run
 * in the reverse order of their registration, then the platform's own lock is
 * taken: it is the innermost one, so it must be the last.  Afterwards it is
 * given back first.
 *
 * `registry` is held from the first hook to the last, which also keeps two
 * forks at once apart and the list of hooks the same on both sides of a fork.
 * It is an outermost lock: hfp_fork_watch() is called with no lock held.
 */

#include "posix.h"

#include "base/alloc.h"

#include <pthread.h>

#define HOOKS_MAX 16

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static hfp_fork_hooks hooks[HOOKS_MAX]; /* lock: registry */
static size_t hook_count;               /* lock: registry */

static pthread_mutex_t platform_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t handlers_once = PTHREAD_ONCE_INIT;
static int handlers_error; /* written inside pthread_once */

static void before_fork(void)
{
    HFP_KEEP_ERRNO;
    (void)pthread_mutex_lock(&registry);
    for (size_t i = hook_count; i > 0; i--) {
        if (hooks[i - 1].prepare) {
            hooks[i - 1].prepare(hooks[i - 1].user);
        }
    }
    (void)pthread_mutex_lock(&platform_lock);
}

static void after_fork_in_parent(void)
{
    HFP_KEEP_ERRNO;
    (void)pthread_mutex_unlock(&platform_lock);
    for (size_t i = 0; i < hook_count; i++) {
        if (hooks[i].parent) {
            hooks[i].parent(hooks[i].user);
        }
    }
    (void)pthread_mutex_unlock(&registry);
}

static void after_fork_in_child(void)
{
    HFP_KEEP_ERRNO;
    (void)pthread_mutex_unlock(&platform_lock);
    hfp_posix_fault_after_fork();
    for (size_t i = 0; i < hook_count; i++) {
        if (hooks[i].child) {
            hooks[i].child(hooks[i].user);
        }
    }
    (void)pthread_mutex_unlock(&registry);
}

static void add_handlers(void)
{
    handlers_error = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

static hf_status ensure_handlers(void)
{
    (void)pthread_once(&handlers_once, add_handlers);
    return handlers_error == 0 ? HF_OK : HF_E_NOMEM;
}

hf_status hfp_posix_lock(void)
{
    const hf_status status = ensure_handlers();
    if (status == HF_OK) {
        (void)pthread_mutex_lock(&platform_lock);
    }
    return status;
}

void hfp_posix_unlock(void)
{
    (void)pthread_mutex_unlock(&platform_lock);
}

hf_status hfp_fork_watch(const hfp_fork_hooks *added)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("fork watch")) {
        return HF_E_NOMEM;
    }
    hf_status status = ensure_handlers();
    if (status != HF_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&registry);
    if (hook_count == HOOKS_MAX) {
        status = HF_E_LIMIT;
    } else {
        hooks[hook_count++] = *added;
    }
    (void)pthread_mutex_unlock(&registry);
    return status;
}
