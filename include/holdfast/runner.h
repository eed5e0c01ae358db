/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RUNNER_H
#define HOLDFAST_RUNNER_H

/*
 * The runner: the thread that finalizers, cleanups and the leak policies of
 * resources run on, one after another; never one that allocates or collects.  It
 * starts when first needed, once, and sleeps in native state.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stdint.h>

HF_BEGIN_DECLS

/**
 * Waits until the runner has run all that was queued when this began.
 *
 * @param timeout_ns  how long to wait at most; UINT64_MAX: for ever.
 * @return HF_OK; HF_E_TIMEOUT; HF_E_NULL; HF_E_DETACHED; HF_E_MISUSE on the runner itself;
 *         HF_E_SHUTDOWN when the runtime has ended the runner.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state; waits in native state.
 * @par GC          May park.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_runner_drain(hf_thread *thread, uint64_t timeout_ns) HF_MAY_GC;

HF_END_DECLS

#endif
