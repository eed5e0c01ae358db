/* SPDX-License-Identifier: MIT */

/* The catalogue: names and addresses of hosts and sockets. */

#include "natives.h"

const hfp_native hfp_natives_hosts[] = {
    { "InetNtopW", "ws2_32.dll",
      "LPCWSTR WINAPI InetNtopW(INT family, const void *address, WCHAR *text {out, text, "
      "room(first 46)},"
      " size_t size {capacity(text)})"
      " {fail(result == 0), error(wsa), grow(error == 87 || error == 122)}",
      "InetNtopW, learn.microsoft.com", HFP_MEASURED },
    { "inet_ntop", "ws2_32.dll",
      "LPCSTR WINAPI inet_ntop(INT family, const void *address, char *text {out, text, room(least "
      "65)},"
      " size_t size {capacity(text)})"
      " {fail(result == 0), error(wsa)}",
      "inet_ntop, learn.microsoft.com: no address is longer, and too little room looks like a bad "
      "argument",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetNameInfoW", "ws2_32.dll",
      "INT WINAPI GetNameInfoW(const void *address {size(size)}, int size,"
      " WCHAR *node {out, text, room(first 1025)}, DWORD node_size {capacity(node)},"
      " WCHAR *service {out, text, room(first 32)}, DWORD service_size {capacity(service)}, INT "
      "flags)"
      " {fail(result != 0), error(result), grow(error == 122 || error == 10014 || error == -12)}",
      "GetNameInfoW, learn.microsoft.com; wine 8 gives its own EAI_OVERFLOW", HFP_MEASURED },
    { "gethostname", "ws2_32.dll",
      "int WINAPI gethostname(char *name {out, text(system), room(most 256)}, int size "
      "{capacity(name)})"
      " {fail(result != 0), error(wsa), grow(error == 10014)}",
      "gethostname, learn.microsoft.com", HFP_MEASURED },
    { "GetHostNameW", "ws2_32.dll",
      "int WINAPI GetHostNameW(WCHAR *name {out, text, room(most 256)}, int size {capacity(name)})"
      " {fail(result != 0), error(wsa), grow(error == 10014)}",
      "GetHostNameW, learn.microsoft.com", HFP_DOCUMENTED },
    { "getsockname", "ws2_32.dll",
      "int WINAPI getsockname(SOCKET socket, void *address {out, room(first 128)},"
      " int *size {inout, capacity(address), length(address)})"
      " {fail(result != 0), error(wsa), grow(error == 10014)}",
      "getsockname, learn.microsoft.com", HFP_MEASURED },
    { "getpeername", "ws2_32.dll",
      "int WINAPI getpeername(SOCKET socket, void *address {out, room(first 128)},"
      " int *size {inout, capacity(address), length(address)})"
      " {fail(result != 0), error(wsa), grow(error == 10014)}",
      "getpeername, learn.microsoft.com", HFP_DOCUMENTED },
    { "accept", "ws2_32.dll",
      "SOCKET WINAPI accept(SOCKET socket, void *address {out, room(least 128)},"
      " int *size {inout, capacity(address), length(address)})"
      " {fail(result == -1), error(wsa), grow(error == 10014), once}",
      "accept, learn.microsoft.com: what did not fit has lost its connection", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
