/* SPDX-License-Identifier: MIT */

/* The catalogue: the environment. */

#include "natives.h"

const hfp_native hfp_natives_environment[] = {
    { "GetEnvironmentVariableW", "kernel32.dll",
      "DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, WCHAR *value {out, text},"
      " DWORD size {capacity(value)})"
      " {fail(result == 0 && error != 0), error(last_error, clear), grow_ok(result >= size),"
      " needed(value, result), length(value, result)}",
      "GetEnvironmentVariable, learn.microsoft.com; golang/sys windows/env",
      HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "GetEnvironmentVariableA", "kernel32.dll",
      "DWORD WINAPI GetEnvironmentVariableA(LPCSTR name {text(system)}, char *value {out, "
      "text(system)},"
      " DWORD size {capacity(value)})"
      " {fail(result == 0 && error != 0), error(last_error, clear), grow_ok(result >= size),"
      " needed(value, result), length(value, result)}",
      "GetEnvironmentVariable, learn.microsoft.com; golang/sys windows/env",
      HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "ExpandEnvironmentStringsW", "kernel32.dll",
      "DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR from, WCHAR *to {out, text},"
      " DWORD size {capacity(to)})"
      " {fail(result == 0), error(last_error), grow_ok(result > size), needed(to, result),"
      " length(to, result - 1)}",
      "ExpandEnvironmentStringsW, learn.microsoft.com", HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "ExpandEnvironmentStringsA", "kernel32.dll",
      "DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR from {text(system)},"
      " char *to {out, text(system)}, DWORD size {capacity(to)})"
      " {fail(result == 0), error(last_error), grow_ok(result > size), needed(to, result)}",
      "ExpandEnvironmentStringsA, learn.microsoft.com; XP SP2 says one more than it writes",
      HFP_MEASURED | HFP_TESTED },
    { NULL, NULL, NULL, NULL, 0 },
};
