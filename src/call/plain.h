/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_PLAIN_H
#define HOLDFAST_CALL_PLAIN_H

/*
 * The short ways of a call: functions that have no outputs and whose arguments all go into
 * registers.  Each is an hfi_call_fn; which one a function has is chosen when it is bound.
 */

#include "call/function.h"
#include "thread/thread.h"

#include <holdfast/call.h>

/** Sets `plain` and `take` of a planned function, or leaves `plain` NULL. */
void hfi_plain_choose(hf_function *function);

/** For so many integers and no other parameter, of a function that is not odd; NULL: there is none
 * for that many. */
hfi_call_fn *hfi_plain_integers(unsigned count);

/** For so many words, of which some lend buffers, likewise. */
hfi_call_fn *hfi_plain_words(unsigned count);

/** For all the others. */
hf_status hfi_plain_any(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments);

#endif
