/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RESOURCE_RESOURCE_H
#define HOLDFAST_RESOURCE_RESOURCE_H

/*
 * Resources, as the floors above see them.
 */

#include "heap/heap.h"
#include "thread/thread.h"

#include <holdfast/resource.h>

typedef struct hfi_resources hfi_resources;

HF_MUST_CHECK hf_status hfi_resources_create(hfi_parts *parts, hfi_resources **resources_out);

/**
 * Releases what leaked, the youngest first, as its class says; gives the number of leaks reported
 * since the start.  The runner has stopped and no thread is attached; with `is_outlived` one is,
 * and then nothing is released and what is unfinished counts.
 */
uint64_t hfi_resources_stop(hfi_resources *resources, bool is_outlived);

/** After hfi_resources_stop(), with no thread attached. */
void hfi_resources_destroy(hfi_resources *resources);

/**
 * Holds a resource open: its value stays valid until hfi_resource_let_go() of the cell.
 * HF_E_TYPE if the object is no resource, HF_E_CLOSED if it is disposed.
 */
HF_MUST_CHECK hf_status hfi_resource_hold(hf_thread *thread, uintptr_t object, uintptr_t *value_out,
                                          void **cell_out);

/** Class name (may be NULL) of a held resource; tells whether it was disposed meanwhile. */
bool hfi_resource_is_disposed(const void *cell, const char **class_name_out);

/** Lets it go; the last one to do so after a dispose releases the value.  Managed. HF_E_RELEASE. */
hf_status hfi_resource_let_go(hf_thread *thread, void *cell);

/**
 * Gives a resource that was made with its class's invalid value the value that it owns from here
 * on.  Before anybody but the owner knows it.
 */
void hfi_resource_adopt(hf_thread *thread, uintptr_t object, uintptr_t value);

/** Takes and gives the module's lock around a fork. */
void hfi_resources_lock(hfi_resources *resources);
void hfi_resources_unlock(hfi_resources *resources);

#endif
