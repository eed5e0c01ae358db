/* SPDX-License-Identifier: MIT */

/*
 * One address: whose is it, and does that hold still?
 *
 * Three questions, each dearer than the one before: is it in the heap's range at
 * all (a subtraction, and the end of it for nearly every address); does something
 * of this thread, an owning pin or its birth hold it; and what does a walk over all
 * live objects say.  The last one stops the world, and is asked about addresses
 * that are about to be refused.
 *
 * A union may hold an integer that looks like an address of the range; only one
 * that is exactly in a live object is taken for a pointer.  A declared pointer at
 * level 2 may not lead to where an object was, either.
 *
 * Threads: the owner, managed.
 */

#include "check/check.h"

#include "diag/report.h"
#include "heap/birth.h"

hf_status hfi_check_address(hf_thread *thread, uintptr_t address, hfi_certainty certainty,
                            hfi_fault *fault_out)
{
    if (HF_LIKELY(!hfi_heap_contains(thread->parts->heap, address)) ||
        hfi_is_pinned_here(thread, address)) {
        return HF_OK;
    }
    hfi_found found;
    hf_status status = hfi_heap_find(thread, address, &found);
    if (status != HF_OK) {
        return status;
    }
    bool is_pointer = certainty == HFI_GIVEN ||
                      (certainty == HFI_DECLARED && hfi_checks_at_stores(thread->parts));
    bool is_gone = found.object == 0 && is_pointer;
    if (!is_gone && (found.object == 0 || found.is_pinned)) {
        return HF_OK;
    }
    *fault_out = (hfi_fault){ .address = address, .object = found.object };
    return HF_E_POINTER;
}

/* What is known of the object's last loan: "; the fence "f" of it ended (a.c:12)". */
static void add_last_loan(hf_thread *thread, uintptr_t object, hfi_text *text)
{
    hfi_unpin last;
    if (!hfi_unpin_find(thread->parts->fences, object, &last)) {
        return;
    }
    hfi_text_format(text, "; last unpinned: %s", last.what);
    if (last.site.file) {
        hfi_text_format(text, " of %s:%u", last.site.file, (unsigned)last.site.line);
    }
}

hf_status hfi_fault_report(hf_thread *thread, const hfi_fault *fault, const hfi_fault_place *place)
{
    char message[320];
    char object[96];
    hfi_text text = hfi_text_begin(message, sizeof(message));
    bool has_name = place->name && place->name[0];
    hfi_text_add(&text, has_name ? place->name : "the argument");
    hfi_text_add(&text, fault->path);
    if (fault->object) {
        hfi_text_add(&text, " leads into a managed object that is not pinned");
        add_last_loan(thread, fault->object, &text);
    } else {
        hfi_text_add(&text, " leads into the managed heap, to where no object is now");
    }
    hfi_text_end(&text);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_POINTER;
    report.function = place->function;
    report.argument = place->argument;
    hfi_heap *heap = thread->parts->heap;
    if (fault->object) {
        hfi_heap_tell(heap, fault->object, &report, object, sizeof(object));
    } else {
        (void)hfi_heap_tell_gone(heap, fault->address, &report, object, sizeof(object));
    }
    report.site = place->site;
    report.message = message;
    report.remedy = place->remedy ? place->remedy
                                  : "pin it: pass it by HF_LINKED, or hold a fence around the call";
    return hfi_report(thread->parts->reporter, &report);
}
