/* SPDX-License-Identifier: MIT */

/*
 * Calls on the less common ways: through libffi, on two threads at once, with level 2
 * of the pointer checks, and from native code into managed.
 *
 * For two threads the baseline is the same number of calls on one: what the two share
 * (the function, the runtime) must not slow them down.  What the machine itself takes
 * from two threads at once is seen with ffi_call() on both, and divided out.  The second
 * thread waits in native state between the samples.
 */

#include "bench.h"
#include "bench_callee.h"
#include "world.h"

#include "platform/platform.h"

#include <holdfast/callback.h>

#include <ffi.h>

#include <stdatomic.h>
#include <stdio.h>

#define NINE        9
#define BUFFER_SIZE 256

typedef int add_fn(int, int);
typedef int64_t nine_fn(int, int, int, int, int, int, int, int, int);
typedef int64_t each_fn(int (*)(int, int), int);

typedef struct ways {
    bench_world world;
    hf_library *library;
    void *module;
    hf_function *nine, *add, *touch;
    hf_ref buffer;
    hf_result result;
    ffi_cif nine_cif, each_cif, add_cif;
    nine_fn *nine_address;
    add_fn *add_address;
    each_fn *each_address;
    hf_callback *callback;
    ffi_closure *closure;
    void *closure_code;
    struct ways *other; /* the same in a runtime with level 2 */

    /* The second thread: told how many turns, tells when they are done. */
    hfp_thread second;
    _Alignas(128) _Atomic(uint64_t) wanted; /* apart from what the first thread works with */
    _Atomic(bool) is_bare, is_done, is_over;
} ways;

static void find(ways *w, const char *name, void *function_address)
{
    void *symbol;
    bench_require(hfp_module_symbol(w->module, name, &symbol) == HF_OK, "the callee is found");
    *(void **)function_address = symbol;
}

static hf_function *bind(ways *w, const char *prototype)
{
    hf_function *function = NULL;
    bench_require(hf_function_bind(w->world.thread, w->library, prototype, &function) == HF_OK,
                  "a callee is bound");
    return function;
}

/* ---- through libffi ---- */

static void guarded_nine(void *user, uint64_t turns)
{
    ways *w = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(w->world.thread, w->nine, &w->result,
                       HF_ARGS(HF_INT(i & 0xffff), HF_INT(1), HF_INT(2), HF_INT(3), HF_INT(4),
                               HF_INT(5), HF_INT(6), HF_INT(7), HF_INT(8))) != HF_OK;
    }
    bench_require(!bad && w->result.value.i == (int64_t)((turns - 1) & 0xffff) + 36,
                  "a call with nine integers works");
}

static void bare_nine(void *user, uint64_t turns)
{
    ways *w = user;
    ffi_arg result = 0;
    int value[NINE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
    void *values[NINE];
    for (unsigned i = 0; i < NINE; i++) {
        values[i] = &value[i];
    }
    for (uint64_t i = 0; i < turns; i++) {
        value[0] = (int)(i & 0xffff);
        ffi_call(&w->nine_cif, FFI_FN(w->nine_address), &result, values);
    }
    bench_require((int)result == value[0] + 36, "ffi_call works with nine integers");
}

/* ---- level 2 ---- */

static void touch_buffer(void *user, uint64_t turns)
{
    ways *w = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(w->world.thread, w->touch, &w->result,
                       HF_ARGS(HF_BUFFER(w->buffer, 0, HF_WHOLE))) != HF_OK;
    }
    bench_require(!bad && w->result.value.u >= BUFFER_SIZE, "a call with a buffer works");
}

static void touch_other(void *user, uint64_t turns)
{
    touch_buffer(((ways *)user)->other, turns);
}

/* ---- two threads ---- */

static void add_on(hf_thread *thread, const hf_function *add, hf_result *result, uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++) {
        (void)hf_call(thread, add, result, HF_ARGS(HF_INT(i & 0xffff), HF_INT(1)));
    }
}

static void add_bare(ways *w, uint64_t turns)
{
    ffi_arg result = 0;
    int a = 0;
    int b = 1;
    void *values[] = { &a, &b };
    for (uint64_t i = 0; i < turns; i++) {
        a = (int)(i & 0xffff);
        ffi_call(&w->add_cif, FFI_FN(w->add_address), &result, values);
    }
}

static void second_thread(void *user)
{
    ways *w = user;
    hf_thread *thread = NULL;
    if (hf_thread_attach(w->world.runtime, &thread) != HF_OK) {
        return;
    }
    hf_frame frame;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_frame_begin(thread, &frame, HF_SITE);
    while (status == HF_OK && !atomic_load(&w->is_over)) {
        uint64_t turns = atomic_exchange(&w->wanted, 0);
        if (turns && atomic_load(&w->is_bare)) {
            add_bare(w, turns);
            atomic_store(&w->is_done, true);
        } else if (turns) {
            add_on(thread, w->add, &result, turns);
            atomic_store(&w->is_done, true);
        } else if (hf_native_begin(thread) == HF_OK) {
            hfp_thread_yield();
            (void)hf_native_end(thread, NULL);
        }
    }
    hf_frame_end(&frame);
    (void)hf_thread_detach(thread);
}

static void add_on_one(void *user, uint64_t turns)
{
    ways *w = user;
    hf_result result =
        HF_RESULT_INIT; /* on this thread's stack, as the other one's is on its own */
    add_on(w->world.thread, w->add, &result, turns);
}

static void add_bare_on_one(void *user, uint64_t turns)
{
    add_bare(user, turns);
}

static void run_on_two(ways *w, bool is_bare, uint64_t turns)
{
    atomic_store(&w->is_done, false);
    atomic_store(&w->is_bare, is_bare);
    atomic_store(&w->wanted, turns);
    if (is_bare) {
        add_bare(w, turns);
    } else {
        add_on_one(w, turns);
    }
    /* Native, because the other one may want to collect. */
    bench_require(hf_native_begin(w->world.thread) == HF_OK, "waiting is native");
    while (!atomic_load(&w->is_done)) {
        hfp_thread_yield();
    }
    bench_require(hf_native_end(w->world.thread, NULL) == HF_OK, "waiting ends");
}

static void add_on_two(void *user, uint64_t turns)
{
    run_on_two(user, false, turns);
}

static void add_bare_on_two(void *user, uint64_t turns)
{
    run_on_two(user, true, turns);
}

/* ---- callbacks ---- */

static hf_status add_handler(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    (void)thread;
    (void)user;
    result->i = arguments[0].i + arguments[1].i;
    return HF_OK;
}

static void add_closure(ffi_cif *cif, void *result, void **arguments, void *user)
{
    (void)cif;
    (void)user;
    *(ffi_sarg *)result = *(int *)arguments[0] + *(int *)arguments[1];
}

static int (*as_each(void *code))(int, int)
{
    int (*each)(int, int);
    *(void **)(void *)&each = code;
    return each;
}

/* `turns` callbacks in one native call, so that the call itself does not count. */
static int64_t run_each(ways *w, void *code, uint64_t turns)
{
    return w->each_address(as_each(code), (int)(turns & 0x3fffffff));
}

static void guarded_callback(void *user, uint64_t turns)
{
    ways *w = user;
    hf_native_error error;
    int64_t sum = 0;
    hf_status status = HF_NATIVE_CALL(w->world.thread, &error, sum,
                                      run_each(w, hf_callback_address(w->callback), turns));
    bench_require(status == HF_OK && sum == (int64_t)(turns * turns), "callbacks work");
}

static void bare_closure(void *user, uint64_t turns)
{
    ways *w = user;
    int64_t sum = run_each(w, w->closure_code, turns);
    bench_require(sum == (int64_t)(turns * turns), "closures work");
}

/* ---- getting ready ---- */

static ffi_type *nine_types[NINE];
static ffi_type *each_types[] = { &ffi_type_sint, &ffi_type_sint };

static void make_callbacks(ways *w)
{
    bench_require(hf_callback_create(w->world.thread, "int each(int a, int b)", add_handler, NULL,
                                     &w->callback) == HF_OK,
                  "a callback can be made");
    w->closure = ffi_closure_alloc(sizeof(*w->closure), &w->closure_code);
    bench_require(w->closure != NULL && ffi_prep_cif(&w->each_cif, FFI_DEFAULT_ABI, 2,
                                                     &ffi_type_sint, each_types) == FFI_OK,
                  "a closure can be made");
    bench_require(ffi_prep_closure_loc(w->closure, &w->each_cif, add_closure, NULL,
                                       w->closure_code) == FFI_OK,
                  "a closure can be prepared");
}

static bool begin(ways *w, hf_fence_mode mode, hf_pointer_checks checks)
{
    uint32_t error;
    if (!bench_world_begin_with(&w->world, mode, checks)) {
        return false;
    }
    bench_require(hfp_module_open(HF_TESTLIB_PATH, HFP_MODULE_ANY, &w->module, &error) == HF_OK,
                  "the callee library is there");
    bench_require(hf_library_open(w->world.thread, HF_TESTLIB_PATH, &w->library) == HF_OK,
                  "the callee library opens");
    find(w, "hfn_bench_nine", &w->nine_address);
    find(w, "hfn_bench_each", &w->each_address);
    for (unsigned i = 0; i < NINE; i++) {
        nine_types[i] = &ffi_type_sint;
    }
    bench_require(ffi_prep_cif(&w->nine_cif, FFI_DEFAULT_ABI, NINE, &ffi_type_sint64, nine_types) ==
                      FFI_OK,
                  "libffi prepares a signature");
    find(w, "hfn_bench_add", &w->add_address);
    bench_require(ffi_prep_cif(&w->add_cif, FFI_DEFAULT_ABI, 2, &ffi_type_sint, each_types) ==
                      FFI_OK,
                  "libffi prepares a signature");
    w->nine = bind(w, "int64_t hfn_bench_nine(int a, int b, int c, int d, int e, int f, int g,"
                      " int h, int i)");
    w->add = bind(w, "int hfn_bench_add(int a, int b)");
    w->touch = bind(w, "uint64_t hfn_bench_touch(uint8_t *data {inout},"
                       " size_t size {capacity(data)})");
    w->buffer = hf_local(w->world.thread);
    bench_require(hf_bytes_create(w->world.thread, BUFFER_SIZE, w->buffer) == HF_OK,
                  "there is managed memory");
    make_callbacks(w);
    return true;
}

static void end(ways *w)
{
    ffi_closure_free(w->closure);
    bench_require(hf_callback_destroy(w->callback) == HF_OK, "a callback ends");
    hf_function_destroy(w->nine);
    hf_function_destroy(w->add);
    hf_function_destroy(w->touch);
    hf_library_close(w->library);
    hfp_module_close(w->module);
    bench_world_end(&w->world);
}

static void run_two(bench *b, ways *w, const char *name)
{
    static const bench_case two = { "call, on two threads at once",
                                    add_on_two,
                                    "on one, as ffi_call",
                                    add_on_one,
                                    BENCH_RATIO,
                                    1.1,
                                    0 };
    static const bench_case bare = { "", add_bare_on_two, "", add_bare_on_one, BENCH_RATIO, 0, 0 };
    if (!bench_wants(b, two.name, name)) {
        return;
    }
    bench_require(hfp_thread_start(&w->second, "second", second_thread, w) == HF_OK,
                  "a thread starts");
    bench_run_beside(b, &two, &bare, name, w);
    atomic_store(&w->is_over, true);
    bench_require(hf_native_begin(w->world.thread) == HF_OK, "waiting is native");
    hfp_thread_join(&w->second);
    bench_require(hf_native_end(w->world.thread, NULL) == HF_OK, "waiting ends");
}

static void run_mode(bench *b, hf_fence_mode mode)
{
    static const bench_case cases[] = {
        { "call, nine integers", guarded_nine, "ffi_call", bare_nine, BENCH_RATIO, 1.15, 0 },
        { "call, one buffer, checks level 2", touch_other, "level 1", touch_buffer, BENCH_RATIO, 3,
          0 },
        { "callback", guarded_callback, "libffi closure", bare_closure, BENCH_RATIO, 1.3, 0 },
    };
    const char *name = mode == HF_FENCE_BARRIER ? "barrier" : "exchange";
    ways w = { .result = HF_RESULT_INIT };
    ways other = { .result = HF_RESULT_INIT };
    if (!begin(&w, mode, HF_POINTER_CHECKS_AT_CALLS)) {
        return; /* bench_call.c has said so */
    }
    bench_require(begin(&other, mode, HF_POINTER_CHECKS_AT_STORES), "two runtimes can be had");
    w.other = &other;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bench_case one = cases[i];
        if (mode == HF_FENCE_EXCHANGE && one.run != touch_other) {
            one.extra_ns = 12; /* the exchange itself */
        }
        bench_run(b, &one, name, &w);
    }
    run_two(b, &w, name);
    end(&other);
    end(&w);
}

void bench_ways(bench *b)
{
    run_mode(b, HF_FENCE_BARRIER);
    run_mode(b, HF_FENCE_EXCHANGE);
}
