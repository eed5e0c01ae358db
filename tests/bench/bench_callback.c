/* SPDX-License-Identifier: MIT */

/*
 * Callbacks: what the way into a handler costs.
 *
 * The baseline is a bare libffi closure whose handler does the same from libffi's
 * own arguments: no state, no frame, no error values.  Both are called in a loop from
 * native code.  Each row is there once a fence mode.
 */

#include "bench.h"
#include "world.h"

#include <ffi.h>

#include <string.h>

typedef int compare_fn(const void *, const void *);
typedef double mix_fn(int, double);

typedef union code {
    void *plain;
    compare_fn *compare;
    mix_fn *mix;
} code;

typedef struct callbacks {
    bench_world world;
    hf_callback *compare, *mix;
    code guarded_compare, guarded_mix, bare_compare, bare_mix;
    ffi_cif compare_cif, mix_cif;
    ffi_closure *compare_closure, *mix_closure;
} callbacks;

static ffi_type *compare_types[] = { &ffi_type_pointer, &ffi_type_pointer };
static ffi_type *mix_types[] = { &ffi_type_sint, &ffi_type_double };

/* ---- handlers ---- */

static hf_status compare(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    (void)user;
    int a, b;
    memcpy(&a, arguments[0].pointer, sizeof a);
    memcpy(&b, arguments[1].pointer, sizeof b);
    result->i = (a > b) - (a < b);
    return HF_OK;
}

static hf_status mix(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    (void)user;
    result->f = (double)arguments[0].i + arguments[1].f;
    return HF_OK;
}

static void compare_bare(ffi_cif *cif, void *result, void **arguments, void *user)
{
    (void)cif;
    (void)user;
    int a, b;
    memcpy(&a, *(void **)arguments[0], sizeof a);
    memcpy(&b, *(void **)arguments[1], sizeof b);
    *(ffi_arg *)result = (ffi_arg)((a > b) - (a < b));
}

static void mix_bare(ffi_cif *cif, void *result, void **arguments, void *user)
{
    (void)cif;
    (void)user;
    *(double *)result = (double)*(int *)arguments[0] + *(double *)arguments[1];
}

/* ---- loops ---- */

static int compare_often(compare_fn *function, uint64_t turns)
{
    int pair[2] = { 1, 2 };
    int sum = 0;
    for (uint64_t i = 0; i < turns; i++) {
        sum += function(&pair[i & 1], &pair[1]);
        bench_use(pair);
    }
    return sum;
}

static double mix_often(mix_fn *function, uint64_t turns)
{
    double sum = 0;
    for (uint64_t i = 0; i < turns; i++) {
        sum = function(1, sum);
    }
    return sum;
}

static void guarded_compare(void *user, uint64_t turns)
{
    callbacks *c = user;
    int sum = 1;
    hf_status status = HF_NATIVE_CALL(c->world.thread, NULL, sum,
                                      compare_often(c->guarded_compare.compare, turns));
    bench_require(status == HF_OK && sum == -(int)((turns + 1) / 2), "a callback compares");
}

static void bare_compare(void *user, uint64_t turns)
{
    callbacks *c = user;
    int sum = compare_often(c->bare_compare.compare, turns);
    bench_require(sum == -(int)((turns + 1) / 2), "a bare closure compares");
}

static void guarded_mix(void *user, uint64_t turns)
{
    callbacks *c = user;
    double sum = 1;
    hf_status status =
        HF_NATIVE_CALL(c->world.thread, NULL, sum, mix_often(c->guarded_mix.mix, turns));
    bench_require(status == HF_OK && sum == (double)turns, "a callback adds");
}

static void bare_mix(void *user, uint64_t turns)
{
    callbacks *c = user;
    bench_require(mix_often(c->bare_mix.mix, turns) == (double)turns, "a bare closure adds");
}

/* ---- the group ---- */

static ffi_closure *make_bare(ffi_cif *cif, void (*run)(ffi_cif *, void *, void **, void *),
                              void **address_out)
{
    ffi_closure *closure = ffi_closure_alloc(sizeof *closure, address_out);
    bench_require(closure && ffi_prep_closure_loc(closure, cif, run, NULL, *address_out) == FFI_OK,
                  "a bare closure can be made");
    return closure;
}

static void make_all(callbacks *c)
{
    bench_require(
        ffi_prep_cif(&c->compare_cif, FFI_DEFAULT_ABI, 2, &ffi_type_sint, compare_types) ==
                FFI_OK &&
            ffi_prep_cif(&c->mix_cif, FFI_DEFAULT_ABI, 2, &ffi_type_double, mix_types) == FFI_OK,
        "libffi knows the signatures");
    c->compare_closure = make_bare(&c->compare_cif, compare_bare, &c->bare_compare.plain);
    c->mix_closure = make_bare(&c->mix_cif, mix_bare, &c->bare_mix.plain);
    hf_status status = hf_callback_create(
        c->world.thread, "int compare(const void *a, const void *b)", compare, NULL, &c->compare);
    bench_require(status == HF_OK, "a callback can be made");
    status = hf_callback_create(c->world.thread, "double mix(int a, double b)", mix, NULL, &c->mix);
    bench_require(status == HF_OK, "a callback can be made");
    c->guarded_compare.plain = hf_callback_address(c->compare);
    c->guarded_mix.plain = hf_callback_address(c->mix);
}

void bench_callbacks(bench *b)
{
    static const bench_case cases[] = {
        { "callback: two pointers", guarded_compare, "bare closure", bare_compare, BENCH_RATIO, 1.3,
          12 },
        { "callback: int and double", guarded_mix, "bare closure", bare_mix, BENCH_RATIO, 1.3, 12 },
    };
    static const struct {
        hf_fence_mode mode;
        const char *name;
    } modes[] = { { HF_FENCE_BARRIER, "barrier" }, { HF_FENCE_EXCHANGE, "exchange" } };
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        static callbacks c;
        if (!bench_world_begin(&c.world, modes[i].mode)) {
            continue;
        }
        make_all(&c);
        for (unsigned j = 0; j < sizeof cases / sizeof cases[0]; j++) {
            bench_case one = cases[j];
            one.extra_ns = modes[i].mode == HF_FENCE_EXCHANGE ? one.extra_ns : 0;
            bench_run(b, &one, modes[i].name, &c);
        }
        bench_require(hf_callback_destroy(c.compare) == HF_OK &&
                          hf_callback_destroy(c.mix) == HF_OK,
                      "no callback runs any more");
        ffi_closure_free(c.compare_closure);
        ffi_closure_free(c.mix_closure);
        bench_world_end(&c.world);
    }
}
