/* SPDX-License-Identifier: MIT */

/* The walk: directories and names of files. */

#include "wide.h"

static WCHAR plain[PLAIN_MAX];
static char plain_narrow[PLAIN_MAX];

static hf_status current_directory(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetCurrentDirectoryW(PLAIN_MAX, plain) > 2);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status current_directory_narrow(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetCurrentDirectoryA(PLAIN_MAX, plain_narrow) > 2);
    expect_narrow(w, 0, plain_narrow);
    return status;
}

static hf_status temporary_folder(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetTempPathW(PLAIN_MAX, plain) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status temporary_folder_narrow(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetTempPathA(PLAIN_MAX, plain_narrow) != 0);
    expect_narrow(w, 0, plain_narrow);
    return status;
}

static hf_status system_directory(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetSystemDirectoryW(plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status windows_directory(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetWindowsDirectoryW(plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status system_windows_directory(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetSystemWindowsDirectoryW(plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status wow64_directory(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetSystemWow64DirectoryW(plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

/* Scalar 0 leads to the last part of the path in output 0, which did not move. */
static void expect_part(walk *w, const WCHAR *part)
{
    hf_span span;
    HF_FENCE(w->thread, fence, hf_result_out(&w->result, 0), &span);
    uintptr_t at = (uintptr_t)hf_result_scalar(&w->result, 0) - (uintptr_t)span.data;
    assert_int_equal(at + wcslen(part) * sizeof(WCHAR), span.size);
    assert_memory_equal((char *)span.data + at, part, wcslen(part) * sizeof(WCHAR));
}

static hf_status full_path(walk *w)
{
    static const WCHAR name[] = L"..\\some\\.\\folder\\..\\name.txt";
    hf_status status = walk_do(w, HF_ARGS(HF_UTF16(name, wcslen(name))));
    assert_true(GetFullPathNameW(name, PLAIN_MAX, plain, NULL) != 0);
    expect_wide(w, 0, plain);
    expect_part(w, L"name.txt");
    return status;
}

static void make_file(WCHAR *path)
{
    temporary_name(path, L"a name longer than eight.text");
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
}

static hf_status long_path(walk *w)
{
    WCHAR path[PLAIN_MAX], shorter[PLAIN_MAX];
    make_file(path);
    assert_true(GetShortPathNameW(path, shorter, PLAIN_MAX) != 0);
    hf_status status = walk_do(w, HF_ARGS(HF_UTF16(shorter, wcslen(shorter))));
    assert_true(GetLongPathNameW(shorter, plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    DeleteFileW(path);
    return status;
}

static hf_status short_path(walk *w)
{
    WCHAR path[PLAIN_MAX];
    make_file(path);
    hf_status status = walk_do(w, HF_ARGS(HF_UTF16(path, wcslen(path))));
    assert_true(GetShortPathNameW(path, plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    DeleteFileW(path);
    return status;
}

static hf_status final_path(walk *w)
{
    WCHAR path[PLAIN_MAX];
    temporary_name(path, L"final");
    HANDLE file =
        CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(file), HF_UINT(0)));
    assert_true(GetFinalPathNameByHandleW(file, plain, PLAIN_MAX, 0) != 0);
    expect_wide(w, 0, plain);
    CloseHandle(file);
    return status;
}

static hf_status found_file(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_NULL, HF_CSTR("kernel32"), HF_CSTR(".dll")));
    assert_true(SearchPathW(NULL, L"kernel32", L".dll", PLAIN_MAX, plain, NULL) != 0);
    expect_wide(w, 0, plain);
    expect_part(w, L"kernel32.dll");
    return status;
}

static hf_status dll_directory(walk *w)
{
    assert_true(SetDllDirectoryW(L"C:\\windows\\some folder"));
    hf_status status = walk_do(w, HF_NO_ARGS);
    expect_wide(w, 0, L"C:\\windows\\some folder");
    assert_true(SetDllDirectoryW(L"")); /* nothing, which is no failure */
    status = status == HF_OK ? walk_do(w, HF_NO_ARGS) : status;
    expect_wide(w, 0, L"");
    assert_true(SetDllDirectoryW(NULL));
    return status;
}

static hf_status native_current_directory(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetCurrentDirectoryW(PLAIN_MAX, plain) > 2);
    size_t size;
    WCHAR *path = walk_copy(w, 0, &size);
    assert_int_equal(wcsncmp(path, plain, wcslen(plain)), 0); /* Windows ends it with a backslash */
    assert_true(size <= (wcslen(plain) + 1) * sizeof(WCHAR));
    free(path);
    return status;
}

WALK_PART(paths);
const walk_call walk_calls_paths[] = {
    { "GetCurrentDirectoryW", current_directory, WALK_SAME },
    { "GetCurrentDirectoryA", current_directory_narrow, WALK_SAME },
    { "GetTempPathW", temporary_folder, WALK_SAME },
    { "GetTempPathA", temporary_folder_narrow, WALK_SAME },
    { "GetSystemDirectoryW", system_directory, WALK_SAME },
    { "GetWindowsDirectoryW", windows_directory, WALK_SAME },
    { "GetSystemWindowsDirectoryW", system_windows_directory, WALK_SAME },
    { "GetSystemWow64DirectoryW", wow64_directory, WALK_SAME },
    { "GetFullPathNameW", full_path, WALK_SIZES },
    { "GetLongPathNameW", long_path, WALK_SAME },
    { "GetShortPathNameW", short_path, WALK_SAME },
    { "GetFinalPathNameByHandleW", final_path, WALK_SAME },
    { "SearchPathW", found_file, WALK_SIZES },
    { "GetDllDirectoryW", dll_directory, WALK_SAME },
    { "RtlGetCurrentDirectory_U", native_current_directory, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
