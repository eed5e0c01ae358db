/* SPDX-License-Identifier: MIT */

/*
 * Paths: why an object is alive, or how one object leads to another.
 *
 * A walk breadth first, from the roots or from an object, that remembers for each
 * object who led to it, and stops at the one that is asked for.  Then the way is
 * told backwards: which slot of an object it was, and which root, is looked for
 * again, so that nothing has to be noted for the many objects that are on no way.
 * All is told in native memory before the world runs on; nothing moves.
 *
 * Threads: as for any walk.
 */

#include "heap/path.h"

#include "base/alloc.h"
#include "heap/birth.h"
#include "heap/walk.h"

/* Steps that are told at each end of a long way. */
#define TOLD_STEPS 12u

typedef struct hfi_seeker {
    hfi_walk walk; /* first */
    const hfi_path_query *query;
    uintptr_t to;
} hfi_seeker;

/* ---- the walk ---- */

/* Frames' slots lie in arrays that floor 2 knows. */
static bool is_frame_slot(const hfi_heap *heap, const hf_slot *slot)
{
    for (const hf_thread *thread = hfi_world_threads(heap->parts->world); thread;
         thread = thread->next) {
        if ((uintptr_t)slot - (uintptr_t)thread->slots < thread->slot_top * sizeof *slot) {
            return true;
        }
    }
    return false;
}

static bool is_skipped(const hfi_seeker *seeker, const hf_slot *slot)
{
    const hfi_path_query *query = seeker->query;
    return slot == query->skip || (slot >= query->skip_low && slot < query->skip_end) ||
           (query->skip_frames && is_frame_slot(seeker->walk.tracer.heap, slot));
}

static void look(hfi_looker *self, hf_slot *slot)
{
    hfi_seeker *seeker = (hfi_seeker *)(void *)self;
    if (!hfi_walk_goes_on(&seeker->walk) ||
        (seeker->walk.current == HFI_WALK_ROOT && is_skipped(seeker, slot))) {
        return;
    }
    uintptr_t object = slot->word_;
    if (hfi_walk_add(&seeker->walk, object) && object == seeker->to) {
        seeker->walk.is_over = true;
    }
}

static void walk_from_roots(hfi_seeker *seeker)
{
    hfi_walk_roots(&seeker->walk);
    hfi_walk_pins(&seeker->walk);
    hfi_walk_follow(&seeker->walk);
}

/* The first object is not entered as met, so that the way may come back to it. */
static void walk_from_object(hfi_seeker *seeker, uintptr_t from)
{
    seeker->walk.current = HFI_WALK_FROM;
    seeker->walk.fields_only = true;
    hfi_trace_fields(&seeker->walk.tracer, from);
    hfi_walk_follow(&seeker->walk);
}

/* ---- telling the root ---- */

typedef struct root_finder {
    hfi_looker looker; /* first */
    hfi_seeker *seeker;
    uintptr_t object;
    hfi_participant *asked;
    bool asks_pins;
    unsigned rank; /* of the best so far; 0: none */
    hfi_participant *owner;
    const hf_slot *slot;
} root_finder;

/* Of several roots the one that lasts longest is the best answer. */
static unsigned rank_of(const root_finder *finder, const hf_slot *slot)
{
    if (finder->asks_pins) {
        return 2;
    }
    return is_frame_slot(finder->seeker->walk.tracer.heap, slot) ? 1 : 3;
}

static void look_for_root(hfi_looker *self, hf_slot *slot)
{
    root_finder *finder = (root_finder *)(void *)self;
    if (slot->word_ != finder->object || (!finder->asks_pins && is_skipped(finder->seeker, slot))) {
        return;
    }
    unsigned rank = rank_of(finder, slot);
    if (rank > finder->rank) {
        finder->rank = rank;
        finder->owner = finder->asked;
        finder->slot = finder->asks_pins ? NULL : slot;
    }
}

static void ask_for_roots(root_finder *finder)
{
    hfi_heap *heap = finder->seeker->walk.tracer.heap;
    hfi_tracer tracer = { .heap = heap, .phase = HFI_PHASE_CHECK, .looker = &finder->looker };
    for (hfi_participant *p = heap->participants; p; p = p->next) {
        finder->asked = p;
        if (p->visit_roots) {
            p->visit_roots(p->self, &tracer);
        }
        finder->asks_pins = true;
        if (p->visit_pins) {
            p->visit_pins(p->self, &tracer);
        }
        finder->asks_pins = false;
    }
}

static void tell_slot(hfi_participant *owner, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    if (owner->tell_root) {
        owner->tell_root(owner->self, slot, object, text);
    }
    if (text->length == 0) {
        hfi_text_format(text, "a root of %s", owner->name);
    }
}

static void tell_root(hfi_seeker *seeker, uintptr_t object, hfi_path *path)
{
    root_finder finder = { .looker = { look_for_root, NULL }, .seeker = seeker, .object = object };
    hfi_text text = hfi_text_begin(path->root, sizeof path->root);
    ask_for_roots(&finder);
    if (finder.owner) {
        tell_slot(finder.owner, finder.slot, object, &text);
    } else {
        hfi_text_add(&text, "a root");
    }
    hfi_text_end(&text);
}

/* The slot that was left out, where there is no way but through it. */
static void tell_skipped(const hfi_seeker *seeker, hfi_path *path)
{
    hfi_text text = hfi_text_begin(path->root, sizeof path->root);
    hfi_participant *p = seeker->walk.tracer.heap->participants;
    for (; p && text.length == 0; p = p->next) {
        if (p->tell_root) {
            p->tell_root(p->self, seeker->query->skip, seeker->to, &text);
        }
    }
    hfi_text_end(&text);
}

static bool is_pinned(hfi_seeker *seeker, uintptr_t object)
{
    hfi_heap *heap = seeker->walk.tracer.heap;
    root_finder finder = {
        .looker = { look_for_root, NULL }, .seeker = seeker, .object = object, .asks_pins = true
    };
    hfi_tracer tracer = { .heap = heap, .phase = HFI_PHASE_CHECK, .looker = &finder.looker };
    hfi_visit_pins(&tracer);
    return finder.rank != 0;
}

/* ---- telling the way ---- */

typedef struct edge_finder {
    hfi_looker looker; /* first */
    uintptr_t to;
    const hf_slot *slot;
} edge_finder;

static void look_for_edge(hfi_looker *self, hf_slot *slot)
{
    edge_finder *finder = (edge_finder *)(void *)self;
    if (!finder->slot && slot->word_ == finder->to) {
        finder->slot = slot;
    }
}

static const char *field_name(const hf_type *type, uint64_t offset)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].offset == offset) {
            return type->fields[i].name;
        }
    }
    return NULL;
}

static void fill_edge(const hfi_walk *walk, uintptr_t object, uintptr_t next, hfi_path_step *step)
{
    edge_finder finder = { .looker = { look_for_edge, NULL }, .to = next };
    hfi_tracer tracer = { .heap = walk->tracer.heap,
                          .phase = HFI_PHASE_CHECK,
                          .looker = &finder.looker };
    hfi_trace_fields(&tracer, object);
    if (!finder.slot) {
        step->is_condition = true;
        return;
    }
    uintptr_t offset = (uintptr_t)finder.slot - (uintptr_t)hfi_object_payload(object);
    bool is_element = step->type->kind == HFI_KIND_ARRAY;
    step->at = is_element ? offset / sizeof(hf_slot) : offset;
    step->field = is_element ? NULL : field_name(step->type, offset);
}

static void fill_step(const hfi_walk *walk, uintptr_t object, uintptr_t next, hfi_path_step *step)
{
    hfi_birth birth;
    *step = (hfi_path_step){ .type = hfi_type_find(hfi_object_type_id(object)) };
    if (hfi_heap_birth(walk->tracer.heap, object, &birth)) {
        step->born = birth.site;
    }
    if (next != 0) {
        fill_edge(walk, object, next, step);
    }
}

/* From the object that was asked for, which is the last that was met, back to the beginning. */
static hf_status fill_path(hfi_seeker *seeker, uintptr_t from, hfi_path *path)
{
    const hfi_walk *walk = &seeker->walk;
    uint32_t first = walk->count - 1;
    size_t count = 1;
    for (; walk->parent[first] < HFI_WALK_MAX; first = walk->parent[first]) {
        count++;
    }
    count += from != 0;
    path->step = hfi_alloc_array(count, sizeof *path->step);
    if (!path->step) {
        return HF_E_NOMEM;
    }
    path->count = count;
    uintptr_t next = 0;
    for (uint32_t at = walk->count - 1; at < HFI_WALK_MAX; at = walk->parent[at]) {
        fill_step(walk, walk->object[at], next, &path->step[--count]);
        next = walk->object[at];
    }
    if (from != 0) {
        fill_step(walk, from, next, &path->step[0]);
    } else {
        tell_root(seeker, walk->object[first], path);
    }
    path->flags = hfi_object_word(seeker->to) & HFI_FLAGS_MASK;
    path->is_pinned = is_pinned(seeker, seeker->to);
    path->is_found = true;
    return HF_OK;
}

/* ---- asking ---- */

static hf_status find_path(hfi_seeker *seeker, hfi_path *path)
{
    const hfi_path_query *query = seeker->query;
    uintptr_t from = query->from_slot ? query->from_slot->word_ : query->from;
    seeker->to = query->to_slot ? query->to_slot->word_ : query->to;
    if (seeker->to == 0) {
        return HF_OK;
    }
    if (from != 0) {
        walk_from_object(seeker, from);
    } else {
        walk_from_roots(seeker);
    }
    if (seeker->walk.is_over) {
        return fill_path(seeker, from, path);
    }
    if (seeker->walk.status == HF_OK && query->skip) {
        tell_skipped(seeker, path);
    }
    return seeker->walk.status;
}

hf_status hfi_path_find(hf_thread *thread, const hfi_path_query *query, hfi_path *path_out)
{
    *path_out = (hfi_path){ .is_found = false };
    hfi_seeker seeker = { .query = query };
    hfi_walk_begin(&seeker.walk, thread->parts->heap, look, true);
    hfi_walk_stop(&seeker.walk, thread);
    hf_status status = find_path(&seeker, path_out);
    hfi_walk_resume(&seeker.walk, thread);
    hfi_walk_finish(&seeker.walk);
    return status;
}

void hfi_path_finish(hfi_path *path)
{
    hfi_free(path->step);
    path->step = NULL;
    path->count = 0;
}

/* ---- as text ---- */

void hfi_path_tell_step(const hfi_path *path, size_t number, hfi_text *text)
{
    const hfi_path_step *step = &path->step[number];
    if (number + 1 == path->count) {
        hfi_text_add(text, step->type->name);
    } else if (step->is_condition) {
        hfi_text_format(text, "%s (by an ephemeron)", step->type->name);
    } else if (step->type->kind == HFI_KIND_ARRAY) {
        hfi_text_format(text, "[%llu]", (unsigned long long)step->at);
    } else if (step->field) {
        hfi_text_format(text, "%s.%s", step->type->name, step->field);
    } else {
        hfi_text_format(text, "%s+%llu", step->type->name, (unsigned long long)step->at);
    }
}

static bool is_same_step(const hfi_path_step *a, const hfi_path_step *b)
{
    return a->type == b->type && a->at == b->at && a->is_condition == b->is_condition;
}

/* How many steps from `number` on say the same; the last object is another kind of step. */
static size_t run_length(const hfi_path *path, size_t number)
{
    size_t end = number + 1;
    while (end + 1 < path->count && is_same_step(&path->step[number], &path->step[end])) {
        end++;
    }
    return end - number;
}

static size_t count_runs(const hfi_path *path)
{
    size_t runs = 0;
    for (size_t at = 0; at < path->count; at += run_length(path, at)) {
        runs++;
    }
    return runs;
}

static void tell_run(const hfi_path *path, size_t number, size_t length, hfi_text *text)
{
    hfi_path_tell_step(path, number, text);
    if (length == 2) {
        hfi_text_add(text, " -> ");
        hfi_path_tell_step(path, number, text);
    } else if (length > 2) {
        hfi_text_format(text, " (%llu times)", (unsigned long long)length);
    }
}

void hfi_path_tell(const hfi_path *path, hfi_text *text)
{
    const char *arrow = path->root[0] ? " -> " : "";
    size_t runs = count_runs(path);
    size_t run = 0;
    hfi_text_add_line(text, path->root);
    for (size_t at = 0, length; at < path->count; at += length, run++) {
        length = run_length(path, at);
        if (run >= TOLD_STEPS && runs - run > TOLD_STEPS) {
            if (run == TOLD_STEPS) {
                hfi_text_add(text, " -> ...");
            }
            continue;
        }
        hfi_text_add(text, arrow);
        tell_run(path, at, length, text);
        arrow = " -> ";
    }
}

static hf_status tell_path(hf_thread *thread, const hfi_path_query *query, char *text, size_t size,
                           bool *found_out)
{
    hfi_path path;
    hf_status status = hfi_path_find(thread, query, &path);
    hfi_text out = hfi_text_begin(text, size);
    if (path.is_found) {
        hfi_path_tell(&path, &out);
    }
    hfi_text_end(&out);
    *found_out = path.is_found;
    hfi_path_finish(&path);
    return status;
}

hf_status hfi_heap_path(hf_thread *thread, uintptr_t from, uintptr_t to, char *text, size_t size,
                        bool *found_out)
{
    hfi_path_query query = { .from = from, .to = to };
    return tell_path(thread, &query, text, size, found_out);
}

hf_status hfi_heap_path_slots(hf_thread *thread, const hf_slot *from, const hf_slot *to, char *text,
                              size_t size, bool *found_out)
{
    hfi_path_query query = { .from_slot = from, .to_slot = to };
    return tell_path(thread, &query, text, size, found_out);
}
