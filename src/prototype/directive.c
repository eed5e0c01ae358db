/* SPDX-License-Identifier: MIT */

/*
 * Lines that begin with #.
 *
 * Headers are best preprocessed before they come here, so little is understood:
 * line markers, include guards, constants, `#ifdef __cplusplus`, and the packing
 * of structs.  A condition on anything else is refused by name, since guessing
 * its outcome would give a layout that is not the callee's.
 *
 * A directive is read where the parser advances over it, between any two tokens.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include <string.h>

typedef bool (*directive_fn)(hfi_parser *parser, const hfi_token *word);

static bool skip_condition(hfi_parser *parser, const hfi_token *word);

/* The next token of the line. */
static void step(hfi_parser *parser)
{
    parser->token = hfi_lex_next(&parser->lexer);
}

static bool expect_end(hfi_parser *parser)
{
    return parser->token.kind == HFI_T_END ||
           hfi_parser_fail(parser, &parser->token, "the end of the line");
}

static void skip_line(hfi_parser *parser)
{
    parser->lexer.position = parser->lexer.limit;
    parser->token.kind = HFI_T_END;
}

/* [ number ], which is an alignment. */
static bool read_pack(hfi_parser *parser, size_t *pack_out)
{
    hfi_token number = parser->token;
    if (number.kind != HFI_T_NUMBER || number.value < 1 || number.value > 16 ||
        (number.value & (number.value - 1)) != 0) {
        return hfi_parser_fail(parser, &number, "1, 2, 4, 8 or 16");
    }
    *pack_out = (size_t)number.value;
    step(parser);
    return true;
}

static bool push_pack(hfi_parser *parser)
{
    hfi_directives *d = &parser->directives;
    if (d->saved_count == HFI_PACKS_MAX) {
        return hfi_parser_fail(parser, &parser->token, "at most 16 packings inside each other");
    }
    d->saved[d->saved_count++] = d->pack;
    step(parser);
    if (parser->token.kind != HFI_T_COMMA) {
        return true;
    }
    step(parser);
    return read_pack(parser, &d->pack);
}

static bool pop_pack(hfi_parser *parser)
{
    hfi_directives *d = &parser->directives;
    if (d->saved_count == 0) {
        return hfi_parser_fail(parser, &parser->token, "a push before this pop");
    }
    d->pack = d->saved[--d->saved_count];
    step(parser);
    return true;
}

/* pack(n), pack(), pack(push), pack(push, n), pack(pop) */
static bool parse_pack(hfi_parser *parser)
{
    bool good = true;
    if (parser->body != 0) {
        return hfi_parser_fail(parser, &parser->token, "no change of packing inside a struct");
    }
    step(parser);
    if (parser->token.kind != HFI_T_LPAREN) {
        return hfi_parser_fail(parser, &parser->token, "( behind pack");
    }
    step(parser);
    if (hfi_token_is(&parser->token, "push")) {
        good = push_pack(parser);
    } else if (hfi_token_is(&parser->token, "pop")) {
        good = pop_pack(parser);
    } else if (parser->token.kind == HFI_T_RPAREN) {
        parser->directives.pack = 0;
    } else {
        good = read_pack(parser, &parser->directives.pack);
    }
    if (good && parser->token.kind != HFI_T_RPAREN) {
        return hfi_parser_fail(parser, &parser->token, ") of pack");
    }
    step(parser);
    return good && expect_end(parser);
}

/* Those that change nothing about types. */
static bool is_harmless_pragma(const hfi_token *word)
{
    static const char *const harmless[] = { "once", "warning", "comment" };
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        if (hfi_token_is(word, harmless[i])) {
            return true;
        }
    }
    return false;
}

static bool parse_pragma(hfi_parser *parser, const hfi_token *word)
{
    (void)word;
    hfi_token name = parser->token;
    if (hfi_token_is(&name, "pack")) {
        return parse_pack(parser);
    }
    if (hfi_token_is(&name, "scalar_storage_order")) {
        return hfi_parser_fail(parser, &name,
                               "this machine's byte order: no argument is turned round");
    }
    if (hfi_token_is(&name, "GCC") || hfi_token_is(&name, "clang")) {
        step(parser);
        hfi_token second = parser->token;
        if (hfi_token_is(&second, "diagnostic") || hfi_token_is(&second, "visibility") ||
            hfi_token_is(&second, "system_header")) {
            skip_line(parser);
            return true;
        }
        return hfi_parser_fail(parser, &second, "diagnostic, visibility or system_header");
    }
    if (is_harmless_pragma(&name)) {
        skip_line(parser);
        return true;
    }
    return hfi_parser_fail(parser, &name, "#pragma pack or once");
}

/* #define NAME [ constant ] */
static bool parse_define(hfi_parser *parser, const hfi_token *word)
{
    (void)word;
    hfi_token name = parser->token;
    if (name.kind != HFI_T_NAME) {
        return hfi_parser_fail(parser, &name, "a name to define");
    }
    step(parser);
    if (parser->token.kind == HFI_T_END) {
        return true;
    }
    if (parser->token.kind == HFI_T_LPAREN &&
        parser->token.position == name.position + name.length) {
        return hfi_parser_fail(parser, &parser->token, "a number: no macro with parameters");
    }
    int64_t value;
    if (!hfi_parse_constant(parser, &value) || !expect_end(parser)) {
        return false;
    }
    const hfi_scope_entry *known = hfi_scope_find_own(parser->scope, false, &name);
    if (known && known->kind == HFI_NAME_CONSTANT && known->value == value) {
        return true;
    }
    hfi_scope_entry *entry = hfi_parser_declare(parser, HFI_NAME_CONSTANT, &name);
    if (entry) {
        entry->value = value;
    }
    return entry != NULL;
}

/* The next line is `#define NAME`: then #ifndef NAME is a guard, which a text read once passes. */
static bool is_guard(const hfi_parser *parser, const hfi_token *name)
{
    hfi_lexer next = parser->lexer;
    next.limit = 0;
    next.position = hfi_lex_line_end(&parser->lexer);
    hfi_token hash = hfi_lex_next(&next);
    hfi_token word = hfi_lex_next(&next);
    hfi_token defined = hfi_lex_next(&next);
    return hash.kind == HFI_T_HASH && hfi_token_is(&word, "define") &&
           hfi_token_same(&defined, name);
}

static bool parse_ifndef(hfi_parser *parser, const hfi_token *word)
{
    hfi_token name = parser->token;
    (void)word;
    if (!hfi_token_is(&name, "__cplusplus") && !is_guard(parser, &name)) {
        return hfi_parser_fail(parser, &name, "an include guard: preprocess the header first");
    }
    step(parser);
    parser->directives.open_count++;
    return expect_end(parser);
}

static bool parse_ifdef(hfi_parser *parser, const hfi_token *word)
{
    hfi_token name = parser->token;
    if (!hfi_token_is(&name, "__cplusplus")) {
        return hfi_parser_fail(parser, &name, "__cplusplus: preprocess the header first");
    }
    step(parser);
    return expect_end(parser) && skip_condition(parser, word);
}

static bool parse_endif(hfi_parser *parser, const hfi_token *word)
{
    if (parser->directives.open_count == 0) {
        return hfi_parser_fail(parser, word, "a condition before it");
    }
    parser->directives.open_count--;
    return expect_end(parser);
}

static bool parse_else(hfi_parser *parser, const hfi_token *word)
{
    if (parser->directives.open_count == 0) {
        return hfi_parser_fail(parser, word, "a condition before it");
    }
    parser->directives.open_count--;
    return expect_end(parser) && skip_condition(parser, word);
}

static bool begins_condition(const hfi_token *word)
{
    return hfi_token_is(word, "if") || hfi_token_is(word, "ifdef") || hfi_token_is(word, "ifndef");
}

/* Passes over lines up to the #else or #endif of the condition whose line was read last. */
static bool skip_condition(hfi_parser *parser, const hfi_token *word)
{
    hfi_lexer *lexer = &parser->lexer;
    lexer->limit = 0;
    for (unsigned depth = 0;;) {
        hfi_token token = hfi_lex_next(lexer);
        if (token.kind == HFI_T_END) {
            return hfi_parser_fail(parser, word, "#endif behind it");
        }
        if (token.kind == HFI_T_HASH) {
            token = hfi_lex_next(lexer);
            bool is_end = hfi_token_is(&token, "endif");
            if (depth == 0 && (is_end || hfi_token_is(&token, "else"))) {
                parser->directives.open_count += !is_end;
                lexer->limit = hfi_lex_line_end(lexer);
                skip_line(parser);
                return true;
            }
            depth += begins_condition(&token);
            depth -= is_end;
        }
        lexer->position = hfi_lex_line_end(lexer);
    }
}

static const struct {
    const char *word;
    directive_fn parse;
} directives[] = {
    { "define", parse_define }, { "pragma", parse_pragma }, { "ifndef", parse_ifndef },
    { "ifdef", parse_ifdef },   { "endif", parse_endif },   { "else", parse_else },
};

static bool dispatch(hfi_parser *parser)
{
    hfi_token word = parser->token;
    /* A line marker: # 1 "file.h"; or nothing but the #. */
    if (word.kind == HFI_T_END || word.kind == HFI_T_NUMBER || hfi_token_is(&word, "line")) {
        skip_line(parser);
        return true;
    }
    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
        if (hfi_token_is(&word, directives[i].word)) {
            step(parser);
            return directives[i].parse(parser, &word);
        }
    }
    return hfi_parser_fail(parser, &word, "pragma, define, a guard or a line marker behind #");
}

void hfi_parse_directive(hfi_parser *parser)
{
    uint32_t limit = parser->lexer.limit;
    uint32_t taken = parser->taken;
    hfi_token hash = parser->token;
    parser->lexer.limit = hfi_lex_line_end(&parser->lexer);
    if (parser->directives.is_ignored) {
        skip_line(parser);
    } else {
        step(parser);
        if (dispatch(parser)) {
            parser->lexer.position = hfi_lex_line_end(&parser->lexer);
        }
    }
    parser->lexer.limit = limit;
    parser->taken = taken;
    parser->token = hash;
}
