/* SPDX-License-Identifier: MIT */

/*
 * The short way of a call.
 *
 * Most calls pass a few integers, addresses and buffers and return a number.  For
 * those the general way (begin.h, invoke.c) builds a frame for things that never
 * come: outputs, conversions, growth.  Here the arguments go straight to the words
 * that will be loaded into registers, and what is lent is pinned by a record of
 * its own.
 *
 * The four steps are the same: nothing here may collect before the record is
 * published, so the addresses, which are resolved while the arguments are taken,
 * hold.  Whatever is not common (a null buffer, a number that does not fit, a part
 * outside its object) is left to the general way, which knows how to say so; until
 * the crossing nothing has happened that would have to be taken back.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/plain.h"

#include "call/cross.h"
#include "call/direct.h"
#include "call/marshal.h"
#include "call/result.h"
#include "heap/heap.h"
#include "thread/record.h"

#include <float.h>
#include <string.h>

#define PARAMS_MAX (HFI_DIRECT_WORDS_MAX + HFI_DIRECT_FLOATING_MAX)

typedef struct plain_call {
    uint64_t word[HFI_DIRECT_WORDS_MAX];
    double floating[HFI_DIRECT_FLOATING_MAX];
    uint64_t lent[PARAMS_MAX]; /* by parameter: bytes of a buffer that a capacity announces */
    uintptr_t objects[HFI_DIRECT_WORDS_MAX];
    unsigned words, floatings, pins;
} plain_call;

/* The low half of the register is the float. */
static bool take_float(const hf_arg *arg, double *to)
{
    if (arg->kind != HF_ARG_FLOATING || !(arg->as.f >= -FLT_MAX && arg->as.f <= FLT_MAX)) {
        return false;
    }
    float number = (float)arg->as.f;
    uint32_t low;
    memcpy(&low, &number, sizeof(low));
    uint64_t bits = low;
    memcpy(to, &bits, sizeof(bits));
    return true;
}

/* Native memory for a buffer parameter: the prototype says how far the callee reaches. */
static bool take_native(plain_call *call, const hf_thread *thread, const hfi_step *step,
                        const hf_arg *arg)
{
    call->word[call->words++] = (uintptr_t)arg->as.pointer;
    return arg->kind == HF_ARG_POINTER && !step->is_sized && arg->as.pointer &&
           !hfi_heap_contains(thread->parts->heap, (uintptr_t)arg->as.pointer);
}

static bool take_buffer(plain_call *call, const hf_thread *thread, const hfi_step *step,
                        const hf_arg *arg, unsigned index)
{
    if (HF_UNLIKELY(arg->kind != HF_ARG_BUFFER || !arg->as.ref)) {
        return take_native(call, thread, step, arg);
    }
    uintptr_t object = arg->as.ref->word_;
    if (object == 0 || object == HFI_SLOT_POISON || hfi_object_type_id(object) != HFI_TYPE_BYTES) {
        return false;
    }
    uint64_t size = *hfi_object_length(object);
    uint64_t offset = arg->offset;
    uint64_t length = arg->length == HF_WHOLE ? size - offset : arg->length;
    bool reaches = step->is_sized ? length <= step->bytes_max && step->element == 1
                                  : step->reach != 0 && length >= step->reach;
    if (offset > size || length > size - offset || !reaches ||
        (offset != 0 && step->alignment > 1)) {
        return false;
    }
    call->objects[call->pins++] = object;
    call->lent[index] = length;
    call->word[call->words++] = (uintptr_t)hfi_payload_16(object) + offset;
    return true;
}

static inline bool take_one(plain_call *call, const hf_thread *thread, const hfi_step *step,
                            const hf_arg *arg, unsigned index)
{
    switch (step->quick) {
    case HFI_QUICK_INTEGER:
        return hfi_take_integer(step, arg, &call->word[call->words++]);
    case HFI_QUICK_BUFFER:
        return take_buffer(call, thread, step, arg, index);
    case HFI_QUICK_TEXT:
    case HFI_QUICK_POINTER:
        call->word[call->words++] = (uintptr_t)arg->as.pointer;
        return hfi_take_pointer(thread, step, arg);
    case HFI_QUICK_DOUBLE:
        call->floating[call->floatings++] = arg->as.f;
        return arg->kind == HF_ARG_FLOATING;
    case HFI_QUICK_FLOAT:
        return take_float(arg, &call->floating[call->floatings++]);
    default:
        return false;
    }
}

/* A capacity is known only when its buffer is taken, which may come behind it. */
static void announce(plain_call *call, const hf_function *function)
{
    unsigned words = 0;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        if (step->buffer >= 0) {
            uint64_t capacity = call->lent[step->buffer];
            call->word[words] = step->has_unit ? capacity / step->unit : capacity;
        }
        words += step->quick != HFI_QUICK_DOUBLE && step->quick != HFI_QUICK_FLOAT;
    }
}

static bool take_all(plain_call *call, const hf_thread *thread, const hf_function *function,
                     const hf_arg *next)
{
    call->words = call->floatings = call->pins = 0;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        if (!step->is_callers) {
            call->words++;
        } else if (HF_LIKELY(take_one(call, thread, step, next, i))) {
            next++;
        } else {
            return false;
        }
    }
    if (function->has_capacities) {
        announce(call, function);
    }
    return next->kind == HF_ARG_END;
}

/* Registers that no argument fills are loaded too, with zero. */
static void call_all(plain_call *call, const hf_function *function, hfi_value *returned)
{
    while (call->words < HFI_DIRECT_WORDS_MAX) {
        call->word[call->words++] = 0;
    }
    while (call->floatings < HFI_DIRECT_FLOATING_MAX) {
        call->floating[call->floatings++] = 0;
    }
    if (function->cif.direct == HFI_DIRECT_ALL_FLOATING) {
        returned->f64 = hfi_direct_call_all_floating(function->address, call->word, call->floating);
    } else {
        returned->u64 = hfi_direct_call_all(function->address, call->word, call->floating);
    }
}

static void cross(plain_call *call, hf_thread *thread, const hf_function *function,
                  hf_result *result, hfi_value *returned)
{
    hfi_cross_out(thread, function);
    if (function->cif.direct == HFI_DIRECT_WORDS) {
        returned->u64 = hfi_direct_call_words(function->address, call->words, call->word);
    } else {
        call_all(call, function, returned);
    }
    hfi_cross_back(thread, function, result);
}

static void cross_pinned(plain_call *call, hf_thread *thread, const hf_function *function,
                         hf_result *result, hfi_value *returned)
{
    hf_record_ record;
    record.thread = thread;
    hfi_record_prepare(thread, &record, function->prototype.name);
    record.site.file = NULL;
    record.site.line = 0;
    record.what = function->prototype.name;
    record.pins = (uint16_t)call->pins;
    record.keeps = 0;
    record.objects = call->objects;
    record.slots = NULL;
    record.abandon = NULL;
    hfi_record_push(thread, &record);
    cross(call, thread, function, result, returned);
    hfi_record_pop(&record);
}

static inline hf_status finish(hf_thread *thread, hf_result *result, const hf_function *function,
                               const hfi_value *returned)
{
    result->attempts = 1;
    int64_t seen = hfi_result_read(result, function, returned);
    if (function->prototype.fail.count) {
        (void)hfi_result_judge(result, function, seen, NULL);
    }
    if (HF_UNLIKELY(atomic_load_explicit(&function->parts->is_stopping, memory_order_relaxed))) {
        return HF_E_SHUTDOWN; /* it stopped under the call: the native result is all there is */
    }
    if (HF_UNLIKELY(thread->activations || thread->parked)) {
        hf_status said = hfi_call_callbacks_said(thread, result);
        if (said != HF_OK) {
            return said;
        }
    }
    return result->failed ? HF_E_NATIVE : HF_OK;
}

hf_status hfi_call_nothing(hf_thread *thread, const hf_function *function, hf_result *result)
{
    hfi_value returned;
    hfi_cross_out(thread, function);
    hfi_direct_nothing(function->address, &returned);
    hfi_cross_back(thread, function, result);
    return finish(thread, result, function, &returned);
}

bool hfi_call_plain(hf_thread *thread, const hf_function *function, hf_result *result,
                    const hf_arg *arguments, hf_status *status_out)
{
    plain_call call;
    if (!take_all(&call, thread, function, arguments) ||
        hfi_result_begin(thread, result, function) != HF_OK) {
        return false;
    }
    hfi_value returned;
    if (call.pins != 0) {
        cross_pinned(&call, thread, function, result, &returned);
    } else {
        cross(&call, thread, function, result, &returned);
    }
    *status_out = finish(thread, result, function, &returned);
    return true;
}
