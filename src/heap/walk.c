/* SPDX-License-Identifier: MIT */

/*
 * Walks that only look: for the verifier, for finding, for paths and for counts.
 *
 * A walk has a list of the objects it has met, which is its queue, and a set to
 * know them by: breadth first, so who is met first is met on a shortest way, and a
 * list of a million links needs no deeper stack than one of two.  It costs
 * 16 to 28 bytes of native memory for an object, 24 to 40 with parents, and where
 * that is missing it ends with a status and has touched nothing.
 *
 * Threads: the world is stopped from hfi_walk_stop() to hfi_walk_resume().
 */

#include "heap/walk.h"

#include "base/alloc.h"

#define ROOM_MIN 512u

/* ---- the set ---- */

static size_t index_mask(const hfi_walk *walk)
{
    return (size_t)walk->room * 2 - 1;
}

/* Where the object stands in the index, or would. */
static size_t index_place(const hfi_walk *walk, uintptr_t object)
{
    uint64_t mixed = (uint64_t)(object / 8) * UINT64_C(0x9e3779b97f4a7c15);
    size_t mask = index_mask(walk);
    size_t at = (size_t)(mixed >> 24) & mask;
    while (walk->index[at] != 0 && walk->object[walk->index[at] - 1] != object) {
        at = (at + 1) & mask;
    }
    return at;
}

static bool grow_lists(hfi_walk *walk, uint32_t room)
{
    uintptr_t *object = hfi_realloc(walk->object, room * sizeof *object);
    if (!object) {
        return false;
    }
    walk->object = object;
    if (walk->has_parents) {
        uint32_t *parent = hfi_realloc(walk->parent, room * sizeof *parent);
        if (!parent) {
            return false;
        }
        walk->parent = parent;
    }
    return true;
}

/* The index goes before its successor comes: it can be made again from the list. */
static bool grow(hfi_walk *walk)
{
    uint32_t room = walk->room ? walk->room * 2 : ROOM_MIN;
    if (walk->room > HFI_WALK_MAX / 4 || !grow_lists(walk, room)) {
        return false;
    }
    hfi_free(walk->index);
    walk->index = hfi_alloc_array((size_t)room * 2, sizeof *walk->index);
    if (!walk->index) {
        return false;
    }
    walk->room = room;
    for (uint32_t i = 0; i < walk->count; i++) {
        walk->index[index_place(walk, walk->object[i])] = i + 1;
    }
    return true;
}

bool hfi_walk_add(hfi_walk *walk, uintptr_t object)
{
    if (walk->status != HF_OK) {
        return false;
    }
    if (walk->count == walk->room && !grow(walk)) {
        walk->status = HF_E_NOMEM;
        return false;
    }
    size_t at = index_place(walk, object);
    if (walk->index[at] != 0) {
        return false;
    }
    walk->object[walk->count] = object;
    if (walk->has_parents) {
        walk->parent[walk->count] = walk->current;
    }
    walk->index[at] = ++walk->count;
    return true;
}

static bool is_known(hfi_looker *self, uintptr_t object)
{
    const hfi_walk *walk = (const hfi_walk *)(const void *)self;
    return walk->index && walk->index[index_place(walk, object)] != 0;
}

/* ---- the walk ---- */

void hfi_walk_begin(hfi_walk *walk, hfi_heap *heap, void (*look)(hfi_looker *self, hf_slot *slot),
                    bool has_parents)
{
    *walk = (hfi_walk){ .looker = { look, is_known },
                        .status = HF_OK,
                        .has_parents = has_parents,
                        .current = HFI_WALK_ROOT };
    walk->tracer = (hfi_tracer){ .heap = heap, .phase = HFI_PHASE_CHECK, .looker = &walk->looker };
}

void hfi_walk_finish(hfi_walk *walk)
{
    hfi_free(walk->object);
    hfi_free(walk->parent);
    hfi_free(walk->index);
}

void hfi_walk_stop(hfi_walk *walk, hf_thread *thread)
{
    hfi_heap *heap = walk->tracer.heap;
    walk->has_stopped = !thread->in_collector;
    if (walk->has_stopped) {
        hfi_world_stop(heap->parts->world, thread);
        hfp_mutex_lock(&heap->lock);
    }
}

void hfi_walk_resume(hfi_walk *walk, hf_thread *thread)
{
    hfi_heap *heap = walk->tracer.heap;
    if (walk->has_stopped) {
        hfp_mutex_unlock(&heap->lock);
        hfi_world_resume(heap->parts->world, thread);
    }
}

void hfi_walk_pins(hfi_walk *walk)
{
    walk->current = HFI_WALK_ROOT;
    hfi_visit_pins(&walk->tracer);
}

void hfi_walk_roots(hfi_walk *walk)
{
    walk->current = HFI_WALK_ROOT;
    hfi_visit_roots(&walk->tracer);
}

void hfi_walk_follow(hfi_walk *walk)
{
    while (walk->next < walk->count && hfi_walk_goes_on(walk)) {
        walk->current = walk->next++;
        uintptr_t object = walk->object[walk->current];
        hfi_trace_fields(&walk->tracer, object);
        if (!walk->fields_only) {
            hfi_visit_values(&walk->tracer, object);
        }
    }
    walk->current = HFI_WALK_ROOT;
}
