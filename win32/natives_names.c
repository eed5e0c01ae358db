/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: who and where we are: names of users and computers, profiles, languages,
 * processors.
 *
 * The same thing has four codes here: 111, 122, 234 and 24.  Some calls succeed and leave such a
 * code behind, so it is looked at after failures alone.
 */

#include "natives.h"

const hfp_native hfp_natives_names[] = {
    { "GetUserNameW", "advapi32.dll",
      "BOOL WINAPI GetUserNameW(LPWSTR name {out, text, room(most 32767)},"
      " DWORD *size {inout, capacity(name), needed(name), length(name, - 1)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUserNameW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    /* May ask for twice what it needs. */
    { "GetUserNameA", "advapi32.dll",
      "BOOL WINAPI GetUserNameA(LPSTR name {out, text(system), room(most 32767)},"
      " DWORD *size {inout, capacity(name), needed(name), length(name, - 1)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUserNameA, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "GetUserNameExW", "secur32.dll",
      "BOOLEAN WINAPI GetUserNameExW(int format, LPWSTR name {out, text},"
      " ULONG *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 234)}",
      "GetUserNameExW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetUserNameExA", "secur32.dll",
      "BOOLEAN WINAPI GetUserNameExA(int format, LPSTR name {out, text(system)},"
      " ULONG *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 234)}",
      "GetUserNameExA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetComputerObjectNameW", "secur32.dll",
      "BOOLEAN WINAPI GetComputerObjectNameW(int format, LPWSTR name {out, text},"
      " ULONG *size {inout, capacity(name), needed(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 234)}",
      "GetComputerObjectNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "TranslateNameW", "secur32.dll",
      "BOOLEAN WINAPI TranslateNameW(LPCWSTR account, int from, int to,"
      " LPWSTR name {out, text}, ULONG *size {inout, capacity(name), needed(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122 || error == 234)}",
      "TranslateNameW, learn.microsoft.com", HFP_PUBLISHED },
    { "GetComputerNameW", "kernel32.dll",
      "BOOL WINAPI GetComputerNameW(LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 111)}",
      "GetComputerNameW, learn.microsoft.com", HFP_MEASURED | HFP_TESTED },
    { "GetComputerNameA", "kernel32.dll",
      "BOOL WINAPI GetComputerNameA(LPSTR name {out, text(system)},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 111)}",
      "GetComputerNameA, learn.microsoft.com", HFP_MEASURED | HFP_TESTED },
    { "GetComputerNameExW", "kernel32.dll",
      "BOOL WINAPI GetComputerNameExW(int format, LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 234)}",
      "GetComputerNameExW, learn.microsoft.com", HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "GetComputerNameExA", "kernel32.dll",
      "BOOL WINAPI GetComputerNameExA(int format, LPSTR name {out, text(system)},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 234)}",
      "GetComputerNameExA, learn.microsoft.com", HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },

    /* ---- profiles ---- */
    { "GetUserProfileDirectoryW", "userenv.dll",
      "BOOL WINAPI GetUserProfileDirectoryW(HANDLE token, LPWSTR path {out, text},"
      " DWORD *size {inout, capacity(path), needed(path)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUserProfileDirectoryW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetUserProfileDirectoryA", "userenv.dll",
      "BOOL WINAPI GetUserProfileDirectoryA(HANDLE token, LPSTR path {out, text(system)},"
      " DWORD *size {inout, capacity(path), needed(path)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUserProfileDirectoryA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* May leave the NUL out of the need, and then write it behind what was announced. */
    { "GetProfilesDirectoryW", "userenv.dll",
      "BOOL WINAPI GetProfilesDirectoryW(LPWSTR path {out, text, room(reserve 1)},"
      " DWORD *size {inout, capacity(path), needed(path, + 1)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetProfilesDirectoryW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetAllUsersProfileDirectoryW", "userenv.dll",
      "BOOL WINAPI GetAllUsersProfileDirectoryW(LPWSTR path {out, text, room(reserve 1)},"
      " DWORD *size {inout, capacity(path), needed(path, + 1)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetAllUsersProfileDirectoryW, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetDefaultUserProfileDirectoryW", "userenv.dll",
      "BOOL WINAPI GetDefaultUserProfileDirectoryW(LPWSTR path {out, text, room(reserve 1)},"
      " DWORD *size {inout, capacity(path), needed(path, + 1)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetDefaultUserProfileDirectoryW, learn.microsoft.com", HFP_DOCUMENTED },

    /* ---- languages: none is two NULs ---- */
    { "GetUserPreferredUILanguages", "kernel32.dll",
      "BOOL WINAPI GetUserPreferredUILanguages(DWORD flags, ULONG *count {out},"
      " LPWSTR names {out, text(multi), room(least 2)},"
      " ULONG *size {inout, capacity(names), needed(names), length(names)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUserPreferredUILanguages, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetSystemPreferredUILanguages", "kernel32.dll",
      "BOOL WINAPI GetSystemPreferredUILanguages(DWORD flags, ULONG *count {out},"
      " LPWSTR names {out, text(multi), room(least 2)},"
      " ULONG *size {inout, capacity(names), needed(names), length(names)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetSystemPreferredUILanguages, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetProcessPreferredUILanguages", "kernel32.dll",
      "BOOL WINAPI GetProcessPreferredUILanguages(DWORD flags, ULONG *count {out},"
      " LPWSTR names {out, text(multi), room(least 2)},"
      " ULONG *size {inout, capacity(names), needed(names), length(names)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetProcessPreferredUILanguages, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetThreadPreferredUILanguages", "kernel32.dll",
      "BOOL WINAPI GetThreadPreferredUILanguages(DWORD flags, ULONG *count {out},"
      " LPWSTR names {out, text(multi), room(least 2)},"
      " ULONG *size {inout, capacity(names), needed(names), length(names)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetThreadPreferredUILanguages, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },

    /* ---- processors ---- */
    { "GetLogicalProcessorInformation", "kernel32.dll",
      "BOOL WINAPI GetLogicalProcessorInformation(void *list {out},"
      " DWORD *size {inout, capacity(list), needed(list), length(list)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetLogicalProcessorInformation, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetLogicalProcessorInformationEx", "kernel32.dll",
      "BOOL WINAPI GetLogicalProcessorInformationEx(int relation, void *list {out},"
      " DWORD *size {inout, capacity(list), needed(list), length(list)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetLogicalProcessorInformationEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetSystemCpuSetInformation", "kernel32.dll",
      "BOOL WINAPI GetSystemCpuSetInformation(void *list {out}, ULONG size {capacity(list)},"
      " ULONG *needed {out, needed(list), length(list)}, HANDLE process, ULONG flags)"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetSystemCpuSetInformation, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* Says nowhere how much it wrote: the result is the whole room, of which the level knows how
       much is meant. */
    { "CallNtPowerInformation", "powrprof.dll",
      "NTSTATUS WINAPI CallNtPowerInformation(int level, const void *input,"
      " ULONG input_size {capacity(input)}, void *output {out}, ULONG size {capacity(output)})"
      " {error(ntstatus), grow(error == 0xC0000023)}",
      "CallNtPowerInformation, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* The list is used where it is; DeleteProcThreadAttributeList() ends it. */
    { "InitializeProcThreadAttributeList", "kernel32.dll",
      "BOOL WINAPI InitializeProcThreadAttributeList(void *list {out, points_into(list)},"
      " DWORD count, DWORD flags,"
      " SIZE_T *size {inout, capacity(list), needed(list), length(list)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "InitializeProcThreadAttributeList, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { NULL, NULL, NULL, NULL, 0 },
};
