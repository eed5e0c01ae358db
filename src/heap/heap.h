/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_HEAP_H
#define HOLDFAST_HEAP_HEAP_H

/*
 * The heap as the floors above see it.  Layout: heap/space.h and docs/design/heap.md.
 */

#include "heap/object.h"
#include "heap/participant.h"
#include "thread/thread.h"
#include "thread/watch.h"
#include "type/type.h"

#include <holdfast/heap.h>

typedef struct hfi_heap hfi_heap;

HF_MUST_CHECK hf_status hfi_heap_create(hfi_parts *parts, hfi_heap **heap_out);

/** Releases everything, except (`keep_memory`) the address space, when something may still point
 * into it. */
void hfi_heap_destroy(hfi_heap *heap, bool keep_memory);

/** Takes and gives the heap's lock around a fork. */
void hfi_heap_lock(hfi_heap *heap);
void hfi_heap_unlock(hfi_heap *heap);

/** Before the first attach; kept until hfi_heap_destroy(). Participants are asked in the order they
 * were added. */
void hfi_heap_add_participant(hfi_heap *heap, hfi_participant *participant);

/** What an allocation asks for. */
typedef struct hfi_request {
    const hf_type *type;
    uint64_t length;  /* of bytes and arrays */
    size_t payload;   /* bytes */
    size_t alignment; /* of the payload; 0 or 16: as it comes */
    bool immovable;
    bool guarded; /* bytes: `guard_at` of them end, but for alignment, where a page begins */
    size_t guard_at;
    hf_site site; /* where it is made; file NULL: by the library itself */
} hfi_request;

/** Allocates, zeroed, collecting if needed.  HF_E_NOMEM, HF_E_LIMIT, HF_E_OVERFLOW.  Managed, by
 * the owner. */
HF_MUST_CHECK hf_status hfi_heap_allocate(hf_thread *thread, const hfi_request *request,
                                          uintptr_t *object_out);

/** Bytes of exactly `size`; a short form of the above for the floors that make buffers. */
HF_MUST_CHECK hf_status hfi_bytes_allocate(hf_thread *thread, size_t size, bool immovable,
                                           uintptr_t *object_out);

/** The same with a page of its own behind byte `guard_at`, for hfi_heap_guard(). */
HF_MUST_CHECK hf_status hfi_bytes_allocate_guarded(hf_thread *thread, size_t size, size_t guard_at,
                                                   uintptr_t *object_out);

/**
 * Makes that page inaccessible while native code has the buffer, and accessible again.  Whoever
 * touches it meanwhile ends the process with a report that names function and argument (from 1).
 */
void hfi_heap_guard(hfi_heap *heap, uintptr_t object, size_t guard_at, const char *function,
                    unsigned argument);
void hfi_heap_unguard(hfi_heap *heap, uintptr_t object, size_t guard_at);

/** Says that a slot's frame has ended: HF_E_MISUSE, reported. Thread NULL: where none is at hand.
 */
hf_status hfi_slot_has_ended(hf_thread *thread, const char *function, const char *argument);

/** The same, unless a finder ended the slot, which has said what is wrong. */
hf_status hfi_slot_refuse(hf_thread *thread, uintptr_t word, const char *function,
                          const char *argument);

/**
 * The object in a slot that must hold one.  HF_E_SLOTS: no slot, which is what hf_local() gives
 * when they are used up; HF_E_NULL; HF_E_MISUSE, reported: the slot's frame has ended (checked
 * mode).
 */
HF_MUST_CHECK static inline hf_status hfi_slot_object(hf_thread *thread, const hf_slot *slot,
                                                      const char *function, const char *argument,
                                                      uintptr_t *object_out)
{
    if (HF_UNLIKELY(!slot)) {
        return HF_E_SLOTS;
    }
    hfi_slot_used(thread, slot);
    *object_out = slot->word_;
    if (HF_UNLIKELY(*object_out == 0)) {
        return HF_E_NULL;
    }
    return HF_UNLIKELY(hfi_is_ended_word(*object_out))
               ? hfi_slot_refuse(thread, *object_out, function, argument)
               : HF_OK;
}

/** The object to store from a slot; null for no slot.  HF_E_MISUSE as above. */
HF_MUST_CHECK static inline hf_status hfi_slot_value(hf_thread *thread, const hf_slot *slot,
                                                     const char *function, uintptr_t *object_out)
{
    if (slot) {
        hfi_slot_used(thread, slot);
    }
    *object_out = slot ? slot->word_ : 0;
    return HF_UNLIKELY(hfi_is_ended_word(*object_out))
               ? hfi_slot_refuse(thread, *object_out, function, "value")
               : HF_OK;
}

/** Collects now.  HF_E_NOMEM or HF_E_LIMIT when there is no memory to copy into, and then nothing
 * was touched. */
hf_status hfi_heap_collect(hf_thread *thread);

/** The same, and moves everything that is not pinned, also what is large; old places are
 * inaccessible until a later collection. */
hf_status hfi_heap_collect_moving(hf_thread *thread);

/** True once in so many calls, the first of them one; any thread. */
bool hfi_heap_is_turn(hfi_heap *heap, uint32_t every);

/** Before an object is moved: whose access to its place is to be named (heap/stale.c).  `argument`
 * counts from 1. */
void hfi_heap_remember_loan(hfi_heap *heap, uintptr_t object, const char *function,
                            unsigned argument);

/** Whole size of an object in its space, header included. */
size_t hfi_object_size(const hfi_heap *heap, uintptr_t object);

/** True if `address` lies in this heap's address range. */
bool hfi_heap_contains(const hfi_heap *heap, uintptr_t address);

/** What lies at an address of the heap's range. */
typedef struct hfi_found {
    uintptr_t object; /* 0: no live object */
    bool is_pinned;   /* it stays where it is: pinned by anybody, or immovable */
} hfi_found;

/**
 * The live object whose payload holds `address`, or ends there: exact, by a walk over all that is
 * reachable, with the world stopped; for reports and for what is about to be refused.  An address
 * right behind one object is never inside the next, whose header lies between.  HF_E_NOMEM.
 * Managed, by the owner; a safepoint, but moves nothing itself.
 */
HF_MUST_CHECK hf_status hfi_heap_find(hf_thread *thread, uintptr_t address, hfi_found *found_out);

/** Exact bytes of an object's payload. */
size_t hfi_object_payload_size(uintptr_t object);

/** True if `address` is in an object's payload, or right behind it. */
static inline bool hfi_object_holds(uintptr_t object, uintptr_t address)
{
    return address - (uintptr_t)hfi_object_payload(object) <= hfi_object_payload_size(object);
}

/** The immovable object that holds `address`; 0.  Any thread. */
uintptr_t hfi_heap_immovable(hfi_heap *heap, uintptr_t address);

/** That range, the same as long as the heap lives. */
void hfi_heap_range(const hfi_heap *heap, uintptr_t *base_out, uintptr_t *end_out);

/** Shortens a buffer in place to `size` ≤ its length; the tail's memory is given back by the next
 * collection. */
void hfi_bytes_shorten(uintptr_t object, size_t size);

#endif
