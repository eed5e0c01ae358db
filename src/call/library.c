/* SPDX-License-Identifier: MIT */

/*
 * Native libraries.
 *
 * A library is counted: its owner has one reference and each function bound from
 * it another, so code is never unloaded under a function that can still be called.
 * Loading runs foreign code (constructors, the loader's lock), so it happens in
 * native state; unloading happens wherever the last reference is given up.
 *
 * Threads: the count is atomic, everything else is constant after the open.
 */

#include "call/function.h"

#include "base/alloc.h"
#include "thread/thread.h"

static hf_status report_missing(hfi_parts *parts, hf_status status, const char *name,
                                uint32_t native_error)
{
    char reason[160];
    hfp_native_error_text(native_error, false, reason, sizeof(reason));
    char line[256];
    hfi_text message = hfi_text_begin(line, sizeof(line));
    hfi_text_format(&message, "the library \"%s\" cannot be loaded", name);
    if (native_error) {
        hfi_text_format(&message, ": %s", reason);
    }
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = status;
    report.function = "hf_library_open";
    report.argument = "name";
    report.message = line;
    report.remedy = "give the name as the system's loader knows it, or an absolute path";
    return hfi_report(parts->reporter, &report);
}

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
    atomic_fetch_add_explicit(&parts->functions, 1, memory_order_relaxed);
    *library_out = library;
    return HF_OK;
}

hf_status hf_library_open(hf_thread *thread, const char *name, hf_library **library_out)
{
    HFI_ENTRY(thread);
    if (!library_out) {
        return hfi_misuse(thread->parts->reporter, HF_E_NULL, "hf_library_open", "library_out",
                          (hf_site){ NULL, 0 }, "give the address of a variable",
                          "there is nowhere to put the library");
    }
    *library_out = NULL;
    if (!name) {
        return hfi_misuse(thread->parts->reporter, HF_E_NULL, "hf_library_open", "name",
                          (hf_site){ NULL, 0 }, "name a library; \"c\" is the C library",
                          "the name is NULL");
    }
    hfp_native_error saved = hfp_native_error_save();
    void *module = NULL;
    uint32_t native_error = 0;
    hfi_enter(thread);
    hf_status status = hfp_module_open(name, HFP_MODULE_SYSTEM, &module, &native_error);
    hfi_leave(thread);
    if (status == HF_OK) {
        status = make_library(thread->parts, name, module, library_out);
        if (status != HF_OK) {
            hfp_module_close(module);
        }
    } else if (status != HF_E_NOMEM) {
        status = report_missing(thread->parts, status, name, native_error);
    }
    hfp_native_error_restore(saved);
    return status;
}

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
    atomic_fetch_sub_explicit(&library->parts->functions, 1, memory_order_relaxed);
    hfi_free(library->name);
    hfi_free(library);
}

void hf_library_close(hf_library *library)
{
    hfp_native_error saved = hfp_native_error_save();
    hfi_library_release(library);
    hfp_native_error_restore(saved);
}
