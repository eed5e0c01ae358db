/* SPDX-License-Identifier: MIT */

/*
 * The four steps of a call (docs/design/call.md).
 *
 *   (a) make the outputs: may collect; every object of the call is in record.slots
 *   (b) resolve: objects are pinned and their addresses taken; no safepoint from
 *       here to the crossing, or an address would be of an object that moved
 *   (c) cross: state = native, call, take the error values in the statement
 *       behind it, state = managed
 *   (d) look: the canaries, the values that expressions ask about
 *
 * The record is linked from the first managed object to the end, so what is in its
 * slots lives through every collection, and what is in its objects (0 before the
 * first resolve) stays put.  A call of numbers alone has no record.  Each try makes
 * its buffers anew and repeats a to d.
 *
 * Threads: the owner of the call.  The collector reads the record while this
 * thread is stopped or native; what it reads is written before hfi_enter().
 */

#include "call/aggregate.h"
#include "call/begin.h"
#include "call/callbacks.h"
#include "call/cross.h"
#include "call/direct.h"
#include "call/guard.h"
#include "call/marshal_link.h"

#include "base/alloc.h"
#include "base/size.h"
#include "thread/activation.h"

#include <string.h>

/* No text and no small number looks like it, and each byte differs from its neighbours. */
const unsigned char hfi_call_canary[HFI_CANARY_SIZE] = { 0xfb, 0x9e, 0xc3, 0xe5, 0xa7, 0xf1,
                                                         0x8d, 0xd6, 0xb9, 0xec, 0x95, 0xca,
                                                         0xf4, 0x83, 0xde, 0xb1 };

hf_status hfi_call_not_callable(hf_thread *thread, const hf_function *function, hf_result *result,
                                const hf_arg *arguments)
{
    hfi_reporter *reporter = thread->parts->reporter;
    const hf_site nowhere = { NULL, 0 };
    if (!function) {
        return hfi_misuse(reporter, HF_E_NULL, "hf_call", "function", nowhere,
                          "bind it with hf_function_bind()", "the function is NULL");
    }
    if (!result || !arguments) {
        return hfi_misuse(reporter, HF_E_NULL, function->prototype.name,
                          result ? "arguments" : "result", nowhere,
                          "pass a result with HF_RESULT_INIT, and HF_ARGS(...) or HF_NO_ARGS",
                          "the %s is NULL", result ? "argument list" : "result");
    }
    if (function->parts != thread->parts) {
        return hfi_misuse(reporter, HF_E_MISUSE, function->prototype.name, "function", nowhere,
                          "bind the function in the runtime of the thread that calls it",
                          "the function belongs to another runtime");
    }
    if (function->sig == HFI_FUNCTION_WAITING) {
        return hfi_misuse(reporter, HF_E_MISUSE, function->prototype.name, "function", nowhere,
                          "destroy a function behind its last call",
                          "the function was destroyed, and waits for the calls that are in it");
    }
    if (result->struct_size == sizeof *result) {
        result->attempts = 0; /* nothing was called: a call that was stopped inside has one */
    }
    return HF_E_SHUTDOWN;
}

/* Gives back what the call took: the last hold of a disposed resource runs its release function. */
static void let_go(hfi_call *call)
{
    while (call->rooms) {
        hfi_room *room = call->rooms;
        call->rooms = room->next;
        hfi_free(room);
    }
    while (call->lent_count) {
        call->lent_count--;
        call->thread->parts->callback_hooks->give_back(call->thread, call->lent[call->lent_count]);
    }
    while (call->held_count) {
        call->held_count--;
        /* Reports a failure itself. */
        (void)hfi_resource_let_go(call->thread, call->held[call->held_count]);
    }
}

/* Over what the call has to give back, for abandon(). */
static uintptr_t sum_of_loans(const hfi_call *call)
{
    uintptr_t sum = (uintptr_t)call ^ (uintptr_t)call->rooms;
    sum += (uintptr_t)call->held_count << 8 | call->lent_count;
    for (unsigned i = 0; i < call->held_count && i < HFI_PARAMS_MAX; i++) {
        sum = sum * 31 + (uintptr_t)call->held[i];
    }
    for (unsigned i = 0; i < call->lent_count && i < HFI_PARAMS_MAX; i++) {
        sum = sum * 31 + (uintptr_t)call->lent[i];
    }
    return sum;
}

/* Something jumped over the call, and the record is unwound from outside.  The record was whole,
 * but what lies further up may be overwritten; then nothing can be given back. */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
static void
abandon(hf_record_ *record)
{
    hfi_call *call = HF_CONTAINER(record, hfi_call, record);
    if (call->thread == record->thread && call->loans == sum_of_loans(call)) {
        let_go(call);
    }
}

void hfi_call_link(hfi_call *call)
{
    hf_record_ *record = &call->record;
    hfi_record_prepare(call->thread, record, call->function->prototype.name);
    record->site = (hf_site){ NULL, 0 };
    record->what = call->function->prototype.name;
    record->pins = 0;
    record->keeps = 0;
    record->objects = call->objects;
    record->slots = call->slots;
    record->abandon = abandon;
    call->loans = 0; /* until the crossing */
    hfi_record_push(call->thread, record);
    call->is_linked = true;
}

void hfi_call_place_outputs(hfi_call *call)
{
    const hf_function *function = call->function;
    if (function->result_bytes) {
        call->returned_object = hfi_call_keep(call, 0, -1);
    }
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        hfi_argument *argument = &call->argument[i];
        const hfi_step *step = &function->step[i];
        if (step->out < 0 && step->scalar < 0) {
            continue;
        }
        if (argument->is_null) {
            hfi_value_set_pointer(&argument->value, NULL);
        } else if (step->out >= 0) {
            argument->offset = 0;
            argument->object = hfi_call_keep(call, 0, (int)i);
        } else {
            hfi_value_set_pointer(&argument->value, &argument->content);
        }
    }
}

/* ---- (a) outputs ---- */

static hf_status make_buffer(hfi_call *call, unsigned index)
{
    hfi_argument *argument = &call->argument[index];
    const hfi_step *step = &call->function->step[index];
    size_t owned, size;
    argument->native = NULL;
    if (argument->capacity > SIZE_MAX || step->reserve > SIZE_MAX ||
        !hfi_size_add((size_t)argument->capacity, (size_t)step->reserve, &owned) ||
        !hfi_size_add(owned, HFI_CANARY_SIZE, &size)) {
        return HF_E_OVERFLOW;
    }
    uintptr_t object;
    hf_status status = call->guards & HFI_GUARD_PAGES
                           ? hfi_bytes_allocate_guarded(call->thread, size, owned, &object)
                           : hfi_bytes_allocate(call->thread, size, step->is_immovable, &object);
    if (status == HF_OK) {
        call->slots[argument->object].word_ = object;
        memcpy((char *)hfi_payload_16(object) + owned, hfi_call_canary, HFI_CANARY_SIZE);
    }
    return status;
}

static hf_status make_struct(hfi_call *call, unsigned index)
{
    hfi_argument *argument = &call->argument[index];
    const hfi_step *step = &call->function->step[index];
    uintptr_t object;
    hf_status status = hfi_bytes_allocate(call->thread, step->element, step->is_immovable, &object);
    if (status != HF_OK) {
        return status;
    }
    call->slots[argument->object].word_ = object;
    if (argument->from) {
        memcpy(hfi_payload_16(object), argument->from, step->element);
    } else if (argument->source >= 0) {
        const char *start = hfi_payload_16(call->slots[argument->source].word_);
        memcpy(hfi_payload_16(object), start + argument->source_offset, step->element);
    }
    return HF_OK;
}

static __attribute__((noinline)) hf_status make_outputs(hfi_call *call)
{
    const hf_function *function = call->function;
    hf_status status = function->result_bytes ? hfi_aggregate_make_result(call) : HF_OK;
    for (unsigned i = 0; i < function->prototype.param_count && status == HF_OK; i++) {
        const hfi_step *step = &function->step[i];
        if (step->kind == HFI_P_OUT_BUFFER) {
            status = make_buffer(call, i);
        } else if (step->out >= 0 && !call->argument[i].is_null) {
            status = make_struct(call, i);
        }
    }
    return status;
}

/* A capacity is a number of its own or what a slot holds before the call. */
static void arm_scalars(hfi_call *call)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        hfi_argument *argument = &call->argument[i];
        const hfi_step *step = &function->step[i];
        if (step->buffer >= 0) {
            uint64_t announced = call->argument[step->buffer].capacity;
            if (step->has_unit) {
                announced /= step->unit;
            }
            hfi_value *to = step->scalar >= 0 ? &argument->start : &argument->value;
            to->u64 = announced << step->shift;
        }
        if (step->scalar >= 0) {
            argument->content = argument->start;
        }
    }
}

/* ---- (b) addresses ---- */

void hfi_call_resolve(hfi_call *call)
{
    for (unsigned i = 0; i < call->object_count; i++) {
        uintptr_t object = call->slots[i].word_;
        call->objects[i] = object;
        if (call->owner[i] >= 0) {
            hfi_argument *argument = &call->argument[call->owner[i]];
            /* Of a record the offset is less than nothing: its header is the shorter one. */
            hfi_value_set_pointer(&argument->value, (void *)(object + 16 + argument->offset));
        }
    }
    call->record.pins = call->object_count;
#if HF_CHECK_LEVEL >= 2
    call->stops = hfi_world_stops(call->thread->parts->world);
#endif
}

/* What is asked for its need is NULL; the object is there all the same, with its canary alone. */
static __attribute__((noinline)) void withhold(hfi_call *call)
{
    for (unsigned i = 0; i < call->function->prototype.param_count; i++) {
        if ((call->asked >> i & 1u) != 0) {
            hfi_value_set_pointer(&call->argument[i].value, NULL);
        }
    }
}

/* ---- (c) the crossing ---- */

static void cross_directly(hfi_call *call, hfi_value *returned)
{
    const hf_function *function = call->function;
    hfi_registers registers;
    hfi_direct_load(&function->cif, &function->prototype, call->passed, &registers);
    hfi_cross_out(call->thread, function);
    hfi_direct_call(&function->cif, function->address, &registers, returned);
    hfi_cross_back(call->thread, function, call->result);
}

static void cross(hfi_call *call, hfi_value *returned)
{
    const hf_function *function = call->function;
    if (function->cif.direct != HFI_DIRECT_NONE) {
        cross_directly(call, returned);
        return;
    }
    hfi_cross_out(call->thread, function);
    if (function->cif.has_values) {
        hfi_cif_call_values(&function->cif,
                            function->prototype.is_variadic ? &call->variadic : &function->cif.cif,
                            function->address, hfi_aggregate_place(call, returned), call->passed);
    } else {
        hfi_cif_call(&function->cif, function->address, returned, call->passed);
    }
    hfi_cross_back(call->thread, function, call->result);
}

/* ---- (d) what the callee said ---- */

/* A buffer's place holds what was announced of it, in the unit in which that was done. */
static int64_t announced(const hf_function *function, unsigned index, uint64_t capacity)
{
    int by = function->prototype.param[index].capacity_param;
    return by < 0 ? 0 : (int64_t)(capacity / function->step[by].unit);
}

static __attribute__((noinline)) void read_values(hfi_call *call)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        const hfi_argument *argument = &call->argument[i];
        if (step->kind == HFI_P_OUT_BUFFER) {
            call->seen[i] = announced(function, i, argument->capacity);
            continue;
        }
        const void *from = step->scalar >= 0 ? &argument->content : &argument->value;
        hfi_ctype type = step->scalar >= 0 ? step->target : step->type;
        bool is_number = hfi_ctype_is_integer(type) || type == HFI_C_POINTER;
        call->seen[i] = is_number ? hfi_value_load(from, type) : 0;
    }
}

hf_status hfi_call_overrun(const hfi_call *call, unsigned index)
{
    return hfi_call_complain(call, (int)index, HF_E_OVERRUN,
                             "check the unit of the capacity; the callee may need room that "
                             "it does not count",
                             "the callee wrote behind the %llu bytes it was told",
                             (unsigned long long)call->argument[index].capacity);
}

static __attribute__((noinline)) hf_status check_canaries(hfi_call *call)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        if (function->step[i].kind != HFI_P_OUT_BUFFER || (call->asked >> i & 1u) != 0) {
            continue;
        }
        const hfi_argument *argument = &call->argument[i];
        size_t owned = (size_t)argument->capacity + (size_t)function->step[i].reserve;
        const char *behind = (const char *)argument->value.pointer + owned;
        if (memcmp(behind, hfi_call_canary, HFI_CANARY_SIZE) != 0) {
            return hfi_call_overrun(call, i);
        }
    }
    return HF_OK;
}

hf_status hfi_call_try(hfi_call *call)
{
    const hf_function *function = call->function;
    if (function->outs) {
        hf_status status = make_outputs(call);
        if (HF_UNLIKELY(status != HF_OK)) {
            return status;
        }
    }
    if (function->has_capacities) {
        arm_scalars(call);
    }
    if (HF_UNLIKELY(call->links != NULL)) {
        hfi_links_resolve(call);
    }
    if (HF_UNLIKELY(call->rooms || call->held_count || call->lent_count)) {
        call->loans = sum_of_loans(call);
    }
    if (function->rearms_values) {
        hfi_aggregate_arm(call);
    }
    if (call->object_count) {
        hfi_call_resolve(call);
        HF_ASSERT(hfi_world_stops(call->thread->parts->world) == call->stops);
        if (HF_UNLIKELY(call->asked != 0)) {
            withhold(call);
        }
    }
    return HF_UNLIKELY(call->guards) ? hfi_guard_cross(call) : hfi_call_cross(call);
}

hf_status hfi_call_cross(hfi_call *call)
{
    const hf_function *function = call->function;
    hfi_value returned;
    returned.u64 = 0;
    if (HF_UNLIKELY(function->sets_inside)) {
        hf_status status = hfi_call_set_inside(call);
        if (status != HF_OK) {
            return status;
        }
    }
    if (HF_UNLIKELY(call->guards & HFI_GUARD_PAGES)) {
        hfi_guard_pages(call, true);
        cross(call, &returned);
        hfi_guard_pages(call, false);
    } else {
        cross(call, &returned);
    }
    call->result->attempts++;
    call->result_seen = function->result_bytes ? hfi_aggregate_read(call)
                                               : hfi_result_read(call->result, function, &returned);
    if (function->sees_values) {
        read_values(call);
        if (HF_UNLIKELY(function->prototype.inside_count)) {
            hfi_call_look_inside(call);
        }
    }
    if (function->judges) {
        call->error_seen = hfi_result_judge(call->result, function, call->result_seen, call->seen);
    }
    if (HF_UNLIKELY(call->adoption != NULL) && !call->result->failed && !call->asked) {
        hfi_call_adopt(call); /* before anything that can fail */
    }
    hf_status status = function->growing ? check_canaries(call) : HF_OK;
    hf_status disturbed = hfi_cross_status(call->thread, call->result);
    return status == HF_OK ? disturbed : status;
}

int64_t hfi_call_evaluate(const hfi_call *call, const hfi_expr *expr)
{
    hfi_expr_values values = { call->result_seen, call->error_seen, call->seen };
    return hfi_expr_evaluate(expr, &values);
}

void hfi_call_end_slow(hfi_call *call, hf_status status)
{
    if (status != HF_OK && call->result) {
        hfi_result_clear(call->result);
    }
    let_go(call); /* last, because it may run foreign code in native state */
}
