/* SPDX-License-Identifier: MIT */
/* hf-test: expect=stale address 0x[0-9a-f]+: the object here moved or died at collection.* */
/* hf-test: object: bytes, 100000 bytes.*made at: .*death_no_pin_large.c:17 */

/*
 * The same with a large buffer, which never moves in production: stress moves it too.
 */

#include "planted.h"

int main(void)
{
    planted p;
    planted_begin(&p);
    HF_FRAME(p.thread);
    hf_ref buffer = hf_local(p.thread);
    planted_make(&p, 100000, buffer);
    volatile unsigned char *data = planted_address(&p, buffer);
    (void)hf_safepoint(p.thread);
    data[50000] = 1;
    planted_survived();
}
