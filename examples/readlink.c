/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

/*
 * Where a symbolic link points, however long that is.
 *
 * readlink(2) cuts what does not fit and says nothing: a result as long as the buffer may be whole
 * or not.  The prototype says so once, and hf_call() calls again with more room until it is.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

static hf_status print_target(hf_thread *thread, const hf_function *readlink_fn, const char *path)
{
    HF_FRAME(thread); /* what is made from here on lives to the end of this function */
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_call(thread, readlink_fn, &result, HF_ARGS(HF_CSTR(path)));
    if (status != HF_OK) {
        printf("%s: %s, errno %d\n", path, hf_status_text(status), (int)result.errno_value);
        return status;
    }
    hf_span text;
    int printed = 0;
    HF_FENCE(thread, fence, hf_result_out(&result, 0), &text); /* pinned from here ... */
    status = HF_NATIVE_CALL(thread, NULL, printed,
                            printf("%s -> %.*s (%zu bytes, %u tries)\n", path, (int)text.size,
                                   (const char *)text.data, text.size, (unsigned)result.attempts));
    hf_fence_end(&fence); /* ... to here */
    return status == HF_OK && printed < 0 ? HF_E_SYSTEM : status;
}

static hf_status run(hf_thread *thread)
{
    hf_library *libc = NULL;
    hf_function *readlink_fn = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 4; /* far too little, so that it has to grow */

    hf_status status = hf_library_open(thread, "c", &libc);
    if (status == HF_OK) {
        status = hf_function_bind_with(
            thread, libc,
            "ssize_t readlink(const char *path, char *buffer {out, text},"
            "                 size_t size {capacity(buffer)})"
            " {fail(result < 0), error(errno), grow_ok(result == size), length(buffer, result)}",
            &options, &readlink_fn);
    }
    if (status == HF_OK) {
        status = print_target(thread, readlink_fn, "/proc/self/exe");
    }
    hf_function_destroy(readlink_fn);
    hf_library_close(libc);
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
