/* SPDX-License-Identifier: MIT */

/*
 * Functions that tell their need to NULL alone, and codes that are in a parameter.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { TOO_SMALL = 122, OTHER = 5 };

#define CALLS 16

/* Like GetLocaleInfoW: 0 and a code when too small, the need when asked with NULL. */
typedef struct callee {
    unsigned calls;
    unsigned queries;
    uint32_t offer[CALLS];
    uint32_t size;
    int answer;       /* to a query; 0: `size` */
    uint32_t growing; /* it has so much more after each call */
    int error_late;   /* of the second real try and those behind it; 0: as it is */
    bool writes;      /* behind what it was told, in a query too */
} callee;

static callee that;

static int info(uint16_t *buffer, uint32_t size, int *code)
{
    if (that.calls < CALLS) {
        that.offer[that.calls] = size;
    }
    that.calls++;
    uint32_t need = that.size;
    that.size += that.growing;
    *code = 0;
    if (!buffer) {
        that.queries++;
        *code = 99; /* nobody may hear of it */
        errno = 99;
        return size != 0 ? -1 : that.answer ? that.answer : (int)need;
    }
    errno = TOO_SMALL;
    if (that.error_late && that.calls - that.queries > 1) {
        *code = that.error_late;
        return 0;
    }
    if (size < need) {
        *code = TOO_SMALL;
        return 0;
    }
    for (uint32_t i = 0; i < need; i++) {
        buffer[i] = 'x';
    }
    return (int)need;
}

static hf_function *bind(hf_test_runtime *t, const char *roles, const hf_function_options *given)
{
    char text[512];
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(uint16_t *, uint32_t, int *) = info;
    if (given) {
        options = *given;
    }
    memcpy(&options.address, &function, sizeof function);
    snprintf(text, sizeof text,
             "int info(uint16_t *buffer {out}, uint32_t size {capacity(buffer)}, int *code {out})"
             " {fail(result == 0), error(code), grow(error == 122), length(buffer, result)%s}",
             roles);
    return hf_test_bind_with(t, text, &options);
}

static hf_status call(hf_test_runtime *t, const hf_function *function, hf_result *result)
{
    that.calls = that.queries = 0;
    return hf_call(t->thread, function, result, HF_NO_ARGS);
}

#define QUERY ", query(buffer, result)"

static void query_is_made_when_a_try_was_too_small(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 8;
    that = (callee){ .size = 500 };
    assert_int_equal(call(t, bind(t, QUERY, &options), &result), HF_OK);
    assert_int_equal(that.calls, 3);
    assert_int_equal(that.offer[0], 4);
    assert_int_equal(that.offer[1], 0);
    assert_int_equal(that.offer[2], 500);
    assert_int_equal(result.attempts, 3);
    assert_int_equal(result.tries[0].error, TOO_SMALL);
    assert_int_equal(result.tries[1].capacity, 0);
    assert_int_equal(result.tries[1].needed, 1000);
    assert_int_equal(result.tries[2].capacity, 1000);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 1000);
    assert_int_equal(hf_result_scalar(&result, 0), 0); /* the code of the last try */
}

static void query_is_never_made_where_the_first_try_fits(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = (callee){ .size = 5 };
    assert_int_equal(call(t, bind(t, QUERY, NULL), &result), HF_OK);
    assert_int_equal(that.calls, 1);
    that = (callee){ .size = 500, .error_late = OTHER };
    hf_function *function = bind(t, QUERY, NULL);
    assert_int_equal(call(t, function, &result), HF_E_NATIVE);
    assert_int_equal(result.error, OTHER);
}

static void query_counts_in_its_unit(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = (callee){ .size = 500, .answer = 1001 };
    hf_function *function = bind(t, ", query(buffer, result + 1, bytes)", NULL);
    assert_int_equal(call(t, function, &result), HF_OK);
    assert_int_equal(result.tries[1].needed, 1002);
    assert_int_equal(that.offer[2], 501);
}

static void query_that_answers_nothing_is_made_once(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    static const int answers[] = { -1, INT32_MIN };
    for (unsigned i = 0; i < 2; i++) {
        hf_result result = HF_RESULT_INIT;
        that = (callee){ .size = 1000, .answer = answers[i] };
        assert_int_equal(call(t, bind(t, QUERY, NULL), &result), HF_OK);
        assert_int_equal(that.queries, 1);
        assert_true(that.calls > 3); /* grown blindly */
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 2000);
    }
}

static void query_that_answers_too_little_does_not_stop_the_growth(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.tries_max = 40;
    that = (callee){ .size = 1000, .answer = 1 };
    assert_int_equal(call(t, bind(t, QUERY, &options), &result), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 2000);
    for (unsigned i = 2; i < that.calls && i < CALLS; i += 2) {
        assert_true(that.offer[i] > that.offer[i - 2]);
    }
}

static void query_follows_a_need_that_grows(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = (callee){ .size = 200, .growing = 1 };
    assert_int_equal(call(t, bind(t, QUERY, NULL), &result), HF_OK);
    assert_true(that.calls <= 5);
}

static void query_leaves_the_errors_of_the_last_try(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.bytes_max = 256;
    that = (callee){ .size = 1000 };
    assert_int_equal(call(t, bind(t, QUERY, &options), &result), HF_E_GROW_LIMIT);
    assert_int_equal(result.error, TOO_SMALL);
    assert_int_equal(result.errno_value, TOO_SMALL);
    assert_int_equal(result.value.i, 0);
    assert_true(result.failed);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "info", "1 (buffer)");
}

static void query_is_not_made_with_the_last_of_the_tries(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 16;
    options.tries_max = 2;
    that = (callee){ .size = 10 };
    assert_int_equal(call(t, bind(t, QUERY, &options), &result), HF_OK);
    assert_int_equal(that.queries, 0);
    assert_int_equal(that.calls, 2);
    options.tries_max = 3;
    that = (callee){ .size = 1000 };
    assert_int_equal(call(t, bind(t, QUERY, &options), &result), HF_OK);
    assert_int_equal(that.queries, 1);
    assert_int_equal(that.calls, 3);
}

static void query_is_made_in_checked_calls_and_with_guard_pages(void **state)
{
    (void)state;
    for (unsigned pages = 0; pages <= 1; pages++) {
        hf_test_runtime t;
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        options.checked = 1;
        options.guard_pages = pages;
        hf_test_begin(&t, &options);
        {
            HF_FRAME(t.thread);
            hf_result result = HF_RESULT_INIT;
            that = (callee){ .size = 500 };
            assert_int_equal(call(&t, bind(&t, QUERY ", noretain", NULL), &result), HF_OK);
            assert_int_equal(that.queries, 1);
            assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 1000);
        }
        hf_test_end(&t);
    }
}

static void query_is_not_made_behind_the_deadline(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.time_max_ns = 1;
    that = (callee){ .size = 500 };
    assert_int_equal(call(t, bind(t, QUERY, &options), &result), HF_E_TIMEOUT);
    hf_test_expect_report(t, HF_E_TIMEOUT, "info", NULL);
    assert_int_equal(that.calls, 1);
    assert_int_equal(that.queries, 0);
}

static void query_leaves_nothing_behind_when_memory_is_out(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *function = bind(t, QUERY, NULL);
    uint64_t nth = 0;
    unsigned failures = 0;
    hf_status status = HF_E_NOMEM;
    while (status != HF_OK && nth < 40) { /* a stressed call has many more places to fail */
        hf_result failed = HF_RESULT_INIT;
        that = (callee){ .size = 40000 }; /* more than a page of the heap has */
        hfi_fault_arm(++nth, 1);
        status = call(t, function, &failed);
        uint64_t passed = hfi_fault_disarm();
        if (status != HF_OK) {
            failures++;
            assert_true(status == HF_E_NOMEM || status == HF_E_LIMIT);
            assert_true(hf_is_null(hf_result_out(&failed, 0)));
        } else if (passed >= nth) {
            status = HF_E_NOMEM; /* something else failed, and did no harm */
        }
    }
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(call(t, function, &result), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 80000);
    assert_true(failures > 0);
    assert_int_equal(hf_heap_check(t->thread), HF_OK);
    hf_test_forget_reports(t);
}

/* Like getpwnam_r, but it tells its need to NULL: a struct with addresses inside the buffer. */
static int entry(char **first, char *buffer, uint32_t size)
{
    that.calls++;
    if (!buffer) {
        that.queries++;
        return 3000;
    }
    uint32_t head = 0;
    memcpy(&head, buffer, sizeof head);
    if (head != size || size < 3000) {
        return -TOO_SMALL;
    }
    memset(buffer, 'e', size);
    *first = buffer + 2999;
    *buffer = 'b';
    return 0;
}

static void query_leaves_addresses_inside_where_they_are(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(char **, char *, uint32_t) = entry;
    memcpy(&options.address, &function, sizeof function);
    hf_function *bound = hf_test_bind_with(
        t,
        "int entry(void **first {out, points_into(buffer)}, char *buffer {out, set(u32, 0, size)},"
        " uint32_t size {capacity(buffer)})"
        " {fail(result < 0), error(result), grow(error == -122), query(buffer, result)}",
        &options);
    that = (callee){ 0 };
    assert_int_equal(hf_call(t->thread, bound, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(that.queries, 1);
    hf_span span;
    HF_FENCE(t->thread, fence, hf_result_out(&result, 0), &span);
    assert_int_equal(span.size, 3000);
    assert_ptr_equal((char *)span.data + 2999, (char *)(intptr_t)hf_result_scalar(&result, 0));
    assert_int_equal(((char *)span.data)[0], 'b');
}

/* Two buffers, of which the first alone can be asked for. */
static int pair(char *a, uint32_t a_size, char *b, uint32_t b_size)
{
    that.calls++;
    if (!a) {
        that.queries++;
        that.offer[1] = b ? b_size : 0;
        return 300;
    }
    if (a_size < 300 || b_size < 10) {
        return -TOO_SMALL;
    }
    memset(a, 'a', 300);
    memset(b, 'b', 10);
    return 0;
}

static void query_leaves_other_buffers_their_room(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(char *, uint32_t, char *, uint32_t) = pair;
    memcpy(&options.address, &function, sizeof function);
    options.first_bytes = 20;
    hf_function *bound = hf_test_bind_with(
        t,
        "int pair(char *a {out}, uint32_t a_size {capacity(a)}, char *b {out},"
        " uint32_t b_size {capacity(b)})"
        " {fail(result < 0), error(result), grow(error == -122), query(a, result)}",
        &options);
    that = (callee){ 0 };
    assert_int_equal(hf_call(t->thread, bound, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(that.calls, 3);
    assert_int_equal(that.offer[1], 20);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 300);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 1)), 20); /* it was large enough */
}

/* ---- codes in a parameter ---- */

/* Like ICU's: does nothing where the code is one already. */
static int32_t convert(char *to, int32_t room, int32_t *status)
{
    that.calls++;
    if (*status > 0) {
        return 0;
    }
    if (room < (int32_t)that.size) {
        *status = 15;
        return (int32_t)that.size;
    }
    memset(to, 'c', that.size);
    return (int32_t)that.size;
}

static hf_function *bind_convert(hf_test_runtime *t, const char *direction)
{
    char text[512];
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int32_t (*function)(char *, int32_t, int32_t *) = convert;
    memcpy(&options.address, &function, sizeof function);
    options.first_bytes = 10;
    snprintf(text, sizeof text,
             "int32_t convert(char *to {out}, int32_t room {capacity(to)}, int32_t *status {%s})"
             " {fail(error > 0), error(status), grow(error == 15), needed(to, result),"
             " length(to, result)}",
             direction);
    return hf_test_bind_with(t, text, &options);
}

static void error_of_a_parameter_is_set_anew_before_each_try(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = (callee){ .size = 400 };
    assert_int_equal(hf_call(t->thread, bind_convert(t, "out"), &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(that.calls, 2);
    assert_int_equal(result.tries[0].error, 15);
    assert_int_equal(result.error, 0);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 400);

    hf_function *given = bind_convert(t, "inout");
    that = (callee){ .size = 400 };
    assert_int_equal(hf_call(t->thread, given, &result, HF_ARGS(HF_INT(-3))), HF_OK);
    assert_int_equal(that.calls, 2);
    assert_int_equal(hf_call(t->thread, given, &result, HF_ARGS(HF_INT(7))), HF_E_NATIVE);
    assert_int_equal(result.error, 7);
    assert_int_equal(that.calls, 3);
}

static int spoil(int8_t *status)
{
    if (status) {
        *status = -15;
    }
    return 7;
}

static void error_of_a_parameter_has_the_sign_of_its_type(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(int8_t *) = spoil;
    memcpy(&options.address, &function, sizeof function);
    hf_function *bound = hf_test_bind_with(
        t, "int spoil(int8_t *status {inout}) {fail(error < 0), error(status)}", &options);
    assert_int_equal(hf_call(t->thread, bound, &result, HF_ARGS(HF_INT(1))), HF_E_NATIVE);
    assert_int_equal(result.error, -15);
    assert_int_equal(hf_call(t->thread, bound, &result, HF_ARGS(HF_NULL)), HF_OK);
    assert_int_equal(result.error, 0); /* there is no code where there is no place for one */

    hf_function *always = hf_test_bind_with(
        t, "int spoil(int8_t *status {out}) {fail(0), error(status, when result == 7)}", &options);
    assert_int_equal(hf_call(t->thread, always, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(result.error, -15);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(query_is_made_when_a_try_was_too_small),
        TEST(query_is_never_made_where_the_first_try_fits),
        TEST(query_counts_in_its_unit),
        TEST(query_that_answers_nothing_is_made_once),
        TEST(query_that_answers_too_little_does_not_stop_the_growth),
        TEST(query_follows_a_need_that_grows),
        TEST(query_leaves_the_errors_of_the_last_try),
        TEST(query_is_not_made_with_the_last_of_the_tries),
        cmocka_unit_test(query_is_made_in_checked_calls_and_with_guard_pages),
        TEST(query_is_not_made_behind_the_deadline),
        TEST(query_leaves_nothing_behind_when_memory_is_out),
        TEST(query_leaves_addresses_inside_where_they_are),
        TEST(query_leaves_other_buffers_their_room),
        TEST(error_of_a_parameter_is_set_anew_before_each_try),
        TEST(error_of_a_parameter_has_the_sign_of_its_type),
    };
    return cmocka_run_group_tests_name("boundary_retry_query", tests, NULL, NULL);
}
