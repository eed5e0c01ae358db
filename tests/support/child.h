/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_CHILD_H
#define HOLDFAST_TESTS_CHILD_H

/* Children of a test, on POSIX. */

#include "hf_test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define HF_CHILD_HANGS_AFTER_S 20

/* The thread sanitizer lets the child of a threaded process start no threads. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HF_UNDER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define HF_UNDER_TSAN 1
#endif
#ifndef HF_UNDER_TSAN
#define HF_UNDER_TSAN 0
#endif

/** Ends the child with the line of the first claim that does not hold. */
#define HF_CHILD_CHECK(claim)                                                                      \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            _exit(__LINE__ % 200 + 20);                                                            \
        }                                                                                          \
    } while (0)

/** Runs `body` in a child: its exit code, or 128 + the signal that ended it. */
static inline int hf_test_in_child(int (*body)(void))
{
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        _exit(body());
    }
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
