/* SPDX-License-Identifier: MIT */

/*
 * What is wrong with a word, found and said.
 *
 * A word that comes back from native code may be anything: an address, a number
 * that a bug made up, a handle of another runtime, or one that was right yesterday.
 * Each is another bug in another place, so each has its own sentence.
 *
 * Threads: looking needs the table's lock; saying must not hold it, because the
 * report hook is user code.
 */

#include "root/handle_cell.h"

#include "diag/report.h"

#include <string.h>

#define LEFT_MAX 100u

static hfi_fate fate_of(const hfi_handle_cell *cell, uintptr_t word, uint32_t generation,
                        const char *tag)
{
    if (atomic_load_explicit(&cell->word, memory_order_relaxed) == word) {
        const char *own = atomic_load_explicit(&cell->tag, memory_order_relaxed);
        return !tag || strcmp(own, tag) == 0 ? HFI_FATE_ALIVE : HFI_FATE_WRONG_TAG;
    }
    if (generation > cell->generation) {
        return HFI_FATE_NEVER;
    }
    return generation == cell->generation ? HFI_FATE_ENDED : HFI_FATE_FORGOTTEN;
}

hfi_handle_cell *hfi_handle_examine(hfi_handles *handles, uintptr_t word, const char *tag,
                                    hfi_handle_facts *facts_out)
{
    memset(facts_out, 0, sizeof *facts_out);
    facts_out->word = word;
    hfi_word *parts = &facts_out->parts;
    if (!hfi_word_unpack(handles->form, word, parts)) {
        facts_out->fate = HFI_FATE_NO_WORD;
        return NULL;
    }
    if (parts->runtime != handles->runtime) {
        facts_out->fate = HFI_FATE_OTHER_RUNTIME;
        return NULL;
    }
    if (parts->cell >= atomic_load_explicit(&handles->count, memory_order_relaxed)) {
        facts_out->fate = HFI_FATE_NEVER;
        return NULL;
    }
    hfi_handle_cell *cell = hfi_handle_cell_at(handles, parts->cell);
    facts_out->fate = fate_of(cell, word, parts->generation, tag);
    facts_out->tag = atomic_load_explicit(&cell->tag, memory_order_relaxed);
    facts_out->born = cell->born;
    facts_out->ended = cell->ended;
    facts_out->ended_by = cell->ended_by;
    facts_out->is_used_up = cell->is_used_up;
    return facts_out->fate == HFI_FATE_ALIVE ? cell : NULL;
}

static const char *add_message(hfi_text *text, const hfi_handle_facts *facts, const char *tag)
{
    unsigned long long by = (unsigned long long)facts->ended_by;
    switch (facts->fate) {
    case HFI_FATE_OTHER_RUNTIME:
        hfi_text_add(text, "the word is a handle of another runtime");
        return "load a handle in the runtime that made it";
    case HFI_FATE_ENDED:
        if (facts->is_used_up) {
            hfi_text_format(text, "the handle \"%s\" ended with its last use, by thread %llu",
                            facts->tag, by);
            return "give it more uses, or HF_HANDLE_FOREVER";
        }
        hfi_text_format(text, "the handle \"%s\" was destroyed", facts->tag);
        if (facts->ended.file) {
            hfi_text_format(text, " at %s:%d", facts->ended.file, facts->ended.line);
        }
        hfi_text_format(text, " by thread %llu", by);
        return "destroy a handle when native code has forgotten its word";
    case HFI_FATE_FORGOTTEN:
        hfi_text_add(text, "the handle ended, and its number has been given out again since");
        return "destroy a handle when native code has forgotten its word";
    case HFI_FATE_WRONG_TAG:
        hfi_text_format(text, "the handle stands for \"%s\", not for \"%s\"", facts->tag, tag);
        return "look at which of its words native code hands to this callback";
    case HFI_FATE_NEVER:
    case HFI_FATE_NO_WORD:
    case HFI_FATE_ALIVE:
        break;
    }
    hfi_text_add(text, "the word was never given out as a handle");
    return "hand on what hf_handle_create() gave, unchanged";
}

/* What the report is about; an address tells its reader more as a number than in parts. */
static void add_object(hfi_text *text, const hfi_handle_facts *facts)
{
    if (facts->fate == HFI_FATE_NO_WORD) {
        hfi_text_format(text, "0x%jx", (uintmax_t)facts->word);
        return;
    }
    hfi_text_format(text, "handle %u, generation %u, of runtime %u (0x%jx)",
                    (unsigned)facts->parts.cell, (unsigned)facts->parts.generation,
                    (unsigned)facts->parts.runtime, (uintmax_t)facts->word);
}

hf_status hfi_handle_refuse(hfi_handles *handles, const hfi_handle_facts *facts,
                            const char *function, const char *tag, hf_site site)
{
    char object[96];
    hfi_text about = hfi_text_begin(object, sizeof object);
    add_object(&about, facts);
    hfi_text_end(&about);
    char line[256];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hf_report report = HF_REPORT_INIT;
    report.remedy = add_message(&message, facts, tag);
    hfi_text_end(&message);
    bool is_known = facts->fate == HFI_FATE_ENDED || facts->fate == HFI_FATE_WRONG_TAG;
    report.kind = HF_REPORT_MISUSE;
    report.status = facts->fate == HFI_FATE_WRONG_TAG ? HF_E_TYPE : HF_E_HANDLE;
    report.function = function;
    report.argument = facts->fate == HFI_FATE_WRONG_TAG ? "tag" : "word";
    report.object = object;
    report.site = site.file || facts->fate != HFI_FATE_ENDED ? site : facts->ended;
    report.other_site = is_known ? facts->born : (hf_site){ NULL, 0 };
    report.message = line;
    return hfi_report(handles->parts->reporter, &report);
}

static bool is_live(hfi_handles *handles, uintptr_t word)
{
    uintptr_t number = word >> 1 & handles->cell_mask;
    return number < atomic_load_explicit(&handles->count, memory_order_acquire) &&
           atomic_load_explicit(&hfi_handle_cell_at(handles, (uint32_t)number)->word,
                                memory_order_acquire) == word;
}

hf_status hfi_handle_check(hfi_handles *handles, uintptr_t word, char *message, size_t size,
                           const char **remedy_out)
{
    if (is_live(handles, word)) {
        return HF_OK;
    }
    hfi_handle_facts facts;
    hfi_latch_lock(&handles->lock);
    bool is_alive = hfi_handle_examine(handles, word, NULL, &facts) != NULL;
    hfi_latch_unlock(&handles->lock);
    if (is_alive) {
        return HF_OK;
    }
    hfi_text text = hfi_text_begin(message, size);
    *remedy_out = add_message(&text, &facts, NULL);
    hfi_text_end(&text);
    return HF_E_HANDLE;
}

void hfi_handle_left(hfi_handles *handles, const hfi_handle_cell *cell)
{
    char object[96];
    hfi_text text = hfi_text_begin(object, sizeof object);
    hfi_text_format(&text, "handle \"%s\"", atomic_load_explicit(&cell->tag, memory_order_relaxed));
    hfi_text_end(&text);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.function = "hf_runtime_destroy";
    report.object = object;
    report.other_site = cell->born;
    report.message = "the runtime ended before the handle was destroyed";
    report.remedy = "destroy it with hf_handle_destroy() when native code has forgotten its word";
    (void)hfi_report(handles->parts->reporter, &report);
}

/* Copies the facts of the first live handle from `number` on; gives its number, or the count. */
static uint32_t find_left(hfi_handles *handles, uint32_t number, hfi_left *left_out)
{
    hfi_latch_lock(&handles->lock);
    uint32_t count = atomic_load_explicit(&handles->count, memory_order_relaxed);
    for (; number < count; number++) {
        const hfi_handle_cell *cell = hfi_handle_cell_at(handles, number);
        if (atomic_load_explicit(&cell->word, memory_order_relaxed) == 0) {
            continue;
        }
        uint32_t uses = atomic_load_explicit(&cell->uses, memory_order_relaxed);
        *left_out = (hfi_left){ .kind = "handle",
                                .site = cell->born,
                                .why = uses == 0 ? "hf_handle_destroy() was not called"
                                                 : "not all of its uses were taken" };
        hfi_text text = hfi_text_begin(left_out->object, sizeof left_out->object);
        hfi_text_format(&text, "\"%s\"", atomic_load_explicit(&cell->tag, memory_order_relaxed));
        hfi_text_end(&text);
        break;
    }
    hfi_latch_unlock(&handles->lock);
    return number < count ? number : UINT32_MAX;
}

void hfi_handles_each_left(hfi_handles *handles, hfi_left_fn fn, void *user)
{
    hfi_left left;
    uint32_t number = 0;
    for (unsigned told = 0; told < LEFT_MAX; told++) {
        number = find_left(handles, number, &left);
        if (number == UINT32_MAX) {
            return;
        }
        fn(&left, user);
        number++;
    }
}
