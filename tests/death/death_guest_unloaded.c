/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers expect=guest finalized.*guest ended: HF_OK.*unloaded.*ended: 0 */

/* A module ends its runtime while it is unloaded: neither hangs, under the loader's lock. */

#include "platform/platform.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    void *module;
    void *address;
    uint32_t error;
    int (*begin)(void);
    if (hfp_module_open(HF_GUEST_PATH, HFP_MODULE_ANY, &module, &error) != HF_OK ||
        hfp_module_symbol(module, "guest_begin", &address) != HF_OK) {
        return 2;
    }
    memcpy(&begin, &address, sizeof begin);
    if (begin() != 0) {
        return 3;
    }
    hfp_module_close(module);
    (void)fputs("unloaded\n", stderr);
    return 0;
}
