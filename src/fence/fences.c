/* SPDX-License-Identifier: MIT */

/*
 * The module put together: what the collector asks of it, its life, its lock.
 *
 * The collector finds the records of all threads.  It reads them while their
 * threads are stopped; what a thread wrote before it went native is published by
 * the release in hfi_enter().
 */

#include "fence/fences.h"

#include "base/alloc.h"

static void visit_record_slots(hf_thread *thread, hfi_tracer *tracer)
{
    hf_record_ copy;
    const hf_record_ *next = thread->records;
    while (hfi_record_next(thread, next, &copy)) {
        next = copy.outer;
        for (uint16_t i = 0; i < copy.keeps; i++) {
            hfi_trace_slot(tracer, &copy.slots[i]);
        }
    }
}

static void visit_record_pins(const hfi_fences *fences, hf_thread *thread, hfi_tracer *tracer)
{
    hf_record_ copy;
    const hf_record_ *at = thread->records;
    while ((at = hfi_record_next(thread, at, &copy))) {
        hfi_record_stood(at, fences->collections);
        at = copy.outer;
        for (uint16_t i = 0; i < copy.pins; i++) {
            hfi_trace_pin(tracer, copy.objects[i]);
        }
    }
}

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_fences *fences = self;
    for (hf_thread *thread = hfi_world_threads(fences->parts->world); thread;
         thread = thread->next) {
        visit_record_slots(thread, tracer);
    }
}

static void visit_pins(void *self, hfi_tracer *tracer)
{
    hfi_fences *fences = self;
    for (hf_thread *thread = hfi_world_threads(fences->parts->world); thread;
         thread = thread->next) {
        visit_record_pins(fences, thread, tracer);
    }
    hfi_pins_visit(fences, tracer);
}

static bool record_has(const hf_record_ *record, const hf_slot *slot, uintptr_t object)
{
    for (uint16_t i = 0; i < record->keeps && slot; i++) {
        if (slot == &record->slots[i]) {
            return true;
        }
    }
    for (uint16_t i = 0; i < record->pins && !slot; i++) {
        if (record->objects[i] == object) {
            return true;
        }
    }
    return false;
}

static bool tell_record(hf_thread *thread, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    hf_record_ copy;
    const hf_record_ *next = thread->records;
    while (hfi_record_next(thread, next, &copy)) {
        next = copy.outer;
        if (record_has(&copy, slot, object)) {
            hfi_text_format(text, "%s by %s", slot ? "kept" : "pinned",
                            copy.what ? copy.what : "a fence");
            if (copy.site.file) {
                hfi_text_format(text, " at %s:%d", copy.site.file, copy.site.line);
            }
            return true;
        }
    }
    return false;
}

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    hfi_fences *fences = self;
    for (hf_thread *thread = hfi_world_threads(fences->parts->world); thread;
         thread = thread->next) {
        if (tell_record(thread, slot, object, text)) {
            return;
        }
    }
    if (!slot) {
        hfi_pins_tell(fences, object, text);
    }
}

static void clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_fences *fences = self;
    fences->collections++;
    if (fences->parts->settings.checked) {
        hfi_unpins_follow(fences, tracer);
    }
}

hf_status hfi_fences_create(hfi_parts *parts, hfi_fences **fences_out)
{
    hfi_fences *fences = hfi_alloc(sizeof *fences);
    if (!fences) {
        return HF_E_NOMEM;
    }
    fences->parts = parts;
    hfi_pins_init(fences);
    fences->participant = (hfi_participant){ .name = "fence",
                                             .self = fences,
                                             .visit_pins = visit_pins,
                                             .visit_roots = visit_roots,
                                             .clear_dead = clear_dead,
                                             .tell_loan = hfi_unpin_tell,
                                             .tell_root = tell_root };
    hfi_heap_add_participant(parts->heap, &fences->participant);
    *fences_out = fences;
    return HF_OK;
}

uint64_t hfi_fences_destroy(hfi_fences *fences, bool keep)
{
    uint64_t standing = fences->pin_count;
    hfi_pins_report(fences);
    hfi_pinsets_report(fences);
    if (keep) {
        return standing;
    }
    hfi_pins_drop_spare(fences);
    if (standing == 0) { /* else somebody may still destroy one: the list must be there */
        hfi_pinsets_drop(fences);
        hfp_mutex_finish(&fences->lock);
        hfi_free(fences);
    }
    return standing;
}

void hfi_fences_lock(hfi_fences *fences)
{
    hfp_mutex_lock(&fences->lock);
}

void hfi_fences_unlock(hfi_fences *fences)
{
    hfp_mutex_unlock(&fences->lock);
}
