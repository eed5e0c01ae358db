/* SPDX-License-Identifier: MIT */

/* The walk: volumes, disks, open files. */

#include "calls_native.h"

#include <stdio.h>
#include <winioctl.h>

/* ---- an open file of ours ---- */

typedef struct opened {
    WCHAR path[MAX_PATH];
    HANDLE file;
} opened;

static opened open_ours(void)
{
    opened o;
    WCHAR directory[MAX_PATH];
    assert_true(GetTempPathW(MAX_PATH, directory) > 0);
    swprintf(o.path, MAX_PATH, L"%lsholdfast storage %lu.tmp", directory, GetCurrentProcessId());
    o.file = CreateFileW(o.path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
                         FILE_FLAG_DELETE_ON_CLOSE, NULL);
    assert_ptr_not_equal(o.file, INVALID_HANDLE_VALUE);
    return o;
}

static hf_status file_name(walk *w)
{
    opened o = open_ours();
    union {
        FILE_NAME_INFO info;
        BYTE bytes[2048];
    } plain;
    assert_true(GetFileInformationByHandleEx(o.file, FileNameInfo, &plain, sizeof plain));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(o.file), HF_INT(FileNameInfo)));
    expect_bytes(w, 0, &plain, 4 + plain.info.FileNameLength);
    CloseHandle(o.file);
    return status;
}

static hf_status file_standard(walk *w)
{
    opened o = open_ours();
    FILE_STANDARD_INFO plain;
    assert_true(GetFileInformationByHandleEx(o.file, FileStandardInfo, &plain, sizeof plain));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(o.file), HF_INT(FileStandardInfo)));
    expect_start(w, 0, &plain, offsetof(FILE_STANDARD_INFO, Directory));
    walk_note(w, &plain, offsetof(FILE_STANDARD_INFO, DeletePending));
    CloseHandle(o.file);
    return status;
}

/* ---- volumes ---- */

static hf_status volume_paths(walk *w)
{
    WCHAR volume[64], plain[512];
    DWORD size;
    assert_true(GetVolumeNameForVolumeMountPointW(L"C:\\", volume, 64));
    assert_true(GetVolumePathNamesForVolumeNameW(volume, plain, 512, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_UTF16(volume, wcslen(volume))));
    expect_bytes(w, 0, plain, (size - 1) * sizeof *plain);
    return status;
}

/* ---- by code ---- */

static HANDLE open_device(const WCHAR *name)
{
    HANDLE device = CreateFileW(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    assert_ptr_not_equal(device, INVALID_HANDLE_VALUE);
    return device;
}

#define QUERY_POINTS CTL_CODE('m', 2, METHOD_BUFFERED, FILE_ANY_ACCESS)

/* MOUNTMGR_MOUNT_POINT without a name: all points.  What is between the members says nothing. */
static hf_status mount_points(walk *w)
{
    BYTE all[24] = { 0 }, plain[16384];
    DWORD size;
    HANDLE device = open_device(L"\\\\.\\MountPointManager");
    assert_true(
        DeviceIoControl(device, QUERY_POINTS, all, sizeof all, plain, sizeof plain, &size, NULL));
    hf_status status = walk_well(
        w, HF_ARGS(HF_POINTER(device), HF_UINT(QUERY_POINTS), LENT(w, all, sizeof all), HF_NULL));
    size_t got;
    free(walk_copy(w, 0, &got));
    assert_int_equal(got, size);
    expect_start(w, 0, plain, 8); /* the size, and how many */
    CloseHandle(device);
    return status;
}

static hf_status extents(walk *w)
{
    HANDLE volume = open_device(L"\\\\.\\C:");
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(volume), HF_UINT(IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS),
                             HF_NULL, HF_NULL));
    size_t size;
    free(walk_copy(w, 0, &size));
    assert_int_equal(size, 32);
    CloseHandle(volume);
    return status;
}

static hf_status storage_property(walk *w)
{
    static const DWORD query[3];
    HANDLE volume = open_device(L"\\\\.\\C:");
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(volume), HF_UINT(IOCTL_STORAGE_QUERY_PROPERTY),
                             LENT(w, query, sizeof query), HF_NULL));
    CloseHandle(volume);
    return status;
}

WALK_PART(storage);
const walk_call walk_calls_storage[] = {
    { "GetFileInformationByHandleEx:name", file_name, WALK_SAME },
    { "GetFileInformationByHandleEx", file_standard, WALK_NOTED },
    { "GetVolumePathNamesForVolumeNameW", volume_paths, WALK_SAME },
    { "DeviceIoControl", mount_points, WALK_SIZES },
    { "DeviceIoControl:mount_points", mount_points, WALK_SIZES },
    { "DeviceIoControl:disk_extents", extents, WALK_SAME },
    { "DeviceIoControl:storage_property", storage_property, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
