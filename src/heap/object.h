/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_OBJECT_H
#define HOLDFAST_HEAP_OBJECT_H

/*
 * The header of a managed object: one 64-bit word.
 *
 *   bit 0        0; 1: the object moved, the rest of the word is its new address
 *   bits 1..7    flags, set and cleared by mutators with atomic read-modify-write
 *   bits 8..15   the collector's byte: mark epoch, pinned in this cycle
 *   bits 16..31  size in granules of 16 bytes, header included; 0: a large object
 *   bits 32..63  number of the type
 *
 * Shifts, not fields: the layout is the same on big-endian machines.  Records
 * have 8 bytes of header; bytes and arrays have a second word with the exact
 * length, so that their payload is aligned to 16.
 *
 * An "object" in the internal interfaces is the address of its header; a slot
 * holds the same address.
 */

#include "base/verify.h"
#include "type/type.h"

#include <holdfast/prefix.h>
#include <holdfast/ref.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef _Atomic(uint64_t) hfi_header;

#define HFI_GRANULE 16u

#define HFI_FORWARDED      UINT64_C(1)
#define HFI_FLAG_FINALIZER (UINT64_C(1) << 1) /* armed; the record is in final/ */
#define HFI_FLAG_IMMOVABLE (UINT64_C(1) << 2) /* from birth */
#define HFI_FLAG_KEY       (UINT64_C(1) << 3) /* others live if it does (ephemerons); weak/ */
#define HFI_FLAG_KNOWN     (UINT64_C(1) << 4) /* weak/ has a record of it */
#define HFI_FLAG_CLEANUP   (UINT64_C(1) << 5) /* it has cleanups; final/ */
#define HFI_FLAG_SCOPED    (UINT64_C(1) << 6) /* a scope ends it; scope/ */
#define HFI_FLAGS_MASK     UINT64_C(0xfe)

#define HFI_MARK_SHIFT 8
#define HFI_MARK_MASK  (UINT64_C(0x0f) << HFI_MARK_SHIFT)
#define HFI_PINNED     (UINT64_C(0x80) << 8)
#define HFI_SIZE_SHIFT 16
#define HFI_SIZE_MASK  (UINT64_C(0xffff) << HFI_SIZE_SHIFT)
#define HFI_TYPE_SHIFT 32

_Static_assert(HFI_TYPE_SHIFT == HF_HEADER_TYPE_SHIFT_ && HFI_TYPE_BYTES == HF_HEADER_BYTES_,
               "inline fences know a buffer by its header");

static inline hfi_header *hfi_object_header(uintptr_t object)
{
    return (hfi_header *)object;
}

static inline uint64_t hfi_object_word(uintptr_t object)
{
    return atomic_load_explicit(hfi_object_header(object), memory_order_relaxed);
}

static inline uint32_t hfi_word_type(uint64_t word)
{
    return (uint32_t)(word >> HFI_TYPE_SHIFT);
}

static inline size_t hfi_word_size(uint64_t word)
{
    return (size_t)((word & HFI_SIZE_MASK) >> HFI_SIZE_SHIFT) * HFI_GRANULE;
}

static inline uint32_t hfi_object_type_id(uintptr_t object)
{
    return hfi_word_type(hfi_object_word(object));
}

/** Length of bytes (in bytes) or of an array (in references). */
static inline uint64_t *hfi_object_length(uintptr_t object)
{
    return (uint64_t *)(object + HF_HEADER_LENGTH_AT_);
}

static inline void *hfi_payload_16(uintptr_t object)
{
    return (void *)(object + HF_HEADER_SIZE_);
}

static inline void *hfi_payload_8(uintptr_t object)
{
    return (void *)(object + 8);
}

/** Payload of an object of any type. */
static inline void *hfi_object_payload(uintptr_t object)
{
    uint32_t type = hfi_object_type_id(object);
    return type <= HFI_TYPE_ARRAY ? hfi_payload_16(object) : hfi_payload_8(object);
}

/** Sets or clears a flag; keeps what other threads do to other flags at the same time. */
static inline void hfi_object_flag(uintptr_t object, uint64_t flag, bool on)
{
    if (on) {
        atomic_fetch_or_explicit(hfi_object_header(object), flag, memory_order_relaxed);
    } else {
        atomic_fetch_and_explicit(hfi_object_header(object), ~flag, memory_order_relaxed);
    }
}

/* Slots inside objects and globals are read and written by several threads at once. */
static inline uintptr_t hfi_slot_acquire(const hf_slot *slot)
{
    return __atomic_load_n(&slot->word_, __ATOMIC_ACQUIRE);
}

static inline void hfi_slot_release(hf_slot *slot, uintptr_t object)
{
    __atomic_store_n(&slot->word_, object, __ATOMIC_RELEASE);
}

#endif
