/* SPDX-License-Identifier: MIT */

/*
 * The crew.  cmocka's assertions work on the test's own thread alone, so a member
 * only notes what broke first, and goes on: threads that others wait for must not
 * just disappear.
 */

#include "crew.h"

#include <stdlib.h>

static void run_member(void *user)
{
    hf_crew_member *me = user;
    me->crew->run[me->index](me);
}

void hf_crew_start(hf_crew *crew, unsigned count, hf_crew_fn run, void *user)
{
    if (crew->count == 0) {
        atomic_store(&crew->is_over, false);
    }
    assert_true(crew->count + count <= HF_CREW_MAX);
    for (unsigned i = 0; i < count; i++) {
        unsigned index = crew->count;
        crew->member[index] = (hf_crew_member){ .crew = crew, .index = index, .user = user };
        crew->run[index] = run;
        assert_int_equal(
            hfp_thread_start(&crew->thread[index], "crew", run_member, &crew->member[index]),
            HF_OK);
        crew->count++;
    }
}

void hf_crew_join(hf_crew *crew)
{
    unsigned count = crew->count;
    for (unsigned i = 0; i < count; i++) {
        hfp_thread_join(&crew->thread[i]);
    }
    crew->count = 0;
    for (unsigned i = 0; i < count; i++) {
        const hf_crew_member *member = &crew->member[i];
        if (member->broken) {
            fail_msg("member %u, %s:%d: %s", i, member->file, member->line, member->broken);
        }
    }
}

void hf_crew_end(hf_crew *crew)
{
    atomic_store(&crew->is_over, true);
    hf_crew_join(crew);
}

bool hf_crew_note(hf_crew_member *me, bool holds, const char *claim, const char *file, int line)
{
    if (!holds && !me->broken) {
        me->broken = claim;
        me->file = file;
        me->line = line;
    }
    return holds;
}

uint64_t hf_crew_effort(uint64_t count)
{
    const char *text = getenv("HF_TEST_EFFORT");
    uint64_t effort = text ? strtoull(text, NULL, 10) : 1;
    return count * (effort ? effort : 1);
}

void hf_crew_report(const hf_report *report, void *user)
{
    hf_crew_reports *reports = user;
    atomic_store(&reports->last, report->status);
    atomic_fetch_add(&reports->count, 1);
}
