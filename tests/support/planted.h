/* SPDX-License-Identifier: MIT */
/*
 * For the death tests: a runtime under stress, and native code that remembers an address too long.
 *
 * A planted fault must end the program with the words of heap/stale.c.  A program that gets to its
 * end prints "survived", which no death test expects.
 */
#ifndef HOLDFAST_TESTS_PLANTED_H
#define HOLDFAST_TESTS_PLANTED_H

#include <holdfast.h>

#include <stddef.h>

typedef struct planted {
    hf_runtime *runtime;
    hf_thread *thread;
} planted;

/** A runtime that moves everything at every safepoint and crossing.  Ends the program on failure.
 */
void planted_begin(planted *p);

/** Makes a buffer of `size` bytes with a known content. */
void planted_make_at(planted *p, size_t size, hf_ref out, hf_site site);
#define planted_make(p, size, out) planted_make_at((p), (size), (out), HF_SITE)

/** Address of the payload, taken without any protection: the fault that is planted. */
volatile unsigned char *planted_address(planted *p, const hf_slot *bytes);

/** What a native function does that keeps an address: reads its bytes; gives their sum. */
unsigned planted_native_read(const volatile unsigned char *data, size_t size);

/** Prints "survived" and ends the program with 0. */
_Noreturn void planted_survived(void);

#endif
