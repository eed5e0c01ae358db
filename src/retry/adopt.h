/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RETRY_ADOPT_H
#define HOLDFAST_RETRY_ADOPT_H

/* A call whose result a resource owns. */

#include "call/call.h"

/** hf_call() the general way, with somebody to own what it gives. */
hf_status hfi_call_adopting(hf_thread *thread, const hf_function *function, hf_result *result,
                            const hf_arg *arguments, const hfi_adoption *adoption);

#endif
