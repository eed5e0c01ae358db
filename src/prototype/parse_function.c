/* SPDX-License-Identifier: MIT */

/*
 * A function's declaration: linkage, name, parameters, what stands behind them.
 *
 * Syntax first, left to right, with the names in parameter roles kept as they
 * are written; then, when ')' has been reached and all names are known, what
 * each parameter is; then the function's roles, whose expressions look names
 * up at once; last what only the whole can tell.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"

#include <string.h>

/* Words that say where a function lives and nothing about how it is called. */
static const char *const storage_words[] = {
    "extern",
    "static",
    "inline",
    "__inline",
    "__inline__",
    "_Noreturn",
    "WINSETUPAPI",
    "WINBASEAPI",
    "WINADVAPI",
    "WINUSERAPI",
    "WINGDIAPI",
    "WINSOCK_API_LINKAGE",
    "WINCRYPT32API",
    "WINNORMALIZEAPI",
    "DECLSPEC_IMPORT",
    "NTSYSAPI",
    "NTSYSCALLAPI",
    "CMAPI",
    "IPHLPAPI_DLL_LINKAGE",
};

static bool accept_storage(hfi_parser *parser, bool *is_extern)
{
    for (size_t i = 0; i < sizeof(storage_words) / sizeof(storage_words[0]); i++) {
        if (hfi_parser_accept_word(parser, storage_words[i])) {
            *is_extern |= i == 0;
            return true;
        }
    }
    return false;
}

/* Storage words, attributes and conventions in any order. */
bool hfi_parse_linkage(hfi_parser *parser, hfi_attributes *attributes, bool *is_extern)
{
    do {
        if (!hfi_parse_attributes(parser, attributes)) {
            return false;
        }
    } while (accept_storage(parser, is_extern));
    return true;
}

static bool parse_function_name(hfi_parser *parser)
{
    hfi_token name = parser->token;
    if (name.kind == HFI_T_NAME && hfi_parser_peek(parser).kind == HFI_T_NAME) {
        return hfi_parser_fail(parser, &name, "a calling convention that is known, or the name");
    }
    if (hfi_is_c_word(&name)) {
        return hfi_parser_fail(parser, &name, "the function's name");
    }
    return hfi_parser_expect(parser, HFI_T_NAME, "the function's name") &&
           hfi_parser_copy(parser, &name, &parser->now.prototype->name);
}

/* name '(' parameters, or that in parentheses, as of a function that returns a function pointer. */
static bool parse_function(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_prototype *prototype = parser->now.prototype;
    hfi_place after;
    bool is_inside = parser->token.kind == HFI_T_LPAREN && hfi_opens_inside(parser);
    if (is_inside && !hfi_declarator_enter(parser, type, &after)) {
        return false;
    }
    bool in_parentheses = !is_inside && parser->token.kind == HFI_T_LPAREN &&
                          hfi_parser_peek(parser).kind == HFI_T_NAME;
    in_parentheses = in_parentheses && hfi_parser_accept(parser, HFI_T_LPAREN);
    if (!parse_function_name(parser) ||
        (in_parentheses && !hfi_parser_expect(parser, HFI_T_RPAREN, ") behind the name")) ||
        !hfi_parser_expect(parser, HFI_T_LPAREN, "( of the parameters") ||
        !hfi_set_result(parser, type, prototype) || !hfi_parse_params(parser) ||
        !hfi_prototype_decide_kinds(parser) || !hfi_prototype_resolve_sizes(parser)) {
        return false;
    }
    return !is_inside || hfi_declarator_leave(parser, &after);
}

/* What stands behind the parameters: attributes, asm, roles. */
static bool parse_behind_params(hfi_parser *parser, hfi_attributes *attributes)
{
    hfi_prototype *prototype = parser->now.prototype;
    bool ignored = false;
    if (!hfi_parse_linkage(parser, attributes, &ignored)) {
        return false;
    }
    prototype->convention = attributes->convention;
    if (attributes->label.kind != HFI_T_END && !hfi_set_label(parser, &attributes->label)) {
        return false;
    }
    return hfi_parse_function_roles(parser);
}

/* The function is whole: its text is what stands between `first` and here. */
static bool add_to_fragment(hfi_parser *parser, const hfi_token *first, const hfi_token *name)
{
    hfi_prototype *made = parser->now.prototype;
    hfi_fragment *fragment = parser->fragment;
    hfi_token text = hfi_parser_span(parser, first);
    hfi_scope *outer = parser->known ? parser->known->scope : NULL;
    if (!hfi_parser_copy(parser, &text, &made->text)) {
        return false;
    }
    hfi_token word = { .kind = HFI_T_NAME,
                       .position = name->position,
                       .length = (uint32_t)strlen(made->name),
                       .start = made->name };
    hfi_scope_entry *entry = hfi_scope_find_own(parser->scope, false, &word);
    if (entry && entry->kind == HFI_NAME_FUNCTION) {
        if (!hfi_prototype_same_signature(&fragment->prototype[entry->value], made)) {
            return hfi_parser_fail(parser, name,
                                   "the signature that the function was declared with");
        }
        hfi_prototype_finish(made); /* declared twice; what was said first holds */
        return true;
    }
    entry = hfi_parser_declare(parser, HFI_NAME_FUNCTION, &word);
    if (!entry) {
        return false;
    }
    entry->value = (int64_t)fragment->count;
    if (fragment->count == parser->fragment_room) {
        size_t room = parser->fragment_room ? 2 * parser->fragment_room : 16;
        hfi_prototype *grown = hfi_realloc(fragment->prototype, room * sizeof(*grown));
        if (!grown) {
            return hfi_parser_no_memory(parser);
        }
        fragment->prototype = grown;
        parser->fragment_room = room;
    }
    made->scope = hfi_scope_acquire(parser->scope ? parser->scope : outer);
    fragment->prototype[fragment->count++] = *made;
    memset(made, 0, sizeof(*made));
    return true;
}

/* A function behind its result's base; `first` is where the declaration begins. */
bool hfi_parse_function(hfi_parser *parser, hfi_type_draft *type, hfi_attributes *attributes,
                        const hfi_token *first)
{
    hfi_token name = parser->token;
    if (!parse_function(parser, type) || !parse_behind_params(parser, attributes)) {
        return false;
    }
    if (parser->mode == HFI_MODE_FRAGMENT) {
        return hfi_parser_expect(parser, HFI_T_SEMICOLON, "; behind the declaration") &&
               hfi_prototype_check(parser) && add_to_fragment(parser, first, &name);
    }
    hfi_parser_accept(parser, HFI_T_SEMICOLON);
    return hfi_parser_expect(parser, HFI_T_END, "the end of the declaration") &&
           hfi_prototype_check(parser);
}
