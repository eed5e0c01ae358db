/* SPDX-License-Identifier: MIT */
/* hf-example: windows timeout=180 */

/*
 * The catalogue on Windows: functions that know no size beforehand, by name; the devices of the
 * machine with all their properties are in demo/properties_windows.c.
 *
 * Each line of the table is a name, the arguments and where the value is; no prototype and no loop
 * is in this file.  What a machine does not have is left out and said.
 */

#include "demo/properties_windows.h"

#include <winsock2.h>

#include <windows.h>

#include <stdio.h>
#include <string.h>

#define LEAST 40u

#define ENGLISH       0x409
#define THIS_PROCESS  ((void *)(intptr_t)-1)
#define LOCAL_MACHINE ((void *)(intptr_t)(int32_t)0x80000002)
#define VERSION_KEY   "Software\\Microsoft\\Windows NT\\CurrentVersion"

/* ---- what needs no preparation ---- */

static const table_line paths[] = {
    { "GetCurrentDirectoryW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetTempPathW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetSystemDirectoryW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetWindowsDirectoryW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetSystemWindowsDirectoryW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetFullPathNameW", HF_ARGS(HF_CSTR("C:\\some\\.\\folder\\..\\name.txt")), 0, TABLE_WIDE,
      NULL },
    { "GetLongPathNameW", HF_ARGS(HF_CSTR("C:\\windows\\system32")), 0, TABLE_WIDE, NULL },
    { "SearchPathW", HF_ARGS(HF_NULL, HF_CSTR("kernel32"), HF_CSTR(".dll")), 0, TABLE_WIDE, NULL },
    { "GetModuleFileNameW", HF_ARGS(HF_NULL), 0, TABLE_WIDE, NULL },
    { "K32GetModuleFileNameExW", HF_ARGS(HF_POINTER(THIS_PROCESS), HF_NULL), 0, TABLE_WIDE, NULL },
    { "QueryFullProcessImageNameW", HF_ARGS(HF_POINTER(THIS_PROCESS), HF_UINT(0)), 0, TABLE_WIDE,
      NULL },
    { "K32GetProcessImageFileNameW", HF_ARGS(HF_POINTER(THIS_PROCESS)), 0, TABLE_WIDE, NULL },
    { "K32EnumProcesses", HF_NO_ARGS, 0, TABLE_CHANGES, NULL },
    { "GetLogicalDriveStringsW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "QueryDosDeviceW", HF_ARGS(HF_CSTR("C:")), 0, TABLE_WIDE, NULL },
    { "GetVolumeNameForVolumeMountPointW", HF_ARGS(HF_CSTR("C:\\")), 0, TABLE_WIDE, NULL },
    { "GetVolumePathNameW", HF_ARGS(HF_CSTR("C:\\windows\\system32\\kernel32.dll")), 0, TABLE_WIDE,
      NULL },
    { "GetVolumeInformationW", HF_ARGS(HF_CSTR("C:\\")), 1, TABLE_WIDE, NULL },
    { "GetFileVersionInfoW", HF_ARGS(HF_CSTR("C:\\windows\\system32\\user32.dll"), HF_UINT(0)), 0,
      TABLE_BYTES, NULL },
    { "UrlEscapeW", HF_ARGS(HF_CSTR("http://host/two words"), HF_UINT(0)), 0, TABLE_WIDE, NULL },
    { "UrlCombineW", HF_ARGS(HF_CSTR("http://host/a/b"), HF_CSTR("../c"), HF_UINT(0)), 0,
      TABLE_WIDE, NULL },
    { "UrlCreateFromPathW", HF_ARGS(HF_CSTR("C:\\two words"), HF_UINT(0)), 0, TABLE_WIDE, NULL },
    { "PathCreateFromUrlW", HF_ARGS(HF_CSTR("file:///C:/two%20words"), HF_UINT(0)), 0, TABLE_WIDE,
      NULL },
    { NULL, NULL, 0, TABLE_TEXT, NULL },
};

static const GUID of_network = {
    0x4d36e972, 0xe325, 0x11ce, { 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18 }
};
static const BYTE everyone[] = { 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 };

static const table_line names[] = {
    { "GetUserNameW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetUserNameExW", HF_ARGS(HF_INT(2)), 0, TABLE_WIDE, NULL },
    { "GetComputerNameW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetComputerNameExW", HF_ARGS(HF_INT(1)), 0, TABLE_WIDE, NULL },
    { "GetProfilesDirectoryW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetAllUsersProfileDirectoryW", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "CreateWellKnownSid", HF_ARGS(HF_INT(1), HF_NULL), 0, TABLE_BYTES, NULL },
    { "LookupAccountSidW", HF_ARGS(HF_NULL, HF_POINTER(everyone)), 0, TABLE_WIDE, NULL },
    { "SetupDiClassNameFromGuidW", HF_ARGS(HF_POINTER(&of_network)), 0, TABLE_WIDE, NULL },
    { "SetupDiGetClassDescriptionW", HF_ARGS(HF_POINTER(&of_network)), 0, TABLE_WIDE, NULL },
    { "SetupDiClassGuidsFromNameW", HF_ARGS(HF_CSTR("Net")), 0, TABLE_BYTES, NULL },
    { "SetupDiBuildClassInfoList", HF_ARGS(HF_UINT(0)), 0, TABLE_BYTES, NULL },
    { "RegGetValueW:text",
      HF_ARGS(HF_POINTER(LOCAL_MACHINE), HF_CSTR(VERSION_KEY), HF_CSTR("ProductName"),
              HF_UINT(0xffff)),
      0, TABLE_WIDE, NULL },
    { "RegGetValueW",
      HF_ARGS(HF_POINTER(LOCAL_MACHINE), HF_CSTR(VERSION_KEY), HF_CSTR("CurrentVersion"),
              HF_UINT(0xffff)),
      0, TABLE_WIDE, NULL },
    { "FormatMessageW",
      HF_ARGS(HF_UINT(0x1200), HF_NULL, HF_UINT(ERROR_FILE_NOT_FOUND), HF_UINT(0), HF_NULL), 0,
      TABLE_WIDE, NULL },
    { "StringFromGUID2", HF_ARGS(HF_POINTER(&of_network)), 0, TABLE_WIDE, NULL },
    { "GetKeyNameTextW", HF_ARGS(HF_INT(0x1c << 16)), 0, TABLE_WIDE, NULL },
    { "GetEnvironmentVariableW", HF_ARGS(HF_CSTR("HOLDFAST_TABLE")), 0, TABLE_WIDE, NULL },
    { "ExpandEnvironmentStringsW", HF_ARGS(HF_CSTR("<%HOLDFAST_TABLE%>")), 0, TABLE_WIDE, NULL },
    { NULL, NULL, 0, TABLE_TEXT, NULL },
};

static const table_line languages[] = {
    { "GetLocaleInfoW", HF_ARGS(HF_UINT(ENGLISH), HF_UINT(0x1001)), 0, TABLE_WIDE, NULL },
    { "GetLocaleInfoEx", HF_ARGS(HF_CSTR("de-DE"), HF_UINT(0x1002)), 0, TABLE_WIDE, NULL },
    { "GetCalendarInfoW",
      HF_ARGS(HF_UINT(ENGLISH), HF_UINT(CAL_GREGORIAN), HF_UINT(CAL_SMONTHNAME2), HF_NULL), 0,
      TABLE_WIDE, NULL },
    { "GetNumberFormatW",
      HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LOCALE_NOUSEROVERRIDE), HF_CSTR("1234567.891"), HF_NULL), 0,
      TABLE_WIDE, NULL },
    { "GetCurrencyFormatW",
      HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LOCALE_NOUSEROVERRIDE), HF_CSTR("1234567.891"), HF_NULL), 0,
      TABLE_WIDE, NULL },
    { "GetUserDefaultLocaleName", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "GetSystemDefaultLocaleName", HF_NO_ARGS, 0, TABLE_WIDE, NULL },
    { "LCIDToLocaleName", HF_ARGS(HF_UINT(ENGLISH), HF_UINT(0)), 0, TABLE_WIDE, NULL },
    { "ResolveLocaleName", HF_ARGS(HF_CSTR("de")), 0, TABLE_WIDE, NULL },
    { NULL, NULL, 0, TABLE_TEXT, NULL },
};

/* Lists that hold addresses, or change by themselves, are only counted. */
static const table_line of_the_machine[] = {
    { "GetAdaptersAddresses", HF_ARGS(HF_UINT(0), HF_UINT(0), HF_NULL), 0, TABLE_CHANGES, NULL },
    { "GetNetworkParams", HF_NO_ARGS, 0, TABLE_CHANGES, NULL },
    { "GetIpAddrTable", HF_ARGS(HF_INT(1)), 0, TABLE_BYTES, NULL },
    { "GetIfTable", HF_ARGS(HF_INT(1)), 0, TABLE_CHANGES, NULL },
    { "GetTcpTable", HF_ARGS(HF_INT(1)), 0, TABLE_CHANGES, NULL },
    { "GetUdpTable", HF_ARGS(HF_INT(1)), 0, TABLE_CHANGES, NULL },
    { "DnsQueryConfig:text", HF_ARGS(HF_INT(12), HF_UINT(0), HF_NULL, HF_NULL), 0, TABLE_WIDE,
      NULL },
    { "WSAEnumProtocolsW", HF_ARGS(HF_NULL), 0, TABLE_BYTES, NULL },
    { "GetLogicalProcessorInformation", HF_NO_ARGS, 0, TABLE_BYTES, NULL },
    { "GetSystemFirmwareTable", HF_ARGS(HF_UINT(0x52534d42), HF_UINT(0)), 0, TABLE_BYTES, NULL },
    { "NtQuerySystemInformation", HF_ARGS(HF_INT(5)), 0, TABLE_CHANGES, NULL },
    { "NtQueryInformationProcess", HF_ARGS(HF_POINTER(THIS_PROCESS), HF_INT(27)), 0, TABLE_CHANGES,
      NULL },
    { "CM_Get_Device_ID_ListW", HF_ARGS(HF_NULL, HF_UINT(0)), 0, TABLE_WIDE, NULL },
    { NULL, NULL, 0, TABLE_TEXT, NULL },
};

/* ---- texts that are lent ---- */

static void show_conversions(table *t)
{
    static const char narrow[] = "gr\xc3\xbc\xc3\x9f Gott";
    static const WCHAR wide[] = L"b\x00fc"
                                L"cher.example";
    HF_FRAME(t->thread);
    hf_ref from_narrow = table_bytes(t, narrow, sizeof narrow - 1);
    hf_ref from_wide = table_bytes(t, wide, sizeof wide - sizeof wide[0]);
    const table_line lines[] = {
        { "MultiByteToWideChar",
          HF_ARGS(HF_UINT(CP_UTF8), HF_UINT(0), HF_BUFFER(from_narrow, 0, HF_WHOLE)), 0, TABLE_WIDE,
          NULL },
        { "WideCharToMultiByte",
          HF_ARGS(HF_UINT(CP_UTF8), HF_UINT(0), HF_BUFFER(from_wide, 0, HF_WHOLE), HF_NULL,
                  HF_NULL),
          0, TABLE_TEXT, NULL },
        { "LCMapStringW",
          HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LCMAP_UPPERCASE), HF_BUFFER(from_wide, 0, HF_WHOLE)), 0,
          TABLE_WIDE, NULL },
        { "NormalizeString", HF_ARGS(HF_INT(2), HF_BUFFER(from_wide, 0, HF_WHOLE)), 0, TABLE_WIDE,
          NULL },
        { "IdnToAscii", HF_ARGS(HF_UINT(0), HF_BUFFER(from_wide, 0, HF_WHOLE)), 0, TABLE_WIDE,
          NULL },
        { NULL, NULL, 0, TABLE_TEXT, NULL },
    };
    table_show_all(t, lines);
}

/* ---- services and the registry ---- */

static void show_services(table *t)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
    if (!manager) {
        return;
    }
    const table_line lines[] = {
        { "GetServiceDisplayNameW", HF_ARGS(HF_POINTER(manager), HF_CSTR("EventLog")), 0,
          TABLE_WIDE, NULL },
        { NULL, NULL, 0, TABLE_TEXT, NULL },
    };
    table_show_all(t, lines);
    CloseServiceHandle(manager);
}

static void show_registry(table *t)
{
    static BYTE value[4000];
    HKEY key;
    for (size_t i = 0; i < sizeof value; i++) {
        value[i] = (BYTE)i;
    }
    if (RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\Holdfast-table", 0, NULL,
                        REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL, &key, NULL) != ERROR_SUCCESS) {
        return;
    }
    if (RegSetValueExW(key, L"value", 0, REG_BINARY, value, sizeof value) == ERROR_SUCCESS) {
        const table_line line = { "RegQueryValueExW",
                                  HF_ARGS(HF_POINTER(key), HF_CSTR("value"), HF_NULL), 0,
                                  TABLE_BYTES, NULL };
        table_show(t, &line);
    }
    RegCloseKey(key);
    RegDeleteKeyW(HKEY_CURRENT_USER, L"Software\\Holdfast-table");
}

int main(void)
{
    static table t;
    static WCHAR variable[300];
    WSADATA sockets;
    for (size_t i = 0; i + 1 < sizeof variable / sizeof variable[0]; i++) {
        variable[i] = (WCHAR)(0x3b1 + i % 25);
    }
    SetEnvironmentVariableW(L"HOLDFAST_TABLE", variable);
    SetConsoleOutputCP(CP_UTF8);
    if (WSAStartup(MAKEWORD(2, 2), &sockets) != 0 || !table_begin(&t, "Windows, by name")) {
        return 1;
    }
    table_show_all(&t, paths);
    table_show_all(&t, names);
    table_show_all(&t, languages);
    show_conversions(&t);
    show_registry(&t);
    show_services(&t);
    table_show_all(&t, of_the_machine);
    properties_show(&t);
    WSACleanup();
    return table_end(&t, LEAST);
}
