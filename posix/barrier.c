/* SPDX-License-Identifier: MIT */

/*
 * The process-wide barrier.
 *
 * Call: membarrier, private expedited (Linux 4.14), by number because glibc
 * has no wrapper.  Elsewhere, and on kernels or in sandboxes without it, the
 * feature is off and callers pay for a fence on the other side.
 *
 * The kernel interrupts each processor that runs a thread of this process, so
 * when the call returns each of them has passed a full fence; a thread that
 * was not running passed one when it was switched out.  ThreadSanitizer cannot
 * see such a fence and would report what it orders, hence it is off there.
 */

#include "posix.h"

#include "base/alloc.h"

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(__NR_membarrier) && !HFP_POSIX_TSAN

/* Of <linux/membarrier.h>, which older kernel headers lack. */
#define QUERY                      0
#define PRIVATE_EXPEDITED          (1 << 3)
#define REGISTER_PRIVATE_EXPEDITED (1 << 4)

static long membarrier(int command)
{
    return syscall(__NR_membarrier, command, 0, 0);
}

bool hfp_posix_barrier_register(void)
{
    const long commands = membarrier(QUERY);
    return commands > 0 && (commands & PRIVATE_EXPEDITED) != 0 &&
           membarrier(REGISTER_PRIVATE_EXPEDITED) == 0;
}

static hf_status fence_all_threads(void)
{
    if (membarrier(PRIVATE_EXPEDITED) == 0) {
        return HF_OK;
    }
    /* The child of a fork may have lost the registration. */
    if (errno == EPERM && membarrier(REGISTER_PRIVATE_EXPEDITED) == 0 &&
        membarrier(PRIVATE_EXPEDITED) == 0) {
        return HF_OK;
    }
    return HF_E_SYSTEM;
}

#else

bool hfp_posix_barrier_register(void)
{
    return false;
}

static hf_status fence_all_threads(void)
{
    return HF_E_UNSUPPORTED;
}

#endif

hf_status hfp_barrier_process(void)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("barrier process") || !hfp_features_get()->has_process_barrier) {
        return HF_E_UNSUPPORTED;
    }
    return fence_all_threads();
}
