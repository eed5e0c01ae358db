/* SPDX-License-Identifier: MIT */

#include "hf_test.h"

#include "lifetimes.h"

#include <stdlib.h>
#include <string.h>

static void keep_report(const hf_report *report, void *user)
{
    lifetimes *all = user;
    hfp_mutex_lock(&all->lock);
    if (all->report_count < LIFETIMES_REPORTS) {
        lifetimes_report *kept = &all->reports[all->report_count];
        kept->kind = report->kind;
        kept->status = report->status;
        kept->line = report->site.line;
        kept->other_line = report->other_site.line;
        hf_report_format(report, kept->text, sizeof kept->text);
    }
    all->report_count++;
    hfp_mutex_unlock(&all->lock);
}

void lifetimes_begin(lifetimes *all)
{
    lifetimes_begin_with(all, NULL);
}

void lifetimes_begin_with(lifetimes *all, const hf_runtime_options *given)
{
    memset(all, 0, sizeof *all);
    hfp_mutex_init(&all->lock);
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    if (given) {
        options = *given;
    }
    options.report = keep_report;
    options.report_user = all;
    assert_int_equal(hf_runtime_create(&options, &all->runtime), HF_OK);
    assert_int_equal(hf_thread_attach(all->runtime, &all->thread), HF_OK);
}

void lifetimes_end(lifetimes *all)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_thread_detach(all->thread), HF_OK);
    hf_runtime_destroy(all->runtime, &leaks);
    all->leaks = leaks;
    hfp_mutex_finish(&all->lock);
}

void lifetimes_settle(lifetimes *all)
{
    assert_int_equal(hf_collect(all->thread), HF_OK);
    assert_int_equal(hf_runner_drain(all->thread, UINT64_MAX), HF_OK);
}

uint64_t lifetimes_objects(lifetimes *all)
{
    hf_heap_statistics statistics = HF_HEAP_STATISTICS_INIT;
    assert_int_equal(hf_collect(all->thread), HF_OK);
    assert_int_equal(hf_heap_statistics_get(all->runtime, &statistics), HF_OK);
    return statistics.objects_live;
}

unsigned lifetimes_events(lifetimes *all)
{
    hfp_mutex_lock(&all->lock);
    unsigned count = all->event_count;
    hfp_mutex_unlock(&all->lock);
    return count;
}

unsigned lifetimes_events_of(lifetimes *all, uintptr_t number)
{
    unsigned found = 0;
    hfp_mutex_lock(&all->lock);
    for (unsigned i = 0; i < all->event_count && i < LIFETIMES_EVENTS; i++) {
        found += all->events[i] == number;
    }
    hfp_mutex_unlock(&all->lock);
    return found;
}

uintptr_t lifetimes_event(lifetimes *all, unsigned at)
{
    hfp_mutex_lock(&all->lock);
    uintptr_t number = at < all->event_count && at < LIFETIMES_EVENTS ? all->events[at] : 0;
    hfp_mutex_unlock(&all->lock);
    return number;
}

void lifetimes_note(lifetimes *all, uintptr_t number)
{
    hfp_mutex_lock(&all->lock);
    if (all->event_count < LIFETIMES_EVENTS) {
        all->events[all->event_count] = number;
    }
    all->event_count++;
    hfp_mutex_unlock(&all->lock);
}

unsigned lifetimes_reports(lifetimes *all)
{
    hfp_mutex_lock(&all->lock);
    unsigned count = all->report_count;
    hfp_mutex_unlock(&all->lock);
    return count;
}

const lifetimes_report *lifetimes_report_at(lifetimes *all, unsigned at)
{
    return at < lifetimes_reports(all) && at < LIFETIMES_REPORTS ? &all->reports[at] : NULL;
}

bool lifetimes_has_report(lifetimes *all, const char *words)
{
    bool found = false;
    hfp_mutex_lock(&all->lock);
    for (unsigned i = 0; i < all->report_count && i < LIFETIMES_REPORTS; i++) {
        found = found || strstr(all->reports[i].text, words);
    }
    hfp_mutex_unlock(&all->lock);
    return found;
}

bool lifetimes_is_stress(void)
{
    const char *value = getenv("HOLDFAST_STRESS");
    return value && value[0] != '\0' && strcmp(value, "0") != 0;
}

unsigned lifetimes_effort(void)
{
    const char *value = getenv("HF_TEST_EFFORT");
    long effort = value ? strtol(value, NULL, 10) : 1;
    return effort > 0 && effort <= 1000 ? (unsigned)effort : 1;
}

void lifetimes_finalize(hf_thread *runner, hf_ref object, void *user)
{
    lifetimes_ticket *ticket = user;
    (void)runner;
    (void)object;
    atomic_fetch_add(&ticket->runs, 1);
    lifetimes_note(ticket->all, ticket->number);
}

void lifetimes_await(hf_thread *thread, _Atomic(bool) *flag)
{
    if (hf_native_begin(thread) != HF_OK) {
        return;
    }
    while (!atomic_load(flag)) {
        hfp_sleep_ns(100000);
    }
    (void)hf_native_end(thread, NULL);
}

void lifetimes_save(hf_thread *runner, hf_ref object, void *rescue)
{
    lifetimes_rescue *saved = rescue;
    if (hf_global_store(runner, saved->global, object) != HF_OK) {
        lifetimes_note(saved->ticket.all, 666);
    }
    lifetimes_finalize(runner, object, &saved->ticket);
}

/* ---- the one that most tests have ---- */

lifetimes world;

int lifetimes_setup(void **state)
{
    lifetimes_begin(&world);
    *state = &world;
    return 0;
}

int lifetimes_teardown(void **state)
{
    (void)state;
    lifetimes_end(&world);
    return 0;
}
