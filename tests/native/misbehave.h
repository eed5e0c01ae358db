/* SPDX-License-Identifier: MIT */
/*
 * Functions of the library that tests call which can break what their prototypes promise.
 */
#ifndef HOLDFAST_TESTS_MISBEHAVE_H
#define HOLDFAST_TESTS_MISBEHAVE_H

#include <stddef.h>
#include <stdint.h>

enum { HFN_GOOD, HFN_BAD, HFN_BEHIND, HFN_BEFORE, HFN_FAR_BEFORE };

typedef struct hfn_vec {
    const void *base;
    size_t size;
} hfn_vec;

/** Sums; bad: and writes to what is constant. */
uint32_t hfn_read_only(const uint8_t *data, size_t size, int how);

/** Fills; or writes one byte behind, one before, or all over what lies in front. */
int hfn_write_around(uint8_t *data, size_t size, int how);

/** Writes `written` bytes of 0xa5 and says so; bad: says that it filled the buffer. */
int hfn_make_bytes(uint8_t *data, size_t size, size_t *length, int how, size_t written);

/** Sums; bad: and remembers the address for hfn_use_retained(). */
uint32_t hfn_retain(const uint8_t *data, size_t size, int how);
uint32_t hfn_use_retained(void);

/** Takes a while. */
int hfn_slowly(uint32_t rounds);

/** Gives the value back; bad: asks the function for it. */
int hfn_call_back(int (*function)(int), int value, int how);

/** Sum of the bytes that the vector leads to. */
size_t hfn_vec_sum(const hfn_vec *vec, size_t count);

/** A word as it is in memory. */
uintptr_t hfn_word_at(const uintptr_t *words, size_t index);

/** Copies what fits. */
int hfn_two_parts(uint8_t *to, const uint8_t *from, size_t size, size_t from_size);

/** Writes 1 to each place; gives the first byte of `data` then. */
int hfn_write_places(const uint8_t *data, size_t size, uint8_t *const *places, size_t count);

/** Fills, then writes one byte at `at`. */
int hfn_overrun_at(uint8_t *data, size_t size, size_t at);

#endif
