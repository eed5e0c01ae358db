/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_POSIX_POSIX_H
#define HOLDFAST_POSIX_POSIX_H

/*
 * Comes first in every source of posix/, because it sets the feature macros.
 *
 * The floor under all of it is POSIX.1-2008 with threads, mmap and dlopen.
 * What only Linux has is guarded by __linux__ where it is used, and each such
 * place says what happens elsewhere.
 */

#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* pthread_getattr_np, pthread_setname_np, MAP_NORESERVE, dlopen names */
#endif

#include "platform/platform.h"

#include "base/verify.h"

#include <holdfast/export.h>

#include <errno.h>

#if defined(__SANITIZE_THREAD__)
#define HFP_POSIX_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HFP_POSIX_TSAN 1
#endif
#endif
#ifndef HFP_POSIX_TSAN
#define HFP_POSIX_TSAN 0
#endif

static inline void hfp_posix_put_back(const int *saved)
{
    errno = *saved;
}

/* errno is at the end of the block what it is here, whichever way the block is left. */
#define HFP_KEEP_ERRNO                                                                             \
    const int kept_errno_ HF_CLEANUP(hfp_posix_put_back) __attribute__((unused)) = errno

/** The status of a failed system call that left `code` in errno. */
static inline hf_status hfp_posix_status(int code)
{
    return code == ENOMEM || code == EAGAIN ? HF_E_NOMEM : HF_E_SYSTEM;
}

/* For calls that fail only in a broken process: HF_VERIFY alone may leave its claim unevaluated. */
static inline void hfp_posix_must(int result)
{
    HF_VERIFY(result == 0);
    (void)result;
}

/** Registers with the kernel for process-wide barriers; false where there are none. */
bool hfp_posix_barrier_register(void);

/**
 * The one lock of posix/.  It is the innermost of all locks: held over no call
 * out of posix/, taken last before a fork and free in the child.
 */
HF_MUST_CHECK hf_status hfp_posix_lock(void);
void hfp_posix_unlock(void);

/** In the child of a fork: forgets handlers that were running on threads that are gone. */
void hfp_posix_fault_after_fork(void);

#endif
