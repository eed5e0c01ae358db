/* SPDX-License-Identifier: MIT */

/*
 * Resources: creating, holding, disposing.
 *
 * What makes a release happen once and after the last use is said in word.h, what
 * becomes of a cell in cell.c; here are the functions that programs, fences and
 * calls use.
 *
 * Threads: any managed thread.  hold and let go take no lock, and of the thread that made
 * the resource no atomic exchange either (favour.c); the rest takes
 * resources->lock for the lists and the sites.
 */

#include "base/alloc.h"
#include "diag/report.h"
#include "resource/lent.h"
#include "resource/word.h"

static hf_status find_cell(hf_thread *thread, const hf_slot *resource, const char *function,
                           hfi_cell **cell_out)
{
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, resource, function, "resource", &object);
    if (status != HF_OK) {
        return status;
    }
    *cell_out = hfi_cell_of(object);
    return *cell_out ? HF_OK : HF_E_TYPE;
}

/* ---- for fences and calls ---- */

static inline bool is_favoured(const hfi_cell *cell, const hf_thread *thread)
{
    return atomic_load_explicit(&cell->favoured, memory_order_relaxed) == thread;
}

hf_status hfi_resource_hold(hf_thread *thread, uintptr_t object, uintptr_t *value_out,
                            void **cell_out)
{
    hfi_cell *cell = hfi_cell_of(object);
    if (HF_UNLIKELY(!cell)) {
        return HF_E_TYPE;
    }
    if (HF_LIKELY(is_favoured(cell, thread))) {
        cell->own_holds++; /* it is not disposed: see favour.c */
    } else if (HF_UNLIKELY(!hfi_word_hold(cell))) {
        return HF_E_CLOSED;
    }
    *value_out = cell->value;
    *cell_out = cell;
    return HF_OK;
}

hf_status hfi_resource_let_go(hf_thread *thread, void *held)
{
    hfi_cell *cell = held;
    if (HF_LIKELY(is_favoured(cell, thread))) {
        HF_VERIFY(cell->own_holds != 0);
        cell->own_holds--;
        return HF_OK; /* its object has a reference still, so nobody is waiting */
    }
    return HF_UNLIKELY(hfi_word_drop(cell, 0)) ? hfi_cell_close(thread, cell) : HF_OK;
}

/* By the word, also where this thread is favoured: another one may let it go (see favour.c). */
hf_status hfi_resource_hold_shared(uintptr_t object, uintptr_t *value_out, void **cell_out)
{
    hfi_cell *cell = hfi_cell_of(object);
    if (!cell) {
        return HF_E_TYPE;
    }
    if (!hfi_word_hold(cell)) {
        return HF_E_CLOSED;
    }
    *value_out = cell->value;
    *cell_out = cell;
    return HF_OK;
}

static void run_close(hf_thread *runner, hfi_work *work, hf_ref object)
{
    /* It has no object. */
    (void)object;
    (void)hfi_cell_close(runner, HF_CONTAINER(work, hfi_cell, work)); /* a failure was reported */
}

/* The program has disposed it: that is no finalizer's doing, and is not switched off with them. */
static void drop_close(hf_thread *runner, hfi_work *work)
{
    run_close(runner, work, NULL);
}

static const hfi_work_kind close_kind = { "closing a resource", run_close, drop_close, true };

void hfi_resource_let_go_later(hfi_parts *parts, void *held)
{
    hfi_cell *cell = held;
    if (hfi_word_drop(cell, 0)) {
        /* The work is free: a cell is queued as a leak only before it is disposed. */
        cell->work.kind = &close_kind;
        hfi_runner_submit(parts->runner, &cell->work);
    }
}

void hfi_resource_adopt(hf_thread *thread, uintptr_t object, uintptr_t value)
{
    hfi_cell *cell = hfi_cell_of(object);
    HF_VERIFY(cell && cell->value == cell->class_of->invalid);
    cell->value = value;
    hfi_lent_issued(thread->parts->resources, value);
}

bool hfi_resource_is_disposed(const void *held, const char **class_name_out)
{
    const hfi_cell *cell = held;
    *class_name_out = cell->class_of->name;
    return hfi_word_load(cell) & HFI_CELL_DISPOSED;
}

/* ---- creating ---- */

static hf_status check_class(const hf_resource_class *class_of)
{
    if (!class_of) {
        return HF_E_NULL;
    }
    if (class_of->struct_size != sizeof *class_of ||
        (uint32_t)class_of->on_leak > (uint32_t)HF_LEAK_FATAL) {
        return HF_E_OPTIONS;
    }
    return class_of->release ? HF_OK : HF_E_NULL;
}

/** What all ways to make a resource ask for first. */
static hf_status check_birth(hf_thread *thread, const hf_resource_class *class_of,
                             const hf_slot *out)
{
    if (!out) {
        return HF_E_SLOTS;
    }
    hf_status status = check_class(class_of);
    if (status != HF_OK) {
        return status;
    }
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    return hfi_runner_need(thread->parts->runner, thread);
}

/** Makes cell and object; a parent is held for it by the caller, and stays so on success. */
static hf_status make(hf_thread *thread, hfi_cell *cell, hfi_cell *parent, hf_ref out)
{
    if (!cell) {
        return HF_E_NOMEM;
    }
    hfi_request request = {
        .type = hfi_type_find(HFI_TYPE_RESOURCE),
        .payload = sizeof(uintptr_t),
        .site = cell->work.site,
    };
    uintptr_t object;
    hf_status status = hfi_heap_allocate(thread, &request, &object);
    if (status != HF_OK) {
        hfi_free(cell);
        return status;
    }
    cell->was_alone = thread->is_runner; /* what a finalizer makes is its own */
    hfi_cell_link(thread, cell, object, parent);
    hfi_lent_issued(thread->parts->resources, cell->value);
    out->word_ = object;
    return HF_OK;
}

hf_status hf_resource_create_at(hf_thread *thread, const hf_resource_class *class_of,
                                uintptr_t value, hf_ref out, hf_site site)
{
    HFI_ENTRY(thread);
    hf_status status = check_birth(thread, class_of, out);
    return status == HF_OK ? make(thread, hfi_cell_make(class_of, value, 0, site), NULL, out)
                           : status;
}

hf_status hf_resource_borrow_at(hf_thread *thread, const hf_resource_class *class_of,
                                uintptr_t value, hf_ref out, hf_site site)
{
    HFI_ENTRY(thread);
    hf_status status = check_birth(thread, class_of, out);
    return status == HF_OK
               ? make(thread, hfi_cell_make(class_of, value, HFI_CELL_FOREIGN, site), NULL, out)
               : status;
}

hf_status hf_resource_create_child_at(hf_thread *thread, const hf_resource_class *class_of,
                                      uintptr_t value, const hf_slot *parent, hf_ref out,
                                      hf_site site)
{
    HFI_ENTRY(thread);
    hf_status status = check_birth(thread, class_of, out);
    hfi_cell *above = NULL;
    if (status == HF_OK) {
        status = find_cell(thread, parent, __func__, &above);
    }
    if (status != HF_OK) {
        return status;
    }
    if (!hfi_word_hold(above)) {
        return hfi_cell_report_closed(thread, above, "hf_resource_create_child", "parent", site,
                                      "make children before the parent is disposed");
    }
    status = make(thread, hfi_cell_make(class_of, value, 0, site), above, out);
    if (status != HF_OK && hfi_word_drop(above, 0)) {
        (void)hfi_cell_close(thread, above); /* a failure has been reported */
    }
    return status;
}

/* ---- ending ---- */

hf_status hf_resource_dispose_at(hf_thread *thread, hf_ref resource, hf_site site)
{
    HFI_ENTRY(thread);
    hfi_cell *cell;
    hf_status status = find_cell(thread, resource, __func__, &cell);
    if (status != HF_OK) {
        return status;
    }
    hfi_crossing(thread); /* the slot keeps the object, and so the cell */
    if (thread->is_runner &&
        hfi_cell_put_off(thread, resource, cell, "hf_resource_dispose", site)) {
        return HF_E_BUSY;
    }
    hfi_cell_end_favour(thread, cell);
    hfi_cell_end end = hfi_cell_end_by(thread, site);
    bool is_closed;
    if (!hfi_cell_dispose(thread->parts->resources, cell, &end, &is_closed)) {
        return hfi_cell_report_closed(thread, cell, "hf_resource_dispose", "resource", site,
                                      "dispose a resource once, where its owner is done with it");
    }
    if (is_closed) {
        return hfi_cell_close(thread, cell);
    }
    if (thread->is_runner) {
        hfi_cell_report_held(thread, resource, site);
    }
    return HF_OK;
}

hf_status hf_resource_set_invalid_at(hf_thread *thread, hf_ref resource, hf_site site)
{
    HFI_ENTRY(thread);
    hfi_cell *cell;
    hf_status status = find_cell(thread, resource, __func__, &cell);
    if (status != HF_OK) {
        return status;
    }
    hfi_resources *resources = thread->parts->resources;
    bool is_first = false;
    bool is_closed = false;
    hfi_cell_end_favour(thread, cell);
    hfp_mutex_lock(&resources->lock);
    bool is_in_time = hfi_word_set_foreign(cell, &is_first, &is_closed);
    if (is_first) {
        cell->end = hfi_cell_end_by(thread, site);
        cell->end.is_invalid = true;
    }
    hfp_mutex_unlock(&resources->lock);
    if (!is_in_time) {
        return hfi_cell_report_closed(thread, cell, "hf_resource_set_invalid", "resource", site,
                                      "set it invalid before it is released");
    }
    return is_closed ? hfi_cell_close(thread, cell) : HF_OK;
}

/* ---- using ---- */

hf_status hf_resource_value_at(hf_thread *thread, const hf_slot *resource, uintptr_t *value_out,
                               const char *what, hf_site site)
{
    if (value_out) {
        *value_out = 0;
    }
    HFI_ENTRY_AS(thread, "hf_resource_value");
    hfi_cell *cell;
    hf_status status = find_cell(thread, resource, "hf_resource_value", &cell);
    if (status != HF_OK) {
        return status;
    }
    if (!value_out) {
        return HF_E_NULL;
    }
    if (hfi_word_load(cell) & HFI_CELL_DISPOSED) {
        return HF_E_CLOSED;
    }
    if (!hfi_lent_note(thread->parts->resources, cell, what, site)) {
        return HF_E_CLOSED;
    }
    *value_out = cell->value;
    return HF_OK;
}

bool hf_resource_is_open(const hf_slot *resource)
{
    hfi_cell *cell;
    return find_cell(NULL, resource, __func__, &cell) == HF_OK &&
           cell->value != cell->class_of->invalid && !(hfi_word_load(cell) & HFI_CELL_DISPOSED);
}
