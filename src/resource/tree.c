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

/** What one walk over a tree did. */
typedef struct walk {
    hfi_work *closing; /* what closes now, linked through the works */
    uint64_t disposed;
    uint64_t put_off; /* by a finalizer, because others can reach it */
    char object[96];  /* the first of these, with its birth */
    hf_site born;
} walk;

static void note_put_off(walk *done, const hfi_cell *cell)
{
    if (done->put_off++ == 0) {
        hfi_cell_tell(cell, done->object, sizeof done->object);
        done->born = cell->work.site;
    }
}

/** Ends the own references of a tree whose root is the caller's to dispose.  Lock held. */
static void dispose_all(hfi_cell *root, const hfi_cell_end *end, walk *done)
{
    hfi_work **last = &done->closing;
    for (hfi_cell *cell = root; cell; cell = next_in_tree(root, cell)) {
        bool is_closed;
        /* One that died already is the runner's, which was given it by a collection. */
        if (cell->object == 0) {
            continue;
        }
        if (cell != root && end->is_runner && hfi_cell_put_off_locked(cell, end)) {
            note_put_off(done, cell);
            continue;
        }
        if (!hfi_cell_dispose_locked(cell, end, &is_closed)) {
            continue;
        }
        done->disposed++;
        if (is_closed) {
            cell->work.next = NULL;
            *last = &cell->work;
            last = &cell->work.next;
        }
    }
}

static hf_status report_put_off(hf_thread *runner, const walk *done, hf_site site)
{
    hfi_shared shared = { "hf_resource_dispose_tree", done->object,
                          "others can reach it, which came from what the finalizer owns",
                          done->born, site };
    hfi_cell_report_shared(runner, &shared, true);
    return HF_E_BUSY;
}

static hf_status close_all(hf_thread *thread, hfi_work *closing)
{
    hf_status status = HF_OK;
    while (closing) {
        hfi_cell *cell = HF_CONTAINER(closing, hfi_cell, work);
        closing = closing->next;
        hf_status closed = hfi_cell_close(thread, cell);
        status = status == HF_OK ? closed : status;
    }
    return status;
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
    if (thread->is_runner &&
        hfi_cell_put_off(thread, resource, root, "hf_resource_dispose_tree", site)) {
        return HF_E_BUSY;
    }
    hfi_resources *resources = thread->parts->resources;
    hfi_cell_end_favour(thread, root); /* children never have one */
    hfi_cell_end end = hfi_cell_end_by(thread, site);
    walk done = { 0 };
    hfp_mutex_lock(&resources->lock);
    dispose_all(root, &end, &done);
    hfp_mutex_unlock(&resources->lock);
    if (done.disposed == 0 && done.put_off == 0) {
        return hfi_cell_report_closed(thread, root, "hf_resource_dispose_tree", "resource", site,
                                      "dispose a resource once, where its owner is done with it");
    }
    status = close_all(thread, done.closing);
    hf_status put_off = done.put_off ? report_put_off(thread, &done, site) : HF_OK;
    return status == HF_OK ? put_off : status;
}
