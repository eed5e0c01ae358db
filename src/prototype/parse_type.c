/* SPDX-License-Identifier: MIT */

/*
 * Types: C's words in any order, names, tags, qualifiers, stars.
 *
 * C lets the words of `unsigned long long int` stand in any order with
 * qualifiers between them.  They are collected as bits; after each one the set
 * must still be a type, which holds for every beginning of a legal set and puts
 * an error on the very word that spoils it.
 *
 * A name that nobody knows is accepted here as an opaque base: only its user
 * can tell whether a star follows.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "prototype/ctype.h"

#include <string.h>

enum {
    W_VOID = 1 << 0,
    W_CHAR = 1 << 1,
    W_SHORT = 1 << 2,
    W_INT = 1 << 3,
    W_LONG = 1 << 4,
    W_LONG_LONG = 1 << 5,
    W_SIGNED = 1 << 6,
    W_UNSIGNED = 1 << 7,
    W_FLOAT = 1 << 8,
    W_DOUBLE = 1 << 9,
    W_BOOL = 1 << 10
};

typedef struct type_word {
    const char *word;
    unsigned bit;
} type_word;

static const type_word type_words[] = {
    { "void", W_VOID },         { "char", W_CHAR },   { "short", W_SHORT },
    { "int", W_INT },           { "long", W_LONG },   { "signed", W_SIGNED },
    { "unsigned", W_UNSIGNED }, { "float", W_FLOAT }, { "double", W_DOUBLE },
    { "_Bool", W_BOOL },        { "bool", W_BOOL },   { "__int64", W_LONG | W_LONG_LONG },
    { "__signed__", W_SIGNED },
};

typedef struct word_set {
    unsigned bits;
    hfi_ctype type;
} word_set;

#define SIGNED_CHAR ((char)-1 < (char)1)
#define LONG_IS_64  (sizeof(long) == 8)

static const word_set word_sets[] = {
    { W_VOID, HFI_C_VOID },
    { W_CHAR, SIGNED_CHAR ? HFI_C_I8 : HFI_C_U8 },
    { W_SIGNED | W_CHAR, HFI_C_I8 },
    { W_UNSIGNED | W_CHAR, HFI_C_U8 },
    { W_SHORT, HFI_C_I16 },
    { W_UNSIGNED | W_SHORT, HFI_C_U16 },
    { W_INT, HFI_C_I32 },
    { W_UNSIGNED, HFI_C_U32 },
    { W_LONG, LONG_IS_64 ? HFI_C_I64 : HFI_C_I32 },
    { W_UNSIGNED | W_LONG, LONG_IS_64 ? HFI_C_U64 : HFI_C_U32 },
    { W_LONG | W_LONG_LONG, HFI_C_I64 },
    { W_UNSIGNED | W_LONG | W_LONG_LONG, HFI_C_U64 },
    { W_FLOAT, HFI_C_F32 },
    { W_DOUBLE, HFI_C_F64 },
    { W_BOOL, HFI_C_U8 },
};

/* Drops the words that C allows to be left out. */
static unsigned without_noise(unsigned bits)
{
    if (bits == W_SIGNED) {
        return W_INT;
    }
    if ((bits & W_SIGNED) != 0 && (bits & W_UNSIGNED) == 0 &&
        (bits & (W_SHORT | W_INT | W_LONG)) != 0) {
        bits &= ~(unsigned)W_SIGNED;
    }
    if ((bits & W_INT) != 0 && (bits & (W_SHORT | W_LONG | W_UNSIGNED)) != 0) {
        bits &= ~(unsigned)W_INT;
    }
    return bits;
}

static const word_set *find_word_set(unsigned bits)
{
    bits = without_noise(bits);
    for (size_t i = 0; i < sizeof(word_sets) / sizeof(word_sets[0]); i++) {
        if (word_sets[i].bits == bits) {
            return &word_sets[i];
        }
    }
    return NULL;
}

/* The bits of a type word, 0 when the token is none. */
static unsigned word_bits(const hfi_token *token)
{
    for (size_t i = 0; i < sizeof(type_words) / sizeof(type_words[0]); i++) {
        if (hfi_token_is(token, type_words[i].word)) {
            return type_words[i].bit;
        }
    }
    return 0;
}

static bool add_word(hfi_parser *parser, unsigned *bits, unsigned word)
{
    if (word == W_LONG && (*bits & W_LONG) != 0) {
        word = W_LONG_LONG;
    }
    if ((*bits & word) != 0 || !find_word_set(*bits | word)) {
        return hfi_parser_fail(parser, &parser->token,
                               (*bits | word) == (W_LONG | W_DOUBLE)
                                   ? "float or double: long double is not supported"
                                   : "words that make one C type");
    }
    *bits |= word;
    hfi_parser_advance(parser);
    return true;
}

/* Takes qualifiers; returns whether const was among them. */
static bool take_qualifiers(hfi_parser *parser)
{
    static const char *const other[] = { "volatile", "restrict", "__restrict", "__restrict__" };
    bool is_const = false;
    for (;;) {
        bool taken = false;
        if (hfi_parser_accept_word(parser, "const")) {
            taken = is_const = true;
        }
        for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
            taken |= hfi_parser_accept_word(parser, other[i]);
        }
        if (!taken) {
            return is_const;
        }
    }
}

/* True when `name` is `first` or, if `second` is not NULL, "first second" with one blank. */
static bool is_known_name(const char *name, const hfi_token *first, const hfi_token *second)
{
    if (strncmp(name, first->start, first->length) != 0) {
        return false;
    }
    name += first->length;
    if (!second) {
        return *name == '\0';
    }
    return *name == ' ' && strlen(name + 1) == second->length &&
           memcmp(name + 1, second->start, second->length) == 0;
}

/* An opaque base, with size and alignment where the binder knows them. */
static void set_opaque(const hfi_parser *parser, const hfi_token *first, const hfi_token *second,
                       hfi_type_draft *type)
{
    type->base = HFI_C_OPAQUE;
    size_t count = parser->known ? parser->known->count : 0;
    for (size_t i = 0; i < count; i++) {
        const hfi_ctype_info *info = &parser->known->info[i];
        if (is_known_name(info->name, first, second)) {
            type->size = info->size;
            type->alignment = info->alignment;
            return;
        }
    }
}

static void set_scalar(hfi_type_draft *type, hfi_ctype base)
{
    type->base = base;
    type->size = hfi_ctype_size(base);
    type->alignment = type->size;
}

static bool parse_tag(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_token first = parser->token;
    hfi_parser_advance(parser);
    hfi_token tag = parser->token;
    if (!hfi_parser_expect(parser, HFI_T_NAME, "a tag")) {
        return false;
    }
    if (hfi_token_is(&first, "enum")) {
        set_scalar(type, HFI_C_I32);
    } else {
        set_opaque(parser, &first, &tag, type);
    }
    return true;
}

static void parse_name(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_type_name found;
    if (hfi_type_name_find(&parser->token, &found)) {
        set_scalar(type, found.base);
        type->depth = found.depth;
        type->const_mask = found.is_const ? 1 : 0;
        type->is_char = found.is_char;
        type->is_wide = found.is_wide;
    } else {
        set_opaque(parser, &parser->token, NULL, type);
    }
    hfi_parser_advance(parser);
}

static bool is_tag_word(const hfi_token *token)
{
    return hfi_token_is(token, "struct") || hfi_token_is(token, "union") ||
           hfi_token_is(token, "enum");
}

/* The first name, tag or type word, which decides what may follow. */
static bool parse_base(hfi_parser *parser, hfi_type_draft *type, bool *is_const)
{
    unsigned bits = 0;
    *is_const = take_qualifiers(parser);
    type->first = parser->token;
    if (parser->token.kind != HFI_T_NAME) {
        return hfi_parser_fail(parser, &parser->token, "a type");
    }
    if (is_tag_word(&parser->token)) {
        return parse_tag(parser, type);
    }
    if (word_bits(&parser->token) == 0) {
        parse_name(parser, type);
        return true;
    }
    for (unsigned word; (word = word_bits(&parser->token)) != 0;) {
        if (!add_word(parser, &bits, word)) {
            return false;
        }
        *is_const |= take_qualifiers(parser);
    }
    set_scalar(type, find_word_set(bits)->type);
    type->is_char = bits == W_CHAR;
    return true;
}

bool hfi_parse_type(hfi_parser *parser, hfi_type_draft *type_out)
{
    bool is_const;
    memset(type_out, 0, sizeof(*type_out));
    if (!parse_base(parser, type_out, &is_const)) {
        return false;
    }
    is_const |= take_qualifiers(parser);
    /* A const beside LPSTR is of the pointer, as in C, not of what it points to. */
    type_out->const_mask |= (uint32_t)is_const << type_out->depth;
    while (parser->token.kind == HFI_T_STAR) {
        if (type_out->depth == HFI_NESTING_MAX) {
            return hfi_parser_fail(parser, &parser->token, "at most 16 stars");
        }
        hfi_parser_advance(parser);
        type_out->depth++;
        type_out->const_mask |= (uint32_t)take_qualifiers(parser) << type_out->depth;
    }
    return true;
}

hfi_ctype hfi_type_target(const hfi_type_draft *type)
{
    return type->depth > 1 ? HFI_C_POINTER : type->base;
}

size_t hfi_type_target_size(const hfi_type_draft *type)
{
    return type->depth > 1 ? sizeof(void *) : type->size;
}
