/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CHECK_CHECK_H
#define HOLDFAST_CHECK_CHECK_H

/*
 * What native code may reach must hold no address of a managed object that can move.
 *
 * Only declared pointers are looked at (docs/design/check.md); an integer never is
 * one.  Nothing is followed: the memory behind a pointer is somebody else's.
 */

#include "fence/fence.h"
#include "prototype/layout.h"

/** What a piece of memory is declared to hold: elements of a layout, or of pointers. */
typedef struct hfi_shape {
    const hfi_layout *layout; /* NULL: `target` says all */
    hfi_ctype target;
    size_t element; /* bytes of one */
} hfi_shape;

/** True if there is anything to check in memory of that shape. */
static inline bool hfi_shape_holds_pointers(const hfi_shape *shape)
{
    return shape->element != 0 &&
           (shape->layout ? shape->layout->is_complete && shape->layout->holds_pointers
                          : shape->target == HFI_C_POINTER);
}

/** An address that must not be where it is. */
typedef struct hfi_fault {
    uintptr_t address;
    uintptr_t object; /* that it leads into; 0: no object lives there (any more) */
    char path[80];    /* from the memory's name on: "[3].base", "->next"; "" the value itself */
} hfi_fault;

/*
 * All of these: HF_OK; HF_E_POINTER with the fault, not reported; HF_E_NOMEM.  Managed, by the
 * owner; a safepoint when an address is in the heap's range and not pinned by this thread.  What is
 * checked is native memory or pinned, so it holds still.
 */

/** What a value that looks like an address is; decides about one that leads to no object. */
typedef enum hfi_certainty {
    HFI_PERHAPS,  /* a member of a union: may be an integer */
    HFI_DECLARED, /* a pointer, which may not have been set; a fault at level 2 */
    HFI_GIVEN     /* a pointer that somebody has just given; always a fault */
} hfi_certainty;

/** One address. */
HF_MUST_CHECK hf_status hfi_check_address(hf_thread *thread, uintptr_t address,
                                          hfi_certainty certainty, hfi_fault *fault_out);

/** Memory: every whole element of it. */
HF_MUST_CHECK hf_status hfi_check_memory(hf_thread *thread, const void *memory, size_t size,
                                         const hfi_shape *shape, hfi_fault *fault_out);

/** A field of a pinned record by number, or (HFI_CHECK_ALL) all of a record or array. */
#define HFI_CHECK_ALL UINT32_MAX
HF_MUST_CHECK hf_status hfi_check_object(hf_thread *thread, uintptr_t object, uint32_t field,
                                         hfi_fault *fault_out);

/** The level that the runtime asks for. */
static inline bool hfi_checks_at_calls(const hfi_parts *parts)
{
    return parts->settings.pointer_checks != HF_POINTER_CHECKS_OFF;
}

static inline bool hfi_checks_at_stores(const hfi_parts *parts)
{
    return parts->settings.pointer_checks == HF_POINTER_CHECKS_AT_STORES;
}

/** What a report of a fault is about. */
typedef struct hfi_fault_place {
    const char *function; /* that was called */
    const char *argument; /* "2 (iov)" */
    const char *name;     /* of what was lent: "iov"; may be empty */
    hf_site site;
    const char *remedy; /* NULL: the usual one */
} hfi_fault_place;

/** Reports a fault; HF_E_POINTER. */
hf_status hfi_fault_report(hf_thread *thread, const hfi_fault *fault, const hfi_fault_place *place);

/**
 * What a callback gives back to native code: the pointer itself, and the memory behind it where its
 * shape is known (NULL: it is not).  Reported; HF_E_POINTER, HF_E_NOMEM.  HF_OK at level 0.
 */
HF_MUST_CHECK hf_status hfi_check_callback_result(hf_thread *thread, const char *callback,
                                                  const void *result, const hfi_shape *shape);

#endif
