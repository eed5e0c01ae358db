/* SPDX-License-Identifier: MIT */

/*
 * Function pointers and other addresses that the caller passes.
 *
 * The module that makes function pointers is a floor above, so it is asked through
 * parts->callback_hooks, and reports what it refuses.  What it lends or holds for the call is given
 * back by hfi_call_end(), also when a later argument is refused.
 *
 * A bare address is what the caller says it is: a function of native code.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/callbacks.h"
#include "call/marshal.h"
#include "root/handle.h"

static hf_status take(hfi_call *call, unsigned index, void *address, void *hold)
{
    if (!call->is_linked) {
        hfi_call_link(call); /* so that it is found when something jumps over the call */
    }
    call->lent[call->lent_count++] = hold;
    hfi_value_set_pointer(&call->argument[index].value, address);
    return HF_OK;
}

static hf_status refuse_null(hfi_call *call, unsigned index, const char *what)
{
    return hfi_call_refuse(call, (int)index, HF_E_NULL, "pass HF_NULL for a null pointer",
                           "the %s is NULL", what);
}

static hf_status borrow(hfi_call *call, unsigned index, const hf_arg *arg,
                        const hfi_prototype *wanted)
{
    const hfi_callback_hooks *hooks = call->thread->parts->callback_hooks;
    void *address;
    void *hold;
    union {
        const void *constant;
        hf_callback *callback;
    } of = { arg->as.pointer };
    if (!of.constant) {
        return refuse_null(call, index, "callback");
    }
    if (!hooks) {
        return HF_E_UNSUPPORTED;
    }
    hfi_borrow_refusal why;
    hf_status status = hooks->borrow(call->thread, of.callback, wanted, &address, &hold, &why);
    if (status == HF_OK) {
        return take(call, index, address, hold);
    }
    return why.message[0] ? hfi_call_refuse(call, (int)index, status, why.remedy, "%s", why.message)
                          : status;
}

static hf_status lend(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hfi_callback_hooks *hooks = call->thread->parts->callback_hooks;
    const hfi_prototype *signature = call->function->prototype.param[index].function;
    const hf_transient *transient = arg->as.pointer;
    void *address;
    void *hold;
    if (!transient || !transient->handler) {
        return refuse_null(call, index, "handler");
    }
    if (!hooks || !signature) {
        return HF_E_UNSUPPORTED;
    }
    hf_status status = hooks->lend(call->thread, signature, transient, &address, &hold);
    return status == HF_OK ? take(call, index, address, hold) : status;
}

hf_status hfi_marshal_callback(hfi_call *call, unsigned index, const hf_arg *arg)
{
    switch (arg->kind) {
    case HF_ARG_CALLBACK:
        return borrow(call, index, arg, call->function->prototype.param[index].function);
    case HF_ARG_FUNCTION:
        return lend(call, index, arg);
    case HF_ARG_POINTER:
    case HF_ARG_NULL:
        return hfi_marshal_scalar(call, index, arg, HFI_C_POINTER, &call->argument[index].value);
    default:
        return hfi_marshal_wrong_kind(call, index, arg,
                                      "HF_CALLBACK, HF_FUNCTION, HF_POINTER or HF_NULL");
    }
}

static hf_status pass_handle(hfi_call *call, unsigned index, const hf_arg *arg)
{
    char message[160];
    const char *remedy = NULL;
    if (!arg->as.pointer) {
        return refuse_null(call, index, "word of the handle");
    }
    hf_status status = hfi_handle_check(call->thread->parts->handles, (uintptr_t)arg->as.pointer,
                                        message, sizeof(message), &remedy);
    if (status != HF_OK) {
        return hfi_call_refuse(call, (int)index, status, remedy, "%s", message);
    }
    hfi_value_set_pointer(&call->argument[index].value, arg->as.pointer);
    return HF_OK;
}

hf_status hfi_marshal_raw(hfi_call *call, unsigned index, const hf_arg *arg)
{
    hfi_argument *argument = &call->argument[index];
    switch (arg->kind) {
    case HF_ARG_CALLBACK:
        return borrow(call, index, arg, NULL);
    case HF_ARG_HANDLE:
        return pass_handle(call, index, arg);
    case HF_ARG_LINKED:
        return hfi_marshal_linked(call, index, arg);
    default:
        return hfi_marshal_scalar(call, index, arg, HFI_C_POINTER, &argument->value);
    }
}
