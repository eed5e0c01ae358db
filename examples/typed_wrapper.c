/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

/*
 * Typed wrappers: a function that is known when the program is compiled needs no prototype at run
 * time.  One declaration each makes write(), pread() and lseek() take a resource for the file and a
 * range of a managed buffer for the memory; all else is an ordinary call of C.
 */

#define _XOPEN_SOURCE 700 /* pread, mkstemp */

#include <holdfast.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

HF_WRAP(ssize_t, guarded_write, write, HF_W_RESOURCE(int, file), HF_W_IN(data, size_t));
HF_WRAP(ssize_t, guarded_pread, pread, HF_W_RESOURCE(int, file), HF_W_OUT(data, size_t),
        HF_W_VALUE(off_t, at));
HF_WRAP(off_t, guarded_seek, lseek, HF_W_RESOURCE(int, file), HF_W_VALUE(off_t, by),
        HF_W_VALUE(int, whence));

static hf_status close_file(uintptr_t value, void *user)
{
    (void)user;
    return close((int)value) == 0 ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class files = { .struct_size = sizeof(hf_resource_class),
                                         .name = "file",
                                         .invalid = (uintptr_t)-1,
                                         .release = close_file };

static hf_status open_temporary(hf_thread *thread, hf_ref file)
{
    char path[] = "/tmp/holdfast-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) {
        return HF_E_SYSTEM;
    }
    (void)unlink(path); /* it lives as long as it is open */
    hf_status status = hf_resource_create(thread, &files, (uintptr_t)fd, file);
    if (status != HF_OK) {
        (void)close(fd);
    }
    return status;
}

static hf_status write_and_read(hf_thread *thread, hf_ref file, hf_ref buffer)
{
    static const char text[] = "managed memory, native file";
    char back[sizeof text] = "";
    ssize_t done = 0;
    hf_status status = hf_bytes_create(thread, sizeof text, buffer);
    if (status == HF_OK) {
        status = hf_bytes_write(buffer, 0, text, sizeof text);
    }
    if (status == HF_OK) { /* without the first word */
        status = guarded_write(thread, &done, NULL, file, buffer, 8, sizeof text - 8);
        printf("written: %ld bytes\n", (long)done);
    }
    if (status == HF_OK) {
        status = guarded_pread(thread, &done, NULL, file, buffer, 0, sizeof text, 0);
    }
    if (status == HF_OK) {
        status = hf_bytes_read(buffer, 0, back, (size_t)done);
        printf("read: \"%s\"\n", back);
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    HF_FRAME(thread);
    hf_ref file = hf_local(thread), buffer = hf_local(thread);
    hf_native_error error = { 0, 0, 0 };
    off_t at = 0;
    hf_status status = open_temporary(thread, file);
    if (status == HF_OK) {
        status = write_and_read(thread, file, buffer);
    }
    if (status == HF_OK) {
        status = guarded_seek(thread, &at, &error, file, -1, SEEK_SET);
        printf("seek: %ld, %s\n", (long)at, error.errno_value == EINVAL ? "EINVAL" : "?");
    }
    if (status == HF_OK) {
        status = hf_resource_dispose(thread, file);
    }
    return status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = run(thread);
        hf_thread_detach(thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
