/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TOKEN_H
#define HOLDFAST_TOKEN_H

/*
 * Tokens: what native code works on after the call has returned (OVERLAPPED, aio, io_uring).
 *
 *     status = hf_token_create(thread, &options, &token);
 *     status = hf_token_lend(thread, token, buffer, 0, 4096, &span);
 *     status = hf_token_hold(thread, token, file, &value);
 *     OVERLAPPED *work = hf_token_memory(token, sizeof *work, _Alignof(OVERLAPPED));
 *     status = hf_token_submit(token);               before the call: it may be over at once
 *     status = HF_NATIVE_CALL(thread, &error, ok, ReadFile((HANDLE)value, span.data, 4096, 0,
 * work)); if (!ok && error.last_error != ERROR_IO_PENDING) { hf_token_abort_submit(token); }
 *     ...                                            on whatever thread sees the end of it:
 *     hf_token_complete(hf_token_from_memory(work), bytes, error);
 *     ...                                            and on an attached one:
 *     status = hf_token_wait(thread, token, UINT64_MAX);
 *     status = hf_token_destroy(thread, token);
 *
 * Once submitted, a token lets go of its buffers and resources by completion alone.  Destroying it
 * earlier cancels the operation and waits; if it does not end, all that was lent stays where it is
 * for as long as that takes, and the leak is reported.  Nothing that native code may still write to
 * ever moves or dies.
 *
 * An `hf_token *` is a word and no address: it may go through any `void *` that native code carries
 * (user_data, sigev_value, a completion key), it is never given out twice in a short time, and a
 * completion that comes when its token has ended is a report instead of a write into another's.
 */

#include "export.h"
#include "fence.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

typedef struct hf_token hf_token;

typedef enum hf_token_state {
    HF_TOKEN_NONE,       /* no token, or it has ended */
    HF_TOKEN_NEW,        /* buffers and resources can be added */
    HF_TOKEN_SUBMITTED,  /* native code works on them */
    HF_TOKEN_CANCELLING, /* the same; the cancel function was called */
    HF_TOKEN_COMPLETE,   /* all is let go, the result is there */
    HF_TOKEN_ABANDONED   /* nobody waits for it any more, and native code may still write */
} hf_token_state;

/**
 * Asks native code to end an operation; in native state or on a thread that is not attached.  The
 * completion comes as ever, from in here too.  What it returns goes into the report if none comes.
 */
typedef hf_status (*hf_token_cancel_fn)(hf_token *token, void *user);

/**
 * Looks for completions for about `wait_ns`, and gives each to hf_token_complete(); called again
 * and again while somebody waits.  In native state or on a thread that is not attached.
 */
typedef void (*hf_token_harvest_fn)(hf_token *token, uint64_t wait_ns, void *user);

/** Gives back what `user` is, when the token has ended; in native state or not attached. */
typedef void (*hf_token_cleanup_fn)(void *user);

/** Zero means default in every field. */
typedef struct hf_token_options {
    uint32_t struct_size;        /* HF_TOKEN_OPTIONS_INIT sets it */
    const char *name;            /* for reports; static text */
    hf_token_cancel_fn cancel;   /* NULL: it cannot be cancelled */
    hf_token_harvest_fn harvest; /* NULL: another thread completes it */
    hf_token_cleanup_fn cleanup; /* may be NULL */
    void *user;
    uint64_t cancel_timeout_ns; /* how long an end waits for the completion; 0: two seconds */
} hf_token_options;

#define HF_TOKEN_OPTIONS_INIT                                                                      \
    {                                                                                              \
        (uint32_t)sizeof(hf_token_options), NULL, NULL, NULL, NULL, NULL, 0                        \
    }

/**
 * Makes a token.
 *
 * @param options    NULL for all defaults.
 * @param token_out  receives the token, NULL on failure.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS; HF_E_NOMEM; HF_E_LIMIT; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The caller owns it: hf_token_destroy().
 * @par Threads     The owner of `thread`, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_create_at(hf_thread *thread,
                                                  const hf_token_options *options,
                                                  hf_token **token_out, hf_site site);

/** hf_token_create_at() with the place of the call. */
#define hf_token_create(thread, options, token_out)                                                \
    hf_token_create_at((thread), (options), (token_out), HF_SITE)

/**
 * Lends `size` bytes of a buffer from `offset` on: the buffer neither moves nor dies until the
 * token is complete.
 *
 * @param span_out  receives the bytes; {NULL, 0} on failure.  May be NULL.
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_NOT_LENDABLE; HF_E_RANGE; HF_E_NOMEM; HF_E_HANDLE,
 *         reported; HF_E_MISUSE, reported, if it was submitted; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The token owns a pin.
 * @par Threads     Any attached one, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_lend_at(hf_thread *thread, hf_token *token,
                                                const hf_slot *buffer, size_t offset, size_t size,
                                                hf_span *span_out, hf_site site);

/** hf_token_lend_at() with the place of the call. */
#define hf_token_lend(thread, token, buffer, offset, size, span_out)                               \
    hf_token_lend_at((thread), (token), (buffer), (offset), (size), (span_out), HF_SITE)

/**
 * Holds a resource open: a dispose closes it when the token is complete, on the runner.
 *
 * @param value_out  receives the native value, 0 on failure.
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_TYPE; HF_E_CLOSED; HF_E_NOMEM; HF_E_HANDLE, reported;
 *         HF_E_SCOPE, reported, if a scope that closes waits for it;
 *         HF_E_MISUSE, reported, if it was submitted; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   Borrowed: the value is good until the completion.
 * @par Threads     Any attached one, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_hold_at(hf_thread *thread, hf_token *token,
                                                const hf_slot *resource, uintptr_t *value_out,
                                                hf_site site);

/** hf_token_hold_at() with the place of the call. */
#define hf_token_hold(thread, token, resource, value_out)                                          \
    hf_token_hold_at((thread), (token), (resource), (value_out), HF_SITE)

/**
 * Gives zeroed native memory that lives as long as the token: for the OVERLAPPED, the aiocb.
 *
 * @param alignment  a power of two up to 4096; 0: that of any type.
 * @return NULL for size 0, without memory, with an alignment that is none, and, reported, for a
 *         token that was submitted or has ended.
 *
 * @par Ownership   The token's.  It is there until hf_token_destroy(), and until the completion if
 *                  that comes later.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void *hf_token_memory_at(hf_token *token, size_t size, size_t alignment, hf_site site);

/** hf_token_memory_at() with the place of the call. */
#define hf_token_memory(token, size, alignment)                                                    \
    hf_token_memory_at((token), (size), (alignment), HF_SITE)

/**
 * The token whose memory it is: for who gets the OVERLAPPED back from a completion port.
 *
 * @param memory  what hf_token_memory() gave, or NULL.
 * @return NULL for NULL.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_token *hf_token_from_memory(const void *memory);

/**
 * Says that native code is about to get what was lent.  Before the call, because the completion may
 * be there before the call has returned.
 *
 * @return HF_OK; HF_E_NULL; HF_E_HANDLE, reported; HF_E_MISUSE, reported, if it was submitted
 * before; HF_E_SHUTDOWN.
 *
 * @par Ownership   What was lent is native code's until the completion.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_submit_at(hf_token *token, hf_site site);

/** hf_token_submit_at() with the place of the call. */
#define hf_token_submit(token) hf_token_submit_at((token), HF_SITE)

/**
 * Takes a submit back: the native function has refused, and there will be no completion.  The token
 * is new again, with all that was lent.
 *
 * @return HF_OK; HF_E_NULL; HF_E_HANDLE, reported; HF_E_MISUSE, reported, if it was not submitted
 * or is complete.
 *
 * @par Ownership   What was lent is the token's again.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_token_abort_submit_at(hf_token *token, hf_site site);

/** hf_token_abort_submit_at() with the place of the call. */
#define hf_token_abort_submit(token) hf_token_abort_submit_at((token), HF_SITE)

/**
 * Says that native code is done with all that was lent, be it by success, failure or cancel.  The
 * buffers may move from here on, and resources that were disposed meanwhile are closed by the
 * runner.
 *
 * @return HF_OK; HF_E_NULL; HF_E_MISUSE, reported, if it is complete or was not submitted;
 *         HF_E_HANDLE, reported, if it has ended.  A second completion changes nothing.
 *
 * @par Ownership   Ends the loans.
 * @par Threads     Any, attached or not, native or managed; never in a signal handler.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_token_complete_at(hf_token *token, int64_t result, uint32_t error,
                                      hf_site site);

/** hf_token_complete_at() with the place of the call. */
#define hf_token_complete(token, result, error)                                                    \
    hf_token_complete_at((token), (result), (error), HF_SITE)

/**
 * Calls the cancel function, once, if the operation is under way.  The completion is still to come.
 *
 * @return HF_OK, also when it was cancelled before or is complete; what the cancel function
 *         returned; HF_E_UNSUPPORTED without one; HF_E_NULL; HF_E_HANDLE, reported; HF_E_MISUSE,
 *         reported, if it was not submitted; HF_E_FORKED; HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any attached one, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_token_cancel_at(hf_thread *thread, hf_token *token, hf_site site) HF_MAY_GC;

/** hf_token_cancel_at() with the place of the call. */
#define hf_token_cancel(thread, token) hf_token_cancel_at((thread), (token), HF_SITE)

/**
 * Waits for the completion, in native state.
 *
 * @param timeout_ns  UINT64_MAX: for ever.
 * @return HF_OK; HF_E_TIMEOUT, also when the token was abandoned meanwhile; HF_E_NULL; HF_E_HANDLE,
 *         reported; HF_E_MISUSE, reported, if it is not submitted; HF_E_FORKED when the operation
 *         belongs to the process that was forked; HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any attached one, in managed state, several at once.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_wait_at(hf_thread *thread, hf_token *token,
                                                uint64_t timeout_ns, hf_site site) HF_MAY_GC;

/** hf_token_wait_at() with the place of the call. */
#define hf_token_wait(thread, token, timeout_ns)                                                   \
    hf_token_wait_at((thread), (token), (timeout_ns), HF_SITE)

/**
 * What hf_token_complete() was given.
 *
 * @param result_out  may be NULL.
 * @param error_out   may be NULL.
 * @return HF_OK; HF_E_BUSY if it is not complete; HF_E_NULL; HF_E_HANDLE, reported.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_token_result(hf_token *token, int64_t *result_out, uint32_t *error_out);

/**
 * The state right now; another thread may change it right after.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_token_state hf_token_state_get(hf_token *token);

/**
 * Ends a token.  An operation that is under way is cancelled and waited for, in native state; if it
 * is not complete within `cancel_timeout_ns`, the token is abandoned: what was lent stays pinned
 * and held until the completion comes, and that is reported.
 *
 * @return HF_OK, also for NULL; HF_E_TIMEOUT, reported, if it was abandoned; HF_E_FORKED if it
 *         belongs to the process that was forked, and then it stays; HF_E_HANDLE, reported, if it
 *         has ended or another thread ends it; HF_E_DETACHED.
 *
 * @par Ownership   Takes the token.
 * @par Threads     Any attached one, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_token_destroy_at(hf_thread *thread, hf_token *token, hf_site site) HF_MAY_GC;

/** hf_token_destroy_at() with the place of the call. */
#define hf_token_destroy(thread, token) hf_token_destroy_at((thread), (token), HF_SITE)

HF_END_DECLS

#endif
