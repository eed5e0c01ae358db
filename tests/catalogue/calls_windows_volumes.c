/* SPDX-License-Identifier: MIT */

/* The walk: drives and volumes. */

#include "wide.h"

static WCHAR plain[PLAIN_MAX];

static hf_status volume_of_mount(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("C:\\")));
    assert_true(GetVolumeNameForVolumeMountPointW(L"C:\\", plain, PLAIN_MAX));
    expect_wide(w, 0, plain);
    return status;
}

static hf_status volume_path(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("C:\\windows\\system32\\kernel32.dll")));
    expect_wide(w, 0, L"C:\\");
    return status;
}

static hf_status volume_information(walk *w)
{
    WCHAR name[MAX_PATH + 1], system[MAX_PATH + 1];
    DWORD serial, longest, flags;
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("C:\\")));
    assert_true(GetVolumeInformationW(L"C:\\", name, MAX_PATH + 1, &serial, &longest, &flags,
                                      system, MAX_PATH + 1));
    expect_wide(w, 0, name);
    expect_wide(w, 1, system);
    assert_int_equal(hf_result_scalar(&w->result, 0), serial);
    assert_int_equal(hf_result_scalar(&w->result, 1), longest);
    assert_int_equal(hf_result_scalar(&w->result, 2), flags);
    return status;
}

WALK_PART(volumes);
const walk_call walk_calls_volumes[] = {
    { "GetVolumeNameForVolumeMountPointW", volume_of_mount, WALK_SAME },
    { "GetVolumePathNameW", volume_path, WALK_SAME },
    { "GetVolumeInformationW", volume_information, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
