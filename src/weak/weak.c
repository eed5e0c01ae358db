/* SPDX-License-Identifier: MIT */

/*
 * Life and end of the module, what the heap asks of it, and identities.
 *
 * An identity is a number from a counter that lies in the object's record: it moves with
 * the record and not with the object, and is never given out again.
 *
 * Threads: create and destroy belong to the runtime, with no thread attached;
 * after_resume runs on the managed thread that collected.
 */

#include "base/alloc.h"
#include "weak/inside.h"

/* Without the lock where nothing was returned: what comes just now waits for the next time. */
static void after_resume(void *self, hf_thread *thread)
{
    hfi_weaks *weaks = self;
    (void)thread;
    if (atomic_load_explicit(&weaks->returned, memory_order_relaxed)) {
        hfp_mutex_lock(&weaks->lock);
        hfi_references_recycle(weaks);
        hfp_mutex_unlock(&weaks->lock);
    }
}

hf_status hfi_weaks_create(hfi_parts *parts, hfi_weaks **weaks_out)
{
    hfi_weaks *weaks = hfi_alloc(sizeof *weaks);
    if (!weaks) {
        return HF_E_NOMEM;
    }
    weaks->parts = parts;
    hfp_mutex_init(&weaks->lock);
    weaks->references.size = sizeof(hf_weak);
    weaks->entries.size = sizeof(hfi_entry);
    weaks->tables.size = sizeof(hfi_ephemerons);
    weaks->knowns.size = sizeof(hfi_known);
    weaks->participant = (hfi_participant){
        .name = "weak",
        .self = weaks,
        .key_marked = hfi_weaks_key_marked,
        .mark_more = hfi_weaks_mark_more,
        .visit_values = hfi_weaks_visit_values,
        .clear_short = hfi_weaks_clear_short,
        .clear_dead = hfi_weaks_clear_dead,
        .after_resume = after_resume,
    };
    hfi_heap_add_participant(parts->heap, &weaks->participant);
    *weaks_out = weaks;
    return HF_OK;
}

void hfi_weaks_destroy(hfi_weaks *weaks)
{
    hfi_pool_finish(&weaks->references);
    hfi_pool_finish(&weaks->entries);
    hfi_pool_finish(&weaks->tables);
    hfi_pool_finish(&weaks->knowns);
    hfi_free(weaks->index);
    hfp_mutex_finish(&weaks->lock);
    hfi_free(weaks);
}

void hfi_weaks_lock(hfi_weaks *weaks)
{
    hfp_mutex_lock(&weaks->lock);
}

void hfi_weaks_unlock(hfi_weaks *weaks)
{
    hfp_mutex_unlock(&weaks->lock);
}

hfi_weaks_figures hfi_weaks_figures_get(hfi_weaks *weaks)
{
    hfp_mutex_lock(&weaks->lock);
    hfi_weaks_figures figures = { weaks->known_count, weaks->handed_out, weaks->looks };
    hfp_mutex_unlock(&weaks->lock);
    return figures;
}

hf_status hf_identity(hf_thread *thread, const hf_slot *ref, uint64_t *identity_out)
{
    HFI_ENTRY(thread);
    if (!identity_out) {
        return HF_E_NULL;
    }
    *identity_out = 0;
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, ref, __func__, "ref", &object);
    if (status != HF_OK) {
        return status;
    }
    hfi_weaks *weaks = thread->parts->weaks;
    hfp_native_error saved = hfp_native_error_save();
    hfp_mutex_lock(&weaks->lock);
    hfi_known *known = hfi_known_make(weaks, object);
    if (known && known->identity == 0) {
        known->identity = ++weaks->last_identity;
    }
    *identity_out = known ? known->identity : 0;
    hfp_mutex_unlock(&weaks->lock);
    hfp_native_error_restore(saved);
    return known ? HF_OK : HF_E_NOMEM;
}
