/* SPDX-License-Identifier: MIT */

/* The catalogue: profile files. */

#include "natives.h"

const hfp_native hfp_natives_profile[] = {
    { "GetPrivateProfileStringW", "kernel32.dll",
      "DWORD WINAPI GetPrivateProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR otherwise,"
      " WCHAR *value {out, text, room(least 2)}, DWORD size {capacity(value)}, LPCWSTR file)"
      " {fail(0), grow_ok(result >= size - 1), length(value, result)}",
      "GetPrivateProfileStringW, learn.microsoft.com", HFP_MEASURED },
    { "GetPrivateProfileStringA", "kernel32.dll",
      "DWORD WINAPI GetPrivateProfileStringA(LPCSTR section {text(system)},"
      " LPCSTR key {text(system)}, LPCSTR otherwise {text(system)},"
      " char *value {out, text(system), room(least 2)}, DWORD size {capacity(value)},"
      " LPCSTR file {text(system)})"
      " {fail(0), grow_ok(result >= size - 1), length(value, result)}",
      "GetPrivateProfileStringA, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetProfileStringW", "kernel32.dll",
      "DWORD WINAPI GetProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR otherwise,"
      " WCHAR *value {out, text, room(least 2)}, DWORD size {capacity(value)})"
      " {fail(0), grow_ok(result >= size - 1), length(value, result)}",
      "GetProfileStringW, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetPrivateProfileStringW:keys", "kernel32.dll",
      "DWORD WINAPI GetPrivateProfileStringW(LPCWSTR section, void *key {raw}, LPCWSTR otherwise,"
      " WCHAR *list {out, text(multi), room(least 3)}, DWORD size {capacity(list)}, LPCWSTR file)"
      " {fail(0), grow_ok(result >= size - 2), length(list, result)}",
      "GetPrivateProfileStringW, learn.microsoft.com: without a key", HFP_MEASURED },
    { "GetPrivateProfileStringW:sections", "kernel32.dll",
      "DWORD WINAPI GetPrivateProfileStringW(void *section {raw}, void *key {raw},"
      " LPCWSTR otherwise, WCHAR *list {out, text(multi), room(least 3)},"
      " DWORD size {capacity(list)}, LPCWSTR file)"
      " {fail(0), grow_ok(result >= size - 2), length(list, result)}",
      "GetPrivateProfileStringW, learn.microsoft.com: without a section", HFP_DOCUMENTED },
    { "GetPrivateProfileSectionNamesW", "kernel32.dll",
      "DWORD WINAPI GetPrivateProfileSectionNamesW("
      " WCHAR *list {out, text(multi), room(least 3)}, DWORD size {capacity(list)}, LPCWSTR file)"
      " {fail(0), grow_ok(result >= size - 2), length(list, result)}",
      "GetPrivateProfileSectionNamesW, learn.microsoft.com", HFP_MEASURED },
    { "GetPrivateProfileSectionNamesA", "kernel32.dll",
      "DWORD WINAPI GetPrivateProfileSectionNamesA("
      " char *list {out, text(system, multi), room(least 3)}, DWORD size {capacity(list)},"
      " LPCSTR file {text(system)})"
      " {fail(0), grow_ok(result >= size - 2), length(list, result)}",
      "GetPrivateProfileSectionNamesA, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetPrivateProfileSectionW", "kernel32.dll",
      "DWORD WINAPI GetPrivateProfileSectionW(LPCWSTR section,"
      " WCHAR *list {out, text(multi), room(least 3)}, DWORD size {capacity(list)}, LPCWSTR file)"
      " {fail(0), grow_ok(result >= size - 2), length(list, result)}",
      "GetPrivateProfileSectionW, learn.microsoft.com", HFP_MEASURED },
    { "GetProfileSectionW", "kernel32.dll",
      "DWORD WINAPI GetProfileSectionW(LPCWSTR section,"
      " WCHAR *list {out, text(multi), room(least 3)}, DWORD size {capacity(list)})"
      " {fail(0), grow_ok(result >= size - 2), length(list, result)}",
      "GetProfileSectionW, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
