/* SPDX-License-Identifier: MIT */

/* The walk: names of registry keys and values, in turn. */

#include "wide.h"

#define BESIDE L"Software\\HoldfastWalk\\Keys"
#define NAME   L"a key with a name"
#define KIND   L"of some class"
#define TITLED L"a value with a name"
#define SAID   L"what the value is, which is longer"

static HKEY begin_keys(void)
{
    HKEY key, inner;
    assert_int_equal(
        RegCreateKeyExW(HKEY_CURRENT_USER, BESIDE, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL),
        ERROR_SUCCESS);
    assert_int_equal(
        RegCreateKeyExW(key, NAME, 0, (WCHAR[]){ KIND }, 0, KEY_ALL_ACCESS, NULL, &inner, NULL),
        ERROR_SUCCESS);
    RegCloseKey(inner);
    assert_int_equal(
        RegSetValueExW(key, TITLED, 0, REG_SZ, (const BYTE *)SAID, (DWORD)sizeof(SAID)),
        ERROR_SUCCESS);
    return key;
}

static void end_keys(HKEY key)
{
    RegDeleteKeyW(key, NAME);
    RegCloseKey(key);
    RegDeleteKeyW(HKEY_CURRENT_USER, BESIDE);
    RegDeleteKeyW(HKEY_CURRENT_USER, L"Software\\HoldfastWalk"); /* unless another still uses it */
}

static hf_status key_and_class(walk *w)
{
    HKEY key = begin_keys();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_UINT(0), HF_NULL));
    expect_wide(w, 0, NAME);
    expect_wide(w, 1, KIND);
    walk_note(w, NAME, sizeof(NAME)); /* when it was written is another time in each round */
    end_keys(key);
    return status;
}

static hf_status key_name(walk *w)
{
    HKEY key = begin_keys();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_UINT(0)));
    expect_wide(w, 0, NAME);
    end_keys(key);
    return status;
}

static hf_status value(walk *w)
{
    HKEY key = begin_keys();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_UINT(0), HF_NULL));
    expect_wide(w, 0, TITLED);
    expect_bytes(w, 1, SAID, sizeof(SAID));
    assert_int_equal(hf_result_scalar(&w->result, 1), REG_SZ);
    end_keys(key);
    return status;
}

static hf_status value_narrow(walk *w)
{
    HKEY key = begin_keys();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_UINT(0), HF_NULL));
    expect_narrow(w, 0, "a value with a name");
    expect_bytes(w, 1, "what the value is, which is longer", 35);
    end_keys(key);
    return status;
}

WALK_PART(keys);
const walk_call walk_calls_keys[] = {
    { "RegEnumKeyExW", key_and_class, WALK_NOTED },
    { "RegEnumKeyW", key_name, WALK_SAME },
    { "RegEnumValueW", value, WALK_SAME },
    { "RegEnumValueA", value_narrow, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
