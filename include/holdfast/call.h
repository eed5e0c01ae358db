/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_H
#define HOLDFAST_CALL_H

/*
 * Calling native functions.
 *
 *     HF_FRAME(thread);
 *     hf_result result = HF_RESULT_INIT;
 *     status = hf_call(thread, readlink_fn, &result, HF_ARGS(HF_CSTR("/proc/self/exe")));
 *     hf_ref target = hf_result_out(&result, 0);        a buffer of exactly the right size
 *
 * The caller passes what the prototype leaves to the caller, in its order.  What
 * is lent is pinned for exactly the native call.  A function that says "too small"
 * is called again with a larger buffer, as its roles describe.  The native error
 * values are fields of the result, taken before anything else could change them.
 */

#include "export.h"
#include "library.h"
#include "ref.h"
#include "resource.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/* ---- arguments ---- */

typedef enum hf_arg_kind {
    HF_ARG_END = 0, /* ends a list */
    HF_ARG_SIGNED,
    HF_ARG_UNSIGNED,
    HF_ARG_FLOATING,
    HF_ARG_POINTER,  /* native memory or an opaque value; never managed memory */
    HF_ARG_CSTR,     /* UTF-8, NUL-terminated; converted for wide parameters */
    HF_ARG_BUFFER,   /* a managed buffer or a part of it, pinned for the call */
    HF_ARG_RESOURCE, /* a resource, held open for the call */
    HF_ARG_NULL,
    HF_ARG_TEXT,     /* UTF-8 of `length` bytes; a NUL inside is refused */
    HF_ARG_UTF16,    /* UTF-16 of `length` units, HF_WHOLE: up to its NUL */
    HF_ARG_TEXTS,    /* `length` UTF-8 texts, HF_WHOLE: up to a NULL */
    HF_ARG_STRUCT,   /* `length` bytes of a struct, union or complex number: by value, or behind a
                        pointer */
    HF_ARG_LINKED,   /* an hf_linked: memory that holds addresses of managed buffers */
    HF_ARG_CALLBACK, /* an hf_callback */
    HF_ARG_FUNCTION, /* an hf_transient: a handler for this call alone */
    HF_ARG_HANDLE,   /* an hf_handle's word */
    HF_ARG_RECORD,   /* a managed record or array as it is: all that it refers to must be pinned */
    HF_ARG_FIELD,    /* field number `offset` of a record: only what that one refers to */
    HF_ARG_ELEMENT   /* an array of references from element `offset` on */
} hf_arg_kind;

typedef struct hf_arg {
    hf_arg_kind kind;
    uint32_t width; /* of a number: bytes of its C type; 0: the parameter's, and not for `...` */
    union {
        int64_t i;
        uint64_t u;
        double f;
        const void *pointer;
        const hf_slot *ref;
    } as;
    size_t offset; /* HF_ARG_BUFFER */
    size_t length; /* HF_ARG_BUFFER, HF_ARG_TEXT, ...; HF_WHOLE: up to the end */
} hf_arg;

/** A place in native memory that is to hold the address of byte `from` of a buffer. */
typedef struct hf_link {
    size_t at; /* bytes from the start of the memory */
    const hf_slot *buffer;
    size_t from;
} hf_link;

/** Native memory whose links are pinned and filled in for the call, and zeroed behind it. */
typedef struct hf_linked {
    void *memory;
    size_t size;
    const hf_link *links;
    size_t link_count;
} hf_linked;

#define HF_WHOLE SIZE_MAX

#ifndef __cplusplus
/* clang-format off */
#define HF_INT(value)        { HF_ARG_SIGNED, 0, { .i = (int64_t)(value) }, 0, 0 }
#define HF_UINT(value)       { HF_ARG_UNSIGNED, 0, { .u = (uint64_t)(value) }, 0, 0 }
#define HF_DOUBLE(value)     { HF_ARG_FLOATING, 8, { .f = (double)(value) }, 0, 0 }
#define HF_POINTER(value)    { HF_ARG_POINTER, 0, { .pointer = (value) }, 0, 0 }
#define HF_CSTR(text)        { HF_ARG_CSTR, 0, { .pointer = (text) }, 0, 0 }
#define HF_TEXT(text, bytes) { HF_ARG_TEXT, 0, { .pointer = (text) }, 0, (bytes) }
#define HF_UTF16(text, units) { HF_ARG_UTF16, 0, { .pointer = (text) }, 0, (units) }
#define HF_TEXTS(texts, count) { HF_ARG_TEXTS, 0, { .pointer = (texts) }, 0, (count) }
#define HF_STRUCT(object)    { HF_ARG_STRUCT, 0, { .pointer = &(object) }, 0, sizeof(object) }
#define HF_LINKED(linked)    { HF_ARG_LINKED, 0, { .pointer = (linked) }, 0, 0 }
#define HF_CALLBACK(callback) { HF_ARG_CALLBACK, 0, { .pointer = (callback) }, 0, 0 }
#define HF_FUNCTION(transient) { HF_ARG_FUNCTION, 0, { .pointer = (transient) }, 0, 0 }
#define HF_HANDLE(word)      { HF_ARG_HANDLE, 0, { .pointer = (word) }, 0, 0 }
#define HF_RESOURCE(resource) { HF_ARG_RESOURCE, 0, { .ref = (resource) }, 0, 0 }
#define HF_RECORD(object)    { HF_ARG_RECORD, 0, { .ref = (object) }, 0, HF_WHOLE }
#define HF_RECORD_FIELD(record, field) { HF_ARG_FIELD, 0, { .ref = (record) }, (field), 0 }
#define HF_ELEMENT(array, index) { HF_ARG_ELEMENT, 0, { .ref = (array) }, (index), HF_WHOLE }
#define HF_NULL              { HF_ARG_NULL, 0, { .u = 0 }, 0, 0 }
#define HF_BUFFER(buffer, from, count) { HF_ARG_BUFFER, 0, { .ref = (buffer) }, (from), (count) }

/* Numbers that say their C type, as the variable part of a call must. */
#define HF_INT32(value)      { HF_ARG_SIGNED, 4, { .i = (int32_t)(value) }, 0, 0 }
#define HF_INT64(value)      { HF_ARG_SIGNED, 8, { .i = (int64_t)(value) }, 0, 0 }
#define HF_UINT32(value)     { HF_ARG_UNSIGNED, 4, { .u = (uint32_t)(value) }, 0, 0 }
#define HF_UINT64(value)     { HF_ARG_UNSIGNED, 8, { .u = (uint64_t)(value) }, 0, 0 }
#define HF_LONG(value)       { HF_ARG_SIGNED, sizeof(long), { .i = (long)(value) }, 0, 0 }
#define HF_SIZE(value)       { HF_ARG_UNSIGNED, sizeof(size_t), { .u = (size_t)(value) }, 0, 0 }
/* clang-format on */

/** Ends a list of arguments. */
#define HF_ARGS_END                                                                                \
    {                                                                                              \
        HF_ARG_END, 0, { .u = 0 }, 0, 0                                                            \
    }

/** The arguments of one call, each evaluated once.  Language runtimes and C++ fill an array and end
 * it with HF_ARG_END. */
#define HF_ARGS(...) ((const hf_arg[]){ __VA_ARGS__, HF_ARGS_END })
#define HF_NO_ARGS   ((const hf_arg[]){ { HF_ARG_END, 0, { .u = 0 }, 0, 0 } })
#endif

/* ---- results ---- */

#define HF_RESULT_TRIES   6
#define HF_RESULT_OUTS    8 /* most outputs of one function that are buffers */
#define HF_RESULT_SCALARS 8 /* most outputs of one function that are scalars */

/** One try of a growing call. */
typedef struct hf_try {
    uint64_t capacity; /* bytes announced for the first growing buffer */
    uint64_t needed;   /* bytes the callee asked for; 0: it did not say */
    int64_t error;     /* by the prototype's error source */
} hf_try;

/**
 * What a call gave back.  Needs no free.  Its output slots belong to the frame
 * that is innermost at the first call with it, and are used again by the next call.
 */
typedef struct hf_result {
    uint32_t struct_size; /* HF_RESULT_INIT sets it */
    uint32_t attempts; /* native calls made, repeats and pieces too; the last HF_RESULT_TRIES are in
                          `tries` */
    union {
        int64_t i; /* integer results, sign- or zero-extended by the declared type */
        uint64_t u;
        double f;
        void *pointer;
    } value;
    int64_t error;       /* by the prototype's error source; 0 when the call succeeded */
    int32_t errno_value; /* of the last try, always */
    uint32_t last_error;
    uint32_t wsa_error;
    bool failed;               /* the prototype's fail(...) held on the last try */
    uint32_t out_count;        /* outputs in hf_result_out() */
    uint32_t scalar_count;     /* outputs in hf_result_scalar() */
    hf_status callback_status; /* of the first callback that failed under the call; HF_OK */
    const char *callback_name; /* its name, as long as it is not destroyed; NULL */
    /* Where its error began: in itself, at depth 1, or in one that ran under a call of its handler,
     * and so on, as long as each handler gave HF_E_CALLBACK back. */
    uint32_t callback_depth;
    hf_status callback_origin_status;
    const char *callback_origin;
    hf_try tries[HF_RESULT_TRIES];
    /* The library's: */
    hf_ref slots_;
    struct hf_frame *frame_; /* where the slots are */
    uint32_t frame_cookie_;
    uint32_t slot_count_;
    uint32_t floating_mask_; /* scalars that are the bits of a double */
    int64_t scalars_[HF_RESULT_SCALARS];
} hf_result;

#ifdef __cplusplus
#define HF_RESULT_INIT hf_result_make()
#else
#define HF_RESULT_INIT                                                                             \
    {                                                                                              \
        .struct_size = (uint32_t)sizeof(hf_result)                                                 \
    }
#endif

/**
 * Calls.
 *
 * @param result     HF_RESULT_INIT before its first use.
 * @param arguments  HF_ARGS(...), HF_NO_ARGS, or an array that ends with HF_ARG_END.
 * @return HF_OK when the native function succeeded by its prototype (or has no fail role);
 *         HF_E_NATIVE when it failed: error, errno_value and the others say how.
 *         Nothing was called, and a report names function and argument: HF_E_OPTIONS,
 *         HF_E_ARGUMENT_COUNT, HF_E_ARGUMENT_KIND, HF_E_RANGE, HF_E_NULL, HF_E_SLOTS, HF_E_UTF,
 *         HF_E_EMBEDDED_NUL, HF_E_NOT_LENDABLE, HF_E_CLOSED, HF_E_TYPE, HF_E_MISUSE.
 *         HF_E_SHUTDOWN when the runtime is stopping.  attempts is 0 when nothing was called; else
 *         it began to stop meanwhile: value, failed and the error values are the native function's,
 *         outputs are cleared, and a growing call made no further try.
 *         The callee breaks its protocol, and a report says how: HF_E_GROW_LIMIT,
 *         HF_E_NO_PROGRESS, HF_E_LYING_SIZE, HF_E_OVERRUN, HF_E_LOST, and HF_E_UTF for a `text`
 *         output.  HF_E_TIMEOUT, reported, when time_max_ns of the function's options has passed
 *         before a further try.
 *         A callback that ran under it: HF_E_CALLBACK when its handler failed, with status and name
 *         in the result; HF_E_JUMPED, reported, when something jumped over it.  The native
 *         function has returned, outputs are cleared, and a growing call made no further try.
 *         HF_E_NOMEM, HF_E_LIMIT, HF_E_OVERFLOW; HF_E_DETACHED; HF_E_FORKED.
 *
 * @par Ownership   The result's outputs belong to its slots.  Arguments are borrowed for the call.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect before and after the native call; lent memory is pinned during it.
 * @par Last-error  Not preserved, as after any call; the values that count are in the result.
 */
HF_API hf_status hf_call(hf_thread *thread, const hf_function *function, hf_result *result,
                         const hf_arg *arguments) HF_MAY_GC;

#define HF_ADOPT_RESULT (-1)

/**
 * hf_call() with a resource that owns what the function gives, from the moment it gives it: there
 * is no step between in which it could leak.
 *
 *     status = hf_call_adopting(thread, open_fn, &result, HF_ARGS(HF_CSTR(path), HF_INT(0)),
 *                               &fd_class, HF_ADOPT_RESULT, file);
 *
 * @param class_of  of the resource; its invalid value means that there is nothing to own.
 * @param from      HF_ADOPT_RESULT, or the number of a scalar output.
 * @param out       receives the resource; null when the call fails or gives the invalid value.
 * @return those of hf_call() and of hf_resource_create().  Nothing was called, with a report:
 *         HF_E_NULL, HF_E_TYPE for a result that is no handle, HF_E_RANGE for an output that is
 *         none, HF_E_UNSUPPORTED for a function that may succeed several times in one call.  When
 *         something behind a native success fails, what the function gave is released.
 *         HF_E_CLOSED, with a report, if a callback disposed the resource during the call; then
 *         that is released too.
 *
 * @par Ownership   The resource owns what the function gave.  Otherwise as hf_call().
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect before and after the native call; lent memory is pinned during it.
 * @par Last-error  Not preserved, as after any call; the values that count are in the result.
 */
HF_API hf_status hf_call_adopting_at(hf_thread *thread, const hf_function *function,
                                     hf_result *result, const hf_arg *arguments,
                                     const hf_resource_class *class_of, int from, hf_ref out,
                                     hf_site site) HF_MAY_GC;

/** hf_call_adopting_at() with the place of the call. */
#define hf_call_adopting(thread, function, result, arguments, class_of, from, out)                 \
    hf_call_adopting_at((thread), (function), (result), (arguments), (class_of), (from), (out),    \
                        HF_SITE)

/**
 * hf_call_adopting() with a resource that came from another one: as hf_resource_create_child().
 *
 *     status = hf_call_adopting_child(thread, prepare_fn, &result, HF_ARGS(HF_RESOURCE(database),
 *                                     ...), &statement_class, 0, database, statement);
 *
 * @param parent  a slot that holds a resource, and not `out`.
 * @return those of hf_call_adopting() and of hf_resource_create_child(); HF_E_ARGUMENT, reported,
 * if `parent` is `out`.
 *
 * @par Ownership   The resource owns what the function gave.  Otherwise as hf_call().
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect before and after the native call; lent memory is pinned during it.
 * @par Last-error  Not preserved, as after any call; the values that count are in the result.
 */
HF_API hf_status hf_call_adopting_child_at(hf_thread *thread, const hf_function *function,
                                           hf_result *result, const hf_arg *arguments,
                                           const hf_resource_class *class_of, int from,
                                           const hf_slot *parent, hf_ref out,
                                           hf_site site) HF_MAY_GC;

/** hf_call_adopting_child_at() with the place of the call. */
#define hf_call_adopting_child(thread, function, result, arguments, class_of, from, parent, out)   \
    hf_call_adopting_child_at((thread), (function), (result), (arguments), (class_of), (from),     \
                              (parent), (out), HF_SITE)

/**
 * Slot of output number `index`, counted over the outputs that are buffers, in the order of the
 * prototype.
 *
 * @return NULL when there is no such output.
 *
 * @par Ownership   The slot belongs to the frame that was innermost at the first call with this
 * result.
 * @par Threads     The thread that called, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_ref hf_result_out(const hf_result *result, uint32_t index);

/**
 * Value of scalar output number `index`, counted over the outputs that are scalars, in the order of
 * the prototype: {out} and {inout} integers and pointers, and sizes that the callee writes.
 *
 * @return the value, sign- or zero-extended by its type; 0 when there is no such output, it is a
 * floating one, or the call did not succeed.
 *
 * @par Ownership   Copies.
 * @par Threads     The thread that called.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API int64_t hf_result_scalar(const hf_result *result, uint32_t index);

/**
 * The same for a scalar output that is a float or a double.
 *
 * @return 0 when there is no such output, it is no floating one, or the call did not succeed.
 *
 * @par Ownership   Copies.
 * @par Threads     The thread that called.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API double hf_result_floating(const hf_result *result, uint32_t index);

#ifdef __cplusplus
/**
 * A result before its first use; HF_RESULT_INIT in C++.
 *
 * @par Ownership   Copies.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
static inline hf_result hf_result_make(void)
{
    hf_result result = hf_result();
    result.struct_size = (uint32_t)sizeof(hf_result);
    return result;
}
#endif

HF_END_DECLS

#endif
