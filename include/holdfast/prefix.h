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
    uint8_t exchange_; /* these three are what the runtime was made with */
    uint8_t stress_;
    uint8_t checked_;
    uint8_t unused_;
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

/* What says that a record is linked, and that it was; see hf_record_ in fence.h. */
#define HF_RECORD_OPEN_  0x4f50454eu /* "OPEN" */
#define HF_RECORD_ENDED_ 0x454e4445u /* "ENDE" */

/* A buffer's header: the number of its type in the upper half of one 64-bit word, then the length
 * in another, then the bytes. */
#define HF_HEADER_TYPE_SHIFT_ 32
#define HF_HEADER_BYTES_      1u
#define HF_HEADER_LEAVING_    0x80u /* in the same word: lent to nobody more */
#define HF_HEADER_LENGTH_AT_  8u
#define HF_HEADER_SIZE_       16u

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

/* The same for what stays in managed state, where checked mode has more to do. */
static inline bool hf_thread_is_plain_(const hf_thread_prefix *words)
{
    if (!HF_LIKELY_(words)) {
        return false;
    }
    uint32_t differs =
        (__atomic_load_n(&words->state_, __ATOMIC_RELAXED) ^ HF_STATE_MANAGED_) | words->checked_;
    return HF_LIKELY_(differs == 0) &&
           HF_LIKELY_((uintptr_t)__builtin_frame_address(0) - words->stack_low_ <=
                      words->stack_size_);
}
#endif

HF_END_DECLS

#endif
