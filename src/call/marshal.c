/* SPDX-License-Identifier: MIT */

/*
 * The caller's arguments, one by one against their parameters.
 *
 * Nothing is converted silently: an integer must fit its parameter, a floating
 * parameter takes floating numbers, a pointer must be native memory.  Managed
 * objects go into the call's slots at once, so from here on they are safe from
 * whatever the caller's own slots go through.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/marshal.h"

#include "call/aggregate.h"
#include "call/variadic.h"

static const char *const kind_names[] = {
    [HF_ARG_END] = "the end of the arguments",
    [HF_ARG_SIGNED] = "HF_INT",
    [HF_ARG_UNSIGNED] = "HF_UINT",
    [HF_ARG_FLOATING] = "HF_DOUBLE",
    [HF_ARG_POINTER] = "HF_POINTER",
    [HF_ARG_CSTR] = "HF_CSTR",
    [HF_ARG_BUFFER] = "HF_BUFFER",
    [HF_ARG_RESOURCE] = "HF_RESOURCE",
    [HF_ARG_NULL] = "HF_NULL",
    [HF_ARG_RECORD] = "HF_RECORD",
    [HF_ARG_FIELD] = "HF_RECORD_FIELD",
    [HF_ARG_ELEMENT] = "HF_ELEMENT",
    [HF_ARG_TEXT] = "HF_TEXT",
    [HF_ARG_UTF16] = "HF_UTF16",
    [HF_ARG_TEXTS] = "HF_TEXTS",
    [HF_ARG_STRUCT] = "HF_STRUCT",
    [HF_ARG_LINKED] = "HF_LINKED",
    [HF_ARG_CALLBACK] = "HF_CALLBACK",
    [HF_ARG_FUNCTION] = "HF_FUNCTION",
    [HF_ARG_HANDLE] = "HF_HANDLE",
};

hf_status hfi_marshal_wrong_kind(hfi_call *call, unsigned index, const hf_arg *arg,
                                 const char *wanted)
{
    unsigned kind = (unsigned)arg->kind;
    const char *name = kind < sizeof(kind_names) / sizeof(kind_names[0]) ? kind_names[kind] : NULL;
    name = name ? name : "an unknown kind";
    return hfi_call_refuse(call, (int)index, HF_E_ARGUMENT_KIND,
                           "pass what the prototype declares for this parameter",
                           "got %s, needs %s", name, wanted);
}

hf_status hfi_marshal_pointer(hfi_call *call, unsigned index, const void *pointer)
{
    if (HF_UNLIKELY(hfi_heap_contains(call->thread->parts->heap, (uintptr_t)pointer)) &&
        !hfi_is_pinned_here(call->thread, (uintptr_t)pointer)) {
        return hfi_call_refuse(call, (int)index, HF_E_ARGUMENT_KIND,
                               "pass the object itself with HF_BUFFER; it is pinned for the call",
                               "the pointer leads into the managed heap, where objects move");
    }
    return HF_OK;
}

/* The general form, with every refusal; hfi_marshal() has what is common inline. */
static hf_status marshal_integer(hfi_call *call, unsigned index, const hf_arg *arg, hfi_ctype type,
                                 hfi_value *to)
{
    if (arg->kind != HF_ARG_SIGNED && arg->kind != HF_ARG_UNSIGNED) {
        return hfi_marshal_wrong_kind(call, index, arg, "HF_INT or HF_UINT");
    }
    unsigned bits = (unsigned)hfi_ctype_size(type) * 8;
    uint64_t max = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    max = hfi_ctype_is_signed(type) ? max >> 1 : max;
    bool is_negative = arg->kind == HF_ARG_SIGNED && arg->as.i < 0;
    /* In two's complement the least value is as far below -1 as the greatest is above 0. */
    bool fits = is_negative ? hfi_ctype_is_signed(type) && ~arg->as.u <= max : arg->as.u <= max;
    if (HF_LIKELY(fits)) {
        hfi_value_set(to, type, arg->as.u);
        return HF_OK;
    }
    if (arg->kind == HF_ARG_SIGNED) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                               "pass a value that the declared type can hold",
                               "%lld does not fit %s", (long long)arg->as.i, hfi_ctype_name(type));
    }
    return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                           "pass a value that the declared type can hold", "%llu does not fit %s",
                           (unsigned long long)arg->as.u, hfi_ctype_name(type));
}

static hf_status marshal_floating(hfi_call *call, unsigned index, const hf_arg *arg, hfi_ctype type,
                                  hfi_value *to)
{
    if (arg->kind != HF_ARG_FLOATING) {
        return hfi_marshal_wrong_kind(call, index, arg, "HF_DOUBLE");
    }
    if (!hfi_value_store_floating(to, type, arg->as.f)) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                               "pass a number that a float can hold, or declare a double",
                               "the number is too large for a float");
    }
    return HF_OK;
}

hf_status hfi_marshal_scalar(hfi_call *call, unsigned index, const hf_arg *arg, hfi_ctype type,
                             hfi_value *to)
{
    if (type == HFI_C_F32 || type == HFI_C_F64) {
        return marshal_floating(call, index, arg, type, to);
    }
    if (type != HFI_C_POINTER) {
        return marshal_integer(call, index, arg, type, to);
    }
    if (arg->kind == HF_ARG_NULL) {
        hfi_value_set(to, type, 0);
        return HF_OK;
    }
    if (arg->kind != HF_ARG_POINTER) {
        return hfi_marshal_wrong_kind(call, index, arg, "HF_POINTER or HF_NULL");
    }
    hfi_value_set(to, type, (uintptr_t)arg->as.pointer);
    return hfi_marshal_pointer(call, index, arg->as.pointer);
}

/* Compilers trust that a _Bool is 0 or 1: with any other number both of its branches may be taken.
 */
static hf_status refuse_bool(hfi_call *call, unsigned index, const hf_arg *arg)
{
    return hfi_call_refuse(call, (int)index, HF_E_RANGE, "pass 0 or 1", "%lld is no _Bool",
                           (long long)arg->as.i);
}

/* Descriptors are numbers and handles are addresses: either may come as the resource that owns it.
 */
static bool may_be_handle(const hfi_step *step)
{
    return step->type == HFI_C_POINTER || (hfi_ctype_is_integer(step->type) && step->most != 1);
}

/* A parameter that the library fills. */
static void begin_output(hfi_argument *argument)
{
    argument->start.u64 = 0;
    argument->from = NULL;
    argument->source = -1;
    argument->is_null = false;
}

/* What a report on this parameter is about. */
static const hf_slot *object_of(const hf_arg *arg)
{
    switch (arg->kind) {
    case HF_ARG_BUFFER:
    case HF_ARG_RESOURCE:
    case HF_ARG_RECORD:
    case HF_ARG_FIELD:
    case HF_ARG_ELEMENT:
        return arg->as.ref;
    default:
        return NULL;
    }
}

static hf_status marshal_one(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hfi_step *step = &call->function->step[index];
    hfi_argument *argument = &call->argument[index];
    call->about = object_of(arg);
    call->about_index = index;
    switch (step->kind) {
    case HFI_P_SCALAR:
        if (HF_UNLIKELY(arg->kind == HF_ARG_RESOURCE)) {
            return may_be_handle(step) ? hfi_marshal_resource(call, index, arg)
                                       : hfi_marshal_wrong_kind(call, index, arg, "a number");
        }
        if (HF_UNLIKELY(step->most == 1 && arg->as.u > 1 &&
                        (arg->kind == HF_ARG_SIGNED || arg->kind == HF_ARG_UNSIGNED))) {
            return refuse_bool(call, index, arg);
        }
        return hfi_marshal_scalar(call, index, arg, step->type, &argument->value);
    case HFI_P_TEXT:
    case HFI_P_WTEXT:
        return hfi_marshal_text(call, index, arg);
    case HFI_P_BUFFER:
        return hfi_marshal_buffer(call, index, arg);
    case HFI_P_RAW:
        return hfi_marshal_raw(call, index, arg);
    case HFI_P_CALLBACK:
        return hfi_marshal_callback(call, index, arg);
    case HFI_P_TEXTS:
        return hfi_marshal_texts(call, index, arg);
    case HFI_P_RESOURCE:
        return hfi_marshal_resource(call, index, arg);
    case HFI_P_OUT_VALUE:
        begin_output(argument);
        return hfi_marshal_start(call, index, arg);
    case HFI_P_AGGREGATE:
        return hfi_marshal_aggregate(call, index, arg);
    case HFI_P_OUT_BUFFER:
    case HFI_P_CAPACITY:
        break;
    }
    hfi_verify_failed("a parameter of the library asks the caller", __FILE__, __LINE__);
}

static hf_status refuse_count(hfi_call *call, int parameter, unsigned given, const char *more)
{
    return hfi_call_refuse(call, parameter, HF_E_ARGUMENT_COUNT,
                           "leave out what the library fills: outputs, capacities and needs",
                           "the call passes %s%u arguments, the prototype leaves %u to the caller",
                           more, given, (unsigned)call->function->prototype.caller_count);
}

/* The common argument of a common parameter; false leaves everything, also refusing, to
 * marshal_one(). */
static inline bool take_quickly(const hfi_call *call, const hfi_step *step, const hf_arg *arg,
                                hfi_value *value)
{
    switch (step->quick) {
    case HFI_QUICK_INTEGER: {
        uint64_t bits;
        bool fits = hfi_take_integer(step, arg, &bits);
        value->u64 = bits << step->shift;
        return fits;
    }
    case HFI_QUICK_DOUBLE:
        value->f64 = arg->as.f;
        return arg->kind == HF_ARG_FLOATING;
    case HFI_QUICK_TEXT:
    case HFI_QUICK_POINTER:
        hfi_value_set_pointer(value, arg->as.pointer);
        return hfi_take_pointer(call->thread, step, arg);
    default:
        return false;
    }
}

hf_status hfi_marshal(hfi_call *call, const hf_arg *arguments)
{
    const hf_function *function = call->function;
    const unsigned count = function->prototype.param_count;
    const hf_arg *next = arguments;
    for (unsigned i = 0; i < count; i++) {
        const hfi_step *step = &function->step[i];
        hfi_argument *argument = &call->argument[i];
        call->passed[i] = &argument->value;
        argument->native_size = 0;
        if (!step->is_callers) {
            begin_output(argument);
            continue;
        }
        if (HF_LIKELY(take_quickly(call, step, next, &argument->value))) {
            next++;
            continue;
        }
        if (HF_UNLIKELY(next->kind == HF_ARG_END)) {
            return refuse_count(call, (int)i, (unsigned)(next - arguments), "");
        }
        hf_status status = marshal_one(call, i, next);
        if (HF_UNLIKELY(status != HF_OK)) {
            return status;
        }
        next++;
    }
    if (HF_UNLIKELY(function->prototype.is_variadic)) {
        return hfi_marshal_variadic(call, next);
    }
    if (HF_UNLIKELY(next->kind != HF_ARG_END)) {
        return refuse_count(call, -1, (unsigned)(next - arguments), "more than ");
    }
    return HF_OK;
}
