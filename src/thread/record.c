/* SPDX-License-Identifier: MIT */

/*
 * Records that were left without their end.
 *
 * Stacks grow down: a record below the frame of the function that begins a new
 * one belongs to a function that is over, and one that shares memory with the new
 * one to a block that is.  Of two in one function nothing can be said: a compiler
 * lays them out as it likes.
 */

#include "thread/record.h"

#include "diag/report.h"

/* How long a thread may take to a safepoint before hfi_records_open() goes without it. */
#define STOP_WAIT_NS UINT64_C(1000000000)

/* A link that was overwritten may be anything.  The records of a thread that a fork lost are not on
 * its stack any more (thread/fork.c). */
static bool may_be_record(const hf_thread *thread, const hf_record_ *record)
{
    return thread->is_lost || ((uintptr_t)record - thread->stack_low <= thread->stack_size &&
                               (uintptr_t)record % _Alignof(hf_record_) == 0);
}

/* Not instrumented, and field by field: a sanitizer rightly takes a dead block's memory for
 * poisoned. */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
bool hfi_record_read(const hf_thread *thread, const hf_record_ *record, hf_record_ *copy_out)
{
    if (!may_be_record(thread, record) || record->cookie != HFI_RECORD_OPEN ||
        record->thread != thread || (record->outer && !may_be_record(thread, record->outer))) {
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
    copy_out->seal = record->seal;
    return thread->is_lost || copy_out->seal == hfi_record_seal(copy_out);
}

/* So that an end that comes late finds it ended.  The memory may be another's by now, but for these
 * bytes nobody else has a use as long as they say "open". */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
static void
close_record(hf_record_ *record)
{
    record->cookie = HFI_RECORD_ENDED;
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

/* `outer` is where to go on if the record is overwritten. */
static void unwind_innermost(hf_thread *thread, hf_record_ *outer, const char *where)
{
    hf_record_ copy;
    if (!hfi_record_read(thread, thread->records, &copy)) {
        thread->records = outer;
        (void)hfi_misuse(thread->parts->reporter, HF_E_MISUSE, where, NULL, HF_SITE,
                         "use HF_FENCE, or end the fence on every way out",
                         "a fence was left without hf_fence_end() and is overwritten");
        return;
    }
    if (copy.abandon) {
        copy.abandon(thread->records);
    }
    close_record(thread->records);
    thread->records = copy.outer;
    report_left_open(thread, &copy, where);
}

void hfi_records_unwind(hf_thread *thread, hf_record_ *outer, const char *where)
{
    while (thread->records && thread->records != outer) {
        unwind_innermost(thread, outer, where);
    }
}

/* A fence may end inside a frame that was begun inside it: what is left then lies further out. */
void hfi_records_unwind_to(hf_thread *thread, hf_record_ *outer, const char *where)
{
    hf_record_ copy;
    hf_record_ *at = thread->records;
    while (at && at != outer) {
        if (!hfi_record_read(thread, at, &copy)) {
            break;
        }
        at = copy.outer;
    }
    if (at || !outer) {
        hfi_records_unwind(thread, outer, where);
    }
}

static bool is_stale(const hf_thread *thread, const hf_record_ *fresh, uintptr_t caller)
{
    uintptr_t at = (uintptr_t)thread->records;
    bool shares = at - (uintptr_t)fresh < sizeof *fresh || (uintptr_t)fresh - at < sizeof *fresh;
    return hfi_is_left_on_stack(thread, at, caller) || shares;
}

/* What was open when the innermost frame began, if that is not what is lost: what lay between is
 * lost with it. */
static hf_record_ *outside_frame(const hf_thread *thread)
{
    hf_record_ *outer = thread->frames ? thread->frames->records_ : NULL;
    return (uintptr_t)outer > (uintptr_t)thread->records ? outer : NULL;
}

void hfi_records_drop_stale(hf_thread *thread, const hf_record_ *fresh, uintptr_t caller,
                            const char *where)
{
    while (thread->records && is_stale(thread, fresh, caller)) {
        unwind_innermost(thread, outside_frame(thread), where);
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
