/* SPDX-License-Identifier: MIT */

/* Callees whose arguments and results are more than a register, or not declared at all. */

#include "values.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

hfn_pair hfn_swap_pair(hfn_pair p);
hfn_pair hfn_swap_pair(hfn_pair p)
{
    return (hfn_pair){ p.b, p.a };
}

/* The number of the first, and the words of all. */
double hfn_first_of_six(hfn_mixed_pair a, hfn_mixed_pair b, hfn_mixed_pair c, hfn_mixed_pair d,
                        hfn_mixed_pair e, hfn_mixed_pair f);
double hfn_first_of_six(hfn_mixed_pair a, hfn_mixed_pair b, hfn_mixed_pair c, hfn_mixed_pair d,
                        hfn_mixed_pair e, hfn_mixed_pair f)
{
    return (double)a.number +
           1000.0 * (double)(a.word + b.word + c.word + d.word + e.word + f.word);
}

/* The same with one less, which never was wrong. */
double hfn_first_of_five(hfn_mixed_pair a, hfn_mixed_pair b, hfn_mixed_pair c, hfn_mixed_pair d,
                         hfn_mixed_pair e);
double hfn_first_of_five(hfn_mixed_pair a, hfn_mixed_pair b, hfn_mixed_pair c, hfn_mixed_pair d,
                         hfn_mixed_pair e)
{
    return (double)a.number + 1000.0 * (double)(a.word + b.word + c.word + d.word + e.word);
}

hfn_matrix hfn_scale(hfn_matrix m, double by, int32_t fail);
hfn_matrix hfn_scale(hfn_matrix m, double by, int32_t fail)
{
    for (unsigned i = 0; i < 9; i++) {
        m.cell[i / 3][i % 3] *= fail ? 0 : by;
    }
    return m;
}

hfn_number hfn_next_number(hfn_number n);
hfn_number hfn_next_number(hfn_number n)
{
    n.f += 1;
    return n;
}

long double hfn_long_third(long double v);
long double hfn_long_third(long double v)
{
    return v / 3;
}

double _Complex hfn_square(double _Complex z, float _Complex w);
double _Complex hfn_square(double _Complex z, float _Complex w)
{
    return z * z + (double _Complex)w;
}

/* Fills as many bytes as the key says; the key is its own to change.  Gives what it needs. */
size_t hfn_fill_by_key(hfn_key key, uint8_t *buffer, size_t size);
size_t hfn_fill_by_key(hfn_key key, uint8_t *buffer, size_t size)
{
    volatile hfn_key *own = &key;
    size_t need = (size_t)own->length;
    for (size_t i = 0; i < need && i < size; i++) {
        buffer[i] = (uint8_t)own->first;
        own->first += own->step;
    }
    own->length = -1;
    return need;
}

__attribute__((__format__(__printf__, 3, 4))) int hfn_format(char *buffer, size_t size,
                                                             const char *format, ...);
int hfn_format(char *buffer, size_t size, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int written = vsnprintf(buffer, size, format, list);
    va_end(list);
    return written;
}

/* By letters: i int32, u uint32, l int64, d double, p the first byte at a pointer or 0. */
double hfn_sum_variable(const char *types, ...);
double hfn_sum_variable(const char *types, ...)
{
    double sum = 0;
    va_list list;
    va_start(list, types);
    for (; *types; types++) {
        const unsigned char *at;
        sum *= 10;
        switch (*types) {
        case 'i':
            sum += va_arg(list, int32_t);
            break;
        case 'u':
            sum += va_arg(list, uint32_t);
            break;
        case 'l':
            sum += (double)va_arg(list, int64_t);
            break;
        case 'd':
            sum += va_arg(list, double);
            break;
        default:
            at = va_arg(list, const unsigned char *);
            sum += at ? *at : 0;
            break;
        }
    }
    va_end(list);
    return sum;
}

#if defined(__x86_64__) && !defined(_WIN32)
#define MS_ABI __attribute__((ms_abi))
#else
#define MS_ABI
#endif

MS_ABI double hfn_by_ms_abi(int32_t a, double b, hfn_pair c, hfn_number d, int64_t e);
MS_ABI double hfn_by_ms_abi(int32_t a, double b, hfn_pair c, hfn_number d, int64_t e)
{
    return a + 10 * b + 100 * c.a + 1000 * c.b + 10000 * d.f + 100000 * (double)e;
}
