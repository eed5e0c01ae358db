/* SPDX-License-Identifier: MIT */

/*
 * Mutexes and condition variables.
 *
 * Calls: AcquireSRWLockExclusive and kin, SleepConditionVariableSRW (Vista),
 * TryAcquireSRWLockExclusive (Windows 7).
 *
 * Both types are one word that starts as 0 and owns nothing, so there is
 * nothing to finish.  A wait counts in milliseconds on a clock of its own; the
 * deadline is on hfp_clock_ns(), so the wait is rounded up and repeated until
 * that clock agrees.  A wait that times out leaves 1460 as last-error.
 */

#include "win.h"

#define NS_PER_MS   UINT64_C(1000000)
#define WAIT_MS_MAX UINT64_C(0x7fffffff) /* INFINITE is no number */

_Static_assert(sizeof(hfp_mutex) == sizeof(SRWLOCK) && _Alignof(hfp_mutex) == _Alignof(SRWLOCK),
               "hfp_mutex has the layout of SRWLOCK");
_Static_assert(sizeof(hfp_cond) == sizeof(CONDITION_VARIABLE) &&
                   _Alignof(hfp_cond) == _Alignof(CONDITION_VARIABLE),
               "hfp_cond has the layout of CONDITION_VARIABLE");

static SRWLOCK *lock_of(hfp_mutex *mutex)
{
    return (SRWLOCK *)(void *)mutex;
}

static CONDITION_VARIABLE *variable_of(hfp_cond *cond)
{
    return (CONDITION_VARIABLE *)(void *)cond;
}

void hfp_mutex_init(hfp_mutex *mutex)
{
    HFP_KEEP_LAST_ERROR;
    InitializeSRWLock(lock_of(mutex));
}

void hfp_mutex_finish(hfp_mutex *mutex)
{
    HF_VERIFY(!mutex->lock_); /* still locked */
    (void)mutex;
}

void hfp_mutex_lock(hfp_mutex *mutex)
{
    HFP_KEEP_LAST_ERROR;
    AcquireSRWLockExclusive(lock_of(mutex));
}

bool hfp_mutex_try_lock(hfp_mutex *mutex)
{
    HFP_KEEP_LAST_ERROR;
    return TryAcquireSRWLockExclusive(lock_of(mutex)) != 0;
}

void hfp_mutex_unlock(hfp_mutex *mutex)
{
    HFP_KEEP_LAST_ERROR;
    ReleaseSRWLockExclusive(lock_of(mutex));
}

void hfp_cond_init(hfp_cond *cond)
{
    HFP_KEEP_LAST_ERROR;
    InitializeConditionVariable(variable_of(cond));
}

void hfp_cond_finish(hfp_cond *cond)
{
    (void)cond;
}

void hfp_cond_wake_one(hfp_cond *cond)
{
    HFP_KEEP_LAST_ERROR;
    WakeConditionVariable(variable_of(cond));
}

void hfp_cond_wake_all(hfp_cond *cond)
{
    HFP_KEEP_LAST_ERROR;
    WakeAllConditionVariable(variable_of(cond));
}

/* Milliseconds that do not end before the deadline, as far as one wait can go. */
static DWORD wait_ms(uint64_t deadline_ns)
{
    if (deadline_ns == HFP_FOREVER) {
        return INFINITE;
    }
    const uint64_t now = hfp_clock_ns();
    if (now >= deadline_ns) {
        return 0;
    }
    const uint64_t ms = (deadline_ns - now - 1) / NS_PER_MS + 1;
    return (DWORD)(ms < WAIT_MS_MAX ? ms : WAIT_MS_MAX);
}

bool hfp_cond_wait(hfp_cond *cond, hfp_mutex *mutex, uint64_t deadline_ns)
{
    HFP_KEEP_LAST_ERROR;
    for (;;) { /* each round ends in a wake-up or nearer to the deadline */
        if (SleepConditionVariableSRW(variable_of(cond), lock_of(mutex), wait_ms(deadline_ns), 0)) {
            return true;
        }
        HF_VERIFY(GetLastError() == ERROR_TIMEOUT);
        if (hfp_clock_ns() >= deadline_ns) {
            return false;
        }
    }
}
