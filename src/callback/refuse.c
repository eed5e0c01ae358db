/* SPDX-License-Identifier: MIT */

/*
 * The words for a call that cannot run, and for a handler that broke its contract.
 *
 * Whoever gets here is counted as a run, so the runtime's reporter is there unless
 * the state is ORPHAN; then the report goes to standard error.
 *
 * Threads: any, in whatever state; no lock held.
 */

#include "callback/inside.h"

#include "call/function.h"

static void say(hf_callback *callback, hfi_reporter *reporter, hf_report_kind kind,
                hf_status status, const char *message, const char *remedy)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = kind;
    report.status = status;
    report.function = callback->name;
    report.argument = "callback";
    report.site = callback->died;
    report.other_site = callback->born;
    report.message = message;
    report.remedy = remedy;
    (void)hfi_report(reporter, &report);
}

static void say_misuse(hf_callback *callback, hf_status status, const char *message,
                       const char *remedy)
{
    say(callback, callback->parts->reporter, HF_REPORT_MISUSE, status, message, remedy);
}

/* When and where it is too late. */
void hfi_refuse_state(hf_callback *callback, uint32_t state)
{
    char line[160];
    hfi_text message = hfi_text_begin(line, sizeof line);
    unsigned long long thread = (unsigned long long)hfp_thread_self();
    hfi_reporter *reporter = NULL;
    hf_status status = HF_E_MISUSE;
    const char *remedy =
        "take the function pointer out of native code before hf_callback_destroy()";
    if (state == HFI_CALLBACK_ORPHAN) {
        status = HF_E_SHUTDOWN;
        remedy = "take the function pointer out of native code before the runtime ends";
        hfi_text_format(&message, "called on thread %llx, but the runtime ended", thread);
    } else if (state == HFI_CALLBACK_IDLE) {
        callback->was_late = true;
        reporter = callback->parts->reporter;
        remedy = "register it with hf_callback_create(): native code keeps it";
        hfi_text_format(&message,
                        "a transient callback was called after its call ended, on thread %llx",
                        thread);
    } else {
        reporter = callback->parts->reporter;
        hfi_text_format(&message, "called on thread %llx after it was destroyed", thread);
    }
    hfi_text_end(&message);
    say(callback, reporter, HF_REPORT_MISUSE, status, line, remedy);
}

/* Somebody calls the pointer as if it were a function of the program, or a leaf calls back. */
static void refuse_managed(hf_callback *callback, const hf_thread *thread)
{
    const hf_function *function = atomic_load_explicit(
        &thread->calling, memory_order_relaxed); /* the owner's: no other ends it */
    if (!function || !function->prototype.is_leaf) {
        say_misuse(callback, HF_E_CONTRACT, "called while its thread is in managed state",
                   "call it from native code");
        return;
    }
    char line[160];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hfi_text_format(&message, "called by %s, which is {leaf}: its thread is in managed state",
                    function->name);
    hfi_text_end(&message);
    say_misuse(callback, HF_E_CONTRACT, line, "take {leaf} out of its prototype");
}

void hfi_refuse_thread(hf_callback *callback, const hf_thread *thread)
{
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_relaxed);
    if (state == HFI_FORKED) {
        hfi_refuse_status(callback, HF_E_FORKED);
    } else if (state != HFI_NATIVE) {
        refuse_managed(callback, thread);
    } else {
        char line[160];
        hfi_text message = hfi_text_begin(line, sizeof line);
        hfi_text_format(&message, "called by %s, which promised {nocallback}", thread->no_callback);
        hfi_text_end(&message);
        say_misuse(callback, HF_E_CONTRACT, line, "take {nocallback} out of its prototype");
    }
}

void hfi_refuse_status(hf_callback *callback, hf_status status)
{
    const char *message = status == HF_E_FORKED ? "called in the child of a fork"
                          : status == HF_E_SHUTDOWN
                              ? "called on a new thread, but the runtime stops"
                              : "there is no memory for a run";
    const char *remedy = status == HF_E_FORKED ? "hf_runtime_after_fork() comes first"
                                               : "native code got the safe value";
    say(callback, callback->parts->reporter, HF_REPORT_WARNING, status, message, remedy);
}

void hfi_refuse_result(hf_callback *callback, const hf_value *value, hf_status status)
{
    char line[160];
    hfi_text message = hfi_text_begin(line, sizeof line);
    const char *remedy = "give what the declared type can hold";
    if (status == HF_E_POINTER) {
        hfi_text_format(&message, "the handler gives native code an address in the managed heap");
        remedy = "give native memory, or the data of an owning pin copied out";
    } else if (callback->signature->result == HFI_C_F32) {
        hfi_text_format(&message, "the handler's result is too large for float");
    } else {
        hfi_text_format(&message, "the handler's result %lld does not fit %s", (long long)value->i,
                        hfi_ctype_name(callback->signature->result));
    }
    hfi_text_end(&message);
    say_misuse(callback, status, line, remedy);
}

void hfi_refuse_leftover(hf_callback *callback, uint32_t state)
{
    say_misuse(callback, HF_E_MISUSE,
               state == HFI_RAW ? "the handler returned without hf_raw_end()"
                                : "the handler returned without hf_native_end()",
               "leave a handler in the state in which it was called");
}
