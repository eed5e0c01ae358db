/* SPDX-License-Identifier: MIT */

/* The walk: Winsock: protocols, addresses and their names, datagrams. */

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "lend.h"
#include "socket.h"

static hf_status protocols(walk *w)
{
    WSADATA data;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_NULL));
    if (status == HF_OK) {
        size_t size;
        WSAPROTOCOL_INFOW *list = walk_copy(w, 0, &size);
        assert_true(size >= sizeof *list);
        assert_int_equal(size, (size_t)w->result.value.i * sizeof *list);
        assert_true(list[0].iAddressFamily != 0);
        free(list);
    }
    WSACleanup();
    return status;
}

static hf_status address_to_name(walk *w)
{
    WSADATA data;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4711) };
    address.sin_addr.s_addr = htonl(0x7f010203);
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    hf_ref lent = walk_lend(w, &address, sizeof address);
    hf_status status = walk_do(w, HF_ARGS(HF_BUFFER(lent, 0, HF_WHOLE), HF_NULL));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, L"127.1.2.3:4711");
    }
    WSACleanup();
    return status;
}

static hf_status name_to_address(walk *w)
{
    WSADATA data;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("127.1.2.3:4711"), HF_INT(AF_INET), HF_NULL));
    if (status == HF_OK) {
        size_t size;
        struct sockaddr_in *address = walk_copy(w, 0, &size);
        assert_int_equal(size, sizeof *address);
        assert_int_equal(ntohs(address->sin_port), 4711);
        assert_int_equal(ntohl(address->sin_addr.s_addr), 0x7f010203);
        free(address);
    }
    WSACleanup();
    return status;
}

static const char datagram[] = "a datagram that is somewhat longer than the smallest capacity";

static SOCKET open_with_datagram(void)
{
    struct sockaddr_in address;
    fd_set ready;
    SOCKET opened = open_socket(SOCK_DGRAM, &address);
    assert_int_equal(
        sendto(opened, datagram, sizeof datagram, 0, (struct sockaddr *)&address, sizeof address),
        sizeof datagram);
    FD_ZERO(&ready);
    FD_SET(opened, &ready);
    assert_int_equal(select(0, &ready, NULL, NULL, &(struct timeval){ 10, 0 }), 1);
    return opened;
}

static hf_status receive(walk *w, int flags)
{
    SOCKET opened = open_with_datagram();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER((void *)opened), HF_INT(flags)));
    if (status == HF_OK) {
        walk_expect(w, 0, datagram, sizeof datagram);
    }
    close_socket(opened);
    return status;
}

static hf_status peek_datagram(walk *w)
{
    return receive(w, MSG_PEEK);
}

static hf_status take_datagram(walk *w)
{
    return receive(w, 0);
}

static hf_status take_datagram_and_sender(walk *w)
{
    SOCKET opened = open_with_datagram();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER((void *)opened), HF_INT(0)));
    if (status == HF_OK) {
        size_t size;
        walk_expect(w, 0, datagram, sizeof datagram);
        struct sockaddr_in *from = walk_copy(w, 1, &size);
        assert_int_equal(size, sizeof *from);
        assert_int_equal(ntohl(from->sin_addr.s_addr), INADDR_LOOPBACK);
        free(from);
        walk_note(w, &size, sizeof size);
    }
    close_socket(opened);
    return status;
}

WALK_PART(winsock);
const walk_call walk_calls_winsock[] = {
    { "WSAEnumProtocolsW", protocols, WALK_SAME },
    { "WSAAddressToStringW", address_to_name, WALK_SAME },
    { "WSAStringToAddressW", name_to_address, WALK_SAME },
    { "recv:peek", peek_datagram, WALK_SAME },
    { "recv:datagram", take_datagram, WALK_SAME },
    { "recvfrom:datagram", take_datagram_and_sender, WALK_NOTED },
    { NULL, NULL, WALK_SAME },
};
