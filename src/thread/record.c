/* SPDX-License-Identifier: MIT */

/*
 * Records that were left without their end.
 *
 * Stacks grow down: an open record's address is higher than that of any record
 * pushed inside it.  One at or below the address of a new record belongs to a
 * block that is over.
 */

#include "thread/record.h"

#include "diag/report.h"

/* How long a thread may take to a safepoint before hfi_records_open() goes without it. */
#define STOP_WAIT_NS UINT64_C(1000000000)

/* Not instrumented, and field by field: a sanitizer rightly takes a dead block's memory for
 * poisoned. */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
bool hfi_record_read(const hf_thread *thread, const hf_record_ *record, hf_record_ *copy_out)
{
    if (record->cookie != HFI_RECORD_OPEN || record->thread != thread) {
        return false;
    }
    copy_out->outer = record->outer;
    copy_out->thread = record->thread;
    copy_out->site.file = record->site.file;
    copy_out->site.line = record->site.line;
    copy_out->what = record->what;
    copy_out->pins = record->pins;
    copy_out->keeps = record->keeps;
    copy_out->cookie = record->cookie;
    copy_out->objects = record->objects;
    copy_out->slots = record->slots;
    copy_out->abandon = record->abandon;
    return true;
}

static void report_left_open(hf_thread *thread, const hf_record_ *record, const char *where)
{
    hf_report report = { .struct_size = (uint32_t)sizeof report,
                         .kind = HF_REPORT_MISUSE,
                         .status = HF_E_MISUSE,
                         .function = where,
                         .argument = record->what,
                         .site = record->site,
                         .message = "the block of this fence was left without hf_fence_end()",
                         .remedy = "use HF_FENCE, or end the fence on every way out" };
    hfi_report(thread->parts->reporter, &report);
}

static void unwind_innermost(hf_thread *thread, const char *where)
{
    hf_record_ copy;
    if (!hfi_record_read(thread, thread->records, &copy)) {
        /* What lay further out and inside the innermost frame is lost with it. */
        thread->records = thread->frames ? thread->frames->records_ : NULL;
        (void)hfi_misuse(thread->parts->reporter, HF_E_MISUSE, where, NULL, HF_SITE,
                         "use HF_FENCE, or end the fence on every way out",
                         "a fence was left without hf_fence_end() and is overwritten");
        return;
    }
    if (copy.abandon) {
        copy.abandon(thread->records);
    }
    thread->records = copy.outer;
    report_left_open(thread, &copy, where);
}

void hfi_records_unwind(hf_thread *thread, hf_record_ *outer, const char *where)
{
    while (thread->records && thread->records != outer) {
        unwind_innermost(thread, where);
    }
}

void hfi_records_drop_stale(hf_thread *thread, const hf_record_ *fresh, const char *where)
{
    while (thread->records && (uintptr_t)thread->records <= (uintptr_t)fresh) {
        unwind_innermost(thread, where);
    }
}

uint64_t hfi_records_open(hfi_world *world)
{
    uint64_t count = 0;
    hf_record_ copy;
    if (!hfi_world_stop_within(world, NULL, STOP_WAIT_NS)) {
        return 0;
    }
    for (hf_thread *thread = hfi_world_threads(world); thread; thread = thread->next) {
        for (hf_record_ *at = thread->records; at && hfi_record_read(thread, at, &copy);
             at = copy.outer) {
            count++;
        }
    }
    hfi_world_resume(world, NULL);
    return count;
}
