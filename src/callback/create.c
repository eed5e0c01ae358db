/* SPDX-License-Identifier: MIT */

/*
 * Registered callbacks: made, asked for, destroyed.
 *
 * Destroying writes the state and then looks for runs; a run is counted and then
 * looks at the state (enter.c).  Who finds the other one late buries the cell: the
 * destroyer if there is no run, else the last run, under the lock.
 */

#include "callback/inside.h"

#include "base/given.h"
#include "call/bind.h"
#include "call/binding.h"

#include <string.h>

static const char create_name[] = "hf_callback_create";
static const char destroy_name[] = "hf_callback_destroy";

static hf_status misuse(hf_thread *thread, hf_status status, const char *argument, hf_site site,
                        const char *message, const char *remedy)
{
    return hfi_misuse(thread->parts->reporter, status, create_name, argument, site, remedy, "%s",
                      message);
}

static bool read_options(const hf_callback_options *given, hf_callback_options *options_out)
{
    memset(options_out, 0, sizeof *options_out);
    return hfi_given_read(given, options_out, sizeof *options_out);
}

static hf_status parse(hf_thread *thread, const char *text, const hf_callback_options *options,
                       hf_site site, hfi_prototype *prototype)
{
    const hfi_ctype_list known = { NULL, 0, hfi_binding_scope(options->binding) };
    hfi_prototype_error error;
    memset(&error, 0, sizeof error);
    hf_status status = hfi_signature_parse(text, &known, prototype, &error);
    return status != HF_E_PROTOTYPE ? status
                                    : hfi_report_unparsed(thread->parts, create_name, "prototype",
                                                          site, options->error_out, status, &error);
}

static void copy_name(hf_callback *cell, const char *name)
{
    cell->name[0] = 0;
    strncat(cell->name, name, sizeof cell->name - 1);
}

static hf_status make(hf_thread *thread, const hfi_prototype *prototype, const hf_callback *like,
                      hf_callback **callback_out)
{
    const hfi_signature *signature;
    hf_status status = hfi_signature_of(prototype, &signature);
    if (status != HF_OK) {
        return status;
    }
    hf_callback *cell;
    hfi_callbacks_lock();
    status = hfi_callback_cell_take(signature, &cell);
    if (status == HF_OK) {
        cell->handler = like->handler;
        cell->user = like->user;
        cell->born = like->born;
        cell->parts = thread->parts;
        cell->safe = prototype->safe;
        cell->exchange = thread->exchange;
        cell->is_transient = false;
        cell->owner = thread;
        atomic_store_explicit(&cell->owner_stack, hfi_stack_word(thread), memory_order_relaxed);
        copy_name(cell, prototype->name);
        hfi_callback_cell_link(thread->parts->callbacks, cell);
        atomic_store_explicit(&cell->state, HFI_CALLBACK_LIVE, memory_order_seq_cst);
        *callback_out = cell;
    }
    hfi_callbacks_unlock();
    return status;
}

hf_status hf_callback_create_at(hf_thread *thread, const char *prototype, hf_callback_fn handler,
                                void *user, const hf_callback_options *options,
                                hf_callback **callback_out, hf_site site)
{
    if (!callback_out) {
        return HF_E_NULL;
    }
    *callback_out = NULL;
    HFI_ENTRY(thread);
    if (!prototype || !handler) {
        return misuse(thread, HF_E_NULL, prototype ? "handler" : "prototype", site,
                      prototype ? "the handler is NULL" : "the prototype is NULL",
                      "give the C declaration and a function to run");
    }
    hf_callback_options all;
    if (!read_options(options, &all)) {
        return misuse(thread, HF_E_OPTIONS, "options", site,
                      "the options have a size or a field that this version does not know",
                      "begin with HF_CALLBACK_OPTIONS_INIT");
    }
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    hfp_native_error error = hfp_native_error_save();
    hfi_prototype parsed;
    hf_status status = parse(thread, prototype, &all, site, &parsed);
    if (status == HF_OK) {
        const hf_callback like = { .handler = handler, .user = user, .born = site };
        status = make(thread, &parsed, &like, callback_out);
        hfi_prototype_finish(&parsed);
    }
    if (status == HF_E_UNSUPPORTED) {
        (void)misuse(thread, status, "prototype", site,
                     "a function of this signature cannot be called back",
                     "pass structs by pointer, and no variable arguments");
    }
    hfp_native_error_restore(error);
    return status;
}

void *hf_callback_address(const hf_callback *callback)
{
    return callback ? callback->code : NULL;
}

/* ---- the end ---- */

/* Every thread has passed a fence behind this, so that counts written before are seen. */
static void pass_process_barrier(const hf_callback *callback)
{
    for (unsigned tries = 0; !callback->exchange && tries < 1000; tries++) {
        if (hfp_barrier_process() == HF_OK) {
            return;
        }
        hfp_thread_yield(); /* refused for a moment, for want of memory */
    }
    HF_VERIFY(callback->exchange);
}

/* lock */
static bool bury_unless_busy(hf_callback *callback)
{
    bool is_ending =
        atomic_load_explicit(&callback->state, memory_order_relaxed) == HFI_CALLBACK_ENDING;
    if (is_ending && hfi_callback_cell_runs(callback) != 0) {
        return false;
    }
    if (is_ending) {
        hfi_callback_cell_unlink(callback);
        hfi_callback_cell_bury(callback, HFI_CALLBACK_ENDED);
    }
    return true;
}

void hfi_callback_left(hf_callback *callback)
{
    hfi_callbacks_lock();
    (void)bury_unless_busy(callback);
    hfi_callbacks_unlock();
}

/* Writes the end down; false, and where it was destroyed, if it is not the first. */
static bool begin_end(hf_callback *callback, hf_site site, hf_site *before_out, uint32_t *state_out)
{
    hfi_callbacks_lock();
    *state_out = atomic_load_explicit(&callback->state, memory_order_relaxed);
    bool is_first =
        *state_out == HFI_CALLBACK_LIVE && !callback->is_transient && !callback->is_scoped;
    *before_out = callback->died;
    if (is_first) {
        callback->died = site;
        atomic_store_explicit(&callback->state, HFI_CALLBACK_ENDING, memory_order_seq_cst);
    }
    hfi_callbacks_unlock();
    return is_first;
}

static hf_status refuse_second(hf_callback *callback, hf_site site, hf_site before, uint32_t state)
{
    if (state == HFI_CALLBACK_LIVE && !callback->is_transient) {
        return hfi_misuse(callback->parts->reporter, HF_E_SCOPE, destroy_name, callback->name, site,
                          "take it out of its scope first, with hf_scope_release()",
                          "the callback is in a scope, which destroys it");
    }
    bool has_runtime = state == HFI_CALLBACK_ENDING || state == HFI_CALLBACK_ENDED;
    return hfi_misuse(has_runtime ? callback->parts->reporter : NULL, HF_E_MISUSE, destroy_name,
                      callback->name, site, "destroy a callback once, while its runtime lives",
                      "the callback was destroyed before, at %s:%d; it was made at %s:%d",
                      before.file ? before.file : "the end of the runtime", before.line,
                      callback->born.file ? callback->born.file : "?", callback->born.line);
}

hf_status hf_callback_destroy_at(hf_callback *callback, hf_site site)
{
    if (!callback) {
        return HF_OK;
    }
    hf_site before;
    uint32_t state;
    if (!begin_end(callback, site, &before, &state)) {
        return refuse_second(callback, site, before, state);
    }
    pass_process_barrier(callback);
    hfi_callbacks_lock();
    bool is_over = bury_unless_busy(callback);
    hfi_callbacks_unlock();
    return is_over ? HF_OK : HF_E_BUSY;
}

/* ---- for scopes ---- */

bool hfi_callback_set_scoped(const hfi_parts *parts, hf_callback *callback, bool is_scoped)
{
    hfi_callbacks_lock();
    bool is_change =
        callback->parts == parts && !callback->is_transient && callback->is_scoped != is_scoped &&
        atomic_load_explicit(&callback->state, memory_order_relaxed) == HFI_CALLBACK_LIVE;
    if (is_change) {
        callback->is_scoped = is_scoped;
    }
    hfi_callbacks_unlock();
    return is_change;
}

uint32_t hfi_callback_runs(hf_callback *callback)
{
    return hfi_callback_cell_runs(callback);
}

bool hfi_callback_runs_on(const hf_callback *callback, const hf_thread *thread)
{
    const hfi_activation *at = thread->activations;
    while (at && ((const hfi_run *)(const void *)at)->callback != callback) {
        at = at->outer;
    }
    return at != NULL;
}

hf_site hfi_callback_site(const hf_callback *callback)
{
    return callback->born;
}

const char *hfi_callback_name(const hf_callback *callback)
{
    return callback->name;
}
