/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_SCOPE_H
#define HOLDFAST_SCOPE_H

/*
 * Scopes: a group of things that end together.
 *
 *     hf_scope *scope;
 *     status = hf_scope_create(thread, "request", &scope);
 *     status = hf_scope_bytes(thread, scope, 4096, buffer);        made in the scope
 *     status = hf_scope_add_resource(thread, scope, connection);   given to it
 *     status = hf_scope_add_cleanup(thread, scope, log_end, request);
 *     ...
 *     status = hf_scope_close(thread, scope, 0);
 *
 * A scope owns what is in it.  Its close ends each thing exactly once, the last added first; its
 * buffers are the last, all at one moment, so that a cleanup function still finds what they hold.
 * Afterwards such a buffer is empty, a handle's word says where the scope was closed, and a
 * callback's address is a tombstone.
 *
 * While a call, fence or foreign pin holds something of the scope the close is refused, or waits,
 * and a report names who that is.  A call that begins meanwhile either runs to its end before the
 * close or finds things ended; the bytes of a buffer do not go while anybody has them.
 */

#include "callback.h"
#include "export.h"
#include "fence.h"
#include "pinset.h"
#include "ref.h"
#include "root.h"
#include "status.h"
#include "token.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

typedef struct hf_scope hf_scope;

/** A function of the user's that a close calls: managed state, on the thread that closes. */
typedef void (*hf_scope_fn)(hf_thread *thread, void *user);

/**
 * Makes a scope.
 *
 * @param name  for reports; static text.
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The caller owns it: hf_scope_close().  One that is never closed is reported
 *                  with its place; its cleanup functions then do not run.
 * @par Threads     The owner, in managed state; the scope may be used by any attached thread.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_create_at(hf_thread *thread, const char *name,
                                                  hf_scope **scope_out, hf_site site);

/** hf_scope_create_at() with the place of the call. */
#define hf_scope_create(thread, name, scope_out)                                                   \
    hf_scope_create_at((thread), (name), (scope_out), HF_SITE)

/**
 * Makes a scope inside another one, which closes it first.
 *
 * @return as hf_scope_create_at(); HF_E_SCOPE or HF_E_CLOSED, reported, if `parent` closes or is
 *         closed; HF_E_MISUSE, reported, if it is of another runtime.
 *
 * @par Ownership   The parent's close closes it; the caller may do so before.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_create_inside_at(hf_thread *thread, hf_scope *parent,
                                                         const char *name, hf_scope **scope_out,
                                                         hf_site site);

/** hf_scope_create_inside_at() with the place of the call. */
#define hf_scope_create_inside(thread, parent, name, scope_out)                                    \
    hf_scope_create_inside_at((thread), (parent), (name), (scope_out), HF_SITE)

/**
 * Closes a scope, those inside it first.
 *
 * It is refused, and nothing is touched, while a call, a fence, a pin that is not of the scope or
 * a run of a callback holds something of it.  From then on nothing can be added.  Things end in the
 * order told above; calls that have begun with its buffers meanwhile are waited for.
 * While it waits, what is in the scope is lent to nobody more: HF_E_SCOPE.
 *
 * @param timeout_ns  how long to wait for who holds it; 0: not at all; UINT64_MAX: for ever.
 * @return HF_OK; HF_E_BUSY, reported with who holds what, without a wait or when the caller holds
 *         it itself; HF_E_TIMEOUT likewise; HF_E_RELEASE when it is closed but a release function
 *         failed or a token was given up, which is reported; HF_E_CLOSED, reported with both
 * places; HF_E_MISUSE, reported; HF_E_NULL; HF_E_DETACHED.  After HF_E_BUSY and HF_E_TIMEOUT it may
 * be called again.
 *
 * @par Ownership   Takes the scope when it is closed.
 * @par Threads     Any attached thread, in managed state; waits in native state.
 * @par GC          May collect and park; runs release and cleanup functions.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_close_at(hf_thread *thread, hf_scope *scope,
                                                 uint64_t timeout_ns, hf_site site) HF_MAY_GC;

/** hf_scope_close_at() with the place of the call. */
#define hf_scope_close(thread, scope, timeout_ns)                                                  \
    hf_scope_close_at((thread), (scope), (timeout_ns), HF_SITE)

/* ---- what is in it ---- */

/*
 * All that follow: HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_DETACHED; HF_E_SCOPE, reported, when the
 * scope closes already; HF_E_CLOSED, reported, when it is closed; HF_E_MISUSE, reported, for a
 * scope or thing of another runtime, one that has ended, or one that a scope has already.  On
 * failure the thing is still the caller's.
 */

/**
 * Makes a buffer in a scope, which keeps it.
 *
 * @return as above; HF_E_SLOTS; HF_E_LIMIT; HF_E_OVERFLOW.
 *
 * @par Ownership   The scope's; `out` holds it too, and finds it empty after the close.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_bytes_at(hf_thread *thread, hf_scope *scope, size_t size,
                                                 hf_ref out, hf_site site) HF_MAY_GC;

/** hf_scope_bytes_at() with the place of the call. */
#define hf_scope_bytes(thread, scope, size, out)                                                   \
    hf_scope_bytes_at((thread), (scope), (size), (out), HF_SITE)

/**
 * Gives an owning pin to a scope.  It may still be destroyed before.
 *
 * @return as above.
 *
 * @par Ownership   The scope's.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_pin(hf_thread *thread, hf_scope *scope, hf_pin *pin);

/**
 * Gives a pin set to a scope, which closes and destroys it.  It may still be destroyed before.
 *
 * @return as above.
 *
 * @par Ownership   The scope's.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_pinset(hf_thread *thread, hf_scope *scope,
                                                   hf_pinset *set);

/**
 * Gives a handle to a scope.  It may still be destroyed, or used up, before.
 *
 * @return as above; HF_E_HANDLE, reported.
 *
 * @par Ownership   The scope's.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_handle(hf_thread *thread, hf_scope *scope, void *word);

/**
 * Gives a global to a scope.  It is taken out again before anybody else destroys it.
 *
 * @return as above.
 *
 * @par Ownership   The scope's.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_global(hf_thread *thread, hf_scope *scope,
                                                   hf_global *global);

/**
 * Gives a registered callback to a scope.  It is taken out again before anybody else destroys it.
 *
 * @return as above.
 *
 * @par Ownership   The scope's.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_callback(hf_thread *thread, hf_scope *scope,
                                                     hf_callback *callback);

/**
 * Gives a resource to a scope, which keeps and disposes it.  It may still be disposed before.
 *
 * @return as above; HF_E_SLOTS; HF_E_TYPE if it is no resource.
 *
 * @par Ownership   The scope's.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_resource(hf_thread *thread, hf_scope *scope,
                                                     const hf_slot *resource);

/**
 * Gives a token to a scope, which destroys it: an operation that is under way is cancelled and
 * waited for.  What it lends does not hold the scope.  It may still be destroyed before.
 *
 * @return as hf_scope_add_pin().
 *
 * @par Ownership   The scope's.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_token(hf_thread *thread, hf_scope *scope,
                                                  hf_token *token);

/**
 * Lets the close call a function.
 *
 * @return as above.
 *
 * @par Ownership   `user` is the caller's and is needed until the call.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_scope_add_cleanup(hf_thread *thread, hf_scope *scope,
                                                    hf_scope_fn cleanup, void *user);

/**
 * Takes a pin, pin set, handle's word, global, callback or token out again.
 *
 * @return HF_OK; HF_E_NOT_FOUND, not reported, if it is not in the scope; HF_E_NULL; HF_E_SCOPE,
 *         HF_E_CLOSED, HF_E_MISUSE as above; HF_E_DETACHED.
 *
 * @par Ownership   The caller's again.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_scope_release(hf_thread *thread, hf_scope *scope, const void *thing);

/**
 * The same for a buffer that was made in the scope, or a resource.
 *
 * @return as hf_scope_release(); HF_E_SLOTS.
 *
 * @par Ownership   The slot's; the scope keeps it no more.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_scope_release_ref(hf_thread *thread, hf_scope *scope, const hf_slot *ref);

/**
 * The same for a cleanup function: the one that was added last with this `user`.
 *
 * @return as hf_scope_release().
 *
 * @par Ownership   `user` is not needed any more.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_scope_release_cleanup(hf_thread *thread, hf_scope *scope, hf_scope_fn cleanup,
                                          const void *user);

/* ---- a scope that ends with its block ---- */

/** What HF_SCOPE declares; the fields are the library's. */
typedef struct hf_scope_block {
    hf_thread *thread_;
    hf_scope *scope_;
    uint64_t serial_;
} hf_scope_block;

/** How long the end of a block waits for who holds the scope, in nanoseconds: a second. */
#define HF_SCOPE_WAIT_NS UINT64_C(1000000000)

/**
 * Begins a block's scope.  Prefer HF_SCOPE.
 *
 * @param scope_out  NULL on failure, which every function that takes the scope answers with
 *                   HF_E_NULL.
 * @return what hf_scope_leave() is given.
 *
 * @par Ownership   As hf_scope_create().
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_scope_block hf_scope_enter(hf_thread *thread, const char *name, hf_scope **scope_out,
                                     hf_site site);

/**
 * Ends a block's scope, if it is not closed already; waits up to HF_SCOPE_WAIT_NS.  A scope that is
 * held even then is reported, and stays.
 *
 * @par Ownership   As hf_scope_close().
 * @par Threads     The owner, in managed state.
 * @par GC          As hf_scope_close().
 * @par Last-error  Preserved.
 */
HF_API void hf_scope_leave(const hf_scope_block *block) HF_MAY_GC;

#ifdef HF_CLEANUP
/** Declares the scope `name`, which closes with the block. */
#define HF_SCOPE(thread, name)                                                                     \
    hf_scope *name = NULL;                                                                         \
    hf_scope_block HF_PASTE(name, _block_) HF_CLEANUP(hf_scope_leave) =                            \
        hf_scope_enter((thread), #name, &name, HF_SITE);                                           \
    (void)HF_PASTE(name, _block_)
#endif

HF_END_DECLS

#endif
