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

#include "call/plain.h"

#include "call/cross.h"
#include "call/direct.h"
#include "call/flight.h"
#include "call/result.h"
#include "heap/heap.h"
#include "thread/record.h"

#include <string.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* What the arguments come to.  Only what is loaded or pinned is ever written.  No address of it
 * goes to a function that is not inline before the crossing, so a compiler keeps most in registers.
 */
typedef struct taken {
    hfi_registers registers;
    uintptr_t object[HFI_REGISTERS_MAX];
    unsigned pins;
} taken;

/* Whether a function has FLOAT parameters is known where this is used. */
typedef enum variety { ONLY_WORDS, ALL_SORTS } variety;

static ALWAYS_INLINE bool take_simply(const hfi_take *take, const hf_arg *arg, uint64_t *cell)
{
    unsigned which = (unsigned)arg->kind - take->kind;
    uint64_t value = arg->as.u;
    *cell = value;
    return which <= take->more_kinds && value + take->bias[which] <= take->span[which];
}

/* Native memory for a buffer parameter: the prototype says how far the callee reaches. */
static __attribute__((noinline)) bool is_native(const hf_thread *thread, const hfi_take *take,
                                                const hf_arg *arg)
{
    return arg->kind == HF_ARG_POINTER && !take->is_sized && arg->as.pointer &&
           !hfi_heap_contains(thread->parts->heap, (uintptr_t)arg->as.pointer);
}

static ALWAYS_INLINE bool take_managed(const hfi_take *take, const hf_arg *arg, uint64_t *cells,
                                       uint64_t *cell, uintptr_t *object_out)
{
    if (HF_UNLIKELY(arg->kind != HF_ARG_BUFFER) || HF_UNLIKELY(!arg->as.ref)) {
        return false;
    }
    uintptr_t object = arg->as.ref->word_;
    if (HF_UNLIKELY(object == 0) || HF_UNLIKELY(object == HFI_SLOT_POISON) ||
        HF_UNLIKELY(hfi_object_type_id(object) != HFI_TYPE_BYTES)) {
        return false;
    }
    uint64_t length = *hfi_object_length(object);
    uint64_t payload = (uintptr_t)hfi_payload_16(object);
    if ((arg->offset | ~(uint64_t)arg->length) != 0) { /* a part of it */
        uint64_t rest = length - arg->offset;
        if (arg->offset > length || (arg->offset != 0 && !take->is_packed)) {
            return false;
        }
        length = arg->length == HF_WHOLE ? rest : arg->length;
        payload += arg->offset;
        if (length > rest) {
            return false;
        }
    }
    *object_out = object;
    cells[take->announce_at] = length;
    *cell = payload;
    return length + take->bias[0] <= take->span[0];
}

static ALWAYS_INLINE bool take_buffer(taken *all, const hf_thread *thread, const hfi_take *take,
                                      const hf_arg *arg, uint64_t *cell)
{
    if (HF_UNLIKELY(arg->kind != HF_ARG_BUFFER)) {
        *cell = (uintptr_t)arg->as.pointer;
        return is_native(thread, take, arg);
    }
    return take_managed(take, arg, all->registers.cell, cell, &all->object[all->pins++]);
}

/* The low half of the register is the float.  One that is not finite is for the general way. */
static ALWAYS_INLINE bool take_float(const hf_arg *arg, uint64_t *cell)
{
    const uint32_t exponent = UINT32_C(0x7f800000);
    float number = (float)arg->as.f;
    uint32_t low;
    memcpy(&low, &number, sizeof(low));
    *cell = low;
    return arg->kind == HF_ARG_FLOATING && (low & exponent) != exponent;
}

/* Takes one argument; moves on to the next unless the library itself supplies this one. */
static ALWAYS_INLINE bool take_one(taken *all, const hf_thread *thread, const hfi_take *take,
                                   const hf_arg **next, unsigned at, variety has)
{
    const hf_arg *arg = *next;
    uint64_t *cell = &all->registers.cell[at];
    if (take->how == HFI_TAKE_SIMPLY) {
        ++*next;
        return take_simply(take, arg, cell);
    }
    if (take->how == HFI_TAKE_BUFFER) {
        ++*next;
        return take_buffer(all, thread, take, arg, cell);
    }
    if (take->how == HFI_TAKE_NOTHING) {
        return true;
    }
    ++*next;
    if (has == ALL_SORTS && take->how == HFI_TAKE_FLOAT) {
        return take_float(arg, cell);
    }
    return arg->as.pointer && take_simply(take, arg, cell);
}

/* A result that has nothing of an earlier call which the fields below do not overwrite. */
static ALWAYS_INLINE bool is_fresh(const hf_result *result)
{
    return result->struct_size == sizeof(*result) &&
           (result->out_count | result->scalar_count | (uint32_t)result->callback_status) == 0;
}

static __attribute__((noinline)) hf_status generally(hf_thread *thread, const hf_function *function,
                                                     hf_result *result, const hf_arg *arguments)
{
    return thread->parts->call_generally(thread, function, result, arguments);
}

/* With a fail role that may hold. */
static __attribute__((noinline)) hf_status
finish_judged(hf_thread *thread, const hf_function *function, hf_result *result, int64_t seen)
{
    (void)hfi_result_judge(result, function, seen, NULL);
    hfi_flight_end(thread);
    hf_status status = hfi_cross_status(thread, result);
    return HF_UNLIKELY(status != HF_OK) ? status : result->failed ? HF_E_NATIVE : HF_OK;
}

/* `seen` is what expressions see of the native function's result. */
static ALWAYS_INLINE hf_status finish(hf_thread *thread, const hf_function *function,
                                      hf_result *result, int64_t seen)
{
    result->attempts = 1;
    result->error = 0;
    result->failed = false;
    if (function->can_fail && (uint64_t)seen - function->fail_from <= function->fail_span) {
        return finish_judged(thread, function, result, seen);
    }
    hfi_flight_end(thread); /* the function is not looked at behind this */
    return hfi_cross_status(thread, result);
}

/* The native call of a function that is not odd and gives a word or nothing.  What it left in its
 * register is put away before the error values are read: nothing is called for that. */
static ALWAYS_INLINE void cross(hf_thread *thread, const hf_function *function, hf_result *result,
                                const uint64_t *word, unsigned count)
{
    hfi_cross_out_quickly(thread);
    uint64_t bits = hfi_direct_words(function->address, count, word);
    bits &= function->result_mask;
    bits ^= function->result_sign;
    result->value.u = bits - function->result_sign;
    hfi_cross_back_quickly(thread, result);
}

static ALWAYS_INLINE void publish(hf_thread *thread, const hf_function *function,
                                  hf_record_ *record, uintptr_t *objects, unsigned pins)
{
    record->thread = thread;
    hfi_record_prepare(thread, record, function->name);
    record->site.file = NULL;
    record->site.line = 0;
    record->what = function->name;
    record->pins = (uint16_t)pins;
    record->keeps = 0;
    record->objects = objects;
    record->slots = NULL;
    record->abandon = NULL;
    hfi_record_push(thread, record);
}

/* One for each small number of parameters; the functions are below. */
#define COUNTED_MAX 6
static hfi_call_fn *const simple[COUNTED_MAX + 1];
static hfi_call_fn *const words[COUNTED_MAX + 1];

/* ---- simple words ---- */

static ALWAYS_INLINE hf_status call_simple(hf_thread *thread, const hf_function *function,
                                           hf_result *result, const hf_arg *arguments,
                                           unsigned count)
{
    uint64_t word[HFI_REGISTERS_MAX];
    const hfi_take *take = function->take;
    bool fits = is_fresh(result);
#define TAKE(i) fits = fits && (count <= (i) || take_simply(&take[i], &arguments[i], &word[i]));
    TAKE(0)
    TAKE(1)
    TAKE(2)
    TAKE(3)
    TAKE(4)
    TAKE(5)
#undef TAKE
    if (HF_UNLIKELY(!fits || arguments[count].kind != HF_ARG_END)) {
        return generally(thread, function, result, arguments);
    }
    cross(thread, function, result, word, count);
    return finish(thread, function, result, result->value.i);
}

/* ---- words of all kinds ---- */

static ALWAYS_INLINE hf_status call_words(hf_thread *thread, const hf_function *function,
                                          hf_result *result, const hf_arg *arguments,
                                          unsigned count)
{
    taken all;
    const hfi_take *take = function->take;
    const hf_arg *next = arguments;
    bool fits = is_fresh(result);
    all.pins = 0;
#define TAKE(i)                                                                                    \
    fits = fits && (count <= (i) || take_one(&all, thread, &take[i], &next, (i), ONLY_WORDS));
    TAKE(0)
    TAKE(1)
    TAKE(2)
    TAKE(3)
    TAKE(4)
    TAKE(5)
#undef TAKE
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return generally(thread, function, result, arguments);
    }
    hf_record_ record;
    if (all.pins) {
        publish(thread, function, &record, all.object, all.pins);
    }
    cross(thread, function, result, all.registers.word, count);
    if (all.pins) {
        hfi_record_pop(&record);
    }
    return finish(thread, function, result, result->value.i);
}

/* ---- words, of which one lends a managed buffer ---- */

/* The commonest of the above: the buffer is parameter `place`, all others are simple or are told by
 * it.  For native memory in its place there is call_words(). */
static ALWAYS_INLINE hf_status call_lender(hf_thread *thread, const hf_function *function,
                                           hf_result *result, const hf_arg *arguments,
                                           unsigned count, unsigned place)
{
    uint64_t cell[HFI_CELL_NOWHERE + 1];
    uintptr_t object = 0;
    const hfi_take *take = function->take;
    const hf_arg *next = arguments;
    bool fits = is_fresh(result);
#define TAKE(i)                                                                                    \
    if (fits && (i) < count) {                                                                     \
        fits = (i) == place                                                                        \
                   ? take_managed(&take[i], next++, cell, &cell[i], &object)                       \
                   : take[i].how == HFI_TAKE_NOTHING || take_simply(&take[i], next++, &cell[i]);   \
    }
    TAKE(0)
    TAKE(1)
    TAKE(2)
    TAKE(3)
#undef TAKE
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return words[count](thread, function, result, arguments);
    }
    hf_record_ record;
    publish(thread, function, &record, &object, 1);
    cross(thread, function, result, cell, count);
    thread->records = record.outer;
    record.cookie = HFI_RECORD_ENDED;
    return finish(thread, function, result, result->value.i);
}

/* ---- with floating numbers, and all the others ---- */

/* What is loaded without an argument is zero, and not what the stack happens to hold. */
static ALWAYS_INLINE void pad(hfi_registers *registers, const hf_function *function)
{
    if (HF_UNLIKELY(function->is_padded)) {
        for (unsigned i = 0; i < sizeof(registers->cell) / sizeof(registers->cell[0]); i++) {
            registers->cell[i] = 0;
        }
    }
}

/* Whatever fits registers; also what the others below and above leave. */
static hf_status call_any(hf_thread *thread, const hf_function *function, hf_result *result,
                          const hf_arg *arguments)
{
    taken all;
    const unsigned count = function->prototype.param_count;
    const hf_arg *next = arguments;
    bool fits = is_fresh(result);
    all.pins = 0;
    pad(&all.registers, function);
    for (unsigned i = 0; i < count && fits; i++) {
        fits = take_one(&all, thread, &function->take[i], &next, function->take[i].at, ALL_SORTS);
    }
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return generally(thread, function, result, arguments);
    }
    hf_record_ record;
    hfi_value returned;
    if (all.pins) {
        publish(thread, function, &record, all.object, all.pins);
    }
    hfi_cross_out(thread, function);
    hfi_direct_call(&function->cif, function->address, &all.registers, &returned);
    hfi_cross_back(thread, function, result);
    if (all.pins) {
        hfi_record_pop(&record);
    }
    return finish(thread, function, result, hfi_result_read(result, function, &returned));
}

hfi_call_fn *hfi_plain_any(void)
{
    return call_any;
}

/* A simple one or a float, or one that the library supplies. */
static ALWAYS_INLINE bool take_number(const hfi_take *take, const hf_arg **next, uint64_t *cells)
{
    if (HF_LIKELY(take->how == HFI_TAKE_SIMPLY)) {
        return take_simply(take, (*next)++, &cells[take->at]);
    }
    return take->how == HFI_TAKE_NOTHING || take_float((*next)++, &cells[take->at]);
}

static ALWAYS_INLINE void cross_mixed(hf_thread *thread, const hf_function *function,
                                      hf_result *result, const hfi_registers *registers)
{
    hfi_value returned;
    hfi_cross_out_quickly(thread);
    hfi_direct_mixed(&function->cif, function->address, registers, &returned);
    hfi_cross_back_quickly(thread, result);
    (void)hfi_result_read(result, function, &returned);
}

/* As call_lender(), with registers of both kinds; `place` is NOWHERE where nothing is lent. */
#define NOWHERE HFI_TAKES_MAX

static ALWAYS_INLINE hf_status call_mixed(hf_thread *thread, const hf_function *function,
                                          hf_result *result, const hf_arg *arguments,
                                          unsigned count, unsigned place)
{
    hfi_registers registers;
    uintptr_t object = 0;
    const hfi_take *take = function->take;
    const hf_arg *next = arguments;
    bool fits = is_fresh(result);
    pad(&registers, function);
#define TAKE(i)                                                                                    \
    if (fits && (i) < count) {                                                                     \
        uint64_t *cells = registers.cell;                                                          \
        fits = (i) == place ? take_managed(&take[i], next++, cells, &cells[take[i].at], &object)   \
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
        return call_any(thread, function, result, arguments);
    }
    if (place == NOWHERE) {
        cross_mixed(thread, function, result, &registers);
    } else {
        hf_record_ record;
        publish(thread, function, &record, &object, 1);
        cross_mixed(thread, function, result, &registers);
        thread->records = record.outer;
        record.cookie = HFI_RECORD_ENDED;
    }
    return finish(thread, function, result, result->value.i);
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
