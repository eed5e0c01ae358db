/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DIAG_REPORT_H
#define HOLDFAST_DIAG_REPORT_H

/*
 * How the parts of the library raise reports.
 *
 *     return hfi_misuse(&runtime->reporter, HF_E_MISUSE, "hf_fence_end", "fence", fence->site,
 *                       "end a fence once", "the fence has ended already");
 *
 * Every function here takes a NULL reporter where there is no runtime to ask: such
 * a report goes to standard error, is not counted and never ends the process.
 */

#include "diag/text.h"
#include "platform/platform.h"

#include <holdfast/diag.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define HFI_DEFERRED_MAX 16
#define HFI_REPORT_KINDS 3

/** A report with its texts; the pointers of `report` are made anew when it is taken out. */
typedef struct hfi_deferred_report {
    hf_report report;
    char function[64];
    char argument[64];
    char object[96];
    char message[192];
    char remedy[160];
} hfi_deferred_report;

typedef struct hfi_reporter {
    uint32_t sig;
    bool abort_on_misuse; /* constant after init, as are hook and user */
    hf_report_fn hook;    /* NULL: standard error */
    void *user;
    _Atomic(uint64_t) raised[HFI_REPORT_KINDS]; /* relaxed: nothing is published through them */
    _Atomic(uint32_t) waiting;                  /* written with the lock held; read without */
    hfp_mutex lock;                             /* a leaf: nothing is called with it held */
    uint32_t first;                             /* lock; the oldest of the ring */
    uint32_t count;                             /* lock; reports in the ring */
    uint64_t lost;                              /* lock; since the last flush */
    hfi_deferred_report ring[HFI_DEFERRED_MAX]; /* lock */
} hfi_reporter;

/** Makes a reporter in the caller's memory.  Cannot fail. */
void hfi_reporter_init(hfi_reporter *reporter, hf_report_fn hook, void *user, bool abort_on_misuse);

/** Delivers what waits and ends the reporter.  No other thread uses it any more. */
void hfi_reporter_finish(hfi_reporter *reporter);

/**
 * Delivers a report on this thread and gives its status back; ends the process after a misuse if so
 * configured.  Never with the world stopped or an internal lock held: the hook is user code.
 * Preserves the native error values, also against the hook.
 */
hf_status hfi_report(hfi_reporter *reporter, const hf_report *report);

/**
 * Keeps a copy for the next hfi_report_flush(): for use with the world stopped or a lock held.  No
 * allocation, no user code; long texts are cut, and what finds the ring full is counted as lost.
 */
void hfi_report_defer(hfi_reporter *reporter, const hf_report *report);

/** Delivers what was deferred, oldest first, and says how many were lost.  As hfi_report(). */
void hfi_report_flush(hfi_reporter *reporter);

/** Raises a misuse whose message is made by hfi_text_format(); gives `status` back. */
hf_status hfi_misuse(hfi_reporter *reporter, hf_status status, const char *function,
                     const char *argument, hf_site site, const char *remedy, const char *format,
                     ...) HFI_FORMAT(7, 8);

/** Reports of this kind raised so far, delivered, waiting or lost. */
uint64_t hfi_report_count(hfi_reporter *reporter, hf_report_kind kind);

/** Takes and gives the reporter's lock around a fork, in the parent and in the child. */
void hfi_reporter_lock(hfi_reporter *reporter);
void hfi_reporter_unlock(hfi_reporter *reporter);

/** The file of a site for a message: never NULL. */
static inline const char *hfi_site_file(hf_site site)
{
    return site.file ? site.file : "?";
}

#endif
