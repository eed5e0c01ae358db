/* SPDX-License-Identifier: MIT */
/*
 * The library that tests call: plain native functions, among them some that lie.
 *
 * Built as a shared library that exports all it defines.  It knows nothing of Holdfast.  Its
 * functions are found by name, so only its types and what is inline here is for the tests.
 */
#ifndef HOLDFAST_TESTS_TESTLIB_H
#define HOLDFAST_TESTS_TESTLIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* ---- scalars ---- */

int8_t hfn_i8(int8_t value);
uint8_t hfn_u8(uint8_t value);
int16_t hfn_i16(int16_t value);
uint16_t hfn_u16(uint16_t value);
int32_t hfn_i32(int32_t value);
uint32_t hfn_u32(uint32_t value);
int64_t hfn_i64(int64_t value);
uint64_t hfn_u64(uint64_t value);
bool hfn_not(bool value);
float hfn_half(float value);
double hfn_third(double value);
void *hfn_pointer(void *value);
void hfn_nothing(void);

/* Texts one behind the other, and one more NUL: none (0) or three (1); gives how many units. */
int hfn_list(char *list, int size, int which);
int hfn_wide_list(uint16_t *list, int size, int which);

int64_t hfn_mixed(int8_t a, double b, uint16_t c, float d, int64_t e, const char *f, uint32_t g,
                  double h);

/* What the registers for arguments held: integers in order, floating numbers in order. */
typedef struct hfn_registers {
    uint64_t word[6];
    uint64_t floating[8];
} hfn_registers;

/* Gives the address of what it saw; called as if it had any signature that fits registers. */
uint64_t hfn_register_call(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f,
                           double g, double h, double i, double j, double k, double l, double m,
                           double n);

/* ---- memory ---- */

size_t hfn_length(const char *text);
size_t hfn_wide_length(const wchar_t *text);
uint32_t hfn_wide_at(const wchar_t *text, size_t index);
uint32_t hfn_sum(const uint8_t *data, size_t size);
uint32_t hfn_sum32(const uint32_t *data);
size_t hfn_fill(uint8_t *data, size_t size, uint8_t value);
uintptr_t hfn_address(const void *data);

/** Different sizes through pointers: each gets the value's low bits, doubles the quotient. */
int hfn_outputs(int64_t value, int8_t *a, uint16_t *b, int32_t *c, uint64_t *d, double *e, float *f,
                void **g);
int hfn_increment(int32_t *value);

typedef struct hfn_point {
    int32_t x, y;
    double weight;
} hfn_point;
int hfn_make_point(int32_t x, int32_t y, hfn_point *point);
int hfn_move_point(hfn_point *point, int32_t by);

/* ---- errors ---- */

int hfn_fail_errno(int code);

/** What errno is when the function begins. */
int hfn_old_errno(void);

/** Says that it runs by `*entered`, waits for `*go`, and gives `value` back. */
int hfn_wait(int *entered, int *go, int value);

/* ---- callbacks ---- */

/** Calls it that many times; gives the sum of what it gave. */
int64_t hfn_repeat(int64_t (*function)(int64_t), int64_t argument, unsigned times);

/** Calls it and sets errno to `code` before and behind; gives what errno was behind the call. */
int hfn_errno_around(int64_t (*function)(int64_t), int code);

/** Keeps a function pointer, and calls what it has kept. */
void hfn_keep(int64_t (*function)(int64_t));
int64_t hfn_call_kept(int64_t argument);

/** Sorts; compares by `compare` alone. */
void hfn_sort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

/** Calls it; gives 7 if hfn_escape() jumped out of it, else 0. */
int hfn_catch(int64_t (*function)(int64_t));

/** Jumps to the innermost hfn_catch(). */
void hfn_escape(void);

/** Calls it inside hfn_catch(), and behind a jump once more; gives what that gave, or -1. */
int64_t hfn_catch_then_call(int64_t (*function)(int64_t), int64_t argument);

/* ---- functions that want a larger buffer ---- */

#define HFN_TOO_SMALL   122
#define HFN_OTHER_ERROR 5

/* What a function below does wrong. */
typedef enum hfn_lie {
    HFN_HONEST,
    HFN_NEED_SAME,       /* too small for ever; needs what it has */
    HFN_NEED_SMALLER,    /* too small for ever; needs half of what it has */
    HFN_NEED_ZERO,       /* too small while it is; needs 0 */
    HFN_NEED_ALL_ONES,   /* too small for ever; needs 2^32-1 */
    HFN_NEED_HUGE,       /* too small for ever; needs SIZE_MAX */
    HFN_NEED_UNSAID,     /* too small while it is; does not write the need */
    HFN_NEED_ONE_MORE,   /* too small for ever; needs one more than it has */
    HFN_NEED_LOW,        /* too small while it is; needs half of the truth */
    HFN_SAYS_MORE,       /* success, but the length is more than the buffer */
    HFN_SAYS_ALL_ONES,   /* success with a length of 2^32-1 */
    HFN_SAYS_MINUS_ONE,  /* success with a length of -1 */
    HFN_WRITES_BEHIND,   /* success, and one byte behind the buffer written */
    HFN_FAILS_BEHIND,    /* too small, and one byte behind the buffer written */
    HFN_ERROR_AT_SECOND, /* too small, then another error */
    HFN_SHRINKS          /* each call finds one element less than the one before */
} hfn_lie;

/** What there is to fetch, and what happened; native memory of the test. */
typedef struct hfn_source {
    size_t count; /* elements that are there */
    hfn_lie lie;
    unsigned calls;
    size_t least_capacity; /* seen in any call */
    size_t last_capacity;
} hfn_source;

/** Element `index` of every source: never 0, never a surrogate, ASCII. */
static inline unsigned hfn_element(size_t index)
{
    return 33 + (unsigned)(index % 89);
}

/** 0 or HFN_TOO_SMALL; `*needed` in bytes both ways. */
int hfn_fetch(hfn_source *source, uint8_t *buffer, size_t size, size_t *needed);

/** The same with one variable for capacity and size, of 32 bits. */
int hfn_fetch_inout(hfn_source *source, uint8_t *buffer, uint32_t *size);

/** Elements of 16 bits: capacity in bytes, need in elements with one for a terminator. */
int hfn_fetch_units(hfn_source *source, uint16_t *buffer, uint32_t size, uint32_t *needed);

/** Copies what fits and gives how much that was, as readlink does; -1 and errno on error. */
ptrdiff_t hfn_fetch_cut(hfn_source *source, char *buffer, size_t size);

/** NULL and errno 34 while it is too small, as getcwd does; terminated. */
char *hfn_fetch_text(hfn_source *source, char *buffer, size_t size);

/** Wide text: gives its length, or with less room the room it needs with the NUL, as
 * GetEnvironmentVariableW does. */
uint32_t hfn_fetch_wide(hfn_source *source, wchar_t *buffer, uint32_t size);

/** Success with what fits, and how much there is. */
int hfn_fetch_part(hfn_source *source, uint8_t *buffer, size_t size, size_t *there);

/** Two buffers under one verdict; each size in elements, in and out. */
int hfn_fetch_two(hfn_source *first, hfn_source *second, uint8_t *a, uint32_t *a_size, uint16_t *b,
                  uint32_t *b_size);

/** Two buffers, a code for each: 1 the first is too small, 2 the second. */
int hfn_fetch_either(hfn_source *first, hfn_source *second, uint8_t *a, uint32_t a_size, uint8_t *b,
                     uint32_t b_size);

/** A capacity of 8 bits. */
int hfn_fetch_small(hfn_source *source, uint8_t *buffer, uint8_t size, size_t *needed);

typedef struct hfn_record {
    char *name;  /* leads into the buffer */
    char *value; /* leads into the buffer */
} hfn_record;

/** Puts two texts into the buffer and their addresses into the record; as getpwuid_r. */
int hfn_fetch_record(hfn_source *source, hfn_record *record, char *buffer, size_t size,
                     hfn_record **found);

/** Text that is no text: an unpaired surrogate, or in 32 bits a number that is no character. */
int hfn_fetch_bad_wide(wchar_t *buffer, uint32_t size);

/** Fills all of the buffer without a NUL for as long as `size` is less than `until`. */
int hfn_fetch_unended(char *buffer, size_t size, size_t until);

#endif
