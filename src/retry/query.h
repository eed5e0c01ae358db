/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RETRY_QUERY_H
#define HOLDFAST_RETRY_QUERY_H

#include "call/lean.h"

/** Bytes of a need that a callee tells; 0 if it can be none. */
uint64_t hfi_bytes_said(int64_t said, int32_t bias, hfi_unit counted, size_t element);

/** Writes the last try down: after its verdict. */
void hfi_remember_try(hf_result *result, uint64_t capacity, uint64_t needed);

/**
 * Calls once with NULL and no room for each buffer that has a query; all others have what they had.
 * `needs[i]` are the bytes that parameter i asks for, 0 where it has no query or says nothing.
 * Verdict and error values of the result stay those of the try before.  Not HF_OK as
 * hfi_call_try().  `frame` is that of a lean call, or NULL.
 */
HF_MUST_CHECK hf_status hfi_query(hfi_call *call, hfi_lean_frame *frame, uint64_t *needs);

#endif
