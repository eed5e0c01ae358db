/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=240 */

/*
 * A runtime that ends while eight threads that it did not make go in and out of it,
 * and many that come and go one after another.
 *
 * A thread notes itself with an embedder's counter before it attaches and after it detached, as
 * the contract wants: all are detached when the end begins.  What races is what stands around
 * that: threads that died attached, callbacks on foreign threads, calls in flight.
 */

#include "crew.h"
#include "hf_test.h"

#include "base/alloc.h"
#include "base/parts.h"
#include "managed.h"
#include "process.h"
#include "runner/runner.h"
#include "thread/thread.h"

#include <holdfast.h>

#include <stdlib.h>

#define THREADS     8
#define MILLISECOND UINT64_C(1000000)

static hf_crew_reports reports;
static _Atomic(unsigned) finalized;
static _Atomic(unsigned) released;

static void count_final(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    (void)user;
    atomic_fetch_add(&finalized, 1);
}

static hf_status count_release(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    atomic_fetch_add(&released, 1);
    return HF_OK;
}

static const hf_resource_class counted_class = {
    .struct_size = (uint32_t)sizeof(hf_resource_class),
    .name = "counted",
    .release = count_release,
    .on_leak = HF_LEAK_RELEASE,
};

typedef struct party {
    hf_runtime *runtime;
    _Atomic(unsigned) inside;
    _Atomic(unsigned) started;
    _Atomic(unsigned) made; /* resources */
    _Atomic(bool) is_closing;
} party;

static hf_runtime *create(void)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    hf_runtime *runtime;
    options.report = hf_crew_report;
    options.report_user = &reports;
    options.heap_reserve_bytes = UINT64_C(64) << 20;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    return runtime;
}

/* ---- starting once ---- */

static void need_the_runner(hf_crew_member *me)
{
    party *shared = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(shared->runtime, &thread) == HF_OK)) {
        return;
    }
    atomic_fetch_add(&shared->started, 1);
    while (atomic_load(&shared->started) < THREADS) {
        HF_CREW_CHECK(me, hf_safepoint(thread) == HF_OK);
    }
    HF_CREW_CHECK(me, hfi_runner_need(thread->parts->runner, thread) == HF_OK);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void runner_is_started_once_by_eight_threads_that_need_it(void **state)
{
    (void)state;
    unsigned rounds = managed_rounds(20, 5);
    for (unsigned i = 0; i < rounds; i++) {
        party shared = { .runtime = create() };
        hf_crew crew = { 0 };
        hf_crew_start(&crew, THREADS, need_the_runner, &shared);
        hf_crew_join(&crew);
        assert_int_equal(hfi_world_thread_count(hfi_parts_of(shared.runtime)->world), 1);
        hf_runtime_destroy(shared.runtime, NULL);
    }
}

/* ---- eight foreign threads ---- */

/** One visit: attach, make something that dies, and something that leaks; detach or not. */
static void visit(hf_crew_member *me, party *shared)
{
    hf_thread *thread;
    hf_status status = hf_thread_attach(shared->runtime, &thread);
    if (!HF_CREW_CHECK(me, status == HF_OK)) {
        return;
    }
    {
        HF_FRAME(thread);
        hf_ref ref = hf_local(thread);
        HF_CREW_CHECK(me, hf_array_create(thread, 4, ref) == HF_OK);
        HF_CREW_CHECK(me, hf_finalizer_set(thread, ref, count_final, NULL) == HF_OK);
        HF_CREW_CHECK(me, hf_resource_create(thread, &counted_class, 1, ref) == HF_OK);
        atomic_fetch_add(&shared->made, 1);
        HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
        hfp_thread_yield();
        HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_OK);
        if (me->work % 16 == me->index) {
            HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
        }
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void come_and_go(hf_crew_member *me)
{
    party *shared = me->user;
    for (;;) {
        atomic_fetch_add(&shared->inside, 1);
        if (atomic_load(&shared->is_closing)) { /* pairs with end_party(): one of the two sees */
            atomic_fetch_sub(&shared->inside, 1);
            return;
        }
        visit(me, shared);
        me->work++;
        atomic_fetch_sub(&shared->inside, 1);
    }
}

static void end_party(party *shared, hf_runtime_leaks *leaks)
{
    atomic_store(&shared->is_closing, true);
    while (atomic_load(&shared->inside) != 0) {
        hfp_thread_yield();
    }
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.live = HF_LIVE_RUN;
    assert_int_equal(hf_runtime_end(shared->runtime, &options, leaks), HF_OK);
}

static void shutdown_under_eight_foreign_threads_runs_and_releases_each_once(void **state)
{
    (void)state;
    unsigned rounds = managed_rounds(10, 3);
    for (unsigned i = 0; i < rounds; i++) {
        int64_t live = hfi_alloc_live();
        party shared = { .runtime = create() };
        hf_crew crew = { 0 };
        hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
        atomic_store(&finalized, 0);
        atomic_store(&released, 0);
        atomic_store(&reports.count, 0);
        hf_crew_start(&crew, THREADS, come_and_go, &shared);
        hfp_sleep_ns(20 * MILLISECOND);

        end_party(&shared, &leaks);
        hf_crew_join(&crew);

        unsigned made = atomic_load(&shared.made);
        assert_int_equal(atomic_load(&finalized), made);
        assert_int_equal(atomic_load(&released), made);
        assert_int_equal(leaks.threads, 0);
        assert_int_equal(leaks.finalizers, 0);
        assert_int_equal(atomic_load(&reports.count), 0);
        assert_int_equal(hfi_alloc_live(), live);
    }
}

/* ---- a thousand times ---- */

static void shutdown_a_thousand_times_leaves_nothing(void **state)
{
    (void)state;
    unsigned rounds = managed_rounds(1000, 100);
    int64_t live = 0;
    uint64_t open = 0;
    uint64_t threads = 0;
    uint64_t resident = 0;
    for (unsigned i = 0; i < rounds; i++) {
        if (i == 10) { /* what systems and sanitizers make once is there by now */
            live = hfi_alloc_live();
            hf_process_figures(&threads, &open, &resident);
        }
        party shared = { .runtime = create() };
        hf_crew_member me = { .user = &shared };
        hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
        visit(&me, &shared);
        assert_null(me.broken);
        end_party(&shared, &leaks);
    }
    uint64_t threads_now, open_now, resident_now;
    hf_process_figures(&threads_now, &open_now, &resident_now);
    assert_int_equal(hfi_alloc_live(), live);
    assert_int_equal(threads_now, threads);
    assert_int_equal(open_now, open);
    /* Pages come and go with the C library; a leak of one page a round would be many megabytes.
     * The address sanitizer keeps what was freed, and counts it by itself. */
    assert_true(HF_UNDER_ASAN || resident_now < resident + (UINT64_C(3) << 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runner_is_started_once_by_eight_threads_that_need_it),
        cmocka_unit_test(shutdown_under_eight_foreign_threads_runs_and_releases_each_once),
        cmocka_unit_test(shutdown_a_thousand_times_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
