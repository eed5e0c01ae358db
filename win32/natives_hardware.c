/* SPDX-License-Identifier: MIT */

/* The catalogue: firmware, devices, displays. */

#include "natives.h"

const hfp_native hfp_natives_hardware[] = {
    { "GetSystemFirmwareTable", "kernel32.dll",
      "UINT WINAPI GetSystemFirmwareTable(DWORD provider, DWORD id, void *table {out},"
      " DWORD size {capacity(table)})"
      " {fail(result == 0), error(last_error), grow_ok(result > size), needed(table, result),"
      " length(table, result)}",
      "GetSystemFirmwareTable, learn.microsoft.com", HFP_MEASURED },
    { "EnumSystemFirmwareTables", "kernel32.dll",
      "UINT WINAPI EnumSystemFirmwareTables(DWORD provider, void *ids {out},"
      " DWORD size {capacity(ids)})"
      " {fail(result == 0 && error != 0), error(last_error, clear), grow_ok(result > size),"
      " needed(ids, result), length(ids, result)}",
      "EnumSystemFirmwareTables, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetFirmwareEnvironmentVariableW", "kernel32.dll",
      "DWORD WINAPI GetFirmwareEnvironmentVariableW(LPCWSTR name, LPCWSTR id, void *value {out},"
      " DWORD size {capacity(value)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(value, result)}",
      "GetFirmwareEnvironmentVariableW, learn.microsoft.com", HFP_DOCUMENTED },
    { "CM_Get_Device_IDW", "cfgmgr32.dll",
      "CONFIGRET WINAPI CM_Get_Device_IDW(DEVINST device, WCHAR *id {out, text, room(least 200)},"
      " ULONG size {capacity(id)}, ULONG flags)"
      " {fail(result != 0), error(result), grow(error == 0x1A)}",
      "CM_Get_Device_IDW, learn.microsoft.com; wine 8 cuts and says nothing, but no name has more "
      "than 200",
      HFP_MEASURED },
    { "CM_Get_Device_ID_ListW", "cfgmgr32.dll",
      "CONFIGRET WINAPI CM_Get_Device_ID_ListW(LPCWSTR filter,"
      " WCHAR *list {out, text(multi), room(least 2)}, ULONG size {capacity(list)}, ULONG flags)"
      " {fail(result != 0), error(result), grow(error == 0x1A)}",
      "CM_Get_Device_ID_ListW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "CM_Get_Device_Interface_ListW", "cfgmgr32.dll",
      "CONFIGRET WINAPI CM_Get_Device_Interface_ListW(const GUID *kind, LPCWSTR device,"
      " WCHAR *list {out, text(multi), room(least 2)}, ULONG size {capacity(list)}, ULONG flags)"
      " {fail(result != 0), error(result), grow(error == 0x1A)}",
      "CM_Get_Device_Interface_ListW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "HidD_GetProductString", "hid.dll",
      "BOOLEAN WINAPI HidD_GetProductString(HANDLE device,"
      " WCHAR *name {out, text, room(first 2046, least 127, most 2046)}, ULONG size "
      "{capacity(name, bytes)})"
      " {fail(result == 0), error(last_error)}",
      "HidD_GetProductString, learn.microsoft.com: 126 units and a NUL hold all that USB "
      "allows; other devices have more, and some refuse more than 4093 bytes",
      HFP_DOCUMENTED },
    { "HidD_GetManufacturerString", "hid.dll",
      "BOOLEAN WINAPI HidD_GetManufacturerString(HANDLE device,"
      " WCHAR *name {out, text, room(first 2046, least 127, most 2046)}, ULONG size "
      "{capacity(name, bytes)})"
      " {fail(result == 0), error(last_error)}",
      "HidD_GetManufacturerString, learn.microsoft.com: 126 units and a NUL hold all that USB "
      "allows; other devices have more, and some refuse more than 4093 bytes",
      HFP_DOCUMENTED },
    { "HidD_GetSerialNumberString", "hid.dll",
      "BOOLEAN WINAPI HidD_GetSerialNumberString(HANDLE device,"
      " WCHAR *name {out, text, room(first 2046, least 127, most 2046)}, ULONG size "
      "{capacity(name, bytes)})"
      " {fail(result == 0), error(last_error)}",
      "HidD_GetSerialNumberString, learn.microsoft.com: 126 units and a NUL hold all that USB "
      "allows; other devices have more, and some refuse more than 4093 bytes",
      HFP_DOCUMENTED },
    { "HidD_GetIndexedString", "hid.dll",
      "BOOLEAN WINAPI HidD_GetIndexedString(HANDLE device, ULONG index,"
      " WCHAR *name {out, text, room(first 2046, least 127, most 2046)}, ULONG size "
      "{capacity(name, bytes)})"
      " {fail(result == 0), error(last_error)}",
      "HidD_GetIndexedString, learn.microsoft.com: 126 units and a NUL hold all that USB "
      "allows; other devices have more, and some refuse more than 4093 bytes",
      HFP_DOCUMENTED },
    { "QueryDisplayConfig", "user32.dll",
      "LONG WINAPI QueryDisplayConfig(UINT32 flags,"
      " UINT32 *path_count {inout, capacity(paths), length(paths)},"
      " struct DISPLAYCONFIG_PATH_INFO *paths {out},"
      " UINT32 *mode_count {inout, capacity(modes), length(modes)},"
      " struct DISPLAYCONFIG_MODE_INFO *modes {out}, void *topology {raw})"
      " {fail(result != 0), error(result), grow(error == 122)}",
      "QueryDisplayConfig, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetFileVersionInfoW", "version.dll",
      "BOOL WINAPI GetFileVersionInfoW(LPCWSTR file, DWORD unused, DWORD size {capacity(info)},"
      " void *info {out, room(first 2048, least 64)})"
      " {fail(result == 0), error(last_error), grow_ok(u16(info, 0) > size),"
      " needed(info, u16(info, 0)), length(info, u16(info, 0))}",
      "GetFileVersionInfoW and VS_VERSIONINFO, learn.microsoft.com", HFP_MEASURED },
    { "GetFileVersionInfoExW", "version.dll",
      "BOOL WINAPI GetFileVersionInfoExW(DWORD flags, LPCWSTR file, DWORD unused,"
      " DWORD size {capacity(info)}, void *info {out, room(first 2048, least 64)})"
      " {fail(result == 0), error(last_error), grow_ok(u16(info, 0) > size),"
      " needed(info, u16(info, 0)), length(info, u16(info, 0))}",
      "GetFileVersionInfoExW and VS_VERSIONINFO, learn.microsoft.com",
      HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
