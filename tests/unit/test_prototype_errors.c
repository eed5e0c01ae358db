/* SPDX-License-Identifier: MIT */

/*
 * What is wrong with a text, where, and what would have been right.
 *
 * In the table an @ marks the place where the error is to be reported; it is
 * taken out before the text is parsed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "prototype/prototype.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct wrong {
    const char *text;
    const char *found;
    const char *expected;
} wrong;

#define BY_VALUE "a type whose size is known, or a pointer: nothing else by value"
#define ROLES                                                                                      \
    "in, out, inout, raw, resource, text, texts, given, capacity, needed, length, size, "          \
    "points_into, room or set"
#define FUNCTION_ROLES                                                                             \
    "fail, error, grow, grow_ok, needed, length, leaf, nocallback, noretain, safe, symbol, "       \
    "ordinal, transient, once, query, append"
#define NEED_FAIL   "the function role fail(...) beside it"
#define FILLED      "the name of a buffer that the function fills"
#define ONE_TYPE    "words that make one C type"
#define DIRECTION   "a direction (in, out, inout) or raw"
#define BUFFER_NAME "the name of a buffer parameter"
#define BEFORE      "an integer that the caller passes, or the capacity of what it lends"
#define DIVISOR     "a division by a number above 0"
#define READABLE    "an integer parameter: a scalar, a capacity or an out value"
#define NUMBER      "a decimal or 0x number up to 9223372036854775807"

static const wrong syntax[] = {
    { "@", "end of text", "a type" },
    { "  @", "end of text", "a type" },
    { "@;", ";", "a type" },
    { "@$ f()", "$", "a type" },
    { "@\x01 f()", "\\x01", "a type" },
    { "int@", "end of text", "the function's name" },
    { "int (x)@", "end of text", "( of the parameters" },
    { "int @(7)(x)", "(", "the function's name" },
    { "int @7", "7", "the function's name" },
    { "int @BOOM f()", "BOOM", "a calling convention that is known, or the name" },
    { "int @__vectorcall f()", "__vectorcall", "a convention or pointer that calls can have" },
    { "int f@", "end of text", "( of the parameters" },
    { "int f @[", "[", "( of the parameters" },
    { "int f(@", "end of text", "a type" },
    { "int f(int@", "end of text", ", or ) behind a parameter" },
    { "int f(int a @int b)", "int", ", or ) behind a parameter" },
    { "int f(int a, @)", ")", "a type" },
    { "int f(@, int a)", ",", "a type" },
    { "int f() @g", "g", "the end of the declaration" },
    { "int f();@;", ";", "the end of the declaration" },
    { "int f(); @int g()", "int", "the end of the declaration" },
    { "int f(@/* no end", "/*", "a type" },
    { "int f(@...)", "...", "a parameter before variable arguments" },
    { "int f(int a, ...@, int b)", ",", ") behind ..." },
    { "int f(int @result)", "result", "another name: result and error are words of expressions" },
    { "int f(int @error)", "error", "another name: result and error are words of expressions" },
    { "int f(int a, int @a)", "a", "a name that no other parameter has" },
    { "int f(float @static x)", "static", "a name, not a word of C" },
    { "int f(int (*@x[3])(int))", "x", DIRECTION },
    { "int f(int (*@x))", "x", DIRECTION },
    { "int f(int (*x)(int@", "end of text", ", or ) behind a parameter" },
    { "int f(int ((((((((((((((((@(x", "(", "at most 16 parentheses inside each other" },
    { "int f(int ****************@*x)", "*", "at most 16 stars" },
    { "int f(int ****************x@[])", "[", "at most 16 stars" },
};

static const wrong types[] = {
    { "int f(@void x)", "void", "a type with values; void stands alone" },
    { "int f(int a, @void)", "void", "a type with values; void stands alone" },
    { "int f(@struct in_addr a)", "struct", BY_VALUE },
    { "int f(@FOO a)", "FOO", BY_VALUE },
    { "int f(@_In_ DWORD a)", "_In_", BY_VALUE },
    { "@FOO f()", "FOO", BY_VALUE },
    { "@union u f()", "union", BY_VALUE },
    { "int f(enum @*x)", "*", "a tag" },
    { "int f(unsigned @float x)", "float", ONE_TYPE },
    { "int f(unsigned @signed x)", "signed", ONE_TYPE },
    { "int f(short @long x)", "long", ONE_TYPE },
    { "int f(long long @long x)", "long", ONE_TYPE },
    { "int f(int @int x)", "int", ONE_TYPE },
    { "int f(char @short x)", "short", ONE_TYPE },
    { "int f(void @int x)", "int", ONE_TYPE },
    { "int f(int x[@0])", "0", "a bound from 1 on that fits the address space" },
    { "int f(int x[@-1])", "-", "a bound from 1 on that fits the address space" },
    { "int f(int x[@n])", "n", "a number or the name of a constant" },
    { "int f(int x[2@", "end of text", "]" },
    { "int f(int x[2]@[])", "[", "a bound: only the first may be left out" },
    { "int f(int x[0x3fffffff]@[0x3fffffff])", "[", "an array that fits the address space" },
    { "int f(void x@[2])", "[", "a type with values: there are no arrays of void" },
};

static const wrong param_roles[] = {
    { "int f(int a {@})", "}", ROLES },
    { "int f(int a {@big})", "big", ROLES },
    { "int f(int a {@leaf})", "leaf", ROLES },
    { "int f(int *a {out@)", ")", ", or } behind a role" },
    { "int f(int *a {out, @out})", "out", "each role once" },
    { "int f(int *a {out, @in})", "in", "one of in, out, inout, raw, resource" },
    { "int f(int *a {raw, @resource})", "resource", "one of in, out, inout, raw, resource" },
    { "int f(int *@a)", "a", DIRECTION },
    { "int f(@int *, int b)", "int", DIRECTION },
    { "int f(char *@a {text})", "a", DIRECTION },
    { "int f(void *@a {given}, int n {capacity(a)})", "a", DIRECTION },
    { "int f(const int *a {@out})", "out", "in, raw or resource: the target is const" },
    { "int f(LPCWSTR a {@inout}, int n {capacity(a)})", "inout",
      "in, raw or resource: the target is const" },
    { "int f(int n {@inout, capacity(a)}, void *a {out})", "inout",
      "a role of this type: most are of pointers" },
    { "int f(const int *n {@inout, capacity(a)}, void *a {out})", "inout",
      "in, raw or resource: the target is const" },
    { "int f(void *@a {out})", "a", "size(n) or a capacity parameter" },
    { "int f(char *@a {out})", "a", "size(n) or a capacity parameter" },
    { "int f(struct s *@a {inout})", "a", "size(n) or a capacity parameter" },
    { "int f(char *@a {out, given})", "a", "size(n) or a capacity parameter" },
    { "int f(int a {@out})", "out", "a role of this type: most are of pointers" },
    { "int f(int a {@needed(b)}, void *b {raw})", "needed",
      "a role of this type: most are of pointers" },
    { "int f(double a {@capacity(b)}, void *b {out})", "capacity",
      "a role of this type: most are of pointers" },
    { "int f(double a {@resource})", "resource", "a role of this type: most are of pointers" },
    { "int f(int a {resource, @capacity(b)}, void *b {out})", "capacity",
      "no other role beside raw or resource" },
    { "int f(void *a {raw, @text})", "text", "no other role beside raw or resource" },
    { "int f(void (*a)(void) {@out})", "out", "no role but raw for a function pointer" },
    { "int f(const void *a {@given})", "given", "a role that goes with in" },
    { "int f(const void *a {@text})", "text", "text of char, wchar_t, WCHAR or char16_t alone" },
    { "int f(BYTE *a {out, @text}, int n {capacity(a)})", "text",
      "text of char, wchar_t, WCHAR or char16_t alone" },
    { "int f(const char *a {@text}, int n {capacity(a)})", "text",
      "no text beside a capacity or a size: its end is its NUL" },
    { "int f(void *a {out, @size(4)}, int n {capacity(a)})", "size",
      "a capacity parameter or size(n), not both" },
    { "int f(void *a {out, size(@0)})", "0", "a number of bytes from 1 on that can be allocated" },
    { "int f(void *a {out, size(@n)})", "n", "a constant or the name of a parameter" },
    { "int f(uint64_t *a {out, size(@4)})", "4", "no less than the declared type has" },
    { "int f(int a[4] {out, size(@15)})", "15", "no less than the declared type has" },
    { "int f(void *a {out, size@})", "}", "( behind the role" },
    { "int f(void *a {out, size(4@})", "}", ") of the role" },
    { "int f(void *a {out, size(n * 4@}, int n)", "}", ") of the role" },
    { "int f(void *a {out, size(@)}, int n)", ")",
      "a number of bytes from 1 on that can be allocated" },
    { "int f(void *a {out, size(n @n)}, int n)", "n", "an operator or ) of the role" },
    { "int f(void *a {out, size(n *@)}, int n)", ")", "an expression" },
    { "int f(void *a {out, size(@a)}, int n)", "a", BEFORE },
    { "enum { N = 4 }; int f(void *a {out, size(@N)}, int N)", "N",
      "a number, or another name for the parameter behind it" },
    { "int f(void *a {out, size(@x)}, double x)", "x", BEFORE },
    { "int f(void *a {out, size(n * @p)}, int n, void *p {raw})", "p", BEFORE },
    { "int f(void *a {out, size(@n)}, size_t *n {out})", "n", BEFORE },
    { "int f(void *a {out, size(@n)}, char *b {out}, size_t n {capacity(b)})", "n", BEFORE },
    { "int f(void *a {out, size(n + @result)}, int n)", "result",
      "a constant or the name of a parameter" },
    { "int f(void *a {out, size(n + @error)}, int n) {error(errno)}", "error",
      "a constant or the name of a parameter" },
    { "int f(int a[4] {out, given, size(@n * 4)}, int n)", "n",
      "a number: the bounds of the array say the size already" },
    { "int f(char *a {out, @size(m)}, int m, int n {capacity(a)})", "size",
      "a capacity parameter or size(n), not both" },
    { "int f(const char *a {@text, size(n)}, int n)", "text",
      "no text beside a capacity or a size: its end is its NUL" },
    { "int f(char *a {out, size(n)}, int n) {fail(result), @grow(1)}", "grow",
      "a parameter {out} with a capacity parameter: nothing here can grow" },
    { "int f(char *a {out, size(n)}, int n) {fail(result), grow(@a: 1)}", "a",
      "a buffer with a capacity parameter: one of a size never grows" },
    { "int f(int *a {out, @text})", "text", "a role that goes with a value" },
};

static const wrong size_roles[] = {
    { "int f(int n {capacity(@)})", ")", BUFFER_NAME },
    { "int f(int n {capacity(@b)})", "b", BUFFER_NAME },
    { "int f(int n {capacity(@n)})", "n", BUFFER_NAME },
    { "int f(int b, int n {capacity(@b)})", "b", BUFFER_NAME },
    { "int f(void *b {raw}, int n {capacity(@b)})", "b", BUFFER_NAME },
    { "int f(void *b {out}, int n {capacity(b, @words)})", "words", "bytes or elements" },
    { "int f(void *b {out}, int n {capacity(b @+ 1)})", "+", ") of the role" },
    { "int f(void *b {out}, int n {capacity(b, bytes @+ 1)})", "+", ") of the role" },
    { "int f(void *b {out}, int n {capacity(b, @elements)})", "elements",
      "the unit bytes: the size of an element is not known" },
    { "int f(struct s *b {out}, int n {@capacity(b)})", "capacity",
      "the unit bytes: the size of an element is not known" },
    { "int f(void *b {out}, int n {capacity(b)}, int m {@capacity(b)})", "capacity",
      "one capacity for each buffer" },
    { "int f(void *b {out}, int *n {out, @capacity(b)})", "capacity",
      "inout beside the capacity of a pointer" },
    { "int f(void *b {out}, float *n {inout, @capacity(b)})", "capacity",
      "capacity on an integer or a pointer to one" },
    { "int f(void *b {out}, int n {capacity(b)}, int *a {out, given, @needed(b)})", "needed",
      "no needed or length beside given" },
    { "int f(void *b {out}, int *n {inout, capacity(b), @given})", "given",
      "a role that goes with capacity" },
    { "int f(void *b {out, @needed(b)}, int n {capacity(b)})", "needed",
      "a role that goes with a buffer" },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, needed(@n)})", "n", FILLED },
    { "int f(const void *b, int n {capacity(b)}, int *m {out, length(@b)})", "b", FILLED },
    { "int f(void *b {out}, int n {capacity(b)}, double *m {out, @needed(b)})", "needed",
      "this role on a pointer to an integer alone" },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, needed(b, @x)})", "x",
      "bytes, elements, + or -" },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, needed(b, + @x)})", "x",
      "a number up to 2147483647" },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, needed(b, + @2147483648)})",
      "2147483648", "a number up to 2147483647" },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, needed(b)}, int *k {out, "
      "@needed(b)})",
      "needed", "one needed for each buffer" },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, length(b)}, int *k {out, "
      "@length(b)}) {fail(0)}",
      "length", "one length for each buffer" },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, @length(b)})", "length", NEED_FAIL },
    { "int f(void *b {out}, int n {capacity(b)}, int *m {out, @points_into(b)})", "points_into",
      "this role on a value that holds addresses and that the library makes" },
    { "int f(void **p {out, points_into(@q)})", "q", BUFFER_NAME },
    { "int f(const char *t, char **end {out, points_into(@t)})", "t", BUFFER_NAME },
};

#define GROWING "int f(char *b {out}, int n {capacity(b)})"

static const wrong function_roles[] = {
    { "int f() {@}", "}", FUNCTION_ROLES },
    { "int f() {@quick}", "quick", FUNCTION_ROLES },
    { "int f() {leaf@", "end of text", ", or } behind a role" },
    { "int f() {leaf, @leaf}", "leaf", "each role once" },
    { "int f() {fail(0), @fail(1)}", "fail", "each role once" },
    { "int f() {fail(0), error(none), @error(none)}", "error", "each role once" },
    { "int f() {fail@}", "}", "( behind the role" },
    { "int f() {fail(0@}", "}", "an operator or ) of the role" },
    { "int f() {@error(errno)}", "error", NEED_FAIL },
    { "int f() {fail(0), error(@win32)}", "win32",
      "errno, last_error, wsa, result, ntstatus, hresult, none or the name of a parameter" },
    { "int f() {fail(0), error(errno, @)}", ")", "clear or when" },
    { "void f() {fail(0), @error(result)}", "error", "a function that returns an integer" },
    { "char *f() {@error(ntstatus)}", "error", "a function that returns NTSTATUS, HRESULT or int" },
    { "DWORD f() {@error(hresult)}", "error", "a function that returns NTSTATUS, HRESULT or int" },
    { GROWING " {@grow(1)}", "grow", NEED_FAIL },
    { GROWING " {@grow_ok(1)}", "grow_ok", NEED_FAIL },
    { GROWING " {@length(b, result)}", "length", NEED_FAIL },
    { GROWING " {fail(0), @grow(1)}", "grow", "grow_ok: a call with fail(0) never fails" },
    { GROWING " {fail(1), grow(1), @grow(1)}", "grow", "each role once" },
    { GROWING " {fail(1), grow(b: 1), @grow(b: 1)}", "grow", "each role once" },
    { GROWING " {fail(1), grow(@c: 1)}", "c", FILLED },
    { "int f(void *b {out, given}, int n {capacity(b)}) {fail(1), grow(@b: 1)}", "b",
      "a buffer that the library makes: a given one never grows" },
    { "int f() {fail(1), @grow(1)}", "grow",
      "a parameter {out} with a capacity parameter: nothing here can grow" },
    { GROWING " {fail(1), length(@n, 1)}", "n", FILLED },
    { GROWING " {fail(1), length(b@)}", ")", ", and an expression" },
    { GROWING " {fail(1), length(b, 1, @words)}", "words", "bytes or elements" },
    { GROWING " {fail(1), length(b, 1), @length(b, 2)}", "length", "one length for each buffer" },
    { "int f(char *b {out}, int *n {inout, capacity(b), needed(b)}) {fail(1), @needed(b, 2)}",
      "needed", "one needed for each buffer" },
};

static const wrong expressions[] = {
    { "int f() {fail(@)}", ")", "an expression" },
    { "int f() {fail(1 + @)}", ")", "an expression" },
    { "int f() {fail(@* 1)}", "*", "an expression" },
    { "int f() {fail((1@}", "}", "an operator or )" },
    { "int f() {fail(1 @2)}", "2", "an operator or ) of the role" },
    { "int f() {fail(result @= 0)}", "=", "an operator or ) of the role" },
    { "int f() {fail(result @& 1)}", "&", "an operator or ) of the role" },
    { "int f() {fail(result @% 2)}", "%", "an operator or ) of the role" },
    { "int f(int n) {fail(result @/ n)}", "/", DIVISOR },
    { "int f() {fail(result @/ 0)}", "/", DIVISOR },
    { "int f() {fail(result @/ (1 + 1))}", "/", DIVISOR },
    { "int f() {fail(result / sizeof(@struct s))}", "struct", "a type whose size is known" },
    { "int f() {fail(@who)}", "who", "result, error or the name of a parameter" },
    { "int f() {fail(@error != 0)}", "error", "an error source, such as error(errno)" },
    { "int f() {fail(@error != 0), error(none)}", "error",
      "an error source, such as error(errno)" },
    { "void f() {fail(@result)}", "result",
      "a parameter or a number: the function returns no integer or pointer" },
    { "double f() {fail(@result < 0)}", "result",
      "a parameter or a number: the function returns no integer or pointer" },
    { "int f(double x) {fail(@x)}", "x", READABLE },
    { "int f(const char *x) {fail(@x)}", "x", READABLE },
    { "int f(struct s *x {out, size(4)}) {fail(@x)}", "x", READABLE },
    { "int f(char *b {out}, int n {capacity(b)}) {fail(@b == 0)}", "b", READABLE },
    { "int f() {fail(@010)}", "010", NUMBER },
    { "int f() {fail(@0x)}", "0x", NUMBER },
    { "int f() {fail(@1z)}", "1z", NUMBER },
    { "int f() {fail(@1uu)}", "1uu", NUMBER },
    { "int f() {fail(@9223372036854775808)}", "9223372036854775808", NUMBER },
    { "int f() {fail(@0x8000000000000000)}", "0x8000000000000000", NUMBER },
    { "int f() {fail(((((((((((((((((@(1", "(", "at most 16 expressions inside each other" },
    { "int f() {fail(!!!!!!!!!!!!!!!!@!1)}", "!", "at most 16 expressions inside each other" },
};

static void check_wrong(const wrong *w)
{
    char text[512];
    const char *mark = strchr(w->text, '@');
    assert_non_null(mark);
    size_t position = (size_t)(mark - w->text);
    snprintf(text, sizeof(text), "%.*s%s", (int)position, w->text, mark + 1);
    hfi_prototype prototype;
    hfi_prototype_error error;
    int64_t live = hfi_alloc_live();
    hf_status status = hfi_prototype_parse(text, NULL, &prototype, &error);
    bool same = status == HF_E_PROTOTYPE && error.position == position &&
                strcmp(error.found, w->found) == 0 && strcmp(error.expected, w->expected) == 0;
    if (!same) {
        fail_msg("%s\n%s at %u found \"%s\" expected %s", w->text, hf_status_name(status),
                 (unsigned)error.position, error.found, error.expected);
    }
    assert_null(prototype.param);
    assert_int_equal(hfi_alloc_live(), live);
}

#define CHECK_ALL(table)                                                                           \
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {                                \
        check_wrong(&table[i]);                                                                    \
    }

static void prototype_error_names_the_token_that_breaks_the_syntax(void **state)
{
    (void)state;
    CHECK_ALL(syntax);
}

static void prototype_error_names_the_word_that_makes_no_type(void **state)
{
    (void)state;
    CHECK_ALL(types);
}

static void prototype_error_names_the_role_that_contradicts_its_parameter(void **state)
{
    (void)state;
    CHECK_ALL(param_roles);
}

static void prototype_error_names_the_size_that_leads_nowhere(void **state)
{
    (void)state;
    CHECK_ALL(size_roles);
}

static void prototype_error_names_the_function_role_that_cannot_hold(void **state)
{
    (void)state;
    CHECK_ALL(function_roles);
}

static void prototype_error_names_the_token_that_breaks_an_expression(void **state)
{
    (void)state;
    CHECK_ALL(expressions);
}

/* "int f(int a0, int a1, ...)" */
static char *many_parameters(unsigned count)
{
    size_t size = 64 + 16 * (size_t)count;
    char *text = malloc(size);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, size, "int f(");
    for (unsigned i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, size - used, "%sint a%u", i ? ", " : "", i);
    }
    snprintf(text + used, size - used, ")");
    return text;
}

static void prototype_takes_32_parameters_and_no_more(void **state)
{
    (void)state;
    hfi_prototype prototype;
    hfi_prototype_error error;
    char *text = many_parameters(32);
    assert_int_equal(hfi_prototype_parse(text, NULL, &prototype, &error), HF_OK);
    assert_int_equal(prototype.param_count, 32);
    assert_int_equal(prototype.caller_count, 32);
    assert_string_equal(prototype.param[31].name, "a31");
    hfi_prototype_finish(&prototype);
    free(text);
    text = many_parameters(33);
    assert_int_equal(hfi_prototype_parse(text, NULL, &prototype, &error), HF_E_PROTOTYPE);
    assert_string_equal(error.expected, "at most 32 parameters");
    assert_int_equal(error.position, strstr(text, "int a32") - text);
    free(text);
}

/* 1+1+...: `terms` numbers are 2 * terms - 1 operations. */
static hf_status parse_sum(unsigned terms, const char *tail, hfi_prototype_error *error)
{
    char text[256] = "int f() {fail(1";
    for (unsigned i = 1; i < terms; i++) {
        strcat(text, "+1");
    }
    strcat(text, tail);
    hfi_prototype prototype;
    hf_status status = hfi_prototype_parse(text, NULL, &prototype, error);
    hfi_prototype_finish(&prototype);
    return status;
}

static void prototype_takes_48_operations_and_no_more(void **state)
{
    (void)state;
    hfi_prototype_error error;
    assert_int_equal(parse_sum(24, "*-1)}", &error), HF_E_PROTOTYPE);
    assert_int_equal(parse_sum(24, ")}", &error), HF_OK);
    assert_int_equal(parse_sum(25, ")}", &error), HF_E_PROTOTYPE);
    assert_string_equal(error.expected, "at most 48 operations in one expression");
    assert_string_equal(error.found, "+");
    assert_int_equal(error.position, strlen("int f() {fail(1") + 2 * 23);
}

static void prototype_takes_16_kib_of_text_and_no_more(void **state)
{
    (void)state;
    hfi_prototype prototype;
    hfi_prototype_error error;
    char *text = malloc(16384 + 2);
    assert_non_null(text);
    memset(text, ' ', 16384 + 1);
    memcpy(text, "int f()", 7);
    text[16384] = '\0';
    assert_int_equal(hfi_prototype_parse(text, NULL, &prototype, &error), HF_OK);
    hfi_prototype_finish(&prototype);
    text[16384] = ' ';
    text[16385] = '\0';
    assert_int_equal(hfi_prototype_parse(text, NULL, &prototype, &error), HF_E_PROTOTYPE);
    assert_int_equal(error.position, 16384);
    assert_string_equal(error.expected, "a declaration of at most 16384 bytes");
    free(text);
}

static void prototype_error_cuts_a_long_token_and_shows_no_control_bytes(void **state)
{
    (void)state;
    hfi_prototype prototype;
    hfi_prototype_error error;
    const char *text = "int f(int a, int b) {a_word_that_is_very_much_longer_than_the_forty_eight}";
    assert_int_equal(hfi_prototype_parse(text, NULL, &prototype, &error), HF_E_PROTOTYPE);
    assert_string_equal(error.found, "a_word_that_is_very_much_longer_than_the_for...");
    assert_int_equal(strlen(error.found), sizeof(error.found) - 1);
    assert_int_equal(hfi_prototype_parse("int f(\xc3\xa4 x)", NULL, &prototype, &error),
                     HF_E_PROTOTYPE);
    assert_string_equal(error.found, "\\xc3");
}

static void prototype_can_be_refused_without_a_place_for_the_reason(void **state)
{
    (void)state;
    hfi_prototype prototype;
    assert_int_equal(hfi_prototype_parse("int f(", NULL, &prototype, NULL), HF_E_PROTOTYPE);
    hfi_prototype_finish(&prototype);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prototype_error_names_the_token_that_breaks_the_syntax),
        cmocka_unit_test(prototype_error_names_the_word_that_makes_no_type),
        cmocka_unit_test(prototype_error_names_the_role_that_contradicts_its_parameter),
        cmocka_unit_test(prototype_error_names_the_size_that_leads_nowhere),
        cmocka_unit_test(prototype_error_names_the_function_role_that_cannot_hold),
        cmocka_unit_test(prototype_error_names_the_token_that_breaks_an_expression),
        cmocka_unit_test(prototype_takes_32_parameters_and_no_more),
        cmocka_unit_test(prototype_takes_48_operations_and_no_more),
        cmocka_unit_test(prototype_takes_16_kib_of_text_and_no_more),
        cmocka_unit_test(prototype_error_cuts_a_long_token_and_shows_no_control_bytes),
        cmocka_unit_test(prototype_can_be_refused_without_a_place_for_the_reason),
    };
    return cmocka_run_group_tests_name("prototype_errors", tests, NULL, NULL);
}
