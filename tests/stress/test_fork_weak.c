/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=120 */

/*
 * Weak references over a fork: a thread that is not attached gives references back all the time, so
 * a fork without the module's lock would leave it locked in some child; and what the parent knew
 * weakly the child knows too.
 */

#include "child.h"
#include "crew.h"
#include "hf_test.h"

#include <holdfast.h>

enum { FORKS = 40, BATCH = 1000 };

static hf_runtime *runtime;
static hf_thread *self;
static hf_ref object, table, found;
static hf_weak *weak;
static hf_crew_reports reports;
static _Atomic(unsigned) given; /* references that the thief may destroy */

static void give_back(hf_crew_member *me)
{
    while (!hf_crew_is_over(me)) {
        unsigned some = atomic_exchange(&given, 0);
        for (unsigned i = 0; i < some; i++) {
            HF_CREW_CHECK(me, hf_weak_destroy(weak) == HF_OK);
        }
        me->work += some;
    }
}

static void make_more(void)
{
    for (unsigned i = 0; i < BATCH; i++) {
        hf_weak *again;
        assert_int_equal(hf_weak_create(self, object, HF_WEAK_LONG, &again), HF_OK);
        assert_true(hf_weak_equal(again, weak));
    }
    atomic_fetch_add(&given, BATCH);
}

static void knows_what_the_parent_knew(void)
{
    hf_weak *other = NULL;
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    HF_CHILD_CHECK(hf_weak_load(self, weak, found) == HF_OK && hf_same(found, object));
    HF_CHILD_CHECK(hf_weak_create(self, object, HF_WEAK_SHORT, &other) == HF_OK);
    HF_CHILD_CHECK(hf_ephemeron_get(self, table, object, found) == HF_OK);
    HF_CHILD_CHECK(hf_weak_destroy(other) == HF_OK);
    hf_clear(found);
    hf_clear(object);
    HF_CHILD_CHECK(hf_collect(self) == HF_OK);
    HF_CHILD_CHECK(hf_weak_load(self, weak, found) == HF_OK && hf_is_null(found));
}

static void fork_leaves_what_is_known_weakly_whole_in_parent_and_child(void **state)
{
    (void)state;
    hf_crew thief = { 0 };
    hf_frame frame;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
    object = hf_local(self);
    table = hf_local(self);
    found = hf_local(self);
    assert_int_equal(hf_bytes_create(self, 64, object), HF_OK);
    assert_int_equal(hf_ephemerons_create(self, table), HF_OK);
    assert_int_equal(hf_ephemeron_set(self, table, object, table), HF_OK);
    assert_int_equal(hf_weak_create(self, object, HF_WEAK_LONG, &weak), HF_OK);
    hf_crew_start(&thief, 1, give_back, NULL);

    for (unsigned i = 0; i < FORKS; i++) {
        make_more();
        pid_t pid = fork();
        if (pid == 0) {
            alarm(HF_CHILD_HANGS_AFTER_S);
            knows_what_the_parent_knew();
            _exit(0);
        }
        int how = -1;
        assert_int_equal(waitpid(pid, &how, 0), pid);
        assert_int_equal(how, 0);
    }

    hf_crew_end(&thief);
    assert_true(thief.member[0].work > 0);
    assert_int_equal(hf_weak_load(self, weak, found), HF_OK);
    assert_true(hf_same(found, object));
    hf_frame_end(&frame);
    assert_int_equal(hf_thread_detach(self), HF_OK);
    hf_runtime_destroy(runtime, NULL);
    assert_int_equal(atomic_load(&reports.count), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fork_leaves_what_is_known_weakly_whole_in_parent_and_child),
    };
    return HF_UNDER_TSAN ? 77 : cmocka_run_group_tests_name("fork_weak", tests, NULL, NULL);
}
