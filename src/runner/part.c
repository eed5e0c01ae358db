/* SPDX-License-Identifier: MIT */

/*
 * Life and end of the runner's part, what the heap asks of it, and forks.
 *
 * Threads: create and destroy belong to the runtime, with no thread attached;
 * visit_roots and hfi_runner_queue() run with the world stopped, after_resume on the
 * managed thread that collected.
 */

#include "base/alloc.h"
#include "diag/text.h"
#include "heap/object.h"
#include "runner/inside.h"
#include "type/type.h"

/* ---- in a collection ---- */

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_runner *runner = self;
    hfi_queue_visit(&runner->queue, tracer);
}

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    (void)object;
    const hfi_runner *runner = self;
    hfi_queue_tell(&runner->queue, slot, text);
}

void hfi_runner_queue(hfi_runner *runner, hfi_work *work)
{
    hfi_queue_push(&runner->queue, work);
}

void hfi_runner_progress(hfi_runner *runner, uint64_t *queued_out, uint64_t *over_out)
{
    *queued_out = runner->queue.pushed;
    *over_out = atomic_load_explicit(&runner->done, memory_order_relaxed);
}

/* ---- behind it ---- */

static uint64_t loose_works(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->queue_lock);
    uint64_t count = runner->queue.loose_count;
    hfp_mutex_unlock(&runner->queue_lock);
    return count;
}

/** What waits is little, or no more than was run since the collection before: by the next one it is
 * gone, and segments would be for nothing.  Once a collection. */
static bool is_gone_soon(hfi_runner *runner)
{
    uint64_t done = atomic_load_explicit(&runner->done, memory_order_relaxed);
    hfp_mutex_lock(&runner->queue_lock);
    uint64_t loose = runner->queue.loose_count;
    bool is_soon = loose < HFI_SEGMENT_OBJECTS || loose <= done - runner->done_seen;
    runner->done_seen = done;
    hfp_mutex_unlock(&runner->queue_lock);
    return is_soon;
}

/** A segment with room for HFI_SEGMENT_OBJECTS; its array is not a root yet.  May collect. */
static hfi_segment *make_segment(hf_thread *thread)
{
    hfi_request request = {
        .type = hfi_type_find(HFI_TYPE_ARRAY),
        .length = HFI_SEGMENT_OBJECTS,
        .payload = HFI_SEGMENT_OBJECTS * sizeof(hf_slot),
    };
    uintptr_t array;
    if (hfi_heap_allocate(thread, &request, &array) != HF_OK) {
        return NULL;
    }
    hfi_segment *segment = hfi_alloc(sizeof *segment);
    if (segment) {
        segment->array.word_ = array;
    }
    return segment;
}

/*
 * Hands what waits over to managed arrays.  Making one may collect, and that comes here again: it
 * finds the flag set, as does another thread.
 */
static void hand_over(hfi_runner *runner, hf_thread *thread)
{
    if (is_gone_soon(runner) ||
        atomic_exchange_explicit(&runner->is_handing, true, memory_order_relaxed)) {
        return;
    }
    hfi_segment *segment = NULL;
    do {
        segment = make_segment(thread);
        if (segment) {
            hfp_mutex_lock(&runner->queue_lock);
            hfi_queue_settle(&runner->queue);
            hfi_queue_hand_over(&runner->queue, segment);
            hfp_mutex_unlock(&runner->queue_lock);
        }
    } while (segment && loose_works(runner) >= HFI_SEGMENT_OBJECTS);
    atomic_store_explicit(&runner->is_handing, false, memory_order_relaxed);
}

static void after_resume(void *self, hf_thread *thread)
{
    hfi_runner *runner = self;
    hfp_mutex_lock(&runner->queue_lock);
    bool has_work = runner->queued_seen != runner->queue.pushed;
    runner->queued_seen = runner->queue.pushed;
    hfp_mutex_unlock(&runner->queue_lock);
    if (has_work) {
        hfi_runner_wake(runner);
    }
    hand_over(runner, thread);
    hfi_watch_look(runner);
}

uint64_t hfi_runner_pushed(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->queue_lock);
    hfi_runner_empty_inbox(runner);
    hfi_queue_settle(&runner->queue); /* what comes later is behind all that counts here */
    uint64_t pushed = runner->queue.pushed;
    hfp_mutex_unlock(&runner->queue_lock);
    return pushed;
}

/* ---- at the end ---- */

typedef struct left_visit {
    void (*visit)(const hfi_queued_left *left, void *user);
    void *user;
    uint64_t count;
} left_visit;

static void visit_queued(const hfi_work *work, uintptr_t object, void *user)
{
    left_visit *all = user;
    if (work->kind->is_told) {
        return;
    }
    const hf_type *type = object ? hfi_type_find(hfi_object_type_id(object)) : NULL;
    hfi_queued_left left = { work->kind->name, type ? type->name : NULL, work->site };
    all->count++;
    all->visit(&left, all->user);
}

uint64_t hfi_runner_each_left(hfi_runner *runner,
                              void (*visit)(const hfi_queued_left *left, void *user), void *user)
{
    left_visit all = { visit, user, 0 };
    hfp_mutex_lock(&runner->queue_lock);
    hfi_queue_settle(&runner->queue);
    hfi_queue_each(&runner->queue, visit_queued, &all);
    hfp_mutex_unlock(&runner->queue_lock);
    return all.count;
}

/* ---- life ---- */

hf_status hfi_runner_create(hfi_parts *parts, hfi_runner **runner_out)
{
    hfi_runner *runner = hfi_alloc(sizeof *runner);
    if (!runner) {
        return HF_E_NOMEM;
    }
    runner->parts = parts;
    hfp_mutex_init(&runner->queue_lock);
    hfp_mutex_init(&runner->lock);
    hfp_cond_init(&runner->work);
    hfp_cond_init(&runner->news);
    runner->wanted = UINT64_MAX;
    if (hfi_runner_is_embedded(runner)) {
        atomic_init(&runner->state, HFI_RUNNER_RUNNING);
    }
    runner->participant = (hfi_participant){
        .name = "runner",
        .self = runner,
        .visit_roots = visit_roots,
        .after_resume = after_resume,
        .tell_root = tell_root,
    };
    hfi_heap_add_participant(parts->heap, &runner->participant);
    *runner_out = runner;
    return HF_OK;
}

void hfi_runner_destroy(hfi_runner *runner)
{
    hfi_queue_finish(&runner->queue);
    hfp_cond_finish(&runner->news);
    hfp_cond_finish(&runner->work);
    hfp_mutex_finish(&runner->lock);
    hfp_mutex_finish(&runner->queue_lock);
    hfi_free(runner);
}

/* ---- fork ---- */

void hfi_runner_lock(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->queue_lock);
    hfp_mutex_lock(&runner->lock);
}

void hfi_runner_unlock(hfi_runner *runner)
{
    hfp_mutex_unlock(&runner->lock);
    hfp_mutex_unlock(&runner->queue_lock);
}

/* A finalizer that forks is the one thread that goes on in the child, and its run with it. */
static bool is_forked_here(const hfi_runner *runner)
{
    const hf_thread *self = hfi_world_self(runner->parts->world);
    return self && self->is_runner;
}

void hfi_runner_fork_child(hfi_runner *runner)
{
    /* Made anew: the conditions, and with them the lock, count threads that are not there any more.
     */
    hfp_mutex_init(&runner->lock);
    hfp_mutex_lock(&runner->lock);
    hfp_cond_init(&runner->work);
    hfp_cond_init(&runner->news);
    runner->wanted = UINT64_MAX;
    runner->wake = true; /* for what was queued before: whoever woke the parent's is not here */
    atomic_store_explicit(&runner->is_handing, false, memory_order_relaxed);
    if (is_forked_here(runner)) {
        return;
    }
    runner->done = runner->queue.pushed - hfi_queue_length(&runner->queue);
    runner->now = (hfi_run_now){ .kind = NULL };
    runner->embedder = NULL;
    runner->is_asleep = false;
    hfi_runner_state state = hfi_runner_state_of(runner);
    if (!hfi_runner_is_embedded(runner) && state != HFI_RUNNER_NONE && state != HFI_RUNNER_ENDED) {
        runner->is_lost = true;
        atomic_store_explicit(&runner->state, HFI_RUNNER_NONE, memory_order_relaxed);
    }
}

hf_status hfi_runner_after_fork(hfi_runner *runner, hf_thread *thread)
{
    return runner->is_lost ? hfi_runner_need(runner, thread) : HF_OK;
}
