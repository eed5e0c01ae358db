/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/* TCP connections: a listener and a connection to it, both the test's own. */

#include "runtime.h"

#include <winsock2.h>
#include <windows.h>
#include <ws2tcpip.h>

#include <string.h>

typedef struct pair {
    SOCKET listener, client;
    unsigned port, client_port;
} pair;

static unsigned port_of(SOCKET socket)
{
    struct sockaddr_in6 name;
    int size = sizeof name;
    assert_int_equal(getsockname(socket, (struct sockaddr *)&name, &size), 0);
    return ntohs(name.sin6_port);
}

static pair connect_pair(int family)
{
    WSADATA data;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name;
    int size = family == AF_INET ? (int)sizeof name.v4 : (int)sizeof name.v6;
    pair both;
    memset(&name, 0, sizeof name);
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    name.any.sa_family = (ADDRESS_FAMILY)family;
    if (family == AF_INET) {
        name.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
        name.v6.sin6_addr.s6_addr[15] = 1;
    }
    both.listener = socket(family, SOCK_STREAM, 0);
    both.client = socket(family, SOCK_STREAM, 0);
    if (bind(both.listener, &name.any, size) != 0) {
        both.port = 0; /* a machine without that family */
        return both;
    }
    assert_int_equal(listen(both.listener, 1), 0);
    both.port = port_of(both.listener);
    name.v4.sin_port = htons((unsigned short)both.port);
    assert_int_equal(connect(both.client, &name.any, size), 0);
    both.client_port = port_of(both.client);
    return both;
}

static void close_pair(const pair *both)
{
    closesocket(both->client);
    closesocket(both->listener);
    WSACleanup();
}

static uint32_t number_of(hf_ref record, uint32_t field)
{
    uint32_t number = 0;
    assert_int_equal(hf_get(record, field, &number, sizeof number), HF_OK);
    return number;
}

static void assert_address(hf_test_runtime *t, hf_ref record, uint32_t field, const char *expected)
{
    HF_FRAME(t->thread);
    hf_ref text = hf_local(t->thread);
    char seen[64] = { 0 };
    assert_int_equal(hf_load(record, field, text), HF_OK);
    assert_true(hf_bytes_size(text) < sizeof seen);
    assert_int_equal(hf_bytes_read(text, 0, seen, hf_bytes_size(text)), HF_OK);
    assert_string_equal(seen, expected);
}

static void look(hf_test_runtime *t, const pair *both, hf_adapters_family family,
                 const char *loopback, const char *nobody)
{
    HF_FRAME(t->thread);
    hf_ref list = hf_local(t->thread);
    hf_ref one = hf_local(t->thread);
    unsigned listeners = 0, clients = 0;
    assert_int_equal(hf_connections(t->thread, family, list, NULL), HF_OK);
    for (size_t i = 0; i < hf_array_length(list); i++) {
        assert_int_equal(hf_load_at(list, i, one), HF_OK);
        uint32_t here = number_of(one, HF_CONNECTION_HERE_PORT);
        uint32_t state = number_of(one, HF_CONNECTION_STATE);
        if (here == both->port && state == 2) {
            listeners++;
            assert_address(t, one, HF_CONNECTION_HERE, loopback);
            assert_address(t, one, HF_CONNECTION_THERE, nobody);
            uint32_t process = number_of(one, HF_CONNECTION_PROCESS);
            assert_true(process == GetCurrentProcessId() || process == 0); /* wine does not say */
        } else if (here == both->client_port && state == 5) {
            clients++;
            assert_address(t, one, HF_CONNECTION_THERE, loopback);
            assert_int_equal(number_of(one, HF_CONNECTION_THERE_PORT), both->port);
        }
    }
    assert_int_equal(listeners, 1);
    assert_int_equal(clients, 1);
}

static void connections_have_both_ends_and_a_process(void **state)
{
    hf_test_runtime *t = *state;
    pair both = connect_pair(AF_INET);
    assert_int_not_equal(both.port, 0);
    look(t, &both, HF_ADAPTERS_V4, "127.0.0.1", "0.0.0.0");
    close_pair(&both);
}

static void connections_of_the_longer_addresses_are_there_too(void **state)
{
    hf_test_runtime *t = *state;
    pair both = connect_pair(AF_INET6);
    if (both.port == 0) {
        close_pair(&both);
        skip();
    }
    look(t, &both, HF_ADAPTERS_V6, "::1", "::");
    close_pair(&both);
}

static void connections_are_of_one_family(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref list = hf_local(t->thread);
    assert_int_equal(hf_connections(t->thread, HF_ADAPTERS_ALL, list, NULL), HF_E_ARGUMENT);
    assert_int_equal(hf_connections(t->thread, HF_ADAPTERS_V4, NULL, NULL), HF_E_SLOTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(connections_have_both_ends_and_a_process),
        TEST(connections_of_the_longer_addresses_are_there_too),
        TEST(connections_are_of_one_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
