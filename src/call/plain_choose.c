/* SPDX-License-Identifier: MIT */

/*
 * Which short way a function has, and what that does for each parameter.
 *
 * A parameter's step (call/plan.c) says all there is to know about it; here that
 * becomes the little that the short way looks at, with every comparison that can be
 * made in advance made in advance.
 *
 * Pure; runs when a function is bound.
 */

#include "call/plain.h"

#include "call/direct.h"
#include "call/guard.h"
#include "heap/heap.h"

#include <string.h>

/* A parameter that a short way knows. */
static bool is_plain(const hf_function *function, unsigned index)
{
    const hfi_step *step = &function->step[index];
    const hfi_layout *layout = function->prototype.param[index].layout;
    if (step->is_callers) {
        /* What holds pointers has to be looked into. */
        bool is_flat = !layout || !layout->holds_pointers;
        return step->quick != HFI_QUICK_NOT && !step->is_immovable && is_flat;
    }
    return step->kind == HFI_P_CAPACITY && step->buffer >= 0 && step->type != HFI_C_POINTER &&
           function->step[step->buffer].kind == HFI_P_BUFFER;
}

static bool is_floating(const hfi_step *step)
{
    return step->quick == HFI_QUICK_DOUBLE || step->quick == HFI_QUICK_FLOAT;
}

static void take_integer(hfi_take *take, const hfi_step *step)
{
    uint64_t half = step->most + 1; /* of a signed type: as far as it goes below 0 */
    take->kind = HF_ARG_SIGNED;
    take->more_kinds = HF_ARG_UNSIGNED - HF_ARG_SIGNED;
    take->bias[0] = step->is_signed ? half : 0;
    take->span[0] = step->is_signed ? step->most + half : step->most & INT64_MAX;
    take->span[1] = step->most;
}

/* An address passes from the end of the heap upwards, round through 0, to its beginning. */
static void take_address(hfi_take *take, const hf_function *function)
{
    uintptr_t base;
    uintptr_t end;
    hfi_heap_range(function->parts->heap, &base, &end);
    take->bias[0] = UINT64_C(0) - end;
    take->span[0] = UINT64_MAX - (uint64_t)(end - base);
}

/* From how many bytes to how many; none at all where elements or an unknown reach ask for the
 * general way. */
static void take_buffer(hfi_take *take, const hfi_step *step)
{
    uint64_t least = step->is_sized ? 0 : step->reach;
    uint64_t most = step->is_sized ? step->bytes_max : UINT64_MAX;
    if (step->is_sized ? step->element != 1 : step->reach == 0) {
        least = most = UINT64_MAX;
    }
    take->kind = HF_ARG_BUFFER;
    take->is_sized = step->is_sized;
    take->is_packed = step->alignment <= 1;
    take->announce_at = HFI_CELL_NOWHERE;
    take->bias[0] = UINT64_C(0) - least;
    take->span[0] = most - least;
}

static void make_take(hf_function *function, unsigned index, unsigned at)
{
    const hfi_step *step = &function->step[index];
    hfi_take *take = &function->take[index];
    *take = (hfi_take){ .how = HFI_TAKE_SIMPLY, .at = (uint8_t)at };
    if (!step->is_callers) {
        take->how = HFI_TAKE_NOTHING;
        return;
    }
    switch (step->quick) {
    case HFI_QUICK_INTEGER:
        take_integer(take, step);
        break;
    case HFI_QUICK_DOUBLE:
        take->kind = HF_ARG_FLOATING;
        take->span[0] = UINT64_MAX;
        break;
    case HFI_QUICK_FLOAT:
        take->how = HFI_TAKE_FLOAT;
        break;
    case HFI_QUICK_BUFFER:
        take->how = HFI_TAKE_BUFFER;
        take_buffer(take, step);
        break;
    case HFI_QUICK_TEXT:
        take->how = HFI_TAKE_TEXT;
        take->kind = HF_ARG_CSTR;
        take_address(take, function);
        break;
    case HFI_QUICK_POINTER:
        take->kind = HF_ARG_POINTER;
        take_address(take, function);
        break;
    case HFI_QUICK_NOT:
        break; /* not in a short way */
    }
}

/* How many parameters of a function are of each sort. */
typedef struct census {
    unsigned simple; /* those that the library supplies too: they come with a buffer alone */
    unsigned floats;
    unsigned buffers;
    unsigned place; /* of the last buffer */
} census;

static census take_census(const hf_function *function, unsigned count)
{
    census all = { 0, 0, 0, 0 };
    for (unsigned i = 0; i < count; i++) {
        uint8_t how = function->take[i].how;
        all.simple += how == HFI_TAKE_SIMPLY || how == HFI_TAKE_NOTHING;
        all.floats += how == HFI_TAKE_FLOAT;
        all.buffers += how == HFI_TAKE_BUFFER;
        all.place = how == HFI_TAKE_BUFFER ? i : all.place;
    }
    return all;
}

static hfi_call_fn *choose(const hf_function *function)
{
    unsigned count = function->prototype.param_count;
    census all = take_census(function, count);
    bool is_usual = all.simple + all.floats + all.buffers == count && all.buffers <= 1;
    hfi_call_fn *special = NULL;
    if (function->cif.direct == HFI_DIRECT_NONE) {
        return hfi_plain_ffi;
    }
    if (function->is_odd) {
        return hfi_plain_any;
    }
    if (function->cif.direct == HFI_DIRECT_WORDS) {
        special = !is_usual      ? NULL
                  : !all.buffers ? hfi_plain_simple(count)
                                 : hfi_plain_lender(count, all.place);
        special = special ? special : hfi_plain_words(count);
    } else if (function->cif.direct == HFI_DIRECT_MIXED && is_usual) {
        special = all.buffers ? hfi_plain_mixed(count, all.place) : hfi_plain_numbers(count);
    }
    return special ? special : hfi_plain_any;
}

/* libffi finds each argument at the address of its cell, and the cif is all that it needs. */
static bool is_for_ffi(const hf_function *function)
{
    bool is_common = !function->cif.has_values && !function->cif.detour;
    return UINTPTR_MAX > UINT32_MAX && hfi_value_shift(HFI_C_I32) == 0 && is_common;
}

static bool lends(const hf_function *function)
{
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        if (function->take[i].how == HFI_TAKE_BUFFER) {
            return true;
        }
    }
    return false;
}

/* Guards look at more than a short way knows, except for the zones of whole buffers: those end
 * where the objects begin, whose headers are all that there is to compare. */
hfi_call_fn *hfi_plain_entry(const hf_function *function)
{
    bool needs_zones = function->guards != 0 && function->plain && lends(function);
    bool is_short = function->plain && (function->guards & ~HFI_GUARD_ZONES) == 0;
    if (!is_short || (needs_zones && function->cif.direct == HFI_DIRECT_NONE)) {
        return function->parts->call_generally;
    }
    return needs_zones ? hfi_plain_zoned : function->plain;
}

void hfi_plain_place(hf_function *function)
{
    unsigned count = function->prototype.param_count;
    unsigned words = 0;
    unsigned floatings = 0;
    for (unsigned i = 0; i < count; i++) {
        bool by_number =
            function->cif.direct == HFI_DIRECT_SLOTS || function->cif.direct == HFI_DIRECT_NONE;
        unsigned *next = is_floating(&function->step[i]) ? &floatings : &words;
        bool in_floating = next == &floatings && function->cif.direct != HFI_DIRECT_NONE;
        unsigned at = by_number ? i : *next;
        make_take(function, i, in_floating ? at + HFI_CELL_FLOATING : at);
        ++*next;
    }
    function->is_padded =
        words < function->cif.loads_words || floatings < function->cif.loads_floatings;
}

void hfi_plain_choose(hf_function *function)
{
    unsigned count = function->prototype.param_count;
    bool plain = !function->has_outputs && !function->growing && !function->sees_values &&
                 !function->prototype.grow_ok.count && !function->prototype.transient.count &&
                 count <= HFI_TAKES_MAX &&
                 (function->cif.direct != HFI_DIRECT_NONE || is_for_ffi(function));
    for (unsigned i = 0; i < count && plain; i++) {
        plain = is_plain(function, i);
    }
    if (!plain) {
        return;
    }
    hfi_plain_place(function);
    for (unsigned i = 0; i < count; i++) {
        if (!function->step[i].is_callers) {
            function->take[function->step[i].buffer].announce_at = function->take[i].at;
        }
    }
    function->plain = choose(function);
}
