/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=240 */

/*
 * The declarations of all shapes, bound by their text and called every way there is: short,
 * general without libffi, and through libffi, and called back.  The compiler's own call says what
 * is right.
 */

#include "runtime.h"

#include "callees/callees.h"

#include "call/function.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef union room {
    long double aligned;
    char bytes[HFD_VALUE_MAX];
} room;

/* ---- layouts ---- */

static void compare_layout(const hfd_type *type)
{
    char text[8192];
    hfi_prototype prototype;
    hfi_prototype_error error;
    (void)snprintf(text, sizeof(text), "%s void f(%s v)", type->text, type->name);
    hf_status status = hfi_prototype_parse(text, NULL, &prototype, &error);
    if (status != HF_OK) {
        fail_msg("%s: at %u found %s, expected %s", text, (unsigned)error.position, error.found,
                 error.expected);
    }
    const hfi_layout *layout = prototype.param[0].layout;
    assert_non_null(layout);
    assert_true(layout->size == type->size && layout->alignment == type->alignment);
    assert_true(layout->is_union == type->is_union && layout->no_value == NULL);
    assert_int_equal(layout->member_count, type->member_count);
    for (unsigned i = 0; i < type->member_count; i++) {
        assert_true(layout->member[i].offset == type->member[i].offset);
        assert_true(layout->member[i].size == hfd_types[type->member[i].type].size);
        assert_true(layout->member[i].count == type->member[i].count);
    }
    hfi_prototype_finish(&prototype);
}

static void layouts_are_those_of_the_compiler(void **state)
{
    (void)state;
    unsigned compared = 0;
    for (unsigned i = 0; i < hfd_type_count; i++) {
        if (hfd_types[i].text) {
            compare_layout(&hfd_types[i]);
            compared++;
        }
    }
    assert_true(compared >= 100);
}

/* ---- calls ---- */

static int64_t load_signed(const void *from, size_t size)
{
    int64_t bits = 0;
    memcpy(&bits, from, size);
    unsigned shift = (unsigned)(64 - 8 * size);
    return (int64_t)((uint64_t)bits << shift) >> shift;
}

static uint64_t load_unsigned(const void *from, size_t size)
{
    uint64_t bits = 0;
    memcpy(&bits, from, size);
    return bits;
}

/* The argument that passes a value; `width` 0 where the parameter is declared. */
static hf_arg argument_of(const hfd_type *type, const room *value, uint32_t width)
{
    float f;
    double d;
    void *pointer;
    switch (type->kind) {
    case HFD_SIGNED:
        return (hf_arg){ HF_ARG_SIGNED, width, { .i = load_signed(value, type->size) }, 0, 0 };
    case HFD_UNSIGNED:
    case HFD_BOOL:
        return (hf_arg){ HF_ARG_UNSIGNED, width, { .u = load_unsigned(value, type->size) }, 0, 0 };
    case HFD_F32:
        memcpy(&f, value, sizeof(f));
        return (hf_arg)HF_DOUBLE(f);
    case HFD_F64:
        memcpy(&d, value, sizeof(d));
        return (hf_arg)HF_DOUBLE(d);
    case HFD_POINTER:
        memcpy(&pointer, value, sizeof(pointer));
        return (hf_arg)HF_POINTER(pointer);
    default:
        return (hf_arg){ HF_ARG_STRUCT, 0, { .pointer = value }, 0, type->size };
    }
}

/* What the result holds, as the bytes of its type. */
static void result_bytes(const hf_result *result, const hfd_type *type, room *to)
{
    float f = (float)result->value.f;
    switch (type->kind) {
    case HFD_VOID:
        break;
    case HFD_F32:
        memcpy(to, &f, sizeof(f));
        break;
    case HFD_SIGNED:
        assert_true(result->value.i == load_signed(&result->value, type->size));
        memcpy(to, &result->value, type->size);
        break;
    case HFD_UNSIGNED:
    case HFD_BOOL:
        assert_true(result->value.u == load_unsigned(&result->value, type->size));
        memcpy(to, &result->value, type->size);
        break;
    case HFD_F64:
    case HFD_POINTER:
        memcpy(to, &result->value, type->size);
        break;
    default:
        assert_int_equal(result->out_count, 1);
        assert_true(hf_bytes_size(hf_result_out(result, 0)) == type->size);
        assert_int_equal(hf_bytes_read(hf_result_out(result, 0), 0, to, type->size), HF_OK);
        break;
    }
}

static void fail_case(const hfd_case *one, const char *way)
{
    fail_msg("%s differs: %s", way, one->text);
}

typedef struct round_of {
    room value[HFD_PARAMS];
    room wanted;
    uint64_t wanted_sum;
    hf_arg arguments[HFD_PARAMS + 1];
} round_of;

static void make_round(round_of *r, const hfd_case *one, uint64_t seed)
{
    void *arguments[HFD_PARAMS];
    memset(&r->wanted, 0, sizeof(r->wanted));
    for (unsigned i = 0; i < one->count; i++) {
        const hfd_type *type = &hfd_types[one->param[i]];
        arguments[i] = &r->value[i];
        hfd_fill(&r->value[i], type, seed + i);
        r->arguments[i] =
            argument_of(type, &r->value[i], i < one->fixed ? 0 : (uint32_t)type->size);
    }
    r->arguments[one->count] = (hf_arg)HF_ARGS_END;
    one->direct(one->function, arguments, &r->wanted);
    r->wanted_sum = hfd_seen();
}

static void call_one_way(hf_test_runtime *t, const hfd_case *one, const hf_function *function,
                         const round_of *r, hf_result *result, const char *way)
{
    const hfd_type *type = &hfd_types[one->result];
    room got;
    memset(&got, 0, sizeof(got));
    hfd_see(0);
    assert_int_equal(hf_call(t->thread, function, result, r->arguments), HF_OK);
    result_bytes(result, type, &got);
    if (hfd_seen() != r->wanted_sum || !hfd_same(&r->wanted, &got, type)) {
        fail_case(one, way);
    }
}

/* The function is constant but for this test: each further way takes a shortcut away. */
static void call_every_way(hf_test_runtime *t, const hfd_case *one, hf_function *function,
                           uint64_t seed)
{
    static round_of r;
    hfi_call_fn *bound = function->entry;
    const hfi_direct direct = function->cif.direct;
    hf_result result = HF_RESULT_INIT;
    make_round(&r, one, seed);
    function->entry = function->plain ? function->plain : bound;
    call_one_way(t, one, function, &r, &result, "the short way");
    function->entry = function->parts->call_generally;
    call_one_way(t, one, function, &r, &result, "the general way");
    function->cif.direct = HFI_DIRECT_NONE;
    call_one_way(t, one, function, &r, &result, "libffi");
    function->entry = bound;
    function->cif.direct = direct;
}

static hf_function *bind_case(hf_test_runtime *t, const hfd_case *one)
{
    union {
        void (*code)(void);
        void *address;
    } at = { one->function };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.address = at.address;
    hf_function *function = NULL;
    hf_status status = hf_function_bind_with(t->thread, NULL, one->text, &options, &function);
    if (status != HF_OK) {
        fail_msg("%s: %s: %s", one->text, hf_status_name(status), t->report[0].message);
    }
    return function;
}

static bool is_for_this_compiler(const hfd_case *one)
{
#if defined(__clang__) && !defined(_WIN32)
    /* clang on other systems passes these in ms_abi functions as nobody else does. */
    return !(one->is_odd && one->convention == HFD_MS_ABI);
#else
    (void)one;
    return true;
#endif
}

static void every_way_agrees_with_the_compiler(void **state)
{
    hf_test_runtime *t = *state;
    unsigned without_libffi = 0;
    for (unsigned i = 0; i < hfd_case_count; i++) {
        const hfd_case *one = &hfd_cases[i];
        if (!is_for_this_compiler(one)) {
            continue;
        }
        HF_FRAME(t->thread);
        hf_function *function = bind_case(t, one);
        without_libffi += function->cif.direct != HFI_DIRECT_NONE;
        for (uint64_t round = 0; round < 2; round++) {
            call_every_way(t, one, function, hfd_case_count * round + i);
        }
        hf_function_destroy(function);
    }
    print_message("%u shapes, %u without libffi\n", hfd_case_count, without_libffi);
}

/* ---- and back ---- */

/* The bytes of a value that a handler sees. */
static const void *handler_bytes(const hf_value *value, const hfd_type *type, room *at)
{
    float f = (float)value->f;
    switch (type->kind) {
    case HFD_F32:
        memcpy(at, &f, sizeof(f));
        return at;
    case HFD_LONG_DOUBLE:
    case HFD_COMPLEX:
    case HFD_AGGREGATE:
        return value->pointer;
    case HFD_SIGNED:
        assert_true(value->i == load_signed(value, type->size));
        return value;
    case HFD_UNSIGNED:
    case HFD_BOOL:
        assert_true(value->u == load_unsigned(value, type->size));
        return value;
    default:
        return value;
    }
}

/* What the callee of the case does, by what arrived. */
static hf_status answer(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    const hfd_case *one = user;
    const hfd_type *type = &hfd_types[one->result];
    uint64_t sum = strtoull(one->name + 1, NULL, 10);
    room at;
    float f;
    (void)thread;
    memset(&at, 0, sizeof(at));
    for (unsigned i = 0; i < one->count; i++) {
        const hfd_type *of = &hfd_types[one->param[i]];
        sum = hfd_fold(sum, handler_bytes(&arguments[i], of, &at), of);
    }
    hfd_see(sum);
    hfd_fill(&at, type, sum);
    switch (type->kind) {
    case HFD_VOID:
        break;
    case HFD_SIGNED:
        result->i = load_signed(&at, type->size);
        break;
    case HFD_F32:
        memcpy(&f, &at, sizeof(f));
        result->f = (double)f;
        break;
    case HFD_UNSIGNED:
    case HFD_BOOL:
    case HFD_F64:
    case HFD_POINTER:
        memcpy(result, &at, type->size);
        break;
    default:
        memcpy(result->pointer, &at, type->size);
        break;
    }
    return HF_OK;
}

static void call_back(hf_test_runtime *t, const hfd_case *one, const round_of *r)
{
    union {
        void (*code)(void);
        void *address;
    } at;
    void *arguments[HFD_PARAMS];
    room got;
    hf_callback *callback = NULL;
    union {
        const hfd_case *constant;
        void *user;
    } of = { one };
    assert_int_equal(hf_callback_create(t->thread, one->text, answer, of.user, &callback), HF_OK);
    at.address = hf_callback_address(callback);
    memset(&got, 0, sizeof(got));
    hfd_see(0);
    for (unsigned i = 0; i < one->count; i++) {
        union {
            const room *constant;
            void *plain;
        } from = { &r->value[i] };
        arguments[i] = from.plain;
    }
    int done = 0;
    hf_native_error error;
    assert_int_equal(
        HF_NATIVE_CALL(t->thread, &error, done, (one->direct(at.code, arguments, &got), 1)), HF_OK);
    assert_int_equal(done, 1);
    if (hfd_seen() != r->wanted_sum || !hfd_same(&r->wanted, &got, &hfd_types[one->result])) {
        fail_case(one, "the callback");
    }
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

static void callbacks_agree_with_the_compiler(void **state)
{
    hf_test_runtime *t = *state;
    static round_of r;
    for (unsigned i = 0; i < hfd_case_count; i++) {
        const hfd_case *one = &hfd_cases[i];
        if (is_for_this_compiler(one) && !one->is_variadic) {
            HF_FRAME(t->thread);
            make_round(&r, one, i);
            call_back(t, one, &r);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_are_those_of_the_compiler),
        TEST(every_way_agrees_with_the_compiler),
        TEST(callbacks_agree_with_the_compiler),
    };
    return cmocka_run_group_tests_name("differential call", tests, NULL, NULL);
}
