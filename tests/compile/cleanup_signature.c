/* SPDX-License-Identifier: MIT */
/* hf-test: expect=incompatible.pointer.type|incompatible function pointer */

/* A cleanup gets the runner's thread, its argument and a word of the program's, and returns
 * nothing. */

#include <holdfast.h>

hf_status set(hf_thread *thread, hf_ref object);

#ifdef REFUSED
static int clean(hf_ref object)
{
    (void)object;
    return 0;
}
#else
static void clean(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    (void)user;
}
#endif

hf_status set(hf_thread *thread, hf_ref object)
{
    return hf_cleanup_add(thread, object, 0, clean, NULL, NULL, NULL);
}
