/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_FFI_TYPES_H
#define HOLDFAST_CALL_FFI_TYPES_H

/*
 * What libffi is told about a value: how its bytes travel.
 */

#include "prototype/ctype_class.h"
#include "prototype/layout.h"

#include <holdfast/status.h>

#include <ffi.h>

/** The rules by which a machine passes values. */
typedef enum hfi_abi {
    HFI_ABI_SYSV64,  /* x86-64: by the classes of up to two eightbytes, else in memory */
    HFI_ABI_WIN64,   /* 1, 2, 4 or 8 bytes as an integer, else by address */
    HFI_ABI_X86,     /* x86: on the stack */
    HFI_ABI_AAPCS64, /* ARM64: up to four equal floating numbers, else integers, else by address */
    HFI_ABI_OTHER    /* what libffi makes of the members */
} hfi_abi;

/** How one eightbyte of a value travels on SysV x86-64. */
typedef enum hfi_class {
    HFI_CLASS_NONE,
    HFI_CLASS_SSE,
    HFI_CLASS_INTEGER,
    HFI_CLASS_X87,
    HFI_CLASS_X87_UP,
    HFI_CLASS_MEMORY
} hfi_class;

/** Types that were made for one signature. */
typedef struct hfi_ffi_types {
    struct hfi_ffi_block *first;
} hfi_ffi_types;

/** Gives them back; none is fine. */
void hfi_ffi_types_free(hfi_ffi_types *types);

/**
 * The type of a value.  HF_E_UNSUPPORTED with the reason in `*why_out` when libffi cannot pass it
 * right; HF_E_NOMEM.
 */
HF_MUST_CHECK hf_status hfi_ffi_type_make(hfi_ffi_types *types, hfi_abi abi, hfi_ctype type,
                                          const hfi_layout *layout, ffi_type **type_out,
                                          const char **why_out);

/** True if AAPCS64 passes a value of the layout by the address of a copy. */
bool hfi_aapcs64_by_address(const hfi_layout *layout);

/** Classes of a value on SysV x86-64; both HFI_CLASS_MEMORY when it goes there. */
void hfi_sysv64_classify(hfi_ctype type, const hfi_layout *layout, hfi_class class_out[2]);

#endif
