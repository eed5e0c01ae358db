/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_FFI_GLUE_H
#define HOLDFAST_CALL_FFI_GLUE_H

/*
 * The one place that knows libffi.
 *
 * Prepared once when a function is bound, then read by all threads.  A call that
 * libffi makes is one inline call here, so that the statement behind it in
 * invoke.c is the first one that runs after the native function.
 */

#include "call/ffi_types.h"
#include "prototype/prototype.h"

#include <ffi.h>

/** How a signature is called; all but the first without libffi (call/direct.h). */
typedef enum hfi_direct {
    HFI_DIRECT_NONE,
    HFI_DIRECT_WORDS, /* integers and addresses alone */
    HFI_DIRECT_MIXED, /* floating numbers have registers of their own, counted by themselves */
    HFI_DIRECT_SLOTS  /* each parameter is a slot, which is a word or a floating number */
} hfi_direct;

/** The same call said to libffi in another way, where it gets the plain one wrong; see ffi_glue.c.
 */
typedef struct hfi_detour {
    ffi_cif cif;
    int halved;          /* a parameter that is passed as its two halves; -1 */
    uint32_t by_address; /* parameters, as bits, that are passed by the address of their copy */
    ffi_type *types[HFI_PARAMS_MAX + 1];
} hfi_detour;

/** A signature as libffi wants it.  Constant after hfi_cif_prepare(); points into itself, so it
 * stays put. */
typedef struct hfi_cif {
    ffi_cif cif; /* as declared; a variadic one has a cif of its own in each call */
    ffi_type *types[HFI_PARAMS_MAX];
    hfi_direct direct;
    uint8_t words;       /* HFI_DIRECT_WORDS: so many parameters */
    uint8_t shape;       /* of the other two: see call/direct.h */
    uint8_t loads_words; /* so many of each are loaded; as many as have an argument, or more */
    uint8_t loads_floatings;
    bool returns_floating; /* in a floating register */
    bool has_values;       /* structs, complex, long double or dots: hfi_cif_call_values() */
    hfi_ffi_types made;    /* owned */
    hfi_detour *detour;    /* owned; NULL: called as declared */
    const char *why;       /* of HF_E_UNSUPPORTED: the reason; NULL */
    const char *why_type;  /* the type that it is about; NULL: the whole signature */
    int why_param;         /* -1: the result, or the whole */
} hfi_cif;

/** What one parameter or result is on the machine.  libffi widens a narrow result to ffi_arg. */
typedef union hfi_value {
    uint64_t u64;
    double f64;
    float f32;
    void *pointer;
    uintptr_t word;
    ffi_arg widened;
    unsigned char bytes[16];
} hfi_value;

/** HF_E_UNSUPPORTED, with cif->why, when libffi has no such call on this machine or gets it wrong;
 * HF_E_NOMEM.  hfi_cif_finish() follows in any case. */
HF_MUST_CHECK hf_status hfi_cif_prepare(hfi_cif *cif, const hfi_prototype *prototype);

/** The same, believing that libffi has these faults (call/selftest.h) and no others. */
HF_MUST_CHECK hf_status hfi_cif_prepare_with(hfi_cif *cif, const hfi_prototype *prototype,
                                             uint32_t faults);

/** Gives back what a cif made; a zeroed one is fine. */
void hfi_cif_finish(hfi_cif *cif);

/** The signature of one call of a variadic function: the fixed parameters and `count` more types,
 * at most HFI_PARAMS_MAX together.  `types` has room for one more than all and is used by the cif.
 * HF_E_UNSUPPORTED. */
HF_MUST_CHECK hf_status hfi_cif_extend(const hfi_cif *cif, unsigned fixed, ffi_type *const *extra,
                                       unsigned count, ffi_cif *cif_out, ffi_type **types);

/**
 * Calls a signature with values that are larger than a word.  `cif` is &function's own or the one
 * of hfi_cif_extend().  `result` has room for the whole result.  libffi puts addresses of its own
 * copies into the list that it gets, so it gets a copy of the list.
 */
void hfi_cif_call_values(const hfi_cif *of, const ffi_cif *cif, void *function, void *result,
                         void *const *arguments);

/** Calls.  `arguments[i]` is the address of argument i in its own width. */
static inline void hfi_cif_call(const hfi_cif *cif, void *function, hfi_value *result,
                                void **arguments)
{
    union {
        const ffi_cif *constant;
        ffi_cif *plain;
    } to = { &cif->cif }; /* ffi_call() reads it alone, but does not say so */
    ffi_call(to.plain, FFI_FN(function), result, arguments);
}

/** Puts an address where a pointer is read; what it points to may be constant for the callee. */
static inline void hfi_value_set_pointer(hfi_value *to, const void *pointer)
{
    to->u64 = 0;
    to->word = (uintptr_t)pointer;
}

/** Bits to the left of an integer of that type in a uint64_t at whose address it is read: 0 on
 * little-endian. */
unsigned hfi_value_shift(hfi_ctype type);

/** Writes an integer, sign- or zero-extended already, or a pointer. */
static inline void hfi_value_set(hfi_value *to, hfi_ctype type, uint64_t bits)
{
    to->u64 = bits << hfi_value_shift(type);
}

/** Reads an integer or a pointer back, as expressions see it. */
int64_t hfi_value_load(const void *from, hfi_ctype type);

/** An integer result as hfi_cif_call() wrote it; `shift` is 64 less the bits of its type. */
static inline uint64_t hfi_value_integer(const hfi_value *result, unsigned shift)
{
    return shift > 64 - 8 * sizeof(ffi_arg) ? result->widened : result->u64;
}

/** Sign- or zero-extends the low bits. */
static inline int64_t hfi_value_narrow(uint64_t bits, unsigned shift, bool is_signed)
{
    return is_signed ? (int64_t)(bits << shift) >> shift : (int64_t)(bits << shift >> shift);
}

/** Reads a float or a double. */
double hfi_value_floating(const void *from, hfi_ctype type);

/** Writes one; false if the number is too large for a float. */
bool hfi_value_store_floating(void *to, hfi_ctype type, double number);

#endif
