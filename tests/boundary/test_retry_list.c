/* SPDX-License-Identifier: MIT */

/*
 * Lists of texts: each ended by a NUL, the list by one more.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <string.h>

/* What the callee has, NULs and all, and what is told of it. */
static const char *list;
static uint32_t list_size;
static unsigned calls;

/* Copies as much as fits, and returns what it takes in all. */
static int copy_list(char *buffer, uint32_t size)
{
    calls++;
    memcpy(buffer, list, list_size < size ? list_size : size);
    return (int)list_size;
}

static int copy_wide(uint16_t *buffer, uint32_t size)
{
    calls++;
    for (uint32_t i = 0; i < list_size && i < size; i++) {
        buffer[i] = (unsigned char)list[i];
    }
    return (int)list_size;
}

static hf_function *bind(hf_test_runtime *t, const char *prototype, uint64_t first_bytes)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*narrow)(char *, uint32_t) = copy_list;
    int (*wide)(uint16_t *, uint32_t) = copy_wide;
    bool is_wide = strstr(prototype, "char16_t") != NULL;
    options.first_bytes = first_bytes;
    if (is_wide) {
        memcpy(&options.address, &wide, sizeof wide);
    } else {
        memcpy(&options.address, &narrow, sizeof narrow);
    }
    return hf_test_bind_with(t, prototype, &options);
}

#define BLIND                                                                                      \
    "int copy_list(char *buffer {out, text(multi)}, uint32_t size {capacity(buffer)}) {fail(0)}"
#define TOLD                                                                                       \
    "int copy_list(char *buffer {out, text(utf8, multi)}, uint32_t size {capacity(buffer)})"       \
    " {fail(0), grow_ok(result > size), needed(buffer, result), length(buffer, result)}"

/* The list without its literal's own NUL, which is there behind it all the same. */
#define HAVE(text) (list = (text), list_size = sizeof(text) - 1)

static void expect(hf_test_runtime *t, const hf_function *function, const char *wanted, size_t size)
{
    hf_result result = HF_RESULT_INIT;
    char got[256];
    calls = 0;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    hf_ref out = hf_result_out(&result, 0);
    assert_int_equal(hf_bytes_size(out), size);
    assert_int_equal(hf_bytes_read(out, 0, got, size), HF_OK);
    assert_memory_equal(got, wanted, size);
}

static void list_keeps_its_inner_nuls_and_loses_its_own(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    static const char *const prototypes[] = { BLIND, TOLD };
    for (unsigned i = 0; i < 2; i++) {
        hf_function *function = bind(t, prototypes[i], 64);
        HAVE("one\0two\0\0");
        expect(t, function, "one\0two\0", 8);
        HAVE("one\0\0behind\0\0");
        expect(t, function, "one\0", 4);
        HAVE("\0");
        expect(t, function, "", 0);
        HAVE("\0\0");
        expect(t, function, "", 0);
        assert_int_equal(calls, 1);
    }
}

static void list_without_its_own_nul_is_as_long_as_its_length(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *function = bind(t, TOLD, 64);
    HAVE("one\0two\0");
    expect(t, function, "one\0two\0", 8);
    HAVE("one\0two");
    expect(t, function, "one\0two", 7);
    HAVE("");
    expect(t, function, "", 0);
}

static void list_has_two_nuls_behind_it_in_memory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    for (uint64_t first = 8; first <= 4096; first *= 512) { /* shortened in place, and copied */
        hf_result result = HF_RESULT_INIT;
        hf_function *function = bind(t, TOLD, first);
        HAVE("one\0two");
        assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
        hf_ref out = hf_result_out(&result, 0);
        hf_span span;
        HF_FENCE(t->thread, fence, out, &span);
        assert_int_equal(span.size, 7);
        assert_memory_equal(span.data, "one\0two\0\0", 9);
    }
}

static void list_without_length_that_is_cut_grows(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    HAVE("one\0two\0\0");
    expect(t, bind(t, BLIND, 8), "one\0two\0", 8); /* one NUL short */
    assert_int_equal(calls, 2);
    expect(t, bind(t, BLIND, 4), "one\0two\0", 8); /* full, and a text has ended */
    assert_int_equal(calls, 3);
    expect(t, bind(t, BLIND, 9), "one\0two\0", 8);
    assert_int_equal(calls, 1);
}

static void list_of_wide_texts_counts_units(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *function = bind(t,
                                 "int copy_wide(char16_t *buffer {out, text(multi)},"
                                 " uint32_t size {capacity(buffer)}) {fail(0)}",
                                 2);
    HAVE("C:\\\0D:\\\0\0");
    uint16_t wanted[8] = { 'C', ':', '\\', 0, 'D', ':', '\\', 0 };
    expect(t, function, (const char *)wanted, sizeof wanted);
    assert_true(calls > 1);
}

static void list_in_the_systems_encoding_comes_back_as_a_list(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *function = bind(t,
                                 "int copy_list(char *buffer {out, text(system, multi)},"
                                 " uint32_t size {capacity(buffer)}) {fail(0)}",
                                 64);
    HAVE("one\0two\0\0");
    expect(t, function, "one\0two\0", 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(list_keeps_its_inner_nuls_and_loses_its_own),
        TEST(list_without_its_own_nul_is_as_long_as_its_length),
        TEST(list_has_two_nuls_behind_it_in_memory),
        TEST(list_without_length_that_is_cut_grows),
        TEST(list_of_wide_texts_counts_units),
        TEST(list_in_the_systems_encoding_comes_back_as_a_list),
    };
    return cmocka_run_group_tests_name("boundary_retry_list", tests, NULL, NULL);
}
