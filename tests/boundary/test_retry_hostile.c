/* SPDX-License-Identifier: MIT */

/*
 * Callees that break their protocol: a report that names the buffer, bounds that are reached
 * exactly, and nothing left behind when memory is out.
 */

#include "runtime.h"
#include "testlib.h"

#include "base/alloc.h"

#include <string.h>

#define FETCH                                                                                      \
    "int hfn_fetch(void *source {raw}, uint8_t *buffer {out}, size_t size {capacity(buffer)},"     \
    " size_t *needed {out, needed(buffer), length(buffer)})"                                       \
    " {fail(result != 0), error(result), grow(error == 122)}"

static hf_function *bind_bounded(hf_test_runtime *t, const char *prototype, uint64_t bytes_max,
                                 uint32_t tries_max)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 16;
    options.bytes_max = bytes_max;
    options.tries_max = tries_max;
    return hf_test_bind_with(t, prototype, &options);
}

static hf_status fetch(hf_test_runtime *t, const hf_function *function, hfn_source *source,
                       hf_result *result)
{
    return hf_call(t->thread, function, result, HF_ARGS(HF_POINTER(source)));
}

/* Each lie, bounded by bytes.  test_hostile_walk.c has all dialects and bounds; this is what is
   said of them. */
static const struct {
    hfn_lie lie;
    hf_status by_bytes;
    size_t count;
} lies[] = {
    { HFN_NEED_SAME, HF_E_NO_PROGRESS, 1000000 },
    { HFN_NEED_SMALLER, HF_E_NO_PROGRESS, 1000000 },
    { HFN_NEED_ZERO, HF_E_GROW_LIMIT, 1000000 },
    { HFN_NEED_ALL_ONES, HF_E_GROW_LIMIT, 1000000 },
    { HFN_NEED_HUGE, HF_E_GROW_LIMIT, 1000000 },
    { HFN_NEED_UNSAID, HF_E_GROW_LIMIT, 1000000 },
    { HFN_NEED_ONE_MORE, HF_E_GROW_LIMIT, 1000000 },
    { HFN_SAYS_MORE, HF_E_LYING_SIZE, 5 },
    { HFN_SAYS_ALL_ONES, HF_E_LYING_SIZE, 5 },
    { HFN_SAYS_MINUS_ONE, HF_E_LYING_SIZE, 5 },
    { HFN_WRITES_BEHIND, HF_E_OVERRUN, 5 },
};
#define LIES (sizeof(lies) / sizeof(lies[0]))

static void retry_stops_at_the_bound_of_bytes_whatever_the_callee_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind_bounded(t, FETCH, 4096, 100);
    for (size_t i = 0; i < LIES; i++) {
        hfn_source source = { .count = lies[i].count, .lie = lies[i].lie };
        assert_int_equal(fetch(t, function, &source, &result), lies[i].by_bytes);
        hf_test_expect_report(t, lies[i].by_bytes, "hfn_fetch", "2 (buffer)");
        assert_true(source.last_capacity <= 4096);
        assert_true(result.attempts <= 16 && result.attempts == source.calls);
        assert_true(hf_is_null(hf_result_out(&result, 0)));
        assert_true(hf_result_scalar(&result, 0) == 0);
        assert_int_equal(hf_heap_check(t->thread), HF_OK);
    }
}

static void retry_believes_a_need_up_to_the_bound_alone(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind_bounded(t, FETCH, 10000, 24);
    hfn_source source = { .count = 1, .lie = HFN_NEED_ALL_ONES };

    assert_int_equal(fetch(t, function, &source, &result), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "hfn_fetch", "2 (buffer)");
    assert_int_equal(source.calls, 2);
    assert_true(source.last_capacity == 10000);
    assert_true(result.tries[0].needed == UINT32_MAX);
}

static void retry_reaches_exactly_its_bound(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind_bounded(t, FETCH, 1000, 24);
    hfn_source fits = { .count = 1000 };
    hfn_source does_not = { .count = 1001 };

    assert_int_equal(fetch(t, function, &fits, &result), HF_OK);
    assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 1000);
    assert_int_equal(fetch(t, function, &does_not, &result), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "hfn_fetch", "2 (buffer)");
}

static void retry_announces_no_more_than_the_capacity_parameter_can_say(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        bind_bounded(t,
                     "int hfn_fetch_small(void *source {raw}, uint8_t *buffer {out}, uint8_t size"
                     " {capacity(buffer)}, size_t *needed {out, needed(buffer), length(buffer)})"
                     " {fail(result != 0), error(result), grow(error == 122)}",
                     1 << 20, 24);
    hfn_source fits = { .count = 255 };
    hfn_source does_not = { .count = 256 };

    assert_int_equal(fetch(t, function, &fits, &result), HF_OK);
    assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 255);
    assert_int_equal(fetch(t, function, &does_not, &result), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "hfn_fetch_small", "2 (buffer)");
    assert_true(does_not.last_capacity == 255);
}

static void retry_refuses_wide_text_that_is_no_text(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *text = bind_bounded(
        t, "int hfn_fetch_bad_wide(wchar_t *buffer {out, text}, uint32_t size {capacity(buffer)})",
        4096, 24);
    hf_function *units = bind_bounded(
        t, "int hfn_fetch_bad_wide(wchar_t *buffer {out}, uint32_t size {capacity(buffer)})", 4096,
        24);

    assert_int_equal(hf_call(t->thread, text, &result, HF_NO_ARGS), HF_E_UTF);
    hf_test_expect_report(t, HF_E_UTF, "hfn_fetch_bad_wide", "1 (buffer)");
    assert_true(hf_is_null(hf_result_out(&result, 0)));
    assert_int_equal(hf_call(t->thread, units, &result, HF_NO_ARGS), HF_OK);
}

static void retry_keeps_the_last_tries_alone(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind_bounded(t, FETCH, 1 << 20, 24);
    hfn_source source = { .count = 5000, .lie = HFN_NEED_ZERO };

    assert_int_equal(fetch(t, function, &source, &result), HF_OK);
    assert_true(result.attempts > HF_RESULT_TRIES);
    assert_true(result.tries[HF_RESULT_TRIES - 1].capacity == source.last_capacity);
    assert_true(result.tries[HF_RESULT_TRIES - 1].error == 0);
    for (int i = 1; i < HF_RESULT_TRIES; i++) {
        assert_true(result.tries[i].capacity > result.tries[i - 1].capacity);
    }
}

/* A growing call whose fault points fail from the nth on. */
static hf_status fetch_without_memory(hf_test_runtime *t, const hf_function *function, uint64_t nth)
{
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hfn_source source = { .count = 400000 };
    hfi_fault_arm(nth, 1000);
    hf_status status = fetch(t, function, &source, &result);
    (void)hfi_fault_disarm();
    bool is_null = hf_is_null(hf_result_out(&result, 0));
    return is_null == (status != HF_OK) ? status : HF_E_SCOPE;
}

static void retry_leaves_nothing_behind_when_memory_is_out(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *function = bind_bounded(
        t,
        "int hfn_fetch_units(void *source {raw}, char16_t *buffer {out, text}, uint32_t size"
        " {capacity(buffer, bytes)}, uint32_t *needed {out, needed(buffer), length(buffer, - 1)})"
        " {fail(result != 0), error(result), grow(error == 122)}",
        1 << 24, 24);
    uint64_t nth = 0;
    hf_status status = HF_E_NOMEM;
    while (status != HF_OK && nth < 1000) {
        nth++;
        status = fetch_without_memory(t, function, nth);
        assert_true(status == HF_OK || status == HF_E_NOMEM || status == HF_E_LIMIT);
        assert_int_equal(hf_heap_check(t->thread), HF_OK);
        assert_int_equal(hf_test_report_count(t), 0);
    }
    assert_int_equal(status, HF_OK);
    assert_true(nth > 1);
}

static void bind_leaves_nothing_behind_when_memory_is_out(void **state)
{
    hf_test_runtime *t = *state;
    (void)hf_test_bind(t, "void hfn_nothing(void)");
    int64_t live = hfi_alloc_live();
    hf_function *function = NULL;
    uint64_t nth = 0;
    hf_status status = HF_E_NOMEM;
    static const hf_type_size types[] = { { "hfn_record", sizeof(hfn_record), sizeof(char *) } };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.types = types;
    options.type_count = 1;
    while (status != HF_OK && nth < 1000) {
        nth++;
        hfi_fault_arm(nth, 1);
        status = hf_function_bind_with(t->thread, t->library, FETCH, &options, &function);
        (void)hfi_fault_disarm();
        hf_test_forget_reports(t);
        if (status != HF_OK) {
            assert_null(function);
            assert_int_equal(hfi_alloc_live(), live);
        }
    }
    assert_int_equal(status, HF_OK);
    assert_true(nth > 5);
    hf_function_destroy(function);
}

static void library_leaves_nothing_behind_when_memory_is_out(void **state)
{
    hf_test_runtime *t = *state;
    int64_t live = hfi_alloc_live();
    hf_library *library = NULL;
    uint64_t nth = 0;
    hf_status status = HF_E_NOMEM;
    while (status != HF_OK && nth < 100) {
        nth++;
        hfi_fault_arm(nth, 1);
        status = hf_library_open(t->thread, "c", &library);
        (void)hfi_fault_disarm();
        hf_test_forget_reports(t);
        if (status != HF_OK) {
            assert_null(library);
            assert_int_equal(hfi_alloc_live(), live);
        }
    }
    assert_int_equal(status, HF_OK);
    hf_library_close(library);
}

static void call_leaves_nothing_behind_when_long_text_finds_no_memory(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    char text[3001];
    memset(text, 'a', 3000);
    text[3000] = 0;
    hf_function *length = hf_test_bind(t, "size_t hfn_wide_length(const wchar_t *text)");

    hfi_fault_arm(1, 1);
    hf_status status = hf_call(t->thread, length, &result, HF_ARGS(HF_CSTR(text)));
    (void)hfi_fault_disarm();
    assert_int_equal(status, HF_E_NOMEM);
    assert_int_equal(result.attempts, 0);
    assert_int_equal(hf_call(t->thread, length, &result, HF_ARGS(HF_CSTR(text))), HF_OK);
    assert_true(result.value.u == 3000);
}

static void retry_tells_when_the_heap_is_full(void **state)
{
    (void)state;
    hf_test_runtime t;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.heap_limit_bytes = 4 << 20;
    hf_test_begin(&t, &options);
    hf_status status;
    hf_status check;
    {
        HF_FRAME(t.thread);
        hf_result result = HF_RESULT_INIT;
        hf_function *function = bind_bounded(&t, FETCH, 1 << 30, 24);
        hfn_source source = { .count = 100 << 20 };
        status = fetch(&t, function, &source, &result);
        check = hf_heap_check(t.thread);
    }
    hf_test_end(&t);
    assert_int_equal(check, HF_OK);
    assert_int_equal(status, HF_E_LIMIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(retry_stops_at_the_bound_of_bytes_whatever_the_callee_says),
        TEST(retry_believes_a_need_up_to_the_bound_alone),
        TEST(retry_reaches_exactly_its_bound),
        TEST(retry_announces_no_more_than_the_capacity_parameter_can_say),
        TEST(retry_refuses_wide_text_that_is_no_text),
        TEST(retry_keeps_the_last_tries_alone),
        TEST(retry_leaves_nothing_behind_when_memory_is_out),
        TEST(bind_leaves_nothing_behind_when_memory_is_out),
        TEST(library_leaves_nothing_behind_when_memory_is_out),
        TEST(call_leaves_nothing_behind_when_long_text_finds_no_memory),
        cmocka_unit_test(retry_tells_when_the_heap_is_full),
    };
    return cmocka_run_group_tests_name("retry hostile", tests, NULL, NULL);
}
