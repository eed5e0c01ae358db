/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALLBACK_H
#define HOLDFAST_CALLBACK_H

/*
 * Callbacks: function pointers that enter managed code.
 *
 *     static hf_status compare(hf_thread *thread, const hf_value *arguments, hf_value *result,
 *                              void *user)
 *     {
 *         int a, b;
 *         memcpy(&a, arguments[0].pointer, sizeof a);
 *         memcpy(&b, arguments[1].pointer, sizeof b);
 *         result->i = (a > b) - (a < b);
 *         return HF_OK;
 *     }
 *     hf_callback *callback;
 *     status = hf_callback_create(thread, "int compare(const void *a, const void *b) {safe(0)}",
 *                                 compare, NULL, &callback);
 *
 * A handler runs in managed state, in a frame of its own: it may allocate, collect,
 * call native functions and be called back again.  Native code may call from any
 * thread; one that is not attached is attached for the call.  An error that the
 * handler returns is parked: native code gets the safe value, and the hf_call()
 * around it gives HF_E_CALLBACK.  Nothing jumps over native frames.
 *
 * A *registered* callback lives until hf_callback_destroy(); its address then
 * belongs to a tombstone, which reports and gives the safe value.  A *transient*
 * one (HF_FUNCTION) is valid during one call.
 */

#include "binding.h"
#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** One value on its way: integers are sign- or zero-extended by their declared type, a float is
 * widened, a struct is behind `pointer`. */
typedef union hf_value {
    int64_t i;
    uint64_t u;
    double f;
    void *pointer;
} hf_value;

/**
 * A handler.
 *
 * @param arguments  one for each parameter; what they point to is the native caller's.
 * @param result     zero at first; for a struct result, `pointer` is where it goes.
 * @return HF_OK; anything else parks that status, and native code gets the safe value.
 */
typedef hf_status (*hf_callback_fn)(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                    void *user);

typedef struct hf_callback hf_callback;

/** A handler for one call: HF_FUNCTION(&(hf_transient){ compare, &order }). */
typedef struct hf_transient {
    hf_callback_fn handler;
    void *user;
} hf_transient;

typedef struct hf_callback_options {
    uint32_t struct_size;          /* HF_CALLBACK_OPTIONS_INIT sets it */
    const hf_binding *binding;     /* where its types are declared; may be NULL */
    hf_prototype_error *error_out; /* filled on HF_E_PROTOTYPE; may be NULL */
} hf_callback_options;

#define HF_CALLBACK_OPTIONS_INIT                                                                   \
    {                                                                                              \
        (uint32_t)sizeof(hf_callback_options), NULL, NULL                                          \
    }

/**
 * Makes a function pointer that runs `handler`.
 *
 * @param prototype  its declaration; `{safe(n)}` behind it is what native code gets when the
 *                   handler cannot run or fails, 0 without it.
 * @param options    NULL for defaults.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS; HF_E_PROTOTYPE, reported; HF_E_UNSUPPORTED for a
 *         signature that cannot be called back here; HF_E_NOMEM; HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The caller owns it: hf_callback_destroy().  `user` is the caller's.
 * @par Threads     The owner, in managed state.  Native code may call it on any thread.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_callback_create_at(hf_thread *thread, const char *prototype,
                                                     hf_callback_fn handler, void *user,
                                                     const hf_callback_options *options,
                                                     hf_callback **callback_out,
                                                     hf_site site) HF_MAY_GC;

/** hf_callback_create_at() with default options and the place of the call. */
#define hf_callback_create(thread, prototype, handler, user, callback_out)                         \
    hf_callback_create_at((thread), (prototype), (handler), (user), NULL, (callback_out), HF_SITE)

/**
 * The function pointer.
 *
 * @return NULL for NULL.
 *
 * @par Ownership   Borrowed until hf_callback_destroy(); a later call of it is answered by a
 * tombstone.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void *hf_callback_address(const hf_callback *callback);

/**
 * Ends a callback: its address becomes a tombstone.  While it runs, on whatever thread, also when
 * it does this to itself, the end waits for the last run without blocking.
 *
 * @param callback  NULL is fine.
 * @return HF_OK; HF_E_BUSY when runs are under way: it ends behind the last one; HF_E_MISUSE,
 *         reported with both places, if it was destroyed before; HF_E_SCOPE, reported, if it is in
 *         a scope.
 *
 * @par Ownership   Takes it; `user` may be needed until the last run is over.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_callback_destroy_at(hf_callback *callback, hf_site site);

/** hf_callback_destroy_at() with the place of the call. */
#define hf_callback_destroy(callback) hf_callback_destroy_at((callback), HF_SITE)

/** Where the code of function pointers made at run time lies. */
typedef enum hf_code_memory {
    HF_CODE_UNKNOWN, /* there was no memory to look */
    HF_CODE_STATIC,  /* pages of libffi's own file, never writable */
    HF_CODE_WRITABLE /* pages that are writable too, there or at a second address */
} hf_code_memory;

/**
 * Tells where the code of callbacks lies on this system; found out with two closures at the first
 * time.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_code_memory hf_callback_memory(void);

HF_END_DECLS

#endif
