/* SPDX-License-Identifier: MIT */
/* hf-test: expect=stale address 0x[0-9a-f]+: the object here moved or died at collection.* */
/* hf-test: object: bytes, 64 bytes.*made at: .*death_pin_dropped_early.c:18[^0-9].* */
/* hf-test: last unpinned: hf_pin_create of .*death_pin_dropped_early.c:20 */

/*
 * A pin that is dropped while native code still has the address.
 */

#include "planted.h"

int main(void)
{
    planted p;
    planted_begin(&p);
    HF_FRAME(p.thread);
    hf_ref buffer = hf_local(p.thread);
    planted_make(&p, 64, buffer);
    hf_pin *pin;
    if (hf_pin_create(p.thread, buffer, &pin) != HF_OK) {
        return 1;
    }
    hf_span span = hf_pin_span(pin);
    (void)hf_safepoint(p.thread);
    (void)planted_native_read(span.data, span.size); /* rightly */
    hf_pin_destroy(pin);
    (void)hf_safepoint(p.thread);
    (void)planted_native_read(span.data, span.size);
    planted_survived();
}
