/* SPDX-License-Identifier: MIT */

/*
 * Weak references.
 *
 * One hf_weak stands for all references of the same kind to the same place of the same
 * object, and counts them: so two are equal if they are the same pointer, also when the
 * object is long dead, and comparing needs no look at anything.
 *
 * Loading takes no lock.  Only a collection lets a reference die or moves its object, and
 * while one runs no thread is managed; a thread that loads is.  What it gets is in a slot
 * before the next safepoint, so a collection sees it there.
 *
 * Destroying is open to every thread.  Who brings the count to zero puts the reference on a
 * list and touches nothing that a collector reads.  Managed threads take it out there: after
 * each collection, and before a new one is made.  Until then it is found again by who
 * makes an equal one.
 *
 * Threads: see above; weaks->lock.
 */

#include "diag/report.h"
#include "weak/inside.h"

#define WEAK_SIG 0x4b414557u /* "WEAK" */

/* ---- making ---- */

static hf_weak *find_equal(hfi_known *known, uint32_t kind, size_t offset)
{
    hf_weak *weak = known->references;
    while (weak && !(weak->kind == kind && weak->offset == offset)) {
        weak = weak->next;
    }
    return weak;
}

static hf_weak *make_new(hfi_weaks *weaks, hfi_known *known, uint32_t kind, size_t offset)
{
    hf_weak *weak = hfi_pool_take(&weaks->references);
    if (!weak) {
        return NULL;
    }
    weak->sig = WEAK_SIG;
    weak->kind = kind;
    weak->offset = offset;
    weak->known = known;
    weak->owner = weaks;
    weak->next = known->references;
    known->references = weak;
    return weak;
}

static hf_weak *acquire(hfi_weaks *weaks, uintptr_t object, uint32_t kind, size_t offset)
{
    hfp_mutex_lock(&weaks->lock);
    hfi_known *known = hfi_known_make(weaks, object);
    hf_weak *weak = known ? find_equal(known, kind, offset) : NULL;
    if (known && !weak) {
        hfi_references_recycle(weaks);
        weak = make_new(weaks, known, kind, offset);
    }
    if (weak) {
        atomic_fetch_add_explicit(&weak->count, 1, memory_order_relaxed);
        weaks->handed_out++;
    }
    hfp_mutex_unlock(&weaks->lock);
    return weak;
}

static hf_status report_outside(hf_thread *thread, uintptr_t object, size_t offset)
{
    return hfi_misuse(thread->parts->reporter, HF_E_RANGE, "hf_weak_create_inside", "offset",
                      HF_SITE, "give a place in the object, or right behind its last byte",
                      "offset %llu is outside the object, which has %llu bytes",
                      (unsigned long long)offset,
                      (unsigned long long)hfi_object_payload_size(object));
}

static hf_status create(hf_thread *thread, const hf_slot *ref, size_t offset, hf_weak_kind kind,
                        hf_weak **weak_out, const char *function)
{
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, ref, function, "ref", &object);
    if (status == HF_E_NULL) {
        return HF_OK; /* the null reference, which is NULL */
    }
    if (status != HF_OK) {
        return status;
    }
    if (kind != HF_WEAK_SHORT && kind != HF_WEAK_LONG) {
        return hfi_misuse(thread->parts->reporter, HF_E_ARGUMENT, function, "kind", HF_SITE,
                          "give HF_WEAK_SHORT or HF_WEAK_LONG", "%d is no kind of weak reference",
                          (int)kind);
    }
    if (offset > hfi_object_payload_size(object)) {
        return report_outside(thread, object, offset);
    }
    hfp_native_error saved = hfp_native_error_save();
    *weak_out = acquire(thread->parts->weaks, object, kind, offset);
    hfp_native_error_restore(saved);
    return *weak_out ? HF_OK : HF_E_NOMEM;
}

hf_status hf_weak_create(hf_thread *thread, const hf_slot *ref, hf_weak_kind kind,
                         hf_weak **weak_out)
{
    return hf_weak_create_inside(thread, ref, 0, kind, weak_out);
}

hf_status hf_weak_create_inside(hf_thread *thread, const hf_slot *ref, size_t offset,
                                hf_weak_kind kind, hf_weak **weak_out)
{
    if (!weak_out) {
        return HF_E_NULL;
    }
    *weak_out = NULL;
    HFI_ENTRY_AS(thread, "hf_weak_create");
    return create(thread, ref, offset, kind, weak_out, "hf_weak_create");
}

/* ---- using ---- */

/* What is wrong with a reference that was given; HF_OK: nothing.  A node is never unmapped while
 * its runtime lives, so one that ended can be told until it is used again. */
static hf_status check(hfi_weaks *weaks, const hf_weak *weak, const char *function)
{
    if (HF_UNLIKELY(weak->owner != weaks)) {
        return hfi_misuse(weaks->parts->reporter, HF_E_MISUSE, function, "weak", HF_SITE,
                          "use it with a thread of the runtime that it was made in",
                          "the weak reference belongs to another runtime");
    }
    if (HF_UNLIKELY(weak->sig != WEAK_SIG ||
                    atomic_load_explicit(&weak->count, memory_order_relaxed) == 0)) {
        return hfi_misuse(weaks->parts->reporter, HF_E_MISUSE, function, "weak", HF_SITE,
                          "destroy a weak reference once, when nobody uses it any more",
                          "the weak reference was destroyed before");
    }
    return HF_OK;
}

hf_status hf_weak_load(hf_thread *thread, const hf_weak *weak, hf_ref out)
{
    HFI_ENTRY(thread);
    if (!out) {
        return HF_E_SLOTS;
    }
    hf_status status = weak ? check(thread->parts->weaks, weak, __func__) : HF_OK;
    if (status == HF_OK) {
        out->word_ = weak && weak->known ? weak->known->object : 0;
    }
    return status;
}

size_t hf_weak_offset(const hf_weak *weak)
{
    return weak ? weak->offset : 0;
}

/* ---- ending ---- */

hf_status hf_weak_destroy(hf_weak *weak)
{
    if (!weak) {
        return HF_OK;
    }
    hfi_weaks *weaks = weak->owner;
    hfp_native_error saved = hfp_native_error_save();
    hfp_mutex_lock(&weaks->lock);
    uint64_t count =
        weak->sig == WEAK_SIG ? atomic_load_explicit(&weak->count, memory_order_relaxed) : 0;
    if (count != 0) {
        atomic_store_explicit(&weak->count, count - 1, memory_order_relaxed);
        weaks->handed_out--;
    }
    if (count == 1 && !weak->is_returned) {
        weak->is_returned = true;
        weak->next_returned = atomic_load_explicit(&weaks->returned, memory_order_relaxed);
        atomic_store_explicit(&weaks->returned, weak, memory_order_relaxed);
    }
    hfp_mutex_unlock(&weaks->lock);
    hfp_native_error_restore(saved);
    return count != 0 ? HF_OK : check(weaks, weak, __func__);
}

static void unlink_reference(hf_weak *weak)
{
    if (!weak->known) {
        return;
    }
    hf_weak **link = &weak->known->references;
    while (*link != weak) {
        link = &(*link)->next;
    }
    *link = weak->next;
}

void hfi_references_recycle(hfi_weaks *weaks)
{
    hf_weak *next;
    for (hf_weak *weak = atomic_load_explicit(&weaks->returned, memory_order_relaxed); weak;
         weak = next) {
        next = weak->next_returned;
        weak->is_returned = false;
        if (atomic_load_explicit(&weak->count, memory_order_relaxed) == 0) {
            unlink_reference(weak);
            weak->sig = 0;
            hfi_pool_give(&weaks->references, weak);
        }
    }
    atomic_store_explicit(&weaks->returned, NULL, memory_order_relaxed);
}

void hfi_references_end(hfi_known *known, bool also_long)
{
    hf_weak **link = &known->references;
    while (*link) {
        hf_weak *weak = *link;
        if (weak->kind == HF_WEAK_SHORT || also_long) {
            *link = weak->next;
            weak->known = NULL;
        } else {
            link = &weak->next;
        }
    }
}
