/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BINDING_H
#define HOLDFAST_BINDING_H

/*
 * Bindings: a piece of a header, loaded at once.
 *
 *     static const char header[] =
 *         "typedef struct point { int x; int y; } point;"
 *         "_Static_assert(sizeof(point) == 8, \"as the compiler has it\");"
 *         "point middle(point a, point b);"
 *         "int area(const point *corners {in}, int count {capacity(corners)});";
 *     hf_binding *geometry;
 *     status = hf_binding_create(thread, library, header, NULL, &geometry);
 *     hf_function *middle;
 *     status = hf_binding_function(thread, geometry, "middle", &middle);
 *
 * Types, constants of enums and prototypes are understood when the binding is
 * made; a symbol is looked up when its function is first asked for, so a library
 * that lacks one function binds the others.
 */

#include "export.h"
#include "library.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/**
 * Understands the declarations of a header: typedefs, enums, structs, unions, prototypes with
 * roles, `_Static_assert` over sizeof, _Alignof and offsetof, `#pragma pack`.
 *
 * @param library  where the symbols are; NULL for a binding of types alone.
 * @param header   the text, at most 1 MiB; copied.
 * @param options  for all its functions; NULL for defaults.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS; HF_E_PROTOTYPE, with a report that gives position, found
 *         and expected; HF_E_LAYOUT, reported, when a type is not of the size that an assertion or
 *         options->types say; HF_E_NOMEM; HF_E_DETACHED.
 *
 * @par Ownership   The caller owns it: hf_binding_destroy().
 * @par Threads     The owner, in managed state.  The binding may be used by all threads.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_binding_create_at(hf_thread *thread, hf_library *library,
                                                    const char *header,
                                                    const hf_function_options *options,
                                                    hf_binding **binding_out,
                                                    hf_site site) HF_MAY_GC;

/** hf_binding_create_at() with the place of the call. */
#define hf_binding_create(thread, library, header, options, binding_out)                           \
    hf_binding_create_at((thread), (library), (header), (options), (binding_out), HF_SITE)

/**
 * A function of the header, looked up at the first time.
 *
 * @return HF_OK; HF_E_NULL, reported, also for a binding of types alone; HF_E_NOT_FOUND, reported,
 *         when the header does not declare it; HF_E_SYMBOL, reported, when the library has none of
 *         that name, and then it is looked up again the next time; HF_E_UNSUPPORTED; HF_E_MISUSE,
 *         reported, for a binding of another runtime; HF_E_NOMEM; HF_E_DETACHED.
 *
 * @par Ownership   Borrowed: it belongs to the binding.
 * @par Threads     The owner, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_binding_function(hf_thread *thread, hf_binding *binding,
                                                   const char *name,
                                                   hf_function **function_out) HF_MAY_GC;

/** What the header says about a type or a member of one. */
typedef struct hf_type_layout {
    size_t size;
    size_t alignment;
    size_t offset; /* of the member in its struct; 0 for a type */
    size_t count;  /* elements of an array member, else 1 */
} hf_type_layout;

/**
 * Size and place of a type ("struct point", "size_t") or of a member ("struct point.x",
 * "line.to.y").
 *
 * @return HF_OK; HF_E_NULL; HF_E_NOT_FOUND; HF_E_LAYOUT for a type that is declared but not
 *         defined; HF_E_NOMEM.
 *
 * @par Ownership   Copies.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_binding_layout(const hf_binding *binding, const char *type,
                                   hf_type_layout *layout_out);

/**
 * Value of a constant of an enum, or of a #define that is one.
 *
 * @return HF_OK; HF_E_NULL; HF_E_NOT_FOUND.
 *
 * @par Ownership   Copies.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_binding_constant(const hf_binding *binding, const char *name,
                                     int64_t *value_out);

/**
 * Gives a binding back, with its functions.  No call of one may begin from here on; while calls are
 * in them, they and what they need last until those are over, which is reported (HF_E_BUSY).
 *
 * @param binding  NULL is fine.
 *
 * @par Ownership   Takes it.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_binding_destroy(hf_binding *binding);

HF_END_DECLS

#endif
