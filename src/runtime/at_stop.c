/* SPDX-License-Identifier: MIT */

/*
 * Functions that run when a runtime ends, before anything of it is touched.
 *
 * Threads: registering on any; taking on the one that ends the runtime.  A function
 * is taken out before it runs, so one that registers another finds it next, and none
 * runs twice.
 */

#include "base/alloc.h"
#include "runtime/inside.h"

hf_status hf_runtime_at_stop(hf_runtime *runtime, hf_at_stop_fn run, void *user)
{
    if (!runtime || !run) {
        return HF_E_NULL;
    }
    hfp_native_error error = hfp_native_error_save();
    hfi_stop_hook *hook = hfi_alloc(sizeof *hook);
    hf_status status = hook ? HF_OK : HF_E_NOMEM;
    if (hook) {
        hook->run = run;
        hook->user = user;
        hfp_mutex_lock(&runtime->hooks_lock);
        if (runtime->hooks_are_over) {
            status = HF_E_SHUTDOWN;
        } else {
            hook->next = runtime->hooks;
            runtime->hooks = hook;
        }
        hfp_mutex_unlock(&runtime->hooks_lock);
    }
    if (status == HF_E_SHUTDOWN) {
        hfi_free(hook);
    }
    hfp_native_error_restore(error);
    return status;
}

bool hfi_stop_hook_take(hf_runtime *runtime, hfi_stop_hook *hook_out)
{
    hfp_mutex_lock(&runtime->hooks_lock);
    hfi_stop_hook *hook = runtime->hooks;
    if (hook) {
        runtime->hooks = hook->next;
        *hook_out = *hook;
    } else {
        runtime->hooks_are_over = true;
    }
    hfp_mutex_unlock(&runtime->hooks_lock);
    hfi_free(hook);
    return hook != NULL;
}

void hfi_stop_hooks_lock(hf_runtime *runtime)
{
    hfp_mutex_lock(&runtime->hooks_lock);
}

void hfi_stop_hooks_unlock(hf_runtime *runtime)
{
    hfp_mutex_unlock(&runtime->hooks_lock);
}
