/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RESOURCE_LENT_H
#define HOLDFAST_RESOURCE_LENT_H

/*
 * The memory of values that hf_resource_value() lent without a fence; checked mode alone.
 */

#include "resource/resource.h"

struct hfi_cell;

/** What is known of one loan; a copy. */
typedef struct hfi_loan {
    uint64_t number; /* never used again; 0: none */
    uintptr_t value;
    const hf_resource_class *class_of;
    const char *what; /* how the program calls the resource; may be NULL */
    hf_site birth;
    hf_site lent;
    bool is_released;  /* what follows is known then */
    hf_site disposed;  /* file NULL: nobody did, it was found dead */
    uint64_t releaser; /* the system's number of the thread */
} hfi_loan;

/** At the module's start.  False: no memory. */
HF_MUST_CHECK bool hfi_lents_make(hfi_resources *resources);

/** A cell's value is lent.  False: it was disposed just now, and perhaps released already, so that
 * nobody would ever mark this loan.  Managed. */
HF_MUST_CHECK bool hfi_lent_note(hfi_resources *resources, struct hfi_cell *cell, const char *what,
                                 hf_site site);

/** It is about to be released. */
void hfi_lent_released(hfi_resources *resources, const struct hfi_cell *cell);

/** The system gave this number anew: loans of a released resource that had it say nothing now. */
void hfi_lent_issued(hfi_resources *resources, uintptr_t value);

/**
 * The next loan behind `*place` (0 to begin with) of a value that reads as `seen` in a parameter of
 * `bytes` bytes; false: there is none.
 */
HF_MUST_CHECK bool hfi_lent_find(hfi_resources *resources, uint64_t seen, size_t bytes,
                                 unsigned *place, hfi_loan *loan_out);

/** The loan with a number, as it is now; false: it is forgotten. */
HF_MUST_CHECK bool hfi_lent_look(hfi_resources *resources, uint64_t number, hfi_loan *loan_out);

/** True if a loan is remembered: what else is there to ask. */
bool hfi_lent_any(const hfi_resources *resources);

#endif
