/* SPDX-License-Identifier: MIT */

/*
 * Buffers that end at a page which can be made inaccessible.
 *
 *   run:  | header, payload ....................... | page |
 *                                  guard_at, rounded ^
 *
 * The page belongs to the object's run and is closed only while native code has
 * the buffer, which pins it: so nothing that moves, frees or checks objects meets a
 * closed page.  A page that the system does not close leaves the call as it is without
 * guards.  Up to 15 bytes between the end and the page are there for
 * alignment; what is written there is the canary's to find.
 *
 * Threads: the owner of the call; the fault watcher reads the ring of loans.
 */

#include "heap/space.h"

#include "base/size.h"

#define OPENING_TRIES 3

hf_status hfi_bytes_allocate_guarded(hf_thread *thread, size_t size, size_t guard_at,
                                     uintptr_t *object_out)
{
    hfi_request request = { .type = hfi_type_find(HFI_TYPE_BYTES),
                            .length = size,
                            .payload = size,
                            .immovable = true,
                            .guarded = true,
                            .guard_at = guard_at };
    return hfi_heap_allocate(thread, &request, object_out);
}

static uintptr_t page_of(uintptr_t object, size_t guard_at)
{
    return (uintptr_t)hfi_payload_16(object) + hfi_align_up(guard_at, HFI_GRANULE);
}

void hfi_heap_guard(hfi_heap *heap, uintptr_t object, size_t guard_at, const char *function,
                    unsigned argument)
{
    uintptr_t page = page_of(object, guard_at);
    HF_ASSERT(page % heap->page_size == 0);
    hfi_loan loan = {
        .start = page, .end = page + heap->page_size, .argument = argument, .is_guard = true
    };
    hfi_loan_add(heap, &loan, function);
    (void)!hfp_vm_protect((void *)page, heap->page_size, HFP_NO_ACCESS);
}

/* A page that was never closed is open already, and the way back to what it was asks the system for
 * no memory: who is told no all the same asks again, because the canary behind it is read next. */
void hfi_heap_unguard(hfi_heap *heap, uintptr_t object, size_t guard_at)
{
    uintptr_t page = page_of(object, guard_at);
    hf_status status = HF_E_NOMEM;
    for (int i = 0; i < OPENING_TRIES && status != HF_OK; i++) {
        status = hfp_vm_protect((void *)page, heap->page_size, HFP_READ_WRITE);
    }
    HF_VERIFY(status == HF_OK);
    hfi_loan_end(heap, page);
}
