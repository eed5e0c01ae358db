/* SPDX-License-Identifier: MIT */

/*
 * What the collector finds in this module: the slots of every thread, and the
 * globals.
 *
 * Globals form a list under a lock that managed threads hold for a few stores and
 * never across a safepoint; with the world stopped nobody is inside, so the
 * collector walks the list without it.
 */

#include "root/root.h"

#include "base/alloc.h"
#include "base/size.h"
#include "diag/report.h"
#include "thread/record.h"
#include "thread/watch.h"

struct hf_global {
    hf_slot slot;            /* atomic: written by any attached thread */
    hf_global *next, **link; /* lock: roots->lock */
};

struct hfi_roots {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hf_global *globals;
};

/* ---- collecting ---- */

static void visit_thread(hf_thread *thread, hfi_tracer *tracer)
{
    const hfi_watch *watch = thread->parts->watch;
    if (watch) {
        watch->visit(watch->self, thread, tracer);
        return;
    }
    for (uint32_t i = 0; i < thread->slot_top; i++) {
        if (thread->slots[i].word_ != HFI_SLOT_POISON) {
            hfi_trace_slot(tracer, &thread->slots[i]);
        }
    }
}

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_roots *roots = self;
    for (hf_thread *thread = hfi_world_threads(roots->parts->world); thread;
         thread = thread->next) {
        visit_thread(thread, tracer);
    }
    for (hf_global *global = roots->globals; global; global = global->next) {
        hfi_trace_slot(tracer, &global->slot);
    }
}

/* ---- threads ---- */

static size_t slots_size(const hf_thread *thread)
{
    return hfi_align_up(thread->slot_max * sizeof(hf_slot),
                        hfp_features_get()->reserve_granularity);
}

static hf_status thread_attached(void *self, hf_thread *thread)
{
    hfi_roots *roots = self;
    uint32_t wanted = roots->parts->settings.slots_max;
    size_t most = SIZE_MAX / 4 / sizeof(hf_slot);
    thread->slot_max = wanted < most ? wanted : (uint32_t)most;
    void *slots;
    hf_status status =
        hfp_vm_reserve(slots_size(thread), hfp_features_get()->reserve_granularity, &slots);
    if (status == HF_OK) {
        thread->slots = slots;
    }
    return status;
}

static void thread_detaching(void *self, hf_thread *thread)
{
    (void)self;
    hfi_frames_end_all(thread, "hf_thread_detach");
    hfi_records_unwind(thread, NULL, "hf_thread_detach");
}

static void thread_detached(void *self, hf_thread *thread)
{
    (void)self;
    hfp_vm_release(thread->slots, slots_size(thread));
    thread->slots = NULL;
    thread->slot_top = thread->slot_floor = 0;
}

/* ---- the module ---- */

hf_status hfi_roots_create(hfi_parts *parts, hfi_roots **roots_out)
{
    hfi_roots *roots = hfi_alloc(sizeof *roots);
    if (!roots) {
        return HF_E_NOMEM;
    }
    roots->parts = parts;
    hfp_mutex_init(&roots->lock);
    roots->participant =
        (hfi_participant){ .name = "root", .self = roots, .visit_roots = visit_roots };
    hfi_heap_add_participant(parts->heap, &roots->participant);
    hfi_world_hooks hooks = { .self = roots,
                              .attached = thread_attached,
                              .detaching = thread_detaching,
                              .detached = thread_detached };
    hfi_world_set_hooks(parts->world, 1, &hooks);
    *roots_out = roots;
    return HF_OK;
}

uint64_t hfi_roots_destroy(hfi_roots *roots, bool keep)
{
    uint64_t left = 0;
    for (const hf_global *global = roots->globals; global; global = global->next) {
        left++;
    }
    if (keep) {
        return left;
    }
    while (roots->globals) {
        hf_global *global = roots->globals;
        roots->globals = global->next;
        hfi_free(global);
    }
    hfp_mutex_finish(&roots->lock);
    hfi_free(roots);
    return left;
}

void hfi_roots_lock(hfi_roots *roots)
{
    hfp_mutex_lock(&roots->lock);
}

void hfi_roots_unlock(hfi_roots *roots)
{
    hfp_mutex_unlock(&roots->lock);
}

/* ---- globals ---- */

hf_status hf_global_create(hf_thread *thread, const hf_slot *ref, hf_global **global_out)
{
    if (!global_out) {
        return HF_E_NULL;
    }
    *global_out = NULL;
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_status status = hfi_slot_value(thread, ref, __func__, &object);
    if (status != HF_OK) {
        return status;
    }
    hfi_roots *roots = thread->parts->roots;
    hf_global *global = hfi_alloc(sizeof *global);
    if (!global) {
        return HF_E_NOMEM;
    }
    hfi_slot_release(&global->slot, object);
    hfp_mutex_lock(&roots->lock);
    global->next = roots->globals;
    global->link = &roots->globals;
    if (global->next) {
        global->next->link = &global->next;
    }
    roots->globals = global;
    hfp_mutex_unlock(&roots->lock);
    *global_out = global;
    return HF_OK;
}

void hf_global_destroy(hf_thread *thread, hf_global *global)
{
    if (!global) {
        return;
    }
    if (!hfi_entry_ok(thread)) {
        (void)hfi_entry_refuse(thread, __func__);
        return;
    }
    hfi_roots *roots = thread->parts->roots;
    hfp_mutex_lock(&roots->lock);
    *global->link = global->next;
    if (global->next) {
        global->next->link = global->link;
    }
    hfp_mutex_unlock(&roots->lock);
    hfi_free(global);
}

hf_status hf_global_load(const hf_global *global, hf_ref out)
{
    if (!out) {
        return HF_E_SLOTS;
    }
    if (!global) {
        return HF_E_NULL;
    }
    out->word_ = hfi_slot_acquire(&global->slot);
    return HF_OK;
}

hf_status hf_global_store(hf_thread *thread, hf_global *global, const hf_slot *value)
{
    HFI_ENTRY(thread);
    if (!global) {
        return HF_E_NULL;
    }
    uintptr_t object;
    hf_status status = hfi_slot_value(thread, value, __func__, &object);
    if (status == HF_OK) {
        hfi_slot_release(&global->slot, object);
    }
    return status;
}
