/* SPDX-License-Identifier: MIT */

/*
 * What a call has to say about its caller and its callee.
 *
 * A caller's mistake is a misuse.  A callee that breaks its protocol is a warning
 * (the prototype may be wrong, the library may have a bug), except that writing
 * behind a buffer is a misuse: memory was at stake.  Every report names the native
 * function and, where one is concerned, the parameter by number and name.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/call.h"

#include "heap/birth.h"

#include <stdarg.h>

static void name_parameter(const hfi_call *call, int parameter, char *buffer, size_t size)
{
    hfi_text text = hfi_text_begin(buffer, size);
    if (parameter >= 0) {
        const hfi_prototype *prototype = &call->function->prototype;
        bool is_declared = parameter < prototype->param_count; /* else it is behind the dots */
        const char *name = is_declared ? prototype->param[parameter].name : NULL;
        hfi_text_format(&text, "%d", parameter + 1);
        if (name && name[0]) {
            hfi_text_format(&text, " (%s)", name);
        }
    }
    hfi_text_end(&text);
}

static hf_status report(const hfi_call *call, hf_report_kind kind, int parameter, hf_status status,
                        const char *remedy, const char *message)
{
    char argument[64];
    char object[96];
    name_parameter(call, parameter, argument, sizeof(argument));
    hf_report line = HF_REPORT_INIT;
    line.kind = kind;
    line.status = status;
    line.function = call->function->prototype.name;
    line.argument = parameter >= 0 ? argument : NULL;
    line.message = message;
    line.remedy = remedy;
    if (parameter >= 0 && (unsigned)parameter == call->about_index) {
        hfi_heap_tell_slot(call->thread->parts->heap, call->about, &line, object, sizeof(object));
    }
    return hfi_report(call->thread->parts->reporter, &line);
}

hf_status hfi_call_refuse(const hfi_call *call, int parameter, hf_status status, const char *remedy,
                          const char *format, ...)
{
    char message[192];
    hfi_text text = hfi_text_begin(message, sizeof(message));
    va_list args;
    va_start(args, format);
    hfi_text_vformat(&text, format, args);
    va_end(args);
    hfi_text_end(&text);
    return report(call, HF_REPORT_MISUSE, parameter, status, remedy, message);
}

hf_status hfi_call_complain(const hfi_call *call, int parameter, hf_status status,
                            const char *remedy, const char *format, ...)
{
    char message[192];
    hfi_text text = hfi_text_begin(message, sizeof(message));
    va_list args;
    va_start(args, format);
    hfi_text_vformat(&text, format, args);
    va_end(args);
    hfi_text_end(&text);
    hf_report_kind kind = status == HF_E_OVERRUN ? HF_REPORT_MISUSE : HF_REPORT_WARNING;
    return report(call, kind, parameter, status, remedy, message);
}
