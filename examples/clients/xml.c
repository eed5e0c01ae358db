/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

/*
 * libxml2's SAX: a struct of function pointers, each of which enters managed code.
 *
 * The document is a managed buffer, lent for the call.  Handlers that are not given stay NULL in
 * the struct, as the library wants it.  What a handler fails with is the status of the parse.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

/* xmlSAXHandler: places of its members that are used here. */
enum { START_ELEMENT = 14, END_ELEMENT = 15, CHARACTERS = 17, MEMBERS = 27 };

typedef struct sax_handler {
    void *member[MEMBERS];
    unsigned initialized;
    void *rest[4];
} sax_handler;

typedef struct document {
    int depth;
    unsigned elements;
    hf_ref text; /* of the last stretch of characters */
} document;

static hf_status start_element(hf_thread *thread, const hf_value *arguments, hf_value *result,
                               void *user)
{
    document *d = user;
    (void)thread;
    (void)result;
    printf("%*s<%s>\n", 2 * d->depth++, "", (const char *)arguments[1].pointer);
    d->elements++;
    return d->elements > 6 ? HF_E_LIMIT : HF_OK;
}

static hf_status end_element(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    document *d = user;
    (void)arguments;
    (void)result;
    d->depth--;
    return hf_collect(thread); /* the document is lent: it stays */
}

static hf_status characters(hf_thread *thread, const hf_value *arguments, hf_value *result,
                            void *user)
{
    document *d = user;
    size_t size = (size_t)arguments[2].i;
    (void)result;
    hf_status status = hf_bytes_create(thread, size, d->text);
    if (status == HF_OK) {
        status = hf_bytes_write(d->text, 0, arguments[1].pointer, size);
        printf("%*s%.*s\n", 2 * d->depth, "", (int)size, (const char *)arguments[1].pointer);
    }
    return status;
}

static hf_status parse(hf_thread *thread, hf_function *parse_fn, const sax_handler *sax,
                       const char *text)
{
    hf_ref buffer = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = client_bytes(thread, text, strlen(text), buffer);
    if (status == HF_OK) {
        status = hf_call(
            thread, parse_fn, &result,
            HF_ARGS(HF_POINTER((void *)(uintptr_t)sax), HF_NULL, HF_BUFFER(buffer, 0, HF_WHOLE)));
    }
    return status;
}

static hf_status parse_both(hf_thread *thread, hf_function *parse_fn, const sax_handler *sax,
                            document *d)
{
    hf_status status = parse(thread, parse_fn, sax,
                             "<ship><anchor>holds</anchor><rope><knot>fast</knot></rope></ship>");
    if (status == HF_OK) {
        d->elements = 6;
        hf_status failed = parse(thread, parse_fn, sax, "<one/>");
        printf("a handler that fails: %s\n", hf_status_text(failed));
        status = failed == HF_E_CALLBACK ? HF_OK : HF_E_MISUSE;
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    hf_library *library = NULL;
    hf_function *parse_fn = NULL;
    document d = { 0, 0, hf_local(thread) };
    const struct {
        int member;
        const char *prototype;
        hf_callback_fn handler;
    } handlers[] = {
        { START_ELEMENT, "void start(void *user {raw}, const char *name, void **attributes {raw})",
          start_element },
        { END_ELEMENT, "void end(void *user {raw}, const char *name)", end_element },
        { CHARACTERS, "void characters(void *user {raw}, const void *text {raw}, int size)",
          characters },
    };
    hf_callback *callback[3] = { NULL, NULL, NULL };
    sax_handler sax = { { NULL }, 0, { NULL } };
    hf_status status = client_library(thread, "libxml2.so.2", &library);
    if (status == HF_OK) {
        status = hf_function_bind(thread, library,
                                  "int xmlSAXUserParseMemory(void *sax {raw}, void *user {raw},"
                                  " const char *buffer {in}, int size {capacity(buffer)})"
                                  " {fail(result != 0), error(result)}",
                                  &parse_fn);
    }
    for (size_t i = 0; i < 3 && status == HF_OK; i++) {
        status = hf_callback_create(thread, handlers[i].prototype, handlers[i].handler, &d,
                                    &callback[i]);
        sax.member[handlers[i].member] = hf_callback_address(callback[i]);
    }
    if (status == HF_OK) {
        status = parse_both(thread, parse_fn, &sax, &d);
    }
    for (size_t i = 0; i < 3; i++) {
        (void)hf_callback_destroy(callback[i]);
    }
    hf_function_destroy(parse_fn);
    hf_library_close(library);
    return status;
}

int main(void)
{
    return client_main(run);
}
