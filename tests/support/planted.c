/* SPDX-License-Identifier: MIT */

/*
 * What all planted faults share.  There is no cmocka here: it would catch the signal.
 */

#include "planted.h"

#include <stdio.h>
#include <stdlib.h>

static void need(hf_status status, const char *what)
{
    if (status != HF_OK) {
        fprintf(stderr, "%s: %s\n", what, hf_status_name(status));
        exit(1);
    }
}

void planted_begin(planted *p)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.stress_every = 1;
    need(hf_runtime_create(&options, &p->runtime), "hf_runtime_create");
    need(hf_thread_attach(p->runtime, &p->thread), "hf_thread_attach");
}

void planted_make_at(planted *p, size_t size, hf_ref out, hf_site site)
{
    need(hf_bytes_create_at(p->thread, size, out, site), "hf_bytes_create");
    for (size_t at = 0; at < size; at++) {
        need(hf_bytes_write(out, at, "x", 1), "hf_bytes_write");
    }
}

volatile unsigned char *planted_address(planted *p, const hf_slot *bytes)
{
    need(hf_raw_begin(p->thread), "hf_raw_begin");
    volatile unsigned char *address = hf_raw_address(bytes);
    need(hf_raw_end(p->thread), "hf_raw_end");
    return address;
}

unsigned planted_native_read(const volatile unsigned char *data, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += data[i];
    }
    return sum;
}

_Noreturn void planted_survived(void)
{
    printf("survived\n");
    exit(0);
}
