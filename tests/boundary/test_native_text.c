/* SPDX-License-Identifier: MIT */

/* Functions of the catalogue asked for their text alone: strings and lists of strings. */

#include "runtime.h"

#include <string.h>

#ifdef _WIN32
#define DIRECTORY "GetCurrentDirectoryW"
#define NO_TEXT   "GetTcpTable"
#else
#define DIRECTORY "getcwd"
#define NO_TEXT   "getgroups"
#endif

#define LIST(name, unit)                                                                           \
    "int hfn_" name "(" unit " *list {out, text(multi)}, int size {capacity(list)}, int which)"    \
    " {fail(result < 0), grow_ok(result > size), needed(list, result), length(list, result)}"

static const hf_native_row own[] = {
    { "hfn_list", HF_TESTLIB_PATH, LIST("list", "char"), NULL, HF_NATIVE_MEASURED },
    { "hfn_wide_list", HF_TESTLIB_PATH, LIST("wide_list", "char16_t"), NULL, HF_NATIVE_MEASURED },
};

static void assert_texts(hf_test_runtime *t, hf_ref array, const char *const *expected)
{
    HF_FRAME(t->thread);
    hf_ref text = hf_local(t->thread);
    size_t count = 0;
    for (; expected[count]; count++) {
        char seen[64] = { 0 };
        assert_int_equal(hf_load_at(array, count, text), HF_OK);
        assert_true(hf_bytes_size(text) < sizeof seen);
        assert_int_equal(hf_bytes_read(text, 0, seen, hf_bytes_size(text)), HF_OK);
        assert_string_equal(seen, expected[count]);
        assert_int_equal(hf_raw_begin(t->thread), HF_OK);
        assert_string_equal(hf_raw_address(text), expected[count]);
        assert_int_equal(hf_raw_end(t->thread), HF_OK);
    }
    assert_int_equal(hf_array_length(array), count);
}

static void texts_of_a_list_are_an_array_of_strings(void **state)
{
    hf_test_runtime *t = *state;
    static const char *const three[] = { "alpha", "b", "gamma delta", NULL };
    static const char *const none[] = { NULL };
    static const char *const names[] = { "hfn_list", "hfn_wide_list" };
    HF_FRAME(t->thread);
    hf_ref array = hf_local(t->thread);
    assert_int_equal(hf_native_add(t->thread, own, 2, NULL), HF_OK);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(hf_native_texts(t->thread, names[i], HF_ARGS(HF_INT(1)), array, NULL),
                         HF_OK);
        assert_texts(t, array, three);
        assert_int_equal(hf_native_texts(t->thread, names[i], HF_ARGS(HF_INT(0)), array, NULL),
                         HF_OK);
        assert_texts(t, array, none);
    }
}

static void texts_are_null_when_the_call_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref array = hf_local(t->thread);
    int64_t error = 5;
    assert_int_equal(hf_native_add(t->thread, own, 2, NULL), HF_OK);
    assert_int_equal(hf_native_texts(t->thread, "hfn_list", HF_ARGS(HF_INT(7)), array, &error),
                     HF_E_NATIVE);
    assert_true(hf_is_null(array));
}

static void text_is_a_string_with_a_nul_behind_it(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref path = hf_local(t->thread);
    int64_t error = -1;

    assert_int_equal(hf_native_text(t->thread, DIRECTORY, HF_NO_ARGS, path, &error), HF_OK);

    char text[4096];
    size_t size = hf_bytes_size(path);
    assert_true(size > 0 && size < sizeof text);
    assert_int_equal(hf_bytes_read(path, 0, text, size), HF_OK);
    assert_null(memchr(text, 0, size)); /* UTF-8, also where the function fills wide text */
    assert_int_equal(error, 0);
    assert_int_equal(hf_raw_begin(t->thread), HF_OK);
    assert_int_equal(strlen(hf_raw_address(path)), size);
    assert_int_equal(hf_raw_end(t->thread), HF_OK);
}

static void text_is_refused_of_a_function_that_fills_none(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref path = hf_local(t->thread);

    assert_int_equal(hf_native_text(t->thread, NO_TEXT, HF_NO_ARGS, path, NULL), HF_E_TYPE);
    hf_test_expect_report(t, HF_E_TYPE, "hf_native_text", "name");
    assert_int_equal(hf_native_texts(t->thread, DIRECTORY, HF_NO_ARGS, path, NULL), HF_E_TYPE);
    hf_test_expect_report(t, HF_E_TYPE, "hf_native_texts", "name");
    assert_int_equal(hf_native_text(t->thread, DIRECTORY, HF_NO_ARGS, NULL, NULL), HF_E_SLOTS);
    assert_true(hf_is_null(path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_is_a_string_with_a_nul_behind_it),
        TEST(text_is_refused_of_a_function_that_fills_none),
        TEST(texts_of_a_list_are_an_array_of_strings),
        TEST(texts_are_null_when_the_call_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
