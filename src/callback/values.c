/* SPDX-License-Identifier: MIT */

/*
 * Values through a closure, in both directions.
 *
 * libffi gives each argument at an address, in its own width; a result narrower
 * than a register it wants as a whole ffi_arg, extended, a wider one as it is.
 * Pure; any thread.
 */

#include "callback/signature.h"

#include "base/verify.h"

#include <string.h>

void hfi_argument_read(hfi_ctype kind, void *argument, hf_value *value_out)
{
    if (kind == HFI_C_F32 || kind == HFI_C_F64) {
        value_out->f = hfi_value_floating(argument, kind);
    } else if (hfi_kind_is_memory(kind)) {
        value_out->u = 0;
        value_out->pointer = argument;
    } else {
        value_out->i = hfi_value_load(argument, kind);
    }
}

static void write_integer(const hfi_signature *signature, void *result, uint64_t bits)
{
    if (hfi_ctype_size(signature->result) > sizeof(ffi_arg)) {
        memcpy(result, &bits, sizeof bits);
    } else {
        ffi_arg widened = (ffi_arg)bits;
        memcpy(result, &widened, sizeof widened);
    }
}

static bool is_in_range(const hfi_signature *signature, const hf_value *value)
{
    return value->u - signature->result_least <= signature->result_span;
}

bool hfi_result_write(const hfi_signature *signature, void *result, const hf_value *value)
{
    switch (signature->result) {
    case HFI_C_VOID:
        return true;
    case HFI_C_F32:
    case HFI_C_F64:
        return hfi_value_store_floating(result, signature->result, value->f);
    case HFI_C_POINTER:
        memcpy(result, &value->pointer, sizeof value->pointer);
        return true;
    default:
        if (hfi_kind_is_memory(signature->result)) {
            return true;
        }
        if (!is_in_range(signature, value)) {
            return false;
        }
        write_integer(signature, result, value->u);
        return true;
    }
}

void hfi_result_write_safe(const hfi_signature *signature, void *result, int64_t safe)
{
    switch (signature->result) {
    case HFI_C_VOID:
        break;
    case HFI_C_F32:
    case HFI_C_F64:
        (void)hfi_value_store_floating(result, signature->result, (double)safe);
        break;
    case HFI_C_POINTER: {
        uintptr_t address = (uintptr_t)safe;
        memcpy(result, &address, sizeof address);
        break;
    }
    default:
        if (hfi_kind_is_memory(signature->result)) {
            memset(result, 0, signature->result_size);
        } else {
            unsigned shift = 64 - 8 * (unsigned)hfi_ctype_size(signature->result);
            bool is_signed = hfi_ctype_is_signed(signature->result);
            write_integer(signature, result,
                          (uint64_t)hfi_value_narrow((uint64_t)safe, shift, is_signed));
        }
        break;
    }
}
