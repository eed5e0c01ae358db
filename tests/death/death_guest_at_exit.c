/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers expect=guest finalized.*leaving.*guest ended: HF_(OK|E_SHUTDOWN).*ended: 0 */

/* The process ends with a module in it that ends its runtime then.  On Windows the runner is gone
 * by that time, and all that the end does is to say so. */

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
    (void)fputs("leaving\n", stderr);
    return 0;
}
