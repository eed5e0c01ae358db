/* SPDX-License-Identifier: MIT */

/*
 * One collection, from the stop to the restart.
 *
 * The phases and why they stand where they do:
 *
 *   prepare   the copy reserve: after it nothing can fail
 *   from      every block with objects is to be emptied
 *   pins      before the first object moves, all that must stay is marked
 *   roots     what slots hold; trace
 *   weak      what only weak references know is forgotten, before anything revives it
 *   final     armed objects that nothing reached: may bring some back; trace
 *   dead      whoever keeps a list of objects drops the dead and follows the moved
 *   sweep     blocks without pinned lines are free, the others have holes
 *
 * The world is stopped and the heap's lock held: the lock is for the threads that
 * ask for figures without being attached.  A managed thread never reaches a
 * safepoint with it.
 */

#include "heap/space.h"

#include <string.h>

/* How many collections an address stays unused under stress. */
#define QUARANTINE_COLLECTIONS 16

typedef void (*visit_fn)(void *self, hfi_tracer *tracer);

static void visit(hfi_tracer *tracer, size_t which)
{
    for (hfi_participant *p = tracer->heap->participants; p; p = p->next) {
        visit_fn function;
        memcpy(&function, (const char *)p + which, sizeof function);
        if (function) {
            function(p->self, tracer);
        }
    }
}

void hfi_visit_pins(hfi_tracer *tracer)
{
    visit(tracer, offsetof(hfi_participant, visit_pins));
}

void hfi_visit_roots(hfi_tracer *tracer)
{
    visit(tracer, offsetof(hfi_participant, visit_roots));
}

void hfi_visit_values(hfi_tracer *tracer, uintptr_t object)
{
    if (!(hfi_object_word(object) & HFI_FLAG_KEY)) {
        return;
    }
    for (hfi_participant *p = tracer->heap->participants; p; p = p->next) {
        if (p->visit_values) {
            p->visit_values(p->self, tracer, object);
        }
    }
}

void hfi_visit_all_roots(hfi_tracer *tracer)
{
    hfi_visit_pins(tracer);
    if (tracer->phase == HFI_PHASE_PINS) {
        tracer->phase = HFI_PHASE_PIN_FIELDS;
        hfi_visit_pins(tracer);
        tracer->phase = HFI_PHASE_TRACE;
    }
    hfi_visit_roots(tracer);
}

void hfi_heap_reset_threads(hfi_heap *heap)
{
    for (hf_thread *thread = hfi_world_threads(heap->parts->world); thread; thread = thread->next) {
        thread->alloc_next = HFI_LIMIT_EMPTY;
        thread->limit_saved = HFI_LIMIT_EMPTY;
        thread->hole_next = thread->hole_end = 0;
        thread->hole_block = 0;
    }
}

static uint32_t block_end(const hfi_heap *heap)
{
    return hfi_block_index(heap, heap->small_end);
}

static void make_from_space(hfi_heap *heap)
{
    heap->still = (hfi_still){ .block = 0 };
    for (uint32_t index = 1; index < block_end(heap); index++) {
        hfi_block *block = hfi_block_at(heap, index);
        if (block->state == HFI_BLOCK_USED || block->state == HFI_BLOCK_RECYCLABLE) {
            block->state = HFI_BLOCK_FROM;
            block->marked_lines = 0;
            memset(hfi_block_lines(heap, index), 0, HFI_LINES_PER_BLOCK);
        } else if (block->state == HFI_BLOCK_STILL) {
            hfi_still_begin_cycle(heap, index);
        }
    }
    heap->recyclable = (hfi_block_list){ 0, 0 };
}

/* A stale address into a hole reads this instead of what was there. */
static void poison_holes(hfi_heap *heap, uint32_t index)
{
    const uint8_t *lines = hfi_block_lines(heap, index);
    uintptr_t start = hfi_block_address(heap, index);
    for (size_t line = 0; line < HFI_LINES_PER_BLOCK; line++) {
        if (!lines[line]) {
            memset((void *)(start + line * HFI_LINE_SIZE), HFI_POISON, HFI_LINE_SIZE);
        }
    }
}

/* Somebody lives in it; what is between is for those who are born next. */
static void make_holes(hfi_heap *heap, uint32_t index, bool stress)
{
    hfi_block *block = hfi_block_at(heap, index);
    if (block->state == HFI_BLOCK_STILL) {
        hfi_still_sweep(heap, index);
    } else {
        block->state = HFI_BLOCK_RECYCLABLE;
        hfi_list_push(heap, &heap->recyclable, index);
    }
    if (stress) {
        poison_holes(heap, index);
    }
}

static void sweep_block(hfi_heap *heap, uint32_t index, bool stress)
{
    hfi_block *block = hfi_block_at(heap, index);
    if (block->state == HFI_BLOCK_TO) {
        block->state = HFI_BLOCK_USED;
    } else if (block->state == HFI_BLOCK_FROM || block->state == HFI_BLOCK_STILL) {
        if (block->marked_lines == 0) {
            hfi_block_retire(heap, index, stress);
        } else {
            make_holes(heap, index, stress);
        }
    }
}

static bool is_dead_run(const hfi_heap *heap, const hfi_run *run)
{
    if (run->state != HFI_RUN_USED) {
        return false;
    }
    uint64_t word = hfi_object_word(run->object);
    uint64_t epoch = (uint64_t)heap->epoch << HFI_MARK_SHIFT;
    return (word & HFI_FORWARDED) || (word & HFI_MARK_MASK) != epoch;
}

/* Freeing merges neighbours, so the walk goes on from the run above the merged one. */
static void sweep_runs(hfi_heap *heap, bool stress)
{
    hfi_run *run = heap->runs;
    while (run) {
        uintptr_t above = run->start + run->size;
        if (is_dead_run(heap, run)) {
            hfi_large_retire(heap, run, stress);
            for (run = heap->runs; run && run->start < above; run = run->above) {
            }
        } else {
            run = run->above;
        }
    }
}

static void sweep(hfi_heap *heap, bool stress)
{
    for (uint32_t index = 1; index < block_end(heap); index++) {
        sweep_block(heap, index, stress);
    }
    sweep_runs(heap, stress);
    uint64_t oldest =
        heap->collections > QUARANTINE_COLLECTIONS ? heap->collections - QUARANTINE_COLLECTIONS : 0;
    hfi_block_end_quarantine(heap, stress ? oldest : UINT64_MAX);
    hfi_large_end_quarantine(heap, stress ? oldest : UINT64_MAX);
}

static void set_trigger(hfi_heap *heap)
{
    uint64_t nursery = heap->parts->settings.nursery_bytes;
    heap->trigger_bytes = heap->bytes_live > nursery ? heap->bytes_live : nursery;
    heap->since_bytes = heap->small_since_bytes = 0;
}

static void run_phases(hfi_heap *heap, bool stress)
{
    hfi_tracer tracer;
    heap->collections++;
    hfi_trace_begin(&tracer, heap, stress);
    hfi_heap_reset_threads(heap);
    make_from_space(heap);
    hfi_visit_all_roots(&tracer);
    hfi_trace_drain(&tracer);
    visit(&tracer, offsetof(hfi_participant, clear_short));
    visit(&tracer, offsetof(hfi_participant, after_mark));
    hfi_trace_drain(&tracer);
    visit(&tracer, offsetof(hfi_participant, clear_dead));
    sweep(heap, stress);
    set_trigger(heap);
}

static void tell_participants(hfi_heap *heap, hf_thread *thread)
{
    for (hfi_participant *p = heap->participants; p; p = p->next) {
        if (p->after_resume) {
            p->after_resume(p->self, thread);
        }
    }
}

hf_status hfi_heap_collect_if(hf_thread *thread, bool stress, uint64_t unless_after)
{
    hfi_heap *heap = thread->parts->heap;
    hfp_native_error error = hfp_native_error_save();
    hfi_world_stop(heap->parts->world, thread);
    hfp_mutex_lock(&heap->lock);
    hf_status status = HF_OK;
    bool wanted = heap->collections == unless_after || unless_after == UINT64_MAX;
    if (wanted) {
        status = hfi_block_prepare_copy(heap);
        if (status == HF_OK) {
            run_phases(heap, stress);
        }
    }
    hfp_mutex_unlock(&heap->lock);
    hfi_world_resume(heap->parts->world, thread);
    if (wanted && status == HF_OK) {
        tell_participants(heap, thread);
    }
    hfp_native_error_restore(error);
    return status;
}

hf_status hfi_heap_collect(hf_thread *thread)
{
    return hfi_heap_collect_if(thread, thread->stress, UINT64_MAX);
}

hf_status hfi_heap_collect_moving(hf_thread *thread)
{
    return hfi_heap_collect_if(thread, true, UINT64_MAX);
}

hf_status hf_collect(hf_thread *thread)
{
    HFI_ENTRY(thread);
    return hfi_heap_collect(thread);
}
