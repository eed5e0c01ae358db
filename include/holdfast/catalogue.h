/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CATALOGUE_H
#define HOLDFAST_CATALOGUE_H

/*
 * The catalogue of native functions: ready, safe calls by name.
 *
 *     const hf_function *working_directory = hf_native(thread, "getcwd");
 *     ...
 *     status = hf_call(thread, working_directory, &result, HF_NO_ARGS);
 *     hf_ref path = hf_result_out(&result, 0);        exactly as long as the path is
 *
 * A row of the catalogue is all that a call needs to know: the library, the C declaration, and
 * roles that say how the function tells "too small".  So none of these functions is ever called
 * in a loop by hand.  Keep the pointer: it is the same until the runtime ends.
 *
 * What each row says, and how a program adds rows of its own: docs/retry.md.
 */

#include "call.h"
#include "export.h"
#include "library.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/* ---- calling ---- */

/**
 * Gives the function of a row, ready for hf_call().  The first time in a runtime its library is
 * opened and the function bound; from then on it is one look into a table.
 *
 * @param name          of the row.  A second reading of a function has more behind a colon:
 *                      "RegQueryValueExW:performance".
 * @param function_out  receives the function.
 * @return HF_OK; HF_E_NULL; HF_E_NOT_FOUND, with a report that gives the nearest names that there
 *         are; this system does not have it, and a report says so: HF_E_LIBRARY, HF_E_SYMBOL;
 *         HF_E_PROTOTYPE, reported, for a row of the program's own; HF_E_UNSUPPORTED as
 *         hf_function_bind_at(); HF_E_SHUTDOWN; HF_E_NOMEM; HF_E_DETACHED; HF_E_FORKED.
 *         A failure is not remembered: the next call tries again.
 *
 * @par Ownership   Borrowed: it belongs to the runtime, as its library does.
 * @par Threads     The owner, in managed state.  All threads of a runtime get the same function.
 * @par GC          May park, at the first time of a name.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_native_get(hf_thread *thread, const char *name,
                                             const hf_function **function_out) HF_MAY_GC;

/**
 * hf_native_get() for programs that are content with the report.
 *
 * @return the function; NULL for whatever hf_native_get() refuses.
 *
 * @par Ownership   Borrowed: it belongs to the runtime, as its library does.
 * @par Threads     The owner, in managed state.  All threads of a runtime get the same function.
 * @par GC          May park, at the first time of a name.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK const hf_function *hf_native(hf_thread *thread, const char *name) HF_MAY_GC;

/**
 * Calls a row's function and gives the text that it fills, as a managed string: UTF-8 in a buffer
 * of exactly its length, with a NUL behind it that is not counted, whatever the function's own
 * units are.
 *
 *     status = hf_native_text(thread, "getcwd", HF_NO_ARGS, path, NULL);
 *
 * @param text_out   receives the first output that is text; null when the call fails.
 * @param error_out  receives the native error, by the row's source of it; may be NULL.
 * @return those of hf_native_get() and hf_call(); HF_E_TYPE, reported, if the function fills no
 *         text.
 *
 * @par Ownership   The slot holds the string.  Arguments are borrowed for the call.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved, as after any call.
 */
HF_API HF_MUST_CHECK hf_status hf_native_text(hf_thread *thread, const char *name,
                                              const hf_arg *arguments, hf_ref text_out,
                                              int64_t *error_out) HF_MAY_GC;

/**
 * The same for a function that fills a list of texts.
 *
 *     status = hf_native_texts(thread, "GetLogicalDriveStringsW", HF_NO_ARGS, drives, NULL);
 *
 * @param array_out  receives an array of managed strings; null when the call fails.
 * @return those of hf_native_get() and hf_call(); HF_E_TYPE, reported, if the function fills no
 *         list of texts.
 *
 * @par Ownership   The slot holds the array.  Arguments are borrowed for the call.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved, as after any call.
 */
HF_API HF_MUST_CHECK hf_status hf_native_texts(hf_thread *thread, const char *name,
                                               const hf_arg *arguments, hf_ref array_out,
                                               int64_t *error_out) HF_MAY_GC;

/**
 * Binds the function of a row for this caller alone, who says how it grows: the first capacity, the
 * most bytes, the most tries.  What the function does is the row's business, what a caller is
 * ready to pay for it is the caller's.
 *
 * @param options  as for hf_function_bind_with(); types come on top of those that the row knows;
 *                 with an address no library is opened.  NULL for defaults.
 * @return those of hf_native_get(); HF_E_OPTIONS.
 *
 * @par Ownership   The caller owns it: hf_function_destroy().
 * @par Threads     The owner, in managed state.  The function may be called by all threads at once.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_native_with_at(hf_thread *thread, const char *name,
                                                 const hf_function_options *options,
                                                 hf_function **function_out,
                                                 hf_site site) HF_MAY_GC;

/** hf_native_with_at() with the place of the call. */
#define hf_native_with(thread, name, options, function_out)                                        \
    hf_native_with_at((thread), (name), (options), (function_out), HF_SITE)

/* ---- rows ---- */

/** How somebody knows what a row says; several may be true. */
typedef enum hf_native_evidence {
    HF_NATIVE_MEASURED = 1,   /* seen on a real system: on Linux, or under wine */
    HF_NATIVE_TESTED = 2,     /* wine's tests, which run on Windows too, want it */
    HF_NATIVE_PUBLISHED = 4,  /* read in a program that is known to work, or in the story of its
                                 bug */
    HF_NATIVE_DOCUMENTED = 8, /* what the manual says */
} hf_native_evidence;

/** One function. */
typedef struct hf_native_row {
    const char *name;      /* what it is asked for by; with ":..." a second reading of it */
    const char *library;   /* as hf_library_open() takes it */
    const char *prototype; /* the declaration with its roles: docs/prototypes.md */
    const char *source;    /* where the facts are from; may be NULL in rows of the program's own */
    uint32_t evidence;     /* of hf_native_evidence */
} hf_native_row;

typedef struct hf_native_add_options {
    uint32_t struct_size;      /* HF_NATIVE_ADD_OPTIONS_INIT sets it */
    uint32_t search;           /* hf_search: where the rows' libraries are looked for */
    const hf_type_size *types; /* that the prototypes name; borrowed as the rows are */
    size_t type_count;
} hf_native_add_options;

#define HF_NATIVE_ADD_OPTIONS_INIT                                                                 \
    {                                                                                              \
        (uint32_t)sizeof(hf_native_add_options), 0, NULL, 0                                        \
    }

/**
 * Adds rows of the program's own to the catalogue of this runtime; all of them, or none.  A row is
 * read when its function is first asked for.
 *
 *     static const hf_native_row rows[] = {
 *         { "zone_name", "zones.dll", "int zone_name(char *name {out, text}, int size ...", NULL,
 *           HF_NATIVE_DOCUMENTED },
 *     };
 *     status = hf_native_add(thread, rows, 1, NULL);
 *
 * @param options  NULL for defaults.
 * @return HF_OK; HF_E_NULL, reported, also for a row without a name, a library or a prototype;
 *         HF_E_OPTIONS, reported; HF_E_ALREADY_SET, with a report that gives the name that is
 *         there already; HF_E_SHUTDOWN; HF_E_NOMEM; HF_E_DETACHED; HF_E_FORKED.
 *
 * @par Ownership   Rows, texts and types are borrowed until the runtime has ended.
 * @par Threads     The owner, in managed state; beside hf_native_get() on other threads.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_native_add(hf_thread *thread, const hf_native_row *rows,
                                             size_t row_count,
                                             const hf_native_add_options *options);

/* ---- what there is ---- */

/** A row, as tools see it. */
typedef struct hf_native_info {
    uint32_t struct_size; /* HF_NATIVE_INFO_INIT sets it */
    uint32_t evidence;    /* of hf_native_evidence */
    const char *name;
    const char *library;
    const char *prototype;
    const char *source;
} hf_native_info;

#define HF_NATIVE_INFO_INIT                                                                        \
    {                                                                                              \
        (uint32_t)sizeof(hf_native_info), 0, NULL, NULL, NULL, NULL                                \
    }

/**
 * Counts the rows that come with the library for this kind of system.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, also without a runtime.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API size_t hf_native_count(void);

/**
 * Gives one of them; those of a topic stand together.  That a row is here does not mean that this
 * machine has the function.
 *
 * @param index     less than hf_native_count().
 * @param info_out  HF_NATIVE_INFO_INIT before; filled as far as its struct_size reaches.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS for a struct_size that is not set; HF_E_RANGE.
 *
 * @par Ownership   The texts are static.
 * @par Threads     Any, also without a runtime.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_native_at(size_t index, hf_native_info *info_out);

HF_END_DECLS

#endif
