/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNTIME_INSIDE_H
#define HOLDFAST_RUNTIME_INSIDE_H

/* What the files of this module share. */

#include "base/parts.h"
#include "diag/report.h"

struct hf_runtime {
    hfi_parts parts; /* first: hfi_parts_of() */
    hfi_reporter reporter;
    hf_runtime *next;      /* the list of fork.c, under its lock */
    hf_runtime *next_kept; /* those that ended with something left behind; written once */
};

/** Adds a complete runtime to those that a fork takes.  HF_E_NOMEM, HF_E_LIMIT. */
HF_MUST_CHECK hf_status hfi_fork_watch(hf_runtime *runtime);

/** Takes it out, if it is there. */
void hfi_fork_forget(hf_runtime *runtime);

#endif
