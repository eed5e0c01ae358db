/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RETRY_APPEND_H
#define HOLDFAST_RETRY_APPEND_H

/* Streams: functions whose result comes in pieces. */

#include "call/call.h"

/** What a stream has given so far; memory of the call, which its end frees. */
typedef struct hfi_pile {
    hfi_room *room;
    size_t size; /* bytes there is room for */
    size_t length;
} hfi_pile;

/**
 * Keeps what the last try brought; `*has_advanced_out` tells whether that was anything.
 * HF_E_LYING_SIZE and HF_E_GROW_LIMIT, reported; HF_E_NOMEM, HF_E_OVERFLOW.
 */
HF_MUST_CHECK hf_status hfi_append_piece(hfi_call *call, hfi_pile *pile, bool *has_advanced_out);

/** The same for the last piece; then the buffer of the call is the whole, for hfi_call_settle(). */
HF_MUST_CHECK hf_status hfi_append_last(hfi_call *call, hfi_pile *pile);

#endif
