/* SPDX-License-Identifier: MIT */
/* The headers of Windows that declare what rows name. */
#define _WIN32_WINNT  0x0A00
#define NTDDI_VERSION 0x0A000006
#define UNICODE
#define SECURITY_WIN32
#define PSAPI_VERSION 2
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <ntstatus.h>
#include <winternl.h>
#include <setupapi.h>
#include <cfgmgr32.h>
#include <security.h>
#include <secext.h>
#include <iphlpapi.h>
#include <windns.h>
#include <winnetwk.h>
#include <psapi.h>
#include <userenv.h>
#include <winspool.h>
#include <winevt.h>
#include <wincrypt.h>
#include <wininet.h>
#include <shlwapi.h>
#include <powrprof.h>
#include <bcrypt.h>
#include <ncrypt.h>
#include <winscard.h>
#include <tbs.h>
#include <pdh.h>
#include <pdhmsg.h>
#include <msi.h>
#include <msiquery.h>
#include <wtsapi32.h>
#include <lmcons.h>
#include <objbase.h>
#include <winioctl.h>
#include <sddl.h>
#include <winver.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>
#include <direct.h>
#include <stdint.h>
