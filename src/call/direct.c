/* SPDX-License-Identifier: MIT */

/*
 * Calls without libffi.
 *
 * ffi_call() classifies every argument anew at each call.  Where all of them go into
 * registers that is not needed: a function of so many 64-bit words finds narrower
 * arguments in the same registers, and callers extend what is narrow.  So a few
 * prototypes of 64-bit words serve all such signatures.
 *
 *   x86-64, System V   up to 6 integers or pointers; with floating numbers, which have
 *                      registers of their own, all 6 and 8 of them are loaded
 *   x86-64, Windows    up to 4 integers or pointers; floating numbers go to ffi_call()
 *   anything else      ffi_call()
 *
 * A float is the low half of its register, so it travels as a double with those bits.
 * A narrow result leaves the rest of its register undefined; hfi_value_narrow() masks.
 *
 * Everything here is pure; any thread.
 */

#include "call/direct.h"

#include "base/verify.h"

#include <string.h>

/* libffi names its target by macros. */
#if defined(X86_WIN64)
#define WORDS_MAX    4u
#define HAS_FLOATING 0
#elif defined(X86_64) && UINTPTR_MAX > UINT32_MAX
#define WORDS_MAX    6u
#define HAS_FLOATING 1
#else
#define WORDS_MAX    0u
#define HAS_FLOATING 0
#endif

typedef uint64_t call_0(void);
typedef uint64_t call_1(uint64_t);
typedef uint64_t call_2(uint64_t, uint64_t);
typedef uint64_t call_3(uint64_t, uint64_t, uint64_t);
typedef uint64_t call_4(uint64_t, uint64_t, uint64_t, uint64_t);
typedef uint64_t call_6(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
typedef uint64_t call_all(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double,
                          double, double, double, double, double, double, double);
typedef double call_all_floating(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double,
                                 double, double, double, double, double, double, double);

static bool is_floating(hfi_ctype type)
{
    return type == HFI_C_F32 || type == HFI_C_F64;
}

hfi_direct hfi_direct_choose(const hfi_prototype *prototype)
{
    unsigned words = 0;
    unsigned floating = 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        if (is_floating(prototype->param[i].type)) {
            floating++;
        } else {
            words++;
        }
    }
    bool fits = WORDS_MAX != 0 && words <= WORDS_MAX && floating <= HFI_DIRECT_FLOATING_MAX;
    if (!fits || (!HAS_FLOATING && (floating || is_floating(prototype->result)))) {
        return HFI_DIRECT_NONE;
    }
    if (is_floating(prototype->result)) {
        return HFI_DIRECT_ALL_FLOATING;
    }
    if (!prototype->param_count) {
        return HFI_DIRECT_NOTHING;
    }
    return floating ? HFI_DIRECT_ALL : HFI_DIRECT_WORDS;
}

/* hfi_value_set() and its like wrote the whole word, extended by its type. */
static uint64_t load_word(const void *from)
{
    return ((const hfi_value *)from)->u64;
}

uint64_t hfi_direct_call_words(void *function, unsigned count, const uint64_t *w)
{
    void (*f)(void) = FFI_FN(function);
    switch (count) {
    case 1:
        return ((call_1 *)f)(w[0]);
    case 2:
        return ((call_2 *)f)(w[0], w[1]);
    case 3:
        return ((call_3 *)f)(w[0], w[1], w[2]);
    case 4:
        return ((call_4 *)f)(w[0], w[1], w[2], w[3]);
    case 0:
        return ((call_0 *)f)();
    default: /* one register too many does no harm where there are six */
        return ((call_6 *)f)(w[0], w[1], w[2], w[3], w[4], w[5]);
    }
}

uint64_t hfi_direct_call_all(void *function, const uint64_t *w, const double *d)
{
    void (*f)(void) = FFI_FN(function);
    return ((call_all *)f)(w[0], w[1], w[2], w[3], w[4], w[5], d[0], d[1], d[2], d[3], d[4], d[5],
                           d[6], d[7]);
}

double hfi_direct_call_all_floating(void *function, const uint64_t *w, const double *d)
{
    void (*f)(void) = FFI_FN(function);
    return ((call_all_floating *)f)(w[0], w[1], w[2], w[3], w[4], w[5], d[0], d[1], d[2], d[3],
                                    d[4], d[5], d[6], d[7]);
}

/* Always the whole double, because a later load of all of it would wait for parts. */
static void load_floating(double *to, const void *from, hfi_ctype type)
{
    uint64_t bits;
    if (type == HFI_C_F32) {
        uint32_t low;
        memcpy(&low, from, sizeof(low));
        bits = low;
    } else {
        memcpy(&bits, from, sizeof(bits));
    }
    memcpy(to, &bits, sizeof(*to));
}

void hfi_direct_words(const hfi_prototype *prototype, void *function, hfi_value *result,
                      void *const *arguments)
{
    uint64_t w[HFI_DIRECT_WORDS_MAX];
    HF_ASSERT(prototype->param_count != 0); /* or it were HFI_DIRECT_NOTHING */
    w[HFI_DIRECT_WORDS_MAX - 1] = 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        w[i] = load_word(arguments[i]);
    }
    uint64_t returned = hfi_direct_call_words(function, prototype->param_count, w);
    result->u64 = prototype->result == HFI_C_VOID ? 0 : returned;
}

void hfi_direct_all(const hfi_prototype *prototype, void *function, hfi_value *result,
                    void *const *arguments)
{
    uint64_t w[HFI_DIRECT_WORDS_MAX] = { 0 };
    double d[HFI_DIRECT_FLOATING_MAX] = { 0 };
    unsigned words = 0;
    unsigned floating = 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        hfi_ctype type = prototype->param[i].type;
        if (is_floating(type)) {
            load_floating(&d[floating++], arguments[i], type);
        } else {
            w[words++] = load_word(arguments[i]);
        }
    }
    if (is_floating(prototype->result)) {
        result->f64 = hfi_direct_call_all_floating(function, w, d);
    } else {
        uint64_t returned = hfi_direct_call_all(function, w, d);
        result->u64 = prototype->result == HFI_C_VOID ? 0 : returned;
    }
}
