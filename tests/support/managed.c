/* SPDX-License-Identifier: MIT */

/*
 * Reports are copied under a lock, because any thread may raise one, and looked at on the test's
 * own thread.
 */

#include "managed.h"

#include "base/alloc.h"
#include "diag/env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_text(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from ? from : "");
}

static void collect_report(const hf_report *report, void *user)
{
    managed *m = user;
    hfp_mutex_lock(&m->lock);
    if (m->count < MANAGED_REPORTS) {
        managed_report *copy = &m->report[m->count];
        copy->kind = report->kind;
        copy->status = report->status;
        copy->line = (uint32_t)report->site.line;
        copy_text(copy->file, sizeof copy->file, report->site.file);
        copy->born_line = (uint32_t)report->other_site.line;
        copy_text(copy->born_file, sizeof copy->born_file, report->other_site.file);
        copy_text(copy->object, sizeof copy->object, report->object);
        copy_text(copy->function, sizeof copy->function, report->function);
        copy_text(copy->argument, sizeof copy->argument, report->argument);
        copy_text(copy->message, sizeof copy->message, report->message);
        copy_text(copy->remedy, sizeof copy->remedy, report->remedy);
    }
    m->count++;
    hfp_mutex_unlock(&m->lock);
}

void managed_begin(managed *m, const hf_runtime_options *options)
{
    hf_runtime_options own = HF_RUNTIME_OPTIONS_INIT;
    if (options) {
        own = *options;
    }
    memset(m, 0, sizeof *m);
    hfp_mutex_init(&m->lock);
    m->live_at_start = hfi_alloc_live();
    own.report = collect_report;
    own.report_user = m;
    assert_int_equal(hf_runtime_create(&own, &m->runtime), HF_OK);
    assert_int_equal(hf_thread_attach(m->runtime, &m->thread), HF_OK);
}

static void print_reports(const managed *m)
{
    for (unsigned i = 0; i < m->count && i < MANAGED_REPORTS; i++) {
        const managed_report *r = &m->report[i];
        print_error("report %u: %s in %s, %s: %s (%s:%u)\n", i, hf_status_name(r->status),
                    r->function, r->argument, r->message, r->file, (unsigned)r->line);
    }
}

void managed_close(managed *m)
{
    hf_status check = hf_heap_check(m->thread);
    hf_status detached = hf_thread_detach(m->thread);
    m->leaks = (hf_runtime_leaks)HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(m->runtime, &m->leaks);
    assert_int_equal(check, HF_OK);
    assert_int_equal(detached, HF_OK);
}

void managed_end(managed *m)
{
    managed_close(m);
    int64_t live = hfi_alloc_live();
    print_reports(m);
    hfp_mutex_finish(&m->lock);
    assert_int_equal(m->count, 0);
    assert_int_equal(m->leaks.threads, 0);
    assert_int_equal(m->leaks.pins, 0);
    assert_int_equal(m->leaks.fences, 0);
    assert_int_equal(m->leaks.resources, 0);
    assert_int_equal(m->leaks.finalizers, 0);
    assert_int_equal(m->leaks.globals, 0);
    assert_int_equal(m->leaks.functions, 0);
    assert_int_equal(m->leaks.handles, 0);
    assert_int_equal(m->leaks.scopes, 0);
    assert_int_equal(live, m->live_at_start);
}

managed_report managed_expect(managed *m, const char *function, const char *words)
{
    hfp_mutex_lock(&m->lock);
    unsigned count = m->count;
    managed_report first = m->report[0];
    if (count > 0) {
        unsigned kept = count < MANAGED_REPORTS ? count : MANAGED_REPORTS;
        memmove(&m->report[0], &m->report[1], (kept - 1) * sizeof m->report[0]);
        m->count = kept - 1;
    }
    hfp_mutex_unlock(&m->lock);
    if (count == 0) {
        fail_msg("no report came, expected: %s: %s", function, words);
    }
    assert_string_equal(first.function, function);
    if (!strstr(first.message, words)) {
        fail_msg("%s does not contain: %s", first.message, words);
    }
    assert_true(first.remedy[0] != 0);
    return first;
}

unsigned managed_reports(managed *m)
{
    hfp_mutex_lock(&m->lock);
    unsigned count = m->count;
    hfp_mutex_unlock(&m->lock);
    return count;
}

hf_heap_statistics managed_statistics(managed *m)
{
    hf_heap_statistics statistics = HF_HEAP_STATISTICS_INIT;
    assert_int_equal(hf_heap_statistics_get(m->runtime, &statistics), HF_OK);
    return statistics;
}

bool managed_is_stress(void)
{
    return hfi_env_u64("HOLDFAST_STRESS", 0) != 0;
}

unsigned managed_rounds(unsigned normal, unsigned stressed)
{
    const char *text = getenv("HF_TEST_EFFORT");
    unsigned long effort = text ? strtoul(text, NULL, 10) : 1;
    return (managed_is_stress() ? stressed : normal) * (unsigned)(effort ? effort : 1);
}

uintptr_t managed_address(const hf_slot *ref)
{
    return ref->word_;
}

uint32_t managed_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}
