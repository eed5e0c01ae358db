/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * Overlapped file I/O: the system works on the buffer and on the OVERLAPPED after WriteFile() has
 * returned.  A token pins the one, has the memory of the other and holds the file open, until the
 * thread at the completion port says that the operation is over, whatever is collected meanwhile.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

#include <windows.h>

static hf_status close_handle(uintptr_t value, void *user)
{
    (void)user;
    return CloseHandle((HANDLE)value) ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class handles = { .struct_size = sizeof(hf_resource_class),
                                           .name = "file",
                                           .invalid = (uintptr_t)-1,
                                           .release = close_handle };

/* The thread at the port.  It is not attached and needs no runtime: a token is enough. */
static DWORD WINAPI serve(void *port)
{
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED *work = NULL;
        BOOL done = GetQueuedCompletionStatus(port, &bytes, &key, &work, INFINITE);
        uint32_t error = done ? 0 : GetLastError();
        if (!work) {
            return 0;
        }
        hf_token_complete(hf_token_from_memory(work), bytes, error);
    }
}

typedef struct operation {
    HANDLE file;
    OVERLAPPED *work;
} operation;

static hf_status cancel(hf_token *token, void *user)
{
    const operation *op = user;
    (void)token;
    return CancelIoEx(op->file, op->work) ? HF_OK : HF_E_SYSTEM;
}

/* Begins an operation; what native code got is the token's from the submit on. */
static hf_status begin(hf_thread *thread, hf_token *token, operation *op, hf_ref file,
                       hf_ref buffer, bool is_write)
{
    hf_span data;
    uintptr_t handle;
    hf_native_error error = { 0, 0, 0 };
    BOOL done = FALSE;
    hf_status status = hf_token_lend(thread, token, buffer, 0, hf_bytes_size(buffer), &data);
    if (status == HF_OK) {
        status = hf_token_hold(thread, token, file, &handle);
    }
    op->work = hf_token_memory(token, sizeof *op->work, 0);
    if (status != HF_OK || !op->work) {
        return status != HF_OK ? status : HF_E_NOMEM;
    }
    op->file = (HANDLE)handle;
    status = hf_token_submit(token); /* before the call: it may be over at once */
    if (status != HF_OK) {
        return status;
    }
    DWORD size = (DWORD)data.size;
    if (is_write) {
        status = HF_NATIVE_CALL(thread, &error, done,
                                WriteFile(op->file, data.data, size, NULL, op->work));
    } else {
        status = HF_NATIVE_CALL(thread, &error, done,
                                ReadFile(op->file, data.data, size, NULL, op->work));
    }
    if (!done && error.last_error != ERROR_IO_PENDING) {
        hf_token_abort_submit(token); /* refused: there will be no completion */
        status = status != HF_OK ? status : HF_E_NATIVE;
    }
    return status;
}

/* Begins, collects while the system works, waits. */
static hf_status operate(hf_thread *thread, hf_ref file, hf_ref buffer, bool is_write)
{
    operation op;
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = is_write ? "write" : "read";
    options.cancel = cancel;
    options.user = &op;
    hf_token *token;
    hf_status status = hf_token_create(thread, &options, &token);
    if (status != HF_OK) {
        return status;
    }
    status = begin(thread, token, &op, file, buffer, is_write);
    if (status == HF_OK) {
        status = hf_collect(thread); /* the system may be writing now */
    }
    if (status == HF_OK) {
        status = hf_token_wait(thread, token, UINT64_MAX);
    }
    int64_t count = 0;
    uint32_t error = 0;
    if (status == HF_OK) {
        status = hf_token_result(token, &count, &error);
        printf("%s: %d bytes, %s\n", is_write ? "written" : "read", (int)count,
               error == 0 ? "done" : "failed");
    }
    hf_status ended = hf_token_destroy(thread, token); /* cancels what a failure left under way */
    return status != HF_OK ? status : ended;
}

static hf_status open_temporary(hf_thread *thread, HANDLE port, hf_ref file)
{
    char folder[MAX_PATH], path[MAX_PATH];
    if (!GetTempPathA(MAX_PATH, folder) || !GetTempFileNameA(folder, "hf", 0, path)) {
        return HF_E_SYSTEM;
    }
    HANDLE handle = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                                FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        return HF_E_SYSTEM;
    }
    hf_status status = CreateIoCompletionPort(handle, port, 0, 0) ? HF_OK : HF_E_SYSTEM;
    if (status == HF_OK) {
        status = hf_resource_create(thread, &handles, (uintptr_t)handle, file);
    }
    if (status != HF_OK) {
        CloseHandle(handle);
    }
    return status;
}

static hf_status use_file(hf_thread *thread, HANDLE port)
{
    static const char text[] = "held while the system works on it";
    char back[sizeof text] = "";
    hf_ref file = hf_local(thread), out = hf_local(thread), in = hf_local(thread);
    hf_status status = open_temporary(thread, port, file);
    if (status == HF_OK) {
        status = client_bytes(thread, text, sizeof text, out);
    }
    if (status == HF_OK) {
        status = hf_bytes_create(thread, sizeof text, in);
    }
    if (status == HF_OK) {
        status = operate(thread, file, out, true);
    }
    if (status == HF_OK) {
        status = operate(thread, file, in, false);
    }
    if (status == HF_OK) {
        status = hf_bytes_read(in, 0, back, sizeof back);
        printf("\"%s\"\n", back);
        hf_status closed = hf_resource_dispose(thread, file);
        status = status != HF_OK ? status : closed;
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    HANDLE server = port ? CreateThread(NULL, 0, serve, port, 0, NULL) : NULL;
    if (!server) {
        return HF_E_SYSTEM;
    }
    hf_status status = use_file(thread, port);
    PostQueuedCompletionStatus(port, 0, 0, NULL);
    hf_status waited =
        HF_NATIVE_CALL_VOID(thread, NULL, (void)WaitForSingleObject(server, INFINITE));
    CloseHandle(server);
    CloseHandle(port);
    return status != HF_OK ? status : waited;
}

int main(void)
{
    return client_main(run);
}
