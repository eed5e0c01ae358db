/* SPDX-License-Identifier: MIT */

/*
 * Delivery of reports.
 *
 * A report reaches the hook in one of two ways.  Where user code may run, it goes
 * there at once.  Where it may not, because the world is stopped or a lock is
 * held, it is copied into a ring of fixed size and goes out at the next flush.
 * The ring takes the first reports of a burst and counts the others: the first
 * one is the cause more often than the last.
 *
 * Invariants: the hook never runs with `lock` held, and nothing else is called
 * with it held; so the lock is a leaf of every lock order, and a hook may raise,
 * defer and flush.  A flush delivers each report once, whoever flushes beside it.
 *
 * Threads: any, attached or not.  Reports that one thread defers come out in
 * their order; a report raised at once may overtake one that waits.
 */

#include "diag/report.h"

#include "base/verify.h"

#include <stdarg.h>
#include <string.h>

#define REPORTER_SIG    0x52505254u /* "RPRT" */
#define REPORT_TEXT_MAX 2048        /* what standard error gets of one report */
#define MESSAGE_MAX     512

_Static_assert(HF_REPORT_WARNING + 1 == HFI_REPORT_KINDS, "one counter for each kind");

void hfi_reporter_init(hfi_reporter *reporter, hf_report_fn hook, void *user, bool abort_on_misuse)
{
    memset(reporter, 0, sizeof *reporter);
    reporter->hook = hook;
    reporter->user = user;
    reporter->abort_on_misuse = abort_on_misuse;
    hfp_mutex_init(&reporter->lock);
    reporter->sig = REPORTER_SIG;
}

void hfi_reporter_finish(hfi_reporter *reporter)
{
    HF_VERIFY(reporter->sig == REPORTER_SIG);
    hfi_report_flush(reporter);
    reporter->sig = 0;
    hfp_mutex_finish(&reporter->lock);
}

static void write_to_stderr(const hf_report *report)
{
    char text[REPORT_TEXT_MAX];
    bool is_cut = hf_report_format(report, text, sizeof text) >= sizeof text;
    size_t length = strlen(text);
    if (is_cut && length != 0) {
        text[length - 1] = '\n'; /* the last line is still a line */
    }
    hfp_write_stderr(text, length); /* one write, so that two threads do not mix lines */
}

/** Hands a report out, without counting it; the hook may spoil the native error values. */
static void deliver(const hfi_reporter *reporter, const hf_report *report)
{
    if (reporter && reporter->hook) {
        reporter->hook(report, reporter->user);
    } else {
        write_to_stderr(report);
    }
    if (reporter && reporter->abort_on_misuse && report->kind == HF_REPORT_MISUSE) {
        hfp_abort();
    }
}

static void count_report(hfi_reporter *reporter, hf_report_kind kind)
{
    HF_VERIFY((unsigned)kind < HFI_REPORT_KINDS);
    if (reporter) {
        HF_VERIFY(reporter->sig == REPORTER_SIG);
        atomic_fetch_add_explicit(&reporter->raised[kind], 1, memory_order_relaxed);
    }
}

hf_status hfi_report(hfi_reporter *reporter, const hf_report *report)
{
    hfp_native_error saved = hfp_native_error_save();
    hf_report copy = *report;
    copy.struct_size = (uint32_t)sizeof copy;
    count_report(reporter, copy.kind);
    deliver(reporter, &copy);
    hfp_native_error_restore(saved);
    return copy.status;
}

hf_status hfi_misuse(hfi_reporter *reporter, hf_status status, const char *function,
                     const char *argument, hf_site site, const char *remedy, const char *format,
                     ...)
{
    char message[MESSAGE_MAX];
    hfi_text text = hfi_text_begin(message, sizeof message);
    va_list args;
    va_start(args, format);
    hfi_text_vformat(&text, format, args);
    va_end(args);
    hfi_text_end(&text);

    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = status;
    report.function = function;
    report.argument = argument;
    report.site = site;
    report.message = message;
    report.remedy = remedy;
    return hfi_report(reporter, &report);
}

/* ---- deferred reports ---- */

/** Copies a text, cut to fit; what stands for it afterwards is the copy, or NULL for NULL. */
static const char *copy_text(char *to, size_t size, const char *from)
{
    if (!from) {
        return NULL;
    }
    hfi_text text = hfi_text_begin(to, size);
    hfi_text_add(&text, from);
    hfi_text_end(&text);
    return to;
}

/* The files of the sites are static by contract (holdfast/export.h), so they are not copied. */
static void copy_report(hfi_deferred_report *to, const hf_report *from)
{
    to->report = *from;
    to->report.struct_size = (uint32_t)sizeof to->report;
    to->report.function = copy_text(to->function, sizeof to->function, from->function);
    to->report.argument = copy_text(to->argument, sizeof to->argument, from->argument);
    to->report.object = copy_text(to->object, sizeof to->object, from->object);
    to->report.message = copy_text(to->message, sizeof to->message, from->message);
    to->report.remedy = copy_text(to->remedy, sizeof to->remedy, from->remedy);
}

void hfi_report_defer(hfi_reporter *reporter, const hf_report *report)
{
    if (!reporter) {
        (void)hfi_report(NULL, report); /* standard error is no user code, so it need not wait */
        return;
    }
    hfp_native_error saved = hfp_native_error_save();
    count_report(reporter, report->kind);
    hfp_mutex_lock(&reporter->lock);
    if (reporter->count < HFI_DEFERRED_MAX) {
        uint32_t place = (reporter->first + reporter->count) % HFI_DEFERRED_MAX;
        copy_report(&reporter->ring[place], report);
        reporter->count++;
    } else {
        reporter->lost++;
    }
    atomic_store_explicit(&reporter->waiting, reporter->count, memory_order_relaxed);
    hfp_mutex_unlock(&reporter->lock);
    hfp_native_error_restore(saved);
}

/** Takes the oldest report out, into memory of the caller; false if there is none. */
static bool take_oldest(hfi_reporter *reporter, hfi_deferred_report *to)
{
    hfp_mutex_lock(&reporter->lock);
    bool found = reporter->count != 0;
    if (found) {
        copy_report(to, &reporter->ring[reporter->first].report);
        reporter->first = (reporter->first + 1) % HFI_DEFERRED_MAX;
        reporter->count--;
    }
    atomic_store_explicit(&reporter->waiting, reporter->count, memory_order_relaxed);
    hfp_mutex_unlock(&reporter->lock);
    return found;
}

static uint64_t take_lost(hfi_reporter *reporter)
{
    hfp_mutex_lock(&reporter->lock);
    uint64_t lost = reporter->lost;
    reporter->lost = 0;
    hfp_mutex_unlock(&reporter->lock);
    return lost;
}

static void report_lost(hfi_reporter *reporter, uint64_t lost)
{
    char message[MESSAGE_MAX];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "%llu more reports came while the world was stopped and were lost",
                    (unsigned long long)lost);
    hfi_text_end(&text);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.message = message;
    report.remedy = "repair what the reports before this one say";
    (void)hfi_report(reporter, &report);
}

void hfi_report_flush(hfi_reporter *reporter)
{
    /* Every safe point asks.  Who deferred on this thread, or stopped this one, is seen; a report
     * of another thread may wait for the next flush, so no order is needed. */
    if (!reporter || atomic_load_explicit(&reporter->waiting, memory_order_relaxed) == 0) {
        return;
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_deferred_report oldest;
    /* No more than a ring at once: a hook that defers would otherwise hold this thread for ever. */
    for (int i = 0; i < HFI_DEFERRED_MAX && take_oldest(reporter, &oldest); i++) {
        deliver(reporter, &oldest.report);
    }
    uint64_t lost = take_lost(reporter);
    if (lost != 0) {
        report_lost(reporter, lost);
    }
    hfp_native_error_restore(saved);
}

uint64_t hfi_report_count(hfi_reporter *reporter, hf_report_kind kind)
{
    HF_VERIFY((unsigned)kind < HFI_REPORT_KINDS);
    return atomic_load_explicit(&reporter->raised[kind], memory_order_relaxed);
}

void hfi_reporter_lock(hfi_reporter *reporter)
{
    hfp_mutex_lock(&reporter->lock);
}

void hfi_reporter_unlock(hfi_reporter *reporter)
{
    hfp_mutex_unlock(&reporter->lock);
}
