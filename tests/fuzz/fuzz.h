/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_FUZZ_H
#define HOLDFAST_TESTS_FUZZ_H

/* What a fuzzed module gives to the driver, under the names that libFuzzer knows. */

#include <stddef.h>
#include <stdint.h>

/** Does with any bytes what the module does with them; ends the program where it does wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Texts to begin with, and pieces of the language to put into them; NULL behind the last. */
extern const char *const fuzz_corpus[];
extern const char *const fuzz_pieces[];

/** Says what is wrong, shows the input and ends the program. */
_Noreturn void fuzz_fail(const char *what, const uint8_t *data, size_t size);

/** Inputs that were understood so far. */
extern unsigned long fuzz_understood;

#endif
