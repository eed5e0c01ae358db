/* SPDX-License-Identifier: MIT */

/*
 * Binding: from the text of a prototype to a function that any thread may call.
 *
 * All that can be wrong with a function is found here, so that a call checks its
 * arguments alone.  Everything is made before the function counts as alive; on
 * failure one destroy gives back whatever was made so far.
 *
 * Threads: a function is constant once hf_function_bind_at() returned it.
 */

#include "call/bind.h"
#include "call/binding.h"
#include "call/flight.h"
#include "call/guard.h"
#include "call/lean.h"
#include "call/plain.h"
#include "call/symbol.h"

#include "base/alloc.h"
#include "base/given.h"
#include "base/verify.h"
#include "thread/thread.h"

#include <string.h>

#define DEFAULT_TRIES   24u
#define DEFAULT_BYTES   (UINT64_C(16) << 20)
#define DEFAULT_REPEATS 16u
#define DEFAULT_GROWTH  150u
#define LEAST_GROWTH    110u

static const char bind_name[] = "hf_function_bind";

static hf_status misuse(hfi_parts *parts, hf_status status, const char *argument,
                        const char *message, const char *remedy)
{
    return hfi_misuse(parts->reporter, status, bind_name, argument, (hf_site){ NULL, 0 }, remedy,
                      "%s", message);
}

bool hfi_options_read(const hf_function_options *given, hf_function_options *options_out)
{
    const hf_function_options defaults = HF_FUNCTION_OPTIONS_INIT;
    *options_out = defaults;
    if (!hfi_given_read(given, options_out, sizeof(*options_out))) {
        return false;
    }
    options_out->tries_max = options_out->tries_max ? options_out->tries_max : DEFAULT_TRIES;
    options_out->bytes_max = options_out->bytes_max ? options_out->bytes_max : DEFAULT_BYTES;
    options_out->repeats_max =
        options_out->repeats_max ? options_out->repeats_max : DEFAULT_REPEATS;
    options_out->growth = options_out->growth ? options_out->growth : DEFAULT_GROWTH;
    return true;
}

_Static_assert(sizeof(((hf_prototype_error *)0)->found) ==
                       sizeof(((hfi_prototype_error *)0)->found) &&
                   sizeof(((hf_prototype_error *)0)->expected) ==
                       sizeof(((hfi_prototype_error *)0)->expected),
               "the public error is the parser's");

hf_status hfi_options_check(hfi_parts *parts, const char *where, bool is_read,
                            const hf_function_options *options)
{
    const hf_site nowhere = { NULL, 0 };
    if (!is_read) {
        return hfi_misuse(parts->reporter, HF_E_OPTIONS, where, "options", nowhere,
                          "begin with HF_FUNCTION_OPTIONS_INIT",
                          "the options have a size or a field that this version does not know");
    }
    if (options->growth < LEAST_GROWTH) {
        return hfi_misuse(parts->reporter, HF_E_OPTIONS, where, "options->growth", nowhere,
                          "give 110 or more percent, or 0 for the default of 150",
                          "a growth of %u percent is next to none", (unsigned)options->growth);
    }
    if ((unsigned)options->texts > HF_TEXTS_UTF8) {
        return hfi_misuse(parts->reporter, HF_E_OPTIONS, where, "options->texts", nowhere,
                          "give HF_TEXTS_AS_FILLED or HF_TEXTS_UTF8", "there is no text form %u",
                          (unsigned)options->texts);
    }
    return options->type_count == 0 || options->types
               ? HF_OK
               : hfi_misuse(parts->reporter, HF_E_NULL, where, "options->types", nowhere,
                            "give the array, or a count of 0", "type_count has no types");
}

hf_status hfi_options_types(const hf_function_options *options, hfi_ctype_info **info_out,
                            hfi_ctype_list *known_out)
{
    *info_out = NULL;
    *known_out = (hfi_ctype_list){ NULL, 0, hfi_binding_scope(options->binding) };
    if (options->type_count == 0) {
        return HF_OK;
    }
    hfi_ctype_info *info = hfi_alloc_array(options->type_count, sizeof(*info));
    if (!info) {
        return HF_E_NOMEM;
    }
    for (size_t i = 0; i < options->type_count; i++) {
        const hf_type_size *type = &options->types[i];
        info[i] = (hfi_ctype_info){ type->name, type->size, type->alignment };
    }
    known_out->info = info;
    known_out->count = options->type_count;
    *info_out = info;
    return HF_OK;
}

hf_status hfi_report_unparsed(hfi_parts *parts, const char *where, const char *argument,
                              hf_site site, hf_prototype_error *error_out, hf_status status,
                              const hfi_prototype_error *error)
{
    if (error_out) {
        error_out->position = error->position;
        memcpy(error_out->found, error->found, sizeof(error->found));
        memcpy(error_out->expected, error->expected, sizeof(error->expected));
    }
    return hfi_misuse(parts->reporter, status, where, argument, site,
                      "docs/prototypes.md has the grammar and the roles",
                      "at byte %u: found %s, expected %s", (unsigned)error->position, error->found,
                      error->expected);
}

static hf_status parse(hfi_parts *parts, const char *text, const hf_function_options *options,
                       hfi_prototype *prototype_out)
{
    hfi_ctype_list known;
    hfi_ctype_info *info;
    hf_status status = hfi_options_types(options, &info, &known);
    if (status != HF_OK) {
        return status;
    }
    hfi_prototype_error error;
    memset(&error, 0, sizeof(error));
    status = hfi_prototype_parse(text, &known, prototype_out, &error);
    hfi_free(info);
    return status == HF_OK || status == HF_E_NOMEM
               ? status
               : hfi_report_unparsed(parts, bind_name, "prototype", (hf_site){ NULL, 0 },
                                     options->error_out, status, &error);
}

static hf_status find_symbol(hf_function *function, const hf_function_options *options)
{
    if (options->address) {
        function->address = options->address;
        return HF_OK;
    }
    return hfi_symbol_find(function->library, &function->prototype, function->prototype.name,
                           &function->address);
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

static void choose_entry(hf_function *function)
{
    function->is_odd =
        function->prototype.is_leaf || function->clears_error || function->locate_errno != NULL;
    hfi_plain_choose(function);
    function->guards = hfi_guard_plan(function);
    function->entry = hfi_plain_entry(function);
    hfi_lean_choose(function);
}

/* What is wrong with it says `before` a number of bytes and `behind` it. */
static hf_status refuse_policy(const hf_function *function, unsigned index, const char *remedy,
                               const char *before, uint64_t bytes, const char *behind)
{
    const hfi_prototype *prototype = &function->prototype;
    return hfi_misuse(function->parts->reporter, HF_E_OPTIONS, prototype->name,
                      prototype->param[index].name, (hf_site){ NULL, 0 }, remedy, "%s %llu%s",
                      before, (unsigned long long)bytes, behind);
}

/* Text that is made anew is not where something points that cannot be made to follow it. */
static bool recodes_what_is_pointed_into(const hf_function *function, unsigned index)
{
    const hfi_prototype *prototype = &function->prototype;
    const hfi_step *text = &function->step[index];
    bool becomes_utf8 = function->makes_utf8 && text->element > 1;
    if (text->kind != HFI_P_OUT_BUFFER || !text->is_text || !(text->is_system || becomes_utf8)) {
        return false;
    }
    for (unsigned i = 0; i < prototype->param_count; i++) {
        bool follows = !text->is_system && function->step[i].scalar >= 0 &&
                       function->step[i].target == HFI_C_POINTER;
        if (prototype->param[i].points_into == (int)index && !follows) {
            return true;
        }
    }
    return false;
}

static hf_status check_policy(const hf_function *function, unsigned index,
                              const hf_function_options *options)
{
    const hfi_step *step = &function->step[index];
    uint64_t least = step->least > step->multiple ? step->least : step->multiple;
    if (options->slack_bytes && step->is_exact) {
        return refuse_policy(function, index,
                             "leave slack_bytes of the options 0 for this function",
                             "slack_bytes is", options->slack_bytes,
                             ", but the buffer takes exactly what it asks for");
    }
    if (step->kind == HFI_P_OUT_BUFFER && options->bytes_max < least) {
        return refuse_policy(function, index, "raise bytes_max of the options to that",
                             "the buffer takes no less than", least,
                             " bytes, and bytes_max is below that");
    }
    if (recodes_what_is_pointed_into(function, index)) {
        return refuse_policy(function, index,
                             "leave texts of the options as it is, or the role text out",
                             "text of units of", step->element,
                             " bytes would be made anew, but something points into it");
    }
    return HF_OK;
}

/* What the caller's policy and the function's roles say together. */
static hf_status apply_policy(hf_function *function, const hf_function_options *options)
{
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        hf_status status = check_policy(function, i, options);
        if (status != HF_OK) {
            return status;
        }
    }
    if (options->remembers && function->growing) {
        function->remembered = hfi_alloc(sizeof *function->remembered);
        return function->remembered ? HF_OK : HF_E_NOMEM;
    }
    return HF_OK;
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

static hf_status make_callable(hf_function *function, const hf_function_options *options)
{
    hf_status status = hfi_cif_prepare(&function->cif, &function->prototype);
    if (status == HF_E_UNSUPPORTED) {
        return report_signature(function);
    }
    if (status == HF_OK) {
        status = hfi_plan_make(function);
    }
    status = status == HF_OK ? apply_policy(function, options) : status;
    status = status == HF_OK ? find_symbol(function, options) : status;
    status = status == HF_OK ? find_errno(function) : status;
    if (status == HF_OK) {
        choose_entry(function);
    }
    return status;
}

void hfi_function_dispose(hf_function *function)
{
    if (function->sig) {
        hfi_owned_remove(function->parts, &function->owned);
    }
    function->sig = 0;
    hfi_cif_finish(&function->cif);
    if (!function->binding) {
        hfi_prototype_finish(&function->prototype);
    }
    hfi_library_release(function->library);
    hfi_binding_release(function->binding);
    hfi_free(function->remembered);
    hfi_free(function->step);
    hfi_free(function);
}

hf_status hfi_function_make(hfi_parts *parts, hf_library *library, hf_binding *binding,
                            const hfi_prototype *prototype, const hf_function_options *options,
                            hf_function **function_out)
{
    hf_function *function = hfi_alloc(sizeof(*function));
    if (!function) {
        return HF_E_NOMEM;
    }
    function->parts = parts;
    function->tries_max = options->tries_max;
    function->repeats_max = options->repeats_max;
    function->first_bytes = options->first_bytes;
    function->bytes_max = options->bytes_max;
    function->slack_bytes = options->slack_bytes;
    function->time_max_ns = options->time_max_ns;
    function->growth = options->growth;
    function->makes_utf8 = options->texts == HF_TEXTS_UTF8;
    function->prototype = *prototype;
    if (library) {
        hfi_library_acquire(library);
        function->library = library;
    }
    hf_status status = make_callable(function, options);
    if (status != HF_OK) {
        memset(&function->prototype, 0, sizeof(function->prototype)); /* the caller's again */
        hfi_function_dispose(function);
        return status;
    }
    function->binding = binding;
    function->sig = HFI_FUNCTION_SIG;
    hfi_owned_add(parts, &function->owned, "function", function->prototype.name);
    *function_out = function;
    return HF_OK;
}

static hf_status bind(hf_thread *thread, hf_library *library, const char *text,
                      const hf_function_options *options, hf_function **function_out)
{
    hfi_flights_sweep(thread->parts->flights);
    hfi_prototype prototype;
    hf_status status = parse(thread->parts, text, options, &prototype);
    if (status != HF_OK) {
        return status;
    }
    status = hfi_function_make(thread->parts, library, NULL, &prototype, options, function_out);
    if (status != HF_OK) {
        hfi_prototype_finish(&prototype);
    }
    return status;
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

hf_status hf_function_bind_at(hf_thread *thread, hf_library *library, const char *prototype,
                              const hf_function_options *options, hf_function **function_out,
                              hf_site site)
{
    HFI_ENTRY_AS(thread, bind_name);
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
    bool is_read = hfi_options_read(options, &all);
    hf_status status = hfi_options_check(thread->parts, bind_name, is_read, &all);
    status = status == HF_OK ? check_library(thread, library, &all) : status;
    if (status == HF_OK) {
        hfp_native_error saved = hfp_native_error_save();
        status = bind(thread, library, prototype, &all, function_out);
        if (status == HF_OK) {
            hfi_owned_set_site(thread->parts, &(*function_out)->owned, site);
        }
        hfp_native_error_restore(saved);
    }
    return status;
}

void hf_function_destroy(hf_function *function)
{
    if (!function) {
        return;
    }
    if (function->sig == HFI_FUNCTION_WAITING) {
        (void)hfi_misuse(function->parts->reporter, HF_E_MISUSE, "hf_function_destroy", "function",
                         (hf_site){ NULL, 0 }, "destroy a function once",
                         "the function \"%s\" is destroyed already and waits for a call in it",
                         function->prototype.name);
        return;
    }
    HF_VERIFY(function->sig == HFI_FUNCTION_SIG);
    if (function->binding) {
        (void)misuse(function->parts, HF_E_MISUSE, "function",
                     "the function belongs to the binding that it is from",
                     "destroy the binding, which takes its functions with it");
        return;
    }
    if (function->is_catalogues) {
        (void)misuse(function->parts, HF_E_MISUSE, "function",
                     "the function is the catalogue's, and all threads may have it",
                     "leave it: it ends with the runtime; hf_native_with() makes one of your own");
        return;
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_flights_end_function(function);
    hfp_native_error_restore(saved);
}

const char *hf_function_name(const hf_function *function)
{
    return function ? function->prototype.name : "";
}
