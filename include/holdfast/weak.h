/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WEAK_H
#define HOLDFAST_WEAK_H

/*
 * What knows an object and does not keep it alive.
 *
 *     hf_weak *weak;
 *     status = hf_weak_create(thread, document, HF_WEAK_SHORT, &weak);
 *     ...
 *     status = hf_weak_load(thread, weak, document);      null: it is gone
 *
 * A weak reference gives its object as long as it lives.  An ephemeron table adds values to
 * objects that do not know of it: an entry keeps its value while the key and the table live,
 * even if the value refers to either.  An identity is a number for an object that moves.
 *
 * To act when something dies, use a finalizer (final.h) or a resource (resource.h).
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/* ---- weak references ---- */

typedef struct hf_weak hf_weak;

typedef enum hf_weak_kind {
    HF_WEAK_SHORT = 1, /* ends when the object is found dead, before its finalizer is queued, and
                          for good: also if the finalizer brings the object back */
    HF_WEAK_LONG = 2   /* ends when the object is reclaimed: sees it in its finalizer and after */
} hf_weak_kind;

/**
 * Makes a weak reference to the object in `ref`; to null it is NULL.
 *
 * References of one kind to one object are one and the same, which counts how often it was made.
 *
 * @return HF_OK; HF_E_NULL without `weak_out`; HF_E_SLOTS; HF_E_ARGUMENT, reported, for another
 *         kind; HF_E_NOMEM; HF_E_MISUSE, reported: the slot's frame has ended; HF_E_DETACHED.
 *
 * @par Ownership   The caller destroys it once for each time it was made.  What is left ends with
 *                  the runtime.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_weak_create(hf_thread *thread, const hf_slot *ref,
                                              hf_weak_kind kind, hf_weak **weak_out);

/**
 * The same to a place inside the object: equal to others of the same object, kind and offset.
 *
 * @param offset  in bytes from the start of the payload, up to its size.
 * @return as hf_weak_create(); HF_E_RANGE, reported.
 *
 * @par Ownership   As hf_weak_create().
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_weak_create_inside(hf_thread *thread, const hf_slot *ref,
                                                     size_t offset, hf_weak_kind kind,
                                                     hf_weak **weak_out);

/**
 * Writes the object to a slot; null if the reference has ended, or is NULL.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_MISUSE, reported where it can be told: the reference was
 * destroyed or belongs to another runtime; HF_E_DETACHED.
 *
 * @par Ownership   The slot keeps the object alive from here on.
 * @par Threads     Any attached thread, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_weak_load(hf_thread *thread, const hf_weak *weak, hf_ref out);

/**
 * Tells whether two were made from the same place of the same object, by the same kind; as true
 * when it is dead as before.  A short one made from an object that came back is another than one
 * from before.  Two NULL are equal.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
static inline bool hf_weak_equal(const hf_weak *a, const hf_weak *b)
{
    return a == b;
}

/**
 * The offset that it was made with; 0 for NULL.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API size_t hf_weak_offset(const hf_weak *weak);

/**
 * Gives a weak reference back.
 *
 * @param weak  NULL is fine.
 * @return HF_OK; HF_E_MISUSE, reported where it can be told: it was destroyed before.
 *
 * @par Ownership   Takes one of the references that were made.
 * @par Threads     Any, attached or not, native or managed; before the runtime ends.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_weak_destroy(hf_weak *weak);

/* ---- ephemeron tables ---- */

/**
 * Makes an empty table, which is a managed object: it lives while it is reachable, and its entries
 * go with it.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the table.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_ephemerons_create_at(hf_thread *thread, hf_ref out,
                                                       hf_site site) HF_MAY_GC;

/** hf_ephemerons_create_at() with the place of the call. */
#define hf_ephemerons_create(thread, out) hf_ephemerons_create_at((thread), (out), HF_SITE)

/**
 * Drops all entries now, and ends the table: what is asked of it later is refused.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE and HF_E_CLOSED, reported; HF_E_DETACHED.
 *
 * @par Ownership   The values are held by the table no more; the slot still holds the object.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_ephemerons_destroy(hf_thread *thread, hf_ref table);

/**
 * Gives the key a value (NULL: null) in this table, or another one.
 *
 * The entry is gone in the collection that finds the key dead, unless a finalizer brings the key
 * back: then the entry stays.  The order of finalizers does not look at entries: that of a value
 * may run before that of its key.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL for a null table or key; HF_E_TYPE, reported; HF_E_CLOSED,
 * reported; HF_E_NOMEM, and then nothing was changed; HF_E_DETACHED.
 *
 * @par Ownership   The table keeps the value alive while it and the key are.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_ephemeron_set(hf_thread *thread, hf_ref table, const hf_slot *key,
                                                const hf_slot *value);

/**
 * Writes the value of a key to a slot.
 *
 * @return HF_OK; HF_E_NOT_FOUND, with null in the slot; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE and
 * HF_E_CLOSED, reported; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the value too.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_ephemeron_get(hf_thread *thread, const hf_slot *table,
                                                const hf_slot *key, hf_ref out);

/**
 * Takes the entry of a key out.
 *
 * @return HF_OK; HF_E_NOT_FOUND; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE and HF_E_CLOSED, reported;
 *         HF_E_DETACHED.
 *
 * @par Ownership   The table holds the value no more.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_ephemeron_remove(hf_thread *thread, hf_ref table, const hf_slot *key);

/**
 * Number of entries, with those whose keys are dead and not collected yet.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE and HF_E_CLOSED, reported; HF_E_DETACHED.
 *
 * @par Ownership   Copies.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_ephemeron_count(hf_thread *thread, const hf_slot *table,
                                                  size_t *count_out);

/* ---- identity ---- */

/**
 * A number of the object: the same for its whole life, wherever it moves, and no other object's in
 * this runtime, before or after.  Not zero.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_NOMEM the first time; HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_identity(hf_thread *thread, const hf_slot *ref,
                                           uint64_t *identity_out);

HF_END_DECLS

#endif
