/* SPDX-License-Identifier: MIT */

/* The walk: drives and volumes. */

#include "wide.h"

static WCHAR plain[PLAIN_MAX];

static hf_status drives(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    DWORD units = GetLogicalDriveStringsW(PLAIN_MAX, plain);
    assert_true(units > 4);
    expect_units(w, 0, plain, units);
    return status;
}

static hf_status device_names(walk *w)
{
    static WCHAR much[32768];
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("C:")));
    DWORD units = QueryDosDeviceW(L"C:", much, 32768);
    assert_true(units > 2);
    expect_units(w, 0, much, units - 1); /* it counts the list's own end */
    status = status == HF_OK ? walk_do(w, HF_ARGS(HF_NULL)) : status;
    units = QueryDosDeviceW(NULL, much, 32768);
    assert_true(units > 2);
    expect_units(w, 0, much, units - 1);
    return status;
}

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
    { "GetLogicalDriveStringsW", drives, WALK_SAME },
    { "QueryDosDeviceW", device_names, WALK_SAME },
    { "GetVolumeNameForVolumeMountPointW", volume_of_mount, WALK_SAME },
    { "GetVolumePathNameW", volume_path, WALK_SAME },
    { "GetVolumeInformationW", volume_information, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
