/* SPDX-License-Identifier: MIT */

/*
 * Parameters: a type, a declarator, roles.
 *
 * Only the syntax: what a parameter is for depends on roles of others that may
 * stand behind it, and is decided in kind.c when all are read.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"
#include "base/size.h"

#include <string.h>

static bool is_reserved(const hfi_token *name)
{
    return hfi_token_is(name, "result") || hfi_token_is(name, "error");
}

/* Words that C allows in a type or nowhere: a name like this is a type that was not understood. */
static bool is_c_word(const hfi_token *name)
{
    static const char *const word[] = {
        "_Complex", "_Imaginary", "_Atomic", "auto",  "char",     "double", "enum",   "extern",
        "float",    "inline",     "int",     "long",  "register", "short",  "signed", "sizeof",
        "static",   "struct",     "typedef", "union", "unsigned", "void",   "_Bool",
    };
    for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
        if (hfi_token_is(name, word[i])) {
            return true;
        }
    }
    return false;
}

/* Takes a name for the parameter if one stands here. */
static bool parse_param_name(hfi_parser *parser, hfi_param_draft *draft)
{
    if (parser->token.kind != HFI_T_NAME) {
        return true;
    }
    if (is_reserved(&parser->token)) {
        return hfi_parser_fail(parser, &parser->token,
                               "another name: result and error are words of expressions");
    }
    if (is_c_word(&parser->token)) {
        return hfi_parser_fail(parser, &parser->token, "a parameter name, not a word of C");
    }
    if (hfi_parser_param(parser, &parser->token) >= 0) {
        return hfi_parser_fail(parser, &parser->token, "a name that no other parameter has");
    }
    draft->name = parser->token;
    hfi_parser_advance(parser);
    return true;
}

/* Takes everything up to the ')' that closes the '(' just taken. */
static bool skip_parentheses(hfi_parser *parser)
{
    for (unsigned depth = 1; depth > 0;) {
        hfi_token_kind kind = parser->token.kind;
        if (kind == HFI_T_END || kind == HFI_T_BAD || kind == HFI_T_LBRACE ||
            kind == HFI_T_RBRACE) {
            return hfi_parser_fail(parser, &parser->token,
                                   "the parameters of the function pointer");
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

/* '(' [ convention ] '*' [ name ] ')' '(' ... ')' behind a result type. */
static bool parse_function_pointer(hfi_parser *parser, hfi_param_draft *draft)
{
    hfi_convention ignored = HFI_CONVENTION_DEFAULT;
    hfi_parser_advance(parser);
    while (hfi_parse_convention(parser, &ignored)) {
    }
    if (!hfi_parser_expect(parser, HFI_T_STAR, "* of a function pointer")) {
        return false;
    }
    hfi_parser_accept_word(parser, "const");
    draft->is_function = true;
    return parse_param_name(parser, draft) &&
           hfi_parser_expect(parser, HFI_T_RPAREN, ") behind the function pointer's name") &&
           hfi_parser_expect(parser, HFI_T_LPAREN, "( of the function pointer's parameters") &&
           skip_parentheses(parser);
}

/* One '[' [ n ] ']'; `*count` becomes n, 0 when it is left out. */
static bool parse_bound(hfi_parser *parser, size_t *count)
{
    hfi_parser_advance(parser);
    hfi_token number = parser->token;
    *count = 0;
    if (hfi_parser_accept(parser, HFI_T_NUMBER)) {
        if (number.value == 0 || (uint64_t)number.value > PTRDIFF_MAX) {
            return hfi_parser_fail(parser, &number,
                                   "a bound from 1 on that fits the address space");
        }
        *count = (size_t)number.value;
    }
    return hfi_parser_expect(parser, HFI_T_RBRACKET, *count ? "]" : "a number or ]");
}

/* Array bounds: the parameter becomes a pointer, as in C, with an extent where all are given. */
static bool parse_bounds(hfi_parser *parser, hfi_param_draft *draft)
{
    hfi_type_draft *type = &draft->type;
    size_t extent = type->depth > 0 ? sizeof(void *) : type->size;
    hfi_token first = parser->token;
    if (first.kind != HFI_T_LBRACKET) {
        return true;
    }
    for (bool is_first = true; parser->token.kind == HFI_T_LBRACKET; is_first = false) {
        size_t count;
        hfi_token bracket = parser->token;
        if (!parse_bound(parser, &count)) {
            return false;
        }
        if (count == 0 && !is_first) {
            return hfi_parser_fail(parser, &bracket, "a bound: only the first may be left out");
        }
        if (!hfi_size_mul(extent, count, &extent) || extent > PTRDIFF_MAX) {
            return hfi_parser_fail(parser, &bracket, "an array that fits the address space");
        }
    }
    if (type->base == HFI_C_VOID && type->depth == 0) {
        return hfi_parser_fail(parser, &first, "a type with values: there are no arrays of void");
    }
    if (type->depth == HFI_NESTING_MAX) {
        return hfi_parser_fail(parser, &first, "at most 16 stars");
    }
    type->depth++;
    draft->extent = extent;
    return true;
}

static bool parse_declarator(hfi_parser *parser, hfi_param_draft *draft)
{
    if (parser->token.kind == HFI_T_LPAREN) {
        return parse_function_pointer(parser, draft);
    }
    return parse_param_name(parser, draft) && parse_bounds(parser, draft);
}

/* A value of the parameter's type must be able to cross. */
static bool check_value(hfi_parser *parser, const hfi_param_draft *draft)
{
    const hfi_type_draft *type = &draft->type;
    if (type->depth > 0 || draft->is_function) {
        return true;
    }
    if (type->base == HFI_C_VOID) {
        return hfi_parser_fail(parser, &type->first, "a type with values; void stands alone");
    }
    if (type->base == HFI_C_OPAQUE) {
        return hfi_parser_fail(parser, &type->first,
                               "a scalar type that is known, or a pointer: nothing else by value");
    }
    return true;
}

/* Room for one more; `hfi_realloc` leaves the new part as it was, so it is cleared here. */
static bool add_param(hfi_parser *parser)
{
    hfi_prototype *prototype = parser->prototype;
    size_t count = prototype->param_count;
    if (count == HFI_PARAMS_MAX) {
        return hfi_parser_fail(parser, &parser->token, "at most 32 parameters");
    }
    if ((count & (count - 1)) == 0) {
        size_t room = count == 0 ? 1 : 2 * count;
        hfi_param *grown = hfi_realloc(prototype->param, room * sizeof(hfi_param));
        if (!grown) {
            return hfi_parser_no_memory(parser);
        }
        prototype->param = grown;
    }
    memset(&prototype->param[count], 0, sizeof(hfi_param));
    prototype->param_count++;
    return true;
}

static bool parse_param(hfi_parser *parser)
{
    if (parser->token.kind == HFI_T_ELLIPSIS) {
        return hfi_parser_fail(parser, &parser->token,
                               "a parameter: variable arguments are not supported");
    }
    hfi_token first = parser->token;
    if (!add_param(parser)) {
        return false;
    }
    size_t index = parser->prototype->param_count - 1u;
    hfi_param_draft *draft = &parser->draft[index];
    if (!hfi_parse_type(parser, &draft->type) || !parse_declarator(parser, draft) ||
        !check_value(parser, draft) || !hfi_parse_param_roles(parser, draft)) {
        return false;
    }
    parser->prototype->param[index].position = first.position;
    return hfi_parser_copy(parser, &draft->name, &parser->prototype->param[index].name);
}

bool hfi_parse_params(hfi_parser *parser)
{
    if (hfi_parser_accept(parser, HFI_T_RPAREN)) {
        return true;
    }
    if (hfi_token_is(&parser->token, "void") && hfi_parser_peek(parser).kind == HFI_T_RPAREN) {
        hfi_parser_advance(parser);
        hfi_parser_advance(parser);
        return true;
    }
    do {
        if (!parse_param(parser)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_RPAREN, ", or ) behind a parameter");
}
