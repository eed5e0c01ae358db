/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/* Windows' own callees: last-error behind every slow path, and the families of the catalogue. */

#include "runtime.h"

#include <windows.h>

#include <string.h>

static hf_library *kernel32;

static hf_function *bind_kernel32(hf_test_runtime *t, const char *prototype, uint64_t first_bytes)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *function;
    options.first_bytes = first_bytes;
    options.tries_max = 40;
    assert_int_equal(hf_library_open(t->thread, "kernel32.dll", &kernel32), HF_OK);
    assert_int_equal(hf_function_bind_with(t->thread, kernel32, prototype, &options, &function),
                     HF_OK);
    hf_library_close(kernel32);
    assert_true(t->function_count < HF_TEST_FUNCTIONS);
    t->function[t->function_count++] = function;
    return function;
}

static void call_gives_the_last_error_of_the_callee(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *set = bind_kernel32(t, "void WINAPI SetLastError(DWORD code)", 0);
    hf_function *remove = bind_kernel32(
        t, "BOOL WINAPI DeleteFileW(LPCWSTR name) {fail(result == 0), error(last_error)}", 0);
    hf_function *old = bind_kernel32(
        t, "DWORD WINAPI GetLastError(void) {fail(error != 0), error(last_error)}", 0);

    for (DWORD code = 1; code < 50; code++) {
        assert_int_equal(hf_call(t->thread, set, &result, HF_ARGS(HF_UINT(code))), HF_OK);
        assert_int_equal(result.last_error, code);
    }
    assert_int_equal(
        hf_call(t->thread, remove, &result, HF_ARGS(HF_CSTR("C:\\no\\such\\file\xc3\xa4"))),
        HF_E_NATIVE);
    assert_true(result.error == ERROR_PATH_NOT_FOUND || result.error == ERROR_FILE_NOT_FOUND);
    assert_true(result.last_error == (uint32_t)result.error);
    /* `error` decides here, so it is cleared before the call. */
    SetLastError(77);
    assert_int_equal(hf_call(t->thread, old, &result, HF_NO_ARGS), HF_OK);
    assert_true(result.value.u == 0);
}

static void call_keeps_the_last_error_when_text_was_converted(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    char name[2000];
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = 0;
    hf_function *find = bind_kernel32(
        t, "HMODULE WINAPI GetModuleHandleW(LPCWSTR name) {fail(result == 0), error(last_error)}",
        0);

    assert_int_equal(hf_call(t->thread, find, &result, HF_ARGS(HF_CSTR(name))), HF_E_NATIVE);
    assert_true(result.error != 0);
}

static void assert_units(hf_ref buffer, const wchar_t *expected)
{
    static wchar_t units[40000];
    size_t size = hf_bytes_size(buffer);
    assert_true(size == wcslen(expected) * sizeof(wchar_t) && size < sizeof(units));
    assert_int_equal(hf_bytes_read(buffer, 0, units, size), HF_OK);
    assert_memory_equal(units, expected, size);
}

static void retry_reads_the_name_of_the_program(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    wchar_t expected[MAX_PATH];
    assert_true(GetModuleFileNameW(NULL, expected, MAX_PATH) > 0);
    static const uint64_t first[] = { 2, 20, 512 };
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        hf_function *name = bind_kernel32(
            t,
            "DWORD WINAPI GetModuleFileNameW(HMODULE module, WCHAR *name {out, text}, DWORD size"
            " {capacity(name)}) {fail(result == 0), error(last_error), grow(error == 122),"
            " grow_ok(result == size), length(name, result)}",
            first[i]);
        assert_int_equal(hf_call(t->thread, name, &result, HF_ARGS(HF_NULL)), HF_OK);
        assert_units(hf_result_out(&result, 0), expected);
        assert_true(result.attempts > 1 || first[i] == 512);
    }
}

#define GETENV                                                                                     \
    "DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, WCHAR *value {out, text}, DWORD size"      \
    " {capacity(value)}) {fail(result == 0 && error != 0), error(last_error),"                     \
    " grow_ok(result >= size), needed(value, result), length(value, result)}"

static void retry_reads_environment_variables_of_any_length(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *get = bind_kernel32(t, GETENV, 2);
    static const size_t lengths[] = { 1, 2, 13, 255, 256, 30000 };
    static wchar_t value[30001];
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (size_t k = 0; k < lengths[i]; k++) {
            value[k] = (wchar_t)(L'a' + k % 26);
        }
        value[lengths[i]] = 0;
        assert_true(SetEnvironmentVariableW(L"HF_TEST_VALUE", value));
        assert_int_equal(hf_call(t->thread, get, &result, HF_ARGS(HF_CSTR("HF_TEST_VALUE"))),
                         HF_OK);
        assert_units(hf_result_out(&result, 0), value);
        assert_int_equal(result.attempts, 2);
    }
    assert_true(SetEnvironmentVariableW(L"HF_TEST_VALUE", NULL));
    assert_int_equal(hf_call(t->thread, get, &result, HF_ARGS(HF_CSTR("HF_TEST_VALUE"))),
                     HF_E_NATIVE);
    assert_true(result.error == ERROR_ENVVAR_NOT_FOUND);
}

static void retry_takes_an_empty_variable_for_empty(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *get = bind_kernel32(t, GETENV, 64);
    assert_true(SetEnvironmentVariableW(L"HF_TEST_EMPTY", L""));

    SetLastError(ERROR_ENVVAR_NOT_FOUND);
    assert_int_equal(hf_call(t->thread, get, &result, HF_ARGS(HF_CSTR("HF_TEST_EMPTY"))), HF_OK);
    assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 0);
    assert_false(hf_is_null(hf_result_out(&result, 0)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(call_gives_the_last_error_of_the_callee),
        TEST(call_keeps_the_last_error_when_text_was_converted),
        TEST(retry_reads_the_name_of_the_program),
        TEST(retry_reads_environment_variables_of_any_length),
        TEST(retry_takes_an_empty_variable_for_empty),
    };
    return cmocka_run_group_tests_name("retry windows", tests, NULL, NULL);
}
