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
#include "base/spare.h"
#include "heap/birth.h"
#include "diag/report.h"
#include "diag/text.h"
#include "thread/record.h"
#include "thread/watch.h"

struct hf_global {
    hf_global *next, **link;    /* lock: roots->lock; first, for the spare ones */
    hf_slot slot;               /* atomic: written by any attached thread */
    _Atomic(bool) is_ended;     /* written under the lock */
    hfi_roots *roots;           /* constant */
    uint64_t number;            /* of its making, from 1 */
    hf_site site;               /* where that was */
    _Atomic(const char *) name; /* NULL: none */
    bool is_scoped;             /* lock: a scope destroys it */
};

struct hfi_roots {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hf_global *globals;
    hfi_spare spare;       /* lock: destroyed ones */
    uint64_t globals_made; /* lock */
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

static void tell_global(const hf_global *global, hfi_text *text)
{
    const char *name = atomic_load_explicit(&global->name, memory_order_acquire);
    if (name) {
        hfi_text_format(text, "global %s", name);
    } else if (global->site.file) {
        hfi_text_format(text, "global %llu made at %s:%d", (unsigned long long)global->number,
                        global->site.file, global->site.line);
    } else {
        hfi_text_format(text, "global %llu", (unsigned long long)global->number);
    }
}

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    (void)object;
    hfi_roots *roots = self;
    for (const hf_thread *thread = hfi_world_threads(roots->parts->world); thread && slot;
         thread = thread->next) {
        if ((uintptr_t)slot - (uintptr_t)thread->slots < thread->slot_top * sizeof *slot) {
            hfi_frame_tell_slot(thread, slot, text);
            return;
        }
    }
    for (const hf_global *global = roots->globals; global; global = global->next) {
        if (slot == &global->slot) {
            tell_global(global, text);
        }
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
    roots->participant = (hfi_participant){
        .name = "root", .self = roots, .visit_roots = visit_roots, .tell_root = tell_root
    };
    hfi_heap_add_participant(parts->heap, &roots->participant);
    hfi_world_hooks hooks = { .self = roots,
                              .attached = thread_attached,
                              .detaching = thread_detaching,
                              .detached = thread_detached };
    hfi_world_set_hooks(parts->world, 1, &hooks);
    *roots_out = roots;
    return HF_OK;
}

/* lock */
static void end_global(hfi_roots *roots, hf_global *global)
{
    *global->link = global->next;
    if (global->next) {
        global->next->link = global->link;
    }
    atomic_store_explicit(&global->is_ended, true, memory_order_relaxed);
    hfi_slot_release(&global->slot, 0); /* whoever loads this sees it ended */
    hfi_spare_put(&roots->spare, global);
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
        end_global(roots, roots->globals);
    }
    hf_global *global;
    while ((global = hfi_spare_take(&roots->spare, 0))) {
        hfi_free(global);
    }
    hfp_mutex_finish(&roots->lock);
    hfi_free(roots);
    return left;
}

void hfi_roots_each_left(hfi_roots *roots, hfi_left_fn fn, void *user)
{
    hfp_mutex_lock(&roots->lock);
    for (const hf_global *global = roots->globals; global; global = global->next) {
        hfi_left left = { .kind = "global", .site = global->site, .why = "it was never destroyed" };
        uintptr_t object = hfi_slot_acquire(&global->slot);
        hf_report where = HF_REPORT_INIT;
        if (object != 0) {
            hfi_heap_tell(roots->parts->heap, object, &where, left.object, sizeof left.object);
        }
        left.other_site = where.other_site;
        fn(&left, user);
    }
    hfp_mutex_unlock(&roots->lock);
}

void hfi_roots_drop(hfi_roots *roots)
{
    hfp_mutex_lock(&roots->lock);
    for (hf_global *global = roots->globals; global; global = global->next) {
        hfi_slot_release(&global->slot, 0);
    }
    hfp_mutex_unlock(&roots->lock);
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

static hf_global *take_global(hfi_roots *roots)
{
    hfp_mutex_lock(&roots->lock);
    hf_global *global = hfi_spare_take(&roots->spare, HFI_SPARE_KEPT);
    hfp_mutex_unlock(&roots->lock);
    if (!global && (global = hfi_alloc(sizeof *global))) {
        global->roots = roots;
    }
    return global;
}

static bool is_ended(const hf_global *global)
{
    return HF_UNLIKELY(atomic_load_explicit(&global->is_ended, memory_order_relaxed));
}

static hf_status refuse_ended(const hf_global *global, const char *function)
{
    return hfi_misuse(global->roots->parts->reporter, HF_E_MISUSE, function, "global", global->site,
                      "destroy a global when nobody uses it any more",
                      "the global made here has been destroyed");
}

hf_status hf_global_create_at(hf_thread *thread, const hf_slot *ref, hf_global **global_out,
                              hf_site site)
{
    if (!global_out) {
        return HF_E_NULL;
    }
    *global_out = NULL;
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_status status = hfi_slot_value(thread, ref, "hf_global_create", &object);
    if (status != HF_OK) {
        return status;
    }
    hfi_roots *roots = thread->parts->roots;
    hf_global *global = take_global(roots);
    if (!global) {
        return HF_E_NOMEM;
    }
    hfi_slot_release(&global->slot, object);
    hfp_mutex_lock(&roots->lock);
    global->site = site;
    global->is_scoped = false;
    atomic_store_explicit(&global->name, NULL, memory_order_relaxed);
    atomic_store_explicit(&global->is_ended, false, memory_order_relaxed);
    global->number = ++roots->globals_made;
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

void hf_global_set_name(hf_global *global, const char *name)
{
    if (global) {
        atomic_store_explicit(&global->name, name, memory_order_release);
    }
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
    bool was_there = !is_ended(global);
    bool is_scoped = was_there && global->is_scoped;
    if (was_there && !is_scoped) {
        end_global(roots, global);
    }
    hfp_mutex_unlock(&roots->lock);
    if (!was_there) {
        (void)refuse_ended(global, __func__);
    }
    if (is_scoped) {
        (void)hfi_misuse(thread->parts->reporter, HF_E_SCOPE, __func__, "global", HF_SITE,
                         "take it out of its scope first, with hf_scope_release()",
                         "the global is in a scope, which destroys it");
    }
}

bool hfi_global_set_scoped(hfi_roots *roots, hf_global *global, bool is_scoped)
{
    hfp_mutex_lock(&roots->lock);
    bool is_change = !is_ended(global) && global->is_scoped != is_scoped;
    if (is_change) {
        global->is_scoped = is_scoped;
    }
    hfp_mutex_unlock(&roots->lock);
    return is_change;
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
    return is_ended(global) ? refuse_ended(global, __func__) : HF_OK;
}

hf_status hf_global_store(hf_thread *thread, hf_global *global, const hf_slot *value)
{
    HFI_ENTRY(thread);
    if (!global) {
        return HF_E_NULL;
    }
    if (is_ended(global)) {
        return refuse_ended(global, __func__);
    }
    uintptr_t object;
    hf_status status = hfi_slot_value(thread, value, __func__, &object);
    if (status == HF_OK) {
        hfi_slot_release(&global->slot, object);
    }
    return status;
}
