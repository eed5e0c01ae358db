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

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    (void)object;
    hfi_handles *handles = self;
    uint32_t count = atomic_load_explicit(&handles->count, memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) {
        const hfi_handle_cell *cell = hfi_handle_cell_at(handles, i);
        if (slot == &cell->slot) {
            hfi_text_format(text, "handle \"%s\" made at %s:%d",
                            atomic_load_explicit(&cell->tag, memory_order_relaxed), cell->born.file,
                            cell->born.line);
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
    handles->form = form;
    handles->cell_mask = hfi_bits_max(form->cell_bits);
    handles->runtime = next_runtime_number(form);
}

hf_status hfi_handles_create(hfi_parts *parts, hfi_handles **handles_out)
{
    hfi_handles *handles = hfi_alloc(sizeof *handles);
    if (!handles) {
        return HF_E_NOMEM;
    }
    handles->parts = parts;
    handles->first_free = handles->last_free = HFI_HANDLE_NONE;
    hfp_mutex_init(&handles->lock);
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
    hfp_mutex_finish(&handles->lock);
    hfi_free(handles);
    return left;
}

void hfi_handles_lock(hfi_handles *handles)
{
    hfp_mutex_lock(&handles->lock);
}

void hfi_handles_unlock(hfi_handles *handles)
{
    hfp_mutex_unlock(&handles->lock);
}

/* ---- cells; lock: handles->lock ---- */

static hf_status add_cell(hfi_handles *handles, uint32_t *number_out)
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
    /* pairs with the acquire in load_quickly() */
    atomic_store_explicit(&handles->count, number + 1, memory_order_release);
    *number_out = number;
    return HF_OK;
}

static uint32_t take_resting(hfi_handles *handles)
{
    uint32_t number = handles->first_free;
    hfi_handle_cell *cell = hfi_handle_cell_at(handles, number);
    handles->first_free = cell->next_free;
    if (handles->first_free == HFI_HANDLE_NONE) {
        handles->last_free = HFI_HANDLE_NONE;
    }
    handles->free_count--;
    cell->generation++;
    return number;
}

static hf_status take_number(hfi_handles *handles, uint32_t *number_out)
{
    if (handles->free_count < RESTING_MIN) {
        hf_status status = add_cell(handles, number_out);
        if (status == HF_OK || handles->free_count == 0) {
            return status;
        }
    }
    *number_out = take_resting(handles);
    return HF_OK;
}

/* Puts the number of an ended handle to rest; one without another generation is never used again.
 */
static void rest(hfi_handles *handles, uint32_t number, hfi_handle_cell *cell)
{
    if (cell->generation == hfi_bits_max(handles->form->generation_bits)) {
        return;
    }
    cell->next_free = HFI_HANDLE_NONE;
    if (handles->last_free == HFI_HANDLE_NONE) {
        handles->first_free = number;
    } else {
        hfi_handle_cell_at(handles, handles->last_free)->next_free = number;
    }
    handles->last_free = number;
    handles->free_count++;
}

static void end_handle(hfi_handles *handles, hfi_handle_cell *cell, uint32_t number,
                       const hf_thread *thread, const hf_site *destroyed)
{
    atomic_store_explicit(&cell->word, 0, memory_order_relaxed);
    hfi_slot_release(&cell->slot, 0); /* whoever sees this sees the word gone */
    cell->ended = destroyed ? *destroyed : (hf_site){ NULL, 0 };
    cell->ended_by = thread->os_thread;
    cell->is_used_up = !destroyed;
    handles->live--;
    rest(handles, number, cell);
}

static hf_status begin_handle(hfi_handles *handles, uintptr_t object, const char *tag,
                              uint32_t uses, hf_site site, uintptr_t *word_out)
{
    uint32_t number;
    hf_status status = take_number(handles, &number);
    if (status != HF_OK) {
        return status;
    }
    hfi_handle_cell *cell = hfi_handle_cell_at(handles, number);
    hfi_word parts = { number, cell->generation, handles->runtime };
    *word_out = (uintptr_t)hfi_word_pack(handles->form, parts);
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
    hfp_mutex_lock(&handles->lock);
    status = begin_handle(handles, object, tag, uses, site, &word);
    hfp_mutex_unlock(&handles->lock);
    memcpy(word_out, &word, sizeof word);
    return status;
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
    hfp_mutex_lock(&handles->lock);
    hfi_handle_cell *cell = hfi_handle_examine(handles, word, tag, &facts);
    if (cell) {
        *object_out = cell->slot.word_;
        uint32_t uses = atomic_load_explicit(&cell->uses, memory_order_relaxed);
        if (uses > 1) {
            atomic_store_explicit(&cell->uses, uses - 1, memory_order_relaxed);
        } else if (uses == 1) { /* it stays 1: with 0 the word would be good for ever */
            end_handle(handles, cell, facts.parts.cell, thread, NULL);
        }
    }
    hfp_mutex_unlock(&handles->lock);
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

hf_status hf_handle_destroy_at(hf_thread *thread, void *word, hf_site site)
{
    HFI_ENTRY(thread);
    if (!word) {
        return HF_OK;
    }
    hfi_handles *handles = thread->parts->handles;
    hfi_handle_facts facts;
    hfp_mutex_lock(&handles->lock);
    hfi_handle_cell *cell = hfi_handle_examine(handles, (uintptr_t)word, NULL, &facts);
    if (cell) {
        end_handle(handles, cell, facts.parts.cell, thread, &site);
    }
    hfp_mutex_unlock(&handles->lock);
    return cell ? HF_OK : hfi_handle_refuse(handles, &facts, "hf_handle_destroy", NULL, site);
}
