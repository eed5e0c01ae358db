/* SPDX-License-Identifier: MIT */

/*
 * The braces behind a parameter.
 *
 * Each role is recorded with the tokens it was written in, because it may name
 * a parameter that stands further on and because a contradiction found later is
 * reported at the word that makes it.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

/* What follows the word. */
typedef enum role_form {
    FORM_PLAIN,       /* nothing */
    FORM_NAME,        /* (x) */
    FORM_NAME_UNIT,   /* (x [, unit]) */
    FORM_NAME_BIASED, /* (x [, [unit] [± k]]) */
    FORM_EXTENT,      /* (n) or (expr) */
    FORM_TEXT,        /* [([utf8 | system] [,] [multi])] */
    FORM_ENCODING,    /* [(utf8 | system)] */
    FORM_ROOM,        /* (word n, ...) */
    FORM_SET          /* (width, at, expr) */
} role_form;

typedef struct role_word {
    const char *word;
    role_form form;
} role_word;

static const role_word role_words[HFI_ROLE_COUNT] = {
    [HFI_ROLE_IN] = { "in", FORM_PLAIN },
    [HFI_ROLE_OUT] = { "out", FORM_PLAIN },
    [HFI_ROLE_INOUT] = { "inout", FORM_PLAIN },
    [HFI_ROLE_RAW] = { "raw", FORM_PLAIN },
    [HFI_ROLE_RESOURCE] = { "resource", FORM_PLAIN },
    [HFI_ROLE_TEXT] = { "text", FORM_TEXT },
    [HFI_ROLE_TEXTS] = { "texts", FORM_ENCODING },
    [HFI_ROLE_GIVEN] = { "given", FORM_PLAIN },
    [HFI_ROLE_CAPACITY] = { "capacity", FORM_NAME_UNIT },
    [HFI_ROLE_NEEDED] = { "needed", FORM_NAME_BIASED },
    [HFI_ROLE_LENGTH] = { "length", FORM_NAME_BIASED },
    [HFI_ROLE_SIZE] = { "size", FORM_EXTENT },
    [HFI_ROLE_POINTS_INTO] = { "points_into", FORM_NAME },
    [HFI_ROLE_ROOM] = { "room", FORM_ROOM },
    [HFI_ROLE_SET] = { "set", FORM_SET },
};

/* At most one of them says which way a value goes. */
static const uint32_t exclusive_roles = HFI_ROLE_BIT(HFI_ROLE_IN) | HFI_ROLE_BIT(HFI_ROLE_OUT) |
                                        HFI_ROLE_BIT(HFI_ROLE_INOUT) | HFI_ROLE_BIT(HFI_ROLE_RAW) |
                                        HFI_ROLE_BIT(HFI_ROLE_RESOURCE);

static hfi_role find_role(const hfi_token *word)
{
    unsigned role = 0;
    while (role < HFI_ROLE_COUNT && !hfi_token_is(word, role_words[role].word)) {
        role++;
    }
    return (hfi_role)role;
}

/* [ + k | - k ] */
static bool parse_bias(hfi_parser *parser, hfi_role_use *use)
{
    hfi_token sign = parser->token;
    if (!hfi_parser_accept(parser, HFI_T_PLUS) && !hfi_parser_accept(parser, HFI_T_MINUS)) {
        return true;
    }
    hfi_token number = parser->token;
    if (number.kind != HFI_T_NUMBER || number.value > INT32_MAX) {
        return hfi_parser_fail(parser, &number, "a number up to 2147483647");
    }
    hfi_parser_advance(parser);
    use->bias = (int32_t)(sign.kind == HFI_T_MINUS ? -number.value : number.value);
    return true;
}

bool hfi_parse_unit(hfi_parser *parser, hfi_role_use *use, bool biased)
{
    hfi_token word = parser->token;
    if (hfi_token_is(&word, "bytes") || hfi_token_is(&word, "elements")) {
        use->unit = hfi_token_is(&word, "bytes") ? HFI_UNIT_BYTES : HFI_UNIT_ELEMENTS;
        use->unit_word = word;
        hfi_parser_advance(parser);
    } else if (!biased) {
        return hfi_parser_fail(parser, &word, "bytes or elements");
    } else if (word.kind != HFI_T_PLUS && word.kind != HFI_T_MINUS) {
        return hfi_parser_fail(parser, &word, "bytes, elements, + or -");
    }
    return !biased || parse_bias(parser, use);
}

/* What stands between the parentheses of a role. */
static bool parse_operands(hfi_parser *parser, hfi_param_draft *draft, role_form form,
                           hfi_role_use *use)
{
    if (form == FORM_EXTENT) {
        return hfi_parse_extent(parser, draft);
    }
    if (form == FORM_ROOM) {
        return hfi_parse_room(parser, &draft->room);
    }
    if (form == FORM_SET) {
        return hfi_parse_set(parser, draft);
    }
    use->name = parser->token;
    if (!hfi_parser_expect(parser, HFI_T_NAME, "the name of a buffer parameter")) {
        return false;
    }
    if (form == FORM_NAME || !hfi_parser_accept(parser, HFI_T_COMMA)) {
        return true;
    }
    return hfi_parse_unit(parser, use, form == FORM_NAME_BIASED);
}

/* One word of text(...); each at most once. */
static bool parse_text_word(hfi_parser *parser, bool takes_multi, hfi_role_use *use)
{
    hfi_token word = parser->token;
    bool is_multi = takes_multi && hfi_token_is(&word, "multi");
    bool is_system = hfi_token_is(&word, "system");
    if (!is_multi && !is_system && !hfi_token_is(&word, "utf8")) {
        return hfi_parser_fail(parser, &word,
                               takes_multi ? "utf8, system or multi" : "utf8 or system");
    }
    hfi_token *place = is_multi ? &use->multi : &use->name;
    if (place->kind != HFI_T_END) {
        return hfi_parser_fail(parser, &word, is_multi ? "each word once" : "one encoding");
    }
    *place = word;
    if (is_system) {
        use->encoding = HFI_ENCODING_SYSTEM;
    }
    hfi_parser_advance(parser);
    return true;
}

static bool parse_encoding(hfi_parser *parser, role_form form, hfi_role_use *use)
{
    bool takes_multi = form == FORM_TEXT;
    if (!hfi_parser_accept(parser, HFI_T_LPAREN)) {
        return true;
    }
    do {
        if (!parse_text_word(parser, takes_multi, use)) {
            return false;
        }
    } while (takes_multi && hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_RPAREN, ") of the role");
}

static bool parse_role(hfi_parser *parser, hfi_param_draft *draft)
{
    hfi_token word = parser->token;
    hfi_role role = find_role(&word);
    if (role == HFI_ROLE_COUNT) {
        return hfi_parser_fail(parser, &word,
                               "in, out, inout, raw, resource, text, texts, given, capacity, "
                               "needed, length, size, points_into, room or set");
    }
    if ((draft->roles & HFI_ROLE_BIT(role)) != 0 && role != HFI_ROLE_SET) {
        return hfi_parser_fail(parser, &word, "each role once");
    }
    if ((exclusive_roles & HFI_ROLE_BIT(role)) != 0 && (draft->roles & exclusive_roles) != 0) {
        return hfi_parser_fail(parser, &word, "one of in, out, inout, raw, resource");
    }
    hfi_parser_advance(parser);
    hfi_role_use *use = &draft->use[role];
    use->word = word;
    draft->roles |= HFI_ROLE_BIT(role);
    role_form form = role_words[role].form;
    if (form == FORM_PLAIN) {
        return true;
    }
    if (form == FORM_TEXT || form == FORM_ENCODING) {
        return parse_encoding(parser, form, use);
    }
    return hfi_parser_expect(parser, HFI_T_LPAREN, "( behind the role") &&
           parse_operands(parser, draft, form, use) &&
           hfi_parser_expect(parser, HFI_T_RPAREN, ") of the role");
}

bool hfi_parse_param_roles(hfi_parser *parser, hfi_param_draft *draft)
{
    if (!hfi_parser_accept(parser, HFI_T_LBRACE)) {
        return true;
    }
    do {
        if (!parse_role(parser, draft)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_RBRACE, ", or } behind a role");
}
