/* SPDX-License-Identifier: MIT */

/*
 * Mutexes and condition variables.
 *
 * Calls: pthread_mutex_*, pthread_cond_*, pthread_condattr_setclock
 * (POSIX.1-2008).
 *
 * Deadlines are on CLOCK_MONOTONIC, the clock of hfp_clock_ns(): a wait must
 * not end early or late because somebody set the time of day.  An error from
 * any of these calls means a broken caller or a broken record, never a state
 * of the world, so it ends the process.
 */

#include "posix.h"

#include "base/verify.h"

#include <pthread.h>
#include <time.h>

void hfp_mutex_init(hfp_mutex *mutex)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_mutex_init(&mutex->mutex_, NULL));
}

void hfp_mutex_finish(hfp_mutex *mutex)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_mutex_destroy(&mutex->mutex_));
}

void hfp_mutex_lock(hfp_mutex *mutex)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_mutex_lock(&mutex->mutex_));
}

bool hfp_mutex_try_lock(hfp_mutex *mutex)
{
    HFP_KEEP_ERRNO;
    return pthread_mutex_trylock(&mutex->mutex_) == 0;
}

void hfp_mutex_unlock(hfp_mutex *mutex)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_mutex_unlock(&mutex->mutex_));
}

void hfp_cond_init(hfp_cond *cond)
{
    HFP_KEEP_ERRNO;
    pthread_condattr_t attributes;
    hfp_posix_must(pthread_condattr_init(&attributes));
    hfp_posix_must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    hfp_posix_must(pthread_cond_init(&cond->cond_, &attributes));
    (void)pthread_condattr_destroy(&attributes);
}

void hfp_cond_finish(hfp_cond *cond)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_cond_destroy(&cond->cond_));
}

void hfp_cond_wake_one(hfp_cond *cond)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_cond_signal(&cond->cond_));
}

void hfp_cond_wake_all(hfp_cond *cond)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(pthread_cond_broadcast(&cond->cond_));
}

/* Seconds are cut to what 31 bits hold: 68 years of uptime, also where time_t is short. */
static struct timespec absolute_time(uint64_t deadline_ns)
{
    const uint64_t seconds = deadline_ns / 1000000000u;
    struct timespec time;
    time.tv_sec = (time_t)(seconds < INT32_MAX ? seconds : INT32_MAX);
    time.tv_nsec = (long)(deadline_ns % 1000000000u);
    return time;
}

bool hfp_cond_wait(hfp_cond *cond, hfp_mutex *mutex, uint64_t deadline_ns)
{
    HFP_KEEP_ERRNO;
    if (deadline_ns == HFP_FOREVER) {
        hfp_posix_must(pthread_cond_wait(&cond->cond_, &mutex->mutex_));
        return true;
    }
    const struct timespec until = absolute_time(deadline_ns);
    const int error = pthread_cond_timedwait(&cond->cond_, &mutex->mutex_, &until);
    HF_VERIFY(error == 0 || error == ETIMEDOUT);
    return error == 0;
}
