/* SPDX-License-Identifier: MIT */

/*
 * What loops written by hand got wrong about ending and about "too small", each forced on the one
 * loop that is here.
 *
 * docs/retry-history.md lists the projects, and what cannot be forced because it cannot be written.
 */

#include "script.h"

#include <errno.h>

/* ---- loops that never end ---- */

/* rust-lang/rust#12365: the grown size was not the one that was passed. */
static void the_size_that_is_passed_is_that_of_the_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 0, SCRIPT_ALL }, { 122, 0, 0, SCRIPT_ALL }, { 122, 0, 700, SCRIPT_ALL },
           { 0, 0, 700, 700 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_OK);
    assert_int_equal(script_that.calls, 4);
    for (unsigned i = 1; i < script_that.calls; i++) {
        assert_true(script_that.offer[i] > script_that.offer[i - 1]);
    }
    assert_int_equal(script_that.offer[3], 700);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 700);
}

/* rust-lang/rust#73212: a result equal to the capacity was handled by neither branch. */
static void a_result_that_is_the_capacity_is_too_small(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 16, 0, 0, 16 }, { 20, 0, 0, 20 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_LENGTH, say, 16, 4096), &result), HF_OK);
    assert_int_equal(script_that.calls, 2);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 20);
}

/* klemens-morgenstern/boost-process#228, nim-lang/Nim#15042: `==` where the value is larger. */
static void a_result_above_the_capacity_is_too_small(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 40, 0, 0, 16 }, { 40, 0, 0, 40 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_LENGTH, say, 16, 4096), &result), HF_OK);
    assert_int_equal(script_that.offer[1], 41);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 40);
}

/* libarchive/libarchive#1513: a code that never goes away took all memory; golang.org/x/sys: five
   loops of windows/setupapi tested no progress. */
static void a_code_that_never_goes_away_ends_at_the_bound(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 0, 0 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 1 << 20), &result),
                     HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "say", "1 (buffer)");
    assert_int_equal(script_that.offer[script_that.calls - 1], 1 << 20);
    assert_true(script_that.calls <= 2 + 28); /* 2 + log 1.5 of 65536 */
}

/* systemd's name_to_handle_at_loop: EOVERFLOW for another reason, and nothing to grow for. */
static void too_small_with_room_enough_ends(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 12, 0 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_E_NO_PROGRESS);
    hf_test_expect_report(t, HF_E_NO_PROGRESS, "say", "1 (buffer)");
}

/* CPython's winreg.EnumValue: the value data grew to 2 GB while the name was the one that was
   short; golang.org/x/sys LookupAccountSid: only the first of two slots was looked at. */
static void of_two_buffers_the_one_that_is_short_grows(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 0, 0, 0, 4 });
    hf_function *function = SCRIPT_BIND(
        t,
        "int32_t say_two(char *first {out}, uint32_t *first_size {inout, capacity(first),"
        " needed(first), length(first)}, char *second {out}, uint32_t *second_size {inout,"
        " capacity(second), needed(second), length(second)})"
        " {fail(result != 0), error(result), grow(error == 122)}",
        say_two, 16, 4096);
    assert_int_equal(script_call(t, function, &result), HF_OK);
    assert_int_equal(script_that.calls, 2);
    assert_int_equal(script_that.offer[1], 16);
    assert_int_equal(script_that.second_offer[1], 100);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 4);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 1)), 100);
}

/* fmtlib/fmt#367 and #2238, Perl/perl5#8773, ponylang/ponyc#4446: nothing, read as too small. */
static void nothing_is_a_result(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = SCRIPT_BIND(t,
                                        "int32_t say(char *buffer {out, text}, uint32_t size"
                                        " {capacity(buffer)}, uint32_t *slot {out})"
                                        " {fail(result == 0 && error != 0), error(errno, clear),"
                                        " grow_ok(result >= size), length(buffer, result)}",
                                        say, 16, 4096);
    SCRIPT(1, { 0, 0, 0, 0 });
    errno = 122; /* of an earlier call */
    assert_int_equal(script_call(t, function, &result), HF_OK);
    assert_int_equal(script_that.calls, 1);
    assert_false(hf_is_null(hf_result_out(&result, 0)));
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 0);
}

/* scummvm/scummvm#7957, akheron/jansson#537, libarchive/libarchive#2609: -1 of vsnprintf for a
   real error, read as too small. */
static void minus_one_for_an_error_is_no_want_of_room(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { -1, 84, 0, 0 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_LENGTH, say, 16, 4096), &result),
                     HF_E_NATIVE);
    assert_int_equal(script_that.calls, 1);
    assert_int_equal(result.error, 84);
}

/* shirou/gopsutil#2108: a need that moves on by one each time, met exactly each time. */
static void what_grows_by_one_is_outrun(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 17, 0 }, { 122, 0, 18, 0 }, { 122, 0, 19, 0 }, { 122, 0, 20, 0 },
           { 0, 0, 21, 21 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_OK);
    for (unsigned i = 1; i < script_that.calls; i++) {
        assert_true(script_that.offer[i] > script_that.offer[i - 1] + script_that.offer[i - 1] / 2);
    }
}

/* dotnet/runtime#131823, golang.org/x/sys fb1facd7 (CVE-2026-39824): doubled sizes that wrap. */
static void a_size_that_its_parameter_cannot_say_is_a_limit(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 100000, 0 });
    hf_function *function = SCRIPT_BIND(
        t,
        "int32_t say_narrow(uint8_t *buffer {out}, uint16_t size {capacity(buffer)}, uint32_t"
        " *slot {out, needed(buffer), length(buffer)}) {fail(result != 0), error(result),"
        " grow(error == 122)}",
        say_narrow, 40000, 1 << 20);
    assert_int_equal(script_call(t, function, &result), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "say_narrow", "1 (buffer)");
    assert_int_equal(script_that.calls, 2);
    assert_int_equal(script_that.offer[1], UINT16_MAX);
}

/* ---- the wrong idea of too small ---- */

/* mhammond/pywin32#488 (QueryDosDevice gives 234 too), charlock_holmes#111. */
static void several_codes_may_mean_too_small(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 0, 0 }, { 234, 0, 0, 0 }, { 0, 0, 5, 5 });
    hf_function *function = SCRIPT_BIND(
        t,
        "int32_t say(uint8_t *buffer {out}, uint32_t size {capacity(buffer)}, uint32_t *slot"
        " {out, length(buffer)}) {fail(result != 0), error(result),"
        " grow(error == 122 || error == 234)}",
        say, 16, 4096);
    assert_int_equal(script_call(t, function, &result), HF_OK);
    assert_int_equal(script_that.calls, 3);
}

/* shadow-maint/shadow#507, rust-psutil#80: the result read as errno, or errno as the result. */
static void the_code_is_where_the_prototype_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 5, 122, 0, 0 }); /* errno says too small, the code that counts says 5 */
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_E_NATIVE);
    assert_int_equal(script_that.calls, 1);
    assert_int_equal(result.error, 5);
    assert_int_equal(result.errno_value, 122);
}

/* apolukhin/Boost.DLL#57: success and short told apart by a code that an earlier call left. */
static void a_stale_code_says_nothing_of_a_success(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = SCRIPT_BIND(
        t,
        "int32_t say(uint8_t *buffer {out}, uint32_t size {capacity(buffer)}, uint32_t *slot"
        " {out, length(buffer)}) {fail(result < 0), error(errno), grow(error == 122)}",
        say, 16, 4096);
    SCRIPT(1, { 0, 122, 7, 7 });
    assert_int_equal(script_call(t, function, &result), HF_OK);
    assert_int_equal(script_that.calls, 1);
    assert_int_equal(result.error, 0);
}

/* winsiderss/systeminformer#46, pbatard/rufus#343: a size taken from a call that failed for
   another reason. */
static void a_need_beside_another_error_is_not_believed(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 5, 0, 0xfffffffe, 0 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_E_NATIVE);
    assert_int_equal(script_that.calls, 1);
}

/* meziantou/Meziantou.Framework#2497, CNugteren/CLTune#43: bytes written, taken for bytes needed.
 */
static void a_need_below_what_there_was_does_not_shrink_it(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 122, 0, 3, 3 }, { 122, 0, 5, 5 }, { 0, 0, 30, 30 });
    assert_int_equal(script_call(t, SCRIPT_BIND(t, SCRIPT_CODE_APART, say, 16, 4096), &result),
                     HF_OK);
    assert_true(script_that.offer[1] > 16 && script_that.offer[2] > script_that.offer[1]);
}

/* RsyncProject/rsync#766, shirou/gopsutil#454, bpo-40014: what was cut, taken for the result. */
static void a_full_buffer_may_be_a_cut_one(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    SCRIPT(1, { 16, 0, 0, SCRIPT_ALL }, { 25, 0, 0, SCRIPT_ALL }, { 26, 0, 0, 26 });
    hf_function *function =
        SCRIPT_BIND(t,
                    "int32_t say(char *buffer {out}, uint32_t size {capacity(buffer)},"
                    " uint32_t *slot {out}) {fail(result < 0), error(errno),"
                    " grow_ok(result == size), length(buffer, result)}",
                    say, 16, 4096);
    assert_int_equal(script_call(t, function, &result), HF_OK);
    assert_int_equal(script_that.calls, 3);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 26);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_size_that_is_passed_is_that_of_the_buffer),
        TEST(a_result_that_is_the_capacity_is_too_small),
        TEST(a_result_above_the_capacity_is_too_small),
        TEST(a_code_that_never_goes_away_ends_at_the_bound),
        TEST(too_small_with_room_enough_ends),
        TEST(of_two_buffers_the_one_that_is_short_grows),
        TEST(nothing_is_a_result),
        TEST(minus_one_for_an_error_is_no_want_of_room),
        TEST(what_grows_by_one_is_outrun),
        TEST(a_size_that_its_parameter_cannot_say_is_a_limit),
        TEST(several_codes_may_mean_too_small),
        TEST(the_code_is_where_the_prototype_says),
        TEST(a_stale_code_says_nothing_of_a_success),
        TEST(a_need_beside_another_error_is_not_believed),
        TEST(a_need_below_what_there_was_does_not_shrink_it),
        TEST(a_full_buffer_may_be_a_cut_one),
    };
    return cmocka_run_group_tests_name("retry history", tests, NULL, NULL);
}
