/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_PLAIN_TAKE_H
#define HOLDFAST_CALL_PLAIN_TAKE_H

/*
 * What all short ways do alike (call/plain.c, call/plain_any.c): take an argument, publish what is
 * lent, finish.  Inline, because the ways differ in what of it is known in advance.
 */

#include "call/cross.h"
#include "call/direct.h"
#include "call/flight.h"
#include "call/plain.h"
#include "call/result.h"
#include "heap/heap.h"
#include "thread/record.h"

#include <string.h>

#define HFI_ALWAYS_INLINE inline __attribute__((always_inline))

/* What the arguments come to.  Only what is loaded or pinned is ever written.  No address of it
 * goes to a function that is not inline before the crossing, so a compiler keeps most in registers.
 */
typedef struct hfi_taken {
    hfi_registers registers;
    uintptr_t object[HFI_TAKES_MAX];
    unsigned pins;
} hfi_taken;

/* Whether a function has FLOAT parameters is known where this is used. */
typedef enum hfi_variety { HFI_ONLY_WORDS, HFI_ALL_SORTS } hfi_variety;

static HFI_ALWAYS_INLINE bool hfi_take_simply(const hfi_take *take, const hf_arg *arg,
                                              uint64_t *cell)
{
    unsigned which = (unsigned)arg->kind - take->kind;
    uint64_t value = arg->as.u;
    *cell = value;
    return which <= take->more_kinds && value + take->bias[which] <= take->span[which];
}

/** True for native memory, of which the prototype says how far the callee reaches. */
bool hfi_take_is_native(const hf_thread *thread, const hfi_take *take, const hf_arg *arg);

static HFI_ALWAYS_INLINE bool hfi_take_managed(const hfi_take *take, const hf_arg *arg,
                                               uint64_t *length_out, uint64_t *cell,
                                               uintptr_t *object_out)
{
    if (HF_UNLIKELY(arg->kind != HF_ARG_BUFFER) || HF_UNLIKELY(!arg->as.ref)) {
        return false;
    }
    uintptr_t object = arg->as.ref->word_;
    if (HF_UNLIKELY(object == 0) || HF_UNLIKELY(hfi_object_type_id(object) != HFI_TYPE_BYTES) ||
        HF_UNLIKELY(hfi_object_word(object) & HFI_FLAG_LEAVING)) {
        return false; /* poison is in slots of a checked mode alone, where no way is short */
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
    *length_out = length;
    *cell = payload;
    return length + take->bias[0] <= take->span[0];
}

static HFI_ALWAYS_INLINE bool hfi_take_lent(hfi_taken *all, const hf_thread *thread,
                                            const hfi_take *take, const hf_arg *arg, uint64_t *cell)
{
    if (HF_UNLIKELY(arg->kind != HF_ARG_BUFFER)) {
        *cell = (uintptr_t)arg->as.pointer;
        return hfi_take_is_native(thread, take, arg);
    }
    return hfi_take_managed(take, arg, &all->registers.cell[take->announce_at], cell,
                            &all->object[all->pins++]);
}

/* The low half of the register is the float.  One that is not finite is for the general way. */
static HFI_ALWAYS_INLINE bool hfi_take_float(const hf_arg *arg, uint64_t *cell)
{
    const uint32_t exponent = UINT32_C(0x7f800000);
    float number = (float)arg->as.f;
    uint32_t low;
    memcpy(&low, &number, sizeof(low));
    *cell = low;
    return arg->kind == HF_ARG_FLOATING && (low & exponent) != exponent;
}

/* Takes one argument; moves on to the next unless the library itself supplies this one. */
static HFI_ALWAYS_INLINE bool hfi_take_one(hfi_taken *all, const hf_thread *thread,
                                           const hfi_take *take, const hf_arg **next, unsigned at,
                                           hfi_variety has)
{
    const hf_arg *arg = *next;
    uint64_t *cell = &all->registers.cell[at];
    if (take->how == HFI_TAKE_SIMPLY) {
        ++*next;
        return hfi_take_simply(take, arg, cell);
    }
    if (take->how == HFI_TAKE_BUFFER) {
        ++*next;
        return hfi_take_lent(all, thread, take, arg, cell);
    }
    if (take->how == HFI_TAKE_NOTHING) {
        return true;
    }
    ++*next;
    if (has == HFI_ALL_SORTS && take->how == HFI_TAKE_FLOAT) {
        return hfi_take_float(arg, cell);
    }
    return arg->as.pointer && hfi_take_simply(take, arg, cell);
}

/* Takes all, up to the end of the list: each simple one in a few instructions. */
static HFI_ALWAYS_INLINE bool hfi_take_all(hfi_taken *all, const hf_thread *thread,
                                           const hf_function *function, const hf_arg *next)
{
    const hfi_take *end = function->take + function->prototype.param_count;
    all->pins = 0;
    for (const hfi_take *take = function->take; take != end; take++) {
        bool fits = HF_LIKELY(take->how == HFI_TAKE_SIMPLY)
                        ? hfi_take_simply(take, next++, &all->registers.cell[take->at])
                        : hfi_take_one(all, thread, take, &next, take->at, HFI_ALL_SORTS);
        if (HF_UNLIKELY(!fits)) {
            return false;
        }
    }
    return next->kind == HF_ARG_END;
}

/* A result that has nothing of an earlier call which the fields below do not overwrite. */
static HFI_ALWAYS_INLINE bool hfi_plain_is_fresh(const hf_result *result)
{
    return result->struct_size == sizeof(*result) &&
           (result->out_count | result->scalar_count | (uint32_t)result->callback_status) == 0;
}

/** Leaves a call to the general way. */
hf_status hfi_plain_generally(hf_thread *thread, const hf_function *function, hf_result *result,
                              const hf_arg *arguments);

/** Finishes a call with a fail role that may hold.  `status` is what hfi_cross_status() said. */
hf_status hfi_plain_judge(hf_thread *thread, const hf_function *function, hf_result *result,
                          int64_t seen, hf_status status);

/** Comes back from a crossing that something happened under, unlinks `record` unless it is NULL,
 * and finishes the call. */
hf_status hfi_plain_disturbed(hf_thread *thread, const hf_function *function, hf_result *result,
                              hf_record_ *record, int64_t seen);

/* `seen` is what expressions see of the native function's result. */
static HFI_ALWAYS_INLINE hf_status hfi_plain_finish(hf_thread *thread, const hf_function *function,
                                                    hf_result *result, int64_t seen,
                                                    hf_status status)
{
    result->attempts = 1;
    result->error = 0;
    result->failed = false;
    if (function->judges && (uint64_t)seen - function->fail_from <= function->fail_span) {
        return hfi_plain_judge(thread, function, result, seen, status);
    }
    hfi_flight_end(thread); /* the function is not looked at behind this */
    return status;
}

static HFI_ALWAYS_INLINE void hfi_plain_publish(hf_thread *thread, const hf_function *function,
                                                hf_record_ *record, uintptr_t *objects,
                                                unsigned pins)
{
    record->thread = thread;
    hfi_record_prepare(thread, record, function->name);
    record->site = (hf_site){ NULL, 0 };
    record->what = function->name;
    record->pins = (uint16_t)pins;
    record->keeps = 0;
    record->objects = objects;
    record->slots = NULL;
    record->abandon = NULL;
    hfi_record_push(thread, record);
}

/* hfi_record_pop() that looks for the thread nowhere. */
static HFI_ALWAYS_INLINE void hfi_plain_withdraw(hf_thread *thread, hf_record_ *record)
{
    HF_ASSERT(thread->records == record);
    thread->records = record->outer;
    record->cookie = HFI_RECORD_ENDED;
}

/* What is loaded without an argument is zero, and not what the stack happens to hold. */
static HFI_ALWAYS_INLINE void hfi_plain_pad(hfi_registers *registers, const hf_function *function)
{
    if (HF_UNLIKELY(function->is_padded)) {
        for (unsigned i = 0; i < sizeof(registers->cell) / sizeof(registers->cell[0]); i++) {
            registers->cell[i] = 0;
        }
    }
}

#endif
