/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * The ledger: one pin of each kind is told, with its place, its thread and its age.
 */

#include "managed.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

static const hf_site here = { "test_ledger.c", 4711 };

typedef struct ledger {
    unsigned count;
    hf_pin_entry entry[8];
    char text[8][256];
} ledger;

static void note(const hf_pin_entry *entry, void *user)
{
    ledger *l = user;
    if (l->count < 8) {
        l->entry[l->count] = *entry;
        (void)hf_pin_entry_format(entry, l->text[l->count], sizeof l->text[0]);
    }
    l->count++;
}

static const hf_pin_entry *find(const ledger *l, hf_pin_kind kind)
{
    const hf_pin_entry *found = NULL;
    for (unsigned i = 0; i < l->count && i < 8; i++) {
        if (l->entry[i].kind == kind) {
            assert_null(found);
            found = &l->entry[i];
        }
    }
    assert_non_null(found);
    return found;
}

static ledger visit(managed *m, uint64_t older, uint32_t kinds)
{
    ledger l = { 0 };
    hf_pin_filter filter = HF_PIN_FILTER_INIT;
    filter.older_than_collections = older;
    filter.kinds = kinds;
    assert_int_equal(hf_pins_visit(m->thread, &filter, note, &l), HF_OK);
    return l;
}

static void ledger_tells_each_kind_of_pin(void **state)
{
    (void)state;
    managed m;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    managed_begin(&m, &options);
    {
        HF_FRAME(m.thread);
        hf_ref a = hf_local(m.thread), b = hf_local(m.thread), c = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 10, a), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 20, b), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 30, c), HF_OK);
        hf_pin *pin;
        hf_pinset *set;
        assert_int_equal(hf_pin_create_at(m.thread, a, &pin, here), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "queue", &set), HF_OK);
        assert_int_equal(hf_pinset_pin_at(m.thread, set, b, NULL, here), HF_OK);
        hf_span span;
        HF_FENCE(m.thread, body, c, &span);

        ledger l = visit(&m, 0, 0);

        assert_int_equal(l.count, 3);
        const hf_pin_entry *owning = find(&l, HF_PIN_OWNING);
        assert_int_equal(owning->size, 10);
        assert_string_equal(owning->type, "bytes");
        assert_int_equal(owning->site.line, 4711);
        assert_int_equal(owning->thread, hfp_thread_self());
        assert_non_null(owning->birth.file);
        const hf_pin_entry *of_set = find(&l, HF_PIN_SET);
        assert_int_equal(of_set->size, 20);
        assert_string_equal(of_set->what, "queue");
        const hf_pin_entry *fence = find(&l, HF_PIN_FENCE);
        assert_int_equal(fence->size, 30);
        assert_string_equal(fence->what, "body");
        assert_non_null(strstr(fence->site.file, "test_ledger.c"));
        hf_fence_end(&body);
        assert_int_equal(visit(&m, 0, 0).count, 2);
        hf_pin_destroy(pin);
        hf_pinset_destroy(set);
        assert_int_equal(visit(&m, 0, 0).count, 0);
    }
    managed_end(&m);
}

static void ledger_tells_what_is_older_than_some_collections(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        hf_pin *old, *young;
        assert_int_equal(hf_pin_create(m.thread, ref, &old), HF_OK);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(hf_collect(m.thread), HF_OK);
        }
        assert_int_equal(hf_pin_create_at(m.thread, ref, &young, here), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        ledger all = visit(&m, 0, 0);
        assert_int_equal(all.count, 2);
        if (!managed_is_stress()) {
            uint64_t ages = all.entry[0].collections + all.entry[1].collections;
            assert_int_equal(ages, 4 + 1);
            ledger l = visit(&m, 1, 0);
            assert_int_equal(l.count, 1);
            assert_int_equal(l.entry[0].collections, 4);
            assert_int_not_equal(l.entry[0].site.line, 4711);
            assert_non_null(strstr(l.text[0], "for 4 collections"));
            assert_int_equal(visit(&m, 3, 0).count, 1);
            assert_int_equal(visit(&m, 4, 0).count, 0);
        }
        hf_pin_destroy(old);
        hf_pin_destroy(young);
    }
    managed_end(&m);
}

static uint64_t age_of_fence(managed *m)
{
    ledger l = visit(m, 0, HF_PIN_KIND_BIT(HF_PIN_FENCE));
    assert_int_equal(l.count, 1);
    return l.entry[0].collections;
}

static void leave_a_fence_that_stood(managed *m, hf_ref ref)
{
    HF_FENCE(m->thread, left, ref, NULL);
    assert_int_equal(hf_collect(m->thread), HF_OK);
}

/* Inline fences and those of the functions, which checked mode uses. */
static void ledger_tells_since_when_a_fence_stands(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        hf_fence fence;
        assert_int_equal(hf_fence_begin(m.thread, &fence, ref, NULL, "body", here), HF_OK);
        uint64_t begun = age_of_fence(&m);
        assert_int_equal(begun, 0);
        for (uint64_t i = 1; i <= 3; i++) {
            assert_int_equal(hf_collect(m.thread), HF_OK);
            uint64_t age = age_of_fence(&m);
            assert_true(managed_is_stress() ? age >= i : age == i);
        }
        assert_int_equal(visit(&m, 2, HF_PIN_KIND_BIT(HF_PIN_FENCE)).count, 1);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_int_equal(visit(&m, 0, 0).count, 0);
        assert_int_equal(hf_fence_end(&fence), HF_E_MISUSE); /* aged or not, once */
        managed_expect(&m, "hf_fence_end", "ended already");

        /* The same memory, and so the same address, is as new. */
        assert_int_equal(hf_fence_begin(m.thread, &fence, ref, NULL, "body", here), HF_OK);
        assert_int_equal(age_of_fence(&m), 0);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        leave_a_fence_that_stood(&m, ref);
        assert_int_equal(visit(&m, 0, 0).count, 0);
    }
    managed_end(&m);
}

static void ledger_shows_the_kinds_that_are_asked_for(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        hf_pin *pin;
        assert_int_equal(hf_pin_create_at(m.thread, ref, &pin, here), HF_OK);
        hf_span span;
        HF_FENCE(m.thread, fence, ref, &span);
        assert_int_equal(visit(&m, 0, HF_PIN_KIND_BIT(HF_PIN_FENCE)).count, 1);
        assert_int_equal(visit(&m, 0, HF_PIN_KIND_BIT(HF_PIN_OWNING)).count, 1);
        assert_int_equal(visit(&m, 0, HF_PIN_KIND_BIT(HF_PIN_SET)).count, 0);
        assert_int_equal(visit(&m, 0, HF_PIN_KIND_BIT(HF_PIN_CALL)).count, 0);
        hf_fence_end(&fence);
        ledger l = visit(&m, 0, 0);
        char expected[128];
        (void)snprintf(expected, sizeof expected,
                       "owning pin of bytes, 10 bytes, at test_ledger.c:4711 by thread %llu",
                       (unsigned long long)hfp_thread_self());
        if (!managed_is_stress()) {
            assert_memory_equal(l.text[0], expected, strlen(expected));
        }
        hf_pin_destroy(pin);
    }
    managed_end(&m);
}

static void ledger_finds_room_for_many_and_says_when_there_is_none(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_pinset *set;
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "many", &set), HF_OK);
        for (int i = 0; i < 1000; i++) {
            assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        }
        assert_int_equal(visit(&m, 0, 0).count, 1000);
        for (uint64_t nth = 1; nth <= 4; nth++) {
            ledger l = { 0 };
            hfi_fault_arm(nth, 1);
            hf_status status = hf_pins_visit(m.thread, NULL, note, &l);
            hfi_fault_disarm();
            assert_int_equal(status, HF_E_NOMEM);
            assert_int_equal(l.count, 0);
        }
        hf_pinset_destroy(set);
    }
    managed_end(&m);
}

static void end_first(const hf_pin_entry *entry, void *user)
{
    (void)entry;
    hf_pinset **set = user;
    hf_pinset_destroy(*set);
    *set = NULL;
}

static void ledger_lets_its_visitor_end_what_it_sees(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_pinset *set;
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "x", &set), HF_OK);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        assert_int_equal(hf_pins_visit(m.thread, NULL, end_first, &set), HF_OK);
        assert_null(set);
        assert_int_equal(visit(&m, 0, 0).count, 0);
    }
    managed_end(&m);
}

static void ledger_refuses_what_it_cannot_read(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_pin_filter filter = HF_PIN_FILTER_INIT;
    filter.struct_size = 1;
    ledger l = { 0 };
    assert_int_equal(hf_pins_visit(m.thread, &filter, note, &l), HF_E_OPTIONS);
    assert_int_equal(hf_pins_visit(m.thread, NULL, NULL, &l), HF_E_NULL);
    assert_int_equal(hf_pins_visit(m.thread, NULL, note, &l), HF_OK);
    assert_int_equal(l.count, 0);
    assert_int_equal(hf_pin_entry_format(NULL, NULL, 0), 0);
    hf_pin_entry entry = { .struct_size = 1 };
    assert_int_equal(hf_pin_entry_format(&entry, NULL, 0), 0);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ledger_tells_each_kind_of_pin),
        cmocka_unit_test(ledger_tells_what_is_older_than_some_collections),
        cmocka_unit_test(ledger_tells_since_when_a_fence_stands),
        cmocka_unit_test(ledger_shows_the_kinds_that_are_asked_for),
        cmocka_unit_test(ledger_finds_room_for_many_and_says_when_there_is_none),
        cmocka_unit_test(ledger_lets_its_visitor_end_what_it_sees),
        cmocka_unit_test(ledger_refuses_what_it_cannot_read),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
