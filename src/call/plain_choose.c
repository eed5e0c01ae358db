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
    take->bias[0] = step->is_signed ? half : 0;
    take->span[0] = step->is_signed ? step->most + half : step->most & INT64_MAX;
    take->bias[1] = 0;
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

static void take_buffer(hfi_take *take, const hfi_step *step)
{
    take->is_sized = step->is_sized;
    take->is_packed = step->alignment <= 1;
    take->announce_at = HFI_REGISTERS_MAX; /* nobody loads it */
    take->bias[0] = step->reach;
    /* Where it is announced, its length counts; elements are for the general way. */
    take->span[0] = step->element == 1 ? step->bytes_max : 0;
}

static void make_take(hf_function *function, unsigned index, unsigned at)
{
    const hfi_step *step = &function->step[index];
    hfi_take *take = &function->take[index];
    *take = (hfi_take){ .how = step->quick, .at = (uint8_t)at, .is_callers = step->is_callers };
    if (!step->is_callers) {
        take->how = HFI_QUICK_NOT;
    } else if (step->quick == HFI_QUICK_INTEGER) {
        take_integer(take, step);
    } else if (step->quick == HFI_QUICK_BUFFER) {
        take_buffer(take, step);
    } else if (step->quick == HFI_QUICK_TEXT || step->quick == HFI_QUICK_POINTER) {
        take_address(take, function);
    }
}

static hfi_call_fn *choose(const hf_function *function)
{
    unsigned count = function->prototype.param_count;
    bool all_integers = true;
    for (unsigned i = 0; i < count; i++) {
        all_integers = all_integers && function->take[i].how == HFI_QUICK_INTEGER;
    }
    hfi_call_fn *special = NULL;
    if (function->cif.direct == HFI_DIRECT_WORDS && !function->is_odd) {
        special = all_integers ? hfi_plain_integers(count) : hfi_plain_words(count);
    }
    return special ? special : hfi_plain_any;
}

void hfi_plain_choose(hf_function *function)
{
    unsigned count = function->prototype.param_count;
    bool plain = !function->has_outputs && !function->growing && !function->sees_values &&
                 !function->prototype.grow_ok.count && count <= HFI_TAKES_MAX &&
                 function->cif.direct != HFI_DIRECT_NONE;
    for (unsigned i = 0; i < count && plain; i++) {
        plain = is_plain(function, i);
    }
    if (!plain) {
        return;
    }
    unsigned words = 0;
    unsigned floatings = 0;
    for (unsigned i = 0; i < count; i++) {
        bool by_slot = function->cif.direct == HFI_DIRECT_SLOTS;
        unsigned *next = is_floating(&function->step[i]) ? &floatings : &words;
        make_take(function, i, by_slot ? i : (*next)++);
    }
    for (unsigned i = 0; i < count; i++) {
        if (!function->step[i].is_callers) {
            function->take[function->step[i].buffer].announce_at = function->take[i].at;
        }
    }
    function->plain = choose(function);
}
