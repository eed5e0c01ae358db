/* SPDX-License-Identifier: MIT */

/*
 * Structs, unions, complex numbers and long doubles by value, as arguments and as results.
 */

#include "runtime.h"
#include "values.h"

#include "base/alloc.h"
#include "call/selftest.h"

#include <string.h>

#define PAIR_TEXT       "typedef struct { double a, b; } hfn_pair; "
#define MIXED_PAIR_TEXT "typedef struct { uint64_t word; float number; } hfn_mixed_pair; "
#define MATRIX_TEXT     "typedef struct { double cell[3][3]; } hfn_matrix; "
#define NUMBER_TEXT     "typedef union { double f; uint32_t word[2]; } hfn_number; "
#define KEY_TEXT        "typedef struct { int32_t length, step; int64_t first, spare; } hfn_key; "
#define SCALE_TEXT      MATRIX_TEXT "hfn_matrix hfn_scale(hfn_matrix m, double by, int32_t fail)"
#define SIX_TEXT                                                                                   \
    MIXED_PAIR_TEXT                                                                                \
    "double hfn_first_of_six(hfn_mixed_pair a, hfn_mixed_pair b, hfn_mixed_pair c,"                \
    " hfn_mixed_pair d, hfn_mixed_pair e, hfn_mixed_pair f)"

/* The bytes of output `index`, which are exactly `size`. */
static void read_output(const hf_result *result, unsigned index, void *to, size_t size)
{
    hf_ref output = hf_result_out(result, index);
    assert_non_null(output);
    assert_true(hf_bytes_size(output) == size);
    assert_int_equal(hf_bytes_read(output, 0, to, size), HF_OK);
}

static void values_go_by_value_and_come_back(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *swap = hf_test_bind(t, PAIR_TEXT "hfn_pair hfn_swap_pair(hfn_pair p)");
    hf_result result = HF_RESULT_INIT;
    hfn_pair sent = { 1.5, -2.5 };
    hfn_pair got;

    assert_int_equal(hf_call(t->thread, swap, &result, HF_ARGS(HF_STRUCT(sent))), HF_OK);
    read_output(&result, 0, &got, sizeof(got));
    assert_true(got.a == -2.5 && got.b == 1.5);
    assert_true(result.value.u == 0);
}

static void values_come_from_a_part_of_a_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *scale = hf_test_bind(t, SCALE_TEXT);
    hf_result result = HF_RESULT_INIT;
    hfn_matrix sent[2] = { { { { 0 } } }, { { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } } } };
    hfn_matrix got;
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, sizeof(sent), buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, sent, sizeof(sent)), HF_OK);

    assert_int_equal(
        hf_call(t->thread, scale, &result,
                HF_ARGS(HF_BUFFER(buffer, sizeof(hfn_matrix), HF_WHOLE), HF_DOUBLE(2), HF_INT(0))),
        HF_OK);
    read_output(&result, 0, &got, sizeof(got));
    for (unsigned i = 0; i < 9; i++) {
        assert_true(got.cell[i / 3][i % 3] == 2.0 * (i + 1));
    }
}

static void values_can_be_unions(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *next = hf_test_bind(t, NUMBER_TEXT "hfn_number hfn_next_number(hfn_number n)");
    hf_result result = HF_RESULT_INIT;
    hfn_number sent = { .f = 41 };
    hfn_number got;

    assert_int_equal(hf_call(t->thread, next, &result, HF_ARGS(HF_STRUCT(sent))), HF_OK);
    read_output(&result, 0, &got, sizeof(got));
    assert_true(got.f == 42);
}

static void values_can_be_long_doubles(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *third = hf_test_bind(t, "long double hfn_long_third(long double v)");
    hf_result result = HF_RESULT_INIT;
    long double sent = 1;
    long double got;

    assert_int_equal(hf_call(t->thread, third, &result, HF_ARGS(HF_STRUCT(sent))), HF_OK);
    read_output(&result, 0, &got, sizeof(got));
    assert_true(got == sent / 3);
    assert_true(result.value.f == (double)(sent / 3));

    assert_int_equal(hf_call(t->thread, third, &result, HF_ARGS(HF_DOUBLE(7.5))), HF_OK);
    assert_true(result.value.f == 2.5);
}

static void values_can_be_complex_numbers(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *square =
        hf_test_bind(t, "double _Complex hfn_square(double _Complex z, float _Complex w)");
    hf_result result = HF_RESULT_INIT;
    const double z[2] = { 1, 2 };
    const float w[2] = { 100, 1000 };
    double got[2];

    assert_int_equal(hf_call(t->thread, square, &result, HF_ARGS(HF_STRUCT(z), HF_STRUCT(w))),
                     HF_OK);
    read_output(&result, 0, got, sizeof(got));
    assert_true(got[0] == -3 + 100 && got[1] == 4 + 1000);
}

static void values_of_another_size_are_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *swap = hf_test_bind(t, PAIR_TEXT "hfn_pair hfn_swap_pair(hfn_pair p)");
    hf_result result = HF_RESULT_INIT;
    const double one = 1;
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, sizeof(hfn_pair) + 1, buffer), HF_OK);

    assert_int_equal(hf_call(t->thread, swap, &result, HF_ARGS(HF_STRUCT(one))), HF_E_RANGE);
    assert_non_null(strstr(t->report[0].message, "8 bytes are passed"));
    assert_non_null(strstr(t->report[0].message, "has 16"));
    hf_test_expect_report(t, HF_E_RANGE, "hfn_swap_pair", "1 (p)");
    assert_int_equal(hf_call(t->thread, swap, &result, HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE))),
                     HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_swap_pair", "1 (p)");
    assert_int_equal(result.attempts, 0);
}

static void values_that_are_no_values_are_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *swap = hf_test_bind(t, PAIR_TEXT "hfn_pair hfn_swap_pair(hfn_pair p)");
    hf_result result = HF_RESULT_INIT;
    const hf_arg nowhere[] = { { HF_ARG_STRUCT, 0, { .pointer = NULL }, 0, sizeof(hfn_pair) },
                               HF_ARGS_END };

    assert_int_equal(hf_call(t->thread, swap, &result, HF_ARGS(HF_DOUBLE(1))), HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_swap_pair", "1 (p)");
    assert_int_equal(hf_call(t->thread, swap, &result, nowhere), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_swap_pair", "1 (p)");
}

static void values_are_sent_anew_at_each_try(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *fill = hf_test_bind(
        t, KEY_TEXT "size_t hfn_fill_by_key(hfn_key key, uint8_t *buffer {out},"
                    " size_t size {capacity(buffer)})"
                    " {fail(result == 0), grow_ok(result > size), length(buffer, result)}");
    hf_result result = HF_RESULT_INIT;
    const hfn_key key = { 2000, 3, 7, 0 };
    static uint8_t got[2000];

    assert_int_equal(hf_call(t->thread, fill, &result, HF_ARGS(HF_STRUCT(key))), HF_OK);
    assert_true(result.attempts > 1);
    read_output(&result, 0, got, sizeof(got));
    for (unsigned i = 0; i < sizeof(got); i++) {
        assert_int_equal(got[i], (uint8_t)(7 + 3 * i));
    }
    assert_int_equal(key.length, 2000);
}

static void results_by_value_stay_when_later_calls_reuse_the_slots(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *scale = hf_test_bind(t, SCALE_TEXT);
    hf_result result = HF_RESULT_INIT;
    hfn_matrix sent = { { { 1 } } };
    hfn_matrix got;
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(
            hf_call(t->thread, scale, &result, HF_ARGS(HF_STRUCT(sent), HF_DOUBLE(i), HF_INT(0))),
            HF_OK);
        read_output(&result, 0, &got, sizeof(got));
        assert_true(got.cell[0][0] == i && got.cell[2][2] == 0);
    }
}

/* ---- what libffi gets wrong ---- */

static double call_six(hf_test_runtime *t, const hf_function *function, unsigned count)
{
    hfn_mixed_pair p[6];
    hf_arg arguments[7];
    memset(p, 0, sizeof(p));
    for (unsigned i = 0; i < count; i++) {
        p[i] = (hfn_mixed_pair){ i + 1, (float)(i + 1) / 4 };
        arguments[i] = (hf_arg)HF_STRUCT(p[i]);
    }
    arguments[count] = (hf_arg)HF_ARGS_END;
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_call(t->thread, function, &result, arguments), HF_OK);
    return result.value.f;
}

static void six_mixed_structs_arrive_whole(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *six = hf_test_bind(t, SIX_TEXT);

    assert_true(call_six(t, six, 6) == 21000.25);
}

static void six_mixed_structs_are_refused_when_nothing_helps(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    uint32_t faults = HFI_FAULTS_KNOWN | HFI_FAULT_LAST_WORD | HFI_FAULT_HALVES;
    hf_function *six = NULL;
    hf_function *five = hf_test_bind(t, MIXED_PAIR_TEXT
                                     "double hfn_first_of_five(hfn_mixed_pair a, hfn_mixed_pair b,"
                                     " hfn_mixed_pair c, hfn_mixed_pair d, hfn_mixed_pair e)");
    assert_true(call_six(t, five, 5) == 15000.25);

    hfi_selftest_pretend(faults);
    hf_status status = hf_function_bind(t->thread, t->library, SIX_TEXT, &six);
    hf_function *again = NULL;
    hf_status neighbour = hf_function_bind(
        t->thread, t->library,
        MIXED_PAIR_TEXT "double hfn_first_of_five(hfn_mixed_pair a, hfn_mixed_pair b,"
                        " hfn_mixed_pair c, hfn_mixed_pair d, hfn_mixed_pair e)",
        &again);
    hfi_selftest_pretend(0);

#if defined(__x86_64__) && !defined(_WIN32)
    assert_int_equal(status, HF_E_UNSUPPORTED);
    assert_null(six);
    assert_non_null(strstr(t->report[0].message, "libffi#848"));
    hf_test_expect_report(t, HF_E_UNSUPPORTED, "hfn_first_of_six", "f");
#else
    assert_int_equal(status, HF_OK); /* other conventions are not concerned */
    hf_function_destroy(six);
#endif
    assert_int_equal(neighbour, HF_OK);
    assert_true(call_six(t, again, 5) == 15000.25);
    hf_function_destroy(again);
}

static void types_that_fail_the_self_test_are_refused(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        uint32_t fault;
        const char *text;
        const char *name;
        const char *argument;
    } row[] = {
        { HFI_FAULT_STRUCTS, PAIR_TEXT "hfn_pair hfn_swap_pair(hfn_pair p)", "hfn_swap_pair",
          "result" },
        { HFI_FAULT_UNIONS, NUMBER_TEXT "void hfn_nothing(hfn_number n)", "hfn_nothing", "n" },
        { HFI_FAULT_LONG_DOUBLE, "void hfn_nothing(long double v)", "hfn_nothing", "v" },
        { HFI_FAULT_COMPLEX_F32, "void hfn_nothing(float _Complex v)", "hfn_nothing", "v" },
        { HFI_FAULT_COMPLEX_F64, "void hfn_nothing(double _Complex v)", "hfn_nothing", "v" },
        { HFI_FAULT_COMPLEX_LONG_DOUBLE, "void hfn_nothing(long double _Complex v)", "hfn_nothing",
          "v" },
        { HFI_FAULT_VARIADIC, "void hfn_nothing(int v, ...)", "hfn_nothing", "prototype" },
    };
    (void)hf_test_bind(t, "void hfn_nothing(void)");
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        hf_function *function = NULL;
        hfi_selftest_pretend(HFI_FAULTS_KNOWN | row[i].fault);
        hf_status status = hf_function_bind(t->thread, t->library, row[i].text, &function);
        hfi_selftest_pretend(0);
        assert_int_equal(status, HF_E_UNSUPPORTED);
        assert_non_null(strstr(t->report[0].message, "self-test"));
        hf_test_expect_report(t, HF_E_UNSUPPORTED, row[i].name, row[i].argument);
    }
}

static void self_test_finds_the_same_faults_every_time(void **state)
{
    (void)state;
    uint32_t first = 0;
    uint32_t second = 0;
    hfi_selftest_pretend(0);
    assert_int_equal(hfi_selftest_faults(&first), HF_OK);
    hfi_selftest_pretend(0);
    assert_int_equal(hfi_selftest_faults(&second), HF_OK);
    assert_int_equal(first, second);
    assert_int_equal(first & ~(uint32_t)HFI_FAULT_LAST_WORD, HFI_FAULTS_KNOWN);
}

/* ---- no memory ---- */

static void values_survive_every_failing_allocation(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    (void)hf_test_bind(t, "void hfn_nothing(void)");
    uint64_t nth = 0;
    bool was_hit = true;
    while (was_hit) {
        hf_function *six = NULL;
        hfi_selftest_pretend(0);
        hfi_fault_arm(++nth, 1);
        hf_status status = hf_function_bind(t->thread, t->library, SIX_TEXT, &six);
        was_hit = hfi_fault_disarm() >= nth;
        if (status == HF_E_SYMBOL) { /* that the system has no symbol is a fault point, too */
            hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "hfn_first_of_six");
        } else {
            assert_int_equal(status, was_hit ? HF_E_NOMEM : HF_OK);
        }
        assert_true((six != NULL) == (status == HF_OK));
        hf_function_destroy(six);
    }
    assert_true(nth > 20); /* parser, self-test, types, detour, function */
}

static void a_value_too_large_for_the_scratch_needs_memory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *nothing =
        hf_test_bind(t, "typedef struct { char c[600]; } big; void hfn_nothing(big v, big w)");
    hf_result result = HF_RESULT_INIT;
    char big[600] = { 0 };

    assert_int_equal(hf_call(t->thread, nothing, &result, HF_ARGS(HF_STRUCT(big), HF_STRUCT(big))),
                     HF_OK);
    hfi_fault_arm(1, 1);
    hf_status status =
        hf_call(t->thread, nothing, &result, HF_ARGS(HF_STRUCT(big), HF_STRUCT(big)));
    (void)hfi_fault_disarm();
    assert_int_equal(status, HF_E_NOMEM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_go_by_value_and_come_back),
        TEST(values_come_from_a_part_of_a_buffer),
        TEST(values_can_be_unions),
        TEST(values_can_be_long_doubles),
        TEST(values_can_be_complex_numbers),
        TEST(values_of_another_size_are_refused),
        TEST(values_that_are_no_values_are_refused),
        TEST(values_are_sent_anew_at_each_try),
        TEST(results_by_value_stay_when_later_calls_reuse_the_slots),
        TEST(six_mixed_structs_arrive_whole),
        TEST(six_mixed_structs_are_refused_when_nothing_helps),
        TEST(types_that_fail_the_self_test_are_refused),
        TEST(self_test_finds_the_same_faults_every_time),
        TEST(values_survive_every_failing_allocation),
        TEST(a_value_too_large_for_the_scratch_needs_memory),
    };
    return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
