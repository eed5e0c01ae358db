/* SPDX-License-Identifier: MIT */

/*
 * Sizes that the arguments make: what is lent has to be as large as the callee was told, and a
 * buffer of the library's is exactly that large.  The callees are the C library's.
 */

#include "runtime.h"

#include "base/alloc.h"
#include "call/guard.h"
#include "thread/thread.h"

#include <string.h>

#define SORT                                                                                       \
    "void qsort(void *base {inout, size(count * width)}, size_t count, size_t width,"              \
    " int (*compare)(const void *, const void *))"
#define SEARCH                                                                                     \
    "void *bsearch(const void *key {size(width)}, const void *base {size(count * width)},"         \
    " size_t count, size_t width, int (*compare)(const void *, const void *))"
#define COPY                                                                                       \
    "void *memmove(void *to {out, given, size(size)}, const void *from {size(size)}, size_t size)"
#define FILL "void *memset(void *to {out, size(size)}, int byte, size_t size)"

typedef struct fixture {
    hf_test_runtime t;
    hf_library *libc;
    hf_function *function[8];
    unsigned count;
} fixture;

static int begin(void **state, bool checked)
{
    static fixture f;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = checked;
    memset(&f, 0, sizeof(f));
    hf_test_begin(&f.t, &options);
    assert_int_equal(hf_library_open(f.t.thread, "c", &f.libc), HF_OK);
    *state = &f;
    return 0;
}

static int setup(void **state)
{
    return begin(state, false);
}

static int setup_checked(void **state)
{
    return begin(state, true);
}

static int teardown(void **state)
{
    fixture *f = *state;
    while (f->count) {
        hf_function_destroy(f->function[--f->count]);
    }
    hf_library_close(f->libc);
    hf_test_end(&f->t);
    return 0;
}

static hf_function *bind(fixture *f, const char *prototype)
{
    hf_function **function = &f->function[f->count];
    assert_true(f->count < 8);
    assert_int_equal(hf_function_bind(f->t.thread, f->libc, prototype, function), HF_OK);
    f->count++;
    return *function;
}

static hf_ref make(fixture *f, const void *bytes, size_t size)
{
    hf_ref buffer = hf_local(f->t.thread);
    assert_int_equal(hf_bytes_create(f->t.thread, size, buffer), HF_OK);
    if (bytes) {
        assert_int_equal(hf_bytes_write(buffer, 0, bytes, size), HF_OK);
    }
    return buffer;
}

/* Takes the report of a refusal out, which has to say these words. */
static void expect_refusal(fixture *f, hf_status status, const char *function, const char *argument,
                           const char *words)
{
    assert_true(f->t.report_count > 0);
    char message[192];
    strcpy(message, f->t.report[0].message);
    hf_test_expect_report(&f->t, status, function, argument);
    if (!strstr(message, words)) {
        fail_msg("\"%s\" does not say \"%s\"", message, words);
    }
}

static hf_status compare(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    int a, b;
    unsigned *calls = user;
    if ((*calls)++ % 8 == 0 && hf_collect(thread) != HF_OK) {
        return HF_E_MISUSE;
    }
    memcpy(&a, arguments[0].pointer, sizeof(a));
    memcpy(&b, arguments[1].pointer, sizeof(b));
    result->i = (a > b) - (a < b);
    return HF_OK;
}

static void extent_of_a_product_lets_qsort_sort_what_is_lent(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    const int numbers[6] = { 9, 5, 3, 8, 1, 2 };
    unsigned calls = 0;
    hf_ref array = make(f, numbers, sizeof(numbers));
    hf_result result = HF_RESULT_INIT;
    const hf_transient by = { compare, &calls };
    hf_function *sort = bind(f, SORT);

    /* All but the first and the last. */
    assert_int_equal(hf_call(f->t.thread, sort, &result,
                             HF_ARGS(HF_BUFFER(array, 4, 16), HF_UINT(4), HF_UINT(sizeof(int)),
                                     HF_FUNCTION(&by))),
                     HF_OK);
    const int sorted[6] = { 9, 1, 3, 5, 8, 2 };
    int got[6];
    assert_int_equal(hf_bytes_read(array, 0, got, sizeof(got)), HF_OK);
    assert_memory_equal(got, sorted, sizeof(got));
    assert_true(calls > 0);
}

static void extent_is_compared_with_each_buffer_of_its_own(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    const int numbers[4] = { 1, 3, 5, 7 };
    unsigned calls = 0;
    hf_ref array = make(f, numbers, sizeof(numbers));
    hf_ref key = make(f, &numbers[2], sizeof(int));
    hf_ref odd = make(f, "abc", 3);
    hf_result result = HF_RESULT_INIT;
    const hf_transient by = { compare, &calls };
    hf_function *search = bind(f, SEARCH);

    assert_int_equal(HF_CALL(f->t.thread, search, &result, key, array, 4, sizeof(int), &by), HF_OK);
    assert_non_null(result.value.pointer);
    assert_int_equal(HF_CALL(f->t.thread, search, &result, odd, array, 4, sizeof(int), &by),
                     HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "bsearch", "1 (key)",
                   "3 bytes are lent, the callee may touch 4: size(width)");
    assert_int_equal(HF_CALL(f->t.thread, search, &result, key, array, 5, sizeof(int), &by),
                     HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "bsearch", "2 (base)",
                   "16 bytes are lent, the callee may touch 20: size(count * width)");
    assert_int_equal(result.attempts, 0);
}

static void extent_counts_what_is_lent_and_not_the_whole_buffer(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_ref to = make(f, "........", 8);
    hf_ref from = make(f, "ABCDEFGH", 8);
    hf_result result = HF_RESULT_INIT;
    hf_function *copy = bind(f, COPY);
    char got[8];

    assert_int_equal(
        hf_call(f->t.thread, copy, &result,
                HF_ARGS(HF_BUFFER(to, 2, 3), HF_BUFFER(from, 5, HF_WHOLE), HF_UINT(3))),
        HF_OK);
    assert_int_equal(hf_bytes_read(to, 0, got, 8), HF_OK);
    assert_memory_equal(got, "..FGH...", 8);
    assert_int_equal(
        hf_call(f->t.thread, copy, &result,
                HF_ARGS(HF_BUFFER(to, 2, 3), HF_BUFFER(from, 0, HF_WHOLE), HF_UINT(4))),
        HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "memmove", "1 (to)", "3 bytes are lent, the callee may touch 4");
}

static void extent_of_nothing_takes_an_empty_part(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_ref buffer = make(f, "ab", 2);
    hf_result result = HF_RESULT_INIT;
    hf_function *copy = bind(f, COPY);

    assert_int_equal(hf_call(f->t.thread, copy, &result,
                             HF_ARGS(HF_BUFFER(buffer, 2, 0), HF_BUFFER(buffer, 0, 0), HF_UINT(0))),
                     HF_OK);
    assert_int_equal(result.attempts, 1);
}

static void extent_says_nothing_of_an_address_or_null(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    char native[4] = "...";
    hf_ref from = make(f, "xyz", 3);
    hf_result result = HF_RESULT_INIT;
    hf_function *copy = bind(f, COPY);

    assert_int_equal(HF_CALL(f->t.thread, copy, &result, (void *)native, from, 3), HF_OK);
    assert_string_equal(native, "xyz");
    assert_int_equal(HF_CALL(f->t.thread, copy, &result, NULL, NULL, 0), HF_OK);
    assert_null(result.value.pointer);
}

static void extent_that_overflows_is_refused_before_the_call(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    unsigned calls = 0;
    hf_ref array = make(f, NULL, 64);
    hf_result result = HF_RESULT_INIT;
    const hf_transient by = { compare, &calls };
    hf_function *sort = bind(f, SORT);
    const size_t half = SIZE_MAX / 2 + 1;
    const size_t pairs[][2] = {
        { half, 2 }, { half / 4, 16 }, { SIZE_MAX, 1 }, { half, half }, { 1, half }
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        hf_status status =
            HF_CALL(f->t.thread, sort, &result, array, pairs[i][0], pairs[i][1], &by);
        assert_int_equal(status, HF_E_OVERFLOW);
        expect_refusal(f, HF_E_OVERFLOW, "qsort", "1 (base)", "size(count * width)");
    }
    assert_int_equal(calls, 0);
    assert_int_equal(result.attempts, 0);
}

static void extent_below_zero_is_refused(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_ref buffer = make(f, NULL, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *fill =
        bind(f, "void *memset(void *to {out, given, size(size - 1)}, int byte, ptrdiff_t size)");
    hf_function *made =
        bind(f, "void *memset(void *to {out, size(-size)}, int byte, ptrdiff_t size)");

    assert_int_equal(HF_CALL(f->t.thread, fill, &result, buffer, 0, 0), HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "memset", "1 (to)", "size(size - 1) is -1");
    assert_int_equal(HF_CALL(f->t.thread, fill, &result, buffer, 7, 1), HF_OK);
    assert_int_equal(HF_CALL(f->t.thread, made, &result, 0, 5), HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "memset", "1 (to)", "size(-size) is -5");
    assert_int_equal(hf_call(f->t.thread, made, &result, HF_ARGS(HF_INT(0), HF_INT(PTRDIFF_MIN))),
                     HF_E_OVERFLOW);
    expect_refusal(f, HF_E_OVERFLOW, "memset", "1 (to)", "size(-size)");
}

static void output_of_an_extent_has_exactly_that_size(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fill = bind(f, FILL);
    const size_t sizes[] = { 0, 1, 17, 4096, 100000 };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char last = 0;
        assert_int_equal(HF_CALL(f->t.thread, fill, &result, 0xa5, sizes[i]), HF_OK);
        assert_int_equal(result.attempts, 1);
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), sizes[i]);
        if (sizes[i]) {
            assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), sizes[i] - 1, &last, 1),
                             HF_OK);
            assert_int_equal(last, 0xa5);
        }
    }
}

static void output_of_an_extent_that_is_overrun_is_reported(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fill =
        bind(f, "void *memset(void *to {out, size(size - 1)}, int byte, size_t size)");

    assert_int_equal(HF_CALL(f->t.thread, fill, &result, 1, 33), HF_E_OVERRUN);
    expect_refusal(f, HF_E_OVERRUN, "memset", "1 (to)", "the 32 bytes it was told");
}

static void output_of_an_extent_without_memory_fails_alone(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fill = bind(f, FILL);

    hf_status status = HF_CALL(f->t.thread, fill, &result, 1, PTRDIFF_MAX);
    assert_true(status == HF_E_NOMEM || status == HF_E_OVERFLOW || status == HF_E_LIMIT);
    assert_int_equal(result.attempts, 0);
    hf_test_forget_reports(&f->t);
    assert_int_equal(HF_CALL(f->t.thread, fill, &result, 1, 8), HF_OK);
}

/* The library says the length of a text that has no capacity parameter either. */
static void output_of_an_extent_may_be_text_with_a_length(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *text =
        bind(f, "char *strncpy(char *to {out, text, size(size)}, const char *from, size_t size)");
    hf_function *filled = bind(f, "void *memset(void *to {out, size(size)}, int byte, size_t size)"
                                  " {fail(0), length(to, size / 4)}");

    assert_int_equal(HF_CALL(f->t.thread, text, &result, "abc", 64), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 3);
    assert_int_equal(HF_CALL(f->t.thread, text, &result, "abcdef", 4), HF_OK); /* full: no NUL */
    assert_int_equal(result.attempts, 1);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 4);
    assert_int_equal(HF_CALL(f->t.thread, filled, &result, 1, 64), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 16);
}

static hf_status release_nothing(uintptr_t value, void *user)
{
    (void)value;
    ++*(unsigned *)user;
    return HF_OK;
}

/* It never grows, so there is one success, and what it gives can be owned. */
static void output_of_an_extent_goes_beside_a_resource(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    unsigned released = 0;
    const hf_resource_class class_of = { .struct_size = sizeof(hf_resource_class),
                                         .name = "address",
                                         .release = release_nothing,
                                         .user = &released };
    hf_ref owner = hf_local(f->t.thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *text =
        bind(f, "char *strncpy(char *to {out, text, size(size)}, const char *from, size_t size)");

    assert_int_equal(hf_call_adopting(f->t.thread, text, &result,
                                      HF_ARGS(HF_CSTR("abcdef"), HF_UINT(4)), &class_of,
                                      HF_ADOPT_RESULT, owner),
                     HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 4);
    assert_int_equal(hf_resource_dispose(f->t.thread, owner), HF_OK);
    assert_int_equal(released, 1);
}

static void extent_knows_the_capacity_of_what_is_lent(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_ref from = make(f, "0123456789", 10);
    hf_ref to = make(f, NULL, 10);
    hf_result result = HF_RESULT_INIT;
    hf_function *copy =
        bind(f, "void *memcpy(void *to {out, given, size(size)}, const void *from, size_t size"
                " {capacity(from)})");
    char got[10];

    assert_int_equal(HF_CALL(f->t.thread, copy, &result, to, from), HF_OK);
    assert_int_equal(hf_bytes_read(to, 0, got, 10), HF_OK);
    assert_memory_equal(got, "0123456789", 10);
    assert_int_equal(hf_call(f->t.thread, copy, &result,
                             HF_ARGS(HF_BUFFER(to, 1, HF_WHOLE), HF_BUFFER(from, 0, HF_WHOLE))),
                     HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "memcpy", "1 (to)", "9 bytes are lent, the callee may touch 10");
    assert_int_equal(HF_CALL(f->t.thread, copy, &result, NULL, NULL), HF_OK);
}

static void extent_knows_what_an_inout_number_was_before(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_ref buffer = make(f, NULL, 8);
    hf_result result = HF_RESULT_INIT;
    hf_function *copy = bind(f, "void *memcpy(int64_t *to {inout}, const void *from {size(to)},"
                                " size_t size)");

    assert_int_equal(HF_CALL(f->t.thread, copy, &result, 8, buffer, 8), HF_OK);
    assert_int_equal(hf_result_scalar(&result, 0), 0);
    assert_int_equal(HF_CALL(f->t.thread, copy, &result, 9, buffer, 0), HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "memcpy", "2 (from)", "8 bytes are lent, the callee may touch 9");
    assert_int_equal(
        hf_call(f->t.thread, copy, &result, HF_ARGS(HF_NULL, HF_BUFFER(buffer, 0, 0), HF_UINT(0))),
        HF_OK);
}

/* Linked memory says how large it is, also where that is no multiple of its elements. */
static void extent_is_compared_with_linked_memory(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    int native[3] = { 1, 2, 3 };
    hf_ref to = make(f, NULL, sizeof(native));
    hf_result result = HF_RESULT_INIT;
    hf_linked linked = { native, 10, NULL, 0 };
    hf_function *copy = bind(f, "void *memcpy(void *to {out, given, size(size)}, const int *from "
                                "{size(size)}, size_t size)");

    assert_int_equal(HF_CALL(f->t.thread, copy, &result, to, &linked, 10), HF_OK);
    assert_int_equal(HF_CALL(f->t.thread, copy, &result, to, &linked, 11), HF_E_RANGE);
    expect_refusal(f, HF_E_RANGE, "memcpy", "2 (from)",
                   "10 bytes are lent, the callee may touch 11");
}

static void guard_sees_a_write_behind_what_an_extent_lends(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    hf_ref buffer = make(f, NULL, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *fill =
        bind(f, "void *memset(void *to {out, given, size(size / 2)}, int byte, size_t size)");

    assert_int_equal(hf_call(f->t.thread, fill, &result,
                             HF_ARGS(HF_BUFFER(buffer, 8, 16), HF_INT(1), HF_UINT(16))),
                     HF_OK);
    assert_int_equal(hf_call(f->t.thread, fill, &result,
                             HF_ARGS(HF_BUFFER(buffer, 8, 16), HF_INT(1), HF_UINT(20))),
                     HF_E_OVERRUN);
    expect_refusal(f, HF_E_OVERRUN, "memset", "1 (to)", "the 16 bytes at offset 8");
}

/* A native array of addresses is looked through as far as the callee reads, and no further. */
static void pointer_checks_end_where_an_extent_ends(void **state)
{
    fixture *f = *state;
    HF_FRAME(f->t.thread);
    if (!hfi_checks_at_calls(f->t.thread->parts)) {
        skip();
    }
    hf_ref buffer = make(f, NULL, 16);
    hf_ref to = make(f, NULL, 4 * sizeof(void *));
    hf_result result = HF_RESULT_INIT;
    hf_span span;
    const void *words[3] = { NULL, NULL, NULL };
    hf_function *copy = bind(
        f, "void *memcpy(void *to {out, given, size(count)}, const void *const *from {size(count)},"
           " size_t count)");
    HF_FENCE(f->t.thread, fence, buffer, &span);
    words[2] = span.data;
    hf_fence_end(&fence);

    assert_int_equal(HF_CALL(f->t.thread, copy, &result, to, (void *)words, 2 * sizeof(void *)),
                     HF_OK);
    assert_int_equal(HF_CALL(f->t.thread, copy, &result, to, (void *)&words[2], 0), HF_OK);
    if (f->t.thread->stress) {
        return; /* the buffer has moved, and its address is nobody's */
    }
    assert_int_equal(HF_CALL(f->t.thread, copy, &result, to, (void *)words, 3 * sizeof(void *)),
                     HF_E_POINTER);
    hf_test_expect_report(&f->t, HF_E_POINTER, "memcpy", "2 (from)");
}

#define TEST(test)         cmocka_unit_test_setup_teardown(test, setup, teardown)
#define TEST_CHECKED(test) cmocka_unit_test_setup_teardown(test, setup_checked, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(extent_of_a_product_lets_qsort_sort_what_is_lent),
        TEST(extent_is_compared_with_each_buffer_of_its_own),
        TEST(extent_counts_what_is_lent_and_not_the_whole_buffer),
        TEST(extent_of_nothing_takes_an_empty_part),
        TEST(extent_says_nothing_of_an_address_or_null),
        TEST(extent_that_overflows_is_refused_before_the_call),
        TEST(extent_below_zero_is_refused),
        TEST(output_of_an_extent_has_exactly_that_size),
        TEST(output_of_an_extent_that_is_overrun_is_reported),
        TEST(output_of_an_extent_without_memory_fails_alone),
        TEST(output_of_an_extent_may_be_text_with_a_length),
        TEST(output_of_an_extent_goes_beside_a_resource),
        TEST(extent_knows_the_capacity_of_what_is_lent),
        TEST(extent_knows_what_an_inout_number_was_before),
        TEST(extent_is_compared_with_linked_memory),
        TEST_CHECKED(guard_sees_a_write_behind_what_an_extent_lends),
        TEST(pointer_checks_end_where_an_extent_ends),
    };
    return cmocka_run_group_tests_name("sizes made of arguments", tests, NULL, NULL);
}
