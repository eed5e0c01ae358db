/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_CTYPE_CLASS_H
#define HOLDFAST_PROTOTYPE_CTYPE_CLASS_H

/* What a value is on the machine. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Width and signedness are those of this system's C compiler. */
typedef enum hfi_ctype {
    HFI_C_VOID,
    HFI_C_I8,
    HFI_C_U8,
    HFI_C_I16,
    HFI_C_U16,
    HFI_C_I32,
    HFI_C_U32,
    HFI_C_I64,
    HFI_C_U64,
    HFI_C_F32,
    HFI_C_F64,
    HFI_C_POINTER,
    HFI_C_LONG_DOUBLE,
    HFI_C_COMPLEX_F32,
    HFI_C_COMPLEX_F64,
    HFI_C_COMPLEX_LONG_DOUBLE,
    HFI_C_AGGREGATE, /* a struct or union whose layout is known */
    HFI_C_OPAQUE     /* one whose layout is not, or an unknown name: as a pointer's target alone */
} hfi_ctype;

/** Bytes of a ctype; 0 for void, aggregates and opaque. */
size_t hfi_ctype_size(hfi_ctype type);

/** Alignment that a member of this ctype has in a struct; 0 for void, aggregates and opaque. */
size_t hfi_ctype_alignment(hfi_ctype type);

bool hfi_ctype_is_integer(hfi_ctype type);
bool hfi_ctype_is_signed(hfi_ctype type);
const char *hfi_ctype_name(hfi_ctype type);

/**
 * What an expression sees of a value whose bits are the low bytes of `bits`: signed integers and
 * pointers are sign-extended (so that INVALID_HANDLE_VALUE is -1 on 32 and 64 bits alike), unsigned
 * ones are zero-extended.
 */
int64_t hfi_ctype_widen(hfi_ctype type, uint64_t bits);

#endif
