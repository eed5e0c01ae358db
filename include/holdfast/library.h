/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_LIBRARY_H
#define HOLDFAST_LIBRARY_H

/*
 * Native libraries and functions.
 *
 *     hf_library *libc;
 *     status = hf_library_open(thread, "c", &libc);
 *     hf_function *getcwd_fn;
 *     status = hf_function_bind(thread, libc,
 *         "char *getcwd(char *buffer {out, text}, size_t size {capacity(buffer)})"
 *         " {fail(result == 0), error(errno), grow(error == 34)}", &getcwd_fn);
 *
 * A prototype is a C declaration, pasted from a header, with roles in braces that
 * say what C cannot: which argument sizes which buffer, what means failure and
 * what means "too small".  docs/prototypes.md is the reference.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

typedef struct hf_library hf_library;
typedef struct hf_function hf_function;
typedef struct hf_binding hf_binding; /* binding.h */

/** Where a bare name is looked for. */
typedef enum hf_search {
    HF_SEARCH_SYSTEM, /* Windows: the system directory alone; POSIX: the loader's own list.  Paths
                         have to be absolute */
    HF_SEARCH_ANY     /* wherever the loader looks, on Windows also beside the program and in the
                         current directory; paths may be relative */
} hf_search;

typedef struct hf_library_options {
    uint32_t struct_size;     /* HF_LIBRARY_OPTIONS_INIT sets it */
    uint32_t search;          /* hf_search */
    const char *const *names; /* tried in this order when `name` cannot be loaded; borrowed */
    size_t name_count;
} hf_library_options;

#define HF_LIBRARY_OPTIONS_INIT                                                                    \
    {                                                                                              \
        (uint32_t)sizeof(hf_library_options), 0, NULL, 0                                           \
    }

/**
 * Opens a library by UTF-8 name or absolute path.  "c" is the C library on every
 * system.  On POSIX "m" is also found as libm.so, or as the libm that belongs to the C
 * library.  A bare name has no separator and no colon, no control character, and
 * neither a dot nor a space at its end.
 *
 * @param options  NULL for defaults.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS; HF_E_LIBRARY, with a report that names it and says what
 *         the loader said; HF_E_UTF; HF_E_NOMEM; HF_E_DETACHED.
 *
 * @par Ownership   The caller owns it: hf_library_close().  Bound functions keep it loaded.
 * @par Threads     The owner, in managed state; loads in native state.  The library may be used by
 * all threads.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_library_open_at(hf_thread *thread, const char *name,
                                                  const hf_library_options *options,
                                                  hf_library **library_out, hf_site site) HF_MAY_GC;

/** hf_library_open_at() with the place of the call. */
#define hf_library_open_with(thread, name, options, library_out)                                   \
    hf_library_open_at((thread), (name), (options), (library_out), HF_SITE)

/** The same with default options. */
#define hf_library_open(thread, name, library_out)                                                 \
    hf_library_open_at((thread), (name), NULL, (library_out), HF_SITE)

/**
 * Closes it; it is unloaded when the last function bound from it is destroyed too.  Native code may
 * still hold what was handed to it: a callback, a lent pin, a thread of its own; whoever knows of
 * those closes the library behind them.
 *
 * @param library  NULL is fine.
 *
 * @par Ownership   Takes it.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_library_close(hf_library *library);

/** Size of a type that a prototype names and only a header knows: { "struct passwd", sizeof(struct
 * passwd), 8 }. */
typedef struct hf_type_size {
    const char *name;
    size_t size;
    size_t alignment;
} hf_type_size;

/** Where a prototype stopped making sense. */
typedef struct hf_prototype_error {
    uint32_t position; /* bytes from the start of the text */
    char found[48];
    char expected[160];
} hf_prototype_error;

/** How text that a function fills comes back. */
typedef enum hf_text_form {
    HF_TEXTS_AS_FILLED = 0, /* wide text in its own units */
    HF_TEXTS_UTF8 = 1       /* wide text as UTF-8 too, with a NUL behind it that is not counted */
} hf_text_form;

typedef struct hf_function_options {
    uint32_t struct_size; /* HF_FUNCTION_OPTIONS_INIT sets it */
    uint32_t tries_max;   /* of a growing call; default 24 */
    uint64_t first_bytes; /* first capacity of an out buffer; default: what its room(first n) says,
                             or 256; the least is 1 element */
    uint64_t bytes_max;   /* most bytes of an out buffer that grows; default 16 MiB */
    const hf_type_size *types; /* borrowed for the call */
    size_t type_count;
    hf_prototype_error *error_out; /* filled on HF_E_PROTOTYPE; may be NULL */
    void *address; /* the function itself, instead of a symbol of the library; may be NULL */
    const hf_binding *binding; /* whose types the prototype may use; borrowed for the call; NULL */
    uint32_t repeats_max;      /* most calls more for transient(...) failures; default 16 */
    uint32_t growth; /* percent of a capacity that the next one has at least; default 150, least 110
                      */
    uint64_t slack_bytes; /* added to what the callee says it needs, for what grows meanwhile */
    uint64_t time_max_ns; /* when that has passed, no further try is made; default: no deadline */
    hf_text_form texts;
    bool remembers; /* begin with the size that the last call of the function took, for its first
                       buffer that grows */
} hf_function_options;

#define HF_FUNCTION_OPTIONS_INIT                                                                   \
    {                                                                                              \
        (uint32_t)sizeof(hf_function_options), 0, 0, 0, NULL, 0, NULL, NULL, NULL, 0, 0, 0, 0,     \
            HF_TEXTS_AS_FILLED, false                                                              \
    }

/**
 * Prepares a function to be called: parses, checks, looks the symbol up.
 *
 * @param library    where the symbol is; NULL only with options->address.
 * @param prototype  the declaration; copied.
 * @param options    NULL for defaults.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS, with a report that names the field; HF_E_PROTOTYPE, with
 * a report that gives position, found and expected; HF_E_SYMBOL, with a report that names both;
 * HF_E_UNSUPPORTED for error(errno) of a C runtime whose errno cannot be found; HF_E_NOMEM;
 * HF_E_DETACHED.
 *
 * @par Ownership   The caller owns it: hf_function_destroy().
 * @par Threads     The owner, in managed state.  The function may be called by all threads at once.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_function_bind_at(hf_thread *thread, hf_library *library,
                                                   const char *prototype,
                                                   const hf_function_options *options,
                                                   hf_function **function_out,
                                                   hf_site site) HF_MAY_GC;

/** hf_function_bind_at() with the place of the call. */
#define hf_function_bind_with(thread, library, prototype, options, function_out)                   \
    hf_function_bind_at((thread), (library), (prototype), (options), (function_out), HF_SITE)

/** The same with default options. */
#define hf_function_bind(thread, library, prototype, function_out)                                 \
    hf_function_bind_at((thread), (library), (prototype), NULL, (function_out), HF_SITE)

/**
 * Gives a function back.  No call may begin from here on; while one is in it, on whatever thread,
 * the function and its hold on its library last until that is over, which is reported (HF_E_BUSY).
 *
 * @param function  NULL is fine.
 *
 * @par Ownership   Takes it.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_function_destroy(hf_function *function);

/**
 * Name of the native function.
 *
 * @par Ownership   Borrowed; lives as long as the function.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API const char *hf_function_name(const hf_function *function);

HF_END_DECLS

#endif
