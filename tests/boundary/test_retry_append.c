/* SPDX-License-Identifier: MIT */

/*
 * Streams: a result that comes in pieces is one buffer, whatever the pieces are, or it is nothing.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINE = 0, NO_ROOM = 22, NOT_NOW = 4, MORE = 234, BROKEN = 5 };

/* What is read, and how. */
typedef struct tape {
    const uint8_t *bytes;
    size_t size, at;
    size_t piece;      /* most bytes at a time; 0: what fits */
    size_t record;     /* all or none of so many bytes; 0: bytes */
    unsigned calls;    /* so far */
    unsigned fails_at; /* the call that breaks; 0: none */
    unsigned empty;    /* calls that bring nothing, at the begin */
    unsigned busy;     /* transient failures before each piece */
    unsigned waited;
    bool is_endless, lies;
    size_t largest; /* capacity that was announced */
} tape;

static tape that;
static uint8_t sample[300000];

static int64_t pull(uint8_t *to, size_t size)
{
    that.calls++;
    that.largest = size > that.largest ? size : that.largest;
    if (that.calls == that.fails_at) {
        return -BROKEN;
    }
    if (that.busy && that.waited++ % (that.busy + 1) != that.busy) {
        return -NOT_NOW;
    }
    if (that.calls <= that.empty) {
        return 0;
    }
    if (that.lies) {
        return (int64_t)size + 1;
    }
    if (that.is_endless) {
        memset(to, 'x', size);
        return (int64_t)size;
    }
    size_t left = that.size - that.at;
    size_t unit = that.record && that.record < left ? that.record : that.record ? left : 0;
    if (unit > size) {
        return -NO_ROOM;
    }
    size_t count = unit ? unit : left < size ? left : size;
    count = that.piece && that.piece < count ? that.piece : count;
    memcpy(to, that.bytes + that.at, count);
    that.at += count;
    return (int64_t)count;
}

#define PULL                                                                                       \
    "int64_t pull(uint8_t *to {out}, size_t size {capacity(to)}) {fail(result < 0), "              \
    "error(result),"                                                                               \
    " length(to, result), append(to, result > 0), grow(error == 0 - 22),"                          \
    " transient(error == 0 - 4)}"

static hf_function *bind(hf_test_runtime *t, const char *text, const hf_function_options *given)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int64_t (*function)(uint8_t *, size_t) = pull;
    if (given) {
        options = *given;
    }
    memcpy(&options.address, &function, sizeof function);
    return hf_test_bind_with(t, text, &options);
}

static tape tape_of(size_t size)
{
    for (size_t i = 0; i < sizeof sample; i++) {
        sample[i] = (uint8_t)(i * 131 + i / 256 + 7);
    }
    return (tape){ .bytes = sample, .size = size };
}

static bool holds_sample(hf_ref out, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    bool same = bytes && hf_bytes_size(out) == size &&
                hf_bytes_read(out, 0, bytes, size) == HF_OK && memcmp(bytes, sample, size) == 0;
    free(bytes);
    return same;
}

static const size_t sizes[] = { 0, 1, 2, 255, 256, 4095, 4096, 4097, 8192, 70000, 300000 };
#define SIZES (sizeof sizes / sizeof sizes[0])

static void append_puts_pieces_of_any_size_together(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const size_t pieces[] = { 0, 1, 7, 4096, 100000 };
    static const uint64_t first[] = { 0, 1, 3, 100000 };
    for (size_t f = 0; f < sizeof first / sizeof first[0]; f++) {
        hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
        options.first_bytes = first[f];
        hf_function *function = bind(t, PULL, &options);
        for (size_t i = 0; i < SIZES; i++) {
            for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
                if (pieces[p] == 1 && sizes[i] > 5000) {
                    continue;
                }
                that = tape_of(sizes[i]);
                that.piece = pieces[p];
                assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
                assert_true(holds_sample(hf_result_out(&result, 0), sizes[i]));
                assert_int_equal(result.attempts, that.calls);
                assert_true(!result.failed && result.error == 0);
            }
        }
    }
}

static void append_makes_the_pieces_larger_while_they_come_back_full(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = tape_of(sizeof sample);
    assert_int_equal(hf_call(t->thread, bind(t, PULL, NULL), &result, HF_NO_ARGS), HF_OK);
    assert_true(that.calls <= 16); /* 4096 bytes, half as much more each time, 65536 at most */
    assert_int_equal(that.largest, 65536);
    that = tape_of(sizeof sample);
    that.piece = 4000;
    assert_int_equal(hf_call(t->thread, bind(t, PULL, NULL), &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(that.largest, 4096); /* no piece filled it */
}

static void append_keeps_the_last_tries_alone(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 16;
    that = tape_of(100);
    that.record = 10;
    that.busy = 1;
    assert_int_equal(hf_call(t->thread, bind(t, PULL, &options), &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(result.attempts, 22); /* a busy one before each of ten pieces and the end */
    assert_int_equal(that.calls, 22);
    for (unsigned i = 0; i < HF_RESULT_TRIES; i++) {
        assert_true(result.tries[i].capacity == 16);
        assert_true(result.tries[i].error == (i % 2 == 0 ? -NOT_NOW : 0));
    }
}

static void append_grows_a_piece_that_was_too_small_and_loses_nothing(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 3;
    hf_function *function = bind(t, PULL, &options);
    for (size_t record = 1; record < 3000; record = record * 2 + 1) {
        that = tape_of(20000);
        that.record = record;
        assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
        assert_true(holds_sample(hf_result_out(&result, 0), 20000));
    }
}

static void append_gives_nothing_when_it_breaks_in_the_middle(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, PULL, NULL);
    for (unsigned at = 1; at <= 4; at++) {
        that = tape_of(100000);
        that.fails_at = at;
        assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_NATIVE);
        assert_int_equal(result.error, -BROKEN);
        assert_int_equal(result.attempts, at);
        assert_true(hf_is_null(hf_result_out(&result, 0)));
    }
}

static void append_ends_a_stream_that_never_does_at_its_bound(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.bytes_max = 50000;
    hf_function *function = bind(t, PULL, &options);
    that = (tape){ .is_endless = true };
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "pull", "1 (to)");
    assert_true(hf_is_null(hf_result_out(&result, 0)));
    assert_in_range(that.calls, 2, 12);

    that = tape_of(50000); /* exactly as much as there may be */
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    that = tape_of(50001);
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "pull", "1 (to)");
}

static void append_bounds_the_tries_that_bring_nothing(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.tries_max = 5;
    hf_function *function =
        bind(t,
             "int64_t pull(uint8_t *to {out}, size_t size {capacity(to)}) {fail(result < 0),"
             " error(result), length(to, result), append(to, result == 0 || result == 10)}",
             &options);
    that = tape_of(45);
    that.piece = 10;
    that.empty = 4;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    assert_true(holds_sample(hf_result_out(&result, 0), 45)); /* 5 bytes end it */
    assert_int_equal(that.calls, 9);

    that = tape_of(40);
    that.piece = 10; /* 0 bytes do not */
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_NO_PROGRESS);
    hf_test_expect_report(t, HF_E_NO_PROGRESS, "pull", "1 (to)");
    assert_int_equal(that.calls, 9);
}

static void append_counts_transient_failures_from_piece_to_piece(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.repeats_max = 3;
    hf_function *function = bind(t, PULL, &options);
    that = tape_of(100);
    that.piece = 10;
    that.busy = 3;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    assert_true(holds_sample(hf_result_out(&result, 0), 100));
    that = tape_of(100);
    that.busy = 4;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_NATIVE);
    assert_int_equal(result.error, -NOT_NOW);
}

static void append_believes_no_length_beyond_its_piece(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = (tape){ .lies = true };
    assert_int_equal(hf_call(t->thread, bind(t, PULL, NULL), &result, HF_NO_ARGS), HF_E_LYING_SIZE);
    hf_test_expect_report(t, HF_E_LYING_SIZE, "pull", "1 (to)");
    assert_int_equal(that.calls, 1);
}

static void append_survives_every_failure_of_memory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, PULL, NULL);
    that = tape_of(100000);
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    hf_status status = HF_E_NOMEM;
    unsigned failures = 0;
    /* As far as there are places to fail, of which a stressed call has thousands. */
    uint64_t last = 200;
    for (uint64_t nth = 1; nth <= last && status != HF_OK; nth += 1 + nth / 16) {
        that = tape_of(100000);
        hfi_fault_arm(nth, 1);
        status = hf_call(t->thread, function, &result, HF_NO_ARGS);
        uint64_t passed = hfi_fault_disarm();
        last = passed > last ? passed + 1 : last;
        if (status == HF_OK && passed >= nth) {
            status = HF_E_NOMEM; /* something else failed, and did no harm */
        } else if (status != HF_OK) {
            failures++;
            assert_int_equal(status, HF_E_NOMEM);
            assert_true(hf_is_null(hf_result_out(&result, 0)));
        }
    }
    assert_int_equal(status, HF_OK);
    assert_true(failures >= 3);
    assert_true(holds_sample(hf_result_out(&result, 0), 100000));
}

/* ---- messages, text, resume handles ---- */

static int message(uint8_t *to, uint32_t size, uint32_t *got, uint32_t *code)
{
    size_t left = that.size - that.at;
    that.calls++;
    *got = (uint32_t)(left < size ? left : size);
    memcpy(to, that.bytes + that.at, *got);
    that.at += *got;
    *code = left > size ? MORE : 0;
    return left <= size;
}

static void append_goes_on_after_a_failure_that_means_more(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(uint8_t *, uint32_t, uint32_t *, uint32_t *) = message;
    memcpy(&options.address, &function, sizeof function);
    options.first_bytes = 64;
    hf_function *read =
        hf_test_bind_with(t,
                          "int message(void *to {out}, uint32_t size {capacity(to)}, uint32_t *got"
                          " {out, length(to)}, uint32_t *code {out}) {fail(result == 0),"
                          " append(to, result == 0 && code == 234)}",
                          &options);
    for (size_t size = 0; size < 2000; size += 61) {
        that = tape_of(size);
        assert_int_equal(hf_call(t->thread, read, &result, HF_NO_ARGS), HF_OK);
        assert_true(holds_sample(hf_result_out(&result, 0), size));
        assert_int_equal(result.attempts, that.calls);
    }
}

static void append_checks_text_when_it_is_whole(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const uint16_t clef[] = { 'a', 0xd834, 0xdd1e, 'b', 0xd834, 0xdd1e };
    static const uint16_t half[] = { 'a', 'b', 0xd834 };
    hf_function *function =
        bind(t,
             "int64_t pull(char16_t *to {out, text}, size_t size {capacity(to, bytes)})"
             " {fail(result < 0), length(to, result, bytes), append(to, result > 0)}",
             NULL);
    for (size_t piece = 2; piece <= sizeof clef; piece += 2) {
        uint16_t text[6];
        that = (tape){ .bytes = (const uint8_t *)clef, .size = sizeof clef, .piece = piece };
        assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), sizeof clef);
        assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, text, sizeof text), HF_OK);
        assert_memory_equal(text, clef, sizeof clef);
    }
    that = (tape){ .bytes = (const uint8_t *)half, .size = sizeof half, .piece = 2 };
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_UTF);
    hf_test_expect_report(t, HF_E_UTF, "pull", "1 (to)");
}

static int list(uint32_t *to, uint32_t room, uint32_t *count, uint32_t *resume)
{
    uint32_t left = (uint32_t)that.size - *resume;
    that.calls++;
    *count = left < room ? left : room;
    for (uint32_t i = 0; i < *count; i++) {
        to[i] = *resume + i;
    }
    *resume += *count;
    return left > room ? MORE : FINE;
}

static void append_resumes_where_the_callee_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(uint32_t *, uint32_t, uint32_t *, uint32_t *) = list;
    memcpy(&options.address, &function, sizeof function);
    options.first_bytes = 40;
    hf_function *all =
        hf_test_bind_with(t,
                          "int list(uint32_t *to {out}, uint32_t room {capacity(to)}, uint32_t"
                          " *count {out, length(to)}, uint32_t *resume {inout}) {fail(result != 0"
                          " && result != 234), append(to, result == 234)}",
                          &options);
    that = (tape){ .size = 1000 };
    assert_int_equal(hf_call(t->thread, all, &result, HF_ARGS(HF_UINT(100))), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 3600);
    for (size_t i = 0; i < 900; i++) {
        uint32_t number = 0;
        assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 4 * i, &number, 4), HF_OK);
        assert_int_equal(number, 100 + i);
    }
    assert_int_equal(hf_result_scalar(&result, 1), 1000);
}

/* ---- what is refused ---- */

static void refused(hf_test_runtime *t, const char *roles, const char *expected)
{
    char text[256];
    hf_function *function = NULL;
    hf_prototype_error error;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int64_t (*address)(uint8_t *, size_t) = pull;
    memcpy(&options.address, &address, sizeof address);
    options.error_out = &error;
    memset(&error, 0, sizeof error);
    (void)snprintf(text, sizeof text, "int64_t pull(uint8_t *to {out%s", roles);
    assert_int_equal(hf_function_bind_with(t->thread, NULL, text, &options, &function),
                     HF_E_PROTOTYPE);
    if (!strstr(error.expected, expected)) {
        fail_msg("%s\nexpected %s", text, error.expected);
    }
    hf_test_forget_reports(t);
}

static void append_refuses_what_is_no_stream(void **state)
{
    hf_test_runtime *t = *state;
    int64_t live = hfi_alloc_live();
#define SIZED "}, size_t size {capacity(to)}) {fail(result < 0), "
    refused(t, SIZED "append(to, result > 0)}", "length(...) of the buffer");
    refused(t, SIZED "length(to, result), append(to)}", ", and an expression");
    refused(t, SIZED "length(to, result), append(size, 1)}", "a buffer that the function fills");
    refused(t, SIZED "length(to, result), append(to, 1), append(to, 1)}", "each role once");
    refused(t, SIZED "length(to, result), append(to, 1), once}", "once or append");
    refused(t, ", given" SIZED "length(to, result), append(to, 1)}", "the library makes");
    refused(t, ", points_into(to)" SIZED "length(to, result), append(to, 1)}", "points_into");
    refused(t,
            ", room(exact)" SIZED "length(to, result), needed(to, result), grow(result < 0),"
            " append(to, 1)}",
            "exact");
    refused(t, "}, size_t size {capacity(to)}) {append(to, result > 0)}", "fail");
    refused(t,
            "}, size_t size {capacity(to)}, uint8_t *other {out}, size_t more {capacity(other)})"
            " {fail(0), length(to, result), append(to, result > 0)}",
            "one buffer that grows");
    assert_int_equal(hfi_alloc_live(), live);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(append_puts_pieces_of_any_size_together),
        TEST(append_makes_the_pieces_larger_while_they_come_back_full),
        TEST(append_keeps_the_last_tries_alone),
        TEST(append_grows_a_piece_that_was_too_small_and_loses_nothing),
        TEST(append_gives_nothing_when_it_breaks_in_the_middle),
        TEST(append_ends_a_stream_that_never_does_at_its_bound),
        TEST(append_bounds_the_tries_that_bring_nothing),
        TEST(append_counts_transient_failures_from_piece_to_piece),
        TEST(append_believes_no_length_beyond_its_piece),
        TEST(append_survives_every_failure_of_memory),
        TEST(append_goes_on_after_a_failure_that_means_more),
        TEST(append_checks_text_when_it_is_whole),
        TEST(append_resumes_where_the_callee_says),
        TEST(append_refuses_what_is_no_stream),
    };
    return cmocka_run_group_tests_name("boundary_retry_append", tests, NULL, NULL);
}
