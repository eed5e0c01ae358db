/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_PARSE_H
#define HOLDFAST_PROTOTYPE_PARSE_H

/*
 * What the files of the parser share.
 *
 * A rule of the grammar is a function that returns false after it has recorded
 * why (hfi_parser_fail(), hfi_parser_no_memory()); its callers only pass that on.  The first
 * record wins.  Everything allocated hangs on the prototype at once, so that
 * hfi_prototype_finish() gives it back whatever happened.
 */

#include "prototype/lex.h"
#include "prototype/prototype.h"

#define HFI_PROTOTYPE_TEXT_MAX (16u * 1024u)
#define HFI_NESTING_MAX        16 /* stars, parentheses */

/* A type as written: `base` behind `depth` stars. */
typedef struct hfi_type_draft {
    hfi_ctype base;
    uint8_t depth;
    uint32_t const_mask; /* bit 0: the base; bit n: the n-th pointer, counted from the base */
    bool is_char;
    bool is_wide;
    size_t size; /* of the base; 0 unknown */
    size_t alignment;
    hfi_token first; /* where it begins */
} hfi_type_draft;

/* The words in braces behind a parameter.  The first five exclude each other. */
typedef enum hfi_role {
    HFI_ROLE_IN,
    HFI_ROLE_OUT,
    HFI_ROLE_INOUT,
    HFI_ROLE_RAW,
    HFI_ROLE_RESOURCE,
    HFI_ROLE_TEXT,
    HFI_ROLE_GIVEN,
    HFI_ROLE_CAPACITY,
    HFI_ROLE_NEEDED,
    HFI_ROLE_LENGTH,
    HFI_ROLE_SIZE,
    HFI_ROLE_POINTS_INTO,
    HFI_ROLE_COUNT
} hfi_role;

#define HFI_ROLE_BIT(role) (1u << (role))

/* One role as written; names are resolved when all parameters are known. */
typedef struct hfi_role_use {
    hfi_token word;
    hfi_token name;
    hfi_token unit_word; /* END when no unit is written */
    hfi_unit unit;
    int32_t bias;
} hfi_role_use;

/* A parameter as written. */
typedef struct hfi_param_draft {
    hfi_type_draft type;
    hfi_token name; /* END when it has none */
    bool is_function;
    size_t extent; /* array bounds or size(n), in bytes */
    uint32_t roles;
    hfi_role_use use[HFI_ROLE_COUNT];
} hfi_param_draft;

/* Words of the function roles that later checks point at; END when absent. */
typedef struct hfi_function_draft {
    hfi_token fail, error, grow, grow_ok;
    hfi_token needs_fail;  /* the first role that is nothing without fail */
    hfi_token error_value; /* the first `error` in an expression */
} hfi_function_draft;

typedef struct hfi_parser {
    hfi_lexer lexer;
    hfi_token token; /* the next one, not yet taken */
    const hfi_ctype_list *known;
    hfi_prototype *prototype;
    hfi_prototype_error *error; /* may be NULL */
    hf_status status;
    hfi_param_draft draft[HFI_PARAMS_MAX];
    hfi_function_draft function;
} hfi_parser;

/* ---- parse_state.c ---- */

/** Records "found `at`, expected …", and returns false. */
bool hfi_parser_fail(hfi_parser *parser, const hfi_token *at, const char *expected);

/** Records that memory ran out, and returns false. */
bool hfi_parser_no_memory(hfi_parser *parser);

void hfi_parser_advance(hfi_parser *parser);

/** The token behind the next one. */
hfi_token hfi_parser_peek(const hfi_parser *parser);

/** Takes the next token if it is of this kind. */
bool hfi_parser_accept(hfi_parser *parser, hfi_token_kind kind);

/** Takes it, or fails. */
bool hfi_parser_expect(hfi_parser *parser, hfi_token_kind kind, const char *expected);

/** Takes the next token if it is this word. */
bool hfi_parser_accept_word(hfi_parser *parser, const char *word);

/** Copies a token's text into memory of its own; false when there is none left. */
bool hfi_parser_copy(hfi_parser *parser, const hfi_token *token, char **text_out);

/** Index of the parameter of that name, or -1. */
int hfi_parser_param(const hfi_parser *parser, const hfi_token *name);

/* ---- parse_type.c ---- */

/** type qualifiers and stars, up to the name. */
bool hfi_parse_type(hfi_parser *parser, hfi_type_draft *type_out);

/** What a pointer of this type points to; `type->depth` > 0. */
hfi_ctype hfi_type_target(const hfi_type_draft *type);
size_t hfi_type_target_size(const hfi_type_draft *type);

/* ---- parse_param.c ---- */

/** The list behind '(', with its ')'. */
bool hfi_parse_params(hfi_parser *parser);

/** Takes a calling convention word; false when there is none. */
bool hfi_parse_convention(hfi_parser *parser, hfi_convention *convention);

/* ---- roles.c ---- */

/** The braces behind parameter `index`, if there are any. */
bool hfi_parse_param_roles(hfi_parser *parser, hfi_param_draft *draft);

/** [ 'bytes' | 'elements' ]; absent leaves `use->unit_word` END.  `biased` allows ± k behind. */
bool hfi_parse_unit(hfi_parser *parser, hfi_role_use *use, bool biased);

/* ---- roles_function.c ---- */

/** The braces behind ')', if there are any. */
bool hfi_parse_function_roles(hfi_parser *parser);

/* ---- expr.c ---- */

/** An expression over the parameters, which are all known by now. */
bool hfi_parse_expr(hfi_parser *parser, hfi_expr *expr);

/* ---- kind.c ---- */

/** Decides what each parameter is and who supplies it. */
bool hfi_prototype_decide_kinds(hfi_parser *parser);

/* ---- size.c ---- */

/** Resolves needed, length and points_into, and the units. */
bool hfi_prototype_resolve_sizes(hfi_parser *parser);

/** The unit in which `use` counts the content of `buffer`; fails where its elements have no size.
 */
bool hfi_prototype_unit(hfi_parser *parser, const hfi_role_use *use, int buffer,
                        hfi_unit *unit_out);

/** True when a parameter holds bytes that the callee fills and whose length it may tell. */
bool hfi_param_is_filled_buffer(const hfi_param *param);

/* ---- check.c ---- */

/** What only the whole can tell: fail where it is needed, an error source where it is read. */
bool hfi_prototype_check(hfi_parser *parser);

#endif
