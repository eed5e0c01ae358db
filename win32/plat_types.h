/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WIN32_PLAT_TYPES_H
#define HOLDFAST_WIN32_PLAT_TYPES_H

/*
 * Bodies of the structs that platform.h only names, and of what is inline.  The members belong to
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

uint32_t hfp_last_error_call(void); /* error.c: GetLastError() */

/* What GetLastError() reads, which is at this place in the thread's block in every version: a
 * program may be compiled against it.  The call would be a third of a crossing. */
static inline uint32_t hfp_last_error_read(void)
{
#if defined(__x86_64__)
    uint32_t error;
    __asm__ volatile("movl %%gs:0x68, %0" : "=r"(error) : : "memory");
    return error;
#elif defined(__i386__)
    uint32_t error;
    __asm__ volatile("movl %%fs:0x34, %0" : "=r"(error) : : "memory");
    return error;
#else
    return hfp_last_error_call();
#endif
}

#endif
