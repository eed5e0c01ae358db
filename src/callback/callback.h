/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALLBACK_CALLBACK_H
#define HOLDFAST_CALLBACK_CALLBACK_H

/* Callbacks, as the runtime puts them together and takes them apart. */

#include "base/parts.h"

#include <holdfast/callback.h>
#include <holdfast/status.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct hfi_callbacks hfi_callbacks;

/** Sets parts->callback_hooks and the world's hooks.  Before the first attach. */
HF_MUST_CHECK hf_status hfi_callbacks_create(hfi_parts *parts, hfi_callbacks **callbacks_out);

/** Forgets the threads that callbacks attached, when runs on them are over, which is waited for
 * within a bound.  is_stopping is set, so none comes back. */
void hfi_callbacks_drop_visitors(hfi_callbacks *callbacks);

/**
 * Ends every callback of a runtime that stops: from here on their addresses answer by themselves.
 * Gives the number of registered callbacks never destroyed, each reported.
 */
uint64_t hfi_callbacks_stop(hfi_callbacks *callbacks);

/** True if a run is still under way, so that the runtime cannot go. */
bool hfi_callbacks_are_busy(const hfi_callbacks *callbacks);

/** After hfi_callbacks_stop(). */
void hfi_callbacks_destroy(hfi_callbacks *callbacks);

/* ---- for scopes ---- */

/** Says that a scope destroys a registered callback, and nobody else, or that none does any more.
 * False if that is so already, and for one that is not of this runtime or not alive. */
bool hfi_callback_set_scoped(const hfi_parts *parts, hf_callback *callback, bool is_scoped);

/** Runs under way on all threads.  Any thread. */
uint32_t hfi_callback_runs(hf_callback *callback);

/** True if one of them is on `thread`.  By the owner, or with the world stopped. */
bool hfi_callback_runs_on(const hf_callback *callback, const hf_thread *thread);

/** Where it was made, and what it is called in reports. */
hf_site hfi_callback_site(const hf_callback *callback);
const char *hfi_callback_name(const hf_callback *callback);

/** Takes and gives the lock of all callbacks of the process around a fork; a leaf but for the
 * memory of closures. */
void hfi_callbacks_lock(void);
void hfi_callbacks_unlock(void);

/** In the child of a fork, with the lock: forgets the runs of threads that are gone. */
void hfi_callbacks_fork_child(hfi_callbacks *callbacks);

#endif
