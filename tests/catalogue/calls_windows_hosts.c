/* SPDX-License-Identifier: MIT */

/* The walk: names and addresses of hosts and sockets. */

#include "wide.h"

#include <ws2tcpip.h>

static void begin_sockets(void)
{
    WSADATA data;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
}

static const unsigned char loopback_6[16] = { [15] = 1, [0] = 0xfe, [1] = 0x80 };

static hf_status address_text(walk *w)
{
    begin_sockets();
    hf_status status = walk_do(w, HF_ARGS(HF_INT(AF_INET6), HF_POINTER(loopback_6)));
    expect_wide(w, 0, L"fe80::1");
    WSACleanup();
    return status;
}

static hf_status address_text_narrow(walk *w)
{
    begin_sockets();
    hf_status status = walk_do(w, HF_ARGS(HF_INT(AF_INET6), HF_POINTER(loopback_6)));
    expect_narrow(w, 0, "fe80::1");
    WSACleanup();
    return status;
}

static struct sockaddr_in loopback(unsigned short port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static hf_status node_and_service(walk *w)
{
    begin_sockets();
    struct sockaddr_in address = loopback(4242);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(&address), HF_INT(sizeof(address)),
                                          HF_INT(NI_NUMERICHOST | NI_NUMERICSERV)));
    expect_wide(w, 0, L"127.0.0.1");
    expect_wide(w, 1, L"4242");
    WSACleanup();
    return status;
}

static hf_status host_name(walk *w)
{
    char plain[256];
    begin_sockets();
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_int_equal(gethostname(plain, sizeof(plain)), 0);
    expect_narrow(w, 0, plain);
    WSACleanup();
    return status;
}

static hf_status host_name_wide(walk *w)
{
    char plain[256];
    begin_sockets();
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_int_equal(gethostname(plain, sizeof(plain)), 0);
    walk_expect_text(w, 0, plain);
    WSACleanup();
    return status;
}

/* Two sockets that are connected, or (`waits`) one that has somebody waiting at it. */
typedef struct pair {
    SOCKET listening, client, server;
    struct sockaddr_in at, from;
} pair;

static void open_pair(pair *p, bool waits)
{
    begin_sockets();
    int size = sizeof(p->at);
    p->at = loopback(0);
    p->listening = socket(AF_INET, SOCK_STREAM, 0);
    p->client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(p->listening, (struct sockaddr *)&p->at, size), 0);
    assert_int_equal(listen(p->listening, 4), 0);
    assert_int_equal(getsockname(p->listening, (struct sockaddr *)&p->at, &size), 0);
    assert_int_equal(connect(p->client, (struct sockaddr *)&p->at, size), 0);
    assert_int_equal(getsockname(p->client, (struct sockaddr *)&p->from, &size), 0);
    p->server = waits ? INVALID_SOCKET : accept(p->listening, NULL, NULL);
}

static void close_pair(pair *p)
{
    closesocket(p->listening);
    closesocket(p->client);
    closesocket(p->server);
    WSACleanup();
}

static void *word(SOCKET socket)
{
    return (void *)(uintptr_t)socket;
}

static hf_status own_address(walk *w)
{
    pair p;
    open_pair(&p, false);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(word(p.listening))));
    expect_bytes(w, 0, &p.at, sizeof(p.at));
    close_pair(&p);
    return status;
}

static hf_status address_of_the_other(walk *w)
{
    pair p;
    open_pair(&p, false);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(word(p.client))));
    expect_bytes(w, 0, &p.at, sizeof(p.at));
    close_pair(&p);
    return status;
}

static hf_status accepted(walk *w)
{
    pair p;
    open_pair(&p, true);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(word(p.listening))));
    p.server = (SOCKET)w->result.value.u;
    expect_bytes(w, 0, &p.from, sizeof(p.from));
    close_pair(&p);
    return status;
}

WALK_PART(hosts);
const walk_call walk_calls_hosts[] = {
    { "InetNtopW", address_text, WALK_SAME },
    { "inet_ntop", address_text_narrow, WALK_SAME },
    { "GetNameInfoW", node_and_service, WALK_SAME },
    { "gethostname", host_name, WALK_SAME },
    { "GetHostNameW", host_name_wide, WALK_SAME },
    { "getsockname", own_address, WALK_SIZES },
    { "getpeername", address_of_the_other, WALK_SIZES },
    { "accept", accepted, WALK_SIZES },
    { NULL, NULL, WALK_SAME },
};
