/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_SUBJECT_H
#define HOLDFAST_FINAL_SUBJECT_H

/*
 * What a finalizer or a cleanup can be set on, and the reports about it.
 */

#include "heap/heap.h"

#include <holdfast/diag.h>

/** Who asks, for reports. */
typedef struct hfi_asker {
    hf_thread *thread;
    const char *function;
    const char *argument;
    hf_site site;
} hfi_asker;

/**
 * The object in a slot that must hold the address of a whole object of this heap.  HF_E_SLOTS,
 * HF_E_NULL; with a report HF_E_NOT_MANAGED, HF_E_INTERIOR, HF_E_MISUSE (the slot's frame has
 * ended). Exact in checked mode; else what looks like an object is taken for one.  A safepoint
 * where something looks wrong: the address is good for now, and is read from the slot again later.
 */
HF_MUST_CHECK hf_status hfi_subject(const hfi_asker *asker, const hf_slot *slot,
                                    uintptr_t *object_out);

/** The same, and no object of a scope: HF_E_SCOPE, reported. */
HF_MUST_CHECK hf_status hfi_subject_alone(const hfi_asker *asker, const hf_slot *slot,
                                          uintptr_t *object_out);

/** Reports a misuse that concerns `object` (0: none); gives the status back. */
hf_status hfi_subject_refuse(const hfi_asker *asker, hf_status status, uintptr_t object,
                             const char *message, const char *remedy);

#endif
