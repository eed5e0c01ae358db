/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PINSET_H
#define HOLDFAST_PINSET_H

/*
 * Pin sets: owning pins that end together.
 *
 *     status = hf_pinset_create(thread, "send queue", &set);
 *     status = hf_pinset_pin(thread, set, header, &vector[0]);
 *     status = hf_pinset_pin(thread, set, body, &vector[1]);
 *     ...                            native code has both
 *     hf_pinset_unpin_all(set);      and the set is as new
 *     hf_pinset_destroy(set);
 *
 * A set counts: a buffer that was pinned twice needs to be unpinned twice, or all at once.  A
 * closed set takes no pins any more; without that, a pin that comes behind the end would belong
 * to nobody.  Each pin remembers where it was made, and is reported from there if it is left.
 */

#include "export.h"
#include "fence.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

typedef struct hf_pinset hf_pinset;

/**
 * Makes an empty set.
 *
 * @param name  for reports; static text.  NULL is fine.
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The caller owns it: hf_pinset_destroy().
 * @par Threads     The owner, in managed state; the set may be used by any thread.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_pinset_create_at(hf_thread *thread, const char *name,
                                                   hf_pinset **set_out, hf_site site);

/** hf_pinset_create_at() with the place of the call. */
#define hf_pinset_create(thread, name, set_out)                                                    \
    hf_pinset_create_at((thread), (name), (set_out), HF_SITE)

/**
 * Pins a buffer once more in this set.
 *
 * @param span  receives address and size; {NULL, 0} on failure.  May be NULL.
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_NOT_LENDABLE; HF_E_CLOSED, reported with the place
 *         where the set was closed; HF_E_MISUSE, reported: the set was destroyed; HF_E_NOMEM;
 *         HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The set has the pin; the span is good until it ends.
 * @par Threads     Any attached thread, in managed state, the owner of the slot.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_pinset_pin_at(hf_thread *thread, hf_pinset *set,
                                                const hf_slot *buffer, hf_span *span, hf_site site);

/** hf_pinset_pin_at() with the place of the call. */
#define hf_pinset_pin(thread, set, buffer, span)                                                   \
    hf_pinset_pin_at((thread), (set), (buffer), (span), HF_SITE)

/**
 * The same for a part of a buffer: the whole of it is pinned, and the span is the part.
 *
 * @return as hf_pinset_pin_at(); HF_E_RANGE, reported, if the part is not within the buffer.
 *
 * @par Ownership   The set has the pin; the span is good until it ends.
 * @par Threads     Any attached thread, in managed state, the owner of the slot.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_pinset_pin_range_at(hf_thread *thread, hf_pinset *set,
                                                      const hf_slot *buffer, size_t offset,
                                                      size_t size, hf_span *span, hf_site site);

/** hf_pinset_pin_range_at() with the place of the call. */
#define hf_pinset_pin_range(thread, set, buffer, offset, size, span)                               \
    hf_pinset_pin_range_at((thread), (set), (buffer), (offset), (size), (span), HF_SITE)

/**
 * Takes one pin of a buffer out of the set, the last that was made.
 *
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_NOT_FOUND, reported, if this set does not pin it;
 *         HF_E_MISUSE, reported: the set was destroyed.
 *
 * @par Ownership   Native code is done with the bytes, or another pin holds them.
 * @par Threads     The thread that owns the slot, in managed state; it need not be the one that
 *                  pinned.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pinset_unpin_at(hf_pinset *set, const hf_slot *buffer, hf_site site);

/** hf_pinset_unpin_at() with the place of the call. */
#define hf_pinset_unpin(set, buffer) hf_pinset_unpin_at((set), (buffer), HF_SITE)

/**
 * The same for the buffer around an address, for a thread that has no slot: what a completion
 * gets back is where it wrote.
 *
 * @return HF_OK; HF_E_NULL; HF_E_NOT_FOUND, reported; HF_E_MISUSE, reported.
 *
 * @par Ownership   Native code is done with the bytes, or another pin holds them.
 * @par Threads     Any, attached or not, native or managed.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pinset_unpin_address_at(hf_pinset *set, const void *address, hf_site site);

/** hf_pinset_unpin_address_at() with the place of the call. */
#define hf_pinset_unpin_address(set, address) hf_pinset_unpin_address_at((set), (address), HF_SITE)

/**
 * Takes all pins out.  The set can be used again.
 *
 * @return HF_OK, also if there is none; HF_E_NULL; HF_E_MISUSE, reported: the set was destroyed.
 *
 * @par Ownership   Native code is done with the bytes.
 * @par Threads     Any, attached or not, native or managed.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pinset_unpin_all(hf_pinset *set);

/**
 * Takes all pins out, for good: pinning gives HF_E_CLOSED from here on.
 *
 * @return HF_OK, also if it was closed before; HF_E_NULL; HF_E_MISUSE, reported: the set was
 *         destroyed.
 *
 * @par Ownership   The set is still the caller's: hf_pinset_destroy().
 * @par Threads     Any, attached or not, native or managed.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pinset_close_at(hf_pinset *set, hf_site site);

/** hf_pinset_close_at() with the place of the call. */
#define hf_pinset_close(set) hf_pinset_close_at((set), HF_SITE)

/**
 * Closes a set and gives it back.
 *
 * @param set  NULL is fine.  A set that is destroyed twice is reported where it can be told.
 *
 * @par Ownership   Takes the set.
 * @par Threads     Any, attached or not, native or managed.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_pinset_destroy_at(hf_pinset *set, hf_site site);

/** hf_pinset_destroy_at() with the place of the call. */
#define hf_pinset_destroy(set) hf_pinset_destroy_at((set), HF_SITE)

/**
 * The number of pins in a set.
 *
 * @return 0 for NULL and for a set that was closed or destroyed.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not; another thread may change it right after.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API uint64_t hf_pinset_count(const hf_pinset *set);

HF_END_DECLS

#endif
