/* SPDX-License-Identifier: MIT */

/*
 * Names for types.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"

#include <string.h>

static bool is_same(const hfi_type_draft *a, const hfi_type_draft *b)
{
    /* A struct may have been defined between the two. */
    bool is_one_layout = a->layout && a->layout == b->layout;
    return (is_one_layout || (a->base == b->base && a->size == b->size)) && a->depth == b->depth &&
           a->const_mask == b->const_mask && a->is_array == b->is_array &&
           a->is_open == b->is_open && a->count == b->count &&
           a->user_alignment == b->user_alignment && a->layout == b->layout &&
           !a->function == !b->function &&
           (!a->function || hfi_prototype_same_signature(a->function, b->function));
}

static bool declare_type(hfi_parser *parser, const hfi_token *name, const hfi_type_draft *type)
{
    hfi_scope_entry *entry = hfi_scope_find_own(parser->scope, false, name);
    if (entry && !entry->is_built_in && entry->kind == HFI_NAME_TYPE &&
        is_same(entry->type, type)) {
        return true; /* C11 lets one declare a type twice */
    }
    if (entry && parser->is_built_in) {
        return true; /* what the text says comes first */
    }
    entry = hfi_parser_declare(parser, HFI_NAME_TYPE, name);
    if (!entry) {
        return false;
    }
    entry->type = hfi_scope_alloc(parser->scope, sizeof(*type));
    if (!entry->type) {
        return hfi_parser_no_memory(parser);
    }
    *entry->type = *type;
    hfi_layout *layout = type->layout; /* of this scope when it has no name yet */
    bool is_plain = type->depth == 0 && !type->is_array && !type->function;
    if (is_plain && layout && strchr(layout->name, '(')) {
        layout->name = entry->name;
    }
    size_t size;
    size_t alignment;
    return !hfi_type_measure(type, &size, &alignment) ||
           hfi_check_known(parser, name, entry->name, size);
}

static bool parse_type_declarator(hfi_parser *parser, const hfi_type_draft *base,
                                  const hfi_attributes *before)
{
    hfi_type_draft type = *base;
    hfi_attributes attributes = *before;
    hfi_token name;
    if (!hfi_parse_declarator(parser, &type, &attributes, &name)) {
        return false;
    }
    if (name.kind == HFI_T_END) {
        return hfi_parser_fail(parser, &parser->token, "the name of the type");
    }
    if (attributes.is_packed && !before->is_packed) {
        return hfi_parser_fail(parser, &attributes.packed_word, "packed behind a struct's braces");
    }
    if (attributes.alignment != 0) {
        type.user_alignment = attributes.alignment;
    }
    return hfi_name_signature(parser, &type, &name) && declare_type(parser, &name, &type);
}

bool hfi_parse_typedef(hfi_parser *parser)
{
    hfi_type_draft base;
    hfi_attributes attributes = { 0 };
    bool was_typedef = parser->is_typedef;
    parser->is_typedef = true;
    hfi_parser_advance(parser);
    bool good = hfi_parser_scope(parser) && hfi_parse_base(parser, &base, &attributes);
    do {
        good = good && parse_type_declarator(parser, &base, &attributes);
    } while (good && hfi_parser_accept(parser, HFI_T_COMMA));
    parser->is_typedef = was_typedef;
    return good && hfi_parser_expect(parser, HFI_T_SEMICOLON, ", or ; behind the name of the type");
}
