/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * Lending a buffer to a native function without a prototype.
 *
 * Between HF_FENCE and hf_fence_end() the buffer stays where it is.  HF_NATIVE_CALL lets the
 * collector work while the function runs, which is what everything that may block needs.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

static hf_status print_line(hf_thread *thread, hf_ref line)
{
    hf_span span;
    size_t written = 0;
    hf_native_error error;

    HF_FENCE(thread, fence, line, &span); /* pinned from here ... */
    hf_status status =
        HF_NATIVE_CALL(thread, &error, written, fwrite(span.data, 1, span.size, stdout));
    hf_fence_end(&fence); /* ... to here: the keepalive */

    if (status == HF_OK && written != hf_bytes_size(line)) {
        fprintf(stderr, "wrote %zu bytes, errno %d\n", written, (int)error.errno_value);
        status = HF_E_SYSTEM;
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    static const char text[] = "A line that lives in a heap whose objects move.\n";

    HF_FRAME(thread);
    hf_ref line = hf_local(thread);
    hf_status status = hf_bytes_create(thread, sizeof text - 1, line);
    if (status == HF_OK) {
        status = hf_bytes_write(line, 0, text, sizeof text - 1);
    }
    for (int i = 0; i < 3 && status == HF_OK; i++) {
        status = hf_collect(thread); /* moves the buffer: nothing pins it here */
        status = status == HF_OK ? print_line(thread, line) : status;
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
