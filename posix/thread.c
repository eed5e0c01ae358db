/* SPDX-License-Identifier: MIT */

/*
 * Threads and per-thread words.
 *
 * Calls: pthread_create, pthread_join, pthread_self, pthread_sigmask,
 * sched_yield, pthread_key_* (POSIX.1-2008); pthread_setname_np,
 * pthread_getattr_np (glibc 2.12, musl).
 *
 * A new thread gets what it needs in a block of its own, which it frees first
 * thing: neither the starter's stack nor the hfp_thread has to stay in place.
 *
 * Threads start with asynchronous signals blocked.  They belong to a library:
 * the program's own signal handlers must not find themselves on one of them.
 */

#include "posix.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 16 /* Linux shows 15 bytes and refuses more */

typedef struct start_block {
    hfp_thread_fn run;
    void *user;
    char name[NAME_SIZE];
} start_block;

static void name_this_thread(const char *name)
{
#if defined(__linux__)
    (void)pthread_setname_np(pthread_self(), name);
#else
    (void)name; /* debuggers elsewhere show a number */
#endif
}

static void *run_thread(void *argument)
{
    const start_block block = *(start_block *)argument;
    free(argument);
    name_this_thread(block.name);
    block.run(block.user);
    return NULL;
}

/* Everything but what a thread causes itself and what a profiler sends. */
static void fill_async_signals(sigset_t *set)
{
    static const int kept[] = {
        SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF
    };
    (void)sigfillset(set);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        (void)sigdelset(set, kept[i]);
    }
}

hf_status hfp_thread_start(hfp_thread *thread_out, const char *name, hfp_thread_fn run, void *user)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("thread start")) {
        return HF_E_NOMEM;
    }
    start_block *block = calloc(1, sizeof(*block));
    if (!block) {
        return HF_E_NOMEM;
    }
    block->run = run;
    block->user = user;
    strncat(block->name, name, NAME_SIZE - 1);

    sigset_t blocked;
    sigset_t before;
    pthread_t handle;
    fill_async_signals(&blocked);
    (void)pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const int error = pthread_create(&handle, NULL, run_thread, block);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        free(block);
        return hfp_posix_status(error);
    }
    thread_out->handle_ = handle;
    return HF_OK;
}

void hfp_thread_join(hfp_thread *thread)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_join(thread->handle_, NULL));
}

void hfp_thread_join_soon(hfp_thread *thread)
{
    hfp_thread_join(thread); /* the dynamic linker's lock is not needed for a thread's end */
}

void hfp_thread_let_go(hfp_thread *thread)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_detach(thread->handle_));
}

/* pthread_t is an integer or a pointer wherever Holdfast runs, and never 0 for a live thread. */
uint64_t hfp_thread_self(void)
{
    return (uint64_t)(uintptr_t)pthread_self();
}

void hfp_thread_yield(void)
{
    HFP_KEEP_ERRNO;
    (void)sched_yield();
}

#if defined(__linux__)

static hf_status find_stack(uintptr_t *low_out, uintptr_t *high_out)
{
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
        return HF_E_SYSTEM;
    }
    void *low = NULL;
    size_t size = 0;
    const int error = pthread_attr_getstack(&attributes, &low, &size);
    (void)pthread_attr_destroy(&attributes);
    if (error != 0) {
        return HF_E_SYSTEM;
    }
    *low_out = (uintptr_t)low;
    *high_out = (uintptr_t)low + size;
    return HF_OK;
}

#else

/* There is no portable way; a port adds its own here. */
static hf_status find_stack(uintptr_t *low_out, uintptr_t *high_out)
{
    (void)low_out;
    (void)high_out;
    return HF_E_SYSTEM;
}

#endif

hf_status hfp_thread_stack(uintptr_t *low_out, uintptr_t *high_out)
{
    HFP_KEEP_ERRNO;
    return hfi_fault_hit("thread stack") ? HF_E_SYSTEM : find_stack(low_out, high_out);
}

hf_status hfp_key_create(hfp_key *key_out, hfp_key_fn at_exit)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("key create")) {
        return HF_E_NOMEM;
    }
    const int error = pthread_key_create(&key_out->key_, at_exit);
    return error == 0 ? HF_OK : hfp_posix_status(error);
}

void hfp_key_delete(hfp_key *key)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_key_delete(key->key_));
}

void *hfp_key_get(hfp_key *key)
{
    HFP_KEEP_ERRNO;
    return pthread_getspecific(key->key_);
}

hf_status hfp_key_set(hfp_key *key, void *value)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("key set")) {
        return HF_E_NOMEM;
    }
    const int error = pthread_setspecific(key->key_, value);
    return error == 0 ? HF_OK : hfp_posix_status(error);
}
