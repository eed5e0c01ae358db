/* SPDX-License-Identifier: MIT */

/*
 * The names in a registry key, which the system gives one at a time by their number.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/registry.h>

/* Whose names, and of what. */
typedef struct names {
    const hf_slot *key;
    const char *row;
} names;

static hf_status name_at(hf_thread *thread, const void *of, uint32_t index, hf_ref name,
                         int64_t *error)
{
    const names *which = of;
    return hfi_front_fill(thread, which->row,
                          HF_ARGS(HF_RESOURCE(which->key), HF_UINT(index), HF_NULL), name, error);
}

static hf_status list(hf_thread *thread, const char *row, const hf_slot *key, hf_ref names_out,
                      int64_t *error_out)
{
    HFI_ENTRY_AS(thread, "hf_key_names");
    if (!names_out) {
        return HF_E_SLOTS;
    }
    const names which = { key, row };
    return hfi_front_collect(thread, name_at, &which, names_out, error_out);
}

hf_status hf_key_names(hf_thread *thread, const hf_slot *key, hf_ref names_out, int64_t *error_out)
{
    return list(thread, "RegEnumKeyExW", key, names_out, error_out);
}

hf_status hf_key_value_names(hf_thread *thread, const hf_slot *key, hf_ref names_out,
                             int64_t *error_out)
{
    return list(thread, "RegEnumValueW", key, names_out, error_out);
}
