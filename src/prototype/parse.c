/* SPDX-License-Identifier: MIT */

/*
 * A text from end to end: declarations, and the function or functions.
 *
 *
 * Bounds: the text (16 KiB of a prototype, 1 MiB of a header), parameters (32),
 * operations of an expression (48), members (8192) and every nesting (16 and 32)
 * are limited, so no text makes the parser recurse or allocate without end.
 *
 * Threads: pure but for memory; any thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

/* extern int names[4], x; of no use here. */
static bool pass_variable(hfi_parser *parser, const hfi_type_draft *base)
{
    do {
        hfi_type_draft type = *base;
        hfi_attributes attributes = { 0 };
        hfi_token name;
        if (!hfi_parse_declarator(parser, &type, &attributes, &name)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_SEMICOLON, "; behind the variable");
}

static bool is_variable(const hfi_parser *parser)
{
    hfi_token_kind next = hfi_parser_peek(parser).kind;
    return parser->token.kind == HFI_T_NAME &&
           (next == HFI_T_SEMICOLON || next == HFI_T_LBRACKET || next == HFI_T_COMMA);
}

/* A function, or a struct, union or enum that is only declared. */
static bool parse_declaration(hfi_parser *parser, hfi_prototype *prototype, bool *is_function)
{
    hfi_attributes attributes = { 0 };
    hfi_type_draft type;
    hfi_token first = parser->token;
    bool is_extern = false;
    *is_function = false;
    memset(&parser->now.function, 0, sizeof(parser->now.function));
    parser->now.origin = parser->mode == HFI_MODE_FRAGMENT ? first.position : 0;
    if (!hfi_parse_linkage(parser, &attributes, &is_extern) ||
        !hfi_parse_base(parser, &type, &attributes)) {
        return false;
    }
    if (type.depth == 0 && parser->token.kind == HFI_T_SEMICOLON && parser->scope) {
        hfi_parser_advance(parser);
        return true;
    }
    if (!hfi_parse_linkage(parser, &attributes, &is_extern) ||
        !hfi_parse_stars(parser, &type, &attributes) ||
        !hfi_parse_linkage(parser, &attributes, &is_extern)) {
        return false;
    }
    if (is_extern && parser->mode == HFI_MODE_FRAGMENT && is_variable(parser)) {
        return pass_variable(parser, &type);
    }
    *is_function = true;
    parser->now.prototype = prototype;
    bool good = hfi_parse_function(parser, &type, &attributes, &first);
    parser->now.prototype = NULL;
    return good;
}

static bool parse_assertion(hfi_parser *parser)
{
    hfi_parser_advance(parser);
    return hfi_parse_static_assert(parser) &&
           hfi_parser_expect(parser, HFI_T_SEMICOLON, "; behind the assertion");
}

/* extern "C" {, its }, and what has an end of its own. */
static bool parse_special(hfi_parser *parser, unsigned *open_count, bool *found)
{
    *found = true;
    if (hfi_token_is(&parser->token, "typedef")) {
        return hfi_parse_typedef(parser);
    }
    if (hfi_token_is(&parser->token, "_Static_assert") ||
        hfi_token_is(&parser->token, "static_assert")) {
        return parse_assertion(parser);
    }
    if (hfi_token_is(&parser->token, "extern") && hfi_parser_peek(parser).kind == HFI_T_STRING) {
        hfi_parser_advance(parser);
        hfi_parser_advance(parser);
        if (hfi_parser_accept(parser, HFI_T_LBRACE)) {
            ++*open_count;
        }
        return true;
    }
    if (*open_count > 0 && hfi_parser_accept(parser, HFI_T_RBRACE)) {
        --*open_count;
        return true;
    }
    *found = parser->mode == HFI_MODE_FRAGMENT && hfi_parser_accept(parser, HFI_T_SEMICOLON);
    return true;
}

static bool check_ends(hfi_parser *parser, unsigned open_count)
{
    if (open_count != 0) {
        return hfi_parser_fail(parser, &parser->token, "} of extern \"C\"");
    }
    return parser->directives.open_count == 0 || hfi_parser_fail(parser, &parser->token, "#endif");
}

/* All declarations; in the modes of one function, up to that one. */
static bool parse_text(hfi_parser *parser, hfi_prototype *prototype)
{
    bool is_one = parser->mode != HFI_MODE_FRAGMENT;
    unsigned open_count = 0;
    for (bool is_function = false; !(is_one && is_function);) {
        bool found;
        if (!is_one && parser->token.kind == HFI_T_END) {
            break;
        }
        if (!parse_special(parser, &open_count, &found) ||
            (!found && !parse_declaration(parser, prototype, &is_function))) {
            return false;
        }
    }
    return check_ends(parser, open_count);
}

/* ---- the entries ---- */

/* True when the text ends within its limit. */
static bool check_length(hfi_parser *parser, const char *text, size_t limit, const char *expected)
{
    if (memchr(text, '\0', limit + 1)) {
        return true;
    }
    hfi_token rest = {
        .kind = HFI_T_BAD, .position = (uint32_t)limit, .length = 1, .start = text + limit
    };
    return hfi_parser_fail(parser, &rest, expected);
}

static bool copy_text(hfi_parser *parser, const char *text, hfi_prototype *prototype)
{
    hfi_token whole = { .start = text };
    if (!check_length(parser, text, HFI_PROTOTYPE_TEXT_MAX,
                      "a declaration of at most 16384 bytes")) {
        return false;
    }
    whole.length = (uint32_t)strlen(text);
    return hfi_parser_copy(parser, &whole, &prototype->text);
}

/* The drafts are too much for a stack that somebody else has chosen the size of. */
static hfi_parser *create(hfi_mode mode, const hfi_ctype_list *known,
                          hfi_prototype_error *error_out)
{
    if (error_out) {
        memset(error_out, 0, sizeof(*error_out));
    }
    hfi_parser *parser = hfi_alloc(sizeof(*parser));
    hfi_param_draft *draft =
        parser ? hfi_alloc_array(HFI_PARAMS_MAX, sizeof(hfi_param_draft)) : NULL;
    if (!draft) {
        hfi_free(parser);
        return NULL;
    }
    parser->mode = mode;
    parser->known = known;
    parser->error = error_out;
    parser->now.draft = draft;
    parser->now.is_lenient = mode == HFI_MODE_SIGNATURE;
    return parser;
}

static hf_status destroy(hfi_parser *parser)
{
    hf_status status = parser->status;
    hfi_scope_release(parser->scope);
    hfi_free(parser->now.draft);
    hfi_free(parser);
    return status;
}

static hf_status parse_one(hfi_mode mode, const char *text, const hfi_ctype_list *known,
                           hfi_prototype *prototype_out, hfi_prototype_error *error_out)
{
    HF_ASSERT(text && prototype_out);
    memset(prototype_out, 0, sizeof(*prototype_out));
    hfi_parser *parser = create(mode, known, error_out);
    if (!parser) {
        return HF_E_NOMEM;
    }
    if (copy_text(parser, text, prototype_out)) {
        parser->lexer.text = prototype_out->text;
        hfi_parser_advance(parser);
        if (parse_text(parser, prototype_out)) {
            hfi_scope_seal(parser->scope);
            hfi_scope *outer = known ? known->scope : NULL;
            prototype_out->scope = hfi_scope_acquire(parser->scope ? parser->scope : outer);
        }
    }
    hf_status status = destroy(parser);
    if (status != HF_OK) {
        hfi_prototype_finish(prototype_out);
    }
    return status;
}

hf_status hfi_prototype_parse(const char *text, const hfi_ctype_list *known,
                              hfi_prototype *prototype_out, hfi_prototype_error *error_out)
{
    return parse_one(HFI_MODE_PROTOTYPE, text, known, prototype_out, error_out);
}

hf_status hfi_signature_parse(const char *text, const hfi_ctype_list *known,
                              hfi_prototype *prototype_out, hfi_prototype_error *error_out)
{
    return parse_one(HFI_MODE_SIGNATURE, text, known, prototype_out, error_out);
}

hf_status hfi_fragment_parse(const char *text, const hfi_ctype_list *known,
                             hfi_fragment *fragment_out, hfi_prototype_error *error_out)
{
    HF_ASSERT(text && fragment_out);
    memset(fragment_out, 0, sizeof(*fragment_out));
    hfi_parser *parser = create(HFI_MODE_FRAGMENT, known, error_out);
    if (!parser) {
        return HF_E_NOMEM;
    }
    hfi_prototype prototype;
    memset(&prototype, 0, sizeof(prototype));
    parser->fragment = fragment_out;
    if (hfi_parser_scope(parser) &&
        check_length(parser, text, HFI_FRAGMENT_TEXT_MAX, "a header of at most 1048576 bytes")) {
        parser->lexer.text = text;
        hfi_parser_advance(parser);
        if (parse_text(parser, &prototype)) {
            hfi_scope_seal(parser->scope);
            fragment_out->scope = hfi_scope_acquire(parser->scope);
        }
    }
    hfi_prototype_finish(&prototype);
    hf_status status = destroy(parser);
    if (status != HF_OK) {
        hfi_fragment_finish(fragment_out);
    }
    return status;
}

void hfi_fragment_finish(hfi_fragment *fragment)
{
    for (size_t i = 0; i < fragment->count; i++) {
        hfi_prototype_finish(&fragment->prototype[i]);
    }
    hfi_free(fragment->prototype);
    hfi_scope_release(fragment->scope);
    memset(fragment, 0, sizeof(*fragment));
}
