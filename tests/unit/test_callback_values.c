/* SPDX-License-Identifier: MIT */

/*
 * Values through callbacks, each type both ways: the test's own thread goes native and calls the
 * function pointer as C does.
 */

#include "runtime.h"

#include "base/alloc.h"
#include "call/callbacks.h"
#include "thread/thread.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* A function pointer of another type; what a cast would do, without a warning. */
#define AS(type, address, to)                                                                      \
    union {                                                                                        \
        void *plain;                                                                               \
        type;                                                                                      \
    } to = { (address) }

typedef struct echo {
    hf_value seen[16];
    unsigned count; /* arguments to remember */
    hf_value give;
    bool gives_first; /* else `give` */
} echo;

static hf_status remember(hf_thread *thread, const hf_value *arguments, hf_value *result,
                          void *user)
{
    echo *e = user;
    (void)thread;
    memcpy(e->seen, arguments, e->count * sizeof arguments[0]);
    *result = e->gives_first ? arguments[0] : e->give;
    return HF_OK;
}

static hf_callback *make(hf_test_runtime *t, const char *prototype, echo *e)
{
    hf_callback *callback = NULL;
    assert_int_equal(hf_callback_create(t->thread, prototype, remember, e, &callback), HF_OK);
    assert_non_null(hf_callback_address(callback));
    return callback;
}

#define ECHO_INTEGER(c_type, text, member, low, high)                                              \
    do {                                                                                           \
        echo e = { .count = 1, .gives_first = true };                                              \
        hf_callback *callback = make(t, text " f(" text " value)", &e);                            \
        AS(c_type (*call)(c_type), hf_callback_address(callback), to);                             \
        const c_type cases[] = { 0, 1, (c_type)(low), (c_type)(high), (c_type)((high)-1) };        \
        for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {                            \
            c_type got = (c_type)77;                                                               \
            assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call(cases[i])), HF_OK);      \
            assert_true(got == cases[i]);                                                          \
            assert_true(e.seen[0].member == cases[i]);                                             \
        }                                                                                          \
        assert_int_equal(hf_callback_destroy(callback), HF_OK);                                    \
    } while (0)

static void callback_takes_and_gives_integers_of_all_widths(void **state)
{
    hf_test_runtime *t = *state;
    ECHO_INTEGER(int8_t, "int8_t", i, INT8_MIN, INT8_MAX);
    ECHO_INTEGER(uint8_t, "uint8_t", u, 0, UINT8_MAX);
    ECHO_INTEGER(int16_t, "int16_t", i, INT16_MIN, INT16_MAX);
    ECHO_INTEGER(uint16_t, "uint16_t", u, 0, UINT16_MAX);
    ECHO_INTEGER(int32_t, "int32_t", i, INT32_MIN, INT32_MAX);
    ECHO_INTEGER(uint32_t, "uint32_t", u, 0, UINT32_MAX);
    ECHO_INTEGER(int64_t, "int64_t", i, INT64_MIN, INT64_MAX);
    ECHO_INTEGER(uint64_t, "uint64_t", u, 0, UINT64_MAX);
    ECHO_INTEGER(long, "long", i, LONG_MIN, LONG_MAX);
}

static void callback_takes_and_gives_floating_numbers(void **state)
{
    hf_test_runtime *t = *state;
    echo e = { .count = 1, .gives_first = true };
    hf_callback *one = make(t, "float f(float value)", &e);
    hf_callback *two = make(t, "double f(double value)", &e);
    AS(float (*call)(float), hf_callback_address(one), narrow);
    AS(double (*call)(double), hf_callback_address(two), wide);
    const double cases[] = { 0.0, -0.0, 1.5, -FLT_MAX, FLT_MIN, INFINITY };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float f = 77;
        double d = 77;
        assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, f, narrow.call((float)cases[i])), HF_OK);
        const double back = (double)f;
        assert_memory_equal(&back, &cases[i], sizeof back); /* the sign of zero too */
        assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, d, wide.call(cases[i])), HF_OK);
        assert_true(d == cases[i] && e.seen[0].f == cases[i]);
    }
    assert_int_equal(hf_callback_destroy(one), HF_OK);
    assert_int_equal(hf_callback_destroy(two), HF_OK);
}

static void callback_takes_more_than_the_registers_hold(void **state)
{
    hf_test_runtime *t = *state;
    echo e = { .count = 16 };
    hf_callback *callback = make(
        t,
        "void f(int8_t a, double b, uint16_t c, float d, int64_t e, const void *f, uint32_t g,"
        " double h, int i, int j, int16_t k, double l, float m, uint8_t n, int64_t o, double p)",
        &e);
    AS(void (*call)(int8_t, double, uint16_t, float, int64_t, const void *, uint32_t, double, int,
                    int, int16_t, double, float, uint8_t, int64_t, double),
       hf_callback_address(callback), to);
    assert_int_equal(HF_NATIVE_CALL_VOID(t->thread, NULL,
                                         to.call(-1, 2.5, 3, 4.5F, -5, &e, 7, 8.5, -9, 10, -11,
                                                 12.5, 13.5F, 14, INT64_MIN, 16.5)),
                     HF_OK);
    assert_true(e.seen[0].i == -1 && e.seen[1].f == 2.5 && e.seen[2].u == 3);
    assert_true(e.seen[3].f == 4.5 && e.seen[4].i == -5 && e.seen[5].pointer == &e);
    assert_true(e.seen[6].u == 7 && e.seen[7].f == 8.5 && e.seen[8].i == -9);
    assert_true(e.seen[9].i == 10 && e.seen[10].i == -11 && e.seen[11].f == 12.5);
    assert_true(e.seen[12].f == 13.5 && e.seen[13].u == 14);
    assert_true(e.seen[14].i == INT64_MIN && e.seen[15].f == 16.5);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static void callback_refuses_a_result_out_of_range(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        const char *prototype;
        int64_t give;
    } cases[] = {
        { "int8_t f(void)", 128 },        { "int8_t f(void)", -129 },
        { "uint8_t f(void)", 256 },       { "uint8_t f(void)", -1 },
        { "int16_t f(void)", 32768 },     { "uint16_t f(void)", 65536 },
        { "int32_t f(void)", INT64_MIN }, { "uint32_t f(void)", INT64_C(1) << 32 },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        echo e = { .give = { .i = cases[i].give } };
        hf_callback *callback = make(t, cases[i].prototype, &e);
        AS(int8_t(*call)(void), hf_callback_address(callback), to);
        int8_t got = 77;
        assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call()), HF_E_CALLBACK);
        assert_int_equal(got, 0);
        hf_test_expect_report(t, HF_E_RANGE, "f", "callback");
        assert_int_equal(hf_callback_destroy(callback), HF_OK);
    }
}

static void callback_refuses_a_float_that_is_too_large(void **state)
{
    hf_test_runtime *t = *state;
    echo e = { .give = { .f = 1e300 } };
    hf_callback *callback = make(t, "float f(void)", &e);
    AS(float (*call)(void), hf_callback_address(callback), to);
    float got = 77;
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call()), HF_E_CALLBACK);
    assert_true(got == 0);
    hf_test_expect_report(t, HF_E_RANGE, "f", "callback");
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static hf_status give_managed(hf_thread *thread, const hf_value *arguments, hf_value *result,
                              void *user)
{
    (void)arguments;
    (void)user;
    hf_ref bytes = hf_local(thread);
    hf_span span;
    hf_fence fence;
    hf_status status = hf_bytes_create(thread, 100, bytes);
    status = status == HF_OK ? hf_fence_begin(thread, &fence, bytes, &span, "f", HF_SITE) : status;
    result->pointer = span.data;
    return status == HF_OK ? hf_fence_end(&fence) : status;
}

static void callback_refuses_a_managed_address_as_result(void **state)
{
    hf_test_runtime *t = *state;
    hf_callback *callback;
    assert_int_equal(hf_callback_create(t->thread, "void *f(void)", give_managed, NULL, &callback),
                     HF_OK);
    AS(void *(*call)(void), hf_callback_address(callback), to);
    void *got = t;
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call()), HF_E_CALLBACK);
    assert_null(got);
    hf_test_expect_report(t, HF_E_POINTER, "f", "callback");
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static void callback_gives_native_addresses(void **state)
{
    hf_test_runtime *t = *state;
    echo e = { .give = { .pointer = &e } };
    hf_callback *callback = make(t, "void *f(void)", &e);
    AS(void *(*call)(void), hf_callback_address(callback), to);
    void *got = NULL;
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call()), HF_OK);
    assert_ptr_equal(got, &e);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

/* ---- values in memory ---- */

static hf_status echo_memory(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    (void)thread;
    memcpy(result->pointer, arguments[0].pointer, *(size_t *)user);
    return HF_OK;
}

static void callback_takes_and_gives_long_double_and_complex(void **state)
{
    hf_test_runtime *t = *state;
    size_t size = sizeof(long double);
    hf_callback *callback;
    assert_int_equal(hf_callback_create(t->thread, "long double f(long double value)", echo_memory,
                                        &size, &callback),
                     HF_OK);
    AS(long double (*call)(long double), hf_callback_address(callback), to);
    long double got = 0;
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call(1.25L)), HF_OK);
    assert_true(got == 1.25L);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);

    hf_callback *second = NULL;
    hf_status status = hf_callback_create(t->thread, "double _Complex f(double _Complex value)",
                                          echo_memory, &size, &second);
    if (status == HF_E_UNSUPPORTED) { /* libffi has it not everywhere */
        hf_test_forget_reports(t);
        return;
    }
    assert_int_equal(status, HF_OK);
    size = 2 * sizeof(double);
    AS(double _Complex (*call)(double _Complex), hf_callback_address(second), complex);
    double _Complex number = 0;
    union {
        double part[2];
        double _Complex whole;
    } in = { { 3, -4 } };
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, number, complex.call(in.whole)), HF_OK);
    assert_memory_equal(&number, &in, sizeof in);
    assert_int_equal(hf_callback_destroy(second), HF_OK);
}

typedef struct pair {
    int32_t x;
    double y;
} pair;

typedef struct triple {
    int64_t a, b, c;
} triple;

typedef struct floats {
    float a, b;
} floats;

/* Lends the only function of a header. */
static void *lend(hf_test_runtime *t, const char *header, size_t *size, void **address_out)
{
    const hfi_ctype_list known = { NULL, 0, NULL };
    hfi_fragment fragment;
    hfi_prototype_error error;
    void *hold = NULL;
    const hf_transient transient = { echo_memory, size };
    assert_int_equal(hfi_fragment_parse(header, &known, &fragment, &error), HF_OK);
    assert_int_equal(fragment.count, 1);
    assert_int_equal(t->thread->parts->callback_hooks->lend(t->thread, fragment.prototype,
                                                            &transient, address_out, &hold),
                     HF_OK);
    hfi_fragment_finish(&fragment); /* what is lent does not need it */
    return hold;
}

#define ECHO_STRUCT(type, header, ...)                                                             \
    do {                                                                                           \
        size_t size = sizeof(type);                                                                \
        void *address;                                                                             \
        void *hold = lend(t, header, &size, &address);                                             \
        AS(type (*call)(type), address, to);                                                       \
        type in = __VA_ARGS__;                                                                     \
        type out;                                                                                  \
        memset(&out, 0, sizeof out);                                                               \
        assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, out, to.call(in)), HF_OK);                \
        assert_memory_equal(&in, &out, sizeof in);                                                 \
        t->thread->parts->callback_hooks->give_back(t->thread, hold);                              \
    } while (0)

static void callback_takes_and_gives_structs(void **state)
{
    hf_test_runtime *t = *state;
    for (int round = 0; round < 8; round++) { /* signatures are made once and used again */
        ECHO_STRUCT(triple,
                    "typedef struct triple { int64_t a, b, c; } triple; triple f(triple value);",
                    { 1, -2, INT64_MAX });
        ECHO_STRUCT(floats, "typedef struct floats { float a, b; } floats; floats f(floats value);",
                    { 1.5F, -2.5F });
    }
    size_t size = sizeof(pair);
    void *address;
    void *hold = lend(t, "typedef struct pair { int32_t x; double y; } pair; pair f(pair value);",
                      &size, &address);
    AS(pair(*call)(pair), address, to);
    pair in = { -7, 2.5 };
    pair out = { 0, 0 };
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, out, to.call(in)), HF_OK);
    assert_true(out.x == -7 && out.y == 2.5);
    t->thread->parts->callback_hooks->give_back(t->thread, hold);
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, out, to.call(in)), HF_OK);
    assert_true(out.x == 0 && out.y == 0); /* the safe value of a struct is zeros */
    hf_test_expect_report(t, HF_E_MISUSE, "f", "callback");
}

static void callback_gives_its_safe_value(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        const char *prototype;
        int64_t expected;
    } cases[] = {
        { "int8_t f(void) {safe(-3)}", -3 },
        { "int64_t f(void) {safe(5000000000)}", 5000000000 },
        { "int f(void)", 0 },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        echo e = { .give = { .i = 1 } };
        hf_callback *callback = make(t, cases[i].prototype, &e);
        assert_int_equal(hf_callback_destroy(callback), HF_OK);
        AS(int8_t(*narrow)(void); int64_t(*wide)(void), hf_callback_address(callback), to);
        int64_t got = 77;
        if (i == 1) {
            assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.wide()), HF_OK);
        } else {
            assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.narrow()), HF_OK);
        }
        assert_true(got == cases[i].expected);
        hf_test_expect_report(t, HF_E_MISUSE, "f", "callback");
    }
}

static void callback_create_says_what_is_wrong(void **state)
{
    hf_test_runtime *t = *state;
    hf_callback *callback;
    echo e = { 0 };
    hf_callback_options options = HF_CALLBACK_OPTIONS_INIT;
    hf_prototype_error error;
    assert_int_equal(hf_callback_create(t->thread, NULL, remember, &e, &callback), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_callback_create", "prototype");
    assert_int_equal(hf_callback_create(t->thread, "int f(void)", NULL, &e, &callback), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_callback_create", "handler");
    assert_int_equal(hf_callback_create(t->thread, "int f(void)", remember, &e, NULL), HF_E_NULL);
    options.error_out = &error;
    assert_int_equal(
        hf_callback_create_at(t->thread, "int f(", remember, &e, &options, &callback, HF_SITE),
        HF_E_PROTOTYPE);
    assert_true(error.position == 6);
    hf_test_expect_report(t, HF_E_PROTOTYPE, "hf_callback_create", "prototype");
    options.struct_size = 2;
    assert_int_equal(
        hf_callback_create_at(t->thread, "int f(void)", remember, &e, &options, &callback, HF_SITE),
        HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_callback_create", "options");
    assert_null(hf_callback_address(NULL));
    assert_int_equal(hf_callback_destroy(NULL), HF_OK);
}

static void callback_create_survives_want_of_memory(void **state)
{
    hf_test_runtime *t = *state;
    echo e = { .give = { .i = 5 } };
    hf_callback *callback = NULL;
    int64_t live = hfi_alloc_live();
    hf_status status = HF_E_NOMEM;
    for (uint64_t nth = 1; status != HF_OK && nth < 100; nth++) {
        hfi_fault_arm(nth, 1);
        /* A shape that no other test has, so that its signature is made here. */
        status = hf_callback_create(t->thread, "int f(float a, int8_t b, float c, uint16_t d)",
                                    remember, &e, &callback);
        hfi_fault_disarm();
        if (status != HF_OK) {
            assert_int_equal(status, HF_E_NOMEM);
            assert_null(callback);
            assert_true(hfi_alloc_live() == live);
        }
    }
    assert_int_equal(status, HF_OK);
    AS(int (*call)(float, int8_t, float, uint16_t), hf_callback_address(callback), to);
    int got = 0;
    if (!t->thread->stress) { /* else the collection at the crossing meets the fault */
        hfi_fault_arm(1, 1);  /* the thread's first run */
        assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call(1, 2, 3, 4)), HF_OK);
        hfi_fault_disarm();
        assert_int_equal(got, 0);
        hf_test_expect_report(t, HF_E_NOMEM, "f", "callback");
        hf_test_expect_report(t, HF_E_CALLBACK, "f", "handler");
    }
    assert_int_equal(HF_NATIVE_CALL(t->thread, NULL, got, to.call(1, 2, 3, 4)), HF_OK);
    assert_int_equal(got, 5);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(callback_takes_and_gives_integers_of_all_widths),
        TEST(callback_takes_and_gives_floating_numbers),
        TEST(callback_takes_more_than_the_registers_hold),
        TEST(callback_refuses_a_result_out_of_range),
        TEST(callback_refuses_a_float_that_is_too_large),
        TEST(callback_refuses_a_managed_address_as_result),
        TEST(callback_gives_native_addresses),
        TEST(callback_takes_and_gives_long_double_and_complex),
        TEST(callback_takes_and_gives_structs),
        TEST(callback_gives_its_safe_value),
        TEST(callback_create_says_what_is_wrong),
        TEST(callback_create_survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
