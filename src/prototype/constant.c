/* SPDX-License-Identifier: MIT */

/*
 * Integer constants that a text computes: bounds, enums, alignments, assertions.
 *
 * Arithmetic is that of 64-bit two's complement and wraps; all operands are
 * evaluated.  A false assertion is not a mistake in the text but a layout that
 * differs from the one its author measured: HF_E_LAYOUT, with both numbers.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include <stdio.h>
#include <string.h>

#define CONDITIONAL_LEVEL 0
#define LOWEST_LEVEL      1
#define UNARY_LEVEL       11

/* What the last comparison compared, for the report of a false assertion. */
typedef struct evaluation {
    hfi_parser *parser;
    bool compared;
    int64_t left, right;
    hfi_token measured; /* sizeof(...) and its like; END when there was none */
    int64_t size;       /* what it gave */
} evaluation;

typedef struct binary_operator {
    hfi_token_kind token;
    int level; /* binds tighter when higher */
} binary_operator;

static const binary_operator operators[] = {
    { HFI_T_OR, 1 },        { HFI_T_AND, 2 },      { HFI_T_BAR, 3 },   { HFI_T_CARET, 4 },
    { HFI_T_AMPERSAND, 5 }, { HFI_T_EQ, 6 },       { HFI_T_NE, 6 },    { HFI_T_LT, 7 },
    { HFI_T_LE, 7 },        { HFI_T_GT, 7 },       { HFI_T_GE, 7 },    { HFI_T_SHL, 8 },
    { HFI_T_SHR, 8 },       { HFI_T_PLUS, 9 },     { HFI_T_MINUS, 9 }, { HFI_T_STAR, 10 },
    { HFI_T_SLASH, 10 },    { HFI_T_PERCENT, 10 },
};

static bool evaluate(evaluation *e, int level, int64_t *value_out);

static int operator_level(hfi_token_kind kind)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (operators[i].token == kind) {
            return operators[i].level;
        }
    }
    return -1;
}

static int64_t compare_or_combine(hfi_token_kind kind, int64_t x, int64_t y)
{
    switch (kind) {
    case HFI_T_OR:
        return x != 0 || y != 0;
    case HFI_T_AND:
        return x != 0 && y != 0;
    case HFI_T_EQ:
        return x == y;
    case HFI_T_NE:
        return x != y;
    case HFI_T_LT:
        return x < y;
    case HFI_T_LE:
        return x <= y;
    case HFI_T_GT:
        return x > y;
    case HFI_T_GE:
        return x >= y;
    case HFI_T_BAR:
        return x | y;
    case HFI_T_CARET:
        return x ^ y;
    default:
        return x & y;
    }
}

/* Division and shifts have operands that C leaves undefined. */
static bool compute(evaluation *e, const hfi_token *at, int64_t x, int64_t y, int64_t *value_out)
{
    uint64_t a = (uint64_t)x;
    uint64_t b = (uint64_t)y;
    bool divides = at->kind == HFI_T_SLASH || at->kind == HFI_T_PERCENT;
    bool shifts = at->kind == HFI_T_SHL || at->kind == HFI_T_SHR;
    if ((divides && (y == 0 || (x == INT64_MIN && y == -1))) || (shifts && b > 63)) {
        return hfi_parser_fail(e->parser, at, "an operation that C defines for these numbers");
    }
    switch (at->kind) {
    case HFI_T_PLUS:
        *value_out = (int64_t)(a + b);
        return true;
    case HFI_T_MINUS:
        *value_out = (int64_t)(a - b);
        return true;
    case HFI_T_STAR:
        *value_out = (int64_t)(a * b);
        return true;
    case HFI_T_SLASH:
        *value_out = x / y;
        return true;
    case HFI_T_PERCENT:
        *value_out = x % y;
        return true;
    case HFI_T_SHL:
        *value_out = (int64_t)(a << b);
        return true;
    case HFI_T_SHR:
        *value_out = x < 0 && b != 0 ? (int64_t) ~(~a >> b) : (int64_t)(a >> b);
        return true;
    default:
        *value_out = compare_or_combine(at->kind, x, y);
        return true;
    }
}

/* ( type ) behind sizeof or _Alignof. */
static bool measure_type(evaluation *e, bool alignment, int64_t *value_out)
{
    hfi_parser *parser = e->parser;
    hfi_type_draft type;
    size_t size;
    size_t boundary;
    if (!hfi_parser_expect(parser, HFI_T_LPAREN, "( of the type")) {
        return false;
    }
    hfi_token at = parser->token;
    if (!hfi_is_type_start(parser, &at)) {
        return hfi_parser_fail(parser, &at, "a type that is known");
    }
    if (!hfi_parse_type_name(parser, &type)) {
        return false;
    }
    if (!hfi_type_measure(&type, &size, &boundary)) {
        return hfi_parser_fail(parser, &at, "a type whose size is known");
    }
    *value_out = (int64_t)(alignment ? boundary : size);
    return hfi_parser_expect(parser, HFI_T_RPAREN, ") of the type");
}

/* .name or [ constant ] behind a member's name, up to the ')' of offsetof. */
static bool walk_member(evaluation *e, const hfi_layout *layout, int64_t *value_out)
{
    hfi_parser *parser = e->parser;
    uint64_t offset = 0;
    for (bool more = true; more;) {
        hfi_token name = parser->token;
        hfi_member member;
        char text[128] = "";
        if (!hfi_parser_expect(parser, HFI_T_NAME, "the name of a member")) {
            return false;
        }
        snprintf(text, sizeof(text), "%.*s", (int)name.length, name.start);
        if (!layout || name.length >= sizeof(text) || !hfi_layout_member(layout, text, &member)) {
            return hfi_parser_fail(parser, &name, "a member of the type");
        }
        offset += member.offset;
        while (hfi_parser_accept(parser, HFI_T_LBRACKET)) {
            int64_t index;
            if (!hfi_parse_constant(parser, &index) ||
                !hfi_parser_expect(parser, HFI_T_RBRACKET, "]")) {
                return false;
            }
            offset += (uint64_t)index * member.size;
        }
        layout = member.type == HFI_C_AGGREGATE ? member.layout : NULL;
        more = hfi_parser_accept(parser, HFI_T_DOT);
    }
    *value_out = (int64_t)offset;
    return true;
}

static bool measure_offset(evaluation *e, int64_t *value_out)
{
    hfi_parser *parser = e->parser;
    hfi_type_draft type;
    if (!hfi_parser_expect(parser, HFI_T_LPAREN, "( of the type")) {
        return false;
    }
    hfi_token at = parser->token;
    if (!hfi_parse_type_name(parser, &type)) {
        return false;
    }
    if (type.depth != 0 || type.is_array || type.base != HFI_C_AGGREGATE) {
        return hfi_parser_fail(parser, &at, "a struct or union that is defined");
    }
    return hfi_parser_expect(parser, HFI_T_COMMA, ", and a member") &&
           walk_member(e, type.layout, value_out) &&
           hfi_parser_expect(parser, HFI_T_RPAREN, ") of offsetof");
}

/* sizeof, _Alignof, offsetof; `*found` tells whether it was one of them. */
static bool measure(evaluation *e, bool *found, int64_t *value_out)
{
    hfi_parser *parser = e->parser;
    hfi_token word = parser->token;
    bool is_size = hfi_token_is(&word, "sizeof");
    bool is_offset = hfi_token_is(&word, "offsetof") || hfi_token_is(&word, "__builtin_offsetof");
    bool is_alignment = hfi_token_is(&word, "_Alignof") || hfi_token_is(&word, "alignof") ||
                        hfi_token_is(&word, "__alignof__") || hfi_token_is(&word, "__alignof");
    *found = is_size || is_offset || is_alignment;
    if (!*found) {
        return true;
    }
    hfi_parser_advance(parser);
    if (!(is_offset ? measure_offset(e, value_out) : measure_type(e, is_alignment, value_out))) {
        return false;
    }
    if (e->measured.kind == HFI_T_END) {
        e->measured = hfi_parser_span(parser, &word);
        e->size = *value_out;
    }
    return true;
}

static bool name_value(evaluation *e, int64_t *value_out)
{
    hfi_parser *parser = e->parser;
    hfi_token name = parser->token;
    bool found;
    if (!measure(e, &found, value_out) || found) {
        return found && parser->status == HF_OK;
    }
    const hfi_scope_entry *entry = hfi_parser_find(parser, false, &name);
    if (!entry || entry->kind != HFI_NAME_CONSTANT) {
        return hfi_parser_fail(parser, &name, "a number or the name of a constant");
    }
    hfi_parser_advance(parser);
    *value_out = entry->value;
    return true;
}

/* (type) x */
static bool cast_value(evaluation *e, int64_t *value_out)
{
    hfi_parser *parser = e->parser;
    hfi_token at = parser->token;
    hfi_type_draft type;
    if (!hfi_parse_type_name(parser, &type) ||
        !hfi_parser_expect(parser, HFI_T_RPAREN, ") of the cast") ||
        !evaluate(e, UNARY_LEVEL, value_out)) {
        return false;
    }
    if (type.depth != 0 || type.is_array || !hfi_ctype_is_integer(type.base)) {
        return hfi_parser_fail(parser, &at, "an integer type");
    }
    *value_out = hfi_ctype_widen(type.base, (uint64_t)*value_out);
    return true;
}

static bool parenthesis_value(evaluation *e, int64_t *value_out)
{
    if (hfi_is_type_start(e->parser, &e->parser->token)) {
        return cast_value(e, value_out);
    }
    return evaluate(e, CONDITIONAL_LEVEL, value_out) &&
           hfi_parser_expect(e->parser, HFI_T_RPAREN, "an operator or )");
}

static bool signed_value(evaluation *e, hfi_token_kind sign, int64_t *value_out)
{
    int64_t value;
    if (!evaluate(e, UNARY_LEVEL, &value)) {
        return false;
    }
    *value_out = sign == HFI_T_MINUS   ? (int64_t)(0 - (uint64_t)value)
                 : sign == HFI_T_TILDE ? ~value
                 : sign == HFI_T_NOT   ? !value
                                       : value;
    return true;
}

static bool primary(evaluation *e, int64_t *value_out)
{
    hfi_parser *parser = e->parser;
    hfi_token token = parser->token;
    switch (token.kind) {
    case HFI_T_NUMBER:
    case HFI_T_OCTAL:
    case HFI_T_CHARACTER:
        hfi_parser_advance(parser);
        *value_out = token.value;
        return true;
    case HFI_T_NAME:
        return name_value(e, value_out);
    case HFI_T_LPAREN:
        hfi_parser_advance(parser);
        return parenthesis_value(e, value_out);
    case HFI_T_PLUS:
    case HFI_T_MINUS:
    case HFI_T_TILDE:
    case HFI_T_NOT:
        hfi_parser_advance(parser);
        return signed_value(e, token.kind, value_out);
    default:
        return hfi_parser_fail(parser, &token, "a constant integer");
    }
}

/* condition ? a : b, behind the condition. */
static bool choose(evaluation *e, int64_t *value)
{
    int64_t yes;
    int64_t no;
    if (!hfi_parser_accept(e->parser, HFI_T_QUESTION)) {
        return true;
    }
    if (!evaluate(e, CONDITIONAL_LEVEL, &yes) ||
        !hfi_parser_expect(e->parser, HFI_T_COLON, ": of the choice") ||
        !evaluate(e, CONDITIONAL_LEVEL, &no)) {
        return false;
    }
    *value = *value != 0 ? yes : no;
    return true;
}

static bool binary(evaluation *e, int level, int64_t *value)
{
    for (;;) {
        hfi_token token = e->parser->token;
        int found = operator_level(token.kind);
        int64_t right;
        if (found < level || found < LOWEST_LEVEL) {
            return true;
        }
        hfi_parser_advance(e->parser);
        if (!evaluate(e, found + 1, &right)) {
            return false;
        }
        if (token.kind >= HFI_T_LT && token.kind <= HFI_T_NE) {
            e->compared = true;
            e->left = *value;
            e->right = right;
        }
        if (!compute(e, &token, *value, right, value)) {
            return false;
        }
    }
}

/* Operators of `level` and above. */
static bool evaluate(evaluation *e, int level, int64_t *value_out)
{
    *value_out = 0;
    if (!hfi_parser_enter(e->parser)) {
        return false;
    }
    bool good = primary(e, value_out) && (level == UNARY_LEVEL || binary(e, level, value_out)) &&
                (level != CONDITIONAL_LEVEL || choose(e, value_out));
    hfi_parser_leave(e->parser);
    return good;
}

bool hfi_parse_measure(hfi_parser *parser, bool *found_out, int64_t *value_out)
{
    evaluation e = { .parser = parser };
    *value_out = 0;
    return measure(&e, found_out, value_out);
}

bool hfi_parse_constant(hfi_parser *parser, int64_t *value_out)
{
    evaluation e = { .parser = parser };
    *value_out = 0;
    return evaluate(&e, CONDITIONAL_LEVEL, value_out);
}

static bool report_false(const evaluation *e, const hfi_token *at)
{
    char found[96] = "0";
    char expected[96] = "an assertion that holds";
    if (e->measured.kind != HFI_T_END) {
        snprintf(found, sizeof(found), "%.*s = %lld",
                 e->measured.length < 32 ? (int)e->measured.length : 32, e->measured.start,
                 (long long)e->size);
    }
    if (e->compared) {
        snprintf(expected, sizeof(expected), "an assertion that holds, not one of %lld and %lld",
                 (long long)e->left, (long long)e->right);
    }
    return hfi_parser_fail_layout(e->parser, at, found, expected);
}

bool hfi_parse_static_assert(hfi_parser *parser)
{
    evaluation e = { .parser = parser };
    int64_t value = 0;
    hfi_token at = parser->token;
    if (!hfi_parser_expect(parser, HFI_T_LPAREN, "( of the assertion")) {
        return false;
    }
    at = parser->token;
    if (!evaluate(&e, CONDITIONAL_LEVEL, &value)) {
        return false;
    }
    if (hfi_parser_accept(parser, HFI_T_COMMA)) {
        if (!hfi_parser_expect(parser, HFI_T_STRING, "the message in quotes")) {
            return false;
        }
        while (hfi_parser_accept(parser, HFI_T_STRING)) {
        }
    }
    if (!hfi_parser_expect(parser, HFI_T_RPAREN, ") of the assertion")) {
        return false;
    }
    return value != 0 || report_false(&e, &at);
}
