/* SPDX-License-Identifier: MIT */
/*
 * Functions of all shapes, made by generate.awk, and what a test must know to call them.
 *
 * A callee folds every part of its arguments into hfd_seen() and gives a value that is
 * made from it.  Its direct call is what the compiler makes of the same call.
 */
#ifndef HOLDFAST_TESTS_CALLEES_H
#define HOLDFAST_TESTS_CALLEES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HFD_PARAMS    14
#define HFD_VALUE_MAX 512 /* bytes of the largest value */

typedef enum hfd_kind {
    HFD_VOID,
    HFD_SIGNED,
    HFD_UNSIGNED,
    HFD_BOOL,
    HFD_POINTER,
    HFD_F32,
    HFD_F64,
    HFD_LONG_DOUBLE,
    HFD_COMPLEX,
    HFD_AGGREGATE
} hfd_kind;

/** A number inside a value. */
typedef struct hfd_leaf {
    uint16_t offset;
    uint8_t kind;
    uint8_t size;
} hfd_leaf;

/** A member of a struct or union. */
typedef struct hfd_member {
    uint16_t offset;
    uint16_t type;
    uint16_t count;
} hfd_member;

typedef struct hfd_type {
    const char *name;
    const char *text; /* of an aggregate: its declaration, with all that it needs */
    hfd_kind kind;
    bool is_union;
    size_t size;
    size_t alignment;
    unsigned leaf_count;
    const hfd_leaf *leaf;
    unsigned member_count;
    const hfd_member *member;
} hfd_type;

typedef enum hfd_convention { HFD_DEFAULT, HFD_MS_ABI, HFD_OF_X86 } hfd_convention;

typedef struct hfd_case {
    const char *text; /* the declaration, with the types that it needs before it */
    const char *name;
    void (*function)(void);
    /* Calls whatever has the signature as the compiler does. */
    void (*direct)(void (*function)(void), void *const *arguments, void *result);
    hfd_convention convention;
    bool is_odd; /* has complex numbers or long doubles */
    bool is_variadic;
    uint8_t fixed;
    uint8_t count; /* of all parameters */
    uint16_t result;
    uint16_t param[HFD_PARAMS];
} hfd_case;

extern const hfd_type hfd_types[];
extern const unsigned hfd_type_count;
extern const hfd_case hfd_cases[];
extern const unsigned hfd_case_count;

/** Adds every number of a value to a checksum. */
uint64_t hfd_fold(uint64_t sum, const void *value, const hfd_type *type);

/** Makes a value from a seed; what is no number is zero. */
void hfd_fill(void *value, const hfd_type *type, uint64_t seed);

/** True if all numbers are the same. */
bool hfd_same(const void *a, const void *b, const hfd_type *type);

/** The checksum of the callee that ran last on this thread. */
uint64_t hfd_seen(void);
void hfd_see(uint64_t sum);

#endif
