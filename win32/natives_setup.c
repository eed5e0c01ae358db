/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: functions of SetupAPI in which nothing grows, and which those in which something
 * does need around them: sets of devices, members of them, what is to be done with them.
 *
 * Each structure begins with its own size, which is not the same everywhere: with addresses of
 * 32 bits it is packed.
 */

#include "natives.h"

#include <windows.h>

#include <setupapi.h>

#define BY_CODE " {fail(result == 0), error(last_error)}"
#define A_SET   " {fail(result == -1), error(last_error)}"

/* What the function fills, with its size in it. */
#define FILLED(type, name, size) type " *" name " {out, size(" size "), set(u32, 0, " size ")}"

#define DEVICE_SIZE    "24 + sizeof(void *)"
#define INTERFACE_SIZE "24 + sizeof(void *)"
#define DRIVER_SIZE    "1560 + sizeof(void *)"
#define PARAMETER_SIZE "556 + 28 * (sizeof(void *) == 8)"
#define DETAIL_SIZE    "550 + 10 * (sizeof(void *) == 8)"

#define DEVICE       "SP_DEVINFO_DATA *info {in, size(" DEVICE_SIZE ")}"
#define INTERFACE_IN "SP_DEVICE_INTERFACE_DATA *interface {in, size(" INTERFACE_SIZE ")}"
#define DRIVER       "SP_DRVINFO_DATA_V2_W *driver {in, size(" DRIVER_SIZE ")}"
#define PARAMETERS   "SP_DEVINSTALL_PARAMS_W *parameters {in, size(" PARAMETER_SIZE ")}"
#define DEVICE_OUT   FILLED("SP_DEVINFO_DATA", "info", DEVICE_SIZE)

/* The rows say the sizes as numbers; here the headers have their say. */
_Static_assert(sizeof(SP_DEVINFO_DATA) == 24 + sizeof(void *), "DEVICE_SIZE");
_Static_assert(sizeof(SP_DEVICE_INTERFACE_DATA) == 24 + sizeof(void *), "INTERFACE_SIZE");
_Static_assert(sizeof(SP_DRVINFO_DATA_V2_W) == 1560 + sizeof(void *), "DRIVER_SIZE");
_Static_assert(sizeof(SP_DEVINSTALL_PARAMS_W) == 556 + 28 * (sizeof(void *) == 8),
               "PARAMETER_SIZE");
_Static_assert(sizeof(SP_DEVINFO_LIST_DETAIL_DATA_W) == 550 + 10 * (sizeof(void *) == 8),
               "DETAIL_SIZE");

#define SETUP(name, declaration, evidence)                                                         \
    {                                                                                              \
#name, "setupapi.dll", declaration, #name ", learn.microsoft.com", evidence                \
    }

const hfp_native hfp_natives_setup[] = {
    /* ---- sets ---- */
    SETUP(SetupDiGetClassDevsExW,
          "HDEVINFO WINAPI SetupDiGetClassDevsExW(const GUID *class_guid, LPCWSTR enumerator,"
          " HWND parent, DWORD flags, HDEVINFO into, LPCWSTR machine, PVOID reserved {raw})" A_SET,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiCreateDeviceInfoListExW,
          "HDEVINFO WINAPI SetupDiCreateDeviceInfoListExW(const GUID *class_guid, HWND parent,"
          " LPCWSTR machine, PVOID reserved {raw})" A_SET,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiGetDeviceInfoListDetailW,
          "BOOL WINAPI SetupDiGetDeviceInfoListDetailW(HDEVINFO set, " FILLED(
              "SP_DEVINFO_LIST_DETAIL_DATA_W", "detail", DETAIL_SIZE) ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),

    /* ---- devices ---- */
    SETUP(SetupDiCreateDeviceInfoW,
          "BOOL WINAPI SetupDiCreateDeviceInfoW(HDEVINFO set, LPCWSTR name,"
          " const GUID *class_guid, LPCWSTR description, HWND parent, DWORD flags, " DEVICE_OUT
          ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiEnumDeviceInfo,
          "BOOL WINAPI SetupDiEnumDeviceInfo(HDEVINFO set, DWORD index, " DEVICE_OUT ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiOpenDeviceInfoW,
          "BOOL WINAPI SetupDiOpenDeviceInfoW(HDEVINFO set, LPCWSTR id, HWND parent, DWORD flags,"
          " " DEVICE_OUT ")" BY_CODE,
          HFP_DOCUMENTED),
    SETUP(SetupDiGetSelectedDevice,
          "BOOL WINAPI SetupDiGetSelectedDevice(HDEVINFO set, " DEVICE_OUT ")" BY_CODE,
          HFP_PUBLISHED),
    SETUP(SetupDiSetSelectedDevice,
          "BOOL WINAPI SetupDiSetSelectedDevice(HDEVINFO set, " DEVICE ")" BY_CODE, HFP_PUBLISHED),
    SETUP(SetupDiDeleteDeviceInfo,
          "BOOL WINAPI SetupDiDeleteDeviceInfo(HDEVINFO set, " DEVICE ")" BY_CODE,
          HFP_MEASURED | HFP_DOCUMENTED),
    SETUP(SetupDiRemoveDevice, "BOOL WINAPI SetupDiRemoveDevice(HDEVINFO set, " DEVICE ")" BY_CODE,
          HFP_DOCUMENTED),
    SETUP(SetupDiSetDevicePropertyW,
          "BOOL WINAPI SetupDiSetDevicePropertyW(HDEVINFO set, " DEVICE ","
          " const DEVPROPKEY *key, DEVPROPTYPE type, const BYTE *value {size(size)}, DWORD size,"
          " DWORD flags)" BY_CODE,
          HFP_MEASURED | HFP_TESTED),
    SETUP(SetupDiSetDeviceRegistryPropertyW,
          "BOOL WINAPI SetupDiSetDeviceRegistryPropertyW(HDEVINFO set, " DEVICE ","
          " DWORD property, const BYTE *value {size(size)}, DWORD size)" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),

    /* ---- interfaces ---- */
    SETUP(SetupDiEnumDeviceInterfaces,
          "BOOL WINAPI SetupDiEnumDeviceInterfaces(HDEVINFO set, " DEVICE ","
          " const GUID *class_guid, DWORD index, " FILLED("SP_DEVICE_INTERFACE_DATA", "interface",
                                                          INTERFACE_SIZE) ")" BY_CODE,
          HFP_MEASURED | HFP_TESTED),
    SETUP(SetupDiCreateDeviceInterfaceW,
          "BOOL WINAPI SetupDiCreateDeviceInterfaceW(HDEVINFO set, " DEVICE ","
          " const GUID *class_guid, LPCWSTR reference, DWORD flags, " FILLED(
              "SP_DEVICE_INTERFACE_DATA", "interface", INTERFACE_SIZE) ")" BY_CODE,
          HFP_MEASURED | HFP_TESTED),
    SETUP(SetupDiRemoveDeviceInterface,
          "BOOL WINAPI SetupDiRemoveDeviceInterface(HDEVINFO set,"
          " " INTERFACE_IN ")" BY_CODE,
          HFP_MEASURED | HFP_DOCUMENTED),

    /* ---- drivers ---- */
    SETUP(SetupDiBuildDriverInfoList,
          "BOOL WINAPI SetupDiBuildDriverInfoList(HDEVINFO set, " DEVICE ","
          " DWORD type)" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiDestroyDriverInfoList,
          "BOOL WINAPI SetupDiDestroyDriverInfoList(HDEVINFO set, " DEVICE ","
          " DWORD type)" BY_CODE,
          HFP_PUBLISHED),
    SETUP(SetupDiCancelDriverInfoSearch,
          "BOOL WINAPI SetupDiCancelDriverInfoSearch(HDEVINFO set)" BY_CODE, HFP_PUBLISHED),
    SETUP(SetupDiEnumDriverInfoW,
          "BOOL WINAPI SetupDiEnumDriverInfoW(HDEVINFO set, " DEVICE ","
          " DWORD type, DWORD index, " FILLED("SP_DRVINFO_DATA_V2_W", "driver",
                                              DRIVER_SIZE) ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiGetSelectedDriverW,
          "BOOL WINAPI SetupDiGetSelectedDriverW(HDEVINFO set, " DEVICE
          ", " FILLED("SP_DRVINFO_DATA_V2_W", "driver", DRIVER_SIZE) ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiSetSelectedDriverW,
          "BOOL WINAPI SetupDiSetSelectedDriverW(HDEVINFO set, " DEVICE ","
          " " DRIVER ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),

    /* ---- installing ---- */
    SETUP(SetupDiCallClassInstaller,
          "BOOL WINAPI SetupDiCallClassInstaller(DWORD what, HDEVINFO set,"
          " " DEVICE ")" BY_CODE,
          HFP_PUBLISHED),
    SETUP(SetupDiGetDeviceInstallParamsW,
          "BOOL WINAPI SetupDiGetDeviceInstallParamsW(HDEVINFO set, " DEVICE ","
          " " FILLED("SP_DEVINSTALL_PARAMS_W", "parameters", PARAMETER_SIZE) ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiSetDeviceInstallParamsW,
          "BOOL WINAPI SetupDiSetDeviceInstallParamsW(HDEVINFO set, " DEVICE ","
          " " PARAMETERS ")" BY_CODE,
          HFP_MEASURED | HFP_PUBLISHED),
    SETUP(SetupDiSetClassInstallParamsW,
          "BOOL WINAPI SetupDiSetClassInstallParamsW(HDEVINFO set, " DEVICE ","
          " const void *parameters {size(size)}, DWORD size)" BY_CODE,
          HFP_PUBLISHED),
    { NULL, NULL, NULL, NULL, 0 },
};
