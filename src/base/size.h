/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_SIZE_H
#define HOLDFAST_BASE_SIZE_H

/* Size arithmetic that says when it overflows, and rounding to powers of two. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** `*sum = a + b`; false, and `*sum` untouched, when it does not fit. */
static inline bool hfi_size_add(size_t a, size_t b, size_t *sum)
{
    if (a > SIZE_MAX - b) {
        return false;
    }
    *sum = a + b;
    return true;
}

/** `*product = a * b`; false, and `*product` untouched, when it does not fit. */
static inline bool hfi_size_mul(size_t a, size_t b, size_t *product)
{
    if (b != 0 && a > SIZE_MAX / b) {
        return false;
    }
    *product = a * b;
    return true;
}

static inline bool hfi_u64_add(uint64_t a, uint64_t b, uint64_t *sum)
{
    if (a > UINT64_MAX - b) {
        return false;
    }
    *sum = a + b;
    return true;
}

static inline bool hfi_u64_mul(uint64_t a, uint64_t b, uint64_t *product)
{
    if (b != 0 && a > UINT64_MAX / b) {
        return false;
    }
    *product = a * b;
    return true;
}

static inline bool hfi_is_power_of_two(size_t x)
{
    return x != 0 && (x & (x - 1)) == 0;
}

/** Rounds up to a multiple of `align`, a power of two; the sum must fit (checked by the caller). */
static inline size_t hfi_align_up(size_t x, size_t align)
{
    return (x + (align - 1)) & ~(align - 1);
}

static inline size_t hfi_align_down(size_t x, size_t align)
{
    return x & ~(align - 1);
}

#endif
