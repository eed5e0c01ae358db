/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * The store→load order that stops the world (thread/stop.c).
 *
 * First a model of the protocol without the order: a thread stores its state and
 * looks at its gate, a collector stores the gate and looks at the state, with
 * plain stores and loads.  Both may then read the old value, and the thread counts
 * while it is taken for stopped.  Seen on a two-core x86-64 virtual machine, gcc 12
 * -O2, 0.7 s each: 24.1 million stops with a changed count in 730 of them, 22.7 with
 * 942, 19.5 with 1166; at -O0 none in 3.1 million, or 19274 in 1.0 million, as the
 * two processors happened to lie.  Where a machine does not show it the model says
 * so, and nothing fails.  With the process barrier taken out of thread/stop.c the
 * tests of barrier mode failed six times in six, with 46 to 2404 changed counts.
 *
 * Then the same count with the real protocol, in both modes: never.
 */

#include "crew.h"
#include "hf_test.h"

#include "base/parts.h"
#include "thread/thread.h"

#include <holdfast.h>

#define NS_PER_MS UINT64_C(1000000)
#define MODEL_MS  700
#define REAL_MS   400
#define MUTATORS  1

/* ---- the model ---- */

/* On lines of their own, so that a store has a miss to wait for. */
typedef struct model {
    _Alignas(128) _Atomic(uint32_t) is_managed;
    _Alignas(128) _Atomic(uint32_t) gate;
    _Alignas(128) _Atomic(uint64_t) count; /* relaxed: plain moves, but no data race */
} model;

static void bump(_Atomic(uint64_t) *count)
{
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

static void model_mutator(hf_crew_member *me)
{
    model *m = me->user;
    while (!hf_crew_is_over(me)) {
        atomic_store_explicit(&m->is_managed, 1, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst);
        if (atomic_load_explicit(&m->gate, memory_order_acquire)) {
            atomic_store_explicit(&m->is_managed, 0, memory_order_release);
            while (atomic_load_explicit(&m->gate, memory_order_relaxed) && !hf_crew_is_over(me)) {
            }
            continue;
        }
        bump(&m->count);
        bump(&m->count);
        atomic_store_explicit(&m->is_managed, 0, memory_order_release);
    }
    atomic_store_explicit(&m->is_managed, 0, memory_order_release);
}

static bool count_changes(_Atomic(uint64_t) *count)
{
    uint64_t before = atomic_load_explicit(count, memory_order_relaxed);
    for (int i = 0; i < 50; i++) {
        if (atomic_load_explicit(count, memory_order_relaxed) != before) {
            return true;
        }
    }
    return false;
}

static void model_without_order_lets_the_heap_change_while_stopped(void **state)
{
    (void)state;
    static model m;
    hf_crew crew = { 0 };
    uint64_t stops = 0;
    uint64_t faults = 0;
    uint64_t end = hfp_clock_ns() + hf_crew_effort(MODEL_MS) * NS_PER_MS;
    hf_crew_start(&crew, 1, model_mutator, &m);

    while (hfp_clock_ns() < end) {
        for (int i = 0; i < 100; i++) {
            atomic_store_explicit(&m.gate, 1, memory_order_relaxed);
            atomic_signal_fence(memory_order_seq_cst);
            while (atomic_load_explicit(&m.is_managed, memory_order_acquire)) {
            }
            faults += count_changes(&m.count);
            stops++;
            atomic_store_explicit(&m.gate, 0, memory_order_release);
        }
    }
    hf_crew_end(&crew);

    print_message("model without order: %llu stops, heap changed in %llu of them%s\n",
                  (unsigned long long)stops, (unsigned long long)faults,
                  faults ? "" : " (this machine does not show the fault)");
    assert_true(stops > 0);
}

/* ---- the protocol ---- */

typedef struct real {
    hf_runtime *runtime;
    _Alignas(128) _Atomic(uint64_t) count[MUTATORS];
} real;

static void crossing_mutator(hf_crew_member *me)
{
    real *r = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(r->runtime, &thread) == HF_OK)) {
        return;
    }
    _Atomic(uint64_t) *count = &r->count[me->index];
    hfi_enter(thread);
    while (!hf_crew_is_over(me)) {
        if ((me->work & 255) == 0) {
            hfi_leave(thread);
            HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
            HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_OK);
            hfi_enter(thread);
        }
        hfi_leave(thread);
        bump(count);
        bump(count);
        hfi_enter(thread);
        me->work++;
    }
    hfi_leave(thread);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static uint64_t changed_while_stopped(real *r)
{
    uint64_t changed = 0;
    for (int i = 0; i < MUTATORS; i++) {
        changed += count_changes(&r->count[i]);
    }
    return changed;
}

static void stop_for_a_while(hf_fence_mode mode, bool is_attached)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.fence_mode = mode;
    static real r;
    hf_status status = hf_runtime_create(&options, &r.runtime);
    if (mode == HF_FENCE_BARRIER && !hfp_features_get()->has_process_barrier) {
        assert_int_equal(status, HF_E_UNSUPPORTED);
        skip();
    }
    assert_int_equal(status, HF_OK);
    hfi_world *world = hfi_parts_of(r.runtime)->world;
    hf_thread *self = NULL;
    if (is_attached) {
        assert_int_equal(hf_thread_attach(r.runtime, &self), HF_OK);
    }
    hf_crew crew = { 0 };
    uint64_t changed = 0;
    uint64_t stops = 0;
    uint64_t end = hfp_clock_ns() + hf_crew_effort(REAL_MS) * NS_PER_MS;
    hf_crew_start(&crew, MUTATORS, crossing_mutator, &r);

    while (hfp_clock_ns() < end) {
        hfi_world_stop(world, self);
        changed += changed_while_stopped(&r);
        hfi_world_resume(world, self);
        stops++;
        /* Until it is back in the midst of its crossings. */
        for (volatile uint64_t i = stops % 64 * 64; i != 0; i--) {
        }
    }
    if (self) {
        assert_int_equal(hf_thread_detach(self), HF_OK);
    }
    hf_crew_end(&crew);

    print_message("%s mode: %llu stops, %llu crossings, changed in %llu\n",
                  mode == HF_FENCE_BARRIER ? "barrier" : "exchange", (unsigned long long)stops,
                  (unsigned long long)crew.member[0].work, (unsigned long long)changed);
    assert_int_equal(changed, 0);
    assert_true(stops > 0 && crew.member[0].work > 0);
    hf_runtime_destroy(r.runtime, NULL);
}

static void stop_holds_the_heap_still_in_exchange_mode(void **state)
{
    (void)state;
    stop_for_a_while(HF_FENCE_EXCHANGE, false);
}

static void stop_holds_the_heap_still_in_barrier_mode(void **state)
{
    (void)state;
    stop_for_a_while(HF_FENCE_BARRIER, false);
}

static void stop_by_an_attached_thread_holds_the_heap_still_in_barrier_mode(void **state)
{
    (void)state;
    stop_for_a_while(HF_FENCE_BARRIER, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_without_order_lets_the_heap_change_while_stopped),
        cmocka_unit_test(stop_holds_the_heap_still_in_exchange_mode),
        cmocka_unit_test(stop_holds_the_heap_still_in_barrier_mode),
        cmocka_unit_test(stop_by_an_attached_thread_holds_the_heap_still_in_barrier_mode),
    };
    return cmocka_run_group_tests_name("stop_order", tests, NULL, NULL);
}
