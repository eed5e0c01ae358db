/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ROOT_HANDLE_H
#define HOLDFAST_ROOT_HANDLE_H

/* The table of handles, as the floors above see it. */

#include "diag/left.h"
#include "heap/heap.h"
#include "root/handle_word.h"

#include <holdfast/handle.h>

typedef struct hfi_handles hfi_handles;

HF_MUST_CHECK hf_status hfi_handles_create(hfi_parts *parts, hfi_handles **handles_out);

/** Reports the handles never destroyed and gives their number; frees them, unless `keep`. */
uint64_t hfi_handles_destroy(hfi_handles *handles, bool keep);

/** The handles that are alive, for the report at the end of the runtime: at most the first hundred,
 * in the order of their cells.  Any thread. */
void hfi_handles_each_left(hfi_handles *handles, hfi_left_fn fn, void *user);

/**
 * Tells whether a word is a live handle's, of any tag, without using it up.  HF_E_HANDLE: what is
 * wrong with it, and what to do, for a report of the caller's.
 */
HF_MUST_CHECK hf_status hfi_handle_check(hfi_handles *handles, uintptr_t word, char *message,
                                         size_t size, const char **remedy_out);

/** Takes and gives the table's lock around a fork. */
void hfi_handles_lock(hfi_handles *handles);
void hfi_handles_unlock(hfi_handles *handles);

/** Another form of words than this machine's own; before the first handle. */
void hfi_handles_set_form(hfi_handles *handles, const hfi_word_form *form);

#endif
