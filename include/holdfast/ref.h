/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_REF_H
#define HOLDFAST_REF_H

/*
 * References.
 *
 * The collector moves objects, so C code never keeps an object's address.  It
 * keeps the address of a *slot*: a word that the collector knows and updates.
 * `hf_ref` is that address.  A slot that is zero holds null.
 *
 *     hf_ref name = hf_local(thread);              a slot in the innermost frame
 *     hf_bytes_create(thread, 64, name);           now it holds a buffer
 *
 * A region of an embedder (a VM's own stack) may be declared as `hf_slot stack[N]`;
 * then `&stack[i]` is a ref.
 */

#include "export.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct hf_slot {
    uintptr_t word_; /* read and written by the library only */
} hf_slot;

typedef hf_slot *hf_ref;

typedef struct hf_thread hf_thread;
typedef struct hf_runtime hf_runtime;
typedef struct hf_type hf_type;

/*
 * The capability that clang's -Wthread-safety tracks between hf_raw_begin() and
 * hf_raw_end() (heap.h).  Named in attributes alone, so it has no definition.
 */
struct HF_CAPABILITY("raw access") hf_raw_access_capability {
    int unused;
};
extern struct hf_raw_access_capability *hf_raw_access;

HF_BEGIN_DECLS

/**
 * Tells whether a slot holds null.  A null `ref` holds null.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The thread that owns the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
static inline bool hf_is_null(const hf_slot *ref)
{
    return !ref || ref->word_ == 0;
}

/**
 * Tells whether two slots hold the same object.  Two nulls are the same.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The thread that owns the slots, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
static inline bool hf_same(const hf_slot *a, const hf_slot *b)
{
    return (a ? a->word_ : 0) == (b ? b->word_ : 0);
}

/**
 * Copies the reference in `from` to the slot `to`.
 *
 * @par Ownership   Both slots hold the object afterwards.
 * @par Threads     The thread that owns both slots, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
static inline void hf_copy(hf_ref to, const hf_slot *from)
{
    to->word_ = from ? from->word_ : 0;
}

/**
 * Makes the slot hold null.
 *
 * @par Ownership   The slot gives up its object.
 * @par Threads     The thread that owns the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
static inline void hf_clear(hf_ref ref)
{
    ref->word_ = 0;
}

HF_END_DECLS

#endif
