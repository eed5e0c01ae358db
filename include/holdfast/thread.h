/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_THREAD_H
#define HOLDFAST_THREAD_H

/*
 * Threads and the crossing.
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
#include "ref.h"
#include "status.h"

#include <stdint.h>

HF_BEGIN_DECLS

/**
 * The first two words of every hf_thread, for embedders that compile their own
 * allocation: bytes from `alloc_next` up to `alloc_limit` are zero and free.
 * The limit becomes 0 when a collector wants the thread to stop, so read it with
 * a relaxed atomic load at each allocation; that check is the safepoint poll.
 */
typedef struct hf_thread_prefix {
    uintptr_t alloc_next;
    uintptr_t alloc_limit;
} hf_thread_prefix;

/** errno, GetLastError() and WSAGetLastError() as a native function left them; 0 where the system
 * has none. */
typedef struct hf_native_error {
    int32_t errno_value;
    uint32_t last_error;
    uint32_t wsa_error;
} hf_native_error;

/**
 * Attaches the calling thread, in managed state.
 *
 * @param thread_out  receives the record, NULL on failure.
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_SHUTDOWN; HF_E_MISUSE if this thread is attached to
 * this runtime already.
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
 * Goes to native state: from here to hf_native_end() the collector does not
 * wait for this thread, and the thread touches no slot and no unpinned object.
 *
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED when the thread is not in managed state; HF_E_FORKED;
 * HF_E_SHUTDOWN.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          In stress mode collects first; what is fenced stays.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_native_begin(hf_thread *thread) HF_MAY_GC;

/**
 * Captures the error values in its first statement, then comes back to managed
 * state, waiting for a running collection.
 *
 * @param error_out  receives the values; may be NULL.
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED when the thread is not in native state; HF_E_CALLBACK when
 *         the handler of a callback that ran meanwhile has failed; HF_E_JUMPED, reported, when
 *         something jumped over one.  The thread is managed in both cases.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in native state.
 * @par GC          May park.
 * @par Last-error  Preserved: the same as when it was captured.
 */
HF_API hf_status hf_native_end(hf_thread *thread, hf_native_error *error_out) HF_MAY_GC;

/**
 * Says why hf_native_begin() has just refused this thread, without another report; for
 * HF_NATIVE_CALL.
 *
 * @return HF_E_NULL; HF_E_FORKED; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The one that was refused.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_native_refusal(const hf_thread *thread);

/* The same where compilers see that it is never HF_OK, so that none thinks that `variable` is read
 * without a value. */
static inline hf_status hf_native_refused_(const hf_thread *thread)
{
    hf_status why = hf_native_refusal(thread);
    return why != HF_OK ? why : HF_E_DETACHED;
}

/**
 * Evaluates `expression`, a call of native code, in native state and assigns it to
 * `variable`.  The value is an hf_status; what refuses the way in is hf_native_begin()'s, and
 * the expression is not evaluated then.  `thread` is evaluated more than once.
 *
 *     ssize_t written;
 *     hf_native_error error;
 *     hf_status status = HF_NATIVE_CALL(thread, &error, written, write(fd, span.data, span.size));
 */
#define HF_NATIVE_CALL(thread, error_out, variable, expression)                                    \
    (hf_native_begin(thread) == HF_OK                                                              \
         ? ((variable) = (expression), hf_native_end((thread), (error_out)))                       \
         : hf_native_refused_(thread))

/** The same for a function without a result. */
#define HF_NATIVE_CALL_VOID(thread, error_out, expression)                                         \
    (hf_native_begin(thread) == HF_OK ? ((void)(expression), hf_native_end((thread), (error_out))) \
                                      : hf_native_refused_(thread))

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
