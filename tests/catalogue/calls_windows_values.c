/* SPDX-License-Identifier: MIT */

/*
 * The walk: values of the registry.
 *
 * Each call writes what it reads, under a key of its own that it deletes again.
 */

#include "lend.h"

#include <windows.h>

#define WALK_KEY L"Software\\HoldfastWalkValues"

static HKEY make_key(void)
{
    HKEY key = NULL;
    wchar_t of_class[] = L"walkers";
    RegDeleteTreeW(HKEY_CURRENT_USER, WALK_KEY);
    RegDeleteKeyW(HKEY_CURRENT_USER, WALK_KEY);
    assert_int_equal(RegCreateKeyExW(HKEY_CURRENT_USER, WALK_KEY, 0, of_class, 0, KEY_ALL_ACCESS,
                                     NULL, &key, NULL),
                     0);
    return key;
}

static void drop_key(HKEY key)
{
    RegCloseKey(key);
    RegDeleteTreeW(HKEY_CURRENT_USER, WALK_KEY);
    RegDeleteKeyW(HKEY_CURRENT_USER, WALK_KEY);
}

static void set_value(HKEY key, const wchar_t *name, DWORD type, const void *data, size_t size)
{
    assert_int_equal(RegSetValueExW(key, name, 0, type, data, (DWORD)size), 0);
}

static hf_status query_value(walk *w)
{
    static const unsigned char odd[21] = "twenty bytes and one";
    static const wchar_t text[] = L"some words that are text";
    HKEY key = make_key();
    set_value(key, L"text", REG_SZ, text, sizeof text);
    set_value(key, L"odd", REG_BINARY, odd, sizeof odd);
    set_value(key, L"empty", REG_BINARY, odd, 0);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_CSTR("text"), HF_NULL));
    if (status == HF_OK) {
        walk_expect(w, 0, text, sizeof text);
        assert_int_equal(hf_result_scalar(&w->result, 0), REG_SZ);
        status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_CSTR("odd"), HF_NULL));
    }
    if (status == HF_OK) {
        walk_expect(w, 0, odd, sizeof odd);
        status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_CSTR("empty"), HF_NULL));
    }
    if (status == HF_OK) {
        walk_expect(w, 0, odd, 0);
        assert_int_equal(walk_do(w, HF_ARGS(HF_POINTER(key), HF_CSTR("none"), HF_NULL)),
                         HF_E_NATIVE);
        assert_int_equal(w->result.error, ERROR_FILE_NOT_FOUND);
    }
    drop_key(key);
    return status;
}

/* Text that was written without its NUL. */
static hf_status query_text(walk *w)
{
    static const wchar_t text[] = L"no NUL behind it";
    HKEY key = make_key();
    set_value(key, L"text", REG_SZ, text, sizeof text - sizeof text[0]);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_CSTR("text"), HF_NULL));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, text);
    }
    drop_key(key);
    return status;
}

static hf_status query_performance(walk *w)
{
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(HKEY_PERFORMANCE_DATA), HF_CSTR("Global"), HF_NULL));
    if (status == HF_OK) {
        walk_expect_start(w, 0, L"PERF", 8);
    }
    return status;
}

static hf_status query_value_narrow(walk *w)
{
    static const wchar_t text[] = L"narrow";
    HKEY key = make_key();
    set_value(key, L"text", REG_SZ, text, sizeof text);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_CSTR("text"), HF_NULL));
    if (status == HF_OK) {
        walk_expect(w, 0, "narrow", 7);
    }
    drop_key(key);
    return status;
}

static void walk_get_setup(HKEY key)
{
    static const wchar_t plain[] = L"a plain text", path[] = L"%HOLDFAST_WALK%\\there";
    static const unsigned char bytes[] = { 1, 2, 3, 4, 5 };
    SetEnvironmentVariableW(L"HOLDFAST_WALK", L"Z:\\somewhere quite far from here");
    set_value(key, L"plain", REG_SZ, plain, sizeof plain);
    set_value(key, L"path", REG_EXPAND_SZ, path, sizeof path);
    set_value(key, L"bytes", REG_BINARY, bytes, sizeof bytes);
}

static hf_status get_value(walk *w)
{
    static const unsigned char bytes[] = { 1, 2, 3, 4, 5 };
    HKEY key = make_key();
    walk_get_setup(key);
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(HKEY_CURRENT_USER), HF_UTF16(WALK_KEY, HF_WHOLE),
                           HF_CSTR("bytes"), HF_INT(RRF_RT_ANY)));
    if (status == HF_OK) {
        walk_expect(w, 0, bytes, sizeof bytes);
        status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_NULL, HF_CSTR("path"), HF_INT(RRF_RT_ANY)));
    }
    if (status == HF_OK) {
        static const wchar_t there[] = L"Z:\\somewhere quite far from here\\there";
        walk_expect_start(w, 0, there, sizeof there - sizeof there[0]);
    }
    drop_key(key);
    return status;
}

static hf_status get_text(walk *w)
{
    HKEY key = make_key();
    walk_get_setup(key);
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(key), HF_NULL, HF_CSTR("plain"), HF_INT(RRF_RT_REG_SZ)));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, L"a plain text");
        status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_NULL, HF_CSTR("path"), HF_INT(RRF_RT_ANY)));
    }
    if (status == HF_OK) {
        walk_expect_wide(w, 0, L"Z:\\somewhere quite far from here\\there");
    }
    drop_key(key);
    return status;
}

static hf_status query_default(walk *w)
{
    static const wchar_t text[] = L"the value without a name";
    HKEY key = make_key();
    set_value(key, NULL, REG_SZ, text, sizeof text);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_NULL));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, text);
    }
    drop_key(key);
    return status;
}

static hf_status query_several(walk *w)
{
    static const wchar_t first[] = L"first", second[] = L"the second one";
    HKEY key = make_key();
    wchar_t names[2][2] = { L"a", L"b" };
    VALENTW values[2] = { { names[0], 0, 0, 0 }, { names[1], 0, 0, 0 } };
    set_value(key, L"a", REG_SZ, first, sizeof first);
    set_value(key, L"b", REG_SZ, second, sizeof second);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_POINTER(values), HF_INT(2)));
    if (status == HF_OK) {
        assert_int_equal(values[1].ve_valuelen, sizeof second);
        assert_memory_equal((const void *)values[0].ve_valueptr, first, sizeof first);
        assert_memory_equal((const void *)values[1].ve_valueptr, second, sizeof second);
        size_t size;
        free(walk_copy(w, 0, &size));
        walk_note(w, &size, sizeof size);
    }
    drop_key(key);
    return status;
}

static hf_status query_class(walk *w)
{
    HKEY key = make_key();
    set_value(key, L"one", REG_DWORD, &(DWORD){ 1 }, sizeof(DWORD));
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_NULL));
    if (status == HF_OK) {
        size_t size;
        walk_expect_wide(w, 0, L"walkers");
        free(walk_copy(w, 0, &size));
        walk_note(w, &size, sizeof size);
    }
    drop_key(key);
    return status;
}

/* Words that live in a library: which, does not matter. */
static UINT find_words(const wchar_t *path, wchar_t *words, int size)
{
    HMODULE module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
    assert_non_null(module);
    for (UINT id = 1; id < 65000; id++) {
        if (LoadStringW(module, id, words, size) > 8) {
            FreeLibrary(module);
            return id;
        }
    }
    FreeLibrary(module);
    return 0;
}

static hf_status load_words(walk *w)
{
    wchar_t path[MAX_PATH], words[512], value[MAX_PATH + 16];
    assert_in_range(GetSystemDirectoryW(path, MAX_PATH - 16), 1, MAX_PATH - 17);
    wcscat(path, L"\\shell32.dll");
    UINT id = find_words(path, words, 512);
    assert_int_not_equal(id, 0);
    size_t count = (size_t)swprintf(value, MAX_PATH + 16, L"@%ls,-%u", path, id);
    HKEY key = make_key();
    set_value(key, L"words", REG_SZ, value, (count + 1) * sizeof value[0]);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_CSTR("words"), HF_INT(0), HF_NULL));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, words);
    }
    drop_key(key);
    return status;
}

WALK_PART(values);
const walk_call walk_calls_values[] = {
    { "RegQueryValueExW", query_value, WALK_SAME },
    { "RegQueryValueExW:text", query_text, WALK_SAME },
    { "RegQueryValueExW:performance", query_performance, WALK_CHANGES },
    { "RegQueryValueExA", query_value_narrow, WALK_SAME },
    { "RegGetValueW", get_value, WALK_SAME },
    { "RegGetValueW:text", get_text, WALK_SAME },
    { "RegQueryValueW", query_default, WALK_SAME },
    { "RegQueryMultipleValuesW", query_several, WALK_NOTED },
    { "RegQueryInfoKeyW", query_class, WALK_NOTED },
    { "RegLoadMUIStringW", load_words, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
