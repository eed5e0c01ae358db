/* SPDX-License-Identifier: MIT */

/* In the shared library, so that no compiler sees both sides of a measured call. */

#include "bench_callee.h"

#include <string.h>

int hfn_bench_nothing(void)
{
    return 0;
}

int hfn_bench_add(int a, int b)
{
    return a + b;
}

uint64_t hfn_bench_touch(uint8_t *data, size_t size)
{
    return (uint64_t)data[0]++ + size;
}

double hfn_bench_mixed(int a, double b, const uint8_t *data, float c)
{
    return (double)a + b + (double)c + (data ? 1.0 : 0.0);
}

int hfn_bench_fill(uint32_t key, uint8_t *buffer, uint32_t size, uint32_t *needed)
{
    uint32_t need = 200 + key % 64;
    *needed = need;
    if (size < need) {
        return HFN_BENCH_TOO_SMALL;
    }
    memset(buffer, (int)(key & 0xff), need);
    return 0;
}

int64_t hfn_bench_nine(int a, int b, int c, int d, int e, int f, int g, int h, int i)
{
    return (int64_t)a + b + c + d + e + f + g + h + i;
}

int64_t hfn_bench_each(int (*each)(int, int), int count)
{
    int64_t sum = 0;
    for (int i = 0; i < count; i++) {
        sum += each(i, i + 1);
    }
    return sum;
}
