/* SPDX-License-Identifier: MIT */

/*
 * Functions by name: the catalogue's rows, bound when they are first asked for.
 *
 * No lock is held while a library is opened, which runs foreign code and may park.
 * Whoever finds no function makes one, and the first to put it into its cell wins;
 * the other one is given back before anybody saw it.  So all threads of a runtime get
 * the same function, none waits for another, and a fork in between leaves nothing
 * half done.
 *
 * A failure is not remembered: a library may be installed, or a path announced to the
 * loader, while the program runs.
 *
 * Threads: any attached one; the end has all to itself, or keeps all.
 */

#include "native/inside.h"

#include "base/alloc.h"
#include "call/bind.h"
#include "call/flight.h"
#include "diag/report.h"
#include "thread/thread.h"

#include <string.h>

static const char get_name[] = "hf_native";

/* ---- the module ---- */

hf_status hfi_natives_create(hfi_parts *parts, hfi_natives **natives_out)
{
    hfi_natives *natives = hfi_alloc(sizeof *natives);
    if (!natives) {
        return HF_E_NOMEM;
    }
    natives->parts = parts;
    *natives_out = natives;
    return HF_OK;
}

/* What is kept for somebody who may be in it is nothing that the program forgot. */
static void disown(hf_function *function)
{
    hfi_owned_remove(function->parts, &function->owned);
    if (function->library) {
        hfi_owned_remove(function->parts, &function->library->owned);
    }
}

static void end_function(_Atomic(hf_function *) *at, bool keep)
{
    hf_function *function = atomic_load_explicit(at, memory_order_acquire);
    if (function && keep) {
        disown(function);
    } else if (function) {
        atomic_store_explicit(at, NULL, memory_order_relaxed);
        hfi_flights_end_function(function);
    }
}

void hfi_natives_end(hfi_natives *natives, bool keep)
{
    hfi_native_table *table = atomic_load_explicit(&natives->table, memory_order_acquire);
    for (hfi_native_set *set = table ? table->newest : NULL; set; set = set->older) {
        for (size_t i = 0; i < set->count; i++) {
            for (unsigned form = 0; form < HFI_NATIVE_FORMS; form++) {
                end_function(&set->cell[i].function[form], keep);
            }
        }
    }
}

void hfi_natives_destroy(hfi_natives *natives)
{
    hfi_native_table *table = atomic_load_explicit(&natives->table, memory_order_acquire);
    hfi_native_set *set = table ? table->newest : NULL;
    while (set) {
        hfi_native_set *older = set->older;
        hfi_free(set);
        set = older;
    }
    while (table) {
        hfi_native_table *older = table->older;
        hfi_free(table);
        table = older;
    }
    hfi_native_types_drop(natives);
    hfi_free(natives);
}

/* ---- what is not there ---- */

static hf_status report_unknown(hfi_parts *parts, const hfi_native_table *table, const char *name)
{
    const char *nearest[HFI_NEAREST_MAX];
    unsigned count = hfi_native_nearest(table, name, nearest);
    char line[160];
    hfi_text remedy = hfi_text_begin(line, sizeof line);
    if (count == 0) {
        hfi_text_add(&remedy, "hf_native_at() has the names; hf_native_add() adds a row");
    }
    for (unsigned i = 0; i < count; i++) {
        hfi_text_format(&remedy, i == 0 ? "did you mean \"%s\"" : " or \"%s\"", nearest[i]);
    }
    hfi_text_add(&remedy, count ? "?" : "");
    hfi_text_end(&remedy);
    return hfi_misuse(parts->reporter, HF_E_NOT_FOUND, get_name, "name", (hf_site){ NULL, 0 }, line,
                      "the catalogue has no \"%.64s\"", name);
}

static hf_status report_absent(hfi_parts *parts, hf_status status, const char *name,
                               const char *why)
{
    char line[640];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hfi_text_format(&message, "this system does not have \"%s\": %s", name, why);
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = status;
    report.function = get_name;
    report.argument = name;
    report.message = line;
    report.remedy = "install its library, or do without the function where it is missing";
    return hfi_report(parts->reporter, &report);
}

/* ---- binding ---- */

static hf_status open_library(hf_thread *thread, const hfi_native_cell *cell,
                              hf_library **library_out)
{
    char why[512];
    hf_status status = hfi_library_try(thread, cell->row->library, cell->set->search, why,
                                       sizeof why, library_out);
    return status == HF_OK || status == HF_E_NOMEM
               ? status
               : report_absent(thread->parts, status, cell->row->name, why);
}

/* The caller's types and the row's in one array; NULL with a count of 0 is fine. */
static hf_status join_types(const hfi_native_set *set, hf_function_options *options,
                            hf_type_size **types_out)
{
    *types_out = NULL;
    if (options->type_count == 0 || !options->types) {
        options->types = options->type_count ? NULL : set->types;
        options->type_count = options->type_count ? options->type_count : set->type_count;
        return HF_OK; /* a count without types is hf_function_bind_with()'s to refuse */
    }
    if (options->type_count > SIZE_MAX / sizeof(hf_type_size) - set->type_count) {
        return HF_E_OVERFLOW;
    }
    size_t count = options->type_count + set->type_count;
    hf_type_size *types = hfi_alloc_array(count, sizeof *types);
    if (!types) {
        return HF_E_NOMEM;
    }
    memcpy(types, options->types, options->type_count * sizeof *types);
    if (set->type_count != 0) {
        memcpy(types + options->type_count, set->types, set->type_count * sizeof *types);
    }
    options->types = types;
    options->type_count = count;
    *types_out = types;
    return HF_OK;
}

static hf_status bind_cell(hf_thread *thread, const hfi_native_cell *cell,
                           const hf_function_options *given, hf_function **function_out,
                           hf_site site)
{
    hf_function_options options = *given;
    hf_type_size *types;
    hf_library *library = NULL;
    hf_status status = join_types(cell->set, &options, &types);
    if (status == HF_OK && !options.address) {
        status = open_library(thread, cell, &library);
    }
    if (status == HF_OK) {
        status = hf_function_bind_at(thread, library, cell->row->prototype, &options, function_out,
                                     site);
    }
    hf_library_close(library);
    hfi_free(types);
    return status;
}

static hf_status bind_shared(hf_thread *thread, hfi_native_cell *cell, hf_text_form form,
                             const hf_function **function_out)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.texts = form;
    hf_function *fresh = NULL;
    hf_status status = bind_cell(thread, cell, &options, &fresh, (hf_site){ NULL, 0 });
    if (status != HF_OK) {
        return status;
    }
    fresh->is_catalogues = true;
    hf_function *first = NULL;
    /* Release: whoever finds it finds it whole. */
    if (atomic_compare_exchange_strong_explicit(&cell->function[form], &first, fresh,
                                                memory_order_acq_rel, memory_order_acquire)) {
        first = fresh;
    } else {
        hfi_function_dispose(fresh);
    }
    *function_out = first;
    return HF_OK;
}

/* ---- the door ---- */

static hf_status misuse(hf_thread *thread, hf_status status, const char *argument,
                        const char *message, const char *remedy)
{
    return hfi_misuse(thread->parts->reporter, status, get_name, argument, (hf_site){ NULL, 0 },
                      remedy, "%s", message);
}

static hf_status find_cell(hf_thread *thread, const char *name, hfi_native_cell **cell_out)
{
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed) &&
        !thread->is_runner) {
        return HF_E_SHUTDOWN;
    }
    hfi_native_table *table;
    hf_status status = hfi_native_table_get(thread->parts->natives, &table);
    if (status != HF_OK) {
        return status;
    }
    *cell_out = hfi_native_table_find(table, name);
    return *cell_out ? HF_OK : report_unknown(thread->parts, table, name);
}

hf_status hfi_native_get(hf_thread *thread, const char *name, hf_text_form form,
                         const hf_function **function_out)
{
    HFI_ENTRY_AS(thread, get_name);
    if (!function_out) {
        return misuse(thread, HF_E_NULL, "function_out", "there is nowhere to put it",
                      "give the address of a variable");
    }
    *function_out = NULL;
    if (!name) {
        return misuse(thread, HF_E_NULL, "name", "the name is NULL", "name a row of the catalogue");
    }
    hfi_native_cell *cell;
    hf_status status = find_cell(thread, name, &cell);
    if (status != HF_OK) {
        return status;
    }
    /* pairs with the release in bind_shared() */
    *function_out = atomic_load_explicit(&cell->function[form], memory_order_acquire);
    if (HF_LIKELY(*function_out)) {
        return HF_OK;
    }
    hfp_native_error saved = hfp_native_error_save();
    status = bind_shared(thread, cell, form, function_out);
    hfp_native_error_restore(saved);
    return status;
}

hf_status hf_native_get(hf_thread *thread, const char *name, const hf_function **function_out)
{
    return hfi_native_get(thread, name, HF_TEXTS_AS_FILLED, function_out);
}

const hf_function *hf_native(hf_thread *thread, const char *name)
{
    const hf_function *function = NULL;
    hf_status status = hf_native_get(thread, name, &function);
    return status == HF_OK ? function : NULL;
}

hf_status hf_native_with_at(hf_thread *thread, const char *name, const hf_function_options *options,
                            hf_function **function_out, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_native_with");
    if (!function_out) {
        return misuse(thread, HF_E_NULL, "function_out", "there is nowhere to put it",
                      "give the address of a variable");
    }
    *function_out = NULL;
    if (!name) {
        return misuse(thread, HF_E_NULL, "name", "the name is NULL", "name a row of the catalogue");
    }
    hf_function_options all;
    if (!hfi_options_read(options, &all)) {
        return misuse(thread, HF_E_OPTIONS, "options",
                      "the options have a size or a field that this version does not know",
                      "begin with HF_FUNCTION_OPTIONS_INIT");
    }
    hfi_native_cell *cell;
    hf_status status = find_cell(thread, name, &cell);
    if (status == HF_OK) {
        hfp_native_error saved = hfp_native_error_save();
        status = bind_cell(thread, cell, &all, function_out, site);
        hfp_native_error_restore(saved);
    }
    return status;
}
