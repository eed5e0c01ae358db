/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_INSPECT_H
#define HOLDFAST_INSPECT_H

/*
 * Why is this alive, and what is it that grows?
 *
 *     char why[512];
 *     status = hf_why_alive(thread, subscriber, HF_WHY_SKIP_FRAME, why, sizeof why);
 *     puts(why);      global subscribers -> list.items -> [3] -> subscriber
 *
 *     status = hf_census_take(thread, &before);
 *     ...
 *     status = hf_census_take(thread, &after);
 *     status = hf_census_text(before, after, text, sizeof text, NULL);
 *     puts(text);     subscriber: 10 -> 110 objects (+100), 480 -> 5280 bytes (+4800), ...
 *
 * Both look at what is reachable, with the world stopped, and move and collect nothing.  They
 * cost nothing where they are not asked; that an object knows where it was made is checked
 * mode's (runtime.h).
 *
 * For people who look for a leak, not for programs that want to know when something dies: see
 * weak.h and final.h.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/* ---- why is this alive? ---- */

/** What does not count as a reason, beside the slot that is asked about. */
typedef enum hf_why_flags {
    HF_WHY_SKIP_FRAME = 1, /* the slots of the innermost frame */
    HF_WHY_SKIP_FRAMES = 2 /* the slots of all frames of all threads */
} hf_why_flags;

/** One step of a path: the root, then each object on the way, at last the one asked about. */
typedef struct hf_path_step {
    uint32_t struct_size;
    uint32_t number;   /* 0: the root */
    const char *text;  /* "global subscribers", "list.items", "[3]", "subscriber" */
    const char *type;  /* of the object; NULL: the root */
    const char *field; /* that leads on; NULL: an element, the root, the last object */
    uint64_t at;       /* index of an element that leads on, or offset of a field */
    hf_site site;      /* where the object was made, in checked mode */
} hf_path_step;

/** Receives a step, which is borrowed for the call; false: no more of them.  The world runs, so it
 * may do whatever the thread may. */
typedef bool (*hf_path_fn)(const hf_path_step *step, void *user);

/**
 * Tells why the object in a slot is alive: a shortest path of references from a root that is not
 * this slot.
 *
 *     global subscribers -> list.items -> [3] -> subscriber
 *     only by a local of the frame at demo.c:12
 *
 * Roots are globals, handles, locals of frames, fences, calls, pins, and what is queued for a
 * finalizer.  Steps that repeat themselves are told once, with their number, and the middle of a
 * long way is left out.  What else is to be said of the object stands behind it: ", pinned",
 * ", immovable", ", has a finalizer", ", has cleanups", ", known weakly".
 *
 * @param flags  hf_why_flags.
 * @param text   receives the text, always terminated; NULL only with a size of 0.
 * @return HF_OK; HF_E_NOT_FOUND: nothing but what does not count keeps it, and the text says so;
 * HF_E_SLOTS; HF_E_NULL; HF_E_ARGUMENT for an unknown flag; HF_E_NOMEM, with an empty text;
 * HF_E_MISUSE, reported: the slot's frame has ended; HF_E_DETACHED.
 *
 * @par Ownership   Copies.
 * @par Threads     The owner, in managed state.
 * @par GC          Stops the world; frees and moves nothing.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_why_alive(hf_thread *thread, const hf_slot *ref, uint32_t flags,
                                            char *text, size_t size) HF_MAY_GC;

/**
 * The same, step by step and in full length.  Where nothing else keeps the object, one step comes,
 * which is the slot: "only by a local ...".
 *
 * @return as hf_why_alive(); HF_E_NULL also without `visit`.
 *
 * @par Ownership   Steps are borrowed for the call of `visit`.
 * @par Threads     The owner, in managed state; `visit` comes on it.
 * @par GC          Stops the world; frees and moves nothing.
 * @par Last-error  Preserved, but for what `visit` does.
 */
HF_API HF_MUST_CHECK hf_status hf_why_alive_each(hf_thread *thread, const hf_slot *ref,
                                                 uint32_t flags, hf_path_fn visit,
                                                 void *user) HF_MAY_GC;

/* ---- census ---- */

/** How many objects there were of each type, and in checked mode of each place where they were
 * made. */
typedef struct hf_census hf_census;

/** Objects of one type and one place, in two censuses. */
typedef struct hf_census_row {
    uint32_t struct_size;
    const char *type; /* its name */
    hf_site site;     /* file NULL: not known, or made by the library */
    uint64_t objects_before;
    uint64_t objects_after;
    uint64_t bytes_before; /* of the heap, headers included */
    uint64_t bytes_after;
} hf_census_row;

/** Receives a row, which is borrowed for the call; false: no more of them. */
typedef bool (*hf_census_fn)(const hf_census_row *row, void *user);

/**
 * Counts what is reachable now.
 *
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_DETACHED.
 *
 * @par Ownership   The caller owns it: hf_census_destroy().  It may outlive the runtime.
 * @par Threads     The owner, in managed state.
 * @par GC          Stops the world; frees and moves nothing.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_census_take(hf_thread *thread, hf_census **census_out) HF_MAY_GC;

/**
 * Shows in what two censuses differ: what grew most first, by bytes and then by objects; what
 * shrank last.
 *
 * @param before  NULL: as if there had been nothing, which shows all of `after`.
 * @return HF_OK; HF_E_NULL without `after` or `visit`; HF_E_NOMEM, before the first row.
 *
 * @par Ownership   Rows are borrowed for the call of `visit`; their texts are static.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved, but for what `visit` does.
 */
HF_API HF_MUST_CHECK hf_status hf_census_compare(const hf_census *before, const hf_census *after,
                                                 hf_census_fn visit, void *user);

/**
 * The same as text, a line for each row:
 *
 *     subscriber: 10 -> 110 objects (+100), 480 -> 5280 bytes (+4800), made at demo.c:31
 *
 * and without `before`: "subscriber: 110 objects, 5280 bytes, made at demo.c:31".
 *
 * @param text        receives it, always terminated; NULL only with a size of 0.
 * @param length_out  receives the length of the whole text, also where there was no room for it.
 *                    May be NULL.
 * @return as hf_census_compare().
 *
 * @par Ownership   Copies.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_census_text(const hf_census *before, const hf_census *after,
                                              char *text, size_t size, size_t *length_out);

/**
 * Gives a census back.
 *
 * @param census  NULL is fine.
 *
 * @par Ownership   Takes it.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_census_destroy(hf_census *census);

HF_END_DECLS

#endif
