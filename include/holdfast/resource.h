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
 * Releases the value now, or after the last call that uses it.
 *
 * @return HF_OK, also when something still holds it open; HF_E_CLOSED, with a report that names the
 *         place of the first dispose, if it was disposed before; HF_E_NULL; HF_E_SLOTS; HF_E_TYPE;
 *         HF_E_RELEASE if the release function failed, which is reported too; HF_E_DETACHED.
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

HF_END_DECLS

#endif
