/* SPDX-License-Identifier: MIT */

/* The catalogue: modules and processes. */

#include "natives.h"

const hfp_native hfp_natives_modules[] = {
    { "GetModuleFileNameW", "kernel32.dll",
      "DWORD WINAPI GetModuleFileNameW(HMODULE module, WCHAR *name {out, text},"
      " DWORD size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size), length(name, result)}",
      "GetModuleFileName, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetModuleFileNameA", "kernel32.dll",
      "DWORD WINAPI GetModuleFileNameA(HMODULE module, char *name {out, text(system)},"
      " DWORD size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size), length(name, result)}",
      "GetModuleFileName, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "K32GetModuleFileNameExW", "kernel32.dll",
      "DWORD WINAPI K32GetModuleFileNameExW(HANDLE process, HMODULE module,"
      " WCHAR *name {out, text, room(least 2)}, DWORD size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(result >= size - 1),"
      " length(name, result)}",
      "GetModuleFileNameExW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "K32GetModuleBaseNameW", "kernel32.dll",
      "DWORD WINAPI K32GetModuleBaseNameW(HANDLE process, HMODULE module,"
      " WCHAR *name {out, text, room(least 2, reserve 1)}, DWORD size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(result >= size - 1),"
      " length(name, result)}",
      "GetModuleBaseNameW, learn.microsoft.com; wine 8 writes one unit more than it may",
      HFP_MEASURED },
    { "K32GetMappedFileNameW", "kernel32.dll",
      "DWORD WINAPI K32GetMappedFileNameW(HANDLE process, LPVOID address {raw},"
      " WCHAR *name {out, text, room(least 2, reserve 1)}, DWORD size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(result >= size - 1),"
      " needed(name, result + 1), length(name, result)}",
      "GetMappedFileNameW, learn.microsoft.com: some systems cut, and leave the NUL out of the "
      "result",
      HFP_MEASURED },
    { "QueryFullProcessImageNameW", "kernel32.dll",
      "BOOL WINAPI QueryFullProcessImageNameW(HANDLE process, DWORD flags,"
      " WCHAR *name {out, text}, DWORD *size {inout, capacity(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "QueryFullProcessImageNameW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "K32GetProcessImageFileNameW", "kernel32.dll",
      "DWORD WINAPI K32GetProcessImageFileNameW(HANDLE process, WCHAR *name {out, text, room(least "
      "2)},"
      " DWORD size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(result >= size - 1),"
      " length(name, result)}",
      "GetProcessImageFileNameW, learn.microsoft.com: fails with 122, or cuts, as the manual once "
      "had it",
      HFP_MEASURED | HFP_PUBLISHED },
    { "K32EnumProcesses", "kernel32.dll",
      "BOOL WINAPI K32EnumProcesses(DWORD *ids {out}, DWORD size {capacity(ids, bytes)},"
      " DWORD *used {out, length(ids, bytes)})"
      " {fail(result == 0), error(last_error), grow_ok(size - used < sizeof(DWORD))}",
      "EnumProcesses, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetCurrentPackageFullName", "kernel32.dll",
      "LONG WINAPI GetCurrentPackageFullName(UINT32 *size {inout, capacity(name), needed(name), "
      "length(name, - 1)},"
      " WCHAR *name {out, text})"
      " {fail(result != 0), error(result), grow(error == 122)}",
      "GetCurrentPackageFullName, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPackageFullName", "kernel32.dll",
      "LONG WINAPI GetPackageFullName(HANDLE process, UINT32 *size {inout, capacity(name), "
      "needed(name), length(name, - 1)},"
      " WCHAR *name {out, text})"
      " {fail(result != 0), error(result), grow(error == 122)}",
      "GetPackageFullName, learn.microsoft.com", HFP_DOCUMENTED },
    { "PackageFamilyNameFromFullName", "kernel32.dll",
      "LONG WINAPI PackageFamilyNameFromFullName(LPCWSTR package,"
      " UINT32 *size {inout, capacity(name), needed(name), length(name, - 1)},"
      " WCHAR *name {out, text})"
      " {fail(result != 0), error(result), grow(error == 122)}",
      "PackageFamilyNameFromFullName, learn.microsoft.com", HFP_DOCUMENTED },
    { "PackageIdFromFullName", "kernel32.dll",
      "LONG WINAPI PackageIdFromFullName(LPCWSTR package, UINT32 flags,"
      " UINT32 *size {inout, capacity(id, bytes), needed(id, bytes), length(id, bytes)},"
      " BYTE *id {out, points_into(id)})"
      " {fail(result != 0), error(result), grow(error == 122)}",
      "PackageIdFromFullName, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "PackageFullNameFromId", "kernel32.dll",
      "LONG WINAPI PackageFullNameFromId(const void *id,"
      " UINT32 *size {inout, capacity(name), needed(name), length(name, - 1)},"
      " WCHAR *name {out, text})"
      " {fail(result != 0), error(result), grow(error == 122)}",
      "PackageFullNameFromId, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
