/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

#include <winsock2.h>
#include <windows.h>

#include <iphlpapi.h>
#include <setupapi.h>

const hfp_native *const hfp_catalogue[] = {
    /* files, programs, windows */
    hfp_natives_paths, hfp_natives_environment, hfp_natives_modules, hfp_natives_windows,
    hfp_natives_profile, hfp_natives_volumes, hfp_natives_keys, hfp_natives_texts,
    hfp_natives_hosts, hfp_natives_crt, hfp_natives_hardware,
    /* accounts, devices, services */
    hfp_natives_devices, hfp_natives_services, hfp_natives_security, hfp_natives_names,
    hfp_natives_printing, hfp_natives_events, hfp_natives_storage, hfp_natives_capi,
    hfp_natives_wininet,
    /* the registry, networks, languages, the kernel */
    hfp_natives_values, hfp_natives_network, hfp_natives_urls, hfp_natives_locale, hfp_natives_nt,
    hfp_natives_secrets, hfp_natives_counters, hfp_natives_installer, hfp_natives_input,
    hfp_natives_streams,
    /* around them */
    hfp_natives_plain, hfp_natives_setup, NULL
};

const hfp_native_type hfp_catalogue_types[] = {
    { "ENUM_SERVICE_STATUS_PROCESSW", sizeof(ENUM_SERVICE_STATUS_PROCESSW),
      _Alignof(ENUM_SERVICE_STATUS_PROCESSW) },
    { "struct DISPLAYCONFIG_PATH_INFO", sizeof(DISPLAYCONFIG_PATH_INFO),
      _Alignof(DISPLAYCONFIG_PATH_INFO) },
    { "struct DISPLAYCONFIG_MODE_INFO", sizeof(DISPLAYCONFIG_MODE_INFO),
      _Alignof(DISPLAYCONFIG_MODE_INFO) },
    { NULL, 0, 0 },
};

/* clang-format off */
#define FIELD(type, name) { #type, #name, offsetof(type, name), sizeof(((type *)0)->name) }
/* clang-format on */

const hfp_native_field hfp_catalogue_fields[] = {
    FIELD(SP_DRVINFO_DATA_V2_W, DriverType),
    FIELD(SP_DRVINFO_DATA_V2_W, Description),
    FIELD(SP_DRVINFO_DATA_V2_W, MfgName),
    FIELD(SP_DRVINFO_DATA_V2_W, ProviderName),
    FIELD(SP_DRVINFO_DATA_V2_W, DriverDate),
    FIELD(SP_DRVINFO_DATA_V2_W, DriverVersion),
    FIELD(SP_DRVINFO_DETAIL_DATA_W, InfDate),
    FIELD(SP_DRVINFO_DETAIL_DATA_W, CompatIDsOffset),
    FIELD(SP_DRVINFO_DETAIL_DATA_W, CompatIDsLength),
    FIELD(SP_DRVINFO_DETAIL_DATA_W, SectionName),
    FIELD(SP_DRVINFO_DETAIL_DATA_W, InfFileName),
    FIELD(SP_DRVINFO_DETAIL_DATA_W, DrvDescription),
    FIELD(SP_DRVINFO_DETAIL_DATA_W, HardwareID),
    FIELD(SP_DEVINSTALL_PARAMS_W, Flags),
    FIELD(SP_DEVINSTALL_PARAMS_W, FlagsEx),
    FIELD(SP_DEVINSTALL_PARAMS_W, DriverPath),
    FIELD(IP_ADAPTER_ADDRESSES, Next),
    FIELD(IP_ADAPTER_ADDRESSES, AdapterName),
    FIELD(IP_ADAPTER_ADDRESSES, FirstUnicastAddress),
    FIELD(IP_ADAPTER_ADDRESSES, Description),
    FIELD(IP_ADAPTER_ADDRESSES, FriendlyName),
    FIELD(IP_ADAPTER_ADDRESSES, PhysicalAddress),
    FIELD(IP_ADAPTER_ADDRESSES, PhysicalAddressLength),
    FIELD(IP_ADAPTER_ADDRESSES, IfIndex),
    FIELD(IP_ADAPTER_ADDRESSES, IfType),
    FIELD(IP_ADAPTER_ADDRESSES, OperStatus),
    FIELD(IP_ADAPTER_ADDRESSES, Mtu),
    FIELD(IP_ADAPTER_UNICAST_ADDRESS, Next),
    FIELD(IP_ADAPTER_UNICAST_ADDRESS, Address.lpSockaddr),
    FIELD(ENUM_SERVICE_STATUS_PROCESSW, lpServiceName),
    FIELD(ENUM_SERVICE_STATUS_PROCESSW, lpDisplayName),
    FIELD(ENUM_SERVICE_STATUS_PROCESSW, ServiceStatusProcess.dwServiceType),
    FIELD(ENUM_SERVICE_STATUS_PROCESSW, ServiceStatusProcess.dwCurrentState),
    FIELD(ENUM_SERVICE_STATUS_PROCESSW, ServiceStatusProcess.dwProcessId),
    FIELD(QUERY_SERVICE_CONFIGW, lpBinaryPathName),
    FIELD(QUERY_SERVICE_CONFIGW, lpLoadOrderGroup),
    FIELD(QUERY_SERVICE_CONFIGW, lpServiceStartName),
    FIELD(QUERY_SERVICE_CONFIGW, lpDisplayName),
    FIELD(QUERY_SERVICE_CONFIGW, dwServiceType),
    FIELD(QUERY_SERVICE_CONFIGW, dwStartType),
    FIELD(SERVICE_DESCRIPTIONW, lpDescription),
    FIELD(SID_AND_ATTRIBUTES, Sid),
    FIELD(SID_AND_ATTRIBUTES, Attributes),
    FIELD(LUID_AND_ATTRIBUTES, Luid),
    FIELD(LUID_AND_ATTRIBUTES, Attributes),
    FIELD(TOKEN_GROUPS, GroupCount),
    FIELD(TOKEN_GROUPS, Groups),
    FIELD(TOKEN_PRIVILEGES, PrivilegeCount),
    FIELD(TOKEN_PRIVILEGES, Privileges),
    { NULL, NULL, 0, 0 },
};
