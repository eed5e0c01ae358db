/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: addresses of sockets, options, messages, and files that deliver events.
 *
 * No address is longer than struct sockaddr_storage, which is 128 bytes: a row whose second call
 * would be about something else begins with that, and cannot be cut.
 */

#include "natives.h"

#include <errno.h>

#define TRANSIENT "transient(error == " HFP_NUMBER(EINTR) ")"
#define STARTS    HFP_FAILS_BELOW_0 ", " TRANSIENT

/* An address that was cut says how long it is. */
#define ADDRESS                                                                                    \
    "void *address {out, room(first 128)},"                                                        \
    " socklen_t *size {inout, capacity(address), needed(address), length(address)})"               \
    " {" HFP_FAILS_BELOW_0 ", grow_ok(size > capacity(address))}"

#define PEER                                                                                       \
    "void *address {out, room(least 128)}, socklen_t *size {inout, capacity(address),"             \
    " length(address)}"

const hfp_native hfp_natives_sockets[] = {
    /* Most options are cut without a word, and then the slot is as large as the room; lists say
       ERANGE and their size; that of netlink says its size and succeeds. */
    { "getsockopt", "c",
      "int getsockopt(int socket, int level, int name, void *value {out},"
      " socklen_t *size {inout, capacity(value), needed(value), length(value)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(ERANGE) ", grow_ok(size >= capacity(value))}",
      "POSIX.1-2017 getsockopt; ERANGE: Linux SO_PEERGROUPS", HFP_MEASURED | HFP_PUBLISHED },

    { "getsockname", "c", "int getsockname(int socket, " ADDRESS, "POSIX.1-2017 getsockname",
      HFP_MEASURED },
    { "getpeername", "c", "int getpeername(int socket, " ADDRESS, "POSIX.1-2017 getpeername",
      HFP_MEASURED },
    { "accept", "c", "int accept(int socket, " PEER ") {" STARTS "}", "POSIX.1-2017 accept",
      HFP_MEASURED },
    { "accept4", "c", "int accept4(int socket, " PEER ", int flags) {" STARTS "}",
      "Linux accept(2)", HFP_MEASURED },

    /* flags: MSG_PEEK | MSG_TRUNC.  The message stays where it is, and says how long it is; those
       of netlink too. */
    { "recv:peek", "c",
      "ssize_t recv(int socket, void *bytes {out}, size_t size {capacity(bytes)}, int flags)"
      " {" STARTS ", grow_ok(result > size), needed(bytes, result), length(bytes, result)}",
      "Linux recv(2), netlink(7)", HFP_MEASURED },
    { "recvfrom:peek", "c",
      "ssize_t recvfrom(int socket, void *bytes {out}, size_t size {capacity(bytes)}, int flags,"
      " void *address {out, room(least 128)}, socklen_t *address_size {inout, capacity(address),"
      " length(address)})"
      " {" STARTS ", grow_ok(bytes: result > size), needed(bytes, result), length(bytes, result)}",
      "Linux recv(2)", HFP_MEASURED },
    /* flags: MSG_TRUNC.  No message is longer than the room but those between processes of one
       machine; what is cut off one is lost. */
    { "recv:message", "c",
      "ssize_t recv(int socket, void *bytes {out, room(least 65536)}, size_t size"
      " {capacity(bytes)}, int flags)"
      " {" HFP_FAILS_BELOW_0 ", grow_ok(result > size), once, length(bytes, result)}",
      "Linux recv(2)", HFP_MEASURED },
    /* A stream: what is left comes with the next call, so the room is the caller's. */
    { "recv", "c",
      "ssize_t recv(int socket, void *bytes {out, given}, size_t size {capacity(bytes)}, int flags)"
      " {" STARTS ", length(bytes, result)}",
      "POSIX.1-2017 recv", HFP_MEASURED },
    { "mq_receive", "c",
      "ssize_t mq_receive(int queue, char *bytes {out, room(first 8192)}, size_t size"
      " {capacity(bytes)}, unsigned int *priority {out})"
      " {" STARTS ", " HFP_GROWS(EMSGSIZE) ", length(bytes, result)}",
      "POSIX.1-2017 mq_receive", HFP_MEASURED },

    /* inotify, fanotify, signalfd: what is delivered are whole events, as many as there is room
       for.  Where not even the first has room, it stays. */
    { "read:events", "c",
      "ssize_t read(int file, void *events {out, room(first 4096)}, size_t size {capacity(events)})"
      " {" STARTS ", " HFP_GROWS(EINVAL) ", length(events, result)}",
      "Linux inotify(7), fanotify(7), signalfd(2)", HFP_MEASURED },
    { NULL, NULL, NULL, NULL, 0 },
};
