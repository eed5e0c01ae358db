/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FENCE_FENCE_H
#define HOLDFAST_FENCE_FENCE_H

/*
 * Records: what fences and calls link into their thread, so that the collector
 * finds what is pinned and kept (DESIGN: call pins and fences are the same thing).
 */

#include "heap/heap.h"
#include "thread/thread.h"

#include <holdfast/fence.h>

#define HFI_RECORD_OPEN 0x4f50454eu  /* "OPEN" */
#define HFI_RECORD_ENDED 0x454e4445u /* "ENDE" */

/**
 * Links a record whose objects are filled in.  The record must be deeper in the
 * stack than the innermost one; one that is not was left without its end, and is
 * unlinked and reported here.
 */
void hfi_record_push_slow(hf_thread *thread, hf_record_ *record);

static inline void hfi_record_push(hf_thread *thread, hf_record_ *record)
{
    record->cookie = HFI_RECORD_OPEN;
    record->thread = thread;
    if (HF_UNLIKELY(thread->records && (uintptr_t)thread->records <= (uintptr_t)record)) {
        hfi_record_push_slow(thread, record);
        return;
    }
    record->outer = thread->records;
    thread->records = record;
}

/** Unlinks the innermost record. */
static inline void hfi_record_pop(hf_record_ *record)
{
    HF_ASSERT(record->thread->records == record);
    record->thread->records = record->outer;
    record->thread = NULL;
    record->cookie = HFI_RECORD_ENDED;
}

/**
 * Unlinks and reports every record deeper than `outer` (innermost first): their block was left
 * without their end.  Used at the end of a frame, a callback's return and a detach.
 */
void hfi_records_unwind(hf_thread *thread, hf_record_ *outer, const char *where);

typedef struct hfi_fences hfi_fences;
HF_MUST_CHECK hf_status hfi_fences_create(hfi_parts *parts, hfi_fences **fences_out);

/** Gives the number of owning pins still standing, each reported. */
uint64_t hfi_fences_destroy(hfi_fences *fences);

/**
 * How floor-4 `final` lets fences hold resources without an arrow between the two.
 * hold: HF_OK with value and cell, or HF_E_TYPE, HF_E_CLOSED. let_go: releases the hold; HF_E_RELEASE.
 */
typedef struct hfi_resource_hooks {
    hf_status (*hold)(hf_thread *thread, uintptr_t object, uintptr_t *value_out, void **cell_out);
    hf_status (*let_go)(hf_thread *thread, void *cell);
} hfi_resource_hooks;

void hfi_fences_set_resource_hooks(hfi_fences *fences, const hfi_resource_hooks *hooks);

/** For hf_call: the same hooks. */
const hfi_resource_hooks *hfi_fences_resource_hooks(const hfi_fences *fences);

#endif
