/* SPDX-License-Identifier: MIT */

/*
 * The verifier: walks all that roots reach, with the world stopped, and checks
 * each object against its type, its block and its neighbours' rules.
 *
 * It shares nothing with the tracer but the participants, so that a fault in one
 * does not hide in the other: a list of its own, a set of its own, no marks.
 */

#include "heap/space.h"

#include "base/alloc.h"
#include "diag/report.h"

#include <stdio.h>

typedef struct hfi_checker {
    hfi_heap *heap;
    uintptr_t *set;  /* open addressing; 0: empty */
    size_t set_size; /* a power of two */
    size_t count;
    uintptr_t *queue; /* the members in the order of discovery */
    size_t queue_size;
    hf_status status;
    char fault[128];
} hfi_checker;

static void found_fault(hfi_checker *checker, const char *what, uintptr_t object)
{
    if (checker->status == HF_OK) {
        checker->status = HF_E_MISUSE;
        snprintf(checker->fault, sizeof checker->fault, "%s at %p", what, (void *)object);
    }
}

/* ---- the set ---- */

static size_t set_place(const uintptr_t *set, size_t size, uintptr_t object)
{
    size_t at = (size_t)((object / HFI_GRANULE) * (uintptr_t)2654435761u) & (size - 1);
    while (set[at] != 0 && set[at] != object) {
        at = (at + 1) & (size - 1);
    }
    return at;
}

static bool grow_set(hfi_checker *checker)
{
    size_t size = checker->set_size ? checker->set_size * 2 : 1024;
    uintptr_t *set = hfi_alloc_array(size, sizeof *set);
    uintptr_t *queue = hfi_realloc(checker->queue, size / 2 * sizeof *queue);
    if (queue) {
        checker->queue = queue;
    }
    if (!set || !queue) {
        hfi_free(set);
        checker->status = HF_E_NOMEM;
        return false;
    }
    for (size_t i = 0; i < checker->count; i++) {
        set[set_place(set, size, checker->queue[i])] = checker->queue[i];
    }
    hfi_free(checker->set);
    checker->set = set;
    checker->set_size = size;
    return true;
}

/* True if the object was not known. */
static bool add(hfi_checker *checker, uintptr_t object)
{
    if (checker->count >= checker->set_size / 2 && !grow_set(checker)) {
        return false;
    }
    size_t at = set_place(checker->set, checker->set_size, object);
    if (checker->set[at] == object) {
        return false;
    }
    checker->set[at] = object;
    checker->queue[checker->count++] = object;
    return true;
}

/* ---- one object ---- */

static size_t size_by_type(uintptr_t object, const hf_type *type)
{
    switch (type->kind) {
    case HFI_KIND_BYTES:
        return 16 + (size_t)*hfi_object_length(object);
    case HFI_KIND_ARRAY:
        return 16 + (size_t)*hfi_object_length(object) * sizeof(hf_slot);
    default:
        return 8 + type->size;
    }
}

static void check_small(hfi_checker *checker, uintptr_t object, size_t need)
{
    hfi_heap *heap = checker->heap;
    size_t size = hfi_word_size(hfi_object_word(object));
    uint32_t index = hfi_block_index(heap, object);
    uint16_t state = hfi_block_at(heap, index)->state;
    if (state != HFI_BLOCK_USED && state != HFI_BLOCK_RECYCLABLE) {
        found_fault(checker, "object in a block that is not in use", object);
    } else if (size == 0 || size > HFI_SMALL_MAX || need > size) {
        found_fault(checker, "size in the header does not hold the object", object);
    } else if (hfi_block_index(heap, object + size - 1) != index) {
        found_fault(checker, "object crosses its block's end", object);
    }
}

static void check_large(hfi_checker *checker, uintptr_t object, size_t need)
{
    const hfi_run *run = hfi_large_find(checker->heap, object);
    if (run->object != object) {
        found_fault(checker, "reference to the inside of a large object", object);
    } else if (need > run->size - (size_t)(object - run->start)) {
        found_fault(checker, "length in the header does not fit the page run", object);
    }
}

static void check_object(hfi_checker *checker, uintptr_t object)
{
    uint64_t word = hfi_object_word(object);
    const hf_type *type = hfi_type_find(hfi_word_type(word));
    if ((word & HFI_FORWARDED) || !type) {
        found_fault(checker, "header is not one of a live object", object);
    } else if (hfi_is_large(checker->heap, object)) {
        check_large(checker, object, size_by_type(object, type));
    } else {
        check_small(checker, object, size_by_type(object, type));
    }
}

void hfi_check_slot(hfi_checker *checker, hf_slot *slot)
{
    hfi_heap *heap = checker->heap;
    uintptr_t object = slot->word_;
    if (checker->status != HF_OK) {
        return;
    }
    bool is_inside = (object >= heap->base && object < heap->small_end) ||
                     (object >= heap->large_low && object < heap->end);
    if (!is_inside || object % 8 != 0) {
        found_fault(checker, "slot holds what is no object's address", object);
    } else if (add(checker, object)) {
        check_object(checker, object);
    }
}

static void check_reachable(hfi_checker *checker, hfi_tracer *tracer)
{
    hfi_visit_all_roots(tracer);
    for (size_t i = 0; i < checker->count && checker->status == HF_OK; i++) {
        hfi_trace_fields(tracer, checker->queue[i]);
    }
}

hf_status hf_heap_check(hf_thread *thread)
{
    HFI_ENTRY(thread);
    hfi_heap *heap = thread->parts->heap;
    hfi_checker checker = { .heap = heap, .status = HF_OK };
    hfi_tracer tracer = { .heap = heap, .phase = HFI_PHASE_CHECK, .checker = &checker };
    hfi_world_stop(heap->parts->world, thread);
    hfp_mutex_lock(&heap->lock);
    check_reachable(&checker, &tracer);
    hfp_mutex_unlock(&heap->lock);
    hfi_world_resume(heap->parts->world, thread);
    hfi_free(checker.set);
    hfi_free(checker.queue);
    if (checker.status == HF_E_MISUSE) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, NULL, HF_SITE,
                          "look for a write through a stale or wrong address", "%s", checker.fault);
    }
    return checker.status;
}
