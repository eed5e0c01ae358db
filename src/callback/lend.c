/* SPDX-License-Identifier: MIT */

/*
 * Function pointers for one call.
 *
 * borrow: a registered callback, held so that its end waits for the call's.
 * lend: a transient one.  Its cells are pooled by signature, so that in the steady
 * state nothing is allocated.  The pool is a queue that keeps SPARE_MIN of them back:
 * native code that keeps the pointer and calls it soon after is told, and a cell that
 * was called so is never lent again.
 *
 * A lent cell is owned by the lending thread, which also gives it back, so its own
 * runs are over by then; those of other threads are counted by atomic adds.  So the
 * end needs no barrier.
 *
 * Threads: the owner of the call, managed.
 */

#include "callback/inside.h"

#include "base/alloc.h"

#include <string.h>

/* Idle cells of a signature before the oldest is lent again. */
#define SPARE_MIN 4u

/* ---- registered ---- */

static hf_status refuse_type(hf_thread *thread, const hf_callback *callback,
                             const hfi_prototype *wanted)
{
    return hfi_misuse(thread->parts->reporter, HF_E_TYPE, wanted->name, callback->name,
                      callback->born, "make the callback with the parameter's own signature",
                      "the callback \"%s\" does not fit the parameter \"%s\"", callback->name,
                      wanted->text ? wanted->text : wanted->name);
}

static hf_status refuse_borrow(hf_thread *thread, const hf_callback *callback, uint32_t state)
{
    bool is_foreign = state == HFI_CALLBACK_LIVE;
    return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, "hf_call", callback->name,
                      callback->born,
                      is_foreign ? "make it in the runtime of the thread that calls"
                                 : "destroy it when no call needs it any more",
                      "the callback \"%s\" %s", callback->name,
                      is_foreign ? "belongs to another runtime" : "is destroyed");
}

static hf_status borrow(hf_thread *thread, hf_callback *callback, const hfi_prototype *wanted,
                        void **address_out, void **hold_out)
{
    /* Counted before the state is read, as a run is. */
    atomic_fetch_add_explicit(&callback->other_runs, 1, memory_order_seq_cst);
    uint32_t state = atomic_load_explicit(&callback->state, memory_order_seq_cst);
    hf_status status = HF_OK;
    if (state != HFI_CALLBACK_LIVE || callback->parts != thread->parts) {
        status =
            state == HFI_CALLBACK_ORPHAN ? HF_E_SHUTDOWN : refuse_borrow(thread, callback, state);
    } else if (wanted) {
        status = hfi_signature_fits(callback->signature, wanted);
        status = status == HF_E_TYPE ? refuse_type(thread, callback, wanted) : status;
    }
    if (status != HF_OK) {
        hfi_run_uncount(callback, false);
        return status;
    }
    *address_out = callback->code;
    *hold_out = callback;
    return HF_OK;
}

/* ---- transient: with the lock held ---- */

static hfi_pool *pool_of(hfi_callbacks *callbacks, const hfi_signature *signature)
{
    hfi_pool *pool = callbacks->pools;
    while (pool && pool->signature != signature) {
        pool = pool->next;
    }
    if (!pool) {
        pool = hfi_alloc(sizeof *pool);
        if (!pool) {
            return NULL;
        }
        pool->signature = signature;
        pool->last = &pool->first;
        pool->next = callbacks->pools;
        callbacks->pools = pool;
    }
    return pool;
}

static hf_callback *pool_pop(hfi_pool *pool)
{
    hf_callback *cell = pool->first;
    pool->first = cell->next;
    pool->count--;
    if (!pool->first) {
        pool->last = &pool->first;
    }
    return cell;
}

static hf_status take_cell(hfi_callbacks *callbacks, const hfi_signature *signature,
                           hf_callback **cell_out)
{
    hfi_pool *pool = pool_of(callbacks, signature);
    if (!pool) {
        return HF_E_NOMEM;
    }
    while (pool->count > SPARE_MIN) {
        hf_callback *cell = pool_pop(pool);
        if (!cell->was_late && hfi_callback_cell_runs(cell) == 0) {
            *cell_out = cell;
            return HF_OK;
        }
        hfi_callback_cell_bury(cell, HFI_CALLBACK_ENDED);
    }
    return hfi_callback_cell_take(signature, cell_out);
}

static void arm(hf_callback *cell, hf_thread *thread, const hfi_prototype *prototype,
                const hf_transient *transient)
{
    cell->handler = transient->handler;
    cell->user = transient->user;
    cell->born = (hf_site){ NULL, 0 };
    cell->parts = thread->parts;
    cell->safe = prototype->safe;
    cell->exchange = thread->exchange;
    cell->is_transient = true;
    cell->owner = thread;
    atomic_store_explicit(&cell->owner_stack, hfi_stack_word(thread), memory_order_relaxed);
    size_t length = strlen(prototype->name);
    length = length < sizeof cell->name ? length : sizeof cell->name - 1;
    memcpy(cell->name, prototype->name, length);
    cell->name[length] = 0;
    hfi_callback_cell_link(thread->parts->callbacks, cell);
    atomic_store_explicit(&cell->state, HFI_CALLBACK_LIVE, memory_order_seq_cst);
}

static hf_status lend(hf_thread *thread, const hfi_prototype *prototype,
                      const hf_transient *transient, void **address_out, void **hold_out)
{
    if (!transient || !transient->handler) {
        return HF_E_NULL;
    }
    const hfi_signature *signature;
    hf_status status = hfi_signature_of(prototype, &signature);
    if (status != HF_OK) {
        return status;
    }
    hf_callback *cell;
    hfi_callbacks_lock();
    status = take_cell(thread->parts->callbacks, signature, &cell);
    if (status == HF_OK) {
        arm(cell, thread, prototype, transient);
        *address_out = cell->code;
        *hold_out = cell;
    }
    hfi_callbacks_unlock();
    return status;
}

/* True if a run on another thread was still under way.  A loan that outlives its runtime was ended
 * with it, and the cell may be another's by now. */
static bool end_loan(hf_thread *thread, hf_callback *cell)
{
    hfi_callbacks_lock();
    if (!cell->link || cell->parts != thread->parts) {
        hfi_callbacks_unlock();
        return false;
    }
    hfi_callback_cell_unlink(cell);
    atomic_store_explicit(&cell->state, HFI_CALLBACK_IDLE, memory_order_seq_cst);
    bool is_running = hfi_callback_cell_runs(cell) != 0;
    hfi_pool *pool = pool_of(thread->parts->callbacks, cell->signature);
    if (is_running || !pool) {
        hfi_callback_cell_bury(cell, HFI_CALLBACK_ENDED);
    } else {
        *pool->last = cell;
        pool->last = &cell->next;
        pool->count++;
    }
    hfi_callbacks_unlock();
    return is_running;
}

static void give_back(hf_thread *thread, void *hold)
{
    hf_callback *cell = hold;
    if (!cell->is_transient) {
        hfi_run_uncount(cell, false);
    } else if (end_loan(thread, cell)) {
        (void)hfi_misuse(
            thread->parts->reporter, HF_E_BUSY, "hf_call", cell->name, (hf_site){ NULL, 0 },
            "register it with hf_callback_create(): native code keeps it",
            "the transient callback \"%s\" runs on another thread when its call ends", cell->name);
    }
}

const hfi_callback_hooks hfi_callback_hooks_table = { borrow, lend, give_back, hfi_take_parked };
