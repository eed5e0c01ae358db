/* SPDX-License-Identifier: MIT */

/*
 * What typed wrappers (holdfast/wrap.h) do with their parameters before the crossing.
 *
 * Each buffer and each resource is a fence in the wrapper's stack frame; the wrapper ends those it
 * has prepared, in reverse order, whether they began or not.  Reports name the native function and
 * its parameter, for that is what the program's text says.
 */

#include "fence/fences.h"

#include "diag/report.h"

#include <holdfast/wrap.h>

static hfi_fence_names names_of(const hf_wrap_place *place)
{
    return (hfi_fence_names){ place->function, place->argument, place->argument, place->site };
}

static hf_status check_range(hf_thread *thread, const hf_wrap_place *place, hf_wrap_range range,
                             size_t size)
{
    if (HF_UNLIKELY(range.from > size || range.count > size - range.from)) {
        return hfi_misuse(thread->parts->reporter, HF_E_RANGE, place->function, place->argument,
                          place->site, "keep from + count within the buffer's length",
                          "%zu bytes from %zu are not within %zu bytes", range.count, range.from,
                          size);
    }
    if (HF_UNLIKELY(range.count > range.count_max)) {
        return hfi_misuse(thread->parts->reporter, HF_E_RANGE, place->function, place->argument,
                          place->site, "lend less at a time",
                          "%zu bytes are more than the callee's integer can say (%llu)",
                          range.count, (unsigned long long)range.count_max);
    }
    return HF_OK;
}

hf_status hf_wrap_lend(hf_thread *thread, hf_fence *fence, const hf_wrap_place *place,
                       const hf_slot *buffer, hf_wrap_range range, void **address_out)
{
    if (!address_out) {
        return HF_E_NULL;
    }
    *address_out = NULL;
    if (!fence || !place) {
        return HF_E_NULL;
    }
    if (range.may_be_null && hf_is_null(buffer) && hfi_entry_ok(thread)) {
        return check_range(thread, place, range, 0);
    }
    hf_span span;
    const hfi_fence_names names = names_of(place);
    hf_status status = hfi_fence_begin_as(thread, fence, buffer, &span, &names);
    if (HF_LIKELY(status == HF_OK)) {
        status = check_range(thread, place, range, span.size);
    }
    if (HF_LIKELY(status == HF_OK)) {
        *address_out = (char *)span.data + range.from;
    }
    return status;
}

hf_status hf_wrap_hold(hf_thread *thread, hf_fence *fence, const hf_wrap_place *place,
                       const hf_slot *resource, uintptr_t *value_out)
{
    if (!fence || !place || !value_out) {
        return HF_E_NULL;
    }
    const hfi_fence_names names = names_of(place);
    return hfi_fence_hold_as(thread, fence, resource, value_out, &names);
}

hf_status hf_wrap_pointer(hf_thread *thread, const hf_wrap_place *place, const void *pointer,
                          bool may_be_null)
{
    if (!place) {
        return HF_E_NULL;
    }
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        return hfi_entry_refuse(thread, place->function);
    }
    if (!pointer) {
        return may_be_null
                   ? HF_OK
                   : hfi_misuse(thread->parts->reporter, HF_E_NULL, place->function,
                                place->argument, place->site, "pass a text", "the pointer is NULL");
    }
    if (HF_LIKELY(!hfi_heap_contains(thread->parts->heap, (uintptr_t)pointer)) ||
        hfi_is_pinned_here(thread, (uintptr_t)pointer)) {
        return HF_OK;
    }
    return hfi_misuse(thread->parts->reporter, HF_E_ARGUMENT_KIND, place->function, place->argument,
                      place->site,
                      "pin the object with HF_FENCE, or lend it with HF_W_IN or HF_W_OUT",
                      "the pointer leads into the managed heap, where objects move");
}
