/* SPDX-License-Identifier: MIT */

/*
 * Attributes, conventions, asm labels, alignments: what stands beside a declaration.
 *
 * Three kinds of attributes: those that change how a function is called or how
 * a type is laid out, which are taken over; those that only help compilers and
 * people, which are passed over; and all others, which are refused by name, for
 * one that changes the binary interface unseen is worse than none.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include <string.h>

typedef struct convention_word {
    const char *word;
    hfi_convention convention;
} convention_word;

/* What the headers of Windows put between a result and a name. */
static const convention_word convention_words[] = {
    { "__cdecl", HFI_CONVENTION_CDECL },
    { "_cdecl", HFI_CONVENTION_CDECL },
    { "WINAPIV", HFI_CONVENTION_CDECL },
    { "__stdcall", HFI_CONVENTION_STDCALL },
    { "_stdcall", HFI_CONVENTION_STDCALL },
    { "WINAPI", HFI_CONVENTION_STDCALL },
    { "APIENTRY", HFI_CONVENTION_STDCALL },
    { "CALLBACK", HFI_CONVENTION_STDCALL },
    { "NTAPI", HFI_CONVENTION_STDCALL },
    { "PASCAL", HFI_CONVENTION_STDCALL },
    { "WSAAPI", HFI_CONVENTION_STDCALL },
    { "RPC_ENTRY", HFI_CONVENTION_STDCALL },
    { "STDAPICALLTYPE", HFI_CONVENTION_STDCALL },
    { "STDMETHODCALLTYPE", HFI_CONVENTION_STDCALL },
    { "NET_API_FUNCTION", HFI_CONVENTION_STDCALL },
    { "__fastcall", HFI_CONVENTION_FASTCALL },
    { "_fastcall", HFI_CONVENTION_FASTCALL },
    { "__thiscall", HFI_CONVENTION_THISCALL },
};

/* The same as attributes, without the underscores that may stand around them. */
static const convention_word convention_attributes[] = {
    { "cdecl", HFI_CONVENTION_CDECL },       { "stdcall", HFI_CONVENTION_STDCALL },
    { "fastcall", HFI_CONVENTION_FASTCALL }, { "thiscall", HFI_CONVENTION_THISCALL },
    { "ms_abi", HFI_CONVENTION_MS_ABI },     { "sysv_abi", HFI_CONVENTION_SYSV_ABI },
};

static const char *const refused_words[] = { "__vectorcall", "_vectorcall", "__regcall",
                                             "__clrcall",    "__pascal",    "__unaligned",
                                             "__ptr32",      "__ptr64" };

static const char *const empty_words[] = { "__extension__", "_Nonnull", "_Nullable",
                                           "_Null_unspecified", "__forceinline" };

static const char *const harmless_attributes[] = {
    "access",
    "alias",
    "alloc_align",
    "alloc_size",
    "always_inline",
    "artificial",
    "assume_aligned",
    "cold",
    "const",
    "constructor",
    "counted_by",
    "deprecated",
    "designated_init",
    "destructor",
    "dllexport",
    "dllimport",
    "error",
    "fd_arg",
    "flatten",
    "format",
    "format_arg",
    "gnu_inline",
    "hot",
    "leaf",
    "malloc",
    "may_alias",
    "no_instrument_function",
    "no_sanitize",
    "noalias",
    "noclone",
    "noinline",
    "nonnull",
    "nonstring",
    "noreturn",
    "nothrow",
    "null_terminated_string_arg",
    "optimize",
    "pure",
    "restrict",
    "allocator",
    "returns_nonnull",
    "returns_twice",
    "section",
    "selectany",
    "sentinel",
    "tainted_args",
    "unavailable",
    "unused",
    "used",
    "visibility",
    "warn_if_not_aligned",
    "warn_unused_result",
    "warning",
    "weak",
    "zero_call_used_regs",
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool is_one_of(const hfi_token *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hfi_token_is(word, list[i])) {
            return true;
        }
    }
    return false;
}

static bool find_convention(const hfi_token *word, const convention_word *list, size_t count,
                            hfi_convention *convention_out)
{
    for (size_t i = 0; i < count; i++) {
        if (hfi_token_is(word, list[i].word)) {
            *convention_out = list[i].convention;
            return true;
        }
    }
    return false;
}

/* Takes everything up to the ')' that closes the '(' just taken. */
static bool skip_to_close(hfi_parser *parser)
{
    for (unsigned depth = 1; depth > 0;) {
        hfi_token_kind kind = parser->token.kind;
        if (kind == HFI_T_END || kind == HFI_T_BAD || kind == HFI_T_SEMICOLON) {
            return hfi_parser_fail(parser, &parser->token, ") that closes what is open");
        }
        if (kind == HFI_T_LPAREN && ++depth > HFI_NESTING_MAX) {
            return hfi_parser_fail(parser, &parser->token,
                                   "at most 16 parentheses inside each other");
        }
        if (kind == HFI_T_RPAREN) {
            depth--;
        }
        hfi_parser_advance(parser);
    }
    return true;
}

bool hfi_parser_skip_parentheses(hfi_parser *parser)
{
    return hfi_parser_expect(parser, HFI_T_LPAREN, "(") && skip_to_close(parser);
}

/* A number that can be an alignment. */
static bool check_alignment(hfi_parser *parser, const hfi_token *at, int64_t value, size_t *result)
{
    if (value < 1 || value > (int64_t)HFI_ALIGNMENT_MAX || (value & (value - 1)) != 0) {
        return hfi_parser_fail(parser, at, "an alignment: a power of two up to 2^28");
    }
    if ((size_t)value > *result) {
        *result = (size_t)value;
    }
    return true;
}

/* aligned, aligned(n): without a number it is the most that any type asks for. */
static bool parse_aligned(hfi_parser *parser, bool needs_number, hfi_attributes *attributes)
{
    struct widest {
        char before;
        char value __attribute__((aligned));
    };
    int64_t value = offsetof(struct widest, value);
    hfi_token at = parser->token;
    if (needs_number || at.kind == HFI_T_LPAREN) {
        if (!hfi_parser_expect(parser, HFI_T_LPAREN, "( of the alignment")) {
            return false;
        }
        at = parser->token;
        if (!hfi_parse_constant(parser, &value) ||
            !hfi_parser_expect(parser, HFI_T_RPAREN, ") of the alignment")) {
            return false;
        }
    }
    return check_alignment(parser, &at, value, &attributes->alignment);
}

/* A word with or without two underscores on both sides. */
static hfi_token bare_word(const hfi_token *word)
{
    hfi_token bare = *word;
    if (bare.length > 4 && memcmp(bare.start, "__", 2) == 0 &&
        memcmp(bare.start + bare.length - 2, "__", 2) == 0) {
        bare.start += 2;
        bare.length -= 4;
    }
    return bare;
}

static bool set_convention(hfi_parser *parser, const hfi_token *word, hfi_convention convention,
                           hfi_attributes *attributes)
{
    if (attributes->convention != HFI_CONVENTION_DEFAULT && attributes->convention != convention) {
        return hfi_parser_fail(parser, word, "one calling convention");
    }
    attributes->convention = convention;
    return true;
}

static bool parse_attribute(hfi_parser *parser, bool is_declspec, hfi_attributes *attributes)
{
    hfi_convention convention;
    hfi_token whole = parser->token;
    hfi_token word = bare_word(&whole);
    if (!hfi_parser_expect(parser, HFI_T_NAME, "the name of an attribute")) {
        return false;
    }
    if (hfi_token_is(&word, is_declspec ? "align" : "aligned")) {
        return parse_aligned(parser, is_declspec, attributes);
    }
    if (!is_declspec && hfi_token_is(&word, "packed")) {
        attributes->is_packed = true;
        attributes->packed_word = whole;
        return true;
    }
    if (!is_declspec && find_convention(&word, convention_attributes,
                                        COUNT_OF(convention_attributes), &convention)) {
        return set_convention(parser, &whole, convention, attributes);
    }
    if (hfi_token_is(&word, "scalar_storage_order")) {
        return hfi_parser_fail(parser, &whole,
                               "this machine's byte order: no argument is turned round");
    }
    if (!is_one_of(&word, harmless_attributes, COUNT_OF(harmless_attributes))) {
        return hfi_parser_fail(parser, &whole, "an attribute whose effect on calls is known");
    }
    return parser->token.kind != HFI_T_LPAREN || hfi_parser_skip_parentheses(parser);
}

/* Behind the '(' of a list of attributes; takes the ')'. */
static bool parse_attribute_list(hfi_parser *parser, bool is_declspec, hfi_attributes *attributes)
{
    for (;;) {
        if (hfi_parser_accept(parser, HFI_T_RPAREN)) {
            return true;
        }
        if (!hfi_parser_accept(parser, HFI_T_COMMA) &&
            !parse_attribute(parser, is_declspec, attributes)) {
            return false;
        }
    }
}

/* asm("name"), which names the symbol. */
static bool parse_label(hfi_parser *parser, hfi_attributes *attributes)
{
    if (!hfi_parser_expect(parser, HFI_T_LPAREN, "( of the symbol's name")) {
        return false;
    }
    if (attributes->label.kind != HFI_T_END) {
        return hfi_parser_fail(parser, &parser->token, "one name of the symbol");
    }
    attributes->label = parser->token;
    if (parser->token.kind == HFI_T_STRING && parser->token.length < 3) {
        return hfi_parser_fail(parser, &parser->token, "the symbol's name in quotes");
    }
    return hfi_parser_expect(parser, HFI_T_STRING, "the symbol's name in quotes") &&
           hfi_parser_expect(parser, HFI_T_RPAREN, ") of the symbol's name");
}

/* One of them; `*found` tells whether there was one. */
static bool parse_one(hfi_parser *parser, hfi_attributes *attributes, bool *found)
{
    hfi_convention convention;
    hfi_token word = parser->token;
    *found = true;
    if (hfi_parser_accept_word(parser, "__attribute__") ||
        hfi_parser_accept_word(parser, "__attribute")) {
        if (!hfi_parser_expect(parser, HFI_T_LPAREN, "(( of attributes")) {
            return false;
        }
        return hfi_parser_expect(parser, HFI_T_LPAREN, "(( of attributes") &&
               parse_attribute_list(parser, false, attributes) &&
               hfi_parser_expect(parser, HFI_T_RPAREN, ")) of attributes");
    }
    if (hfi_parser_accept_word(parser, "__declspec") ||
        hfi_parser_accept_word(parser, "_declspec")) {
        return hfi_parser_expect(parser, HFI_T_LPAREN, "( of __declspec") &&
               parse_attribute_list(parser, true, attributes);
    }
    if (hfi_parser_accept_word(parser, "asm") || hfi_parser_accept_word(parser, "__asm__") ||
        hfi_parser_accept_word(parser, "__asm")) {
        return parse_label(parser, attributes);
    }
    if (find_convention(&word, convention_words, COUNT_OF(convention_words), &convention)) {
        hfi_parser_advance(parser);
        return set_convention(parser, &word, convention, attributes);
    }
    if (is_one_of(&word, refused_words, COUNT_OF(refused_words))) {
        return hfi_parser_fail(parser, &word, "a convention or pointer that calls can have");
    }
    *found = is_one_of(&word, empty_words, COUNT_OF(empty_words));
    if (*found) {
        hfi_parser_advance(parser);
    }
    return true;
}

bool hfi_parse_attributes(hfi_parser *parser, hfi_attributes *attributes)
{
    bool found = parser->token.kind == HFI_T_NAME;
    while (found) {
        if (!parse_one(parser, attributes, &found)) {
            return false;
        }
    }
    return true;
}

bool hfi_parse_alignas(hfi_parser *parser, hfi_attributes *attributes, bool *found_out)
{
    *found_out =
        hfi_parser_accept_word(parser, "_Alignas") || hfi_parser_accept_word(parser, "alignas");
    if (!*found_out) {
        return true;
    }
    if (!hfi_parser_expect(parser, HFI_T_LPAREN, "( of the alignment")) {
        return false;
    }
    hfi_token at = parser->token;
    int64_t value = 0;
    if (hfi_is_type_start(parser, &at)) {
        hfi_type_draft type;
        size_t size;
        size_t alignment;
        if (!hfi_parse_type_name(parser, &type)) {
            return false;
        }
        if (!hfi_type_measure(&type, &size, &alignment)) {
            return hfi_parser_fail(parser, &at, "a type whose alignment is known");
        }
        value = (int64_t)alignment;
    } else if (!hfi_parse_constant(parser, &value)) {
        return false;
    }
    return check_alignment(parser, &at, value, &attributes->alignment) &&
           hfi_parser_expect(parser, HFI_T_RPAREN, ") of the alignment");
}
