/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * A fence that is missing, and how the finder shows it.
 *
 * The program takes the number out of a resource and works with that.  Nothing uses the resource
 * behind this, so a collection in the middle of the call may close the file: once a month, on
 * somebody else's machine.  The finder makes it happen in the second run.
 *
 *     missing_fence           with the fence: silent in all runs
 *     missing_fence broken    without it: one report
 */

#include <holdfast.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define RUNS 4

static int reported;

static void show(const hf_report *report, void *user)
{
    char text[1024];
    (void)user;
    (void)hf_report_format(report, text, sizeof text);
    fputs(text, stdout);
    reported++;
}

static hf_status close_stream(uintptr_t value, void *user)
{
    (void)user;
    return fclose((FILE *)value) == 0 ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class stream_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "stream", /* as the parameters are called that take one */
    .invalid = 0,
    .release = close_stream,
    .on_leak = HF_LEAK_RELEASE,
};

/* Stands for any function of any library. */
static int read_first(void *stream)
{
    return stream ? 1 : 0;
}

static hf_status read_broken(hf_thread *thread, hf_function *first, hf_ref file)
{
    uintptr_t value;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_resource_value(thread, file, &value);
    if (status == HF_OK) {
        status = hf_call(thread, first, &result, HF_ARGS(HF_POINTER((void *)value)));
    }
    return status;
}

static hf_status read_fenced(hf_thread *thread, hf_function *first, hf_ref file)
{
    hf_fence fence;
    uintptr_t value;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_fence_hold(&fence, thread, file, &value);
    if (status == HF_OK) {
        status = hf_call(thread, first, &result, HF_ARGS(HF_POINTER((void *)value)));
    }
    hf_status ended = hf_fence_end(&fence);
    return status == HF_OK ? ended : status;
}

static hf_status work(hf_thread *thread, bool is_broken)
{
    HF_FRAME(thread);
    hf_ref file = hf_local(thread);
    hf_function *first = NULL;
    FILE *opened = tmpfile();
    if (!opened) {
        return HF_E_SYSTEM;
    }
    hf_status status = hf_resource_create(thread, &stream_class, (uintptr_t)opened, file);
    if (status != HF_OK) {
        fclose(opened);
        return status;
    }
    int (*callee)(void *) = read_first;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    memcpy(&options.address, &callee, sizeof callee);
    status =
        hf_function_bind_with(thread, NULL, "int read_first(void *stream {raw})", &options, &first);
    if (status == HF_OK) {
        status = is_broken ? read_broken(thread, first, file) : read_fenced(thread, first, file);
    }
    hf_function_destroy(first);
    return status;
}

static hf_status run(hf_finder *finder, bool is_broken)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.finder = finder;
    options.report = show;
    hf_status status = hf_runtime_create(&options, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = work(thread, is_broken);
        hf_thread_detach(thread);
    }
    hf_runtime_destroy(runtime, NULL);
    return status;
}

int main(int argc, char **argv)
{
    bool is_broken = argc > 1 && strcmp(argv[1], "broken") == 0;
    hf_finder *finder = NULL;
    hf_status status = hf_finder_create(&finder);
    for (int i = 0; i < RUNS && status == HF_OK && reported == 0; i++) {
        status = run(finder, is_broken);
        printf("run %d: %s, %d reports\n", i, hf_status_text(status), reported);
    }
    hf_finder_destroy(finder);
    return status == HF_OK && (reported != 0) == is_broken ? 0 : 1;
}
