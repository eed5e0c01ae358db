/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: devices, their classes, and the files that install them.
 *
 * SetupAPI says the need beside the code, and counts the NUL both times.  Structures that
 * begin with cbSize say their own size there, never the buffer's.
 */

#include "natives.h"

const hfp_native hfp_natives_devices[] = {
    /* ---- devices ---- */
    { "SetupDiGetDevicePropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDevicePropertyW(HDEVINFO set, SP_DEVINFO_DATA *info {in, size(24 + "
      "sizeof(void *))},"
      " const DEVPROPKEY *key, DEVPROPTYPE *type {out}, BYTE *value {out},"
      " DWORD size {capacity(value)}, DWORD *needed {out, needed(value), length(value)},"
      " DWORD flags)"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetDevicePropertyW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "SetupDiGetDeviceInterfacePropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceInterfacePropertyW(HDEVINFO set,"
      " SP_DEVICE_INTERFACE_DATA *interface {in, size(24 + sizeof(void *))}, const DEVPROPKEY *key,"
      " DEVPROPTYPE *type {out}, BYTE *value {out}, DWORD size {capacity(value)},"
      " DWORD *needed {out, needed(value), length(value)}, DWORD flags)"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetDeviceInterfacePropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetClassPropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassPropertyW(const GUID *class_guid, const DEVPROPKEY *key,"
      " DEVPROPTYPE *type {out}, BYTE *value {out}, DWORD size {capacity(value)},"
      " DWORD *needed {out, needed(value), length(value)}, DWORD flags)"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetClassPropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetDevicePropertyKeys", "setupapi.dll",
      "typedef struct { GUID fmtid; ULONG pid; } DEVPROPKEY;"
      " BOOL WINAPI SetupDiGetDevicePropertyKeys(HDEVINFO set, SP_DEVINFO_DATA *info {in, size(24 "
      "+ sizeof(void *))},"
      " DEVPROPKEY *keys {out}, DWORD count {capacity(keys)},"
      " DWORD *needed {out, needed(keys), length(keys)}, DWORD flags)"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetDevicePropertyKeys, learn.microsoft.com", HFP_TESTED },
    { "SetupDiGetDeviceRegistryPropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceRegistryPropertyW(HDEVINFO set, SP_DEVINFO_DATA *info {in, "
      "size(24 + sizeof(void *))},"
      " DWORD property, DWORD *type {out}, BYTE *value {out}, DWORD size {capacity(value)},"
      " DWORD *needed {out, needed(value), length(value)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetDeviceRegistryPropertyW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiGetCustomDevicePropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetCustomDevicePropertyW(HDEVINFO set, SP_DEVINFO_DATA *info {in, "
      "size(24 + sizeof(void *))},"
      " LPCWSTR name, DWORD flags, DWORD *type {out}, BYTE *value {out},"
      " DWORD size {capacity(value)}, DWORD *needed {out, needed(value), length(value)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetCustomDevicePropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetClassRegistryPropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassRegistryPropertyW(const GUID *class_guid, DWORD property,"
      " DWORD *type {out}, BYTE *value {out}, DWORD size {capacity(value)},"
      " DWORD *needed {out, needed(value), length(value)}, LPCWSTR machine,"
      " PVOID reserved {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetClassRegistryPropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetClassInstallParamsW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassInstallParamsW(HDEVINFO set, SP_DEVINFO_DATA *info {in, size(24 "
      "+ sizeof(void *))},"
      " void *parameters {out, set(u32, 0, 8), room(least 8)},"
      " DWORD size {capacity(parameters)},"
      " DWORD *needed {out, needed(parameters), length(parameters)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetClassInstallParamsW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetDeviceInstanceIdW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceInstanceIdW(HDEVINFO set, SP_DEVINFO_DATA *info {in, size(24 + "
      "sizeof(void *))},"
      " PWSTR id {out, text}, DWORD size {capacity(id)},"
      " DWORD *needed {out, needed(id), length(id)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetDeviceInstanceIdW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_TESTED },
    /* Below the header the need is not said. */
    { "SetupDiGetDeviceInterfaceDetailW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceInterfaceDetailW(HDEVINFO set,"
      " SP_DEVICE_INTERFACE_DATA *interface {in, size(24 + sizeof(void *))},"
      " void *detail {out, set(u32, 0, 6 + 2 * (sizeof(void *) == 8)), room(least 8)},"
      " DWORD size {capacity(detail)}, DWORD *needed {out, needed(detail), length(detail)},"
      " SP_DEVINFO_DATA *info {inout, size(24 + sizeof(void *))})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetDeviceInterfaceDetailW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiGetDriverInfoDetailW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDriverInfoDetailW(HDEVINFO set, SP_DEVINFO_DATA *info {in, size(24 + "
      "sizeof(void *))},"
      " SP_DRVINFO_DATA_W *driver {in, size(1560 + sizeof(void *))},"
      " void *detail {out, set(u32, 0, 1570 + 14 * (sizeof(void *) == 8)), room(first 2048,"
      " least 1584)}, DWORD size {capacity(detail)},"
      " DWORD *needed {out, needed(detail), length(detail)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetDriverInfoDetailW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },

    /* ---- classes: some systems leave the code of an earlier call, so the sizes decide ---- */
    { "SetupDiGetClassDescriptionW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassDescriptionW(const GUID *class_guid,"
      " PWSTR description {out, text}, DWORD size {capacity(description)},"
      " DWORD *needed {out, needed(description), length(description)})"
      " {fail(result == 0), error(last_error), grow(needed > size)}",
      "SetupDiGetClassDescriptionW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiGetClassDescriptionExW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassDescriptionExW(const GUID *class_guid,"
      " PWSTR description {out, text}, DWORD size {capacity(description)},"
      " DWORD *needed {out, needed(description), length(description)}, LPCWSTR machine,"
      " PVOID reserved {raw})"
      " {fail(result == 0), error(last_error), grow(needed > size)}",
      "SetupDiGetClassDescriptionExW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiClassNameFromGuidW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassNameFromGuidW(const GUID *class_guid, PWSTR name {out, text},"
      " DWORD size {capacity(name)}, DWORD *needed {out, needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(needed > size)}",
      "SetupDiClassNameFromGuidW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiClassNameFromGuidExW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassNameFromGuidExW(const GUID *class_guid, PWSTR name {out, text},"
      " DWORD size {capacity(name)}, DWORD *needed {out, needed(name), length(name)},"
      " LPCWSTR machine, PVOID reserved {raw})"
      " {fail(result == 0), error(last_error), grow(needed > size)}",
      "SetupDiClassNameFromGuidExW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiClassGuidsFromNameW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassGuidsFromNameW(LPCWSTR name, GUID *guids {out},"
      " DWORD size {capacity(guids)}, DWORD *needed {out, needed(guids), length(guids)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiClassGuidsFromNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiClassGuidsFromNameExW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassGuidsFromNameExW(LPCWSTR name, GUID *guids {out},"
      " DWORD size {capacity(guids)}, DWORD *needed {out, needed(guids), length(guids)},"
      " LPCWSTR machine, PVOID reserved {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiClassGuidsFromNameExW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiBuildClassInfoList", "setupapi.dll",
      "BOOL WINAPI SetupDiBuildClassInfoList(DWORD flags, GUID *guids {out},"
      " DWORD size {capacity(guids)}, DWORD *needed {out, needed(guids), length(guids)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiBuildClassInfoList, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },

    { "SetupDiGetINFClassW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetINFClassW(LPCWSTR inf, GUID *class_guid {out},"
      " PWSTR name {out, text}, DWORD size {capacity(name)},"
      " DWORD *needed {out, needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(needed > size)}",
      "SetupDiGetINFClassW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },

    /* ---- what an INF file says ---- */
    { "SetupGetStringFieldW", "setupapi.dll",
      "BOOL WINAPI SetupGetStringFieldW(INFCONTEXT *line {in}, DWORD field,"
      " PWSTR text {out, text}, DWORD size {capacity(text)},"
      " DWORD *needed {out, needed(text), length(text)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupGetStringFieldW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetLineTextW", "setupapi.dll",
      "BOOL WINAPI SetupGetLineTextW(INFCONTEXT *line {in}, HANDLE inf, LPCWSTR section,"
      " LPCWSTR key, PWSTR text {out, text}, DWORD size {capacity(text)},"
      " DWORD *needed {out, needed(text), length(text)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupGetLineTextW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetMultiSzFieldW", "setupapi.dll",
      "BOOL WINAPI SetupGetMultiSzFieldW(INFCONTEXT *line {in}, DWORD field,"
      " PWSTR texts {out, text(multi)}, DWORD size {capacity(texts)},"
      " DWORD *needed {out, needed(texts), length(texts)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupGetMultiSzFieldW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetBinaryField", "setupapi.dll",
      "BOOL WINAPI SetupGetBinaryField(INFCONTEXT *line {in}, DWORD field, BYTE *bytes {out},"
      " DWORD size {capacity(bytes)}, DWORD *needed {out, needed(bytes), length(bytes)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupGetBinaryField, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupEnumInfSectionsW", "setupapi.dll",
      "BOOL WINAPI SetupEnumInfSectionsW(HANDLE inf, UINT index, PWSTR name {out, text},"
      " UINT size {capacity(name)}, UINT *needed {out, needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "setupapi.h of mingw-w64", HFP_MEASURED },
    { "SetupGetInfInformationW", "setupapi.dll",
      "BOOL WINAPI SetupGetInfInformationW(const void *inf {raw}, DWORD how, void *info {out},"
      " DWORD size {capacity(info)}, DWORD *needed {out, needed(info), length(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupGetInfInformationW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupQueryInfFileInformationW", "setupapi.dll",
      "BOOL WINAPI SetupQueryInfFileInformationW(SP_INF_INFORMATION *info {in}, UINT index,"
      " PWSTR path {out, text, room(reserve 1)}, DWORD size {capacity(path)},"
      " DWORD *needed {out, needed(path), length(path)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(needed > size)}",
      "SetupQueryInfFileInformationW, learn.microsoft.com; wine 8 writes a NUL behind the room",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupQueryInfVersionInformationW", "setupapi.dll",
      "BOOL WINAPI SetupQueryInfVersionInformationW(SP_INF_INFORMATION *info {in}, UINT index,"
      " LPCWSTR key, PWSTR value {out, text}, DWORD size {capacity(value)},"
      " DWORD *needed {out, needed(value), length(value)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupQueryInfVersionInformationW, learn.microsoft.com", HFP_DOCUMENTED },
    /* Some systems cut the list, and succeed. */
    { "SetupGetInfFileListW", "setupapi.dll",
      "BOOL WINAPI SetupGetInfFileListW(LPCWSTR directory, DWORD style,"
      " PWSTR names {out, text(multi)}, DWORD size {capacity(names)},"
      " DWORD *needed {out, needed(names), length(names)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(needed > size)}",
      "SetupGetInfFileListW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* Some systems give an empty text for one that does not fit, succeed, and leave the code. */
    { "SetupGetSourceFileLocationW", "setupapi.dll",
      "BOOL WINAPI SetupGetSourceFileLocationW(HANDLE inf, INFCONTEXT *line {in}, LPCWSTR name,"
      " UINT *source {out}, PWSTR path {out, text}, DWORD size {capacity(path)},"
      " DWORD *needed {out, needed(path), length(path)})"
      " {fail(result == 0), error(last_error, clear, when result != 0), grow(error == 122),"
      " grow_ok(error == 122 && needed <= 1)}",
      "SetupGetSourceFileLocationW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetSourceInfoW", "setupapi.dll",
      "BOOL WINAPI SetupGetSourceInfoW(HANDLE inf, UINT source, UINT what,"
      " PWSTR text {out, text}, DWORD size {capacity(text)},"
      " DWORD *needed {out, needed(text), length(text)})"
      " {fail(result == 0), error(last_error, clear, when result != 0), grow(error == 122),"
      " grow_ok(error == 122 && needed <= 1)}",
      "SetupGetSourceInfoW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetTargetPathW", "setupapi.dll",
      "BOOL WINAPI SetupGetTargetPathW(HANDLE inf, INFCONTEXT *line {in}, LPCWSTR section,"
      " PWSTR path {out, text}, DWORD size {capacity(path)},"
      " DWORD *needed {out, needed(path), length(path)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupGetTargetPathW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiGetActualSectionToInstallW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetActualSectionToInstallW(HANDLE inf, LPCWSTR section,"
      " PWSTR name {out, text}, DWORD size {capacity(name)},"
      " DWORD *needed {out, needed(name), length(name)},"
      " PWSTR *extension {out, points_into(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "SetupDiGetActualSectionToInstallW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
