/* SPDX-License-Identifier: MIT */

/*
 * The tokens of declarations.
 *
 * Blanks and C comments separate tokens, for people paste declarations from
 * headers.  The lexer never fails: what it cannot read is a token of a bad
 * kind, which no rule of the grammar accepts, so every error comes from the
 * parser and has a position.  It reads no locale (isalpha() and its family do).
 *
 * A # that begins a line is a token of its own; the parser reads the rest of
 * that line as a directive, with `limit` at the line's end.
 *
 * Threads: pure functions over the caller's memory.
 */

#include "prototype/lex.h"

#include <stddef.h>
#include <string.h>

typedef struct punctuation {
    char text[4];
    hfi_token_kind kind;
} punctuation;

/* Longer ones stand before their own beginnings. */
static const punctuation punctuations[] = {
    { "...", HFI_T_ELLIPSIS }, { "<<", HFI_T_SHL },      { ">>", HFI_T_SHR },
    { "<=", HFI_T_LE },        { ">=", HFI_T_GE },       { "==", HFI_T_EQ },
    { "!=", HFI_T_NE },        { "&&", HFI_T_AND },      { "||", HFI_T_OR },
    { "(", HFI_T_LPAREN },     { ")", HFI_T_RPAREN },    { "{", HFI_T_LBRACE },
    { "}", HFI_T_RBRACE },     { "[", HFI_T_LBRACKET },  { "]", HFI_T_RBRACKET },
    { ",", HFI_T_COMMA },      { ";", HFI_T_SEMICOLON }, { ":", HFI_T_COLON },
    { "*", HFI_T_STAR },       { "+", HFI_T_PLUS },      { "-", HFI_T_MINUS },
    { "!", HFI_T_NOT },        { "<", HFI_T_LT },        { ">", HFI_T_GT },
    { "=", HFI_T_ASSIGN },     { "/", HFI_T_SLASH },     { "%", HFI_T_PERCENT },
    { "&", HFI_T_AMPERSAND },  { "|", HFI_T_BAR },       { "^", HFI_T_CARET },
    { "~", HFI_T_TILDE },      { "?", HFI_T_QUESTION },  { ".", HFI_T_DOT },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_part(char c)
{
    return is_name_start(c) || is_digit(c);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Skips one comment; false, with nothing skipped, when there is none or it has no end. */
static bool skip_comment(hfi_lexer *lexer)
{
    const char *start = lexer->text + lexer->position;
    if (start[0] != '/' || (start[1] != '*' && start[1] != '/')) {
        return false;
    }
    if (start[1] == '/') {
        lexer->position += (uint32_t)strcspn(start, "\n");
        return true;
    }
    const char *end =
        start + 2; /* by hand: a checked strstr() looks for the text's end each time */
    while (*end != '\0' && (end[0] != '*' || end[1] != '/')) {
        end++;
    }
    if (*end == '\0') {
        return false;
    }
    lexer->position += (uint32_t)(end + 2 - start);
    return true;
}

/* Skips one blank or a backslash that joins two lines. */
static bool skip_blank(hfi_lexer *lexer)
{
    const char *at = lexer->text + lexer->position;
    if (lexer->limit != 0 && lexer->position >= lexer->limit) {
        return false; /* what follows belongs to the next line */
    }
    if (is_blank(*at)) {
        lexer->inside_line = lexer->inside_line && *at != '\n';
        lexer->position++;
        return true;
    }
    size_t length = at[0] != '\\' ? 0 : at[1] == '\n' ? 2 : at[1] == '\r' && at[2] == '\n' ? 3 : 0;
    lexer->position += (uint32_t)length;
    return length != 0;
}

static void skip_blanks(hfi_lexer *lexer)
{
    do {
        while (skip_blank(lexer)) {
        }
    } while (skip_comment(lexer));
}

uint32_t hfi_lex_line_end(const hfi_lexer *lexer)
{
    hfi_lexer line = *lexer;
    while (line.text[line.position] != '\0' && line.text[line.position] != '\n') {
        uint32_t before = line.position;
        if (line.text[before] == '\\') {
            skip_blank(&line);
        } else if (line.text[before] == '/' && !skip_comment(&line) &&
                   line.text[before + 1] == '*') {
            return before + (uint32_t)strlen(line.text + before); /* it has no end */
        }
        line.position += line.position == before;
    }
    return line.position;
}

static int digit_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 99;
}

/* "", U, L, LL and what C makes of them, whatever the case. */
static bool is_suffix(const char *text, uint32_t length)
{
    uint32_t unsigned_count = 0;
    uint32_t long_count = 0;
    for (uint32_t i = 0; i < length; i++) {
        if (text[i] == 'u' || text[i] == 'U') {
            unsigned_count++;
        } else if (text[i] == 'l' || text[i] == 'L') {
            long_count++;
        } else {
            return false;
        }
    }
    return unsigned_count <= 1 && long_count <= 2;
}

/* Reads the digits of a number token; its kind becomes bad when they make none. */
static void read_number(hfi_token *token)
{
    const char *at = token->start;
    const char *end = token->start + token->length;
    int64_t base = 10;
    if (at[0] == '0' && token->length > 1 && (at[1] == 'x' || at[1] == 'X')) {
        base = 16;
        at += 2;
    }
    const char *first = at;
    bool is_octal = base == 10 && at[0] == '0' && token->length > 1 && is_digit(at[1]);
    base = is_octal ? 8 : base;
    for (; at < end && digit_value(*at) < base; at++) {
        int digit = digit_value(*at);
        if (token->value > (INT64_MAX - digit) / base) {
            token->kind = HFI_T_BAD_NUMBER;
            return;
        }
        token->value = token->value * base + digit;
    }
    if (at == first || !is_suffix(at, (uint32_t)(end - at))) {
        token->kind = HFI_T_BAD_NUMBER;
    } else if (is_octal) {
        token->kind = HFI_T_OCTAL;
    }
}

static void read_word(hfi_token *token)
{
    while (is_name_part(token->start[token->length])) {
        token->length++;
    }
    if (token->kind == HFI_T_NUMBER) {
        read_number(token);
    }
}

/* Up to the closing quote, which stands on the same line; there are no escapes. */
static void read_quoted(hfi_token *token)
{
    char quote = *token->start;
    uint32_t length = 1;
    while ((unsigned char)token->start[length] >= ' ' && token->start[length] != quote &&
           token->start[length] != '\\') {
        length++;
    }
    bool has_end = token->start[length] == quote;
    token->kind = !has_end ? HFI_T_BAD : quote == '"' ? HFI_T_STRING : HFI_T_CHARACTER;
    token->length = has_end ? length + 1 : 1;
    if (token->kind == HFI_T_CHARACTER) {
        token->value = token->start[1];
        token->kind = token->length == 3 ? HFI_T_CHARACTER : HFI_T_BAD;
        token->length = token->length == 3 ? 3 : 1;
    }
}

static void read_punctuation(hfi_token *token)
{
    bool is_comment = strncmp(token->start, "/*", 2) == 0; /* without an end, or it were skipped */
    for (size_t i = 0; !is_comment && i < sizeof(punctuations) / sizeof(punctuations[0]); i++) {
        size_t length = strlen(punctuations[i].text);
        if (strncmp(token->start, punctuations[i].text, length) == 0) {
            token->kind = punctuations[i].kind;
            token->length = (uint32_t)length;
            return;
        }
    }
    token->kind = HFI_T_BAD;
    token->length = is_comment ? 2 : 1;
}

hfi_token hfi_lex_next(hfi_lexer *lexer)
{
    skip_blanks(lexer);
    hfi_token token = { .position = lexer->position, .start = lexer->text + lexer->position };
    char c = *token.start;
    if (c == '\0' || (lexer->limit != 0 && lexer->position >= lexer->limit)) {
        return token;
    }
    if (c == '#' && !lexer->inside_line) {
        token.kind = HFI_T_HASH;
        token.length = 1;
    } else if (c == '"' || c == '\'') {
        read_quoted(&token);
    } else if (is_name_start(c)) {
        token.kind = HFI_T_NAME;
        read_word(&token);
    } else if (is_digit(c)) {
        token.kind = HFI_T_NUMBER;
        read_word(&token);
    } else {
        read_punctuation(&token);
    }
    lexer->position += token.length;
    lexer->inside_line = true;
    return token;
}

bool hfi_token_is(const hfi_token *token, const char *word)
{
    return token->kind == HFI_T_NAME && strlen(word) == token->length &&
           memcmp(token->start, word, token->length) == 0;
}

bool hfi_token_same(const hfi_token *a, const hfi_token *b)
{
    return a->length == b->length && memcmp(a->start, b->start, a->length) == 0;
}
