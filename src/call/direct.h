/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_DIRECT_H
#define HOLDFAST_CALL_DIRECT_H

/* Signatures whose arguments all go into registers, called without libffi. */

#include "call/ffi_glue.h"

/** The way for a signature, chosen when it is bound. */
hfi_direct hfi_direct_choose(const hfi_prototype *prototype);

/** HFI_DIRECT_NOTHING: a function without parameters and with an integer, pointer or no result. */
static inline void hfi_direct_nothing(void *function, hfi_value *result)
{
    result->u64 = ((uint64_t(*)(void))FFI_FN(function))();
}

#define HFI_DIRECT_WORDS_MAX    6u /* integers and addresses */
#define HFI_DIRECT_FLOATING_MAX 8u

/** Calls with so many words, extended by the caller. */
uint64_t hfi_direct_call_words(void *function, unsigned count, const uint64_t *w);

/** Loads every register, for an integer or pointer result, or a floating one. */
uint64_t hfi_direct_call_all(void *function, const uint64_t *w, const double *d);
double hfi_direct_call_all_floating(void *function, const uint64_t *w, const double *d);

/** HFI_DIRECT_WORDS. `arguments[i]` is the address of an hfi_value. */
void hfi_direct_words(const hfi_prototype *prototype, void *function, hfi_value *result,
                      void *const *arguments);

/** HFI_DIRECT_ALL and HFI_DIRECT_ALL_FLOATING. */
void hfi_direct_all(const hfi_prototype *prototype, void *function, hfi_value *result,
                    void *const *arguments);

#endif
