/* SPDX-License-Identifier: MIT */

/* The catalogue: drives and volumes. */

#include "natives.h"

const hfp_native hfp_natives_volumes[] = {
    { "GetLogicalDriveStringsW", "kernel32.dll",
      "DWORD WINAPI GetLogicalDriveStringsW(DWORD size {capacity(list)},"
      " WCHAR *list {out, text(multi)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size), needed(list, result),"
      " length(list, result)}",
      "GetLogicalDriveStringsW, learn.microsoft.com", HFP_MEASURED },
    { "QueryDosDeviceW", "kernel32.dll",
      "DWORD WINAPI QueryDosDeviceW(LPCWSTR name, WCHAR *list {out, text(multi)},"
      " DWORD size {capacity(list)})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 234),"
      " length(list, result - 1)}",
      "QueryDosDeviceW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetVolumeNameForVolumeMountPointW", "kernel32.dll",
      "BOOL WINAPI GetVolumeNameForVolumeMountPointW(LPCWSTR mount,"
      " WCHAR *name {out, text, room(first 50)}, DWORD size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 206)}",
      "GetVolumeNameForVolumeMountPointW, learn.microsoft.com", HFP_MEASURED },
    { "GetVolumePathNameW", "kernel32.dll",
      "BOOL WINAPI GetVolumePathNameW(LPCWSTR name, WCHAR *path {out, text, room(least 260)},"
      " DWORD size {capacity(path)})"
      " {fail(result == 0), error(last_error), grow(error == 206)}",
      "GetVolumePathNameW, learn.microsoft.com; wine 8 leaves the last backslash out where it does "
      "not fit",
      HFP_MEASURED },
    { "GetVolumeInformationW", "kernel32.dll",
      "BOOL WINAPI GetVolumeInformationW(LPCWSTR root, WCHAR *name {out, text, room(most 261)},"
      " DWORD name_size {capacity(name)}, DWORD *serial {out}, DWORD *longest {out},"
      " DWORD *flags {out}, WCHAR *system {out, text, room(most 261)},"
      " DWORD system_size {capacity(system)})"
      " {fail(result == 0), error(last_error),"
      " grow(error == 24 || error == 122 || error == 234)}",
      "GetVolumeInformationW, learn.microsoft.com", HFP_MEASURED },
    { NULL, NULL, NULL, NULL, 0 },
};
