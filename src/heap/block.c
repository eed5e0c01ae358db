/* SPDX-License-Identifier: MIT */

/*
 * Blocks: taking them, the copy reserve, quarantine.
 *
 * The copy reserve.  A collection copies at most what was live after the last one
 * and what was allocated since.  A to-space block is left for the next one when an
 * object (at most 8 KiB of its 32) does not fit, so it is filled to three quarters
 * at least, and there are two partly filled ones: 4/3 of those bytes and two
 * blocks are always enough.  A mutator gets a block only while that many are free
 * and committed, so a collection normally finds its reserve; where pinned blocks or
 * quarantine have eaten it, it is restored before the first object moves: by more
 * chunks, and where there are none by the oldest blocks in quarantine.
 */

#include "heap/space.h"

#include <string.h>

/* 64 MiB: a program with much live data must still fit the machine under stress. */
#define QUARANTINE_BLOCKS_MAX 2048u

void hfi_list_push(hfi_heap *heap, hfi_block_list *list, uint32_t index)
{
    hfi_block_at(heap, index)->next = list->head;
    list->head = index;
    list->count++;
}

uint32_t hfi_list_pop(hfi_heap *heap, hfi_block_list *list)
{
    uint32_t index = list->head;
    if (index != 0) {
        list->head = hfi_block_at(heap, index)->next;
        list->count--;
    }
    return index;
}

/* Commits one more chunk and puts its blocks on the free list. */
static hf_status add_chunk(hfi_heap *heap)
{
    uintptr_t chunk = heap->small_end;
    if (heap->large_low - chunk < HFI_CHUNK_SIZE) {
        return HF_E_LIMIT;
    }
    hf_status status = hfp_vm_commit((void *)chunk, HFI_CHUNK_SIZE);
    if (status != HF_OK) {
        return HF_E_NOMEM;
    }
    heap->small_end += HFI_CHUNK_SIZE;
    heap->committed_bytes += HFI_CHUNK_SIZE;
    uint32_t first = hfi_block_index(heap, chunk);
    hfi_block_at(heap, first)->state = HFI_BLOCK_META;
    for (uint32_t i = HFI_BLOCKS_PER_CHUNK - 1; i > 0; i--) {
        hfi_block_at(heap, first + i)->state = HFI_BLOCK_FREE;
        hfi_list_push(heap, &heap->free, first + i);
    }
    return HF_OK;
}

static void make_free(hfi_heap *heap, uint32_t index)
{
    hfi_block_at(heap, index)->state = HFI_BLOCK_FREE;
    hfi_list_push(heap, &heap->free, index);
}

/* Blocks that copying `bytes` of small objects may take. */
static uint32_t reserve_for(uint64_t bytes)
{
    uint64_t filled = HFI_BLOCK_SIZE - HFI_SMALL_MAX;
    return (uint32_t)((bytes + filled - 1) / filled) + 2;
}

/* Most bytes of small objects that can be live: by the blocks, and by what was counted. */
static uint64_t small_bytes_max(const hfi_heap *heap)
{
    uint64_t by_blocks = (uint64_t)heap->used_blocks * HFI_BLOCK_SIZE;
    uint64_t by_count = heap->small_live_bytes + heap->small_since_bytes;
    return by_count < by_blocks ? by_count : by_blocks;
}

/* Oldest first. */
static bool end_one_quarantine(hfi_heap *heap)
{
    uint32_t index = heap->quarantine.head;
    if (index == 0 || hfp_vm_protect((void *)hfi_block_address(heap, index), HFI_BLOCK_SIZE,
                                     HFP_READ_WRITE) != HF_OK) {
        return false;
    }
    hfi_list_pop(heap, &heap->quarantine);
    make_free(heap, index);
    return true;
}

/* Sees to it that `need` blocks are on the free list. */
static hf_status have_free(hfi_heap *heap, uint32_t need)
{
    hf_status status = HF_OK;
    while (heap->free.count < need) {
        status = add_chunk(heap);
        if (status != HF_OK && !end_one_quarantine(heap)) {
            return status;
        }
    }
    return HF_OK;
}

hf_status hfi_block_prepare_copy(hfi_heap *heap)
{
    return have_free(heap, reserve_for(small_bytes_max(heap)));
}

/* Holes between pinned objects.  Under stress their neighbours' old addresses must stay unused. */
static uint32_t take_recyclable(hfi_heap *heap)
{
    if (heap->parts->settings.stress_every != 0) {
        return 0;
    }
    uint32_t index = hfi_list_pop(heap, &heap->recyclable);
    if (index != 0) {
        hfi_block_at(heap, index)->state = HFI_BLOCK_USED;
    }
    return index;
}

static bool is_within_limit(const hfi_heap *heap)
{
    uint64_t used = ((uint64_t)heap->used_blocks + 1) * HFI_BLOCK_SIZE + heap->large_bytes;
    return used <= heap->parts->settings.heap_limit_bytes;
}

/* One that is free, as the copy reserve and the limit allow. */
static uint32_t take_free(hfi_heap *heap, hfi_block_state state, hf_status *why_out)
{
    if (!is_within_limit(heap)) {
        *why_out = HF_E_LIMIT;
        return 0;
    }
    uint32_t index = hfi_list_pop(heap, &heap->free);
    hfi_block *block = hfi_block_at(heap, index);
    block->state = (uint16_t)state;
    block->marked_lines = 0;
    memset(hfi_block_lines(heap, index), 0, HFI_LINES_PER_BLOCK);
    heap->used_blocks++;
    return index;
}

uint32_t hfi_block_take_still(hfi_heap *heap, hf_status *why_out)
{
    /* What never moves needs no reserve, but must not eat that of others. */
    *why_out = have_free(heap, 1 + reserve_for(small_bytes_max(heap)));
    return *why_out == HF_OK ? take_free(heap, HFI_BLOCK_STILL, why_out) : 0;
}

uint32_t hfi_block_take(hfi_heap *heap, hf_status *why_out)
{
    /* The reserve comes first: what goes into a recycled block will be copied too. */
    *why_out = have_free(heap, 1 + reserve_for(small_bytes_max(heap) + HFI_BLOCK_SIZE));
    if (*why_out != HF_OK) {
        return 0;
    }
    uint32_t index = take_recyclable(heap);
    return index != 0 ? index : take_free(heap, HFI_BLOCK_USED, why_out);
}

uint32_t hfi_block_take_to_space(hfi_heap *heap)
{
    uint32_t index = hfi_list_pop(heap, &heap->free);
    HF_VERIFY(index != 0); /* by the copy reserve, see above */
    hfi_block *block = hfi_block_at(heap, index);
    block->state = HFI_BLOCK_TO;
    block->next = 0;
    block->marked_lines = 0;
    block->scan = block->fill = hfi_block_address(heap, index);
    heap->used_blocks++;
    return index;
}

static void quarantine_block(hfi_heap *heap, uint32_t index)
{
    hfi_block *block = hfi_block_at(heap, index);
    block->state = HFI_BLOCK_QUARANTINE;
    block->retired_at = heap->collections;
    block->next = 0;
    if (heap->quarantine.head == 0) {
        heap->quarantine.head = index;
    } else {
        hfi_block_at(heap, heap->quarantine_tail)->next = index;
    }
    heap->quarantine_tail = index;
    heap->quarantine.count++;
}

void hfi_block_retire(hfi_heap *heap, uint32_t index, bool quarantine)
{
    heap->used_blocks--;
    void *address = (void *)hfi_block_address(heap, index);
    if (quarantine && hfp_vm_protect(address, HFI_BLOCK_SIZE, HFP_NO_ACCESS) == HF_OK) {
        quarantine_block(heap, index);
    } else {
        make_free(heap, index);
    }
}

void hfi_block_end_quarantine(hfi_heap *heap, uint64_t older_than)
{
    while (heap->quarantine.head != 0 &&
           (hfi_block_at(heap, heap->quarantine.head)->retired_at < older_than ||
            heap->quarantine.count > QUARANTINE_BLOCKS_MAX)) {
        if (!end_one_quarantine(heap)) {
            return; /* stays where it is; the next collection tries again */
        }
    }
}
