/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_NATIVE_H
#define HOLDFAST_NATIVE_H

/*
 * The static crossing: a call of native code that the compiler sees, with the guarantees of
 * hf_call() and without its dispatch.
 *
 *     HF_FENCE(thread, fence, buffer, &span);
 *     status = HF_NATIVE_CALL(thread, &error, written, write(fd, span.data, span.size));
 *     hf_fence_end(&fence);
 *
 * With gcc and clang the way out and the way back are inline: a dozen instructions over a
 * thread's public words.  Whatever is out of the ordinary (another thread's record, a state that is
 * wrong, a runtime that stops, stress, a collector that waits) goes through hf_native_begin() and
 * hf_native_end(), which are the same protocol as functions.
 */

#include "export.h"
#include "prefix.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** errno, GetLastError() and WSAGetLastError() as a native function left them; 0 where the system
 * has none. */
typedef struct hf_native_error {
    int32_t errno_value;
    uint32_t last_error;
    uint32_t wsa_error;
} hf_native_error;

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
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED when the thread is not in native state; HF_E_CALLBACK
 * when the handler of a callback that ran meanwhile has failed; HF_E_JUMPED, reported, when
 *         something jumped over one; HF_E_SHUTDOWN when the runtime ends, or has ended, meanwhile.
 *         The thread is managed in these three cases, and what native code did is done.
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

/* The inline forms of hf_native_begin() and hf_native_end().  Between the expression and the reads
 * of its error values stand loads and compares alone, which change neither. */
#if defined(__GNUC__)
static inline hf_status hf_native_out_(hf_thread *thread) HF_MAY_GC;
static inline hf_status hf_native_back_(hf_thread *thread, hf_native_error *error_out) HF_MAY_GC;

static inline hf_status hf_native_out_(hf_thread *thread)
{
    hf_thread_prefix *words = (hf_thread_prefix *)(void *)thread;
    if (!hf_thread_is_in_(words, HF_STATE_MANAGED_, ~HF_DETOUR_BACK_)) {
        return hf_native_begin(thread);
    }
    __atomic_store_n(&words->state_, HF_STATE_NATIVE_, __ATOMIC_RELEASE);
    return HF_OK;
}

static inline hf_status hf_native_back_(hf_thread *thread, hf_native_error *error_out)
{
    hf_thread_prefix *words = (hf_thread_prefix *)(void *)thread;
    if (!hf_thread_is_in_(words, HF_STATE_NATIVE_, ~0u) ||
        !HF_LIKELY_(((uintptr_t)words->parked_ | (uintptr_t)words->activations_) == 0)) {
        return hf_native_end(thread, error_out);
    }
    if (error_out) {
        uint32_t last_error = *words->last_error_at_;
        error_out->errno_value = *words->errno_at_;
        error_out->last_error = last_error;
        /* Windows keeps one value for both.  The asm: else gcc makes one vector of the two. */
        __asm__("" : "+r"(last_error));
        error_out->wsa_error = last_error;
    }
    /* State first, then the gate: docs/design/thread.md. */
    __atomic_store_n(&words->state_, HF_STATE_MANAGED_, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (!HF_LIKELY_(__atomic_load_n(&words->gate_, __ATOMIC_SEQ_CST) == 0)) {
        /* As it was, and back by the way that waits. */
        __atomic_store_n(&words->state_, HF_STATE_NATIVE_, __ATOMIC_RELEASE);
        return hf_native_end(thread, NULL);
    }
    return HF_OK;
}
#else
#define hf_native_out_(thread)             hf_native_begin(thread)
#define hf_native_back_(thread, error_out) hf_native_end((thread), (error_out))
#endif

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
    (hf_native_out_(thread) == HF_OK                                                               \
         ? ((variable) = (expression), hf_native_back_((thread), (error_out)))                     \
         : hf_native_refused_(thread))

/** The same for a function without a result. */
#define HF_NATIVE_CALL_VOID(thread, error_out, expression)                                         \
    (hf_native_out_(thread) == HF_OK                                                               \
         ? ((void)(expression), hf_native_back_((thread), (error_out)))                            \
         : hf_native_refused_(thread))

HF_END_DECLS

#endif
