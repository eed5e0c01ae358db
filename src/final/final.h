/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_FINAL_H
#define HOLDFAST_FINAL_FINAL_H

/*
 * Finalizers, resources and the runner, as the floors above see them.
 */

#include "heap/heap.h"
#include "thread/thread.h"

#include <holdfast/final.h>
#include <holdfast/resource.h>

typedef struct hfi_final hfi_final;

HF_MUST_CHECK hf_status hfi_final_create(hfi_parts *parts, hfi_final **final_out);

/** What hfi_final_stop() found. */
typedef struct hfi_final_left {
    uint64_t resources;  /* leaks reported since the start; dealt with as their class says */
    uint64_t finalizers; /* armed and never run */
} hfi_final_left;

/**
 * Drains and joins the runner, releases what leaked.  No thread but the runner should be attached;
 * if one is, nothing is released and hfi_final_destroy() leaves all memory where it is.
 */
hfi_final_left hfi_final_stop(hfi_final *final);

/** After hfi_final_stop(). */
void hfi_final_destroy(hfi_final *final);

/**
 * Holds a resource open: its value stays valid until hfi_resource_let_go() of the cell.
 * HF_E_TYPE if the object is no resource, HF_E_CLOSED if it is disposed.
 */
HF_MUST_CHECK hf_status hfi_resource_hold(hf_thread *thread, uintptr_t object, uintptr_t *value_out,
                                          void **cell_out);

/** Lets it go; the last one to do so after a dispose releases the value.  Managed. HF_E_RELEASE. */
hf_status hfi_resource_let_go(hf_thread *thread, void *cell);

/**
 * Gives a resource that was made with its class's invalid value the value that it owns from here
 * on.  Before anybody but the owner knows it.
 */
void hfi_resource_adopt(hf_thread *thread, uintptr_t object, uintptr_t value);

/** Takes and gives the module's locks around a fork: after the world's, before the reporter's. */
void hfi_final_lock(hfi_final *final);
void hfi_final_unlock(hfi_final *final);

/** In the child, locks held: the runner is gone, and what it was running is taken for done. */
void hfi_final_fork_child(hfi_final *final);

/** Starts the runner again if a fork lost it.  Thread NULL: not attached or in native state.
 * HF_E_NOMEM, HF_E_SYSTEM: may be tried again. */
HF_MUST_CHECK hf_status hfi_final_after_fork(hfi_final *final, hf_thread *thread);

#endif
