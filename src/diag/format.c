/* SPDX-License-Identifier: MIT */

/*
 * A report as text.  People read it in a terminal and tools match it, so the
 * labels and their order are part of the interface; tests compare whole texts.
 *
 * Threads: any; no state, no allocation, no system call.
 */

#include <holdfast/diag.h>

#include "diag/text.h"

#include <stdbool.h>
#include <string.h>

static const char *kind_text(hf_report_kind kind)
{
    switch (kind) {
    case HF_REPORT_MISUSE:
        return "misuse";
    case HF_REPORT_LEAK:
        return "leak";
    case HF_REPORT_WARNING:
        return "warning";
    }
    return "report";
}

/** The fields that the report has; the others are zero.  False if it cannot be a report. */
static bool take_known_fields(const hf_report *report, hf_report *known)
{
    if (!report || report->struct_size < offsetof(hf_report, function)) {
        return false;
    }
    size_t size = report->struct_size;
    *known = (hf_report){ 0 };
    memcpy(known, report, size < sizeof *known ? size : sizeof *known);
    return true;
}

static void add_fact(hfi_text *text, const char *label, const char *fact)
{
    if (fact) {
        hfi_text_format(text, "  %s: ", label);
        hfi_text_add_line(text, fact);
        hfi_text_add(text, "\n");
    }
}

static void add_site(hfi_text *text, const char *label, hf_site site)
{
    if (site.file) {
        hfi_text_format(text, "  %s: ", label);
        hfi_text_add_line(text, site.file);
        hfi_text_format(text, ":%d\n", site.line);
    }
}

size_t hf_report_format(const hf_report *report, char *buffer, size_t size)
{
    hfi_text text = hfi_text_begin(buffer, size);
    hf_report known;
    if (!take_known_fields(report, &known)) {
        return hfi_text_end(&text);
    }
    hfi_text_format(&text, "holdfast: %s", kind_text(known.kind));
    if (known.function) {
        hfi_text_add(&text, " in ");
        hfi_text_add_line(&text, known.function);
    }
    hfi_text_add(&text, ": ");
    hfi_text_add_line(&text, known.message ? known.message : hf_status_text(known.status));
    if (known.status != HF_OK) {
        hfi_text_format(&text, " (%s)", hf_status_name(known.status));
    }
    hfi_text_add(&text, "\n");
    add_fact(&text, "argument", known.argument);
    add_fact(&text, "object", known.object);
    add_site(&text, "at", known.site);
    add_site(&text, "made at", known.other_site);
    add_fact(&text, "remedy", known.remedy);
    return hfi_text_end(&text);
}
