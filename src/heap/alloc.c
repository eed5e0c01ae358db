/* SPDX-License-Identifier: MIT */

/*
 * Allocation.
 *
 * A thread bumps through a window of zeroed memory: alloc_next up to alloc_limit.
 * The limit check is the safepoint poll.  When the window is used up the next
 * stride of the thread's hole is zeroed and added; when the hole is, the next hole
 * of the block; when the block is, a block is taken under the heap's lock, once
 * for 32 KiB.
 *
 * The new limit is installed by compare-and-exchange against the old one: a
 * collector that wants to stop has exchanged it for zero (thread/stop.c), and a
 * plain store would lose that.
 *
 * Under stress there is no window, so that every allocation comes by here and
 * passes a safepoint.
 */

#include "heap/space.h"

#include "base/size.h"
#include "heap/birth.h"

#include <string.h>

/* Collections for one allocation whose fruits others may take before it is refused. */
#define COLLECTIONS_MAX 48u

static uint64_t header_word(const hf_type *type, size_t size)
{
    uint64_t granules = size <= HFI_SMALL_MAX ? size / HFI_GRANULE : 0;
    return (uint64_t)type->id << HFI_TYPE_SHIFT | granules << HFI_SIZE_SHIFT;
}

static void init_object(uintptr_t object, const hfi_request *request, uint64_t word)
{
    atomic_store_explicit(hfi_object_header(object), word, memory_order_relaxed);
    if (request->type->header_size == 16) {
        *hfi_object_length(object) = request->length;
    }
}

static inline void note_birth(const hf_thread *thread, uintptr_t object, hf_site site)
{
    if (HF_UNLIKELY(thread->checked)) {
        hfi_birth_add(thread->parts->heap->births, object, site);
    }
}

/* ---- holes ---- */

/* The next run of unmarked lines of the thread's block. */
static bool next_hole(hfi_heap *heap, hf_thread *thread)
{
    if (thread->hole_block == 0) {
        return false;
    }
    uintptr_t start = hfi_block_address(heap, thread->hole_block);
    const uint8_t *lines = hfi_block_lines(heap, thread->hole_block);
    size_t line = thread->hole_end ? (thread->hole_end - start) / HFI_LINE_SIZE : 0;
    while (line < HFI_LINES_PER_BLOCK && lines[line]) {
        line++;
    }
    if (line == HFI_LINES_PER_BLOCK) {
        thread->hole_block = 0;
        return false;
    }
    size_t end = line;
    while (end < HFI_LINES_PER_BLOCK && !lines[end]) {
        end++;
    }
    thread->hole_next = start + line * HFI_LINE_SIZE;
    thread->hole_end = start + end * HFI_LINE_SIZE;
    return true;
}

/* The zeroed window goes on into the hole if it ends where the hole's unused part begins; but the
 * window of the block below ends where this block begins. */
static bool window_continues(const hfi_heap *heap, const hf_thread *thread, uintptr_t limit)
{
    return limit == thread->hole_next &&
           thread->alloc_next >= hfi_block_address(heap, thread->hole_block);
}

/* Takes `size` bytes, growing the zeroed window into the hole: 0 if that is too short, or a stop is
 * wanted. */
static uintptr_t take_from_hole(const hfi_heap *heap, hf_thread *thread, size_t size)
{
    uintptr_t limit = atomic_load_explicit(&thread->alloc_limit, memory_order_relaxed);
    uintptr_t zeroed = thread->hole_next;
    uintptr_t place = window_continues(heap, thread, limit) ? thread->alloc_next : zeroed;
    if (limit == HFI_LIMIT_STOP || thread->hole_end - place < size) {
        return 0;
    }
    uintptr_t end = place + size;
    if (!thread->stress && end < zeroed + HFI_STRIDE) {
        end = thread->hole_end - zeroed < HFI_STRIDE ? thread->hole_end : zeroed + HFI_STRIDE;
    }
    memset((void *)zeroed, 0, end - zeroed);
    if (!thread->stress) {
        if (!atomic_compare_exchange_strong_explicit(&thread->alloc_limit, &limit, end,
                                                     memory_order_relaxed, memory_order_relaxed)) {
            return 0;
        }
        thread->alloc_next = place + size;
    }
    thread->hole_next = end;
    return place;
}

/* ---- blocks ---- */

/* What one allocation has gone through, and the heap as it was when it was refused last. */
typedef struct pressure {
    unsigned collected;
    bool is_quarantine_over;
    uint64_t collections;
    uint64_t since_bytes;
} pressure;

/* lock: heap->lock */
static void note_heap(const hfi_heap *heap, pressure *state)
{
    state->collections = heap->collections;
    state->since_bytes = heap->since_bytes;
}

static hf_status take_block(hfi_heap *heap, hf_thread *thread, pressure *state)
{
    hf_status status = HF_OK;
    hfp_mutex_lock(&heap->lock);
    note_heap(heap, state);
    bool due = state->collected == 0 && heap->since_bytes >= heap->trigger_bytes;
    uint32_t block = due ? 0 : hfi_block_take(heap, &status);
    if (block != 0) {
        /* Counted whole, although a recycled block has less: the copy reserve must not be short. */
        heap->since_bytes += HFI_BLOCK_SIZE;
        heap->small_since_bytes += HFI_BLOCK_SIZE;
    }
    hfp_mutex_unlock(&heap->lock);
    thread->hole_block = block;
    thread->hole_next = thread->hole_end = 0;
    return due ? HF_E_LIMIT : status;
}

/* Gives memory that stress keeps unused back, before a program is told that there is none. */
static void end_quarantine(hfi_heap *heap, hf_thread *thread)
{
    hfi_world_stop(heap->parts->world, thread);
    hfp_mutex_lock(&heap->lock);
    hfi_block_end_quarantine(heap, UINT64_MAX);
    hfi_large_end_quarantine(heap, UINT64_MAX);
    hfp_mutex_unlock(&heap->lock);
    hfi_world_resume(heap->parts->world, thread);
}

/*
 * Collects for this allocation, then it tries without; what then fails is the answer.  Unless other
 * threads had taken what the collection gave, for then there may be garbage again.
 */
static bool relieve(hfi_heap *heap, hf_thread *thread, pressure *state, hf_status why)
{
    if (why == HF_E_OVERFLOW) {
        return false;
    }
    if (state->collected == 0 || (state->since_bytes != 0 && state->collected < COLLECTIONS_MAX)) {
        state->collected++;
        (void)hfi_heap_collect_if(thread, thread->stress, state->collections);
    } else if (!state->is_quarantine_over) {
        state->is_quarantine_over = true;
        end_quarantine(heap, thread);
    } else {
        return false;
    }
    return true;
}

static hf_status allocate_small_slow(hf_thread *thread, size_t size, uintptr_t *place_out)
{
    hfi_heap *heap = thread->parts->heap;
    pressure state = { 0 };
    hfi_safepoint(thread);
    for (;;) {
        uintptr_t place = take_from_hole(heap, thread, size);
        if (place != 0) {
            *place_out = place;
            return HF_OK;
        }
        if (atomic_load_explicit(&thread->gate, memory_order_relaxed)) {
            hfi_safepoint(thread);
        } else if (!next_hole(heap, thread)) {
            hf_status status = take_block(heap, thread, &state);
            if (status != HF_OK && !relieve(heap, thread, &state, status)) {
                return status;
            }
        }
    }
}

/* Of its own pages, or in a block whose objects never move.  lock: heap->lock */
static hf_status take_apart(hfi_heap *heap, const hfi_request *request, size_t small,
                            uintptr_t *object_out)
{
    /* Under the lock: statistics and checks walk the runs, and addresses lead to objects. */
    uint64_t flags = request->immovable ? HFI_FLAG_IMMOVABLE : 0;
    hf_status status;
    hfi_run *run;
    if (small) {
        status = hfi_still_take(heap, small, object_out);
    } else {
        status = hfi_large_take(heap, request, &run);
        if (status == HF_OK) {
            heap->since_bytes += run->size;
            run->immovable = request->immovable;
            *object_out = run->object;
        }
    }
    if (status == HF_OK) {
        init_object(*object_out, request,
                    header_word(request->type, small ? small : SIZE_MAX) | flags);
    }
    return status;
}

static hf_status try_apart(hfi_heap *heap, const hfi_request *request, size_t small,
                           pressure *state, uintptr_t *object_out)
{
    hfp_mutex_lock(&heap->lock);
    hf_status status = HF_E_LIMIT;
    uint64_t limit = heap->parts->settings.heap_limit_bytes;
    uint64_t in_use = (uint64_t)heap->used_blocks * HFI_BLOCK_SIZE + heap->large_bytes;
    note_heap(heap, state);
    bool due = state->collected == 0 &&
               heap->since_bytes + request->payload >= heap->trigger_bytes &&
               heap->since_bytes != 0;
    if (!due && in_use <= limit && request->payload <= limit - in_use) {
        status = take_apart(heap, request, small, object_out);
    }
    hfp_mutex_unlock(&heap->lock);
    return status;
}

/* `small`: bytes of one that shares a block with others, 0: it has pages of its own. */
static hf_status allocate_apart(hf_thread *thread, const hfi_request *request, size_t small,
                                uintptr_t *object_out)
{
    hfi_heap *heap = thread->parts->heap;
    pressure state = { 0 };
    hfi_safepoint(thread);
    if (request->payload > PTRDIFF_MAX) {
        return HF_E_OVERFLOW;
    }
    for (;;) {
        hf_status status = try_apart(heap, request, small, &state, object_out);
        if (status == HF_OK) {
            note_birth(thread, *object_out, request->site);
            return HF_OK;
        }
        if (!relieve(heap, thread, &state, status)) {
            return status;
        }
    }
}

hf_status hfi_heap_allocate(hf_thread *thread, const hfi_request *request, uintptr_t *object_out)
{
    HF_ASSERT(!thread->in_collector);
    size_t header = request->type->header_size;
    if (request->payload > HFI_SMALL_MAX - header || request->guarded ||
        request->alignment > HFI_GRANULE) {
        return allocate_apart(thread, request, 0, object_out);
    }
    size_t size = hfi_align_up(header + request->payload, HFI_GRANULE);
    if (request->immovable) {
        return allocate_apart(thread, request, thread->stress ? 0 : size, object_out);
    }
    uintptr_t place = thread->alloc_next;
    if (HF_LIKELY(place + size <=
                  atomic_load_explicit(&thread->alloc_limit, memory_order_relaxed))) {
        thread->alloc_next = place + size;
    } else {
        hf_status status = allocate_small_slow(thread, size, &place);
        if (status != HF_OK) {
            return status;
        }
    }
    init_object(place, request, header_word(request->type, size));
    note_birth(thread, place, request->site);
    *object_out = place;
    return HF_OK;
}
