/* SPDX-License-Identifier: MIT */
/*
 * A runtime with one attached thread, a log of its reports, and a log of what finalizers and
 * release functions did.  For tests about the end of objects.
 */
#ifndef HOLDFAST_TESTS_LIFETIMES_H
#define HOLDFAST_TESTS_LIFETIMES_H

#include "platform/platform.h"

#include <holdfast.h>

#include <stdatomic.h>
#include <stdbool.h>

#define LIFETIMES_REPORTS 32
#define LIFETIMES_EVENTS  512

/** What was reported; texts are copies. */
typedef struct lifetimes_report {
    hf_report_kind kind;
    hf_status status;
    int line;       /* of report.site */
    int other_line; /* of report.other_site */
    char text[512]; /* hf_report_format() */
} lifetimes_report;

typedef struct lifetimes {
    hf_runtime *runtime;
    hf_thread *thread;
    hf_runtime_leaks leaks; /* after lifetimes_end() */
    hfp_mutex lock;         /* guards what follows */
    unsigned report_count;
    lifetimes_report reports[LIFETIMES_REPORTS];
    unsigned event_count;
    uintptr_t events[LIFETIMES_EVENTS]; /* who ended, in order */
} lifetimes;

/** A runtime, with the calling thread attached.  Fails the test if that does not work. */
void lifetimes_begin(lifetimes *all);

/** The same with options of the caller's, but for the hook. */
void lifetimes_begin_with(lifetimes *all, const hf_runtime_options *given);

/** Detaches and destroys; gives what was left. */
void lifetimes_end(lifetimes *all);

/** Collects and waits for the runner. */
void lifetimes_settle(lifetimes *all);

/** Objects that a collection finds alive now. */
uint64_t lifetimes_objects(lifetimes *all);

/** Number of events, or of events with this number. */
unsigned lifetimes_events(lifetimes *all);
unsigned lifetimes_events_of(lifetimes *all, uintptr_t number);

/** The event at a place; 0 if there are not so many. */
uintptr_t lifetimes_event(lifetimes *all, unsigned at);

/** Any thread: `number` ended. */
void lifetimes_note(lifetimes *all, uintptr_t number);

/** Reports so far, and one of them (NULL if there are not so many). */
unsigned lifetimes_reports(lifetimes *all);
const lifetimes_report *lifetimes_report_at(lifetimes *all, unsigned at);

/** True if some report has these words in it. */
bool lifetimes_has_report(lifetimes *all, const char *words);

/** True when every safepoint collects, so that the number of collections means nothing. */
bool lifetimes_is_stress(void);

/** How much to do: 1, or what HF_TEST_EFFORT says. */
unsigned lifetimes_effort(void);

/** What a finalizer of these tests gets: it notes `number`. */
typedef struct lifetimes_ticket {
    lifetimes *all;
    uintptr_t number;
    _Atomic(unsigned) runs;
} lifetimes_ticket;

/** A finalizer: notes the ticket. */
void lifetimes_finalize(hf_thread *runner, hf_ref object, void *ticket);

/** A finalizer's argument that keeps the object alive again: lifetimes_save(). */
typedef struct lifetimes_rescue {
    lifetimes_ticket ticket;
    hf_global *global;
} lifetimes_rescue;

/** A finalizer: stores the object in the rescue's global, and notes its ticket; 666 if it cannot.
 */
void lifetimes_save(hf_thread *runner, hf_ref object, void *rescue);

/** Waits, in native state, until the flag is set. */
void lifetimes_await(hf_thread *thread, _Atomic(bool) *flag);

/* ---- the one that most tests have ---- */

extern lifetimes world;

/** Begins it and ends it; for cmocka. */
int lifetimes_setup(void **state);
int lifetimes_teardown(void **state);

static inline lifetimes_ticket ticket_of(uintptr_t number)
{
    return (lifetimes_ticket){ .all = &world, .number = number };
}

#endif
