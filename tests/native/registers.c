/* SPDX-License-Identifier: MIT */

/* A callee that takes whatever is in the registers of a call, and remembers it. */

#include "testlib.h"

#include <string.h>

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

uint64_t hfn_register_call(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f,
                           double g, double h, double i, double j, double k, double l, double m,
                           double n)
{
    static hfn_registers seen;
    seen = (hfn_registers){
        { a, b, c, d, e, f },
        { bits_of(g), bits_of(h), bits_of(i), bits_of(j), bits_of(k), bits_of(l), bits_of(m),
          bits_of(n) },
    };
    return (uint64_t)(uintptr_t)&seen;
}

/* One for each choice of words and doubles in the four slots of Windows' convention; bit n of the
 * number: slot n is a double.  A float is the low half of one. */
#if defined(__x86_64__)
#define SLOTS __attribute__((ms_abi))
#else
#define SLOTS
#endif
#define SLOT_W        uint64_t
#define SLOT_F        double
#define BITS_W(value) (value)
#define BITS_F(value) bits_of(value)
#define DEFINE(number, A, B, C, D)                                                                 \
    uint64_t SLOTS hfn_slots_##number(SLOT_##A a, SLOT_##B b, SLOT_##C c, SLOT_##D d);             \
    uint64_t SLOTS hfn_slots_##number(SLOT_##A a, SLOT_##B b, SLOT_##C c, SLOT_##D d)              \
    {                                                                                              \
        static hfn_registers seen;                                                                 \
        seen.word[0] = BITS_##A(a);                                                                \
        seen.word[1] = BITS_##B(b);                                                                \
        seen.word[2] = BITS_##C(c);                                                                \
        seen.word[3] = BITS_##D(d);                                                                \
        return (uint64_t)(uintptr_t)&seen;                                                         \
    }
DEFINE(0, W, W, W, W)
DEFINE(1, F, W, W, W)
DEFINE(2, W, F, W, W)
DEFINE(3, F, F, W, W)
DEFINE(4, W, W, F, W)
DEFINE(5, F, W, F, W)
DEFINE(6, W, F, F, W)
DEFINE(7, F, F, F, W)
DEFINE(8, W, W, W, F)
DEFINE(9, F, W, W, F)
DEFINE(10, W, F, W, F)
DEFINE(11, F, F, W, F)
DEFINE(12, W, W, F, F)
DEFINE(13, F, W, F, F)
DEFINE(14, W, F, F, F)
DEFINE(15, F, F, F, F)

/* Results of the three kinds, by the same convention. */
double SLOTS hfn_slots_third(double value, int32_t times);
double SLOTS hfn_slots_third(double value, int32_t times)
{
    return value / 3 * times;
}

float SLOTS hfn_slots_half(int8_t times, float value);
float SLOTS hfn_slots_half(int8_t times, float value)
{
    return value / 2 * (float)times;
}
