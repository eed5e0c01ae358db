/* SPDX-License-Identifier: MIT */

/*
 * The walk: names of hosts, services, terminals.
 *
 * A machine need not have /etc/services and its like.  What the function without _r finds there, or
 * does not find, has to be the same.
 */

#define _GNU_SOURCE 1

#include "calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

static hf_status host_name(walk *w)
{
    char expected[256];
    assert_int_equal(gethostname(expected, sizeof expected), 0);
    hf_status status = walk_do(w, HF_NO_ARGS);
    walk_expect_text(w, 0, expected);
    return status;
}

static hf_status domain_name(walk *w)
{
    char expected[256];
    assert_int_equal(getdomainname(expected, sizeof expected), 0);
    hf_status status = walk_do(w, HF_NO_ARGS);
    walk_expect_text(w, 0, expected);
    return status;
}

/* ---- addresses ---- */

static hf_status name_of_an_address(walk *w)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8080) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    hf_ref lent = hf_local(w->thread);
    assert_int_equal(hf_bytes_create(w->thread, sizeof address, lent), HF_OK);
    assert_int_equal(hf_bytes_write(lent, 0, &address, sizeof address), HF_OK);
    hf_status status = walk_do(
        w, HF_ARGS(HF_BUFFER(lent, 0, sizeof address), HF_INT(NI_NUMERICHOST | NI_NUMERICSERV)));
    walk_expect_text(w, 0, "127.0.0.1");
    walk_expect_text(w, 1, "8080");
    return status;
}

static hf_status text_of_an_address(walk *w)
{
    static const char expected[] = "2001:db8:1234:5678:9abc:def0:1234:5678";
    struct in6_addr address;
    assert_int_equal(inet_pton(AF_INET6, expected, &address), 1);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(AF_INET6), HF_POINTER(&address)));
    walk_expect_text(w, 0, expected);
    return status;
}

#if defined(__linux__)
/* ---- entries ---- */

/* Every one of these entries begins with its name. */
static hf_status note_entry(walk *w, hf_status status, const char *expected)
{
    char *name;
    bool is_found = status == HF_OK && hf_result_scalar(&w->result, 0) != 0;
    assert_int_equal(is_found, expected != NULL);
    if (!is_found) {
        assert_true(status == HF_OK || status == HF_E_NATIVE);
        return HF_OK;
    }
    assert_int_equal(hf_bytes_read(hf_result_out(&w->result, 0), 0, &name, sizeof name), HF_OK);
    assert_string_equal(name, expected);
    walk_note(w, name, strlen(name));
    return HF_OK;
}

/* Of an entry or of NULL, its name. */
#define NAME_OF(entry, member) ((entry) ? (entry)->member : NULL)

static hf_status service_by_name(walk *w)
{
    const struct servent *expected = getservbyname("ssh", "tcp");
    return note_entry(w, walk_do(w, HF_ARGS(HF_CSTR("ssh"), HF_CSTR("tcp"))),
                      NAME_OF(expected, s_name));
}

static hf_status service_by_port(walk *w)
{
    const struct servent *expected = getservbyport(htons(53), NULL);
    return note_entry(w, walk_do(w, HF_ARGS(HF_INT(htons(53)), HF_NULL)),
                      NAME_OF(expected, s_name));
}

static hf_status first_service(walk *w)
{
    setservent(0);
    const struct servent *expected = getservent();
    setservent(0);
    hf_status status = note_entry(w, walk_do(w, HF_NO_ARGS), NAME_OF(expected, s_name));
    endservent();
    return status;
}

static hf_status protocol_by_name(walk *w)
{
    const struct protoent *expected = getprotobyname("tcp");
    return note_entry(w, walk_do(w, HF_ARGS(HF_CSTR("tcp"))), NAME_OF(expected, p_name));
}

static hf_status protocol_by_number(walk *w)
{
    const struct protoent *expected = getprotobynumber(17);
    return note_entry(w, walk_do(w, HF_ARGS(HF_INT(17))), NAME_OF(expected, p_name));
}

static hf_status first_protocol(walk *w)
{
    setprotoent(0);
    const struct protoent *expected = getprotoent();
    setprotoent(0);
    hf_status status = note_entry(w, walk_do(w, HF_NO_ARGS), NAME_OF(expected, p_name));
    endprotoent();
    return status;
}

static hf_status network_by_name(walk *w)
{
    const struct netent *expected = getnetbyname("loopback");
    return note_entry(w, walk_do(w, HF_ARGS(HF_CSTR("loopback"))), NAME_OF(expected, n_name));
}

static hf_status network_by_number(walk *w)
{
    const struct netent *expected = getnetbyaddr(0x7f000000, AF_INET);
    return note_entry(w, walk_do(w, HF_ARGS(HF_UINT(0x7f000000), HF_INT(AF_INET))),
                      NAME_OF(expected, n_name));
}

/* A number is its own name, and nobody has to be asked. */
static hf_status host_by_name(walk *w)
{
    return note_entry(w, walk_do(w, HF_ARGS(HF_CSTR("127.0.0.1"))), "127.0.0.1");
}

static hf_status host_by_name_and_family(walk *w)
{
    return note_entry(w, walk_do(w, HF_ARGS(HF_CSTR("::1"), HF_INT(AF_INET6))), "::1");
}

static hf_status host_by_address(walk *w)
{
    uint32_t address = htonl(INADDR_LOOPBACK);
    const struct hostent *expected = gethostbyaddr(&address, sizeof address, AF_INET);
    hf_ref lent = hf_local(w->thread);
    assert_int_equal(hf_bytes_create(w->thread, sizeof address, lent), HF_OK);
    assert_int_equal(hf_bytes_write(lent, 0, &address, sizeof address), HF_OK);
    return note_entry(w, walk_do(w, HF_ARGS(HF_BUFFER(lent, 0, sizeof address), HF_INT(AF_INET))),
                      NAME_OF(expected, h_name));
}

/* ---- terminals ---- */

static int open_terminal(char *name, size_t size)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ptsname_r(master, name, size), 0);
    return master;
}

static hf_status terminal_of_its_master(walk *w)
{
    char expected[128];
    int master = open_terminal(expected, sizeof expected);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(master)));
    walk_expect_text(w, 0, expected);
    close(master);
    return status;
}

static hf_status terminal_itself(walk *w)
{
    char expected[128];
    int master = open_terminal(expected, sizeof expected);
    int terminal = open(expected, O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(terminal)));
    walk_expect_text(w, 0, expected);
    close(terminal);
    close(master);
    return status;
}
#endif

WALK_PART(names);
const walk_call walk_calls_names[] = {
    { "gethostname", host_name, WALK_SAME },
    { "getdomainname", domain_name, WALK_SAME },
    { "getnameinfo", name_of_an_address, WALK_SAME },
    { "inet_ntop", text_of_an_address, WALK_NOTED },
#if defined(__linux__)
    { "getservbyname_r", service_by_name, WALK_NOTED },
    { "getservbyport_r", service_by_port, WALK_NOTED },
    { "getservent_r", first_service, WALK_NOTED },
    { "getprotobyname_r", protocol_by_name, WALK_NOTED },
    { "getprotobynumber_r", protocol_by_number, WALK_NOTED },
    { "getprotoent_r", first_protocol, WALK_NOTED },
    { "getnetbyname_r", network_by_name, WALK_NOTED },
    { "getnetbyaddr_r", network_by_number, WALK_NOTED },
    { "gethostbyname_r", host_by_name, WALK_NOTED },
    { "gethostbyname2_r", host_by_name_and_family, WALK_NOTED },
    { "gethostbyaddr_r", host_by_address, WALK_NOTED },
    { "ptsname_r", terminal_of_its_master, WALK_SAME },
    { "ttyname_r", terminal_itself, WALK_SAME },
#endif
    { NULL, NULL, WALK_SAME },
};
