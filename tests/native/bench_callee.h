/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_BENCH_CALLEE_H
#define HOLDFAST_TESTS_BENCH_CALLEE_H

/* What the benchmarks call: functions that do next to nothing, so that the way there is measured.
 */

#include <stddef.h>
#include <stdint.h>

#define HFN_BENCH_TOO_SMALL 122

int hfn_bench_nothing(void);
int hfn_bench_add(int a, int b);

/** Counts the first byte up; gives what it was, plus `size`. */
uint64_t hfn_bench_touch(uint8_t *data, size_t size);

double hfn_bench_mixed(int a, double b, const uint8_t *data, float c);

/** 0, or HFN_BENCH_TOO_SMALL below 200 + key % 64 bytes; `*needed` is written both ways. */
int hfn_bench_fill(uint32_t key, uint8_t *buffer, uint32_t size, uint32_t *needed);

/** More words than any system passes in registers. */
int64_t hfn_bench_nine(int a, int b, int c, int d, int e, int f, int g, int h, int i);

/** Calls `each` with i and i + 1 for i from 0 to count - 1; gives the sum of what it gives. */
int64_t hfn_bench_each(int (*each)(int, int), int count);

#endif
