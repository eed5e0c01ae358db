/* SPDX-License-Identifier: MIT */

/* Calls that grow: every dialect in which a callee says "too small", told the truth. */

#include "runtime.h"
#include "testlib.h"

#include <stdlib.h>
#include <string.h>

#define FETCH                                                                                      \
    "int hfn_fetch(void *source {raw}, uint8_t *buffer {out}, size_t size {capacity(buffer)},"     \
    " size_t *needed {out, needed(buffer), length(buffer)})"                                       \
    " {fail(result != 0), error(result), grow(error == 122)}"

static hf_function *bind_from(hf_test_runtime *t, const char *prototype, uint64_t first_bytes)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = first_bytes;
    options.tries_max = 60;
    return hf_test_bind_with(t, prototype, &options);
}

/* Asserts that a buffer has exactly these elements of `unit` bytes. */
static void assert_elements(hf_ref buffer, size_t count, size_t unit)
{
    assert_true(hf_bytes_size(buffer) == count * unit);
    unsigned char *bytes = malloc(count * unit + 1);
    size_t wrong = 0;
    assert_int_equal(hf_bytes_read(buffer, 0, bytes, count * unit), HF_OK);
    for (size_t i = 0; i < count; i++) {
        uint32_t element = 0;
        uint16_t half;
        switch (unit) {
        case 1:
            element = bytes[i];
            break;
        case 2:
            memcpy(&half, bytes + 2 * i, 2);
            element = half;
            break;
        default:
            memcpy(&element, bytes + 4 * i, 4);
            break;
        }
        wrong += element != hfn_element(i);
    }
    free(bytes);
    assert_int_equal(wrong, 0);
}

static const size_t counts[] = { 0, 1, 2, 15, 16, 17, 255, 256, 257, 5000, 100000 };
#define COUNTS (sizeof(counts) / sizeof(counts[0]))

static void retry_fetches_what_says_its_need_in_two_tries(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *fetch = bind_from(t, FETCH, 0);
    hf_result result = HF_RESULT_INIT;
    for (size_t i = 0; i < COUNTS; i++) {
        hfn_source source = { .count = counts[i] };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), counts[i], 1);
        assert_int_equal(result.attempts, counts[i] <= 256 ? 1 : 2);
        assert_int_equal(source.calls, result.attempts);
        assert_true((size_t)hf_result_scalar(&result, 0) == counts[i]);
        assert_true(result.error == 0 && !result.failed);
    }
}

static void retry_begins_with_the_capacity_it_is_told(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const size_t first[] = { 1, 2, 3, 64, 4000 };
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        hf_function *fetch = bind_from(t, FETCH, first[i]);
        hfn_source source = { .count = 3000 };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), 3000, 1);
        assert_true(source.least_capacity == first[i]);
        assert_true(result.tries[0].capacity == first[i]);
        assert_true(result.tries[0].needed == 3000);
        assert_true(result.tries[0].error == (first[i] < 3000 ? 122 : 0));
        assert_int_equal(result.attempts, first[i] < 3000 ? 2 : 1);
    }
}

static void retry_grows_by_half_when_the_need_is_not_said(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const hfn_lie lie[] = { HFN_NEED_ZERO, HFN_NEED_UNSAID, HFN_NEED_LOW };
    hf_function *fetch = bind_from(t, FETCH, 1);
    for (size_t i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
        hfn_source source = { .count = 1000, .lie = lie[i] };
        hf_status status = hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source)));
        if (lie[i] == HFN_NEED_UNSAID) {
            /* It does not say the length either: the slot still holds the 0 it was given. */
            assert_int_equal(status, HF_OK);
            assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 0);
        } else {
            assert_int_equal(status, HF_OK);
            assert_elements(hf_result_out(&result, 0), 1000, 1);
        }
        assert_true(result.attempts >= 3 && result.attempts <= 18);
        assert_true(source.last_capacity >= 1000 && source.last_capacity < 1600);
    }
}

static void retry_reads_an_inout_size(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "int hfn_fetch_inout(void *source {raw}, uint8_t *buffer {out}, uint32_t *size"
                  " {inout, capacity(buffer), needed(buffer), length(buffer)})"
                  " {fail(result != 0), error(result), grow(error == 122)}",
                  10);
    for (size_t i = 0; i < COUNTS; i++) {
        hfn_source source = { .count = counts[i] };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), counts[i], 1);
        assert_int_equal(result.scalar_count, 1);
        assert_true((size_t)hf_result_scalar(&result, 0) == counts[i]);
    }
}

static void retry_converts_units(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "int hfn_fetch_units(void *source {raw}, char16_t *buffer {out, text}, uint32_t"
                  " size {capacity(buffer, bytes)}, uint32_t *needed {out, needed(buffer,"
                  " elements), length(buffer, elements - 1)})"
                  " {fail(result != 0), error(result), grow(error == 122)}",
                  7);
    for (size_t i = 0; i < COUNTS; i++) {
        hfn_source source = { .count = counts[i] };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), counts[i], 2);
        assert_int_equal(source.least_capacity, 3); /* 7 bytes are 3 whole units */
        assert_true(result.attempts <= 2);
    }
}

static void retry_counts_the_terminator_of_wide_text(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "uint32_t hfn_fetch_wide(void *source {raw}, wchar_t *buffer {out, text},"
                  " uint32_t size {capacity(buffer)}) {fail(result == 0 && error != 0),"
                  " error(errno), grow_ok(result > size), needed(buffer, result),"
                  " length(buffer, result)}",
                  1);
    for (size_t i = 0; i < COUNTS; i++) {
        hfn_source source = { .count = counts[i] };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), counts[i], sizeof(wchar_t));
        assert_int_equal(result.attempts, counts[i] == 0 ? 1 : 2);
    }
}

static void retry_takes_a_full_buffer_for_a_cut_one(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "ptrdiff_t hfn_fetch_cut(void *source {raw}, char *buffer {out, text}, size_t"
                  " size {capacity(buffer)}) {fail(result < 0), error(errno),"
                  " grow_ok(result == size), length(buffer, result)}",
                  16);
    for (size_t i = 0; i < COUNTS; i++) {
        hfn_source source = { .count = counts[i] };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), counts[i], 1);
        assert_true(counts[i] < 16 ? result.attempts == 1 : result.attempts > 1);
    }
}

static void retry_measures_text_without_a_length(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "char *hfn_fetch_text(void *source {raw}, char *buffer {out, text}, size_t size"
                  " {capacity(buffer)}) {fail(result == 0), error(errno), grow(error == 34)}",
                  1);
    for (size_t i = 0; i < COUNTS; i++) {
        hfn_source source = { .count = counts[i] };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), counts[i], 1);
    }
}

static void retry_grows_text_that_has_no_end(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = bind_from(t,
                                   "int hfn_fetch_unended(char *buffer {out, text}, size_t size"
                                   " {capacity(buffer)}, size_t until) {fail(result < 0)}",
                                   8);

    assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_UINT(100))), HF_OK);
    assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 99);
    assert_true(result.attempts > 1);
}

static void retry_grows_what_succeeds_with_a_part(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "int hfn_fetch_part(void *source {raw}, uint8_t *buffer {out}, size_t size"
                  " {capacity(buffer)}, size_t *there {out, needed(buffer), length(buffer)})"
                  " {fail(result != 0), error(result), grow_ok(there > size)}",
                  4);
    for (size_t i = 0; i < COUNTS; i++) {
        hfn_source source = { .count = counts[i] };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_elements(hf_result_out(&result, 0), counts[i], 1);
        assert_int_equal(result.attempts, counts[i] <= 4 ? 1 : 2);
    }
}

#define FETCH_TWO                                                                                  \
    "int hfn_fetch_two(void *first {raw}, void *second {raw}, uint8_t *a {out}, uint32_t *a_size"  \
    " {inout, capacity(a), needed(a), length(a)}, char16_t *b {out}, uint32_t *b_size"             \
    " {inout, capacity(b), needed(b), length(b)})"                                                 \
    " {fail(result != 0), error(result), grow(error == 122)}"

static void retry_grows_of_two_buffers_the_one_that_is_short(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = bind_from(t, FETCH_TWO, 16);
    static const size_t pair[][2] = { { 5, 5 }, { 500, 5 }, { 5, 500 }, { 500, 700 }, { 0, 0 } };
    for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
        hfn_source first = { .count = pair[i][0] };
        hfn_source second = { .count = pair[i][1] };
        assert_int_equal(
            hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&first), HF_POINTER(&second))),
            HF_OK);
        assert_elements(hf_result_out(&result, 0), pair[i][0], 1);
        assert_elements(hf_result_out(&result, 1), pair[i][1], 2);
        assert_true(first.last_capacity == (pair[i][0] > 16 ? pair[i][0] : 16));
        assert_true(second.last_capacity == (pair[i][1] > 8 ? pair[i][1] : 8));
    }
}

static void retry_grows_both_buffers_when_neither_says_its_need(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = bind_from(t, FETCH_TWO, 16);
    hfn_source first = { .count = 10, .lie = HFN_NEED_ZERO };
    hfn_source second = { .count = 100, .lie = HFN_NEED_ZERO };

    assert_int_equal(
        hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&first), HF_POINTER(&second))),
        HF_OK);
    assert_elements(hf_result_out(&result, 0), 10, 1);
    assert_elements(hf_result_out(&result, 1), 100, 2);
    /* The first one was large enough, and said so: its need of 10 is no more than it had. */
    assert_true(first.last_capacity > 16);
}

static void retry_obeys_a_verdict_for_each_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "int hfn_fetch_either(void *first {raw}, void *second {raw}, uint8_t *a {out},"
                  " uint32_t a_size {capacity(a)}, uint8_t *b {out}, uint32_t b_size"
                  " {capacity(b)}) {fail(result != 0), error(result), grow(a: error == 1),"
                  " grow(b: error == 2)}",
                  8);
    hfn_source first = { .count = 9 };
    hfn_source second = { .count = 200 };

    assert_int_equal(
        hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&first), HF_POINTER(&second))),
        HF_OK);
    assert_true(first.last_capacity == 13); /* grown once: 8 + 4 + 1 */
    assert_true(second.last_capacity >= 200);
    assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 13); /* no length role: all of it */
}

static void retry_never_moves_what_something_points_into(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    static const hf_type_size types[] = { { "hfn_record", sizeof(hfn_record), sizeof(char *) } };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.types = types;
    options.type_count = 1;
    options.first_bytes = 2;
    hf_function *fetch = hf_test_bind_with(
        t,
        "int hfn_fetch_record(void *source {raw}, hfn_record *record {out, points_into(buffer)},"
        " char *buffer {out}, size_t size {capacity(buffer)}, hfn_record **found {out})"
        " {fail(result != 0), error(result), grow(error == 34)}",
        &options);
    hf_result result = HF_RESULT_INIT;
    hfn_source source = { .count = 300 };

    assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
    assert_true(result.attempts > 2);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(hf_collect(t->thread), HF_OK);
    }
    hf_span span;
    HF_FENCE(t->thread, fence, hf_result_out(&result, 0), &span);
    const hfn_record *record = span.data;
    bool is_there = (uintptr_t)hf_result_scalar(&result, 0) == (uintptr_t)record;
    size_t wrong = 0;
    for (size_t i = 0; i < 300; i++) {
        wrong += record->name[i] != (char)hfn_element(i);
        wrong += record->value[i] != (char)hfn_element(i + 1);
    }
    wrong += record->name[300] != 0 || record->value[300] != 0;
    assert_int_equal(hf_fence_end(&fence), HF_OK);

    assert_true(is_there);
    assert_int_equal(wrong, 0);
}

static void retry_never_grows_a_given_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 100, buffer), HF_OK);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = hf_test_bind(
        t, "int hfn_fetch(void *source {raw}, uint8_t *buffer {out, given}, size_t size"
           " {capacity(buffer)}, size_t *needed {out, needed(buffer), length(buffer)})"
           " {fail(result != 0), error(result)}");
    hfn_source source = { .count = 50 };

    assert_int_equal(
        hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source), HF_BUFFER(buffer, 10, 60))),
        HF_OK);
    assert_true(source.last_capacity == 60);
    assert_true(hf_result_scalar(&result, 0) == 50);
    assert_int_equal(result.out_count, 0);
    unsigned char bytes[100];
    assert_int_equal(hf_bytes_read(buffer, 0, bytes, 100), HF_OK);
    assert_int_equal(bytes[9], 0);
    assert_int_equal(bytes[10], hfn_element(0));
    assert_int_equal(bytes[59], hfn_element(49));
    assert_int_equal(bytes[60], 0);

    source.count = 61;
    assert_int_equal(
        hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source), HF_BUFFER(buffer, 10, 60))),
        HF_E_NATIVE);
    assert_int_equal(result.attempts, 1);
    assert_true(result.error == 122);
}

static void retry_reads_the_length_of_the_try_that_succeeded(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = bind_from(t, FETCH, 10);
    hfn_source source = { .count = 1000, .lie = HFN_SHRINKS };

    assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
    assert_elements(hf_result_out(&result, 0), 999, 1);
}

static void retry_gives_a_large_result_its_own_room(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch = bind_from(t, FETCH, 1 << 20);
    hf_heap_statistics before = HF_HEAP_STATISTICS_INIT;
    hf_heap_statistics after = HF_HEAP_STATISTICS_INIT;
    hfn_source source = { .count = 10 };
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(hf_heap_statistics_get(t->runtime, &before), HF_OK);

    assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(hf_heap_statistics_get(t->runtime, &after), HF_OK);

    assert_elements(hf_result_out(&result, 0), 10, 1);
    assert_true(after.bytes_live < before.bytes_live + 65536);
}

static void retry_makes_text_a_c_string_in_memory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *fetch =
        bind_from(t,
                  "ptrdiff_t hfn_fetch_cut(void *source {raw}, char *buffer {out, text}, size_t"
                  " size {capacity(buffer)}) {fail(result < 0), error(errno),"
                  " grow_ok(result == size), length(buffer, result)}",
                  64);
    for (size_t count = 0; count < 70; count++) {
        hfn_source source = { .count = count };
        assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
        assert_int_equal(hf_collect(t->thread), HF_OK);
        hf_fence fence;
        hf_span span;
        assert_int_equal(
            hf_fence_begin(t->thread, &fence, hf_result_out(&result, 0), &span, "text", HF_SITE),
            HF_OK);
        size_t length = strlen(span.data);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_true(length == count);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(retry_fetches_what_says_its_need_in_two_tries),
        TEST(retry_begins_with_the_capacity_it_is_told),
        TEST(retry_grows_by_half_when_the_need_is_not_said),
        TEST(retry_reads_an_inout_size),
        TEST(retry_converts_units),
        TEST(retry_counts_the_terminator_of_wide_text),
        TEST(retry_takes_a_full_buffer_for_a_cut_one),
        TEST(retry_measures_text_without_a_length),
        TEST(retry_grows_text_that_has_no_end),
        TEST(retry_grows_what_succeeds_with_a_part),
        TEST(retry_grows_of_two_buffers_the_one_that_is_short),
        TEST(retry_grows_both_buffers_when_neither_says_its_need),
        TEST(retry_obeys_a_verdict_for_each_buffer),
        TEST(retry_never_moves_what_something_points_into),
        TEST(retry_never_grows_a_given_buffer),
        TEST(retry_reads_the_length_of_the_try_that_succeeded),
        TEST(retry_gives_a_large_result_its_own_room),
        TEST(retry_makes_text_a_c_string_in_memory),
    };
    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
