/* SPDX-License-Identifier: MIT */

/*
 * What loops written by hand got wrong about memory, errors and state, each forced on the one loop
 * that is here.
 *
 * docs/retry-history.md lists the projects, and what cannot be forced because it cannot be written.
 */

#include "script.h"

/* ---- memory ---- */

#define UNITS(unit)                                                                                \
    "int32_t say(char16_t *buffer {out}, uint32_t size {capacity(buffer, " unit ")}, uint32_t"     \
    " *slot {out, length(buffer, " unit ")}) {fail(result != 0), error(result)}"

/* silverf0x/RpcView#24, libuv 89fc7d80c and 832ab902c, golang/go#60223: bytes announced where the
   callee counts units, so that it writes twice as much. */
static void bytes_announced_for_units_are_an_overrun_that_is_seen(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(2, { 0, 0, 8, 8 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, UNITS("elements"), say, 16, 4096), &result),
                     HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 16);

    SCRIPT(2, { 0, 0, 9, 9 }); /* it was told 16 of bytes, takes them for units, and uses 9 */
    assert_int_equal(script_call(t, SCRIPT_BIND(t, UNITS("bytes"), say, 16, 4096), &result),
                     HF_E_OVERRUN);
    hf_test_expect_report(t, HF_E_OVERRUN, "say", "1 (buffer)");
    assert_int_equal(hf_heap_check(t->thread), HF_OK);
}

/* libuv df0ac426f and ec0ab5d77: a terminator one behind the end. */
static void a_terminator_behind_the_end_is_seen(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 0, 0, 16, 17 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_E_OVERRUN);
    hf_test_expect_report(t, HF_E_OVERRUN, "say", "1 (buffer)");
}

/* golang.org/x/sys 53bf42e6, osquery#8421, KhronosGroup/Vulkan-Loader#1948: a NUL that was not
   there, trusted. */
static void text_without_an_end_is_not_read_on(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = SCRIPT_BIND(t,
                                        "int32_t say(char *buffer {out, text}, uint32_t size"
                                        " {capacity(buffer)}, uint32_t *slot {out})"
                                        " {fail(result != 0), error(result)}",
                                        say, 16, 64);
    SCRIPT(1, { 0, 0, 0, SCRIPT_ALL });
    assert_int_equal(script_call(t, function, &result), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "say", "1 (buffer)");
    assert_int_equal(script_that.offer[script_that.calls - 1], 64);
}

/* jna#1322, golang.org/x/sys: `&buffer[0]` with a reported size of 0. */
static void a_need_of_nothing_still_gets_a_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 0, 0 }, { 0, 0, 0, 1 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 1, 4096), &result),
                     HF_OK);
    assert_true(script_that.offer[0] == 1 && script_that.offer[1] >= 2);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 0);
}

/* CPython's winreg.QueryValueEx, libsdl-org/SDL#2759: the capacity taken for the length, so that
   what lay behind the result came with it. */
static void a_result_holds_nothing_of_the_scratch_behind_it(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 0, SCRIPT_ALL }, { 0, 0, 3, SCRIPT_ALL });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_OK);
    char byte;
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 3);
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 2, &byte, 1), HF_OK);
    assert_int_equal(byte, 'a' + 2);
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 3, &byte, 1), HF_E_RANGE);
}

/* CPython's ExpandEnvironmentStrings, oshi#3171: the second try's failure was not looked at. */
static void the_second_failure_is_one_too(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 30, 0 }, { 5, 0, 30, 0 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_E_NATIVE);
    assert_true(script_that.calls == 2 && result.error == 5);
    assert_true(hf_is_null(hf_result_out(&result, 0)));
}

/* uutils#254, quickjs-ng#1482: the value that means an error, used as a size. */
static void a_length_below_nothing_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        SCRIPT_BIND(t,
                    "int32_t say(char *buffer {out}, uint32_t size {capacity(buffer)},"
                    " uint32_t *slot {out}) {fail(0), length(buffer, result)}",
                    say, 16, 4096);
    SCRIPT(1, { -1, 0, 0, 0 });
    assert_int_equal(script_call(t, function, &result), HF_E_LYING_SIZE);
    hf_test_expect_report(t, HF_E_LYING_SIZE, "say", "1 (buffer)");
}

/* ---- errors and state ---- */

/* libuv 46c0e1769, glibc 790b8dda44: something ran between the call and the look at its error.
   Here the second buffer is allocated, and everything may be moved, between the tries. */
static void the_error_is_taken_before_anything_else_runs(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = SCRIPT_BIND(
        t,
        "int32_t say(uint8_t *buffer {out}, uint32_t size {capacity(buffer)}, uint32_t *slot"
        " {out, needed(buffer)}) {fail(result < 0), error(errno), grow(error == 34)}",
        say, 16, 1 << 20);
    SCRIPT(1, { -1, 34, 300000, 0 }, { -1, 34, 600000, 0 }, { -1, 13, 0, 0 });
    assert_int_equal(script_call(t, function, &result), HF_E_NATIVE);
    assert_int_equal(result.error, 13);
    assert_true(result.tries[0].error == 34 && result.tries[1].error == 34);
}

/* stascorp/rdpwrap#82, unicode-org/icu#3509: what the callee moves on was not put back. */
static void what_a_try_moves_on_is_put_back_before_the_next(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 50, 0 }, { 122, 0, 90, 0 }, { 0, 0, 60, 60 });
    hf_function *function = SCRIPT_BIND(
        t,
        "int32_t say_resuming(uint8_t *buffer {out}, uint32_t size {capacity(buffer)},"
        " uint32_t *slot {out, needed(buffer), length(buffer)}, uint32_t *resume {inout})"
        " {fail(result != 0), error(result), grow(error == 122)}",
        say_resuming, 16, 4096);
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_UINT(7))), HF_OK);
    assert_int_equal(script_that.calls, 3);
    for (unsigned i = 0; i < script_that.calls; i++) {
        assert_int_equal(script_that.resume[i], 7);
    }
    assert_true(hf_result_scalar(&result, 1) == 1007);
}

/* gnulib's careadlinkat and 98802d1662: the room of the largest try was kept. */
static void a_small_result_does_not_hold_a_large_room(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 1 << 20, 0 }, { 0, 0, 10, 10 });
    hf_function *function = SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 1 << 21);
    hf_heap_statistics before = HF_HEAP_STATISTICS_INIT;
    hf_heap_statistics after = HF_HEAP_STATISTICS_INIT;
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(hf_heap_statistics_get(t->runtime, &before), HF_OK);
    assert_int_equal(script_call(t, function, &result), HF_OK);
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(hf_heap_statistics_get(t->runtime, &after), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 10);
    assert_true(after.bytes_live < before.bytes_live + 4096);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_announced_for_units_are_an_overrun_that_is_seen),
        TEST(a_terminator_behind_the_end_is_seen),
        TEST(text_without_an_end_is_not_read_on),
        TEST(a_need_of_nothing_still_gets_a_buffer),
        TEST(a_result_holds_nothing_of_the_scratch_behind_it),
        TEST(the_second_failure_is_one_too),
        TEST(a_length_below_nothing_is_refused),
        TEST(the_error_is_taken_before_anything_else_runs),
        TEST(what_a_try_moves_on_is_put_back_before_the_next),
        TEST(a_small_result_does_not_hold_a_large_room),
    };
    return cmocka_run_group_tests_name("retry history of memory", tests, NULL, NULL);
}
