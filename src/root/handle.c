/* SPDX-License-Identifier: MIT */

/*
 * Handles: the table behind the words that native code carries.
 *
 * A word names a cell by number and generation.  A cell holds one object and is a
 * root while its handle is alive; afterwards it remembers how that ended until its
 * number is used again, which is late: the number that is free for longest is
 * taken, and only when there are some.  A generation is never used again: a cell
 * whose generations are used up is left out for ever.
 *
 * Loading takes no lock.  It reads the cell's word, then the object, then the word
 * again.  An end stores word = 0 before it touches the rest, and the next handle of
 * the cell stores tag, uses and object with release; so who sees one of them with
 * acquire sees another word behind it.  The same word cannot come back.  What
 * a quick look cannot settle (limited uses, a wrong tag, a dead word) is looked at
 * again under the lock, and only that verdict counts.
 *
 * Threads: whoever is managed; the lock is held for a few stores and across no
 * safepoint.  With the world stopped the collector walks the cells without it.
 */

#include "root/handle_cell.h"

#include "base/alloc.h"
#include "diag/report.h"
#include "diag/text.h"

#include <string.h>

/* Numbers that rest before the first of them is used again. */
#define RESTING_MIN 64u

/* Handles left at the end that are reported one by one. */
#define LEFT_REPORTS_MAX 16u

/* ---- collecting ---- */

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_handles *handles = self;
    uint32_t count = atomic_load_explicit(&handles->count, memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) {
        hfi_handle_cell *cell = hfi_handle_cell_at(handles, i);
        if (cell->slot.word_ != 0) {
            hfi_trace_slot(tracer, &cell->slot);
        }
    }
}

void hfi_handles_drop(hfi_handles *handles)
{
    uint32_t count = atomic_load_explicit(&handles->count, memory_order_relaxed);
    hfi_latch_lock(&handles->lock);
    for (uint32_t i = 0; i < count; i++) {
        hfi_handle_cell_at(handles, i)->slot.word_ = 0;
    }
    hfi_latch_unlock(&handles->lock);
}

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    (void)object;
    hfi_handles *handles = self;
    uint32_t count = atomic_load_explicit(&handles->count, memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) {
        const hfi_handle_cell *cell = hfi_handle_cell_at(handles, i);
        if (slot == &cell->slot) {
            hfi_text_format(text, "handle \"%s\" made at %s:%d",
                            atomic_load_explicit(&cell->tag, memory_order_relaxed),
                            hfi_site_file(cell->born), cell->born.line);
            return;
        }
    }
}

/* ---- the table ---- */

/* Runtimes of one process have different numbers, until there were more than a word can say. */
static uint32_t next_runtime_number(const hfi_word_form *form)
{
    static _Atomic(uint32_t) last;
    uint32_t number;
    do {
        number = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
        number &= hfi_bits_max(form->runtime_bits);
    } while (number == 0);
    return number;
}

void hfi_handles_set_form(hfi_handles *handles, const hfi_word_form *form)
{
    HF_VERIFY(atomic_load_explicit(&handles->count, memory_order_relaxed) == 0);
    HF_VERIFY(form->cell_bits + form->generation_bits <= form->low_bits);
    handles->form = form;
    handles->cell_mask = hfi_bits_max(form->cell_bits);
    handles->generation_max = hfi_bits_max(form->generation_bits);
    handles->runtime = next_runtime_number(form);
}

hf_status hfi_handles_create(hfi_parts *parts, hfi_handles **handles_out)
{
    hfi_handles *handles = hfi_alloc(sizeof *handles);
    if (!handles) {
        return HF_E_NOMEM;
    }
    handles->parts = parts;
    hfi_handles_set_form(handles, HFI_WORD_FORM);
    handles->participant = (hfi_participant){
        .name = "handles", .self = handles, .visit_roots = visit_roots, .tell_root = tell_root
    };
    hfi_heap_add_participant(parts->heap, &handles->participant);
    *handles_out = handles;
    return HF_OK;
}

static void report_left(hfi_handles *handles)
{
    uint64_t reported = 0;
    uint32_t count = atomic_load_explicit(&handles->count, memory_order_relaxed);
    for (uint32_t i = 0; i < count && reported < LEFT_REPORTS_MAX; i++) {
        const hfi_handle_cell *cell = hfi_handle_cell_at(handles, i);
        if (atomic_load_explicit(&cell->word, memory_order_relaxed) != 0) {
            hfi_handle_left(handles, cell);
            reported++;
        }
    }
}

uint64_t hfi_handles_destroy(hfi_handles *handles, bool keep)
{
    uint64_t left = handles->live;
    report_left(handles);
    if (keep) {
        return left;
    }
    for (unsigned i = 0; i < HFI_CHUNKS_MAX; i++) {
        hfi_free(handles->chunk[i]);
    }
    hfi_free(handles);
    return left;
}

void hfi_handles_lock(hfi_handles *handles)
{
    hfi_latch_lock(&handles->lock);
}

void hfi_handles_unlock(hfi_handles *handles)
{
    hfi_latch_unlock(&handles->lock);
}

/* ---- cells; lock: handles->lock ---- */

/* A cell that had no handle yet.  Its word is made here from all its parts; the next ones follow
 * from it. */
static hf_status add_cell(hfi_handles *handles, hfi_handle_cell **cell_out)
{
    uint32_t number = atomic_load_explicit(&handles->count, memory_order_relaxed);
    if (number > hfi_bits_max(handles->form->cell_bits)) {
        return HF_E_LIMIT;
    }
    unsigned chunk =
        31u - (unsigned)__builtin_clz(number + (1u << HFI_CHUNK_FIRST_BITS)) - HFI_CHUNK_FIRST_BITS;
    if (!handles->chunk[chunk]) {
        size_t cells = (size_t)1 << (HFI_CHUNK_FIRST_BITS + chunk);
        handles->chunk[chunk] = hfi_alloc_array(cells, sizeof(hfi_handle_cell));
        if (!handles->chunk[chunk]) {
            return HF_E_NOMEM;
        }
    }
    hfi_handle_cell *cell = hfi_handle_cell_at(handles, number);
    hfi_word parts = { number, cell->generation, handles->runtime };
    cell->last_word = (uintptr_t)hfi_word_pack(handles->form, parts);
    /* pairs with the acquire in load_quickly() */
    atomic_store_explicit(&handles->count, number + 1, memory_order_release);
    *cell_out = cell;
    return HF_OK;
}

/* The generation is in the lower part of a word, above the cell (hfi_handles_set_form()). */
static hfi_handle_cell *take_resting(hfi_handles *handles)
{
    hfi_handle_cell *cell = handles->first_free;
    handles->first_free = cell->next_free;
    handles->free_count--;
    cell->generation++;
    cell->last_word += (handles->cell_mask + 1) * 2;
    return cell;
}

static hf_status take_cell(hfi_handles *handles, hfi_handle_cell **cell_out)
{
    if (handles->free_count < RESTING_MIN) {
        hf_status status = add_cell(handles, cell_out);
        if (status == HF_OK || handles->free_count == 0) {
            return status;
        }
    }
    *cell_out = take_resting(handles);
    return HF_OK;
}

/* Puts the cell of an ended handle to rest; one without another generation is never used again. */
static void rest(hfi_handles *handles, hfi_handle_cell *cell)
{
    if (cell->generation == handles->generation_max) {
        return;
    }
    cell->next_free = NULL;
    if (handles->first_free) {
        handles->last_free->next_free = cell;
    } else {
        handles->first_free = cell;
    }
    handles->last_free = cell;
    handles->free_count++;
}

static void end_handle(hfi_handles *handles, hfi_handle_cell *cell, const hf_thread *thread,
                       const hf_site *destroyed)
{
    atomic_store_explicit(&cell->word, 0, memory_order_relaxed);
    hfi_slot_release(&cell->slot, 0); /* whoever sees this sees the word gone */
    cell->ended = destroyed ? *destroyed : (hf_site){ NULL, 0 };
    cell->ended_by = thread->os_thread;
    cell->is_used_up = !destroyed;
    handles->live--;
    rest(handles, cell);
}

static hf_status begin_handle(hfi_handles *handles, uintptr_t object, const char *tag,
                              uint32_t uses, hf_site site, uintptr_t *word_out)
{
    hfi_handle_cell *cell;
    hf_status status = take_cell(handles, &cell);
    if (status != HF_OK) {
        return status;
    }
    *word_out = cell->last_word;
    cell->born = site;
    /* Release, each of them: who sees one sees that the word before is gone. */
    atomic_store_explicit(&cell->tag, tag, memory_order_release);
    atomic_store_explicit(&cell->uses, uses, memory_order_release);
    hfi_slot_release(&cell->slot, object);
    handles->live++;
    /* pairs with the acquire in load_quickly() */
    atomic_store_explicit(&cell->word, *word_out, memory_order_release);
    return HF_OK;
}

/* ---- public ---- */

static hf_status misuse(hf_thread *thread, hf_status status, const char *argument,
                        const char *message, const char *remedy, hf_site site)
{
    return hfi_misuse(thread->parts->reporter, status, "hf_handle_create", argument, site, remedy,
                      "%s", message);
}

hf_status hf_handle_create_at(hf_thread *thread, const hf_slot *ref, const char *tag, uint32_t uses,
                              void **word_out, hf_site site)
{
    HFI_ENTRY(thread);
    if (!word_out) {
        return misuse(thread, HF_E_NULL, "word_out", "there is nowhere to put the word",
                      "give the address of a variable", site);
    }
    *word_out = NULL;
    if (!tag) {
        return misuse(thread, HF_E_NULL, "tag", "the tag is NULL",
                      "say in a word what the handle stands for", site);
    }
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, ref, "hf_handle_create", "ref", &object);
    if (status != HF_OK) {
        return status;
    }
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    hfi_handles *handles = thread->parts->handles;
    uintptr_t word = 0;
    hfi_latch_lock(&handles->lock);
    status = begin_handle(handles, object, tag, uses, site, &word);
    hfi_latch_unlock(&handles->lock);
    memcpy(word_out, &word, sizeof word);
    return status;
}

/* The cell of a word that is alive, NULL if it is not; what is wrong with it then takes longer to
 * say (hfi_handle_examine()).  lock */
static inline hfi_handle_cell *find_alive(hfi_handles *handles, uintptr_t word)
{
    uintptr_t number = word >> 1 & handles->cell_mask;
    if (number >= atomic_load_explicit(&handles->count, memory_order_relaxed)) {
        return NULL;
    }
    hfi_handle_cell *cell = hfi_handle_cell_at(handles, (uint32_t)number);
    return atomic_load_explicit(&cell->word, memory_order_relaxed) == word ? cell : NULL;
}

static inline bool is_same_tag(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

/* False when it is not all well, or takes the lock to tell. */
static inline bool load_quickly(hfi_handles *handles, uintptr_t word, const char *tag,
                                uintptr_t *object_out)
{
    uintptr_t number = word >> 1 & handles->cell_mask;
    if (number >= atomic_load_explicit(&handles->count, memory_order_acquire)) {
        return false;
    }
    hfi_handle_cell *cell = hfi_handle_cell_at(handles, (uint32_t)number);
    if (atomic_load_explicit(&cell->word, memory_order_acquire) != word ||
        atomic_load_explicit(&cell->uses, memory_order_acquire) != 0 ||
        !is_same_tag(atomic_load_explicit(&cell->tag, memory_order_acquire), tag)) {
        return false;
    }
    *object_out = hfi_slot_acquire(&cell->slot);
    return atomic_load_explicit(&cell->word, memory_order_relaxed) == word;
}

static hf_status load_slowly(hf_thread *thread, uintptr_t word, const char *tag,
                             uintptr_t *object_out)
{
    hfi_handles *handles = thread->parts->handles;
    hfi_handle_facts facts;
    hfi_latch_lock(&handles->lock);
    hfi_handle_cell *cell = hfi_handle_examine(handles, word, tag, &facts);
    if (cell) {
        *object_out = cell->slot.word_;
        uint32_t uses = atomic_load_explicit(&cell->uses, memory_order_relaxed);
        if (uses > 1) {
            atomic_store_explicit(&cell->uses, uses - 1, memory_order_relaxed);
        } else if (uses == 1) { /* it stays 1: with 0 the word would be good for ever */
            end_handle(handles, cell, thread, NULL);
        }
    }
    hfi_latch_unlock(&handles->lock);
    return cell ? HF_OK
                : hfi_handle_refuse(handles, &facts, "hf_handle_load", tag, (hf_site){ NULL, 0 });
}

hf_status hf_handle_load(hf_thread *thread, const void *word, const char *tag, hf_ref out)
{
    HFI_ENTRY(thread);
    if (!out) {
        return HF_E_SLOTS;
    }
    if (!word || !tag) {
        return hfi_misuse(thread->parts->reporter, HF_E_NULL, __func__, word ? "tag" : "word",
                          (hf_site){ NULL, 0 }, "hand on what hf_handle_create() gave",
                          "%s is NULL", word ? "the tag" : "the word");
    }
    uintptr_t object = 0;
    if (HF_UNLIKELY(!load_quickly(thread->parts->handles, (uintptr_t)word, tag, &object))) {
        hf_status status = load_slowly(thread, (uintptr_t)word, tag, &object);
        if (status != HF_OK) {
            return status;
        }
    }
    out->word_ = object;
    return HF_OK;
}

/* Lock held, and given up. */
static __attribute__((noinline)) hf_status refuse_dead(hfi_handles *handles, uintptr_t word,
                                                       hf_site site)
{
    hfi_handle_facts facts;
    const hfi_handle_cell *cell = hfi_handle_examine(handles, word, NULL, &facts);
    HF_VERIFY(!cell);
    hfi_latch_unlock(&handles->lock);
    return hfi_handle_refuse(handles, &facts, "hf_handle_destroy", NULL, site);
}

hf_status hf_handle_destroy_at(hf_thread *thread, void *word, hf_site site)
{
    HFI_ENTRY(thread);
    if (!word) {
        return HF_OK;
    }
    hfi_handles *handles = thread->parts->handles;
    hfi_latch_lock(&handles->lock);
    hfi_handle_cell *cell = find_alive(handles, (uintptr_t)word);
    if (HF_UNLIKELY(!cell)) {
        return refuse_dead(handles, (uintptr_t)word, site);
    }
    end_handle(handles, cell, thread, &site);
    hfi_latch_unlock(&handles->lock);
    return HF_OK;
}
