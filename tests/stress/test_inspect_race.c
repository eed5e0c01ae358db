/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Threads that ask why and count, while others make, move and drop objects.  What a thread itself
 * holds is told rightly each time, and no census counts too few or too many of it.
 */

#include "crew.h"
#include "managed.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

enum { WORKERS = 4 };

typedef struct shared {
    hf_runtime *runtime;
    hf_global *board; /* an array: each thread has an element */
} shared;

static void post(hf_crew_member *me, hf_thread *thread, hf_ref own)
{
    shared *s = me->user;
    HF_FRAME(thread);
    hf_ref board = hf_local(thread);
    HF_CREW_CHECK(me, hf_global_load(s->board, board) == HF_OK);
    HF_CREW_CHECK(me, hf_store_at(thread, board, me->index, own) == HF_OK);
}

static void ask(hf_crew_member *me, hf_thread *thread, uint64_t round)
{
    char expected[64], why[256];
    HF_FRAME(thread);
    hf_ref own = hf_local(thread);
    HF_CREW_CHECK(me, hf_bytes_create(thread, (size_t)(16 + round % 5000), own) == HF_OK);
    post(me, thread, own);
    snprintf(expected, sizeof expected, "global board -> [%u] -> bytes", me->index);
    HF_CREW_CHECK(me, hf_why_alive(thread, own, 0, why, sizeof why) == HF_OK);
    HF_CREW_CHECK(me, strcmp(why, expected) == 0);
    post(me, thread, NULL);
    HF_CREW_CHECK(me, hf_why_alive(thread, own, 0, why, sizeof why) == HF_E_NOT_FOUND);
    HF_CREW_CHECK(me, strncmp(why, "only by a local of the frame at ", 32) == 0);
}

/* Arrays are the board, and nobody makes more. */
static bool is_one_board(const hf_census_row *row, void *user)
{
    if (strcmp(row->type, "array") == 0) {
        *(uint64_t *)user += row->objects_after;
    }
    return true;
}

static void count(hf_crew_member *me, hf_thread *thread)
{
    hf_census *census;
    uint64_t boards = 0;
    if (HF_CREW_CHECK(me, hf_census_take(thread, &census) == HF_OK)) {
        HF_CREW_CHECK(me, hf_census_compare(NULL, census, is_one_board, &boards) == HF_OK);
        HF_CREW_CHECK(me, boards == 1);
        hf_census_destroy(census);
    }
}

static void work(hf_crew_member *me)
{
    shared *s = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK)) {
        return;
    }
    uint64_t rounds = managed_rounds(1500, 150);
    for (uint64_t i = 0; i < rounds; i++) {
        ask(me, thread, i * 31 + me->index);
        if (i % 8 == me->index) {
            count(me, thread);
        } else if (i % 16 == 9) {
            HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
        }
        me->work++;
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void inspection_is_right_while_others_move_and_drop(void **state)
{
    (void)state;
    shared s = { NULL, NULL };
    hf_thread *thread;
    int64_t live = hfi_alloc_live();
    assert_int_equal(hf_runtime_create(NULL, &s.runtime), HF_OK);
    assert_int_equal(hf_thread_attach(s.runtime, &thread), HF_OK);
    {
        HF_FRAME(thread);
        hf_ref board = hf_local(thread);
        assert_int_equal(hf_array_create(thread, WORKERS, board), HF_OK);
        assert_int_equal(hf_global_create(thread, board, &s.board), HF_OK);
        hf_global_set_name(s.board, "board");
    }
    assert_int_equal(hf_thread_detach(thread), HF_OK);

    hf_crew crew = { 0 };
    hf_crew_start(&crew, WORKERS, work, &s);
    hf_crew_join(&crew);

    assert_int_equal(hf_thread_attach(s.runtime, &thread), HF_OK);
    hf_global_destroy(thread, s.board);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(s.runtime, &leaks);
    assert_int_equal(leaks.globals, 0);
    assert_int_equal(hfi_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inspection_is_right_while_others_move_and_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
