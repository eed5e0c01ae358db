/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_LEX_H
#define HOLDFAST_PROTOTYPE_LEX_H

/* A prototype's text as tokens. */

#include <stdbool.h>
#include <stdint.h>

typedef enum hfi_token_kind {
    HFI_T_END,
    HFI_T_NAME,
    HFI_T_NUMBER,
    HFI_T_BAD_NUMBER, /* octal, too large, or a suffix that C has not */
    HFI_T_BAD,        /* a character or a comment that has no end */
    HFI_T_LPAREN,
    HFI_T_RPAREN,
    HFI_T_LBRACE,
    HFI_T_RBRACE,
    HFI_T_LBRACKET,
    HFI_T_RBRACKET,
    HFI_T_COMMA,
    HFI_T_SEMICOLON,
    HFI_T_COLON,
    HFI_T_ELLIPSIS,
    HFI_T_STAR,
    HFI_T_PLUS,
    HFI_T_MINUS,
    HFI_T_NOT,
    HFI_T_LT,
    HFI_T_LE,
    HFI_T_GT,
    HFI_T_GE,
    HFI_T_EQ,
    HFI_T_NE,
    HFI_T_AND,
    HFI_T_OR
} hfi_token_kind;

/** A stretch of the text.  `start` points into it; nothing is copied. */
typedef struct hfi_token {
    hfi_token_kind kind;
    uint32_t position;
    uint32_t length;
    const char *start;
    int64_t value; /* of a number */
} hfi_token;

typedef struct hfi_lexer {
    const char *text;
    uint32_t position;
} hfi_lexer;

/** The next token; at the end it is HFI_T_END for ever. */
hfi_token hfi_lex_next(hfi_lexer *lexer);

/** True when the token is exactly this word. */
bool hfi_token_is(const hfi_token *token, const char *word);

/** True when both tokens have the same text. */
bool hfi_token_same(const hfi_token *a, const hfi_token *b);

#endif
