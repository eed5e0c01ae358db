/* SPDX-License-Identifier: MIT */

/* The catalogue: pipes, and directories as they change. */

#include "natives.h"

const hfp_native hfp_natives_streams[] = {
    { "ReadFile:message", "kernel32.dll",
      "BOOL WINAPI ReadFile(HANDLE pipe, void *data {out}, DWORD size {capacity(data)},"
      " LPDWORD got {out, length(data)}, void *overlapped {raw})"
      " {fail(result == 0), error(last_error), append(data, result == 0 && error == 234)}",
      "ReadFile, learn.microsoft.com: of a pipe of messages; what did not fit comes next",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "ReadFile:all", "kernel32.dll",
      "BOOL WINAPI ReadFile(HANDLE file, void *data {out}, DWORD size {capacity(data)},"
      " LPDWORD got {out, length(data)}, void *overlapped {raw})"
      " {fail(result == 0 && error != 109), error(last_error),"
      " append(data, result != 0 && got > 0)}",
      "ReadFile, learn.microsoft.com: a file, or a pipe of bytes, to its end; 109 is the end of a "
      "pipe",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "ReadFile:mailslot", "kernel32.dll",
      "BOOL WINAPI ReadFile(HANDLE mailslot, void *data {out, room(first 4096)},"
      " DWORD size {capacity(data)}, LPDWORD got {out, length(data)}, void *overlapped {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "ReadFile, learn.microsoft.com: of a mailslot, where a message that did not fit stays",
      HFP_DOCUMENTED },
    { "PeekNamedPipe:message", "kernel32.dll",
      "BOOL WINAPI PeekNamedPipe(HANDLE pipe, void *data {out}, DWORD size {capacity(data)},"
      " LPDWORD got {out, length(data)}, LPDWORD waiting {out}, LPDWORD left {out})"
      " {fail(result == 0), error(last_error), grow_ok(left > 0), needed(data, got + left)}",
      "PeekNamedPipe, learn.microsoft.com: the first message", HFP_MEASURED | HFP_DOCUMENTED },
    { "PeekNamedPipe:bytes", "kernel32.dll",
      "BOOL WINAPI PeekNamedPipe(HANDLE pipe, void *data {out}, DWORD size {capacity(data)},"
      " LPDWORD got {out, length(data)}, LPDWORD waiting {out}, LPDWORD left {out})"
      " {fail(result == 0), error(last_error), grow_ok(waiting > got), needed(data, waiting)}",
      "PeekNamedPipe, learn.microsoft.com: all that waits in a pipe of bytes",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "ReadDirectoryChangesW", "kernel32.dll",
      "BOOL WINAPI ReadDirectoryChangesW(HANDLE directory,"
      " void *changes {out, room(least 65536, most 65536)}, DWORD size {capacity(changes)},"
      " BOOL subtree, DWORD filter, LPDWORD got {out, length(changes)}, void *overlapped {raw},"
      " void *completion {raw})"
      " {fail(result == 0), error(last_error), grow(error == 1022), grow_ok(got == 0), once}",
      "ReadDirectoryChangesW, learn.microsoft.com: changes that did not fit are lost; shares of "
      "the network take no more than 64 KB",
      HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
