/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WRAP_H
#define HOLDFAST_WRAP_H

/*
 * Typed wrappers: from one declaration a function that calls native code with the guarantees of
 * hf_call(), without libffi and without a prototype that is read at run time.
 *
 *     HF_WRAP(ssize_t, guarded_write, write, HF_W_RESOURCE(int, file), HF_W_IN(data, size_t))
 *
 * makes
 *
 *     static inline hf_status guarded_write(hf_thread *thread, ssize_t *result,
 *                                           hf_native_error *error_out, const hf_slot *file,
 *                                           const hf_slot *data, size_t data_from,
 *                                           size_t data_count);
 *
 * It holds `file` open and pins `data`, checks the range against the buffer and against what a
 * size_t can say, goes native, calls write(), captures the error values, comes back and lets
 * everything go in reverse order.  What is refused calls nothing, and a report names function and
 * argument.  `result` may not be NULL and is written only when the function was called; `error_out`
 * may be NULL.  HF_WRAP_VOID leaves type and `result` out.
 *
 * The compiler checks the callee's parameters as for any call: a buffer that is lent as HF_W_IN
 * does not go to a pointer through which the callee may write.
 *
 * Parameters, at most 8, in the callee's order:
 *
 *   HF_W_VALUE(type, name)            a value as it is; no pointer
 *   HF_W_POINTER(type, name)          a pointer to native memory, or into what is pinned
 *   HF_W_TEXT(name)                   `const char *`, not NULL, checked as a pointer
 *   HF_W_TEXT_OR_NULL(name)
 *   HF_W_IN(name, size_type)          two parameters of the callee: the address of `count` bytes of
 *   HF_W_OUT(name, size_type)         a managed buffer, and their number as that integer type
 *   HF_W_INOUT(name, size_type)
 *   HF_W_IN_OR_NULL(name, size_type)  an empty slot (or NULL) is a null pointer; its count is 0
 *   HF_W_OUT_OR_NULL(name, size_type)
 *   HF_W_IN_AS(type, name)            the address of one `type` at the begin of a managed buffer
 *   HF_W_OUT_AS(type, name)
 *   HF_W_RESOURCE(type, name)         the native value of a resource, held open, cast to the type
 */

#include "export.h"
#include "fence.h"
#include "native.h"
#include "ref.h"
#include "status.h"
#include "wrap_macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** What the reports of a wrapper name. */
typedef struct hf_wrap_place {
    const char *function; /* the callee */
    const char *argument;
    hf_site site; /* of the declaration */
} hf_wrap_place;

/** A range of a buffer as a wrapper's caller gives it. */
typedef struct hf_wrap_range {
    size_t from;
    size_t count;
    uint64_t count_max; /* of the callee's integer type */
    bool may_be_null;
} hf_wrap_range;

/**
 * Pins a range of a buffer for a wrapper; hf_fence_end() is right whatever it returns.
 *
 * @param address_out  receives the address of the range's first byte, NULL on failure.
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_NOT_LENDABLE; HF_E_RANGE; HF_E_MISUSE; HF_E_DETACHED;
 * HF_E_FORKED.
 *
 * @par Ownership   The fence is the caller's memory, linked until hf_fence_end().
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_wrap_lend(hf_thread *thread, hf_fence *fence, const hf_wrap_place *place,
                              const hf_slot *buffer, hf_wrap_range range, void **address_out);

/**
 * Holds a resource open for a wrapper; hf_fence_end() is right whatever it returns.
 *
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_TYPE; HF_E_CLOSED; HF_E_MISUSE; HF_E_DETACHED;
 * HF_E_FORKED.
 *
 * @par Ownership   The value is good until hf_fence_end().
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_wrap_hold(hf_thread *thread, hf_fence *fence, const hf_wrap_place *place,
                              const hf_slot *resource, uintptr_t *value_out);

/**
 * Checks a pointer that a wrapper passes on: it must not lead into managed memory that can move.
 *
 * @return HF_OK; HF_E_NULL unless it may be; HF_E_ARGUMENT_KIND; HF_E_DETACHED; HF_E_FORKED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_wrap_pointer(hf_thread *thread, const hf_wrap_place *place, const void *pointer,
                                 bool may_be_null);

/* hf_wrap_lend(), inline when all is well; else the function does all of it, or says what is wrong.
 */
static inline hf_status hf_wrap_lend_(hf_thread *thread, hf_fence *fence,
                                      const hf_wrap_place *place, const hf_slot *buffer,
                                      hf_wrap_range range, void **address_out)
{
#if defined(HF_INLINE_FENCES_)
    uintptr_t object = hf_fence_open_(thread, fence, buffer, place->argument, place->site);
    if (HF_LIKELY_(object != 0)) {
        hf_span span = hf_fence_lent_(object);
        if (HF_LIKELY_(range.from <= span.size && range.count <= span.size - range.from &&
                       range.count <= range.count_max)) {
            *address_out = (char *)span.data + range.from;
            return HF_OK;
        }
        (void)hf_fence_end(fence);
    }
#endif
    return hf_wrap_lend(thread, fence, place, buffer, range, address_out);
}

/* Ends one of a wrapper's fences; the first failure counts. */
static inline void hf_wrap_end_(hf_fence *fence, hf_status *status)
{
    hf_status ended = hf_fence_end(fence);
    *status = *status != HF_OK ? *status : ended;
}

/* A fence that was not begun yet, so that it can be ended. */
static inline void hf_wrap_prepare_(hf_fence *fence)
{
    fence->record_.cookie = 0;
    fence->status_ = HF_E_NULL;
}

/** Declares a wrapper `name` of the native function `callee` with a result: see above.
 * HF_WRAP(type, name, callee, parameters...) */
#define HF_WRAP(type, name, ...)                                                                   \
    static inline hf_status name(                                                                  \
        hf_thread *thread, type *result,                                                           \
        hf_native_error *error_out HF_W_EACH_(HF_W_STAGE_PARAM_, __VA_ARGS__))                     \
    {                                                                                              \
        hf_status wrap_status_ = result ? HF_OK : HF_E_NULL;                                       \
        HF_W_EACH_(HF_W_STAGE_DECLARE_, __VA_ARGS__)                                               \
        if (wrap_status_ == HF_OK HF_W_EACH_(HF_W_STAGE_OPEN_, __VA_ARGS__)) {                     \
            wrap_status_ = HF_NATIVE_CALL(thread, error_out, *result, HF_W_CALL_(__VA_ARGS__));    \
        }                                                                                          \
        HF_W_BACK_(HF_W_STAGE_CLOSE_, __VA_ARGS__)                                                 \
        return wrap_status_;                                                                       \
    }                                                                                              \
    HF_W_SEMICOLON_(name)

/** The same for a function without a result.  HF_WRAP_VOID(name, callee, parameters...) */
#define HF_WRAP_VOID(name, ...)                                                                    \
    static inline hf_status name(                                                                  \
        hf_thread *thread, hf_native_error *error_out HF_W_EACH_(HF_W_STAGE_PARAM_, __VA_ARGS__))  \
    {                                                                                              \
        hf_status wrap_status_ = HF_OK;                                                            \
        HF_W_EACH_(HF_W_STAGE_DECLARE_, __VA_ARGS__)                                               \
        if (wrap_status_ == HF_OK HF_W_EACH_(HF_W_STAGE_OPEN_, __VA_ARGS__)) {                     \
            wrap_status_ = HF_NATIVE_CALL_VOID(thread, error_out, HF_W_CALL_(__VA_ARGS__));        \
        }                                                                                          \
        HF_W_BACK_(HF_W_STAGE_CLOSE_, __VA_ARGS__)                                                 \
        return wrap_status_;                                                                       \
    }                                                                                              \
    HF_W_SEMICOLON_(name)

#define HF_W_VALUE(type, name)            (VALUE_, type, name)
#define HF_W_POINTER(type, name)          (POINTER_, type, name)
#define HF_W_TEXT(name)                   (TEXT_, false, name)
#define HF_W_TEXT_OR_NULL(name)           (TEXT_, true, name)
#define HF_W_IN(name, size_type)          (IN_, size_type, name)
#define HF_W_OUT(name, size_type)         (OUT_, size_type, name)
#define HF_W_INOUT(name, size_type)       (OUT_, size_type, name)
#define HF_W_IN_OR_NULL(name, size_type)  (IN_NULL_, size_type, name)
#define HF_W_OUT_OR_NULL(name, size_type) (OUT_NULL_, size_type, name)
#define HF_W_IN_AS(type, name)            (IN_AS_, type, name)
#define HF_W_OUT_AS(type, name)           (OUT_AS_, type, name)
#define HF_W_RESOURCE(type, name)         (RESOURCE_, type, name)

HF_END_DECLS

#endif
