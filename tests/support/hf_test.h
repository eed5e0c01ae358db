/* SPDX-License-Identifier: MIT */
/*
 * cmocka with what it needs before it, in the one order that works.
 *
 * Assertions belong on the test's own thread: cmocka jumps back through thread-local storage, so a
 * failing assertion on any other thread ends the program without saying why.
 */
#ifndef HOLDFAST_TESTS_HF_TEST_H
#define HOLDFAST_TESTS_HF_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

/* What a test leaves out or does less often under the thread sanitizer, it says beside this. */
#if defined(__SANITIZE_THREAD__)
#define HF_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HF_UNDER_TSAN 1
#endif
#endif
#ifndef HF_UNDER_TSAN
#define HF_UNDER_TSAN 0
#endif

/* The same of the address sanitizer. */
#if defined(__SANITIZE_ADDRESS__)
#define HF_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HF_UNDER_ASAN 1
#endif
#endif
#ifndef HF_UNDER_ASAN
#define HF_UNDER_ASAN 0
#endif

#endif
