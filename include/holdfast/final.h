/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_H
#define HOLDFAST_FINAL_H

/*
 * Finalizers.
 *
 * A finalizer is called once with an object that nothing reaches any more; the
 * object is whole and alive again for that run, and may be armed again in it.
 * If A reaches B and both have one, A's runs first and B's in a later
 * collection.  Objects that reach themselves are never finalized.
 *
 * Finalizers run one after another on the runner (runner.h), never on a thread that
 * allocates or collects.
 *
 * For native handles use a resource (resource.h): it closes once, in time, and
 * says so when somebody forgot.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stdint.h>

HF_BEGIN_DECLS

/**
 * Runs on the runner, in managed state and without a lock: it may allocate, collect, arm and
 * dispose.  `object` is a slot of the frame around the run; what is left open in it is ended
 * and reported.  While it runs no other finalizer does, so it should not wait for anything.
 */
typedef void (*hf_finalizer_fn)(hf_thread *runner, hf_ref object, void *user);

/**
 * Arms a finalizer.
 *
 * @param object  a slot that holds any managed object.
 * @return HF_OK; HF_E_NULL if the slot or the function is null; HF_E_SLOTS; with a report
 *         HF_E_NOT_MANAGED (the slot's word is no object of this runtime), HF_E_INTERIOR (it is
 *         inside one: base and offset), HF_E_SCOPE (a scope ends the object), HF_E_ALREADY_SET (and
 *         the site of the first), HF_E_MISUSE; HF_E_NOMEM or HF_E_SYSTEM when there is no memory
 *         or no thread for it; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   `user` is borrowed until the run or hf_finalizer_clear().
 * @par Threads     The owner, in managed state.
 * @par GC          The first in a runtime starts the runner, and may park for that.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_finalizer_set_at(hf_thread *thread, hf_ref object,
                                                   hf_finalizer_fn run, void *user,
                                                   hf_site site) HF_MAY_GC;

/** hf_finalizer_set_at() with the place of the call. */
#define hf_finalizer_set(thread, object, run, user)                                                \
    hf_finalizer_set_at((thread), (object), (run), (user), HF_SITE)

/**
 * Arms a finalizer that is for objects of one type.
 *
 * @param type  the type that the object must have.
 * @return as hf_finalizer_set_at(), HF_E_NULL also for a null type; HF_E_TYPE, with a report that
 *         names both types.
 *
 * @par Ownership   `user` is borrowed until the run or hf_finalizer_clear().
 * @par Threads     The owner, in managed state.
 * @par GC          The first in a runtime starts the runner, and may park for that.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_finalizer_set_typed_at(hf_thread *thread, hf_ref object,
                                                         const hf_type *type, hf_finalizer_fn run,
                                                         void *user, hf_site site) HF_MAY_GC;

/** hf_finalizer_set_typed_at() with the place of the call. */
#define hf_finalizer_set_typed(thread, object, type, run, user)                                    \
    hf_finalizer_set_typed_at((thread), (object), (type), (run), (user), HF_SITE)

/**
 * Disarms.  Fine when none is set, and when it is queued already: then it runs.
 *
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_NOT_MANAGED, HF_E_INTERIOR or HF_E_MISUSE with a
 *         report; HF_E_DETACHED.
 *
 * @par Ownership   Gives `user` back, unless the run is under way.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_finalizer_clear(hf_thread *thread, hf_ref object);

/** A finalizer that never runs, because its object reaches itself. */
typedef struct hf_finalizer_cycle {
    uint32_t struct_size;
    const char *type; /* of the object */
    hf_site site;     /* where the finalizer was set */
    const char *path; /* from the object back to itself: "node.next -> [3] -> node" */
} hf_finalizer_cycle;

/** Receives a cycle.  It and its texts are borrowed for the call. */
typedef void (*hf_finalizer_cycle_fn)(const hf_finalizer_cycle *cycle, void *user);

/**
 * Visits each armed finalizer whose object reaches itself, in the order of arming, whether or not
 * anything else reaches the object still.  Walks what each armed object reaches.
 *
 * @return HF_OK; HF_E_NULL without a thread or a function; HF_E_NOMEM, with some not visited;
 *         HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state; `visit` is called in it, without a lock.
 * @par GC          May park.
 * @par Last-error  Preserved, but for what `visit` does.
 */
HF_API HF_MUST_CHECK hf_status hf_finalizer_cycles(hf_thread *thread, hf_finalizer_cycle_fn visit,
                                                   void *user) HF_MAY_GC;

HF_END_DECLS

#endif
