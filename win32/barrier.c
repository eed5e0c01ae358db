/* SPDX-License-Identifier: MIT */

/*
 * The process-wide barrier.
 *
 * Call: FlushProcessWriteBuffers (Vista).  It interrupts each processor that
 * runs a thread of this process.  Under wine it does nothing (features.c).
 */

#include "win.h"

#include "base/alloc.h"

hf_status hfp_barrier_process(void)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("barrier process") || !hfp_features_get()->has_process_barrier) {
        return HF_E_UNSUPPORTED;
    }
    FlushProcessWriteBuffers();
    return HF_OK;
}
