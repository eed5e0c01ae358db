/* SPDX-License-Identifier: MIT */

/*
 * Cleanups: what is to be done when an object is gone.
 *
 * Purpose: any number per object.  A cleanup does not get the object, which is
 * reclaimed in the collection that finds it dead, but an argument of its own.
 *
 * Invariants: the record is native memory: it survives the object, and whatever
 * table the object's values stood in, until it has run.  Its argument is a root from
 * the start.  The handle is the number of the record and its generation, which goes
 * up when the record is stopped or queued: an old handle finds that out and does
 * nothing.  A record whose generations are used up is not used again.
 *
 * An argument that reaches the object keeps it alive for ever: reach.c looks for that.
 *
 * Threads: add and stop on any managed thread, under final->lock; the collection
 * with the world stopped, without it.  Stopping and dying are decided by who comes
 * first: a stop holds the lock as a managed thread, so no collection is under way.
 */

#include "diag/report.h"
#include "final/inside.h"

static hf_cleanup handle_of(const hfi_cleanup *cleanup)
{
    return (hf_cleanup){ (uint64_t)cleanup->generation << 32 | (cleanup->armed.number + 1u) };
}

/** The armed cleanup of a handle, or NULL.  Lock held. */
static hfi_cleanup *find(hfi_cleanups *all, hf_cleanup handle)
{
    hfi_armed *armed = hfi_stock_find(&all->stock, (uint32_t)handle.word_ - 1u);
    hfi_cleanup *cleanup = armed ? HF_CONTAINER(armed, hfi_cleanup, armed) : NULL;
    bool is_armed = cleanup && cleanup->generation == (uint32_t)(handle.word_ >> 32) &&
                    armed->place < all->roster.used && all->roster.records[armed->place] == armed;
    return is_armed ? cleanup : NULL;
}

static void list_argument(hfi_cleanups *all, hfi_cleanup *cleanup)
{
    cleanup->older = all->newest;
    cleanup->newer = NULL;
    *(all->newest ? &all->newest->newer : &all->oldest) = cleanup;
    all->newest = cleanup;
}

static void unlist_argument(hfi_cleanups *all, hfi_cleanup *cleanup)
{
    *(cleanup->older ? &cleanup->older->newer : &all->oldest) = cleanup->newer;
    *(cleanup->newer ? &cleanup->newer->older : &all->newest) = cleanup->older;
}

/** It is armed no more: its handle is old from here on. */
static void disarm(hfi_cleanups *all, hfi_cleanup *cleanup)
{
    if (cleanup->armed.work.object.word_ != 0) {
        unlist_argument(all, cleanup);
    }
    hfi_roster_remove(&all->roster, &cleanup->armed);
    cleanup->generation++;
}

static bool is_used_up(const hfi_cleanup *cleanup)
{
    return cleanup->generation == UINT32_MAX;
}

static void drop_cleanup(hf_thread *runner, hfi_work *work)
{
    hfi_cleanup *cleanup = HF_CONTAINER(work, hfi_cleanup, armed.work);
    if (!is_used_up(cleanup)) {
        hfi_stock_return(&runner->parts->final->cleanups.stock, &cleanup->armed);
    }
}

static void run_cleanup(hf_thread *runner, hfi_work *work, hf_ref argument)
{
    hfi_cleanup *cleanup = HF_CONTAINER(work, hfi_cleanup, armed.work);
    hf_cleanup_fn run = cleanup->run;
    void *user = cleanup->armed.user;
    drop_cleanup(runner, work);
    run(runner, argument, user);
}

static const hfi_work_kind cleanup_kind = { "a cleanup", run_cleanup, drop_cleanup, false };

/* ---- adding and stopping ---- */

static hf_status check_offset(const hfi_asker *asker, uintptr_t object, size_t offset)
{
    size_t size = hfi_object_payload_size(object);
    if (offset < size || offset == 0) {
        return HF_OK;
    }
    char message[112];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "offset %llu is not inside the object, which has %llu bytes",
                    (unsigned long long)offset, (unsigned long long)size);
    hfi_text_end(&text);
    return hfi_subject_refuse(asker, HF_E_RANGE, object, message,
                              "give an offset into the object's payload");
}

static hf_status check_all(const hfi_asker *asker, const hf_slot *object, size_t offset,
                           const hf_slot *argument)
{
    uintptr_t address;
    hf_status status = hfi_subject_alone(asker, object, &address);
    status = status == HF_OK ? check_offset(asker, address, offset) : status;
    if (status != HF_OK || !argument || argument->word_ == 0) {
        return status;
    }
    hfi_asker of_argument = *asker;
    of_argument.argument = "argument";
    status = hfi_subject(&of_argument, argument, &address);
    return status == HF_OK ? hfi_reach_check(&of_argument, argument, object) : status;
}

/** Lock held. */
static hf_status arm(hfi_cleanups *all, uintptr_t object, const hfi_cleanup *wanted,
                     hf_cleanup *handle_out)
{
    bool has_moved;
    hf_status status = hfi_roster_reserve(&all->roster, &has_moved);
    status = status == HF_OK ? hfi_stock_reserve(&all->stock) : status;
    if (status != HF_OK) {
        return status;
    }
    hfi_armed *armed = hfi_stock_take(&all->stock);
    hfi_cleanup *cleanup = HF_CONTAINER(armed, hfi_cleanup, armed);
    armed->work = wanted->armed.work;
    armed->user = wanted->armed.user;
    cleanup->run = wanted->run;
    cleanup->is_told = false;
    hfi_roster_add(&all->roster, armed, object);
    if (armed->work.object.word_ != 0) {
        list_argument(all, cleanup);
    }
    if (!(hfi_object_word(object) & HFI_FLAG_CLEANUP)) {
        hfi_object_flag(object, HFI_FLAG_CLEANUP,
                        true); /* stays: a stop does not look for others */
    }
    *handle_out = handle_of(cleanup);
    return HF_OK;
}

hf_status hf_cleanup_add_at(hf_thread *thread, hf_ref object, size_t offset, hf_cleanup_fn run,
                            hf_ref argument, void *user, hf_cleanup *cleanup_out, hf_site site)
{
    HFI_ENTRY(thread);
    hf_cleanup handle = { 0 };
    if (cleanup_out) {
        *cleanup_out = handle;
    }
    if (!run) {
        return HF_E_NULL;
    }
    hfi_asker asker = { thread, "hf_cleanup_add", "object", site };
    hf_status status = check_all(&asker, object, offset, argument);
    status = status == HF_OK ? hfi_final_may_arm(thread) : status;
    if (status != HF_OK) {
        return status;
    }
    /* All of that may have parked: addresses are read from their slots only now. */
    hfi_final *final = thread->parts->final;
    hfi_cleanup wanted = {
        .armed = { .work = { .kind = &cleanup_kind, .site = site }, .user = user }, .run = run
    };
    wanted.armed.work.object.word_ = argument ? argument->word_ : 0;
    hfp_native_error saved = hfp_native_error_save();
    hfp_mutex_lock(&final->lock);
    status = arm(&final->cleanups, object->word_, &wanted, &handle);
    hfp_mutex_unlock(&final->lock);
    hfp_native_error_restore(saved);
    if (cleanup_out) {
        *cleanup_out = handle;
    }
    return status;
}

hf_status hf_cleanup_stop(hf_thread *thread, hf_cleanup cleanup, bool *was_armed_out)
{
    HFI_ENTRY(thread);
    hfi_final *final = thread->parts->final;
    hfi_cleanups *all = &final->cleanups;
    hfp_mutex_lock(&final->lock);
    hfi_cleanup *found = find(all, cleanup);
    if (found) {
        disarm(all, found);
        if (!is_used_up(found)) {
            hfi_stock_give(&all->stock, &found->armed);
        }
    }
    hfp_mutex_unlock(&final->lock);
    if (was_armed_out) {
        *was_armed_out = found != NULL;
    }
    return HF_OK;
}

/* ---- being looked at ---- */

bool hfi_cleanup_next(hfi_cleanups *all, hf_cleanup *cleanup_out, hfi_search *search_out,
                      hf_site *site_out)
{
    hfi_cleanup *cleanup = all->oldest;
    if (!cleanup) {
        return false;
    }
    unlist_argument(all, cleanup);
    list_argument(all, cleanup); /* the others first, the next time */
    const hfi_armed *armed = &cleanup->armed;
    *cleanup_out = handle_of(cleanup);
    *site_out = armed->work.site;
    uint32_t type = hfi_object_type_id(armed->work.object.word_);
    if (!cleanup->is_told && type != HFI_TYPE_BYTES && type != HFI_TYPE_RESOURCE) {
        search_out->from = armed->work.object;
        search_out->to.word_ = all->roster.objects[armed->place];
    }
    return true;
}

bool hfi_cleanup_mark_told(hfi_cleanups *all, hf_cleanup cleanup)
{
    hfi_cleanup *found = find(all, cleanup);
    bool is_news = found && !found->is_told;
    if (is_news) {
        found->is_told = true;
    }
    return is_news;
}

/* ---- in a collection ---- */

void hfi_cleanups_visit_roots(hfi_final *final, hfi_tracer *tracer)
{
    for (hfi_cleanup *cleanup = final->cleanups.oldest; cleanup; cleanup = cleanup->newer) {
        hfi_trace_slot(tracer, &cleanup->armed.work.object);
    }
}

void hfi_cleanups_clear_dead(hfi_final *final, hfi_tracer *tracer)
{
    hfi_cleanups *all = &final->cleanups;
    (void)hfi_roster_follow(&all->roster, tracer);
    for (uint32_t i = 0; i < all->roster.dead_count; i++) {
        hfi_armed *armed = all->roster.records[all->roster.dead[i]];
        disarm(all, HF_CONTAINER(armed, hfi_cleanup, armed));
        hfi_runner_queue(final->parts->runner, &armed->work);
    }
    (void)hfi_roster_close_gaps(&all->roster);
}

void hfi_cleanups_tell_root(hfi_final *final, const hf_slot *slot, hfi_text *text)
{
    const hfi_cleanup *cleanup = final->cleanups.oldest;
    while (cleanup && &cleanup->armed.work.object != slot) {
        cleanup = cleanup->newer;
    }
    if (cleanup) {
        hf_site site = cleanup->armed.work.site;
        hfi_text_format(text, "the argument of a cleanup of %s:%d", hfi_site_file(site), site.line);
    }
}
