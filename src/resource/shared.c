/* SPDX-License-Identifier: MIT */

/*
 * A finalizer that disposes what others use.
 *
 * The runner acts for an object that is dead.  What that object reached need not be: if the
 * collection that found the owner dead came to the resource from elsewhere too, others count on
 * it.  Then it is not disposed under them; it is noted that it was asked for, and it is released,
 * in silence, when it dies itself.
 *
 * That the collection came from elsewhere is no more than a hint: it may have come from the
 * argument of the cleanup that now disposes it, or from a slot that has ended since.  So it is
 * looked once more, which is dear, for who can reach it now; where nobody can, it is disposed.
 *
 * Threads: the runner, or an embedder in its place, managed.
 */

#include "resource/word.h"

/* Behind "a finalizer disposes it, but ". */
#define USER_TEXT (HFI_RESOURCE_TEXT - 30)

/** Notes that it is wanted gone; false if it is disposed meanwhile. */
static bool ask(hfi_cell *cell, const hfi_cell_end *end)
{
    if (hfi_word_load(cell) & HFI_CELL_DISPOSED) {
        return false;
    }
    cell->is_asked = true;
    cell->end = *end;
    return true;
}

bool hfi_cell_put_off_locked(hfi_cell *cell, const hfi_cell_end *end)
{
    return !cell->was_alone && ask(cell, end);
}

bool hfi_cell_put_off(hf_thread *runner, const hf_slot *resource, hfi_cell *cell,
                      const char *function, hf_site site)
{
    hfi_resources *resources = runner->parts->resources;
    char user[USER_TEXT];
    /* Written with the world stopped alone, or before anybody else knew the cell. */
    if (cell->was_alone || hfi_word_load(cell) & HFI_CELL_DISPOSED) {
        return false;
    }
    hfi_text text = hfi_text_begin(user, sizeof user);
    bool is_used = hfi_cell_find_user(runner, resource, &text);
    hfi_text_end(&text);
    if (!is_used) {
        return false;
    }
    hfi_cell_end end = hfi_cell_end_by(runner, site);
    hfp_mutex_lock(&resources->lock);
    bool is_put_off = ask(cell, &end);
    hfp_mutex_unlock(&resources->lock);
    if (is_put_off) {
        char object[96];
        hfi_cell_tell(cell, object, sizeof object);
        hfi_shared shared = { function, object, user, cell->work.site, site };
        hfi_cell_report_shared(runner, &shared, true);
    }
    return is_put_off;
}

void hfi_cell_report_held(hf_thread *runner, const hf_slot *resource, hf_site site)
{
    char object[96];
    char user[USER_TEXT];
    hfi_text text = hfi_text_begin(user, sizeof user);
    (void)hfi_cell_find_user(runner, resource, &text);
    hfi_text_end(&text);
    const hfi_cell *cell = hfi_cell_of(resource->word_);
    hfi_cell_tell(cell, object, sizeof object);
    hfi_shared shared = { "hf_resource_dispose", object, user, cell->work.site, site };
    hfi_cell_report_shared(runner, &shared, false);
}
