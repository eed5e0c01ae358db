/* SPDX-License-Identifier: MIT */

/*
 * Who has a value that no fence holds.
 *
 * hf_resource_value() hands out a number and knows nothing of what becomes of it.
 * In checked mode the loan is remembered, with the place where it was made, and so is
 * the release of its resource: when a call gets a number whose resource is gone,
 * call/guard_values.c can say which of the two came first, and where.
 *
 * A number is not its resource: the system gives it out again.  So a loan is
 * forgotten when its resource was released and the same number came into the program
 * anew, by another resource or from a native function.  The memory is a ring, so the
 * oldest loans are forgotten too; what is forgotten is not reported.
 *
 * Threads: any managed thread, and who releases; resources->lock guards the ring.  The count is
 * read without: a loan that another thread makes at this moment is not this call's argument.
 */

#include "resource/lent.h"

#include "base/alloc.h"
#include "resource/word.h"

#define LOANS_MAX 256u

typedef struct hfi_lents {
    _Atomic(uint32_t) count; /* entries ever used, at most LOANS_MAX; written with the lock */
    uint32_t next;
    uint64_t numbers; /* given out */
    hfi_loan loan[LOANS_MAX];
} hfi_lents;

bool hfi_lents_make(hfi_resources *resources)
{
    resources->lents = hfi_alloc(sizeof *resources->lents);
    return resources->lents != NULL;
}

static hfi_loan *find_number(hfi_lents *lents, uint64_t number)
{
    for (uint32_t i = 0; number != 0 && i < LOANS_MAX; i++) {
        if (lents->loan[i].number == number) {
            return &lents->loan[i];
        }
    }
    return NULL;
}

static hfi_loan *take_place(hfi_lents *lents)
{
    hfi_loan *loan = &lents->loan[lents->next];
    lents->next = (lents->next + 1) % LOANS_MAX;
    uint32_t count = atomic_load_explicit(&lents->count, memory_order_relaxed);
    if (count < LOANS_MAX) {
        atomic_store_explicit(&lents->count, count + 1, memory_order_relaxed);
    }
    return loan;
}

static void note(hfi_lents *lents, hfi_cell *cell, const char *what, hf_site site)
{
    hfi_loan *loan = find_number(lents, cell->loan);
    if (!loan) {
        loan = take_place(lents);
        cell->loan = ++lents->numbers;
    }
    *loan = (hfi_loan){ .number = cell->loan,
                        .value = cell->value,
                        .class_of = cell->class_of,
                        .what = what,
                        .birth = cell->work.site,
                        .lent = site };
}

bool hfi_lent_note(hfi_resources *resources, hfi_cell *cell, const char *what, hf_site site)
{
    hfi_lents *lents = resources->lents;
    if (!lents || cell->value == cell->class_of->invalid) {
        return true;
    }
    hfp_mutex_lock(&resources->lock);
    bool is_open = !(hfi_word_load(cell) & HFI_CELL_DISPOSED);
    if (is_open) {
        note(lents, cell, what, site);
    }
    hfp_mutex_unlock(&resources->lock);
    return is_open;
}

void hfi_lent_released(hfi_resources *resources, const hfi_cell *cell)
{
    hfi_lents *lents = resources->lents;
    if (!lents) {
        return;
    }
    hfp_mutex_lock(&resources->lock);
    hfi_loan *loan = find_number(lents, cell->loan);
    if (loan) {
        loan->is_released = true;
        loan->disposed = cell->end.site;
        loan->releaser = hfp_thread_self();
    }
    hfp_mutex_unlock(&resources->lock);
}

void hfi_lent_issued(hfi_resources *resources, uintptr_t value)
{
    hfi_lents *lents = resources->lents;
    if (!hfi_lent_any(resources)) {
        return;
    }
    hfp_mutex_lock(&resources->lock);
    for (uint32_t i = 0; i < LOANS_MAX; i++) {
        if (lents->loan[i].is_released && lents->loan[i].value == value) {
            lents->loan[i].number = 0;
        }
    }
    hfp_mutex_unlock(&resources->lock);
}

/* A narrow parameter holds a value that is the same number there, signed or not. */
static bool reads_as(uintptr_t value, uint64_t seen, size_t bytes)
{
    uint64_t wide = value;
    uint64_t extended = (uint64_t)(int64_t)(intptr_t)value;
    if (bytes >= sizeof seen) {
        return seen == wide || seen == extended;
    }
    uint64_t mask = (UINT64_C(1) << (8 * bytes)) - 1;
    bool fits = (wide & ~mask) == 0 || (extended | mask) == UINT64_MAX;
    return fits && ((seen ^ wide) & mask) == 0;
}

bool hfi_lent_find(hfi_resources *resources, uint64_t seen, size_t bytes, unsigned *place,
                   hfi_loan *loan_out)
{
    hfi_lents *lents = resources->lents;
    bool found = false;
    hfp_mutex_lock(&resources->lock);
    while (!found && *place < LOANS_MAX) {
        const hfi_loan *loan = &lents->loan[(*place)++];
        found = loan->number != 0 && reads_as(loan->value, seen, bytes);
        if (found) {
            *loan_out = *loan;
        }
    }
    hfp_mutex_unlock(&resources->lock);
    return found;
}

bool hfi_lent_look(hfi_resources *resources, uint64_t number, hfi_loan *loan_out)
{
    hfp_mutex_lock(&resources->lock);
    const hfi_loan *loan = find_number(resources->lents, number);
    if (loan) {
        *loan_out = *loan;
    }
    hfp_mutex_unlock(&resources->lock);
    return loan != NULL;
}

bool hfi_lent_any(const hfi_resources *resources)
{
    return resources->lents &&
           atomic_load_explicit(&resources->lents->count, memory_order_relaxed) != 0;
}
