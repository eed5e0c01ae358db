/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HANDLE_H
#define HOLDFAST_HANDLE_H

/*
 * Handles: managed references that native code carries as `void *`.
 *
 *     void *word;
 *     status = hf_handle_create(thread, object, "session", HF_HANDLE_FOREVER, &word);
 *     ...                       native code keeps the word and hands it to a callback:
 *     status = hf_handle_load(thread, word, "session", object);
 *
 * A word is never zero, never an address, and never given out twice; it says its
 * number, its generation and the tag it was made with.  A word that comes back
 * after its handle ended is told from one that never was.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

#define HF_HANDLE_FOREVER 0u /* until hf_handle_destroy() */

/**
 * Makes a handle of the object in `ref`, which it keeps alive.
 *
 * @param tag   what it stands for, static text; loading asks for the same.
 * @param uses  how many times it may be loaded before it ends by itself; HF_HANDLE_FOREVER.
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The caller owns the handle; one that is left is reported with its birth site.
 * @par Threads     The owner, in managed state; the word may travel anywhere.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_handle_create_at(hf_thread *thread, const hf_slot *ref,
                                                   const char *tag, uint32_t uses, void **word_out,
                                                   hf_site site);

/** hf_handle_create_at() with the place of the call. */
#define hf_handle_create(thread, ref, tag, uses, word_out)                                         \
    hf_handle_create_at((thread), (ref), (tag), (uses), (word_out), HF_SITE)

/**
 * Writes the object of a handle to a slot.
 *
 * @return HF_OK; HF_E_NULL for a null word; HF_E_SLOTS; HF_E_HANDLE, with a report that says
 * whether the word was never given out, belongs to another runtime, or was destroyed where and by
 *         which thread; HF_E_TYPE, reported with both tags; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the object too.
 * @par Threads     Any attached thread, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_handle_load(hf_thread *thread, const void *word, const char *tag,
                                              hf_ref out);

/**
 * Ends a handle.
 *
 * @return HF_OK, also for NULL; HF_E_HANDLE, reported; HF_E_DETACHED.
 *
 * @par Ownership   The word means nothing any more.
 * @par Threads     Any attached thread, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_handle_destroy_at(hf_thread *thread, void *word, hf_site site);

/** hf_handle_destroy_at() with the place of the call. */
#define hf_handle_destroy(thread, word) hf_handle_destroy_at((thread), (word), HF_SITE)

HF_END_DECLS

#endif
