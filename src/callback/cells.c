/* SPDX-License-Identifier: MIT */

/*
 * Closures, their cells, and the tombstones.
 *
 * A closure's code address is out of our hands as soon as native code has it, so
 * neither the closure nor its cell is freed, ever; libffi, too, would give the
 * address to the next closure.  They are used again, but late: the tombstones of the
 * process are a queue, and only when TOMBSTONES_MIN of them stand is the oldest
 * taken.  Until then a late call is told what it called.
 *
 * libffi's memory for closures is touched with the lock held alone, so a fork, which
 * takes the lock, finds libffi's own lock free.
 *
 * Threads: all of it under the lock, but for the atomics of a cell.
 */

#include "callback/inside.h"

#include "base/alloc.h"

#include <string.h>

/* About 15 MiB of cells and closures. */
#define TOMBSTONES_MIN 65536u

static hfp_mutex lock = HFP_MUTEX_INIT;
static hf_callback *tombstones; /* lock; oldest first */
static hf_callback **tombstones_last = &tombstones;
static uint32_t tombstone_count;

void hfi_callbacks_lock(void)
{
    hfp_mutex_lock(&lock);
}

void hfi_callbacks_unlock(void)
{
    hfp_mutex_unlock(&lock);
}

uint32_t hfi_callback_cell_runs(hf_callback *cell)
{
    return atomic_load_explicit(&cell->owner_runs, memory_order_seq_cst) +
           atomic_load_explicit(&cell->other_runs, memory_order_seq_cst);
}

static hf_callback *oldest_tombstone(void)
{
    hf_callback *cell = tombstones;
    if (tombstone_count <= TOMBSTONES_MIN || hfi_callback_cell_runs(cell) != 0) {
        return NULL;
    }
    tombstones = cell->next;
    tombstone_count--;
    if (!tombstones) {
        tombstones_last = &tombstones;
    }
    return cell;
}

static hf_callback *new_cell(void)
{
    void *code;
    void *closure = hfi_fault_hit("closure") ? NULL : ffi_closure_alloc(sizeof(ffi_closure), &code);
    if (!closure) {
        return NULL;
    }
    hf_callback *cell = hfi_alloc_for_ever(sizeof *cell);
    if (!cell) {
        ffi_closure_free(closure); /* nobody has seen its address */
        return NULL;
    }
    cell->closure = closure;
    cell->code = code;
    return cell;
}

/* What an older closure of this cell is called by must not be changed under a late call, so only
 * what differs is prepared again. */
static bool prepare(hf_callback *cell, const hfi_signature *signature)
{
    if (cell->signature == signature) {
        return true;
    }
    union {
        const ffi_cif *constant;
        ffi_cif *plain;
    } cif = { &signature->cif };
    cell->signature = signature;
    return ffi_prep_closure_loc(cell->closure, cif.plain, hfi_callback_enter, cell, cell->code) ==
           FFI_OK;
}

hf_status hfi_callback_cell_take(const hfi_signature *signature, hf_callback **cell_out)
{
    hf_callback *cell = oldest_tombstone();
    cell = cell ? cell : new_cell();
    if (!cell) {
        return HF_E_NOMEM;
    }
    if (!prepare(cell, signature)) {
        cell->signature = NULL;
        hfi_callback_cell_bury(cell, HFI_CALLBACK_ORPHAN);
        return HF_E_UNSUPPORTED;
    }
    cell->next = NULL;
    cell->link = NULL;
    cell->was_late = false;
    cell->is_scoped = false;
    cell->died = (hf_site){ NULL, 0 };
    *cell_out = cell;
    return HF_OK;
}

void hfi_callback_cell_link(hfi_callbacks *callbacks, hf_callback *cell)
{
    cell->next = callbacks->live;
    cell->link = &callbacks->live;
    if (cell->next) {
        cell->next->link = &cell->next;
    }
    callbacks->live = cell;
}

void hfi_callback_cell_unlink(hf_callback *cell)
{
    *cell->link = cell->next;
    if (cell->next) {
        cell->next->link = cell->link;
    }
    cell->next = NULL;
    cell->link = NULL;
}

void hfi_callback_cell_bury(hf_callback *cell, hfi_callback_state state)
{
    atomic_store_explicit(&cell->state, state, memory_order_seq_cst);
    cell->next = NULL;
    *tombstones_last = cell;
    tombstones_last = &cell->next;
    tombstone_count++;
}

void hfi_callback_cells_orphan(const hfi_parts *parts)
{
    for (hf_callback *cell = tombstones; cell; cell = cell->next) {
        if (cell->parts == parts) {
            atomic_store_explicit(&cell->state, HFI_CALLBACK_ORPHAN, memory_order_seq_cst);
        }
    }
}

uint32_t hfi_callback_cells_orphan_runs(const hfi_parts *parts)
{
    uint32_t runs = 0;
    for (hf_callback *cell = tombstones; cell; cell = cell->next) {
        runs += cell->parts == parts ? hfi_callback_cell_runs(cell) : 0;
    }
    return runs;
}
