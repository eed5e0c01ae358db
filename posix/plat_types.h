/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_POSIX_PLAT_TYPES_H
#define HOLDFAST_POSIX_PLAT_TYPES_H

/* Bodies of the structs that platform.h only names, and of what is inline.  The members belong to
 * posix/. */

#include <pthread.h>
#include <stdint.h>

typedef struct hfp_thread {
    pthread_t handle_;
} hfp_thread;

typedef struct hfp_key {
    pthread_key_t key_;
} hfp_key;

typedef struct hfp_mutex {
    pthread_mutex_t mutex_;
} hfp_mutex;

typedef struct hfp_cond {
    pthread_cond_t cond_;
} hfp_cond;

#define HFP_MUTEX_INIT                                                                             \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER                                                                  \
    }

/* No such value here. */
static inline uint32_t hfp_last_error_read(void)
{
    return 0;
}

#endif
