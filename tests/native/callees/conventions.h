/* SPDX-License-Identifier: MIT */
/* Conventions as compilers write them, where they mean something. */
#ifndef HOLDFAST_TESTS_CONVENTIONS_H
#define HOLDFAST_TESTS_CONVENTIONS_H

/* Not inlined and not changed to fit its one caller. */
#define HFD_APART __attribute__((noinline))

#if defined(__x86_64__) && !defined(_WIN32)
#define HFD_MS      __attribute__((ms_abi))
#define HFD_MS_TEXT "__attribute__((ms_abi)) "
#else
#define HFD_MS
#define HFD_MS_TEXT ""
#endif

#if defined(__i386__) && defined(_WIN32)
#define HFD_STD __attribute__((stdcall))
#else
#define HFD_STD
#endif

#if defined(__i386__)
#define HFD_FAST __attribute__((fastcall))
#define HFD_THIS __attribute__((thiscall))
#else
#define HFD_FAST
#define HFD_THIS
#endif

#endif
