/* SPDX-License-Identifier: MIT */

/*
 * size(...): how many bytes of an argument belong to the callee.
 *
 * A constant is read where it stands.  What names a parameter cannot be, because that
 * may stand further on: it is passed over, and read when all parameters are known and
 * what each of them is.  A name that is neither is taken for a parameter's, so that
 * the refusal says what was looked for.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

/* What the declaration itself says that the callee may touch. */
static size_t declared_extent(const hfi_param_draft *draft)
{
    if (draft->extent != 0 || draft->type.depth == 0) {
        return draft->extent;
    }
    return hfi_type_target_size(&draft->type);
}

static bool measures_type(const hfi_token *word)
{
    static const char *const words[] = { "sizeof",   "offsetof",    "__builtin_offsetof",
                                         "_Alignof", "__alignof__", "__alignof",
                                         "alignof" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (hfi_token_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

/* A name that no constant expression has. */
static bool is_variable(const hfi_parser *parser, const hfi_token *name)
{
    if (hfi_parser_param(parser, name) >= 0) {
        return true;
    }
    const hfi_scope_entry *known = hfi_parser_find(parser, false, name);
    return !(known && known->kind == HFI_NAME_CONSTANT) && !hfi_is_type_start(parser, name);
}

static hfi_token next_token(hfi_lexer *lexer)
{
    hfi_token token = hfi_lex_next(lexer);
    while (token.kind == HFI_T_HASH) {
        lexer->position = hfi_lex_line_end(lexer);
        token = hfi_lex_next(lexer);
    }
    return token;
}

/* Looks from the next token to the ')' of the role for the name of something that varies.  What
 * sizeof and its like have in their parentheses is types and members. */
static bool names_variable(const hfi_parser *parser)
{
    hfi_lexer lexer = parser->lexer;
    hfi_token token = parser->token;
    unsigned depth = 0;
    unsigned measured = 0; /* the depth inside which types are measured; 0: not */
    while (token.kind != HFI_T_END && token.kind != HFI_T_LBRACE && token.kind != HFI_T_RBRACE) {
        if (token.kind == HFI_T_RPAREN) {
            if (depth == 0) {
                return false;
            }
            measured = depth == measured ? 0 : measured;
            depth--;
        } else if (token.kind == HFI_T_LPAREN) {
            depth++;
        } else if (token.kind == HFI_T_NAME && measured == 0) {
            if (hfi_parser_param(parser, &token) < 0 && measures_type(&token)) {
                measured = depth + 1;
            } else if (is_variable(parser, &token)) {
                return true;
            }
        }
        token = next_token(&lexer);
    }
    return false;
}

bool hfi_parser_pass_over(hfi_parser *parser)
{
    for (unsigned depth = 0;;) {
        hfi_token token = parser->token;
        if (token.kind == HFI_T_END || token.kind == HFI_T_LBRACE || token.kind == HFI_T_RBRACE) {
            return hfi_parser_fail(parser, &token, ") of the role");
        }
        if (token.kind == HFI_T_RPAREN && depth-- == 0) {
            return true;
        }
        depth += token.kind == HFI_T_LPAREN;
        hfi_parser_advance(parser);
    }
}

static bool parse_constant_extent(hfi_parser *parser, hfi_param_draft *draft)
{
    static const char expected[] = "a number of bytes from 1 on that can be allocated";
    hfi_token first = parser->token;
    int64_t value;
    if (first.kind != HFI_T_NUMBER && first.kind != HFI_T_LPAREN && first.kind != HFI_T_NAME) {
        return hfi_parser_fail(parser, &first, expected);
    }
    if (!hfi_parse_constant(parser, &value)) {
        return false;
    }
    if (value <= 0 || (uint64_t)value > PTRDIFF_MAX) {
        return hfi_parser_fail(parser, &first, expected);
    }
    if ((uint64_t)value < declared_extent(draft)) {
        return hfi_parser_fail(parser, &first, "no less than the declared type has");
    }
    draft->extent = (size_t)value;
    return true;
}

bool hfi_parse_extent(hfi_parser *parser, hfi_param_draft *draft)
{
    draft->measure = hfi_parser_here(parser);
    if (!names_variable(parser)) {
        return parse_constant_extent(parser, draft);
    }
    if (draft->extent != 0) {
        return hfi_parser_fail(parser, &parser->token,
                               "a number: the bounds of the array say the size already");
    }
    draft->is_measured = true;
    return hfi_parser_pass_over(parser);
}

/* Where a constant was read, a parameter behind it may have taken the name. */
static bool check_constant(hfi_parser *parser, const hfi_param_draft *draft)
{
    hfi_place behind = hfi_parser_here(parser);
    hfi_parser_go(parser, &draft->measure);
    bool is_hidden = names_variable(parser);
    hfi_parser_go(parser, &behind);
    return !is_hidden || hfi_parser_fail(parser, &draft->measure.token,
                                         "a number, or another name for the parameter behind it");
}

bool hfi_prototype_resolve_extent(hfi_parser *parser, int index)
{
    const hfi_param_draft *draft = &parser->now.draft[index];
    hfi_param *param = &parser->now.prototype->param[index];
    if ((draft->roles & HFI_ROLE_BIT(HFI_ROLE_SIZE)) == 0) {
        return true;
    }
    if (!draft->is_measured) {
        return check_constant(parser, draft);
    }
    bool was_ignored = parser->directives.is_ignored;
    hfi_place behind = hfi_parser_here(parser);
    parser->directives.is_ignored = true; /* they were obeyed when they were passed over */
    hfi_parser_go(parser, &draft->measure);
    bool good = hfi_parse_expr_before(parser, &param->extent_expr);
    hfi_token text = hfi_parser_span(parser, &draft->measure.token);
    good = good && (parser->token.kind == HFI_T_RPAREN ||
                    hfi_parser_fail(parser, &parser->token, "an operator or ) of the role"));
    parser->directives.is_ignored = was_ignored;
    if (!good) {
        return false;
    }
    hfi_parser_go(parser, &behind);
    return hfi_parser_copy(parser, &text, &param->extent_text);
}
