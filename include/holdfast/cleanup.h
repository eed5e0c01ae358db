/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CLEANUP_H
#define HOLDFAST_CLEANUP_H

/*
 * Cleanups: what is to be done when an object is gone.
 *
 *     status = hf_cleanup_add(thread, image, 0, forget_texture, names, context, &cleanup);
 *
 * An object may have any number of them.  A cleanup runs after the object was found
 * dead, and after the object's finalizer, if it has one, has run and it died again.
 * It does not see the object, whose memory is reclaimed in that same collection, but
 * an argument: a managed object that the cleanup keeps alive until it has run.  The
 * argument must not lead to the object, which would never die then.
 *
 * Cleanups run on the runner (runner.h), one after another with the finalizers.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Names a cleanup; a value, which stays safe to use after the run.  All zero: none. */
typedef struct hf_cleanup {
    uint64_t word_;
} hf_cleanup;

/**
 * Runs on the runner, in managed state and without a lock, as a finalizer does (final.h).
 * `argument` is a slot of the frame around the run; null if there is none.
 */
typedef void (*hf_cleanup_fn)(hf_thread *runner, hf_ref argument, void *user);

/**
 * Adds a cleanup to an object.
 *
 * @param object       a slot that holds any managed object.
 * @param offset       where in its payload that lies which the cleanup is for; 0: the object.
 * @param argument     NULL or a slot that holds null: none.
 * @param cleanup_out  receives the name for hf_cleanup_stop(); may be NULL.
 * @return HF_OK; HF_E_NULL if the slot or the function is null; HF_E_SLOTS; with a report
 *         HF_E_NOT_MANAGED, HF_E_INTERIOR (of object or argument: give the object and the offset),
 *         HF_E_SCOPE, HF_E_RANGE (the offset is not inside), HF_E_ARGUMENT (the argument is the
 *         object, or reaches it: looked at in checked mode, with the path), HF_E_MISUSE;
 *         HF_E_NOMEM or HF_E_SYSTEM when there is no memory or no thread for it; HF_E_DETACHED;
 *         HF_E_SHUTDOWN.
 *
 * @par Ownership   `user` is borrowed, and the argument kept, until the run or a stop.
 * @par Threads     The owner, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_cleanup_add_at(hf_thread *thread, hf_ref object, size_t offset,
                                                 hf_cleanup_fn run, hf_ref argument, void *user,
                                                 hf_cleanup *cleanup_out, hf_site site) HF_MAY_GC;

/** hf_cleanup_add_at() with the place of the call. */
#define hf_cleanup_add(thread, object, offset, run, argument, user, cleanup_out)                   \
    hf_cleanup_add_at((thread), (object), (offset), (run), (argument), (user), (cleanup_out),      \
                      HF_SITE)

/**
 * Stops a cleanup that has not been queued yet.  Nothing happens to one that was stopped, is queued
 * or has run: so it is sure to win only while the object is reachable.
 *
 * @param was_armed_out  receives whether it was stopped by this; may be NULL.
 * @return HF_OK; HF_E_NULL without a thread; HF_E_DETACHED.
 *
 * @par Ownership   Gives `user` back if it was armed.
 * @par Threads     Any attached one, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_cleanup_stop(hf_thread *thread, hf_cleanup cleanup, bool *was_armed_out);

HF_END_DECLS

#endif
