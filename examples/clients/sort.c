/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * qsort() and bsearch() over managed arrays, with comparisons that run in managed code.
 *
 * qsort() is called as C: the compiler knows it, so HF_NATIVE_CALL is enough.  bsearch() is called
 * by a prototype, as a language runtime would, with a handler for that one call.  The comparisons
 * collect now and then, on purpose: what native code works on does not move.
 */

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 1000

typedef struct order {
    unsigned comparisons;
    hf_status failure; /* what the handler gives at its tenth comparison */
} order;

static hf_status compare(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    order *of = user;
    int a, b;
    if (of->comparisons++ % 1000 == 0) {
        hf_status status = hf_collect(thread);
        if (status != HF_OK) {
            return status;
        }
    }
    if (of->comparisons == 10 && of->failure != HF_OK) {
        return of->failure;
    }
    memcpy(&a, arguments[0].pointer, sizeof a);
    memcpy(&b, arguments[1].pointer, sizeof b);
    result->i = (a > b) - (a < b);
    return HF_OK;
}

typedef int (*compare_fn)(const void *, const void *);

static hf_status sort(hf_thread *thread, hf_ref numbers, order *by)
{
    hf_callback *callback = NULL;
    hf_span span;
    hf_status status = hf_callback_create(thread, "int compare(const void *a, const void *b)",
                                          compare, by, &callback);
    if (status != HF_OK) {
        return status;
    }
    compare_fn address;
    void *code = hf_callback_address(callback);
    memcpy(&address, &code, sizeof address);
    HF_FENCE(thread, fence, numbers, &span);
    status = HF_NATIVE_CALL_VOID(thread, NULL,
                                 qsort(span.data, span.size / sizeof(int), sizeof(int), address));
    hf_fence_end(&fence);
    hf_status ended = hf_callback_destroy(callback);
    return status != HF_OK ? status : ended;
}

static hf_status find(hf_thread *thread, hf_function *bsearch_fn, hf_ref numbers, int wanted)
{
    HF_FRAME(thread);
    hf_ref key = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    order by = { 0, HF_OK };
    hf_transient comparison = { compare, &by };
    hf_span span;
    hf_status status = client_bytes(thread, &wanted, sizeof wanted, key);
    if (status != HF_OK) {
        return status;
    }
    /* The result points into the array: a fence keeps that still until it has been looked at. */
    HF_FENCE(thread, fence, numbers, &span);
    status = hf_call(thread, bsearch_fn, &result,
                     HF_ARGS(HF_BUFFER(key, 0, HF_WHOLE), HF_BUFFER(numbers, 0, HF_WHOLE),
                             HF_UINT(COUNT), HF_UINT(sizeof(int)), HF_FUNCTION(&comparison)));
    const char *found = result.value.pointer;
    if (status == HF_OK && found) {
        printf("%d is number %d\n", wanted, (int)(found - (const char *)span.data) / 4);
    } else if (status == HF_OK) {
        printf("%d is not there\n", wanted);
    }
    hf_fence_end(&fence);
    return status;
}

static hf_status fill(hf_thread *thread, hf_ref numbers)
{
    int value[COUNT];
    for (int i = 0; i < COUNT; i++) {
        value[i] = i * 7919 % COUNT * 2; /* each even number below 2000 once */
    }
    return client_bytes(thread, value, sizeof value, numbers);
}

static hf_status print_sorted(hf_ref numbers)
{
    int value[COUNT];
    bool is_sorted = true;
    hf_status status = hf_bytes_read(numbers, 0, value, sizeof value);
    for (int i = 1; i < COUNT && status == HF_OK; i++) {
        is_sorted = is_sorted && value[i - 1] < value[i];
    }
    printf("sorted: %s, from %d to %d\n", is_sorted ? "yes" : "no", value[0], value[COUNT - 1]);
    return status;
}

static hf_status search(hf_thread *thread, hf_ref numbers)
{
    hf_library *libc = NULL;
    hf_function *bsearch_fn = NULL;
    hf_status status = hf_library_open(thread, "c", &libc);
    if (status == HF_OK) {
        status = hf_function_bind(
            thread, libc,
            "void *bsearch(const void *key {size(4)}, const void *base {size(4000)}, size_t count,"
            " size_t size, int (*compare)(const void *, const void *))",
            &bsearch_fn);
    }
    if (status == HF_OK) {
        status = find(thread, bsearch_fn, numbers, 1234);
    }
    if (status == HF_OK) {
        status = find(thread, bsearch_fn, numbers, 1235);
    }
    hf_function_destroy(bsearch_fn);
    hf_library_close(libc);
    return status;
}

static hf_status run(hf_thread *thread)
{
    hf_ref numbers = hf_local(thread);
    order by = { 0, HF_OK };
    hf_status status = fill(thread, numbers);
    if (status == HF_OK) {
        status = sort(thread, numbers, &by);
    }
    if (status == HF_OK) {
        status = print_sorted(numbers);
    }
    if (status == HF_OK) {
        status = search(thread, numbers);
    }
    if (status == HF_OK) { /* an error of the handler comes out behind qsort() */
        by = (order){ 0, HF_E_LIMIT };
        hf_status failed = sort(thread, numbers, &by);
        printf("a comparison that fails: %s\n", hf_status_text(failed));
        status = failed == HF_E_CALLBACK ? HF_OK : HF_E_MISUSE;
    }
    return status;
}

int main(void)
{
    return client_main(run);
}
