/* SPDX-License-Identifier: MIT */

/*
 * The watchdog: names a run that does not come to its end.
 *
 * There is no thread for it.  Whoever has reason to wonder looks: each
 * collection, for what died in it waits behind that run; and whoever waits for the
 * runner, by a timed wait, in a drain or at the end of the runtime.  So a program
 * whose watchdog is off pays a compare a run, and one whose runner nobody needs pays
 * nothing for a run that blocks.
 *
 * One report a run, and another one when it returns after all.
 *
 * Threads: begin and end on the thread that runs the works; a look on any.  What
 * runs now is under runner->lock, and reports are raised without it.
 */

#include "diag/report.h"
#include "heap/birth.h"
#include "heap/object.h"
#include "runner/inside.h"
#include "type/type.h"

#define NS_PER_MS 1000000u

static void report(hfi_runner *runner, const hfi_run_now *now, uint64_t age_ns, const char *what,
                   const char *remedy)
{
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "%s %s %ju ms on thread %ju; others wait behind it", now->kind, what,
                    (uintmax_t)(age_ns / NS_PER_MS), (uintmax_t)now->os_thread);
    hfi_text_end(&text);

    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = HF_E_TIMEOUT;
    report.function = "the runner";
    report.object = now->type;
    report.site = now->site;
    report.other_site = now->born;
    report.message = message;
    report.remedy = remedy;
    hfi_report(runner->parts->reporter, &report);
}

void hfi_watch_begin(hfi_runner *runner, const hf_thread *thread, const hfi_work *work,
                     const hf_slot *object)
{
    hfi_run_now now = { .kind = work->kind->name, .site = work->site };
    if (object->word_ != 0) {
        const hf_type *type = hfi_type_find(hfi_object_type_id(object->word_));
        hfi_birth birth;
        now.type = type ? type->name : NULL;
        if (hfi_heap_birth(runner->parts->heap, object->word_, &birth)) {
            now.born = birth.site;
        }
    }
    now.os_thread = thread->os_thread;
    now.since_ns = hfp_clock_ns();
    hfp_mutex_lock(&runner->lock);
    runner->now = now;
    hfp_cond_wake_all(&runner->news); /* who waits may have to look at this one, too */
    hfp_mutex_unlock(&runner->lock);
}

void hfi_watch_end(hfi_runner *runner)
{
    hfp_mutex_lock(&runner->lock);
    hfi_run_now now = runner->now;
    uint64_t age = hfp_clock_ns() - now.since_ns;
    runner->now = (hfi_run_now){ .kind = NULL };
    runner->longest_ns = age > runner->longest_ns ? age : runner->longest_ns;
    hfp_mutex_unlock(&runner->lock);
    if (now.is_named) {
        report(runner, &now, age, "returned at last, after",
               "move what takes long to a thread of your own");
    }
}

uint64_t hfi_watch_next_look(const hfi_runner *runner)
{
    uint64_t patience = runner->parts->settings.watchdog_ns;
    if (patience == 0 || !runner->now.kind || runner->now.is_named ||
        patience > HFP_FOREVER - runner->now.since_ns) {
        return HFP_FOREVER;
    }
    return runner->now.since_ns + patience;
}

void hfi_watch_look(hfi_runner *runner)
{
    if (!hfi_watch_is_on(runner)) {
        return;
    }
    uint64_t clock = hfp_clock_ns();
    hfp_mutex_lock(&runner->lock);
    bool is_due = clock >= hfi_watch_next_look(runner);
    hfi_run_now now = runner->now;
    runner->now.is_named = now.is_named || is_due;
    hfp_mutex_unlock(&runner->lock);
    if (is_due) {
        atomic_fetch_add_explicit(&runner->named_runs, 1, memory_order_relaxed);
        report(runner, &now, clock - now.since_ns, "has been running for",
               "let it not wait for anything; close what it waits for elsewhere");
    }
}
