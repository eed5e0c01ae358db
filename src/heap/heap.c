/* SPDX-License-Identifier: MIT */

/*
 * A heap from its first reservation to its end, and its figures.
 */

#include "heap/space.h"

#include "base/alloc.h"
#include "base/size.h"
#include "heap/birth.h"

#include <string.h>

#define RESERVE_MIN ((size_t)16 << 20)

static hf_status stress_attached(void *self, hf_thread *thread)
{
    (void)self;
    thread->hole_next = thread->hole_end = 0;
    thread->hole_block = 0;
    return HF_OK;
}

/* Where memory for the copy is missing a stress collection does not take place; the program's own
 * ones say so. */
static void stress_collect(void *self, hf_thread *thread)
{
    (void)self;
    (void)!hfi_heap_collect_if(thread, true, UINT64_MAX);
}

/* Address space: as asked, or the largest half, quarter … that there is. */
static hf_status reserve_range(hfi_heap *heap, uint64_t wanted)
{
    uint64_t most = SIZE_MAX / 2;
    size_t size = hfi_align_down((size_t)(wanted < most ? wanted : most), HFI_CHUNK_SIZE);
    size = size < RESERVE_MIN ? RESERVE_MIN : size;
    for (; size >= RESERVE_MIN; size = hfi_align_down(size / 2, HFI_CHUNK_SIZE)) {
        void *base;
        if (hfp_vm_reserve(size, HFI_CHUNK_SIZE, &base) == HF_OK) {
            heap->base = (uintptr_t)base;
            heap->end = heap->base + size;
            return HF_OK;
        }
    }
    return HF_E_NOMEM;
}

static size_t map_size(const hfi_heap *heap)
{
    size_t pages = (heap->end - heap->base) >> heap->page_shift;
    return hfi_align_up(pages * sizeof(uintptr_t), heap->page_size);
}

static void init_page_size(hfi_heap *heap)
{
    heap->page_size = hfp_features_get()->page_size;
    while ((size_t)1 << heap->page_shift < heap->page_size) {
        heap->page_shift++;
    }
}

static hf_status reserve_map(hfi_heap *heap)
{
    size_t granularity = hfp_features_get()->reserve_granularity;
    void *map;
    if (hfp_vm_reserve(map_size(heap), granularity, &map) != HF_OK) {
        return HF_E_NOMEM;
    }
    heap->run_of_page = map;
    heap->run_map_low = map_size(heap);
    return HF_OK;
}

static void release_range(hfi_heap *heap)
{
    hfp_vm_release((void *)heap->base, heap->end - heap->base);
    hfp_vm_release(heap->run_of_page, map_size(heap));
}

static hf_status reserve_all(hfi_heap *heap)
{
    hf_status status = reserve_range(heap, heap->parts->settings.heap_reserve_bytes);
    if (status != HF_OK) {
        return status;
    }
    status = reserve_map(heap);
    if (status != HF_OK) {
        hfp_vm_release((void *)heap->base, heap->end - heap->base);
        return status;
    }
    if (heap->parts->settings.checked) {
        status = hfi_births_create(heap, &heap->births);
    }
    if (status != HF_OK) {
        release_range(heap);
    }
    return status;
}

hf_status hfi_heap_create(hfi_parts *parts, hfi_heap **heap_out)
{
    hfi_heap *heap = hfi_alloc(sizeof *heap);
    if (!heap) {
        return HF_E_NOMEM;
    }
    heap->parts = parts;
    init_page_size(heap);
    hf_status status = reserve_all(heap);
    if (status != HF_OK) {
        hfi_free(heap);
        return status;
    }
    uint64_t range = heap->end - heap->base;
    uint64_t limit =
        parts->settings.heap_limit_bytes ? parts->settings.heap_limit_bytes : range / 4;
    parts->settings.heap_limit_bytes = limit < range ? limit : range;
    hfp_mutex_init(&heap->lock);
    heap->small_end = heap->base;
    heap->large_low = heap->end;
    heap->trigger_bytes = parts->settings.nursery_bytes;
    hfi_world_hooks hooks = { .self = heap, .attached = stress_attached, .stress = stress_collect };
    hfi_world_set_hooks(parts->world, 0, &hooks);
    hfi_stale_watch(heap);
    *heap_out = heap;
    return HF_OK;
}

void hfi_heap_destroy(hfi_heap *heap, bool keep_memory)
{
    hfi_stale_unwatch(heap);
    if (keep_memory) {
        return; /* somebody may still read or write there: leaked, and reported by the runtime */
    }
    release_range(heap);
    hfi_large_finish(heap);
    hfi_births_destroy(heap->births);
    hfp_mutex_finish(&heap->lock);
    hfi_free(heap);
}

void hfi_heap_lock(hfi_heap *heap)
{
    hfp_mutex_lock(&heap->lock);
    hfi_births_lock(heap->births);
}

void hfi_heap_unlock(hfi_heap *heap)
{
    hfi_births_unlock(heap->births);
    hfp_mutex_unlock(&heap->lock);
}

void hfi_heap_add_participant(hfi_heap *heap, hfi_participant *participant)
{
    hfi_participant **link = &heap->participants;
    while (*link) {
        link = &(*link)->next;
    }
    participant->next = NULL;
    *link = participant;
}

bool hfi_heap_contains(const hfi_heap *heap, uintptr_t address)
{
    return address - heap->base < heap->end - heap->base;
}

void hfi_heap_range(const hfi_heap *heap, uintptr_t *base_out, uintptr_t *end_out)
{
    *base_out = heap->base;
    *end_out = heap->end;
}

size_t hfi_object_size(const hfi_heap *heap, uintptr_t object)
{
    size_t size = hfi_word_size(hfi_object_word(object));
    if (size != 0) {
        return size;
    }
    const hfi_run *run = hfi_large_find(heap, object);
    return run->size - (size_t)(object - run->start);
}

size_t hfi_object_payload_size(uintptr_t object)
{
    const hf_type *type = hfi_type_find(hfi_object_type_id(object));
    switch (type->kind) {
    case HFI_KIND_BYTES:
        return (size_t)*hfi_object_length(object);
    case HFI_KIND_ARRAY:
        return (size_t)*hfi_object_length(object) * sizeof(hf_slot);
    default:
        return type->size;
    }
}

/* Right behind one object is where the header of the next begins. */
static uintptr_t still_at(const hfi_heap *heap, uintptr_t address)
{
    uintptr_t object = hfi_still_find(heap, address);
    if (object != 0 && !hfi_object_holds(object, address)) {
        object = hfi_still_find(heap, address - 1);
    }
    return object != 0 && hfi_object_holds(object, address) ? object : 0;
}

uintptr_t hfi_heap_immovable(hfi_heap *heap, uintptr_t address)
{
    uintptr_t object = 0;
    hfp_mutex_lock(&heap->lock);
    if (address >= heap->base && address < heap->small_end) {
        object = still_at(heap, address);
    } else if (address >= heap->large_low && address < heap->end) {
        const hfi_run *run = hfi_large_at(heap, address);
        if (run && run->state == HFI_RUN_USED && run->immovable &&
            hfi_object_holds(run->object, address)) {
            object = run->object;
        }
    }
    hfp_mutex_unlock(&heap->lock);
    return object;
}

hf_status hf_heap_statistics_get(hf_runtime *runtime, hf_heap_statistics *statistics)
{
    if (!runtime || !statistics) {
        return HF_E_NULL;
    }
    if (statistics->struct_size != sizeof *statistics) {
        return HF_E_OPTIONS;
    }
    hfi_heap *heap = hfi_parts_of(runtime)->heap;
    hfp_mutex_lock(&heap->lock);
    statistics->collections = heap->collections;
    statistics->pinned_last = heap->pinned;
    statistics->objects_moved = heap->objects_moved;
    statistics->bytes_moved = heap->bytes_moved;
    statistics->objects_live = heap->objects_live;
    statistics->bytes_live = heap->bytes_live;
    statistics->bytes_in_use = (uint64_t)heap->used_blocks * HFI_BLOCK_SIZE + heap->large_bytes;
    statistics->bytes_committed = heap->committed_bytes;
    hfp_mutex_unlock(&heap->lock);
    hfi_world_stop_times(heap->parts->world, &statistics->stop_ns_total, &statistics->stop_ns_max);
    return HF_OK;
}
