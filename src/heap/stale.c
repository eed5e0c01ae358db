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
#include "heap/birth.h"

/* The last loan of that place, so that who kept its address is named. */
static const hfi_loan *find_loan(const hfi_heap *heap, uintptr_t address, bool is_guard)
{
    for (uint32_t back = 1; back <= HFI_LOANS; back++) {
        const hfi_loan *loan = &heap->loan[(heap->loan_next - back) % HFI_LOANS];
        if (loan->is_guard == is_guard && address - loan->start < loan->end - loan->start) {
            return loan;
        }
    }
    return NULL;
}

static _Noreturn void end_with(hfi_text *text)
{
    size_t length = hfi_text_end(text);
    hfp_write_stderr(text->buffer, length < text->size ? length : text->size - 1);
    hfp_abort();
}

/* Which object was here, where it was made, and whose loan of it ended last. */
static void add_object(const hfi_heap *heap, uintptr_t address, hfi_text *text)
{
    const hfi_grave *grave = hfi_birth_grave(heap->births, address);
    if (!grave) {
        return;
    }
    hfi_text_format(text, "  object: %s, %llu bytes\n", grave->type ? grave->type : "?",
                    (unsigned long long)grave->size);
    if (grave->birth.site.file) {
        hfi_text_format(text, "  made at: %s:%d\n", grave->birth.site.file, grave->birth.site.line);
    }
    for (const hfi_participant *p = heap->participants; p; p = p->next) {
        if (p->tell_loan) {
            p->tell_loan(p->self, grave->birth.number, text);
        }
    }
}

static _Noreturn void tell(const hfi_heap *heap, uintptr_t address, uint64_t retired_at)
{
    char buffer[1024];
    hfi_text text = hfi_text_begin(buffer, sizeof buffer);
    hfi_text_format(&text,
                    "holdfast: stale address 0x%llx: the object here moved or died at collection "
                    "%llu (now %llu); pin it or hold a fence while native code uses it\n",
                    (unsigned long long)address, (unsigned long long)retired_at,
                    (unsigned long long)heap->collections);
    add_object(heap, address, &text);
    const hfi_loan *loan = find_loan(heap, address, false);
    if (loan) {
        hfi_text_format(&text,
                        "  retained by: %s, argument %u, which promises {noretain}; leave that out "
                        "and pin the buffer for as long as it is used\n",
                        loan->function, loan->argument);
    }
    end_with(&text);
}

static _Noreturn void tell_overrun(uintptr_t address, const hfi_loan *guard)
{
    char buffer[320];
    hfi_text text = hfi_text_begin(buffer, sizeof buffer);
    hfi_text_format(&text,
                    "holdfast: %s went behind the end of its argument %u, to address 0x%llx; check "
                    "the unit of the capacity (HF_E_OVERRUN)\n",
                    guard->function, guard->argument, (unsigned long long)address);
    end_with(&text);
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
        const hfi_loan *guard = find_loan(heap, address, true);
        if (guard) {
            tell_overrun(address, guard);
        }
    }
    return false;
}

void hfi_stale_watch(hfi_heap *heap)
{
    const hfi_settings *settings = &heap->parts->settings;
    bool is_wanted = settings->checked || settings->guard_pages; /* stress is checked, too */
    /* Where there are too many watchers the trap works all the same, without the words. */
    heap->is_watched = is_wanted && hfp_fault_watch(recognise, heap) == HF_OK;
}

bool hfi_heap_is_turn(hfi_heap *heap, uint32_t every)
{
    return atomic_fetch_add_explicit(&heap->turns, 1, memory_order_relaxed) % every == 0;
}

void hfi_loan_add(hfi_heap *heap, const hfi_loan *loan, const char *function)
{
    hfp_mutex_lock(&heap->lock);
    hfi_loan *to = &heap->loan[heap->loan_next % HFI_LOANS];
    *to = *loan;
    hfi_text text = hfi_text_begin(to->function, sizeof to->function);
    hfi_text_add(&text, function);
    hfi_text_end(&text);
    heap->loan_next++;
    hfp_mutex_unlock(&heap->lock);
}

void hfi_loan_end(hfi_heap *heap, uintptr_t start)
{
    hfp_mutex_lock(&heap->lock);
    for (uint32_t i = 0; i < HFI_LOANS; i++) {
        if (heap->loan[i].is_guard && heap->loan[i].start == start) {
            heap->loan[i].end = start;
        }
    }
    hfp_mutex_unlock(&heap->lock);
}

void hfi_heap_remember_loan(hfi_heap *heap, uintptr_t object, const char *function,
                            unsigned argument)
{
    hfi_loan loan = { .start = object,
                      .end = object + hfi_object_size(heap, object),
                      .argument = argument };
    hfi_loan_add(heap, &loan, function);
}

void hfi_stale_unwatch(hfi_heap *heap)
{
    if (heap->is_watched) {
        hfp_fault_unwatch(recognise, heap);
        heap->is_watched = false;
    }
}
