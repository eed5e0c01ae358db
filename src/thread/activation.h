/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_THREAD_ACTIVATION_H
#define HOLDFAST_THREAD_ACTIVATION_H

/*
 * Runs of callbacks, as the floors below them see them: enough to tell that
 * something jumped over one.
 *
 * A run's frames lie below the stack address at which it was entered.  Whoever is
 * called at or above that address while the run is linked knows that it was left
 * without its end: by longjmp(), an exception, a switch of fibers.  Activations
 * themselves lie off the stack, so nothing overwrites them.
 */

#include "thread/thread.h"

typedef struct hfi_activation {
    struct hfi_activation *outer; /* the run around it in this thread */
    uintptr_t stack;              /* where it was entered; all of it lies below */
} hfi_activation;

/** True if the innermost run was left: it cannot be under way at the stack address `here`. */
static inline bool hfi_is_jumped(const hf_thread *thread, uintptr_t here)
{
    return thread->activations && thread->activations->stack <= here;
}

/** Ends and reports each run that was left; `where` is who found it.  By the owner, managed or
 * native, and managed afterwards. */
void hfi_jumped(hf_thread *thread, uintptr_t here, const char *where);

/** hfi_leave() behind foreign code that the library itself has run and that has no result: reports
 * what callbacks under it have left, so that no later call takes it for its own. */
void hfi_leave_unheard(hf_thread *thread, const char *where);

#endif
