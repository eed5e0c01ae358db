/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Owning pins: ended by any thread, misused, without memory, and left standing.
 */

#include "managed.h"

#include "base/alloc.h"

#include <string.h>

static const hf_site here = { "test_pin.c", 4711 };

static void make(managed *m, hf_ref ref, size_t size)
{
    assert_int_equal(hf_bytes_create(m->thread, size, ref), HF_OK);
}

static void pin_holds_a_buffer_without_a_slot(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_pin *pin;
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 100);
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
    }
    hf_span span = hf_pin_span(pin);
    assert_int_equal(span.size, 100);
    memset(span.data, 3, 100);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        char byte;
        assert_int_equal(hf_pin_ref(pin, ref), HF_OK);
        assert_ptr_equal((void *)(managed_address(ref) + 16), span.data);
        assert_int_equal(hf_bytes_read(ref, 99, &byte, 1), HF_OK);
        assert_int_equal(byte, 3);
        assert_int_equal(hf_pin_ref(pin, NULL), HF_E_SLOTS);
        assert_int_equal(hf_pin_ref(NULL, ref), HF_E_NULL);
    }
    assert_null(hf_pin_span(NULL).data);
    assert_int_equal(hf_pin_create(m.thread, NULL, NULL), HF_E_NULL);
    hf_pin_destroy(pin);
    hf_pin_destroy(NULL);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
    managed_end(&m);
}

static void end_pin(void *user)
{
    hf_pin_destroy(user);
}

static void pin_ends_on_a_thread_that_is_not_attached(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    for (int i = 0; i < 10; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_pin *pins[3];
        make(&m, ref, 100);
        for (int p = 0; p < 3; p++) {
            assert_int_equal(hf_pin_create(m.thread, ref, &pins[p]), HF_OK);
        }
        hfp_thread thread;
        assert_int_equal(hfp_thread_start(&thread, "ender", end_pin, pins[1]), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        hfp_thread_join(&thread);
        uintptr_t where = managed_address(ref);
        assert_int_equal(HF_NATIVE_CALL_VOID(m.thread, NULL, hf_pin_destroy(pins[0])), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(managed_address(ref), where);
        hf_pin_destroy(pins[2]);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_not_equal(managed_address(ref), where);
    }
    managed_end(&m);
}

static void pin_destroyed_twice_is_reported_with_its_site(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_pin *pin;
        make(&m, ref, 8);
        assert_int_equal(hf_pin_create_at(m.thread, ref, &pin, here), HF_OK);
        hf_pin_destroy(pin);
        assert_null(hf_pin_span(pin).data);
        hf_pin_destroy(pin);
        assert_int_equal(managed_expect(&m, "hf_pin_destroy", "ended already").line, 4711);
    }
    managed_end(&m);
}

static void pin_destroyed_twice_does_not_end_a_later_one(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref first = hf_local(m.thread), second = hf_local(m.thread);
        hf_pin *old, *fresh;
        make(&m, first, 100);
        make(&m, second, 100);
        assert_int_equal(hf_pin_create(m.thread, first, &old), HF_OK);
        hf_pin_destroy(old);
        assert_int_equal(hf_pin_create(m.thread, second, &fresh), HF_OK);
        void *lent = hf_pin_span(fresh).data;

        hf_pin_destroy(old);

        managed_expect(&m, "hf_pin_destroy", "ended already");
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_ptr_equal(hf_pin_span(fresh).data, lent);
        assert_ptr_equal((void *)(managed_address(second) + 16), lent);
        hf_pin_destroy(fresh);
    }
    managed_end(&m);
}

static void pin_without_memory_is_a_status(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_pin *pin;
        make(&m, ref, 8);
        hfi_fault_arm(1, 1);
        hf_status status = hf_pin_create(m.thread, ref, &pin);
        hfi_fault_disarm();
        assert_int_equal(status, HF_E_NOMEM);
        assert_null(pin);
    }
    managed_end(&m);
}

static void pin_never_destroyed_is_reported_and_keeps_its_memory(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    static hf_pin *pins[2]; /* leads to what is kept: no leak to a sanitizer */
    for (int i = 0; i < 2; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, i == 0 ? 100 : 100000);
        assert_int_equal(hf_pin_create_at(m.thread, ref, &pins[i], here), HF_OK);
    }
    hf_span small = hf_pin_span(pins[0]), large = hf_pin_span(pins[1]);
    managed_close(&m);
    assert_int_equal(m.leaks.pins, 2);
    for (int i = 0; i < 2; i++) {
        managed_report report = managed_expect(&m, "hf_runtime_destroy", "never destroyed");
        assert_int_equal(report.kind, HF_REPORT_LEAK);
        assert_int_equal(report.line, 4711);
    }
    memset(small.data, 1, small.size); /* native code may still write there */
    memset(large.data, 1, large.size);
    hf_pin_destroy(pins[0]);
    hf_pin_destroy(pins[1]);
    assert_int_equal(managed_reports(&m), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pin_holds_a_buffer_without_a_slot),
        cmocka_unit_test(pin_ends_on_a_thread_that_is_not_attached),
        cmocka_unit_test(pin_destroyed_twice_is_reported_with_its_site),
        cmocka_unit_test(pin_destroyed_twice_does_not_end_a_later_one),
        cmocka_unit_test(pin_without_memory_is_a_status),
        cmocka_unit_test(pin_never_destroyed_is_reported_and_keeps_its_memory),
    };
    return cmocka_run_group_tests_name("pin", tests, NULL, NULL);
}
