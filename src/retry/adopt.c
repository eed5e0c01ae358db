/* SPDX-License-Identifier: MIT */

/*
 * hf_call_adopting: a call and the resource that owns what it gives, in one step.
 *
 * Between a function that opens and a resource that is made afterwards lies
 * everything that can fail: the resource's memory, another output of the call.
 * Here the resource comes first.  When the call fails it has no value and goes
 * away; when something behind the native call fails it has one, which is released.
 *
 * Threads: the owner, managed.
 */

#include "retry/adopt.h"

#include "fence/fences.h"

#include <holdfast/resource.h>

static hf_status refuse(hf_thread *thread, const hf_function *function, hf_site site,
                        hf_status status, const char *message, const char *remedy)
{
    return hfi_misuse(thread->parts->reporter, status, function->prototype.name, "from", site,
                      remedy, "%s", message);
}

static bool succeeds_more_than_once(const hf_function *function)
{
    bool may = function->prototype.grow_ok.count != 0 || function->prototype.append.count != 0;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        may |= function->prototype.param[i].rules.grow_ok.count != 0;
        may |= function->prototype.param[i].rules.query.count != 0; /* it may succeed as well */
        /* Text without a length that was cut off is asked for again, where it can grow. */
        may |= step->kind == HFI_P_OUT_BUFFER && !step->has_extent && step->is_text &&
               step->length_by < 0 && !function->prototype.param[i].rules.length.count;
    }
    return may;
}

static hf_status check(hf_thread *thread, const hf_function *function, int from, hf_site site)
{
    hfi_ctype result = function->prototype.result;
    if (from == HF_ADOPT_RESULT && result != HFI_C_POINTER && !hfi_ctype_is_integer(result)) {
        return refuse(thread, function, site, HF_E_TYPE, "the function's result is no handle",
                      "give the number of the scalar output that is one");
    }
    if (from != HF_ADOPT_RESULT &&
        (from < 0 || from >= function->scalars || (function->floating_mask >> from & 1u) != 0)) {
        return refuse(thread, function, site, HF_E_RANGE,
                      "the function has no such scalar output that is a number or a pointer",
                      "count the scalar outputs of the prototype from 0, or pass HF_ADOPT_RESULT");
    }
    if (succeeds_more_than_once(function)) {
        return refuse(thread, function, site, HF_E_UNSUPPORTED,
                      "the function may succeed several times in one call, with a handle each",
                      "get the handle by a prototype of its own, without grow_ok");
    }
    return HF_OK;
}

/** A resource without a value, for the call to fill; `parent` NULL: it came from none. */
static hf_status make_empty(hf_thread *thread, const hf_resource_class *class_of,
                            const hf_slot *parent, hf_ref out, hf_site site)
{
    return parent
               ? hf_resource_create_child_at(thread, class_of, class_of->invalid, parent, out, site)
               : hf_resource_create_at(thread, class_of, class_of->invalid, out, site);
}

/**
 * The call itself.  A callback of it has the caller's slot as well, and may overwrite it or dispose
 * what is in it; so the resource is kept and held open here, and a value that comes for one that
 * was disposed meanwhile is released when it is let go.
 */
static hf_status call(hf_thread *thread, const hf_function *function, hf_result *result,
                      const hf_arg *arguments, int from, hf_ref out, hf_site site)
{
    hf_fence fence;
    uintptr_t none;
    hf_status status =
        hfi_fence_hold_as(thread, &fence, out, &none,
                          &(hfi_fence_names){ "hf_call_adopting", "out", hfi_fence_own, site });
    if (status != HF_OK) {
        return status;
    }
    const hfi_adoption adoption = { &fence.keep_, from == HF_ADOPT_RESULT ? -1 : from };
    status = hfi_call_adopting(thread, function, result, arguments, &adoption);
    out->word_ = fence.keep_.word_;
    (void)hf_fence_end(&fence); /* reports a failure itself */
    if (status != HF_OK || !hf_resource_is_open(out)) {
        hf_status disposed = hf_resource_dispose_at(thread, out, site); /* and so does this */
        status = status == HF_OK && disposed == HF_E_CLOSED ? HF_E_CLOSED : status;
        hf_clear(out);
    }
    return status;
}

/** What both public functions are; `name` is the one that was called. */
static hf_status adopt(hf_thread *thread, const hf_function *function, hf_result *result,
                       const hf_arg *arguments, const hf_resource_class *class_of, int from,
                       const hf_slot *parent, hf_ref out, const char *name, hf_site site)
{
    if (!out) {
        return HF_E_SLOTS;
    }
    hf_clear(out);
    if (!function || !class_of) {
        return hfi_misuse(thread->parts->reporter, HF_E_NULL, name,
                          function ? "class_of" : "function", site,
                          "pass a bound function and the class of the resource", "it is NULL");
    }
    hf_status status = check(thread, function, from, site);
    if (status == HF_OK) {
        status = make_empty(thread, class_of, parent, out, site);
    }
    if (status != HF_OK) {
        return status;
    }
    return call(thread, function, result, arguments, from, out, site);
}

hf_status hf_call_adopting_at(hf_thread *thread, const hf_function *function, hf_result *result,
                              const hf_arg *arguments, const hf_resource_class *class_of, int from,
                              hf_ref out, hf_site site)
{
    HFI_ENTRY(thread);
    return adopt(thread, function, result, arguments, class_of, from, NULL, out,
                 "hf_call_adopting_at", site);
}

hf_status hf_call_adopting_child_at(hf_thread *thread, const hf_function *function,
                                    hf_result *result, const hf_arg *arguments,
                                    const hf_resource_class *class_of, int from,
                                    const hf_slot *parent, hf_ref out, hf_site site)
{
    HFI_ENTRY(thread);
    if (!parent) {
        return HF_E_SLOTS;
    }
    if (parent == out) {
        return hfi_misuse(thread->parts->reporter, HF_E_ARGUMENT, "hf_call_adopting_child_at",
                          "out", site, "give the child a slot of its own",
                          "it is the parent's slot");
    }
    return adopt(thread, function, result, arguments, class_of, from, parent, out,
                 "hf_call_adopting_child_at", site);
}
