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

/** Sets `take` and `is_padded` alone, for parameters that all go into registers. */
void hfi_plain_place(hf_function *function);

/** The way of a function whose `plain` and `guards` are set: `plain` where the guards allow it. */
hfi_call_fn *hfi_plain_entry(const hf_function *function);

/* All but the last three are for functions that are not odd; NULL: there is none for that many. */

/** HFI_DIRECT_WORDS, and all parameters are simple. */
hfi_call_fn *hfi_plain_simple(unsigned count);

/** HFI_DIRECT_WORDS, with buffers and text. */
hfi_call_fn *hfi_plain_words(unsigned count);

/** HFI_DIRECT_WORDS, with one buffer, parameter number `place`, and else only simple ones. */
hfi_call_fn *hfi_plain_lender(unsigned count, unsigned place);

/** HFI_DIRECT_MIXED, with one buffer and else only numbers and addresses. */
hfi_call_fn *hfi_plain_mixed(unsigned count, unsigned place);

/** HFI_DIRECT_MIXED, with numbers and addresses alone. */
hfi_call_fn *hfi_plain_numbers(unsigned count);

/** All others that go into registers. */
hf_status hfi_plain_any(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments);

/** HFI_DIRECT_NONE, with words and floating numbers alone, on a little-endian 64-bit machine. */
hf_status hfi_plain_ffi(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments);

/** hfi_plain_any() that looks after the headers of what is lent (HFI_GUARD_ZONES). */
hf_status hfi_plain_zoned(hf_thread *thread, const hf_function *function, hf_result *result,
                          const hf_arg *arguments);

#endif
