/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers expect=resource lamp, value 0x7.*made at: lamp.c:11.*ended: [^0] */

/* A leak of a class that says HF_LEAK_FATAL ends the program, after its report. */

#include <holdfast.h>

#include <stddef.h>
#include <stdio.h>

static hf_status release(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    puts("released"); /* fatal means: not any more */
    return HF_OK;
}

static const hf_resource_class lamp = {
    .struct_size = sizeof(hf_resource_class),
    .name = "lamp",
    .release = release,
    .on_leak = HF_LEAK_FATAL,
};

static hf_status leak(hf_thread *thread)
{
    HF_FRAME(thread);
    hf_ref resource = hf_local(thread);
    return hf_resource_create_at(thread, &lamp, 7, resource, (hf_site){ "lamp.c", 11 });
}

int main(void)
{
    hf_runtime *runtime;
    hf_thread *thread;
    if (hf_runtime_create(NULL, &runtime) != HF_OK || hf_thread_attach(runtime, &thread) != HF_OK ||
        leak(thread) != HF_OK || hf_collect(thread) != HF_OK) {
        return 1;
    }
    (void)!hf_runner_drain(thread, UINT64_MAX);
    puts("survived");
    return 0;
}
