/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * Objects: a list of records and an array of buffers, through collections that move them all.
 *
 * A program holds slots (hf_ref), never addresses; fields are read and written by number.
 */

#include <holdfast.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LINKS 1000

typedef struct link {
    hf_slot next;
    int64_t number;
} link_layout;

enum { LINK_NEXT, LINK_NUMBER };

static const hf_field link_fields[] = {
    [LINK_NEXT] = { "next", HF_FIELD_REF, offsetof(link_layout, next), sizeof(hf_slot) },
    [LINK_NUMBER] = { "number", HF_FIELD_WORD, offsetof(link_layout, number), sizeof(int64_t) },
};

static const hf_type_descriptor link_descriptor = {
    sizeof(hf_type_descriptor), "link", sizeof(link_layout), link_fields, 2,
};

/* Puts a link that holds `number` before the list. */
static hf_status push(hf_thread *thread, const hf_type *link, hf_ref list, int64_t number)
{
    HF_FRAME(thread);
    hf_ref fresh = hf_local(thread);
    hf_status status = hf_record_create(thread, link, fresh);
    status = status == HF_OK ? hf_set(fresh, LINK_NUMBER, &number, sizeof number) : status;
    status = status == HF_OK ? hf_store(thread, fresh, LINK_NEXT, list) : status;
    if (status == HF_OK) {
        hf_copy(list, fresh);
    }
    return status;
}

static int64_t add_up(hf_thread *thread, const hf_slot *list)
{
    HF_FRAME(thread);
    int64_t sum = 0;
    hf_ref at = hf_local(thread);
    hf_status status = HF_OK;
    for (hf_copy(at, list); status == HF_OK && !hf_is_null(at);) {
        int64_t number = 0;
        status = hf_get(at, LINK_NUMBER, &number, sizeof number);
        sum += number;
        status = status == HF_OK ? hf_load(at, LINK_NEXT, at) : status;
    }
    return status == HF_OK ? sum : -1;
}

static hf_status fill_array(hf_thread *thread, hf_ref names)
{
    HF_FRAME(thread);
    hf_ref name = hf_local(thread);
    hf_status status = hf_array_create(thread, 3, names);
    for (size_t i = 0; i < 3 && status == HF_OK; i++) {
        static const char *const words[] = { "one", "two", "three" };
        status = hf_bytes_create(thread, strlen(words[i]), name);
        status = status == HF_OK ? hf_bytes_write(name, 0, words[i], strlen(words[i])) : status;
        status = status == HF_OK ? hf_store_at(thread, names, i, name) : status;
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    HF_FRAME(thread);
    hf_type *link = NULL;
    hf_ref list = hf_local(thread);
    hf_ref names = hf_local(thread);
    hf_status status = hf_type_register(hf_thread_runtime(thread), &link_descriptor, &link);
    for (int64_t number = 1; number <= LINKS && status == HF_OK; number++) {
        status = push(thread, link, list, number);
    }
    status = status == HF_OK ? fill_array(thread, names) : status;
    status = status == HF_OK ? hf_collect(thread) : status; /* moves all of them */
    status = status == HF_OK ? hf_heap_check(thread) : status;
    if (status != HF_OK) {
        return status;
    }
    char word[6] = "";
    status = hf_load_at(names, 2, names);
    status = status == HF_OK ? hf_bytes_read(names, 0, word, 5) : status;
    int64_t sum = add_up(thread, list);
    printf("%d links add up to %lld; the array ends with \"%s\"\n", LINKS, (long long)sum, word);
    bool is_right = sum == LINKS * (LINKS + 1) / 2 && strcmp(word, "three") == 0;
    return status == HF_OK && !is_right ? HF_E_NOT_FOUND : status;
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
