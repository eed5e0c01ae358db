/* SPDX-License-Identifier: MIT */

/*
 * The same calls in all three ways: short (call/plain.c), general without libffi
 * (call/direct.c), and general through libffi.  Whatever the values, they agree.
 */

#include "runtime.h"
#include "testlib.h"

#include "call/plain.h"

#include <stdio.h>
#include <string.h>

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#define WAYS 3

/* The function is constant but for this test: way 0 is the shortest, each further one takes a
 * shortcut away. */
static void take_way(hf_function *function, int way)
{
    bool is_plain = way == 0 && function->plain; /* also where a mode would watch the call */
    function->entry = is_plain ? function->plain : function->parts->call_generally;
    function->cif.direct = way < 2 ? function->cif.direct : HFI_DIRECT_NONE;
}

static void compare(hf_test_runtime *t, hf_function *function, hf_arg argument)
{
    const hf_arg arguments[] = { argument, HF_ARGS_END };
    const hfi_direct direct = function->cif.direct;
    hf_result result[WAYS];
    hf_status status[WAYS];
    for (int way = 0; way < WAYS; way++) {
        result[way] = (hf_result)HF_RESULT_INIT;
        take_way(function, way);
        status[way] = hf_call(t->thread, function, &result[way], arguments);
        assert_int_equal(status[way], status[0]);
        assert_true(result[way].value.u == result[0].value.u);
        assert_true(result[way].error == result[0].error &&
                    result[way].errno_value == result[0].errno_value &&
                    result[way].failed == result[0].failed &&
                    result[way].attempts == result[0].attempts);
    }
    function->cif.direct = direct;
    hf_test_forget_reports(t); /* of values that do not fit, the same in all ways */
}

static void paths_agree_on_every_width(void **state)
{
    hf_test_runtime *t = *state;
    static const char *const prototype[] = {
        "int8_t hfn_i8(int8_t v)",    "uint8_t hfn_u8(uint8_t v)",
        "int16_t hfn_i16(int16_t v)", "uint16_t hfn_u16(uint16_t v)",
        "int32_t hfn_i32(int32_t v)", "uint32_t hfn_u32(uint32_t v)",
        "int64_t hfn_i64(int64_t v)", "uint64_t hfn_u64(uint64_t v)",
        "bool hfn_not(bool v)",       "int hfn_fail_errno(int v) {fail(result < 0), error(errno)}",
    };
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < sizeof(prototype) / sizeof(prototype[0]); i++) {
        hf_function *function = hf_test_bind(t, prototype[i]);
        for (uint64_t k = 0; k < hf_test_effort(50); k++) {
            uint64_t bits = next_random(&seed) >> (k % 64);
            compare(t, function, (hf_arg)HF_UINT(bits));
            compare(t, function, (hf_arg)HF_INT(bits));
            compare(t, function, (hf_arg)HF_INT(~bits));
        }
    }
}

/* The short way asks first whether a result is one that may have failed. */
static void paths_agree_on_every_comparison_of_a_fail_role(void **state)
{
    hf_test_runtime *t = *state;
    static const char *const roles[] = {
        "result < 0",
        "result <= 0",
        "result > 0",
        "result >= 0",
        "result == 0",
        "result != 0",
        "result == -1",
        "result < -1",
        "result >= 9223372036854775807",
        "0 > result",
        "!(result < 0)",
        "result < 0 - 9223372036854775807 - 1",
        "result + 1",
        "result > 9223372036854775807",
        "result <= -9223372036854775807",
    };
    static const int64_t values[] = { 0, 1, -1, -2, 2, INT64_MAX, INT64_MIN, INT64_MIN + 1 };
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        char text[160];
        (void)snprintf(text, sizeof(text), "int64_t hfn_i64(int64_t v) {fail(%s), error(result)}",
                       roles[i]);
        hf_function *function = hf_test_bind(t, text);
        for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
            compare(t, function, (hf_arg)HF_INT(values[k]));
        }
    }
}

static void paths_agree_on_pointers_and_text(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *pointer = hf_test_bind(t, "void *hfn_pointer(void *v {raw})");
    hf_function *length = hf_test_bind(t, "size_t hfn_length(const char *v)");

    compare(t, pointer, (hf_arg)HF_NULL);
    compare(t, pointer, (hf_arg)HF_POINTER(state));
    compare(t, length, (hf_arg)HF_NULL);
    compare(t, length, (hf_arg)HF_CSTR("twelve bytes"));
}

static void paths_agree_on_six_parameters(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *fetch = hf_test_bind(
        t, "int hfn_fetch_two(void *first {raw}, void *second {raw}, uint8_t *a {out},"
           " uint32_t *a_size {inout, capacity(a), needed(a), length(a)}, char16_t *b {out},"
           " uint32_t *b_size {inout, capacity(b), needed(b), length(b)})"
           " {fail(result != 0), error(result), grow(error == 122)}");
    for (int way = 0; way < WAYS; way++) {
        hfn_source first = { .count = 700 };
        hfn_source second = { .count = 900 };
        hf_result result = HF_RESULT_INIT;
        take_way(fetch, way);

        assert_int_equal(
            hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&first), HF_POINTER(&second))),
            HF_OK);
        assert_int_equal(result.attempts, 2);
        assert_true(hf_bytes_size(hf_result_out(&result, 0)) == 700);
        assert_true(hf_bytes_size(hf_result_out(&result, 1)) == 1800);
    }
}

static void paths_agree_on_mixed_floating_parameters(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *mixed =
        hf_test_bind(t, "int64_t hfn_mixed(int8_t a, double b, uint16_t c, float d, int64_t e,"
                        " const char *f, uint32_t g, double h)");
    hf_function *third = hf_test_bind(t, "double hfn_third(double v)");
    hf_function *half = hf_test_bind(t, "float hfn_half(float v)");
    const int64_t sum =
        -128 - INT64_C(20000000000) + 6553500 - 4000 - 7 + 6000000 + INT64_C(4000000000) + 8;
    for (int way = 0; way < WAYS; way++) {
        hf_result result = HF_RESULT_INIT;
        take_way(mixed, way);
        take_way(third, way);
        take_way(half, way);
        assert_int_equal(
            hf_call(t->thread, mixed, &result,
                    HF_ARGS(HF_INT(-128), HF_DOUBLE(-2e9), HF_INT(65535), HF_DOUBLE(-4), HF_INT(-7),
                            HF_CSTR("123456"), HF_UINT(4000000000u), HF_DOUBLE(8))),
            HF_OK);
        assert_true(result.value.i == sum);
        assert_int_equal(hf_call(t->thread, third, &result, HF_ARGS(HF_DOUBLE(3e-300))), HF_OK);
        assert_true(result.value.f == 3e-300 / 3);
        assert_int_equal(hf_call(t->thread, half, &result, HF_ARGS(HF_DOUBLE(-3))), HF_OK);
        assert_true(result.value.f == -1.5);
    }
}

/* ---- signatures made at random ---- */

typedef struct kind {
    const char *name;
    unsigned bytes;
    bool is_floating;
} kind;

static const kind kinds[] = {
    { "int8_t", 1, false },   { "uint8_t", 1, false },  { "int16_t", 2, false },
    { "uint16_t", 2, false }, { "int32_t", 4, false },  { "uint32_t", 4, false },
    { "int64_t", 8, false },  { "uint64_t", 8, false }, { "size_t", sizeof(size_t), false },
    { "float", 4, true },     { "double", 8, true },
};

static hf_arg random_argument(const kind *k, uint64_t bits)
{
    if (k->is_floating) {
        return (hf_arg)HF_DOUBLE((double)(int32_t)bits / 8);
    }
    /* Positive and within the narrow types' halves, so that it fits signed and unsigned. */
    return (hf_arg)HF_UINT(bits & (UINT64_MAX >> (65 - 8 * k->bytes)));
}

/* What the callee found in its registers, with the bits that a narrow type leaves open masked. */
static void compare_registers(const hfn_registers *a, const hfn_registers *b, const kind **chosen,
                              unsigned count)
{
    unsigned words = 0;
    unsigned floating = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t mask = UINT64_MAX >> (64 - 8 * chosen[i]->bytes);
        bool same = chosen[i]->is_floating
                        ? ((a->floating[floating] ^ b->floating[floating]) & mask) == 0
                        : ((a->word[words] ^ b->word[words]) & mask) == 0;
        floating += chosen[i]->is_floating;
        words += !chosen[i]->is_floating;
        assert_true(same);
    }
}

static unsigned make_signature(uint64_t *seed, char *text, const kind **chosen, hf_arg *arguments,
                               bool with_floating)
{
    unsigned count = (unsigned)(next_random(seed) % (with_floating ? 11 : 7));
    unsigned words = 0;
    int at = sprintf(text, "uint64_t hfn_register_call(");
    unsigned made = 0;
    for (unsigned i = 0; i < count; i++) {
        const kind *k = &kinds[next_random(seed) % (sizeof(kinds) / sizeof(kinds[0]))];
        if (k->is_floating ? !with_floating : words == 6) {
            continue;
        }
        words += !k->is_floating;
        at += sprintf(text + at, "%s%s p%u", made ? ", " : "", k->name, made);
        chosen[made] = k;
        arguments[made++] = random_argument(k, next_random(seed));
    }
    (void)sprintf(text + at, made ? ")" : "void)");
    arguments[made] = (hf_arg)HF_ARGS_END;
    return made;
}

/* The callee takes all registers and is called as if it had some other signature, so the comparison
 * is of what arrives and not of what a compiler made of it. */
static void paths_load_the_same_registers_for_any_signature(void **state)
{
    hf_test_runtime *t = *state;
    uint64_t seed = UINT64_C(0x2545f4914f6cdd1d);
    unsigned compared = 0;
    (void)hf_test_bind(t, "void hfn_nothing(void)"); /* opens the library */
    for (uint64_t i = 0; i < hf_test_effort(400); i++) {
        char text[512];
        const kind *chosen[16];
        hf_arg arguments[16];
        unsigned count = make_signature(&seed, text, chosen, arguments, i % 2 != 0);
        hf_function *function;
        assert_int_equal(hf_function_bind(t->thread, t->library, text, &function), HF_OK);
        hfn_registers seen[WAYS];
        /* Else not all in registers, or not in those that this callee looks at. */
        bool is_direct =
            function->cif.direct == HFI_DIRECT_WORDS || function->cif.direct == HFI_DIRECT_MIXED;
        for (int way = 0; way < WAYS && is_direct; way++) {
            hf_result result = HF_RESULT_INIT;
            take_way(function, way);
            assert_int_equal(hf_call(t->thread, function, &result, arguments), HF_OK);
            seen[way] = *(const hfn_registers *)(uintptr_t)result.value.u;
            compare_registers(&seen[0], &seen[way], chosen, count);
        }
        hf_function_destroy(function);
        compared += is_direct;
    }
    assert_true(compared > 50 || sizeof(void *) < 8);
}

/* ---- slots ---- */

#if defined(__x86_64__)

/* Windows' convention: there the system's own, elsewhere one that a function may be declared to
 * have; as if it had been declared so, libffi's preparation is made again. */
static hf_function *bind_slots(hf_test_runtime *t, const char *prototype)
{
    hf_function *function;
    assert_int_equal(hf_function_bind(t->thread, t->library, prototype, &function), HF_OK);
    function->prototype.convention = HFI_CONVENTION_MS_ABI;
    hfi_cif_finish(&function->cif);
    assert_int_equal(hfi_cif_prepare(&function->cif, &function->prototype), HF_OK);
    hfi_plain_choose(function);
    assert_true(function->cif.direct != HFI_DIRECT_NONE && function->plain);
    return function;
}

static unsigned make_slots(uint64_t *seed, char *text, const kind **chosen, hf_arg *arguments)
{
    char parameters[160] = "";
    int at = 0;
    unsigned count = 1 + (unsigned)(next_random(seed) % 4);
    unsigned mask = 0;
    for (unsigned i = 0; i < count; i++) {
        const kind *k = &kinds[next_random(seed) % (sizeof(kinds) / sizeof(kinds[0]))];
        at += sprintf(parameters + at, "%s%s p%u", i ? ", " : "", k->name, i);
        mask |= k->is_floating ? 1u << i : 0;
        chosen[i] = k;
        arguments[i] = random_argument(k, next_random(seed));
    }
    arguments[count] = (hf_arg)HF_ARGS_END;
    (void)sprintf(text, "uint64_t hfn_slots_%u(%s)", mask, parameters);
    return count;
}

static bool same_slots(const hfn_registers *a, const hfn_registers *b, const kind **chosen,
                       unsigned count)
{
    bool same = true;
    for (unsigned i = 0; i < count; i++) {
        uint64_t mask = UINT64_MAX >> (64 - 8 * chosen[i]->bytes);
        same = same && ((a->word[i] ^ b->word[i]) & mask) == 0;
    }
    return same;
}

static void paths_load_the_same_slots_for_any_signature(void **state)
{
    hf_test_runtime *t = *state;
    uint64_t seed = UINT64_C(0x853c49e6748fea9b);
    (void)hf_test_bind(t, "void hfn_nothing(void)"); /* opens the library */
    for (uint64_t i = 0; i < hf_test_effort(300); i++) {
        char text[320];
        const kind *chosen[4];
        hf_arg arguments[5];
        unsigned count = make_slots(&seed, text, chosen, arguments);
        hf_function *function = bind_slots(t, text);
        hfn_registers seen[WAYS];
        for (int way = 0; way < WAYS; way++) {
            hf_result result = HF_RESULT_INIT;
            take_way(function, way);
            assert_int_equal(hf_call(t->thread, function, &result, arguments), HF_OK);
            seen[way] = *(const hfn_registers *)(uintptr_t)result.value.u;
            assert_true(same_slots(&seen[0], &seen[way], chosen, count));
        }
        hf_function_destroy(function);
    }
}

static void paths_agree_on_floating_results_by_slots(void **state)
{
    hf_test_runtime *t = *state;
    (void)hf_test_bind(t, "void hfn_nothing(void)"); /* opens the library */
    hf_function *third = bind_slots(t, "double hfn_slots_third(double value, int32_t times)");
    hf_function *half = bind_slots(t, "float hfn_slots_half(int8_t times, float value)");
    for (int way = 0; way < WAYS; way++) {
        hf_result result = HF_RESULT_INIT;
        take_way(third, way);
        take_way(half, way);
        assert_int_equal(hf_call(t->thread, third, &result, HF_ARGS(HF_DOUBLE(3e-300), HF_INT(-2))),
                         HF_OK);
        assert_true(result.value.f == 3e-300 / 3 * -2);
        assert_int_equal(hf_call(t->thread, half, &result, HF_ARGS(HF_INT(-3), HF_DOUBLE(5))),
                         HF_OK);
        assert_true(result.value.f == -7.5);
    }
    hf_function_destroy(third);
    hf_function_destroy(half);
}

#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_agree_on_every_width),
        TEST(paths_agree_on_every_comparison_of_a_fail_role),
        TEST(paths_agree_on_pointers_and_text),
        TEST(paths_agree_on_six_parameters),
        TEST(paths_agree_on_mixed_floating_parameters),
        TEST(paths_load_the_same_registers_for_any_signature),
#if defined(__x86_64__)
        TEST(paths_load_the_same_slots_for_any_signature),
        TEST(paths_agree_on_floating_results_by_slots),
#endif
    };
    return cmocka_run_group_tests_name("call paths", tests, NULL, NULL);
}
