/* SPDX-License-Identifier: MIT */
/* hf-test: expect=holdfast: hfn_overrun_at went behind the end of its argument 1, to address 0x */

/*
 * A callee goes far behind the buffer that the library made for it: the page there traps at once.
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

int main(void)
{
    planted p;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.guard_pages = 1;
    need(hf_runtime_create(&options, &p.runtime), "hf_runtime_create");
    need(hf_thread_attach(p.runtime, &p.thread), "hf_thread_attach");
    hf_library *library;
    hf_function *function;
    need(hf_library_open(p.thread, HF_TESTLIB_PATH, &library), "hf_library_open");
    need(hf_function_bind(p.thread, library,
                          "int hfn_overrun_at(uint8_t *data {out}, size_t size {capacity(data)},"
                          " size_t at)",
                          &function),
         "hf_function_bind");
    HF_FRAME(p.thread);
    hf_result result = HF_RESULT_INIT;
    need(hf_call(p.thread, function, &result, HF_ARGS(HF_UINT(255))), "in bounds");
    need(hf_call(p.thread, function, &result, HF_ARGS(HF_UINT(256))), "one behind");
    planted_survived();
}
