/* SPDX-License-Identifier: MIT */

/*
 * Fork: Windows has none (no call, no minimum version), so there is nothing to
 * watch and the hooks are never called.
 */

#include "win.h"

#include "base/alloc.h"

hf_status hfp_fork_watch(const hfp_fork_hooks *hooks)
{
    (void)hooks;
    return hfi_fault_hit("fork watch") ? HF_E_NOMEM : HF_OK;
}
