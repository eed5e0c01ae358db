/* SPDX-License-Identifier: MIT */

/*
 * The thread that made a resource holds it without an atomic exchange.
 *
 * A hold and its end are two exchanges on the word, which is most of what holding
 * costs.  Nearly always one thread makes, uses and disposes a resource.  So a new
 * cell favours its maker: what that thread holds is counted in `own_holds`, by plain
 * loads and stores, and only there; other threads use the word as ever.
 *
 * Why that is right.  References are the word's and `own_holds` together.  While a
 * thread is favoured DISPOSED is clear and the object's own reference is in the word,
 * so the sum is never zero and nothing closes: the favoured thread need look at no
 * flag when it holds, and wake nobody when it lets go.  Before DISPOSED is set the
 * favour ends: `own_holds` is added to the word, and from then on its maker is as
 * any other thread.  Nobody is favoured a second time.
 *
 * Why nobody is inside of `own_holds` meanwhile.  It is changed in managed state in a
 * stretch without a safepoint.  Who ends the favour is the favoured thread itself, in
 * managed state too; or it has stopped the world, so that no thread is in such a
 * stretch, and what the favoured one wrote is published by its park or its entry into
 * native code, as all that a collector reads.  When that thread comes back it sees
 * `favoured` changed, as it sees slots that a collection changed.  A third one only
 * compares `favoured` with itself, and no value it may read is itself.
 *
 * A record of a thread may be used again by another thread.  That one then is
 * favoured; it came to the record behind everything that the first one did.
 *
 * Stopping the world for a dispose by another thread is dear.  Where that turns out to
 * be what the program does, new resources favour nobody.  Children never do: a tree is
 * disposed in one walk, with the lock held, where nothing can be stopped.
 *
 * Threads: see each function.
 */

#include "resource/word.h"

/* A stop may cost as much as this many pairs of exchanges. */
#define BIRTHS_A_STOP 1024u
#define STOPS_FREE    8u /* before there is anything to judge by */

void hfi_cell_favour(hfi_resources *resources, hfi_cell *cell, const hf_thread *thread)
{
    resources->births++;
    if (resources->stops <= STOPS_FREE + resources->births / BIRTHS_A_STOP) {
        atomic_store_explicit(&cell->favoured, thread, memory_order_relaxed);
    }
}

void hfi_cell_settle(hfi_cell *cell)
{
    if (!atomic_load_explicit(&cell->favoured, memory_order_relaxed)) {
        return;
    }
    HF_VERIFY(cell->own_holds < (UINT32_MAX - hfi_word_load(cell)) / HFI_CELL_ONE);
    atomic_fetch_add_explicit(&cell->word, cell->own_holds * HFI_CELL_ONE, memory_order_relaxed);
    cell->own_holds = 0;
    atomic_store_explicit(&cell->favoured, NULL, memory_order_relaxed);
}

void hfi_cell_end_favour(hf_thread *thread, hfi_cell *cell)
{
    const hf_thread *favoured = atomic_load_explicit(&cell->favoured, memory_order_relaxed);
    if (HF_LIKELY(favoured == thread)) {
        hfi_cell_settle(cell);
    } else if (favoured) {
        hfi_resources *resources = thread->parts->resources;
        hfi_world_stop(resources->parts->world, thread);
        resources->stops++;    /* nobody has the lock while the world is stopped */
        hfi_cell_settle(cell); /* if it is still wanted */
        hfi_world_resume(resources->parts->world, thread);
    }
}
