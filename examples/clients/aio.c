/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

/*
 * POSIX asynchronous I/O: the system works on the buffer and on the aiocb after aio_read() has
 * returned.  A token pins the one, has the memory of the other and holds the file open, until the
 * notification, on a thread that the library does not know, says that the operation is over.
 */

#define _POSIX_C_SOURCE 200809L

#include "client.h"

#include <aio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static hf_status close_fd(uintptr_t value, void *user)
{
    (void)user;
    return close((int)value) == 0 ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class descriptors = { .struct_size = sizeof(hf_resource_class),
                                               .name = "descriptor",
                                               .invalid = (uintptr_t)-1,
                                               .release = close_fd };

/* On a thread of the system's.  It is not attached and needs no runtime: a token is enough. */
static void notify(union sigval value)
{
    struct aiocb *control = value.sival_ptr;
    int error = aio_error(control);
    ssize_t count = aio_return(control);
    hf_token_complete(hf_token_from_memory(control), count, (uint32_t)error);
}

static hf_status cancel(hf_token *token, void *user)
{
    struct aiocb **control = user;
    (void)token;
    return aio_cancel((*control)->aio_fildes, *control) == AIO_CANCELED ? HF_OK : HF_E_BUSY;
}

/* Fills the aiocb; what is in it is the token's from the submit on. */
static hf_status prepare(hf_thread *thread, hf_token *token, hf_ref file, hf_ref buffer,
                         struct aiocb **control_out)
{
    hf_span data;
    uintptr_t fd;
    hf_status status = hf_token_lend(thread, token, buffer, 0, hf_bytes_size(buffer), &data);
    if (status == HF_OK) {
        status = hf_token_hold(thread, token, file, &fd);
    }
    struct aiocb *control = hf_token_memory(token, sizeof *control, 0);
    if (status != HF_OK || !control) {
        return status != HF_OK ? status : HF_E_NOMEM;
    }
    control->aio_fildes = (int)fd;
    control->aio_buf = data.data;
    control->aio_nbytes = data.size;
    control->aio_sigevent.sigev_notify = SIGEV_THREAD;
    control->aio_sigevent.sigev_notify_function = notify;
    control->aio_sigevent.sigev_value.sival_ptr = control;
    *control_out = control;
    return HF_OK;
}

/* Begins, collects while the system works, waits. */
static hf_status operate(hf_thread *thread, const char *name, int (*call)(struct aiocb *),
                         hf_ref file, hf_ref buffer)
{
    struct aiocb *control = NULL;
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = name;
    options.cancel = cancel;
    options.user = &control;
    hf_token *token;
    int begun = -1;
    hf_status status = hf_token_create(thread, &options, &token);
    if (status != HF_OK) {
        return status;
    }
    status = prepare(thread, token, file, buffer, &control);
    if (status == HF_OK) {
        status = hf_token_submit(token); /* before the call: it may be over at once */
    }
    if (status == HF_OK) {
        status = HF_NATIVE_CALL(thread, NULL, begun, call(control));
        if (begun != 0) {
            hf_token_abort_submit(token); /* refused: there will be no notification */
            status = status != HF_OK ? status : HF_E_NATIVE;
        }
    }
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
        printf("%s: %d bytes, %s\n", name, (int)count, error == 0 ? "done" : "failed");
    }
    hf_status ended = hf_token_destroy(thread, token); /* cancels what a failure left under way */
    return status != HF_OK ? status : ended;
}

static hf_status open_temporary(hf_thread *thread, hf_ref file)
{
    FILE *temporary = tmpfile();
    int fd = temporary ? dup(fileno(temporary)) : -1;
    if (temporary) {
        fclose(temporary);
    }
    if (fd < 0) {
        return HF_E_SYSTEM;
    }
    hf_status status = hf_resource_create(thread, &descriptors, (uintptr_t)fd, file);
    if (status != HF_OK) {
        close(fd);
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
        status = operate(thread, "written", aio_write, file, out);
    }
    if (status == HF_OK) {
        status = operate(thread, "read", aio_read, file, in);
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
