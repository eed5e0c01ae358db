/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * The C library's qsort() over a managed array, with a handler that lives for one call.
 *
 * The buffer is pinned while qsort() runs, and the handler may do what managed code does: it
 * allocates, so the heap may be collected and everything else moves, under qsort()'s feet.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

typedef struct order {
    int direction;
    unsigned compared;
} order;

static hf_status compare(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    order *by = user;
    int a, b;
    memcpy(&a, arguments[0].pointer, sizeof a);
    memcpy(&b, arguments[1].pointer, sizeof b);
    result->i = ((a > b) - (a < b)) * by->direction;
    by->compared++;
    return hf_bytes_create(thread, 64, hf_local(thread)); /* its frame ends with the run */
}

static hf_status show(hf_ref numbers, const char *title)
{
    int value[8];
    hf_status status = hf_bytes_read(numbers, 0, value, sizeof value);
    printf("%s:", title);
    for (size_t i = 0; i < 8 && status == HF_OK; i++) {
        printf(" %d", value[i]);
    }
    printf("\n");
    return status;
}

static hf_status sort(hf_thread *thread, hf_function *qsort_fn)
{
    static const int start[8] = { 40, 7, 23, 1, 99, 15, 8, 64 };
    HF_FRAME(thread);
    hf_ref numbers = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_bytes_create(thread, sizeof start, numbers);
    status = status == HF_OK ? hf_bytes_write(numbers, 0, start, sizeof start) : status;
    for (int direction = 1; direction >= -1 && status == HF_OK; direction -= 2) {
        order by = { direction, 0 };
        hf_transient handler = { compare, &by };
        status = hf_call(
            thread, qsort_fn, &result,
            HF_ARGS(HF_BUFFER(numbers, 0, HF_WHOLE), HF_UINT(sizeof(int)), HF_FUNCTION(&handler)));
        if (status == HF_OK) {
            status = show(numbers, direction > 0 ? "ascending" : "descending");
        }
    }
    return status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_library *libc = NULL;
    hf_function *qsort_fn = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    status = status == HF_OK ? hf_thread_attach(runtime, &thread) : status;
    status = status == HF_OK ? hf_library_open(thread, "c", &libc) : status;
    if (status == HF_OK) {
        status = hf_function_bind(
            thread, libc,
            "void qsort(int *base {inout, given}, size_t count {capacity(base)}, size_t size,"
            " int (*compare)(const void *a, const void *b))",
            &qsort_fn);
    }
    status = status == HF_OK ? sort(thread, qsort_fn) : status;
    hf_function_destroy(qsort_fn);
    hf_library_close(libc);
    if (thread) {
        (void)hf_thread_detach(thread);
    }
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    if (status != HF_OK) {
        (void)fprintf(stderr, "callback_sort: %s\n", hf_status_text(status));
    }
    return status == HF_OK && leaks.callbacks == 0 ? 0 : 1;
}
