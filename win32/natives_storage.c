/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: volumes, disks, and what is asked of devices by code.
 *
 * DeviceIoControl() says how much it wrote, never how much it needs: that is in the answer's
 * own first bytes, differently for each code, or nowhere.  So each code is a row of its own.
 */

#include "natives.h"

const hfp_native hfp_natives_storage[] = {
    { "GetVolumePathNamesForVolumeNameW", "kernel32.dll",
      "BOOL WINAPI GetVolumePathNamesForVolumeNameW(LPCWSTR volume,"
      " LPWSTR paths {out, text(multi)}, DWORD size {capacity(paths)},"
      " DWORD *needed {out, needed(paths), length(paths)})"
      " {fail(result == 0), error(last_error), grow(error == 234)}",
      "GetVolumePathNamesForVolumeNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },

    /* ---- by code ---- */
    /* Below their header some drivers say 87, and some give a piece of it and succeed. */
    { "DeviceIoControl", "kernel32.dll",
      "BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, const void *input,"
      " DWORD input_size {capacity(input)}, void *output {out, room(least 32)},"
      " DWORD size {capacity(output)}, DWORD *returned {out, length(output)},"
      " OVERLAPPED *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 234)}",
      "DeviceIoControl, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    /* No reparse point has more than 16 KiB. */
    { "DeviceIoControl:reparse_point", "kernel32.dll",
      "BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, const void *input,"
      " DWORD input_size {capacity(input)}, void *output {out, room(first 16384, least 24)},"
      " DWORD size {capacity(output)}, DWORD *returned {out, length(output)},"
      " OVERLAPPED *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 234)}",
      "FSCTL_GET_REPARSE_POINT, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "DeviceIoControl:mount_points", "kernel32.dll",
      "BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, const void *input,"
      " DWORD input_size {capacity(input)}, void *output {out, room(least 32)},"
      " DWORD size {capacity(output)}, DWORD *returned {out, length(output)},"
      " OVERLAPPED *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 234), needed(output, u32(output,"
      " 0))}",
      "IOCTL_MOUNTMGR_QUERY_POINTS, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* A count, and 24 bytes each. */
    { "DeviceIoControl:disk_extents", "kernel32.dll",
      "BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, const void *input,"
      " DWORD input_size {capacity(input)}, void *output {out, room(least 32)},"
      " DWORD size {capacity(output)}, DWORD *returned {out, length(output)},"
      " OVERLAPPED *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 234 || error == 122),"
      " needed(output, 8 + 24 * u32(output, 0))}",
      "IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    /* Succeeds, and cuts: its Size tells. */
    { "DeviceIoControl:storage_property", "kernel32.dll",
      "BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, const void *input,"
      " DWORD input_size {capacity(input)}, void *output {out, room(least 8)},"
      " DWORD size {capacity(output)}, DWORD *returned {out, length(output)},"
      " OVERLAPPED *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 234),"
      " grow_ok(u32(output, 4) > size), needed(output, u32(output, 4))}",
      "IOCTL_STORAGE_QUERY_PROPERTY, learn.microsoft.com",
      HFP_MEASURED | HFP_PUBLISHED | HFP_DOCUMENTED },
    { "DeviceIoControl:drive_layout", "kernel32.dll",
      "BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, const void *input,"
      " DWORD input_size {capacity(input)}, void *output {out, room(first 4096)},"
      " DWORD size {capacity(output)}, DWORD *returned {out, length(output)},"
      " OVERLAPPED *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 234)}",
      "IOCTL_DISK_GET_DRIVE_LAYOUT_EX, learn.microsoft.com", HFP_DOCUMENTED },
    /* MOUNTMGR_VOLUME_PATHS: its texts' size in bytes, then the texts. */
    { "DeviceIoControl:volume_paths", "kernel32.dll",
      "BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, const void *input,"
      " DWORD input_size {capacity(input)}, void *output {out, room(least 8)},"
      " DWORD size {capacity(output)}, DWORD *returned {out, length(output)},"
      " OVERLAPPED *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 234), needed(output, 4 +"
      " u32(output, 0))}",
      "IOCTL_MOUNTMGR_QUERY_DOS_VOLUME_PATHS, learn.microsoft.com", HFP_DOCUMENTED },

    /* ---- of an open file ---- */
    /* Says nowhere how much it wrote: the result is the whole room, in which structures and the
       offsets to the next ones tell where it ends. */
    { "GetFileInformationByHandleEx", "kernel32.dll",
      "BOOL WINAPI GetFileInformationByHandleEx(HANDLE file, int what, void *info {out},"
      " DWORD size {capacity(info)})"
      " {fail(result == 0), error(last_error), grow(error == 234 || error == 24)}",
      "GetFileInformationByHandleEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* FILE_NAME_INFO: the name's bytes are counted in front of it, and no NUL is behind it. */
    { "GetFileInformationByHandleEx:name", "kernel32.dll",
      "BOOL WINAPI GetFileInformationByHandleEx(HANDLE file, int what,"
      " void *info {out, room(least 8)}, DWORD size {capacity(info)})"
      " {fail(result == 0), error(last_error), grow(error == 234 || error == 24), needed(info,"
      " 4 + u32(info, 0)), length(info, 4 + u32(info, 0))}",
      "GetFileInformationByHandleEx, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "FindFirstFileNameW", "kernel32.dll",
      "HANDLE WINAPI FindFirstFileNameW(LPCWSTR file, DWORD flags,"
      " DWORD *size {inout, capacity(link), needed(link)}, PWSTR link {out, text})"
      " {fail(result == -1), error(last_error), grow(error == 234)}",
      "FindFirstFileNameW, learn.microsoft.com", HFP_DOCUMENTED },
    { "FindNextFileNameW", "kernel32.dll",
      "BOOL WINAPI FindNextFileNameW(HANDLE search,"
      " DWORD *size {inout, capacity(link), needed(link)}, PWSTR link {out, text})"
      " {fail(result == 0), error(last_error), grow(error == 234)}",
      "FindNextFileNameW, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
