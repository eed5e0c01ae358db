/* SPDX-License-Identifier: MIT */

/*
 * A module that has a runtime inside, and ends it when it is unloaded: on Windows in its DllMain,
 * with the loader lock held, which the runner needs to end its thread; at the end of the process
 * there, after all other threads were stopped wherever they were.
 */

#include <holdfast.h>

#include "platform/platform.h"

#include <stdio.h>

static hf_runtime *runtime;

static void say_final(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    (void)user;
    (void)fputs("guest finalized\n", stderr);
}

/** Makes a runtime whose runner has run, and sleeps. */
__attribute__((visibility("default"))) int guest_begin(void);

int guest_begin(void)
{
    hf_thread *thread;
    hf_frame frame;
    hf_ref object;
    if (hf_runtime_create(NULL, &runtime) != HF_OK || hf_thread_attach(runtime, &thread) != HF_OK ||
        hf_frame_begin(thread, &frame, HF_SITE) != HF_OK ||
        hf_local_create(thread, &object) != HF_OK || hf_array_create(thread, 1, object) != HF_OK ||
        hf_finalizer_set(thread, object, say_final, NULL) != HF_OK) {
        return 1;
    }
    hf_frame_end(&frame);
    if (hf_collect(thread) != HF_OK || hf_runner_drain(thread, UINT64_MAX) != HF_OK) {
        return 1;
    }
    return hf_thread_detach(thread) == HF_OK ? 0 : 1;
}

__attribute__((destructor)) static void guest_end(void)
{
    if (runtime) {
        hf_status status = hf_runtime_end(runtime, NULL, NULL);
        (void)fprintf(stderr, "guest ended: %s\n", hf_status_name(status));
        runtime = NULL;
    }
}
