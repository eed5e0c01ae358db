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

/* ---- lists ---- */

static hf_status keys(walk *w)
{
    const WCHAR *name = begin_file();
    hf_status status =
        walk_do(w, HF_ARGS(HF_CSTR("first"), HF_NULL, HF_CSTR(""), HF_UTF16(name, wcslen(name))));
    expect_units(w, 0, L"one\0two\0", 8);
    status = status == HF_OK ? walk_do(w, HF_ARGS(HF_CSTR("none"), HF_NULL, HF_CSTR(""),
                                                  HF_UTF16(name, wcslen(name))))
                             : status;
    expect_units(w, 0, L"", 0);
    end_file();
    return status;
}

static hf_status sections_without_a_name(walk *w)
{
    const WCHAR *name = begin_file();
    hf_status status =
        walk_do(w, HF_ARGS(HF_NULL, HF_NULL, HF_CSTR(""), HF_UTF16(name, wcslen(name))));
    expect_units(w, 0, L"first\0second section\0", 21);
    end_file();
    return status;
}

static hf_status sections(walk *w)
{
    const WCHAR *name = begin_file();
    hf_status status = walk_do(w, HF_ARGS(HF_UTF16(name, wcslen(name))));
    expect_units(w, 0, L"first\0second section\0", 21);
    end_file();
    return status;
}

static hf_status sections_narrow(walk *w)
{
    const WCHAR *name = begin_file();
    hf_status status = walk_do(w, HF_ARGS(HF_UTF16(name, wcslen(name))));
    expect_bytes(w, 0, "first\0second section\0", 21);
    end_file();
    return status;
}

static hf_status section(walk *w)
{
    const WCHAR *name = begin_file();
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("first"), HF_UTF16(name, wcslen(name))));
    expect_units(w, 0, L"one=" VALUE L"\0two=2\0", 4 + wcslen(VALUE) + 1 + 6);
    status = status == HF_OK ? walk_do(w, HF_ARGS(HF_CSTR("none"), HF_UTF16(name, wcslen(name))))
                             : status;
    expect_units(w, 0, L"", 0);
    end_file();
    return status;
}

static hf_status section_of_the_user(walk *w)
{
    assert_true(WriteProfileStringW(L"HoldfastWalk", L"one", VALUE));
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("HoldfastWalk")));
    expect_units(w, 0, L"one=" VALUE L"\0", 4 + wcslen(VALUE) + 1);
    assert_true(WriteProfileStringW(L"HoldfastWalk", NULL, NULL));
    return status;
}

WALK_PART(profile);
const walk_call walk_calls_profile[] = {
    { "GetPrivateProfileStringW", value, WALK_SAME },
    { "GetPrivateProfileStringA", value_narrow, WALK_SAME },
    { "GetProfileStringW", value_of_the_user, WALK_SAME },
    { "GetPrivateProfileStringW:keys", keys, WALK_SAME },
    { "GetPrivateProfileStringW:sections", sections_without_a_name, WALK_SAME },
    { "GetPrivateProfileSectionNamesW", sections, WALK_SAME },
    { "GetPrivateProfileSectionNamesA", sections_narrow, WALK_SAME },
    { "GetPrivateProfileSectionW", section, WALK_SAME },
    { "GetProfileSectionW", section_of_the_user, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
