/* SPDX-License-Identifier: MIT */

/*
 * Declarators: stars, parentheses, bounds and parameters around a name.
 *
 * C writes them inside out: in `int (*f)(long)` what stands behind the
 * parentheses belongs to the base before what stands inside.  So the inside is
 * passed over first, the outside read, and then the inside with the type that
 * has come of it.  Nothing is read more often than parentheses are nested.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/size.h"

#include <string.h>

static bool parse_level(hfi_parser *parser, hfi_type_draft *type, hfi_token *name_out);

bool hfi_is_c_word(const hfi_token *name)
{
    static const char *const word[] = {
        "_Complex", "_Imaginary", "_Atomic",        "auto",     "char",   "const",    "double",
        "enum",     "extern",     "float",          "inline",   "int",    "long",     "register",
        "short",    "signed",     "sizeof",         "static",   "struct", "typedef",  "union",
        "unsigned", "void",       "_Bool",          "volatile", "return", "_Alignas", "_Alignof",
        "_Generic", "_Noreturn",  "_Static_assert",
    };
    for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
        if (hfi_token_is(name, word[i])) {
            return true;
        }
    }
    return false;
}

hfi_place hfi_parser_here(const hfi_parser *parser)
{
    return (hfi_place){ parser->lexer, parser->token, parser->taken };
}

void hfi_parser_go(hfi_parser *parser, const hfi_place *to)
{
    parser->lexer = to->lexer;
    parser->token = to->token;
    parser->taken = to->taken;
}

static bool add_star(hfi_parser *parser, const hfi_token *at, hfi_type_draft *type)
{
    if (type->is_array && !type->is_open && !hfi_wrap_array(parser, type)) {
        return false;
    }
    if (type->is_array) { /* of a bound that nobody knows: memory of no stated size */
        hfi_type_draft opaque = { .base = HFI_C_OPAQUE, .first = type->first };
        *type = opaque;
    }
    if (type->depth == HFI_NESTING_MAX) {
        return hfi_parser_fail(parser, at, "at most 16 stars");
    }
    type->depth++;
    type->user_alignment = 0;
    return true;
}

bool hfi_parse_stars(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes)
{
    for (;;) {
        hfi_token star = parser->token;
        if (!hfi_parser_accept(parser, HFI_T_STAR)) {
            return true;
        }
        if (!add_star(parser, &star, type)) {
            return false;
        }
        bool is_const = hfi_parse_qualifiers(parser);
        if (!hfi_parse_attributes(parser, attributes)) {
            return false;
        }
        is_const |= hfi_parse_qualifiers(parser);
        type->const_mask |= (uint32_t)is_const << type->depth;
    }
}

/* One '[' [ n ] ']'; `*is_open` where n is left out. */
static bool parse_bound(hfi_parser *parser, size_t *count, bool *is_open)
{
    int64_t value;
    hfi_parser_advance(parser);
    hfi_parse_qualifiers(parser);
    hfi_parser_accept_word(parser, "static");
    hfi_parse_qualifiers(parser);
    hfi_token number = parser->token;
    *is_open = hfi_parser_accept(parser, HFI_T_RBRACKET);
    *count = 1;
    if (*is_open) {
        return true;
    }
    if (!hfi_parse_constant(parser, &value)) {
        return false;
    }
    if (value < (parser->body == 0) || (uint64_t)value > PTRDIFF_MAX) {
        return hfi_parser_fail(parser, &number, "a bound from 1 on that fits the address space");
    }
    *count = (size_t)value;
    return hfi_parser_expect(parser, HFI_T_RBRACKET, "]");
}

bool hfi_parse_bounds(hfi_parser *parser, hfi_type_draft *type)
{
    size_t total = 1;
    size_t size = type->depth > 0 ? sizeof(void *) : type->size;
    bool first_is_open = false;
    for (bool is_first = true; parser->token.kind == HFI_T_LBRACKET; is_first = false) {
        hfi_token bracket = parser->token;
        size_t count;
        size_t bytes;
        bool is_open;
        if (!parse_bound(parser, &count, &is_open)) {
            return false;
        }
        if (type->depth == HFI_NESTING_MAX) {
            return hfi_parser_fail(parser, &bracket, "at most 16 stars");
        }
        if (is_open && !is_first) {
            return hfi_parser_fail(parser, &bracket, "a bound: only the first may be left out");
        }
        first_is_open |= is_open;
        if (type->function && type->depth == 0) {
            return hfi_parser_fail(parser, &bracket, "* before: there are no arrays of functions");
        }
        if (type->base == HFI_C_VOID && type->depth == 0 && !type->function) {
            return hfi_parser_fail(parser, &bracket,
                                   "a type with values: there are no arrays of void");
        }
        if (!hfi_size_mul(total, count, &total) || !hfi_size_mul(total, size, &bytes) ||
            (type->is_array && !hfi_size_mul(bytes, type->count, &bytes)) ||
            bytes > HFI_TYPE_SIZE_MAX) {
            return hfi_parser_fail(parser, &bracket, "an array that fits the address space");
        }
        if (type->is_array && type->is_open) {
            return hfi_parser_fail(parser, &bracket, "a bound: only the first may be left out");
        }
    }
    type->count = type->is_array ? type->count * total : total;
    type->is_array = true;
    type->is_open = first_is_open;
    return true;
}

/* What stands behind a name: bounds, or the parameters of a function. */
static bool parse_behind(hfi_parser *parser, hfi_type_draft *type)
{
    if (parser->token.kind == HFI_T_LBRACKET) {
        return hfi_parse_bounds(parser, type);
    }
    hfi_token paren = parser->token;
    if (!hfi_parser_accept(parser, HFI_T_LPAREN)) {
        return true;
    }
    if (type->is_array || (type->function && type->depth == 0)) {
        return hfi_parser_fail(parser, &paren, "a function that returns a value or a pointer");
    }
    if (!hfi_parse_signature(parser, type)) {
        return false;
    }
    if (parser->token.kind == HFI_T_LPAREN || parser->token.kind == HFI_T_LBRACKET) {
        return hfi_parser_fail(parser, &parser->token, "a function that returns a value");
    }
    return true;
}

/* '(' that opens a declarator and not parameters. */
static bool opens_declarator(const hfi_parser *parser)
{
    hfi_token next = hfi_parser_peek(parser);
    if (next.kind == HFI_T_STAR || next.kind == HFI_T_LPAREN || next.kind == HFI_T_LBRACKET) {
        return true;
    }
    return next.kind == HFI_T_NAME && !hfi_is_type_start(parser, &next);
}

/* A convention counts for the function whose parentheses it stands in. */
static bool apply_convention(hfi_parser *parser, const hfi_token *at, hfi_type_draft *type,
                             const hfi_attributes *attributes)
{
    if (attributes->convention == HFI_CONVENTION_DEFAULT) {
        return true;
    }
    if (!type->function || type->depth != 0) {
        return hfi_parser_fail(parser, at, "a calling convention of a function alone");
    }
    type->function->convention = attributes->convention;
    return true;
}

/* Passes over '(' ... ')' and reads what stands behind; leaves `inside` and `after`. */
static bool parse_outside(hfi_parser *parser, hfi_type_draft *type, hfi_place *inside,
                          hfi_place *after)
{
    bool was_ignored = parser->directives.is_ignored;
    hfi_token open = parser->token;
    hfi_parser_advance(parser);
    *inside = hfi_parser_here(parser);
    parser->directives.is_ignored = true;
    hfi_parser_go(parser, &(hfi_place){ inside->lexer, open, inside->taken });
    parser->lexer.position = open.position + open.length;
    bool good = hfi_parser_skip_parentheses(parser);
    parser->directives.is_ignored = was_ignored;
    good = good && parse_behind(parser, type);
    *after = hfi_parser_here(parser);
    return good;
}

bool hfi_declarator_enter(hfi_parser *parser, hfi_type_draft *type, hfi_place *after)
{
    hfi_place inside;
    hfi_attributes attributes = { 0 };
    hfi_token at = parser->token;
    if (!parse_outside(parser, type, &inside, after)) {
        return false;
    }
    hfi_parser_go(parser, &inside);
    return hfi_parse_attributes(parser, &attributes) &&
           apply_convention(parser, &at, type, &attributes) &&
           hfi_parse_stars(parser, type, &attributes);
}

bool hfi_declarator_leave(hfi_parser *parser, const hfi_place *after)
{
    if (!hfi_parser_expect(parser, HFI_T_RPAREN, ") of the declarator")) {
        return false;
    }
    hfi_parser_go(parser, after);
    return true;
}

bool hfi_opens_inside(const hfi_parser *parser)
{
    hfi_lexer lexer = parser->lexer;
    hfi_token first = hfi_lex_next(&lexer);
    hfi_token second = hfi_lex_next(&lexer);
    return first.kind == HFI_T_STAR || first.kind == HFI_T_LPAREN ||
           (first.kind == HFI_T_NAME && second.kind != HFI_T_RPAREN);
}

static bool parse_inside(hfi_parser *parser, hfi_type_draft *type, hfi_token *name_out)
{
    hfi_place after;
    return hfi_declarator_enter(parser, type, &after) && parse_level(parser, type, name_out) &&
           hfi_declarator_leave(parser, &after);
}

static bool parse_level(hfi_parser *parser, hfi_type_draft *type, hfi_token *name_out)
{
    hfi_attributes attributes = { 0 };
    hfi_token at = parser->token;
    if (!hfi_parse_stars(parser, type, &attributes)) {
        return false;
    }
    if (parser->token.kind == HFI_T_LPAREN && opens_declarator(parser)) {
        if (!hfi_parser_enter(parser)) {
            return false;
        }
        bool good = parse_inside(parser, type, name_out);
        hfi_parser_leave(parser);
        return good && (attributes.convention == HFI_CONVENTION_DEFAULT ||
                        hfi_parser_fail(parser, &at, "a calling convention inside parentheses"));
    }
    if (parser->token.kind == HFI_T_NAME && name_out) {
        if (hfi_is_c_word(&parser->token)) {
            return hfi_parser_fail(parser, &parser->token, "a name, not a word of C");
        }
        *name_out = parser->token;
        hfi_parser_advance(parser);
    }
    /* `int __stdcall f(int)`: the convention stands behind the result. */
    return parse_behind(parser, type) && apply_convention(parser, &at, type, &attributes);
}

bool hfi_parse_declarator(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes,
                          hfi_token *name_out)
{
    hfi_token at = type->first;
    const hfi_prototype *shared = type->function;
    memset(name_out, 0, sizeof(*name_out));
    if (!hfi_parse_attributes(parser, attributes) || !parse_level(parser, type, name_out) ||
        !hfi_parse_attributes(parser, attributes)) {
        return false;
    }
    if (attributes->convention == HFI_CONVENTION_DEFAULT) {
        return true;
    }
    /* One that a typedef has declared is not this declarator's to change. */
    if (!type->function || type->function == shared || type->depth > 1) {
        return hfi_parser_fail(parser, &at, "a calling convention of a function alone");
    }
    type->function->convention = attributes->convention;
    return true;
}

bool hfi_parse_type_name(hfi_parser *parser, hfi_type_draft *type_out)
{
    hfi_attributes attributes = { 0 };
    if (!hfi_parser_enter(parser)) {
        return false;
    }
    bool good =
        hfi_parse_base(parser, type_out, &attributes) && parse_level(parser, type_out, NULL);
    hfi_parser_leave(parser);
    return good;
}
