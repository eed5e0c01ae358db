/* SPDX-License-Identifier: MIT */

/*
 * Small objects that stay where they were born.
 *
 * Calls make them for outputs that point into each other, two for each try, and a run
 * of pages for each costs more than the native function does.  They have blocks of
 * their own instead, whose objects are marked in place: the lines of the dead are
 * holes, and the next ones are born there.
 *
 * The first line of such a block says, by a bit for each granule, where an object
 * begins, because an address anywhere inside has to lead to it.  A collection clears
 * the bits of the dead before anybody can ask.
 *
 * Under stress there are none: a buffer that ends with its pages traps at the first
 * stale access, and one that is never reused keeps its old address unused.
 *
 * Only bytes are born so, and they refer to nothing, so marking needs no queue.
 *
 * Threads: everything under the heap's lock, or with the world stopped.
 */

#include "heap/space.h"

#include <string.h>

#define STARTS_PER_WORD 64u
#define STARTS          (HFI_BLOCK_SIZE / HFI_GRANULE)

_Static_assert(STARTS / 8 == HFI_LINE_SIZE, "a bit for each granule fills the first line");

static uint64_t *starts_of(const hfi_heap *heap, uint32_t index)
{
    return (uint64_t *)hfi_block_address(heap, index);
}

/* The line of the bits is never a hole, and does not count as one that has an object. */
static void clear_lines(hfi_heap *heap, uint32_t index)
{
    uint8_t *lines = hfi_block_lines(heap, index);
    memset(lines, 0, HFI_LINES_PER_BLOCK);
    lines[0] = 1;
    hfi_block_at(heap, index)->marked_lines = 0;
}

/* The next hole of the block that is allocated in; false: there is none. */
static bool next_hole(hfi_heap *heap)
{
    hfi_still *still = &heap->still;
    if (still->block == 0) {
        return false;
    }
    uintptr_t start = hfi_block_address(heap, still->block);
    const uint8_t *lines = hfi_block_lines(heap, still->block);
    size_t line = (still->end - start) / HFI_LINE_SIZE;
    while (line < HFI_LINES_PER_BLOCK && lines[line]) {
        line++;
    }
    size_t end = line;
    while (end < HFI_LINES_PER_BLOCK && !lines[end]) {
        end++;
    }
    still->next = start + line * HFI_LINE_SIZE;
    still->end = start + end * HFI_LINE_SIZE;
    still->block = line < HFI_LINES_PER_BLOCK ? still->block : 0;
    return still->block != 0;
}

static hf_status take_block(hfi_heap *heap)
{
    hf_status status = HF_OK;
    uint32_t index = hfi_list_pop(heap, &heap->still.holed);
    if (index == 0) {
        index = hfi_block_take_still(heap, &status);
        if (index == 0) {
            return status;
        }
        clear_lines(heap, index);
        memset(starts_of(heap, index), 0, HFI_LINE_SIZE);
    }
    heap->still.block = index;
    heap->still.next = heap->still.end = hfi_block_address(heap, index);
    return HF_OK;
}

hf_status hfi_still_take(hfi_heap *heap, size_t size, uintptr_t *place_out)
{
    hfi_still *still = &heap->still;
    while (still->block == 0 || still->end - still->next < size) {
        if (!next_hole(heap)) {
            hf_status status = take_block(heap);
            if (status != HF_OK) {
                return status;
            }
        }
    }
    uintptr_t place = still->next;
    size_t granule = (place - hfi_block_address(heap, still->block)) / HFI_GRANULE;
    starts_of(heap, still->block)[granule / STARTS_PER_WORD] |= UINT64_C(1)
                                                                << granule % STARTS_PER_WORD;
    memset((void *)place, 0, size);
    still->next = place + size;
    heap->since_bytes += size;
    *place_out = place;
    return HF_OK;
}

uintptr_t hfi_still_find(const hfi_heap *heap, uintptr_t address)
{
    uint32_t index = hfi_block_index(heap, address);
    if (hfi_block_at(heap, index)->state != HFI_BLOCK_STILL) {
        return 0;
    }
    uintptr_t start = hfi_block_address(heap, index);
    size_t granule = (address - start) / HFI_GRANULE;
    const uint64_t *starts = starts_of(heap, index);
    size_t at = granule / STARTS_PER_WORD;
    unsigned above = (unsigned)(STARTS_PER_WORD - 1 - granule % STARTS_PER_WORD);
    uint64_t bits = starts[at] << above >> above;
    while (bits == 0 && at > 0) {
        bits = starts[--at];
    }
    if (bits == 0) {
        return 0;
    }
    size_t bit = STARTS_PER_WORD - 1 - (size_t)__builtin_clzll(bits);
    return start + (at * STARTS_PER_WORD + bit) * HFI_GRANULE;
}

void hfi_still_begin_cycle(hfi_heap *heap, uint32_t index)
{
    clear_lines(heap, index);
}

/* Those that were not marked are no objects from here on. */
static void forget_dead(hfi_heap *heap, uint32_t index)
{
    uint64_t *starts = starts_of(heap, index);
    uint64_t epoch = (uint64_t)heap->epoch << HFI_MARK_SHIFT;
    for (size_t at = 0; at < STARTS / STARTS_PER_WORD; at++) {
        for (uint64_t left = starts[at]; left != 0; left &= left - 1) {
            size_t bit = (size_t)__builtin_ctzll(left);
            uintptr_t object =
                hfi_block_address(heap, index) + (at * STARTS_PER_WORD + bit) * HFI_GRANULE;
            if ((hfi_object_word(object) & HFI_MARK_MASK) != epoch) {
                starts[at] &= ~(UINT64_C(1) << bit);
            }
        }
    }
}

void hfi_still_sweep(hfi_heap *heap, uint32_t index)
{
    forget_dead(heap, index);
    hfi_list_push(heap, &heap->still.holed, index);
}
