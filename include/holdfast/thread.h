/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_THREAD_H
#define HOLDFAST_THREAD_H

/*
 * Threads; the crossing itself is in native.h.
 *
 * A thread that uses managed memory is attached, explicitly, and is then in one
 * of two states.  In *managed* state it may touch slots and call hf_*(thread).
 * In *native* state it may not, and the collector does not wait for it: that is
 * what lets a native function block for an hour.
 *
 * Whatever takes an `hf_thread *` may collect, park or run a safepoint.
 * Nothing else may.
 */

#include "export.h"
#include "native.h"
#include "prefix.h"
#include "ref.h"
#include "status.h"

#include <stdint.h>

HF_BEGIN_DECLS

/**
 * Attaches the calling thread, in managed state.
 *
 * @param thread_out  receives the record, NULL on failure.
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_SHUTDOWN; HF_E_MISUSE if this thread is attached to
 * this runtime already, or in a callback's handler.  A thread that was attached for a callback
 * which is over may attach, and detach, like any other.
 *
 * @par Ownership   The record belongs to the runtime; hf_thread_detach() ends its use.
 * @par Threads     Any that is not attached to this runtime.
 * @par GC          May park while a collection runs.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_thread_attach(hf_runtime *runtime, hf_thread **thread_out);

/**
 * Detaches.  Frames and fences that are still open are ended and reported by site.
 *
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED; HF_E_BUSY, reported, in a callback's handler.
 *
 * @par Ownership   The record must not be used again.
 * @par Threads     The owner, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_thread_detach(hf_thread *thread) HF_MAY_GC;

/**
 * Lets a collection happen here if one is wanted.  Loops that neither allocate
 * nor call native code need it.
 *
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect or park.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_safepoint(hf_thread *thread) HF_MAY_GC;

/**
 * The runtime a thread is attached to.
 *
 * @par Ownership   Borrowed.
 * @par Threads     The owner.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_runtime *hf_thread_runtime(const hf_thread *thread);

HF_END_DECLS

#endif
