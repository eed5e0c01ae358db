/* SPDX-License-Identifier: MIT */
/* hf-test: expect=stale address 0x[0-9a-f]+.*retained by: hfn_retain, argument 1, which promises */

/*
 * A callee that promised {noretain} keeps the address and uses it after the call: checked mode has
 * moved the buffer by then, and names who kept it.
 */

#include "misbehave.h"
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
    options.checked = 1;
    need(hf_runtime_create(&options, &p.runtime), "hf_runtime_create");
    need(hf_thread_attach(p.runtime, &p.thread), "hf_thread_attach");
    hf_library *library;
    hf_function *keep;
    hf_function *use;
    hf_result result = HF_RESULT_INIT;
    need(hf_library_open(p.thread, HF_TESTLIB_PATH, &library), "hf_library_open");
    need(hf_function_bind(p.thread, library,
                          "uint32_t hfn_retain(const uint8_t *data, size_t size {capacity(data)},"
                          " int how) {noretain}",
                          &keep),
         "hf_function_bind");
    need(hf_function_bind(p.thread, library, "uint32_t hfn_use_retained(void)", &use),
         "hf_function_bind");
    HF_FRAME(p.thread);
    hf_ref buffer = hf_local(p.thread);
    planted_make(&p, 20000, buffer);
    need(hf_call(p.thread, keep, &result, HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_INT(HFN_BAD))),
         "hfn_retain");
    need(hf_call(p.thread, use, &result, HF_NO_ARGS), "hfn_use_retained");
    planted_survived();
}
