/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PLATFORM_LATCH_H
#define HOLDFAST_PLATFORM_LATCH_H

/*
 * A lock for stretches of some ten stores that are on the way of a fast operation.
 *
 * Purpose: taking it is one atomic exchange, giving it back a plain store, both inline; of a mutex
 * each is a call into the system's library with an atomic operation in it.  Where a stretch is
 * shorter than that, the mutex is what the operation costs.
 *
 * Who finds it taken looks again some times and then sleeps, longer each time: the holder is at
 * work on another processor and done at once, or has lost its own, and then spinning takes that
 * time from it.  So it is for no stretch with a call in it that may wait, and there is no condition
 * to wait for with it.  All zeros is free.
 */

#include "base/verify.h"
#include "platform/platform.h"

#include <stdatomic.h>

typedef struct hfi_latch {
    _Atomic(bool) is_taken;
} hfi_latch;

#define HFI_LATCH_LOOKS    100u
#define HFI_LATCH_FIRST_NS UINT64_C(1000)
#define HFI_LATCH_MOST_NS  UINT64_C(1000000)

/* Apart, so that what is inline stays short. */
static __attribute__((noinline)) void hfi_latch_await(hfi_latch *latch)
{
    uint64_t sleep_ns = HFI_LATCH_FIRST_NS;
    do {
        unsigned looks = 0;
        while (atomic_load_explicit(&latch->is_taken, memory_order_relaxed)) {
            if (++looks > HFI_LATCH_LOOKS) {
                hfp_sleep_ns(sleep_ns);
                sleep_ns = 2 * sleep_ns < HFI_LATCH_MOST_NS ? 2 * sleep_ns : HFI_LATCH_MOST_NS;
            }
        }
    } while (atomic_exchange_explicit(&latch->is_taken, true, memory_order_acquire));
}

static inline void hfi_latch_lock(hfi_latch *latch)
{
    if (HF_UNLIKELY(atomic_exchange_explicit(&latch->is_taken, true, memory_order_acquire))) {
        hfi_latch_await(latch);
    }
}

static inline void hfi_latch_unlock(hfi_latch *latch)
{
    atomic_store_explicit(&latch->is_taken, false, memory_order_release);
}

#endif
