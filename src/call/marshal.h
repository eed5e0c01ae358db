/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_MARSHAL_H
#define HOLDFAST_CALL_MARSHAL_H

/*
 * Step (a) of a call: what the caller passed, checked and converted.
 */

#include "call/call.h"

/** Takes all arguments of the caller, in the order of the prototype. */
HF_MUST_CHECK hf_status hfi_marshal(hfi_call *call, const hf_arg *arguments);

/** A text parameter, narrow or wide. */
HF_MUST_CHECK hf_status hfi_marshal_text(hfi_call *call, unsigned index, const hf_arg *arg);

/** An array of texts. */
HF_MUST_CHECK hf_status hfi_marshal_texts(hfi_call *call, unsigned index, const hf_arg *arg);

/** A function pointer: a callback, a handler for this call, or an address. */
HF_MUST_CHECK hf_status hfi_marshal_callback(hfi_call *call, unsigned index, const hf_arg *arg);

/** An address that Holdfast does not look behind. */
HF_MUST_CHECK hf_status hfi_marshal_raw(hfi_call *call, unsigned index, const hf_arg *arg);

/** Native memory that holds addresses of managed buffers. */
HF_MUST_CHECK hf_status hfi_marshal_linked(hfi_call *call, unsigned index, const hf_arg *arg);

/** A text on its way: `length` bytes of UTF-8 or units of UTF-16, without a NUL inside. */
typedef struct hfi_source {
    const void *text;
    size_t length;
    bool is_16;
    int item; /* of an array of texts; -1 */
} hfi_source;

/** Converts to units of `unit` bytes and the parameter's encoding, with a NUL, in room of the
 * call. */
HF_MUST_CHECK hf_status hfi_marshal_convert(hfi_call *call, unsigned index, size_t unit,
                                            const hfi_source *from, const void **text_out);

/** Aligned memory until the end of the call, or NULL. */
void *hfi_call_room(hfi_call *call, size_t size);

/** A buffer that the caller lends. */
HF_MUST_CHECK hf_status hfi_marshal_buffer(hfi_call *call, unsigned index, const hf_arg *arg);

/** A resource, held open until hfi_call_end(). */
HF_MUST_CHECK hf_status hfi_marshal_resource(hfi_call *call, unsigned index, const hf_arg *arg);

/** The start value of an {inout} scalar or struct. */
HF_MUST_CHECK hf_status hfi_marshal_start(hfi_call *call, unsigned index, const hf_arg *arg);

/** An integer, floating or pointer argument, stored at `to` as a `type`. */
HF_MUST_CHECK hf_status hfi_marshal_scalar(hfi_call *call, unsigned index, const hf_arg *arg,
                                           hfi_ctype type, hfi_value *to);

/** Refuses addresses of managed memory, which may move. */
HF_MUST_CHECK hf_status hfi_marshal_pointer(hfi_call *call, unsigned index, const void *pointer);

/** Refuses an argument for what it is. */
hf_status hfi_marshal_wrong_kind(hfi_call *call, unsigned index, const hf_arg *arg,
                                 const char *wanted);

/** Of a buffer whose size other parameters make: the address says nothing of how much is there. */
#define HFI_LENT_UNKNOWN UINT64_MAX

/** Compares what is lent with the sizes that the arguments make, when all are taken, and sets those
 * of outputs.  HF_E_RANGE, HF_E_OVERFLOW. */
HF_MUST_CHECK hf_status hfi_marshal_extents(hfi_call *call);

/** A part of a managed buffer. */
typedef struct hfi_lent {
    uintptr_t object;
    size_t offset;
    size_t length;
} hfi_lent;

/** Checks that the slot holds a buffer with that part. */
HF_MUST_CHECK hf_status hfi_marshal_lend(hfi_call *call, unsigned index, const hf_arg *arg,
                                         hfi_lent *lent_out);

/** A managed record, a field of one, or an array of references (call/marshal_record.c). */
HF_MUST_CHECK hf_status hfi_marshal_record(hfi_call *call, unsigned index, const hf_arg *arg);

/** HF_OK; HF_E_SCOPE, reported: the close of its scope waits for those who have the object. */
hf_status hfi_marshal_stays(const hfi_call *call, unsigned index, uintptr_t object);

/** Reports that a slot's frame has ended. */
hf_status hfi_marshal_ended(const hfi_call *call, unsigned index);

/** Checks `length` bytes at `offset` (of the object, or of memory that begins at an aligned
 * address) against how far the callee may reach. */
HF_MUST_CHECK hf_status hfi_marshal_reach(hfi_call *call, unsigned index, size_t offset,
                                          size_t length);

/** Links the call's record: before its first object. */
void hfi_call_link(hfi_call *call);

/**
 * Keeps an object for the call (0: one to come); gives its index in slots and objects.  `owner` is
 * the parameter whose value its address becomes, -1 for none.
 */
static inline int8_t hfi_call_keep(hfi_call *call, uintptr_t object, int owner)
{
    HF_ASSERT(call->object_count < HFI_CALL_OBJECTS);
    if (!call->is_linked) {
        hfi_call_link(call);
    }
    int8_t index = (int8_t)call->object_count++;
    call->owner[index] = (int8_t)owner;
    call->slots[index].word_ = object;
    call->objects[index] = 0;
    call->record.keeps = call->object_count;
    return index;
}

/** An integer that fits its parameter, extended to 64 bits; false for anything else. */
static inline bool hfi_take_integer(const hfi_step *step, const hf_arg *arg, uint64_t *bits_out)
{
    bool is_signed = arg->kind == HF_ARG_SIGNED;
    uint64_t bits = arg->as.u;
    bool is_negative = is_signed && (int64_t)bits < 0;
    *bits_out = bits;
    /* The least value is as far below -1 as the greatest is above 0. */
    return (is_signed || arg->kind == HF_ARG_UNSIGNED) &&
           (is_negative ? ~bits : bits) <= step->most && (!is_negative || step->is_signed);
}

/** True for the common address: of its kind, not null, and not into the managed heap. */
static inline bool hfi_take_pointer(const hf_thread *thread, const hfi_step *step,
                                    const hf_arg *arg)
{
    hf_arg_kind kind = step->quick == HFI_QUICK_TEXT ? HF_ARG_CSTR : HF_ARG_POINTER;
    return arg->kind == kind && arg->as.pointer &&
           !hfi_heap_contains(thread->parts->heap, (uintptr_t)arg->as.pointer);
}

#endif
