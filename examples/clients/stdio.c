/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * The C library's files: a FILE as a resource, and managed buffers that it reads and writes.
 *
 * The stream belongs to the resource from the moment fopen() gives it.  fread() is there twice:
 * into a buffer that the caller lends, and into one that the library makes, with exactly the bytes
 * that were read.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

#define NAME "holdfast_client_stdio.tmp"

enum { OPEN, WRITE, REWIND, READ, READ_NEW, LINE, FUNCTIONS };

static const char *const prototypes[FUNCTIONS] = {
    [OPEN] = "FILE *fopen(const char *name {text(system)}, const char *mode)"
             " {fail(result == 0), error(errno)}",
    [WRITE] = "size_t fwrite(const void *from {size(size * count)}, size_t size, size_t count,"
              " FILE *to {resource}) {fail(result < count), error(errno)}",
    [REWIND] = "void rewind(FILE *file {resource})",
    [READ] = "size_t fread(void *to {out, given, size(size * count)}, size_t size, size_t count,"
             " FILE *from {resource})",
    [READ_NEW] = "size_t fread(void *to {out, size(size * count)}, size_t size, size_t count,"
                 " FILE *from {resource}) {fail(0), length(to, result * size)}",
    [LINE] = "char *fgets(char *line {out, text}, int size {capacity(line)}, FILE *from {resource})"
             " {fail(result == 0), error(errno, clear)}",
};

typedef struct client {
    hf_library *libc;
    hf_function *function[FUNCTIONS];
    hf_ref file;
} client;

static hf_status close_file(uintptr_t value, void *user)
{
    (void)user;
    return fclose((FILE *)value) == 0 ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class files = {
    .struct_size = sizeof(hf_resource_class), .name = "FILE", .invalid = 0, .release = close_file
};

/* With a stroke for the end of a line. */
static void print_bytes(const char *what, hf_ref buffer, size_t size)
{
    char text[64] = "?";
    if (size < sizeof text && hf_bytes_read(buffer, 0, text, size) == HF_OK) {
        text[size] = '\0';
    }
    for (char *end = strchr(text, '\n'); end; end = strchr(end, '\n')) {
        *end = '/';
    }
    printf("%s: %u bytes, \"%s\"\n", what, (unsigned)size, text);
}

/* Three records of six bytes. */
static hf_status write_records(hf_thread *thread, const client *c)
{
    static const char text[] = "one  \ntwo  \nthree\n";
    HF_FRAME(thread);
    hf_ref records = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = client_bytes(thread, text, sizeof text - 1, records);
    if (status == HF_OK) {
        status = HF_CALL(thread, c->function[WRITE], &result, records, 6, 3,
                         HF_AS(HF_RESOURCE(c->file)));
    }
    printf("written: %d records\n", (int)result.value.u);
    if (status == HF_OK) { /* one record more than there is */
        hf_status refused = HF_CALL(thread, c->function[WRITE], &result, records, 6, 4,
                                    HF_AS(HF_RESOURCE(c->file)));
        printf("a record too many: %s\n", hf_status_text(refused));
        status = refused == HF_E_RANGE ? HF_OK : HF_E_MISUSE;
    }
    return status;
}

/* The second record, into the middle of a buffer. */
static hf_status read_lent(hf_thread *thread, const client *c)
{
    HF_FRAME(thread);
    hf_ref window = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = client_bytes(thread, "----------", 10, window);
    for (int i = 0; i < 2 && status == HF_OK; i++) {
        status = HF_CALL(thread, c->function[READ], &result, HF_AS(HF_BUFFER(window, 2, 6)), 6, 1,
                         HF_AS(HF_RESOURCE(c->file)));
    }
    if (status == HF_OK) {
        print_bytes("read into the middle", window, 10);
    }
    return status;
}

/* The rest: asks for more than there is and gets what there was. */
static hf_status read_new(hf_thread *thread, const client *c)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        HF_CALL(thread, c->function[READ_NEW], &result, 2, 1000, HF_AS(HF_RESOURCE(c->file)));
    if (status == HF_OK) {
        hf_ref rest = hf_result_out(&result, 0);
        print_bytes("the rest", rest, hf_bytes_size(rest));
    }
    return status;
}

static hf_status read_lines(hf_thread *thread, const client *c)
{
    hf_result result = HF_RESULT_INIT;
    int lines = 0;
    hf_status status = HF_CALL(thread, c->function[REWIND], &result, HF_AS(HF_RESOURCE(c->file)));
    while (status == HF_OK) {
        HF_FRAME(thread);
        hf_result line = HF_RESULT_INIT;
        status = HF_CALL(thread, c->function[LINE], &line, HF_AS(HF_RESOURCE(c->file)));
        if (status == HF_OK) {
            char text[16] = "";
            size_t size = hf_bytes_size(hf_result_out(&line, 0));
            status = hf_bytes_read(hf_result_out(&line, 0), 0, text, size < 16 ? size : 15);
            printf("line %d: \"%.5s\"\n", ++lines, text);
        } else if (status == HF_E_NATIVE && line.error == 0) {
            printf("no more lines\n"); /* the end is no error */
            return lines == 3 ? HF_OK : HF_E_MISUSE;
        }
    }
    return status;
}

static hf_status use_file(hf_thread *thread, const client *c)
{
    hf_result result = HF_RESULT_INIT;
    hf_status status = write_records(thread, c);
    if (status == HF_OK) {
        status = HF_CALL(thread, c->function[REWIND], &result, HF_AS(HF_RESOURCE(c->file)));
    }
    status = status == HF_OK ? read_lent(thread, c) : status;
    status = status == HF_OK ? read_new(thread, c) : status;
    status = status == HF_OK ? read_lines(thread, c) : status;
    hf_status closed = hf_resource_dispose(thread, c->file);
    status = status == HF_OK ? closed : status;
    if (status == HF_OK) {
        hf_status late = HF_CALL(thread, c->function[REWIND], &result, HF_AS(HF_RESOURCE(c->file)));
        printf("a closed file: %s\n", hf_status_text(late));
        status = late == HF_E_CLOSED ? HF_OK : HF_E_MISUSE;
    }
    return status;
}

static hf_status run(hf_thread *thread)
{
    client c = { .file = hf_local(thread) };
    hf_result result = HF_RESULT_INIT;
    hf_status status = client_library(thread, "c", &c.libc);
    for (unsigned i = 0; i < FUNCTIONS && status == HF_OK; i++) {
        status = hf_function_bind(thread, c.libc, prototypes[i], &c.function[i]);
    }
    if (status == HF_OK) {
        status = hf_call_adopting(thread, c.function[OPEN], &result,
                                  HF_ARGS(HF_CSTR(NAME), HF_CSTR("w+b")), &files, HF_ADOPT_RESULT,
                                  c.file);
    }
    if (status == HF_OK) {
        status = use_file(thread, &c);
        (void)remove(NAME);
    }
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        hf_function_destroy(c.function[i]);
    }
    hf_library_close(c.libc);
    return status;
}

int main(void)
{
    return client_main(run);
}
