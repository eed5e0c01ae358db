/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers expect=leaving.*ended in atexit: HF_OK, 1 finalized.*ended: 6 */

/* A runtime is ended by a function of atexit(), and what its death queued is run there. */

#include <holdfast.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static hf_runtime *runtime;
static hf_thread *thread;
static _Atomic(int) finalized;

static void count_final(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    (void)user;
    atomic_fetch_add(&finalized, 1);
}

static void end_it(void)
{
    hf_status status = hf_thread_detach(thread);
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.live = HF_LIVE_RUN;
    if (status == HF_OK) {
        status = hf_runtime_end(runtime, &options, NULL);
    }
    (void)fprintf(stderr, "ended in atexit: %s, %d finalized\n", hf_status_name(status),
                  atomic_load(&finalized));
}

int main(void)
{
    hf_frame frame;
    hf_ref object;
    hf_global *global;
    if (atexit(end_it) != 0 || hf_runtime_create(NULL, &runtime) != HF_OK ||
        hf_thread_attach(runtime, &thread) != HF_OK ||
        hf_frame_begin(thread, &frame, HF_SITE) != HF_OK ||
        hf_local_create(thread, &object) != HF_OK || hf_array_create(thread, 1, object) != HF_OK ||
        hf_finalizer_set(thread, object, count_final, NULL) != HF_OK ||
        hf_global_create(thread, object, &global) != HF_OK) {
        return 2;
    }
    hf_frame_end(&frame);
    (void)fputs("leaving\n", stderr);
    exit(6);
}
