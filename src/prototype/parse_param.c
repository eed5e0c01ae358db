/* SPDX-License-Identifier: MIT */

/*
 * Parameters: a type, a declarator, roles.
 *
 * Only the syntax: what a parameter is for depends on roles of others that may
 * stand behind it, and is decided in kind.c when all are read.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

static bool is_reserved(const hfi_token *name)
{
    return hfi_token_is(name, "result") || hfi_token_is(name, "error");
}

static bool check_name(hfi_parser *parser, const hfi_token *name)
{
    if (is_reserved(name)) {
        return hfi_parser_fail(parser, name,
                               "another name: result and error are words of expressions");
    }
    if (name->kind == HFI_T_NAME && hfi_parser_param(parser, name) >= 0) {
        return hfi_parser_fail(parser, name, "a name that no other parameter has");
    }
    return true;
}

/* An array becomes a pointer to its elements, with an extent where all bounds are given; a function
   becomes a pointer to it. */
static bool decay(hfi_parser *parser, hfi_param_draft *draft)
{
    hfi_type_draft *type = &draft->type;
    if (!type->is_array && !(type->function && type->depth == 0)) {
        return true;
    }
    if (type->depth == HFI_NESTING_MAX) {
        return hfi_parser_fail(parser, &type->first, "at most 16 stars");
    }
    if (type->is_array && !type->is_open) {
        draft->extent = type->count * (type->depth > 0 ? sizeof(void *) : type->size);
    }
    type->is_array = false;
    type->is_open = false;
    type->user_alignment = 0;
    type->depth++;
    return true;
}

/* A value of the type must be able to cross. */
static bool check_value(hfi_parser *parser, const hfi_type_draft *type)
{
    if (type->depth > 0) {
        return true;
    }
    if (type->base == HFI_C_OPAQUE) {
        return hfi_parser_fail(parser, &type->first,
                               "a type whose size is known, or a pointer: nothing else by value");
    }
    const char *reason = type->base == HFI_C_AGGREGATE ? type->layout->no_value
                         : type->user_alignment != 0   ? "it is aligned otherwise than its members"
                                                       : NULL;
    if (reason) {
        char expected[128];
        snprintf(expected, sizeof(expected), "a pointer: no value of this type passes, %s", reason);
        return hfi_parser_fail(parser, &type->first, expected);
    }
    return true;
}

bool hfi_set_result(hfi_parser *parser, const hfi_type_draft *type, hfi_prototype *prototype)
{
    if (type->is_array || (type->function && type->depth == 0)) {
        return hfi_parser_fail(parser, &type->first, "a function that returns a value");
    }
    if (!check_value(parser, type)) {
        return false;
    }
    prototype->result = type->depth > 0 ? HFI_C_POINTER : type->base;
    prototype->result_target = HFI_C_VOID;
    if (type->depth > 0 && !(type->function && type->depth == 1)) {
        prototype->result_target = hfi_type_target(type);
    }
    bool has_layout = type->depth < 2 && !type->function && type->base == HFI_C_AGGREGATE;
    prototype->result_layout = has_layout ? type->layout : NULL;
    return true;
}

/* Room for one more; `hfi_realloc` leaves the new part as it was, so it is cleared here. */
static bool add_param(hfi_parser *parser)
{
    hfi_prototype *prototype = parser->now.prototype;
    size_t count = prototype->param_count;
    if (count == HFI_PARAMS_MAX) {
        return hfi_parser_fail(parser, &parser->token, "at most 32 parameters");
    }
    if ((count & (count - 1)) == 0) {
        size_t room = count == 0 ? 1 : 2 * count;
        hfi_param *grown = hfi_realloc(prototype->param, room * sizeof(hfi_param));
        if (!grown) {
            return hfi_parser_no_memory(parser);
        }
        prototype->param = grown;
    }
    memset(&prototype->param[count], 0, sizeof(hfi_param));
    memset(&parser->now.draft[count], 0, sizeof(hfi_param_draft));
    prototype->param_count++;
    return true;
}

bool hfi_name_signature(hfi_parser *parser, const hfi_type_draft *type, const hfi_token *name)
{
    hfi_prototype *function = type->function;
    if (!function || type->depth > 1 || function->name[0] != '\0') {
        return true;
    }
    hfi_free(function->name);
    function->name = NULL;
    return hfi_parser_copy(parser, name, &function->name);
}

static bool parse_param(hfi_parser *parser)
{
    hfi_token first = parser->token;
    hfi_attributes attributes = { 0 };
    hfi_parser_accept_word(parser, "register");
    if (!add_param(parser)) {
        return false;
    }
    size_t index = parser->now.prototype->param_count - 1u;
    hfi_param_draft *draft = &parser->now.draft[index];
    hfi_token name;
    if (!hfi_parse_base(parser, &draft->type, &attributes) ||
        !hfi_parse_declarator(parser, &draft->type, &attributes, &name) ||
        !check_name(parser, &name) || !decay(parser, draft) ||
        !hfi_name_signature(parser, &draft->type, &name)) {
        return false;
    }
    draft->name = name;
    if (draft->type.depth == 0 && draft->type.base == HFI_C_VOID) {
        return hfi_parser_fail(parser, &draft->type.first, "a type with values; void stands alone");
    }
    if (!check_value(parser, &draft->type) || !hfi_parse_param_roles(parser, draft)) {
        return false;
    }
    parser->now.prototype->param[index].position = first.position - parser->now.origin;
    return hfi_parser_copy(parser, &draft->name, &parser->now.prototype->param[index].name);
}

/* `...`, behind at least one parameter. */
static bool parse_ellipsis(hfi_parser *parser)
{
    hfi_token at = parser->token;
    if (parser->now.prototype->param_count == 0) {
        return hfi_parser_fail(parser, &at, "a parameter before variable arguments");
    }
    if (parser->mode == HFI_MODE_SIGNATURE && !parser->now.is_nested) {
        return hfi_parser_fail(parser, &at, "a parameter: a callback has no variable arguments");
    }
    hfi_parser_advance(parser);
    parser->now.prototype->is_variadic = true;
    return hfi_parser_expect(parser, HFI_T_RPAREN, ") behind ...");
}

bool hfi_parse_params(hfi_parser *parser)
{
    if (hfi_parser_accept(parser, HFI_T_RPAREN)) {
        return true;
    }
    bool is_void = hfi_token_is(&parser->token, "void") || hfi_token_is(&parser->token, "VOID");
    if (is_void && hfi_parser_peek(parser).kind == HFI_T_RPAREN) {
        hfi_parser_advance(parser);
        hfi_parser_advance(parser);
        return true;
    }
    do {
        if (parser->token.kind == HFI_T_ELLIPSIS) {
            return parse_ellipsis(parser);
        }
        if (!parse_param(parser)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_RPAREN, ", or ) behind a parameter");
}

/* The list and its text, into the prototype that is the parser's now. */
static bool fill_signature(hfi_parser *parser, const hfi_type_draft *result)
{
    hfi_token none = { 0 };
    hfi_prototype *prototype = parser->now.prototype;
    if (!hfi_parser_copy(parser, &none, &prototype->name) ||
        !hfi_set_result(parser, result, prototype) || !hfi_parse_params(parser) ||
        !hfi_prototype_decide_kinds(parser) || !hfi_prototype_resolve_sizes(parser)) {
        return false;
    }
    hfi_token first = result->first;
    first.position = parser->now.origin;
    hfi_token text = hfi_parser_span(parser, &first);
    return hfi_parser_copy(parser, &text, &prototype->text);
}

bool hfi_parse_signature(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_scope *scope = hfi_parser_scope(parser);
    if (!scope || !hfi_parser_enter(parser)) {
        return false;
    }
    hfi_function_state outer = parser->now;
    hfi_type_draft result = *type;
    memset(&parser->now, 0, sizeof(parser->now));
    parser->now.is_lenient = true;
    parser->now.is_nested = true;
    parser->now.origin = (uint32_t)(type->first.start - parser->lexer.text);
    parser->now.prototype = hfi_scope_add_signature(scope);
    parser->now.draft = hfi_alloc_array(HFI_PARAMS_MAX, sizeof(hfi_param_draft));
    bool good = parser->now.prototype && parser->now.draft ? fill_signature(parser, &result)
                                                           : hfi_parser_no_memory(parser);
    hfi_free(parser->now.draft);
    hfi_prototype *made = parser->now.prototype;
    parser->now = outer;
    hfi_parser_leave(parser);
    *type = (hfi_type_draft){ .base = HFI_C_OPAQUE, .function = made, .first = result.first };
    return good;
}
