/* SPDX-License-Identifier: MIT */

/*
 * Native libraries.
 *
 * A library is counted: its owner has one reference and each function bound from
 * it another, so code is never unloaded under a function that can still be called.
 * Loading runs foreign code (constructors, the loader's lock), so it happens in
 * native state; unloading happens wherever the last reference is given up.
 *
 * What a name may be is checked here, once for all systems, because a name that one
 * loader takes for a file is a path, a stream or an alias for another.  Where a
 * name leads is the platform's part.
 *
 * Threads: the count is atomic, everything else is constant after the open.
 */

#include "call/flight.h"
#include "call/function.h"

#include "base/alloc.h"
#include "base/given.h"
#include "thread/activation.h"

#include <string.h>

static const char open_name[] = "hf_library_open";

static hf_status misuse(hf_thread *thread, hf_status status, const char *argument,
                        const char *message, const char *remedy)
{
    return hfi_misuse(thread->parts->reporter, status, open_name, argument, (hf_site){ NULL, 0 },
                      remedy, "%s", message);
}

/* ---- names ---- */

/* On one of the systems; on the other its loader refuses it. */
static bool is_absolute(const char *name)
{
    bool is_letter = (name[0] >= 'A' && name[0] <= 'Z') || (name[0] >= 'a' && name[0] <= 'z');
    bool is_drive = is_letter && name[1] == ':' && (name[2] == '\\' || name[2] == '/');
    return name[0] == '/' || is_drive || (name[0] == '\\' && name[1] == '\\');
}

/* What is wrong with a name, in words; NULL: nothing. */
static const char *name_fault(const char *name, uint32_t search)
{
    size_t length = strlen(name);
    if (length == 0) {
        return "the name is empty";
    }
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f) {
            return "a control character is in the name";
        }
    }
    if (name[length - 1] == '.' || name[length - 1] == ' ') {
        return "the name ends with a dot or a space, which a loader may cut off";
    }
    if (is_absolute(name)) {
        bool has_drive = name[1] == ':' || name[0] == '\\';
        return has_drive && strchr(name + 2, ':') ? "the path names a stream of a file" : NULL;
    }
    if (search == HF_SEARCH_SYSTEM && strpbrk(name, "/\\:")) {
        return "a relative path leads wherever the current directory is";
    }
    return NULL;
}

/* ---- failures ---- */

/* One line for all names that were tried, each with its own reason. */
typedef struct refusals {
    char line[512];
    hfi_text message;
    unsigned count;
} refusals;

static void add_refusal(refusals *all, const char *name, const char *why)
{
    if (all->count++ == 0) {
        all->message = hfi_text_begin(all->line, sizeof(all->line));
        hfi_text_format(&all->message, "the library \"%s\" cannot be loaded", name);
    } else {
        hfi_text_format(&all->message, "; nor \"%s\"", name);
    }
    if (why[0]) {
        hfi_text_add(&all->message, ": ");
        hfi_text_add_line(&all->message, why);
    }
}

static hf_status report_missing(hfi_parts *parts, hf_status status, refusals *all)
{
    hfi_text_end(&all->message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = status;
    report.function = open_name;
    report.argument = "name";
    report.message = all->line;
    report.remedy = "give the name as the system's loader knows it, or an absolute path";
    return hfi_report(parts->reporter, &report);
}

/* ---- opening ---- */

static hf_status make_library(hfi_parts *parts, const char *name, void *module,
                              hf_library **library_out)
{
    hf_library *library = hfi_alloc(sizeof(*library));
    char *copy = hfi_strdup(name);
    if (!library || !copy) {
        hfi_free(library);
        hfi_free(copy);
        return HF_E_NOMEM;
    }
    library->parts = parts;
    library->module = module;
    library->name = copy;
    atomic_init(&library->references, 1);
    library->sig = HFI_LIBRARY_SIG;
    hfi_owned_add(parts, &library->owned, "library", copy);
    *library_out = library;
    return HF_OK;
}

static hf_status open_one(hf_thread *thread, const char *name, uint32_t search, refusals *all,
                          hf_library **library_out)
{
    const char *fault = name_fault(name, search);
    if (fault) {
        add_refusal(all, name, fault);
        return HF_E_LIBRARY;
    }
    hfp_module_search where = search == HF_SEARCH_ANY ? HFP_MODULE_ANY : HFP_MODULE_SYSTEM;
    void *module = NULL;
    uint32_t native_error = 0;
    char why[256] = "";
    hfi_enter(thread);
    hf_status status = hfp_module_open_why(name, where, &module, &native_error, why, sizeof(why));
    hfi_leave_unheard(thread, open_name);
    if (status != HF_OK) {
        add_refusal(all, name, why);
        return status;
    }
    status = make_library(thread->parts, name, module, library_out);
    if (status != HF_OK) {
        hfp_module_close(module);
    }
    return status;
}

static hf_status open_any(hf_thread *thread, const char *name, const hf_library_options *options,
                          hf_library **library_out)
{
    refusals all;
    all.count = 0;
    hf_status status = open_one(thread, name, options->search, &all, library_out);
    for (size_t i = 0; i < options->name_count && status != HF_OK && status != HF_E_NOMEM; i++) {
        status = open_one(thread, options->names[i], options->search, &all, library_out);
    }
    return status == HF_OK || status == HF_E_NOMEM ? status
                                                   : report_missing(thread->parts, status, &all);
}

hf_status hfi_library_try(hf_thread *thread, const char *name, uint32_t search, char *line,
                          size_t size, hf_library **library_out)
{
    refusals all;
    all.count = 0;
    hf_status status = open_one(thread, name, search, &all, library_out);
    hfi_text text = hfi_text_begin(line, size);
    if (status != HF_OK && status != HF_E_NOMEM) {
        hfi_text_end(&all.message);
        hfi_text_add(&text, all.line);
    }
    hfi_text_end(&text);
    return status;
}

static bool read_options(const hf_library_options *given, hf_library_options *options_out)
{
    const hf_library_options defaults = HF_LIBRARY_OPTIONS_INIT;
    *options_out = defaults;
    return hfi_given_read(given, options_out, sizeof(*options_out)) &&
           options_out->search <= HF_SEARCH_ANY;
}

static bool has_null_name(const hf_library_options *options)
{
    if (options->name_count && !options->names) {
        return true;
    }
    for (size_t i = 0; i < options->name_count; i++) {
        if (!options->names[i]) {
            return true;
        }
    }
    return false;
}

hf_status hf_library_open_at(hf_thread *thread, const char *name, const hf_library_options *options,
                             hf_library **library_out, hf_site site)
{
    HFI_ENTRY_AS(thread, open_name);
    if (!library_out) {
        return misuse(thread, HF_E_NULL, "library_out", "there is nowhere to put the library",
                      "give the address of a variable");
    }
    *library_out = NULL;
    if (!name) {
        return misuse(thread, HF_E_NULL, "name", "the name is NULL",
                      "name a library; \"c\" is the C library");
    }
    hf_library_options all;
    if (!read_options(options, &all)) {
        return misuse(thread, HF_E_OPTIONS, "options",
                      "the options have a size or a field that this version does not know",
                      "begin with HF_LIBRARY_OPTIONS_INIT");
    }
    if (has_null_name(&all)) {
        return misuse(thread, HF_E_NULL, "options->names", "a name is NULL",
                      "give as many names as name_count says");
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_flights_sweep(thread->parts->flights);
    hf_status status = open_any(thread, name, &all, library_out);
    if (status == HF_OK) {
        hfi_owned_set_site(thread->parts, &(*library_out)->owned, site);
    }
    hfp_native_error_restore(saved);
    return status;
}

/* ---- the count ---- */

void hfi_library_acquire(hf_library *library)
{
    HF_VERIFY(library->sig == HFI_LIBRARY_SIG);
    atomic_fetch_add_explicit(&library->references, 1, memory_order_relaxed);
}

void hfi_library_release(hf_library *library)
{
    if (!library) {
        return;
    }
    HF_VERIFY(library->sig == HFI_LIBRARY_SIG);
    /* Release: what the others did with the library; acquire: before it goes. */
    if (atomic_fetch_sub_explicit(&library->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    library->sig = 0;
    hfp_module_close(library->module);
    hfi_owned_remove(library->parts, &library->owned);
    hfi_free(library->name);
    hfi_free(library);
}

void hf_library_close(hf_library *library)
{
    if (!library) {
        return;
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_flights_sweep(library->parts->flights);
    hfi_library_release(library);
    hfp_native_error_restore(saved);
}
