/* SPDX-License-Identifier: MIT */

/*
 * Calls: what the guard costs.
 *
 * The baseline of a guarded call is ffi_call() with everything prepared: the cif,
 * the array of addresses and, where that is fair, the arguments.  It checks
 * nothing, pins nothing and reads no error value.  The guarded call does all of
 * that from arguments that are written out at each turn, as a program writes them.
 *
 * Each row is there once a fence mode, in a runtime of its own.
 */

#include "bench.h"
#include "bench_callee.h"
#include "world.h"

#include "platform/platform.h"

#include <ffi.h>

#include <stdio.h>
#include <stdlib.h>

#define BUFFER_SIZE 256

typedef int nothing_fn(void);
typedef int add_fn(int, int);
typedef uint64_t touch_fn(uint8_t *, size_t);
typedef double mixed_fn(int, double, const uint8_t *, float);
typedef int fill_fn(uint32_t, uint8_t *, uint32_t, uint32_t *);

typedef struct calls {
    bench_world world;
    hf_library *library;
    void *module;
    hf_result result;
    hf_ref buffer;
    uint8_t *native; /* as large as the buffer, for the baselines */

    /* Each callee as Holdfast, libffi and C know it. */
    hf_function *nothing, *add, *touch, *touch_sized, *mixed, *fill;
    ffi_cif nothing_cif, add_cif, touch_cif, mixed_cif, fill_cif;
    nothing_fn *nothing_address;
    add_fn *add_address;
    touch_fn *touch_address;
    mixed_fn *mixed_address;
    fill_fn *fill_address;
} calls;

static ffi_type *const add_types[] = { &ffi_type_sint, &ffi_type_sint };
static ffi_type *const touch_types[] = { &ffi_type_pointer, sizeof(size_t) == 8
                                                                ? &ffi_type_uint64
                                                                : &ffi_type_uint32 };
static ffi_type *const mixed_types[] = { &ffi_type_sint, &ffi_type_double, &ffi_type_pointer,
                                         &ffi_type_float };
static ffi_type *const fill_types[] = { &ffi_type_uint32, &ffi_type_pointer, &ffi_type_uint32,
                                        &ffi_type_pointer };

/* ---- no argument ---- */

static void guarded_nothing(void *user, uint64_t turns)
{
    calls *c = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(c->world.thread, c->nothing, &c->result, HF_NO_ARGS) != HF_OK;
    }
    bench_require(!bad && c->result.value.i == 0, "a call without arguments works");
}

static void bare_nothing(void *user, uint64_t turns)
{
    calls *c = user;
    ffi_arg result = 1;
    for (uint64_t i = 0; i < turns; i++) {
        ffi_call(&c->nothing_cif, FFI_FN(c->nothing_address), &result, NULL);
    }
    bench_require(result == 0, "ffi_call works without arguments");
}

/* ---- two integers ---- */

static void guarded_add(void *user, uint64_t turns)
{
    calls *c = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(c->world.thread, c->add, &c->result,
                       HF_ARGS(HF_INT(i & 0xffff), HF_INT(1))) != HF_OK;
    }
    bench_require(!bad && c->result.value.i == (int64_t)((turns - 1) & 0xffff) + 1,
                  "a call with two integers works");
}

static void bare_add(void *user, uint64_t turns)
{
    calls *c = user;
    ffi_arg result = 0;
    int a = 0;
    int b = 1;
    void *values[] = { &a, &b };
    for (uint64_t i = 0; i < turns; i++) {
        a = (int)(i & 0xffff);
        ffi_call(&c->add_cif, FFI_FN(c->add_address), &result, values);
    }
    bench_require((int)result == a + 1, "ffi_call works with two integers");
}

/* ---- one pinned buffer and its size ---- */

static void guarded_touch(void *user, uint64_t turns)
{
    calls *c = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(c->world.thread, c->touch, &c->result,
                       HF_ARGS(HF_BUFFER(c->buffer, 0, HF_WHOLE))) != HF_OK;
    }
    bench_require(!bad && c->result.value.u >= BUFFER_SIZE, "a call with a buffer works");
}

static void bare_touch(void *user, uint64_t turns)
{
    calls *c = user;
    uint64_t result = 0;
    size_t size = BUFFER_SIZE;
    void *values[] = { &c->native, &size };
    for (uint64_t i = 0; i < turns; i++) {
        ffi_call(&c->touch_cif, FFI_FN(c->touch_address), &result, values);
    }
    bench_require(result >= BUFFER_SIZE, "ffi_call works with a buffer");
}

/* ---- four mixed arguments ---- */

static void guarded_mixed(void *user, uint64_t turns)
{
    calls *c = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(c->world.thread, c->mixed, &c->result,
                       HF_ARGS(HF_INT(i & 0xffff), HF_DOUBLE(1.5),
                               HF_BUFFER(c->buffer, 0, HF_WHOLE), HF_DOUBLE(2.5))) != HF_OK;
    }
    bench_require(!bad && c->result.value.f >= 5.0, "a call with mixed arguments works");
}

static void bare_mixed(void *user, uint64_t turns)
{
    calls *c = user;
    double result = 0;
    int a = 0;
    double b = 1.5;
    float d = 2.5f;
    void *values[] = { &a, &b, &c->native, &d };
    for (uint64_t i = 0; i < turns; i++) {
        a = (int)(i & 0xffff);
        ffi_call(&c->mixed_cif, FFI_FN(c->mixed_address), &result, values);
    }
    bench_require(result >= 5.0, "ffi_call works with mixed arguments");
}

/* ---- the pin of a call, alone: the same function with managed and with native bytes ---- */

static void lend_managed(void *user, uint64_t turns)
{
    calls *c = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(c->world.thread, c->touch_sized, &c->result,
                       HF_ARGS(HF_BUFFER(c->buffer, 0, HF_WHOLE), HF_UINT(BUFFER_SIZE))) != HF_OK;
    }
    bench_require(!bad && c->result.value.u >= BUFFER_SIZE, "a call with a lent buffer works");
}

static void lend_native(void *user, uint64_t turns)
{
    calls *c = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(c->world.thread, c->touch_sized, &c->result,
                       HF_ARGS(HF_POINTER(c->native), HF_UINT(BUFFER_SIZE))) != HF_OK;
    }
    bench_require(!bad && c->result.value.u >= BUFFER_SIZE, "a call with native memory works");
}

/* ---- a call that grows once ---- */

static void guarded_fill(void *user, uint64_t turns)
{
    calls *c = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |=
            hf_call(c->world.thread, c->fill, &c->result, HF_ARGS(HF_UINT((uint32_t)i))) != HF_OK;
    }
    bench_require(!bad && c->result.attempts == 2, "a growing call takes two tries");
    bench_require(hf_bytes_size(hf_result_out(&c->result, 0)) == 200 + (turns - 1) % 64,
                  "a growing call gives a buffer of the right size");
}

static void bare_fill(void *user, uint64_t turns)
{
    calls *c = user;
    for (uint64_t i = 0; i < turns; i++) {
        uint32_t key = (uint32_t)i;
        uint32_t size = 64;
        uint32_t need = 0;
        uint32_t *need_address = &need;
        uint8_t *buffer = malloc(size);
        void *values[] = { &key, &buffer, &size, &need_address };
        ffi_arg result = HFN_BENCH_TOO_SMALL;
        while (buffer) {
            ffi_call(&c->fill_cif, FFI_FN(c->fill_address), &result, values);
            if ((int)result != HFN_BENCH_TOO_SMALL) {
                break;
            }
            uint8_t *larger = realloc(buffer, need);
            if (!larger) {
                free(buffer);
            }
            buffer = larger;
            size = need;
        }
        bench_require(buffer && (int)result == 0, "the loop by hand works");
        free(buffer);
    }
}

/* ---- getting ready ---- */

static void prepare(ffi_cif *cif, unsigned count, ffi_type *result, ffi_type *const *types)
{
    union {
        ffi_type *const *constant;
        ffi_type **plain;
    } to = { types }; /* libffi reads them alone */
    bench_require(ffi_prep_cif(cif, FFI_DEFAULT_ABI, count, result, to.plain) == FFI_OK,
                  "libffi prepares a signature");
}

/* A symbol is a data address to the loader and a function here. */
static void find(calls *c, const char *name, void *function_address)
{
    void *symbol;
    bench_require(hfp_module_symbol(c->module, name, &symbol) == HF_OK, "the callee is found");
    *(void **)function_address = symbol;
}

static hf_function *bind(calls *c, const char *prototype, uint64_t first_bytes)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *function = NULL;
    options.first_bytes = first_bytes;
    bench_require(
        hf_function_bind_with(c->world.thread, c->library, prototype, &options, &function) == HF_OK,
        "a callee is bound");
    return function;
}

static void load_native(calls *c)
{
    uint32_t error;
    bench_require(hfp_module_open(HF_TESTLIB_PATH, HFP_MODULE_ANY, &c->module, &error) == HF_OK,
                  "the callee library is there");
    find(c, "hfn_bench_nothing", &c->nothing_address);
    find(c, "hfn_bench_add", &c->add_address);
    find(c, "hfn_bench_touch", &c->touch_address);
    find(c, "hfn_bench_mixed", &c->mixed_address);
    find(c, "hfn_bench_fill", &c->fill_address);
    prepare(&c->nothing_cif, 0, &ffi_type_sint, NULL);
    prepare(&c->add_cif, 2, &ffi_type_sint, add_types);
    prepare(&c->touch_cif, 2, &ffi_type_uint64, touch_types);
    prepare(&c->mixed_cif, 4, &ffi_type_double, mixed_types);
    prepare(&c->fill_cif, 4, &ffi_type_sint, fill_types);
    c->native = calloc(1, BUFFER_SIZE);
    bench_require(c->native != NULL, "there is memory");
}

static void bind_all(calls *c)
{
    bench_require(hf_library_open(c->world.thread, HF_TESTLIB_PATH, &c->library) == HF_OK,
                  "the callee library opens");
    c->nothing = bind(c, "int hfn_bench_nothing(void)", 0);
    c->add = bind(c, "int hfn_bench_add(int a, int b)", 0);
    c->touch =
        bind(c, "uint64_t hfn_bench_touch(uint8_t *data {inout}, size_t size {capacity(data)})", 0);
    c->touch_sized = bind(
        c, "uint64_t hfn_bench_touch(uint8_t *data {inout, given, size(256)}, size_t size)", 0);
    c->mixed = bind(c,
                    "double hfn_bench_mixed(int a, double b, const uint8_t *data {size(256)},"
                    " float c)",
                    0);
    c->fill = bind(c,
                   "int hfn_bench_fill(uint32_t key, uint8_t *buffer {out},"
                   " uint32_t size {capacity(buffer)},"
                   " uint32_t *needed {out, needed(buffer), length(buffer)})"
                   " {fail(result != 0), error(result), grow(error == 122)}",
                   64);
    c->buffer = hf_local(c->world.thread);
    bench_require(hf_bytes_create(c->world.thread, BUFFER_SIZE, c->buffer) == HF_OK,
                  "there is managed memory");
}

static void unload(calls *c)
{
    hf_function_destroy(c->nothing);
    hf_function_destroy(c->add);
    hf_function_destroy(c->touch);
    hf_function_destroy(c->touch_sized);
    hf_function_destroy(c->mixed);
    hf_function_destroy(c->fill);
    hf_library_close(c->library);
    free(c->native);
    hfp_module_close(c->module);
}

static void run_mode(bench *b, hf_fence_mode mode)
{
    static const bench_case cases[] = {
        { "call, no argument", guarded_nothing, "ffi_call", bare_nothing, BENCH_RATIO, 0.65, 0 },
        { "call, two integers", guarded_add, "ffi_call", bare_add, BENCH_RATIO, 0.30, 0 },
        { "call, one pinned buffer", guarded_touch, "ffi_call", bare_touch, BENCH_RATIO, 0.30, 0 },
        { "call, four mixed", guarded_mixed, "ffi_call", bare_mixed, BENCH_RATIO, 0.25, 0 },
        { "call, growing once", guarded_fill, "ffi_call, realloc", bare_fill, BENCH_RATIO, 0.5, 0 },
        { "call pin", lend_managed, "native memory", lend_native, BENCH_DIFFERENCE, 3, 0 },
    };
    const char *name = mode == HF_FENCE_BARRIER ? "barrier" : "exchange";
    calls c = { .result = HF_RESULT_INIT };
    if (!bench_world_begin(&c.world, mode)) {
        printf("no process-wide barrier here: no rows [barrier]\n");
        return;
    }
    load_native(&c);
    bind_all(&c);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bench_case one = cases[i];
        if (mode == HF_FENCE_EXCHANGE && one.rule == BENCH_RATIO && one.bound > 0) {
            one.extra_ns = 12; /* the exchange itself */
        }
        bench_run(b, &one, name, &c);
    }
    unload(&c);
    bench_world_end(&c.world);
}

void bench_calls(bench *b)
{
    run_mode(b, HF_FENCE_BARRIER);
    run_mode(b, HF_FENCE_EXCHANGE);
}
