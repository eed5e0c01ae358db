/* SPDX-License-Identifier: MIT */

/*
 * The short ways of a call.
 *
 * Most calls pass a few integers, addresses and buffers and return a number.  For
 * those the general way (begin.h, invoke.c) builds a frame for things that never
 * come: outputs, conversions, growth.  Here the arguments go straight to the words
 * that will be loaded into registers, and what is lent is pinned by a record of
 * its own.  There is a function for each small number of parameters, so that
 * nothing is counted and no loop is left, and one for the rest.
 *
 * The four steps are the same: nothing here may collect before the record is
 * published, so the addresses, which are resolved while the arguments are taken,
 * hold.  Whatever is not common (a null buffer, a number that does not fit, a part
 * outside its object, a result that still has outputs) is left to the general way,
 * which knows how to say so; until the crossing nothing has happened that would have
 * to be taken back.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/plain_take.h"

/* The native call of a function that is not odd and gives a word or nothing.  What it left in its
 * register is put away before the error values are read: nothing is called for that. */
static HFI_ALWAYS_INLINE bool cross(hf_thread *thread, const hf_function *function,
                                    hf_result *result, const uint64_t *word, unsigned count)
{
    hfi_cross_out_quickly(thread);
    uint64_t bits = hfi_direct_words(function->address, count, word);
    bits &= function->result_mask;
    bits ^= function->result_sign;
    result->value.u = bits - function->result_sign;
    return hfi_cross_back_quickly(thread, result);
}

/* One for each small number of parameters; the functions are below. */
#define COUNTED_MAX 6
static hfi_call_fn *const simple[COUNTED_MAX + 1];
static hfi_call_fn *const words[COUNTED_MAX + 1];

/* ---- simple words ---- */

static HFI_ALWAYS_INLINE hf_status call_simple(hf_thread *thread, const hf_function *function,
                                               hf_result *result, const hf_arg *arguments,
                                               unsigned count)
{
    uint64_t word[HFI_REGISTERS_MAX];
    const hfi_take *take = function->take;
    bool fits = hfi_plain_is_fresh(result);
#define TAKE(i) fits = fits && (count <= (i) || hfi_take_simply(&take[i], &arguments[i], &word[i]));
    TAKE(0)
    TAKE(1)
    TAKE(2)
    TAKE(3)
    TAKE(4)
    TAKE(5)
#undef TAKE
    if (HF_UNLIKELY(!fits || arguments[count].kind != HF_ARG_END)) {
        return hfi_plain_generally(thread, function, result, arguments);
    }
    if (HF_UNLIKELY(!cross(thread, function, result, word, count))) {
        return hfi_plain_disturbed(thread, function, result, NULL, result->value.i);
    }
    return hfi_plain_finish(thread, function, result, result->value.i, HF_OK);
}

/* ---- words of all kinds ---- */

static HFI_ALWAYS_INLINE hf_status call_words(hf_thread *thread, const hf_function *function,
                                              hf_result *result, const hf_arg *arguments,
                                              unsigned count)
{
    hfi_taken all;
    const hfi_take *take = function->take;
    const hf_arg *next = arguments;
    bool fits = hfi_plain_is_fresh(result);
    all.pins = 0;
#define TAKE(i)                                                                                    \
    fits = fits &&                                                                                 \
           (count <= (i) || hfi_take_one(&all, thread, &take[i], &next, (i), HFI_ONLY_WORDS));
    TAKE(0)
    TAKE(1)
    TAKE(2)
    TAKE(3)
    TAKE(4)
    TAKE(5)
#undef TAKE
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return hfi_plain_generally(thread, function, result, arguments);
    }
    hf_record_ record;
    if (all.pins) {
        hfi_plain_publish(thread, function, &record, all.object, all.pins);
    }
    if (HF_UNLIKELY(!cross(thread, function, result, all.registers.word, count))) {
        return hfi_plain_disturbed(thread, function, result, all.pins ? &record : NULL,
                                   result->value.i);
    }
    if (all.pins) {
        hfi_plain_withdraw(thread, &record);
    }
    return hfi_plain_finish(thread, function, result, result->value.i, HF_OK);
}

/* ---- words, of which one lends a managed buffer ---- */

/* What its arguments come to.  There is one buffer, so what the library supplies is its length. */
static HFI_ALWAYS_INLINE bool take_lender(const hf_function *function, const hf_arg *next,
                                          unsigned count, unsigned place, uint64_t *cell,
                                          uintptr_t *object_out)
{
    const hfi_take *take = function->take;
    uint64_t length = 0;
#define TAKE(i)                                                                                    \
    if ((i) < count && (i) == place) {                                                             \
        if (!hfi_take_managed(&take[i], next++, &length, &cell[i], object_out)) {                  \
            return false;                                                                          \
        }                                                                                          \
    } else if ((i) < count && take[i].how == HFI_TAKE_NOTHING) {                                   \
        cell[i] = length;                                                                          \
    } else if ((i) < count && !hfi_take_simply(&take[i], next++, &cell[i])) {                      \
        return false;                                                                              \
    }
    TAKE(0)
    TAKE(1)
    TAKE(2)
    TAKE(3)
#undef TAKE
#define ANNOUNCE(i) /* to a parameter in front of the buffer */                                    \
    if ((i) < place && take[i].how == HFI_TAKE_NOTHING) {                                          \
        cell[i] = length;                                                                          \
    }
    ANNOUNCE(0)
    ANNOUNCE(1)
    ANNOUNCE(2)
#undef ANNOUNCE
    return next->kind == HF_ARG_END;
}

/* The commonest of the above: the buffer is parameter `place`, all others are simple or are told by
 * it.  For native memory in its place there is call_words(). */
static HFI_ALWAYS_INLINE hf_status call_lender(hf_thread *thread, const hf_function *function,
                                               hf_result *result, const hf_arg *arguments,
                                               unsigned count, unsigned place)
{
    uint64_t cell[HFI_REGISTERS_MAX];
    uintptr_t object;
    if (HF_UNLIKELY(!hfi_plain_is_fresh(result)) ||
        HF_UNLIKELY(!take_lender(function, arguments, count, place, cell, &object))) {
        return words[count](thread, function, result, arguments);
    }
    hf_record_ record;
    hfi_plain_publish(thread, function, &record, &object, 1);
    if (HF_UNLIKELY(!cross(thread, function, result, cell, count))) {
        return hfi_plain_disturbed(thread, function, result, &record, result->value.i);
    }
    hfi_plain_withdraw(thread, &record);
    return hfi_plain_finish(thread, function, result, result->value.i, HF_OK);
}

/* ---- with floating numbers, and all the others ---- */

/* A simple one or a float, or one that the library supplies. */
static HFI_ALWAYS_INLINE bool take_number(const hfi_take *take, const hf_arg **next,
                                          uint64_t *cells)
{
    if (HF_LIKELY(take->how == HFI_TAKE_SIMPLY)) {
        return hfi_take_simply(take, (*next)++, &cells[take->at]);
    }
    return take->how == HFI_TAKE_NOTHING || hfi_take_float((*next)++, &cells[take->at]);
}

static HFI_ALWAYS_INLINE bool cross_mixed(hf_thread *thread, const hf_function *function,
                                          hf_result *result, const hfi_registers *registers)
{
    hfi_value returned;
    hfi_cross_out_quickly(thread);
    hfi_direct_mixed(&function->cif, function->address, registers, &returned);
    (void)hfi_result_read(result, function, &returned); /* moves, and nothing that has an error */
    return hfi_cross_back_quickly(thread, result);
}

/* As call_lender(), with registers of both kinds; `place` is NOWHERE where nothing is lent. */
#define NOWHERE HFI_TAKES_MAX

static HFI_ALWAYS_INLINE hf_status call_mixed(hf_thread *thread, const hf_function *function,
                                              hf_result *result, const hf_arg *arguments,
                                              unsigned count, unsigned place)
{
    hfi_registers registers;
    uintptr_t object = 0;
    const hfi_take *take = function->take;
    const hf_arg *next = arguments;
    bool fits = hfi_plain_is_fresh(result);
    hfi_plain_pad(&registers, function);
#define TAKE(i)                                                                                    \
    if (fits && (i) < count) {                                                                     \
        uint64_t *cells = registers.cell;                                                          \
        fits = (i) == place ? hfi_take_managed(&take[i], next++, &cells[take[i].announce_at],      \
                                               &cells[take[i].at], &object)                        \
                            : take_number(&take[i], &next, cells);                                 \
    }
    TAKE(0)
    TAKE(1)
    TAKE(2)
    TAKE(3)
    TAKE(4)
    TAKE(5)
#undef TAKE
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return hfi_plain_any(thread, function, result, arguments);
    }
    hf_record_ record;
    if (place != NOWHERE) {
        hfi_plain_publish(thread, function, &record, &object, 1);
    }
    if (HF_UNLIKELY(!cross_mixed(thread, function, result, &registers))) {
        return hfi_plain_disturbed(thread, function, result, place != NOWHERE ? &record : NULL,
                                   result->value.i);
    }
    if (place != NOWHERE) {
        hfi_plain_withdraw(thread, &record);
    }
    return hfi_plain_finish(thread, function, result, result->value.i, HF_OK);
}

/* ---- one of each for each count ---- */

#define COUNTS(X) X(1) X(2) X(3) X(4) X(5) X(6)

#define DEFINE(name, n)                                                                            \
    static hf_status name##_##n(hf_thread *thread, const hf_function *function, hf_result *result, \
                                const hf_arg *arguments)                                           \
    {                                                                                              \
        return call_##name(thread, function, result, arguments, n);                                \
    }
#define DEFINE_SIMPLE(n) DEFINE(simple, n)
#define DEFINE_WORDS(n)  DEFINE(words, n)
DEFINE_SIMPLE(0)
COUNTS(DEFINE_SIMPLE)
COUNTS(DEFINE_WORDS)

#define NAME_SIMPLE(n) simple_##n,
#define NAME_WORDS(n)  words_##n,

static hfi_call_fn *const simple[COUNTED_MAX + 1] = { simple_0, COUNTS(NAME_SIMPLE) };
static hfi_call_fn *const words[COUNTED_MAX + 1] = { NULL, COUNTS(NAME_WORDS) };

hfi_call_fn *hfi_plain_simple(unsigned count)
{
    return count <= COUNTED_MAX ? simple[count] : NULL;
}

hfi_call_fn *hfi_plain_words(unsigned count)
{
    return count <= COUNTED_MAX ? words[count] : NULL;
}

#define PLACES(X) X(1, 0) X(2, 0) X(2, 1) X(3, 0) X(3, 1) X(3, 2) X(4, 0) X(4, 1) X(4, 2) X(4, 3)

#define DEFINE_PLACED(name, n, place)                                                              \
    static hf_status name##_##n##_##place(hf_thread *thread, const hf_function *function,          \
                                          hf_result *result, const hf_arg *arguments)              \
    {                                                                                              \
        return call_##name(thread, function, result, arguments, n, place);                         \
    }
#define DEFINE_LENDER(n, place) DEFINE_PLACED(lender, n, place)
#define DEFINE_MIXED(n, place)  DEFINE_PLACED(mixed, n, place)
#define DEFINE_NUMBERS(n)       DEFINE_PLACED(mixed, n, NOWHERE)
PLACES(DEFINE_LENDER)
PLACES(DEFINE_MIXED)
COUNTS(DEFINE_NUMBERS)

#define PLACED_MAX 4

hfi_call_fn *hfi_plain_lender(unsigned count, unsigned place)
{
#define NAME_LENDER(n, place) [n][place] = lender_##n##_##place,
    static hfi_call_fn *const ways[PLACED_MAX + 1][PLACED_MAX] = { PLACES(NAME_LENDER) };
    return count <= PLACED_MAX && place < PLACED_MAX ? ways[count][place] : NULL;
}

hfi_call_fn *hfi_plain_mixed(unsigned count, unsigned place)
{
#define NAME_MIXED(n, place) [n][place] = mixed_##n##_##place,
    static hfi_call_fn *const ways[PLACED_MAX + 1][PLACED_MAX] = { PLACES(NAME_MIXED) };
    return count <= PLACED_MAX && place < PLACED_MAX ? ways[count][place] : NULL;
}

hfi_call_fn *hfi_plain_numbers(unsigned count)
{
#define NAME_NUMBERS(n) [n] = mixed_##n##_NOWHERE,
    static hfi_call_fn *const ways[COUNTED_MAX + 1] = { COUNTS(NAME_NUMBERS) };
    return count <= COUNTED_MAX ? ways[count] : NULL;
}
