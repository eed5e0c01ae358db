/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_SCRIPT_H
#define HOLDFAST_TESTS_SCRIPT_H

/*
 * A callee that plays a script: a line a try, the last one for ever.  It writes down what it was
 * offered.  One for all tests of a program.
 */

#include "runtime.h"

#define SCRIPT_OFFERS 64
#define SCRIPT_LINES  6
#define SCRIPT_ALL    UINT32_MAX /* fill: as much as was announced */

/* What one try does. */
typedef struct script_line {
    int32_t result;
    int code;      /* errno; 0: left alone */
    uint32_t slot; /* what it says beside the result */
    uint32_t fill; /* elements it writes */
} script_line;

typedef struct script_state {
    script_line script[SCRIPT_LINES];
    unsigned unit;
    unsigned calls;
    uint32_t offer[SCRIPT_OFFERS], second_offer[SCRIPT_OFFERS];
    uint32_t resume[SCRIPT_OFFERS];
} script_state;

extern script_state script_that;

/** The callees: `slot` beside the capacity, a narrow capacity, a number that moves on, two buffers
 * of which the second is short until it has 100. */
int32_t say(void *buffer, uint32_t size, uint32_t *slot);
int32_t say_narrow(void *buffer, uint16_t size, uint32_t *slot);
int32_t say_resuming(void *buffer, uint32_t size, uint32_t *slot, uint32_t *resume);
int32_t say_two(void *first, uint32_t *first_size, void *second, uint32_t *second_size);

/** Binds one of them, with a first capacity and a bound in bytes. */
hf_function *script_bind(hf_test_runtime *t, const char *prototype, void (*function)(void),
                         uint64_t first, uint64_t most);

/** Begins a script for elements of `unit` bytes. */
void script_begin(unsigned unit, const script_line *lines, size_t count);

/** Calls without arguments. */
hf_status script_call(hf_test_runtime *t, const hf_function *function, hf_result *result);

#define SCRIPT_BIND(t, prototype, function, first, most)                                           \
    script_bind((t), (prototype), (void (*)(void))(function), (first), (most))

#define SCRIPT_CODE_APART                                                                          \
    "int32_t say(uint8_t *buffer {out}, uint32_t size {capacity(buffer)}, uint32_t *slot {out,"    \
    " needed(buffer), length(buffer)}) {fail(result != 0), error(result), grow(error == 122)}"
#define SCRIPT_LENGTH                                                                              \
    "int32_t say(char *buffer {out}, uint32_t size {capacity(buffer)}, uint32_t *slot {out})"      \
    " {fail(result < 0), error(errno), grow_ok(result >= size), needed(buffer, result + 1),"       \
    " length(buffer, result)}"

#define SCRIPT(unit, ...)                                                                          \
    script_begin((unit), (const script_line[]){ __VA_ARGS__ },                                     \
                 sizeof((const script_line[]){ __VA_ARGS__ }) / sizeof(script_line))

#endif
