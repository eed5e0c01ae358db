/* SPDX-License-Identifier: MIT */

/*
 * Types against the compiler's own idea of them, and expressions against C's.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "prototype/prototype.h"
#include "platform/platform.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define IS_SIGNED(type) (!((type)-1 > (type)0))
/* clang-format off */
#define OF_C(type) { #type, sizeof(type), IS_SIGNED(type) }
/* clang-format on */

typedef struct integer_type {
    const char *name;
    size_t size;
    bool is_signed;
} integer_type;

static const integer_type c_types[] = {
    OF_C(char),
    OF_C(signed char),
    OF_C(unsigned char),
    OF_C(char unsigned),
    OF_C(short),
    OF_C(short int),
    OF_C(signed short int),
    OF_C(int short unsigned),
    OF_C(unsigned short),
    OF_C(int),
    OF_C(signed),
    OF_C(signed int),
    OF_C(unsigned),
    OF_C(unsigned int),
    OF_C(int unsigned),
    OF_C(long),
    OF_C(long int),
    OF_C(long signed),
    OF_C(long unsigned),
    OF_C(unsigned long int),
    OF_C(long int unsigned),
    OF_C(long long),
    OF_C(long long int),
    OF_C(long int long),
    OF_C(signed long long),
    OF_C(unsigned long long int),
    OF_C(long unsigned long),
    OF_C(long const unsigned volatile long),
    OF_C(_Bool),
    OF_C(bool),
    OF_C(int8_t),
    OF_C(uint8_t),
    OF_C(int16_t),
    OF_C(uint16_t),
    OF_C(int32_t),
    OF_C(uint32_t),
    OF_C(int64_t),
    OF_C(uint64_t),
    OF_C(intmax_t),
    OF_C(uintmax_t),
    OF_C(intptr_t),
    OF_C(uintptr_t),
    OF_C(ptrdiff_t),
    OF_C(size_t),
    { "ssize_t", sizeof(size_t), true },
    OF_C(wchar_t),
    { "char16_t", 2, false },
    { "char32_t", 4, false },
    { "enum colour", 4, true },
};

/* The same on every system. */
static const integer_type windows_types[] = {
    { "BOOL", 4, true },
    { "BOOLEAN", 1, false },
    { "BYTE", 1, false },
    { "CHAR", 1, CHAR_MIN < 0 },
    { "UCHAR", 1, false },
    { "WCHAR", 2, false },
    { "WORD", 2, false },
    { "DWORD", 4, false },
    { "DWORD32", 4, false },
    { "DWORD64", 8, false },
    { "SHORT", 2, true },
    { "USHORT", 2, false },
    { "INT", 4, true },
    { "UINT", 4, false },
    { "LONG", 4, true },
    { "ULONG", 4, false },
    { "LONGLONG", 8, true },
    { "ULONGLONG", 8, false },
    { "LONG32", 4, true },
    { "ULONG32", 4, false },
    { "LONG64", 8, true },
    { "ULONG64", 8, false },
    { "INT8", 1, true },
    { "UINT64", 8, false },
    { "HRESULT", 4, true },
    { "NTSTATUS", 4, true },
    { "LSTATUS", 4, true },
    { "REGSAM", 4, false },
    { "ACCESS_MASK", 4, false },
    { "DEVPROPTYPE", 4, false },
    { "CONFIGRET", 4, false },
    { "LONG_PTR", sizeof(void *), true },
    { "ULONG_PTR", sizeof(void *), false },
    { "DWORD_PTR", sizeof(void *), false },
    { "INT_PTR", sizeof(void *), true },
    { "UINT_PTR", sizeof(void *), false },
    { "SIZE_T", sizeof(void *), false },
    { "SSIZE_T", sizeof(void *), true },
    { "LPARAM", sizeof(void *), true },
    { "WPARAM", sizeof(void *), false },
    { "LRESULT", sizeof(void *), true },
};

static void parse_fine(const char *text, hfi_prototype *prototype)
{
    hfi_prototype_error error;
    hf_status status = hfi_prototype_parse(text, NULL, prototype, &error);
    if (status != HF_OK) {
        fail_msg("%s\n%s at %u found \"%s\" expected %s", text, hf_status_name(status),
                 (unsigned)error.position, error.found, error.expected);
    }
}

static void check_integer(const char *name, size_t size, bool is_signed)
{
    char text[128];
    hfi_prototype prototype;
    snprintf(text, sizeof(text), "%s f(%s x)", name, name);
    parse_fine(text, &prototype);
    const hfi_param *param = &prototype.param[0];
    if (param->kind != HFI_P_SCALAR || param->type != prototype.result ||
        !hfi_ctype_is_integer(param->type) || hfi_ctype_size(param->type) != size ||
        hfi_ctype_is_signed(param->type) != is_signed) {
        fail_msg("%s is %s", name, hfi_ctype_name(param->type));
    }
    hfi_prototype_finish(&prototype);
}

static void prototype_knows_the_integers_of_this_compiler(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(c_types) / sizeof(c_types[0]); i++) {
        check_integer(c_types[i].name, c_types[i].size, c_types[i].is_signed);
    }
}

static void prototype_knows_the_integers_of_windows_on_every_system(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(windows_types) / sizeof(windows_types[0]); i++) {
        check_integer(windows_types[i].name, windows_types[i].size, windows_types[i].is_signed);
    }
}

static void prototype_knows_the_integers_of_the_platform(void **state)
{
    (void)state;
    size_t count;
    const hfp_ctype *type = hfp_ctypes(&count);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        check_integer(type[i].name, type[i].size, type[i].is_signed);
    }
}

static void prototype_knows_what_is_no_integer(void **state)
{
    static const char *const handles[] = { "HANDLE", "HMODULE", "HKEY",    "HDEVINFO",
                                           "SOCKET", "HWND",    "FARPROC", "SC_HANDLE" };
    (void)state;
    hfi_prototype prototype;
    char text[64];
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        snprintf(text, sizeof(text), "void f(%s x)", handles[i]);
        parse_fine(text, &prototype);
        assert_int_equal(prototype.param[0].kind, HFI_P_SCALAR);
        assert_int_equal(prototype.param[0].type, HFI_C_POINTER);
        hfi_prototype_finish(&prototype);
    }
    parse_fine("double f(float x, double y, FLOAT z, volatile double *restrict v {out})",
               &prototype);
    assert_int_equal(prototype.result, HFI_C_F64);
    assert_int_equal(prototype.param[0].type, HFI_C_F32);
    assert_int_equal(prototype.param[1].type, HFI_C_F64);
    assert_int_equal(prototype.param[2].type, HFI_C_F32);
    assert_int_equal(prototype.param[3].target, HFI_C_F64);
    hfi_prototype_finish(&prototype);
}

typedef struct pointer_type {
    const char *name;
    hfi_param_kind kind;
    hfi_ctype target;
    bool is_const;
    bool is_wide;
} pointer_type;

static void prototype_sees_const_where_the_typedef_has_it(void **state)
{
    static const hfi_ctype plain = CHAR_MIN < 0 ? HFI_C_I8 : HFI_C_U8;
    static const pointer_type types[] = {
        { "LPCSTR x", HFI_P_TEXT, plain, true, false },
        { "PCSTR x", HFI_P_TEXT, plain, true, false },
        { "const CHAR *x", HFI_P_TEXT, plain, true, false },
        { "LPCWSTR x", HFI_P_WTEXT, HFI_C_U16, true, true },
        { "PCWSTR const x", HFI_P_WTEXT, HFI_C_U16, true, true },
        { "WCHAR const *x", HFI_P_WTEXT, HFI_C_U16, true, true },
        { "const LPSTR x {raw}", HFI_P_RAW, plain, false, false },
        { "LPVOID x {in}", HFI_P_BUFFER, HFI_C_VOID, false, false },
        { "LPCVOID x", HFI_P_BUFFER, HFI_C_VOID, true, false },
        { "PDWORD x {out}", HFI_P_OUT_VALUE, HFI_C_U32, false, false },
        { "PVOID *x {out}", HFI_P_OUT_VALUE, HFI_C_POINTER, false, false },
        { "PHANDLE x {out}", HFI_P_OUT_VALUE, HFI_C_POINTER, false, false },
        { "LPCSTR *x {out}", HFI_P_OUT_VALUE, HFI_C_POINTER, false, false },
        { "LPCSTR const *x", HFI_P_BUFFER, HFI_C_POINTER, true, false },
        { "char *x[] {raw}", HFI_P_RAW, HFI_C_POINTER, false, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        hfi_prototype prototype;
        char text[64];
        snprintf(text, sizeof(text), "void f(%s)", types[i].name);
        parse_fine(text, &prototype);
        const hfi_param *param = &prototype.param[0];
        bool same = param->kind == types[i].kind && param->type == HFI_C_POINTER &&
                    param->target == types[i].target &&
                    param->target_is_const == types[i].is_const &&
                    param->is_wide == types[i].is_wide && param->position == 7;
        if (!same) {
            fail_msg("%s", types[i].name);
        }
        hfi_prototype_finish(&prototype);
    }
}

static void prototype_takes_sizes_from_the_binder_by_full_name(void **state)
{
    static const hfi_ctype_info info[] = { { "struct s", 12, 4 }, { "s", 24, 8 } };
    static const hfi_ctype_list known = { info, 2, NULL };
    (void)state;
    hfi_prototype prototype;
    hfi_prototype_error error;
    assert_int_equal(hfi_prototype_parse("void f(struct  s *a {out}, s *b {out}, s c[2] {out},"
                                         " const struct s2 *d)",
                                         &known, &prototype, &error),
                     HF_OK);
    static const size_t sizes[] = { 12, 24, 48, 0 };
    static const size_t alignments[] = { 4, 8, 8, 0 };
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(prototype.param[i].target, HFI_C_OPAQUE);
        assert_int_equal(prototype.param[i].target_size, sizes[i]);
        assert_int_equal(prototype.param[i].target_alignment, alignments[i]);
    }
    hfi_prototype_finish(&prototype);
}

/* ---- expressions ---- */

/* clang-format off */
#define EXPRESSION(expr) { #expr, (expr) }
/* clang-format on */

typedef struct expression {
    const char *text;
    int64_t value;
} expression;

enum { result = -7, error = 34, a = 5, size = 100, out = -1 };

/* The compiler computes what the evaluator must. */
static const expression small[] = {
    EXPRESSION(0),
    EXPRESSION(result),
    EXPRESSION(error),
    EXPRESSION(a),
    EXPRESSION(size),
    EXPRESSION(out),
    EXPRESSION(-a),
    EXPRESSION(- -a),
    EXPRESSION(!a),
    EXPRESSION(!!a),
    EXPRESSION(!-a),
    EXPRESSION(1 + 2 * 3),
    EXPRESSION((1 + 2) * 3),
    EXPRESSION(10 - 3 - 2),
    EXPRESSION(10 - (3 - 2)),
    EXPRESSION(2 * 3 - 4 * 5 + 6),
    EXPRESSION(-2 * -3),
    EXPRESSION(1 - -1),
    EXPRESSION(result < 0),
    EXPRESSION(result <= -7),
    EXPRESSION(result > -8),
    EXPRESSION(result >= -6),
    EXPRESSION(result == -7),
    EXPRESSION(result != -7),
    EXPRESSION((1 < 2) == (2 > 1)),
    EXPRESSION(size - a < 4),
    EXPRESSION(size - a * 20 < 4),
    { "1 || 0 && 0", 1 }, /* written out where compilers warn about the very thing */
    EXPRESSION((1 || 0) && 0),
    { "0 && 1 || 1", 1 },
    EXPRESSION(a == 5 && error == 34),
    EXPRESSION(a == 4 || error == 34),
    EXPRESSION(2 && 4),
    EXPRESSION(0 || 7),
    { "!a == 0", 1 },
    EXPRESSION(!(a == 0)),
    EXPRESSION(0x10 + 0XfFu),
    EXPRESSION(34L == error),
    EXPRESSION(1000000007LL * 3),
    EXPRESSION(-1 < 1),
    EXPRESSION(out == -1),
    { "1 + 2 < 3 + 1 && 2 * 2 == 4 || 0", 1 },
};

static int64_t evaluate(const char *text)
{
    static const int64_t params[] = { a, size, out };
    static const hfi_expr_values values = { .result = result, .error = error, .param = params };
    hfi_prototype prototype;
    char whole[256];
    snprintf(whole, sizeof(whole),
             "int f(int a, long size, int *out {out}) {fail(%s), error(errno)}", text);
    parse_fine(whole, &prototype);
    int64_t value = hfi_expr_evaluate(&prototype.fail, &values);
    hfi_prototype_finish(&prototype);
    return value;
}

static void expr_computes_what_c_computes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
        int64_t value = evaluate(small[i].text);
        if (value != small[i].value) {
            fail_msg("%s = %lld", small[i].text, (long long)value);
        }
    }
}

static void expr_wraps_where_c_would_be_undefined(void **state)
{
    (void)state;
    assert_true(evaluate("9223372036854775807 + 1") == INT64_MIN);
    assert_true(evaluate("-9223372036854775807 - 2") == INT64_MAX);
    assert_true(evaluate("-(-9223372036854775807 - 1)") == INT64_MIN);
    assert_true(evaluate("0x7fffffffffffffff * 2") == -2);
    assert_true(evaluate("0xC0000023 > 0") == 1);
}

static bool fails(const char *text, int64_t returned)
{
    const int64_t params[] = { returned };
    const hfi_expr_values values = { .result = returned, .param = params };
    hfi_prototype prototype;
    parse_fine(text, &prototype);
    bool value = hfi_expr_evaluate(&prototype.fail, &values) != 0;
    hfi_prototype_finish(&prototype);
    return value;
}

/* As C does: 64 bits of which the upper ones are 0 would never be equal to -1. */
static void expr_compares_what_is_unsigned_with_minus_one(void **state)
{
    (void)state;
    assert_true(fails("unsigned f(int a) {fail(result == -1)}", UINT32_MAX));
    assert_false(fails("unsigned f(int a) {fail(result == -1)}", 1));
    assert_false(fails("DWORD f(int a) {fail(result != -2)}", UINT32_MAX - 1));
    assert_true(fails("enum e { BAD = -1 }; unsigned f(int a) {fail(result == BAD)}", UINT32_MAX));
    assert_true(fails("int f(uint32_t *a {out}) {fail(1 && a == -1)}", UINT32_MAX));
    assert_true(fails("size_t f(int a) {fail(result == -1)}",
                      sizeof(size_t) == 8 ? -1 : (int64_t)SIZE_MAX));
    assert_true(fails("int f(int a) {fail(result == -1)}", -1));
    assert_false(fails("int f(int a) {fail(result == -1)}", UINT32_MAX));
}

static void expr_says_whether_it_reads_the_error(void **state)
{
    (void)state;
    hfi_prototype prototype;
    parse_fine("int f(char *b {out}, int n {capacity(b)})"
               " {fail(result == 0 && error != 0), error(errno), grow_ok(result == n)}",
               &prototype);
    assert_true(prototype.fail.uses_error);
    assert_false(prototype.grow_ok.uses_error);
    assert_int_equal(prototype.grow.count, 0);
    hfi_prototype_finish(&prototype);
}

static void error_is_the_value_of_its_source(void **state)
{
    static const hfi_error_slots slots = { -34, 0xfffffffe, 10014 };
    (void)state;
    assert_int_equal(hfi_error_value(HFI_ERROR_NONE, 5, &slots), 0);
    assert_int_equal(hfi_error_value(HFI_ERROR_ERRNO, 5, &slots), -34);
    assert_true(hfi_error_value(HFI_ERROR_LAST_ERROR, 5, &slots) == 0xfffffffe);
    assert_int_equal(hfi_error_value(HFI_ERROR_WSA, 5, &slots), 10014);
    assert_int_equal(hfi_error_value(HFI_ERROR_RESULT, -5, &slots), -5);
    /* STATUS_BUFFER_TOO_SMALL as an NTSTATUS comes back, and as the header writes it. */
    int64_t status = hfi_ctype_widen(HFI_C_I32, 0xC0000023);
    assert_int_equal(status, -1073741789);
    assert_true(hfi_error_value(HFI_ERROR_NTSTATUS, status, &slots) == 0xC0000023);
    assert_true(hfi_error_value(HFI_ERROR_HRESULT, status, &slots) == 0xC0000023);
}

static void widen_extends_by_the_declared_type(void **state)
{
    (void)state;
    assert_int_equal(hfi_ctype_widen(HFI_C_I8, 0x1ff), -1);
    assert_int_equal(hfi_ctype_widen(HFI_C_U8, 0x1ff), 255);
    assert_int_equal(hfi_ctype_widen(HFI_C_I16, 0x8000), -32768);
    assert_int_equal(hfi_ctype_widen(HFI_C_U16, 0x8000), 32768);
    assert_int_equal(hfi_ctype_widen(HFI_C_I32, 0x7fffffff), INT32_MAX);
    assert_true(hfi_ctype_widen(HFI_C_U32, UINT64_MAX) == 0xffffffff);
    assert_int_equal(hfi_ctype_widen(HFI_C_U64, UINT64_MAX), -1);
    assert_int_equal(hfi_ctype_widen(HFI_C_POINTER, UINTPTR_MAX), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prototype_knows_the_integers_of_this_compiler),
        cmocka_unit_test(prototype_knows_the_integers_of_windows_on_every_system),
        cmocka_unit_test(prototype_knows_the_integers_of_the_platform),
        cmocka_unit_test(prototype_knows_what_is_no_integer),
        cmocka_unit_test(prototype_sees_const_where_the_typedef_has_it),
        cmocka_unit_test(prototype_takes_sizes_from_the_binder_by_full_name),
        cmocka_unit_test(expr_computes_what_c_computes),
        cmocka_unit_test(expr_wraps_where_c_would_be_undefined),
        cmocka_unit_test(expr_compares_what_is_unsigned_with_minus_one),
        cmocka_unit_test(expr_says_whether_it_reads_the_error),
        cmocka_unit_test(error_is_the_value_of_its_source),
        cmocka_unit_test(widen_extends_by_the_declared_type),
    };
    return cmocka_run_group_tests_name("prototype_values", tests, NULL, NULL);
}
