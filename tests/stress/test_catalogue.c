/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=200 */

/*
 * Many threads ask for the same names at once, of a runtime that has bound none of them yet, and
 * add rows while others look: all of them get the same functions, and one set of rows wins.
 */

#include "hf_test.h"

#include "base/alloc.h"
#include "crew.h"

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

#define MEMBERS 4u
#define NAMES   6u

typedef struct shared {
    hf_runtime *runtime;
    _Atomic(unsigned) ready;
    _Atomic(unsigned) added;
    const hf_function *seen[MEMBERS][NAMES];
} shared;

static const char *const names[NAMES] = { "a", "b", "b:second", "c", "d", "e" };

/* One prototype for all: who binds them is what counts. */
static const char prototype[] =
    "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})";
static hf_native_row rows[NAMES];

static hf_native_row own_row(hf_crew_member *me, char name[16])
{
    (void)snprintf(name, 16, "own_%u", me->index);
    hf_native_row row = rows[0];
    row.name = name;
    return row;
}

static void ask(hf_crew_member *me)
{
    shared *all = me->user;
    char name[16]; /* of a row that is borrowed until the runtime ends, which is behind the join */
    static hf_native_row own[MEMBERS];
    static char own_names[MEMBERS][16];
    hf_thread *thread;
    own[me->index] = own_row(me, name);
    memcpy(own_names[me->index], name, sizeof name);
    own[me->index].name = own_names[me->index];
    if (!HF_CREW_CHECK(me, hf_thread_attach(all->runtime, &thread) == HF_OK)) {
        return;
    }
    atomic_fetch_add(&all->ready, 1);
    while (atomic_load(&all->ready) < MEMBERS) {
        (void)hf_safepoint(thread);
    }
    hf_status status = hf_native_add(thread, rows, NAMES, NULL); /* one of them is the first */
    HF_CREW_CHECK(me, status == HF_OK || status == HF_E_ALREADY_SET);
    atomic_fetch_add(&all->added, status == HF_OK);
    HF_CREW_CHECK(me, hf_native_add(thread, &own[me->index], 1, NULL) == HF_OK);
    for (unsigned i = 0; i < NAMES; i++) {
        unsigned which = (i + me->index) % NAMES;
        all->seen[me->index][which] = hf_native(thread, names[which]);
    }
    HF_CREW_CHECK(me, hf_native(thread, own_names[me->index]) != NULL);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void threads_that_ask_at_once_get_the_same_functions(void **state)
{
    (void)state;
    uint64_t rounds = hf_crew_effort(60);
    for (uint64_t round = 0; round < rounds; round++) {
        int64_t live = hfi_alloc_live();
        shared all = { 0 };
        hf_crew crew = { 0 };
        hf_crew_reports reports = { 0 };
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
        options.report = hf_crew_report;
        options.report_user = &reports;
        options.heap_reserve_bytes = UINT64_C(64) << 20;
        assert_int_equal(hf_runtime_create(&options, &all.runtime), HF_OK);
        hf_crew_start(&crew, MEMBERS, ask, &all);
        hf_crew_join(&crew);
        assert_int_equal(atomic_load(&all.added), 1);
        assert_int_equal(atomic_load(&reports.count), MEMBERS - 1); /* "already there" */
        for (unsigned i = 0; i < NAMES; i++) {
            assert_non_null(all.seen[0][i]);
            for (unsigned other = 1; other < MEMBERS; other++) {
                assert_ptr_equal(all.seen[other][i], all.seen[0][i]);
            }
        }
        hf_runtime_destroy(all.runtime, &leaks);
        assert_int_equal(leaks.functions, 0);
        assert_int_equal(hfi_alloc_live(), live);
    }
}

int main(void)
{
    for (unsigned i = 0; i < NAMES; i++) {
        rows[i] = (hf_native_row){ names[i], HF_TESTLIB_PATH, prototype, NULL, 0 };
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_ask_at_once_get_the_same_functions),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
