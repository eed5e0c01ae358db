/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * A handle: a managed object that native code carries as `void *` and hands back to a callback.
 *
 * bsearch() gives its key to each comparison and never looks at it, as C's "user data" does.  Here
 * the key is a handle's word.  The object behind it may move meanwhile; the word stays what it is,
 * and one that has ended is refused before anything is called.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

/* What the managed object holds. */
typedef struct question {
    int wanted;
    int asked; /* how often */
} question;

static hf_status compare(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)user;
    question about;
    int element;
    memcpy(&element, arguments[1].pointer, sizeof element);

    hf_ref object = hf_local(thread); /* its frame ends with the run */
    hf_status status = hf_handle_load(thread, arguments[0].pointer, "question", object);
    if (status == HF_OK) {
        status = hf_bytes_read(object, 0, &about, sizeof about);
    }
    if (status == HF_OK) {
        result->i = (about.wanted > element) - (about.wanted < element);
        about.asked++;
        status = hf_bytes_write(object, 0, &about, sizeof about);
    }
    return status == HF_OK ? hf_collect(thread) : status; /* the object moves */
}

static hf_status search(hf_thread *thread, const hf_function *bsearch_fn, void *word)
{
    static const int numbers[8] = { 1, 7, 8, 15, 23, 40, 64, 99 };
    hf_transient handler = { compare, NULL };
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_call(thread, bsearch_fn, &result,
                               HF_ARGS(HF_HANDLE(word), HF_POINTER(numbers), HF_UINT(8),
                                       HF_UINT(sizeof(int)), HF_FUNCTION(&handler)));
    if (status == HF_OK) {
        const int *found = result.value.pointer;
        printf("7 is number %d\n", found ? (int)(found - numbers) : -1);
    }
    return status;
}

static hf_status run(hf_thread *thread, const hf_function *bsearch_fn)
{
    HF_FRAME(thread);
    question about = { 7, 0 };
    void *word = NULL;
    hf_ref object = hf_local(thread);
    hf_status status = hf_bytes_create(thread, sizeof about, object);
    if (status == HF_OK) {
        status = hf_bytes_write(object, 0, &about, sizeof about);
    }
    if (status == HF_OK) {
        status = hf_handle_create(thread, object, "question", HF_HANDLE_FOREVER, &word);
    }
    if (status == HF_OK) {
        status = search(thread, bsearch_fn, word);
        (void)hf_handle_destroy(thread, word);
    }
    if (status == HF_OK) {
        status = hf_bytes_read(object, 0, &about, sizeof about);
        printf("asked %s\n", about.asked > 0 ? "more than once" : "never");
    }
    if (status == HF_OK) { /* the word means nothing any more; a report says where it ended */
        hf_status late = search(thread, bsearch_fn, word);
        printf("once more: %s\n", hf_status_text(late));
        status = late == HF_E_HANDLE && about.asked > 1 ? HF_OK : HF_E_MISUSE;
    }
    return status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_library *libc = NULL;
    hf_function *bsearch_fn = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    status = status == HF_OK ? hf_thread_attach(runtime, &thread) : status;
    status = status == HF_OK ? hf_library_open(thread, "c", &libc) : status;
    if (status == HF_OK) {
        status = hf_function_bind(thread, libc,
                                  "void *bsearch(const void *key {raw}, const void *base {raw}, "
                                  "size_t count, size_t size,"
                                  " int (*compare)(const void *key, const void *element))",
                                  &bsearch_fn);
    }
    status = status == HF_OK ? run(thread, bsearch_fn) : status;
    hf_function_destroy(bsearch_fn);
    hf_library_close(libc);
    if (thread) {
        (void)hf_thread_detach(thread);
    }
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    if (status != HF_OK) {
        (void)fprintf(stderr, "handle: %s\n", hf_status_text(status));
    }
    return status == HF_OK && leaks.handles == 0 ? 0 : 1;
}
