/* SPDX-License-Identifier: MIT */

/*
 * Runs: their memory, jumps over them, and the errors they leave.
 *
 * A thread has its runs in blocks that it keeps; the one for the next depth is ready
 * in thread->spare_activation.
 *
 * A parked error belongs to the native call around the callback.  That call is made
 * either by a handler, and then the error lies in that handler's run, or by nobody who
 * was called back, and then it lies in the thread's first block.  A run takes what
 * is parked outside out of the way, so that a call inside it does not find it.
 *
 * Threads: the owner, managed.
 */

#include "callback/inside.h"

#include "base/alloc.h"
#include "call/flight.h"
#include "thread/record.h"

static hfi_run *innermost(const hf_thread *thread)
{
    return (hfi_run *)(void *)thread->activations;
}

hfi_run *hfi_run_make(hf_thread *thread)
{
    hfi_run_block *block = hfi_alloc(sizeof *block);
    if (!block) {
        return NULL;
    }
    for (unsigned i = 0; i < HFI_RUNS_IN_BLOCK; i++) {
        hfi_frame_make(thread, &block->run[i].frame);
        block->run[i].inner = i + 1 < HFI_RUNS_IN_BLOCK ? &block->run[i + 1] : NULL;
    }
    hfi_run *around = innermost(thread);
    if (around) {
        around->inner = block->run;
    }
    if (thread->run_blocks) {
        block->next = thread->run_blocks->next;
        thread->run_blocks->next = block;
    } else {
        thread->run_blocks = block;
    }
    thread->spare_activation = &block->run[0].base;
    return block->run;
}

void hfi_runs_free(void *self, hf_thread *thread)
{
    (void)self;
    while (thread->run_blocks) {
        hfi_run_block *block = thread->run_blocks;
        thread->run_blocks = block->next;
        hfi_free(block);
    }
    thread->spare_activation = NULL;
    thread->activations = NULL;
    thread->parked = NULL;
}

/* ---- errors ---- */

static void report_lost(hf_thread *thread, const char *name, hf_site born, hf_status status)
{
    char line[160];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hfi_text_format(&message, "the handler failed with %s, and no call is around it",
                    hf_status_name(status));
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = HF_E_CALLBACK;
    report.function = name;
    report.argument = "handler";
    report.other_site = born;
    report.message = line;
    report.remedy = "handle it in the handler: nobody else hears of it here";
    (void)hfi_report(thread->parts->reporter, &report);
}

/* Of the run that has just ended: it is the one at hand for the next callback. */
static void note_origin(const hf_thread *thread, hfi_parked *parked)
{
    const hfi_run *ended = (const hfi_run *)(const void *)thread->spare_activation;
    bool is_passed_on = parked->status == HF_E_CALLBACK && ended && ended->delivered.depth != 0;
    parked->depth = is_passed_on ? ended->delivered.depth + 1 : 1;
    parked->origin = is_passed_on ? ended->delivered.origin : parked->name;
    parked->origin_status = is_passed_on ? ended->delivered.origin_status : parked->status;
}

void hfi_run_park(hf_thread *thread, const hf_callback *callback, hf_status status)
{
    hfi_run *around = innermost(thread);
    if (!around && thread->is_visitor) {
        report_lost(thread, callback->name, callback->born, status);
        return;
    }
    if (thread->parked) {
        return; /* the first one wins */
    }
    if (!around && !thread->run_blocks) {
        /* there was no memory for the thread's first run */
        report_lost(thread, callback->name, callback->born, status);
        return;
    }
    hfi_parked *parked = around ? &around->parked_inside : &thread->run_blocks->parked;
    parked->status = status;
    parked->name = callback->name;
    note_origin(thread, parked);
    thread->parked = parked;
}

void hfi_parked_unheard(void *self, hf_thread *thread)
{
    (void)self;
    const hfi_parked parked = *thread->parked;
    thread->parked = NULL;
    report_lost(thread, parked.name, (hf_site){ NULL, 0 }, parked.status);
}

void hfi_take_parked(hf_thread *thread, hfi_parked *parked_out)
{
    *parked_out = *thread->parked;
    thread->parked = NULL;
    hfi_run *around = innermost(thread);
    if (around) {
        around->delivered = *parked_out;
    }
}

/* ---- jumps ---- */

static void report_jump(hf_thread *thread, const hf_callback *callback, const char *where)
{
    (void)hfi_misuse(thread->parts->reporter, HF_E_JUMPED, where, callback->name, callback->born,
                     "let a handler return; errors it gives back are delivered to the call",
                     "something jumped over a run of the callback %s", callback->name);
}

void hfi_runs_jumped(void *self, hf_thread *thread, uintptr_t here, const char *where)
{
    (void)self;
    if (atomic_load_explicit(&thread->state, memory_order_relaxed) == HFI_NATIVE) {
        hfi_leave(thread);
    }
    while (hfi_is_jumped(thread, here)) {
        hfi_run *run = innermost(thread);
        hf_callback *callback = run->callback;
        report_jump(thread, callback, where);
        hfi_frames_cut(thread, &run->frame, where);
        thread->activations = run->base.outer;
        thread->spare_activation = &run->base;
        thread->parked = run->parked_outside;
        hfi_run_uncount(callback, run->is_owner);
    }
}

void hfi_runs_landed(void *self, hf_thread *thread)
{
    (void)self;
    thread->parked = NULL;
    thread->no_callback = NULL; /* the call that promised it is left too */
    hfi_flight_forget(thread);
}
