/* SPDX-License-Identifier: MIT */

/*
 * Tries in memory of the C stack.
 *
 * Most results of growing calls are small: a path, a name, a value.  For them the way
 * of all calls costs more than the native function: a managed object for each try, a
 * record that pins it, arguments that are converted and loaded anew.  What can be known
 * when the function is bound is found here then: which registers hold the buffer's
 * address and its capacity, and which values expressions look at.
 *
 * The buffer ends in a canary as everywhere, and is zeroed before each try: what a
 * callee leaves unwritten is never something of ours.  hfi_call_settle() makes the
 * managed result out of it.
 *
 * Invariant: nothing managed is referred to, so a collection during the crossing finds
 * nothing to move, and a nested call has a frame of its own.
 *
 * Not for what guards look at, nor under stress, whose tests are about buffers that move.
 *
 * Threads: the owner of the call, managed; choosing is pure and runs at binding.
 */

#include "call/lean.h"
#include "call/cross.h"
#include "call/plain.h"
#include "call/plain_take.h"
#include "call/result.h"

#include <string.h>

static bool is_lean_output(const hf_function *function, unsigned index)
{
    const hfi_step *step = &function->step[index];
    if (step->kind == HFI_P_OUT_BUFFER) {
        return !step->has_extent && !step->is_immovable && step->reserve < HFI_LEAN_BYTES / 2 &&
               function->lean.buffer < 0;
    }
    if (step->kind == HFI_P_CAPACITY) {
        return step->buffer >= 0 && function->step[step->buffer].kind == HFI_P_OUT_BUFFER;
    }
    return step->scalar >= 0 && step->target != HFI_C_F32 && step->target != HFI_C_F64;
}

static bool is_lean_argument(const hf_function *function, unsigned index)
{
    const hfi_step *step = &function->step[index];
    return step->quick == HFI_QUICK_INTEGER || step->quick == HFI_QUICK_TEXT ||
           step->quick == HFI_QUICK_POINTER;
}

/* What only the way of all calls does. */
static bool is_common(const hf_function *function)
{
    const hfi_prototype *prototype = &function->prototype;
    return function->growing == 1 && function->outs == 1 && !function->guards &&
           function->cif.direct != HFI_DIRECT_NONE && !function->has_extents &&
           !function->rearms_values && !function->sets_inside && !prototype->is_variadic &&
           prototype->append.count == 0 && prototype->inside_count == 0 &&
           prototype->error != HFI_ERROR_PARAM && prototype->param_count <= HFI_TAKES_MAX;
}

void hfi_lean_choose(hf_function *function)
{
    hfi_lean *lean = &function->lean;
    const hfi_prototype *prototype = &function->prototype;
    lean->buffer = -1;
    if (!is_common(function)) {
        return;
    }
    for (unsigned i = 0; i < prototype->param_count; i++) {
        const hfi_step *step = &function->step[i];
        if (step->is_callers ? !is_lean_argument(function, i) : !is_lean_output(function, i)) {
            return;
        }
        if (step->kind == HFI_P_OUT_BUFFER) {
            const hfi_buffer_rules *rules = &prototype->param[i].rules;
            if (rules->length.uses_error || rules->needed.uses_error) {
                return;
            }
            lean->buffer = (int8_t)i;
            lean->reserve = (uint32_t)step->reserve;
        }
    }
    hfi_plain_place(function);
    for (unsigned i = 0; i < prototype->param_count; i++) {
        const hfi_step *step = &function->step[i];
        if (step->scalar >= 0) {
            lean->scalar[lean->scalar_count++] = (uint8_t)i;
        } else if (step->kind == HFI_P_CAPACITY) {
            lean->capacity[lean->capacity_count++] = (uint8_t)i;
        }
    }
    lean->is_lean = true;
}

/* The values of the caller that expressions may look at. */
static void see_arguments(hfi_call *call, const hfi_lean_frame *frame)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        call->seen[i] = 0;
        if (step->is_callers && step->quick != HFI_QUICK_TEXT) {
            call->seen[i] =
                hfi_value_load(&frame->registers.cell[function->take[i].at], step->type);
        }
    }
}

/* As hfi_take_all(), and HF_NULL where an address or a handle goes: many functions want one. */
static bool take(hfi_lean_frame *frame, const hf_thread *thread, const hf_function *function,
                 const hf_arg *next)
{
    hfi_taken all;
    hfi_plain_pad(&all.registers, function);
    all.pins = 0;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_take *of = &function->take[i];
        bool is_null = of->how == HFI_TAKE_SIMPLY && next->kind == HF_ARG_NULL &&
                       function->step[i].quick == HFI_QUICK_POINTER;
        if (is_null) {
            all.registers.cell[of->at] = 0;
            next++;
        } else if (!hfi_take_one(&all, thread, of, &next, of->at, HFI_ONLY_WORDS)) {
            return false;
        }
    }
    frame->registers = all.registers;
    return next->kind == HF_ARG_END;
}

bool hfi_lean_begin(hfi_call *call, hfi_lean_frame *frame, hf_thread *thread,
                    const hf_function *function, hf_result *result, const hf_arg *arguments,
                    hf_status *status_out)
{
    const hfi_lean *lean = &function->lean;
    if (thread->stress || function->sig != HFI_FUNCTION_SIG ||
        !take(frame, thread, function, arguments) || result->struct_size != sizeof *result) {
        return false;
    }
    call->thread = thread;
    call->function = function;
    call->result = result;
    call->is_linked = false;
    call->object_count = 0;
    call->held_count = 0;
    call->lent_count = 0;
    call->links = NULL;
    call->adoption = NULL;
    call->about = NULL;
    call->about_index = 0;
    call->rooms = NULL;
    call->guards = 0;
    call->asked = 0;
    *status_out = hfi_result_begin(thread, result, function); /* reports a failure itself */
    if (*status_out != HF_OK) {
        return true;
    }
    see_arguments(call, frame);
    for (unsigned i = 0; i < lean->scalar_count; i++) {
        unsigned index = lean->scalar[i];
        call->argument[index].start.u64 = 0;
        call->argument[index].is_null = false;
        frame->registers.cell[function->take[index].at] = (uintptr_t)&call->argument[index].content;
    }
    hfi_argument *buffer = &call->argument[lean->buffer];
    buffer->native = frame->bytes;
    buffer->object = 0;
    buffer->is_null = false;
    hfi_value_set_pointer(&buffer->value, frame->bytes);
    call->slots[0].word_ = 0;
    return true;
}

/* The buffer's place among the values holds what was announced, as in every call. */
static void announce(hfi_call *call, hfi_lean_frame *frame, uint64_t capacity)
{
    const hf_function *function = call->function;
    const hfi_lean *lean = &function->lean;
    for (unsigned i = 0; i < lean->capacity_count; i++) {
        unsigned index = lean->capacity[i];
        const hfi_step *step = &function->step[index];
        uint64_t announced = step->has_unit ? capacity / step->unit : capacity;
        frame->registers.cell[function->take[index].at] = announced;
        call->seen[index] = (int64_t)announced; /* never more than its type can say */
        call->seen[lean->buffer] = (int64_t)announced;
    }
    for (unsigned i = 0; i < lean->scalar_count; i++) {
        const hfi_step *step = &function->step[lean->scalar[i]];
        hfi_argument *argument = &call->argument[lean->scalar[i]];
        if (step->buffer >= 0) {
            uint64_t announced = step->has_unit ? capacity / step->unit : capacity;
            argument->start.u64 = announced << step->shift;
            call->seen[lean->buffer] = (int64_t)announced;
        }
        argument->content = argument->start;
    }
}

hf_status hfi_lean_try(hfi_call *call, hfi_lean_frame *frame)
{
    const hf_function *function = call->function;
    const hfi_lean *lean = &function->lean;
    hf_result *result = call->result;
    uint64_t capacity = call->argument[lean->buffer].capacity;
    char *behind = frame->bytes + (size_t)capacity + lean->reserve;
    hfi_value returned;
    returned.u64 = 0;
    memset(frame->bytes, 0, (size_t)capacity + lean->reserve);
    memcpy(behind, hfi_call_canary, HFI_CANARY_SIZE);
    announce(call, frame, capacity);
    /* What is asked for its need is NULL. */
    frame->registers.cell[function->take[lean->buffer].at] =
        HF_UNLIKELY(call->asked != 0) ? 0 : (uintptr_t)frame->bytes;
    hfi_cross_out(call->thread, function);
    hfi_direct_call(&function->cif, function->address, &frame->registers, &returned);
    hfi_cross_back(call->thread, function, result);
    result->attempts++;
    call->result_seen = hfi_result_read(result, function, &returned);
    for (unsigned i = 0; i < lean->scalar_count; i++) {
        unsigned index = lean->scalar[i];
        call->seen[index] =
            hfi_value_load(&call->argument[index].content, function->step[index].target);
    }
    call->error_seen = 0; /* of a success nobody asks for it */
    result->error = 0;
    result->failed = false;
    if (function->judges &&
        (uint64_t)call->result_seen - function->fail_from <= function->fail_span) {
        call->error_seen = hfi_result_judge(result, function, call->result_seen, call->seen);
    }
    hf_status status = memcmp(behind, hfi_call_canary, HFI_CANARY_SIZE) == 0
                           ? HF_OK
                           : hfi_call_overrun(call, (unsigned)lean->buffer);
    hf_status disturbed = hfi_cross_status(call->thread, result);
    return status == HF_OK ? disturbed : status;
}
