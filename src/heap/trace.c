/* SPDX-License-Identifier: MIT */

/*
 * Marking and moving.
 *
 * A small object that nobody pinned is copied to a to-space block the first time
 * a reference to it is seen, and its old header becomes the forwarding address
 * (Cheney, 1970).  The to-space blocks are the queue of what is still to be
 * traced, so tracing needs no memory and cannot fail.  A pinned object stays: its
 * header gets this cycle's epoch and its lines are marked.  Large objects are
 * marked, and under stress moved like small ones.
 *
 * What is marked for the first time and has HFI_FLAG_KEY is told to the participants:
 * with it live what has lived on that condition alone.  They put it on a list, which
 * mark_more goes through, so that a chain of such conditions is no recursion and no
 * object is looked at twice.
 *
 * The epoch of a header says "live in this cycle"; it goes round through 1..15,
 * and since every live object gets the current one in every cycle, an old value
 * that comes round again belongs to a dead object.
 *
 * One thread, the world stopped: plain loads and stores would do; the header is
 * accessed through its atomic type with relaxed order all the same.
 */

#include "heap/space.h"

#include <string.h>

static uint64_t epoch_bits(const hfi_heap *heap)
{
    return (uint64_t)heap->epoch << HFI_MARK_SHIFT;
}

static bool is_marked(const hfi_heap *heap, uint64_t word)
{
    return (word & HFI_MARK_MASK) == epoch_bits(heap);
}

static void set_word(uintptr_t object, uint64_t word)
{
    atomic_store_explicit(hfi_object_header(object), word, memory_order_relaxed);
}

static uint64_t with_mark(const hfi_heap *heap, uint64_t word)
{
    return (word & ~HFI_MARK_MASK) | epoch_bits(heap);
}

static bool is_leaf(uint64_t word)
{
    uint32_t type = hfi_word_type(word);
    return type == HFI_TYPE_BYTES || type == HFI_TYPE_RESOURCE || type == HFI_TYPE_EPHEMERONS;
}

void hfi_trace_begin(hfi_tracer *tracer, hfi_heap *heap, bool stress)
{
    *tracer = (hfi_tracer){ .heap = heap, .phase = HFI_PHASE_PINS, .stress = stress };
    heap->epoch = (uint8_t)(heap->epoch % 15 + 1);
    heap->objects_live = heap->bytes_live = heap->small_live_bytes = 0;
    heap->pinned = 0;
}

static void count_live(hfi_heap *heap, size_t size, bool is_small)
{
    heap->objects_live++;
    heap->bytes_live += size;
    heap->small_live_bytes += is_small ? size : 0;
}

static void count_moved(hfi_heap *heap, size_t size)
{
    heap->objects_moved++;
    heap->bytes_moved += size;
}

static void tell_key(hfi_tracer *tracer, uintptr_t object)
{
    for (hfi_participant *p = tracer->heap->participants; p; p = p->next) {
        if (p->key_marked) {
            p->key_marked(p->self, tracer, object);
        }
    }
}

/* Called once for each live object that is not pinned, after it was marked or copied; `word` is its
 * old header. */
static void note_mark(hfi_tracer *tracer, uintptr_t object, uint64_t word)
{
    if (HF_UNLIKELY(word & HFI_FLAG_KEY)) {
        tell_key(tracer, object);
    }
}

/* ---- copying ---- */

/* A new block for survivors; the full one queues for tracing. */
static uint32_t next_to_block(hfi_tracer *tracer, uint32_t full)
{
    if (full != 0) {
        hfi_block_at(tracer->heap, full)->next = tracer->gray_blocks;
        tracer->gray_blocks = full;
    }
    return hfi_block_take_to_space(tracer->heap);
}

static uintptr_t place_in_to_space(hfi_tracer *tracer, size_t size)
{
    /* Two blocks, so that a medium object that does not fit leaves the rest to small ones. */
    uint32_t *current = size > HFI_LINE_SIZE ? &tracer->to_medium : &tracer->to_small;
    hfi_heap *heap = tracer->heap;
    if (*current == 0 ||
        hfi_block_address(heap, *current) + HFI_BLOCK_SIZE - hfi_block_at(heap, *current)->fill <
            size) {
        *current = next_to_block(tracer, *current);
    }
    hfi_block *block = hfi_block_at(heap, *current);
    uintptr_t place = block->fill;
    block->fill += size;
    return place;
}

static uintptr_t copy_small(hfi_tracer *tracer, uintptr_t object, uint64_t word)
{
    size_t size = hfi_word_size(word);
    uintptr_t copy = place_in_to_space(tracer, size);
    memcpy((void *)copy, (const void *)object, size);
    if (tracer->stress) {
        /* What shares a line with a pinned object stays readable, but does not stay as it was. */
        memset((void *)object, HFI_POISON, size);
    }
    set_word(copy, with_mark(tracer->heap, word));
    set_word(object, copy | HFI_FORWARDED);
    count_live(tracer->heap, size, true);
    count_moved(tracer->heap, size);
    return copy;
}

static void queue_run(hfi_tracer *tracer, hfi_run *run, uint64_t word)
{
    if (!is_leaf(word)) {
        run->gray_next = tracer->gray_runs;
        tracer->gray_runs = run;
    }
}

/* Under stress large objects move too: those are the buffers that native code gets. */
static hfi_run *move_large(hfi_tracer *tracer, hfi_run *run, uint64_t word)
{
    hfi_run *clone;
    if (!tracer->stress || run->immovable || hfi_large_clone(tracer->heap, run, &clone) != HF_OK) {
        return run;
    }
    memcpy((void *)clone->object, (const void *)run->object,
           run->size - (size_t)(run->object - run->start));
    set_word(run->object, clone->object | HFI_FORWARDED);
    set_word(clone->object, word);
    count_moved(tracer->heap, run->size);
    return clone;
}

static uintptr_t mark_large(hfi_tracer *tracer, uintptr_t object, uint64_t word)
{
    hfi_run *run = move_large(tracer, hfi_large_find(tracer->heap, object), word);
    set_word(run->object, with_mark(tracer->heap, word));
    count_live(tracer->heap, run->size, false);
    queue_run(tracer, run, word);
    return run->object;
}

/* ---- what stays ---- */

static void mark_lines(hfi_heap *heap, uintptr_t object, size_t size)
{
    uint32_t index = hfi_block_index(heap, object);
    hfi_block *block = hfi_block_at(heap, index);
    uint8_t *lines = hfi_block_lines(heap, index);
    uintptr_t start = hfi_block_address(heap, index);
    size_t last = (object + size - 1 - start) / HFI_LINE_SIZE;
    for (size_t line = (object - start) / HFI_LINE_SIZE; line <= last; line++) {
        block->marked_lines = (uint16_t)(block->marked_lines + !lines[line]);
        lines[line] = 1;
    }
}

/* What never moves is not copied by a collection, so it needs no reserve. */
static void keep_small(hfi_heap *heap, uintptr_t object, uint64_t word)
{
    mark_lines(heap, object, hfi_word_size(word));
    count_live(heap, hfi_word_size(word), !(word & HFI_FLAG_IMMOVABLE));
}

/* Only bytes are born so: there is nothing to trace in them. */
static uintptr_t mark_still(hfi_tracer *tracer, uintptr_t object, uint64_t word)
{
    set_word(object, with_mark(tracer->heap, word));
    keep_small(tracer->heap, object, word);
    return object;
}

static uintptr_t mark_or_copy(hfi_tracer *tracer, uintptr_t object, uint64_t word)
{
    if (hfi_is_large(tracer->heap, object)) {
        return mark_large(tracer, object, word);
    }
    return HF_UNLIKELY(word & HFI_FLAG_IMMOVABLE) ? mark_still(tracer, object, word)
                                                  : copy_small(tracer, object, word);
}

void hfi_trace_slot(hfi_tracer *tracer, hf_slot *slot)
{
    uintptr_t object = slot->word_;
    if (object == 0) {
        return;
    }
    if (HF_UNLIKELY(tracer->phase == HFI_PHASE_CHECK)) {
        tracer->looker->slot(tracer->looker, slot);
        return;
    }
    HF_ASSERT(hfi_heap_contains(tracer->heap, object));
    uint64_t word = hfi_object_word(object);
    if (word & HFI_FORWARDED) {
        slot->word_ = (uintptr_t)(word & ~HFI_FORWARDED);
    } else if (!is_marked(tracer->heap, word)) {
        slot->word_ = mark_or_copy(tracer, object, word);
        note_mark(tracer, object, word);
    }
}

/* ---- tracing ---- */

static void trace_slots(hfi_tracer *tracer, hf_slot *slot, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        hfi_trace_slot(tracer, &slot[i]);
    }
}

static void trace_record(hfi_tracer *tracer, uintptr_t object, const hf_type *type)
{
    HF_VERIFY(type && type->kind == HFI_KIND_RECORD);
    char *payload = hfi_payload_8(object);
    for (uint32_t i = 0; i < type->ref_count; i++) {
        hfi_trace_slot(tracer, (hf_slot *)(void *)(payload + type->ref_offsets[i]));
    }
}

void hfi_trace_fields(hfi_tracer *tracer, uintptr_t object)
{
    uint64_t word = hfi_object_word(object);
    if (is_leaf(word)) {
        return;
    }
    if (hfi_word_type(word) == HFI_TYPE_ARRAY) {
        trace_slots(tracer, hfi_payload_16(object), *hfi_object_length(object));
    } else {
        trace_record(tracer, object, hfi_type_find(hfi_word_type(word)));
    }
}

/* Until it moves itself, which is when something refers to it: then its copy is traced, and what is
 * left here is not what it was. */
static void trace_dead_slots(hfi_tracer *tracer, uintptr_t object, hf_slot *slot, uint64_t count)
{
    for (uint64_t i = 0; i < count && !(hfi_object_word(object) & HFI_FORWARDED); i++) {
        hfi_trace_slot(tracer, &slot[i]);
    }
}

void hfi_trace_dead_fields(hfi_tracer *tracer, uintptr_t object)
{
    uint64_t word = hfi_object_word(object);
    if (is_leaf(word)) {
        return;
    }
    if (hfi_word_type(word) == HFI_TYPE_ARRAY) {
        trace_dead_slots(tracer, object, hfi_payload_16(object), *hfi_object_length(object));
        return;
    }
    const hf_type *type = hfi_type_find(hfi_word_type(word));
    char *payload = hfi_payload_8(object);
    for (uint32_t i = 0; i < type->ref_count; i++) {
        trace_dead_slots(tracer, object, (hf_slot *)(void *)(payload + type->ref_offsets[i]), 1);
    }
}

/* True if there was anything to trace.  The block may become full and be queued meanwhile; its
 * `scan` goes along. */
static bool trace_block(hfi_tracer *tracer, uint32_t index)
{
    if (index == 0) {
        return false;
    }
    hfi_block *block = hfi_block_at(tracer->heap, index);
    bool found = block->scan < block->fill;
    while (block->scan < block->fill) {
        uintptr_t object = block->scan;
        block->scan += hfi_word_size(hfi_object_word(object));
        hfi_trace_fields(tracer, object);
    }
    return found;
}

static bool trace_one_run(hfi_tracer *tracer)
{
    hfi_run *run = tracer->gray_runs;
    if (!run) {
        return false;
    }
    tracer->gray_runs = run->gray_next;
    hfi_trace_fields(tracer, run->object);
    return true;
}

static bool trace_one_gray_block(hfi_tracer *tracer)
{
    uint32_t index = tracer->gray_blocks;
    if (index == 0) {
        return false;
    }
    tracer->gray_blocks = hfi_block_at(tracer->heap, index)->next;
    trace_block(tracer, index);
    return true;
}

void hfi_trace_reached(hfi_tracer *tracer)
{
    while (trace_one_gray_block(tracer) || trace_block(tracer, tracer->to_small) ||
           trace_block(tracer, tracer->to_medium) || trace_one_run(tracer)) {
    }
}

static bool mark_more(hfi_tracer *tracer)
{
    bool found = false;
    for (hfi_participant *p = tracer->heap->participants; p; p = p->next) {
        found |= p->mark_more && p->mark_more(p->self, tracer);
    }
    return found;
}

void hfi_trace_drain(hfi_tracer *tracer)
{
    do {
        hfi_trace_reached(tracer);
    } while (mark_more(tracer));
}

/* ---- pins ---- */

static void pin_object(hfi_tracer *tracer, uintptr_t object, uint64_t word)
{
    hfi_heap *heap = tracer->heap;
    set_word(object, with_mark(heap, word));
    heap->pinned++;
    if (hfi_is_large(heap, object)) {
        count_live(heap, hfi_large_find(heap, object)->size, false);
    } else {
        keep_small(heap, object, word);
    }
}

void hfi_trace_pin(hfi_tracer *tracer, uintptr_t object)
{
    if (object == 0) {
        return;
    }
    uint64_t word = hfi_object_word(object);
    if (tracer->phase == HFI_PHASE_CHECK) {
        hf_slot slot = { object };
        tracer->looker->slot(tracer->looker, &slot);
    } else if (tracer->phase == HFI_PHASE_PIN_FIELDS) {
        hfi_trace_fields(tracer, object); /* once all pins are known; a second time does no harm */
    } else if (!is_marked(tracer->heap, word)) {
        pin_object(tracer, object, word);
    }
}

/* ---- for participants ---- */

bool hfi_trace_is_live(hfi_tracer *tracer, uintptr_t object)
{
    if (HF_UNLIKELY(tracer->phase == HFI_PHASE_CHECK)) {
        return tracer->looker->is_known(tracer->looker, object);
    }
    uint64_t word = hfi_object_word(object);
    return (word & HFI_FORWARDED) || is_marked(tracer->heap, word);
}

uintptr_t hfi_trace_address(hfi_tracer *tracer, uintptr_t object)
{
    HF_ASSERT(hfi_trace_is_live(tracer, object));
    uint64_t word = hfi_object_word(object);
    return word & HFI_FORWARDED ? (uintptr_t)(word & ~HFI_FORWARDED) : object;
}
