/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_FINAL_H
#define HOLDFAST_FINAL_FINAL_H

/*
 * Finalizers and cleanups, as the floors above see them.
 */

#include "heap/heap.h"
#include "runner/runner.h"
#include "thread/thread.h"

#include <holdfast/cleanup.h>
#include <holdfast/final.h>

typedef struct hfi_final hfi_final;

HF_MUST_CHECK hf_status hfi_final_create(hfi_parts *parts, hfi_final **final_out);

/** How many are armed: finalizers, and cleanups. */
uint64_t hfi_final_armed(hfi_final *final);
uint64_t hfi_cleanups_armed(hfi_final *final);

/** Something armed that has not run. */
typedef struct hfi_armed_left {
    const char *kind; /* "a finalizer" or "a cleanup" */
    const char *type; /* of its object */
    hf_site site;     /* where it was set */
    uintptr_t object; /* for a look at it; not to be kept */
} hfi_armed_left;

/**
 * Visits all that is armed, finalizers first, each kind in the order of arming; without a lock, so
 * the visitor may ask the heap.  Managed, by an attached thread, or when none is attached.
 */
void hfi_final_each_left(hfi_final *final, void (*visit)(const hfi_armed_left *left, void *user),
                         void *user);

/** With no thread attached and the runner stopped. */
void hfi_final_destroy(hfi_final *final);

/** Takes and gives the module's lock around a fork. */
void hfi_final_lock(hfi_final *final);
void hfi_final_unlock(hfi_final *final);

#endif
