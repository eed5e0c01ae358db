/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PREFIX_H
#define HOLDFAST_PREFIX_H

/*
 * The part of a thread's record that code outside the library is compiled against: what an inline
 * allocation and an inline crossing need, and the fields of it that they name.  Its layout is part
 * of the ABI.
 */

#include "export.h"
#include "ref.h"

#include <stdbool.h>
#include <stdint.h>

HF_BEGIN_DECLS

struct hf_record_;

/* The library knows these words as fields of another struct, so compilers are told that the two
 * may be one. */
#if defined(__GNUC__)
#define HF_MAY_ALIAS_ __attribute__((may_alias))
#else
#define HF_MAY_ALIAS_
#endif

/**
 * The first words of every hf_thread.
 *
 * For embedders that compile their own allocation: bytes from `alloc_next` up to `alloc_limit` are
 * zero and free.  The limit becomes 0 when a collector wants the thread to stop, so read it with
 * a relaxed atomic load at each allocation; that check is the safepoint poll.
 *
 * The other fields are for the macros of this library alone; they change without notice to no one
 * else.
 */
typedef struct HF_MAY_ALIAS_ hf_thread_prefix {
    uintptr_t alloc_next;
    uintptr_t alloc_limit;

    uint32_t state_;   /* one of those below, or another; atomic */
    uint32_t gate_;    /* 1 while a collector wants the thread to stop; atomic */
    uint32_t detours_; /* why a crossing goes through the library's functions; 0: not; atomic */
    uint32_t unused_;
    struct hf_record_ *records_;
    uintptr_t stack_low_; /* of the owner's C stack */
    uintptr_t stack_size_;
    int *errno_at_;                 /* the owner's errno */
    const uint32_t *last_error_at_; /* the owner's GetLastError(); 0 where the system has none */
    void *parked_;                  /* an error of a callback's handler that waits to be told */
    void *activations_;             /* callbacks that run now */
} hf_thread_prefix;

#define HF_STATE_MANAGED_ 1u
#define HF_STATE_NATIVE_  2u

/* Bits of detours_; all others concern both ways. */
#define HF_DETOUR_BACK_ 1u /* the way back alone: it has to be an atomic exchange */

#if defined(__GNUC__)
#define HF_LIKELY_(x) __builtin_expect(!!(x), 1)

/* The entry check of every function: this state, called on the owner's stack; and none of these
 * detours.  One branch for what is in one line of the cache. */
static inline bool hf_thread_is_in_(const hf_thread_prefix *words, uint32_t state, uint32_t detours)
{
    if (!HF_LIKELY_(words)) {
        return false;
    }
    uint32_t differs = (__atomic_load_n(&words->state_, __ATOMIC_RELAXED) ^ state) |
                       (__atomic_load_n(&words->detours_, __ATOMIC_RELAXED) & detours);
    return HF_LIKELY_(differs == 0) &&
           HF_LIKELY_((uintptr_t)__builtin_frame_address(0) - words->stack_low_ <=
                      words->stack_size_);
}
#endif

HF_END_DECLS

#endif
