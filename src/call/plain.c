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

#include <float.h>
#include <string.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* What the arguments come to.  Only what is loaded or pinned is ever written. */
typedef struct taken {
    hfi_registers registers;
    uintptr_t object[HFI_REGISTERS_MAX];
    unsigned pins;
} taken;

static ALWAYS_INLINE bool take_integer(const hfi_take *take, const hf_arg *arg, uint64_t *word_out)
{
    unsigned which = (unsigned)arg->kind - HF_ARG_SIGNED;
    *word_out = arg->as.u;
    return which < 2 && arg->as.u + take->bias[which] <= take->span[which];
}

static ALWAYS_INLINE bool take_address(const hfi_take *take, const hf_arg *arg, uint64_t *word_out)
{
    hf_arg_kind kind = take->how == HFI_QUICK_TEXT ? HF_ARG_CSTR : HF_ARG_POINTER;
    uint64_t address = (uintptr_t)arg->as.pointer;
    *word_out = address;
    return arg->kind == kind && address != 0 && address + take->bias[0] <= take->span[0];
}

/* Native memory for a buffer parameter: the prototype says how far the callee reaches. */
static __attribute__((noinline)) bool take_native(const hf_thread *thread, const hfi_take *take,
                                                  const hf_arg *arg, uint64_t *word_out)
{
    *word_out = (uintptr_t)arg->as.pointer;
    return arg->kind == HF_ARG_POINTER && !take->is_sized && arg->as.pointer &&
           !hfi_heap_contains(thread->parts->heap, (uintptr_t)arg->as.pointer);
}

static ALWAYS_INLINE bool take_buffer(taken *all, const hf_thread *thread, const hfi_take *take,
                                      const hf_arg *arg, uint64_t *word_out)
{
    if (HF_UNLIKELY(arg->kind != HF_ARG_BUFFER || !arg->as.ref)) {
        return take_native(thread, take, arg, word_out);
    }
    uintptr_t object = arg->as.ref->word_;
    if (object == 0 || object == HFI_SLOT_POISON || hfi_object_type_id(object) != HFI_TYPE_BYTES) {
        return false;
    }
    uint64_t size = *hfi_object_length(object);
    uint64_t offset = arg->offset;
    uint64_t rest = size - offset;
    uint64_t length = arg->length == HF_WHOLE ? rest : arg->length;
    uint64_t reach = take->bias[0];
    bool reaches = take->is_sized ? length <= take->span[0] : reach != 0 && length >= reach;
    if (offset > size || length > rest || !reaches || (offset != 0 && !take->is_packed)) {
        return false;
    }
    all->object[all->pins++] = object;
    all->registers.word[take->announce_at] = length;
    *word_out = (uintptr_t)hfi_payload_16(object) + offset;
    return true;
}

/* A word of any kind; moves on to the next argument unless the library itself supplies this one. */
static ALWAYS_INLINE bool take_word(taken *all, const hf_thread *thread, const hfi_take *take,
                                    const hf_arg **next, unsigned at)
{
    const hf_arg *arg = *next;
    uint64_t *word = &all->registers.word[at];
    *next += take->is_callers;
    switch (take->how) {
    case HFI_QUICK_INTEGER:
        return take_integer(take, arg, word);
    case HFI_QUICK_BUFFER:
        return take_buffer(all, thread, take, arg, word);
    case HFI_QUICK_TEXT:
    case HFI_QUICK_POINTER:
        return take_address(take, arg, word);
    default:
        return true; /* a capacity: its buffer announces it */
    }
}

/* The low half of the register is the float. */
static ALWAYS_INLINE bool take_float(const hf_arg *arg, double *to)
{
    float number = (float)arg->as.f;
    uint32_t low;
    memcpy(&low, &number, sizeof(low));
    uint64_t bits = low;
    memcpy(to, &bits, sizeof(bits));
    return arg->kind == HF_ARG_FLOATING && arg->as.f >= -FLT_MAX && arg->as.f <= FLT_MAX;
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

/* True if the function failed; `seen` is what expressions see of its result. */
static ALWAYS_INLINE bool judge(const hf_function *function, hf_result *result, int64_t seen)
{
    result->attempts = 1;
    result->error = 0;
    result->failed = false;
    if (!function->can_fail) {
        return false;
    }
    (void)hfi_result_judge(result, function, seen, NULL);
    return result->failed;
}

static ALWAYS_INLINE hf_status finish(hf_thread *thread, const hf_function *function,
                                      hf_result *result, int64_t seen)
{
    bool failed = judge(function, result, seen);
    hf_status status = hfi_cross_status(thread, function, result);
    hfi_flight_end(thread);
    return HF_UNLIKELY(status != HF_OK) ? status : failed ? HF_E_NATIVE : HF_OK;
}

/* The native call of a function that is not odd and gives a word or nothing.  What it left in its
 * register is put away before the error values are read: nothing is called for that. */
static ALWAYS_INLINE int64_t cross(hf_thread *thread, const hf_function *function,
                                   hf_result *result, const uint64_t *word, unsigned count)
{
    uint64_t sign = function->result_sign;
    hfi_cross_out_quickly(thread);
    uint64_t bits = hfi_direct_words(function->address, count, word);
    result->value.u = ((bits & function->result_mask) ^ sign) - sign;
    hfi_cross_back_quickly(thread, result);
    return result->value.i;
}

static ALWAYS_INLINE void publish(hf_thread *thread, const hf_function *function, taken *all,
                                  hf_record_ *record)
{
    hfi_record_prepare(thread, record, function->name);
    record->site.file = NULL;
    record->site.line = 0;
    record->what = function->name;
    record->pins = (uint16_t)all->pins;
    record->keeps = 0;
    record->objects = all->object;
    record->slots = NULL;
    record->abandon = NULL;
    hfi_record_push(thread, record);
}

/* ---- integers alone ---- */

static ALWAYS_INLINE hf_status call_integers(hf_thread *thread, const hf_function *function,
                                             hf_result *result, const hf_arg *arguments,
                                             unsigned count)
{
    uint64_t word[HFI_REGISTERS_MAX];
    const hfi_take *take = function->take;
    bool fits = is_fresh(result);
#define TAKE(i) fits = fits && (count <= (i) || take_integer(&take[i], &arguments[i], &word[i]));
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
    int64_t seen = cross(thread, function, result, word, count);
    return finish(thread, function, result, seen);
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
#define TAKE(i) fits = fits && (count <= (i) || take_word(&all, thread, &take[i], &next, (i)));
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
        publish(thread, function, &all, &record);
    }
    int64_t seen = cross(thread, function, result, all.registers.word, count);
    if (all.pins) {
        hfi_record_pop(&record);
    }
    return finish(thread, function, result, seen);
}

/* ---- one of each for each count ---- */

#define COUNTS(X) X(1) X(2) X(3) X(4) X(5) X(6)

#define DEFINE_INTEGERS(n)                                                                         \
    static hf_status integers_##n(hf_thread *thread, const hf_function *function,                  \
                                  hf_result *result, const hf_arg *arguments)                      \
    {                                                                                              \
        return call_integers(thread, function, result, arguments, n);                              \
    }
#define DEFINE_WORDS(n)                                                                            \
    static hf_status words_##n(hf_thread *thread, const hf_function *function, hf_result *result,  \
                               const hf_arg *arguments)                                            \
    {                                                                                              \
        return call_words(thread, function, result, arguments, n);                                 \
    }
DEFINE_INTEGERS(0)
COUNTS(DEFINE_INTEGERS)
COUNTS(DEFINE_WORDS)

#define NAME_INTEGERS(n) integers_##n,
#define NAME_WORDS(n)    words_##n,

hfi_call_fn *hfi_plain_integers(unsigned count)
{
    static hfi_call_fn *const ways[] = { integers_0, COUNTS(NAME_INTEGERS) };
    return count < sizeof(ways) / sizeof(ways[0]) ? ways[count] : NULL;
}

hfi_call_fn *hfi_plain_words(unsigned count)
{
    static hfi_call_fn *const ways[] = { NULL, COUNTS(NAME_WORDS) };
    return count < sizeof(ways) / sizeof(ways[0]) ? ways[count] : NULL;
}

/* ---- all the others ---- */

static ALWAYS_INLINE bool take_any(taken *all, const hf_thread *thread, const hfi_take *take,
                                   const hf_arg **next)
{
    double *to = &all->registers.floating[take->at % HFI_REGISTERS_MAX];
    const hf_arg *arg = *next;
    if (take->how == HFI_QUICK_DOUBLE) {
        ++*next;
        *to = arg->as.f;
        return arg->kind == HF_ARG_FLOATING;
    }
    if (take->how == HFI_QUICK_FLOAT) {
        ++*next;
        return take_float(arg, to);
    }
    return take_word(all, thread, take, next, take->at % HFI_REGISTERS_MAX);
}

hf_status hfi_plain_any(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments)
{
    taken all;
    const unsigned count = function->prototype.param_count;
    const hf_arg *next = arguments;
    bool fits = is_fresh(result);
    all.pins = 0;
    memset(&all.registers, 0, sizeof(all.registers)); /* some more are loaded than are taken */
    for (unsigned i = 0; i < count && fits; i++) {
        fits = take_any(&all, thread, &function->take[i], &next);
    }
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return generally(thread, function, result, arguments);
    }
    hf_record_ record;
    hfi_value returned;
    if (all.pins) {
        publish(thread, function, &all, &record);
    }
    hfi_cross_out(thread, function);
    hfi_direct_call(&function->cif, function->address, &all.registers, &returned);
    hfi_cross_back(thread, function, result);
    if (all.pins) {
        hfi_record_pop(&record);
    }
    return finish(thread, function, result, hfi_result_read(result, function, &returned));
}
