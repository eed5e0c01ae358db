/* SPDX-License-Identifier: MIT */

/* The catalogue: names of registry keys and values, in turn. */

#include "natives.h"

const hfp_native hfp_natives_keys[] = {
    { "RegEnumKeyExW", "advapi32.dll",
      "LSTATUS WINAPI RegEnumKeyExW(HKEY key, DWORD index, WCHAR *name {out, text, room(most 256)},"
      " DWORD *name_size {inout, capacity(name), length(name)}, DWORD *reserved {raw},"
      " WCHAR *kind {out, text}, DWORD *kind_size {inout, capacity(kind), length(kind)},"
      " FILETIME *written {out})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegEnumKeyExW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "RegEnumKeyW", "advapi32.dll",
      "LSTATUS WINAPI RegEnumKeyW(HKEY key, DWORD index, WCHAR *name {out, text, room(most 256)},"
      " DWORD size {capacity(name)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegEnumKeyW, learn.microsoft.com", HFP_MEASURED },
    { "RegEnumValueW", "advapi32.dll",
      "LSTATUS WINAPI RegEnumValueW(HKEY key, DWORD index, WCHAR *name {out, text, room(most "
      "16384)},"
      " DWORD *name_size {inout, capacity(name), length(name)}, DWORD *reserved {raw},"
      " DWORD *type {out}, BYTE *data {out},"
      " DWORD *data_size {inout, capacity(data), needed(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegEnumValueW, learn.microsoft.com; CPython PC/winreg.c",
      HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "RegEnumValueA", "advapi32.dll",
      "LSTATUS WINAPI RegEnumValueA(HKEY key, DWORD index,"
      " char *name {out, text(system), room(most 16384)},"
      " DWORD *name_size {inout, capacity(name), length(name)}, DWORD *reserved {raw},"
      " DWORD *type {out}, BYTE *data {out},"
      " DWORD *data_size {inout, capacity(data), needed(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegEnumValueA, learn.microsoft.com", HFP_TESTED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
