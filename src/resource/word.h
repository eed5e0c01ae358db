/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RESOURCE_WORD_H
#define HOLDFAST_RESOURCE_WORD_H

/*
 * The state word of a resource: references in units of HFI_CELL_ONE, and flags.
 *
 * References are: the object's own, from birth to dispose (or to the leak policy);
 * one for each call or fence that uses the value; one for each child not yet closed.
 *
 * The thread that made a resource may be favoured: what it holds is counted beside the
 * word (favour.c), and added to it before DISPOSED is set.
 *
 * Why there is exactly one release, after the last use, whoever races:
 *  - The object's own reference is dropped together with setting DISPOSED, in one
 *    exchange, and only by the one who finds DISPOSED clear.
 *  - A hold adds a reference only while DISPOSED is clear, in one exchange.  So
 *    after DISPOSED the count only falls, and it reaches zero once.
 *  - Who brings it to zero, disposer, holder or child, sets CLOSED and releases.
 *    Each drop is a release and the last one an acquire: all uses come before it.
 *  - A value that was released is lent to nobody: holding it fails for ever.
 *  - Whether there is a release at all is read from the flags at CLOSED: FOREIGN is
 *    set only while CLOSED is clear, KEPT before DISPOSED, BOUND by a child that still
 *    has its reference.
 */

#include "base/verify.h"
#include "resource/inside.h"

#define HFI_CELL_DISPOSED 1u  /* nobody can hold it any more */
#define HFI_CELL_CLOSED   2u  /* no reference is left: the one who saw to that releases the value */
#define HFI_CELL_FOREIGN  4u  /* the value is not ours: borrowed, or set invalid */
#define HFI_CELL_KEPT     8u  /* the leak policy says not to release */
#define HFI_CELL_BOUND    16u /* nor can we: a child is never released */
#define HFI_CELL_ONE      32u

static inline uint32_t hfi_word_load(const hfi_cell *cell)
{
    return atomic_load_explicit(&cell->word, memory_order_acquire);
}

/** References without the object's own, and without those of a favoured thread. */
static inline uint32_t hfi_word_users(uint32_t word)
{
    return word / HFI_CELL_ONE - (word & HFI_CELL_DISPOSED ? 0 : 1);
}

static inline bool hfi_word_hold(hfi_cell *cell)
{
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_relaxed);
    do {
        if (HF_UNLIKELY(word & HFI_CELL_DISPOSED)) {
            return false;
        }
        HF_VERIFY(word <= UINT32_MAX - HFI_CELL_ONE);
    } while (HF_UNLIKELY(!atomic_compare_exchange_weak_explicit(
        &cell->word, &word, word + HFI_CELL_ONE, memory_order_acquire, memory_order_relaxed)));
    return true;
}

/**
 * Drops a reference and sets flags that are clear; true if it was the last: then the value is the
 * caller's to release.
 */
static inline bool hfi_word_drop(hfi_cell *cell, uint32_t flags)
{
    uint32_t before =
        atomic_fetch_sub_explicit(&cell->word, HFI_CELL_ONE - flags, memory_order_acq_rel);
    HF_VERIFY(before >= HFI_CELL_ONE);
    if (HF_LIKELY(before >= 2 * HFI_CELL_ONE)) {
        return false;
    }
    /* The count is zero and stays so: nobody else closes it. */
    atomic_fetch_or_explicit(&cell->word, HFI_CELL_CLOSED, memory_order_relaxed);
    return true;
}

static inline void hfi_word_set(hfi_cell *cell, uint32_t flags)
{
    atomic_fetch_or_explicit(&cell->word, flags, memory_order_relaxed);
}

/**
 * The value is not to be released by us any more, and nobody can hold it.  False if it is closed
 * already; else `*first_out` tells whether the object's own reference was still there, and
 * `*closed_out` whether it was the last.  With the lock, under which alone DISPOSED is set.
 */
static inline bool hfi_word_set_foreign(hfi_cell *cell, bool *first_out, bool *closed_out)
{
    HF_VERIFY(!atomic_load_explicit(&cell->favoured, memory_order_relaxed));
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_relaxed);
    uint32_t next;
    do {
        if (word & HFI_CELL_CLOSED) {
            return false;
        }
        *first_out = !(word & HFI_CELL_DISPOSED);
        next = word | HFI_CELL_FOREIGN | HFI_CELL_DISPOSED;
        next -= *first_out ? HFI_CELL_ONE : 0;
        *closed_out = *first_out && next < HFI_CELL_ONE;
        next |= *closed_out ? HFI_CELL_CLOSED : 0;
    } while (!atomic_compare_exchange_weak_explicit(&cell->word, &word, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
    return true;
}

#endif
