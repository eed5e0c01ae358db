/* SPDX-License-Identifier: MIT */

/*
 * Time that only goes forward.
 *
 * Calls: clock_gettime, nanosleep with CLOCK_MONOTONIC, sched_yield
 * (POSIX.1-2008).
 *
 * nanosleep measures an interval and so is not moved by a change of the time
 * of day; a signal cuts it short, hence the loop to the deadline.
 */

#include "posix.h"

#include "base/size.h"
#include "base/verify.h"

#include <sched.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)
#define SLICE_S  UINT64_C(1000000) /* fits every time_t; longer sleeps take more than one */

uint64_t hfp_clock_ns(void)
{
    HFP_KEEP_ERRNO;
    struct timespec now;
    hfp_posix_must(clock_gettime(CLOCK_MONOTONIC, &now));
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void hfp_sleep_ns(uint64_t ns)
{
    HFP_KEEP_ERRNO;
    if (ns == 0) {
        (void)sched_yield();
        return;
    }
    uint64_t deadline;
    if (!hfi_u64_add(hfp_clock_ns(), ns, &deadline)) {
        deadline = UINT64_MAX;
    }
    for (uint64_t now = hfp_clock_ns(); now < deadline; now = hfp_clock_ns()) {
        const uint64_t left = deadline - now;
        const uint64_t seconds = left / NS_PER_S;
        struct timespec slice;
        slice.tv_sec = (time_t)(seconds < SLICE_S ? seconds : SLICE_S);
        slice.tv_nsec = (long)(left % NS_PER_S);
        (void)nanosleep(&slice, NULL);
    }
}
