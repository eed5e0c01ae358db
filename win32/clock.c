/* SPDX-License-Identifier: MIT */

/*
 * Time that only goes forward.
 *
 * Calls: QueryPerformanceCounter, QueryPerformanceFrequency (cannot fail since
 * Windows XP), Sleep, SwitchToThread.
 *
 * The counter's frequency never changes while the system runs, so asking for
 * it twice from two threads gives the same number and needs no lock.
 *
 * Sleep counts in ticks of up to 15.6 ms.  Callers that wait for another
 * thread's state ask for microseconds, so anything below a millisecond is
 * spent giving the processor away until the clock has passed.
 */

#include "win.h"

#include "base/size.h"

#include <stdatomic.h>

#define NS_PER_S     UINT64_C(1000000000)
#define NS_PER_MS    UINT64_C(1000000)
#define SLEEP_MS_MAX UINT64_C(0x7fffffff)

static _Atomic(uint64_t) ticks_per_s; /* 0 until known; relaxed: it is one value for ever */

static uint64_t frequency(void)
{
    uint64_t known = atomic_load_explicit(&ticks_per_s, memory_order_relaxed);
    if (known == 0) {
        LARGE_INTEGER found;
        (void)QueryPerformanceFrequency(&found);
        known = (uint64_t)found.QuadPart;
        HF_VERIFY(known != 0);
        atomic_store_explicit(&ticks_per_s, known, memory_order_relaxed);
    }
    return known;
}

uint64_t hfp_clock_ns(void)
{
    HFP_KEEP_LAST_ERROR;
    const uint64_t per_s = frequency();
    LARGE_INTEGER counter;
    (void)QueryPerformanceCounter(&counter);
    const uint64_t ticks = (uint64_t)counter.QuadPart;
    /* In two parts: ticks * 10^9 would not fit after half an hour at 10 MHz. */
    return ticks / per_s * NS_PER_S + ticks % per_s * NS_PER_S / per_s;
}

void hfp_sleep_ns(uint64_t ns)
{
    HFP_KEEP_LAST_ERROR;
    if (ns == 0) {
        (void)SwitchToThread();
        return;
    }
    uint64_t deadline;
    if (!hfi_u64_add(hfp_clock_ns(), ns, &deadline)) {
        deadline = UINT64_MAX;
    }
    for (uint64_t now = hfp_clock_ns(); now < deadline; now = hfp_clock_ns()) {
        const uint64_t left = deadline - now;
        if (left < NS_PER_MS) {
            (void)SwitchToThread();
        } else {
            const uint64_t ms = left / NS_PER_MS;
            Sleep((DWORD)(ms < SLEEP_MS_MAX ? ms : SLEEP_MS_MAX));
        }
    }
}
