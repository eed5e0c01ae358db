/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: tokens, security descriptors, accounts and their identifiers.
 *
 * What a token tells holds addresses inside itself.  Descriptors are self-relative: how long one
 * is, its parts say (GetSecurityDescriptorLength).  Where the size slot only echoes the capacity it
 * is not read, and the result is the whole room.
 */

#include "natives.h"

const hfp_native hfp_natives_security[] = {
    { "GetTokenInformation", "advapi32.dll",
      "BOOL WINAPI GetTokenInformation(HANDLE token, int what,"
      " void *info {out, points_into(info)}, DWORD size {capacity(info)},"
      " DWORD *needed {out, needed(info), length(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122 || (error == 24 && needed >"
      " size))}",
      "GetTokenInformation, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    /* Classes of a fixed size may take that alone. */
    { "GetTokenInformation:fixed", "advapi32.dll",
      "BOOL WINAPI GetTokenInformation(HANDLE token, int what,"
      " void *info {out, room(first 4, exact)}, DWORD size {capacity(info)},"
      " DWORD *needed {out, needed(info), length(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 24)}",
      "GetTokenInformation, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "AdjustTokenPrivileges", "advapi32.dll",
      "BOOL WINAPI AdjustTokenPrivileges(HANDLE token, BOOL none, const void *wanted,"
      " DWORD size {capacity(before)}, void *before {out, room(least 16)},"
      " DWORD *needed {out, needed(before), length(before)})"
      " {fail(result == 0), error(last_error, clear, when result != 0), grow(error == 122)}",
      "AdjustTokenPrivileges, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetFileSecurityW", "advapi32.dll",
      "BOOL WINAPI GetFileSecurityW(LPCWSTR file, SECURITY_INFORMATION what,"
      " PSECURITY_DESCRIPTOR descriptor {out}, DWORD size {capacity(descriptor)},"
      " DWORD *needed {out, needed(descriptor), length(descriptor)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetFileSecurityW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetKernelObjectSecurity", "advapi32.dll",
      "BOOL WINAPI GetKernelObjectSecurity(HANDLE object, SECURITY_INFORMATION what,"
      " PSECURITY_DESCRIPTOR descriptor {out}, DWORD size {capacity(descriptor)},"
      " DWORD *needed {out, needed(descriptor), length(descriptor)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetKernelObjectSecurity, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetUserObjectSecurity", "user32.dll",
      "BOOL WINAPI GetUserObjectSecurity(HANDLE object, SECURITY_INFORMATION *what {in},"
      " PSECURITY_DESCRIPTOR descriptor {out}, DWORD size {capacity(descriptor)},"
      " DWORD *needed {out, needed(descriptor), length(descriptor)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUserObjectSecurity, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPrivateObjectSecurity", "advapi32.dll",
      "BOOL WINAPI GetPrivateObjectSecurity(PSECURITY_DESCRIPTOR object {in},"
      " SECURITY_INFORMATION what, PSECURITY_DESCRIPTOR descriptor {out},"
      " DWORD size {capacity(descriptor)}, DWORD *needed {out, needed(descriptor)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetPrivateObjectSecurity, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "RegGetKeySecurity", "advapi32.dll",
      "LSTATUS WINAPI RegGetKeySecurity(HKEY key, SECURITY_INFORMATION what,"
      " PSECURITY_DESCRIPTOR descriptor {out},"
      " DWORD *size {inout, capacity(descriptor), needed(descriptor)})"
      " {fail(result != 0), error(result), grow(error == 122)}",
      "RegGetKeySecurity, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetUserObjectInformationW", "user32.dll",
      "BOOL WINAPI GetUserObjectInformationW(HANDLE object, int what, void *info {out},"
      " DWORD size {capacity(info)}, DWORD *needed {out, needed(info), length(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUserObjectInformationW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "MakeSelfRelativeSD", "advapi32.dll",
      "BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute {in},"
      " PSECURITY_DESCRIPTOR descriptor {out},"
      " DWORD *size {inout, capacity(descriptor), needed(descriptor)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "MakeSelfRelativeSD, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* The descriptor leads into the other four: each is held where it is. */
    { "MakeAbsoluteSD", "advapi32.dll",
      "BOOL WINAPI MakeAbsoluteSD(PSECURITY_DESCRIPTOR relative {in},"
      " PSECURITY_DESCRIPTOR absolute {out, room(first 64), points_into(owner)},"
      " DWORD *size {inout, capacity(absolute), needed(absolute)},"
      " void *dacl {out, points_into(dacl)},"
      " DWORD *dacl_size {inout, capacity(dacl), needed(dacl)},"
      " void *sacl {out, points_into(sacl)},"
      " DWORD *sacl_size {inout, capacity(sacl), needed(sacl)},"
      " PSID owner {out, points_into(owner)},"
      " DWORD *owner_size {inout, capacity(owner), needed(owner)},"
      " PSID group {out, points_into(group)},"
      " DWORD *group_size {inout, capacity(group), needed(group)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "MakeAbsoluteSD, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "CreateWellKnownSid", "advapi32.dll",
      "BOOL WINAPI CreateWellKnownSid(int which, PSID domain {in},"
      " PSID sid {out, room(first 68)},"
      " DWORD *size {inout, capacity(sid), needed(sid), length(sid)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "CreateWellKnownSid, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },

    /* ---- accounts ---- */
    /* Some systems leave the NUL out of the needs; one unit more does no harm to the others. */
    { "LookupAccountSidW", "advapi32.dll",
      "BOOL WINAPI LookupAccountSidW(LPCWSTR system, PSID sid {in, size(8)},"
      " LPWSTR name {out, text},"
      " DWORD *name_size {inout, capacity(name), needed(name, + 1), length(name)},"
      " LPWSTR domain {out, text},"
      " DWORD *domain_size {inout, capacity(domain), needed(domain, + 1), length(domain)},"
      " int *use {out})"
      " {fail(result == 0), error(last_error), grow(error == 122),"
      " grow_ok(name: name_size > 0 && u16(name, 0) == 0),"
      " grow_ok(domain: domain_size > 0 && u16(domain, 0) == 0)}",
      "LookupAccountSidW, learn.microsoft.com; golang.org/x/sys/windows; wine 8 succeeds and "
      "writes nothing where the NUL alone does not fit",
      HFP_MEASURED | HFP_PUBLISHED },
    { "LookupAccountSidA", "advapi32.dll",
      "BOOL WINAPI LookupAccountSidA(LPCSTR system {text(system)}, PSID sid {in, size(8)},"
      " LPSTR name {out, text(system)},"
      " DWORD *name_size {inout, capacity(name), needed(name, + 1)},"
      " LPSTR domain {out, text(system)},"
      " DWORD *domain_size {inout, capacity(domain), needed(domain, + 1)}, int *use {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "LookupAccountSidA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* How long the identifier is, is in it. */
    { "LookupAccountNameW", "advapi32.dll",
      "BOOL WINAPI LookupAccountNameW(LPCWSTR system, LPCWSTR account,"
      " PSID sid {out, room(first 68)}, DWORD *sid_size {inout, capacity(sid), needed(sid)},"
      " LPWSTR domain {out, text},"
      " DWORD *domain_size {inout, capacity(domain), needed(domain, + 1), length(domain)},"
      " int *use {out})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(sid, 8 + 4 * u8(sid,"
      " 1))}",
      "LookupAccountNameW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "LookupAccountNameA", "advapi32.dll",
      "BOOL WINAPI LookupAccountNameA(LPCSTR system {text(system)},"
      " LPCSTR account {text(system)}, PSID sid {out, room(first 68)},"
      " DWORD *sid_size {inout, capacity(sid), needed(sid)}, LPSTR domain {out, text(system)},"
      " DWORD *domain_size {inout, capacity(domain), needed(domain, + 1)}, int *use {out})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(sid, 8 + 4 * u8(sid,"
      " 1))}",
      "LookupAccountNameA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "LookupPrivilegeNameW", "advapi32.dll",
      "BOOL WINAPI LookupPrivilegeNameW(LPCWSTR system, LUID *privilege {in, size(8)},"
      " LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "LookupPrivilegeNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "LookupPrivilegeDisplayNameW", "advapi32.dll",
      "BOOL WINAPI LookupPrivilegeDisplayNameW(LPCWSTR system, LPCWSTR privilege,"
      " LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)}, DWORD *language {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "LookupPrivilegeDisplayNameW, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
