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

/*
 * Not instrumented, and field by field: a sanitizer rightly takes a dead block's memory for
 * poisoned, and that of a thread in native code for its own.
 */
#if defined(__GNUC__)
#define READS_DEAD_STACK __attribute__((no_sanitize_address, no_sanitize_thread))
#else
#define READS_DEAD_STACK
#endif

/*
 * A link is followed only from a record whose seal is right, so it leads to a record or to what has
 * overwritten one; and one that lies elsewhere than on the stack (in a struct of the program's, on
 * a sanitizer's stack) is as good.
 */
READS_DEAD_STACK
bool hfi_record_read(const hf_thread *thread, const hf_record_ *record, hf_record_ *copy_out)
{
    if ((uintptr_t)record % _Alignof(hf_record_) != 0 || !hfi_cookie_is_open(record->cookie) ||
        record->thread != thread) {
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
    /* The records of a thread that a fork lost are copies (thread/fork.c). */
    return thread->is_lost || copy_out->seal == hfi_record_seal(copy_out, record);
}

/* The innermost record on the stack between `lost` and `end`, which lie further out. */
READS_DEAD_STACK
static hf_record_ *find_beyond(const hf_thread *thread, const hf_record_ *lost, uintptr_t end)
{
    hf_record_ copy;
    uintptr_t high = thread->stack_low + thread->stack_size;
    uintptr_t at = (uintptr_t)lost + _Alignof(hf_record_);
    if (at - thread->stack_low > thread->stack_size || thread->stack_size == UINTPTR_MAX) {
        return NULL; /* it lay elsewhere, or nobody knows where the stack ends */
    }
    end = end - at < high - at ? end : high;
    for (; at < end && end - at >= sizeof copy; at += _Alignof(hf_record_)) {
        hf_record_ *record = (hf_record_ *)at; /* NOLINT(performance-no-int-to-ptr) */
        if (hfi_record_read(thread, record, &copy)) {
            return record;
        }
    }
    return NULL;
}

const hf_record_ *hfi_record_next(const hf_thread *thread, const hf_record_ *record,
                                  hf_record_ *copy_out)
{
    while (record && !hfi_record_read(thread, record, copy_out)) {
        record = find_beyond(thread, record, UINTPTR_MAX);
    }
    return record;
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

/* A record that was left open may lie where native code is at work at this moment: its bytes are
 * touched only as long as they say "open". */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
void hfi_record_stood(const hf_record_ *record, uint64_t now)
{
    uint32_t open = HFI_RECORD_OPEN;
    uint32_t aged = HFI_RECORD_AGED | ((uint32_t)now & ~HFI_RECORD_AGED_MASK);
    uint32_t *cookie = (uint32_t *)((uintptr_t)record + offsetof(hf_record_, cookie)); /* NOLINT */
    (void)__atomic_compare_exchange_n(cookie, &open, aged, false, __ATOMIC_RELAXED,
                                      __ATOMIC_RELAXED);
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

/* `outer` is where to go on if the record is overwritten and nothing is found before that. */
static void unwind_innermost(hf_thread *thread, hf_record_ *outer, const char *where)
{
    hf_record_ copy;
    if (!hfi_record_read(thread, thread->records, &copy)) {
        hf_record_ *next = find_beyond(thread, thread->records, (uintptr_t)outer);
        bool is_open = !next && outer && hfi_record_read(thread, outer, &copy);
        thread->records = is_open ? outer : next;
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
    const hf_record_ *at = thread->records;
    while (at && at != outer) {
        at = hfi_record_next(thread, at, &copy);
        at = at && at != outer ? copy.outer : at;
    }
    if (at || !outer || hfi_record_read(thread, outer, &copy)) {
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
        const hf_record_ *at = thread->records;
        while (hfi_record_next(thread, at, &copy)) {
            at = copy.outer;
            count++;
        }
    }
    hfi_world_resume(world, NULL);
    return count;
}
