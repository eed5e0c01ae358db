/* SPDX-License-Identifier: MIT */

/*
 * Streams that misbehave, and callees that take their time.
 *
 * What comes in pieces has an oracle of its own: all pieces one behind the other are what there is,
 * or there is no result.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>

enum { THERE = 3000, MOST = 20000 };

typedef enum way {
    HONEST,
    ONE_AT_A_TIME,
    STORM,       /* two failures that pass, then a piece */
    OTHER_ERROR, /* behind the second piece */
    SAYS_MORE,   /* a piece longer than its room */
    BEHIND,      /* a byte behind the room */
    NEVER_ENDS,
    NOTHING_YET, /* there is more, and nothing comes, for ever */
    NO_MEMORY,
    WAYS
} way;

static struct {
    way way;
    unsigned calls, pieces;
    size_t at;
    size_t largest;
} stream;

static uint8_t byte_at(size_t index)
{
    return (uint8_t)(33 + index % 89);
}

/* A piece: the result is its length, 0 at the end, -1 and errno for a failure. */
static int64_t pull(uint8_t *to, size_t size, int32_t *more)
{
    size_t there = stream.way == NEVER_ENDS ? SIZE_MAX : THERE;
    size_t piece = there - stream.at < size ? there - stream.at : size;
    stream.calls++;
    stream.largest = size > stream.largest ? size : stream.largest;
    *more = 1;
    if ((stream.way == STORM && stream.calls % 3 != 0) ||
        (stream.way == OTHER_ERROR && stream.pieces == 2)) {
        errno = stream.way == STORM ? 4 : 5;
        *more = 0;
        return -1;
    }
    if (stream.way == NOTHING_YET) {
        return 0;
    }
    if (stream.way == NO_MEMORY && stream.pieces == 1) {
        hfi_fault_arm(1, 1000);
    }
    if (piece > 700 || stream.way == ONE_AT_A_TIME) {
        size_t most = stream.way == ONE_AT_A_TIME ? 1 : 700;
        piece = piece < most ? piece : most;
    }
    for (size_t i = 0; i < piece; i++) {
        to[i] = byte_at(stream.at + i);
    }
    if (stream.way == BEHIND && stream.pieces == 1) {
        to[size] ^= 1;
    }
    stream.at += piece;
    stream.pieces++;
    *more = stream.at < there;
    return stream.way == SAYS_MORE && stream.pieces == 2 ? (int64_t)size + 1 : (int64_t)piece;
}

static hf_function *bind_at(hf_test_runtime *t, const char *prototype, void (*function)(void),
                            hf_function_options options)
{
    memcpy(&options.address, &function, sizeof function);
    return hf_test_bind_with(t, prototype, &options);
}

static hf_function *bind_stream(hf_test_runtime *t)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.bytes_max = MOST;
    options.tries_max = 20;
    return bind_at(t,
                   "int64_t pull(uint8_t *to {out}, size_t size {capacity(to)}, int32_t *more"
                   " {out}) {fail(result < 0), error(errno), transient(error == 4),"
                   " length(to, result), append(to, more != 0)}",
                   (void (*)(void))pull, options);
}

static bool is_all_there(hf_ref bytes)
{
    uint8_t found[THERE];
    if (hf_bytes_size(bytes) != THERE || hf_bytes_read(bytes, 0, found, THERE) != HF_OK) {
        return false;
    }
    for (size_t i = 0; i < THERE; i++) {
        if (found[i] != byte_at(i)) {
            return false;
        }
    }
    return true;
}

static const hf_status ends[WAYS] = { HF_OK,           HF_OK,
                                      HF_OK,           HF_E_NATIVE,
                                      HF_E_LYING_SIZE, HF_E_OVERRUN,
                                      HF_E_GROW_LIMIT, HF_E_NO_PROGRESS,
                                      HF_E_NOMEM };

static void a_stream_gives_all_of_it_or_nothing(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *function = bind_stream(t);
    for (unsigned i = 0; i < WAYS; i++) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        memset(&stream, 0, sizeof stream);
        stream.way = (way)i;
        hf_status status = hf_call(t->thread, function, &result, HF_NO_ARGS);
        (void)hfi_fault_disarm();
        /* What fits into memory that is there already needs no more. */
        bool is_lucky = i == NO_MEMORY && status == HF_OK;
        if (status != ends[i] && !is_lucky) {
            fail_msg("way %u: %s, not %s", i, hf_status_name(status), hf_status_name(ends[i]));
        }
        assert_true(stream.largest <= MOST);
        assert_true(stream.at <= 2u * MOST);
        if (status == HF_OK) {
            assert_true(is_all_there(hf_result_out(&result, 0)));
        } else {
            assert_true(hf_is_null(hf_result_out(&result, 0)));
        }
        assert_int_equal(hf_heap_check(t->thread), HF_OK);
        bool is_told = status != HF_OK && status != HF_E_NATIVE && status != HF_E_NOMEM;
        assert_int_equal(hf_test_report_count(t), is_told);
        hf_test_forget_reports(t);
    }
}

/* ---- time ---- */

static unsigned slow_calls;

static int32_t slowly(void *buffer, size_t size)
{
    (void)buffer;
    (void)size;
    slow_calls++;
    hfp_sleep_ns(5000000);
    return 122;
}

static void a_slow_callee_is_not_asked_behind_the_deadline(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 1;
    options.bytes_max = 1 << 30;
    options.tries_max = 60;
    options.time_max_ns = 12000000;
    hf_function *function =
        bind_at(t,
                "int32_t slowly(uint8_t *buffer {out}, size_t size {capacity(buffer)})"
                " {fail(result != 0), error(result), grow(error == 122)}",
                (void (*)(void))slowly, options);
    slow_calls = 0;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_TIMEOUT);
    hf_test_forget_reports(t);
    assert_true(slow_calls >= 1 && slow_calls <= 3); /* each takes 5 of 12 ms at least */
    assert_int_equal(result.attempts, slow_calls);
    assert_true(hf_is_null(hf_result_out(&result, 0)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_gives_all_of_it_or_nothing),
        TEST(a_slow_callee_is_not_asked_behind_the_deadline),
    };
    return cmocka_run_group_tests_name("hostile stream", tests, NULL, NULL);
}
