/* SPDX-License-Identifier: MIT */

/*
 * The verifier: walks all that roots reach, with the world stopped, and checks
 * each object against its type and the block or run that it lies in, and those
 * against the lists and sums that the heap keeps of them.  What it reads may be
 * broken, so nothing is followed before it is known to be accessible.
 *
 * It shares nothing with the marking but the participants, so that a fault in one
 * does not hide in the other: the walk's list and set, no marks (heap/walk.h).
 */

#include "heap/walk.h"

#include "diag/report.h"

#include <stdio.h>

typedef struct hfi_checker {
    hfi_walk walk; /* first */
    hfi_heap *heap;
    char fault[128];
} hfi_checker;

static void found_fault(hfi_checker *checker, const char *what, uintptr_t object)
{
    if (checker->walk.status == HF_OK) {
        checker->walk.status = HF_E_MISUSE;
        snprintf(checker->fault, sizeof checker->fault, "%s at %p", what, (void *)object);
    }
}

/* ---- one object ---- */

/* Bytes that its type and its length ask for, header included; SIZE_MAX if that is no size. */
static size_t size_by_type(uintptr_t object, const hf_type *type)
{
    uint64_t unit = type->kind == HFI_KIND_ARRAY ? sizeof(hf_slot) : 1;
    if (type->header_size != 16) {
        return type->header_size + type->size;
    }
    uint64_t length = *hfi_object_length(object);
    return length > PTRDIFF_MAX / unit ? SIZE_MAX : 16 + (size_t)(length * unit);
}

/* The type that the header names, if an object of this heap can have it. */
static const hf_type *check_header(hfi_checker *checker, uintptr_t object)
{
    uint64_t word = hfi_object_word(object);
    const hf_type *type = word & HFI_FORWARDED ? NULL : hfi_type_find(hfi_word_type(word));
    if (!type || (type->owner && type->owner != checker->heap->parts->types)) {
        found_fault(checker, "header is not one of a live object", object);
        return NULL;
    }
    return type;
}

/* The header is read only once the block is known to be accessible. */
static void check_small(hfi_checker *checker, uintptr_t object)
{
    hfi_heap *heap = checker->heap;
    uint32_t index = hfi_block_index(heap, object);
    uint16_t state = hfi_block_at(heap, index)->state;
    if (state != HFI_BLOCK_USED && state != HFI_BLOCK_RECYCLABLE && state != HFI_BLOCK_STILL) {
        found_fault(checker, "object in a block that is not in use", object);
        return;
    }
    if (state == HFI_BLOCK_STILL && hfi_still_find(heap, object) != object) {
        found_fault(checker, "object that never moves is not known to its block", object);
        return;
    }
    const hf_type *type = check_header(checker, object);
    if (!type) {
        return;
    }
    size_t size = hfi_word_size(hfi_object_word(object));
    if (size == 0 || size > HFI_SMALL_MAX || size_by_type(object, type) > size) {
        found_fault(checker, "size in the header does not hold the object", object);
    } else if (hfi_block_index(heap, object + size - 1) != index) {
        found_fault(checker, "object crosses its block's end", object);
    }
}

static void check_large(hfi_checker *checker, uintptr_t object)
{
    const hfi_run *run = hfi_large_at(checker->heap, object);
    if (!run || run->state != HFI_RUN_USED) {
        found_fault(checker, "reference to a page run that is not in use", object);
        return;
    }
    if (run->object != object) {
        found_fault(checker, "reference to the inside of a large object", object);
        return;
    }
    const hf_type *type = check_header(checker, object);
    if (type && (hfi_word_size(hfi_object_word(object)) != 0 ||
                 size_by_type(object, type) > run->size - (size_t)(object - run->start))) {
        found_fault(checker, "length in the header does not fit the page run", object);
    }
}

static void check_slot(hfi_looker *self, hf_slot *slot)
{
    hfi_checker *checker = (hfi_checker *)(void *)self;
    const hfi_heap *heap = checker->heap;
    uintptr_t object = slot->word_;
    if (checker->walk.status != HF_OK) {
        return;
    }
    bool is_small = object >= heap->base && object < heap->small_end && object % HFI_GRANULE == 0;
    bool is_large = object >= heap->large_low && object < heap->end && object % 8 == 0;
    if (!is_small && !is_large) {
        found_fault(checker, "slot holds what is no object's address", object);
    } else if (hfi_walk_add(&checker->walk, object)) {
        (is_small ? check_small : check_large)(checker, object);
    }
}

/* ---- blocks and runs ---- */

static void check_blocks(hfi_checker *checker)
{
    const hfi_heap *heap = checker->heap;
    uint32_t count[HFI_BLOCK_QUARANTINE + 1] = { 0 };
    uint32_t end = hfi_block_index(heap, heap->small_end);
    for (uint32_t index = 0; index < end; index++) {
        uint16_t state = hfi_block_at(heap, index)->state;
        bool is_first = index % HFI_BLOCKS_PER_CHUNK == 0;
        if (state > HFI_BLOCK_QUARANTINE || (state == HFI_BLOCK_META) != is_first) {
            found_fault(checker, "record of a block is broken", hfi_block_address(heap, index));
            return;
        }
        count[state]++;
    }
    if (count[HFI_BLOCK_FREE] != heap->free.count || count[HFI_BLOCK_FROM] != 0 ||
        count[HFI_BLOCK_TO] != 0 || count[HFI_BLOCK_QUARANTINE] != heap->quarantine.count ||
        count[HFI_BLOCK_RECYCLABLE] != heap->recyclable.count ||
        count[HFI_BLOCK_STILL] < heap->still.holed.count ||
        count[HFI_BLOCK_USED] + count[HFI_BLOCK_RECYCLABLE] + count[HFI_BLOCK_STILL] !=
            heap->used_blocks) {
        found_fault(checker, "lists of blocks do not agree with their records", heap->base);
    }
}

static void check_runs(hfi_checker *checker)
{
    const hfi_heap *heap = checker->heap;
    uintptr_t at = heap->large_low;
    size_t used = 0, quarantined = 0;
    for (const hfi_run *run = heap->runs; run && run->start == at; run = run->above) {
        at += run->size;
        used += run->state == HFI_RUN_USED ? run->size : 0;
        quarantined += run->state == HFI_RUN_QUARANTINE ? run->size : 0;
    }
    if (at != heap->end || used != heap->large_bytes || quarantined != heap->quarantined_bytes) {
        found_fault(checker, "page runs do not cover their range", at);
    }
}

static void checker_begin(hfi_checker *checker, hf_thread *thread)
{
    checker->heap = thread->parts->heap;
    hfi_walk_begin(&checker->walk, checker->heap, check_slot, false);
    hfi_walk_stop(&checker->walk, thread);
}

hf_status hf_heap_check(hf_thread *thread)
{
    HFI_ENTRY(thread);
    hfi_checker checker;
    checker_begin(&checker, thread);
    check_blocks(&checker);
    check_runs(&checker);
    hfi_walk_pins(&checker.walk);
    hfi_walk_roots(&checker.walk);
    hfi_walk_follow(&checker.walk);
    hfi_walk_resume(&checker.walk, thread);
    hfi_walk_finish(&checker.walk);
    if (checker.walk.status == HF_E_MISUSE) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, NULL, HF_SITE,
                          "look for a write through a stale or wrong address", "%s", checker.fault);
    }
    return checker.walk.status;
}

/* ---- finding ---- */

/* Where several answers are right the first is best: inside, right behind, in the header. */
static void choose(const hfi_walk *walk, uint32_t pinned, uintptr_t address, hfi_found *found)
{
    unsigned best = 0;
    for (uint32_t i = 0; i < walk->count; i++) {
        uintptr_t object = walk->object[i];
        uintptr_t payload = (uintptr_t)hfi_object_payload(object);
        size_t size = hfi_object_payload_size(object);
        unsigned rank = address - payload < size || (address == payload && !size) ? 3
                        : address - payload == size                               ? 2
                        : address - object < payload - object                     ? 1
                                                                                  : 0;
        if (rank > best) {
            best = rank;
            found->object = object;
            found->is_pinned = i < pinned || (hfi_object_word(object) & HFI_FLAG_IMMOVABLE);
        }
    }
}

hf_status hfi_heap_find(hf_thread *thread, uintptr_t address, hfi_found *found_out)
{
    hfi_checker checker;
    *found_out = (hfi_found){ 0, false };
    checker_begin(&checker, thread);
    hfi_walk_pins(&checker.walk); /* first, so what is pinned comes first */
    uint32_t pinned = checker.walk.count;
    hfi_walk_roots(&checker.walk);
    hfi_walk_follow(&checker.walk);
    if (checker.walk.status == HF_OK) {
        choose(&checker.walk, pinned, address, found_out);
    }
    hfi_walk_resume(&checker.walk, thread);
    hfi_walk_finish(&checker.walk);
    return checker.walk.status;
}
