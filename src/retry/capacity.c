/* SPDX-License-Identifier: MIT */

/*
 * Capacities: where the function's room and the caller's policy meet.
 *
 * All of it is counted in whole elements and multiplied with a check, so that no
 * capacity is more than its own parameter, its room or bytes_max allows.
 *
 * What a function remembers is the capacity with which its last call succeeded, or
 * half of it where less than a quarter was used: one large result does not make all
 * later calls large.  It is a hint, so threads may write over each other's.
 *
 * Threads: the owner of the call, managed.
 */

#include "retry/capacity.h"

#include "base/size.h"

#define DEFAULT_FIRST 256u
#define DEFAULT_PIECE 4096u
#define PIECE_MAX     65536u
#define PERCENT       100u
#define USED_AT_LEAST 4u /* a quarter */

/* Whole elements; most are bytes, and a division takes longer than all the rest. */
static inline uint64_t in_elements(const hfi_step *step, uint64_t bytes)
{
    return HF_LIKELY(step->element == 1) ? bytes : bytes / step->element;
}

/* Elements, of at least one, that are the largest capacity of a buffer. */
static uint64_t capacity_max(const hf_function *function, const hfi_step *step)
{
    uint64_t max = function->bytes_max < step->bytes_max ? function->bytes_max : step->bytes_max;
    max = in_elements(step, max);
    return max ? max : 1;
}

/* The nearest number of elements, from `elements` up, that the function takes. */
static uint64_t fitting(const hf_function *function, const hfi_step *step, uint64_t elements)
{
    uint64_t least = step->least ? in_elements(step, step->least) : 1;
    uint64_t max = capacity_max(function, step);
    elements = elements > least ? elements : least;
    elements = elements < max ? elements : max;
    if (HF_LIKELY(step->multiple == 0)) {
        return elements;
    }
    uint64_t multiple = in_elements(step, step->multiple);
    uint64_t above = elements % multiple;
    if (above != 0) {
        /* What lies above the bound counts as the bound, also where the sum would wrap. */
        elements =
            multiple - above <= max - elements ? elements + (multiple - above) : elements - above;
    }
    return elements;
}

static uint64_t first_bytes(const hf_function *function, unsigned index)
{
    const hfi_step *step = &function->step[index];
    const hfi_prototype *prototype = &function->prototype;
    bool is_piece = prototype->append.count && prototype->append_to == index;
    if (function->remembered && index == function->grows[0]) {
        size_t last = atomic_load_explicit(function->remembered, memory_order_relaxed);
        if (last != 0) {
            return last;
        }
    }
    if (function->first_bytes) {
        return function->first_bytes;
    }
    return step->first ? step->first : is_piece ? DEFAULT_PIECE : DEFAULT_FIRST;
}

void hfi_capacity_begin(hfi_call *call)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->grow_count; i++) {
        unsigned index = function->grows[i];
        const hfi_step *step = &function->step[index];
        uint64_t first = in_elements(step, first_bytes(function, index));
        call->argument[index].capacity = fitting(function, step, first) * step->element;
    }
}

/* `now` and the growth of the function, one more at least. */
static uint64_t grown(const hf_function *function, uint64_t now)
{
    uint64_t percent = function->growth - PERCENT;
    uint64_t hundreds, more;
    if (!hfi_u64_mul(now / PERCENT, percent, &hundreds) ||
        !hfi_u64_add(hundreds, (now % PERCENT * percent + PERCENT - 1) / PERCENT + 1, &more) ||
        !hfi_u64_add(now, more, &more)) {
        return UINT64_MAX;
    }
    return more;
}

bool hfi_capacity_grow(hfi_call *call, unsigned index, uint64_t need)
{
    const hf_function *function = call->function;
    const hfi_step *step = &function->step[index];
    uint64_t now = in_elements(step, call->argument[index].capacity);
    uint64_t next = grown(function, now);
    if (need && !hfi_u64_add(need, function->slack_bytes, &need)) {
        need = UINT64_MAX;
    }
    uint64_t needed = in_elements(step, need);
    needed += needed * step->element != need;
    next = fitting(function, step, needed > next || (step->is_exact && needed) ? needed : next);
    if (next == now || (next < now && !step->is_exact)) {
        return false;
    }
    call->argument[index].capacity = next * step->element;
    return true;
}

void hfi_capacity_widen(hfi_call *call, unsigned index)
{
    const hfi_step *step = &call->function->step[index];
    uint64_t now = call->argument[index].capacity / step->element;
    uint64_t most = PIECE_MAX / step->element;
    uint64_t next = grown(call->function, now);
    next = fitting(call->function, step, next < most ? next : most);
    if (next > now) {
        call->argument[index].capacity = next * step->element;
    }
}

void hfi_capacity_remember(const hfi_call *call)
{
    const hf_function *function = call->function;
    if (HF_LIKELY(!function->remembered) || function->grow_count == 0) {
        return;
    }
    unsigned index = function->grows[0]; /* of several, the first */
    uint64_t capacity = call->argument[index].capacity;
    uintptr_t object = call->result->slots_[function->step[index].out].word_;
    capacity = *hfi_object_length(object) < capacity / USED_AT_LEAST ? capacity / 2 : capacity;
    if (capacity <= SIZE_MAX) {
        atomic_store_explicit(function->remembered, (size_t)capacity, memory_order_relaxed);
    }
}
