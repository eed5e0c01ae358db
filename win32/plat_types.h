/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WIN32_PLAT_TYPES_H
#define HOLDFAST_WIN32_PLAT_TYPES_H

/*
 * Bodies of the structs that platform.h only names.  The members belong to
 * win32/; they repeat the layout of the Windows types so that nobody above
 * sees <windows.h>.  sync.c and thread.c assert that they agree.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct hfp_thread {
    void *handle_; /* HANDLE */
} hfp_thread;

typedef struct hfp_key {
    uint32_t index_; /* of fiber-local storage */
    bool is_closing_;
    void (*at_exit_)(void *value);
} hfp_key;

typedef struct hfp_mutex {
    void *lock_; /* SRWLOCK */
} hfp_mutex;

typedef struct hfp_cond {
    void *variable_; /* CONDITION_VARIABLE */
} hfp_cond;

#define HFP_MUTEX_INIT                                                                             \
    {                                                                                              \
        0                                                                                          \
    }

#endif
