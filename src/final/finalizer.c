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
 * while the table has a record of it.  The flag is cleared when the record is
 * queued, so an object may be armed again from its own run, or from another run
 * that revived it, and then runs once more for that.  Nothing in a collection
 * needs memory.
 *
 * Threads: set and clear on any managed thread, under final->lock; the two phases
 * with the world stopped, without it (see inside.h for why that is enough).
 */

#include "diag/report.h"
#include "final/inside.h"

static hf_status report_already_set(hf_thread *thread, hf_site site, hf_site first)
{
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the object already has a finalizer, set at %s:%d", hfi_site_file(first),
                    first.line);
    hfi_text_end(&text);

    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_ALREADY_SET;
    report.function = "hf_finalizer_set";
    report.argument = "object";
    report.site = site;
    report.other_site = first;
    report.message = message;
    report.remedy = "call hf_finalizer_clear() before another is set";
    return hfi_report(thread->parts->reporter, &report);
}

static void run_finalizer(hf_thread *runner, hfi_work *work, hf_ref object)
{
    hfi_final *final = runner->parts->final;
    hfi_armed *armed = HF_CONTAINER(work, hfi_armed, work);
    hf_finalizer_fn run = armed->run;
    void *user = armed->user;
    hfp_mutex_lock(&final->lock);
    hfi_table_recycle(&final->table, armed);
    hfp_mutex_unlock(&final->lock);
    run(runner, object, user);
}

static void drop_finalizer(hf_thread *runner, hfi_work *work)
{
    hfi_final *final = runner->parts->final;
    hfp_mutex_lock(&final->lock);
    hfi_table_recycle(&final->table, HF_CONTAINER(work, hfi_armed, work));
    hfp_mutex_unlock(&final->lock);
}

static const hfi_work_kind finalizer_kind = { "a finalizer", run_finalizer, drop_finalizer };

/** Arms the object, or gives HF_E_ALREADY_SET and the site of the first. */
static hf_status arm(hfi_final *final, uintptr_t object, const hfi_armed *wanted,
                     hf_site *first_out)
{
    hf_status status;
    hfp_mutex_lock(&final->lock);
    if (hfi_object_word(object) & HFI_FLAG_FINALIZER) {
        hfi_armed *first = hfi_table_find(&final->table, object);
        HF_VERIFY(first);
        *first_out = first->work.site;
        status = HF_E_ALREADY_SET;
    } else {
        status = hfi_table_reserve(&final->table);
        if (status == HF_OK) {
            hfi_armed *armed = hfi_table_add(&final->table, object);
            armed->run = wanted->run;
            armed->user = wanted->user;
            armed->work.kind = &finalizer_kind;
            armed->work.site = wanted->work.site;
            hfi_object_flag(object, HFI_FLAG_FINALIZER, true);
        }
    }
    hfp_mutex_unlock(&final->lock);
    return status;
}

hf_status hf_finalizer_set_at(hf_thread *thread, hf_ref object, hf_finalizer_fn run, void *user,
                              hf_site site)
{
    HFI_ENTRY(thread);
    uintptr_t address;
    hf_status status = hfi_slot_object(thread, object, "hf_finalizer_set", "object", &address);
    if (status != HF_OK) {
        return status;
    }
    if (!run) {
        return HF_E_NULL;
    }
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    hfi_final *final = thread->parts->final;
    status = hfi_runner_need(thread->parts->runner, thread);
    if (status != HF_OK) {
        return status;
    }
    /* That may have parked: the object's address is read from its slot only now. */
    hfi_armed wanted = { .work = { .site = site }, .run = run, .user = user };
    hf_site first = { NULL, 0 };
    hfp_native_error saved = hfp_native_error_save();
    status = arm(final, object->word_, &wanted, &first);
    hfp_native_error_restore(saved);
    return status == HF_E_ALREADY_SET ? report_already_set(thread, site, first) : status;
}

hf_status hf_finalizer_clear(hf_thread *thread, hf_ref object)
{
    HFI_ENTRY(thread);
    uintptr_t address;
    hf_status status = hfi_slot_object(thread, object, __func__, "object", &address);
    if (status != HF_OK) {
        return status;
    }
    hfi_final *final = thread->parts->final;
    hfp_mutex_lock(&final->lock);
    if (hfi_object_word(address) & HFI_FLAG_FINALIZER) {
        hfi_armed *armed = hfi_table_find(&final->table, address);
        HF_VERIFY(armed);
        hfi_object_flag(address, HFI_FLAG_FINALIZER, false);
        hfi_table_remove(&final->table, armed);
        hfi_table_recycle(&final->table, armed);
    }
    hfp_mutex_unlock(&final->lock);
    return HF_OK;
}

/* ---- in a collection ---- */

void hfi_finalizers_after_mark(hfi_final *final, hfi_tracer *tracer)
{
    /* What the dead reach lives on for them; they themselves are not marked by it, unless one
     * dead object reaches another or, in a cycle, itself. */
    for (hfi_armed *armed = final->table.oldest; armed; armed = armed->newer) {
        if (!hfi_trace_is_live(tracer, armed->work.object.word_)) {
            hfi_trace_fields(tracer, armed->work.object.word_);
        }
    }
    hfi_trace_drain(tracer);

    /* Who is still dead is reached by nobody.  Marking one here cannot save another: all that it
     * reaches is marked already. */
    hfi_armed *newer;
    for (hfi_armed *armed = final->table.oldest; armed; armed = newer) {
        newer = armed->newer;
        if (hfi_trace_is_live(tracer, armed->work.object.word_)) {
            continue;
        }
        hfi_table_remove(&final->table, armed);
        hfi_object_flag(armed->work.object.word_, HFI_FLAG_FINALIZER, false);
        hfi_trace_slot(tracer, &armed->work.object);
        hfi_runner_queue(final->parts->runner, &armed->work);
    }
}

void hfi_finalizers_clear_dead(hfi_final *final, hfi_tracer *tracer)
{
    for (hfi_armed *armed = final->table.oldest; armed; armed = armed->newer) {
        uintptr_t now = hfi_trace_address(tracer, armed->work.object.word_);
        if (now != armed->work.object.word_) {
            armed->work.object.word_ = now;
            hfi_table_moved(&final->table);
        }
    }
}
