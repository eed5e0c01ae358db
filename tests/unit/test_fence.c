/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Fences: left by every way out, nested, misused, and two threads with one buffer.
 */

#include "managed.h"

#include "fence/fence.h"

#include <string.h>

#define NOINLINE __attribute__((noinline))

static const hf_site here = { "test_fence.c", 4711 };

static void make(managed *m, hf_ref ref, size_t size)
{
    assert_int_equal(hf_bytes_create(m->thread, size, ref), HF_OK);
}

/* ---- left by every way out ---- */

static bool leave_by_return(managed *m, hf_ref ref)
{
    HF_FENCE(m->thread, fence, ref, NULL);
    return hf_fence_status(&fence) == HF_OK && m->thread->records != NULL;
}

static void fence_ends_with_its_block_however_that_is_left(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        for (int i = 0; i < 3; i++) {
            HF_FENCE(m.thread, fence, ref, NULL);
            if (i == 0) {
                continue;
            }
            if (i == 1) {
                break;
            }
        }
        assert_null(m.thread->records);
        assert_true(leave_by_return(&m, ref));
        assert_null(m.thread->records);
        {
            HF_FENCE(m.thread, fence, ref, NULL);
            if (m.thread->records) {
                goto out;
            }
            assert_int_equal(hf_fence_end(&fence), HF_OK);
        }
    out:
        assert_null(m.thread->records);
    }
    managed_end(&m);
}

static void fence_lends_address_and_size_until_its_end(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    const size_t sizes[] = { 0, 1, 100, 8000, 100000 };
    for (size_t i = 0; i < 5; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, sizes[i]);
        hf_span span;
        HF_FENCE(m.thread, fence, ref, &span);
        assert_int_equal(hf_fence_status(&fence), HF_OK);
        assert_ptr_equal(span.data, (void *)(managed_address(ref) + 16));
        assert_int_equal(span.size, sizes[i]);
        hf_clear(ref); /* whatever happens to the slot */
        memset(span.data, 0x5a, span.size);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        for (size_t at = 0; at < span.size; at++) {
            if (((unsigned char *)span.data)[at] != 0x5a) {
                fail();
            }
        }
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
    managed_end(&m);
}

static void fences_nest_and_two_may_lend_one_buffer(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref a = hf_local(m.thread), b = hf_local(m.thread);
        make(&m, a, 64);
        make(&m, b, 64);
        HF_FENCE(m.thread, first, a, NULL);
        uintptr_t where = managed_address(a);
        {
            HF_FENCE(m.thread, second, b, NULL);
            HF_FENCE(m.thread, third, a, NULL);
            assert_int_equal(hf_fence_status(&third), HF_OK);
        }
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(managed_address(a), where);
        assert_int_equal(hf_fence_end(&first), HF_OK);
        assert_null(m.thread->records);
    }
    managed_end(&m);
}

static void fences_of_one_function_nest_in_any_layout(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        hf_fence fences[3];
        const int orders[2][3] = { { 0, 1, 2 }, { 2, 1, 0 } };
        for (int i = 0; i < 2; i++) {
            const int *at = orders[i];
            for (int depth = 0; depth < 3; depth++) {
                assert_int_equal(
                    hf_fence_begin(m.thread, &fences[at[depth]], ref, NULL, "nested", here), HF_OK);
            }
            for (int depth = 2; depth >= 0; depth--) {
                assert_int_equal(hf_fence_end(&fences[at[depth]]), HF_OK);
            }
        }
    }
    managed_end(&m);
}

static void fence_may_end_inside_a_frame_that_it_encloses(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        HF_FENCE(m.thread, outer, ref, NULL);
        HF_FENCE(m.thread, inner, ref, NULL);
        {
            HF_FRAME(m.thread);
            assert_int_equal(hf_fence_end(&inner), HF_OK);
        }
        assert_ptr_equal(m.thread->records, &outer.record_);
        assert_int_equal(hf_fence_end(&outer), HF_OK);
    }
    managed_end(&m);
}

/* ---- misuse ---- */

static void fence_ended_twice_is_reported_by_name(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        HF_FENCE(m.thread, mine, ref, NULL);
        assert_int_equal(hf_fence_end(&mine), HF_OK);
        assert_int_equal(hf_fence_end(&mine), HF_E_MISUSE);
        managed_report report = managed_expect(&m, "hf_fence_end", "ended already");
        assert_string_equal(report.argument, "mine");
        assert_int_equal(hf_fence_end(NULL), HF_E_NULL);
    }
    managed_end(&m);
}

static void fence_ended_out_of_order_is_reported_by_name(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        HF_FENCE(m.thread, around, ref, NULL);
        HF_FENCE(m.thread, outer, ref, NULL);
        HF_FENCE(m.thread, inner, ref, NULL);
        assert_int_equal(hf_fence_end(&outer), HF_E_MISUSE);
        managed_report report = managed_expect(&m, "hf_fence_end", "without hf_fence_end()");
        assert_string_equal(report.argument, "inner");
        assert_int_equal(hf_fence_end(&inner), HF_E_MISUSE);
        report = managed_expect(&m, "hf_fence_end", "ended already");
        assert_string_equal(report.argument, "inner");
        assert_ptr_equal(m.thread->records, &around.record_);
    }
    managed_end(&m);
}

static void fence_refuses_what_cannot_be_lent(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), null = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, 3, array), HF_OK);
        hf_span span = { &span, 7 };
        hf_fence fence;
        const hf_slot *given[] = { array, null, NULL };
        const hf_status expected[] = { HF_E_NOT_LENDABLE, HF_E_NULL, HF_E_SLOTS };
        for (int i = 0; i < 3; i++) {
            assert_int_equal(hf_fence_begin(m.thread, &fence, given[i], &span, "bad", here),
                             expected[i]);
            assert_null(span.data);
            assert_int_equal(span.size, 0);
            assert_int_equal(hf_fence_status(&fence), expected[i]);
            assert_int_equal(hf_fence_end(&fence), HF_OK);
            assert_int_equal(managed_expect(&m, "hf_fence_begin", "").line, 4711);
            hf_pin *pin = (hf_pin *)(uintptr_t)8;
            assert_int_equal(hf_pin_create(m.thread, given[i], &pin), expected[i]);
            assert_null(pin);
            managed_expect(&m, "hf_pin_create", "");
        }
        assert_int_equal(hf_fence_begin(NULL, &fence, array, &span, "bad", here), HF_E_NULL);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_int_equal(hf_fence_begin(m.thread, NULL, array, &span, "bad", here), HF_E_NULL);
    }
    managed_end(&m);
}

static void fence_in_native_state_is_refused(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        hf_fence fence;
        assert_int_equal(hf_native_begin(m.thread), HF_OK);
        assert_int_equal(hf_fence_begin(m.thread, &fence, ref, NULL, "late", here), HF_E_DETACHED);
        assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
        managed_expect(&m, "hf_fence_begin", "native state");
        assert_int_equal(hf_fence_end(&fence), HF_OK);
    }
    managed_end(&m);
}

static NOINLINE void leave_open(hf_thread *thread, hf_ref ref)
{
    hf_fence fence;
    (void)hf_fence_begin(thread, &fence, ref, NULL, "forgotten", (hf_site){ "leaver.c", 51 });
}

static void fence_left_open_is_found_and_the_others_go_on(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        HF_FENCE(m.thread, outer, ref, NULL);
        for (int i = 0; i < 3; i++) {
            leave_open(m.thread, ref);
        }
        assert_int_equal(hf_fence_end(&outer), HF_E_MISUSE);
        assert_null(m.thread->records);
        assert_in_range(managed_reports(&m), 1, 3);
        while (managed_reports(&m)) {
            hfp_mutex_lock(&m.lock);
            m.count--;
            hfp_mutex_unlock(&m.lock);
        }
    }
    managed_end(&m);
}

/* ---- two threads, one buffer ---- */

typedef struct other {
    managed *m;
    hf_global *global;
    uintptr_t address;
    _Atomic(int) step;
    hf_status verdict;
} other;

static void wait_for(other *o, int step)
{
    while (atomic_load(&o->step) < step) {
        hfp_sleep_ns(100000);
    }
}

static hf_status fence_global(other *o, hf_thread *thread)
{
    hf_span span;
    hf_native_error error;
    HF_FRAME(thread);
    hf_ref ref = hf_local(thread);
    hf_status status = hf_global_load(o->global, ref);
    HF_FENCE(thread, fence, ref, &span);
    o->address = (uintptr_t)span.data;
    atomic_store(&o->step, 1);
    hf_status crossed = HF_NATIVE_CALL_VOID(thread, &error, wait_for(o, 2));
    ((char *)span.data)[0] = 42;
    hf_status ended = hf_fence_end(&fence);
    return status != HF_OK ? status : crossed != HF_OK ? crossed : ended;
}

static void run_other(void *user)
{
    other *o = user;
    hf_thread *thread;
    o->verdict = hf_thread_attach(o->m->runtime, &thread);
    if (o->verdict == HF_OK) {
        o->verdict = fence_global(o, thread);
        hf_status detached = hf_thread_detach(thread);
        o->verdict = o->verdict == HF_OK ? detached : o->verdict;
    }
}

static void two_threads_fence_one_buffer_without_knowing(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    other o = { .m = &m };
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 64);
        assert_int_equal(hf_global_create(m.thread, ref, &o.global), HF_OK);
        hfp_thread thread;
        assert_int_equal(hfp_thread_start(&thread, "other", run_other, &o), HF_OK);
        assert_int_equal(HF_NATIVE_CALL_VOID(m.thread, NULL, wait_for(&o, 1)), HF_OK);
        for (int i = 0; i < 5; i++) {
            hf_span span;
            assert_int_equal(hf_global_load(o.global, ref), HF_OK);
            HF_FENCE(m.thread, mine, ref, &span);
            assert_int_equal(hf_collect(m.thread), HF_OK);
            assert_int_equal((uintptr_t)span.data, o.address);
        }
        assert_int_equal(hf_collect(m.thread), HF_OK); /* ours has ended, the other's holds */
        assert_int_equal(managed_address(ref) + 16, o.address);
        atomic_store(&o.step, 2);
        assert_int_equal(HF_NATIVE_CALL_VOID(m.thread, NULL, hfp_thread_join(&thread)), HF_OK);
        assert_int_equal(o.verdict, HF_OK);
        char byte;
        assert_int_equal(hf_bytes_read(ref, 0, &byte, 1), HF_OK);
        assert_int_equal(byte, 42);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_not_equal(managed_address(ref) + 16, o.address);
        hf_global_destroy(m.thread, o.global);
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fence_ends_with_its_block_however_that_is_left),
        cmocka_unit_test(fence_lends_address_and_size_until_its_end),
        cmocka_unit_test(fences_nest_and_two_may_lend_one_buffer),
        cmocka_unit_test(fences_of_one_function_nest_in_any_layout),
        cmocka_unit_test(fence_may_end_inside_a_frame_that_it_encloses),
        cmocka_unit_test(fence_ended_twice_is_reported_by_name),
        cmocka_unit_test(fence_ended_out_of_order_is_reported_by_name),
        cmocka_unit_test(fence_refuses_what_cannot_be_lent),
        cmocka_unit_test(fence_in_native_state_is_refused),
        cmocka_unit_test(fence_left_open_is_found_and_the_others_go_on),
        cmocka_unit_test(two_threads_fence_one_buffer_without_knowing),
    };
    return cmocka_run_group_tests_name("fence", tests, NULL, NULL);
}
