/* SPDX-License-Identifier: MIT */

/* The walk: profile files. */

#include "wide.h"

#define VALUE L"a value that somebody wrote"

static WCHAR file[PLAIN_MAX];

static const WCHAR *begin_file(void)
{
    temporary_name(file, L"walk.ini");
    assert_true(WritePrivateProfileStringW(L"first", L"one", VALUE, file));
    assert_true(WritePrivateProfileStringW(L"first", L"two", L"2", file));
    assert_true(WritePrivateProfileStringW(L"second section", L"three", L"3", file));
    return file;
}

static void end_file(void)
{
    WritePrivateProfileStringW(NULL, NULL, NULL, file);
    DeleteFileW(file);
}

static hf_status value(walk *w)
{
    const WCHAR *name = begin_file();
    hf_status status = walk_do(
        w, HF_ARGS(HF_CSTR("first"), HF_CSTR("one"), HF_NULL, HF_UTF16(name, wcslen(name))));
    expect_wide(w, 0, VALUE);
    status = status == HF_OK ? walk_do(w, HF_ARGS(HF_CSTR("first"), HF_CSTR("none"),
                                                  HF_CSTR("instead"), HF_UTF16(name, wcslen(name))))
                             : status;
    expect_wide(w, 0, L"instead");
    end_file();
    return status;
}

static hf_status value_narrow(walk *w)
{
    const WCHAR *name = begin_file();
    hf_status status = walk_do(
        w, HF_ARGS(HF_CSTR("first"), HF_CSTR("one"), HF_CSTR(""), HF_UTF16(name, wcslen(name))));
    expect_narrow(w, 0, "a value that somebody wrote");
    end_file();
    return status;
}

static hf_status value_of_the_user(walk *w)
{
    assert_true(WriteProfileStringW(L"HoldfastWalk", L"one", VALUE));
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("HoldfastWalk"), HF_CSTR("one"), HF_CSTR("")));
    expect_wide(w, 0, VALUE);
    assert_true(WriteProfileStringW(L"HoldfastWalk", NULL, NULL));
    return status;
}

WALK_PART(profile);
const walk_call walk_calls_profile[] = {
    { "GetPrivateProfileStringW", value, WALK_SAME },
    { "GetPrivateProfileStringA", value_narrow, WALK_SAME },
    { "GetProfileStringW", value_of_the_user, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
