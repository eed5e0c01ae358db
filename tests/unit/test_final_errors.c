/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers */

/*
 * What a finalizer or a cleanup is not set on.  Each row is refused with its status and one
 * report; an object that was refused is not armed by that, and dies without a run.
 */

#include "hf_test.h"

#include "heap/object.h"
#include "lifetimes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int end(void **state)
{
    (void)state;
    lifetimes_end(&world);
    assert_int_equal(world.leaks.finalizers, 0);
    return 0;
}

struct pair {
    hf_slot first;
    uint64_t number;
};

static const hf_field pair_fields[] = {
    { "first", HF_FIELD_REF, offsetof(struct pair, first), sizeof(hf_slot) },
    { "number", HF_FIELD_WORD, offsetof(struct pair, number), sizeof(uint64_t) },
};

static const hf_type_descriptor pair_descriptor = {
    sizeof(hf_type_descriptor), "pair", sizeof(struct pair), pair_fields, 2,
};

static const hf_type_descriptor other_descriptor = {
    sizeof(hf_type_descriptor), "other", sizeof(struct pair), pair_fields, 2,
};

static lifetimes_ticket ticket = { .all = &world, .number = 1 };

/** Collects, and nothing ran. */
static void expect_no_run(void)
{
    for (int i = 0; i < 3; i++) {
        lifetimes_settle(&world);
    }
    assert_int_equal(lifetimes_events(&world), 0);
}

/* ---- every way of setting something ---- */

typedef hf_status (*setter)(hf_ref object);

static hf_status set_plain(hf_ref object)
{
    return hf_finalizer_set(world.thread, object, lifetimes_finalize, &ticket);
}

static hf_status clear_plain(hf_ref object)
{
    return hf_finalizer_clear(world.thread, object);
}

static hf_status add_cleanup(hf_ref object)
{
    return hf_cleanup_add(world.thread, object, 0, lifetimes_finalize, NULL, &ticket, NULL);
}

static hf_status add_argument(hf_ref argument)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_status made = hf_bytes_create(world.thread, 1, object);
    return made != HF_OK ? made
                         : hf_cleanup_add(world.thread, object, 0, lifetimes_finalize, argument,
                                          &ticket, NULL);
}

typedef struct way {
    const char *function;
    const char *argument;
    setter set;
    bool takes_scoped;
} way;

static const way ways[] = {
    { "hf_finalizer_set", "object", set_plain, false },
    { "hf_finalizer_clear", "object", clear_plain, true },
    { "hf_cleanup_add", "object", add_cleanup, false },
    { "hf_cleanup_add", "argument", add_argument, true },
};

#define WAYS (sizeof ways / sizeof ways[0])

/** The last report is of this way and has these words; the next one is counted from here. */
static void expect_report(const way *by, unsigned number, hf_status status, const char *words)
{
    char head[64];
    const lifetimes_report *report = lifetimes_report_at(&world, number);
    assert_int_equal(lifetimes_reports(&world), number + 1);
    assert_non_null(report);
    assert_int_equal(report->status, status);
    (void)snprintf(head, sizeof head, "misuse in %s:", by->function);
    assert_non_null(strstr(report->text, head));
    (void)snprintf(head, sizeof head, "argument: %s\n", by->argument);
    assert_non_null(strstr(report->text, head));
    assert_non_null(strstr(report->text, words));
}

static void final_refuses_static_and_native_memory(void **state)
{
    (void)state;
    static uint64_t constant[4];
    uint64_t on_the_stack[4] = { 0 };
    unsigned reports = 0;
    for (size_t i = 0; i < WAYS; i++) {
        hf_slot slots[] = { { (uintptr_t)constant }, { (uintptr_t)on_the_stack } };
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(ways[i].set(&slots[k]), HF_E_NOT_MANAGED);
            expect_report(&ways[i], reports++, HF_E_NOT_MANAGED, "no managed object");
        }
    }
    expect_no_run();
}

static void final_refuses_the_object_of_another_runtime(void **state)
{
    (void)state;
    lifetimes other;
    lifetimes_begin(&other);
    {
        HF_FRAME(other.thread);
        hf_ref foreign = hf_local(other.thread);
        assert_int_equal(hf_bytes_create(other.thread, 8, foreign), HF_OK);

        assert_int_equal(set_plain(foreign), HF_E_NOT_MANAGED);

        expect_report(&ways[0], 0, HF_E_NOT_MANAGED, "object of this runtime");
    }
    lifetimes_end(&other);
    expect_no_run();
}

/** A view: a slot that holds an address inside an object. */
static void final_refuses_a_view_and_tells_base_and_offset(void **state)
{
    (void)state;
    static const uintptr_t offsets[] = { 1, 8, 16, 17, 24, 32, 64 };
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 64, object), HF_OK);
    unsigned reports = 0;
    for (size_t i = 0; i < WAYS; i++) {
        for (size_t k = 0; k < sizeof offsets / sizeof offsets[0] && reports < 30; k++) {
            char words[96];
            /* Under stress whatever allocates moves the object, and the view with it. */
            if (lifetimes_is_stress() && ways[i].set == add_argument) {
                continue;
            }
            hf_slot view = { object->word_ + offsets[k] };
            (void)snprintf(words, sizeof words, "base 0x%llx, offset %llu",
                           (unsigned long long)object->word_, (unsigned long long)offsets[k]);
            assert_int_equal(ways[i].set(&view), HF_E_INTERIOR);
            expect_report(&ways[i], reports++, HF_E_INTERIOR, words);
        }
    }
    hf_clear(object);
    expect_no_run();
}

static void final_takes_no_header_for_an_object_that_fits_none(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    uint64_t looks_like[8];
    for (size_t i = 0; i < 8; i++) { /* bytes of 16 granules, and as long */
        looks_like[i] =
            i % 2 == 0 ? (uint64_t)HFI_TYPE_BYTES << HFI_TYPE_SHIFT | UINT64_C(2) << HFI_SIZE_SHIFT
                       : 1000;
    }
    assert_int_equal(hf_bytes_create(world.thread, sizeof looks_like, object), HF_OK);
    assert_int_equal(hf_bytes_write(object, 0, looks_like, sizeof looks_like), HF_OK);
    hf_slot view = { object->word_ + 16 };

    assert_int_equal(set_plain(&view), HF_E_INTERIOR);

    expect_report(&ways[0], 0, HF_E_INTERIOR, "offset 16");
    hf_clear(object);
    expect_no_run();
}

static void final_refuses_where_no_object_is_any_more(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 64, object), HF_OK);
    hf_slot hole = { (object->word_ & ~(uintptr_t)0x7fff) + 0x7ff0 }; /* end of its block */

    assert_int_equal(set_plain(&hole), HF_E_NOT_MANAGED);

    expect_report(&ways[0], 0, HF_E_NOT_MANAGED, "no managed object");
    hf_clear(object);
    expect_no_run();
}

static void final_refuses_what_a_scope_ends(void **state)
{
    (void)state;
    unsigned reports = 0;
    for (size_t i = 0; i < WAYS; i++) {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        assert_int_equal(hf_bytes_create(world.thread, 8, object), HF_OK);
        hfi_object_flag(object->word_, HFI_FLAG_SCOPED, true);
        if (ways[i].set == add_argument) {
            continue; /* a cleanup may use what a scope has */
        }
        hf_status status = ways[i].set(object);

        assert_int_equal(status, ways[i].takes_scoped ? HF_OK : HF_E_SCOPE);
        if (!ways[i].takes_scoped) {
            expect_report(&ways[i], reports++, HF_E_SCOPE, "belongs to a scope");
        }
        hfi_object_flag(object->word_, HFI_FLAG_SCOPED, false);
    }
    expect_no_run();
}

static void final_refuses_another_type_than_its_own(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_type *pair;
    hf_type *other;
    assert_int_equal(hf_type_register(world.runtime, &pair_descriptor, &pair), HF_OK);
    assert_int_equal(hf_type_register(world.runtime, &other_descriptor, &other), HF_OK);
    assert_int_equal(hf_record_create(world.thread, other, object), HF_OK);

    hf_status status =
        hf_finalizer_set_typed(world.thread, object, pair, lifetimes_finalize, &ticket);

    way typed = { "hf_finalizer_set_typed", "object", NULL, false };
    assert_int_equal(status, HF_E_TYPE);
    expect_report(&typed, 0, HF_E_TYPE, "for the type \"pair\", the object is of \"other\"");
    assert_int_equal(
        hf_finalizer_set_typed(world.thread, object, NULL, lifetimes_finalize, &ticket), HF_E_NULL);
    hf_clear(object);
    expect_no_run();
}

static void final_runs_for_its_own_type(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_type *pair;
    assert_int_equal(hf_type_register(world.runtime, &pair_descriptor, &pair), HF_OK);
    assert_int_equal(hf_record_create(world.thread, pair, object), HF_OK);
    assert_int_equal(
        hf_finalizer_set_typed(world.thread, object, pair, lifetimes_finalize, &ticket), HF_OK);
    expect_no_run();

    hf_clear(object);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 1);
}

static void final_refuses_null_without_a_report(void **state)
{
    (void)state;
    hf_slot null = { 0 };
    assert_int_equal(set_plain(&null), HF_E_NULL);
    assert_int_equal(clear_plain(&null), HF_E_NULL);
    assert_int_equal(add_cleanup(&null), HF_E_NULL);
    assert_int_equal(set_plain(NULL), HF_E_SLOTS);
    assert_int_equal(clear_plain(NULL), HF_E_SLOTS);
    assert_int_equal(add_cleanup(NULL), HF_E_SLOTS);
    assert_int_equal(lifetimes_reports(&world), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, end)
    const struct CMUnitTest tests[] = {
        TEST(final_refuses_static_and_native_memory),
        TEST(final_refuses_the_object_of_another_runtime),
        TEST(final_refuses_a_view_and_tells_base_and_offset),
        TEST(final_takes_no_header_for_an_object_that_fits_none),
        TEST(final_refuses_where_no_object_is_any_more),
        TEST(final_refuses_what_a_scope_ends),
        TEST(final_refuses_another_type_than_its_own),
        TEST(final_runs_for_its_own_type),
        TEST(final_refuses_null_without_a_report),
    };
    return cmocka_run_group_tests_name("final_errors", tests, NULL, NULL);
}
