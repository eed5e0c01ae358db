/* SPDX-License-Identifier: MIT */

/*
 * The base of a type: C's words in any order, a name, or a tag, with qualifiers.
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

#include "base/size.h"
#include "prototype/ctype.h"

#include <stdio.h>
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
    W_BOOL = 1 << 10,
    W_COMPLEX = 1 << 11
};

typedef struct type_word {
    const char *word;
    unsigned bit;
} type_word;

static const type_word type_words[] = {
    { "void", W_VOID },         { "char", W_CHAR },
    { "short", W_SHORT },       { "int", W_INT },
    { "long", W_LONG },         { "signed", W_SIGNED },
    { "unsigned", W_UNSIGNED }, { "float", W_FLOAT },
    { "double", W_DOUBLE },     { "_Bool", W_BOOL },
    { "bool", W_BOOL },         { "__int64", W_LONG | W_LONG_LONG },
    { "__signed__", W_SIGNED }, { "__signed", W_SIGNED },
    { "_Complex", W_COMPLEX },  { "__complex__", W_COMPLEX },
    { "__int8", W_CHAR },       { "__int16", W_SHORT },
    { "__int32", W_INT },       { "_Float32", W_FLOAT },
    { "_Float64", W_DOUBLE },   { "_Float32x", W_DOUBLE },
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
    { W_LONG | W_DOUBLE, HFI_C_LONG_DOUBLE },
    { W_COMPLEX, HFI_C_COMPLEX_F64 },
    { W_COMPLEX | W_FLOAT, HFI_C_COMPLEX_F32 },
    { W_COMPLEX | W_DOUBLE, HFI_C_COMPLEX_F64 },
    { W_COMPLEX | W_LONG | W_DOUBLE, HFI_C_COMPLEX_LONG_DOUBLE },
    { W_COMPLEX | W_LONG, HFI_C_VOID }, /* a beginning alone */
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
    if (token->kind != HFI_T_NAME) {
        return 0;
    }
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
        return hfi_parser_fail(parser, &parser->token, "words that make one C type");
    }
    *bits |= word;
    hfi_parser_advance(parser);
    return true;
}

bool hfi_parse_qualifiers(hfi_parser *parser)
{
    static const char *const other[] = { "volatile",     "restrict",   "__restrict",
                                         "__restrict__", "__volatile", "__volatile__" };
    bool is_const = false;
    for (;;) {
        bool taken = false;
        if (hfi_parser_accept_word(parser, "const") || hfi_parser_accept_word(parser, "__const") ||
            hfi_parser_accept_word(parser, "__const__") ||
            hfi_parser_accept_word(parser, "CONST")) {
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

/* Qualifiers, attributes and alignments in any order. */
static bool parse_beside(hfi_parser *parser, hfi_attributes *attributes, bool *is_const)
{
    for (bool more = true; more;) {
        uint32_t before = parser->token.position;
        bool is_alignas;
        *is_const |= hfi_parse_qualifiers(parser);
        if (!hfi_parse_attributes(parser, attributes) ||
            !hfi_parse_alignas(parser, attributes, &is_alignas)) {
            return false;
        }
        more = parser->token.position != before;
    }
    return true;
}

static void set_scalar(hfi_type_draft *type, hfi_ctype base)
{
    type->base = base;
    type->size = hfi_ctype_size(base);
    type->alignment = hfi_ctype_alignment(base);
}

/* What the binder says of a type; NULL. */
static const hfi_ctype_info *find_info(const hfi_parser *parser, const char *name, size_t length)
{
    size_t count = parser->known ? parser->known->count : 0;
    for (size_t i = 0; i < count; i++) {
        const char *own = parser->known->info[i].name;
        if (strlen(own) == length && memcmp(own, name, length) == 0) {
            return &parser->known->info[i];
        }
    }
    return NULL;
}

bool hfi_check_known(hfi_parser *parser, const hfi_token *at, const char *name, size_t size)
{
    const hfi_ctype_info *info = find_info(parser, name, strlen(name));
    char found[96];
    char expected[96];
    if (!info || info->size == size || parser->is_built_in) {
        return true;
    }
    snprintf(found, sizeof(found), "%.32s of %llu bytes", name, (unsigned long long)size);
    snprintf(expected, sizeof(expected), "%llu bytes, which the binder says that it has",
             (unsigned long long)info->size);
    return hfi_parser_fail_layout(parser, at, found, expected);
}

/* An opaque base, with size and alignment where the binder knows them. */
static void set_opaque(const hfi_parser *parser, const char *word, const hfi_token *name,
                       hfi_type_draft *type)
{
    char text[128];
    int length = snprintf(text, sizeof(text), "%s%.*s", word, (int)name->length, name->start);
    type->base = HFI_C_OPAQUE;
    const hfi_ctype_info *info = length > 0 && (size_t)length < sizeof(text)
                                     ? find_info(parser, text, (size_t)length)
                                     : NULL;
    if (info) {
        type->size = info->size;
        type->alignment = info->alignment;
    }
}

/* A struct may have been defined since the name was declared. */
static void refresh(hfi_type_draft *type)
{
    if (type->layout && type->base == HFI_C_OPAQUE && type->layout->is_complete) {
        type->base = HFI_C_AGGREGATE;
        type->size = type->layout->size;
        type->alignment = type->layout->alignment;
    }
}

/* Reads what Holdfast declares under this name into the text's scope. */
static bool declare_built_in(hfi_parser *parser, const char *text)
{
    hfi_lexer lexer = parser->lexer;
    hfi_token token = parser->token;
    uint32_t taken = parser->taken;
    hfi_directives directives = parser->directives;
    bool was_built_in = parser->is_built_in;
    parser->lexer = (hfi_lexer){ .text = text };
    parser->is_built_in = true;
    memset(&parser->directives, 0, sizeof(parser->directives));
    hfi_parser_advance(parser);
    bool good = hfi_parser_enter(parser);
    while (good && parser->token.kind != HFI_T_END) {
        good = hfi_parse_typedef(parser);
    }
    parser->level -= good;
    parser->is_built_in = was_built_in;
    parser->directives = directives;
    parser->lexer = lexer;
    parser->token = token;
    parser->taken = taken;
    return good;
}

static bool set_declared(hfi_type_draft *type, const hfi_scope_entry *entry)
{
    hfi_token first = type->first;
    *type = *entry->type;
    type->first = first;
    refresh(type);
    return true;
}

static bool parse_name(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_token name = parser->token;
    hfi_type_name found;
    if (hfi_is_c_word(&name)) {
        return hfi_parser_fail(parser, &name, "a type");
    }
    const hfi_scope_entry *entry = hfi_parser_find(parser, false, &name);
    const char *text = entry ? NULL : hfi_type_text_find(&name);
    if (text) {
        if (!declare_built_in(parser, text)) {
            return false;
        }
        entry = hfi_parser_find(parser, false, &name);
    }
    hfi_parser_advance(parser);
    if (entry && entry->kind == HFI_NAME_TYPE) {
        set_declared(type, entry);
        if (type->base == HFI_C_OPAQUE && !type->function && type->depth == 0) {
            hfi_type_draft given = { .first = name };
            set_opaque(parser, "", &name, &given);
            type->size = given.size;
            type->alignment = given.alignment;
        }
    } else if (hfi_type_name_find(&name, &found)) {
        set_scalar(type, found.base);
        type->depth = found.depth;
        type->const_mask = found.is_const ? 1 : 0;
        type->is_char = found.is_char;
        type->is_wide = found.is_wide;
    } else {
        set_opaque(parser, "", &name, type);
    }
    return true;
}

static bool is_tag_word(const hfi_token *token)
{
    return hfi_token_is(token, "struct") || hfi_token_is(token, "union") ||
           hfi_token_is(token, "enum");
}

/* `complex` is a word only beside what it can be one with; elsewhere it is anybody's name. */
static unsigned next_word_bits(const hfi_parser *parser, unsigned bits)
{
    if (hfi_token_is(&parser->token, "complex") && (bits & (W_FLOAT | W_DOUBLE)) != 0) {
        return W_COMPLEX;
    }
    return word_bits(&parser->token);
}

static bool parse_words(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes,
                        bool *is_const)
{
    unsigned bits = 0;
    for (unsigned word; (word = next_word_bits(parser, bits)) != 0;) {
        if (!add_word(parser, &bits, word) || !parse_beside(parser, attributes, is_const)) {
            return false;
        }
    }
    if (bits == (W_COMPLEX | W_LONG)) {
        return hfi_parser_fail(parser, &parser->token, "double of a long complex");
    }
    set_scalar(type, find_word_set(bits)->type);
    type->is_char = bits == W_CHAR;
    type->is_bool = bits == W_BOOL;
    return true;
}

static bool is_refused_word(const hfi_token *token)
{
    static const char *const word[] = { "__int128",   "__int128_t", "__uint128_t", "__float128",
                                        "_Float128",  "_Decimal32", "_Decimal64",  "_Decimal128",
                                        "_Imaginary", "_Atomic",    "_Float16",    "_BitInt",
                                        "typeof",     "__typeof__" };
    for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
        if (hfi_token_is(token, word[i])) {
            return true;
        }
    }
    return false;
}

/* The first name, tag or type word, which decides what may follow. */
static bool parse_specifier(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes,
                            bool *is_const)
{
    if (parser->token.kind != HFI_T_NAME) {
        return hfi_parser_fail(parser, &parser->token, "a type");
    }
    if (is_refused_word(&parser->token)) {
        return hfi_parser_fail(parser, &parser->token, "a type that calls can carry");
    }
    if (is_tag_word(&parser->token)) {
        return hfi_parse_tag(parser, type);
    }
    if (word_bits(&parser->token) == 0) {
        return parse_name(parser, type);
    }
    return parse_words(parser, type, attributes, is_const);
}

bool hfi_parse_base(hfi_parser *parser, hfi_type_draft *type_out, hfi_attributes *attributes)
{
    bool is_const = false;
    memset(type_out, 0, sizeof(*type_out));
    type_out->first = parser->token;
    if (!parse_beside(parser, attributes, &is_const)) {
        return false;
    }
    hfi_token first = parser->token;
    if (!parse_specifier(parser, type_out, attributes, &is_const) ||
        !parse_beside(parser, attributes, &is_const)) {
        return false;
    }
    type_out->first = first;
    /* A const beside LPSTR is of the pointer, as in C, not of what it points to. */
    type_out->const_mask |= (uint32_t)is_const << type_out->depth;
    return true;
}

void hfi_set_tag_type(const hfi_parser *parser, const char *word, const hfi_token *tag,
                      hfi_layout *layout, hfi_type_draft *type)
{
    set_opaque(parser, word, tag, type);
    type->layout = layout;
    refresh(type);
}

bool hfi_is_type_start(const hfi_parser *parser, const hfi_token *token)
{
    static const char *const qualifier[] = { "const", "volatile", "__extension__", "__const",
                                             "CONST" };
    hfi_type_name found;
    for (size_t i = 0; i < sizeof(qualifier) / sizeof(qualifier[0]); i++) {
        if (hfi_token_is(token, qualifier[i])) {
            return true;
        }
    }
    const hfi_scope_entry *entry = hfi_parser_find(parser, false, token);
    if (token->kind != HFI_T_NAME) {
        return false;
    }
    return entry ? entry->kind == HFI_NAME_TYPE
                 : word_bits(token) != 0 || is_tag_word(token) ||
                       hfi_type_name_find(token, &found) || hfi_type_text_find(token);
}

hfi_ctype hfi_type_target(const hfi_type_draft *type)
{
    return type->depth > 1 ? HFI_C_POINTER : type->base;
}

size_t hfi_type_target_size(const hfi_type_draft *type)
{
    return type->depth > 1 ? sizeof(void *) : type->size;
}

bool hfi_type_measure(const hfi_type_draft *type, size_t *size_out, size_t *alignment_out)
{
    bool is_pointer = type->depth > 0;
    bool is_known = is_pointer || (!type->function && type->alignment != 0);
    size_t size = is_pointer ? sizeof(void *) : type->size;
    *alignment_out = type->user_alignment != 0 ? type->user_alignment
                     : is_pointer              ? hfi_ctype_alignment(HFI_C_POINTER)
                                               : type->alignment;
    return is_known && !(type->is_array && type->is_open) &&
           hfi_size_mul(size, type->is_array ? type->count : 1, size_out) &&
           *size_out <= HFI_TYPE_SIZE_MAX;
}
