/* SPDX-License-Identifier: MIT */

/*
 * The walk: adapters, tables of the network, names.
 *
 * Lists are compared by what they say, for there are addresses in them.
 */

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
/* after them */
#include <iphlpapi.h>

#include "lend.h"
#include "socket.h"

/* ---- adapters ---- */

static hf_status adapters_addresses(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(AF_UNSPEC), HF_UINT(0), HF_NULL));
    if (status == HF_OK) {
        size_t size;
        IP_ADAPTER_ADDRESSES *list = walk_copy(w, 0, &size);
        unsigned count = 0;
        for (const IP_ADAPTER_ADDRESSES *at = list; at; at = at->Next) {
            walk_note(w, at->AdapterName, strlen(at->AdapterName));
            walk_note(w, at->PhysicalAddress, at->PhysicalAddressLength);
            count++;
        }
        assert_true(count >= 1); /* the loopback at least */
        free(list);
    }
    return status;
}

/* The loopback is not among these, and a machine may have no other. */
static bool has_none(walk *w, hf_status status)
{
    if (status == HF_E_NATIVE && w->result.error == ERROR_NO_DATA) {
        walk_note(w, "none", 4);
        return true;
    }
    return false;
}

static hf_status adapters_info(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    if (has_none(w, status)) {
        return HF_OK;
    }
    if (status == HF_OK) {
        size_t size;
        IP_ADAPTER_INFO *list = walk_copy(w, 0, &size);
        assert_true(size >= sizeof *list);
        for (const IP_ADAPTER_INFO *at = list; at; at = at->Next) {
            walk_note(w, at->AdapterName, strlen(at->AdapterName));
            walk_note(w, &at->Index, sizeof at->Index);
        }
        free(list);
    }
    return status;
}

static DWORD some_interface(void)
{
    static DWORD space[16384];
    ULONG size = sizeof space;
    assert_int_equal(
        WALK_NATIVE("iphlpapi.dll", GetIpAddrTable)((MIB_IPADDRTABLE *)space, &size, FALSE), 0);
    assert_true(space[0] >= 1);
    return ((MIB_IPADDRTABLE *)space)->table[0].dwIndex;
}

static hf_status adapter_info(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(some_interface())));
    if (status == HF_OK) {
        size_t size;
        IP_PER_ADAPTER_INFO *info = walk_copy(w, 0, &size);
        assert_true(size >= sizeof *info);
        walk_note(w, &info->AutoconfigEnabled, sizeof info->AutoconfigEnabled);
        walk_note(w, info->DnsServerList.IpAddress.String,
                  strlen(info->DnsServerList.IpAddress.String));
        free(info);
    }
    return status;
}

static hf_status network_params(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    if (status == HF_OK) {
        size_t size;
        char name[256];
        DWORD name_size = sizeof name;
        FIXED_INFO *info = walk_copy(w, 0, &size);
        assert_true(size >= sizeof *info);
        assert_true(GetComputerNameExA(ComputerNameDnsHostname, name, &name_size));
        assert_string_equal(info->HostName, name);
        walk_note(w, info->HostName, strlen(info->HostName));
        walk_note(w, &info->NodeType, sizeof info->NodeType);
        free(info);
    }
    return status;
}

/* ---- tables: a number, and as many rows ---- */

static void note_table(walk *w, size_t row)
{
    size_t size;
    DWORD *table = walk_copy(w, 0, &size);
    assert_true(size >= sizeof(DWORD));
    size_t filled = sizeof(DWORD) + table[0] * row;
    assert_int_equal(size, filled);
    walk_note(w, &size, sizeof size);
    free(table);
}

static hf_status interfaces(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        note_table(w, sizeof(MIB_IFROW));
    }
    return status;
}

static hf_status ip_addresses(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        note_table(w, sizeof(MIB_IPADDRROW));
        assert_true(w->noted_size > 0);
    }
    return status;
}

static hf_status ip_routes(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        note_table(w, sizeof(MIB_IPFORWARDROW));
    }
    return status;
}

static hf_status ip_neighbours(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        note_table(w, sizeof(MIB_IPNETROW));
    }
    return status;
}

static hf_status interface_names(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    if (has_none(w, status)) {
        return HF_OK;
    }
    if (status == HF_OK) {
        note_table(w, sizeof(IP_ADAPTER_INDEX_MAP));
    }
    return status;
}

/* Whole rows behind a number, and the port that is open among them. */
static void expect_port(walk *w, size_t row, size_t port_at, u_short port)
{
    size_t size;
    unsigned char *table = walk_copy(w, 0, &size);
    DWORD count;
    bool found = false;
    memcpy(&count, table, sizeof count);
    assert_int_equal(size, sizeof count + count * row);
    for (DWORD i = 0; i < count; i++) {
        found |= memcmp(table + sizeof count + i * row + port_at, &port, sizeof port) == 0;
    }
    assert_true(found);
    free(table);
}

static hf_status tcp_table(walk *w)
{
    struct sockaddr_in address;
    SOCKET opened = open_socket(SOCK_STREAM, &address);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        expect_port(w, sizeof(MIB_TCPROW), offsetof(MIB_TCPROW, dwLocalPort), address.sin_port);
    }
    close_socket(opened);
    return status;
}

static hf_status udp_table(walk *w)
{
    struct sockaddr_in address;
    SOCKET opened = open_socket(SOCK_DGRAM, &address);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        expect_port(w, sizeof(MIB_UDPROW), offsetof(MIB_UDPROW, dwLocalPort), address.sin_port);
    }
    close_socket(opened);
    return status;
}

/* The other families and classes have rows of other sizes. */
static hf_status expect_rows(walk *w, ULONG family, int of, size_t header, size_t row)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1), HF_UINT(family), HF_INT(of), HF_UINT(0)));
    if (status == HF_OK) {
        size_t size;
        DWORD *table = walk_copy(w, 0, &size);
        assert_int_equal(size, header + table[0] * row);
        free(table);
    }
    return status;
}

static hf_status tcp6_table(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        note_table(w, sizeof(MIB_TCP6ROW));
    }
    return status;
}

static hf_status udp6_table(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1)));
    if (status == HF_OK) {
        note_table(w, sizeof(MIB_UDP6ROW));
    }
    return status;
}

static hf_status tcp_owners(walk *w)
{
    struct sockaddr_in address;
    SOCKET opened = open_socket(SOCK_STREAM, &address);
    hf_status status = walk_do(
        w, HF_ARGS(HF_INT(1), HF_UINT(AF_INET), HF_INT(TCP_TABLE_OWNER_PID_ALL), HF_UINT(0)));
    if (status == HF_OK) {
        expect_port(w, sizeof(MIB_TCPROW_OWNER_PID), offsetof(MIB_TCPROW_OWNER_PID, dwLocalPort),
                    address.sin_port);
        status = expect_rows(w, AF_INET6, TCP_TABLE_OWNER_PID_ALL, sizeof(DWORD),
                             sizeof(MIB_TCP6ROW_OWNER_PID));
    }
    if (status == HF_OK) {
        status = expect_rows(w, AF_INET, TCP_TABLE_OWNER_MODULE_ALL,
                             offsetof(MIB_TCPTABLE_OWNER_MODULE, table),
                             sizeof(MIB_TCPROW_OWNER_MODULE));
    }
    if (status == HF_OK) {
        status = expect_rows(w, AF_INET, TCP_TABLE_BASIC_ALL, sizeof(DWORD), sizeof(MIB_TCPROW));
    }
    close_socket(opened);
    return status;
}

static hf_status udp_owners(walk *w)
{
    struct sockaddr_in address;
    SOCKET opened = open_socket(SOCK_DGRAM, &address);
    hf_status status =
        walk_do(w, HF_ARGS(HF_INT(1), HF_UINT(AF_INET), HF_INT(UDP_TABLE_OWNER_PID), HF_UINT(0)));
    if (status == HF_OK) {
        expect_port(w, sizeof(MIB_UDPROW_OWNER_PID), offsetof(MIB_UDPROW_OWNER_PID, dwLocalPort),
                    address.sin_port);
        status = expect_rows(w, AF_INET6, UDP_TABLE_OWNER_PID, sizeof(DWORD),
                             sizeof(MIB_UDP6ROW_OWNER_PID));
    }
    if (status == HF_OK) {
        status = expect_rows(w, AF_INET, UDP_TABLE_OWNER_MODULE,
                             offsetof(MIB_UDPTABLE_OWNER_MODULE, table),
                             sizeof(MIB_UDPROW_OWNER_MODULE));
    }
    if (status == HF_OK) {
        status = expect_rows(w, AF_INET, UDP_TABLE_BASIC, sizeof(DWORD), sizeof(MIB_UDPROW));
    }
    close_socket(opened);
    return status;
}

/* ---- names ---- */

static hf_status dns_servers(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(6), HF_UINT(0), HF_NULL, HF_NULL));
    if (status == HF_OK) {
        size_t size;
        DWORD *servers = walk_copy(w, 0, &size);
        assert_int_equal(size, (servers[0] + 1) * sizeof *servers);
        free(servers);
    }
    return status;
}

static hf_status dns_host_name(walk *w)
{
    wchar_t name[256];
    DWORD size = 256;
    hf_status status = walk_do(w, HF_ARGS(HF_INT(12), HF_UINT(0), HF_NULL, HF_NULL));
    if (status == HF_OK) {
        assert_true(GetComputerNameExW(ComputerNameDnsHostname, name, &size));
        walk_expect_wide(w, 0, name);
    }
    return status;
}

static hf_status network_user(walk *w)
{
    wchar_t name[256];
    DWORD size = 256;
    hf_status status = walk_do(w, HF_ARGS(HF_NULL));
    if (status == HF_OK) {
        assert_true(GetUserNameW(name, &size));
        walk_expect_wide(w, 0, name);
    }
    return status;
}

WALK_PART(network);
const walk_call walk_calls_network[] = {
    { "GetAdaptersAddresses", adapters_addresses, WALK_NOTED },
    { "GetAdaptersInfo", adapters_info, WALK_NOTED },
    { "GetPerAdapterInfo", adapter_info, WALK_NOTED },
    { "GetNetworkParams", network_params, WALK_NOTED },
    { "GetIfTable", interfaces, WALK_NOTED },
    { "GetIpAddrTable", ip_addresses, WALK_SAME },
    { "GetIpForwardTable", ip_routes, WALK_SAME },
    { "GetIpNetTable", ip_neighbours, WALK_CHANGES },
    { "GetInterfaceInfo", interface_names, WALK_SAME },
    { "GetTcpTable", tcp_table, WALK_CHANGES },
    { "GetUdpTable", udp_table, WALK_CHANGES },
    { "GetTcp6Table", tcp6_table, WALK_CHANGES },
    { "GetUdp6Table", udp6_table, WALK_CHANGES },
    { "GetExtendedTcpTable", tcp_owners, WALK_CHANGES },
    { "GetExtendedUdpTable", udp_owners, WALK_CHANGES },
    { "DnsQueryConfig", dns_servers, WALK_SAME },
    { "DnsQueryConfig:text", dns_host_name, WALK_SAME },
    { "WNetGetUserW", network_user, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
