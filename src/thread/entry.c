/* SPDX-License-Identifier: MIT */

/*
 * The doors between managed and native state that a program uses itself, and
 * the words for a thread that knocks at the wrong one.
 */

#include "diag/report.h"
#include "thread/activation.h"
#include "thread/world.h"

static const char *state_text(uint32_t state)
{
    switch (state) {
    case HFI_DETACHED:
        return "the thread record is detached";
    case HFI_NATIVE:
    case HFI_PARKED:
        return "the thread is in native state";
    case HFI_RAW:
        return "the thread is between hf_raw_begin() and hf_raw_end()";
    default:
        return "the calling thread does not own the thread record";
    }
}

static const char *state_remedy(uint32_t state)
{
    switch (state) {
    case HFI_DETACHED:
        return "attach the thread again with hf_thread_attach()";
    case HFI_NATIVE:
    case HFI_PARKED:
        return "come back with hf_native_end() first";
    case HFI_RAW:
        return "close the stretch with hf_raw_end() first";
    default:
        return "attach each thread by itself and use its own hf_thread";
    }
}

void hfi_jumped(hf_thread *thread, uintptr_t here, const char *where)
{
    const hfi_world_hooks *callback = &thread->parts->world->hooks[HFI_HOOK_CALLBACK];
    callback->jumped(callback->self, thread, here, where);
}

void hfi_landed(hf_thread *thread, uintptr_t here, const char *where)
{
    hfi_jumped(thread, here, where);
    if (!thread->activations) {
        const hfi_world_hooks *callback = &thread->parts->world->hooks[HFI_HOOK_CALLBACK];
        callback->landed(callback->self, thread);
    }
}

void hfi_leave_unheard(hf_thread *thread, const char *where)
{
    hfi_leave(thread);
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (HF_UNLIKELY(hfi_is_jumped(thread, here))) {
        hfi_jumped(thread, here, where);
    }
    if (HF_UNLIKELY(thread->parked != NULL)) {
        const hfi_world_hooks *callback = &thread->parts->world->hooks[HFI_HOOK_CALLBACK];
        callback->unheard(callback->self, thread);
    }
}

hf_status hfi_entry_refuse(hf_thread *thread, const char *function)
{
    if (!thread) {
        return HF_E_NULL;
    }
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_relaxed);
    if (state == HFI_FORKED) {
        return hfi_fork_refuse(thread->parts->world, function); /* not the caller's doing */
    }
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (state == HFI_NATIVE && hfi_is_owner(thread) && hfi_is_jumped(thread, here)) {
        hfi_landed(thread, here, function);
        return HF_E_JUMPED; /* managed again: the next one is fine */
    }
    if (state != HFI_DETACHED && !hfi_is_owner(thread)) {
        state = HFI_MANAGED; /* whatever its owner does with it, the caller is wrong here */
    }
    return hfi_misuse(thread->parts->reporter, HF_E_DETACHED, function, "thread", HF_SITE,
                      state_remedy(state), "%s", state_text(state));
}

hf_status hf_safepoint(hf_thread *thread)
{
    HFI_ENTRY(thread);
    hfi_safepoint(thread);
    return HF_OK;
}

hf_status hf_native_begin(hf_thread *thread)
{
    HFI_ENTRY(thread);
    if (HF_UNLIKELY(hfi_world_is_closed(thread->parts->world) && !thread->is_runner)) {
        return HF_E_SHUTDOWN;
    }
    hfi_crossing_out(thread);
    hfi_enter(thread);
    return HF_OK;
}

/* Asks what hf_native_begin() asked, in its order; none of it can have changed for the owner. */
hf_status hf_native_refusal(const hf_thread *thread)
{
    if (!thread) {
        return HF_E_NULL;
    }
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_relaxed);
    if (state == HFI_FORKED) {
        return HF_E_FORKED;
    }
    return state == HFI_MANAGED && hfi_is_owner(thread) ? HF_E_SHUTDOWN : HF_E_DETACHED;
}

/* What callbacks left behind that ran under a stretch of native code. */
static hf_status callbacks_said(hf_thread *thread, uintptr_t here)
{
    bool is_jumped = hfi_is_jumped(thread, here);
    if (is_jumped) {
        hfi_landed(thread, here, "hf_native_end");
    }
    bool is_parked = thread->parked != NULL;
    thread->parked = NULL;
    return is_jumped ? HF_E_JUMPED : is_parked ? HF_E_CALLBACK : HF_OK;
}

hf_status hf_native_end(hf_thread *thread, hf_native_error *error_out)
{
    /* First of all: nothing that could change the values may run before. */
    hf_native_error unused;
    hf_native_error *error = error_out ? error_out : &unused;
    hfp_native_error_take(&error->errno_value, &error->last_error, &error->wsa_error);
    if (!thread) {
        return HF_E_NULL;
    }
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_relaxed);
    if (state == HFI_FORKED) {
        return HF_E_FORKED;
    }
    if (!hfi_is_owner(thread)) {
        return hfi_entry_refuse(thread, __func__);
    }
    if (state != HFI_NATIVE) {
        return hfi_misuse(thread->parts->reporter, HF_E_DETACHED, __func__, "thread", HF_SITE,
                          "pair it with hf_native_begin()", "the thread is not in native state");
    }
    hfi_leave(thread);
    if (HF_UNLIKELY(atomic_load_explicit(&thread->state, memory_order_relaxed) == HFI_FORKED)) {
        return HF_E_FORKED;
    }
    hfi_crossing(thread);
    hf_status status = HF_OK;
    if (HF_UNLIKELY(thread->activations || thread->parked)) {
        status = callbacks_said(thread, (uintptr_t)__builtin_frame_address(0));
    }
    bool is_stopping = atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed);
    return HF_UNLIKELY(is_stopping && !thread->is_runner) ? HF_E_SHUTDOWN : status;
}
