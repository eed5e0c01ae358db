/* SPDX-License-Identifier: MIT */

/*
 * Cells: the native half of a resource, from its birth to its release.
 *
 * A resource is a managed object of one word, the address of its cell.  The cell
 * has the native value and the word of state (word.h).
 *
 * The life of a cell.  It is freed when both are true: `is_finished`, what closing
 * meant has been done; and `object` is 0, the collector has found the object dead.
 * The first is written in managed state, the second with the world stopped, so
 * exactly one of the two comes second and sees the other; that one frees it.
 *
 * Children before parents.  A child gives its reference on the parent back behind
 * its own release, so the parent's count cannot reach zero before.  A child that is
 * never released binds its parent to the same fate.  Closing goes up in a loop: a
 * chain of any depth needs no stack.
 *
 * Threads: any managed thread.  Release functions run in native state without a
 * lock.
 */

#include "base/alloc.h"
#include "diag/report.h"
#include "resource/lent.h"
#include "resource/word.h"
#include "thread/activation.h"

#define CELL_SIG 0x4c4c4543u /* "CELL" */

hfi_cell *hfi_cell_of(uintptr_t object)
{
    if (HF_UNLIKELY(hfi_object_type_id(object) != HFI_TYPE_RESOURCE)) {
        return NULL;
    }
    hfi_cell *cell = *(hfi_cell **)hfi_payload_8(object);
    HF_VERIFY(cell && cell->sig == CELL_SIG);
    return cell;
}

hfi_cell *hfi_cell_make(const hf_resource_class *class_of, uintptr_t value, uint32_t flags,
                        hf_site site)
{
    hfp_native_error saved = hfp_native_error_save();
    hfi_cell *cell = hfi_alloc(sizeof *cell);
    hfp_native_error_restore(saved);
    if (cell) {
        cell->sig = CELL_SIG;
        cell->value = value;
        cell->class_of = class_of;
        cell->work.kind = &hfi_leak_kind;
        cell->work.is_critical = true; /* what finalizers of the same death may still use */
        cell->work.site = site;
        atomic_init(&cell->word, HFI_CELL_ONE | flags);
    }
    return cell;
}

void hfi_cell_link(hf_thread *thread, hfi_cell *cell, uintptr_t object, hfi_cell *parent)
{
    hfi_resources *resources = thread->parts->resources;
    *(hfi_cell **)hfi_payload_8(object) = cell;
    cell->object = object;
    hfp_mutex_lock(&resources->lock);
    cell->older = resources->newest;
    if (cell->older) {
        cell->older->newer = cell;
    }
    resources->newest = cell;
    if (parent) {
        cell->parent = parent;
        cell->next_sibling = parent->children;
        if (cell->next_sibling) {
            cell->next_sibling->previous_sibling = cell;
        }
        parent->children = cell;
    } else {
        hfi_cell_favour(resources, cell, thread);
    }
    hfp_mutex_unlock(&resources->lock);
}

void hfi_cell_unlink(hfi_resources *resources, hfi_cell *cell)
{
    *(cell->newer ? &cell->newer->older : &resources->newest) = cell->older;
    if (cell->older) {
        cell->older->newer = cell->newer;
    }
}

hfi_cell *hfi_cell_leave_parent(hfi_cell *cell)
{
    hfi_cell *parent = cell->parent;
    if (!parent) {
        return NULL;
    }
    *(cell->previous_sibling ? &cell->previous_sibling->next_sibling : &parent->children) =
        cell->next_sibling;
    if (cell->next_sibling) {
        cell->next_sibling->previous_sibling = cell->previous_sibling;
    }
    cell->parent = NULL;
    uint32_t word = hfi_word_load(cell);
    if (word & (HFI_CELL_KEPT | HFI_CELL_BOUND)) {
        hfi_word_set(parent, HFI_CELL_BOUND);
        parent->bound_to = cell->work.site;
    }
    return parent;
}

/* ---- the end of the object's own reference ---- */

hfi_cell_end hfi_cell_end_by(const hf_thread *thread, hf_site site)
{
    return (hfi_cell_end){ site, thread->os_thread, thread->is_runner, false };
}

bool hfi_cell_dispose_locked(hfi_cell *cell, const hfi_cell_end *end, bool *closed_out)
{
    *closed_out = false;
    HF_VERIFY(!atomic_load_explicit(&cell->favoured, memory_order_relaxed));
    /* Only with the lock is DISPOSED set, so it cannot appear between look and drop. */
    if (hfi_word_load(cell) & HFI_CELL_DISPOSED) {
        return false;
    }
    cell->end = *end;
    *closed_out = hfi_word_drop(cell, HFI_CELL_DISPOSED);
    return true;
}

bool hfi_cell_dispose(hfi_resources *resources, hfi_cell *cell, const hfi_cell_end *end,
                      bool *closed_out)
{
    hfp_mutex_lock(&resources->lock);
    bool is_first = hfi_cell_dispose_locked(cell, end, closed_out);
    hfp_mutex_unlock(&resources->lock);
    return is_first;
}

/* ---- closing ---- */

static void report_release(hfi_resources *resources, const hfi_cell *cell, hf_status failure)
{
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the release function failed: %s", hf_status_text(failure));
    hfi_text_end(&text);
    hfi_cell_report_leak(resources, cell, HF_E_RELEASE, message,
                         "see to it that the value is closed by nobody else");
}

static void report_bound(hfi_resources *resources, const hfi_cell *cell)
{
    char message[192];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "it is never released, because its child made at %s:%d is not",
                    hfi_site_file(cell->bound_to), cell->bound_to.line);
    hfi_text_end(&text);
    hfp_mutex_lock(&resources->lock);
    resources->leaks++;
    hfp_mutex_unlock(&resources->lock);
    hfi_cell_report_leak(resources, cell, HF_OK, message,
                         "dispose the child, or give its class another leak policy");
}

hf_status hfi_cell_release(hfi_resources *resources, hf_thread *thread, hfi_cell *cell)
{
    const hf_resource_class *class_of = cell->class_of;
    uint32_t word = hfi_word_load(cell);
    if (word & (HFI_CELL_FOREIGN | HFI_CELL_KEPT) || cell->value == class_of->invalid) {
        return HF_OK;
    }
    if (word & HFI_CELL_BOUND) {
        report_bound(resources, cell);
        return HF_OK;
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_lent_released(resources, cell);
    if (thread) {
        hfi_enter(thread);
    }
    hf_status status = class_of->release(cell->value, class_of->user);
    if (thread) {
        hfi_leave_unheard(thread, "the release function");
    }
    hfp_native_error_restore(saved);
    if (status == HF_OK) {
        return HF_OK;
    }
    report_release(resources, cell, status);
    return HF_E_RELEASE;
}

/** Says that a cell is closed; gives its parent if that closes by it. */
static hfi_cell *finish(hfi_resources *resources, hfi_cell *cell)
{
    hfp_mutex_lock(&resources->lock);
    cell->is_finished = true;
    hfi_cell *parent = hfi_cell_leave_parent(cell);
    bool is_dead = cell->object == 0;
    if (is_dead) {
        hfi_cell_unlink(resources, cell);
    }
    hfp_mutex_unlock(&resources->lock);
    if (is_dead) {
        hfi_free(cell);
    }
    return parent && hfi_word_drop(parent, 0) ? parent : NULL;
}

hf_status hfi_cell_close(hf_thread *thread, hfi_cell *cell)
{
    hfi_resources *resources = thread->parts->resources;
    hf_status status = HF_OK;
    while (cell) {
        hf_status released = hfi_cell_release(resources, thread, cell);
        status = status == HF_OK ? released : status;
        cell = finish(resources, cell);
    }
    return status;
}
