/* SPDX-License-Identifier: MIT */

/*
 * Types and values for libffi.
 *
 * An argument is read in its own width from the address it is given, a result
 * narrower than a register is written as a whole ffi_arg.  Both are kept apart
 * (hfi_value_load here, hfi_value_integer for results), because on a big-endian
 * machine the two are at different places.
 *
 * Everything here is pure; any thread.
 */

#include "call/ffi_glue.h"

#include "call/direct.h"

#include "base/verify.h"

#include <float.h>
#include <string.h>

_Static_assert(sizeof(hfi_value) >= 16, "libffi may write a result of two registers");

static ffi_type *const ffi_types[] = {
    [HFI_C_VOID] = &ffi_type_void,  [HFI_C_I8] = &ffi_type_sint8,
    [HFI_C_U8] = &ffi_type_uint8,   [HFI_C_I16] = &ffi_type_sint16,
    [HFI_C_U16] = &ffi_type_uint16, [HFI_C_I32] = &ffi_type_sint32,
    [HFI_C_U32] = &ffi_type_uint32, [HFI_C_I64] = &ffi_type_sint64,
    [HFI_C_U64] = &ffi_type_uint64, [HFI_C_F32] = &ffi_type_float,
    [HFI_C_F64] = &ffi_type_double, [HFI_C_POINTER] = &ffi_type_pointer,
};

static ffi_abi abi_of(hfi_convention convention)
{
/* libffi names its target by a macro; only there are the conventions more than one. */
#ifdef X86_WIN32
    if (convention == HFI_CONVENTION_STDCALL) {
        return FFI_STDCALL;
    }
#endif
    (void)convention;
    return FFI_DEFAULT_ABI;
}

static bool is_little_endian(void)
{
    const union {
        uint16_t word;
        uint8_t byte[2];
    } order = { 1 };
    return order.byte[0] == 1;
}

hf_status hfi_cif_prepare(hfi_cif *cif, const hfi_prototype *prototype)
{
    for (unsigned i = 0; i < prototype->param_count; i++) {
        hfi_ctype type = prototype->param[i].type;
        HF_VERIFY(type > HFI_C_VOID && type < HFI_C_OPAQUE);
        cif->types[i] = ffi_types[type];
    }
    HF_VERIFY(prototype->result < HFI_C_OPAQUE);
    hfi_direct_choose(cif, prototype);
    ffi_status status =
        ffi_prep_cif(&cif->cif, abi_of(prototype->convention), prototype->param_count,
                     ffi_types[prototype->result], cif->types);
    return status == FFI_OK ? HF_OK : HF_E_UNSUPPORTED;
}

unsigned hfi_value_shift(hfi_ctype type)
{
    return is_little_endian() ? 0 : (unsigned)(64 - 8 * hfi_ctype_size(type));
}

int64_t hfi_value_load(const void *from, hfi_ctype type)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (hfi_ctype_size(type)) {
    case 1:
        memcpy(&u8, from, 1);
        return hfi_ctype_widen(type, u8);
    case 2:
        memcpy(&u16, from, 2);
        return hfi_ctype_widen(type, u16);
    case 4:
        memcpy(&u32, from, 4);
        return hfi_ctype_widen(type, u32);
    default:
        memcpy(&u64, from, 8);
        return hfi_ctype_widen(type, u64);
    }
}

double hfi_value_floating(const void *from, hfi_ctype type)
{
    float f32;
    double f64;
    if (type == HFI_C_F32) {
        memcpy(&f32, from, sizeof(f32));
        return (double)f32;
    }
    memcpy(&f64, from, sizeof(f64));
    return f64;
}

bool hfi_value_store_floating(void *to, hfi_ctype type, double number)
{
    if (type == HFI_C_F64) {
        memcpy(to, &number, sizeof(number));
        return true;
    }
    /* Infinities and what is no number are the same in both. */
    if ((number > (double)FLT_MAX && number <= DBL_MAX) ||
        (number < -(double)FLT_MAX && number >= -DBL_MAX)) {
        return false;
    }
    float narrow = (float)number;
    memcpy(to, &narrow, sizeof(narrow));
    return true;
}
