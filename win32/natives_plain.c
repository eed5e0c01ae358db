/* SPDX-License-Identifier: MIT */

/* The catalogue: functions in which nothing grows, and which those in which something does need
 * around them. */

#include "natives.h"

const hfp_native hfp_natives_plain[] = {
    { "RegOpenKeyExW", "advapi32.dll",
      "LSTATUS WINAPI RegOpenKeyExW(HKEY key, LPCWSTR path, DWORD options, DWORD access,"
      " HKEY *key_out {out}) {fail(result != 0), error(result)}",
      "RegOpenKeyExW, learn.microsoft.com", HFP_DOCUMENTED },
    { "RegCreateKeyExW", "advapi32.dll",
      "LSTATUS WINAPI RegCreateKeyExW(HKEY key, LPCWSTR path, DWORD reserved, LPCWSTR kind,"
      " DWORD options, DWORD access, void *security {raw}, HKEY *key_out {out}, DWORD *was {out})"
      " {fail(result != 0), error(result)}",
      "RegCreateKeyExW, learn.microsoft.com", HFP_DOCUMENTED },
    { "RegSetValueExW", "advapi32.dll",
      "LSTATUS WINAPI RegSetValueExW(HKEY key, LPCWSTR name, DWORD reserved, DWORD type,"
      " const BYTE *data, DWORD size {capacity(data)}) {fail(result != 0), error(result)}",
      "RegSetValueExW, learn.microsoft.com", HFP_DOCUMENTED },
    { "RegDeleteValueW", "advapi32.dll",
      "LSTATUS WINAPI RegDeleteValueW(HKEY key, LPCWSTR name) {fail(result != 0), error(result)}",
      "RegDeleteValueW, learn.microsoft.com", HFP_DOCUMENTED },
    { "RegDeleteKeyW", "advapi32.dll",
      "LSTATUS WINAPI RegDeleteKeyW(HKEY key, LPCWSTR path) {fail(result != 0), error(result)}",
      "RegDeleteKeyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "OpenProcessToken", "advapi32.dll",
      "BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, HANDLE *token {out})"
      " {fail(result == 0), error(last_error)}",
      "OpenProcessToken, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "OpenSCManagerW", "advapi32.dll",
      "SC_HANDLE WINAPI OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access)"
      " {fail(result == 0), error(last_error)}",
      "OpenSCManagerW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "OpenServiceW", "advapi32.dll",
      "SC_HANDLE WINAPI OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access)"
      " {fail(result == 0), error(last_error)}",
      "OpenServiceW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
