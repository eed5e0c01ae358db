/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=240 */

/*
 * Setting, clearing, adding and stopping, by several threads on the same objects, while all of them
 * move.  No object dies meanwhile, so nothing may run; then all die, and what was armed last runs
 * exactly once.
 */

#include "hf_test.h"

#include "crew.h"
#include "managed.h"

#include <stdio.h>

enum { OBJECTS = 64, CREW = 3 };

typedef struct shared {
    managed m;
    hf_global *objects;
    _Atomic(unsigned) runs[OBJECTS];
    _Atomic(unsigned) cleanups_run;
    _Atomic(unsigned) cleanups_armed; /* added less stopped */
    _Atomic(unsigned) moved;          /* collections by the mover */
} shared;

static shared all;
static unsigned number[OBJECTS];

/* Second sets are reported, and meant. */
static void hook(const hf_report *report, void *user)
{
    (void)report;
    (void)user;
}

static void note(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    all.runs[*(unsigned *)user]++;
}

static void note_cleanup(hf_thread *runner, hf_ref argument, void *user)
{
    (void)runner;
    (void)argument;
    (void)user;
    all.cleanups_run++;
}

static void set_or_clear(hf_crew_member *me, hf_thread *thread, hf_ref object, unsigned which,
                         uint32_t dice)
{
    if (dice & 1) {
        hf_status status = hf_finalizer_set(thread, object, note, &number[which]);
        HF_CREW_CHECK(me, status == HF_OK || status == HF_E_ALREADY_SET);
    } else {
        HF_CREW_CHECK(me, hf_finalizer_clear(thread, object) == HF_OK);
    }
}

/** Adds one, and perhaps stops the one of an earlier round, perhaps twice. */
static void add_or_stop(hf_crew_member *me, hf_thread *thread, hf_ref object, hf_cleanup *mine,
                        uint32_t dice)
{
    bool was_armed = false;
    if (mine->word_ == 0) {
        HF_CREW_CHECK(me,
                      hf_cleanup_add(thread, object, 0, note_cleanup, NULL, NULL, mine) == HF_OK);
        all.cleanups_armed++;
    } else if (dice & 2) {
        HF_CREW_CHECK(me, hf_cleanup_stop(thread, *mine, &was_armed) == HF_OK);
        HF_CREW_CHECK(me, was_armed);
        HF_CREW_CHECK(me, hf_cleanup_stop(thread, *mine, &was_armed) == HF_OK);
        HF_CREW_CHECK(me, !was_armed);
        all.cleanups_armed--;
        mine->word_ = 0;
    }
}

static void play(hf_crew_member *me)
{
    uint64_t seed = me->index + 1;
    hf_cleanup mine[8] = { { 0 } };
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(all.m.runtime, &thread) == HF_OK)) {
        return;
    }
    for (unsigned round = 0; round < managed_rounds(20000, 400); round++) {
        HF_FRAME(thread);
        hf_ref objects = hf_local(thread);
        hf_ref object = hf_local(thread);
        uint32_t dice = managed_random(&seed);
        unsigned which = (dice >> 8) % OBJECTS;
        HF_CREW_CHECK(me, hf_global_load(all.objects, objects) == HF_OK);
        HF_CREW_CHECK(me, hf_load_at(objects, which, object) == HF_OK);
        set_or_clear(me, thread, object, which, dice);
        add_or_stop(me, thread, object, &mine[(dice >> 16) % 8], dice);
        if (me->index == 0 && round % 16 == 0) {
            HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
            all.moved++;
        }
        HF_CREW_CHECK(me, hf_safepoint(thread) == HF_OK);
        HF_CREW_CHECK(me, all.runs[which] == 0 && all.cleanups_run == 0);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void settle(void)
{
    assert_int_equal(hf_collect(all.m.thread), HF_OK);
    assert_int_equal(hf_runner_drain(all.m.thread, UINT64_MAX), HF_OK);
}

static void make_objects(void)
{
    HF_FRAME(all.m.thread);
    hf_ref objects = hf_local(all.m.thread);
    hf_ref object = hf_local(all.m.thread);
    assert_int_equal(hf_array_create(all.m.thread, OBJECTS, objects), HF_OK);
    for (unsigned i = 0; i < OBJECTS; i++) {
        number[i] = i;
        assert_int_equal(hf_bytes_create(all.m.thread, i, object), HF_OK);
        assert_int_equal(hf_store_at(all.m.thread, objects, i, object), HF_OK);
    }
    assert_int_equal(hf_global_create(all.m.thread, objects, &all.objects), HF_OK);
}

/** Every second one is armed in the end. */
static void decide(void)
{
    HF_FRAME(all.m.thread);
    hf_ref objects = hf_local(all.m.thread);
    hf_ref object = hf_local(all.m.thread);
    assert_int_equal(hf_global_load(all.objects, objects), HF_OK);
    for (unsigned i = 0; i < OBJECTS; i++) {
        assert_int_equal(hf_load_at(objects, i, object), HF_OK);
        assert_int_equal(hf_finalizer_clear(all.m.thread, object), HF_OK);
        if (i % 2) {
            assert_int_equal(hf_finalizer_set(all.m.thread, object, note, &number[i]), HF_OK);
        }
    }
}

static void final_loses_no_run_and_runs_none_early_while_all_moves(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hook;
    options.on_misuse = HF_MISUSE_REPORT;
    assert_int_equal(hf_runtime_create(&options, &all.m.runtime), HF_OK);
    assert_int_equal(hf_thread_attach(all.m.runtime, &all.m.thread), HF_OK);
    make_objects();

    assert_int_equal(hf_native_begin(all.m.thread), HF_OK);
    hf_crew_start(&crew, CREW, play, &all);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(all.m.thread, NULL), HF_OK);
    decide();
    settle();
    for (unsigned i = 0; i < OBJECTS; i++) {
        assert_int_equal(all.runs[i], 0);
    }
    assert_int_equal(all.cleanups_run, 0);
    assert_true(all.moved > 10);

    hf_global_destroy(all.m.thread, all.objects);
    for (int i = 0; i < 3; i++) {
        settle();
    }

    for (unsigned i = 0; i < OBJECTS; i++) {
        assert_int_equal(all.runs[i], i % 2);
    }
    assert_int_equal(all.cleanups_run, all.cleanups_armed);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_thread_detach(all.m.thread), HF_OK);
    hf_runtime_destroy(all.m.runtime, &leaks);
    assert_int_equal(leaks.finalizers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(final_loses_no_run_and_runs_none_early_while_all_moves),
    };
    return cmocka_run_group_tests_name("final_race", tests, NULL, NULL);
}
