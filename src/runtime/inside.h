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

typedef struct hfi_listing {
    hf_leftover_fn give; /* NULL: nobody */
    void *user;
} hfi_listing;

/** Gives one thing on; an hfi_left_fn, `listing` is a hfi_listing. */
void hfi_listing_give(const hfi_left *left, void *listing);

/** What is listed before a phase changes it, and at the very end. */
void hfi_list_calls(hfi_parts *parts, hfi_listing *listing);
void hfi_list_resources(hfi_parts *parts, hfi_listing *listing);
/** On a managed thread, which looks for paths; NULL: there is none. */
void hfi_list_armed(hfi_parts *parts, hfi_listing *listing, hf_thread *thread, bool is_skipped);
void hfi_list_rest(hfi_parts *parts, hfi_listing *listing);

#endif
