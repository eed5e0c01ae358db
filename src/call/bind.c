/* SPDX-License-Identifier: MIT */

/*
 * Binding: from the text of a prototype to a function that any thread may call.
 *
 * All that can be wrong with a function is found here, so that a call checks its
 * arguments alone.  Everything is made before the function counts as alive; on
 * failure one destroy gives back whatever was made so far.
 *
 * Threads: a function is constant once hf_function_bind_with() returned it.
 */

#include "call/guard.h"
#include "call/plain.h"

#include "base/alloc.h"
#include "base/verify.h"
#include "thread/thread.h"

#include <string.h>

#define DEFAULT_TRIES 24u
#define DEFAULT_FIRST UINT64_C(256)
#define DEFAULT_BYTES (UINT64_C(16) << 20)

static const char bind_name[] = "hf_function_bind";

static hf_status misuse(hfi_parts *parts, hf_status status, const char *argument,
                        const char *message, const char *remedy)
{
    return hfi_misuse(parts->reporter, status, bind_name, argument, (hf_site){ NULL, 0 }, remedy,
                      "%s", message);
}

/* Reads the options of a program built with an older or newer header: what one of the two lacks is
 * zero. */
static bool read_options(const hf_function_options *given, hf_function_options *options_out)
{
    const hf_function_options defaults = HF_FUNCTION_OPTIONS_INIT;
    *options_out = defaults;
    if (given) {
        size_t size = given->struct_size;
        if (size < sizeof(given->struct_size) || size > 4096) {
            return false;
        }
        const unsigned char *bytes = (const unsigned char *)given;
        for (size_t i = sizeof(*given); i < size; i++) {
            if (bytes[i]) {
                return false;
            }
        }
        memcpy(options_out, given, size < sizeof(*given) ? size : sizeof(*given));
    }
    options_out->tries_max = options_out->tries_max ? options_out->tries_max : DEFAULT_TRIES;
    options_out->first_bytes = options_out->first_bytes ? options_out->first_bytes : DEFAULT_FIRST;
    options_out->bytes_max = options_out->bytes_max ? options_out->bytes_max : DEFAULT_BYTES;
    return true;
}

static hf_status report_prototype(hfi_parts *parts, hf_status status,
                                  const hfi_prototype_error *error)
{
    return hfi_misuse(parts->reporter, status, bind_name, "prototype", (hf_site){ NULL, 0 },
                      "docs/prototypes.md has the grammar and the roles",
                      "at byte %u: found %s, expected %s", (unsigned)error->position, error->found,
                      error->expected);
}

_Static_assert(sizeof(((hf_prototype_error *)0)->found) ==
                       sizeof(((hfi_prototype_error *)0)->found) &&
                   sizeof(((hf_prototype_error *)0)->expected) ==
                       sizeof(((hfi_prototype_error *)0)->expected),
               "the public error is the parser's");

static hf_status parse(hf_function *function, const char *text, const hf_function_options *options)
{
    hfi_ctype_list known = { NULL, 0, NULL };
    hfi_ctype_info *info = NULL;
    if (options->type_count) {
        info = hfi_alloc_array(options->type_count, sizeof(*info));
        if (!info) {
            return HF_E_NOMEM;
        }
        for (size_t i = 0; i < options->type_count; i++) {
            info[i] = (hfi_ctype_info){ options->types[i].name, options->types[i].size,
                                        options->types[i].alignment };
        }
        known = (hfi_ctype_list){ info, options->type_count, NULL };
    }
    hfi_prototype_error error;
    memset(&error, 0, sizeof(error));
    hf_status status = hfi_prototype_parse(text, &known, &function->prototype, &error);
    hfi_free(info);
    if (status == HF_E_PROTOTYPE || status == HF_E_LAYOUT) {
        if (options->error_out) {
            options->error_out->position = error.position;
            memcpy(options->error_out->found, error.found, sizeof(error.found));
            memcpy(options->error_out->expected, error.expected, sizeof(error.expected));
        }
        (void)report_prototype(function->parts, status, &error);
    }
    return status;
}

static hf_status find_symbol(hf_function *function, const hf_function_options *options)
{
    const char *name = function->prototype.name;
    if (options->address) {
        function->address = options->address;
        return HF_OK;
    }
    hf_status status = hfp_module_symbol(function->library->module, name, &function->address);
    if (status != HF_E_SYMBOL) {
        return status;
    }
    char line[192];
    hfi_text message = hfi_text_begin(line, sizeof(line));
    hfi_text_format(&message, "the library \"%s\" has no symbol \"%s\"", function->library->name,
                    name);
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = status;
    report.function = bind_name;
    report.argument = name;
    report.message = line;
    report.remedy = "name the exported function, with the A or W that a header's macro hides";
    return hfi_report(function->parts->reporter, &report);
}

static hf_status find_errno(hf_function *function)
{
    if (function->prototype.error != HFI_ERROR_ERRNO) {
        return HF_OK;
    }
    void *module = function->library ? function->library->module : NULL;
    hf_status status = module ? hfp_errno_locator(module, &function->locate_errno) : HF_OK;
    if (status == HF_E_UNSUPPORTED) {
        return hfi_misuse(function->parts->reporter, status, function->prototype.name,
                          "error(errno)", (hf_site){ NULL, 0 },
                          "use error(last_error), or open the C runtime that the library uses",
                          "it is not known which C runtime's errno the library \"%s\" sets",
                          function->library->name);
    }
    return status;
}

/* Checked modes look at what is lent, which only the general way lets them. */
static void choose_entry(hf_function *function)
{
    function->is_odd =
        function->prototype.is_leaf || function->clears_error || function->locate_errno != NULL;
    hfi_plain_choose(function);
    function->guards = hfi_guard_plan(function);
    function->entry =
        function->plain && !function->guards ? function->plain : function->parts->call_generally;
}

/* Says why libffi is not to be used for a signature. */
static hf_status report_signature(const hf_function *function)
{
    const hfi_cif *cif = &function->cif;
    const hfi_prototype *prototype = &function->prototype;
    const char *name = cif->why_param >= 0 ? prototype->param[cif->why_param].name
                       : cif->why_type     ? "result"
                                           : "prototype";
    return hfi_misuse(function->parts->reporter, HF_E_UNSUPPORTED, prototype->name, name,
                      (hf_site){ NULL, 0 }, "pass it by address, or through a wrapper that does",
                      "%s%scannot be called this way: %s", cif->why_type ? cif->why_type : "it",
                      cif->why_type ? " by value " : " ", cif->why);
}

static hf_status make_callable(hf_function *function, const char *text,
                               const hf_function_options *options)
{
    hf_status status = parse(function, text, options);
    if (status == HF_OK) {
        status = hfi_cif_prepare(&function->cif, &function->prototype);
        if (status == HF_E_UNSUPPORTED) {
            return report_signature(function);
        }
    }
    if (status == HF_OK) {
        status = hfi_plan_make(function);
    }
    if (status == HF_OK) {
        status = find_symbol(function, options);
    }
    status = status == HF_OK ? find_errno(function) : status;
    if (status == HF_OK) {
        choose_entry(function);
    }
    return status;
}

static void dispose(hf_function *function)
{
    function->sig = 0;
    hfi_cif_finish(&function->cif);
    hfi_prototype_finish(&function->prototype);
    hfi_library_release(function->library);
    hfi_free(function->step);
    hfi_free(function);
}

static hf_status bind(hf_thread *thread, hf_library *library, const char *text,
                      const hf_function_options *options, hf_function **function_out)
{
    hf_function *function = hfi_alloc(sizeof(*function));
    if (!function) {
        return HF_E_NOMEM;
    }
    function->parts = thread->parts;
    function->tries_max = options->tries_max;
    function->first_bytes = options->first_bytes;
    function->bytes_max = options->bytes_max;
    if (library) {
        hfi_library_acquire(library);
        function->library = library;
    }
    hf_status status = make_callable(function, text, options);
    if (status != HF_OK) {
        dispose(function);
        return status;
    }
    function->sig = HFI_FUNCTION_SIG;
    atomic_fetch_add_explicit(&thread->parts->functions, 1, memory_order_relaxed);
    *function_out = function;
    return HF_OK;
}

static hf_status check_library(hf_thread *thread, const hf_library *library,
                               const hf_function_options *options)
{
    if (!library) {
        return options->address
                   ? HF_OK
                   : misuse(thread->parts, HF_E_NULL, "library", "the library is NULL",
                            "open it with hf_library_open(), or give options->address");
    }
    HF_VERIFY(library->sig == HFI_LIBRARY_SIG);
    return library->parts == thread->parts
               ? HF_OK
               : misuse(thread->parts, HF_E_MISUSE, "library",
                        "the library was opened in another runtime",
                        "open it in the runtime that this thread is attached to");
}

hf_status hf_function_bind_with(hf_thread *thread, hf_library *library, const char *prototype,
                                const hf_function_options *options, hf_function **function_out)
{
    HFI_ENTRY(thread);
    if (!function_out) {
        return misuse(thread->parts, HF_E_NULL, "function_out", "there is nowhere to put it",
                      "give the address of a variable");
    }
    *function_out = NULL;
    if (!prototype) {
        return misuse(thread->parts, HF_E_NULL, "prototype", "the prototype is NULL",
                      "give the C declaration of the function");
    }
    hf_function_options all;
    if (!read_options(options, &all)) {
        return misuse(thread->parts, HF_E_OPTIONS, "options",
                      "the options have a size or a field that this version does not know",
                      "begin with HF_FUNCTION_OPTIONS_INIT");
    }
    if (all.type_count && !all.types) {
        return misuse(thread->parts, HF_E_NULL, "options->types", "type_count has no types",
                      "give the array, or a count of 0");
    }
    hf_status status = check_library(thread, library, &all);
    if (status == HF_OK) {
        hfp_native_error saved = hfp_native_error_save();
        status = bind(thread, library, prototype, &all, function_out);
        hfp_native_error_restore(saved);
    }
    return status;
}

void hf_function_destroy(hf_function *function)
{
    if (!function) {
        return;
    }
    HF_VERIFY(function->sig == HFI_FUNCTION_SIG);
    hfp_native_error saved = hfp_native_error_save();
    atomic_fetch_sub_explicit(&function->parts->functions, 1, memory_order_relaxed);
    dispose(function);
    hfp_native_error_restore(saved);
}

const char *hf_function_name(const hf_function *function)
{
    return function ? function->prototype.name : "";
}
