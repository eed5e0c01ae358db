/* SPDX-License-Identifier: MIT */

/* Native memory with addresses of managed buffers in it. */

#include "arguments.h"
#include "runtime.h"

#include "base/alloc.h"
#include "call/function.h"
#include "thread/thread.h"

#include <string.h>

/* As a header has it; without it only the size is known. */
#define PART "typedef struct hfn_part { void *base; size_t size; } hfn_part;"
#define GATHER                                                                                     \
    "uint32_t hfn_gather(const hfn_part *parts, size_t count {capacity(parts, elements)})"
#define SCATTER                                                                                    \
    "int hfn_scatter(hfn_part *parts {inout}, size_t count {capacity(parts, elements)})"           \
    " {fail(result < 0)}"

enum { PARTS = 3 };

typedef struct fixture {
    hf_ref buffer[PARTS];
    hfn_part part[PARTS];
    hf_link link[PARTS];
} fixture;

static hf_function *bind(hf_test_runtime *t, const char *prototype)
{
    const hf_type_size types[] = { { "hfn_part", sizeof(hfn_part), _Alignof(hfn_part) } };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.types = types;
    options.type_count = 1;
    return hf_test_bind_with(t, prototype, &options);
}

/* Buffers of 100, 200 and 300 bytes, each full of its number; the part begins at byte 10. */
static void begin(hf_test_runtime *t, fixture *f)
{
    for (unsigned i = 0; i < PARTS; i++) {
        unsigned char bytes[300];
        size_t size = 100 * (i + 1);
        memset(bytes, (int)i + 1, sizeof(bytes));
        f->buffer[i] = hf_local(t->thread);
        assert_int_equal(hf_bytes_create(t->thread, size, f->buffer[i]), HF_OK);
        assert_int_equal(hf_bytes_write(f->buffer[i], 0, bytes, size), HF_OK);
        f->part[i] = (hfn_part){ NULL, size - 10 };
        f->link[i] = (hf_link){ i * sizeof(hfn_part) + offsetof(hfn_part, base), f->buffer[i], 10 };
    }
}

static hf_status call(hf_test_runtime *t, const hf_function *function, hf_result *result,
                      const hf_linked *linked)
{
    return hf_call(t->thread, function, result, HF_ARGS(HF_LINKED(linked)));
}

static void linked_buffers_are_read_where_they_are(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    hf_result result = HF_RESULT_INIT;
    begin(t, &f);

    assert_int_equal(
        call(t, bind(t, GATHER), &result, &(hf_linked){ f.part, sizeof(f.part), f.link, PARTS }),
        HF_OK);
    assert_int_equal(result.value.u, 90 * 1 + 190 * 2 + 290 * 3);
    for (unsigned i = 0; i < PARTS; i++) {
        assert_null(f.part[i].base);
        assert_int_equal(f.part[i].size, 100 * (i + 1) - 10);
    }
}

static void linked_buffers_are_written_where_they_are(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    hf_result result = HF_RESULT_INIT;
    begin(t, &f);
    f.link[1].from = 0;
    f.part[0].size = 1;

    assert_int_equal(
        call(t, bind(t, SCATTER), &result, &(hf_linked){ f.part, 2 * sizeof(hfn_part), f.link, 2 }),
        HF_OK);
    unsigned char seen[200];
    assert_int_equal(hf_bytes_read(f.buffer[0], 0, seen, 12), HF_OK);
    assert_memory_equal(seen, "\1\1\1\1\1\1\1\1\1\1\1\1", 12);
    assert_int_equal(hf_bytes_read(f.buffer[1], 0, seen, 200), HF_OK);
    assert_int_equal(seen[189], 2);
    assert_null(f.part[0].base); /* also where the callee moved it on */
    assert_null(f.part[1].base);
}

/* More links than the call has room for, in two arguments. */
static void many_buffers_are_linked_with_memory_of_their_own(void **state)
{
    hf_test_runtime *t = *state;
    enum { MANY = 1000 };
    static hfn_part part[MANY];
    static hf_link link[MANY];
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_bytes_create(t->thread, MANY, buffer), HF_OK);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(hf_bytes_write(buffer, i, "\1", 1), HF_OK);
        part[i].size = 1;
        link[i] = (hf_link){ i * sizeof(hfn_part), buffer, i };
    }
    hf_function *gather = bind(t, GATHER);
    int64_t live = hfi_alloc_live();

    assert_int_equal(call(t, gather, &result, &(hf_linked){ part, sizeof(part), link, MANY }),
                     HF_OK);
    assert_int_equal(result.value.u, MANY);
    assert_int_equal(hfi_alloc_live(), live);
    hfi_fault_arm(1, 1);
    hf_status status = call(t, gather, &result, &(hf_linked){ part, sizeof(part), link, MANY });
    (void)hfi_fault_disarm();
    assert_int_equal(status, HF_E_NOMEM);
    assert_int_equal(hfi_alloc_live(), live);
}

static void a_few_links_allocate_nothing(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    hf_result result = HF_RESULT_INIT;
    begin(t, &f);
    hf_function *gather = bind(t, GATHER);

    hfi_fault_arm(1, 1000);
    hf_status status =
        call(t, gather, &result, &(hf_linked){ f.part, sizeof(f.part), f.link, PARTS });
    uint64_t passed = hfi_fault_disarm();
    assert_int_equal(status, HF_OK);
    assert_true(passed == 0 || t->thread->stress); /* a stress collection has its own */
}

static void refuse(hf_test_runtime *t, const hf_linked *linked, hf_status status, const char *words)
{
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(call(t, bind(t, GATHER), &result, linked), status);
    assert_int_equal(result.attempts, 0);
    if (!strstr(t->report[0].message, words)) {
        fail_msg("\"%s\" does not say \"%s\"", t->report[0].message, words);
    }
    hf_test_expect_report(t, status, "hfn_gather", "1 (parts)");
}

static void links_that_lead_nowhere_are_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    begin(t, &f);
    hf_ref array = hf_local(t->thread);
    assert_int_equal(hf_array_create(t->thread, 4, array), HF_OK);
    const hf_linked linked = { f.part, sizeof(f.part), f.link, PARTS };
    const hf_link good = f.link[2];
    f.part[0].base = f.part; /* what is in the memory stays when nothing is called */

    f.link[2].at = sizeof(f.part) - sizeof(void *) + 1;
    refuse(t, &linked, HF_E_RANGE, "outside the");
    f.link[2].at = SIZE_MAX;
    refuse(t, &linked, HF_E_RANGE, "outside the");
    f.link[2].at = 1;
    refuse(t, &linked, HF_E_RANGE, "parts+1 is not aligned");
    f.link[2] = good;
    f.link[2].from = 301;
    refuse(t, &linked, HF_E_RANGE, "byte 301 is outside a buffer of 300");
    f.link[2] = good;
    f.link[2].buffer = NULL;
    refuse(t, &linked, HF_E_SLOTS, "slot of the buffer is NULL");
    f.link[2].buffer = hf_local(t->thread);
    refuse(t, &linked, HF_E_NULL, "holds null");
    f.link[2].buffer = array;
    refuse(t, &linked, HF_E_NOT_LENDABLE, "no buffer but");
    f.link[2] = f.link[0];
    f.link[2].from = 11;
    refuse(t, &linked, HF_E_RANGE, "shares bytes with the place of another link");
    f.link[2] = (hf_link){ f.link[1].at, f.buffer[0], f.link[1].from };
    refuse(t, &linked, HF_E_RANGE, "shares bytes with the place of another link");
    assert_ptr_equal(f.part[0].base, f.part);
}

/* Nothing is lost by it, and a program that links all places of a struct need not look. */
static void a_place_may_be_linked_to_one_buffer_twice(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    hf_result result = HF_RESULT_INIT;
    begin(t, &f);
    f.link[2] = f.link[0];
    f.part[2].size = 0;

    assert_int_equal(
        call(t, bind(t, GATHER), &result, &(hf_linked){ f.part, sizeof(f.part), f.link, PARTS }),
        HF_OK);
    assert_int_equal(result.value.u, 90 * 1 + 190 * 2);
}

static void linked_memory_that_is_none_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    begin(t, &f);
    assert_int_equal(hf_raw_begin(t->thread), HF_OK);
    void *managed = hf_raw_address(f.buffer[0]);
    assert_int_equal(hf_raw_end(t->thread), HF_OK);

    refuse(t, NULL, HF_E_NULL, "description of linked memory is NULL");
    refuse(t, &(hf_linked){ NULL, 16, f.link, 1 }, HF_E_NULL, "linked memory is NULL");
    refuse(t, &(hf_linked){ f.part, 16, NULL, 1 }, HF_E_NULL, "list of links is NULL");
    refuse(t, &(hf_linked){ managed, 16, f.link, 1 }, HF_E_ARGUMENT_KIND, "managed heap");
    refuse(t, &(hf_linked){ (char *)f.part + 4, 16, f.link, 1 }, HF_E_RANGE, "not aligned");
    refuse(t, &(hf_linked){ f.part, sizeof(f.part), f.link, 65536 }, HF_E_LIMIT, "65536");
}

static void links_go_into_pointers_alone_where_the_layout_is_known(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    begin(t, &f);
    hf_result result = HF_RESULT_INIT;
    hf_function *gather = hf_test_bind(t, PART GATHER);
    hf_function *nested = hf_test_bind(
        t, "struct hfn_pair { void *data[2]; }; typedef struct hfn_part { struct hfn_pair in; }"
           " hfn_part;" GATHER);
    const hf_linked linked = { f.part, sizeof(f.part), f.link, PARTS };
    hf_ref empty = hf_local(t->thread);

    assert_int_equal(call(t, gather, &result, &linked), HF_OK);
    assert_int_equal(result.value.u, 90 * 1 + 190 * 2 + 290 * 3);
    f.link[1].buffer = empty;
    assert_int_equal(call(t, gather, &result, &linked), HF_E_NULL);
    assert_non_null(strstr(t->report[0].message, "parts[1].base: the slot"));
    hf_test_expect_report(t, HF_E_NULL, "hfn_gather", "1 (parts)");
    f.link[1].at += sizeof(void *);
    assert_int_equal(call(t, nested, &result, &linked), HF_E_NULL);
    assert_non_null(strstr(t->report[0].message, "parts[1].in.data[1]: the slot"));
    hf_test_expect_report(t, HF_E_NULL, "hfn_gather", "1 (parts)");
    assert_int_equal(call(t, gather, &result, &linked), HF_E_LAYOUT);
    assert_non_null(strstr(t->report[0].message, "is no pointer by the declared layout"));
    hf_test_expect_report(t, HF_E_LAYOUT, "hfn_gather", "1 (parts)");
}

static void linked_memory_goes_to_raw_parameters_too(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    fixture f;
    hf_result result = HF_RESULT_INIT;
    begin(t, &f);
    hf_function *gather = bind(t, "uint32_t hfn_gather(hfn_part *parts {raw}, size_t count)");

    assert_int_equal(
        hf_call(t->thread, gather, &result,
                HF_ARGS(HF_LINKED(&((hf_linked){ f.part, sizeof(f.part), f.link, PARTS })),
                        HF_INT(PARTS))),
        HF_OK);
    assert_int_equal(result.value.u, 90 * 1 + 190 * 2 + 290 * 3);
    /* A later argument that is refused leaves the memory as it was. */
    f.part[0].base = &f;
    assert_int_equal(
        hf_call(t->thread, gather, &result,
                HF_ARGS(HF_LINKED(&((hf_linked){ f.part, sizeof(f.part), f.link, PARTS })),
                        HF_DOUBLE(1))),
        HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_gather", "2 (count)");
    assert_ptr_equal(f.part[0].base, &f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(linked_buffers_are_read_where_they_are),
        TEST(linked_buffers_are_written_where_they_are),
        TEST(many_buffers_are_linked_with_memory_of_their_own),
        TEST(a_few_links_allocate_nothing),
        TEST(links_that_lead_nowhere_are_refused),
        TEST(a_place_may_be_linked_to_one_buffer_twice),
        TEST(linked_memory_that_is_none_is_refused),
        TEST(links_go_into_pointers_alone_where_the_layout_is_known),
        TEST(linked_memory_goes_to_raw_parameters_too),
    };
    return cmocka_run_group_tests_name("linked arguments", tests, NULL, NULL);
}
