/* SPDX-License-Identifier: MIT */

/* The walk: addresses of sockets, options, messages, events. */

#define _GNU_SOURCE 1

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/inotify.h>
#endif

static void expect_bytes(walk *w, unsigned out, const void *expected, size_t expected_size)
{
    size_t size;
    void *copy = walk_copy(w, out, &size);
    assert_int_equal(size, expected_size);
    assert_memory_equal(copy, expected, size);
    free(copy);
}

/* ---- options ---- */

/* Each of the ways in which an option says that it was cut. */
static hf_status options(walk *w)
{
    char expected[64];
    socklen_t size = sizeof expected;
    int tcp = socket(AF_INET, SOCK_STREAM, 0);
    int pair[2];
    assert_true(tcp >= 0);
    assert_int_equal(getsockopt(tcp, SOL_SOCKET, SO_RCVBUF, expected, &size), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(tcp), HF_INT(SOL_SOCKET), HF_INT(SO_RCVBUF)));
    expect_bytes(w, 0, expected, size);
    close(tcp);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    size = sizeof expected;
    assert_int_equal(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, expected, &size), 0);
    status = status != HF_OK
                 ? status
                 : walk_do(w, HF_ARGS(HF_INT(pair[0]), HF_INT(SOL_SOCKET), HF_INT(SO_PEERCRED)));
    expect_bytes(w, 0, expected, size);
    close(pair[0]);
    close(pair[1]);
    return status;
}

/* ---- addresses ---- */

typedef struct place {
    struct sockaddr_un address;
    socklen_t size;
    int listening, client;
} place;

/* A listening socket under a name of some length, and one that is connected to it. */
static void open_place(place *p)
{
    memset(p, 0, sizeof *p);
    p->address.sun_family = AF_UNIX;
    snprintf(p->address.sun_path, sizeof p->address.sun_path,
             "/tmp/hf_walk_socket_%ld_with_a_name_that_is_long", (long)getpid());
    unlink(p->address.sun_path);
    p->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(p->address.sun_path) + 1);
    p->listening = socket(AF_UNIX, SOCK_STREAM, 0);
    p->client = socket(AF_UNIX, SOCK_STREAM, 0);
    const struct sockaddr *address = (const struct sockaddr *)&p->address;
    assert_int_equal(bind(p->listening, address, p->size), 0);
    assert_int_equal(listen(p->listening, 1), 0);
    assert_int_equal(connect(p->client, address, p->size), 0);
}

static void close_place(place *p)
{
    close(p->client);
    close(p->listening);
    unlink(p->address.sun_path);
}

static hf_status name_of_a_socket(walk *w)
{
    place p;
    open_place(&p);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(p.listening)));
    expect_bytes(w, 0, &p.address, p.size);
    close_place(&p);
    return status;
}

static hf_status name_of_the_peer(walk *w)
{
    place p;
    open_place(&p);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(p.client)));
    expect_bytes(w, 0, &p.address, p.size);
    close_place(&p);
    return status;
}

/* The peer has no name, so that its address is the family alone. */
static hf_status accept_one(walk *w, const hf_arg *arguments)
{
    sa_family_t family = AF_UNIX;
    hf_status status = walk_do(w, arguments);
    if (status == HF_OK) {
        close((int)w->result.value.i);
        expect_bytes(w, 0, &family, sizeof family);
    }
    return status;
}

static hf_status accepted(walk *w)
{
    place p;
    open_place(&p);
    hf_status status = accept_one(w, HF_ARGS(HF_INT(p.listening)));
    close_place(&p);
    return status;
}

static hf_status accepted_with_flags(walk *w)
{
    place p;
    open_place(&p);
    hf_status status = accept_one(w, HF_ARGS(HF_INT(p.listening), HF_INT(0)));
    close_place(&p);
    return status;
}

/* ---- messages ---- */

#define MESSAGE "a message that does not fit into a room of a few bytes"

/* The end of a pair of sockets where the message lies. */
static int send_message(int pair[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    assert_int_equal(send(pair[0], MESSAGE, sizeof MESSAGE, 0), sizeof MESSAGE);
    return pair[1];
}

static hf_status receive(walk *w, int flags)
{
    int pair[2];
    hf_status status = walk_do(w, HF_ARGS(HF_INT(send_message(pair)), HF_INT(flags)));
    expect_bytes(w, 0, MESSAGE, sizeof MESSAGE);
    close(pair[0]);
    close(pair[1]);
    return status;
}

static hf_status message_that_stays(walk *w)
{
    return receive(w, MSG_PEEK | MSG_TRUNC);
}

static hf_status message_that_goes(walk *w)
{
    return receive(w, MSG_TRUNC);
}

static hf_status bytes_that_go(walk *w)
{
    int pair[2];
    char copy[sizeof MESSAGE];
    hf_ref room = hf_local(w->thread);
    assert_int_equal(hf_bytes_create(w->thread, 256, room), HF_OK);
    hf_status status =
        walk_do(w, HF_ARGS(HF_INT(send_message(pair)), HF_BUFFER(room, 0, 256), HF_INT(0)));
    assert_int_equal(w->result.value.i, sizeof MESSAGE);
    assert_int_equal(hf_bytes_read(room, 0, copy, sizeof copy), HF_OK);
    assert_string_equal(copy, MESSAGE);
    close(pair[0]);
    close(pair[1]);
    return status;
}

#if defined(__linux__)
/* A queue is the system's, and may be forbidden. */
static hf_status message_of_a_queue(walk *w)
{
    struct mq_attr attributes = { .mq_maxmsg = 1, .mq_msgsize = 1024 };
    char name[64];
    snprintf(name, sizeof name, "/hf_walk_%ld", (long)getpid());
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attributes);
    if (queue < 0) {
        assert_int_equal(walk_do(w, HF_ARGS(HF_INT(-1))), HF_E_NATIVE);
        assert_int_equal(w->result.error, EBADF);
        return HF_OK;
    }
    mq_unlink(name);
    assert_int_equal(mq_send(queue, MESSAGE, sizeof MESSAGE, 3), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(queue)));
    mq_close(queue);
    expect_bytes(w, 0, MESSAGE, sizeof MESSAGE);
    assert_int_equal(hf_result_scalar(&w->result, 0), 3);
    return status;
}

static hf_status event_of_a_file(walk *w)
{
    char directory[] = "/tmp/hf_walkXXXXXX";
    char path[64];
    assert_non_null(mkdtemp(directory));
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    assert_true(inotify_add_watch(watch, directory, IN_CREATE) >= 0);
    snprintf(path, sizeof path, "%s/a_file_of_some_name", directory);
    close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    hf_status status = walk_do(w, HF_ARGS(HF_INT(watch)));
    close(watch);
    unlink(path);
    rmdir(directory);
    size_t size;
    const char *event = walk_copy(w, 0, &size);
    assert_true(size > sizeof(struct inotify_event));
    assert_string_equal(event + offsetof(struct inotify_event, name), "a_file_of_some_name");
    free((void *)(uintptr_t)event);
    return status;
}

/* To itself, with a name that the system makes; a name of no file, which nobody has to take away.
 */
static hf_status message_and_sender_that_stay(walk *w)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    socklen_t size = sizeof name;
    int self = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(self, (const struct sockaddr *)&name, sizeof name.sun_family), 0);
    assert_int_equal(getsockname(self, (struct sockaddr *)&name, &size), 0);
    assert_int_equal(sendto(self, MESSAGE, sizeof MESSAGE, 0, (const struct sockaddr *)&name, size),
                     sizeof MESSAGE);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(self), HF_INT(MSG_PEEK | MSG_TRUNC)));
    close(self);
    expect_bytes(w, 0, MESSAGE, sizeof MESSAGE);
    expect_bytes(w, 1, &name, size);
    walk_note(w, MESSAGE, sizeof MESSAGE);
    return status;
}
#endif

WALK_PART(sockets);
const walk_call walk_calls_sockets[] = {
    { "getsockopt", options, WALK_SAME },
    { "getsockname", name_of_a_socket, WALK_SAME },
    { "getpeername", name_of_the_peer, WALK_SAME },
    { "accept", accepted, WALK_SAME },
    { "recv", bytes_that_go, WALK_SAME },
    { "recv:message", message_that_goes, WALK_SAME },
#if defined(__linux__)
    { "accept4", accepted_with_flags, WALK_SAME },
    { "recv:peek", message_that_stays, WALK_SAME },
    { "recvfrom:peek", message_and_sender_that_stay, WALK_NOTED },
    { "mq_receive", message_of_a_queue, WALK_SAME },
    { "read:events", event_of_a_file, WALK_SAME },
#endif
    { NULL, NULL, WALK_SAME },
};
