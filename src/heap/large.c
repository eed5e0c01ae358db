/* SPDX-License-Identifier: MIT */

/*
 * Large objects: one run of pages each.
 *
 * All runs, used and free, form one list in address order that covers the range
 * from large_low to end without gaps, so freeing merges with the neighbours and
 * never needs memory.  Taking splits the first free run that fits, or moves
 * large_low down.  The list is long only where a program has many large objects;
 * they cost a system call each, so the walk does not show.
 *
 * A large object is found by its page: run_of_page holds the record for
 * every page of a used run, so an address anywhere inside leads to the object.
 * The entries of a run in quarantine stay, so that a stale address leads to it.
 */

#include "heap/space.h"

#include "base/alloc.h"
#include "base/size.h"

#include <string.h>

/* Where the map keeps the run of a page. */
static uintptr_t *page_entry(const hfi_heap *heap, uintptr_t address)
{
    return heap->run_of_page + ((address - heap->base) >> heap->page_shift);
}

hfi_run *hfi_large_at(const hfi_heap *heap, uintptr_t address)
{
    return (hfi_run *)*page_entry(heap, address);
}

hfi_run *hfi_large_find(const hfi_heap *heap, uintptr_t object)
{
    hfi_run *run = hfi_large_at(heap, object);
    HF_VERIFY(run && run->state == HFI_RUN_USED);
    return run;
}

/* Commits the page map down to the entry of `low`. */
static hf_status extend_map(hfi_heap *heap, uintptr_t low)
{
    size_t need = hfi_align_down(
        (size_t)((char *)page_entry(heap, low) - (char *)heap->run_of_page), heap->page_size);
    if (need >= heap->run_map_low) {
        return HF_OK;
    }
    size_t size = heap->run_map_low - need;
    if (hfp_vm_commit((char *)heap->run_of_page + need, size) != HF_OK) {
        return HF_E_NOMEM;
    }
    heap->run_map_low = need;
    heap->committed_bytes += size;
    return HF_OK;
}

static hfi_run *new_record(hfi_heap *heap)
{
    hfi_run *run = heap->spare_runs;
    if (run) {
        heap->spare_runs = run->above;
        memset(run, 0, sizeof *run);
        return run;
    }
    return hfi_alloc(sizeof *run);
}

static void drop_record(hfi_heap *heap, hfi_run *run)
{
    run->above = heap->spare_runs;
    heap->spare_runs = run;
}

static void link_below(hfi_heap *heap, hfi_run *run, hfi_run *above)
{
    run->above = above;
    run->below = above ? above->below : NULL;
    if (run->below) {
        run->below->above = run;
    } else {
        heap->runs = run;
    }
    if (above) {
        above->below = run;
    }
}

static void unlink_run(hfi_heap *heap, hfi_run *run)
{
    if (run->below) {
        run->below->above = run->above;
    } else {
        heap->runs = run->above;
    }
    if (run->above) {
        run->above->below = run->below;
    }
}

/* The upper part of a free run becomes a run of its own. */
static hfi_run *split_run(hfi_heap *heap, hfi_run *run, size_t size)
{
    if (run->size == size) {
        return run;
    }
    hfi_run *lower = new_record(heap);
    if (!lower) {
        return NULL;
    }
    *lower = (hfi_run){ .start = run->start,
                        .size = run->size - size,
                        .state = HFI_RUN_FREE,
                        .is_dirty = run->is_dirty };
    link_below(heap, lower, run);
    run->start += run->size - size;
    run->size = size;
    return run;
}

static hfi_run *find_free(hfi_heap *heap, size_t size)
{
    for (hfi_run *run = heap->runs; run; run = run->above) {
        if (run->state == HFI_RUN_FREE && run->size >= size) {
            return run;
        }
    }
    return NULL;
}

/* A new free run below all others. */
static hf_status grow_down(hfi_heap *heap, size_t size, hfi_run **run_out)
{
    if (size > heap->large_low - heap->small_end) {
        return HF_E_LIMIT;
    }
    uintptr_t start = heap->large_low - size;
    hf_status status = extend_map(heap, start);
    if (status != HF_OK) {
        return status;
    }
    hfi_run *run = new_record(heap);
    if (!run) {
        return HF_E_NOMEM;
    }
    run->start = start;
    run->size = size;
    run->state = HFI_RUN_FREE;
    link_below(heap, run, heap->runs);
    heap->large_low = start;
    *run_out = run;
    return HF_OK;
}

static hf_status make_zero(hfi_heap *heap, hfi_run *run)
{
    if (run->is_dirty) {
        memset((void *)run->start, 0, run->size);
        return HF_OK;
    }
    if (hfp_vm_commit((void *)run->start, run->size) != HF_OK) {
        return HF_E_NOMEM;
    }
    heap->committed_bytes += run->size;
    return HF_OK;
}

/* Two free neighbours of one kind become one run. */
static hfi_run *merge_with(hfi_heap *heap, hfi_run *lower, hfi_run *upper)
{
    if (!lower || !upper || lower->state != HFI_RUN_FREE || upper->state != HFI_RUN_FREE ||
        lower->is_dirty != upper->is_dirty) {
        return NULL;
    }
    lower->size += upper->size;
    unlink_run(heap, upper);
    drop_record(heap, upper);
    return lower;
}

static void merge_free_run(hfi_heap *heap, hfi_run *run)
{
    hfi_run *merged = merge_with(heap, run->below, run);
    merged = merged ? merged : run;
    merge_with(heap, merged, merged->above);
}

static hf_status claim_run(hfi_heap *heap, size_t size, hfi_run **run_out)
{
    hfi_run *run = find_free(heap, size);
    if (!run) {
        hf_status status = grow_down(heap, size, &run);
        if (status != HF_OK) {
            return status;
        }
    }
    run = split_run(heap, run, size);
    if (!run) {
        return HF_E_NOMEM;
    }
    hf_status status = make_zero(heap, run);
    if (status == HF_OK) {
        *run_out = run;
    } else {
        merge_free_run(heap, run); /* it is free still, but cut off */
    }
    return status;
}

static void use_run(hfi_heap *heap, hfi_run *run, uintptr_t object)
{
    run->state = HFI_RUN_USED;
    run->object = object;
    for (size_t at = 0; at < run->size; at += heap->page_size) {
        *page_entry(heap, run->start + at) = (uintptr_t)run;
    }
    heap->large_bytes += run->size;
}

hf_status hfi_large_clone(hfi_heap *heap, const hfi_run *run, hfi_run **run_out)
{
    hfi_run *clone;
    hf_status status = claim_run(heap, run->size, &clone);
    if (status == HF_OK) {
        use_run(heap, clone, clone->start + (run->object - run->start));
        *run_out = clone;
    }
    return status;
}

/* Bytes in front of the payload, and in all.  HF_E_OVERFLOW. */
static hf_status measure(const hfi_heap *heap, const hfi_request *request, size_t *lead_out,
                         size_t *size_out)
{
    size_t header = request->type->header_size;
    size_t alignment = request->alignment > HFI_GRANULE ? request->alignment : HFI_GRANULE;
    size_t lead = hfi_align_up(header, alignment);
    size_t size;
    if (!hfi_size_add(lead, request->payload, &size) ||
        size > (SIZE_MAX >> 1) - 3 * heap->page_size) {
        return HF_E_OVERFLOW;
    }
    if (request->guarded) {
        size_t used = hfi_align_up(request->guard_at, HFI_GRANULE);
        lead = hfi_align_up(lead + used, heap->page_size) - used;
        size = lead + used + heap->page_size;
    }
    *lead_out = lead;
    *size_out = hfi_align_up(size, heap->page_size);
    return HF_OK;
}

hf_status hfi_large_take(hfi_heap *heap, const hfi_request *request, hfi_run **run_out)
{
    size_t lead;
    size_t size;
    hf_status status = measure(heap, request, &lead, &size);
    hfi_run *run;
    if (status == HF_OK) {
        status = claim_run(heap, size, &run);
    }
    if (status != HF_OK) {
        return status;
    }
    use_run(heap, run, run->start + lead - request->type->header_size);
    *run_out = run;
    return HF_OK;
}

/* Gives the pages back where the system takes them; else they are zeroed at the next use. */
static void empty_run(hfi_heap *heap, hfi_run *run)
{
    run->is_dirty = hfp_vm_decommit((void *)run->start, run->size) != HF_OK;
    if (!run->is_dirty) {
        heap->committed_bytes -= run->size;
    }
}

static void free_run(hfi_heap *heap, hfi_run *run)
{
    for (size_t at = 0; at < run->size; at += heap->page_size) {
        *page_entry(heap, run->start + at) = 0;
    }
    run->state = HFI_RUN_FREE;
    run->object = 0;
    run->immovable = false;
    merge_free_run(heap, run);
}

void hfi_large_retire(hfi_heap *heap, hfi_run *run, bool quarantine)
{
    heap->large_bytes -= run->size;
    empty_run(heap, run); /* which also makes it inaccessible */
    if (quarantine && !run->is_dirty) {
        run->state = HFI_RUN_QUARANTINE;
        run->retired_at = heap->collections;
        heap->quarantined_bytes += run->size;
    } else {
        free_run(heap, run);
    }
}

void hfi_large_end_quarantine(hfi_heap *heap, uint64_t older_than)
{
    hfi_run *above;
    for (hfi_run *run = heap->runs; run; run = above) {
        above = run->above;
        if (run->state != HFI_RUN_QUARANTINE || run->retired_at >= older_than) {
            continue;
        }
        heap->quarantined_bytes -= run->size;
        free_run(heap, run);
        above = heap->quarantined_bytes ? heap->runs : NULL; /* merging may have dropped `above` */
    }
}

void hfi_large_finish(hfi_heap *heap)
{
    while (heap->runs) {
        hfi_run *run = heap->runs;
        heap->runs = run->above;
        hfi_free(run);
    }
    while (heap->spare_runs) {
        hfi_run *run = heap->spare_runs;
        heap->spare_runs = run->above;
        hfi_free(run);
    }
}
