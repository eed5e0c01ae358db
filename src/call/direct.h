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

/** HFI_DIRECT_WORDS. `arguments[i]` is the address of an hfi_value. */
void hfi_direct_words(const hfi_prototype *prototype, void *function, hfi_value *result,
                      void *const *arguments);

/** HFI_DIRECT_ALL and HFI_DIRECT_ALL_FLOATING. */
void hfi_direct_all(const hfi_prototype *prototype, void *function, hfi_value *result,
                    void *const *arguments);

#endif
