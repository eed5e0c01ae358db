/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: what ntdll tells of the system, of processes, objects and keys.
 *
 * Three statuses mean "too small", by function, class and version: INFO_LENGTH_MISMATCH
 * (0xC0000004), BUFFER_TOO_SMALL (0xC0000023) and the warning BUFFER_OVERFLOW (0x80000005).  Where
 * the first one means "another size", growing never ends: those classes are readings of their own.
 */

#include "natives.h"

#define MISMATCH  "error == 0xC0000004"
#define ANY_SHORT "error == 0xC0000004 || error == 0x80000005 || error == 0xC0000023"

const hfp_native hfp_natives_nt[] = {
    { "NtQuerySystemInformation", "ntdll.dll",
      "NTSTATUS NTAPI NtQuerySystemInformation(int what,"
      " void *info {out, points_into(info), room(first 16384)}, ULONG size {capacity(info)},"
      " PULONG need {out, needed(info), length(info)}) {error(ntstatus), grow(" MISMATCH ")}",
      "NtQuerySystemInformation, learn.microsoft.com: lists; the need may be 0 or too low",
      HFP_MEASURED | HFP_PUBLISHED },
    { "NtQuerySystemInformation:fixed", "ntdll.dll",
      "NTSTATUS NTAPI NtQuerySystemInformation(int what, void *info {out, room(first 64, exact)},"
      " ULONG size {capacity(info)}, PULONG need {out, needed(info), length(info)})"
      " {error(ntstatus), grow(" MISMATCH ")}",
      "NtQuerySystemInformation, learn.microsoft.com: classes that are one struct take its size "
      "alone",
      HFP_MEASURED | HFP_PUBLISHED },
    { "NtQueryObject", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryObject(HANDLE object, int what, void *info {out, points_into(info)},"
      " ULONG size {capacity(info)}, PULONG need {out, needed(info), length(info)})"
      " {error(ntstatus), grow(" ANY_SHORT "), grow_ok(need > size)}",
      "NtQueryObject, learn.microsoft.com: not on a pipe that somebody reads, it waits for them",
      HFP_MEASURED | HFP_PUBLISHED },
    { "NtQueryObject:types", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryObject(HANDLE object, int what,"
      " void *info {out, points_into(info), room(first 8192)}, ULONG size {capacity(info)},"
      " PULONG used {out, length(info)})"
      " {error(ntstatus), grow(" MISMATCH ")}",
      "NtQueryObject, learn.microsoft.com: of class 3 the size is wrong until it succeeds",
      HFP_MEASURED | HFP_PUBLISHED },
    { "NtQueryInformationProcess", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryInformationProcess(HANDLE process, int what,"
      " void *info {out, points_into(info)}, ULONG size {capacity(info)},"
      " PULONG need {out, needed(info), length(info)}) {error(ntstatus), grow(" ANY_SHORT ")}",
      "NtQueryInformationProcess, learn.microsoft.com: names and command lines",
      HFP_MEASURED | HFP_PUBLISHED },
    { "NtQueryInformationProcess:fixed", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryInformationProcess(HANDLE process, int what,"
      " void *info {out, room(first 48, exact)}, ULONG size {capacity(info)},"
      " PULONG need {out, needed(info), length(info)}) {error(ntstatus), grow(" MISMATCH ")}",
      "NtQueryInformationProcess, learn.microsoft.com: classes that are one struct",
      HFP_MEASURED | HFP_PUBLISHED },
    { "NtQueryInformationThread:name", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryInformationThread(HANDLE thread, int what,"
      " void *info {out, points_into(info), room(least 16)}, ULONG size {capacity(info)},"
      " PULONG need {out, needed(info), length(info)}) {error(ntstatus), grow(" ANY_SHORT
      "), grow_ok(need > size)}",
      "NtQueryInformationThread, learn.microsoft.com: class 38; wine 8 writes the "
      "first 16 bytes in any case",
      HFP_PUBLISHED | HFP_MEASURED },
    { "NtQueryInformationToken", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryInformationToken(HANDLE token, int what,"
      " void *info {out, points_into(info)}, ULONG size {capacity(info)},"
      " PULONG need {out, needed(info), length(info)}) {error(ntstatus), grow(error == "
      "0xC0000023)}",
      "NtQueryInformationToken, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "NtQueryInformationFile:name", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryInformationFile(HANDLE file, void *io {out, size(2 * sizeof(void *))},"
      " void *info {out, room(least 8)}, ULONG size {capacity(info)}, int what)"
      " {error(ntstatus), grow(" ANY_SHORT "), needed(info, 4 + u32(info, 0)),"
      " length(info, 4 + u32(info, 0))}",
      "NtQueryInformationFile, learn.microsoft.com: class 9, the name's bytes stand before it; not "
      "on a pipe that somebody reads, it waits for them",
      HFP_MEASURED | HFP_PUBLISHED },
    { "NtQueryDirectoryFile", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE directory, HANDLE event, void *routine {raw},"
      " void *context {raw}, void *io {out, size(2 * sizeof(void *))},"
      " void *entries {out, room(least 2048, first 16384)}, ULONG size {capacity(entries)},"
      " int what, BOOLEAN single, const void *pattern {raw}, BOOLEAN restart)"
      " {error(ntstatus), grow(" ANY_SHORT "), once,"
      " length(entries, u32(io, sizeof(void *)))}",
      "NtQueryDirectoryFile, learn.microsoft.com: each call gives the next entries; one that did "
      "not fit is gone, and none is longer than 2 KB",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "NtQueryValueKey", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryValueKey(HANDLE key, const void *name {raw}, int what,"
      " void *info {out}, ULONG size {capacity(info)},"
      " PULONG need {out, needed(info), length(info)}) {error(ntstatus), grow(" ANY_SHORT ")}",
      "ZwQueryValueKey, learn.microsoft.com: the name is a UNICODE_STRING",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "NtEnumerateValueKey", "ntdll.dll",
      "NTSTATUS NTAPI NtEnumerateValueKey(HANDLE key, ULONG index, int what, void *info {out},"
      " ULONG size {capacity(info)}, PULONG need {out, needed(info), length(info)})"
      " {error(ntstatus), grow(" ANY_SHORT ")}",
      "ZwEnumerateValueKey, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "NtQueryKey", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryKey(HANDLE key, int what, void *info {out},"
      " ULONG size {capacity(info)}, PULONG need {out, needed(info), length(info)})"
      " {error(ntstatus), grow(" ANY_SHORT ")}",
      "ZwQueryKey, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "NtEnumerateKey", "ntdll.dll",
      "NTSTATUS NTAPI NtEnumerateKey(HANDLE key, ULONG index, int what, void *info {out},"
      " ULONG size {capacity(info)}, PULONG need {out, needed(info), length(info)})"
      " {error(ntstatus), grow(" ANY_SHORT ")}",
      "ZwEnumerateKey, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "NtQuerySecurityObject", "ntdll.dll",
      "NTSTATUS NTAPI NtQuerySecurityObject(HANDLE object, SECURITY_INFORMATION what,"
      " void *descriptor {out}, ULONG size {capacity(descriptor)},"
      " PULONG need {out, needed(descriptor), length(descriptor)})"
      " {error(ntstatus), grow(error == 0xC0000023)}",
      "NtQuerySecurityObject, learn.microsoft.com: self-relative, so it may move",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "NtQueryLicenseValue", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryLicenseValue(const void *name {raw}, PULONG type {out},"
      " void *data {out}, ULONG size {capacity(data)},"
      " PULONG need {out, needed(data), length(data)})"
      " {error(ntstatus), grow(error == 0xC0000023)}",
      "wine, dlls/ntdll/reg.c: the name is a UNICODE_STRING", HFP_MEASURED },
    { "RtlQueryEnvironmentVariable", "ntdll.dll",
      "NTSTATUS NTAPI RtlQueryEnvironmentVariable(void *block {raw}, const WCHAR *name {in},"
      " SIZE_T length {capacity(name)}, LPWSTR data {out, text}, SIZE_T size {capacity(data)},"
      " PSIZE_T need {out, needed(data), length(data)})"
      " {error(ntstatus), grow(error == 0xC0000023)}",
      "wine, dlls/ntdll/env.c: the need counts the NUL, the length does not", HFP_MEASURED },
    { "NtQueryDirectoryObject", "ntdll.dll",
      "NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE directory,"
      " void *info {out, points_into(info)}, ULONG size {capacity(info)}, BOOLEAN single,"
      " BOOLEAN restart, PULONG context {inout}, PULONG need {out, needed(info)})"
      " {fail(result != 0), error(ntstatus), grow(error == 0xC0000023)}",
      "NtQueryDirectoryObject, learn.microsoft.com: one entry a call, `single` TRUE; the context "
      "goes on with the next",
      HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
