/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNTIME_INSIDE_H
#define HOLDFAST_RUNTIME_INSIDE_H

/* What the files of this module share. */

#include "base/parts.h"
#include "diag/left.h"
#include "diag/report.h"

/** A function of hf_runtime_at_stop(). */
typedef struct hfi_stop_hook {
    struct hfi_stop_hook *next;
    hf_at_stop_fn run;
    void *user;
} hfi_stop_hook;

struct hf_runtime {
    hfi_parts parts; /* first: hfi_parts_of() */
    hfi_reporter reporter;
    hf_runtime *next;      /* the list of fork.c, under its lock */
    hf_runtime *next_kept; /* those that ended with something left behind; written once */
    hfp_mutex hooks_lock;  /* a leaf: nothing is called with it held */
    hfi_stop_hook *hooks;  /* hooks_lock; the last one first */
    bool hooks_are_over;   /* hooks_lock */
    _Atomic(bool) is_ending;
};

/** Adds a complete runtime to those that a fork takes.  HF_E_NOMEM, HF_E_LIMIT. */
HF_MUST_CHECK hf_status hfi_fork_watch(hf_runtime *runtime);

/** Takes it out, if it is there. */
void hfi_fork_forget(hf_runtime *runtime);

/** Takes the parts apart that were made, and fills in what they leave.  What others may still use
 * is left where it is; with `keep_all` that is all of it. */
void hfi_runtime_destroy_parts(hfi_parts *parts, hf_runtime_leaks *leaks, bool keep_all);

/* ---- at_stop.c ---- */

/** Takes the next hook out; false: there is none, and from now on none is taken. */
bool hfi_stop_hook_take(hf_runtime *runtime, hfi_stop_hook *hook_out);

/** Around a fork. */
void hfi_stop_hooks_lock(hf_runtime *runtime);
void hfi_stop_hooks_unlock(hf_runtime *runtime);

/* ---- left.c: who gets the list of what is left ---- */

/*
 * Most modules report what they have left, each thing by itself.  What no module reports (calls,
 * globals, functions, resources that are kept, runs that the runner did not come to) is told in one
 * report, with the first of it as an example.  Finalizers of objects that live to the end are in
 * the list and in the counts alone: that they do not run is the rule, and a program may leave many
 * and mean to.
 */
typedef struct hfi_listing {
    hf_leftover_fn give; /* NULL: nobody */
    void *user;
    uint64_t untold;   /* things that no module reports */
    char example[400]; /* the first of them, as hf_leftover_format() has it */
    bool are_kept;     /* the resources, while they are listed */
} hfi_listing;

/** Gives one thing on; an hfi_left_fn, `listing` is a hfi_listing. */
void hfi_listing_give(const hfi_left *left, void *listing);

/** The same for what its module does not report. */
void hfi_listing_give_untold(const hfi_left *left, void *listing);

/** The report about those. */
void hfi_listing_report(hfi_parts *parts, const hfi_listing *listing);

/** What is listed before a phase changes it, and at the very end. */
void hfi_list_calls(hfi_parts *parts, hfi_listing *listing);
/** `are_kept`: the end leaves them alone, because somebody may be at work with them. */
void hfi_list_resources(hfi_parts *parts, hfi_listing *listing, bool are_kept);
typedef struct hfi_armed_listing {
    hfi_listing *listing;
    hf_thread *thread; /* managed; NULL: there is none */
    bool is_skipped;   /* nobody has tried to run them */
    bool may_stop;     /* the world, to look for the reason */
} hfi_armed_listing;

/** What waits for the runner, whose number is given, and then what is armed. */
uint64_t hfi_list_armed(hfi_parts *parts, hfi_armed_listing *listing);
void hfi_list_rest(hfi_parts *parts, hfi_listing *listing);

#endif
