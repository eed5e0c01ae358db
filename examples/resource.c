/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * A resource: a managed object that owns a native handle, here a FILE.
 *
 * It is closed exactly once: at hf_resource_dispose(), or after the last fence or call that still
 * uses it.  Run this by its path: it opens its own program file.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

static int closed; /* how often a file was closed */

static hf_status close_file(uintptr_t value, void *user)
{
    (void)user;
    closed++;
    return fclose((FILE *)value) == 0 ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class file_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "FILE",
    .invalid = 0,
    .release = close_file,
};

/* Reads while somebody else disposes: the file stays open to the end of the fence. */
static hf_status read_start(hf_thread *thread, hf_ref file, unsigned char *start, size_t size)
{
    hf_fence fence;
    uintptr_t value;
    size_t count = 0;
    hf_status status = hf_fence_hold(&fence, thread, file, &value);
    if (status == HF_OK) {
        status = hf_resource_dispose(thread, file);
        printf("disposed, but held: closed %d times\n", closed);
    }
    if (status == HF_OK) {
        status = HF_NATIVE_CALL(thread, NULL, count, fread(start, 1, size, (FILE *)value));
    }
    hf_status ended = hf_fence_end(&fence);
    printf("read %zu bytes, fence ended: closed %d times\n", count, closed);
    status = status == HF_OK ? ended : status;
    return status == HF_OK && count != size ? HF_E_SYSTEM : status;
}

static hf_status run(hf_thread *thread, const char *path)
{
    unsigned char start[2] = { 0, 0 };
    HF_FRAME(thread);
    hf_ref file = hf_local(thread);
    FILE *opened = fopen(path, "rb");
    if (!opened) {
        perror(path);
        return HF_E_SYSTEM;
    }
    hf_status status = hf_resource_create(thread, &file_class, (uintptr_t)opened, file);
    if (status != HF_OK) {
        fclose(opened); /* it did not become the resource's */
        return status;
    }
    status = read_start(thread, file, start, sizeof start);
    bool is_right = closed == 1 && !hf_resource_is_open(file);
    return status == HF_OK && !is_right ? HF_E_NOT_FOUND : status;
}

int main(int argc, char **argv)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = run(thread, argc > 0 ? argv[0] : "");
        hf_thread_detach(thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
