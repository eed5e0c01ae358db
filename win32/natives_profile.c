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
    { NULL, NULL, NULL, NULL, 0 },
};
