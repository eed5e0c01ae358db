/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WEAK_WEAK_H
#define HOLDFAST_WEAK_WEAK_H

/* Weak references, ephemeron tables and identities, as the floors above see them. */

#include "heap/heap.h"

#include <holdfast/weak.h>

typedef struct hfi_weaks hfi_weaks;

HF_MUST_CHECK hf_status hfi_weaks_create(hfi_parts *parts, hfi_weaks **weaks_out);

/** With no thread attached; weak references that are left end with it. */
void hfi_weaks_destroy(hfi_weaks *weaks);

/** Takes and gives the module's lock around a fork. */
void hfi_weaks_lock(hfi_weaks *weaks);
void hfi_weaks_unlock(hfi_weaks *weaks);

/** How many objects have a record, how many weak references are not destroyed, and how often
 * collections looked at an entry to mark its value.
 */
typedef struct hfi_weaks_figures {
    uint64_t known;
    uint64_t references;
    uint64_t looks;
} hfi_weaks_figures;

/** The figures now.  Managed, or no thread attached. */
hfi_weaks_figures hfi_weaks_figures_get(hfi_weaks *weaks);

#endif
