/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

/*
 * Several managed buffers written by one system call, and read back by another.
 *
 * writev(2) takes an array of structs that each hold an address.  The array is native memory of the
 * program; which buffer each address is of is said beside it.  For exactly the call the buffers are
 * pinned and their addresses are in the array; behind it they are zero again.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

enum { PARTS = 3 };

static const char *const words[PARTS] = { "scattered ", "in ", "memory" };

typedef struct functions {
    hf_library *libc;
    hf_function *pipe;
    hf_function *writev;
    hf_function *readv;
    hf_function *close;
} functions;

#define VECTOR "struct iovec *parts {inout}, int count {capacity(parts, elements)}"

static hf_status bind_all(hf_thread *thread, functions *f)
{
    const hf_type_size types[] = { { "struct iovec", sizeof(struct iovec),
                                     _Alignof(struct iovec) } };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.types = types;
    options.type_count = 1;
    hf_status status = hf_library_open(thread, "c", &f->libc);
    if (status == HF_OK) {
        status = hf_function_bind(thread, f->libc,
                                  "int pipe(int *ends {out, given, size(8)})"
                                  " {fail(result < 0), error(errno)}",
                                  &f->pipe);
    }
    if (status == HF_OK) {
        status = hf_function_bind_with(thread, f->libc,
                                       "ssize_t writev(int file, " VECTOR ")"
                                       " {fail(result < 0), error(errno)}",
                                       &options, &f->writev);
    }
    if (status == HF_OK) {
        status = hf_function_bind_with(thread, f->libc,
                                       "ssize_t readv(int file, " VECTOR ")"
                                       " {fail(result < 0), error(errno)}",
                                       &options, &f->readv);
    }
    if (status == HF_OK) {
        status = hf_function_bind(thread, f->libc, "int close(int file)", &f->close);
    }
    return status;
}

/* Calls writev or readv with all buffers. */
static hf_status transfer(hf_thread *thread, const hf_function *function, int file,
                          const hf_ref *buffer, const size_t *size, hf_result *result)
{
    struct iovec part[PARTS];
    hf_link link[PARTS];
    for (size_t i = 0; i < PARTS; i++) {
        part[i] = (struct iovec){ NULL, size[i] };
        link[i] = (hf_link){ i * sizeof part[0] + offsetof(struct iovec, iov_base), buffer[i], 0 };
    }
    const hf_linked linked = { part, sizeof part, link, PARTS };
    return HF_CALL(thread, function, result, file, &linked);
}

static hf_status send_and_receive(hf_thread *thread, const functions *f, const int *ends)
{
    HF_FRAME(thread);
    hf_ref out[PARTS];
    hf_ref in[PARTS];
    size_t size[PARTS];
    hf_result result = HF_RESULT_INIT;
    hf_status status = HF_OK;
    for (size_t i = 0; i < PARTS && status == HF_OK; i++) {
        size[i] = strlen(words[i]);
        out[i] = hf_local(thread);
        in[i] = hf_local(thread);
        status = hf_bytes_create(thread, size[i], out[i]);
        status = status == HF_OK ? hf_bytes_create(thread, size[i], in[i]) : status;
        status = status == HF_OK ? hf_bytes_write(out[i], 0, words[i], size[i]) : status;
    }
    if (status == HF_OK) {
        status = transfer(thread, f->writev, ends[1], out, size, &result);
    }
    if (status == HF_OK) {
        printf("written: %lld bytes of %d buffers\n", (long long)result.value.i, (int)PARTS);
        status = transfer(thread, f->readv, ends[0], in, size, &result);
    }
    for (size_t i = 0; i < PARTS && status == HF_OK; i++) {
        char text[32] = "";
        status = hf_bytes_read(in[i], 0, text, size[i]);
        printf("read: \"%s\"\n", text);
        if (status == HF_OK && strcmp(text, words[i]) != 0) {
            status = HF_E_SYSTEM;
        }
    }
    return status;
}

static hf_status run(hf_thread *thread, const functions *f)
{
    int ends[2] = { -1, -1 };
    hf_result result = HF_RESULT_INIT;
    hf_status status = HF_CALL(thread, f->pipe, &result, (void *)ends);
    if (status != HF_OK) {
        return status;
    }
    status = send_and_receive(thread, f, ends);
    (void)HF_CALL(thread, f->close, &result, ends[0]);
    (void)HF_CALL(thread, f->close, &result, ends[1]);
    return status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    functions f = { NULL, NULL, NULL, NULL, NULL };
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = bind_all(thread, &f);
        status = status == HF_OK ? run(thread, &f) : status;
        hf_function_destroy(f.pipe);
        hf_function_destroy(f.writev);
        hf_function_destroy(f.readv);
        hf_function_destroy(f.close);
        hf_library_close(f.libc);
        hf_thread_detach(thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
