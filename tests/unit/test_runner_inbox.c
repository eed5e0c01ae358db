/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded */

/*
 * Work that comes to the runner from threads that are not attached: each is run once, behind what
 * the same thread left before it, and a drain waits for it.
 */

#include "crew.h"
#include "managed.h"

#include "base/parts.h"
#include "runner/runner.h"

#include <stdatomic.h>

enum { SENDERS = 4, WORKS = 500 };

typedef struct letter {
    hfi_work work;
    unsigned sender, number;
} letter;

static letter letters[SENDERS][WORKS];
static unsigned seen[SENDERS];
static _Atomic(unsigned) runs, out_of_order;

static void read_letter(hf_thread *runner, hfi_work *work, hf_ref object)
{
    const letter *one = (const letter *)(void *)work;
    if (!runner->is_runner || !hf_is_null(object) || seen[one->sender]++ != one->number) {
        atomic_fetch_add(&out_of_order, 1);
    }
    atomic_fetch_add(&runs, 1);
}

static const hfi_work_kind kind = { "a letter", read_letter, NULL, true };

static void send_letters(hf_crew_member *me)
{
    hfi_runner *runner = me->user;
    for (unsigned i = 0; i < WORKS; i++) {
        letters[me->index][i] = (letter){ .work.kind = &kind, .sender = me->index, .number = i };
        hfi_runner_submit(runner, &letters[me->index][i].work);
    }
}

static void runner_does_each_submitted_work_once_and_in_order(void **state)
{
    (void)state;
    managed m;
    hf_crew crew = { 0 };
    managed_begin(&m, NULL);
    hfi_runner *runner = hfi_parts_of(m.runtime)->runner;
    assert_int_equal(hfi_runner_need(runner, m.thread), HF_OK);
    hf_crew_start(&crew, SENDERS, send_letters, runner);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hf_collect(m.thread), HF_OK); /* goes without the queue's lock */
    }
    hf_crew_join(&crew);
    assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
    assert_int_equal(atomic_load(&runs), SENDERS * WORKS);
    assert_int_equal(atomic_load(&out_of_order), 0);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runner_does_each_submitted_work_once_and_in_order),
    };
    return cmocka_run_group_tests_name("runner_inbox", tests, NULL, NULL);
}
