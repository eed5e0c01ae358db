/* SPDX-License-Identifier: MIT */
/* hf-test: expect=incompatible.pointer.type|incompatible function pointer */

/* A finalizer gets the runner's thread, its object and a word of the program's, and returns
 * nothing. */

#include <holdfast.h>

hf_status set(hf_thread *thread, hf_ref object);

#ifdef REFUSED
static int finalize(hf_ref object)
{
    (void)object;
    return 0;
}
#else
static void finalize(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    (void)user;
}
#endif

hf_status set(hf_thread *thread, hf_ref object)
{
    return hf_finalizer_set(thread, object, finalize, NULL);
}
