/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/* The registry through the typed front, against what the plain API has written. */

#include "runtime.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#define PLACE "Software\\HoldfastRegistry"

static HKEY plain;

static int begin(void **state)
{
    (void)RegDeleteKeyW(HKEY_CURRENT_USER, L"" PLACE "\\inner");
    (void)RegDeleteKeyW(HKEY_CURRENT_USER, L"" PLACE);
    return RegCreateKeyW(HKEY_CURRENT_USER, L"" PLACE, &plain) == 0 ? hf_test_setup(state) : -1;
}

static int end(void **state)
{
    RegCloseKey(plain);
    (void)RegDeleteKeyW(HKEY_CURRENT_USER, L"" PLACE "\\inner");
    (void)RegDeleteKeyW(HKEY_CURRENT_USER, L"" PLACE);
    return hf_test_teardown(state);
}

static void write_plain(const wchar_t *name, DWORD type, const void *data, DWORD size)
{
    assert_int_equal(RegSetValueExW(plain, name, 0, type, data, size), 0);
}

static void assert_text(hf_ref text, const char *expected)
{
    char seen[256] = { 0 };
    assert_false(hf_is_null(text));
    assert_true(hf_bytes_size(text) < sizeof seen);
    assert_int_equal(hf_bytes_read(text, 0, seen, hf_bytes_size(text)), HF_OK);
    assert_string_equal(seen, expected);
}

static void assert_texts(hf_test_runtime *t, hf_ref array, const char *const *expected)
{
    HF_FRAME(t->thread);
    hf_ref text = hf_local(t->thread);
    size_t count = 0;
    for (; expected[count]; count++) {
        assert_int_equal(hf_load_at(array, count, text), HF_OK);
        assert_text(text, expected[count]);
    }
    assert_int_equal(hf_array_length(array), count);
}

static hf_ref open_place(hf_test_runtime *t)
{
    hf_ref key = hf_local(t->thread);
    assert_int_equal(
        hf_key_open(t->thread, HF_KEY_CURRENT_USER, PLACE, HF_KEY_READ | HF_KEY_WRITE, key, NULL),
        HF_OK);
    return key;
}

static void close_key(hf_test_runtime *t, hf_ref key)
{
    assert_int_equal(hf_resource_dispose(t->thread, key), HF_OK);
}

static void registry_text_needs_no_nul(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref text = hf_local(t->thread);
    static const wchar_t word[] = L"w\u00f6rd\0behind";
    static const struct {
        DWORD size;
        const char *expected;
    } row[] = {
        { 0, "" }, { 2, "w" }, { 8, "w\xc3\xb6rd" }, { 10, "w\xc3\xb6rd" }, { 24, "w\xc3\xb6rd" }
    };
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        int64_t error = 1;
        write_plain(L"text", i % 2 ? REG_SZ : REG_EXPAND_SZ, word, row[i].size);
        assert_int_equal(hf_key_text(t->thread, key, "text", text, &error), HF_OK);
        assert_text(text, row[i].expected);
        assert_int_equal(error, 0);
    }
    close_key(t, key);
}

static void registry_text_that_is_broken_says_where(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref text = hf_local(t->thread);
    static const uint16_t alone[] = { 'a', 0xd800, 'b', 0 };
    write_plain(L"alone", REG_SZ, alone, sizeof alone);
    assert_int_equal(hf_key_text(t->thread, key, "alone", text, NULL), HF_E_UTF);
    assert_non_null(strstr(t->report[0].message, "at unit 1"));
    hf_test_expect_report(t, HF_E_UTF, "hf_key_value", "value");
    assert_true(hf_is_null(text));
    write_plain(L"odd", REG_SZ, L"abc", 5); /* two units and a half */
    assert_int_equal(hf_key_text(t->thread, key, "odd", text, NULL), HF_E_UTF);
    assert_non_null(strstr(t->report[0].message, "at unit 2"));
    hf_test_expect_report(t, HF_E_UTF, "hf_key_value", "value");
    close_key(t, key);
}

static void registry_lists_need_no_nuls(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref list = hf_local(t->thread);
    uint32_t type = 0;
    static const char *const both[] = { "one", "two", NULL };
    static const char *const none[] = { NULL };
    static const DWORD sizes[] = { 14, 16, 18 };
    for (unsigned i = 0; i < 3; i++) {
        write_plain(L"list", REG_MULTI_SZ, L"one\0two\0", sizes[i]);
        assert_int_equal(hf_key_value(t->thread, key, "list", &type, list, NULL), HF_OK);
        assert_int_equal(type, HF_VALUE_TEXTS);
        assert_texts(t, list, both);
    }
    write_plain(L"list", REG_MULTI_SZ, L"", 2);
    assert_int_equal(hf_key_value(t->thread, key, "list", &type, list, NULL), HF_OK);
    assert_texts(t, list, none);
    write_plain(L"list", REG_MULTI_SZ, L"", 0);
    assert_int_equal(hf_key_value(t->thread, key, "list", &type, list, NULL), HF_OK);
    assert_texts(t, list, none);
    close_key(t, key);
}

static void registry_numbers_are_what_their_type_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref bytes = hf_local(t->thread);
    static const unsigned char data[] = { 1, 2, 3, 4, 5, 6, 7, 0x88 };
    static const struct {
        DWORD type, size;
        hf_status status;
        uint64_t number;
    } row[] = {
        { REG_DWORD, 4, HF_OK, 0x04030201 },
        { REG_DWORD_BIG_ENDIAN, 4, HF_OK, 0x01020304 },
        { REG_QWORD, 8, HF_OK, 0x8807060504030201 },
        { REG_DWORD, 3, HF_E_TYPE, 0 },
        { REG_QWORD, 4, HF_E_TYPE, 0 },
        { REG_BINARY, 4, HF_E_TYPE, 0 },
        { REG_SZ, 4, HF_E_TYPE, 0 },
    };
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint64_t number = 0;
        int64_t error = -1;
        write_plain(L"number", row[i].type, data, row[i].size);
        assert_int_equal(hf_key_number(t->thread, key, "number", &number, &error), row[i].status);
        assert_true(number == row[i].number);
        assert_int_equal(error, row[i].status == HF_OK ? 0 : row[i].type);
    }
    uint32_t type = 9;
    assert_int_equal(hf_key_value(t->thread, key, "number", &type, bytes, NULL), HF_OK);
    write_plain(L"", REG_BINARY, data, 8);
    assert_int_equal(hf_key_value(t->thread, key, NULL, &type, bytes, NULL), HF_OK);
    assert_int_equal(type, HF_VALUE_BYTES);
    unsigned char seen[8];
    assert_int_equal(hf_bytes_size(bytes), 8);
    assert_int_equal(hf_bytes_read(bytes, 0, seen, 8), HF_OK);
    assert_memory_equal(seen, data, 8);
    close_key(t, key);
}

static void registry_gives_back_what_it_was_given(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref text = hf_local(t->thread);
    hf_ref expanded = hf_local(t->thread);
    uint32_t type = 0;
    assert_true(SetEnvironmentVariableW(L"HF_WORD", L"inside"));
    assert_int_equal(hf_key_set_text(t->thread, key, "out", HF_VALUE_EXPANDABLE,
                                     "<%HF_WORD%>\xf0\x9f\x98\x80", NULL),
                     HF_OK);
    assert_int_equal(hf_key_value(t->thread, key, "out", &type, text, NULL), HF_OK);
    assert_int_equal(type, HF_VALUE_EXPANDABLE);
    assert_text(text, "<%HF_WORD%>\xf0\x9f\x98\x80");
    assert_int_equal(hf_expand(t->thread, "<%HF_WORD%>", expanded, NULL), HF_OK);
    assert_text(expanded, "<inside>");
    assert_int_equal(hf_key_set_bytes(t->thread, key, "raw", 77, "abc", 3, NULL), HF_OK);
    assert_int_equal(hf_key_value(t->thread, key, "raw", &type, text, NULL), HF_OK);
    assert_int_equal(type, 77);
    assert_text(text, "abc");
    assert_int_equal(hf_key_delete_value(t->thread, key, "raw", NULL), HF_OK);
    int64_t error = 0;
    assert_int_equal(hf_key_value(t->thread, key, "raw", &type, text, &error), HF_E_NATIVE);
    assert_int_equal(error, ERROR_FILE_NOT_FOUND);
    assert_true(hf_is_null(text));
    assert_int_equal(hf_key_set_text(t->thread, key, "x", HF_VALUE_BYTES, "", NULL), HF_E_ARGUMENT);
    assert_int_equal(hf_key_set_text(t->thread, key, "x", HF_VALUE_TEXT, "\xff", NULL), HF_E_UTF);
    hf_test_expect_report(t, HF_E_UTF, "hf_key_set_text", "text");
    close_key(t, key);
}

static void registry_lists_the_names_of_keys_and_values(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref names = hf_local(t->thread);
    hf_ref inner = hf_local(t->thread);
    hf_ref text = hf_local(t->thread);
    static const char *const one[] = { "inner", NULL };
    static const char *const none[] = { NULL };
    int64_t error = 5;
    assert_int_equal(hf_key_names(t->thread, key, names, &error), HF_OK);
    assert_texts(t, names, none);
    assert_int_equal(error, 0);
    assert_int_equal(
        hf_key_create(t->thread, HF_KEY_CURRENT_USER, PLACE "\\inner", HF_KEY_ALL, inner, NULL),
        HF_OK);
    assert_int_equal(hf_key_names(t->thread, key, names, NULL), HF_OK);
    assert_texts(t, names, one);
    for (int i = 0; i < 40; i++) { /* more than the array begins with, twice */
        wchar_t name[16];
        wsprintfW(name, L"value %d", i);
        write_plain(name, REG_DWORD, &i, 4);
    }
    assert_int_equal(hf_key_value_names(t->thread, key, names, NULL), HF_OK);
    assert_int_equal(hf_array_length(names), 40);
    unsigned seen[40] = { 0 };
    for (unsigned i = 0; i < 40; i++) { /* in whatever order */
        char name[16] = { 0 };
        assert_int_equal(hf_load_at(names, i, text), HF_OK);
        assert_true(hf_bytes_size(text) < sizeof name);
        assert_int_equal(hf_bytes_read(text, 0, name, hf_bytes_size(text)), HF_OK);
        assert_memory_equal(name, "value ", 6);
        seen[atoi(name + 6) % 40]++;
    }
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(seen[i], 1);
    }
    close_key(t, inner);
    close_key(t, key);
}

static void registry_keys_are_children_of_the_key_they_were_opened_in(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref inner = hf_local(t->thread);
    hf_ref text = hf_local(t->thread);
    int64_t error = 0;
    assert_int_equal(hf_key_open_in(t->thread, key, "inner", HF_KEY_READ, inner, &error),
                     HF_E_NATIVE);
    assert_int_equal(error, ERROR_FILE_NOT_FOUND);
    assert_true(hf_is_null(inner));
    assert_int_equal(
        hf_key_create(t->thread, HF_KEY_CURRENT_USER, PLACE "\\inner", HF_KEY_READ, inner, NULL),
        HF_OK);
    assert_int_equal(hf_resource_dispose(t->thread, inner), HF_OK);
    assert_int_equal(hf_key_open_in(t->thread, key, "inner", HF_KEY_READ, inner, &error), HF_OK);
    close_key(t, key); /* but it stays open below what is open in it */
    assert_int_equal(hf_key_text(t->thread, inner, "x", text, &error), HF_E_NATIVE);
    assert_int_equal(error, ERROR_FILE_NOT_FOUND);
    assert_int_equal(hf_key_names(t->thread, key, text, NULL), HF_E_CLOSED);
    hf_test_forget_reports(t);
    close_key(t, inner);
    assert_int_equal(hf_key_text(t->thread, inner, "x", text, NULL), HF_E_CLOSED);
    hf_test_forget_reports(t);
    key = open_place(t);
    assert_int_equal(hf_key_delete(t->thread, key, "inner", NULL), HF_OK);
    assert_int_equal(hf_key_delete(t->thread, key, "inner", &error), HF_E_NATIVE);
    assert_int_equal(error, ERROR_FILE_NOT_FOUND);
    close_key(t, key);
}

static void registry_refuses_what_is_null(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref key = open_place(t);
    hf_ref out = hf_local(t->thread);
    assert_int_equal(hf_key_open(t->thread, HF_KEY_USERS, NULL, HF_KEY_READ, out, NULL), HF_E_NULL);
    assert_int_equal(hf_key_open(t->thread, HF_KEY_USERS, "", HF_KEY_READ, NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_key_number(t->thread, key, "x", NULL, NULL), HF_E_NULL);
    assert_int_equal(hf_key_value(t->thread, key, "x", NULL, NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_key_set_bytes(t->thread, key, "x", 3, NULL, 1, NULL), HF_E_NULL);
    assert_int_equal(hf_key_value(t->thread, out, "x", NULL, out, NULL), HF_E_NULL);
    hf_test_forget_reports(t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registry_text_needs_no_nul),
        TEST(registry_text_that_is_broken_says_where),
        TEST(registry_lists_need_no_nuls),
        TEST(registry_numbers_are_what_their_type_says),
        TEST(registry_gives_back_what_it_was_given),
        TEST(registry_lists_the_names_of_keys_and_values),
        TEST(registry_keys_are_children_of_the_key_they_were_opened_in),
        TEST(registry_refuses_what_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
