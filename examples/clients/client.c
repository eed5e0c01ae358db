/* SPDX-License-Identifier: MIT */

/* The frame around every client. */

#include "client.h"

#include <stdio.h>
#include <string.h>

#define SKIPPED 77

hf_status client_library(hf_thread *thread, const char *name, hf_library **library_out)
{
    hf_status status = hf_library_open(thread, name, library_out);
    if (status == HF_E_LIBRARY) {
        printf("skipped: %s is not here\n", name);
    }
    return status;
}

hf_status client_bytes(hf_thread *thread, const void *bytes, size_t size, hf_ref out)
{
    hf_status status = hf_bytes_create(thread, size, out);
    return status == HF_OK ? hf_bytes_write(out, 0, bytes, size) : status;
}

static hf_status run_in_frame(hf_thread *thread, hf_status (*run)(hf_thread *thread))
{
    HF_FRAME(thread);
    return run(thread);
}

int client_main(hf_status (*run)(hf_thread *thread))
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = run_in_frame(thread, run);
        (void)hf_thread_detach(thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    if (status == HF_E_LIBRARY) {
        return SKIPPED;
    }
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
