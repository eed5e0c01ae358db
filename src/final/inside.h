/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINAL_INSIDE_H
#define HOLDFAST_FINAL_INSIDE_H

/*
 * What the files of this module share.
 *
 * The lock is held by managed threads alone, for a short stretch without a
 * safepoint.  So while the world is stopped nobody is inside: who holds it is
 * managed and not yet stopped, who waits for it waits for such a one.  The
 * collector therefore goes without it.
 */

#include "final/final.h"
#include "final/table.h"
#include "platform/platform.h"

struct hfi_final {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hfi_table table; /* lock; armed finalizers */
};

/** World stopped: queues the dead that nothing dead reaches. */
void hfi_finalizers_after_mark(hfi_final *final, hfi_tracer *tracer);

/** World stopped: follows the armed objects that moved. */
void hfi_finalizers_clear_dead(hfi_final *final, hfi_tracer *tracer);

#endif
