/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Frames and slots.
 */

#include "managed.h"

#include "base/alloc.h"
#include "root/root.h"

#include <string.h>

#define NOINLINE __attribute__((noinline))

static const hf_site here = { "test_root.c", 4711 };

static uint32_t slots_in_use(const managed *m)
{
    return m->thread->slot_floor;
}

/* ---- left by every way out ---- */

static int leave_by_return(managed *m)
{
    HF_FRAME(m->thread);
    return hf_is_null(hf_local(m->thread));
}

static void frame_ends_with_its_block_however_that_is_left(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    for (int i = 0; i < 3; i++) {
        HF_FRAME(m.thread);
        hf_local(m.thread);
        if (i == 0) {
            continue;
        }
        if (i == 1) {
            break;
        }
    }
    assert_null(m.thread->frames);
    assert_true(leave_by_return(&m));
    assert_null(m.thread->frames);
    {
        HF_FRAME(m.thread);
        hf_local(m.thread);
        if (m.thread) {
            goto out;
        }
        hf_local(m.thread);
    }
out:
    assert_null(m.thread->frames);
    assert_int_equal(slots_in_use(&m), 0);
    managed_end(&m);
}

static void frames_of_one_function_nest_in_any_layout(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    /* By hand, in both orders of address. */
    hf_frame frames[3];
    const int orders[2][3] = { { 0, 1, 2 }, { 2, 1, 0 } };
    for (int i = 0; i < 2; i++) {
        const int *at = orders[i];
        for (int depth = 0; depth < 3; depth++) {
            assert_int_equal(hf_frame_begin(m.thread, &frames[at[depth]], here), HF_OK);
            assert_int_equal(hf_bytes_create(m.thread, 8, hf_local(m.thread)), HF_OK);
        }
        assert_int_equal(managed_reports(&m), 0);
        for (int depth = 2; depth >= 0; depth--) {
            assert_ptr_equal(m.thread->frames, &frames[at[depth]]);
            hf_frame_end(&frames[at[depth]]);
        }
    }
    assert_int_equal(slots_in_use(&m), 0);
    managed_end(&m);
}

/* ---- the portable form ---- */

static NOINLINE void leave_open(hf_thread *thread, uint32_t line)
{
    hf_frame frame;
    (void)hf_frame_begin(thread, &frame, (hf_site){ "leaver.c", (int)line });
    (void)hf_local(thread);
}

static NOINLINE void overwrite_the_stack(void)
{
    volatile unsigned char bytes[2000];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i | 1);
    }
}

static void frame_left_open_is_found_at_the_next_push_and_named(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    leave_open(m.thread, 11);
    leave_open(m.thread, 12);
    managed_report report = managed_expect(&m, "hf_frame_begin", "left without hf_frame_end()");
    assert_string_equal(report.file, "leaver.c");
    assert_int_equal(report.line, 11);
    {
        hf_frame frame;
        assert_int_equal(hf_frame_begin(m.thread, &frame, here), HF_OK);
        report = managed_expect(&m, "hf_frame_begin", "");
        hf_frame_end(&frame);
    }
    assert_null(m.thread->frames);
    managed_end(&m);
}

static void frame_left_open_is_found_at_the_end_of_the_frame_around_it(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 8, ref), HF_OK);
        leave_open(m.thread, 21);
    }
    managed_report report = managed_expect(&m, "hf_frame_end", "");
    assert_int_equal(report.line, 21);
    assert_null(m.thread->frames);
    assert_int_equal(slots_in_use(&m), 0);
    managed_end(&m);
}

static void frame_left_open_and_overwritten_harms_nobody(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_frame outer, later;
    assert_int_equal(hf_frame_begin(m.thread, &outer, here), HF_OK);
    hf_ref ref = hf_local(m.thread);
    assert_int_equal(hf_bytes_create(m.thread, 8, ref), HF_OK);
    leave_open(m.thread, 31);
    overwrite_the_stack();
    assert_int_equal(hf_frame_begin(m.thread, &later, here), HF_OK);
    assert_int_equal(hf_bytes_create(m.thread, 8, hf_local(m.thread)), HF_OK);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    hf_frame_end(&later);
    hf_frame_end(&outer);
    managed_report report = managed_expect(&m, "hf_frame_begin", "left without hf_frame_end()");
    assert_int_equal(report.kind, HF_REPORT_MISUSE);
    assert_int_equal(slots_in_use(&m), 0);
    assert_null(m.thread->frames);
    managed_end(&m);
}

static void frame_ends_once(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_frame frame;
    assert_int_equal(hf_frame_begin(m.thread, &frame, here), HF_OK);
    hf_frame_end(&frame);
    hf_frame_end(&frame);
    hf_frame_end(NULL);
    managed_end(&m);
}

static void frame_refuses_nulls(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_frame frame;
    assert_int_equal(hf_frame_begin(m.thread, NULL, here), HF_E_NULL);
    assert_int_equal(hf_frame_begin(NULL, &frame, here), HF_E_NULL);
    hf_frame_end(&frame);
    hf_ref ref;
    assert_int_equal(hf_local_create(m.thread, NULL), HF_E_NULL);
    assert_int_equal(hf_local_create(NULL, &ref), HF_E_NULL);
    assert_int_equal(hf_frame_escape(m.thread, NULL, NULL), HF_E_NULL);
    managed_end(&m);
}

/* ---- slots ---- */

static void local_without_a_frame_says_to_open_one(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    assert_null(hf_local(m.thread));
    managed_report report = managed_expect(&m, "hf_local", "no frame is open");
    assert_int_equal(report.status, HF_E_SLOTS);
    managed_end(&m);
}

static void slots_that_run_out_are_a_status_everywhere(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.slots_max = 700;
    managed m;
    managed_begin(&m, &options);
    for (int round = 0; round < 2; round++) {
        HF_FRAME(m.thread);
        unsigned made = 0;
        while (hf_local(m.thread)) {
            made++;
        }
        assert_int_equal(made, 700);
        managed_report report = managed_expect(&m, "hf_local", "700 slots");
        assert_int_equal(report.status, HF_E_SLOTS);
        assert_non_null(strstr(report.remedy, "inner frame"));
        hf_ref none = NULL;
        size_t zero = 0;
        assert_int_equal(hf_bytes_create(m.thread, 1, none), HF_E_SLOTS);
        assert_int_equal(hf_array_create(m.thread, 1, none), HF_E_SLOTS);
        assert_int_equal(hf_load(none, 0, none), HF_E_SLOTS);
        assert_int_equal(hf_store(m.thread, none, 0, NULL), HF_E_SLOTS);
        assert_int_equal(hf_load_at(none, 0, none), HF_E_SLOTS);
        assert_int_equal(hf_store_at(m.thread, none, 0, NULL), HF_E_SLOTS);
        assert_int_equal(hf_get(none, 0, &zero, sizeof zero), HF_E_SLOTS);
        assert_int_equal(hf_set(none, 0, &zero, sizeof zero), HF_E_SLOTS);
        assert_int_equal(hf_bytes_read(none, 0, &zero, 1), HF_E_SLOTS);
        assert_int_equal(hf_bytes_write(none, 0, &zero, 1), HF_E_SLOTS);
        assert_int_equal(hf_bytes_size(none), 0);
        assert_int_equal(hf_array_length(none), 0);
        assert_true(hf_is_null(none));
        hf_frame inner;
        assert_int_equal(hf_frame_begin(m.thread, &inner, here), HF_E_SLOTS);
        managed_expect(&m, "hf_local", "700 slots");
        hf_frame_end(&inner);
    }
    {
        HF_FRAME(m.thread);
        assert_non_null(hf_local(m.thread));
    }
    managed_end(&m);
}

static void a_million_inner_frames_use_constant_slots(void **state)
{
    (void)state;
    for (uint32_t checked = 0; checked <= 1; checked++) {
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        options.slots_max = 2000;
        options.checked = checked;
        managed m;
        managed_begin(&m, &options);
        HF_FRAME(m.thread);
        uint32_t before = slots_in_use(&m);
        uint32_t highest = 0;
        for (int i = 0; i < 1000000; i++) {
            HF_FRAME(m.thread);
            hf_ref ref = hf_local(m.thread);
            if (!ref || !hf_local(m.thread)) {
                fail();
            }
            highest = m.thread->slot_top > highest ? m.thread->slot_top : highest;
        }
        assert_int_equal(slots_in_use(&m), before);
        assert_true(highest < 600);
        hf_frame_end(m.thread->frames);
        managed_end(&m);
    }
}

static void slots_commit_memory_as_they_are_made(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref first = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 8, first), HF_OK);
        uintptr_t bytes = 0;
        for (int i = 0; i < 20000; i++) {
            hf_ref ref = hf_local(m.thread);
            assert_ptr_equal(ref, first + 1 + i); /* never relocated */
            hf_copy(ref, first);
        }
        assert_int_equal(hf_collect(m.thread), HF_OK);
        bytes = managed_address(first);
        for (int i = 0; i < 20000; i++) {
            assert_int_equal(first[1 + i].word_, bytes);
        }
    }
    managed_end(&m);
}

static void slot_without_memory_is_a_status(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref;
        hfi_fault_arm(1, 1);
        hf_status status = hf_local_create(m.thread, &ref);
        hfi_fault_disarm();
        assert_int_equal(status, HF_E_NOMEM);
        assert_null(ref);
        assert_int_equal(hf_local_create(m.thread, &ref), HF_OK);
    }
    managed_end(&m);
}

/* ---- escape ---- */

static hf_ref make_escaping(managed *m, uint32_t number)
{
    HF_FRAME(m->thread);
    hf_ref outer;
    hf_ref inner = hf_local(m->thread);
    assert_int_equal(hf_bytes_create(m->thread, 64, inner), HF_OK);
    assert_int_equal(hf_bytes_write(inner, 0, &number, sizeof number), HF_OK);
    assert_int_equal(hf_frame_escape(m->thread, inner, &outer), HF_OK);
    hf_ref again;
    assert_int_equal(hf_frame_escape(m->thread, inner, &again), HF_E_SLOTS);
    assert_null(again);
    managed_expect(m, "hf_frame_escape", "used already");
    return outer;
}

static void escaped_reference_lives_in_the_parent_frame(void **state)
{
    (void)state;
    for (uint32_t checked = 0; checked <= 1; checked++) {
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        options.checked = checked;
        managed m;
        managed_begin(&m, &options);
        {
            HF_FRAME(m.thread);
            hf_ref refs[50];
            for (uint32_t i = 0; i < 50; i++) {
                refs[i] = make_escaping(&m, i);
            }
            assert_int_equal(hf_collect(m.thread), HF_OK);
            for (uint32_t i = 0; i < 50; i++) {
                uint32_t number = 0;
                assert_int_equal(hf_bytes_read(refs[i], 0, &number, sizeof number), HF_OK);
                assert_int_equal(number, i);
            }
            hf_ref none, parent;
            none = hf_local(m.thread);
            assert_int_equal(hf_frame_escape(m.thread, none, &parent), HF_E_MISUSE);
            managed_expect(&m, "hf_frame_escape", "no parent frame");
            assert_int_equal(hf_frame_escape(m.thread, NULL, &parent), HF_E_SLOTS);
        }
        assert_int_equal(slots_in_use(&m), 0);
        managed_end(&m);
    }
}

/* ---- poison ---- */

static void slot_used_after_its_frame_is_a_misuse_in_checked_mode(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    managed m;
    managed_begin(&m, &options);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), out = hf_local(m.thread), dead;
        assert_int_equal(hf_array_create(m.thread, 4, array), HF_OK);
        {
            HF_FRAME(m.thread);
            dead = hf_local(m.thread);
            assert_int_equal(hf_bytes_create(m.thread, 64, dead), HF_OK);
        }
        char byte;
        hf_global *global;
        hf_pin *pin;
        hf_span span;
        assert_int_equal(hf_bytes_read(dead, 0, &byte, 1), HF_E_MISUSE);
        assert_int_equal(hf_load_at(dead, 0, out), HF_E_MISUSE);
        assert_int_equal(hf_store_at(m.thread, array, 0, dead), HF_E_MISUSE);
        managed_expect(&m, "hf_store_at", "frame has ended");
        assert_int_equal(hf_global_create(m.thread, dead, &global), HF_E_MISUSE);
        managed_expect(&m, "hf_global_create", "frame has ended");
        assert_int_equal(hf_global_create(m.thread, NULL, &global), HF_OK);
        assert_int_equal(hf_global_store(m.thread, global, dead), HF_E_MISUSE);
        managed_expect(&m, "hf_global_store", "frame has ended");
        hf_global_destroy(m.thread, global);
        HF_FENCE(m.thread, fence, dead, &span);
        assert_int_equal(hf_fence_status(&fence), HF_E_MISUSE);
        assert_null(span.data);
        managed_expect(&m, "hf_fence_begin", "");
        assert_int_equal(hf_pin_create(m.thread, dead, &pin), HF_E_MISUSE);
        managed_expect(&m, "hf_pin_create", "");
        assert_int_equal(hf_bytes_size(dead), 0);
        hf_copy(out, dead); /* the poison goes along, and the collector leaves it alone */
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_bytes_read(out, 0, &byte, 1), HF_E_MISUSE);
    }
    managed_end(&m);
}

/* ---- detaching ---- */

static void detach_reports_open_frames_and_fences_by_site(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_frame frame;
    hf_fence fence;
    assert_int_equal(hf_frame_begin(m.thread, &frame, (hf_site){ "frame.c", 41 }), HF_OK);
    hf_ref ref = hf_local(m.thread);
    assert_int_equal(hf_bytes_create(m.thread, 8, ref), HF_OK);
    assert_int_equal(
        hf_fence_begin(m.thread, &fence, ref, NULL, "lent", (hf_site){ "fence.c", 42 }), HF_OK);
    managed_close(&m);
    managed_report report = managed_expect(&m, "hf_thread_detach", "without hf_fence_end()");
    assert_string_equal(report.argument, "lent");
    assert_int_equal(report.line, 42);
    report = managed_expect(&m, "hf_thread_detach", "without hf_frame_end()");
    assert_int_equal(report.line, 41);
    assert_int_equal(managed_reports(&m), 0);
    hf_frame_end(&frame);
    assert_int_equal(hfi_alloc_live(), m.live_at_start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_ends_with_its_block_however_that_is_left),
        cmocka_unit_test(frames_of_one_function_nest_in_any_layout),
        cmocka_unit_test(frame_left_open_is_found_at_the_next_push_and_named),
        cmocka_unit_test(frame_left_open_is_found_at_the_end_of_the_frame_around_it),
        cmocka_unit_test(frame_left_open_and_overwritten_harms_nobody),
        cmocka_unit_test(frame_ends_once),
        cmocka_unit_test(frame_refuses_nulls),
        cmocka_unit_test(local_without_a_frame_says_to_open_one),
        cmocka_unit_test(slots_that_run_out_are_a_status_everywhere),
        cmocka_unit_test(a_million_inner_frames_use_constant_slots),
        cmocka_unit_test(slots_commit_memory_as_they_are_made),
        cmocka_unit_test(slot_without_memory_is_a_status),
        cmocka_unit_test(escaped_reference_lives_in_the_parent_frame),
        cmocka_unit_test(slot_used_after_its_frame_is_a_misuse_in_checked_mode),
        cmocka_unit_test(detach_reports_open_frames_and_fences_by_site),
    };
    return cmocka_run_group_tests_name("root", tests, NULL, NULL);
}
