/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DIAG_H
#define HOLDFAST_DIAG_H

/*
 * Reports: what Holdfast has to say to the people who wrote the program.
 *
 * A status tells the program that something failed; a report tells its authors
 * what to repair: which function, which argument, which object, where it was
 * used and where it was made.  A runtime is given a hook for them when it is
 * created; without one they are written to standard error.
 *
 *     static void show(const hf_report *report, void *user)
 *     {
 *         char text[1024];
 *         hf_report_format(report, text, sizeof text);
 *         log_line(user, text);
 *     }
 *
 * A hook may come on any thread of the program, and on several at once.  It is
 * called with no lock of Holdfast held.  It may call hf_* as the function that it
 * interrupts might, but what it raises itself comes to it again.
 *
 * Not for errors of native functions: those are data in the result of the call.
 */

#include "export.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum hf_report_kind {
    HF_REPORT_MISUSE,  /* the caller broke the contract of a function */
    HF_REPORT_LEAK,    /* something was not given back */
    HF_REPORT_WARNING, /* nothing is wrong yet */
} hf_report_kind;

/**
 * One report.  Any text may be NULL, and any site may have a NULL file, where it
 * does not apply.  Fields are only ever appended; `struct_size` tells which are there.
 */
typedef struct hf_report {
    uint32_t struct_size;
    hf_report_kind kind;
    hf_status status;     /* what the function returns for it; HF_OK if it returns nothing */
    const char *function; /* the function that was called */
    const char *argument; /* its argument that is wrong */
    const char *object;   /* the object concerned: type, size, name */
    hf_site site;         /* where it happened */
    hf_site other_site;   /* where the object was made */
    const char *message;  /* what is wrong, in one sentence */
    const char *remedy;   /* what to do about it, in one line */
} hf_report;

#define HF_REPORT_INIT                                                                             \
    {                                                                                              \
        .struct_size = (uint32_t)sizeof(hf_report)                                                 \
    }

/** Receives a report.  The report and its texts are borrowed for the call. */
typedef void (*hf_report_fn)(const hf_report *report, void *user);

HF_BEGIN_DECLS

/**
 * Writes a report as text: one line that says what is wrong, then an indented
 * line for each fact that is known, each ended by a line feed.
 *
 *     holdfast: misuse in hf_fence_end: the fence has ended already (HF_E_MISUSE)
 *       argument: fence
 *       object: bytes, 64 bytes
 *       at: demo.c:31
 *       made at: demo.c:12
 *       remedy: end a fence once; HF_FENCE does it at the end of the block
 *
 * The labels and their order are stable.  Control characters in the texts become
 * spaces, so that a line is a line whatever an object is called.
 *
 * @param report  the report; its `struct_size` decides which fields are read.
 * @param buffer  receives the text, always terminated and never cut inside a
 *                UTF-8 character; NULL only with a size of 0.
 * @param size    room there, in bytes; 1024 is enough for most.
 * @return length of the whole text in bytes without the terminator, also when
 *         `buffer` has no room for it; 0 if `report` is NULL or too short to be one.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not; async-safe.
 * @par GC          None.
 * @par Last-error  Preserved.
 * @since 0.1
 */
HF_API size_t hf_report_format(const hf_report *report, char *buffer, size_t size);

HF_END_DECLS

#endif
