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
                          int64_t seen)
{
    (void)hfi_result_judge(result, function, seen, NULL);
    hfi_flight_end(thread);
    hf_status status = hfi_cross_status(thread, result);
    return HF_UNLIKELY(status != HF_OK) ? status : result->failed ? HF_E_NATIVE : HF_OK;
}

hf_status hfi_plain_any(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments)
{
    hfi_taken all;
    const unsigned count = function->prototype.param_count;
    const hf_arg *next = arguments;
    bool fits = hfi_plain_is_fresh(result);
    all.pins = 0;
    hfi_plain_pad(&all.registers, function);
    for (unsigned i = 0; i < count && fits; i++) {
        fits = hfi_take_one(&all, thread, &function->take[i], &next, function->take[i].at,
                            HFI_ALL_SORTS);
    }
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return hfi_plain_generally(thread, function, result, arguments);
    }
    hf_record_ record;
    hfi_value returned;
    const unsigned pins = all.pins;
    if (pins) {
        hfi_plain_publish(thread, function, &record, all.object, pins);
    }
    hfi_cross_out(thread, function);
    hfi_direct_call(&function->cif, function->address, &all.registers, &returned);
    hfi_cross_back(thread, function, result);
    if (pins) {
        hfi_record_pop(&record);
    }
    return hfi_plain_finish(thread, function, result, hfi_result_read(result, function, &returned));
}

hf_status hfi_plain_ffi(hf_thread *thread, const hf_function *function, hf_result *result,
                        const hf_arg *arguments)
{
    hfi_taken all;
    void *passed[HFI_TAKES_MAX];
    const unsigned count = function->prototype.param_count;
    const hf_arg *next = arguments;
    bool fits = hfi_plain_is_fresh(result);
    all.pins = 0;
    for (unsigned i = 0; i < count && fits; i++) {
        passed[i] = &all.registers.cell[i];
        fits = hfi_take_one(&all, thread, &function->take[i], &next, i, HFI_ALL_SORTS);
    }
    if (HF_UNLIKELY(!fits || next->kind != HF_ARG_END)) {
        return hfi_plain_generally(thread, function, result, arguments);
    }
    hf_record_ record;
    hfi_value returned;
    const unsigned pins = all.pins;
    if (pins) {
        hfi_plain_publish(thread, function, &record, all.object, pins);
    }
    hfi_cross_out(thread, function);
    hfi_cif_call(&function->cif, function->address, &returned, passed);
    hfi_cross_back(thread, function, result);
    if (pins) {
        hfi_record_pop(&record);
    }
    return hfi_plain_finish(thread, function, result, hfi_result_read(result, function, &returned));
}
