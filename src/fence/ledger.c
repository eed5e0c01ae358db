/* SPDX-License-Identifier: MIT */

/*
 * The ledger: what stands at one moment, read where it is.
 *
 * Calls and fences are on the stacks of their threads, so they are read while these stand still, as
 * a collection does; owning pins are in the module's list.  All of it is copied into memory that
 * was made before the stop, and shown when the world runs again.  If the memory was too small, more
 * is made and the world is stopped once more.
 *
 * A call's record and a fence's differ in what they point to: a fence has its only object, or its
 * only slot, in itself.
 *
 * Threads: the module's lock is taken with the world stopped, as the collector does.
 */

#include "base/alloc.h"
#include "base/given.h"
#include "diag/report.h"
#include "fence/fences.h"
#include "heap/birth.h"

#include <string.h>

/* Room for so many at first, and so many times more room is made. */
#define ROOM_FIRST 64u
#define ROOM_TRIES 16u

/* Without native memory for more. */
#define LEFT_MIN 16u

/* How long a thread may take to a safepoint at the end of the runtime. */
#define STOP_WAIT_NS UINT64_C(1000000000)

/* ---- reading ---- */

static bool is_fence(const hf_record_ *at, const hf_record_ *copy)
{
    uintptr_t fence = (uintptr_t)at - offsetof(hf_fence, record_);
    return (copy->objects && (uintptr_t)copy->objects == fence + offsetof(hf_fence, object_)) ||
           (copy->slots && (uintptr_t)copy->slots == fence + offsetof(hf_fence, keep_));
}

static void each_of_record(const hfi_fences *fences, const hf_thread *thread, const hf_record_ *at,
                           const hf_record_ *copy, hfi_hold_fn fn, void *self)
{
    hfi_hold hold = { .kind = is_fence(at, copy) ? HF_PIN_FENCE : HF_PIN_CALL,
                      .what = copy->what,
                      .site = copy->site,
                      .thread = thread->os_thread,
                      .owner = thread,
                      .collections = hfi_record_age(copy, fences->collections) };
    for (uint16_t i = 0; i < copy->pins; i++) {
        hold.is_pinned = true;
        hold.object = copy->objects[i];
        if (hold.object != 0) {
            fn(&hold, self);
        }
    }
    for (uint16_t i = 0; i < copy->keeps; i++) {
        hold.is_pinned = false;
        hold.object = copy->slots[i].word_;
        if (hold.object != 0) {
            fn(&hold, self);
        }
    }
}

static void each_record(hfi_fences *fences, hfi_hold_fn fn, void *self)
{
    for (hf_thread *thread = hfi_world_threads(fences->parts->world); thread;
         thread = thread->next) {
        hf_record_ copy;
        const hf_record_ *at = hfi_record_next(thread, thread->records, &copy);
        while (at) {
            each_of_record(fences, thread, at, &copy, fn, self);
            at = hfi_record_next(thread, copy.outer, &copy);
        }
    }
}

static void each_pin(hfi_fences *fences, hfi_hold_fn fn, void *self)
{
    hfp_mutex_lock(&fences->lock);
    for (const hf_pin *pin = fences->pins; pin; pin = pin->next) {
        hfi_hold hold = { .kind = pin->set ? HF_PIN_SET : HF_PIN_OWNING,
                          .is_pinned = true,
                          .object = pin->object,
                          .what = pin->set ? pin->set->name : NULL,
                          .site = pin->site,
                          .thread = pin->thread,
                          .scope = pin->set && pin->set->scope ? pin->set->scope : pin->scope,
                          .collections = fences->collections - pin->collections };
        fn(&hold, self);
    }
    hfp_mutex_unlock(&fences->lock);
}

void hfi_fences_each_hold(hfi_fences *fences, hfi_hold_fn fn, void *self)
{
    each_record(fences, fn, self);
    each_pin(fences, fn, self);
}

/* ---- copying ---- */

typedef struct copying {
    const hf_pin_filter *filter;
    hfi_hold *hold; /* what was found, and there was room for */
    size_t room;
    size_t count; /* of all */
} copying;

static void copy_hold(const hfi_hold *hold, void *self)
{
    copying *to = self;
    const hf_pin_filter *filter = to->filter;
    if (!hold->is_pinned || (filter->kinds && !(filter->kinds & HF_PIN_KIND_BIT(hold->kind))) ||
        (filter->older_than_collections && hold->collections <= filter->older_than_collections)) {
        return;
    }
    if (to->count < to->room) {
        to->hold[to->count] = *hold;
    }
    to->count++;
}

/* What the objects are is asked before the world runs again, when some may be gone. */
static void describe(hfi_heap *heap, const copying *found, hf_pin_entry *entries)
{
    for (size_t i = 0; i < found->count; i++) {
        const hfi_hold *hold = &found->hold[i];
        hfi_birth birth;
        entries[i] = (hf_pin_entry){
            .struct_size = (uint32_t)sizeof(hf_pin_entry),
            .kind = hold->kind,
            .what = hold->what,
            .type = hfi_type_find(hfi_object_type_id(hold->object))->name,
            .size = hfi_object_payload_size(hold->object),
            .site = hold->site,
            .thread = hold->thread,
            .collections = hold->collections,
        };
        if (hfi_heap_birth(heap, hold->object, &birth)) {
            entries[i].birth = birth.site;
        }
    }
}

/* HF_E_NOMEM also when there were ever more than the time before. */
static hf_status gather(hf_thread *thread, const hf_pin_filter *filter, hf_pin_entry **entries_out,
                        size_t *count_out)
{
    hfi_parts *parts = thread->parts;
    size_t room = ROOM_FIRST;
    for (unsigned tries = 0; tries < ROOM_TRIES; tries++) {
        hfi_hold *holds = hfi_alloc_array(room, sizeof *holds);
        hf_pin_entry *entries = holds ? hfi_alloc_array(room, sizeof *entries) : NULL;
        if (!entries) {
            hfi_free(holds);
            return HF_E_NOMEM;
        }
        copying found = { .filter = filter, .hold = holds, .room = room };
        hfi_world_stop(parts->world, thread);
        hfi_fences_each_hold(parts->fences, copy_hold, &found);
        if (found.count <= room) {
            describe(parts->heap, &found, entries);
        }
        hfi_world_resume(parts->world, thread);
        hfi_free(holds);
        if (found.count <= room) {
            *entries_out = entries;
            *count_out = found.count;
            return HF_OK;
        }
        hfi_free(entries);
        room = found.count + found.count / 4;
    }
    return HF_E_NOMEM;
}

hf_status hf_pins_visit(hf_thread *thread, const hf_pin_filter *filter, hf_pin_visit_fn visit,
                        void *user)
{
    HFI_ENTRY(thread);
    if (!visit) {
        return HF_E_NULL;
    }
    hf_pin_filter wanted = HF_PIN_FILTER_INIT;
    if (!hfi_given_read(filter, &wanted, sizeof wanted)) {
        return HF_E_OPTIONS;
    }
    hfp_native_error error = hfp_native_error_save();
    hf_pin_entry *entries;
    size_t count;
    hf_status status = gather(thread, &wanted, &entries, &count);
    if (status == HF_OK) {
        for (size_t i = 0; i < count; i++) {
            visit(&entries[i], user);
        }
        hfi_free(entries);
    }
    hfp_native_error_restore(error);
    return status;
}

/* ---- as text ---- */

static const char *const kind_names[] = { "call", "fence", "owning pin", "pin of the set" };

static const char *kind_name(hf_pin_kind kind)
{
    return (size_t)kind < sizeof kind_names / sizeof kind_names[0] ? kind_names[kind] : "?";
}

size_t hf_pin_entry_format(const hf_pin_entry *entry, char *buffer, size_t size)
{
    if (!entry || entry->struct_size < sizeof *entry) {
        return 0;
    }
    hfi_text text = hfi_text_begin(buffer, size);
    hfi_text_add(&text, kind_name(entry->kind));
    if (entry->what) {
        hfi_text_format(&text, " \"%s\"", entry->what);
    }
    hfi_text_format(&text, " of %s, %ju bytes", entry->type ? entry->type : "?",
                    (uintmax_t)entry->size);
    if (entry->site.file) {
        hfi_text_format(&text, ", at %s:%d", entry->site.file, entry->site.line);
    }
    hfi_text_format(&text, " by thread %ju", (uintmax_t)entry->thread);
    if (entry->collections != 0) {
        hfi_text_format(&text, ", for %ju collection%s", (uintmax_t)entry->collections,
                        entry->collections == 1 ? "" : "s");
    }
    if (entry->birth.file) {
        hfi_text_format(&text, "; the object was made at %s:%d", entry->birth.file,
                        entry->birth.line);
    }
    return hfi_text_end(&text);
}

/* ---- what is left at the end ---- */

typedef struct leaving {
    hfi_heap *heap;
    hfi_left *left;
    size_t room;
    size_t count;
} leaving;

static hfi_left *next_left(leaving *to)
{
    hfi_left *left = to->count < to->room ? &to->left[to->count] : NULL;
    to->count++;
    if (left) {
        memset(left, 0, sizeof *left);
    }
    return left;
}

static const char *why_left(hf_pin_kind kind)
{
    switch (kind) {
    case HF_PIN_CALL:
        return "the native function has not come back";
    case HF_PIN_FENCE:
        return "hf_fence_end() was not reached";
    case HF_PIN_OWNING:
        return "hf_pin_destroy() was not called: native code may still use the bytes";
    case HF_PIN_SET:
        break;
    }
    return "the set was neither emptied nor closed: native code may still use the bytes";
}

static void leave_hold(const hfi_hold *hold, void *self)
{
    leaving *to = self;
    hfi_left *left = next_left(to);
    if (!left) {
        return;
    }
    left->kind =
        hold->kind == HF_PIN_OWNING || hold->kind == HF_PIN_SET ? "pin" : kind_name(hold->kind);
    char object[64];
    hfi_object_describe(hold->object, object, sizeof object);
    hfi_text text = hfi_text_begin(left->object, sizeof left->object);
    hfi_text_add(&text, object);
    if (hold->what) {
        hfi_text_format(&text, ", %s%s", hold->kind == HF_PIN_SET ? "in set " : "by ", hold->what);
    }
    hfi_text_end(&text);
    left->site = hold->site;
    left->why = why_left(hold->kind);
    hfi_birth birth;
    if (hfi_heap_birth(to->heap, hold->object, &birth)) {
        left->other_site = birth.site;
    }
}

static void leave_empty_sets(hfi_fences *fences, leaving *to)
{
    hfp_mutex_lock(&fences->lock);
    for (const hf_pinset *set = fences->sets; set; set = set->next) {
        hfi_left *left = set->count == 0 ? next_left(to) : NULL;
        if (left) {
            left->kind = "pin set";
            hfi_text text = hfi_text_begin(left->object, sizeof left->object);
            hfi_text_add(&text, set->name ? set->name : "without a name");
            hfi_text_end(&text);
            left->site = set->site;
            left->why = "hf_pinset_destroy() was not called";
        }
    }
    hfp_mutex_unlock(&fences->lock);
}

static void leave_all(hfi_fences *fences, leaving *to)
{
    to->count = 0;
    bool is_stopped = hfi_world_stop_within(fences->parts->world, NULL, STOP_WAIT_NS);
    if (is_stopped) {
        each_record(fences, leave_hold, to);
    }
    each_pin(fences, leave_hold, to);
    leave_empty_sets(fences, to);
    if (is_stopped) {
        hfi_world_resume(fences->parts->world, NULL);
    }
}

void hfi_fences_each_left(hfi_fences *fences, hfi_left_fn fn, void *user)
{
    hfi_left few[LEFT_MIN];
    leaving to = { .heap = fences->parts->heap, .left = few, .room = LEFT_MIN };
    leave_all(fences, &to);
    hfi_left *many = NULL;
    if (to.count > LEFT_MIN) {
        many = hfi_alloc_array(to.count, sizeof *many);
    }
    if (many) {
        to.left = many;
        to.room = to.count;
        leave_all(fences, &to);
    }
    for (size_t i = 0; i < to.count && i < to.room; i++) {
        fn(&to.left[i], user);
    }
    hfi_free(many);
}
