/* SPDX-License-Identifier: MIT */

/* The catalogue: directories and names of files. */

#include "natives.h"

const hfp_native hfp_natives_paths[] = {
    { "GetCurrentDirectoryW", "kernel32.dll",
      "DWORD WINAPI GetCurrentDirectoryW(DWORD size {capacity(path)}, WCHAR *path {out, text})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetCurrentDirectory, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetCurrentDirectoryA", "kernel32.dll",
      "DWORD WINAPI GetCurrentDirectoryA(DWORD size {capacity(path)},"
      " char *path {out, text(system)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetCurrentDirectory, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetTempPathW", "kernel32.dll",
      "DWORD WINAPI GetTempPathW(DWORD size {capacity(path)}, WCHAR *path {out, text})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetTempPathW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetTempPathA", "kernel32.dll",
      "DWORD WINAPI GetTempPathA(DWORD size {capacity(path)}, char *path {out, text(system)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetTempPathA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetTempPath2W", "kernel32.dll",
      "DWORD WINAPI GetTempPath2W(DWORD size {capacity(path)}, WCHAR *path {out, text})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetTempPath2W, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetSystemDirectoryW", "kernel32.dll",
      "UINT WINAPI GetSystemDirectoryW(WCHAR *path {out, text}, UINT size {capacity(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetSystemDirectoryW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetWindowsDirectoryW", "kernel32.dll",
      "UINT WINAPI GetWindowsDirectoryW(WCHAR *path {out, text}, UINT size {capacity(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetWindowsDirectoryW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetSystemWindowsDirectoryW", "kernel32.dll",
      "UINT WINAPI GetSystemWindowsDirectoryW(WCHAR *path {out, text}, UINT size {capacity(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetSystemWindowsDirectoryW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetSystemWow64DirectoryW", "kernel32.dll",
      "UINT WINAPI GetSystemWow64DirectoryW(WCHAR *path {out, text}, UINT size {capacity(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetSystemWow64DirectoryW, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetFullPathNameW", "kernel32.dll",
      "DWORD WINAPI GetFullPathNameW(LPCWSTR name, DWORD size {capacity(path)},"
      " WCHAR *path {out, text}, WCHAR **part {out, points_into(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetFullPathNameW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetLongPathNameW", "kernel32.dll",
      "DWORD WINAPI GetLongPathNameW(LPCWSTR name, WCHAR *path {out, text}, DWORD size "
      "{capacity(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetLongPathNameW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetShortPathNameW", "kernel32.dll",
      "DWORD WINAPI GetShortPathNameW(LPCWSTR name, WCHAR *path {out, text}, DWORD size "
      "{capacity(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetShortPathNameW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetFinalPathNameByHandleW", "kernel32.dll",
      "DWORD WINAPI GetFinalPathNameByHandleW(HANDLE file, WCHAR *path {out, text},"
      " DWORD size {capacity(path)}, DWORD flags)"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetFinalPathNameByHandleW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "SearchPathW", "kernel32.dll",
      "DWORD WINAPI SearchPathW(LPCWSTR where, LPCWSTR name, LPCWSTR extension,"
      " DWORD size {capacity(path)}, WCHAR *path {out, text},"
      " WCHAR **part {out, points_into(path)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "SearchPathW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetDllDirectoryW", "kernel32.dll",
      "DWORD WINAPI GetDllDirectoryW(DWORD size {capacity(path)}, WCHAR *path {out, text})"
      " {fail(result == 0 && error != 0), error(last_error, clear), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetDllDirectoryW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "RtlGetCurrentDirectory_U", "ntdll.dll",
      "ULONG NTAPI RtlGetCurrentDirectory_U(ULONG size {capacity(path, bytes)},"
      " WCHAR *path {out, text})"
      " {fail(result == 0), grow_ok(result >= size), needed(path, result, bytes),"
      " length(path, result, bytes)}",
      "wine, dlls/ntdll/path.c", HFP_MEASURED },
    { NULL, NULL, NULL, NULL, 0 },
};
