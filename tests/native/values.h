/* SPDX-License-Identifier: MIT */
/* Types of the callee library's functions that take and give values larger than a register. */
#ifndef HOLDFAST_TESTS_VALUES_H
#define HOLDFAST_TESTS_VALUES_H

#include <stdint.h>

typedef struct hfn_pair {
    double a, b;
} hfn_pair;

/* The shape of libffi#848: the sixth one overwrites the first one's number. */
typedef struct hfn_mixed_pair {
    uint64_t word;
    float number;
} hfn_mixed_pair;

typedef struct hfn_matrix {
    double cell[3][3];
} hfn_matrix;

typedef union hfn_number {
    double f;
    uint32_t word[2];
} hfn_number;

typedef struct hfn_key {
    int32_t length;
    int32_t step;
    int64_t first;
    int64_t spare; /* too large for registers */
} hfn_key;

#endif
