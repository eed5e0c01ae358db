/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * Overlapped file I/O: the system works on the buffer and on the OVERLAPPED after WriteFile() has
 * returned.  Both are managed, so both get an owning pin, which stands until the operation is over,
 * whatever else is collected meanwhile.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

#include <windows.h>

HF_WRAP(BOOL, guarded_write, WriteFile, HF_W_RESOURCE(HANDLE, file), HF_W_IN(data, DWORD),
        HF_W_VALUE(DWORD *, written), HF_W_POINTER(OVERLAPPED *, work));
HF_WRAP(BOOL, guarded_read, ReadFile, HF_W_RESOURCE(HANDLE, file), HF_W_OUT(data, DWORD),
        HF_W_VALUE(DWORD *, written), HF_W_POINTER(OVERLAPPED *, work));
HF_WRAP(BOOL, guarded_wait, GetOverlappedResult, HF_W_RESOURCE(HANDLE, file),
        HF_W_POINTER(OVERLAPPED *, work), HF_W_POINTER(DWORD *, count), HF_W_VALUE(BOOL, wait));

static hf_status close_handle(uintptr_t value, void *user)
{
    (void)user;
    return CloseHandle((HANDLE)value) ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class handles = { .struct_size = sizeof(hf_resource_class),
                                           .name = "file",
                                           .invalid = (uintptr_t)-1,
                                           .release = close_handle };

/* Begins an operation, collects while it is under way, waits for its end. */
static hf_status operate(hf_thread *thread, hf_ref file, hf_ref buffer, bool is_write)
{
    HF_FRAME(thread);
    hf_ref overlapped = hf_local(thread);
    hf_pin *data = NULL, *work = NULL;
    hf_native_error error = { 0, 0, 0 };
    BOOL done = FALSE;
    DWORD count = 0;
    hf_status status = hf_bytes_create(thread, sizeof(OVERLAPPED), overlapped);
    if (status == HF_OK) {
        status = hf_pin_create(thread, buffer, &data);
    }
    if (status == HF_OK) {
        status = hf_pin_create(thread, overlapped, &work);
    }
    if (status == HF_OK) {
        OVERLAPPED *at = hf_pin_span(work).data;
        size_t size = hf_pin_span(data).size;
        status = is_write ? guarded_write(thread, &done, &error, file, buffer, 0, size, NULL, at)
                          : guarded_read(thread, &done, &error, file, buffer, 0, size, NULL, at);
        bool is_begun = done || error.last_error == ERROR_IO_PENDING;
        if (status == HF_OK && is_begun) {
            status = hf_collect(thread); /* the system may be writing now */
            hf_status waited = guarded_wait(thread, &done, &error, file, at, &count, TRUE);
            status = status != HF_OK ? status : waited;
        }
        printf("%s: %lu bytes, %s\n", is_write ? "written" : "read", (unsigned long)count,
               done ? "done" : "failed");
    }
    hf_pin_destroy(work);
    hf_pin_destroy(data);
    return status;
}

static hf_status open_temporary(hf_thread *thread, hf_ref file)
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
    hf_status status = hf_resource_create(thread, &handles, (uintptr_t)handle, file);
    if (status != HF_OK) {
        CloseHandle(handle);
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    static const char text[] = "held while the system works on it";
    char back[sizeof text] = "";
    hf_ref file = hf_local(thread), out = hf_local(thread), in = hf_local(thread);
    hf_status status = open_temporary(thread, file);
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

int main(void)
{
    return client_main(run);
}
