/* SPDX-License-Identifier: MIT */

/*
 * Sizes that the arguments make: size(count * width).
 *
 * They are known when the last argument has been taken, so what was lent is compared
 * here and not where it was taken; until then argument.capacity is all that is lent,
 * or HFI_LENT_UNKNOWN of an address.  A size that wraps is no size: the callee would
 * compute the same product and walk further than the small number that is left.
 *
 * A buffer that the library makes gets exactly that size.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/marshal.h"

int64_t hfi_call_value_before(const hfi_call *call, unsigned index)
{
    const hfi_step *step = &call->function->step[index];
    const hfi_argument *argument = &call->argument[index];
    if (step->buffer >= 0) {
        return (int64_t)(call->argument[step->buffer].capacity / step->unit);
    }
    if (step->kind == HFI_P_SCALAR) {
        return hfi_value_load(&argument->value, step->type);
    }
    return argument->is_null ? 0 : hfi_value_load(&argument->start, step->target);
}

/* Above what an expression can hold: it reads as a negative number there. */
static bool is_too_large(const hfi_step *step, int64_t value)
{
    hfi_ctype type = step->type == HFI_C_POINTER ? step->target : step->type;
    return value < 0 && !hfi_ctype_is_signed(type);
}

static hf_status compute(hfi_call *call, unsigned index, uint64_t *extent_out)
{
    const hfi_param *param = &call->function->prototype.param[index];
    const hfi_expr_values values = { 0, 0, call->seen };
    bool fits = true;
    int64_t extent;
    for (unsigned i = 0; i < param->extent_expr.count; i++) {
        const hfi_expr_step *step = &param->extent_expr.step[i];
        if (step->op == HFI_OP_PARAM) {
            unsigned from = (unsigned)step->value;
            call->seen[from] = hfi_call_value_before(call, from);
            fits = fits && !is_too_large(&call->function->step[from], call->seen[from]);
        }
    }
    fits = hfi_expr_evaluate_exactly(&param->extent_expr, &values, &extent) && fits;
    if (!fits || (extent >= 0 && (uint64_t)extent > PTRDIFF_MAX)) {
        return hfi_call_refuse(call, (int)index, HF_E_OVERFLOW,
                               "pass numbers that a buffer can have",
                               "size(%s) is more than any memory has", param->extent_text);
    }
    if (extent < 0) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                               "pass numbers whose size is not negative", "size(%s) is %lld",
                               param->extent_text, (long long)extent);
    }
    *extent_out = (uint64_t)extent;
    return HF_OK;
}

/* A buffer of the caller's: what is lent has to be enough. */
static hf_status compare(hfi_call *call, unsigned index, uint64_t extent)
{
    hfi_argument *argument = &call->argument[index];
    if (argument->capacity == HFI_LENT_UNKNOWN) {
        argument->native_size = argument->value.pointer ? (size_t)extent : 0;
        return HF_OK;
    }
    if (argument->capacity >= extent) {
        return HF_OK;
    }
    return hfi_call_refuse(call, (int)index, HF_E_RANGE, "lend a buffer that is large enough",
                           "%llu bytes are lent, the callee may touch %llu: size(%s)",
                           (unsigned long long)argument->capacity, (unsigned long long)extent,
                           call->function->prototype.param[index].extent_text);
}

hf_status hfi_marshal_extents(hfi_call *call)
{
    const hf_function *function = call->function;
    hf_status status = HF_OK;
    for (unsigned i = 0; i < function->prototype.param_count && status == HF_OK; i++) {
        uint64_t extent = 0;
        if (!function->step[i].has_extent) {
            continue;
        }
        status = compute(call, i, &extent);
        if (status == HF_OK && function->step[i].kind == HFI_P_BUFFER) {
            status = compare(call, i, extent);
        } else if (status == HF_OK) {
            call->argument[i].capacity = extent;
        }
    }
    return status;
}
