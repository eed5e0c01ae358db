/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=240 */

/*
 * What finalizers may do, and what a queue costs that grows while one of them blocks.
 */

#include "hf_test.h"

#include "base/parts.h"
#include "lifetimes.h"
#include "runner/inside.h"

#include <string.h>

#define MILLISECOND UINT64_C(1000000)

static int begin(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    return 0;
}

static void arm_and_drop(hf_finalizer_fn run, void *user)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, run, user), HF_OK);
}

/* ---- what they may do ---- */

typedef struct worker {
    lifetimes_ticket ticket;
    lifetimes_ticket second; /* of the object that the run made and armed */
    hf_status status;        /* the first that was not HF_OK */
    bool is_whole;
} worker;

static void note(worker *w, hf_status status)
{
    w->status = w->status == HF_OK ? status : w->status;
}

/* Allocates more than a nursery, arms what it made and itself again, and collects twice. */
static void work_hard(hf_thread *runner, hf_ref object, void *user)
{
    worker *w = user;
    HF_FRAME(runner);
    hf_ref fresh = hf_local(runner);
    hf_ref kept = hf_local(runner);
    note(w, hf_bytes_create(runner, 8, kept));
    note(w, hf_bytes_write(kept, 0, "holdfast", 8));
    note(w, hf_store_at(runner, object, 0, kept));
    hf_clear(kept);
    size_t bytes = lifetimes_is_stress() ? 1000 : 100000;
    for (int i = 0; i < 100; i++) {
        note(w, hf_bytes_create(runner, bytes, fresh));
    }
    note(w, hf_array_create(runner, 2, fresh));
    note(w, hf_finalizer_set(runner, fresh, lifetimes_finalize, &w->second));
    hf_clear(fresh);
    note(w, hf_collect(runner));
    note(w, hf_collect(runner));
    char text[8] = { 0 };
    note(w, hf_load_at(object, 0, kept));
    note(w, hf_bytes_read(kept, 0, text, 8));
    w->is_whole = memcmp(text, "holdfast", 8) == 0;
    note(w, hf_finalizer_set(runner, object, lifetimes_finalize, &w->ticket)); /* once more */
    lifetimes_finalize(runner, object, &w->ticket);
}

static void runner_lets_finalizers_allocate_arm_and_collect(void **state)
{
    (void)state;
    worker w = { .ticket = { .all = &world, .number = 1 },
                 .second = { .all = &world, .number = 2 } };
    arm_and_drop(work_hard, &w);
    if (!lifetimes_is_stress()) {
        assert_int_equal(lifetimes_events(&world), 0);
    }
    for (int i = 0; i < 4; i++) {
        lifetimes_settle(&world);
    }
    assert_int_equal(w.status, HF_OK);
    assert_true(w.is_whole);
    assert_int_equal(lifetimes_events_of(&world, 1), 2); /* and armed again, once more */
    assert_int_equal(lifetimes_events_of(&world, 2), 1);
    assert_int_equal(lifetimes_reports(&world), 0);
    assert_int_equal(hf_heap_check(world.thread), HF_OK);
}

/* ---- a long queue ---- */

typedef struct obstacle {
    _Atomic(bool) is_reached;
    _Atomic(bool) is_lifted;
} obstacle;

static void stop_there(hf_thread *runner, hf_ref object, void *user)
{
    obstacle *block = user;
    (void)object;
    atomic_store(&block->is_reached, true);
    lifetimes_await(runner, &block->is_lifted);
}

static void count_run(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    atomic_fetch_add((_Atomic(uint64_t) *)user, 1);
}

/* The roots that the next collection will visit for the queue: what hfi_queue_visit() goes through.
 */
static uint64_t visits_of_the_queue(void)
{
    hfi_runner *runner = hfi_parts_of(world.runtime)->runner;
    uint64_t visits = 0;
    hfp_mutex_lock(&runner->queue_lock);
    hfi_queue_settle(&runner->queue);
    for (const hfi_work *work = runner->queue.loose; work; work = work->next) {
        visits++;
    }
    for (const hfi_segment *segment = runner->queue.segment; segment; segment = segment->next) {
        visits++;
    }
    hfp_mutex_unlock(&runner->queue_lock);
    return visits;
}

static void runner_queue_of_a_million_costs_a_collection_a_visit_for_each_segment(void **state)
{
    (void)state;
    uint64_t count = lifetimes_is_stress() ? 300 : 1000000;
    obstacle block = { 0 };
    _Atomic(uint64_t) runs = 0;
    arm_and_drop(stop_there, &block);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    lifetimes_await(world.thread, &block.is_reached);
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        for (uint64_t i = 0; i < count; i++) {
            assert_int_equal(hf_bytes_create(world.thread, 8, object), HF_OK);
            assert_int_equal(hf_finalizer_set(world.thread, object, count_run, &runs), HF_OK);
        }
    }
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_true(visits_of_the_queue() < count / HFI_SEGMENT_OBJECTS + 1 + HFI_SEGMENT_OBJECTS);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    assert_true(visits_of_the_queue() < count / HFI_SEGMENT_OBJECTS + 1 + HFI_SEGMENT_OBJECTS);
    assert_int_equal(atomic_load(&runs), 0);
    assert_int_equal(hf_runner_drain(world.thread, 20 * MILLISECOND), HF_E_TIMEOUT);
    assert_int_equal(atomic_load(&runs), 0);

    atomic_store(&block.is_lifted, true);
    assert_int_equal(hf_runner_drain(world.thread, UINT64_MAX), HF_OK);
    assert_int_equal(atomic_load(&runs), count);
    assert_int_equal(visits_of_the_queue(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runner_lets_finalizers_allocate_arm_and_collect, begin,
                                        lifetimes_teardown),
        cmocka_unit_test_setup_teardown(
            runner_queue_of_a_million_costs_a_collection_a_visit_for_each_segment, begin,
            lifetimes_teardown),
    };
    return cmocka_run_group_tests_name("runner_queue", tests, NULL, NULL);
}
