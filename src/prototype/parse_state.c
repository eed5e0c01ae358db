/* SPDX-License-Identifier: MIT */

/*
 * The parser's place in the text, and how it says what is wrong.
 *
 * One token of look-ahead; a second one is lexed again when it is needed.  The
 * record of an error is written once and never changed, so that the message is
 * about the first place that made no sense.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

/* The token's text: cut with "..." where it is long, \xNN where a terminal might act on it. */
static void show_token(char *out, size_t size, const hfi_token *token)
{
    unsigned char first = (unsigned char)*token->start;
    if (first < 0x20 || first >= 0x7f) {
        snprintf(out, size, "\\x%02x", first); /* such a byte is a token of its own */
    } else if (token->length < size) {
        snprintf(out, size, "%.*s", (int)token->length, token->start);
    } else {
        snprintf(out, size, "%.*s...", (int)(size - sizeof("...")), token->start);
    }
}

bool hfi_parser_fail(hfi_parser *parser, const hfi_token *at, const char *expected)
{
    if (parser->status != HF_OK) {
        return false;
    }
    parser->status = HF_E_PROTOTYPE;
    hfi_prototype_error *error = parser->error;
    if (error) {
        error->position = at->position;
        if (at->kind == HFI_T_END) {
            snprintf(error->found, sizeof(error->found), "end of text");
        } else {
            show_token(error->found, sizeof(error->found), at);
        }
        snprintf(error->expected, sizeof(error->expected), "%s", expected);
    }
    return false;
}

bool hfi_parser_no_memory(hfi_parser *parser)
{
    if (parser->status == HF_OK) {
        parser->status = HF_E_NOMEM;
    }
    return false;
}

void hfi_parser_advance(hfi_parser *parser)
{
    parser->token = hfi_lex_next(&parser->lexer);
}

hfi_token hfi_parser_peek(const hfi_parser *parser)
{
    hfi_lexer copy = parser->lexer;
    return hfi_lex_next(&copy);
}

bool hfi_parser_accept(hfi_parser *parser, hfi_token_kind kind)
{
    if (parser->token.kind != kind) {
        return false;
    }
    hfi_parser_advance(parser);
    return true;
}

bool hfi_parser_expect(hfi_parser *parser, hfi_token_kind kind, const char *expected)
{
    return hfi_parser_accept(parser, kind) || hfi_parser_fail(parser, &parser->token, expected);
}

bool hfi_parser_accept_word(hfi_parser *parser, const char *word)
{
    if (!hfi_token_is(&parser->token, word)) {
        return false;
    }
    hfi_parser_advance(parser);
    return true;
}

bool hfi_parser_copy(hfi_parser *parser, const hfi_token *token, char **text_out)
{
    char *copy = hfi_alloc((size_t)token->length + 1);
    if (!copy) {
        return hfi_parser_no_memory(parser);
    }
    if (token->length > 0) {
        memcpy(copy, token->start, token->length);
    }
    *text_out = copy;
    return true;
}

int hfi_parser_param(const hfi_parser *parser, const hfi_token *name)
{
    for (int i = 0; i < parser->prototype->param_count; i++) {
        const hfi_token *own = &parser->draft[i].name;
        if (own->kind == HFI_T_NAME && hfi_token_same(own, name)) {
            return i;
        }
    }
    return -1;
}
