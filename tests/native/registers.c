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
