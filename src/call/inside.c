/* SPDX-License-Identifier: MIT */

/*
 * Numbers inside buffers: those that a callee leaves there, and those that it has to find.
 *
 * The latter are written as the last thing before the crossing, when outputs that are
 * guarded have their pattern.  The former are read right behind the crossing, while the objects of
 * the call are still where the callee saw them, and put behind the values of the parameters, so
 * expressions know nothing of memory.  What was announced bounds the reading, never what is owned:
 * behind it lie the reserve and the canary.  What reaches further reads as 0.
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
    if (!argument->value.pointer) {
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

static void store(char *to, uint64_t value, uint8_t width)
{
    uint8_t u8 = (uint8_t)value;
    uint16_t u16 = (uint16_t)value;
    uint32_t u32 = (uint32_t)value;
    switch (width) {
    case 1:
        memcpy(to, &u8, sizeof(u8));
        break;
    case 2:
        memcpy(to, &u16, sizeof(u16));
        break;
    case 4:
        memcpy(to, &u32, sizeof(u32));
        break;
    default:
        HF_ASSERT(width == sizeof(value));
        memcpy(to, &value, sizeof(value));
        break;
    }
}

/* As a signed or an unsigned number. */
static bool fits(int64_t value, uint8_t width)
{
    if (width == 8) {
        return true;
    }
    int64_t span = INT64_C(1) << (8 * width);
    return value < span && value >= -span / 2;
}

static int64_t value_of(hfi_call *call, const hfi_expr *expr)
{
    const hfi_expr_values values = { 0, 0, call->seen };
    for (unsigned i = 0; i < expr->count; i++) {
        if (expr->step[i].op == HFI_OP_PARAM) {
            unsigned from = (unsigned)expr->step[i].value;
            call->seen[from] = hfi_call_value_before(call, from);
        }
    }
    return hfi_expr_evaluate(expr, &values);
}

static hf_status set_one(hfi_call *call, unsigned index, const hfi_set *set)
{
    int64_t value = value_of(call, &set->value);
    if (!fits(value, set->width)) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "pass numbers that fit",
                               "set() at byte %u is to hold %lld in %u bytes",
                               (unsigned)set->offset, (long long)value, (unsigned)set->width);
    }
    if ((uint64_t)set->offset + set->width > reach_of(call, index)) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "pass sizes that leave room for it",
                               "set() is at byte %u, and the buffer has %llu bytes",
                               (unsigned)set->offset, (unsigned long long)reach_of(call, index));
    }
    store((char *)call->argument[index].value.pointer + set->offset, (uint64_t)value, set->width);
    return HF_OK;
}

hf_status hfi_call_set_inside(hfi_call *call)
{
    const hfi_prototype *prototype = &call->function->prototype;
    hf_status status = HF_OK;
    for (unsigned i = 0; i < prototype->param_count && status == HF_OK; i++) {
        const hfi_param *param = &prototype->param[i];
        bool is_there = param->set_count && call->argument[i].value.pointer;
        for (unsigned k = 0; is_there && k < param->set_count && status == HF_OK; k++) {
            status = set_one(call, i, &param->set[k]);
        }
    }
    return status;
}
