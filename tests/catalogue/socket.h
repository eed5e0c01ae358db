/* SPDX-License-Identifier: MIT */
/* Sockets of this machine's own, for the calls that look at them. Behind winsock2.h. */
#ifndef HOLDFAST_TESTS_SOCKET_H
#define HOLDFAST_TESTS_SOCKET_H

#include "calls.h"

/* A socket that waits for connections or datagrams, so that no table is empty. */
static inline SOCKET open_socket(int type, struct sockaddr_in *address)
{
    WSADATA data;
    int length = sizeof *address;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    SOCKET opened = socket(AF_INET, type, 0);
    assert_true(opened != INVALID_SOCKET);
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(opened, (const struct sockaddr *)address, length), 0);
    assert_int_equal(getsockname(opened, (struct sockaddr *)address, &length), 0);
    if (type == SOCK_STREAM) {
        assert_int_equal(listen(opened, 1), 0);
    }
    return opened;
}

static inline void close_socket(SOCKET opened)
{
    closesocket(opened);
    WSACleanup();
}

#endif
