/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as a prototype, a callback and a header.
 *
 * Whatever comes in: no crash, nothing left allocated, and what is refused has a
 * place inside the text, the thing found there and the thing expected.  What is
 * understood has a second life: its layouts must be sound, and its functions are
 * read again within the scope of the header.
 */

#include "fuzz.h"

#include "base/alloc.h"
#include "prototype/prototype.h"

#include <stdlib.h>
#include <string.h>

const char *const fuzz_corpus[] = {
    "ssize_t readlink(const char *path, char *buffer {out, text}, size_t size {capacity(buffer)})"
    " {fail(result < 0), error(errno), grow_ok(result == size), length(buffer, result)};",
    "LSTATUS RegEnumValueW(HKEY key, DWORD index, LPWSTR name {out, text},"
    " LPDWORD name_size {inout, capacity(name), length(name)}, LPDWORD reserved {raw},"
    " LPDWORD type {out}, LPBYTE data {out}, LPDWORD data_size {inout, capacity(data, bytes),"
    " needed(data, bytes + 2), length(data, bytes)}) {fail(result != 0), error(result),"
    " grow(name: error == 234), grow(data: error == 234 && data_size >= 0)};",
    "NTSTATUS NTAPI Query(int what, PVOID info {out, points_into(info)}, ULONG size"
    " {capacity(info)}, PULONG need {out, needed(info), length(info, - 1)}) {error(ntstatus),"
    " grow(error == 0xC0000004)};",
    "typedef struct point { int x, y; } point; typedef union { point a; double _Complex b;"
    " char c[sizeof(point) * 2]; } *both; enum e { A = 1 << 3, B, C = -A } ;"
    " point move(point by, both to {raw}, enum e how, long double far) {fail(how == C)};",
    "struct node { struct node *next; int (*order)(const void *, struct node *); unsigned a : 3,"
    " : 0, b : 7; struct { short c; union { float d; void *e; }; }; char name[]; };"
    " struct node *find(const struct node *from, int (*)(struct node *), ...)"
    " __asm__(\"find2\") __attribute__((ms_abi)) {fail(result == 0), leaf(3)};",
    "#ifndef H\n#define H\n#define N (1 + 'A')\n# 3 \"x.h\"\nextern \"C\" {\n#pragma pack(push, "
    "2)\n"
    "typedef struct __attribute__((packed, aligned(4))) { char a; _Alignas(8) int b[N][2]; } s;\n"
    "#pragma pack(pop)\n_Static_assert(sizeof(s) > _Alignof(s) && offsetof(s, a) == 0, \"m\");\n"
    "typedef int order(const void *, const void *), *table[3];\nextern int x[];\n"
    "void sort(s *base {inout}, size_t n {capacity(base)}, order *by) {error(errno, clear,"
    " when n > N)};\n}\n#endif\n",
    "void (*signal(int n, void (*handler)(int)))(int) {fail(result == -1), error(errno)};",
    "int execv(const char *path {text(system)}, char *const argv[] {texts}, WNDPROC w, LPPOINT p"
    " {out}, int (*rows)[4] {raw}) {ordinal(3), nocallback, noretain};",
    "LRESULT CALLBACK window(HWND window, UINT message, WPARAM w, LPARAM l) {leaf};",
    NULL,
};

const char *const fuzz_pieces[] = {
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ":",
    "*",
    "/*",
    "*/",
    "//",
    "...",
    "==",
    "-",
    "!",
    "&&",
    "0x",
    "0",
    "4294967296",
    "9223372036854775807",
    "\xff",
    "\n",
    "$",
    " const ",
    " in ",
    " out ",
    " inout ",
    " raw ",
    " text ",
    " given ",
    " b ",
    " capacity(b) ",
    " n ",
    " result ",
    " error ",
    " size(4) ",
    " size(n * 4) ",
    "/ 2",
    " needed(b) ",
    " u32(b, 4) ",
    " u8(",
    " set(u32, 0, 8) ",
    " set(u64, 8, n) ",
    " text(multi) ",
    " error(n) ",
    " query(b, result) ",
    " query(b, n, bytes) ",
    " void ",
    " long ",
    " struct ",
    " fail(0) ",
    " grow(1) ",
    "{out}",
    "{in}",
    "((((((((((",
    "!!!!!!!!!!",
    "**********",
    "typedef ",
    "union ",
    "enum ",
    "double ",
    " _Complex ",
    "sizeof(",
    "_Alignof(int)",
    "offsetof(",
    "_Static_assert(",
    "__attribute__((",
    "packed",
    "aligned(8)",
    "))",
    "_Alignas(16) ",
    " : 3",
    "\n#pragma pack(1)\n",
    "\n#define Q 3\n",
    "\n#endif\n",
    "\n#",
    "extern \"C\" {",
    "\"",
    "'",
    "?",
    "<<",
    "/",
    "%",
    "~",
    "|",
    "__stdcall ",
    "char ",
    "x",
    "point",
    "s",
    "struct node",
    "(*f)(int)",
    "[2]",
    "[]",
    "= 3",
    "safe(1)",
    "texts",
    "\\\n",
    "POINT",
    "WNDENUMPROC",
    "{",
    "struct { int a; } ",
    "{{{{{{{{{{{{{{{{",
    "[1][1][1][1]",
    NULL,
};

typedef struct input {
    const uint8_t *data;
    size_t size;
    const char *text;
} input;

static void check(bool claim, const char *what, const input *in)
{
    if (!claim) {
        fuzz_fail(what, in->data, in->size);
    }
}

static void check_refusal(const input *in, hf_status status, const hfi_prototype_error *error)
{
    check(status == HF_E_PROTOTYPE || status == HF_E_LAYOUT, "a status of no use", in);
    check(error->position <= strlen(in->text), "a place outside the text", in);
    check(error->found[0] != '\0' && error->expected[0] != '\0', "no reason", in);
}

static void check_layout(const input *in, const hfi_layout *layout)
{
    if (!layout || !layout->is_complete) {
        return;
    }
    check(layout->alignment != 0 && layout->size % layout->alignment == 0, "an odd size", in);
    for (unsigned i = 0; i < layout->member_count; i++) {
        const hfi_member *member = &layout->member[i];
        check(member->offset <= layout->size, "a member outside its struct", in);
        check(member->size * member->count <= layout->size - member->offset,
              "a member that ends outside its struct", in);
        check(member->type != HFI_C_AGGREGATE || member->layout, "an aggregate of nothing", in);
    }
}

static void check_prototype(const input *in, const hfi_prototype *prototype)
{
    check(prototype->name[0] != '\0' && prototype->text, "a function without a name", in);
    check_layout(in, prototype->result_layout);
    check(prototype->result != HFI_C_AGGREGATE || prototype->result_layout, "no layout", in);
    for (unsigned i = 0; i < prototype->param_count; i++) {
        const hfi_param *param = &prototype->param[i];
        check_layout(in, param->layout);
        check(param->kind != HFI_P_AGGREGATE || param->type != HFI_C_AGGREGATE ||
                  (param->layout && !param->layout->no_value),
              "a value that cannot pass", in);
        check(param->kind != HFI_P_CALLBACK || param->function, "a callback of nothing", in);
        check(param->kind != HFI_P_OUT_VALUE || param->target_size != 0, "no size", in);
    }
}

static void try_one(const input *in, bool callback)
{
    hfi_prototype prototype;
    hfi_prototype_error error;
    hf_status status = callback ? hfi_signature_parse(in->text, NULL, &prototype, &error)
                                : hfi_prototype_parse(in->text, NULL, &prototype, &error);
    if (status == HF_OK) {
        check(strcmp(prototype.text, in->text) == 0, "another text", in);
        check_prototype(in, &prototype);
    } else {
        check_refusal(in, status, &error);
    }
    hfi_prototype_finish(&prototype);
}

/* A function of a header, alone in the header's scope, is read like any other text. */
static void try_again(const input *in, const hfi_fragment *fragment, const hfi_prototype *first)
{
    hfi_ctype_list known = { NULL, 0, fragment->scope };
    hfi_prototype again;
    hfi_prototype_error error;
    hf_status status = hfi_prototype_parse(first->text, &known, &again, &error);
    check(status == HF_OK || error.position <= strlen(first->text), "a place outside", in);
    check(hfi_prototype_same_signature(first, first), "not the same as itself", in);
    hfi_prototype_finish(&again);
}

static void try_header(const input *in)
{
    hfi_fragment fragment;
    hfi_prototype_error error;
    hf_status status = hfi_fragment_parse(in->text, NULL, &fragment, &error);
    if (status == HF_OK) {
        fuzz_understood++;
        for (size_t i = 0; i < fragment.count; i++) {
            check_prototype(in, &fragment.prototype[i]);
            try_again(in, &fragment, &fragment.prototype[i]);
        }
    } else {
        check_refusal(in, status, &error);
    }
    hfi_fragment_finish(&fragment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1); /* exactly so long: reading on is seen by a sanitizer */
    if (!text) {
        return 0;
    }
    if (size != 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    input in = { data, size, text };
    int64_t live = hfi_alloc_live();
    try_one(&in, false);
    try_one(&in, true);
    try_header(&in);
    check(hfi_alloc_live() == live, "memory is left", &in);
    free(text);
    return 0;
}
