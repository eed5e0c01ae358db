/* SPDX-License-Identifier: MIT */

/*
 * Variable arguments.
 *
 * Nobody declares their types, so each argument says its own, and says one that C
 * could have passed there: a number narrower than int and a float do not exist behind
 * the dots, because compilers promote them before the call.  A number without a width
 * is refused: whether the callee reads an int or a long is the caller's to know, and a
 * guess would be right on one system alone.
 *
 * The signature of the call is made here, in the call's own frame; what is lent is
 * pinned like any other buffer.  Arguments behind the dots take the places behind the
 * last parameter in the call's arrays.  Threads: the owner of the call, managed.
 */

#include "call/variadic.h"

#include "call/marshal.h"

static hf_status refuse_width(hfi_call *call, unsigned index, const hf_arg *arg)
{
    if (arg->kind == HF_ARG_FLOATING) {
        return hfi_call_refuse(call, (int)index, HF_E_ARGUMENT_KIND,
                               "a float is promoted to double by C: pass HF_DOUBLE",
                               "a floating number of %u bytes cannot be a variable argument",
                               (unsigned)arg->width);
    }
    if (arg->width == 0) {
        return hfi_call_refuse(call, (int)index, HF_E_ARGUMENT_KIND, "say the type: HF_INT32(...)",
                               "a variable argument has no declared type");
    }
    return hfi_call_refuse(call, (int)index, HF_E_ARGUMENT_KIND,
                           "C promotes what is narrower than int: pass HF_INT32 or HF_UINT32",
                           "a number of %u bytes cannot be a variable argument",
                           (unsigned)arg->width);
}

static hf_status take_integer(hfi_call *call, unsigned index, const hf_arg *arg, ffi_type **type)
{
    bool is_signed = arg->kind == HF_ARG_SIGNED;
    hfi_ctype as;
    switch (arg->width) {
    case 4:
        as = is_signed ? HFI_C_I32 : HFI_C_U32;
        *type = is_signed ? &ffi_type_sint32 : &ffi_type_uint32;
        break;
    case 8:
        as = is_signed ? HFI_C_I64 : HFI_C_U64;
        *type = is_signed ? &ffi_type_sint64 : &ffi_type_uint64;
        break;
    default:
        return refuse_width(call, index, arg);
    }
    return hfi_marshal_scalar(call, index, arg, as, &call->argument[index].value);
}

static hf_status take_buffer(hfi_call *call, unsigned index, const hf_arg *arg)
{
    hfi_lent lent = { 0, 0, 0 };
    hf_status status = hfi_marshal_lend(call, index, arg, &lent);
    if (status == HF_OK) {
        (void)hfi_call_keep(call, lent.object, (int)index);
        call->argument[index].offset = lent.offset;
    }
    return status;
}

static hf_status take_one(hfi_call *call, unsigned index, const hf_arg *arg, ffi_type **type)
{
    hfi_value *to = &call->argument[index].value;
    *type = &ffi_type_pointer;
    switch (arg->kind) {
    case HF_ARG_SIGNED:
    case HF_ARG_UNSIGNED:
        return take_integer(call, index, arg, type);
    case HF_ARG_FLOATING:
        *type = &ffi_type_double;
        return arg->width == sizeof(double) ? hfi_marshal_scalar(call, index, arg, HFI_C_F64, to)
                                            : refuse_width(call, index, arg);
    case HF_ARG_POINTER:
    case HF_ARG_CSTR:
        hfi_value_set_pointer(to, arg->as.pointer);
        return hfi_marshal_pointer(call, index, arg->as.pointer);
    case HF_ARG_NULL:
        hfi_value_set_pointer(to, NULL);
        return HF_OK;
    case HF_ARG_BUFFER:
        return take_buffer(call, index, arg);
    default:
        return hfi_marshal_wrong_kind(
            call, index, arg,
            "a number with its type, HF_DOUBLE, HF_CSTR, HF_POINTER, HF_BUFFER "
            "or HF_NULL behind the dots");
    }
}

hf_status hfi_marshal_variadic(hfi_call *call, const hf_arg *next)
{
    const unsigned fixed = call->function->prototype.param_count;
    ffi_type *extra[HFI_PARAMS_MAX];
    unsigned count = 0;
    for (; next->kind != HF_ARG_END; next++, count++) {
        unsigned index = fixed + count;
        if (index == HFI_PARAMS_MAX) {
            return hfi_call_refuse(call, -1, HF_E_ARGUMENT_COUNT,
                                   "split the work over several calls",
                                   "the call passes more than %u arguments", HFI_PARAMS_MAX);
        }
        hf_status status = take_one(call, index, next, &extra[count]);
        if (status != HF_OK) {
            return status;
        }
        call->passed[index] = &call->argument[index].value;
    }
    hf_status status = hfi_cif_extend(&call->function->cif, fixed, extra, count, &call->variadic,
                                      call->variadic_types);
    return status == HF_OK
               ? HF_OK
               : hfi_call_refuse(call, -1, status, "call it through a wrapper without dots",
                                 "libffi refuses these variable arguments");
}
