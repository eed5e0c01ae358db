/* SPDX-License-Identifier: MIT */
/* hf-test: windows threaded timeout=120 */

/*
 * What platform.h promises on Windows alone: the real last-error, safe
 * searching for libraries, whose errno a library sets, and text.  What ends
 * the process happens in another run of this program.
 */

#include "hf_test.h"

#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#undef _WIN32_WINNT
#define _WIN32_WINNT        0x0602
#define WIN32_LEAN_AND_MEAN 1
#include <windows.h>

/* ---- another run of this program ---- */

static DWORD run_self(const wchar_t *mode)
{
    wchar_t command[MAX_PATH + 32] = L"\"";
    STARTUPINFOW start = { .cb = sizeof(start) };
    PROCESS_INFORMATION process;
    DWORD code = 0;
    const DWORD length = GetModuleFileNameW(NULL, command + 1, MAX_PATH);
    assert_true(length > 0 && length < MAX_PATH);
    wcscat(command, L"\" ");
    wcscat(command, mode);
    assert_true(CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process));
    assert_int_equal(WaitForSingleObject(process.hProcess, 50000), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process.hProcess, &code));
    (void)CloseHandle(process.hThread);
    (void)CloseHandle(process.hProcess);
    return code;
}

static void leave_with_9(void)
{
    TerminateProcess(GetCurrentProcess(), 9);
}

static bool refuse(uintptr_t address, void *user)
{
    (void)address;
    (void)user;
    SetLastError(5);
    return false;
}

static LONG WINAPI leave_with_17(EXCEPTION_POINTERS *pointers)
{
    const bool is_access = pointers->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION;
    TerminateProcess(GetCurrentProcess(), is_access ? 17 : 18);
    return EXCEPTION_CONTINUE_SEARCH;
}

static int end_badly(const char *mode)
{
    if (strcmp(mode, "abort") == 0) {
        (void)atexit(leave_with_9);
        hfp_abort();
    }
    (void)SetUnhandledExceptionFilter(leave_with_17);
    if (hfp_fault_watch(refuse, NULL) != HF_OK) {
        return 1;
    }
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
    return 2;
}

static void abort_ends_the_process_past_exit_functions(void **state)
{
    (void)state;
    assert_int_equal(run_self(L"abort"), 3);
}

static void fault_takes_its_course_when_no_watcher_takes_it(void **state)
{
    (void)state;
    assert_int_equal(run_self(L"fault"), 17);
}

/* ---- errors ---- */

static void native_error_is_the_real_last_error_and_errno(void **state)
{
    (void)state;
    SetLastError(1234);
    errno = 33;
    const hfp_native_error seen = hfp_native_error_save();
    hfp_native_error_restore((hfp_native_error){ .errno_value = 34, .last_error = 4321 });
    const DWORD last_error = GetLastError();
    const int errno_value = errno;

    assert_int_equal(seen.last_error, 1234);
    assert_int_equal(seen.wsa_error, 1234);
    assert_int_equal(seen.errno_value, 33);
    assert_int_equal(last_error, 4321);
    assert_int_equal(errno_value, 34);
}

static void key_get_keeps_the_last_error_that_windows_clears(void **state)
{
    (void)state;
    hfp_key key;
    assert_int_equal(hfp_key_create(&key, NULL), HF_OK);
    assert_int_equal(hfp_key_set(&key, &key), HF_OK);

    SetLastError(1234);
    void *value = hfp_key_get(&key);
    const DWORD last_error = GetLastError();

    assert_ptr_equal(value, &key);
    assert_int_equal(last_error, 1234);
    hfp_key_delete(&key);
}

static void *open_system_library(const char *name)
{
    void *module = NULL;
    uint32_t error = 0;
    const hf_status status = hfp_module_open(name, HFP_MODULE_SYSTEM, &module, &error);
    if (status != HF_OK) {
        print_error("%s: %s, error %u\n", name, hf_status_name(status), (unsigned)error);
    }
    assert_int_equal(status, HF_OK);
    return module;
}

static void errno_locator_finds_the_errno_of_another_c_runtime(void **state)
{
    (void)state;
    void *own = open_system_library("c");
    static const char *const names[] = { "msvcrt", "ucrtbase" };
    unsigned own_count = 0;
    for (size_t i = 0; i < 2; i++) {
        void *module = open_system_library(names[i]);
        hfp_errno_fn locate = NULL;
        assert_int_equal(hfp_errno_locator(module, &locate), HF_OK);
        if (module == own) {
            assert_null(locate);
            own_count++;
        } else {
            assert_non_null(locate);
            errno = 21;
            *locate() = 22;
            assert_int_equal(errno, 21);
            assert_int_equal(*locate(), 22);
        }
        hfp_module_close(module);
    }
    assert_int_equal(own_count, 1);
    hfp_module_close(own);
}

static void errno_locator_follows_the_imports_of_a_module(void **state)
{
    (void)state;
    hfp_errno_fn locate = NULL;

    assert_int_equal(hfp_errno_locator(GetModuleHandleW(NULL), &locate), HF_OK);

    assert_null(locate); /* this program and Holdfast use the same runtime */
}

static int *errno_of_nobody(void)
{
    return NULL;
}

static void errno_locator_is_unsupported_where_no_c_runtime_is_used(void **state)
{
    (void)state;
    hfp_errno_fn locate = errno_of_nobody;

    assert_int_equal(hfp_errno_locator(GetModuleHandleW(L"kernel32.dll"), &locate),
                     HF_E_UNSUPPORTED);

    assert_true(locate == errno_of_nobody);
}

/* ---- modules ---- */

static void module_open_takes_a_system_library_with_and_without_its_ending(void **state)
{
    (void)state;
    void *first = open_system_library("setupapi");
    void *second = open_system_library("setupapi.dll");
    assert_ptr_equal(first, second);
    hfp_module_close(first);
    hfp_module_close(second);
}

static void module_open_takes_an_absolute_path_with_either_slash(void **state)
{
    (void)state;
    char path[MAX_PATH + 32];
    const UINT length = GetSystemDirectoryA(path, MAX_PATH);
    assert_true(length > 0 && length < MAX_PATH);
    strcat(path, "\\version.dll");
    hfp_module_close(open_system_library(path));
    for (char *at = path; *at; at++) {
        *at = *at == '\\' ? '/' : *at;
    }
    hfp_module_close(open_system_library(path));
}

static void module_open_refuses_relative_paths_in_system_mode(void **state)
{
    (void)state;
    static const char *const names[] = { ".\\version.dll", "./version.dll", "sub\\version",
                                         "C:version.dll",  "\\version.dll", "..\\version" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        void *module = &module;
        uint32_t error = 0;
        assert_int_equal(hfp_module_open(names[i], HFP_MODULE_SYSTEM, &module, &error),
                         HF_E_LIBRARY);
        assert_int_equal(error, ERROR_BAD_PATHNAME);
        assert_ptr_equal(module, &module);
    }
}

/* A program image can be loaded like a library, so a copy of this one serves as the planted DLL. */
static void module_open_does_not_take_a_library_planted_beside_the_program(void **state)
{
    (void)state;
    char own[MAX_PATH];
    void *module = NULL;
    uint32_t error = 0;
    assert_true(GetModuleFileNameA(NULL, own, MAX_PATH) > 0);
    assert_true(CopyFileA(own, "hf_planted.dll", FALSE));

    const hf_status safe = hfp_module_open("hf_planted", HFP_MODULE_SYSTEM, &module, &error);
    const hf_status loose = hfp_module_open("hf_planted", HFP_MODULE_ANY, &module, &error);
    if (loose == HF_OK) {
        hfp_module_close(module);
    }
    assert_true(DeleteFileA("hf_planted.dll"));

    assert_int_equal(safe, HF_E_LIBRARY);
    assert_int_equal(loose, HF_OK); /* else the file was no library and proved nothing */
}

static void module_open_refuses_a_name_that_is_not_utf8(void **state)
{
    (void)state;
    void *module = &module;
    uint32_t error = 0;

    assert_int_equal(hfp_module_open("set\xc3upapi", HFP_MODULE_ANY, &module, &error), HF_E_UTF);

    assert_int_equal(error, ERROR_NO_UNICODE_TRANSLATION);
    assert_ptr_equal(module, &module);
}

/* ---- text ---- */

static void env_get_gives_utf8_and_refuses_what_has_none(void **state)
{
    (void)state;
    char buffer[16] = "";
    static const wchar_t lone[] = { 0xd800, 0 };

    assert_true(SetEnvironmentVariableW(L"HF_WIDE", L"a\x20ac\xd83d\xde00"));
    assert_int_equal(hfp_env_get("HF_WIDE", buffer, sizeof(buffer)), HF_OK);
    assert_string_equal(buffer, "a\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_int_equal(hfp_env_get("HF_WIDE", buffer, 8), HF_E_RANGE);
    assert_int_equal(hfp_env_get("HF_WIDE", buffer, 9), HF_OK);

    assert_true(SetEnvironmentVariableW(L"HF_WIDE", lone));
    assert_int_equal(hfp_env_get("HF_WIDE", buffer, sizeof(buffer)), HF_E_UTF);
    assert_int_equal(hfp_env_get("HF_\xff", buffer, sizeof(buffer)), HF_E_UTF);
}

static void env_get_gives_an_empty_value(void **state)
{
    (void)state;
    char buffer[4] = "###";
    assert_true(SetEnvironmentVariableW(L"HF_EMPTY", L""));
    SetLastError(ERROR_ENVVAR_NOT_FOUND); /* what an empty value must not be mistaken for */
    assert_int_equal(hfp_env_get("HF_EMPTY", buffer, sizeof(buffer)), HF_OK);
    assert_string_equal(buffer, "");
}

static void native_error_text_of_windows_errors_is_text(void **state)
{
    (void)state;
    char buffer[256];
    hfp_native_error_text(ERROR_INSUFFICIENT_BUFFER, false, buffer, sizeof(buffer));
    assert_null(strstr(buffer, "error 122"));
    assert_true(buffer[0] != '\0' && buffer[strlen(buffer) - 1] != ' ');
    hfp_native_error_text(0x7ffffff1, false, buffer, sizeof(buffer));
    assert_string_equal(buffer, "error 2147483633");
}

int main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "abort") == 0 || strcmp(argv[1], "fault") == 0)) {
        return end_badly(argv[1]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(abort_ends_the_process_past_exit_functions),
        cmocka_unit_test(fault_takes_its_course_when_no_watcher_takes_it),
        cmocka_unit_test(native_error_is_the_real_last_error_and_errno),
        cmocka_unit_test(key_get_keeps_the_last_error_that_windows_clears),
        cmocka_unit_test(errno_locator_finds_the_errno_of_another_c_runtime),
        cmocka_unit_test(errno_locator_follows_the_imports_of_a_module),
        cmocka_unit_test(errno_locator_is_unsupported_where_no_c_runtime_is_used),
        cmocka_unit_test(module_open_takes_a_system_library_with_and_without_its_ending),
        cmocka_unit_test(module_open_takes_an_absolute_path_with_either_slash),
        cmocka_unit_test(module_open_refuses_relative_paths_in_system_mode),
        cmocka_unit_test(module_open_does_not_take_a_library_planted_beside_the_program),
        cmocka_unit_test(module_open_refuses_a_name_that_is_not_utf8),
        cmocka_unit_test(env_get_gives_utf8_and_refuses_what_has_none),
        cmocka_unit_test(env_get_gives_an_empty_value),
        cmocka_unit_test(native_error_text_of_windows_errors_is_text),
    };
    return cmocka_run_group_tests_name("platform_windows", tests, NULL, NULL);
}
