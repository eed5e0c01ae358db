/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RESOURCE_RESOURCE_H
#define HOLDFAST_RESOURCE_RESOURCE_H

/*
 * Resources, as the floors above see them.
 */

#include "heap/heap.h"
#include "thread/thread.h"

#include <holdfast/diag.h>
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

/** Holds it for who is not this thread alone: until hfi_resource_let_go_later().  Statuses as
 * above. */
HF_MUST_CHECK hf_status hfi_resource_hold_shared(uintptr_t object, uintptr_t *value_out,
                                                 void **cell_out);

/** Lets such a hold go on any thread, attached or not, in any state: what is due to be released
 * then, the runner releases, and a failure is reported. */
void hfi_resource_let_go_later(hfi_parts *parts, void *cell);

/**
 * Gives a resource that was made with its class's invalid value the value that it owns from here
 * on.  Before anybody but the owner knows it.
 */
void hfi_resource_adopt(hf_thread *thread, uintptr_t object, uintptr_t value);

/** Room for what reports say of a resource. */
#define HFI_RESOURCE_TEXT 224

/**
 * Fills in what a report says of a resource that was refused with HF_E_CLOSED: the message (who
 * disposed it, and where; made in `buffer`), its class and birth.
 */
void hfi_resource_tell_closed(hf_thread *thread, uintptr_t object, hf_report *report, char *buffer,
                              size_t size);

/** The call or fence that holds a resource. */
typedef struct hfi_resource_holder {
    const char *what; /* the fence's or the native function's name */
    hf_site site;     /* no file: not known */
    uint64_t thread;  /* hfp_thread_self() of its owner */
} hfi_resource_holder;

/** A resource whose value is not given back yet. */
typedef struct hfi_resource_left {
    const char *class_name; /* may be NULL */
    hf_leak_policy policy;
    uintptr_t value;
    hf_site born;
    bool is_disposed; /* it waits for its holders or children */
    hf_site disposed;
    uint32_t users;    /* calls and fences that hold it */
    uint32_t children; /* not yet closed */
    bool is_held;      /* `holder` is known */
    hfi_resource_holder holder;
    const char *parent_name; /* class of the parent; NULL without one, or without a name */
    hf_site parent_born;     /* no file: no parent */
} hfi_resource_left;

typedef void hfi_resource_visit_fn(void *user, const hfi_resource_left *left);

/**
 * Visits the resources that are left, the youngest first, which is the order in which
 * hfi_resources_stop() deals with them; gives their number.  What is only borrowed counts while a
 * call or fence holds it.  No thread is managed, or the world is stopped.  The visitor is called
 * with the module's lock held: no hf_*, and texts are good until it returns.
 */
uint64_t hfi_resources_each_left(hfi_resources *resources, hfi_resource_visit_fn *visit,
                                 void *user);

/** Takes and gives the module's lock around a fork. */
void hfi_resources_lock(hfi_resources *resources);
void hfi_resources_unlock(hfi_resources *resources);

#endif
