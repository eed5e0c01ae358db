/* SPDX-License-Identifier: MIT */

/*
 * What stress says when native code uses an address that no longer holds.
 *
 * A block or run that a stress collection has emptied is inaccessible for a
 * while.  An access there raises a fault; the watcher below recognises the address
 * by the heap's own records and says what it was before it ends the process.
 *
 * It runs in a signal handler, on any thread, perhaps while a collection is under
 * way: it takes no lock, allocates nothing, reads records that stay mapped as long
 * as the heap does, and never looks at the object itself.  In the worst case the
 * number of the collection is off by one.
 */

#include "heap/space.h"

#include "diag/text.h"

static _Noreturn void tell(const hfi_heap *heap, uintptr_t address, uint64_t retired_at)
{
    char buffer[320];
    hfi_text text = hfi_text_begin(buffer, sizeof buffer);
    hfi_text_format(&text,
                    "holdfast: stale address 0x%llx: the object here moved or died at collection "
                    "%llu (now %llu); pin it or hold a fence while native code uses it\n",
                    (unsigned long long)address, (unsigned long long)retired_at,
                    (unsigned long long)heap->collections);
    size_t length = hfi_text_end(&text);
    hfp_write_stderr(buffer, length < sizeof buffer ? length : sizeof buffer - 1);
    hfp_abort();
}

static bool recognise(uintptr_t address, void *user)
{
    const hfi_heap *heap = user;
    if (address >= heap->base && address < heap->small_end) {
        const hfi_block *block = hfi_block_at(heap, hfi_block_index(heap, address));
        if (block->state == HFI_BLOCK_QUARANTINE) {
            tell(heap, address, block->retired_at);
        }
    } else if (address >= heap->large_low && address < heap->end) {
        const hfi_run *run = hfi_large_at(heap, address);
        if (run && run->state == HFI_RUN_QUARANTINE) {
            tell(heap, address, run->retired_at);
        }
    }
    return false;
}

void hfi_stale_watch(hfi_heap *heap)
{
    /* Where there are too many watchers the trap works all the same, without the words. */
    heap->is_watched =
        heap->parts->settings.stress_every != 0 && hfp_fault_watch(recognise, heap) == HF_OK;
}

void hfi_stale_unwatch(hfi_heap *heap)
{
    if (heap->is_watched) {
        hfp_fault_unwatch(recognise, heap);
        heap->is_watched = false;
    }
}
