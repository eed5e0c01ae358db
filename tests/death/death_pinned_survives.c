/* SPDX-License-Identifier: MIT */
/* hf-test: expect=survived.*ended: 0 */

/*
 * The control of the planted faults: the same accesses under a fence and a pin end nothing.
 */

#include "planted.h"

int main(void)
{
    planted p;
    planted_begin(&p);
    HF_FRAME(p.thread);
    hf_ref buffer = hf_local(p.thread);
    planted_make(&p, 100000, buffer);
    hf_pin *pin;
    if (hf_pin_create(p.thread, buffer, &pin) != HF_OK) {
        return 1;
    }
    unsigned sum = 0;
    {
        hf_span span;
        HF_FENCE(p.thread, fence, buffer, &span);
        if (HF_NATIVE_CALL(p.thread, NULL, sum, planted_native_read(span.data, span.size))) {
            return 1;
        }
    }
    (void)hf_safepoint(p.thread);
    hf_span span = hf_pin_span(pin);
    if (sum != planted_native_read(span.data, span.size)) {
        return 1;
    }
    hf_pin_destroy(pin);
    planted_survived();
}
