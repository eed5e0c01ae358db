/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_PLAIN_H
#define HOLDFAST_CALL_PLAIN_H

/* The short way of a call that has no outputs and whose arguments all go into registers. */

#include "call/function.h"
#include "thread/thread.h"

#include <holdfast/call.h>

/** Calls a function whose way is HFI_WAY_NOTHING, with a result that is ready. */
hf_status hfi_call_nothing(hf_thread *thread, const hf_function *function, hf_result *result);

/**
 * Calls a function whose way is HFI_WAY_PLAIN.  False, and nothing has happened, when an argument
 * is not of the common kind or is wrong: then the general way converts or refuses it.
 */
bool hfi_call_plain(hf_thread *thread, const hf_function *function, hf_result *result,
                    const hf_arg *arguments, hf_status *status_out);

#endif
