/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_GUARD_H
#define HOLDFAST_CALL_GUARD_H

/*
 * What a call looks after besides doing its work (docs/design/check.md).
 *
 * Which guards a function needs is known when it is bound; one without any never
 * comes here.
 */

#include "call/call.h"
#include "check/check.h"

#define HFI_GUARD_POINTERS  1u  /* what is lent holds no address of what can move */
#define HFI_GUARD_ZONES     2u  /* nothing is written around what is lent */
#define HFI_GUARD_MEMORY    4u  /* `in` stays as it is, `out` is written as far as it is claimed */
#define HFI_GUARD_CONTRACTS 8u  /* leaf, nocallback, noretain */
#define HFI_GUARD_PAGES     16u /* what the library makes ends at an inaccessible page */
#define HFI_GUARD_VALUES    32u /* numbers that were lent without a fence are still good */

/** The guards of a function whose steps are made. */
uint8_t hfi_guard_plan(const hf_function *function);

/** What never changes of a lent object's header. */
typedef struct hfi_guard_header {
    uint64_t word;   /* 0: there was no object */
    uint64_t length; /* 0 where the object has none */
} hfi_guard_header;

#define HFI_GUARD_FIXED (HFI_SIZE_MASK | ~UINT64_C(0) << HFI_TYPE_SHIFT)

/** Puts a header right again: without it the collector would go astray. */
void hfi_guard_mend(uintptr_t object, const hfi_guard_header *was);

/** Reports that one was written over. */
hf_status hfi_guard_report_header(const hfi_call *call, int parameter);

/** hfi_call_cross() with the call's guards around it; HF_E_POINTER when nothing was called. */
HF_MUST_CHECK hf_status hfi_guard_cross(hfi_call *call);

/** Closes the pages behind what the library made, or opens them again: right around the crossing.
 */
void hfi_guard_pages(const hfi_call *call, bool close);

/** What the callee says to have written it did write.  HF_E_CONTRACT, reported. */
HF_MUST_CHECK hf_status hfi_guard_claim(const hfi_call *call, unsigned parameter, size_t length);

/** Check of what a call lends, at step (b); HF_E_POINTER, reported; HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfi_guard_pointers(hfi_call *call);

/** Loans that a call relies on. */
typedef struct hfi_guard_watch {
    unsigned count;
    uint8_t parameter[HFI_PARAMS_MAX];
    uint64_t loan[HFI_PARAMS_MAX];
} hfi_guard_watch;

/** Before the crossing: HF_E_CLOSED, reported, if a resource whose value is passed was released. */
HF_MUST_CHECK hf_status hfi_guard_values(const hfi_call *call, hfi_guard_watch *watch);

/** Behind it: reports those that were released meanwhile. */
void hfi_guard_values_after(const hfi_call *call, const hfi_guard_watch *watch);

/** What a parameter's memory is declared to hold. */
hfi_shape hfi_guard_shape(const hfi_param *param);

#endif
