/* SPDX-License-Identifier: MIT */

/*
 * The static path: HF_NATIVE_CALL and typed wrappers beside the same call without them.
 *
 * Both sides call through a pointer that the compiler may not look behind, as it would into another
 * library.
 */

#include "bench.h"
#include "bench_callee.h"
#include "world.h"

#include "platform/platform.h"

#include <holdfast/wrap.h>

#include <stdio.h>
#include <stdlib.h>

#define BUFFER_SIZE 256

static int (*volatile add)(int, int);
static uint64_t (*volatile touch)(void *, size_t);

HF_WRAP(int, wrapped_add, add, HF_W_VALUE(int, a), HF_W_VALUE(int, b));
HF_WRAP(uint64_t, wrapped_touch, touch, HF_W_INOUT(data, size_t));

typedef struct statics {
    bench_world world;
    hf_ref buffer;
    uint8_t *native;
} statics;

static void direct_add(void *user, uint64_t turns)
{
    int sum = 0;
    for (uint64_t i = 0; i < turns; i++) {
        sum = add((int)(i & 0xffff), 1);
        bench_use(&sum);
    }
    bench_require(sum == (int)((turns - 1) & 0xffff) + 1, "a direct call works");
    bench_use(user);
}

static void static_add(void *user, uint64_t turns)
{
    hf_thread *thread = ((statics *)user)->world.thread;
    hf_native_error error;
    bool bad = false;
    int sum = 0;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= HF_NATIVE_CALL(thread, &error, sum, add((int)(i & 0xffff), 1)) != HF_OK;
        bench_use(&sum);
    }
    bench_require(!bad && sum == (int)((turns - 1) & 0xffff) + 1, "a static call works");
}

static void wrapper_add(void *user, uint64_t turns)
{
    hf_thread *thread = ((statics *)user)->world.thread;
    hf_native_error error;
    bool bad = false;
    int sum = 0;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= wrapped_add(thread, &sum, &error, (int)(i & 0xffff), 1) != HF_OK;
        bench_use(&sum);
    }
    bench_require(!bad && sum == (int)((turns - 1) & 0xffff) + 1, "a wrapper works");
}

static void direct_touch(void *user, uint64_t turns)
{
    statics *s = user;
    uint64_t seen = 0;
    for (uint64_t i = 0; i < turns; i++) {
        seen = touch(s->native, BUFFER_SIZE);
        bench_use(&seen);
    }
    bench_require(seen >= BUFFER_SIZE, "a direct call with memory works");
}

static void wrapper_touch(void *user, uint64_t turns)
{
    statics *s = user;
    hf_native_error error;
    uint64_t seen = 0;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= wrapped_touch(s->world.thread, &seen, &error, s->buffer, 0, BUFFER_SIZE) != HF_OK;
        bench_use(&seen);
    }
    bench_require(!bad && seen >= BUFFER_SIZE, "a wrapper with a buffer works");
}

static void load(void *module)
{
    void *address;
    bench_require(hfp_module_symbol(module, "hfn_bench_add", &address) == HF_OK,
                  "the library has hfn_bench_add");
    add = (int (*)(int, int))address;
    bench_require(hfp_module_symbol(module, "hfn_bench_touch", &address) == HF_OK,
                  "the library has hfn_bench_touch");
    touch = (uint64_t(*)(void *, size_t))address;
}

static void run_mode(bench *b, hf_fence_mode mode)
{
    static const bench_case cases[] = {
        { "static, two integers", static_add, "direct call", direct_add, BENCH_DIFFERENCE, 2, 0 },
        { "static wrapper, two integers", wrapper_add, "direct call", direct_add, BENCH_DIFFERENCE,
          2, 0 },
        { "static wrapper, one pinned buffer", wrapper_touch, "direct call", direct_touch,
          BENCH_DIFFERENCE, 0, 0 },
    };
    statics s;
    if (!bench_world_begin(&s.world, mode)) {
        printf("no process-wide barrier here: no rows [barrier]\n");
        return;
    }
    s.native = calloc(1, BUFFER_SIZE);
    s.buffer = hf_local(s.world.thread);
    bench_require(s.native && hf_bytes_create(s.world.thread, BUFFER_SIZE, s.buffer) == HF_OK,
                  "there is memory");
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bench_case one = cases[i];
        if (mode == HF_FENCE_EXCHANGE && one.bound > 0) {
            one.bound += 12; /* the exchange itself */
        }
        bench_run(b, &one, mode == HF_FENCE_BARRIER ? "barrier" : "exchange", &s);
    }
    free(s.native);
    bench_world_end(&s.world);
}

void bench_statics(bench *b)
{
    void *module;
    uint32_t native_error;
    bench_require(hfp_module_open(HF_TESTLIB_PATH, HFP_MODULE_ANY, &module, &native_error) == HF_OK,
                  "the callee library can be loaded");
    load(module);
    run_mode(b, HF_FENCE_BARRIER);
    run_mode(b, HF_FENCE_EXCHANGE);
    hfp_module_close(module);
}
