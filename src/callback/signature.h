/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALLBACK_SIGNATURE_H
#define HOLDFAST_CALLBACK_SIGNATURE_H

/* What a callback takes and gives on the machine; see signature.c. */

#include "base/verify.h"
#include "call/ffi_glue.h"
#include "prototype/prototype.h"

#include <holdfast/callback.h>

typedef struct hfi_signature {
    struct hfi_signature *next; /* of one hash; lock: hfi_callbacks_lock() */
    ffi_cif cif;
    hfi_convention convention;
    uint8_t count;
    bool has_aggregates; /* so that the kinds alone do not tell it */
    hfi_ctype result;
    size_t result_size;    /* of one that is returned in memory of its own kind */
    uint64_t result_least; /* of an integer; the least of a signed one as it is in a word */
    uint64_t result_span;  /* and how much more the greatest is */
    bool is_integer;       /* the result, and it is no wider than libffi's word for results */
    bool is_words;         /* every argument is as wide as a handler's value */
    hfi_ctype kind[HFI_PARAMS_MAX];
    ffi_type *type[HFI_PARAMS_MAX];
} hfi_signature;

/** The one of a prototype, made at its first use and kept for ever.  HF_E_UNSUPPORTED, HF_E_NOMEM.
 */
HF_MUST_CHECK hf_status hfi_signature_of(const hfi_prototype *prototype,
                                         const hfi_signature **signature_out);

/** True if native code that calls by `prototype` may call what has this signature; HF_E_TYPE. */
HF_MUST_CHECK hf_status hfi_signature_fits(const hfi_signature *signature,
                                           const hfi_prototype *prototype);

/* A word that is a pointer, an integer or a double. */
#if defined(__GNUC__)
typedef uint64_t __attribute__((may_alias)) hfi_any_word;
#else
typedef uint64_t hfi_any_word;
#endif

/** One native argument to what a handler sees: the kinds that are not common. */
void hfi_argument_read(hfi_ctype kind, void *argument, hf_value *value_out);

/** All of them. */
static inline void hfi_arguments_get(const hfi_signature *signature, void **arguments,
                                     hf_value *values_out)
{
    unsigned count = signature->count;
    if (HF_LIKELY(signature->is_words)) {
        for (unsigned i = 0; i < count; i++) {
            values_out[i].u = *(const hfi_any_word *)arguments[i];
        }
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        hfi_ctype kind = signature->kind[i];
        if (HF_LIKELY(kind == HFI_C_POINTER)) {
            values_out[i].u = 0;
            values_out[i].pointer = *(void *const *)arguments[i];
        } else if (kind == HFI_C_I32) {
            values_out[i].i = *(const int32_t *)arguments[i];
        } else if (kind == HFI_C_F64) {
            values_out[i].f = *(const double *)arguments[i];
        } else {
            hfi_argument_read(kind, arguments[i], &values_out[i]);
        }
    }
}

/** What a handler gave to where native code finds it; false if it is out of the declared type's
 * range.  A result in memory is there already. */
HF_MUST_CHECK bool hfi_result_write(const hfi_signature *signature, void *result,
                                    const hf_value *value);

/** The safe value: `safe` as the declared type, zeros for a struct. */
void hfi_result_write_safe(const hfi_signature *signature, void *result, int64_t safe);

/** True for a result that is no integer, floating number or pointer. */
static inline bool hfi_kind_is_memory(hfi_ctype kind)
{
    return kind > HFI_C_POINTER;
}

#endif
