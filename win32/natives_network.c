/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: adapters, tables of the network, Winsock.
 *
 * On success most of these leave the capacity in the slot that said the need, so what is filled is
 * told by the number of rows that stands at the table's start.  Lists hold addresses of their own
 * parts and stay where they are; where they end only their own links tell, so the result is the
 * whole room.
 */

#include "natives.h"

const hfp_native hfp_natives_network[] = {
    { "GetAdaptersAddresses", "iphlpapi.dll",
      "ULONG WINAPI GetAdaptersAddresses(ULONG family, ULONG flags, void *reserved {raw},"
      " IP_ADAPTER_ADDRESSES *list {out, points_into(list), room(first 15000)},"
      " PULONG size {inout, capacity(list, bytes), needed(list, bytes)})"
      " {fail(result != 0), error(result), grow(error == 111)}",
      "GetAdaptersAddresses, learn.microsoft.com: begin with 15 KB, the call is slow",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetAdaptersInfo", "iphlpapi.dll",
      "DWORD WINAPI GetAdaptersInfo(IP_ADAPTER_INFO *list {out, points_into(list)},"
      " PULONG size {inout, capacity(list, bytes), needed(list, bytes)})"
      " {fail(result != 0), error(result), grow(error == 111)}",
      "GetAdaptersInfo, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPerAdapterInfo", "iphlpapi.dll",
      "DWORD WINAPI GetPerAdapterInfo(ULONG index,"
      " IP_PER_ADAPTER_INFO *info {out, points_into(info)},"
      " PULONG size {inout, capacity(info, bytes), needed(info, bytes)})"
      " {fail(result != 0), error(result), grow(error == 111)}",
      "GetPerAdapterInfo, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetNetworkParams", "iphlpapi.dll",
      "DWORD WINAPI GetNetworkParams(FIXED_INFO *info {out, points_into(info)},"
      " PULONG size {inout, capacity(info, bytes), needed(info, bytes)})"
      " {fail(result != 0), error(result), grow(error == 111)}",
      "GetNetworkParams, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetIfTable", "iphlpapi.dll",
      "DWORD WINAPI GetIfTable(MIB_IFTABLE *table {out},"
      " PULONG size {inout, capacity(table, bytes), needed(table, bytes)}, BOOL order)"
      " {fail(result != 0), error(result), grow(error == 122), length(table, 4 + u32(table, 0) * "
      "860, bytes)}",
      "GetIfTable, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetIpAddrTable", "iphlpapi.dll",
      "DWORD WINAPI GetIpAddrTable(MIB_IPADDRTABLE *table {out},"
      " PULONG size {inout, capacity(table, bytes), needed(table, bytes)}, BOOL order)"
      " {fail(result != 0), error(result), grow(error == 122), length(table, 4 + u32(table, 0) * "
      "24, bytes)}",
      "GetIpAddrTable, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetIpForwardTable", "iphlpapi.dll",
      "DWORD WINAPI GetIpForwardTable(MIB_IPFORWARDTABLE *table {out},"
      " PULONG size {inout, capacity(table, bytes), needed(table, bytes)}, BOOL order)"
      " {fail(result != 0), error(result), grow(error == 122), length(table, 4 + u32(table, 0) * "
      "56, bytes)}",
      "GetIpForwardTable, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetIpNetTable", "iphlpapi.dll",
      "DWORD WINAPI GetIpNetTable(MIB_IPNETTABLE *table {out},"
      " PULONG size {inout, capacity(table, bytes), needed(table, bytes)}, BOOL order)"
      " {fail(result != 0), error(result), grow(error == 122), length(table, 4 + u32(table, 0) * "
      "24, bytes)}",
      "GetIpNetTable, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetInterfaceInfo", "iphlpapi.dll",
      "DWORD WINAPI GetInterfaceInfo(IP_INTERFACE_INFO *table {out},"
      " PULONG size {inout, capacity(table, bytes), needed(table, bytes)})"
      " {fail(result != 0), error(result), grow(error == 122), length(table, 4 + u32(table, 0) * "
      "260, bytes)}",
      "GetInterfaceInfo, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetTcpTable", "iphlpapi.dll",
      "ULONG WINAPI GetTcpTable(MIB_TCPTABLE *table {out},"
      " PULONG size {inout, capacity(table, bytes), needed(table, bytes)}, BOOL order)"
      " {fail(result != 0), error(result), transient(error == 0xC0000001), grow(error == 122), "
      "length(table, 4 + u32(table, 0) * 20, bytes)}",
      "GetTcpTable, learn.microsoft.com; 0xC0000001 comes under load and passes",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetUdpTable", "iphlpapi.dll",
      "ULONG WINAPI GetUdpTable(MIB_UDPTABLE *table {out},"
      " PULONG size {inout, capacity(table, bytes), needed(table, bytes)}, BOOL order)"
      " {fail(result != 0), error(result), transient(error == 0xC0000001), grow(error == 122), "
      "length(table, 4 + u32(table, 0) * 8, bytes)}",
      "GetUdpTable, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetTcp6Table", "iphlpapi.dll",
      "ULONG WINAPI GetTcp6Table(void *table {out},"
      " PULONG size {inout, capacity(table), needed(table)}, BOOL order)"
      " {fail(result != 0), error(result), transient(error == 0xC0000001), grow(error == 122),"
      " length(table, 4 + u32(table, 0) * 52)}",
      "GetTcp6Table, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetUdp6Table", "iphlpapi.dll",
      "ULONG WINAPI GetUdp6Table(void *table {out},"
      " PULONG size {inout, capacity(table), needed(table)}, BOOL order)"
      " {fail(result != 0), error(result), transient(error == 0xC0000001), grow(error == 122),"
      " length(table, 4 + u32(table, 0) * 24)}",
      "GetUdp6Table, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetExtendedTcpTable", "iphlpapi.dll",
      "DWORD WINAPI GetExtendedTcpTable(void *table {out},"
      " PDWORD size {inout, capacity(table), needed(table)}, BOOL order, ULONG family, int of,"
      " ULONG reserved)"
      " {fail(result != 0), error(result), transient(error == 0xC0000001), grow(error == 122),"
      " length(table, 4 + 4 * (of >= 6) + u32(table, 0) * (20 + 4 * (of >= 3) + 136 * (of >= 6)"
      " + 32 * (family == 23)))}",
      "GetExtendedTcpTable, learn.microsoft.com; 0xC0000001 comes under load and passes",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetExtendedUdpTable", "iphlpapi.dll",
      "DWORD WINAPI GetExtendedUdpTable(void *table {out},"
      " PDWORD size {inout, capacity(table), needed(table)}, BOOL order, ULONG family, int of,"
      " ULONG reserved)"
      " {fail(result != 0), error(result), transient(error == 0xC0000001), grow(error == 122),"
      " length(table, 4 + 4 * (of == 2) + u32(table, 0) * (8 + 4 * (of >= 1) + 148 * (of == 2)"
      " + 16 * (family == 23)))}",
      "GetExtendedUdpTable, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "DnsQueryConfig", "dnsapi.dll",
      "LONG WINAPI DnsQueryConfig(int what, DWORD flag, LPCWSTR adapter, void *reserved {raw},"
      " void *data {out}, PDWORD size {inout, capacity(data), needed(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "DnsQueryConfig, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { "DnsQueryConfig:text", "dnsapi.dll",
      "LONG WINAPI DnsQueryConfig(int what, DWORD flag, LPCWSTR adapter, void *reserved {raw},"
      " LPWSTR data {out, text, room(reserve 256)},"
      " PDWORD size {inout, capacity(data, bytes), needed(data, bytes)})"
      " {fail(result != 0), error(result), grow(error == 234 || error == 122)}",
      "DnsQueryConfig, learn.microsoft.com: names, in bytes; wine 8 counts units",
      HFP_DOCUMENTED | HFP_MEASURED },
    { "WNetGetUserW", "mpr.dll",
      "DWORD WINAPI WNetGetUserW(LPCWSTR name, LPWSTR user {out, text},"
      " LPDWORD size {inout, capacity(user), needed(user)})"
      " {fail(result != 0), error(result), grow(error == 234 || error == 122)}",
      "WNetGetUserW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "WNetGetConnectionW", "mpr.dll",
      "DWORD WINAPI WNetGetConnectionW(LPCWSTR local, LPWSTR remote {out, text},"
      " LPDWORD size {inout, capacity(remote), needed(remote)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "WNetGetConnectionW, learn.microsoft.com", HFP_DOCUMENTED },
    { "WNetGetUniversalNameW", "mpr.dll",
      "DWORD WINAPI WNetGetUniversalNameW(LPCWSTR path, DWORD level,"
      " void *info {out, points_into(info)}, LPDWORD size {inout, capacity(info), needed(info)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "WNetGetUniversalNameW, learn.microsoft.com", HFP_DOCUMENTED },
    { "WSAEnumProtocolsW", "ws2_32.dll",
      "int WSAAPI WSAEnumProtocolsW(LPINT protocols {raw}, WSAPROTOCOL_INFOW *list {out},"
      " LPDWORD size {inout, capacity(list, bytes), needed(list, bytes)})"
      " {fail(result == -1), error(wsa), grow(error == 10055), length(list, result * 628, bytes)}",
      "WSAEnumProtocolsW, learn.microsoft.com: the result is a number of entries",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "WSAAddressToStringW", "ws2_32.dll",
      "int WSAAPI WSAAddressToStringW(void *address {in}, DWORD length {capacity(address)},"
      " WSAPROTOCOL_INFOW *info {raw}, LPWSTR name {out, text},"
      " LPDWORD size {inout, capacity(name), needed(name)})"
      " {fail(result == -1), error(wsa), grow(error == 10014)}",
      "WSAAddressToStringW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "WSAStringToAddressW", "ws2_32.dll",
      "int WSAAPI WSAStringToAddressW(LPWSTR name {in, text}, int family,"
      " WSAPROTOCOL_INFOW *info {raw}, void *address {out},"
      " LPINT size {inout, capacity(address), needed(address), length(address)})"
      " {fail(result == -1), error(wsa), grow(error == 10014)}",
      "WSAStringToAddressW, learn.microsoft.com", HFP_DOCUMENTED },
    { "WSALookupServiceNextW", "ws2_32.dll",
      "int WSAAPI WSALookupServiceNextW(HANDLE lookup, DWORD flags,"
      " LPDWORD size {inout, capacity(set, bytes), needed(set, bytes)},"
      " WSAQUERYSETW *set {out, points_into(set)})"
      " {fail(result != 0), error(wsa), grow(error == 10014)}",
      "WSALookupServiceNextW, learn.microsoft.com: does not go on when it was too small",
      HFP_DOCUMENTED },
    { "recv:peek", "ws2_32.dll",
      "int WSAAPI recv(SOCKET from, char *message {out, room(first 2048)},"
      " int size {capacity(message)}, int flags)"
      " {fail(result == -1), error(wsa), grow(error == 10040), length(message, result)}",
      "recv, learn.microsoft.com: of a datagram, with MSG_PEEK among the flags",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "recv:datagram", "ws2_32.dll",
      "int WSAAPI recv(SOCKET from, char *message {out, room(least 65536)},"
      " int size {capacity(message)}, int flags)"
      " {fail(result == -1), error(wsa), grow(error == 10040), once, length(message, result)}",
      "recv, learn.microsoft.com: what does not fit is lost, and no datagram is larger",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "recvfrom:datagram", "ws2_32.dll",
      "int WSAAPI recvfrom(SOCKET from, char *message {out, room(least 65536)},"
      " int size {capacity(message)}, int flags, void *address {out, room(least 128)},"
      " int *address_size {inout, capacity(address), length(address)})"
      " {fail(result == -1), error(wsa), grow(error == 10040), once, length(message, result)}",
      "recvfrom, learn.microsoft.com: no datagram and no address is larger",
      HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
