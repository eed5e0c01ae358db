/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_VERIFY_H
#define HOLDFAST_BASE_VERIFY_H

/*
 * Assertions about Holdfast itself.  What a caller does wrong is a report
 * (diag/report.h), what the world refuses is an hf_status; these are for the
 * third kind: "Holdfast is broken", and they end the process.
 *
 * HF_VERIFY  O(1), on in release builds (level 1 and up)
 * HF_ASSERT  local invariants, debug builds (level 2 and up)
 *
 * A disabled check still compiles its expression, so it cannot rot.
 */

#ifndef HF_CHECK_LEVEL
#define HF_CHECK_LEVEL 1
#endif

/** Prints the broken claim and aborts.  The hook in verify.c may add to the text. */
_Noreturn void hfi_verify_failed(const char *claim, const char *file, int line);

#define HF_CHECK_ON_(claim)  ((claim) ? (void)0 : hfi_verify_failed(#claim, __FILE__, __LINE__))
#define HF_CHECK_OFF_(claim) ((void)sizeof(!(claim)))

#if HF_CHECK_LEVEL >= 1
#define HF_VERIFY(claim) HF_CHECK_ON_(claim)
#else
#define HF_VERIFY(claim) HF_CHECK_OFF_(claim)
#endif

#if HF_CHECK_LEVEL >= 2
#define HF_ASSERT(claim) HF_CHECK_ON_(claim)
#else
#define HF_ASSERT(claim) HF_CHECK_OFF_(claim)
#endif

#define HF_LIKELY(x)   __builtin_expect(!!(x), 1)
#define HF_UNLIKELY(x) __builtin_expect(!!(x), 0)

/** The struct that contains `member` at `pointer`. */
#define HF_CONTAINER(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
