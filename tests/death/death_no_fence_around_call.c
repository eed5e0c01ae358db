/* SPDX-License-Identifier: MIT */
/* hf-test: expect=stale address 0x[0-9a-f]+: the object here moved or died at collection.* */
/* hf-test: object: bytes, 64 bytes.*made at: .*death_no_fence_around_call.c:17 */

/*
 * The fence around a native call is left out: the crossing itself moves the buffer.
 */

#include "planted.h"

int main(void)
{
    planted p;
    planted_begin(&p);
    HF_FRAME(p.thread);
    hf_ref buffer = hf_local(p.thread);
    planted_make(&p, 64, buffer);
    volatile unsigned char *data = planted_address(&p, buffer);
    unsigned sum = 0;
    hf_status status = HF_NATIVE_CALL(p.thread, NULL, sum, planted_native_read(data, 64));
    (void)status;
    (void)sum;
    planted_survived();
}
