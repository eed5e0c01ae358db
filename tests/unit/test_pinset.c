/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Pin sets: counted, used again, closed for good, ended by any thread, left standing.
 */

#include "managed.h"

#include "base/alloc.h"
#include "fence/fence.h"

#include <string.h>

static const hf_site here = { "test_pinset.c", 4711 };
static const hf_site there = { "test_pinset.c", 4712 };

static void make(managed *m, hf_ref ref, size_t size)
{
    assert_int_equal(hf_bytes_create(m->thread, size, ref), HF_OK);
}

static hf_pinset *make_set(managed *m)
{
    hf_pinset *set = NULL;
    assert_int_equal(hf_pinset_create_at(m->thread, "queue", &set, here), HF_OK);
    assert_non_null(set);
    return set;
}

/* True if a collection that moves what it can leaves the object where it is. */
static bool holds_still(managed *m, hf_ref ref)
{
    uintptr_t where = managed_address(ref);
    assert_int_equal(hf_collect(m->thread), HF_OK);
    return managed_address(ref) == where;
}

static void pinset_counts_the_pins_of_each_buffer(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref twice = hf_local(m.thread), once = hf_local(m.thread);
        make(&m, twice, 100);
        make(&m, once, 40);
        hf_pinset *set = make_set(&m);
        hf_span a, b, c;
        assert_int_equal(hf_pinset_pin(m.thread, set, twice, &a), HF_OK);
        assert_int_equal(hf_pinset_pin(m.thread, set, once, &b), HF_OK);
        assert_int_equal(hf_pinset_pin(m.thread, set, twice, &c), HF_OK);
        assert_ptr_equal(a.data, c.data);
        assert_int_equal(a.size, 100);
        assert_int_equal(b.size, 40);
        assert_int_equal(hf_pinset_count(set), 3);
        assert_true(holds_still(&m, twice));

        assert_int_equal(hf_pinset_unpin(set, twice), HF_OK);
        assert_true(holds_still(&m, twice));
        assert_int_equal(hf_pinset_unpin(set, twice), HF_OK);
        assert_false(holds_still(&m, twice));
        assert_true(holds_still(&m, once));
        assert_int_equal(hf_pinset_unpin(set, once), HF_OK);
        assert_false(holds_still(&m, once));
        assert_int_equal(hf_pinset_count(set), 0);
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

static void pinset_can_be_used_again_after_all_is_unpinned(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 100);
        hf_pinset *set = make_set(&m);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 4; i++) {
                assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
            }
            assert_true(holds_still(&m, ref));
            assert_int_equal(hf_pinset_unpin_all(set), HF_OK);
            assert_int_equal(hf_pinset_unpin_all(set), HF_OK);
            assert_int_equal(hf_pinset_count(set), 0);
            assert_false(holds_still(&m, ref));
        }
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

static void pinset_keeps_a_buffer_without_a_slot(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_pinset *set = make_set(&m);
    hf_span span;
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 100);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, &span), HF_OK);
    }
    memset(span.data, 7, span.size);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 1);
    assert_int_equal(((unsigned char *)span.data)[99], 7);
    assert_int_equal(hf_pinset_unpin_address(set, (char *)span.data + 50), HF_OK);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
    hf_pinset_destroy(set);
    managed_end(&m);
}

static void pinset_refuses_to_unpin_what_it_never_pinned(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), other = hf_local(m.thread), none = hf_local(m.thread);
        make(&m, ref, 100);
        make(&m, other, 100);
        hf_pinset *set = make_set(&m), *second = make_set(&m);
        hf_span span;
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, &span), HF_OK);

        assert_int_equal(hf_pinset_unpin_at(set, other, there), HF_E_NOT_FOUND);
        managed_report report = managed_expect(&m, "hf_pinset_unpin", "does not pin");
        assert_string_equal(report.object, "queue");
        assert_int_equal(report.line, 4712);
        assert_int_equal(report.born_line, 4711);
        assert_int_equal(hf_pinset_unpin(second, ref), HF_E_NOT_FOUND);
        managed_expect(&m, "hf_pinset_unpin", "does not pin");
        assert_int_equal(hf_pinset_unpin_address(second, span.data), HF_E_NOT_FOUND);
        managed_expect(&m, "hf_pinset_unpin_address", "does not pin");
        assert_int_equal(hf_pinset_unpin(set, none), HF_E_NULL);
        managed_expect(&m, "hf_pinset_unpin", "null");
        assert_int_equal(hf_pinset_unpin(set, NULL), HF_E_SLOTS);
        managed_expect(&m, "hf_pinset_unpin", "slots");
        assert_int_equal(hf_pinset_count(set), 1);

        assert_int_equal(hf_pinset_unpin(set, ref), HF_OK);
        assert_int_equal(hf_pinset_unpin(set, ref), HF_E_NOT_FOUND);
        managed_expect(&m, "hf_pinset_unpin", "not any more");
        hf_pinset_destroy(set);
        hf_pinset_destroy(second);
    }
    managed_end(&m);
}

static void pinset_closed_takes_no_pins_and_says_where_it_was_closed(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 100);
        hf_pinset *set = make_set(&m);
        hf_span span;
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, &span), HF_OK);

        assert_int_equal(hf_pinset_close_at(set, there), HF_OK);

        assert_false(holds_still(&m, ref));
        assert_int_equal(hf_pinset_count(set), 0);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, &span), HF_E_CLOSED);
        assert_null(span.data);
        managed_report report = managed_expect(&m, "hf_pinset_pin", "test_pinset.c:4712");
        assert_int_equal(report.status, HF_E_CLOSED);
        assert_int_equal(report.born_line, 4711);
        assert_int_equal(hf_pinset_close(set), HF_OK);
        assert_int_equal(hf_pinset_unpin_all(set), HF_OK);
        assert_int_equal(hf_pinset_unpin(set, ref), HF_E_NOT_FOUND);
        managed_expect(&m, "hf_pinset_unpin", "does not pin");
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_E_CLOSED);
        managed_expect(&m, "hf_pinset_pin", "test_pinset.c:4712"); /* the first close stays */
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

static void pinset_destroyed_is_told_by_whatever_uses_it(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 100);
        hf_pinset *set = make_set(&m);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        hf_pinset_destroy_at(set, there);
        assert_false(holds_still(&m, ref));
        hf_pinset *fresh = make_set(&m);
        assert_ptr_not_equal(fresh, set);

        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_E_MISUSE);
        managed_expect(&m, "hf_pinset_pin", "destroyed, at test_pinset.c:4712");
        assert_int_equal(hf_pinset_unpin(set, ref), HF_E_MISUSE);
        managed_expect(&m, "hf_pinset_unpin", "destroyed, at test_pinset.c:4712");
        assert_int_equal(hf_pinset_unpin_all(set), HF_E_MISUSE);
        managed_expect(&m, "hf_pinset_unpin_all", "destroyed");
        assert_int_equal(hf_pinset_close(set), HF_E_MISUSE);
        managed_expect(&m, "hf_pinset_close", "destroyed");
        hf_pinset_destroy(set);
        managed_expect(&m, "hf_pinset_destroy", "destroyed");
        assert_int_equal(hf_pinset_count(set), 0);
        hf_pinset_destroy(fresh);
    }
    managed_end(&m);
}

static void pinset_lends_a_part_within_the_bounds_alone(void **state)
{
    (void)state;
    static const struct {
        size_t offset, size;
        hf_status status;
    } cases[] = {
        { 0, 100, HF_OK },           { 10, 20, HF_OK },
        { 100, 0, HF_OK },           { 99, 1, HF_OK },
        { 101, 0, HF_E_RANGE },      { 0, 101, HF_E_RANGE },
        { 99, 2, HF_E_RANGE },       { SIZE_MAX, 1, HF_E_RANGE },
        { 1, SIZE_MAX, HF_E_RANGE }, { 0, SIZE_MAX, HF_E_RANGE },
    };
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 100);
        hf_pinset *set = make_set(&m);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            hf_span span;
            hf_status status =
                hf_pinset_pin_range(m.thread, set, ref, cases[i].offset, cases[i].size, &span);
            assert_int_equal(status, cases[i].status);
            if (status == HF_OK) {
                assert_ptr_equal(span.data, (void *)(managed_address(ref) + 16 + cases[i].offset));
                assert_int_equal(span.size, cases[i].size);
                assert_int_equal(hf_pinset_unpin_all(set), HF_OK);
            } else {
                assert_null(span.data);
                assert_int_equal(hf_pinset_count(set), 0);
                managed_expect(&m, "hf_pinset_pin_range", "are not within 100 bytes");
            }
        }
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

static void pinset_refuses_what_cannot_be_lent(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref none = hf_local(m.thread), array = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, 3, array), HF_OK);
        hf_pinset *set = make_set(&m);
        hf_span span;
        assert_int_equal(hf_pinset_pin(m.thread, set, none, &span), HF_E_NULL);
        managed_expect(&m, "hf_pinset_pin", "null");
        assert_int_equal(hf_pinset_pin(m.thread, set, NULL, &span), HF_E_SLOTS);
        managed_expect(&m, "hf_pinset_pin", "slots");
        assert_int_equal(hf_pinset_pin(m.thread, set, array, &span), HF_E_NOT_LENDABLE);
        managed_expect(&m, "hf_pinset_pin", "holds references");
        assert_int_equal(hf_pinset_pin(m.thread, NULL, array, &span), HF_E_NULL);
        assert_int_equal(hf_pinset_create(m.thread, "x", NULL), HF_E_NULL);
        assert_int_equal(hf_pinset_unpin(NULL, array), HF_E_NULL);
        assert_int_equal(hf_pinset_unpin_address(set, NULL), HF_E_NULL);
        assert_int_equal(hf_pinset_unpin_all(NULL), HF_E_NULL);
        assert_int_equal(hf_pinset_close(NULL), HF_E_NULL);
        hf_pinset_destroy(NULL);
        assert_int_equal(hf_pinset_count(NULL), 0);
        assert_int_equal(hf_pinset_count(set), 0);
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

static void pinset_of_another_runtime_is_refused(void **state)
{
    (void)state;
    managed m, other;
    managed_begin(&m, NULL);
    managed_begin(&other, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 10);
        hf_pinset *set = make_set(&other);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_E_MISUSE);
        managed_expect(&m, "hf_pinset_pin", "another runtime");
        hf_pinset_destroy(set);
    }
    managed_close(&other);
    managed_end(&m);
    assert_int_equal(managed_reports(&other), 0);
}

static void pinset_without_memory_is_a_status_and_leaves_nothing(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 10);
        hf_pinset *set = make_set(&m), *refused = set;
        hfi_fault_arm(1, 1);
        hf_status status = hf_pinset_create(m.thread, "x", &refused);
        hfi_fault_disarm();
        assert_int_equal(status, HF_E_NOMEM);
        assert_null(refused);
        hfi_fault_arm(1, 1);
        status = hf_pinset_pin(m.thread, set, ref, NULL);
        hfi_fault_disarm();
        assert_int_equal(status, HF_E_NOMEM);
        assert_int_equal(hf_pinset_count(set), 0);
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

static void close_set(void *user)
{
    (void)hf_pinset_close(user);
}

static void empty_set(void *user)
{
    (void)hf_pinset_unpin_all(user);
}

static void pinset_is_emptied_and_closed_by_threads_that_are_not_attached(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 10);
        hf_pinset *set = make_set(&m);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        hfp_thread thread;
        assert_int_equal(hfp_thread_start(&thread, "empty", empty_set, set), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        hfp_thread_join(&thread);
        assert_false(holds_still(&m, ref));
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        assert_int_equal(hfp_thread_start(&thread, "close", close_set, set), HF_OK);
        hfp_thread_join(&thread);
        assert_false(holds_still(&m, ref));
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_E_CLOSED);
        managed_expect(&m, "hf_pinset_pin", "closed");
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

typedef struct lefts {
    unsigned pins, sets, lines[4];
} lefts;

static void count_left(const hfi_left *left, void *user)
{
    lefts *l = user;
    if (strcmp(left->kind, "pin") == 0) {
        assert_non_null(strstr(left->object, "bytes, 10 bytes, in set queue"));
        l->lines[l->pins++] = (unsigned)left->site.line;
    } else if (strcmp(left->kind, "pin set") == 0) {
        assert_string_equal(left->object, "queue");
        l->sets++;
    }
    assert_non_null(left->why);
}

static void pinset_left_is_reported_once_for_each_place_that_pinned(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    static hf_pinset *full, *empty; /* lead to what is kept: no leak to a sanitizer */
    full = make_set(&m);
    empty = make_set(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        make(&m, ref, 10);
        for (int i = 0; i < 2; i++) {
            hf_site site = { "pinner.c", 100 + i };
            assert_int_equal(hf_pinset_pin_at(m.thread, full, ref, NULL, site), HF_OK);
        }
    }
    lefts l = { 0 };
    hfi_fences *fences = hfi_parts_of(m.runtime)->fences;
    assert_int_equal(
        HF_NATIVE_CALL_VOID(m.thread, NULL, hfi_fences_each_left(fences, count_left, &l)), HF_OK);
    assert_int_equal(l.pins, 2);
    assert_int_equal(l.sets, 1);
    assert_int_equal(l.lines[0] + l.lines[1], 201);

    managed_close(&m);

    assert_int_equal(m.leaks.pins, 2);
    for (int i = 0; i < 2; i++) {
        managed_report report =
            managed_expect(&m, "hf_runtime_destroy", "a pin of the set \"queue\" made here");
        assert_int_equal(report.kind, HF_REPORT_LEAK);
        assert_string_equal(report.file, "pinner.c");
        assert_int_equal(report.line, 101 - i);
    }
    managed_report report = managed_expect(&m, "hf_runtime_destroy", "pin set made here");
    assert_int_equal(report.line, 4711);
    assert_int_equal(managed_reports(&m), 0);
    hf_pinset_destroy(full); /* late, but harmless */
    hf_pinset_destroy(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pinset_counts_the_pins_of_each_buffer),
        cmocka_unit_test(pinset_can_be_used_again_after_all_is_unpinned),
        cmocka_unit_test(pinset_keeps_a_buffer_without_a_slot),
        cmocka_unit_test(pinset_refuses_to_unpin_what_it_never_pinned),
        cmocka_unit_test(pinset_closed_takes_no_pins_and_says_where_it_was_closed),
        cmocka_unit_test(pinset_destroyed_is_told_by_whatever_uses_it),
        cmocka_unit_test(pinset_lends_a_part_within_the_bounds_alone),
        cmocka_unit_test(pinset_refuses_what_cannot_be_lent),
        cmocka_unit_test(pinset_of_another_runtime_is_refused),
        cmocka_unit_test(pinset_without_memory_is_a_status_and_leaves_nothing),
        cmocka_unit_test(pinset_is_emptied_and_closed_by_threads_that_are_not_attached),
        cmocka_unit_test(pinset_left_is_reported_once_for_each_place_that_pinned),
    };
    return cmocka_run_group_tests_name("pinset", tests, NULL, NULL);
}
