/* SPDX-License-Identifier: MIT */

/*
 * Life and end of the module, and what the heap asks of it.
 *
 * The order of deaths in one collection: finalizers (after_mark) revive what they
 * will see, and only what is dead in spite of that gets its cleanups queued
 * (clear_dead), behind the finalizers in the runner's queue.  So the cleanups of an
 * object wait until its finalizer has run and it died again.
 *
 * Threads: create and destroy belong to the runtime, with no thread attached; the
 * participant's functions run with the world stopped, but for after_resume.
 */

#include "base/alloc.h"
#include "final/inside.h"

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_cleanups_visit_roots(self, tracer);
    hfi_reach_visit_roots(self, tracer);
}

static void after_mark(void *self, hfi_tracer *tracer)
{
    hfi_finalizers_after_mark(self, tracer);
}

static void clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_cleanups_clear_dead(self, tracer);
}

static void after_resume(void *self, hf_thread *thread)
{
    hfi_reach_look(self, thread);
}

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    (void)object;
    hfi_cleanups_tell_root(self, slot, text);
}

hf_status hfi_final_create(hfi_parts *parts, hfi_final **final_out)
{
    hfi_final *final = hfi_alloc(sizeof *final);
    if (!final) {
        return HF_E_NOMEM;
    }
    final->parts = parts;
    final->finalizers.stock.record_size = sizeof(hfi_finalizer);
    final->cleanups.stock.record_size = sizeof(hfi_cleanup);
    hfp_mutex_init(&final->lock);
    final->participant = (hfi_participant){
        .name = "final",
        .self = final,
        .visit_roots = visit_roots,
        .after_mark = after_mark,
        .clear_dead = clear_dead,
        .after_resume = parts->settings.checked ? after_resume : NULL,
        .tell_root = tell_root,
    };
    hfi_heap_add_participant(parts->heap, &final->participant);
    *final_out = final;
    return HF_OK;
}

hf_status hfi_final_may_arm(hf_thread *thread)
{
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    return hfi_runner_need(thread->parts->runner, thread);
}

static uint64_t count_of(hfi_final *final, const hfi_roster *roster)
{
    hfp_mutex_lock(&final->lock);
    uint64_t count = roster->count;
    hfp_mutex_unlock(&final->lock);
    return count;
}

uint64_t hfi_final_armed(hfi_final *final)
{
    return count_of(final, &final->finalizers.roster);
}

uint64_t hfi_cleanups_armed(hfi_final *final)
{
    return count_of(final, &final->cleanups.roster);
}

void hfi_final_destroy(hfi_final *final)
{
    hfi_roster_finish(&final->finalizers.roster);
    hfi_free(final->finalizers.index.places);
    hfi_stock_finish(&final->finalizers.stock);
    hfi_roster_finish(&final->cleanups.roster);
    hfi_stock_finish(&final->cleanups.stock);
    hfp_mutex_finish(&final->lock);
    hfi_free(final);
}

void hfi_final_lock(hfi_final *final)
{
    hfp_mutex_lock(&final->lock);
}

void hfi_final_unlock(hfi_final *final)
{
    hfp_mutex_unlock(&final->lock);
}
