/* SPDX-License-Identifier: MIT */
/* hf-test: expect=stale address 0x[0-9a-f]+: the object here moved or died at collection.* */
/* hf-test: object: bytes, 64 bytes.*made at: .*death_stale_after_move.c:18[^0-9].* */
/* hf-test: last unpinned: fence of .*death_stale_after_move.c:22 */

/*
 * An address that is kept after the fence has ended, over several collections.
 */

#include "planted.h"

int main(void)
{
    planted p;
    planted_begin(&p);
    HF_FRAME(p.thread);
    hf_ref buffer = hf_local(p.thread);
    planted_make(&p, 64, buffer);
    volatile unsigned char *data;
    {
        hf_span span;
        HF_FENCE(p.thread, fence, buffer, &span);
        data = span.data;
        (void)planted_native_read(data, span.size); /* rightly */
    }
    for (int i = 0; i < 5; i++) {
        if (hf_collect(p.thread) != HF_OK) {
            return 1;
        }
    }
    (void)planted_native_read(data, 1);
    planted_survived();
}
