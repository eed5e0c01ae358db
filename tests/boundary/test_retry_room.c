/* SPDX-License-Identifier: MIT */

/*
 * Which capacities a function takes, failures that pass, and results that cannot be asked for
 * twice. Each callee here writes down what it was offered.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

#define OFFERS 16

typedef struct callee {
    unsigned calls;
    uint32_t offer[OFFERS];
    uint32_t size;     /* of what it has */
    uint32_t beyond;   /* elements written behind what was announced */
    unsigned failures; /* transient ones still to come */
    uint32_t only;     /* it takes this and nothing else; 0: whatever is enough */
    uint32_t multiple; /* 0: 1 */
} callee;

static callee that;

enum { FINE = 0, TOO_SMALL = 122, NOT_NOW = 4 };

static int give(uint16_t *buffer, uint32_t size, uint32_t *needed)
{
    if (that.calls < OFFERS) {
        that.offer[that.calls] = size;
    }
    that.calls++;
    *needed = that.size;
    if (that.failures) {
        that.failures--;
        return NOT_NOW;
    }
    bool is_odd = that.multiple && size % that.multiple != 0;
    if (size < that.size || is_odd || (that.only && size != that.only)) {
        *needed = that.only ? that.only : that.size;
        return TOO_SMALL;
    }
    for (uint32_t i = 0; i < that.size + that.beyond; i++) {
        buffer[i] = (uint16_t)(i + 1);
    }
    return FINE;
}

static hf_function *bind(hf_test_runtime *t, const char *prototype,
                         const hf_function_options *given)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(uint16_t *, uint32_t, uint32_t *) = give;
    if (given) {
        options = *given;
    }
    memcpy(&options.address, &function, sizeof function);
    return hf_test_bind_with(t, prototype, &options);
}

#define GIVE(room, roles)                                                                          \
    "int give(uint16_t *buffer {out" room "}, uint32_t size {capacity(buffer)},"                   \
    " uint32_t *needed {out, needed(buffer), length(buffer)})"                                     \
    " {fail(result != 0), error(result), grow(error == 122)" roles "}"

static hf_status call(hf_test_runtime *t, const hf_function *function, hf_result *result)
{
    that.calls = 0;
    return hf_call(t->thread, function, result, HF_NO_ARGS);
}

static void retry_begins_where_its_room_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = (callee){ .size = 5 };
    assert_int_equal(call(t, bind(t, GIVE(", room(first 50)", ""), NULL), &result), HF_OK);
    assert_int_equal(that.calls, 1);
    assert_int_equal(that.offer[0], 50);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 10);

    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 8;
    assert_int_equal(call(t, bind(t, GIVE(", room(first 50)", ""), &options), &result), HF_OK);
    assert_int_equal(that.offer[0], 4); /* the caller's policy goes before the function's custom */
    assert_int_equal(that.calls, 2);
}

static void retry_offers_no_less_and_no_more_than_its_room_has(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 2;
    hf_function *function = bind(t, GIVE(", room(least 8, most 20)", ""), &options);
    that = (callee){ .size = 15 };
    assert_int_equal(call(t, function, &result), HF_OK);
    assert_int_equal(that.offer[0], 8);
    assert_in_range(that.offer[1], 15, 20);

    that = (callee){ .size = 21 };
    assert_int_equal(call(t, function, &result), HF_E_GROW_LIMIT);
    assert_int_equal(that.offer[that.calls - 1], 20);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "give", "1 (buffer)");
}

static void retry_offers_multiples_alone(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 2;
    hf_function *function = bind(t, GIVE(", room(multiple 8)", ""), &options);
    for (uint32_t size = 1; size < 200; size += 3) {
        that = (callee){ .size = size, .multiple = 8 };
        assert_int_equal(call(t, function, &result), HF_OK);
        for (unsigned i = 0; i < that.calls; i++) {
            assert_int_equal(that.offer[i] % 8, 0);
        }
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 2 * size);
    }
}

static void retry_goes_down_to_what_is_wanted_exactly(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, GIVE(", room(first 100, exact)", ""), NULL);
    that = (callee){ .size = 64, .only = 64 };
    assert_int_equal(call(t, function, &result), HF_OK);
    assert_int_equal(that.calls, 2);
    assert_int_equal(that.offer[1], 64);

    that = (callee){ .size = 200, .only = 100 }; /* it asks for what it refuses */
    assert_int_equal(call(t, function, &result), HF_E_NO_PROGRESS);
    assert_int_equal(that.calls, 1);
    hf_test_expect_report(t, HF_E_NO_PROGRESS, "give", "1 (buffer)");
}

static void retry_lets_a_callee_into_its_reserve_and_no_further(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, GIVE(", room(first 10, reserve 3)", ""), NULL);
    for (uint32_t beyond = 0; beyond <= 3; beyond++) {
        that = (callee){ .size = 10, .beyond = beyond };
        assert_int_equal(call(t, function, &result), HF_OK);
        assert_int_equal(that.offer[0], 10);
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 20);
    }
    that = (callee){ .size = 10, .beyond = 4 };
    assert_int_equal(call(t, function, &result), HF_E_OVERRUN);
    hf_test_expect_report(t, HF_E_OVERRUN, "give", "1 (buffer)");
}

static int give_long(uint64_t *buffer, uint32_t size)
{
    that.calls++;
    buffer[0] = size;
    return 1;
}

/* 2^29 elements of 8 bytes are 2^32 bytes, which are none at all in 32 bits. */
static void retry_owns_a_reserve_of_any_size_or_calls_nothing(void **state)
{
    hf_test_runtime t;
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.heap_limit_bytes = 64 << 20;
    hf_test_begin(&t, &options);
    {
        HF_FRAME(t.thread);
        hf_result result = HF_RESULT_INIT;
        static const char *const reserve[] = { "536870912", "536870913", "2147483647" };
        int (*function)(uint64_t *, uint32_t) = give_long;
        for (unsigned i = 0; i < sizeof reserve / sizeof reserve[0]; i++) {
            char text[192];
            hf_function_options of = HF_FUNCTION_OPTIONS_INIT;
            memcpy(&of.address, &function, sizeof function);
            (void)snprintf(text, sizeof text,
                           "int give_long(uint64_t *buffer {out, room(first 4, reserve %s)},"
                           " uint32_t size {capacity(buffer)})",
                           reserve[i]);
            hf_status status = call(&t, hf_test_bind_with(&t, text, &of), &result);
            assert_true(status == HF_E_LIMIT || status == HF_E_NOMEM || status == HF_E_OVERFLOW);
            assert_int_equal(that.calls, 0);
        }
    }
    hf_test_end(&t);
}

static void retry_repeats_what_fails_for_now_with_the_same_room(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.repeats_max = 5;
    options.tries_max = 2;
    hf_function *function = bind(t, GIVE(", room(first 4)", ", transient(error == 4)"), &options);
    that = (callee){ .size = 9, .failures = 5 };
    assert_int_equal(call(t, function, &result), HF_OK); /* five repeats are no tries */
    assert_int_equal(that.calls, 7);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(that.offer[i], 4);
    }
    assert_int_equal(result.attempts, 7);

    that = (callee){ .size = 9, .failures = 6 };
    assert_int_equal(call(t, function, &result), HF_E_NATIVE);
    assert_int_equal(result.error, NOT_NOW);
    assert_int_equal(that.calls, 6);
}

static void retry_never_asks_twice_for_what_is_lost(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, GIVE(", room(first 4)", ", once"), NULL);
    that = (callee){ .size = 4 };
    assert_int_equal(call(t, function, &result), HF_OK);
    that = (callee){ .size = 5 };
    assert_int_equal(call(t, function, &result), HF_E_LOST);
    assert_int_equal(that.calls, 1);
    assert_int_equal(result.error, TOO_SMALL);
    hf_test_expect_report(t, HF_E_LOST, "give", NULL);
}

static int wait_for(unsigned *failures)
{
    return *failures == 0 ? 7 : (--*failures, -NOT_NOW);
}

static void retry_repeats_also_where_nothing_grows(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(unsigned *) = wait_for;
    memcpy(&options.address, &function, sizeof function);
    hf_function *wait = hf_test_bind_with(t,
                                          "int wait_for(unsigned *failures {raw})"
                                          " {fail(result < 0), error(result),"
                                          " transient(error == 0 - 4)}",
                                          &options);
    unsigned failures = 3;
    assert_int_equal(hf_call(t->thread, wait, &result, HF_ARGS(HF_POINTER(&failures))), HF_OK);
    assert_int_equal(result.value.i, 7);
    assert_int_equal(result.attempts, 4);
}

static void refused(hf_test_runtime *t, const char *prototype, const char *expected)
{
    hf_function *function = NULL;
    hf_prototype_error error;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*address)(uint16_t *, uint32_t, uint32_t *) = give;
    memcpy(&options.address, &address, sizeof address);
    options.error_out = &error;
    memset(&error, 0, sizeof error);
    assert_int_equal(hf_function_bind_with(t->thread, NULL, prototype, &options, &function),
                     HF_E_PROTOTYPE);
    if (!strstr(error.expected, expected)) {
        fail_msg("%s\nexpected %s", prototype, error.expected);
    }
    hf_test_forget_reports(t);
}

static void retry_refuses_rooms_that_contradict_themselves(void **state)
{
    hf_test_runtime *t = *state;
    int64_t live = hfi_alloc_live();
    refused(t, GIVE(", room(first)", ""), "a number of elements");
    refused(t, GIVE(", room(first 0)", ""), "a number of elements");
    refused(t, GIVE(", room(small)", ""), "first, least, most");
    refused(t, GIVE(", room(first 1, first 2)", ""), "each word once");
    refused(t, GIVE(", room(exact, exact)", ""), "each word once");
    refused(t, GIVE(", room(least 9, most 8)", ""), "a most that the least");
    refused(t, GIVE(", room(most 9, multiple 8)", ""), "a most that is a multiple");
    refused(t, GIVE(", room(first 9, most 8)", ""), "a first between");
    refused(t, GIVE(", room(first 2, least 8)", ""), "a first between");
    refused(t, GIVE(", room(exact, multiple 8)", ""), "exact or multiple");
    refused(t, GIVE(", given, room(first 2)", ""), "room on a buffer that the library makes");
    refused(t, GIVE("", ", once, transient(error == 4)"), "once or transient");
    refused(t, GIVE("", ", once, once"), "each role once");
    refused(t, "int give(int value {room(first 2)})", "");
    refused(t,
            "int give(uint8_t *b {out, room(exact)}, uint32_t n {capacity(b)})"
            " {fail(result != 0), error(result), grow(error == 122)}",
            "needed(...)");
    refused(t, "int give(int value) {transient(result == 4)}", "fail");
    assert_int_equal(hfi_alloc_live(), live);
}

static void retry_refuses_a_most_that_is_below_what_the_room_takes(void **state)
{
    hf_test_runtime *t = *state;
    static const char *const rooms[] = { "least 8", "multiple 8" };
    for (unsigned i = 0; i < 2; i++) {
        char text[256];
        hf_function *function = NULL;
        hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
        int (*any)(uint16_t *, uint32_t, uint32_t *) = give;
        memcpy(&options.address, &any, sizeof any);
        (void)snprintf(text, sizeof text,
                       "int give(uint16_t *b {out, room(%s)}, uint32_t n {capacity(b)},"
                       " uint32_t *m {out, needed(b)}) {fail(result != 0), error(result),"
                       " grow(error == 122)}",
                       rooms[i]);
        options.bytes_max = 15;
        assert_int_equal(hf_function_bind_with(t->thread, NULL, text, &options, &function),
                         HF_E_OPTIONS);
        hf_test_expect_report(t, HF_E_OPTIONS, "give", "b");
        options.bytes_max = 16;
        assert_non_null(hf_test_bind_with(t, text, &options));
    }
}

/* Numbers near the end of what a size can say never become small ones. */
static void retry_bounds_multiples_and_needs_that_would_wrap(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = UINT64_MAX;
    options.slack_bytes = UINT64_MAX;
    options.bytes_max = UINT64_MAX;
    that = (callee){ .size = 5 };
    hf_function *function = bind(t,
                                 "int give(uint16_t *b {out, room(multiple 12)}, uint64_t n"
                                 " {capacity(b)}, uint32_t *m {out, needed(b)}) {fail(result != 0),"
                                 " error(result), grow(error == 122)}",
                                 &options);
    hf_status status = hf_call(t->thread, function, &result, HF_NO_ARGS);
    assert_true(status == HF_E_OVERFLOW || status == HF_E_NOMEM || status == HF_E_LIMIT);
    assert_int_equal(that.calls, 0);
    hf_test_forget_reports(t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(retry_begins_where_its_room_says),
        TEST(retry_offers_no_less_and_no_more_than_its_room_has),
        TEST(retry_offers_multiples_alone),
        TEST(retry_goes_down_to_what_is_wanted_exactly),
        TEST(retry_lets_a_callee_into_its_reserve_and_no_further),
        cmocka_unit_test(retry_owns_a_reserve_of_any_size_or_calls_nothing),
        TEST(retry_repeats_what_fails_for_now_with_the_same_room),
        TEST(retry_never_asks_twice_for_what_is_lost),
        TEST(retry_repeats_also_where_nothing_grows),
        TEST(retry_refuses_a_most_that_is_below_what_the_room_takes),
        TEST(retry_bounds_multiples_and_needs_that_would_wrap),
        TEST(retry_refuses_rooms_that_contradict_themselves),
    };
    return cmocka_run_group_tests_name("boundary_retry_room", tests, NULL, NULL);
}
