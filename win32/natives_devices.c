/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: devices, their classes, and the files that install them.
 *
 * SetupAPI says the need beside the code, and counts the NUL both times.  Structures that
 * begin with cbSize say their own size there, never the buffer's.
 */

#include "natives.h"

#define BY_122       " {fail(result == 0), error(last_error), grow(error == 122)}"
#define NEED(buffer) "DWORD *needed {out, needed(" buffer "), length(" buffer ")}"

/* What the caller has from another function of this part. */
#define DEVICE    "SP_DEVINFO_DATA *info {in, size(24 + sizeof(void *))}"
#define INTERFACE "SP_DEVICE_INTERFACE_DATA *interface {in, size(24 + sizeof(void *))}"
#define DRIVER    "SP_DRVINFO_DATA_W *driver {in, size(1560 + sizeof(void *))}"

const hfp_native hfp_natives_devices[] = {
    /* ---- devices ---- */
    { "SetupDiGetDevicePropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDevicePropertyW(HDEVINFO set, " DEVICE ","
      " const DEVPROPKEY *key, DEVPROPTYPE *type {out}, BYTE *value {out},"
      " DWORD size {capacity(value)}, " NEED("value") ", DWORD flags)" BY_122,
      "SetupDiGetDevicePropertyW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "SetupDiGetDeviceInterfacePropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceInterfacePropertyW(HDEVINFO set,"
      " " INTERFACE ", const DEVPROPKEY *key, DEVPROPTYPE *type {out},"
      " BYTE *value {out}, DWORD size {capacity(value)}, " NEED("value") ", DWORD flags)" BY_122,
      "SetupDiGetDeviceInterfacePropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetClassPropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassPropertyW(const GUID *class_guid, const DEVPROPKEY *key,"
      " DEVPROPTYPE *type {out}, BYTE *value {out}, DWORD size {capacity(value)}, " NEED(
          "value") ", DWORD flags)" BY_122,
      "SetupDiGetClassPropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetDevicePropertyKeys", "setupapi.dll",
      "typedef struct { GUID fmtid; ULONG pid; } DEVPROPKEY;"
      " BOOL WINAPI SetupDiGetDevicePropertyKeys(HDEVINFO set, " DEVICE ","
      " DEVPROPKEY *keys {out}, DWORD count {capacity(keys)}, " NEED(
          "keys") ", DWORD flags)" BY_122,
      "SetupDiGetDevicePropertyKeys, learn.microsoft.com", HFP_TESTED },
    { "SetupDiGetDeviceRegistryPropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceRegistryPropertyW(HDEVINFO set, " DEVICE ","
      " DWORD property, DWORD *type {out}, BYTE *value {out}, DWORD size {capacity(value)}, " NEED(
          "value") ")" BY_122,
      "SetupDiGetDeviceRegistryPropertyW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiGetCustomDevicePropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetCustomDevicePropertyW(HDEVINFO set, " DEVICE ","
      " LPCWSTR name, DWORD flags, DWORD *type {out}, BYTE *value {out},"
      " DWORD size {capacity(value)}, " NEED("value") ")" BY_122,
      "SetupDiGetCustomDevicePropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetClassRegistryPropertyW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassRegistryPropertyW(const GUID *class_guid, DWORD property,"
      " DWORD *type {out}, BYTE *value {out}, DWORD size {capacity(value)}, " NEED(
          "value") ", LPCWSTR machine, PVOID reserved {raw})" BY_122,
      "SetupDiGetClassRegistryPropertyW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SetupDiGetDeviceInstanceIdW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceInstanceIdW(HDEVINFO set, " DEVICE ","
      " PWSTR id {out, text}, DWORD size {capacity(id)}, " NEED("id") ")" BY_122,
      "SetupDiGetDeviceInstanceIdW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_TESTED },
    /* Below the header the need is not said. */
    { "SetupDiGetDeviceInterfaceDetailW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDeviceInterfaceDetailW(HDEVINFO set,"
      " " INTERFACE ","
      " void *detail {out, set(u32, 0, 6 + 2 * (sizeof(void *) == 8)), room(least 8)},"
      " DWORD size {capacity(detail)}, " NEED(
          "detail") ", SP_DEVINFO_DATA *info {inout, size(24 + sizeof(void *))})" BY_122,
      "SetupDiGetDeviceInterfaceDetailW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiGetDriverInfoDetailW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetDriverInfoDetailW(HDEVINFO set, " DEVICE ","
      " " DRIVER ","
      " void *detail {out, set(u32, 0, 1570 + 14 * (sizeof(void *) == 8)), room(first 2048,"
      " least 1584)}, DWORD size {capacity(detail)}, " NEED("detail") ")" BY_122,
      "SetupDiGetDriverInfoDetailW, learn.microsoft.com; golang.org/x/sys/windows", HFP_PUBLISHED },

/* ---- classes: some systems leave the code of an earlier call, so the sizes decide ---- */
#define BY_NEED " {fail(result == 0), error(last_error), grow(needed > size)}"
    { "SetupDiGetClassDescriptionW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassDescriptionW(const GUID *class_guid,"
      " PWSTR description {out, text}, DWORD size {capacity(description)}, " NEED(
          "description") ")" BY_NEED,
      "SetupDiGetClassDescriptionW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiGetClassDescriptionExW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetClassDescriptionExW(const GUID *class_guid,"
      " PWSTR description {out, text}, DWORD size {capacity(description)}, " NEED(
          "description") ", LPCWSTR machine, PVOID reserved {raw})" BY_NEED,
      "SetupDiGetClassDescriptionExW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiClassNameFromGuidW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassNameFromGuidW(const GUID *class_guid, PWSTR name {out, text},"
      " DWORD size {capacity(name)}, " NEED("name") ")" BY_NEED,
      "SetupDiClassNameFromGuidW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiClassNameFromGuidExW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassNameFromGuidExW(const GUID *class_guid, PWSTR name {out, text},"
      " DWORD size {capacity(name)}, " NEED(
          "name") ", LPCWSTR machine, PVOID reserved {raw})" BY_NEED,
      "SetupDiClassNameFromGuidExW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiClassGuidsFromNameW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassGuidsFromNameW(LPCWSTR name, GUID *guids {out},"
      " DWORD size {capacity(guids)}, " NEED("guids") ")" BY_122,
      "SetupDiClassGuidsFromNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiClassGuidsFromNameExW", "setupapi.dll",
      "BOOL WINAPI SetupDiClassGuidsFromNameExW(LPCWSTR name, GUID *guids {out},"
      " DWORD size {capacity(guids)}, " NEED(
          "guids") ", LPCWSTR machine, PVOID reserved {raw})" BY_122,
      "SetupDiClassGuidsFromNameExW, learn.microsoft.com; golang.org/x/sys/windows",
      HFP_MEASURED | HFP_PUBLISHED },
    { "SetupDiBuildClassInfoList", "setupapi.dll",
      "BOOL WINAPI SetupDiBuildClassInfoList(DWORD flags, GUID *guids {out},"
      " DWORD size {capacity(guids)}, " NEED("guids") ")" BY_122,
      "SetupDiBuildClassInfoList, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },

    /* ---- what an INF file says ---- */
    { "SetupGetStringFieldW", "setupapi.dll",
      "BOOL WINAPI SetupGetStringFieldW(INFCONTEXT *line {in}, DWORD field,"
      " PWSTR text {out, text}, DWORD size {capacity(text)}, " NEED("text") ")" BY_122,
      "SetupGetStringFieldW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetLineTextW", "setupapi.dll",
      "BOOL WINAPI SetupGetLineTextW(INFCONTEXT *line {in}, HANDLE inf, LPCWSTR section,"
      " LPCWSTR key, PWSTR text {out, text}, DWORD size {capacity(text)}, " NEED("text") ")" BY_122,
      "SetupGetLineTextW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetMultiSzFieldW", "setupapi.dll",
      "BOOL WINAPI SetupGetMultiSzFieldW(INFCONTEXT *line {in}, DWORD field,"
      " PWSTR texts {out, text(multi)}, DWORD size {capacity(texts)}, " NEED("texts") ")" BY_122,
      "SetupGetMultiSzFieldW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetBinaryField", "setupapi.dll",
      "BOOL WINAPI SetupGetBinaryField(INFCONTEXT *line {in}, DWORD field, BYTE *bytes {out},"
      " DWORD size {capacity(bytes)}, " NEED("bytes") ")" BY_122,
      "SetupGetBinaryField, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupEnumInfSectionsW", "setupapi.dll",
      "BOOL WINAPI SetupEnumInfSectionsW(HANDLE inf, UINT index, PWSTR name {out, text},"
      " UINT size {capacity(name)}, UINT *needed {out, needed(name), length(name)})" BY_122,
      "setupapi.h of mingw-w64", HFP_MEASURED },
    { "SetupGetInfInformationW", "setupapi.dll",
      "BOOL WINAPI SetupGetInfInformationW(const void *inf {raw}, DWORD how,"
      " void *info {out}, DWORD size {capacity(info)}, " NEED("info") ")" BY_122,
      "SetupGetInfInformationW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupQueryInfFileInformationW", "setupapi.dll",
      "BOOL WINAPI SetupQueryInfFileInformationW(SP_INF_INFORMATION *info {in}, UINT index,"
      " PWSTR path {out, text}, DWORD size {capacity(path)}, " NEED("path") ")" BY_122,
      "SetupQueryInfFileInformationW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupQueryInfVersionInformationW", "setupapi.dll",
      "BOOL WINAPI SetupQueryInfVersionInformationW(SP_INF_INFORMATION *info {in}, UINT index,"
      " LPCWSTR key, PWSTR value {out, text}, DWORD size {capacity(value)}, " NEED(
          "value") ")" BY_122,
      "SetupQueryInfVersionInformationW, learn.microsoft.com", HFP_DOCUMENTED },
    /* Some systems cut the list, and succeed. */
    { "SetupGetInfFileListW", "setupapi.dll",
      "BOOL WINAPI SetupGetInfFileListW(LPCWSTR directory, DWORD style,"
      " PWSTR names {out, text(multi)}, DWORD size {capacity(names)}, " NEED(
          "names") ") {fail(result == 0), error(last_error), grow(error == 122),"
                   " grow_ok(needed > size)}",
      "SetupGetInfFileListW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
/* Some systems give an empty text for one that does not fit, succeed, and leave the code. */
#define BY_122_OR_EMPTY                                                                            \
    ") {fail(result == 0), error(last_error, clear, when result != 0), grow(error == 122),"        \
    " grow_ok(error == 122 && needed <= 1)}"
    { "SetupGetSourceFileLocationW", "setupapi.dll",
      "BOOL WINAPI SetupGetSourceFileLocationW(HANDLE inf, INFCONTEXT *line {in}, LPCWSTR name,"
      " UINT *source {out}, PWSTR path {out, text}, DWORD size {capacity(path)}, " NEED("path")
          BY_122_OR_EMPTY,
      "SetupGetSourceFileLocationW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetSourceInfoW", "setupapi.dll",
      "BOOL WINAPI SetupGetSourceInfoW(HANDLE inf, UINT source, UINT what, PWSTR text {out, text},"
      " DWORD size {capacity(text)}, " NEED("text") BY_122_OR_EMPTY,
      "SetupGetSourceInfoW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupGetTargetPathW", "setupapi.dll",
      "BOOL WINAPI SetupGetTargetPathW(HANDLE inf, INFCONTEXT *line {in}, LPCWSTR section,"
      " PWSTR path {out, text}, DWORD size {capacity(path)}, " NEED("path") ")" BY_122,
      "SetupGetTargetPathW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "SetupDiGetActualSectionToInstallW", "setupapi.dll",
      "BOOL WINAPI SetupDiGetActualSectionToInstallW(HANDLE inf, LPCWSTR section,"
      " PWSTR name {out, text}, DWORD size {capacity(name)}, " NEED(
          "name") ", PWSTR *extension {out, points_into(name)})" BY_122,
      "SetupDiGetActualSectionToInstallW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
