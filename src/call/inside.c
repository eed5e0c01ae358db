/* SPDX-License-Identifier: MIT */

/*
 * Numbers inside buffers: those that a callee leaves there.
 *
 * They are read right behind the crossing, while the objects of the call are still where
 * the callee saw them, and put behind the values of the parameters, so expressions know
 * nothing of memory.  What was announced bounds the reading, never what is owned: behind
 * it lie the reserve and the canary.  What reaches further reads as 0.
 *
 * Threads: the owner of the call, managed; the objects are pinned.
 */

#include "call/call.h"

#include <string.h>

/* Bytes of a parameter's memory that belong to the callee. */
static uint64_t reach_of(const hfi_call *call, unsigned index)
{
    const hfi_step *step = &call->function->step[index];
    const hfi_argument *argument = &call->argument[index];
    if (argument->is_null || !argument->value.pointer) {
        return 0;
    }
    if (step->kind == HFI_P_OUT_VALUE) {
        return step->element;
    }
    return argument->capacity < step->bytes_max ? argument->capacity : step->bytes_max;
}

/* In this machine's byte order, and at any address. */
static uint64_t load(const char *from, uint8_t width)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (width) {
    case 1:
        memcpy(&u8, from, sizeof(u8));
        return u8;
    case 2:
        memcpy(&u16, from, sizeof(u16));
        return u16;
    case 4:
        memcpy(&u32, from, sizeof(u32));
        return u32;
    default:
        HF_ASSERT(width == sizeof(u64));
        memcpy(&u64, from, sizeof(u64));
        return u64;
    }
}

void hfi_call_look_inside(hfi_call *call)
{
    const hfi_prototype *prototype = &call->function->prototype;
    for (unsigned i = 0; i < prototype->inside_count; i++) {
        const hfi_inside *inside = &prototype->inside[i];
        unsigned param = (unsigned)inside->param;
        bool is_there = (uint64_t)inside->offset + inside->width <= reach_of(call, param);
        const char *start = call->argument[param].value.pointer;
        call->seen[HFI_PARAMS_MAX + i] =
            is_there ? (int64_t)load(start + inside->offset, inside->width) : 0;
    }
}
