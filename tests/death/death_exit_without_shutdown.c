/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers expect=leaving.*ended: 5 */

/* A program that ends without ending its runtime: a finalizer blocks, a thread is native, the
 * main thread managed.  It ends as it wanted to. */

#include "platform/platform.h"

#include <holdfast.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static hf_runtime *runtime;
static _Atomic(int) are_there;

static void sleep_long(hf_thread *runner, hf_ref object, void *user)
{
    (void)object;
    (void)user;
    if (hf_native_begin(runner) == HF_OK) {
        atomic_fetch_add(&are_there, 1);
        hfp_sleep_ns(UINT64_C(40) * 1000 * 1000 * 1000);
    }
}

static void stay_native(void *user)
{
    hf_thread *thread;
    (void)user;
    if (hf_thread_attach(runtime, &thread) == HF_OK) {
        sleep_long(thread, NULL, NULL);
    }
}

int main(void)
{
    hf_thread *thread;
    hf_frame frame;
    hf_ref object;
    hfp_thread other;
    if (hf_runtime_create(NULL, &runtime) != HF_OK || hf_thread_attach(runtime, &thread) != HF_OK ||
        hfp_thread_start(&other, "native", stay_native, NULL) != HF_OK ||
        hf_frame_begin(thread, &frame, HF_SITE) != HF_OK ||
        hf_local_create(thread, &object) != HF_OK || hf_array_create(thread, 1, object) != HF_OK ||
        hf_finalizer_set(thread, object, sleep_long, NULL) != HF_OK) {
        return 2;
    }
    hf_clear(object);
    if (hf_collect(thread) != HF_OK) {
        return 3;
    }
    while (atomic_load(&are_there) < 2) {
        (void)hf_safepoint(thread); /* who gets there may have to collect for it */
        hfp_sleep_ns(1000000);
    }
    (void)fputs("leaving\n", stderr);
    exit(5);
}
