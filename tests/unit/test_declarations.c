/* SPDX-License-Identifier: MIT */

/*
 * What a text declares beside its functions: types, constants, assertions,
 * directives; and what becomes of them in the functions that use them.
 *
 * In the table of refusals an @ marks the place where the error is reported.
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

static void refused(const char *text, const hfi_prototype_error *error, hf_status status)
{
    fail_msg("%s\n%s at %u found \"%s\" expected %s", text, hf_status_name(status),
             (unsigned)error->position, error->found, error->expected);
}

static hfi_prototype parse(const char *text, const hfi_ctype_list *known)
{
    hfi_prototype prototype;
    hfi_prototype_error error;
    hf_status status = hfi_prototype_parse(text, known, &prototype, &error);
    if (status != HF_OK) {
        refused(text, &error, status);
    }
    assert_string_equal(prototype.text, text);
    return prototype;
}

static hfi_fragment load(const char *text)
{
    hfi_fragment fragment;
    hfi_prototype_error error;
    hf_status status = hfi_fragment_parse(text, NULL, &fragment, &error);
    if (status != HF_OK) {
        refused(text, &error, status);
    }
    return fragment;
}

static void prototype_passes_structs_by_value_and_by_pointer(void **state)
{
    (void)state;
    int64_t live = hfi_alloc_live();
    hfi_prototype p = parse("typedef struct point { int x; int y; } point;"
                            "point middle(point a, const struct point *b, point *c {out},"
                            " struct unknown *d {raw}, long double e, float _Complex f);",
                            NULL);
    assert_int_equal(p.result, HFI_C_AGGREGATE);
    assert_string_equal(p.result_layout->name, "struct point");
    assert_int_equal(p.param[0].kind, HFI_P_AGGREGATE);
    assert_int_equal(p.param[0].type, HFI_C_AGGREGATE);
    assert_ptr_equal(p.param[0].layout, p.result_layout);
    assert_int_equal(p.param[1].kind, HFI_P_BUFFER);
    assert_int_equal(p.param[1].target, HFI_C_AGGREGATE);
    assert_int_equal(p.param[1].target_size, 8);
    assert_int_equal(p.param[2].kind, HFI_P_OUT_VALUE);
    assert_ptr_equal(p.param[2].layout, p.result_layout);
    assert_int_equal(p.param[3].target, HFI_C_OPAQUE);
    assert_null(p.param[3].layout);
    assert_int_equal(p.param[4].kind, HFI_P_AGGREGATE);
    assert_int_equal(p.param[4].type, HFI_C_LONG_DOUBLE);
    assert_int_equal(p.param[5].type, HFI_C_COMPLEX_F32);
    hfi_prototype_finish(&p);
    assert_int_equal(hfi_alloc_live(), live);
}

static void fragment_takes_a_typedef_again_when_its_struct_is_defined(void **state)
{
    (void)state;
    hfi_fragment f = load("typedef struct node node; node *next(const node *of {raw});"
                          "typedef struct node { int value; } node; int take(node by_value);");
    assert_int_equal(f.prototype[1].param[0].kind, HFI_P_AGGREGATE);
    hfi_fragment_finish(&f);
}

static void prototype_knows_the_signature_of_a_function_pointer(void **state)
{
    (void)state;
    hfi_prototype p = parse(
        "typedef int order(const void *, const void *);"
        "typedef order *order_pointer;"
        "void sort(void *base {inout}, size_t n {capacity(base)}, size_t size, order *by,"
        " order_pointer by2, int (*by3)(const void *, const void *), int by4(void *left, char),"
        " order *by5 {raw}, int (*f)(const char *, ...) {raw});",
        NULL);
    for (unsigned i = 3; i < 7; i++) {
        assert_int_equal(p.param[i].kind, HFI_P_CALLBACK);
        assert_int_equal(p.param[i].function->param_count, 2);
        assert_int_equal(p.param[i].function->result, HFI_C_I32);
    }
    assert_true(hfi_prototype_same_signature(p.param[3].function, p.param[5].function));
    assert_false(hfi_prototype_same_signature(p.param[3].function, p.param[6].function));
    assert_string_equal(p.param[3].function->name, "order");
    assert_string_equal(p.param[5].function->name, "by3");
    assert_string_equal(p.param[5].function->text, "int (*by3)(const void *, const void *)");
    assert_int_equal(p.param[6].function->param[0].kind, HFI_P_RAW);
    assert_int_equal(p.param[7].kind, HFI_P_RAW);
    assert_true(p.param[8].function->is_variadic);
    hfi_prototype_finish(&p);
}

static void prototype_reads_declarators_inside_out(void **state)
{
    (void)state;
    hfi_prototype p = parse("void (*signal(int number, void (*handler)(int)))(int)"
                            " {fail(result == -1), error(errno)}",
                            NULL);
    assert_string_equal(p.name, "signal");
    assert_int_equal(p.result, HFI_C_POINTER);
    assert_int_equal(p.param_count, 2);
    assert_int_equal(p.param[1].kind, HFI_P_CALLBACK);
    assert_int_equal(p.fail.count, 4);
    hfi_prototype_finish(&p);
    p = parse("int (getchar)(void)", NULL);
    assert_string_equal(p.name, "getchar");
    hfi_prototype_finish(&p);
    p = parse(
        "int f(int (*rows)[4] {raw}, int (*(*pick)(void))(long), char *(*names[2])(int) {raw})",
        NULL);
    assert_int_equal(p.param[0].target, HFI_C_AGGREGATE);
    assert_int_equal(p.param[0].target_size, 16);
    assert_int_equal(p.param[1].function->result, HFI_C_POINTER);
    assert_int_equal(p.param[2].target, HFI_C_POINTER);
    hfi_prototype_finish(&p);
}

static void prototype_knows_conventions_dots_and_symbols(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        hfi_convention convention;
        const char *symbol;
    } cases[] = {
        { "int __fastcall f(int a)", HFI_CONVENTION_FASTCALL, NULL },
        { "__attribute__((ms_abi)) int f(int a)", HFI_CONVENTION_MS_ABI, NULL },
        { "int f(int a) __attribute__((sysv_abi, nonnull(1)))", HFI_CONVENTION_SYSV_ABI, NULL },
        { "int __thiscall f(int a)", HFI_CONVENTION_THISCALL, NULL },
        { "__declspec(dllimport) int __stdcall f(int a)", HFI_CONVENTION_STDCALL, NULL },
        { "int f(int a) __asm__(\"g\") __attribute__((nothrow))", HFI_CONVENTION_DEFAULT, "g" },
        { "int f(int a) {symbol(\"_f@4\")}", HFI_CONVENTION_DEFAULT, "_f@4" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hfi_prototype p = parse(cases[i].text, NULL);
        assert_int_equal(p.convention, cases[i].convention);
        assert_true(!p.symbol == !cases[i].symbol);
        if (p.symbol) {
            assert_string_equal(p.symbol, cases[i].symbol);
        }
        hfi_prototype_finish(&p);
    }
    hfi_prototype p = parse("int printf(const char *format, ...) {ordinal(7), leaf(50)}", NULL);
    assert_true(p.is_variadic && p.is_leaf);
    assert_int_equal(p.ordinal, 7);
    assert_int_equal(p.leaf_budget_us, 50);
    hfi_prototype_finish(&p);
    p = parse("int f(int (__stdcall *a)(int), int (*b)(int) __attribute__((ms_abi)))", NULL);
    assert_int_equal(p.param[0].function->convention, HFI_CONVENTION_STDCALL);
    assert_int_equal(p.param[1].function->convention, HFI_CONVENTION_MS_ABI);
    assert_int_equal(p.convention, HFI_CONVENTION_DEFAULT);
    hfi_prototype_finish(&p);
}

static void prototype_knows_when_an_error_means_something(void **state)
{
    (void)state;
    hfi_prototype p = parse("long strtol(const char *text, char **end {out}, int base)"
                            " {error(errno, clear, when result == 0)}",
                            NULL);
    assert_true(p.clears_error);
    assert_int_equal(p.error, HFI_ERROR_ERRNO);
    assert_int_equal(p.error_when.count, 3);
    assert_int_equal(p.fail.count, 0);
    hfi_prototype_finish(&p);
    p = parse("int execv(const char *path {text(system)}, char *const argv[] {texts(system)},"
              " const char16_t *const *wide {texts})",
              NULL);
    assert_int_equal(p.param[0].kind, HFI_P_TEXT);
    assert_int_equal(p.param[0].encoding, HFI_ENCODING_SYSTEM);
    assert_int_equal(p.param[1].kind, HFI_P_TEXTS);
    assert_int_equal(p.param[1].encoding, HFI_ENCODING_SYSTEM);
    assert_true(p.param[2].kind == HFI_P_TEXTS && p.param[2].is_wide);
    hfi_prototype_finish(&p);
}

static void prototype_points_into_structs_that_the_callee_fills(void **state)
{
    (void)state;
    hfi_prototype p = parse("struct entry { char *name; long id; };"
                            "int find(struct entry *entry {out, points_into(buffer)},"
                            " char *buffer {out}, size_t n {capacity(buffer)},"
                            " struct entry **found {out, points_into(entry)}) {fail(0)}",
                            NULL);
    assert_int_equal(p.param[0].points_into, 1);
    assert_int_equal(p.param[3].points_into, 0);
    hfi_prototype_finish(&p);
}

static void signature_is_lenient_where_a_callback_is_given_addresses(void **state)
{
    (void)state;
    hfi_prototype p;
    hfi_prototype_error error;
    const char *text = "int on_row(void *user, int n, char **values, const void *key) {safe(-1)}";
    assert_int_equal(hfi_prototype_parse(text, NULL, &p, &error), HF_E_PROTOTYPE);
    assert_string_equal(error.expected, "a direction (in, out, inout) or raw");
    assert_int_equal(hfi_signature_parse(text, NULL, &p, &error), HF_OK);
    assert_int_equal(p.param[0].kind, HFI_P_RAW);
    assert_int_equal(p.param[2].kind, HFI_P_RAW);
    assert_int_equal(p.safe, -1);
    hfi_prototype_finish(&p);
    assert_int_equal(hfi_signature_parse("int f(int a, ...)", NULL, &p, &error), HF_E_PROTOTYPE);
    assert_int_equal(error.position, 13);
    assert_int_equal(hfi_signature_parse("void f(int a) {safe(0)}", NULL, &p, &error),
                     HF_E_PROTOTYPE);
}

static const char header[] =
    "/* a header */\n"
    "#ifndef GEOMETRY_H\n"
    "#define GEOMETRY_H\n"
    "#pragma once\n"
    "#define SIDES (2 + 2)\n"
    "#ifdef __cplusplus\n"
    "extern \"C\" { nonsense $\n"
    "#endif\n"
    "# 12 \"geometry.h\" 3\n"
    "extern \"C\" {\n"
    "typedef struct node node, *node_pointer;\n"
    "struct node { node_pointer next; struct node *last; enum { RED, BLACK = SIDES } color; };\n"
    "typedef enum shape { ROUND = -1, SQUARE = 'A', LAST } shape;\n"
    "extern int global, others[SIDES];\n"
    "typedef struct { node *first; union { long count; double weight; }; char name[LAST]; } list;\n"
    "_Static_assert(sizeof(shape) == 4 && offsetof(list, first) == 0, \"as it is\");\n"
    "list *make(shape kind) {fail(result == 0)};\n"
    "int count(const list *of, shape kind) {fail(result == ROUND)};\n"
    "int count(const list *, shape);\n"
    ";\n"
    "}\n"
    "#endif\n";

static void fragment_loads_a_header_at_once(void **state)
{
    (void)state;
    int64_t live = hfi_alloc_live();
    int64_t value;
    hfi_member member;
    hfi_fragment f = load(header);
    assert_int_equal(f.count, 2);
    assert_string_equal(f.prototype[0].name, "make");
    assert_string_equal(f.prototype[0].text, "list *make(shape kind) {fail(result == 0)};");
    assert_int_equal(f.prototype[1].param[1].position, 26);
    assert_int_equal(f.prototype[1].fail.step[1].value, -1);
    assert_true(hfi_scope_constant(f.scope, "BLACK", &value) && value == 4);
    assert_true(hfi_scope_constant(f.scope, "LAST", &value) && value == 66);
    assert_true(hfi_scope_constant(f.scope, "SIDES", &value) && value == 4);
    assert_false(hfi_scope_constant(f.scope, "list", &value));
    const hfi_layout *node = hfi_scope_layout(f.scope, "struct node");
    const hfi_layout *list = hfi_scope_layout(f.scope, "list");
    assert_ptr_equal(hfi_scope_layout(f.scope, "node"), node);
    assert_null(hfi_scope_layout(f.scope, "node_pointer"));
    assert_null(hfi_scope_layout(f.scope, "union node"));
    assert_string_equal(list->name, "list");
    assert_true(hfi_layout_member(node, "next", &member));
    assert_ptr_equal(member.layout, node);
    assert_int_equal(member.target, HFI_C_AGGREGATE);
    assert_true(hfi_layout_member(list, "weight", &member));
    assert_true(hfi_layout_member(list, "name", &member) && member.count == 66);
    assert_false(hfi_layout_member(list, "first.next", &member));
    assert_false(hfi_layout_member(list, "", &member));
    /* What a scope holds serves a later text, and lives as long as anybody needs it. */
    hfi_ctype_list known = { NULL, 0, f.scope };
    hfi_prototype p =
        parse("int grow(list *what {inout}, shape kind) {fail(result == BLACK)}", &known);
    hfi_fragment_finish(&f);
    assert_ptr_equal(p.param[0].layout, list);
    assert_true(list->is_complete);
    hfi_prototype_finish(&p);
    assert_int_equal(hfi_alloc_live(), live);
}

static void layout_must_be_what_the_binder_says(void **state)
{
    (void)state;
    static const hfi_ctype_info info[] = { { "struct point", 12, 4 }, { "id", 8, 8 } };
    static const hfi_ctype_list known = { info, 2, NULL };
    hfi_prototype p;
    hfi_prototype_error error;
    assert_int_equal(
        hfi_prototype_parse("struct point { int x, y; }; void f(struct point *p {out})", &known, &p,
                            &error),
        HF_E_LAYOUT);
    assert_string_equal(error.found, "struct point of 8 bytes");
    assert_string_equal(error.expected, "12 bytes, which the binder says that it has");
    assert_int_equal(error.position, 7);
    assert_int_equal(hfi_prototype_parse("typedef short id; void f(id x)", &known, &p, &error),
                     HF_E_LAYOUT);
    assert_string_equal(error.found, "id of 2 bytes");
    p = parse("struct point { int x, y, z; }; void f(struct point *p {out})", &known);
    assert_int_equal(p.param[0].target_size, 12);
    hfi_prototype_finish(&p);
}

static void layout_assertions_name_the_type_and_both_numbers(void **state)
{
    (void)state;
    hfi_fragment f;
    hfi_prototype_error error;
    const char *text =
        "typedef struct { int x, y; } point;\n_Static_assert(sizeof(point) == 12, \"\");";
    assert_int_equal(hfi_fragment_parse(text, NULL, &f, &error), HF_E_LAYOUT);
    assert_string_equal(error.found, "sizeof(point) = 8");
    assert_string_equal(error.expected, "an assertion that holds, not one of 8 and 12");
    assert_int_equal(error.position, strstr(text, "sizeof") - text);
    assert_null(f.scope);
}

static void windows_names_lead_to_signatures_and_structs(void **state)
{
    (void)state;
    hfi_prototype p = parse("BOOL EnumWindows(WNDENUMPROC call, LPARAM with)", NULL);
    assert_int_equal(p.param[0].kind, HFI_P_CALLBACK);
    assert_int_equal(p.param[0].function->convention, HFI_CONVENTION_STDCALL);
    assert_int_equal(p.param[0].function->param_count, 2);
    hfi_prototype_finish(&p);
    p = parse("BOOL GetCursorPos(LPPOINT where {out}) {fail(result == 0), error(last_error)}",
              NULL);
    assert_int_equal(p.param[0].target_size, 8);
    hfi_prototype_finish(&p);
    p = parse("BOOL MonitorsOf(MONITORENUMPROC each, LPCRECT area, RECT by_value)", NULL);
    assert_int_equal(p.param[0].function->param_count, 4);
    assert_int_equal(p.param[2].layout->size, 16);
    hfi_prototype_finish(&p);
    p = parse("VOID WINAPI Pause(VOID)", NULL);
    assert_true(p.result == HFI_C_VOID && p.param_count == 0);
    hfi_prototype_finish(&p);
    p = parse("BOOL Put(CONST VOID *what {in, size(4)})", NULL);
    assert_int_equal(p.param[0].kind, HFI_P_BUFFER);
    hfi_prototype_finish(&p);
    /* A text that says it otherwise is taken at its word, before or after. */
    p = parse("typedef struct { short x; } POINT; void f(POINT p, LPRECT r {out})", NULL);
    assert_int_equal(p.param[0].layout->size, 2);
    hfi_prototype_finish(&p);
    hfi_fragment f =
        load("void f(RECT *r {out}); typedef struct { char c; } RECT; void g(RECT r);");
    assert_int_equal(f.prototype[0].param[0].target_size, 16);
    assert_int_equal(f.prototype[1].param[0].layout->size, 1);
    hfi_fragment_finish(&f);
}

typedef struct wrong {
    const char *text; /* of a fragment */
    const char *found;
    const char *expected;
} wrong;

#define NEW_NAME  "a name that nothing else was declared with"
#define ORDER     "this machine's byte order: no argument is turned round"
#define ATTRIBUTE "an attribute whose effect on calls is known"
#define BY_VALUE  "a type whose size is known, or a pointer: nothing else by value"

#define UNSIGNED "a number that the unsigned value can be"
static const wrong wrongs[] = {
    { "struct s { int a; char @a; };", "a", "a name that no other member has" },
    { "struct s { @void v; };", "void", "a type whose size is known, or a pointer" },
    { "struct s { @struct s s; };", "struct", "a type whose size is known, or a pointer" },
    { "struct s { int a; int b[]; int @c; };", "c", "no member behind an array without a bound" },
    { "struct s { int a : @33; };", "33", "a number of bits that the type has" },
    { "struct s { int a : @0; };", "0", "a number of bits that the type has" },
    { "struct s { @float a : 3; };", "float", "an integer type for bits" },
    { "struct s { int a @};", "}", ", or ; behind a member" },
    { "struct s { int a; }; struct @s { int b; };", "s", "a tag that was not defined before" },
    { "struct s { int a; }; void f(union @s *x {raw});", "s",
      "the word that the tag was declared with" },
    { "struct s { char a[0x7fffffff]@[0x7fffffff]; };", "[",
      "an array that fits the address space" },
    { "enum { A, @A };", "A", NEW_NAME },
    { "enum { A = @x };", "x", "a number or the name of a constant" },
    { "enum { A = 1 @/ 0 };", "/", "an operation that C defines for these numbers" },
    { "enum { A = 1 @<< 64 };", "<<", "an operation that C defines for these numbers" },
    { "enum { @int };", "int", "the name of a constant" },
    { "typedef int a; typedef short @a;", "a", NEW_NAME },
    { "typedef int @;", ";", "the name of the type" },
    { "enum e { A }; struct @e { int a; };", "e", "the word that the tag was declared with" },
    { "typedef @return a;", "return", "a type" },
    { "int f(@static *a {raw});", "static", "a type" },
    { "unsigned char f(void) {fail(result @== -1)};", "==", UNSIGNED },
    { "int f(uint16_t a) {fail(-2 == 1 || a @!= -1)};", "!=", UNSIGNED },
    { "typedef int a@", "end of text", ", or ; behind the name of the type" },
    { "typedef int a __attribute__((@packed));", "packed", "packed behind a struct's braces" },
    { "int f(void); short @f(void);", "f", "the signature that the function was declared with" },
    { "int f(void)@", "end of text", "; behind the declaration" },
    { "struct __attribute__((@scalar_storage_order(\"big-endian\"))) s { int a; };",
      "scalar_storage_order", ORDER },
    { "#pragma @scalar_storage_order big-endian\n", "scalar_storage_order", ORDER },
    { "int f(void) __attribute__((@regparm(3)));", "regparm", ATTRIBUTE },
    { "__declspec(@naked) int f(void);", "naked", ATTRIBUTE },
    { "struct s { int a __attribute__((aligned(@3))); };", "3",
      "an alignment: a power of two up to 2^28" },
    { "@__int128 f(void);", "__int128", "a type that calls can carry" },
    { "#pragma pack(push, 1)\nstruct s { char a; int b; };\n#pragma pack(pop)\nvoid f(@struct s "
      "x);",
      "struct", "a pointer: no value of this type passes, it is packed" },
    { "struct s { int a : 3; }; @struct s f(void);", "struct",
      "a pointer: no value of this type passes, it has bit-fields" },
    { "struct s; void f(@struct s x);", "struct", BY_VALUE },
    { "#pragma pack(@3)\n", "3", "1, 2, 4, 8 or 16" },
    { "#pragma pack(@pop)\n", "pop", "a push before this pop" },
    { "struct s { int a;\n#pragma @pack(1)\nint b; };", "pack",
      "no change of packing inside a struct" },
    { "#pragma @omp\n", "omp", "#pragma pack or once" },
    { "#@include <stdio.h>\n", "include", "pragma, define, a guard or a line marker behind #" },
    { "#@if 1\n#endif\n", "if", "pragma, define, a guard or a line marker behind #" },
    { "#ifdef @_WIN32\n#endif\n", "_WIN32", "__cplusplus: preprocess the header first" },
    { "#ifndef @X\nint f(void);\n#endif\n", "X", "an include guard: preprocess the header first" },
    { "#ifndef X\n#define X\nint f(void);\n@", "end of text", "#endif" },
    { "#@endif\n", "endif", "a condition before it" },
    { "#define f@(x) x\n", "(", "a number: no macro with parameters" },
    { "#define X @\"text\"\n", "\"text\"", "a constant integer" },
    { "#define X 1 @2\n", "2", "the end of the line" },
    { "extern \"C\" { int f(void);@", "end of text", "} of extern \"C\"" },
    { "int f(int (*@g)(int a, ...));", "g", "raw: a callback has no variable arguments" },
    { "int f(void) {@safe(0)};", "safe", "safe behind the declaration of a callback alone" },
    { "int f(void) {symbol(@f)};", "f", "the symbol's name in quotes" },
    { "int f(void) {symbol(\"f\"), @ordinal(1)};", "ordinal", "one of symbol, ordinal and asm" },
    { "int f(void) {ordinal(@65536)};", "65536", "a number from 1 to 65535" },
    { "int f(void) {leaf(@0)};", "0", "a number of microseconds from 1 to 4294967295" },
    { "int f(void) {error(result, @clear)};", "clear", "clear of errno, last_error or wsa alone" },
    { "int f(int *a {@texts});", "texts",
      "texts on an array of pointers to char, wchar_t or char16_t" },
    { "int f(const wchar_t *a {text(@utf8)});", "utf8",
      "no encoding: that of wide text is its type's" },
    { "int f(const char *a {text(@latin1)});", "latin1", "utf8, system or multi" },
    { "int f(void)@[3];", "[", "; behind the declaration" },
    { "typedef int f(int)@(int);", "(", "a function that returns a value" },
    { "typedef void v@[3];", "[", "a type with values: there are no arrays of void" },
    { "_Static_assert(sizeof(@x) == 1);", "x", "a type that is known" },
    { "struct s { int a; }; _Static_assert(offsetof(struct s, @b) == 0);", "b",
      "a member of the type" },
};

static void check_wrong(const wrong *w)
{
    char text[512];
    const char *mark = strchr(w->text, '@');
    assert_non_null(mark);
    size_t position = (size_t)(mark - w->text);
    snprintf(text, sizeof(text), "%.*s%s", (int)position, w->text, mark + 1);
    hfi_fragment fragment;
    hfi_prototype_error error;
    int64_t live = hfi_alloc_live();
    hf_status status = hfi_fragment_parse(text, NULL, &fragment, &error);
    bool same = status == HF_E_PROTOTYPE && error.position == position &&
                strcmp(error.found, w->found) == 0 && strcmp(error.expected, w->expected) == 0;
    if (!same) {
        fail_msg("%s\n%s at %u found \"%s\" expected %s", w->text, hf_status_name(status),
                 (unsigned)error.position, error.found, error.expected);
    }
    assert_null(fragment.scope);
    assert_int_equal(hfi_alloc_live(), live);
}

static void declaration_that_makes_no_sense_is_refused_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        check_wrong(&wrongs[i]);
    }
}

static void fragment_gives_everything_back_when_memory_runs_out(void **state)
{
    (void)state;
    hf_status status = HF_E_NOMEM;
    int64_t live = hfi_alloc_live();
    uint64_t nth = 0;
    while (status != HF_OK) {
        hfi_fragment fragment;
        hfi_prototype_error error;
        hfi_fault_arm(++nth, 1);
        status = hfi_fragment_parse(header, NULL, &fragment, &error);
        hfi_fault_disarm();
        assert_true(status == HF_OK || status == HF_E_NOMEM);
        hfi_fragment_finish(&fragment);
        assert_int_equal(hfi_alloc_live(), live);
    }
    assert_true(nth > 20);
}

/* Looking for the end of a comment again at each of its beginnings would take hours. */
static void fragment_refuses_what_has_no_end_in_one_pass(void **state)
{
    (void)state;
    static const char *const beginnings[] = { "struct s {", "#ifdef __cplusplus\n", "#define X 1 ",
                                              "int f(int (", "" };
    const size_t limit = 1024 * 1024;
    char *text = malloc(limit + 1);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        hfi_fragment f;
        hfi_prototype_error error;
        size_t used = strlen(beginnings[i]);
        memcpy(text, beginnings[i], used);
        for (; used + 2 <= limit; used += 2) {
            memcpy(text + used, "/*", 2);
        }
        text[used] = '\0';
        assert_int_equal(hfi_fragment_parse(text, NULL, &f, &error), HF_E_PROTOTYPE);
    }
    free(text);
}

static void fragment_takes_a_mebibyte_and_many_functions(void **state)
{
    (void)state;
    const size_t limit = 1024 * 1024;
    char *text = malloc(limit + 2);
    assert_non_null(text);
    size_t used = 0;
    unsigned count = 0;
    while (used + 64 < limit) {
        used += (size_t)snprintf(text + used, 64, "int function%u(int);\n", count++);
    }
    memset(text + used, ' ', limit - used);
    text[limit] = '\0';
    hfi_fragment f = load(text);
    assert_int_equal(f.count, count);
    hfi_fragment_finish(&f);
    text[limit] = ' ';
    text[limit + 1] = '\0';
    hfi_prototype_error error;
    assert_int_equal(hfi_fragment_parse(text, NULL, &f, &error), HF_E_PROTOTYPE);
    assert_string_equal(error.expected, "a header of at most 1048576 bytes");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prototype_passes_structs_by_value_and_by_pointer),
        cmocka_unit_test(prototype_knows_the_signature_of_a_function_pointer),
        cmocka_unit_test(prototype_reads_declarators_inside_out),
        cmocka_unit_test(prototype_knows_conventions_dots_and_symbols),
        cmocka_unit_test(prototype_knows_when_an_error_means_something),
        cmocka_unit_test(prototype_points_into_structs_that_the_callee_fills),
        cmocka_unit_test(signature_is_lenient_where_a_callback_is_given_addresses),
        cmocka_unit_test(fragment_loads_a_header_at_once),
        cmocka_unit_test(layout_must_be_what_the_binder_says),
        cmocka_unit_test(layout_assertions_name_the_type_and_both_numbers),
        cmocka_unit_test(windows_names_lead_to_signatures_and_structs),
        cmocka_unit_test(fragment_takes_a_typedef_again_when_its_struct_is_defined),
        cmocka_unit_test(declaration_that_makes_no_sense_is_refused_at_its_place),
        cmocka_unit_test(fragment_gives_everything_back_when_memory_runs_out),
        cmocka_unit_test(fragment_refuses_what_has_no_end_in_one_pass),
        cmocka_unit_test(fragment_takes_a_mebibyte_and_many_functions),
    };
    return cmocka_run_group_tests_name("declarations", tests, NULL, NULL);
}
