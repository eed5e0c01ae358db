/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_SELFTEST_H
#define HOLDFAST_CALL_SELFTEST_H

/* What the libffi of this process gets wrong. */

#include "prototype/ctype_class.h"
#include "prototype/layout.h"

#include <holdfast/status.h>

#include <stdint.h>

/** Faults, as bits. */
enum {
    HFI_FAULT_STRUCTS = 1 << 0,
    HFI_FAULT_UNIONS = 1 << 1,
    HFI_FAULT_LONG_DOUBLE = 1 << 2,
    HFI_FAULT_COMPLEX_F32 = 1 << 3,
    HFI_FAULT_COMPLEX_F64 = 1 << 4,
    HFI_FAULT_COMPLEX_LONG_DOUBLE = 1 << 5,
    HFI_FAULT_VARIADIC = 1 << 6,
    HFI_FAULT_LAST_WORD = 1 << 7, /* libffi#848; hfi_cif_prepare() goes round it */
    HFI_FAULT_HALVES = 1 << 8,    /* and going round it fails */
    HFI_FAULTS_KNOWN = 1 << 9     /* the test has run */
};

/** Runs the test at its first call in the process.  HF_E_NOMEM: it could not, and will be run
 * again. */
HF_MUST_CHECK hf_status hfi_selftest_faults(uint32_t *faults_out);

/** For tests: what hfi_selftest_faults() gives from now on; 0 lets it find out again. */
void hfi_selftest_pretend(uint32_t faults);

/** Why values of a type cannot be passed by a libffi with these faults; NULL when they can. */
const char *hfi_selftest_why(uint32_t faults, hfi_ctype type, const hfi_layout *layout);

#endif
