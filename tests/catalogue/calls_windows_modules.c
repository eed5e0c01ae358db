/* SPDX-License-Identifier: MIT */

/* The walk: modules and processes. */

#include "wide.h"

#include <psapi.h>

static WCHAR plain[PLAIN_MAX];

static hf_status module_name(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_NULL));
    assert_true(GetModuleFileNameW(NULL, plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status module_name_narrow(walk *w)
{
    char narrow[PLAIN_MAX];
    hf_status status = walk_do(w, HF_ARGS(HF_NULL));
    assert_true(GetModuleFileNameA(NULL, narrow, PLAIN_MAX) != 0);
    expect_narrow(w, 0, narrow);
    return status;
}

static hf_status module_name_in(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(GetCurrentProcess()), HF_NULL));
    assert_true(GetModuleFileNameW(NULL, plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status base_name(walk *w)
{
    HMODULE module = GetModuleHandleW(L"kernel32.dll");
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(GetCurrentProcess()), HF_POINTER(module)));
    expect_wide(w, 0, L"kernel32.dll");
    return status;
}

static hf_status mapped_file(walk *w)
{
    void *module = GetModuleHandleW(NULL);
    DWORD(WINAPI * get)(HANDLE, void *, WCHAR *, DWORD);
    PLAIN_FUNCTION(get, "kernel32.dll", "K32GetMappedFileNameW");
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(GetCurrentProcess()), HF_POINTER(module)));
    assert_true(get(GetCurrentProcess(), module, plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status image_name(walk *w)
{
    DWORD size = PLAIN_MAX;
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(GetCurrentProcess()), HF_UINT(0)));
    assert_true(QueryFullProcessImageNameW(GetCurrentProcess(), 0, plain, &size));
    expect_units(w, 0, plain, size);
    return status;
}

static hf_status image_file(walk *w)
{
    DWORD(WINAPI * get)(HANDLE, WCHAR *, DWORD);
    PLAIN_FUNCTION(get, "kernel32.dll", "K32GetProcessImageFileNameW");
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(GetCurrentProcess())));
    assert_true(get(GetCurrentProcess(), plain, PLAIN_MAX) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status processes(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    size_t size;
    DWORD *ids = walk_copy(w, 0, &size);
    bool is_there = false;
    assert_int_equal(size % sizeof(DWORD), 0);
    for (size_t i = 0; i < size / sizeof(DWORD); i++) {
        is_there |= ids[i] == GetCurrentProcessId();
    }
    free(ids);
    assert_true(is_there);
    return status;
}

#define PACKAGE "holdfast.walk_1.2.3.4_neutral__8wekyb3d8bbwe"

static hf_status package_id(walk *w)
{
    LONG(WINAPI * get)(const WCHAR *, UINT32, UINT32 *, BYTE *);
    PLAIN_FUNCTION(get, "kernel32.dll", "PackageIdFromFullName");
    static BYTE id[PLAIN_MAX];
    UINT32 size = sizeof(id);
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR(PACKAGE), HF_UINT(0)));
    assert_int_equal(get(L"" PACKAGE, 0, &size, id), ERROR_SUCCESS);
    size_t found;
    free(walk_copy(w, 0, &found));
    assert_int_equal(found, size);
    return status;
}

WALK_PART(modules);
const walk_call walk_calls_modules[] = {
    { "GetModuleFileNameW", module_name, WALK_SAME },
    { "GetModuleFileNameA", module_name_narrow, WALK_SAME },
    { "K32GetModuleFileNameExW", module_name_in, WALK_SAME },
    { "K32GetModuleBaseNameW", base_name, WALK_SAME },
    { "K32GetMappedFileNameW", mapped_file, WALK_SAME },
    { "QueryFullProcessImageNameW", image_name, WALK_SAME },
    { "K32GetProcessImageFileNameW", image_file, WALK_SAME },
    { "K32EnumProcesses", processes, WALK_CHANGES },
    { "PackageIdFromFullName", package_id, WALK_SIZES },
    { NULL, NULL, WALK_SAME },
};
