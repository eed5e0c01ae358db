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
    for (char *c = out; *c; c++) {
        *c = (unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f ? '?' : *c;
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

bool hfi_parser_fail_layout(hfi_parser *parser, const hfi_token *at, const char *found,
                            const char *expected)
{
    if (parser->status == HF_OK) {
        hfi_parser_fail(parser, at, expected);
        parser->status = HF_E_LAYOUT;
        if (parser->error) {
            hfi_token text = { .length = (uint32_t)strlen(found), .start = found };
            show_token(parser->error->found, sizeof(parser->error->found), &text);
        }
    }
    return false;
}

bool hfi_parser_enter(hfi_parser *parser)
{
    if (parser->level == HFI_LEVELS_MAX) {
        return hfi_parser_fail(parser, &parser->token, "at most 32 declarations inside each other");
    }
    parser->level++;
    return true;
}

void hfi_parser_leave(hfi_parser *parser)
{
    parser->level--;
}

hfi_scope *hfi_parser_scope(hfi_parser *parser)
{
    if (!parser->scope) {
        parser->scope = hfi_scope_create(parser->known ? parser->known->scope : NULL);
        if (!parser->scope) {
            hfi_parser_no_memory(parser);
        }
    }
    return parser->scope;
}

const hfi_scope_entry *hfi_parser_find(const hfi_parser *parser, bool is_tag, const hfi_token *name)
{
    const hfi_scope *outer = parser->known ? parser->known->scope : NULL;
    return hfi_scope_find(parser->scope ? parser->scope : outer, is_tag, name);
}

hfi_scope_entry *hfi_parser_declare(hfi_parser *parser, hfi_name_kind kind, const hfi_token *name)
{
    hfi_scope *scope = hfi_parser_scope(parser);
    if (!scope) {
        return NULL;
    }
    hfi_scope_entry *entry = hfi_scope_find_own(scope, kind == HFI_NAME_TAG, name);
    if (entry && entry->is_built_in) {
        entry->is_built_in = false;
        entry->kind = kind;
        entry->type = NULL;
        entry->layout = NULL;
        return entry;
    }
    if (entry) {
        hfi_parser_fail(parser, name, "a name that nothing else was declared with");
        return NULL;
    }
    entry = hfi_scope_add(scope, kind, name);
    if (!entry) {
        hfi_parser_no_memory(parser);
        return NULL;
    }
    entry->is_built_in = parser->is_built_in;
    return entry;
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
    parser->taken = parser->token.position + parser->token.length;
    do {
        parser->token = hfi_lex_next(&parser->lexer);
        if (parser->token.kind == HFI_T_HASH) {
            hfi_parse_directive(parser);
        }
    } while (parser->token.kind == HFI_T_HASH && parser->status == HF_OK);
    if (parser->status != HF_OK) {
        parser->token.kind = HFI_T_END;
    }
}

hfi_token hfi_parser_peek(const hfi_parser *parser)
{
    hfi_lexer copy = parser->lexer;
    hfi_token token = hfi_lex_next(&copy);
    while (token.kind == HFI_T_HASH) {
        copy.position = hfi_lex_line_end(&copy);
        token = hfi_lex_next(&copy);
    }
    return token;
}

hfi_token hfi_parser_span(const hfi_parser *parser, const hfi_token *first)
{
    hfi_token span = *first;
    span.length = parser->taken - first->position;
    return span;
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
    for (int i = 0; i < parser->now.prototype->param_count; i++) {
        const hfi_token *own = &parser->now.draft[i].name;
        if (own->kind == HFI_T_NAME && hfi_token_same(own, name)) {
            return i;
        }
    }
    return -1;
}
