/* SPDX-License-Identifier: MIT */

/*
 * Finalizers: arming, disarming, and finding the dead.
 *
 * Purpose: one finalizer per object, run once.  A collection queues an armed
 * object when it is dead and no other dead armed object reaches it: if A reaches
 * B, A goes first and B, which A's run may still use, in a later collection.  An
 * object that reaches itself therefore never goes.
 *
 * Invariants: the flag HFI_FLAG_FINALIZER in an object's header is set exactly
 * while the roster has a record of it.  The flag is cleared when the record is
 * queued, so an object may be armed again from its own run, or from another run
 * that revived it, and then runs once more for that.  Nothing in a collection
 * needs memory.
 *
 * Threads: set and clear on any managed thread, under final->lock; the collection
 * with the world stopped, without it (see inside.h for why that is enough).
 */

#include "diag/report.h"
#include "final/inside.h"

#define AHEAD 8u /* how far ahead records of the dead are fetched */

static hf_status report_already_set(const hfi_asker *asker, hf_site first)
{
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the object already has a finalizer, set at %s:%d", hfi_site_file(first),
                    first.line);
    hfi_text_end(&text);

    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_ALREADY_SET;
    report.function = asker->function;
    report.argument = asker->argument;
    report.site = asker->site;
    report.other_site = first;
    report.message = message;
    report.remedy = "call hf_finalizer_clear() before another is set";
    return hfi_report(asker->thread->parts->reporter, &report);
}

static hf_status report_type(const hfi_asker *asker, uintptr_t object, const hf_type *wanted)
{
    const hf_type *found = hfi_type_find(hfi_object_type_id(object));
    char message[192];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the finalizer is for the type \"%s\", the object is of \"%s\"",
                    wanted->name, found ? found->name : "?");
    hfi_text_end(&text);
    return hfi_subject_refuse(asker, HF_E_TYPE, object, message,
                              "set it on an object of its own type");
}

static void run_finalizer(hf_thread *runner, hfi_work *work, hf_ref object)
{
    hfi_finalizer *finalizer = HF_CONTAINER(work, hfi_finalizer, armed.work);
    hf_finalizer_fn run = finalizer->run;
    void *user = finalizer->armed.user;
    hfi_stock_return(&runner->parts->final->finalizers.stock, &finalizer->armed);
    run(runner, object, user);
}

static void drop_finalizer(hf_thread *runner, hfi_work *work)
{
    hfi_finalizer *finalizer = HF_CONTAINER(work, hfi_finalizer, armed.work);
    hfi_stock_return(&runner->parts->final->finalizers.stock, &finalizer->armed);
}

static const hfi_work_kind finalizer_kind = { "a finalizer", run_finalizer, drop_finalizer, false };

/* ---- arming ---- */

static hf_status reserve(hfi_finalizers *all)
{
    if (HF_LIKELY(hfi_roster_has_room(&all->roster) && hfi_stock_has_one(&all->stock) &&
                  hfi_index_has_room(&all->index, &all->roster))) {
        return HF_OK;
    }
    bool has_moved;
    hfp_native_error saved = hfp_native_error_save();
    hf_status status = hfi_roster_reserve(&all->roster, &has_moved);
    if (has_moved) {
        hfi_index_forget(&all->index);
    }
    status = status == HF_OK ? hfi_stock_reserve(&all->stock) : status;
    status = status == HF_OK ? hfi_index_reserve(&all->index, &all->roster) : status;
    hfp_native_error_restore(saved);
    return status;
}

/** Arms the object, or gives HF_E_ALREADY_SET and the site of the first.  Lock held. */
static hf_status arm(hfi_finalizers *all, uintptr_t object, const hfi_finalizer *wanted,
                     hf_site *first_out)
{
    if (hfi_object_word(object) & HFI_FLAG_FINALIZER) {
        hfi_armed *first = hfi_index_find(&all->index, &all->roster, object);
        HF_VERIFY(first);
        *first_out = first->work.site;
        return HF_E_ALREADY_SET;
    }
    hf_status status = reserve(all);
    if (status != HF_OK) {
        return status;
    }
    hfi_armed *armed = hfi_stock_take(&all->stock);
    armed->work.kind = &finalizer_kind;
    armed->work.object.word_ = 0;
    armed->work.site = wanted->armed.work.site;
    armed->user = wanted->armed.user;
    HF_CONTAINER(armed, hfi_finalizer, armed)->run = wanted->run;
    hfi_roster_add(&all->roster, armed, object);
    hfi_index_add(&all->index, &all->roster, armed);
    hfi_object_flag(object, HFI_FLAG_FINALIZER, true);
    return HF_OK;
}

/** `type` NULL: any. */
static hf_status set_finalizer(const hfi_asker *asker, hf_ref object, const hf_type *type,
                               hf_finalizer_fn run, void *user)
{
    hf_thread *thread = asker->thread;
    uintptr_t address;
    hf_status status = hfi_subject_alone(asker, object, &address);
    if (status != HF_OK) {
        return status;
    }
    if (!run) {
        return HF_E_NULL;
    }
    if (type && hfi_object_type_id(address) != type->id) {
        return report_type(asker, address, type);
    }
    status = hfi_final_may_arm(thread);
    if (status != HF_OK) {
        return status;
    }
    /* That may have parked: the object's address is read from its slot only now. */
    hfi_final *final = thread->parts->final;
    hfi_finalizer wanted = { .armed = { .work = { .site = asker->site }, .user = user },
                             .run = run };
    hf_site first = { NULL, 0 };
    hfp_mutex_lock(&final->lock);
    status = arm(&final->finalizers, object->word_, &wanted, &first);
    hfp_mutex_unlock(&final->lock);
    return status == HF_E_ALREADY_SET ? report_already_set(asker, first) : status;
}

hf_status hf_finalizer_set_at(hf_thread *thread, hf_ref object, hf_finalizer_fn run, void *user,
                              hf_site site)
{
    HFI_ENTRY(thread);
    hfi_asker asker = { thread, "hf_finalizer_set", "object", site };
    return set_finalizer(&asker, object, NULL, run, user);
}

hf_status hf_finalizer_set_typed_at(hf_thread *thread, hf_ref object, const hf_type *type,
                                    hf_finalizer_fn run, void *user, hf_site site)
{
    HFI_ENTRY(thread);
    if (!type) {
        return HF_E_NULL;
    }
    hfi_asker asker = { thread, "hf_finalizer_set_typed", "object", site };
    return set_finalizer(&asker, object, type, run, user);
}

hf_status hf_finalizer_clear(hf_thread *thread, hf_ref object)
{
    HFI_ENTRY(thread);
    hfi_asker asker = { thread, __func__, "object", { NULL, 0 } };
    uintptr_t address;
    hf_status status = hfi_subject(&asker, object, &address);
    if (status != HF_OK) {
        return status;
    }
    hfi_final *final = thread->parts->final;
    hfi_finalizers *all = &final->finalizers;
    hfp_mutex_lock(&final->lock);
    if (hfi_object_word(address) & HFI_FLAG_FINALIZER) {
        hfi_armed *armed = hfi_index_find(&all->index, &all->roster, address);
        HF_VERIFY(armed);
        hfi_object_flag(address, HFI_FLAG_FINALIZER, false);
        hfi_index_remove(&all->index, &all->roster, armed);
        hfi_roster_remove(&all->roster, armed);
        hfi_stock_give(&all->stock, armed);
    }
    hfp_mutex_unlock(&final->lock);
    return HF_OK;
}

/* ---- in a collection ---- */

/** The object is dead and reached by nobody: it lives once more, for its run. */
static void queue_dead(hfi_final *final, hfi_tracer *tracer, uint32_t place)
{
    hfi_roster *roster = &final->finalizers.roster;
    hfi_armed *armed = roster->records[place];
    uintptr_t object = roster->objects[place];
    armed->work.object.word_ = object;
    /* Nobody else is at the header now: no atomic read and write. */
    atomic_store_explicit(hfi_object_header(object), hfi_object_word(object) & ~HFI_FLAG_FINALIZER,
                          memory_order_relaxed);
    hfi_trace_slot(tracer, &armed->work.object);
    hfi_roster_remove(roster, armed);
    hfi_runner_queue(final->parts->runner, &armed->work);
}

void hfi_finalizers_after_mark(hfi_final *final, hfi_tracer *tracer)
{
    hfi_roster *roster = &final->finalizers.roster;
    bool has_moved = hfi_roster_follow(roster, tracer);

    /* What the dead reach lives on for them; they themselves are not marked by it, unless one
     * dead object reaches another or, in a cycle, itself.  By references alone: a value that refers
     * to its own key would else be reached by what it reaches, and neither would ever run. */
    for (uint32_t i = 0; i < roster->dead_count; i++) {
        uintptr_t object = roster->objects[roster->dead[i]];
        if (!hfi_trace_is_live(tracer, object)) {
            hfi_trace_dead_fields(tracer, object);
        }
    }
    if (roster->dead_count != 0) {
        hfi_trace_reached(tracer);
    }

    /* Who is still dead is reached by nobody.  Marking one here cannot save another: all that it
     * reaches is marked already. */
    for (uint32_t i = 0; i < roster->dead_count; i++) {
        uint32_t place = roster->dead[i];
        if (roster->dead_count - i > AHEAD) {
            __builtin_prefetch(roster->records[roster->dead[i + AHEAD]], 1);
        }
        if (hfi_trace_is_live(tracer, roster->objects[place])) {
            roster->objects[place] = hfi_trace_address(tracer, roster->objects[place]);
            has_moved = true;
        } else {
            queue_dead(final, tracer, place);
        }
    }
    if (hfi_roster_close_gaps(roster) || has_moved || roster->dead_count != 0) {
        hfi_index_forget(&final->finalizers.index);
    }
}
