/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_NATIVE_NATIVE_H
#define HOLDFAST_NATIVE_NATIVE_H

/* The catalogue, as the runtime puts it together and takes it apart. */

#include "base/parts.h"

#include <holdfast/catalogue.h>

typedef struct hfi_natives hfi_natives;

HF_MUST_CHECK hf_status hfi_natives_create(hfi_parts *parts, hfi_natives **natives_out);

/**
 * Gives the functions back, before what is left is counted; from here on there are none.  With
 * `keep` somebody may be in one: then all of them stay as they are, and count no more, because they
 * are not the program's.
 */
void hfi_natives_end(hfi_natives *natives, bool keep);

/** The rest; behind hfi_natives_end() without `keep`, or where no function was ever asked for. */
void hfi_natives_destroy(hfi_natives *natives);

/** hf_native_get() with a form of texts; each form has a function of its own. */
HF_MUST_CHECK hf_status hfi_native_get(hf_thread *thread, const char *name, hf_text_form form,
                                       const hf_function **function_out);

/** An array of strings from texts one behind the other, each with its NUL.  HF_E_NOMEM, HF_E_LIMIT,
 * HF_E_SLOTS. */
HF_MUST_CHECK hf_status hfi_texts_split(hf_thread *thread, const hf_slot *list, hf_ref array_out);

/** A string of `length` bytes of a buffer. */
HF_MUST_CHECK hf_status hfi_text_cut(hf_thread *thread, const hf_slot *from, size_t at,
                                     size_t length, hf_ref text_out);

#endif
