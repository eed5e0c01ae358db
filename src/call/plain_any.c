/* SPDX-License-Identifier: MIT */

/*
 * The short ways that are not made for a shape: whatever fits registers, and what goes through
 * libffi but has nothing for the general way to do; and the parts of all short ways that are rare
 * enough to be called.
 *
 * libffi reads an argument in its own width from an address; a cell's address is that of its low
 * bytes where the machine is little-endian, so only there is this way taken (plain_choose.c).
 *
 * Threads: the owner of the call, managed.
 */

#include "call/plain_take.h"

bool hfi_take_is_native(const hf_thread *thread, const hfi_take *take, const hf_arg *arg)
{
    return arg->kind == HF_ARG_POINTER && !take->is_sized && arg->as.pointer &&
           !hfi_heap_contains(thread->parts->heap, (uintptr_t)arg->as.pointer);
}

hf_status hfi_plain_generally(hf_thread *thread, const hf_function *function, hf_result *result,
                              const hf_arg *arguments)
{
    return thread->parts->call_generally(thread, function, result, arguments);
}

hf_status hfi_plain_judge(hf_thread *thread, const hf_function *function, hf_result *result,
                          int64_t seen, hf_status status)
{
    (void)hfi_result_judge(result, function, seen, NULL);
    hfi_flight_end(thread);
    return HF_UNLIKELY(status != HF_OK) ? status : result->failed ? HF_E_NATIVE : HF_OK;
}

hf_status hfi_plain_disturbed(hf_thread *thread, const hf_function *function, hf_result *result,
                              hf_record_ *record, int64_t seen)
{
    hfi_cross_back_specially(thread);
    if (record) {
        hfi_record_pop(record);
    }
    return hfi_plain_finish(thread, function, result, seen, hfi_cross_status(thread, result));
}

/* Both ways are the same around the native call itself. */
static HFI_ALWAYS_INLINE hf_status call_taken(hf_thread *thread, const hf_function *function,
                                              hf_result *result, hfi_taken *all, void **passed)
{
    hf_record_ record;
    hfi_value returned;
    const unsigned pins = all->pins;
    if (pins) {
        hfi_plain_publish(thread, function, &record, all->object, pins);
    }
    hfi_cross_out(thread, function);
    if (passed) {
        hfi_cif_call(&function->cif, function->address, &returned, passed);
    } else {
        hfi_direct_call(&function->cif, function->address, &all->registers, &returned);
    }
    hfi_cross_back(thread, function, result);
    if (pins) {
        hfi_plain_withdraw(thread, &record);
    }
    return hfi_plain_finish(thread, function, result, hfi_result_read(result, function, &returned),
                            hfi_cross_status(thread, result));
}

hf_status hfi_plain_any(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments)
{
    hfi_taken all;
    hfi_plain_pad(&all.registers, function);
    if (HF_UNLIKELY(!hfi_plain_is_fresh(result)) ||
        HF_UNLIKELY(!hfi_take_all(&all, thread, function, arguments))) {
        return hfi_plain_generally(thread, function, result, arguments);
    }
    return call_taken(thread, function, result, &all, NULL);
}

hf_status hfi_plain_ffi(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments)
{
    hfi_taken all;
    void *passed[HFI_TAKES_MAX];
    if (HF_UNLIKELY(!hfi_plain_is_fresh(result)) ||
        HF_UNLIKELY(!hfi_take_all(&all, thread, function, arguments))) {
        return hfi_plain_generally(thread, function, result, arguments);
    }
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        passed[i] = &all.registers.cell[i];
    }
    return call_taken(thread, function, result, &all, passed);
}
