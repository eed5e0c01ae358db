/* SPDX-License-Identifier: MIT */

/*
 * A read of lent bytes before hf_fence_end() never moves behind it, a write before it is never left
 * out, and neither moves before hf_fence_begin().
 *
 * Right after the end everything moves and the old addresses are poisoned: an access that slipped
 * past the end reads 0xdb or traps.  A buffer beside it stays pinned, so that the old bytes lie in
 * a hole of a block that remains: readable, and poisoned.  The accesses are plain, not volatile,
 * and nothing but the fence keeps them where they are.  lint.fence_order builds this file together
 * with the library at -O3 -flto with each compiler.
 */

#include <holdfast.h>

#include <stdio.h>
#include <stdlib.h>

#define SIZE 512

static void need(int is_true, const char *what)
{
    if (!is_true) {
        printf("not true: %s\n", what);
        exit(1);
    }
}

typedef struct world {
    hf_runtime *runtime;
    hf_thread *thread;
} world;

static void begin(world *w)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.stress_every = 1000000000;
    need(hf_runtime_create(&options, &w->runtime) == HF_OK, "the runtime is made");
    need(hf_thread_attach(w->runtime, &w->thread) == HF_OK, "the thread is attached");
}

static void end(world *w)
{
    need(hf_thread_detach(w->thread) == HF_OK, "the thread detaches");
    hf_runtime_destroy(w->runtime, NULL);
}

static void fill(hf_ref buffer, unsigned char value)
{
    unsigned char bytes[SIZE];
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = value;
    }
    need(hf_bytes_write(buffer, 0, bytes, SIZE) == HF_OK, "the buffer is filled");
}

/* The sums are wanted after the move only, so a compiler would like to read them there. */
static void reads_stay_before_the_end(world *w, hf_ref buffer)
{
    hf_span span;
    HF_FENCE(w->thread, fence, buffer, &span);
    const unsigned char *data = span.data;
    unsigned first = data[0], middle = data[SIZE / 2], last = data[SIZE - 1];
    need(hf_fence_end(&fence) == HF_OK, "the fence ends");
    need(hf_collect(w->thread) == HF_OK, "everything moves");
    need(first == 7 && middle == 7 && last == 7, "the bytes were read before the end");
}

/* Nobody in this function reads the bytes again, so a compiler would like to drop the writes. */
static void writes_are_done_before_the_end(world *w, hf_ref buffer)
{
    hf_span span;
    HF_FENCE(w->thread, fence, buffer, &span);
    unsigned char *data = span.data;
    data[0] = 1;
    data[SIZE - 1] = 2;
    need(hf_fence_end(&fence) == HF_OK, "the fence ends");
    need(hf_collect(w->thread) == HF_OK, "everything moves");
}

/* The end of the block is an end too. */
static unsigned read_in_a_block(world *w, hf_ref buffer)
{
    unsigned sum;
    {
        hf_span span;
        HF_FENCE(w->thread, fence, buffer, &span);
        sum = ((const unsigned char *)span.data)[SIZE / 3];
    }
    need(hf_collect(w->thread) == HF_OK, "everything moves");
    return sum;
}

/* A pin's address is the same through a crossing, so the bytes must be read anew after it. */
static void write_through(unsigned char *data)
{
    data[3] = 99;
}

static void reads_after_a_native_call_see_what_it_wrote(world *w, hf_ref buffer)
{
    hf_span span;
    HF_FENCE(w->thread, fence, buffer, &span);
    const unsigned char *data = span.data;
    unsigned before = data[3];
    need(HF_NATIVE_CALL_VOID(w->thread, NULL, write_through(span.data)) == HF_OK, "the call");
    unsigned after = data[3];
    need(hf_fence_end(&fence) == HF_OK, "the fence ends");
    need(before == 7 && after == 99, "both reads are where they are written");
}

static void run(world *w)
{
    HF_FRAME(w->thread);
    hf_ref beside = hf_local(w->thread), buffer = hf_local(w->thread);
    need(hf_bytes_create(w->thread, 16, beside) == HF_OK, "a neighbour");
    HF_FENCE(w->thread, neighbour, beside, NULL);
    need(hf_bytes_create(w->thread, SIZE, buffer) == HF_OK, "a buffer");
    fill(buffer, 7);
    reads_stay_before_the_end(w, buffer);
    need(read_in_a_block(w, buffer) == 7, "the byte was read before the end of the block");
    reads_after_a_native_call_see_what_it_wrote(w, buffer);
    writes_are_done_before_the_end(w, buffer);
    unsigned char bytes[2];
    need(hf_bytes_read(buffer, 0, &bytes[0], 1) == HF_OK, "the first byte is read");
    need(hf_bytes_read(buffer, SIZE - 1, &bytes[1], 1) == HF_OK, "the last byte is read");
    need(bytes[0] == 1 && bytes[1] == 2, "the bytes were written before the end");
}

int main(void)
{
    world w;
    begin(&w);
    for (int i = 0; i < 100; i++) {
        run(&w);
    }
    end(&w);
    printf("fences held\n");
    return 0;
}
