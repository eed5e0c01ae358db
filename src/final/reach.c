/* SPDX-License-Identifier: MIT */

/*
 * What reaches what it must not: a cleanup's argument its object, a finalized
 * object itself.
 *
 * Purpose: such a thing never runs, and nothing else would ever say so.  That an
 * argument is not the object itself is looked at always; the whole path in checked
 * mode, when the cleanup is added and, since a program may link the two later,
 * after each collection for a few in turn.
 *
 * Invariants: a search stops the world and may wait for a collection of another
 * thread, in which both ends move.  So they stand in slots that are roots for as
 * long as it takes: on the stack of who asks, linked into `searches`.
 *
 * Threads: the owner, managed, without final->lock.
 */

#include "diag/report.h"
#include "final/inside.h"
#include "heap/path.h"

#include <string.h>

#define LOOKS_A_COLLECTION 4u

/* ---- a search ---- */

void hfi_reach_visit_roots(hfi_final *final, hfi_tracer *tracer)
{
    for (hfi_search *search = final->searches; search; search = search->next) {
        hfi_trace_slot(tracer, &search->from);
        hfi_trace_slot(tracer, &search->to);
    }
}

/* Lock held. */
static void begin_search(hfi_final *final, hfi_search *search)
{
    search->next = final->searches;
    final->searches = search;
}

static void end_search(hfi_final *final, hfi_search *search)
{
    hfi_search **link = &final->searches;
    while (*link != search) {
        link = &(*link)->next;
    }
    *link = search->next;
}

/* ---- arguments ---- */

static hf_status report_path(const hfi_asker *asker, uintptr_t object, const char *path)
{
    char message[192];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the cleanup can never run: %s", path);
    hfi_text_end(&text);
    return hfi_subject_refuse(asker, HF_E_ARGUMENT, object, message,
                              "give the cleanup what it needs, not what leads to the object");
}

static const char to_object[] = "argument -> ";

hf_status hfi_reach_check(const hfi_asker *asker, const hf_slot *argument, const hf_slot *object)
{
    char path[160];
    bool found = false;
    if (argument->word_ == object->word_) {
        return report_path(asker, object->word_, "the argument is the object itself");
    }
    if (!asker->thread->parts->settings.checked) {
        return HF_OK;
    }
    memcpy(path, to_object, sizeof to_object);
    hf_status status =
        hfi_heap_path_slots(asker->thread, argument, object, path + sizeof to_object - 1,
                            sizeof path - sizeof to_object + 1, &found);
    return status == HF_OK && found ? report_path(asker, object->word_, path) : status;
}

/** Looks at one cleanup; true if its argument reaches its object and that was not told yet. */
static bool look(hfi_final *final, hf_thread *thread, hf_cleanup cleanup, hfi_search *search,
                 char *path, size_t size)
{
    bool found = false;
    hf_status status = hfi_heap_path_slots(thread, &search->from, &search->to, path, size, &found);
    hfp_mutex_lock(&final->lock);
    end_search(final, search);
    found = status == HF_OK && found && hfi_cleanup_mark_told(&final->cleanups, cleanup);
    hfp_mutex_unlock(&final->lock);
    return found;
}

/** Looks at the next in turn; false if there is none. */
static bool look_at_next(hfi_final *final, hf_thread *thread, hf_cleanup *first_inout)
{
    char path[160];
    hfi_search search = { 0 };
    hf_cleanup cleanup;
    hfi_asker asker = { thread, "a collection", "argument", { NULL, 0 } };
    hfp_mutex_lock(&final->lock);
    bool has_next = hfi_cleanup_next(&final->cleanups, &cleanup, &search, &asker.site) &&
                    cleanup.word_ != first_inout->word_;
    if (has_next && search.from.word_ != 0) {
        begin_search(final, &search);
    }
    hfp_mutex_unlock(&final->lock);
    if (!has_next) {
        return false;
    }
    if (first_inout->word_ == 0) {
        *first_inout = cleanup;
    }
    memcpy(path, to_object, sizeof to_object);
    if (search.from.word_ != 0 && look(final, thread, cleanup, &search, path + sizeof to_object - 1,
                                       sizeof path - sizeof to_object + 1)) {
        (void)report_path(&asker, 0, path);
    }
    return true;
}

void hfi_reach_look(hfi_final *final, hf_thread *thread)
{
    hf_cleanup first = { 0 };
    hfp_native_error saved = hfp_native_error_save();
    for (unsigned i = 0; i < LOOKS_A_COLLECTION && look_at_next(final, thread, &first); i++) {
    }
    hfp_native_error_restore(saved);
}

/* ---- circles ---- */

/** Visits the finalizer if its object reaches itself. */
static hf_status visit_cycle(hf_thread *thread, const hfi_armed_left *left, hfi_search *search,
                             hf_finalizer_cycle_fn visit, void *user)
{
    char path[512];
    bool found = false;
    hf_status status =
        hfi_heap_path_slots(thread, &search->from, &search->to, path, sizeof path, &found);
    if (status == HF_OK && found) {
        hf_finalizer_cycle cycle = { .struct_size = (uint32_t)sizeof cycle,
                                     .type = left->type,
                                     .site = left->site,
                                     .path = path };
        visit(&cycle, user);
    }
    return status;
}

hf_status hf_finalizer_cycles(hf_thread *thread, hf_finalizer_cycle_fn visit, void *user)
{
    HFI_ENTRY(thread);
    if (!visit) {
        return HF_E_NULL;
    }
    hfi_final *final = thread->parts->final;
    hfi_roster *roster = &final->finalizers.roster;
    hf_status status = HF_OK;
    hfi_armed_left left;
    uint32_t place = 0;
    hfi_search search = { 0 };
    hfi_left_begin(final, roster);
    hfp_mutex_lock(&final->lock);
    begin_search(final, &search);
    while (status == HF_OK && hfi_left_next(roster, &place, &left)) {
        search.from.word_ = search.to.word_ = left.object;
        hfp_mutex_unlock(&final->lock);
        status = visit_cycle(thread, &left, &search, visit, user);
        hfp_mutex_lock(&final->lock);
    }
    end_search(final, &search);
    hfp_mutex_unlock(&final->lock);
    hfi_left_end(final, roster);
    return status;
}
