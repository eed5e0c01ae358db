/* SPDX-License-Identifier: MIT */
/* hf-example: finalizers all */

/*
 * A finalizer: called once with an object that nothing reaches any more.
 *
 * It runs on the runtime's own thread, some time after a collection found the object, so what it
 * shares with the program is atomic.  For native handles use a resource instead (resource.c).
 */

#include <holdfast.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define OBJECTS 5

typedef struct tally {
    atomic_int runs;
    atomic_int sum;
} tally;

static void on_death(hf_thread *runner, hf_ref object, void *user)
{
    tally *seen = user;
    int number = 0;
    (void)runner;
    if (hf_bytes_read(object, 0, &number, sizeof number) == HF_OK) { /* whole, for the last time */
        atomic_fetch_add(&seen->sum, number);
    }
    atomic_fetch_add(&seen->runs, 1);
}

static hf_status make_and_forget(hf_thread *thread, int number, tally *seen)
{
    HF_FRAME(thread); /* the only slot that holds the object ends with this block */
    hf_ref object = hf_local(thread);
    hf_status status = hf_bytes_create(thread, sizeof number, object);
    if (status == HF_OK) {
        status = hf_bytes_write(object, 0, &number, sizeof number);
    }
    return status == HF_OK ? hf_finalizer_set(thread, object, on_death, seen) : status;
}

static hf_status run(hf_thread *thread)
{
    static tally seen; /* finalizers may still run when this function has returned */
    hf_status status = HF_OK;
    for (int number = 1; number <= OBJECTS && status == HF_OK; number++) {
        status = make_and_forget(thread, number, &seen);
    }
    if (status == HF_OK) {
        status = hf_collect(thread);
    }
    if (status == HF_OK) {
        status = hf_runner_drain(thread, UINT64_C(10000000000)); /* ten seconds at most */
    }
    int runs = atomic_load(&seen.runs);
    int sum = atomic_load(&seen.sum);
    printf("%d finalizers ran and saw numbers that add up to %d\n", runs, sum);
    return status == HF_OK && (runs != OBJECTS || sum != 15) ? HF_E_NOT_FOUND : status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = run(thread);
        hf_thread_detach(thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
