/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Out of memory at each place where it can happen, one after another, for each kind of allocation
 * and for a collection: the status says so, the heap is sound, nothing leaks, and the same works
 * once there is memory again.
 */

#include "managed.h"

#include "base/alloc.h"

#include <string.h>

typedef hf_status (*action)(managed *m, hf_ref out);

static hf_type *record_type;
static hf_type *big_type;

static hf_status make_small(managed *m, hf_ref out)
{
    return hf_bytes_create(m->thread, 100, out);
}

static hf_status make_medium(managed *m, hf_ref out)
{
    return hf_bytes_create(m->thread, 8000, out);
}

static hf_status make_large(managed *m, hf_ref out)
{
    return hf_bytes_create(m->thread, 1 << 20, out);
}

static hf_status make_aligned(managed *m, hf_ref out)
{
    hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
    options.alignment = 4096;
    return hf_bytes_create_with(m->thread, 100, &options, out);
}

static hf_status make_immovable(managed *m, hf_ref out)
{
    hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
    options.flags = HF_BYTES_IMMOVABLE;
    return hf_bytes_create_with(m->thread, 100, &options, out);
}

static hf_status make_array(managed *m, hf_ref out)
{
    return hf_array_create(m->thread, 100, out);
}

static hf_status make_large_array(managed *m, hf_ref out)
{
    return hf_array_create(m->thread, 100000, out);
}

static hf_status make_record(managed *m, hf_ref out)
{
    return hf_record_create(m->thread, record_type, out);
}

static hf_status make_big_record(managed *m, hf_ref out)
{
    return hf_record_create(m->thread, big_type, out);
}

static hf_status collect(managed *m, hf_ref out)
{
    (void)out;
    return hf_collect(m->thread);
}

static hf_status check(managed *m, hf_ref out)
{
    (void)out;
    return hf_heap_check(m->thread);
}

static const action actions[] = { make_small,       make_medium,    make_large,
                                  make_aligned,     make_immovable, make_array,
                                  make_large_array, make_record,    make_big_record,
                                  collect,          check };
#define ACTIONS (sizeof actions / sizeof actions[0])

static void register_types(managed *m)
{
    static const hf_type_descriptor record = { sizeof(hf_type_descriptor), "record", 40, NULL, 0 };
    static const hf_type_descriptor big = { sizeof(hf_type_descriptor), "big", 60000, NULL, 0 };
    assert_int_equal(hf_type_register(m->runtime, &record, &record_type), HF_OK);
    assert_int_equal(hf_type_register(m->runtime, &big, &big_type), HF_OK);
}

/* Some live objects of every kind, one of them pinned by the caller's fence. */
static void populate(managed *m, hf_ref array, hf_ref pinned)
{
    assert_int_equal(hf_array_create(m->thread, 300, array), HF_OK);
    HF_FRAME(m->thread);
    hf_ref ref = hf_local(m->thread);
    for (uint32_t i = 0; i < 300; i++) {
        assert_int_equal(hf_bytes_create(m->thread, i % 100 == 7 ? 20000 : 50 + i, ref), HF_OK);
        assert_int_equal(hf_bytes_write(ref, 0, &i, sizeof i), HF_OK);
        assert_int_equal(hf_store_at(m->thread, array, i, ref), HF_OK);
        if (i == 150) {
            hf_copy(pinned, ref);
        }
    }
}

static void assert_population(managed *m, hf_ref array)
{
    HF_FRAME(m->thread);
    hf_ref ref = hf_local(m->thread);
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t number = 0;
        assert_int_equal(hf_load_at(array, i, ref), HF_OK);
        assert_int_equal(hf_bytes_read(ref, 0, &number, sizeof number), HF_OK);
        assert_int_equal(number, i);
    }
    assert_int_equal(hf_heap_check(m->thread), HF_OK);
}

/* Lets fault point `nth` and the next `times` - 1 fail during the action; true if it was reached.
 */
static bool fail_at(managed *m, action act, uint64_t nth, uint64_t times, bool is_filled)
{
    HF_FRAME(m->thread);
    hf_ref array = hf_local(m->thread), pinned = hf_local(m->thread), out = hf_local(m->thread);
    if (is_filled) {
        populate(m, array, pinned);
    } else {
        assert_int_equal(hf_bytes_create(m->thread, 1, pinned), HF_OK);
    }
    HF_FENCE(m->thread, fence, pinned, NULL);
    assert_int_equal(hf_fence_status(&fence), HF_OK);
    hfi_fault_arm(nth, times);
    hf_status status = act(m, out);
    bool reached = hfi_fault_disarm() >= nth;
    assert_true(status == HF_OK || status == HF_E_NOMEM);
    if (status != HF_OK) {
        assert_true(hf_is_null(out));
    }
    assert_int_equal(hf_heap_check(m->thread), HF_OK);
    assert_int_equal(act(m, out), HF_OK);
    if (is_filled) {
        assert_population(m, array);
    }
    return reached;
}

static void sweep(uint64_t times, bool is_filled, uint32_t stress)
{
    for (size_t a = 0; a < ACTIONS; a++) {
        bool reached = true;
        for (uint64_t nth = 1; reached && nth < 60; nth++) {
            hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
            options.nursery_bytes = 1 << 20;
            options.stress_every = stress;
            managed m;
            managed_begin(&m, &options);
            register_types(&m);
            reached = fail_at(&m, actions[a], nth, times, is_filled);
            managed_end(&m);
        }
    }
}

static void heap_survives_each_single_failure_in_a_fresh_heap(void **state)
{
    (void)state;
    sweep(1, false, 0);
}

static void heap_survives_each_single_failure_in_a_filled_heap(void **state)
{
    (void)state;
    sweep(1, true, 0);
}

static void heap_survives_when_everything_fails_from_some_point_on(void **state)
{
    (void)state;
    sweep(UINT64_MAX, false, 0);
    sweep(UINT64_MAX, true, 0);
}

static void heap_survives_failures_of_a_collection_under_stress(void **state)
{
    (void)state;
    sweep(1, false, 1000000);
    sweep(UINT64_MAX, true, 1000000);
}

static void runtime_that_cannot_be_made_leaves_nothing(void **state)
{
    (void)state;
    bool reached = true;
    for (uint64_t nth = 1; reached; nth++) {
        int64_t live = hfi_alloc_live();
        hf_runtime *runtime;
        hf_thread *thread;
        hfi_fault_arm(nth, 1);
        hf_status status = hf_runtime_create(NULL, &runtime);
        hf_status attached = status == HF_OK ? hf_thread_attach(runtime, &thread) : HF_OK;
        reached = hfi_fault_disarm() >= nth;
        if (status == HF_OK && attached == HF_OK) {
            assert_int_equal(hf_thread_detach(thread), HF_OK);
        }
        hf_runtime_destroy(runtime, NULL);
        assert_int_equal(hfi_alloc_live(), live);
        assert_true(nth < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_survives_each_single_failure_in_a_fresh_heap),
        cmocka_unit_test(heap_survives_each_single_failure_in_a_filled_heap),
        cmocka_unit_test(heap_survives_when_everything_fails_from_some_point_on),
        cmocka_unit_test(heap_survives_failures_of_a_collection_under_stress),
        cmocka_unit_test(runtime_that_cannot_be_made_leaves_nothing),
    };
    return cmocka_run_group_tests_name("fault_heap", tests, NULL, NULL);
}
