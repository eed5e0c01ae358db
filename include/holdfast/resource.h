/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RESOURCE_H
#define HOLDFAST_RESOURCE_H

/*
 * Resources: managed objects that own a native handle.
 *
 *     static hf_status close_fd(uintptr_t value, void *user) { ... close((int)value) ... }
 *     static const hf_resource_class fd_class = {
 *         .struct_size = sizeof(hf_resource_class),
 *         .name = "fd",
 *         .invalid = (uintptr_t)-1,
 *         .release = close_fd,
 *     };
 *     status = hf_resource_create(thread, &fd_class, (uintptr_t)fd, file);
 *
 * The handle is released exactly once, after the last call that uses it: a call
 * or fence holds the resource open, and a dispose meanwhile closes it when they
 * are done.  A disposed resource can never lend its number again, so a recycled
 * handle is never closed or used by mistake.
 *
 * A resource may come from another one (statement of a connection, key of a key):
 * hf_resource_create_child().  Children are always released before their parent.
 *
 *     HF_USING(thread, file);                            a slot; its resource is
 *     status = hf_resource_create(thread, &fd_class, fd, file);    disposed with
 *     ...                                                          the block
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Releases a native value.  HF_OK, or any failure, which is reported with the birth site. */
typedef hf_status (*hf_release_fn)(uintptr_t value, void *user);

/** What the collector does with a resource that dies undisposed. */
typedef enum hf_leak_policy {
    HF_LEAK_REPORT_AND_RELEASE, /* on the runner */
    HF_LEAK_RELEASE,            /* on the runner, silently */
    HF_LEAK_REPORT_ONLY,        /* the value is never released */
    HF_LEAK_FATAL               /* report, then abort */
} hf_leak_policy;

/** Static: must outlive the runtime. */
typedef struct hf_resource_class {
    uint32_t struct_size; /* sizeof(hf_resource_class) */
    const char *name;
    uintptr_t invalid; /* the value that means "none": never released */
    hf_release_fn release;
    void *user;
    hf_leak_policy on_leak;
} hf_resource_class;

/**
 * Makes a resource that owns `value`.
 *
 * @return HF_OK; HF_E_NULL without class or release function; HF_E_SLOTS; HF_E_OPTIONS for a class
 *         of another size or leak policy; HF_E_NOMEM; HF_E_LIMIT; HF_E_SYSTEM; HF_E_DETACHED;
 *         HF_E_SHUTDOWN.  On failure the value is still the caller's.
 *
 * @par Ownership   The resource owns the value.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_resource_create_at(hf_thread *thread,
                                                     const hf_resource_class *class_of,
                                                     uintptr_t value, hf_ref out,
                                                     hf_site site) HF_MAY_GC;

/** hf_resource_create_at() with the place of the call. */
#define hf_resource_create(thread, class_of, value, out)                                           \
    hf_resource_create_at((thread), (class_of), (value), (out), HF_SITE)

/**
 * Makes a resource that does not own its value: it is never released and never a leak.
 *
 * All else is as with hf_resource_create(): it can be disposed, and then nobody gets the value
 * from it any more.
 *
 * @return as hf_resource_create_at().
 *
 * @par Ownership   The value stays its owner's, who keeps it good until the resource is disposed
 *                  and let go.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_resource_borrow_at(hf_thread *thread,
                                                     const hf_resource_class *class_of,
                                                     uintptr_t value, hf_ref out,
                                                     hf_site site) HF_MAY_GC;

/** hf_resource_borrow_at() with the place of the call. */
#define hf_resource_borrow(thread, class_of, value, out)                                           \
    hf_resource_borrow_at((thread), (class_of), (value), (out), HF_SITE)

/**
 * Makes a resource that came from another one, its parent.
 *
 * The parent's value is released behind the child's, whatever happens: dispose in any order, on any
 * thread, death, the end of the runtime.  The parent's object need not live for that.  A child
 * whose class never releases what leaked (HF_LEAK_REPORT_ONLY) keeps its parents from being
 * released too.
 *
 * @param parent  a slot that holds a resource; may be `out`.
 * @return as hf_resource_create_at(); HF_E_CLOSED, with a report, if the parent is disposed;
 *         HF_E_TYPE if it is no resource.
 *
 * @par Ownership   The resource owns the value.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_resource_create_child_at(hf_thread *thread,
                                                           const hf_resource_class *class_of,
                                                           uintptr_t value, const hf_slot *parent,
                                                           hf_ref out, hf_site site) HF_MAY_GC;

/** hf_resource_create_child_at() with the place of the call. */
#define hf_resource_create_child(thread, class_of, value, parent, out)                             \
    hf_resource_create_child_at((thread), (class_of), (value), (parent), (out), HF_SITE)

/**
 * Releases the value now, or after the last call that uses it and the last child that came from it.
 *
 * In a finalizer or cleanup only what nobody else can reach is disposed.  If a fence, a call, a
 * child or a root leads to the resource beside the finalizer's object, the owner and that holder
 * are reported, and the resource is released when it dies itself.
 *
 * @return HF_OK, also when something still holds it open; HF_E_CLOSED, with a report that names the
 *         place and thread of the first dispose, if it was disposed before; HF_E_NULL; HF_E_SLOTS;
 *         HF_E_TYPE; HF_E_RELEASE if the release function failed, of it or of a parent that waited
 *         for it, which is reported too; HF_E_BUSY in a finalizer: put off until it dies;
 *         HF_E_DETACHED.
 *
 * @par Ownership   The value is gone or will be.
 * @par Threads     The owner, in managed state; the release function runs in native state.
 * @par GC          May park.
 * @par Last-error  Preserved over the release.
 */
HF_API hf_status hf_resource_dispose_at(hf_thread *thread, hf_ref resource, hf_site site) HF_MAY_GC;

/** hf_resource_dispose_at() with the place of the call. */
#define hf_resource_dispose(thread, resource) hf_resource_dispose_at((thread), (resource), HF_SITE)

/**
 * Disposes the children of a resource, theirs, and then itself.
 *
 * What a call or fence still holds is released behind that, and its parents behind it.
 *
 * @return as hf_resource_dispose_at(); HF_E_CLOSED only if all of them were disposed before;
 *         HF_E_BUSY in a finalizer if others can reach the resource, and then nothing is disposed,
 *         or reach some that came from it: these are put off, and what they came from waits for
 *         them.
 *
 * @par Ownership   The values are gone or will be.
 * @par Threads     The owner, in managed state; the release functions run in native state.
 * @par GC          May park.
 * @par Last-error  Preserved over the releases.
 */
HF_API hf_status hf_resource_dispose_tree_at(hf_thread *thread, hf_ref resource,
                                             hf_site site) HF_MAY_GC;

/** hf_resource_dispose_tree_at() with the place of the call. */
#define hf_resource_dispose_tree(thread, resource)                                                 \
    hf_resource_dispose_tree_at((thread), (resource), HF_SITE)

/**
 * Says that the value is gone or not ours any more: it is never released, and nobody gets it again.
 *
 * Also while calls or fences hold it, and after a dispose that waits for them.
 *
 * @return HF_OK; HF_E_CLOSED, with a report, if it is closed already; HF_E_NULL; HF_E_SLOTS;
 *         HF_E_TYPE; HF_E_RELEASE if a parent waited for it and its release function failed;
 *         HF_E_DETACHED.
 *
 * @par Ownership   The value is the caller's, or nobody's.
 * @par Threads     The owner, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_resource_set_invalid_at(hf_thread *thread, hf_ref resource,
                                            hf_site site) HF_MAY_GC;

/** hf_resource_set_invalid_at() with the place of the call. */
#define hf_resource_set_invalid(thread, resource)                                                  \
    hf_resource_set_invalid_at((thread), (resource), HF_SITE)

/**
 * Lends the value without a fence: good only while nobody disposes the resource
 * and something keeps it alive (hf_keepalive).  Prefer hf_fence_hold().  In checked mode the loan
 * is remembered: a call that gets the value when, or while, its resource is released is reported
 * (docs/design/finder.md).
 *
 * @param value_out  receives the value, 0 on failure.
 * @param what       the resource's name for reports; static text; may be NULL.
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_TYPE; HF_E_CLOSED; HF_E_DETACHED.
 *
 * @par Ownership   Borrowed.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_resource_value_at(hf_thread *thread, const hf_slot *resource,
                                                    uintptr_t *value_out, const char *what,
                                                    hf_site site);

/** hf_resource_value_at() with the place of the call. */
#define hf_resource_value(thread, resource, value_out)                                             \
    hf_resource_value_at((thread), (resource), (value_out), #resource, HF_SITE)

/**
 * Tells whether a resource can still be used: not disposed, value valid.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state; another thread may dispose it right after.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API bool hf_resource_is_open(const hf_slot *resource);

/** A block that ends with a resource.  The fields are the library's. */
typedef struct hf_using {
    hf_thread *thread_;
    hf_ref slot_;
    hf_site site_;
    uint32_t cookie_;
} hf_using;

/**
 * Makes a slot whose resource hf_using_end() disposes.  Prefer HF_USING.
 *
 * @param scope  in the caller's stack frame.
 * @return the slot, null, in the innermost frame; NULL as from hf_local(), and if `scope` is NULL.
 *         hf_using_end() is right in both cases.
 *
 * @par Ownership   The slot ends with its frame, which ends behind the scope.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_ref hf_using_begin(hf_thread *thread, hf_using *scope, hf_site site);

/**
 * Disposes the resource in the scope's slot, which is null then.  Nothing to do if the slot holds
 * null, or a resource that was disposed before.  To keep the resource, copy it and clear the slot.
 *
 * @return HF_OK; HF_E_NULL; HF_E_MISUSE, with a report, if the scope has ended before; HF_E_TYPE,
 *         with a report, if something else than a resource is in the slot; HF_E_SLOTS, with a
 *         report, if the frame around has ended; HF_E_RELEASE, HF_E_BUSY as
 *         hf_resource_dispose_at(); HF_E_DETACHED.
 *
 * @par Ownership   The value is gone or will be.
 * @par Threads     The owner, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_using_end(hf_using *scope) HF_MAY_GC;

/**
 * hf_using_end() for the end of a block: silent if it has ended.
 *
 * @par Ownership   As hf_using_end().
 * @par Threads     The owner, in managed state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API void hf_using_leave(hf_using *scope) HF_MAY_GC;

#ifdef HF_CLEANUP
/** Declares the slot `name`; the resource in it is disposed at the end of the block.  Behind
 * HF_FRAME, if both are in one block. */
#define HF_USING(thread, name)                                                                     \
    hf_using HF_PASTE(name, _using_) HF_CLEANUP(hf_using_leave);                                   \
    hf_ref name = hf_using_begin((thread), &HF_PASTE(name, _using_), HF_SITE)
#endif

HF_END_DECLS

#endif
