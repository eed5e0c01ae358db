/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

/*
 * zlib: a stream that reads from one managed buffer and writes to another, window by window.
 *
 * z_stream is native memory that holds two addresses of lent memory.  They are good while the two
 * fences stand; between the windows everything may move, so each window sets them anew.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

#define SIZE     100000u /* of the text */
#define IN_STEP  5000u   /* bytes given and taken at a time */
#define OUT_STEP 700u

#define Z_NO_FLUSH   0
#define Z_FINISH     4
#define Z_STREAM_END 1

/* As zlib's header has it. */
typedef struct z_stream {
    const unsigned char *next_in;
    unsigned avail_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned avail_out;
    unsigned long total_out;
    const char *message;
    void *state;
    void *allocate, *release, *opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
} z_stream;

typedef struct client {
    hf_library *library;
    hf_function *version, *begin_deflate, *deflate, *end_deflate, *begin_inflate, *inflate,
        *end_inflate;
} client;

#define FAIL                                                                                       \
    " {fail(result < 0 && result != -5), error(result)}" /* -5: no progress was possible           \
                                                          */

static hf_status bind(hf_thread *thread, client *c)
{
    const struct {
        const char *prototype;
        hf_function **function;
    } all[] = {
        { "const char *zlibVersion(void)", &c->version },
        { "int deflateInit_(void *stream {raw}, int level, const char *version, int size)" FAIL,
          &c->begin_deflate },
        { "int deflate(void *stream {raw}, int flush)" FAIL, &c->deflate },
        { "int deflateEnd(void *stream {raw})" FAIL, &c->end_deflate },
        { "int inflateInit_(void *stream {raw}, const char *version, int size)" FAIL,
          &c->begin_inflate },
        { "int inflate(void *stream {raw}, int flush)" FAIL, &c->inflate },
        { "int inflateEnd(void *stream {raw})" FAIL, &c->end_inflate },
    };
    hf_status status = HF_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && status == HF_OK; i++) {
        status = hf_function_bind(thread, c->library, all[i].prototype, all[i].function);
    }
    return status;
}

/* One call of deflate() or inflate(): the next window of `from` to the next one of `to`. */
static hf_status step(hf_thread *thread, hf_function *work, z_stream *stream, hf_ref from,
                      size_t from_size, hf_ref to, bool *is_over)
{
    hf_result result = HF_RESULT_INIT;
    hf_span in, out;
    size_t left = from_size - stream->total_in;
    HF_FENCE(thread, read_from, from, &in);
    HF_FENCE(thread, written_to, to, &out);
    size_t room = out.size - stream->total_out;
    stream->next_in = (const unsigned char *)in.data + stream->total_in;
    stream->avail_in = left < IN_STEP ? (unsigned)left : IN_STEP;
    stream->next_out = (unsigned char *)out.data + stream->total_out;
    stream->avail_out = room < OUT_STEP ? (unsigned)room : OUT_STEP;
    hf_status status = hf_call(thread, work, &result,
                               HF_ARGS(HF_POINTER(stream), HF_INT(left <= IN_STEP ? Z_FINISH : 0)));
    *is_over = result.value.i == Z_STREAM_END;
    hf_fence_end(&written_to);
    hf_fence_end(&read_from);
    return status == HF_OK && room == 0 && !*is_over ? HF_E_LIMIT : status;
}

static hf_status run_stream(hf_thread *thread, hf_function *work, z_stream *stream, hf_ref from,
                            size_t from_size, hf_ref to)
{
    bool is_over = false;
    unsigned steps = 0;
    hf_status status = HF_OK;
    while (status == HF_OK && !is_over) {
        status = step(thread, work, stream, from, from_size, to, &is_over);
        if (status == HF_OK && ++steps % 16 == 0) {
            status = hf_collect(thread); /* nothing is lent here: both buffers may move */
        }
    }
    return status;
}

static hf_status pack(hf_thread *thread, const client *c, const char *version, hf_ref text,
                      hf_ref packed, size_t *size_out)
{
    z_stream stream = { 0 };
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        hf_call(thread, c->begin_deflate, &result,
                HF_ARGS(HF_POINTER(&stream), HF_INT(6), HF_CSTR(version), HF_INT(sizeof stream)));
    if (status != HF_OK) {
        return status;
    }
    status = run_stream(thread, c->deflate, &stream, text, SIZE, packed);
    *size_out = stream.total_out;
    hf_status ended = hf_call(thread, c->end_deflate, &result, HF_ARGS(HF_POINTER(&stream)));
    return status != HF_OK ? status : ended;
}

static hf_status unpack(hf_thread *thread, const client *c, const char *version, hf_ref packed,
                        size_t size, hf_ref text)
{
    z_stream stream = { 0 };
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        hf_call(thread, c->begin_inflate, &result,
                HF_ARGS(HF_POINTER(&stream), HF_CSTR(version), HF_INT(sizeof stream)));
    if (status != HF_OK) {
        return status;
    }
    status = run_stream(thread, c->inflate, &stream, packed, size, text);
    hf_status ended = hf_call(thread, c->end_inflate, &result, HF_ARGS(HF_POINTER(&stream)));
    return status != HF_OK ? status : ended;
}

static hf_status there_and_back(hf_thread *thread, const client *c)
{
    static char text[SIZE], back[SIZE];
    hf_ref plain = hf_local(thread), packed = hf_local(thread), again = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    size_t size = 0;
    for (unsigned i = 0; i < SIZE; i++) {
        text[i] = "holdfast\n"[i % 9 ^ (i / 999 & 1)];
    }
    hf_status status = hf_call(thread, c->version, &result, HF_NO_ARGS);
    const char *version = result.value.pointer;
    if (status == HF_OK) {
        status = client_bytes(thread, text, SIZE, plain);
    }
    if (status == HF_OK) {
        status = hf_bytes_create(thread, SIZE, packed);
    }
    if (status == HF_OK) {
        status = hf_bytes_create(thread, SIZE, again);
    }
    if (status == HF_OK) {
        status = pack(thread, c, version, plain, packed, &size);
    }
    printf("%u bytes packed: %s\n", SIZE, size > 0 && size < SIZE / 20 ? "well" : "badly");
    if (status == HF_OK) {
        status = unpack(thread, c, version, packed, size, again);
    }
    if (status == HF_OK) {
        status = hf_bytes_read(again, 0, back, SIZE);
    }
    printf("unpacked: %s\n", memcmp(text, back, SIZE) == 0 ? "the same" : "something else");
    return status;
}

static hf_status run(hf_thread *thread)
{
    client c = { 0 };
    hf_status status = client_library(thread, "libz.so.1", &c.library);
    if (status == HF_OK) {
        status = bind(thread, &c);
    }
    if (status == HF_OK) {
        status = there_and_back(thread, &c);
    }
    hf_function_destroy(c.version);
    hf_function_destroy(c.begin_deflate);
    hf_function_destroy(c.deflate);
    hf_function_destroy(c.end_deflate);
    hf_function_destroy(c.begin_inflate);
    hf_function_destroy(c.inflate);
    hf_function_destroy(c.end_inflate);
    hf_library_close(c.library);
    return status;
}

int main(void)
{
    return client_main(run);
}
