/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DIAG_LEFT_H
#define HOLDFAST_DIAG_LEFT_H

/*
 * What was left behind, one thing at a time: how the modules tell the runtime's leak report.
 *
 * A module's visitor calls the function without a lock held, with a struct of its own whose texts
 * are borrowed for the call.  It reports nothing itself.
 */

#include <holdfast/export.h>

#include <stdint.h>

typedef struct hfi_left {
    const char *kind;   /* "pin", "fence", "call", "pin set", "handle", "scope" ... */
    char object[96];    /* type and size, or name */
    uintptr_t address;  /* of the managed object, for a path to it; not to be kept; 0: none */
    hf_site site;       /* where it was begun; file NULL: not known */
    hf_site other_site; /* where the object was made; file NULL: not known */
    const char *why;    /* in one sentence; static */
} hfi_left;

typedef void (*hfi_left_fn)(const hfi_left *left, void *user);

#endif
