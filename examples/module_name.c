/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * The path of this program, however long it is.
 *
 * GetModuleFileNameW cuts what does not fit and calls that a success.  The prototype says so once,
 * and hf_call() calls again with more room until it is whole.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

static hf_status print_name(hf_thread *thread, const hf_function *get_name)
{
    HF_FRAME(thread); /* what is made from here on lives to the end of this function */
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_call(thread, get_name, &result, HF_ARGS(HF_NULL));
    if (status != HF_OK) {
        printf("%s, last error %u\n", hf_status_text(status), (unsigned)result.last_error);
        return status;
    }
    char name[3 * 1024];
    hf_span units;
    hf_utf_result found;
    HF_FENCE(thread, fence, hf_result_out(&result, 0), &units); /* pinned from here ... */
    status = hf_utf16_to_utf8(units.data, units.size / 2, HF_UTF_STRICT, name, sizeof name, &found);
    hf_fence_end(&fence); /* ... to here */
    if (status == HF_OK) {
        printf("%.*s (%zu units, %u tries)\n", (int)found.written, name, found.read,
               (unsigned)result.attempts);
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    hf_library *kernel32 = NULL;
    hf_function *get_name = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 4; /* far too little, so that it has to grow */

    hf_status status = hf_library_open(thread, "kernel32.dll", &kernel32);
    if (status == HF_OK) {
        status = hf_function_bind_with(
            thread, kernel32,
            "DWORD WINAPI GetModuleFileNameW(HMODULE module, WCHAR *name {out, text},"
            "                                DWORD size {capacity(name)})"
            " {fail(result == 0), error(last_error), grow_ok(result >= size),"
            "  length(name, result)}",
            &options, &get_name);
    }
    if (status == HF_OK) {
        status = print_name(thread, get_name);
    }
    hf_function_destroy(get_name);
    hf_library_close(kernel32);
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
