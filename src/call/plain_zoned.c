/* SPDX-License-Identifier: MIT */

/*
 * The short way of a function that lends buffers, with guard zones around them.
 *
 * A buffer that is lent as a whole ends where its object does, so the zone in front of
 * it is the object's header, and what never changes of that is compared behind the call.
 * A part of a buffer has more around it, which the general way looks at
 * (call/guard.c).  What is lent here is always pointer-free.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/guard.h"
#include "call/plain_take.h"

/* What is remembered of the objects: as many as all.pins. */
typedef struct zones {
    hfi_guard_header header[HFI_TAKES_MAX];
} zones;

/* An argument of a part is left to the general way; `all` has its object already. */
static HFI_ALWAYS_INLINE bool are_whole(const hfi_taken *all, const hf_arg *arguments)
{
    unsigned index = 0;
    for (const hf_arg *arg = arguments; index < all->pins; arg++) {
        if (arg->kind != HF_ARG_BUFFER) {
            continue;
        }
        uint64_t length = *hfi_object_length(all->object[index++]);
        if (arg->offset != 0 || (arg->length != HF_WHOLE && arg->length != length)) {
            return false;
        }
    }
    return true;
}

static HFI_ALWAYS_INLINE void remember(const hfi_taken *all, unsigned pins, zones *was)
{
    for (unsigned i = 0; i < pins; i++) {
        was->header[i].word = hfi_object_word(all->object[i]) & HFI_GUARD_FIXED;
        was->header[i].length = *hfi_object_length(all->object[i]);
    }
}

static HFI_ALWAYS_INLINE bool is_changed(const hfi_taken *all, const zones *was, unsigned index)
{
    uintptr_t object = all->object[index];
    return (hfi_object_word(object) & HFI_GUARD_FIXED) != was->header[index].word ||
           *hfi_object_length(object) != was->header[index].length;
}

/* The parameter that lent buffer number `index`. */
static int parameter_of(const hf_function *function, const hf_arg *arguments, unsigned index)
{
    const hf_arg *next = arguments;
    for (int i = 0; i < function->prototype.param_count; i++) {
        if (function->take[i].how == HFI_TAKE_NOTHING) {
            continue;
        }
        if (next++->kind == HF_ARG_BUFFER && index-- == 0) {
            return i;
        }
    }
    return -1;
}

/* Rare: something was written over. */
static __attribute__((noinline)) hf_status mend(hf_thread *thread, const hf_function *function,
                                                const hf_arg *arguments, const hfi_taken *all,
                                                unsigned pins, const zones *was)
{
    hfi_call call; /* as much of it as a report names */
    call.thread = thread;
    call.function = function;
    hf_status status = HF_OK;
    for (unsigned i = 0; i < pins; i++) {
        if (is_changed(all, was, i)) {
            hfi_guard_mend(all->object[i], &was->header[i]);
            status = hfi_guard_report_header(&call, parameter_of(function, arguments, i));
        }
    }
    return status;
}

hf_status hfi_plain_zoned(hf_thread *thread, const hf_function *function, hf_result *result,
                          const hf_arg *arguments)
{
    hfi_taken all;
    zones was;
    hfi_plain_pad(&all.registers, function);
    if (HF_UNLIKELY(!hfi_plain_is_fresh(result)) ||
        HF_UNLIKELY(!hfi_take_all(&all, thread, function, arguments)) ||
        HF_UNLIKELY(!are_whole(&all, arguments))) {
        return hfi_plain_generally(thread, function, result, arguments);
    }
    hf_record_ record;
    hfi_value returned;
    const unsigned pins = all.pins;
    remember(&all, pins, &was);
    if (pins) {
        hfi_plain_publish(thread, function, &record, all.object, pins);
    }
    hfi_cross_out(thread, function);
    hfi_direct_call(&function->cif, function->address, &all.registers, &returned);
    hfi_cross_back(thread, function, result);
    int64_t seen = hfi_result_read(result, function, &returned);
    hf_status status = hfi_cross_status(thread, result);
    bool is_whole = true;
    for (unsigned i = 0; i < pins; i++) {
        is_whole = is_whole && !is_changed(&all, &was, i);
    }
    if (HF_UNLIKELY(!is_whole)) {
        hf_status broken = mend(thread, function, arguments, &all, pins, &was);
        status = status != HF_OK ? status : broken;
    }
    if (pins) {
        hfi_plain_withdraw(thread, &record);
    }
    return hfi_plain_finish(thread, function, result, seen, status);
}
