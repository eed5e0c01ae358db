/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_VARIADIC_H
#define HOLDFAST_CALL_VARIADIC_H

/* The arguments behind the dots. */

#include "call/call.h"

/** Takes the arguments from `next` to the end of the list, each with the type that it says, and
 * prepares call->variadic. */
HF_MUST_CHECK hf_status hfi_marshal_variadic(hfi_call *call, const hf_arg *next);

#endif
