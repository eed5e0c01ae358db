/* SPDX-License-Identifier: MIT */

/* Floor 0: the list of codes, size arithmetic, native memory and its fault points. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/given.h"
#include "base/size.h"
#include "base/verify.h"

#include <holdfast/status.h>

#include <string.h>

/* ---- status ---- */

typedef struct status_row {
    hf_status status;
    const char *name;
    const char *text;
} status_row;

static const status_row rows[] = {
#define STATUS_ROW(name, number, text) { name, #name, text },
    HF_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static void status_has_a_number_of_its_own_for_each_code(void **state)
{
    (void)state;
    assert_int_equal(HF_OK, 0);
    for (size_t i = 1; i < ROW_COUNT; i++) {
        assert_true(rows[i].status < 0);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(rows[i].status, rows[j].status);
            assert_string_not_equal(rows[i].text, rows[j].text);
        }
    }
}

static void status_keeps_the_numbers_that_programs_may_have_stored(void **state)
{
    (void)state;
    assert_int_equal(HF_E_MISUSE, -1);
    assert_int_equal(HF_E_NOMEM, -5);
    assert_int_equal(HF_E_UTF, -18);
    assert_int_equal(HF_E_NATIVE, -26);
    assert_int_equal(HF_E_NOT_FOUND, -38);
}

static void status_gives_name_and_text_of_every_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        assert_string_equal(hf_status_name(rows[i].status), rows[i].name);
        assert_string_equal(hf_status_text(rows[i].status), rows[i].text);
        size_t length = strlen(rows[i].text);
        assert_true(length > 0 && rows[i].text[length - 1] != '.');
    }
}

static void status_knows_that_it_does_not_know_a_number(void **state)
{
    (void)state;
    assert_string_equal(hf_status_name((hf_status)1), "?");
    assert_string_equal(hf_status_name((hf_status)-100000), "?");
    assert_string_equal(hf_status_text((hf_status)1), "unknown status");
    assert_string_equal(hf_status_text((hf_status)-100000), "unknown status");
}

/* ---- sizes ---- */

static void size_adds_up_to_the_last_size_and_no_further(void **state)
{
    (void)state;
    size_t sum = 7;

    assert_true(hfi_size_add(SIZE_MAX - 1, 1, &sum));
    assert_true(sum == SIZE_MAX);
    sum = 7;
    assert_false(hfi_size_add(SIZE_MAX, 1, &sum));
    assert_false(hfi_size_add(1, SIZE_MAX, &sum));
    assert_int_equal(sum, 7);
    assert_true(hfi_size_add(0, 0, &sum));
    assert_int_equal(sum, 0);
}

static void size_multiplies_up_to_the_last_size_and_no_further(void **state)
{
    (void)state;
    const size_t half = SIZE_MAX / 2;
    size_t product = 7;

    assert_true(hfi_size_mul(half, 2, &product));
    assert_true(product == SIZE_MAX - 1);
    product = 7;
    assert_false(hfi_size_mul(half + 1, 2, &product));
    assert_false(hfi_size_mul(2, half + 1, &product));
    assert_false(hfi_size_mul(SIZE_MAX, SIZE_MAX, &product));
    assert_int_equal(product, 7);
    assert_true(hfi_size_mul(SIZE_MAX, 0, &product));
    assert_int_equal(product, 0);
    assert_true(hfi_size_mul(0, SIZE_MAX, &product));
    assert_int_equal(product, 0);
}

static void size_has_the_same_arithmetic_in_64_bits(void **state)
{
    (void)state;
    uint64_t result = 7;

    assert_false(hfi_u64_add(UINT64_MAX, 1, &result));
    assert_false(hfi_u64_mul(UINT64_C(1) << 32, UINT64_C(1) << 32, &result));
    assert_true(result == 7);
    assert_true(hfi_u64_add(UINT64_MAX, 0, &result));
    assert_true(result == UINT64_MAX);
    assert_true(hfi_u64_mul(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &result));
    assert_true(result == UINT64_MAX - UINT32_MAX);
    assert_true(hfi_u64_mul(UINT64_MAX, 0, &result));
    assert_true(result == 0);
}

static void size_rounds_to_powers_of_two(void **state)
{
    (void)state;
    assert_false(hfi_is_power_of_two(0));
    assert_true(hfi_is_power_of_two(1));
    assert_true(hfi_is_power_of_two(4096));
    assert_false(hfi_is_power_of_two(4097));
    assert_int_equal(hfi_align_up(0, 16), 0);
    assert_int_equal(hfi_align_up(1, 16), 16);
    assert_int_equal(hfi_align_up(16, 16), 16);
    assert_int_equal(hfi_align_up(17, 16), 32);
    assert_int_equal(hfi_align_down(15, 16), 0);
    assert_int_equal(hfi_align_down(31, 16), 16);
    assert_int_equal(hfi_align_down(32, 16), 32);
}

/* ---- options ---- */

typedef struct options_of_now {
    uint32_t struct_size;
    uint32_t first;
    uint32_t second;
} options_of_now;

typedef struct options_of_later {
    options_of_now now;
    uint32_t third;
} options_of_later;

static void options_of_another_age_are_read_as_far_as_both_know(void **state)
{
    (void)state;
    options_of_now read = { 0, 7, 8 };
    const options_of_now older = { offsetof(options_of_now, second), 1, 2 };
    options_of_later later = { { sizeof later, 3, 4 }, 0 };

    assert_true(hfi_given_read(NULL, &read, sizeof read));
    assert_int_equal(read.first, 7);
    assert_true(hfi_given_read(&older, &read, sizeof read));
    assert_int_equal(read.first, 1);
    assert_int_equal(read.second, 8); /* its default */
    assert_true(hfi_given_read(&later, &read, sizeof read));
    assert_int_equal(read.second, 4);
}

static void options_that_ask_for_the_unknown_are_refused(void **state)
{
    (void)state;
    options_of_now read = { 0, 7, 8 };
    const options_of_later later = { { sizeof later, 3, 4 }, 5 };
    assert_false(hfi_given_read(&later, &read, sizeof read));
    assert_int_equal(read.first, 7);
}

static void options_whose_size_nobody_set_are_refused(void **state)
{
    (void)state;
    static const uint32_t sizes[] = { 0, 3, 4097, UINT32_MAX };
    options_of_now read = { 0, 7, 8 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const options_of_now given = { sizes[i], 1, 2 };
        assert_false(hfi_given_read(&given, &read, sizeof read));
        assert_int_equal(read.first, 7);
    }
}

/* ---- native memory ---- */

static bool is_zero(const void *block, size_t size)
{
    const unsigned char *bytes = block;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static void alloc_gives_zeroed_memory_and_counts_it(void **state)
{
    (void)state;
    int64_t before = hfi_alloc_live();

    void *block = hfi_alloc(100);
    void *array = hfi_alloc_array(10, 24);

    assert_non_null(block);
    assert_non_null(array);
    assert_true(is_zero(block, 100));
    assert_true(is_zero(array, 240));
    assert_true(hfi_alloc_live() == before + 2);
    hfi_free(block);
    hfi_free(array);
    hfi_free(NULL);
    assert_true(hfi_alloc_live() == before);
}

static void alloc_refuses_an_array_that_no_memory_can_hold(void **state)
{
    (void)state;
    int64_t before = hfi_alloc_live();

    assert_null(hfi_alloc_array(SIZE_MAX / 2, 3));
    assert_null(hfi_alloc_array(0, 8));
    assert_null(hfi_alloc_array(8, 0));
    assert_true(hfi_alloc_live() == before);
}

static void alloc_keeps_the_contents_when_a_block_grows(void **state)
{
    (void)state;
    int64_t before = hfi_alloc_live();
    char *block = hfi_realloc(NULL, 8);
    assert_non_null(block);
    memcpy(block, "holdfas", 8);

    block = hfi_realloc(block, 100000);

    assert_non_null(block);
    assert_string_equal(block, "holdfas");
    assert_true(hfi_alloc_live() == before + 1);
    hfi_free(block);
    assert_true(hfi_alloc_live() == before);
}

static void alloc_copies_a_text(void **state)
{
    (void)state;
    char text[] = "fence";
    char *copy = hfi_strdup(text);
    assert_non_null(copy);

    text[0] = 'F';

    assert_string_equal(copy, "fence");
    hfi_free(copy);
}

/* ---- fault points ---- */

static void fault_fails_the_chosen_point_and_only_that(void **state)
{
    (void)state;
    hfi_fault_arm(2, 1);
    bool hits[4];
    for (size_t i = 0; i < 4; i++) {
        hits[i] = hfi_fault_hit("here");
    }

    assert_true(hfi_fault_disarm() == 4);
    assert_false(hits[0]);
    assert_true(hits[1]);
    assert_false(hits[2]);
    assert_false(hits[3]);
    assert_string_equal(hfi_fault_last(), "here");
}

static void fault_fails_several_in_a_row_when_asked(void **state)
{
    (void)state;
    hfi_fault_arm(1, 3);
    int hits = 0;
    for (int i = 0; i < 5; i++) {
        hits += hfi_fault_hit("row") ? 1 : 0;
    }

    assert_true(hfi_fault_disarm() == 5);
    assert_int_equal(hits, 3);
}

static void fault_does_nothing_while_it_is_not_armed(void **state)
{
    (void)state;
    hfi_fault_arm(0, 1);
    assert_false(hfi_fault_hit("quiet"));
    assert_true(hfi_fault_disarm() == 0);
    assert_string_equal(hfi_fault_last(), "");
}

static void *give_block(void)
{
    return hfi_alloc(16);
}

static void *give_array(void)
{
    return hfi_alloc_array(2, 16);
}

static void *give_grown_from_nothing(void)
{
    return hfi_realloc(NULL, 16);
}

static void *give_copy(void)
{
    return hfi_strdup("text");
}

static void fault_reaches_every_way_to_native_memory(void **state)
{
    (void)state;
    void *(*const ways[])(void) = { give_block, give_array, give_grown_from_nothing, give_copy };
    int64_t before = hfi_alloc_live();
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        hfi_fault_arm(1, 1);
        void *failed = ways[i]();
        void *given = ways[i]();
        uint64_t passed = hfi_fault_disarm();

        assert_null(failed);
        assert_non_null(given);
        assert_true(passed == 2);
        assert_string_not_equal(hfi_fault_last(), "");
        hfi_free(given);
    }
    assert_true(hfi_alloc_live() == before);
}

static void fault_leaves_the_old_block_when_growing_fails(void **state)
{
    (void)state;
    int64_t before = hfi_alloc_live();
    char *block = hfi_strdup("keep me");
    assert_non_null(block);

    hfi_fault_arm(1, 1);
    void *grown = hfi_realloc(block, 1000);
    hfi_fault_disarm();

    assert_null(grown);
    assert_string_equal(block, "keep me");
    assert_true(hfi_alloc_live() == before + 1);
    hfi_free(block);
}

/* ---- assertions ---- */

typedef struct outer {
    int first;
    int inner;
} outer;

static void verify_lets_what_is_true_pass(void **state)
{
    (void)state;
    outer object = { 1, 2 };
    HF_VERIFY(object.first == 1);
    HF_ASSERT(object.inner == 2);
    assert_ptr_equal(HF_CONTAINER(&object.inner, outer, inner), &object);
}

static void verify_does_not_run_what_is_switched_off(void **state)
{
    (void)state;
    int runs = 0;
    HF_CHECK_OFF_(++runs == 0);
    assert_int_equal(runs, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_has_a_number_of_its_own_for_each_code),
        cmocka_unit_test(status_keeps_the_numbers_that_programs_may_have_stored),
        cmocka_unit_test(status_gives_name_and_text_of_every_code),
        cmocka_unit_test(status_knows_that_it_does_not_know_a_number),
        cmocka_unit_test(size_adds_up_to_the_last_size_and_no_further),
        cmocka_unit_test(size_multiplies_up_to_the_last_size_and_no_further),
        cmocka_unit_test(size_has_the_same_arithmetic_in_64_bits),
        cmocka_unit_test(size_rounds_to_powers_of_two),
        cmocka_unit_test(options_of_another_age_are_read_as_far_as_both_know),
        cmocka_unit_test(options_that_ask_for_the_unknown_are_refused),
        cmocka_unit_test(options_whose_size_nobody_set_are_refused),
        cmocka_unit_test(alloc_gives_zeroed_memory_and_counts_it),
        cmocka_unit_test(alloc_refuses_an_array_that_no_memory_can_hold),
        cmocka_unit_test(alloc_keeps_the_contents_when_a_block_grows),
        cmocka_unit_test(alloc_copies_a_text),
        cmocka_unit_test(fault_fails_the_chosen_point_and_only_that),
        cmocka_unit_test(fault_fails_several_in_a_row_when_asked),
        cmocka_unit_test(fault_does_nothing_while_it_is_not_armed),
        cmocka_unit_test(fault_reaches_every_way_to_native_memory),
        cmocka_unit_test(fault_leaves_the_old_block_when_growing_fails),
        cmocka_unit_test(verify_lets_what_is_true_pass),
        cmocka_unit_test(verify_does_not_run_what_is_switched_off),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
