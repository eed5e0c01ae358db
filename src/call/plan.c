/* SPDX-License-Identifier: MIT */

/*
 * From a prototype to steps.
 *
 * A prototype says who sizes whom by the parameter that carries the role; a call
 * wants to know it from the buffer's side, with every unit in bytes.  That is
 * turned round here, once, together with the numbers of the outputs and the most
 * that a capacity parameter can say.
 *
 * Pure but for its reports; runs when a function is bound.
 */

#include "call/function.h"

#include "base/alloc.h"
#include "base/size.h"
#include "base/verify.h"

#include <holdfast/call.h>

/* Every buffer's payload has it. */
#define HFI_ALIGNMENT_MAX 16u

_Static_assert(HFI_GROWS_MAX == HF_RESULT_OUTS, "each output may grow");

static uint64_t ctype_max(hfi_ctype type)
{
    unsigned bits = (unsigned)hfi_ctype_size(type) * 8;
    uint64_t all = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    return hfi_ctype_is_signed(type) ? all >> 1 : all;
}

static bool is_floating(hfi_ctype type)
{
    return type == HFI_C_F32 || type == HFI_C_F64;
}

/* Where the system's encoding is UTF-8 there is nothing to convert. */
static bool is_system_text(const hfi_param *param)
{
    return param->encoding == HFI_ENCODING_SYSTEM && !param->is_wide && !hfp_text_is_utf8();
}

/* Bytes of a value; 0 of anything that is passed as a number. */
static size_t value_bytes(hfi_ctype type, const hfi_layout *layout)
{
    if (type == HFI_C_AGGREGATE) {
        return layout->size;
    }
    return type >= HFI_C_LONG_DOUBLE && type < HFI_C_AGGREGATE ? hfi_ctype_size(type) : 0;
}

/* What an output points to: what is no scalar of a register is memory to a call, declared or not.
 */
static hfi_ctype target_of(const hfi_param *param)
{
    bool is_memory = param->kind == HFI_P_OUT_VALUE && param->target >= HFI_C_LONG_DOUBLE;
    return is_memory ? HFI_C_OPAQUE : param->target;
}

static void plan_parameter(hfi_step *step, const hfi_param *param)
{
    *step = (hfi_step){ .kind = param->kind,
                        .type = param->type,
                        .target = target_of(param),
                        .direction = param->direction,
                        .is_callers = hfi_param_is_callers(param),
                        .is_text = param->is_text,
                        .is_multi = param->is_multi,
                        .is_system = is_system_text(param),
                        .text_unit = (uint8_t)param->target_size,
                        .buffer = -1,
                        .out = -1,
                        .scalar = -1,
                        .needed_by = -1,
                        .length_by = -1,
                        .is_sized = param->capacity_param >= 0,
                        .element = param->target_size ? param->target_size : 1,
                        .has_extent = param->extent_expr.count != 0,
                        .reach = param->extent ? param->extent : param->target_size,
                        .alignment = param->target_alignment ? param->target_alignment : 1,
                        .is_immovable = param->points_into >= 0,
                        .bytes_max = UINT64_MAX };
    if (param->kind == HFI_P_AGGREGATE) {
        step->element = value_bytes(param->type, param->layout);
        step->alignment = 1; /* it is copied */
    } else if (param->kind == HFI_P_SCALAR && hfi_ctype_is_integer(param->type)) {
        step->quick = HFI_QUICK_INTEGER;
        step->most = param->is_bool ? 1 : ctype_max(param->type);
        step->is_signed = hfi_ctype_is_signed(param->type);
        step->shift = (uint8_t)hfi_value_shift(param->type);
    } else if (param->kind == HFI_P_SCALAR && param->type == HFI_C_F64) {
        step->quick = HFI_QUICK_DOUBLE;
    } else if (param->kind == HFI_P_SCALAR && param->type == HFI_C_F32) {
        step->quick = HFI_QUICK_FLOAT;
    } else if (param->kind == HFI_P_BUFFER && !step->has_extent) {
        step->quick = HFI_QUICK_BUFFER;
    } else if (param->kind == HFI_P_TEXT && !step->is_system) {
        step->quick = HFI_QUICK_TEXT;
    } else if (param->kind == HFI_P_RAW ||
               (param->kind == HFI_P_SCALAR && param->type == HFI_C_POINTER)) { /* a handle */
        step->quick = HFI_QUICK_POINTER;
    }
}

/* A result by value is the first output. */
static void plan_result(hf_function *function)
{
    const hfi_prototype *prototype = &function->prototype;
    function->result_bytes = value_bytes(prototype->result, prototype->result_layout);
    function->outs = function->result_bytes ? 1 : 0;
}

/* What parameter `from` says about buffers, written where the buffers are. */
static void plan_sizes(hf_function *function, unsigned from)
{
    const hfi_param *param = &function->prototype.param[from];
    if (param->needed.buffer >= 0) {
        function->step[param->needed.buffer].needed_by = (int8_t)from;
    }
    if (param->length.buffer >= 0) {
        function->step[param->length.buffer].length_by = (int8_t)from;
    }
    if (param->points_into >= 0) {
        function->step[param->points_into].is_immovable = true;
    }
    if (param->capacity.buffer < 0) {
        return;
    }
    hfi_step *buffer = &function->step[param->capacity.buffer];
    hfi_step *step = &function->step[from];
    hfi_ctype counter = param->type == HFI_C_POINTER ? param->target : param->type;
    step->buffer = param->capacity.buffer;
    step->shift = (uint8_t)hfi_value_shift(counter);
    step->unit = param->capacity.unit == HFI_UNIT_BYTES ? 1 : buffer->element;
    step->has_unit = step->unit != 1;
    uint64_t most = ctype_max(counter);
    buffer->bytes_max = most > UINT64_MAX / step->unit ? UINT64_MAX : most * step->unit;
}

/* Elements in bytes.  What is too large for a number is too large for memory: no call is made. */
static uint64_t in_bytes(uint64_t elements, const hfi_step *step)
{
    uint64_t bytes;
    return hfi_u64_mul(elements, step->element, &bytes) ? bytes : UINT64_MAX;
}

/* The least that room(...) says, and what is set needs; whole elements. */
static uint64_t least_of(const hfi_step *step, const hfi_param *param)
{
    uint64_t least = param->room.least;
    for (unsigned i = 0; i < param->set_count; i++) {
        uint64_t end = (uint64_t)param->set[i].offset + param->set[i].width;
        uint64_t elements = (end + step->element - 1) / step->element;
        least = elements > least ? elements : least;
    }
    return in_bytes(least, step);
}

/* What room(...) says, in bytes. */
static void plan_room(hfi_step *step, const hfi_param *param)
{
    const hfi_room_rules *room = &param->room;
    step->first = in_bytes(room->first, step);
    step->least = least_of(step, param);
    step->multiple = in_bytes(room->multiple, step);
    step->reserve = in_bytes(room->reserve, step);
    step->is_exact = room->is_exact;
    uint64_t most = room->most ? in_bytes(room->most, step) : UINT64_MAX;
    step->bytes_max = most < step->bytes_max ? most : step->bytes_max;
}

static hf_status too_many(const hf_function *function, const char *what, unsigned most)
{
    return hfi_misuse(function->parts->reporter, HF_E_UNSUPPORTED, function->prototype.name,
                      "prototype", (hf_site){ NULL, 0 }, "leave outputs out: pass NULL by raw",
                      "the prototype has more than %u %s", most, what);
}

/* Numbers a parameter's output: a struct or a buffer by its slot, anything else by its value. */
static hf_status plan_output(hf_function *function, hfi_step *step)
{
    bool is_struct = step->kind == HFI_P_OUT_VALUE && step->target == HFI_C_OPAQUE;
    bool is_scalar = step->kind == HFI_P_OUT_VALUE && !is_struct;
    if (step->kind == HFI_P_OUT_BUFFER || is_struct) {
        if (function->outs == HF_RESULT_OUTS) {
            return too_many(function, "buffers as outputs", HF_RESULT_OUTS);
        }
        step->out = (int8_t)function->outs++;
        function->growing = (uint8_t)(function->growing + (step->kind == HFI_P_OUT_BUFFER));
    } else if (is_scalar) {
        if (function->scalars == HF_RESULT_SCALARS) {
            return too_many(function, "scalar outputs", HF_RESULT_SCALARS);
        }
        if (is_floating(step->target)) {
            function->floating_mask |= 1u << function->scalars;
        }
        step->scalar = (int8_t)function->scalars++;
    }
    return HF_OK;
}

/* True if `error` takes part in deciding whether a call succeeded, or is told of one that did. */
static bool decides_by_error(const hfi_prototype *prototype)
{
    if (prototype->error == HFI_ERROR_PARAM) {
        return false; /* it is set before each try as it is */
    }
    bool decides = prototype->fail.uses_error || prototype->grow_ok.uses_error ||
                   prototype->append.uses_error || prototype->error_when.count != 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        decides |= prototype->param[i].rules.grow_ok.uses_error;
    }
    return decides;
}

static hf_status refuse_alignment(const hf_function *function)
{
    return hfi_misuse(
        function->parts->reporter, HF_E_UNSUPPORTED, function->prototype.name, "prototype",
        (hf_site){ NULL, 0 }, "pass native memory of that alignment by raw",
        "a type asks for more alignment than the %u bytes of buffers", HFI_ALIGNMENT_MAX);
}

static bool asks_for_parameter(const hfi_expr *expr)
{
    for (unsigned i = 0; i < expr->count; i++) {
        if (expr->step[i].op == HFI_OP_PARAM) {
            return true;
        }
    }
    return false;
}

/* The number that a comparison of the result is with, as most fail roles are: `result < 0`,
 * `result == -1`.  False for any other expression. */
static bool compared_with(const hfi_expr *expr, uint64_t *number_out)
{
    bool is_negated = expr->count == 4 && expr->step[2].op == HFI_OP_NEGATE;
    if ((expr->count != 3 && !is_negated) || expr->step[0].op != HFI_OP_RESULT ||
        expr->step[1].op != HFI_OP_CONST) {
        return false;
    }
    uint64_t number = (uint64_t)expr->step[1].value;
    *number_out = is_negated ? UINT64_C(0) - number : number;
    return true;
}

/*
 * The results with which a function may have failed, as a range that goes round: exact for such a
 * comparison, everything for the rest and for a comparison that always or never holds.
 */
static void plan_failure(hf_function *function)
{
    const uint64_t least = UINT64_C(1) << 63; /* as a signed number */
    const hfi_expr *fail = &function->prototype.fail;
    uint64_t number = 0;
    uint64_t from = 0;
    uint64_t end = 0; /* one behind the last */
    if (!function->clears_error && compared_with(fail, &number)) {
        switch (fail->step[fail->count - 1].op) {
        case HFI_OP_LT:
            from = least;
            end = number;
            break;
        case HFI_OP_LE:
            from = least;
            end = number + 1;
            break;
        case HFI_OP_GT:
            from = number + 1;
            end = least;
            break;
        case HFI_OP_GE:
            from = number;
            end = least;
            break;
        case HFI_OP_EQ:
            from = number;
            end = number + 1;
            break;
        case HFI_OP_NE:
            from = number + 1;
            end = number;
            break;
        default:
            break;
        }
    }
    function->fail_from = from;
    function->fail_span = end - from - 1; /* everything, if they are the same */
}

/* How a result of that type is read. */
static hfi_yield yield_of(hfi_ctype type)
{
    return type == HFI_C_POINTER        ? HFI_YIELD_POINTER
           : type == HFI_C_F64          ? HFI_YIELD_F64
           : type == HFI_C_F32          ? HFI_YIELD_F32
           : hfi_ctype_is_integer(type) ? HFI_YIELD_INTEGER
                                        : HFI_YIELD_NOTHING;
}

/* What a call may leave out because nothing looks at it. */
static void plan_flags(hf_function *function)
{
    const hfi_prototype *prototype = &function->prototype;
    function->clears_error = prototype->clears_error || decides_by_error(prototype);
    function->judges = prototype->fail.count || function->clears_error;
    function->has_outputs = function->outs || function->scalars;
    function->has_capacities = function->scalars != 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        function->has_capacities |= function->step[i].buffer >= 0;
        function->has_extents |= function->step[i].has_extent;
        function->sets_inside |= prototype->param[i].set_count != 0;
        function->has_leads |=
            function->step[i].scalar >= 0 && prototype->param[i].points_into >= 0;
        function->rearms_values |= function->growing && function->step[i].kind == HFI_P_AGGREGATE;
    }
    function->sees_values = function->has_outputs || prototype->inside_count ||
                            asks_for_parameter(&prototype->fail) ||
                            asks_for_parameter(&prototype->error_when);
    plan_failure(function);
    function->yield = yield_of(prototype->result);
    function->name = prototype->name;
    function->result_mask = function->yield == HFI_YIELD_POINTER ? UINT64_MAX : 0;
    if (function->yield == HFI_YIELD_INTEGER) {
        unsigned bits = 8 * (unsigned)hfi_ctype_size(prototype->result);
        function->result_mask = UINT64_MAX >> (64 - bits);
        function->result_sign =
            hfi_ctype_is_signed(prototype->result) ? UINT64_C(1) << (bits - 1) : 0;
        function->result_is_signed = hfi_ctype_is_signed(prototype->result);
        function->result_shift = (uint8_t)(64 - 8 * hfi_ctype_size(prototype->result));
    }
}

hf_status hfi_plan_make(hf_function *function)
{
    const hfi_prototype *prototype = &function->prototype;
    if (prototype->param_count) {
        function->step = hfi_alloc_array(prototype->param_count, sizeof(*function->step));
        if (!function->step) {
            return HF_E_NOMEM;
        }
    }
    for (unsigned i = 0; i < prototype->param_count; i++) {
        plan_parameter(&function->step[i], &prototype->param[i]);
    }
    plan_result(function);
    hf_status status = HF_OK;
    for (unsigned i = 0; i < prototype->param_count && status == HF_OK; i++) {
        if (function->step[i].alignment > HFI_ALIGNMENT_MAX) {
            status = refuse_alignment(function);
            break;
        }
        plan_sizes(function, i);
        status = plan_output(function, &function->step[i]);
    }
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        plan_room(&function->step[i], &function->prototype.param[i]);
    }
    for (unsigned i = 0; i < prototype->param_count && status == HF_OK; i++) {
        if (function->step[i].kind == HFI_P_OUT_BUFFER && !function->step[i].has_extent) {
            function->grows[function->grow_count++] = (uint8_t)i;
        }
    }
    plan_flags(function);
    return status;
}
