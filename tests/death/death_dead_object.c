/* SPDX-License-Identifier: MIT */
/* hf-test: expect=stale address 0x[0-9a-f]+: the object here moved or died at collection.* */
/* hf-test: object: bytes, 64 bytes.*made at: .*death_dead_object.c:17 */

/*
 * The last reference goes away while native code still has the address.
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
    hf_clear(buffer);
    (void)hf_safepoint(p.thread);
    (void)planted_native_read(data, 1);
    planted_survived();
}
