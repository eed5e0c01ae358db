/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * Calls that read like calls.
 *
 * HF_CALL takes each argument by its C type: a number with its width, a text, a managed buffer as a
 * whole.  What could mean several things does not compile, and HF_AS says which is meant.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

/* Bound from the C library of this program. */
typedef struct functions {
    hf_library *libc;
    hf_function *length;
    hf_function *find;
    hf_function *number;
} functions;

static hf_status bind_all(hf_thread *thread, functions *f)
{
    hf_status status = hf_library_open(thread, "c", &f->libc);
    if (status == HF_OK) {
        status = hf_function_bind(thread, f->libc, "size_t strlen(const char *text)", &f->length);
    }
    if (status == HF_OK) {
        status = hf_function_bind(
            thread, f->libc,
            "void *memchr(const void *bytes, int byte, size_t size {capacity(bytes)})", &f->find);
    }
    if (status == HF_OK) {
        status = hf_function_bind(thread, f->libc,
                                  "double strtod(const char *text, char **end {raw})", &f->number);
    }
    return status;
}

static hf_status run(hf_thread *thread, const functions *f)
{
    HF_FRAME(thread);
    hf_ref buffer = hf_local(thread);
    hf_result result = HF_RESULT_INIT;

    hf_status status = HF_CALL(thread, f->length, &result, "nineteen characters");
    if (status == HF_OK) {
        printf("strlen: %u\n", (unsigned)result.value.u);
        status = HF_CALL(thread, f->number, &result, "2.5", NULL);
    }
    if (status == HF_OK) {
        printf("strtod: %g\n", result.value.f);
        status = hf_bytes_create(thread, 1000, buffer);
    }
    if (status == HF_OK) {
        status = hf_bytes_write(buffer, 700, "x", 1);
    }
    if (status == HF_OK) {
        status = HF_CALL(thread, f->find, &result, buffer, 'x'); /* the whole buffer, pinned */
    }
    if (status == HF_OK) {
        printf("memchr in all of it: %s\n", result.value.pointer ? "found" : "not found");
        status = HF_CALL(thread, f->find, &result, HF_AS(HF_BUFFER(buffer, 0, 700)), 'x');
    }
    if (status == HF_OK) {
        printf("memchr in 700 bytes: %s\n", result.value.pointer ? "found" : "not found");
    }
    return status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    functions f = { NULL, NULL, NULL, NULL };
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = bind_all(thread, &f);
        status = status == HF_OK ? run(thread, &f) : status;
        hf_function_destroy(f.length);
        hf_function_destroy(f.find);
        hf_function_destroy(f.number);
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
