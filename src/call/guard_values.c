/* SPDX-License-Identifier: MIT */

/*
 * Guard of numbers that were lent without a fence.
 *
 * A call that gets the number of a file that was closed works on nothing, or on
 * whatever has that number by now.  The call before which its resource was released is
 * refused; the one during which it is released is reported, for it is too late.
 *
 * Which number is a handle?  5 may be a file or a length.  A parameter takes the values of a
 * resource class if its declaration has the name of the class in it, as `int fd` and `int in_fd`
 * have of "fd", or `FILE *stream` of "FILE".  Of all others nothing is ever said.  What a native
 * function returns is a number that came anew: see resource/lent.c.
 *
 * Threads: the owner of the call, managed on both sides of the crossing.
 */

#include "call/guard.h"

#include "diag/report.h"
#include "resource/lent.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins_with(const char *text, const char *end, const char *word)
{
    while (*word && text < end && lower(*text) == lower(*word)) {
        text++;
        word++;
    }
    return *word == '\0';
}

static bool has_word(const char *text, const char *end, const char *word)
{
    for (; text < end; text++) {
        if (begins_with(text, end, word)) {
            return true;
        }
    }
    return false;
}

/* Type and name of a parameter as the program wrote them, without roles. */
static const char *declaration(const hfi_prototype *prototype, const hfi_param *param,
                               const char **end_out)
{
    const char *text = prototype->text;
    if (!text || param->position >= strlen(text)) {
        text = param->name ? param->name : "";
    } else {
        text += param->position;
    }
    *end_out = text + strcspn(text, ",){");
    return text;
}

static bool takes(const hfi_prototype *prototype, const hfi_param *param,
                  const hf_resource_class *class_of)
{
    const char *end;
    const char *text = declaration(prototype, param, &end);
    return class_of->name && class_of->name[0] && has_word(text, end, class_of->name);
}

/* A number or an address that the caller passed as such. */
static bool is_number(const hfi_step *step)
{
    bool is_word = hfi_ctype_is_integer(step->type) || step->type == HFI_C_POINTER;
    return step->is_callers && is_word && (step->kind == HFI_P_SCALAR || step->kind == HFI_P_RAW);
}

/* ---- the report ---- */

static void tell_object(const hfi_loan *loan, hfi_text *text)
{
    hfi_text_format(text, "resource %s, value 0x%jx", loan->class_of->name, (uintmax_t)loan->value);
    hfi_text_end(text);
}

static void tell_argument(const hfi_prototype *prototype, unsigned index, hfi_text *text)
{
    const char *name = prototype->param[index].name;
    bool has_name = name && name[0];
    hfi_text_format(text, has_name ? "%u (%s)" : "%u", index + 1, has_name ? name : "");
    hfi_text_end(text);
}

static void tell_release(const hfi_call *call, const hfi_loan *loan, const char *when,
                         hfi_text *text)
{
    bool is_own = loan->releaser == call->thread->os_thread;
    hfi_text_format(text, "the value was lent without a fence, and its resource was %s ",
                    loan->disposed.file ? "disposed" : "found dead and released");
    if (loan->disposed.file) {
        hfi_text_format(text, "at %s:%d by %s thread ", loan->disposed.file, loan->disposed.line,
                        is_own ? "this" : "another");
    }
    hfi_text_format(text, "%s", when);
    hfi_text_end(text);
}

static void tell_remedy(const hfi_loan *loan, hfi_text *text)
{
    const char *what = loan->what ? loan->what : "it";
    hfi_text_format(text,
                    "hold it with hf_fence_hold(&fence, thread, %s, &value), or pass "
                    "HF_RESOURCE(%s)",
                    what, what);
    hfi_text_end(text);
}

static hf_status report(const hfi_call *call, unsigned index, const hfi_loan *loan,
                        const char *when)
{
    char object[96];
    char argument[64];
    char message[384];
    char remedy[160];
    const hfi_prototype *prototype = &call->function->prototype;
    hfi_text text = hfi_text_begin(object, sizeof(object));
    tell_object(loan, &text);
    text = hfi_text_begin(argument, sizeof(argument));
    tell_argument(prototype, index, &text);
    text = hfi_text_begin(message, sizeof(message));
    tell_release(call, loan, when, &text);
    text = hfi_text_begin(remedy, sizeof(remedy));
    tell_remedy(loan, &text);

    hf_report line = HF_REPORT_INIT;
    line.kind = HF_REPORT_MISUSE;
    line.status = HF_E_CLOSED;
    line.function = prototype->name;
    line.argument = argument;
    line.object = object;
    line.site = loan->lent;
    line.other_site = loan->birth;
    line.message = message;
    line.remedy = remedy;
    return hfi_report(call->thread->parts->reporter, &line);
}

/* ---- before and behind the crossing ---- */

/* Several resources had the number: it is that of one that is open, and of the newest of them. */
static bool is_better(const hfi_loan *loan, const hfi_loan *than)
{
    return loan->is_released == than->is_released ? loan->number > than->number : than->is_released;
}

/* The loan that a parameter's value is known by. */
static bool find_loan(const hfi_call *call, unsigned index, hfi_loan *loan_out)
{
    hfi_resources *resources = call->thread->parts->resources;
    const hfi_prototype *prototype = &call->function->prototype;
    const hfi_step *step = &call->function->step[index];
    uint64_t seen = (uint64_t)hfi_value_load(&call->argument[index].value, step->type);
    bool found = false;
    unsigned place = 0;
    hfi_loan loan;
    while (hfi_lent_find(resources, seen, hfi_ctype_size(step->type), &place, &loan)) {
        if (!takes(prototype, &prototype->param[index], loan.class_of)) {
            continue;
        }
        if (!found || is_better(&loan, loan_out)) {
            *loan_out = loan;
            found = true;
        }
    }
    return found;
}

hf_status hfi_guard_values(const hfi_call *call, hfi_guard_watch *watch)
{
    watch->count = 0;
    if (!hfi_lent_any(call->thread->parts->resources)) {
        return HF_OK;
    }
    for (unsigned i = 0; i < call->function->prototype.param_count; i++) {
        hfi_loan loan;
        if (!is_number(&call->function->step[i]) || !find_loan(call, i, &loan)) {
            continue;
        }
        if (loan.is_released) {
            return report(call, i, &loan, "before the call");
        }
        watch->parameter[watch->count] = (uint8_t)i;
        watch->loan[watch->count++] = loan.number;
    }
    return HF_OK;
}

static void forget_issued(const hfi_call *call)
{
    hfi_resources *resources = call->thread->parts->resources;
    const hf_function *function = call->function;
    hfi_ctype result = function->prototype.result;
    if (hfi_ctype_is_integer(result)) {
        hfi_lent_issued(resources, (uintptr_t)call->result->value.i);
    } else if (result == HFI_C_POINTER) {
        hfi_lent_issued(resources, (uintptr_t)call->result->value.pointer);
    }
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        if (step->scalar >= 0 && !call->argument[i].is_null &&
            (hfi_ctype_is_integer(step->target) || step->target == HFI_C_POINTER)) {
            int64_t content = hfi_value_load(&call->argument[i].content, step->target);
            hfi_lent_issued(resources, (uintptr_t)content);
        }
    }
}

void hfi_guard_values_after(const hfi_call *call, const hfi_guard_watch *watch)
{
    hfi_resources *resources = call->thread->parts->resources;
    for (unsigned i = 0; i < watch->count; i++) {
        hfi_loan loan;
        if (hfi_lent_look(resources, watch->loan[i], &loan) && loan.is_released) {
            (void)report(call, watch->parameter[i], &loan, "during the call");
        }
    }
    if (hfi_lent_any(resources)) {
        forget_issued(call);
    }
}
