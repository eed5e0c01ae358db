/* SPDX-License-Identifier: MIT */

/*
 * Ending a resource with all that came from it.
 *
 * hf_resource_dispose() of a parent waits for its children; here they are disposed
 * with it.  One walk, with the lock, ends the own references of the whole tree from
 * the top down, so that no child is born into it meanwhile.  Those whose count
 * reaches zero by that are leaves that nobody uses; they are put aside, and closed
 * without the lock.  Each close goes up to parents that wait for nothing else, so
 * the order is always children first; what a call or fence still holds closes by
 * itself, when that is over, and everything above it then.
 *
 * A cell that was put aside is this thread's alone: CLOSED is set once.  Its object
 * may die before its turn; it is not finished, so nobody frees it.
 *
 * Threads: any managed thread.  The lock is held once over the whole tree, which is
 * some stores a cell.
 */

#include "diag/report.h"
#include "resource/word.h"

/** The cell behind this one in the tree, a parent before its children; NULL: that was the last. */
static hfi_cell *next_in_tree(const hfi_cell *root, hfi_cell *cell)
{
    if (cell->children) {
        return cell->children;
    }
    while (cell != root && !cell->next_sibling) {
        cell = cell->parent;
    }
    return cell == root ? NULL : cell->next_sibling;
}

/** Ends the own references; gives those that close now, linked through their works. */
static hfi_work *dispose_all(hfi_cell *root, const hfi_cell_end *end, uint64_t *disposed_out)
{
    hfi_work *closing = NULL;
    hfi_work **last = &closing;
    for (hfi_cell *cell = root; cell; cell = next_in_tree(root, cell)) {
        bool is_closed;
        /* One that died already is the runner's, which was given it by a collection. */
        if (cell->object == 0 || !hfi_cell_dispose_locked(cell, end, &is_closed)) {
            continue;
        }
        (*disposed_out)++;
        if (is_closed) {
            cell->work.next = NULL;
            *last = &cell->work;
            last = &cell->work.next;
        }
    }
    return closing;
}

hf_status hf_resource_dispose_tree_at(hf_thread *thread, hf_ref resource, hf_site site)
{
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, resource, __func__, "resource", &object);
    if (status != HF_OK) {
        return status;
    }
    hfi_crossing(thread); /* may move the object */
    hfi_cell *root = hfi_cell_of(resource->word_);
    if (!root) {
        return HF_E_TYPE;
    }
    hfi_resources *resources = thread->parts->resources;
    hfi_cell_end_favour(thread, root); /* children never have one */
    hfi_cell_end end = hfi_cell_end_by(thread, site);
    uint64_t disposed = 0;
    hfp_mutex_lock(&resources->lock);
    hfi_work *closing = dispose_all(root, &end, &disposed);
    hfp_mutex_unlock(&resources->lock);
    if (disposed == 0) {
        return hfi_cell_report_closed(thread, root, "hf_resource_dispose_tree", "resource", site,
                                      "dispose a resource once, where its owner is done with it");
    }
    while (closing) {
        hfi_cell *cell = HF_CONTAINER(closing, hfi_cell, work);
        closing = closing->next;
        hf_status closed = hfi_cell_close(thread, cell);
        status = status == HF_OK ? closed : status;
    }
    return status;
}
