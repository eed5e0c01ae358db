/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_LEX_H
#define HOLDFAST_PROTOTYPE_LEX_H

/* The text of declarations as tokens. */

#include <stdbool.h>
#include <stdint.h>

typedef enum hfi_token_kind {
    HFI_T_END,
    HFI_T_NAME,
    HFI_T_NUMBER,
    HFI_T_OCTAL,      /* a number all the same, but not in roles: it surprises there */
    HFI_T_BAD_NUMBER, /* too large, or digits or a suffix that C has not */
    HFI_T_CHARACTER,  /* 'x'; `value` is its code */
    HFI_T_STRING,     /* with its quotes; without escapes */
    HFI_T_HASH,       /* # as the first of its line: a directive */
    HFI_T_BAD,        /* a character, or a comment or text that has no end */
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
    HFI_T_OR,
    HFI_T_ASSIGN,
    HFI_T_SLASH,
    HFI_T_PERCENT,
    HFI_T_AMPERSAND,
    HFI_T_BAR,
    HFI_T_CARET,
    HFI_T_TILDE,
    HFI_T_SHL,
    HFI_T_SHR,
    HFI_T_QUESTION,
    HFI_T_DOT
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
    uint32_t limit;   /* the text ends here; 0: at its NUL */
    bool inside_line; /* a token stands before, on the same line */
} hfi_lexer;

/** The next token; at the end it is HFI_T_END for ever. */
hfi_token hfi_lex_next(hfi_lexer *lexer);

/** Where the logical line ends that `position` is in: its newline, or the end of the text. */
uint32_t hfi_lex_line_end(const hfi_lexer *lexer);

/** True when the token is exactly this word. */
bool hfi_token_is(const hfi_token *token, const char *word);

/** True when both tokens have the same text. */
bool hfi_token_same(const hfi_token *a, const hfi_token *b);

#endif
