/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * qsort() and bsearch() over managed arrays, with comparisons that run in managed code.
 *
 * By a prototype, as a language runtime would: size(count * width) says how far the callee goes, so
 * a count that is too large for the array is refused, and the comparison is a handler for that one
 * call.  And as C: the compiler knows qsort(), so a fence and HF_NATIVE_CALL are enough, but
 * nothing compares the count with the array.  The comparisons collect now and then, on purpose:
 * what native code works on does not move.
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

typedef struct functions {
    hf_library *libc;
    hf_function *sort, *search;
} functions;

static hf_status bind_all(hf_thread *thread, functions *f)
{
    hf_status status = client_library(thread, "c", &f->libc);
    if (status == HF_OK) {
        status = hf_function_bind(
            thread, f->libc,
            "void qsort(void *base {inout, size(count * width)}, size_t count, size_t width,"
            " int (*compare)(const void *, const void *))",
            &f->sort);
    }
    if (status == HF_OK) {
        status = hf_function_bind(
            thread, f->libc,
            "void *bsearch(const void *key {size(width)}, const void *base {size(count * width)},"
            " size_t count, size_t width, int (*compare)(const void *, const void *))",
            &f->search);
    }
    return status;
}

/* By the prototype. */
static hf_status sort(hf_thread *thread, const functions *f, hf_ref numbers, size_t count,
                      order *by)
{
    hf_result result = HF_RESULT_INIT;
    const hf_transient comparison = { compare, by };
    return HF_CALL(thread, f->sort, &result, numbers, count, sizeof(int), &comparison);
}

/* As C. */
static hf_status sort_statically(hf_thread *thread, hf_ref numbers, order *by)
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

static hf_status find(hf_thread *thread, const functions *f, hf_ref numbers, int wanted)
{
    HF_FRAME(thread);
    hf_ref key = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    order by = { 0, HF_OK };
    const hf_transient comparison = { compare, &by };
    hf_span span;
    hf_status status = client_bytes(thread, &wanted, sizeof wanted, key);
    if (status != HF_OK) {
        return status;
    }
    /* The result points into the array: a fence keeps that still until it has been looked at. */
    HF_FENCE(thread, fence, numbers, &span);
    status = HF_CALL(thread, f->search, &result, key, numbers, COUNT, sizeof(int), &comparison);
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

/* Fills, sorts and looks. */
static hf_status sort_and_print(hf_thread *thread, const functions *f, hf_ref numbers)
{
    int value[COUNT];
    bool is_sorted = true;
    order by = { 0, HF_OK };
    hf_status status = fill(thread, numbers);
    if (status == HF_OK) {
        status = f ? sort(thread, f, numbers, COUNT, &by) : sort_statically(thread, numbers, &by);
    }
    if (status == HF_OK) {
        status = hf_bytes_read(numbers, 0, value, sizeof value);
    }
    for (int i = 1; i < COUNT && status == HF_OK; i++) {
        is_sorted = is_sorted && value[i - 1] < value[i];
    }
    if (status == HF_OK) {
        printf("%s: sorted: %s, from %d to %d\n", f ? "by prototype" : "as C",
               is_sorted ? "yes" : "no", value[0], value[COUNT - 1]);
    }
    return status;
}

/* What goes wrong comes out as a status, behind the call or before it. */
static hf_status go_wrong(hf_thread *thread, const functions *f, hf_ref numbers)
{
    order by = { 0, HF_E_LIMIT };
    hf_status failed = sort(thread, f, numbers, COUNT, &by);
    printf("a comparison that fails: %s\n", hf_status_text(failed));
    by = (order){ 0, HF_OK };
    hf_status refused = sort(thread, f, numbers, COUNT + 1, &by);
    printf("one number more than there are: %s\n", hf_status_text(refused));
    hf_status absurd = sort(thread, f, numbers, SIZE_MAX / 2, &by);
    printf("more than there can be: %s\n", hf_status_text(absurd));
    bool is_right = failed == HF_E_CALLBACK && refused == HF_E_RANGE && absurd == HF_E_OVERFLOW;
    return is_right && by.comparisons == 0 ? HF_OK : HF_E_MISUSE;
}

static hf_status run(hf_thread *thread)
{
    hf_ref numbers = hf_local(thread);
    functions f = { NULL, NULL, NULL };
    hf_status status = bind_all(thread, &f);
    if (status == HF_OK) {
        status = sort_and_print(thread, NULL, numbers);
    }
    if (status == HF_OK) {
        status = sort_and_print(thread, &f, numbers);
    }
    if (status == HF_OK) {
        status = find(thread, &f, numbers, 1234);
    }
    if (status == HF_OK) {
        status = find(thread, &f, numbers, 1235);
    }
    if (status == HF_OK) {
        status = go_wrong(thread, &f, numbers);
    }
    hf_function_destroy(f.sort);
    hf_function_destroy(f.search);
    hf_library_close(f.libc);
    return status;
}

int main(void)
{
    return client_main(run);
}
