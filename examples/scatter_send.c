/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * Several managed buffers sent by one system call, and received by another.
 *
 * WSASend() takes an array of structs that each hold a length and an address.  The array is native
 * memory of the program; which buffer each address is of is said beside it.  For exactly the call
 * the buffers are pinned and their addresses are in the array; behind it they are zero again.  The
 * socket sends to itself.
 *
 * No header of Windows is included: the prototypes say what counts of it.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

enum { PARTS = 3 };

static const char *const words[PARTS] = { "scattered ", "in ", "memory" };

/* WSABUF */
typedef struct part {
    uint32_t length;
    void *bytes;
} part;

#define VECTOR       "typedef struct WSABUF { ULONG length; void *bytes; } WSABUF;"
#define SOCKET_ROLES " {fail(result != 0), error(wsa)}"

enum { STARTUP, SOCKET, BIND, CONNECT, NAME, SEND, RECEIVE, CLOSE, CLEANUP, FUNCTIONS };

static const char *const prototypes[FUNCTIONS] = {
    [STARTUP] = "int WSAStartup(WORD version, void *data {out, size(512)})"
                " {fail(result != 0), error(result)}",
    [SOCKET] = "SOCKET socket(int family, int type, int protocol) {fail(result == -1), error(wsa)}",
    [BIND] = "int bind(SOCKET s, const void *name {size(size)}, int size)" SOCKET_ROLES,
    [CONNECT] = "int connect(SOCKET s, const void *name {size(size)}, int size)" SOCKET_ROLES,
    [NAME] = "int getsockname(SOCKET s, void *name {out, given, size(size)}, int *size "
             "{inout})" SOCKET_ROLES,
    [SEND] = VECTOR "int WSASend(SOCKET s, WSABUF *parts {in},"
                    " DWORD count {capacity(parts, elements)}, DWORD *sent {out}, DWORD flags,"
                    " void *overlapped {raw}, void *done {raw})" SOCKET_ROLES,
    [RECEIVE] =
        VECTOR "int WSARecv(SOCKET s, WSABUF *parts {inout},"
               " DWORD count {capacity(parts, elements)}, DWORD *received {out},"
               " DWORD *flags {inout}, void *overlapped {raw}, void *done {raw})" SOCKET_ROLES,
    [CLOSE] = "int closesocket(SOCKET s)" SOCKET_ROLES,
    [CLEANUP] = "int WSACleanup(void)" SOCKET_ROLES,
};

typedef struct client {
    hf_library *winsock;
    hf_function *function[FUNCTIONS];
    void *socket;
} client;

static hf_status bind_all(hf_thread *thread, client *c)
{
    hf_status status = hf_library_open(thread, "ws2_32", &c->winsock);
    for (unsigned i = 0; i < FUNCTIONS && status == HF_OK; i++) {
        status = hf_function_bind(thread, c->winsock, prototypes[i], &c->function[i]);
    }
    return status;
}

/* A datagram socket of the loopback interface, connected with itself. */
static hf_status open_socket(hf_thread *thread, client *c)
{
    enum { AF_INET = 2, SOCK_DGRAM = 2, ADDRESS_SIZE = 16 };
    static const unsigned char loopback[ADDRESS_SIZE] = { AF_INET, 0, 0, 0, 127, 0, 0, 1 };
    HF_FRAME(thread);
    hf_ref address = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_bytes_create(thread, ADDRESS_SIZE, address);
    if (status == HF_OK) {
        status = hf_bytes_write(address, 0, loopback, ADDRESS_SIZE);
    }
    if (status == HF_OK) {
        status = HF_CALL(thread, c->function[SOCKET], &result, AF_INET, SOCK_DGRAM, 0);
    }
    if (status != HF_OK) {
        return status;
    }
    c->socket = result.value.pointer;
    status = HF_CALL(thread, c->function[BIND], &result, c->socket, address, ADDRESS_SIZE);
    if (status == HF_OK) {
        status = HF_CALL(thread, c->function[NAME], &result, c->socket, address, ADDRESS_SIZE);
    }
    if (status == HF_OK) {
        status = HF_CALL(thread, c->function[CONNECT], &result, c->socket, address, ADDRESS_SIZE);
    }
    return status;
}

/* Sends or receives all buffers; gives the bytes that went. */
static hf_status transfer(hf_thread *thread, const client *c, bool sends, const hf_ref *buffer,
                          int64_t *count_out)
{
    part parts[PARTS];
    hf_link link[PARTS];
    hf_result result = HF_RESULT_INIT;
    for (size_t i = 0; i < PARTS; i++) {
        parts[i] = (part){ (uint32_t)hf_bytes_size(buffer[i]), NULL };
        link[i] = (hf_link){ i * sizeof parts[0] + offsetof(part, bytes), buffer[i], 0 };
    }
    const hf_linked linked = { parts, sizeof parts, link, PARTS };
    const hf_function *function = c->function[sends ? SEND : RECEIVE];
    hf_status status = HF_CALL(thread, function, &result, c->socket, &linked, 0, NULL, NULL);
    *count_out = status == HF_OK ? hf_result_scalar(&result, 0) : 0;
    for (size_t i = 0; i < PARTS && status == HF_OK; i++) {
        status = parts[i].bytes ? HF_E_MISUSE : HF_OK; /* the addresses are gone again */
    }
    return status;
}

static hf_status send_and_receive(hf_thread *thread, const client *c)
{
    HF_FRAME(thread);
    hf_ref out[PARTS];
    hf_ref in[PARTS];
    int64_t count = 0;
    hf_status status = HF_OK;
    for (size_t i = 0; i < PARTS && status == HF_OK; i++) {
        size_t size = strlen(words[i]);
        out[i] = hf_local(thread);
        in[i] = hf_local(thread);
        status = hf_bytes_create(thread, size, out[i]);
        status = status == HF_OK ? hf_bytes_create(thread, size, in[i]) : status;
        status = status == HF_OK ? hf_bytes_write(out[i], 0, words[i], size) : status;
    }
    if (status == HF_OK) {
        status = transfer(thread, c, true, out, &count);
    }
    if (status == HF_OK) {
        printf("sent: %d bytes of %d buffers\n", (int)count, (int)PARTS);
        status = transfer(thread, c, false, in, &count);
    }
    for (size_t i = 0; i < PARTS && status == HF_OK; i++) {
        char text[32] = "";
        status = hf_bytes_read(in[i], 0, text, strlen(words[i]));
        printf("received: \"%s\"\n", text);
        if (status == HF_OK && strcmp(text, words[i]) != 0) {
            status = HF_E_SYSTEM;
        }
    }
    return status;
}

static hf_status run(hf_thread *thread, client *c)
{
    HF_FRAME(thread);
    hf_result started = HF_RESULT_INIT;
    hf_result result = HF_RESULT_INIT;
    hf_status status = HF_CALL(thread, c->function[STARTUP], &started, 0x0202);
    if (status != HF_OK) {
        return status;
    }
    status = open_socket(thread, c);
    status = status == HF_OK ? send_and_receive(thread, c) : status;
    if (c->socket) {
        (void)HF_CALL(thread, c->function[CLOSE], &result, c->socket);
    }
    hf_status ended = HF_CALL(thread, c->function[CLEANUP], &result);
    return status == HF_OK ? ended : status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    client c = { .winsock = NULL };
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = bind_all(thread, &c);
        status = status == HF_OK ? run(thread, &c) : status;
        for (unsigned i = 0; i < FUNCTIONS; i++) {
            hf_function_destroy(c.function[i]);
        }
        hf_library_close(c.winsock);
        hf_thread_detach(thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
