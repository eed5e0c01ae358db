/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_SCOPE_SCOPE_H
#define HOLDFAST_SCOPE_SCOPE_H

/* Scopes, as the runtime puts them together and takes them apart. */

#include "base/parts.h"
#include "diag/left.h"

#include <holdfast/scope.h>

typedef struct hfi_scopes hfi_scopes;

HF_MUST_CHECK hf_status hfi_scopes_create(hfi_parts *parts, hfi_scopes **scopes_out);

/** Gives the number of scopes never closed, each reported; frees them, unless `keep`. */
uint64_t hfi_scopes_destroy(hfi_scopes *scopes, bool keep);

/** Takes and gives the module's lock around a fork. */
void hfi_scopes_lock(hfi_scopes *scopes);
void hfi_scopes_unlock(hfi_scopes *scopes);

/** In the child of a fork, lock held: what threads that are not there were closing can be closed by
 * others.  `self` is the thread that forked; NULL if it is not attached. */
void hfi_scopes_fork_child(hfi_scopes *scopes, const hf_thread *self);

/** The scopes that are not closed, at the end of the runtime: the newest hundred.  Any thread. */
void hfi_scopes_each_left(hfi_scopes *scopes, hfi_left_fn fn, void *user);

#endif
