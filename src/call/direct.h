/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_DIRECT_H
#define HOLDFAST_CALL_DIRECT_H

/*
 * Signatures whose arguments all go into registers, called without libffi.
 *
 * ffi_call() classifies every argument anew at each call.  Where all of them go into
 * registers that is not needed: a function of so many 64-bit words finds narrower
 * arguments in the same registers, and callers extend what is narrow.  So a few
 * prototypes of 64-bit words and doubles serve all such signatures.
 *
 *   x86-64, System V    6 words and 8 floating numbers, each counted by themselves
 *   x86-64, Windows     4 slots, each a word or a floating number; also what is
 *                       declared ms_abi on other systems
 *   AArch64, AAPCS      8 words and 8 floating numbers, little-endian, where that is the
 *                       system's own convention (Apple and Windows have theirs)
 *   anything else       ffi_call()
 *
 * A float is the low half of its register, so it travels as a double with those bits.
 * Registers that no argument fills may be loaded too; no callee looks at them.
 *
 * The calls are inline: what stands behind one is the first that runs after the native
 * function.  Everything here is pure; any thread.
 */

#include "call/ffi_glue.h"

/* libffi names its target by macros. */
#if defined(X86_WIN64)
#define HFI_DIRECT_WORDS_MAX    4u
#define HFI_DIRECT_FLOATING_MAX 4u
#define HFI_DIRECT_HAS_SLOTS    1
#elif defined(X86_64) && defined(__x86_64__) && UINTPTR_MAX > UINT32_MAX
#define HFI_DIRECT_WORDS_MAX    6u
#define HFI_DIRECT_FLOATING_MAX 8u
#define HFI_DIRECT_HAS_MIXED    1
#define HFI_DIRECT_HAS_SLOTS    1
#elif defined(__aarch64__) && defined(__ELF__) && UINTPTR_MAX > UINT32_MAX &&                      \
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HFI_DIRECT_WORDS_MAX    8u
#define HFI_DIRECT_FLOATING_MAX 8u
#define HFI_DIRECT_HAS_MIXED    1
#else
#define HFI_DIRECT_WORDS_MAX    0u
#define HFI_DIRECT_FLOATING_MAX 0u
#endif

#define HFI_REGISTERS_MAX 8u
#define HFI_SLOTS_MAX     4u

/** What is loaded: the words and floating numbers in their order, or for slots by number. */
typedef union hfi_registers {
    struct {
        uint64_t word[HFI_REGISTERS_MAX];
        double floating[HFI_REGISTERS_MAX];
        uint64_t nowhere; /* what no register gets */
    };
    uint64_t cell[2 * HFI_REGISTERS_MAX + 1]; /* the same, one after the other */
} hfi_registers;

#define HFI_CELL_FLOATING HFI_REGISTERS_MAX /* of the first floating number */
#define HFI_CELL_NOWHERE  (2 * HFI_REGISTERS_MAX)

/** Chooses the way for a signature when it is bound: `direct`, `words`, `shape`. */
void hfi_direct_choose(hfi_cif *cif, const hfi_prototype *prototype);

/** Puts prepared arguments into their registers; `arguments[i]` is the address of an hfi_value. */
void hfi_direct_load(const hfi_cif *cif, const hfi_prototype *prototype, void *const *arguments,
                     hfi_registers *registers_out);

/** HFI_DIRECT_SLOTS with a word or nothing as a result, and with a floating number. */
uint64_t hfi_direct_slots(const hfi_cif *cif, void *function, const hfi_registers *r);
double hfi_direct_slots_floating(const hfi_cif *cif, void *function, const hfi_registers *r);

typedef uint64_t hfi_word_fn_0(void);
typedef uint64_t hfi_word_fn_1(uint64_t);
typedef uint64_t hfi_word_fn_2(uint64_t, uint64_t);
typedef uint64_t hfi_word_fn_3(uint64_t, uint64_t, uint64_t);
typedef uint64_t hfi_word_fn_4(uint64_t, uint64_t, uint64_t, uint64_t);
typedef uint64_t hfi_word_fn_5(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
typedef uint64_t hfi_word_fn_6(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
typedef uint64_t hfi_word_fn_8(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                               uint64_t);

/* NOLINTBEGIN(clang-analyzer-core.CallAndMessage): that each register loaded has its argument, or
 * is zero, is decided when the function is bound, where the analyzer does not look. */

/** HFI_DIRECT_WORDS.  No branch is left of it where the count is a constant. */
static inline __attribute__((always_inline)) uint64_t
hfi_direct_words(void *function, unsigned count, const uint64_t *w)
{
    void (*f)(void) = FFI_FN(function);
    switch (count) {
    case 0:
        return ((hfi_word_fn_0 *)f)();
    case 1:
        return ((hfi_word_fn_1 *)f)(w[0]);
    case 2:
        return ((hfi_word_fn_2 *)f)(w[0], w[1]);
    case 3:
        return ((hfi_word_fn_3 *)f)(w[0], w[1], w[2]);
    case 4:
        return ((hfi_word_fn_4 *)f)(w[0], w[1], w[2], w[3]);
    case 5:
        return ((hfi_word_fn_5 *)f)(w[0], w[1], w[2], w[3], w[4]);
    case 6:
        return ((hfi_word_fn_6 *)f)(w[0], w[1], w[2], w[3], w[4], w[5]);
    default:
        return ((hfi_word_fn_8 *)f)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    }
}

/* ---- HFI_DIRECT_MIXED ---- */

#if defined(HFI_DIRECT_HAS_MIXED) && defined(__x86_64__)
/* A struct of these two is returned in the first register of either kind, so one prototype serves
 * results of all kinds. */
typedef struct hfi_either {
    uint64_t word;
    double floating;
} hfi_either;

#define HFI_MIXED_W0
#define HFI_MIXED_W2 uint64_t, uint64_t,
#define HFI_MIXED_W4 HFI_MIXED_W2 HFI_MIXED_W2
#define HFI_MIXED_W6 HFI_MIXED_W4 HFI_MIXED_W2
#define HFI_MIXED_LOAD_W0
#define HFI_MIXED_LOAD_W2 r->word[0], r->word[1],
#define HFI_MIXED_LOAD_W4 HFI_MIXED_LOAD_W2 r->word[2], r->word[3],
#define HFI_MIXED_LOAD_W6 HFI_MIXED_LOAD_W4 r->word[4], r->word[5],
#define HFI_MIXED_F1      double
#define HFI_MIXED_F2      double, double
#define HFI_MIXED_F4      HFI_MIXED_F2, HFI_MIXED_F2
#define HFI_MIXED_F8      HFI_MIXED_F4, HFI_MIXED_F4
#define HFI_MIXED_LOAD_F1 r->floating[0]
#define HFI_MIXED_LOAD_F2 HFI_MIXED_LOAD_F1, r->floating[1]
#define HFI_MIXED_LOAD_F4 HFI_MIXED_LOAD_F2, r->floating[2], r->floating[3]
#define HFI_MIXED_LOAD_F8                                                                          \
    HFI_MIXED_LOAD_F4, r->floating[4], r->floating[5], r->floating[6], r->floating[7]
#define HFI_MIXED_CASE(number, words, floatings)                                                   \
    case number:                                                                                   \
        either = ((hfi_either(*)(HFI_MIXED_W##words HFI_MIXED_F##floatings))f)(                    \
            HFI_MIXED_LOAD_W##words HFI_MIXED_LOAD_F##floatings);                                  \
        break;

static inline __attribute__((always_inline)) void
hfi_direct_either(const hfi_cif *cif, const hfi_either *either, hfi_value *result)
{
    if (cif->returns_floating) {
        result->f64 = either->floating;
    } else {
        result->u64 = either->word;
    }
}

/** `shape` is a quarter for each pair of words, in it one for 1, 2, 4 and 8 floating numbers. */
static inline __attribute__((always_inline)) void
hfi_direct_mixed(const hfi_cif *cif, void *function, const hfi_registers *r, hfi_value *result)
{
    void (*f)(void) = FFI_FN(function);
    hfi_either either;
    if (cif->shape == 5) { /* the commonest: up to two of each; a jump by a table is dearer */
        either = ((hfi_either(*)(HFI_MIXED_W2 HFI_MIXED_F2))f)(HFI_MIXED_LOAD_W2 HFI_MIXED_LOAD_F2);
        hfi_direct_either(cif, &either, result);
        return;
    }
    switch (cif->shape) {
        HFI_MIXED_CASE(0, 0, 1)
        HFI_MIXED_CASE(1, 0, 2)
        HFI_MIXED_CASE(2, 0, 4)
        HFI_MIXED_CASE(3, 0, 8)
        HFI_MIXED_CASE(4, 2, 1)
        HFI_MIXED_CASE(5, 2, 2)
        HFI_MIXED_CASE(6, 2, 4)
        HFI_MIXED_CASE(7, 2, 8)
        HFI_MIXED_CASE(8, 4, 1)
        HFI_MIXED_CASE(9, 4, 2)
        HFI_MIXED_CASE(10, 4, 4)
        HFI_MIXED_CASE(11, 4, 8)
        HFI_MIXED_CASE(12, 6, 1)
        HFI_MIXED_CASE(13, 6, 2)
        HFI_MIXED_CASE(14, 6, 4)
    default:
        HFI_MIXED_CASE(15, 6, 8)
    }
    hfi_direct_either(cif, &either, result);
}
#elif defined(HFI_DIRECT_HAS_MIXED)
#define HFI_MIXED_TYPES                                                                            \
    uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double,        \
        double, double, double, double, double, double, double
#define HFI_MIXED_LOAD                                                                             \
    r->word[0], r->word[1], r->word[2], r->word[3], r->word[4], r->word[5], r->word[6],            \
        r->word[7], r->floating[0], r->floating[1], r->floating[2], r->floating[3],                \
        r->floating[4], r->floating[5], r->floating[6], r->floating[7]

static inline void hfi_direct_mixed(const hfi_cif *cif, void *function, const hfi_registers *r,
                                    hfi_value *result)
{
    void (*f)(void) = FFI_FN(function);
    if (cif->returns_floating) {
        result->f64 = ((double (*)(HFI_MIXED_TYPES))f)(HFI_MIXED_LOAD);
    } else {
        result->u64 = ((uint64_t(*)(HFI_MIXED_TYPES))f)(HFI_MIXED_LOAD);
    }
}
#else
static inline void hfi_direct_mixed(const hfi_cif *cif, void *function, const hfi_registers *r,
                                    hfi_value *result)
{
    (void)cif;
    (void)function;
    (void)r;
    result->u64 = 0; /* no signature here is HFI_DIRECT_MIXED */
}
#endif
/* NOLINTEND(clang-analyzer-core.CallAndMessage) */

/** Any of the ways but HFI_DIRECT_NONE. */
static inline __attribute__((always_inline)) void
hfi_direct_call(const hfi_cif *cif, void *function, const hfi_registers *r, hfi_value *result)
{
    if (cif->direct == HFI_DIRECT_MIXED) {
        hfi_direct_mixed(cif, function, r, result);
    } else if (cif->direct == HFI_DIRECT_WORDS) {
        result->u64 = hfi_direct_words(function, cif->words, r->word);
    } else if (cif->returns_floating) {
        result->f64 = hfi_direct_slots_floating(cif, function, r);
    } else {
        result->u64 = hfi_direct_slots(cif, function, r);
    }
}

#endif
