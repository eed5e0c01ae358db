/* SPDX-License-Identifier: MIT */

/*
 * hf_bench --peer: the same operations as other systems are measured with, in the
 * form in which another harness collects them.
 *
 *   PEERS_LIB   a library with nop, add_int, touch, mixed, fill and qsort_like
 *   PEERS_MS    how long to measure an operation, in milliseconds; 100
 *   PEERS_FIN   how many objects are finalized; 1000000
 *
 * Each line is "peer<TAB>operation<TAB>ns".  The harness takes medians over its own
 * rounds, so an operation is measured once.
 */

#include "bench.h"
#include "world.h"

#include "platform/platform.h"

#include <holdfast/callback.h>

#include <stdio.h>
#include <stdlib.h>

#define BUFFER_SIZE 256

typedef struct peer {
    bench_world world;
    hf_library *library;
    hf_function *nop, *add, *touch, *mixed, *fill, *each;
    hf_callback *callback;
    hf_ref buffer;
    hf_result result;
    int (*add_address)(int, int);
    int (*nop_address)(void);
    uint64_t (*touch_address)(uint8_t *, size_t);
    double (*mixed_address)(int, double, void *, float);
    bool bad;
} peer;

static void call_nop(void *user, uint64_t turns)
{
    peer *p = user;
    for (uint64_t i = 0; i < turns; i++) {
        p->bad |= hf_call(p->world.thread, p->nop, &p->result, HF_NO_ARGS) != HF_OK;
    }
}

static void call_add(void *user, uint64_t turns)
{
    peer *p = user;
    for (uint64_t i = 0; i < turns; i++) {
        p->bad |= hf_call(p->world.thread, p->add, &p->result,
                          HF_ARGS(HF_INT(i & 0xffff), HF_INT(1))) != HF_OK;
    }
}

static void call_touch(void *user, uint64_t turns)
{
    peer *p = user;
    for (uint64_t i = 0; i < turns; i++) {
        p->bad |= hf_call(p->world.thread, p->touch, &p->result,
                          HF_ARGS(HF_BUFFER(p->buffer, 0, HF_WHOLE))) != HF_OK;
    }
}

static void call_mixed(void *user, uint64_t turns)
{
    peer *p = user;
    for (uint64_t i = 0; i < turns; i++) {
        p->bad |= hf_call(p->world.thread, p->mixed, &p->result,
                          HF_ARGS(HF_INT(i & 0xffff), HF_DOUBLE(1.5),
                                  HF_BUFFER(p->buffer, 0, HF_WHOLE), HF_DOUBLE(2.5))) != HF_OK;
    }
}

static void call_fill(void *user, uint64_t turns)
{
    peer *p = user;
    for (uint64_t i = 0; i < turns; i++) {
        p->bad |=
            hf_call(p->world.thread, p->fill, &p->result, HF_ARGS(HF_UINT((uint32_t)i))) != HF_OK;
    }
}

static void call_back(void *user, uint64_t turns)
{
    peer *p = user;
    p->bad |= hf_call(p->world.thread, p->each, &p->result,
                      HF_ARGS(HF_CALLBACK(p->callback), HF_INT(turns & 0x3fffffff))) != HF_OK;
}

static void pin_unpin(void *user, uint64_t turns)
{
    peer *p = user;
    for (uint64_t i = 0; i < turns; i++) {
        hf_span span;
        HF_FENCE(p->world.thread, fence, p->buffer, &span);
        bench_use(span.data);
        p->bad |= hf_fence_end(&fence) != HF_OK;
    }
}

/* ---- the static form ---- */

static void static_nop(void *user, uint64_t turns)
{
    peer *p = user;
    hf_native_error error;
    int result = 0;
    for (uint64_t i = 0; i < turns; i++) {
        p->bad |= HF_NATIVE_CALL(p->world.thread, &error, result, p->nop_address()) != HF_OK;
        bench_use(&result);
    }
}

static void static_add(void *user, uint64_t turns)
{
    peer *p = user;
    hf_native_error error;
    int result = 0;
    for (uint64_t i = 0; i < turns; i++) {
        p->bad |= HF_NATIVE_CALL(p->world.thread, &error, result,
                                 p->add_address((int)(i & 0xffff), 1)) != HF_OK;
        bench_use(&result);
    }
}

static void static_touch(void *user, uint64_t turns)
{
    peer *p = user;
    hf_native_error error;
    uint64_t result = 0;
    for (uint64_t i = 0; i < turns; i++) {
        hf_span span;
        HF_FENCE(p->world.thread, fence, p->buffer, &span);
        p->bad |= HF_NATIVE_CALL(p->world.thread, &error, result,
                                 p->touch_address(span.data, span.size)) != HF_OK;
        p->bad |= hf_fence_end(&fence) != HF_OK;
        bench_use(&result);
    }
}

static void static_mixed(void *user, uint64_t turns)
{
    peer *p = user;
    hf_native_error error;
    double result = 0;
    for (uint64_t i = 0; i < turns; i++) {
        hf_span span;
        HF_FENCE(p->world.thread, fence, p->buffer, &span);
        p->bad |=
            HF_NATIVE_CALL(p->world.thread, &error, result,
                           p->mixed_address((int)(i & 0xffff), 1.5, span.data, 2.5f)) != HF_OK;
        p->bad |= hf_fence_end(&fence) != HF_OK;
        bench_use(&result);
    }
}

/* ---- the program ---- */

static hf_status add_handler(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    (void)thread;
    (void)user;
    result->i = arguments[0].i + arguments[1].i;
    return HF_OK;
}

static void measure(peer *p, const char *name, const char *operation, bench_fn run)
{
    const char *text = getenv("PEERS_MS");
    double wanted = (text ? atof(text) : 100) * 1e6;
    double took = 0;
    uint64_t turns = 32;
    while (took < wanted / 8) {
        turns *= 2;
        uint64_t began = hfp_clock_ns();
        run(p, turns);
        took = (double)(hfp_clock_ns() - began);
    }
    turns = (uint64_t)((double)turns * wanted / took) + 1;
    uint64_t began = hfp_clock_ns();
    run(p, turns);
    took = (double)(hfp_clock_ns() - began);
    bench_require(!p->bad, operation);
    printf("%s\t%s\t%.3f\n", name, operation, took / (double)turns);
    (void)fflush(stdout);
}

static void measure_finalizers(void)
{
    const char *text = getenv("PEERS_FIN");
    uint32_t objects = text && atoi(text) > 0 ? (uint32_t)atoi(text) : 1000000;
    printf("holdfast\tfinalize\t%.3f\n", bench_finalize_ns(objects, false));
    printf("holdfast\tfinalize_live\t%.3f\n", bench_finalize_ns(objects, true));
    (void)fflush(stdout);
}

static hf_function *bind(peer *p, const char *prototype)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *function = NULL;
    options.first_bytes = 64;
    bench_require(
        hf_function_bind_with(p->world.thread, p->library, prototype, &options, &function) == HF_OK,
        "a callee is bound");
    return function;
}

static void bind_all(peer *p, void *module)
{
    p->nop = bind(p, "int nop(void)");
    p->add = bind(p, "int add_int(int a, int b)");
    p->touch = bind(p, "uint64_t touch(uint8_t *buf {inout}, size_t n {capacity(buf)})");
    p->mixed = bind(p, "double mixed(int a, double b, const uint8_t *p {size(256)}, float c)");
    p->fill = bind(p, "int fill(uint32_t key, uint8_t *buf {out}, uint32_t cap {capacity(buf)},"
                      " uint32_t *required {out, needed(buf), length(buf)})"
                      " {fail(result == 0), error(errno), grow(1)}");
    p->each = bind(p, "int64_t qsort_like(int (*cb)(int, int), int n)");
    bench_require(hf_callback_create(p->world.thread, "int cb(int a, int b)", add_handler, NULL,
                                     &p->callback) == HF_OK,
                  "a callback can be made");
    p->buffer = hf_local(p->world.thread);
    bench_require(hf_bytes_create(p->world.thread, BUFFER_SIZE, p->buffer) == HF_OK,
                  "there is managed memory");
    bench_require(
        hfp_module_symbol(module, "nop", (void **)(void *)&p->nop_address) == HF_OK &&
            hfp_module_symbol(module, "add_int", (void **)(void *)&p->add_address) == HF_OK &&
            hfp_module_symbol(module, "touch", (void **)(void *)&p->touch_address) == HF_OK &&
            hfp_module_symbol(module, "mixed", (void **)(void *)&p->mixed_address) == HF_OK,
        "the callees are found");
}

static void end(peer *p)
{
    bench_require(hf_callback_destroy(p->callback) == HF_OK, "a callback ends");
    hf_function_destroy(p->nop);
    hf_function_destroy(p->add);
    hf_function_destroy(p->touch);
    hf_function_destroy(p->mixed);
    hf_function_destroy(p->fill);
    hf_function_destroy(p->each);
    hf_library_close(p->library);
    bench_world_end(&p->world);
}

int bench_peer(void)
{
    const char *path = getenv("PEERS_LIB");
    peer p = { .result = HF_RESULT_INIT };
    void *module;
    uint32_t error;
    bench_require(path != NULL, "PEERS_LIB names a library");
    bench_require(bench_world_begin(&p.world, HF_FENCE_AUTO), "a runtime can be made");
    bench_require(hfp_module_open(path, HFP_MODULE_ANY, &module, &error) == HF_OK &&
                      hf_library_open(p.world.thread, path, &p.library) == HF_OK,
                  "the library opens");
    bind_all(&p, module);
    measure(&p, "holdfast", "nop", call_nop);
    measure(&p, "holdfast", "add_int", call_add);
    measure(&p, "holdfast", "touch", call_touch);
    measure(&p, "holdfast", "mixed", call_mixed);
    measure(&p, "holdfast", "fill_retry", call_fill);
    measure(&p, "holdfast", "callback", call_back);
    measure(&p, "holdfast", "pin_unpin", pin_unpin);
    measure(&p, "holdfast-static", "nop", static_nop);
    measure(&p, "holdfast-static", "add_int", static_add);
    measure(&p, "holdfast-static", "touch", static_touch);
    measure(&p, "holdfast-static", "mixed", static_mixed);
    end(&p);
    hfp_module_close(module);
    measure_finalizers();
    return 0;
}
