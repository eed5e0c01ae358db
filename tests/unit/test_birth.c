/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Where objects were made, in checked mode: the table follows what moves and drops what dies, loses
 * nothing but sites for want of memory, and reports say what it knows.
 */

#include "crew.h"
#include "managed.h"

#include "base/alloc.h"
#include "heap/birth.h"
#include "thread/thread.h"

#include <stdio.h>

static void begin_checked(managed *m)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    managed_begin(m, &options);
}

static bool birth_of(const managed *m, const hf_slot *ref, hfi_birth *birth_out)
{
    return hfi_heap_birth(m->thread->parts->heap, managed_address(ref), birth_out);
}

static void assert_born_at(const managed *m, const hf_slot *ref, int line)
{
    hfi_birth birth;
    assert_true(birth_of(m, ref, &birth));
    assert_int_equal(birth.object, managed_address(ref));
    assert_string_equal(birth.site.file, __FILE__);
    assert_int_equal(birth.site.line, line);
}

static hf_type *register_record(managed *m)
{
    static const hf_type_descriptor record = { sizeof(hf_type_descriptor), "pair", 16, NULL, 0 };
    hf_type *type;
    assert_int_equal(hf_type_register(m->runtime, &record, &type), HF_OK);
    return type;
}

static void birth_is_where_the_maker_of_an_object_stands(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    {
        HF_FRAME(m.thread);
        hf_ref bytes = hf_local(m.thread), with = hf_local(m.thread);
        hf_ref record = hf_local(m.thread), array = hf_local(m.thread), large = hf_local(m.thread);
        hf_type *type = register_record(&m);
        int line = __LINE__;
        hf_status made[] = {
            hf_bytes_create(m.thread, 10, bytes),
            hf_bytes_create_with(m.thread, 10, NULL, with),
            hf_record_create(m.thread, type, record),
            hf_array_create(m.thread, 3, array),
            hf_bytes_create(m.thread, 100000, large),
        };

        for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
            assert_int_equal(made[i], HF_OK);
        }
        assert_born_at(&m, bytes, line + 2);
        assert_born_at(&m, with, line + 3);
        assert_born_at(&m, record, line + 4);
        assert_born_at(&m, array, line + 5);
        assert_born_at(&m, large, line + 6);
    }
    managed_end(&m);
}

static void birth_stays_with_an_object_that_moves(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    {
        HF_FRAME(m.thread);
        hf_ref small = hf_local(m.thread), large = hf_local(m.thread);
        int line = __LINE__;
        assert_int_equal(hf_bytes_create(m.thread, 40, small), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 50000, large), HF_OK);
        uint64_t number = hfi_heap_birth_number(m.thread->parts->heap, managed_address(small));
        assert_int_not_equal(number, 0);

        for (int i = 0; i < 20; i++) {
            uintptr_t before = managed_address(large);
            assert_int_equal(hfi_heap_collect_moving(m.thread), HF_OK);

            assert_int_not_equal(managed_address(large), before);
            assert_born_at(&m, small, line + 1);
            assert_born_at(&m, large, line + 2);
            assert_int_equal(hfi_heap_birth_number(m.thread->parts->heap, managed_address(small)),
                             number);
        }
    }
    managed_end(&m);
}

static void birth_of_an_object_that_died_is_told_of_its_place_alone(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hfi_heap *heap = m.thread->parts->heap;
        int line = __LINE__;
        assert_int_equal(hf_bytes_create(m.thread, 77, ref), HF_OK);
        uintptr_t was = managed_address(ref);
        hf_clear(ref);
        assert_int_equal(hf_collect(m.thread), HF_OK);

        hfi_birth birth;
        assert_false(hfi_heap_birth(heap, was, &birth));
        hf_report report = HF_REPORT_INIT;
        char text[96];
        assert_true(hfi_heap_tell_gone(heap, was + 16 + 76, &report, text, sizeof text));
        assert_string_equal(report.object, "bytes, 77 bytes");
        assert_int_equal(report.other_site.line, line + 1);
        assert_false(hfi_heap_tell_gone(heap, 4096, &report, text, sizeof text));
    }
    managed_end(&m);
}

static void birth_is_not_known_where_nothing_is_checked(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    if (m.thread->checked) {
        managed_end(&m);
        skip(); /* the environment checks every runtime */
    }
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 8, ref), HF_OK);
        hfi_birth birth;
        assert_false(birth_of(&m, ref, &birth));
    }
    managed_end(&m);
}

/* ---- many ---- */

static void birth_is_kept_for_a_hundred_thousand_objects(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    const uint32_t count = managed_is_stress() ? 1500 : 100000;
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), one = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, count, array), HF_OK);
        const int line = __LINE__;
        for (uint32_t i = 0; i < count; i++) {
            hf_status status = i % 2 ? hf_bytes_create(m.thread, i % 50, one)
                                     : hf_array_create(m.thread, i % 5, one);
            assert_int_equal(status, HF_OK);
            assert_int_equal(hf_store_at(m.thread, array, i, one), HF_OK);
        }
        for (uint32_t i = 0; i < count; i += 3) {
            assert_int_equal(hf_store_at(m.thread, array, i, NULL), HF_OK);
        }
        hf_clear(one);
        assert_int_equal(hf_collect(m.thread), HF_OK);

        uint64_t last = 0;
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(hf_load_at(array, i, one), HF_OK);
            if (i % 3 != 0) {
                hfi_birth birth;
                assert_true(birth_of(&m, one, &birth));
                assert_int_equal(birth.site.line, i % 2 ? line + 2 : line + 3);
                assert_true(birth.number > last);
                last = birth.number;
            }
        }
    }
    managed_end(&m);
}

static void birth_is_all_that_is_lost_without_memory(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    enum { FULL = 2047, COUNT = 2300 };
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), one = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, COUNT, array), HF_OK);
        unsigned lost = 0;
        for (uint32_t i = 0; i < COUNT; i++) {
            /* One place after another from where the table is full.  Under stress a collection has
             * some in front of the table's two, which then are not hit. */
            hfi_fault_arm(i < FULL ? UINT64_MAX : i - FULL + 1, 1);
            hf_status status = hf_bytes_create(m.thread, 8, one);
            (void)hfi_fault_disarm();
            hfi_birth birth;
            lost += status == HF_OK && !birth_of(&m, one, &birth);
            assert_int_equal(hf_store_at(m.thread, array, i, one), HF_OK);
        }
        if (!managed_is_stress()) {
            assert_int_equal(lost, 2); /* the index, then the entries */
        }

        assert_int_equal(hf_bytes_create(m.thread, 8, one), HF_OK);
        assert_born_at(&m, one, __LINE__ - 1);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
        assert_born_at(&m, one, __LINE__ - 4);
    }
    managed_end(&m);
}

/* ---- reports ---- */

static void expect_birth(managed *m, const char *function, const char *words, int line,
                         const char *object)
{
    managed_report report = managed_expect(m, function, words);
    assert_string_equal(report.object, object);
    assert_string_equal(report.born_file, __FILE__);
    assert_int_equal(report.born_line, line);
}

static void birth_is_told_by_what_refuses_to_lend(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread);
        const int line = __LINE__ + 1;
        assert_int_equal(hf_array_create(m.thread, 2, array), HF_OK);
        const char *words = hf_status_text(HF_E_NOT_LENDABLE);
        char object[64];
        (void)snprintf(object, sizeof object, "array, %u bytes", (unsigned)(2 * sizeof(hf_slot)));
        hf_fence fence;
        hf_pin *pin;
        hf_span span;

        assert_int_equal(hf_fence_begin(m.thread, &fence, array, &span, "fence", HF_SITE),
                         HF_E_NOT_LENDABLE);
        expect_birth(&m, "hf_fence_begin", words, line, object);
        assert_int_equal(hf_pin_create(m.thread, array, &pin), HF_E_NOT_LENDABLE);
        expect_birth(&m, "hf_pin_create", words, line, object);
    }
    managed_end(&m);
}

static void birth_is_told_by_pointer_checks(void **state)
{
    (void)state;
    managed m;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    options.pointer_checks = HF_POINTER_CHECKS_AT_STORES;
    managed_begin(&m, &options);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        const int line = __LINE__ + 1;
        assert_int_equal(hf_bytes_create(m.thread, 24, buffer), HF_OK);
        const void *address = (const char *)managed_address(buffer) + 16;

        assert_int_equal(hf_pointers_check(m.thread, &address, 1), HF_E_POINTER);
        expect_birth(&m, "hf_pointers_check", "not pinned", line, "bytes, 24 bytes");
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_pointers_check(m.thread, &address, 1), HF_E_POINTER);
        expect_birth(&m, "hf_pointers_check", "no object is now", line, "bytes, 24 bytes");
    }
    managed_end(&m);
}

static void birth_is_told_of_what_a_pin_left_behind(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    hf_pin *pin;
    const int line = __LINE__ + 4;
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 24, buffer), HF_OK);
        assert_int_equal(hf_pin_create(m.thread, buffer, &pin), HF_OK);
    }
    managed_close(&m);
    hf_pin_destroy(pin);
    expect_birth(&m, "hf_runtime_destroy", "never destroyed", line, "bytes, 24 bytes");
    assert_int_equal(m.leaks.pins, 1);
}

/* ---- threads ---- */

static void make_and_ask(hf_crew_member *me)
{
    const managed *m = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(m->runtime, &thread) == HF_OK)) {
        return;
    }
    {
        HF_FRAME(thread);
        hf_ref kept = hf_local(thread), one = hf_local(thread);
        const int line = __LINE__ + 1;
        HF_CREW_CHECK(me, hf_bytes_create(thread, 8 + me->index, kept) == HF_OK);
        for (unsigned i = 0; i < managed_rounds(3000, 60); i++) {
            hfi_birth birth;
            HF_CREW_CHECK(me, hf_bytes_create(thread, i % 64, one) == HF_OK);
            HF_CREW_CHECK(me, hfi_heap_birth(thread->parts->heap, kept->word_, &birth));
            HF_CREW_CHECK(me, birth.site.line == line && birth.object == kept->word_);
            HF_CREW_CHECK(me, hfi_heap_birth(thread->parts->heap, one->word_, &birth));
            HF_CREW_CHECK(me, birth.site.line == line + 3);
            HF_CREW_CHECK(me, i % 500 != me->index || hf_collect(thread) == HF_OK);
        }
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void birth_is_kept_for_threads_that_allocate_at_once(void **state)
{
    (void)state;
    managed m;
    begin_checked(&m);
    hf_crew crew = { 0 };
    hf_status native = hf_native_begin(m.thread);

    hf_crew_start(&crew, 3, make_and_ask, &m);
    hf_crew_join(&crew);

    assert_int_equal(native, HF_OK);
    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(birth_is_where_the_maker_of_an_object_stands),
        cmocka_unit_test(birth_stays_with_an_object_that_moves),
        cmocka_unit_test(birth_of_an_object_that_died_is_told_of_its_place_alone),
        cmocka_unit_test(birth_is_not_known_where_nothing_is_checked),
        cmocka_unit_test(birth_is_kept_for_a_hundred_thousand_objects),
        cmocka_unit_test(birth_is_all_that_is_lost_without_memory),
        cmocka_unit_test(birth_is_told_by_what_refuses_to_lend),
        cmocka_unit_test(birth_is_told_by_pointer_checks),
        cmocka_unit_test(birth_is_told_of_what_a_pin_left_behind),
        cmocka_unit_test(birth_is_kept_for_threads_that_allocate_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
