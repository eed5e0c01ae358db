/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_DIRECT_H
#define HOLDFAST_CALL_DIRECT_H

/* Signatures whose arguments all go into registers, called without libffi. */

#include "call/ffi_glue.h"

/** The way for a signature, chosen when it is bound. */
hfi_direct hfi_direct_choose(const hfi_prototype *prototype);

/** HFI_DIRECT_WORDS. `arguments[i]` is the address of argument i in its own width. */
void hfi_direct_words(const hfi_prototype *prototype, void *function, hfi_value *result,
                      void *const *arguments);

/** HFI_DIRECT_ALL and HFI_DIRECT_ALL_FLOATING. */
void hfi_direct_all(const hfi_prototype *prototype, void *function, hfi_value *result,
                    void *const *arguments);

#endif
