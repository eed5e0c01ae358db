/* SPDX-License-Identifier: MIT */

/*
 * Finalizers, resources and the runner put together: life, end, and what the
 * heap asks in a collection.
 *
 * Order in a collection: queued finalizers are roots; the dead that nothing dead
 * reaches are queued and live on; only what is unmarked after that is a leaked
 * resource.  Order at the end: the runner finishes the queue and is joined, then
 * what was never disposed is released as its class says, the youngest first,
 * since a younger handle may depend on an older one.
 *
 * Threads: create, stop and destroy belong to the runtime, with no thread
 * attached; the participant's functions run with the world stopped, except
 * after_resume, which runs on the managed thread that collected.
 */

#include "base/alloc.h"
#include "final/inside.h"

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_final *final = self;
    for (hfi_work *work = final->queue.first; work; work = work->next) {
        if (work->kind == HFI_WORK_FINALIZER) {
            hfi_trace_slot(tracer, &HF_CONTAINER(work, hfi_armed, work)->object);
        }
    }
}

static void after_mark(void *self, hfi_tracer *tracer)
{
    hfi_finalizers_after_mark(self, tracer);
}

static void clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_finalizers_clear_dead(self, tracer);
    hfi_cells_clear_dead(self, tracer);
}

static void after_resume(void *self, hf_thread *thread)
{
    (void)thread;
    hfi_final *final = self;
    hfp_mutex_lock(&final->lock);
    hfi_cell *graves = final->graves;
    final->graves = NULL;
    bool has_work = final->queued_seen != final->queue.pushed;
    final->queued_seen = final->queue.pushed;
    hfp_mutex_unlock(&final->lock);

    hfi_cells_bury(graves);
    if (has_work) {
        hfi_runner_wake(&final->runner);
    }
}

hf_status hfi_final_create(hfi_parts *parts, hfi_final **final_out)
{
    hfi_final *final = hfi_alloc(sizeof *final);
    if (!final) {
        return HF_E_NOMEM;
    }
    final->parts = parts;
    hfp_mutex_init(&final->lock);
    hfi_runner_init(&final->runner);
    final->participant = (hfi_participant){
        .name = "final",
        .self = final,
        .visit_roots = visit_roots,
        .after_mark = after_mark,
        .clear_dead = clear_dead,
        .after_resume = after_resume,
    };
    hfi_heap_add_participant(parts->heap, &final->participant);
    *final_out = final;
    return HF_OK;
}

hfi_final_left hfi_final_stop(hfi_final *final)
{
    hfi_final_left left = { 0 };
    hfi_runner_stop(&final->runner);
    /* What a fork lost, at least the parent's runner, is not coming back. */
    hfi_world_drop_lost(final->parts->world);
    final->is_outlived = hfi_world_thread_count(final->parts->world) != 0;
    if (final->is_outlived) {
        /* The caller broke the contract.  Those threads may be inside of anything, so nothing is
         * released under them; all of it stays, and is counted. */
        left.resources = hfi_cells_unfinished(final);
    } else {
        hfi_cells_stop(final);
    }
    hfp_mutex_lock(&final->lock);
    left.resources += final->leaks;
    left.finalizers = final->table.count;
    hfp_mutex_unlock(&final->lock);
    return left;
}

void hfi_final_destroy(hfi_final *final)
{
    if (final->is_outlived) {
        return;
    }
    hfi_cells_bury(final->graves);
    hfi_table_finish(&final->table);
    hfi_runner_finish(&final->runner);
    hfp_mutex_finish(&final->lock);
    hfi_free(final);
}

void hfi_final_fork_child(hfi_final *final)
{
    uint64_t waiting = 0;
    for (const hfi_work *work = final->queue.first; work; work = work->next) {
        waiting++;
    }
    hfi_runner_fork_child(&final->runner, final->queue.pushed - waiting);
}

hf_status hfi_final_after_fork(hfi_final *final, hf_thread *thread)
{
    return final->runner.is_lost ? hfi_runner_need(final, thread) : HF_OK;
}

void hfi_final_lock(hfi_final *final)
{
    hfp_mutex_lock(&final->lock);
    hfp_mutex_lock(&final->runner.lock);
}

void hfi_final_unlock(hfi_final *final)
{
    hfp_mutex_unlock(&final->runner.lock);
    hfp_mutex_unlock(&final->lock);
}
