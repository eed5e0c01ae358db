/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RETRY_RETRY_H
#define HOLDFAST_RETRY_RETRY_H

#include "call/function.h"

#include <holdfast/call.h>

/** The way of a call that knows everything, and says what is wrong: parts->call_generally. */
hf_status hfi_call_generally(hf_thread *thread, const hf_function *function, hf_result *result,
                             const hf_arg *arguments);

#endif
