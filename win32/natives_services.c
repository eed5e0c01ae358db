/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: services.
 *
 * Their texts lie in the same buffer, which therefore never moves; at its end, with some systems,
 * so that the result is the whole room and not only as much as was needed.  The manual bounds what
 * a call takes; the bounds stand here as `most`.
 */

#include "natives.h"

const hfp_native hfp_natives_services[] = {
    { "QueryServiceConfigW", "advapi32.dll",
      "BOOL WINAPI QueryServiceConfigW(SC_HANDLE service,"
      " void *config {out, points_into(config), room(most 8192)},"
      " DWORD size {capacity(config)}, DWORD *needed {out, needed(config)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "QueryServiceConfigW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "QueryServiceConfig2W", "advapi32.dll",
      "BOOL WINAPI QueryServiceConfig2W(SC_HANDLE service, DWORD level,"
      " BYTE *config {out, points_into(config), room(most 8192)},"
      " DWORD size {capacity(config)}, DWORD *needed {out, needed(config)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "QueryServiceConfig2W, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    /* SERVICE_STATUS_PROCESS, nine numbers; a call that succeeds may leave the need at 0. */
    { "QueryServiceStatusEx", "advapi32.dll",
      "BOOL WINAPI QueryServiceStatusEx(SC_HANDLE service, int level,"
      " BYTE *status {out, room(first 36)}, DWORD size {capacity(status)},"
      " DWORD *needed {out, needed(status)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(status, 36)}",
      "QueryServiceStatusEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "QueryServiceLockStatusW", "advapi32.dll",
      "BOOL WINAPI QueryServiceLockStatusW(SC_HANDLE manager,"
      " void *status {out, points_into(status)}, DWORD size {capacity(status)},"
      " DWORD *needed {out, needed(status)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "QueryServiceLockStatusW, learn.microsoft.com; golang.org/x/sys/windows", HFP_PUBLISHED },
    /* A call that succeeds may leave the capacity in `needed`, so the result is the whole room; how
       long the descriptor is, its parts say (GetSecurityDescriptorLength). */
    { "QueryServiceObjectSecurity", "advapi32.dll",
      "BOOL WINAPI QueryServiceObjectSecurity(SC_HANDLE service, SECURITY_INFORMATION what,"
      " PSECURITY_DESCRIPTOR descriptor {out}, DWORD size {capacity(descriptor)},"
      " DWORD *needed {out, needed(descriptor)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "QueryServiceObjectSecurity, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* Begun again with `resume` 0; what is said is how much of the list is still missing. */
    { "EnumServicesStatusExW", "advapi32.dll",
      "BOOL WINAPI EnumServicesStatusExW(SC_HANDLE manager, int level, DWORD type, DWORD state,"
      " BYTE *list {out, points_into(list), room(first 65536, most 262144)},"
      " DWORD size {capacity(list)}, DWORD *left {out}, DWORD *count {out},"
      " DWORD *resume {inout}, LPCWSTR group)"
      " {fail(result == 0), error(last_error), grow(error == 234), needed(list, size + left)}",
      "EnumServicesStatusExW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "EnumServicesStatusW", "advapi32.dll",
      "BOOL WINAPI EnumServicesStatusW(SC_HANDLE manager, DWORD type, DWORD state,"
      " void *list {out, points_into(list), room(first 65536, most 262144)},"
      " DWORD size {capacity(list)}, DWORD *left {out}, DWORD *count {out},"
      " DWORD *resume {inout})"
      " {fail(result == 0), error(last_error), grow(error == 234), needed(list, size + left)}",
      "EnumServicesStatusW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "EnumDependentServicesW", "advapi32.dll",
      "BOOL WINAPI EnumDependentServicesW(SC_HANDLE service, DWORD state,"
      " void *list {out, points_into(list), room(most 65536)}, DWORD size {capacity(list)},"
      " DWORD *needed {out, needed(list)}, DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 234)}",
      "EnumDependentServicesW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    /* The need leaves the NUL out. */
    { "GetServiceDisplayNameW", "advapi32.dll",
      "BOOL WINAPI GetServiceDisplayNameW(SC_HANDLE manager, LPCWSTR service,"
      " LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name, + 1), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetServiceDisplayNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetServiceDisplayNameA", "advapi32.dll",
      "BOOL WINAPI GetServiceDisplayNameA(SC_HANDLE manager, LPCSTR service {text(system)},"
      " LPSTR name {out, text(system)}, DWORD *size {inout, capacity(name), needed(name, + 1)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetServiceDisplayNameA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetServiceKeyNameW", "advapi32.dll",
      "BOOL WINAPI GetServiceKeyNameW(SC_HANDLE manager, LPCWSTR display,"
      " LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name, + 1), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetServiceKeyNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
