/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_SYMBOL_H
#define HOLDFAST_CALL_SYMBOL_H

/* From the name in a prototype to an address in a library. */

#include "call/function.h"

#define HFI_SYMBOL_MAX 256 /* bytes of a decorated name */

/**
 * Finds what the prototype names: its role ordinal(n), its role symbol("name") ("#12" is a number
 * too), or the function's own name.  HF_E_SYMBOL and HF_E_UNSUPPORTED, reported with what the
 * library has instead.
 */
HF_MUST_CHECK hf_status hfi_symbol_find(const hf_library *library, const hfi_prototype *prototype,
                                        const char *function, void **address_out);

/**
 * The name number `index` that a linker of a machine with pointers of `word` bytes may have made of
 * `name`; false when there is none of that number.  Number 0 is the name itself.
 */
bool hfi_symbol_decorated(const char *name, const hfi_prototype *prototype, size_t word,
                          unsigned index, char decorated_out[HFI_SYMBOL_MAX]);

/** Bytes of the arguments on a stack of words of 4 bytes. */
size_t hfi_symbol_argument_bytes(const hfi_prototype *prototype);

#endif
