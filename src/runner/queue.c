/* SPDX-License-Identifier: MIT */

/*
 * The runner's queue.
 *
 * Order: works come by collection.  Those of one collection are fresh until
 * somebody looks; then the ordinary ones are appended, and behind them the
 * critical ones, so that what others may still use while they finish (a resource
 * under a stream) goes last.  Whoever looks settles first, and a collection
 * settles what the one before it left, so the collections never mix.
 *
 * Roots: the object of each queued work is one.  A work that is blocked may have a
 * million behind it, and visiting their records, spread over memory, in each pause
 * would make the pause longer by all of them.  So what waits for long is handed over:
 * its objects go into large managed arrays, which the heap traces as it does any
 * others and finds again by one root each.  A collection only ever visits the works
 * that came since; the arrays are made between two collections, and where there is
 * no memory for one the works just stay as they are.
 *
 * Front: a lock for each work, of which there may be a million, costs as much as many a run.  So
 * whoever runs them takes some at once.  They are the oldest, and what comes later comes behind
 * them, so the order is the same; and they belong to the runner, not to the thread that runs them:
 * if that one is lost in a run, the next goes on with the rest.
 *
 * Threads: the caller has runner->queue_lock, or has stopped the world.  The front belongs to who
 * runs the works, of which there is one at a time; the next has got the place by runner->lock.
 */

#include "runner/queue.h"

#include "base/alloc.h"
#include "base/verify.h"
#include "diag/text.h"
#include "heap/object.h"
#include "heap/participant.h"
#include "platform/platform.h"

static void append(hfi_work_list *list, hfi_work *first, hfi_work *last)
{
    if (list->first) {
        list->last->next = first;
    } else {
        list->first = first;
    }
    list->last = last;
}

void hfi_queue_push(hfi_queue *queue, hfi_work *work)
{
    if (queue->fresh_ns == 0) {
        queue->fresh_ns = hfp_clock_ns();
    }
    work->next = NULL;
    work->queued_ns = queue->fresh_ns;
    work->is_handed_over = false;
    append(&queue->fresh[work->is_critical], work, work);
    queue->loose_count++;
    queue->pushed++;
}

void hfi_queue_settle(hfi_queue *queue)
{
    if (queue->fresh_ns == 0) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        hfi_work_list *fresh = &queue->fresh[i];
        if (fresh->first) {
            queue->loose = queue->loose ? queue->loose : fresh->first;
            append(&queue->works, fresh->first, fresh->last);
            *fresh = (hfi_work_list){ NULL, NULL };
        }
    }
    queue->fresh_ns = 0;
}

static hf_slot *objects_of(const hfi_segment *segment)
{
    return hfi_payload_16(segment->array.word_);
}

/* The segments have their objects in the order of the works, so the next one is this work's. */
static uintptr_t take_from_segment(hfi_queue *queue)
{
    hfi_segment *segment = queue->segment;
    HF_VERIFY(segment && segment->at < segment->count);
    hf_slot *slot = &objects_of(segment)[segment->at++];
    uintptr_t object = slot->word_;
    slot->word_ = 0;
    if (segment->at == segment->count) {
        queue->segment = segment->next;
        hfi_free(segment);
    }
    return object;
}

/* The list's first, with its object. */
static hfi_work *take_first(hfi_queue *queue, hf_slot *slot)
{
    hfi_work *work = queue->works.first;
    queue->works.first = work->next;
    if (work == queue->loose) {
        queue->loose = work->next;
        queue->loose_count--;
    }
    slot->word_ = work->is_handed_over ? take_from_segment(queue) : work->object.word_;
    work->object.word_ = 0;
    return work;
}

static void tell_oldest(hfi_front *front)
{
    uint64_t oldest_ns = front->at < front->count ? front->works[front->at]->queued_ns : 0;
    atomic_store_explicit(&front->oldest_ns, oldest_ns, memory_order_relaxed);
}

void hfi_queue_advance(hfi_queue *queue)
{
    hfi_front *front = &queue->front;
    HF_VERIFY(front->at == front->count);
    hfi_queue_settle(queue);
    front->at = front->count = 0;
    while (queue->works.first && front->count < HFI_FRONT_WORKS) {
        front->works[front->count] = take_first(queue, &front->objects[front->count]);
        front->count++;
    }
    tell_oldest(front);
}

hfi_work *hfi_queue_take(hfi_queue *queue, hf_ref slot)
{
    hfi_front *front = &queue->front;
    if (front->at == front->count) {
        return NULL;
    }
    hfi_work *work = front->works[front->at];
    slot->word_ = front->objects[front->at].word_;
    front->objects[front->at].word_ = 0;
    front->at++;
    tell_oldest(front);
    return work;
}

uint64_t hfi_queue_oldest_ns(hfi_queue *queue)
{
    uint64_t front_ns = atomic_load_explicit(&queue->front.oldest_ns, memory_order_relaxed);
    hfi_queue_settle(queue);
    const hfi_work *oldest = queue->works.first;
    return front_ns != 0 ? front_ns : oldest ? oldest->queued_ns : 0;
}

static void visit_list(hfi_work *first, hfi_tracer *tracer)
{
    for (hfi_work *work = first; work; work = work->next) {
        hfi_trace_slot(tracer, &work->object);
    }
}

void hfi_queue_visit(hfi_queue *queue, hfi_tracer *tracer)
{
    hfi_queue_settle(queue);
    for (uint32_t i = queue->front.at; i < queue->front.count; i++) {
        hfi_trace_slot(tracer, &queue->front.objects[i]);
    }
    visit_list(queue->loose, tracer);
    for (hfi_segment *segment = queue->segment; segment; segment = segment->next) {
        hfi_trace_slot(tracer, &segment->array);
    }
}

static void tell_work(const hfi_work *work, hfi_text *text)
{
    hfi_text_format(text, "queued for %s", work->kind->name);
    if (work->site.file) {
        hfi_text_format(text, " set at %s:%d", work->site.file, work->site.line);
    }
}

void hfi_queue_tell(const hfi_queue *queue, const hf_slot *slot, hfi_text *text)
{
    const hfi_front *front = &queue->front;
    for (uint32_t i = front->at; i < front->count; i++) {
        if (slot == &front->objects[i]) {
            tell_work(front->works[i], text);
            return;
        }
    }
    for (const hfi_work *work = queue->loose; work; work = work->next) {
        if (slot == &work->object) {
            tell_work(work, text);
            return;
        }
    }
    hfi_text_add(text, "queued for the runner");
}

/*
 * The array is new, nothing else knows it, and there is no safepoint in here: so its
 * elements are stored plainly.
 */
void hfi_queue_hand_over(hfi_queue *queue, hfi_segment *segment)
{
    hf_slot *objects = objects_of(segment);
    while (queue->loose && segment->count < HFI_SEGMENT_OBJECTS) {
        hfi_work *work = queue->loose;
        if (work->object.word_ != 0) {
            objects[segment->count++].word_ = work->object.word_;
            work->object.word_ = 0;
            work->is_handed_over = true;
        }
        queue->loose = work->next;
        queue->loose_count--;
    }
    if (segment->count == 0) {
        hfi_free(segment);
        return;
    }
    if (queue->segment) {
        queue->segment_last->next = segment;
    } else {
        queue->segment = segment;
    }
    queue->segment_last = segment;
}

void hfi_queue_each(const hfi_queue *queue,
                    void (*visit)(const hfi_work *work, uintptr_t object, void *user), void *user)
{
    const hfi_segment *segment = queue->segment;
    uint32_t at = segment ? segment->at : 0;
    for (const hfi_work *work = queue->works.first; work; work = work->next) {
        uintptr_t object = work->object.word_;
        if (work->is_handed_over && segment) { /* then there is one */
            object = objects_of(segment)[at++].word_;
            if (at == segment->count) {
                segment = segment->next;
                at = segment ? segment->at : 0;
            }
        }
        visit(work, object, user);
    }
}

static uint64_t length_of(const hfi_work *first)
{
    uint64_t length = 0;
    for (const hfi_work *work = first; work; work = work->next) {
        length++;
    }
    return length;
}

uint64_t hfi_queue_length(const hfi_queue *queue)
{
    return queue->front.count - queue->front.at + length_of(queue->works.first) +
           length_of(queue->fresh[0].first) + length_of(queue->fresh[1].first);
}

void hfi_queue_finish(hfi_queue *queue)
{
    while (queue->segment) {
        hfi_segment *segment = queue->segment;
        queue->segment = segment->next;
        hfi_free(segment);
    }
}
