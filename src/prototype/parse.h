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

#include "prototype/layout_build.h"
#include "prototype/lex.h"
#include "prototype/prototype.h"
#include "prototype/scope.h"

#define HFI_PROTOTYPE_TEXT_MAX (16u * 1024u)
#define HFI_FRAGMENT_TEXT_MAX  (1024u * 1024u)
#define HFI_NESTING_MAX        16 /* stars, parentheses */
#define HFI_LEVELS_MAX         32 /* rules of the grammar inside each other */
#define HFI_PACKS_MAX          16

/* The words in braces behind a parameter.  The first five exclude each other. */
typedef enum hfi_role {
    HFI_ROLE_IN,
    HFI_ROLE_OUT,
    HFI_ROLE_INOUT,
    HFI_ROLE_RAW,
    HFI_ROLE_RESOURCE,
    HFI_ROLE_TEXT,
    HFI_ROLE_TEXTS,
    HFI_ROLE_GIVEN,
    HFI_ROLE_CAPACITY,
    HFI_ROLE_NEEDED,
    HFI_ROLE_LENGTH,
    HFI_ROLE_SIZE,
    HFI_ROLE_POINTS_INTO,
    HFI_ROLE_ROOM,
    HFI_ROLE_SET,
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
    hfi_encoding encoding; /* of text and texts */
    hfi_token multi;       /* of text: the word; END: absent */
} hfi_role_use;

/* A place in the text to come back to. */
typedef struct hfi_place {
    hfi_lexer lexer;
    hfi_token token;
    uint32_t taken;
} hfi_place;

/* A parameter as written. */
typedef struct hfi_param_draft {
    hfi_type_draft type;
    hfi_token name;    /* END when it has none */
    size_t extent;     /* array bounds or size(n), in bytes */
    bool is_measured;  /* size(expr) over other parameters: read when all are known */
    hfi_place measure; /* what stands in size(...) */
    hfi_room_rules room;
    hfi_place set[HFI_SETS_MAX]; /* what stands in each set(...) */
    uint8_t set_count;
    hfi_token needed, query, length; /* function roles about it; END: absent */
    uint32_t roles;
    hfi_role_use use[HFI_ROLE_COUNT];
} hfi_param_draft;

/* Words of the function roles that later checks point at; END when absent. */
typedef struct hfi_function_draft {
    hfi_token fail, error, grow, grow_ok, transient, once, append;
    hfi_token needs_fail; /* the first role that is nothing without fail */
    hfi_token safe;
    hfi_token error_value; /* the first `error` in an expression */
} hfi_function_draft;

/* What attributes say that Holdfast has to know. */
typedef struct hfi_attributes {
    bool is_packed;
    size_t alignment; /* 0: none */
    hfi_convention convention;
    hfi_token packed_word;
    hfi_token label; /* of asm("name"): the string; END: none */
} hfi_attributes;

typedef enum hfi_mode {
    HFI_MODE_PROTOTYPE, /* declarations, then one function */
    HFI_MODE_SIGNATURE, /* the same, of a callback */
    HFI_MODE_FRAGMENT   /* a header */
} hfi_mode;

/* Lines that begin with #. */
typedef struct hfi_directives {
    size_t pack; /* 0: the compiler's own */
    size_t saved[HFI_PACKS_MAX];
    unsigned saved_count;
    unsigned open_count; /* conditions whose #endif is to come */
    bool is_ignored;     /* the text is only looked over */
} hfi_directives;

/* The function that is being read; those around it wait in hfi_parse_signature(). */
typedef struct hfi_function_state {
    hfi_prototype *prototype; /* NULL: none is */
    hfi_param_draft *draft;   /* HFI_PARAMS_MAX of them */
    hfi_function_draft function;
    uint32_t origin; /* where its text begins */
    bool is_lenient; /* a pointer without direction is raw */
    bool is_nested;  /* a function type inside another declaration */
} hfi_function_state;

typedef struct hfi_parser {
    hfi_lexer lexer;
    hfi_token token; /* the next one, not yet taken */
    uint32_t taken;  /* where the last one taken ended */
    const hfi_ctype_list *known;
    hfi_mode mode;
    hfi_scope *scope;           /* of this text; made with the first declaration */
    hfi_prototype_error *error; /* may be NULL */
    hf_status status;
    unsigned level;   /* rules inside each other */
    unsigned body;    /* of them, structs */
    bool is_typedef;  /* reading a typedef: tags are declared by being named */
    bool is_built_in; /* reading what Holdfast itself declares */
    hfi_directives directives;
    hfi_function_state now;
    hfi_fragment *fragment;
    size_t fragment_room;
} hfi_parser;

/* ---- parse_state.c ---- */

/** Records "found `at`, expected …", and returns false. */
bool hfi_parser_fail(hfi_parser *parser, const hfi_token *at, const char *expected);

/** Records that a type has another size than somebody says, and returns false. */
bool hfi_parser_fail_layout(hfi_parser *parser, const hfi_token *at, const char *found,
                            const char *expected);

/** Goes one rule deeper; fails where that is too deep.  Every true has its hfi_parser_leave(). */
bool hfi_parser_enter(hfi_parser *parser);
void hfi_parser_leave(hfi_parser *parser);

/** The text's own scope, made now if need be; NULL after recording that there is no memory. */
hfi_scope *hfi_parser_scope(hfi_parser *parser);

/** A name of this text or of what is known beside it; NULL. */
const hfi_scope_entry *hfi_parser_find(const hfi_parser *parser, bool is_tag,
                                       const hfi_token *name);

/** A new name; fails where the text has declared it before.  NULL after recording why. */
hfi_scope_entry *hfi_parser_declare(hfi_parser *parser, hfi_name_kind kind, const hfi_token *name);

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

/** Copies a token's text (`token` may be END: "") into memory of its own; false when there is none
 * left. */
bool hfi_parser_copy(hfi_parser *parser, const hfi_token *token, char **text_out);

/** The text between two places, as one token. */
hfi_token hfi_parser_span(const hfi_parser *parser, const hfi_token *first);

/** Index of the parameter of that name, or -1. */
int hfi_parser_param(const hfi_parser *parser, const hfi_token *name);

/* ---- directive.c ---- */

/** The line behind a #, which is the token just lexed; fails by recording. */
void hfi_parse_directive(hfi_parser *parser);

/* ---- attribute.c ---- */

/** Takes attributes, declspecs, conventions and words that say nothing; all there are. */
bool hfi_parse_attributes(hfi_parser *parser, hfi_attributes *attributes);

/** Takes _Alignas(...) if it stands here; `*found_out` tells. */
bool hfi_parse_alignas(hfi_parser *parser, hfi_attributes *attributes, bool *found_out);

/** Takes what stands between '(' and its ')', both taken too. */
bool hfi_parser_skip_parentheses(hfi_parser *parser);

/* ---- constant.c ---- */

/** An integer that the text says: of an array's bound, an enum's constant, an alignment. */
bool hfi_parse_constant(hfi_parser *parser, int64_t *value_out);

/** Takes sizeof(type), _Alignof(type) or offsetof(type, member), if one begins here. */
bool hfi_parse_measure(hfi_parser *parser, bool *found_out, int64_t *value_out);

/** _Static_assert(...); up to its ')'. */
bool hfi_parse_static_assert(hfi_parser *parser);

/* ---- parse_type.c ---- */

/** Words, a name or a tag, with qualifiers: what stands before the declarators. */
bool hfi_parse_base(hfi_parser *parser, hfi_type_draft *type_out, hfi_attributes *attributes);

/** A struct, union (`word` with a blank behind it) or enum by its tag; `layout` may be NULL. */
void hfi_set_tag_type(const hfi_parser *parser, const char *word, const hfi_token *tag,
                      hfi_layout *layout, hfi_type_draft *type);

/** True when a type begins with this token. */
bool hfi_is_type_start(const hfi_parser *parser, const hfi_token *token);

/** Takes qualifiers; returns whether const was among them. */
bool hfi_parse_qualifiers(hfi_parser *parser);

/** What a pointer of this type points to; `type->depth` > 0. */
hfi_ctype hfi_type_target(const hfi_type_draft *type);
size_t hfi_type_target_size(const hfi_type_draft *type);

/** Size and alignment of a value; false where they are not known. */
bool hfi_type_measure(const hfi_type_draft *type, size_t *size_out, size_t *alignment_out);

/** Fails with HF_E_LAYOUT when the binder says another size of the type of this name. */
bool hfi_check_known(hfi_parser *parser, const hfi_token *at, const char *name, size_t size);

/* ---- parse_tag.c ---- */

/** struct, union or enum, with or without a body. */
bool hfi_parse_tag(hfi_parser *parser, hfi_type_draft *type);

/** The enum behind its word; in parse_enum.c. */
bool hfi_parse_enum(hfi_parser *parser, hfi_type_draft *type);

/** A layout for an array that something points to. */
bool hfi_wrap_array(hfi_parser *parser, hfi_type_draft *type);

/** The member that a declaration of this type makes. */
bool hfi_member_of_type(const hfi_type_draft *type, hfi_member *member_out);

/* ---- parse_declarator.c ---- */

/** Stars, parentheses, a name, bounds, parameters: what stands behind the base, which `type` is at
 * first.  `attributes` stood before it; those behind it come to them.  `name_out` is END when there
 * is none.
 */
bool hfi_parse_declarator(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes,
                          hfi_token *name_out);

/** Stars with their qualifiers. */
bool hfi_parse_stars(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes);

/** Array bounds. */
bool hfi_parse_bounds(hfi_parser *parser, hfi_type_draft *type);

/** A type without a name, as in sizeof. */
bool hfi_parse_type_name(hfi_parser *parser, hfi_type_draft *type_out);

/** A word of C, which cannot be a name. */
bool hfi_is_c_word(const hfi_token *name);

/** Where the parser is now, and going to where it was. */
hfi_place hfi_parser_here(const hfi_parser *parser);
void hfi_parser_go(hfi_parser *parser, const hfi_place *to);

/** True when the '(' here opens a declarator that is more than a name in parentheses. */
bool hfi_opens_inside(const hfi_parser *parser);

/** Goes into the '(' of a declarator, with `type` made of what stands behind its ')' and of the
 * stars inside; hfi_declarator_leave() takes the ')' and goes on behind all that. */
bool hfi_declarator_enter(hfi_parser *parser, hfi_type_draft *type, hfi_place *after);
bool hfi_declarator_leave(hfi_parser *parser, const hfi_place *after);

/* ---- parse_function.c ---- */

/** Storage words, attributes and conventions in any order. */
bool hfi_parse_linkage(hfi_parser *parser, hfi_attributes *attributes, bool *is_extern);

/** A function behind its result's type; `first` is where the declaration begins. */
bool hfi_parse_function(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes,
                        const hfi_token *first);

/* ---- parse_typedef.c ---- */

/** `typedef` and what follows, up to its semicolon. */
bool hfi_parse_typedef(hfi_parser *parser);

/* ---- parse_param.c ---- */

/** The list behind '(', with its ')'. */
bool hfi_parse_params(hfi_parser *parser);

/** A function type: the list behind '(', of a function that gives `type`, which becomes it. */
bool hfi_parse_signature(hfi_parser *parser, hfi_type_draft *type);

/** The name of a function type that has none yet. */
bool hfi_name_signature(hfi_parser *parser, const hfi_type_draft *type, const hfi_token *name);

/** What a function of this type gives back. */
bool hfi_set_result(hfi_parser *parser, const hfi_type_draft *type, hfi_prototype *prototype);

/* ---- roles.c ---- */

/** The braces behind parameter `index`, if there are any. */
bool hfi_parse_param_roles(hfi_parser *parser, hfi_param_draft *draft);

/** [ 'bytes' | 'elements' ]; absent leaves `use->unit_word` END.  `biased` allows ± k behind. */
bool hfi_parse_unit(hfi_parser *parser, hfi_role_use *use, bool biased);

/* ---- extent.c ---- */

/** What stands between the parentheses of room. */
bool hfi_parse_room(hfi_parser *parser, hfi_room_rules *room);

/** What stands in size(...): a constant, or an expression that is only passed over. */
bool hfi_parse_extent(hfi_parser *parser, hfi_param_draft *draft);

/** Up to the ')' of the role, which is left. */
bool hfi_parser_pass_over(hfi_parser *parser);

/** Reads the expression of parameter `index`, if it has one; all kinds are decided. */
bool hfi_prototype_resolve_extent(hfi_parser *parser, int index);

/* ---- roles_function.c ---- */

/** The braces behind ')', if there are any. */
bool hfi_parse_function_roles(hfi_parser *parser);

/** asm("name") behind the parameters: the symbol's name. */
bool hfi_set_label(hfi_parser *parser, const hfi_token *string);

/* ---- expr.c ---- */

/** An expression over the parameters, which are all known by now. */
bool hfi_parse_expr(hfi_parser *parser, hfi_expr *expr);

/** The same, over what is known before the call alone. */
bool hfi_parse_expr_before(hfi_parser *parser, hfi_expr *expr);

/** The same, over what is known before a try: capacities too, as they will be announced. */
bool hfi_parse_expr_armed(hfi_parser *parser, hfi_expr *expr);

/* ---- inside.c ---- */

/** True when `word` and what follows it begin a number inside a buffer: u8( u16( u32( u64(. */
bool hfi_is_inside(const hfi_parser *parser, const hfi_token *word);

/** Takes u32(x, at); gives the place of its value among those that expressions see. */
bool hfi_parse_inside(hfi_parser *parser, int64_t *place_out);

/** What stands in set(...): it is passed over. */
bool hfi_parse_set(hfi_parser *parser, hfi_param_draft *draft);

/** Reads what parameter `index` is to hold, if anything; all kinds are decided. */
bool hfi_prototype_resolve_sets(hfi_parser *parser, int index);

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
