/* SPDX-License-Identifier: MIT */

/*
 * struct and union, and what stands in their braces.
 *
 * A tag that is named before it is defined stands for an incomplete layout, the
 * same object that the definition then completes, so that a list's node can
 * point to the next.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/size.h"

#include <stdio.h>
#include <string.h>

#define COMPLETE "at most 8192 members, and a size that fits the address space"

static bool accept_layout(hfi_parser *parser, const hfi_token *at, hf_status status)
{
    if (status == HF_E_NOMEM) {
        return hfi_parser_no_memory(parser);
    }
    return status == HF_OK || hfi_parser_fail(parser, at, COMPLETE);
}

bool hfi_member_of_type(const hfi_type_draft *type, hfi_member *member_out)
{
    bool is_pointer = type->depth > 0;
    memset(member_out, 0, sizeof(*member_out));
    member_out->name = "";
    member_out->type = is_pointer ? HFI_C_POINTER : type->base;
    member_out->layout = type->function || type->depth > 1 ? NULL : type->layout;
    member_out->target = type->depth == 0                     ? HFI_C_VOID
                         : type->function && type->depth == 1 ? HFI_C_VOID
                                                              : hfi_type_target(type);
    member_out->target_is_const = is_pointer && (type->const_mask >> (type->depth - 1) & 1u) != 0;
    member_out->is_function = type->function && type->depth == 1;
    member_out->size = is_pointer ? sizeof(void *) : type->size;
    member_out->count = type->is_array ? type->count : 1;
    return is_pointer || (!type->function && type->alignment != 0 && type->base != HFI_C_VOID);
}

bool hfi_wrap_array(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_scope *scope = hfi_parser_scope(parser);
    hfi_layout_builder builder = { 0 };
    hfi_alignment plain = { 0 };
    hfi_member member;
    size_t size;
    size_t alignment;
    if (!scope || !hfi_type_measure(type, &size, &alignment) ||
        !hfi_member_of_type(type, &member)) {
        return scope && hfi_parser_fail(parser, &type->first, "an array whose size is known");
    }
    hfi_layout *layout = hfi_scope_add_layout(scope, "array", false);
    hf_status status = layout ? hfi_layout_add(&builder, &member, alignment, &plain) : HF_E_NOMEM;
    if (status == HF_OK) {
        status = hfi_layout_complete(&builder, &plain, scope, layout);
    }
    hfi_layout_builder_finish(&builder);
    if (!accept_layout(parser, &type->first, status) || !layout) {
        return false;
    }
    layout->no_value = "it is an array";
    hfi_type_draft whole = { .base = HFI_C_AGGREGATE,
                             .const_mask = type->const_mask >> type->depth & 1u,
                             .size = size,
                             .alignment = alignment,
                             .layout = layout,
                             .first = type->first };
    *type = whole;
    return true;
}

/* ':' width, behind the name of a bit-field or none. */
static bool parse_bits(hfi_parser *parser, hfi_layout_builder *builder, const hfi_type_draft *type,
                       const hfi_token *name, const hfi_alignment *alignment)
{
    int64_t width;
    hfi_token at = parser->token;
    if (type->depth != 0 || type->is_array || !hfi_ctype_is_integer(type->base)) {
        return hfi_parser_fail(parser, &type->first, "an integer type for bits");
    }
    if (!hfi_parse_constant(parser, &width)) {
        return false;
    }
    bool is_named = name->kind != HFI_T_END;
    if (width < is_named || width > (int64_t)(8 * hfi_ctype_size(type->base))) {
        return hfi_parser_fail(parser, &at, "a number of bits that the type has");
    }
    hfi_attributes attributes = { .is_packed = alignment->is_packed };
    if (!hfi_parse_attributes(parser, &attributes)) {
        return false;
    }
    if (attributes.alignment != 0 || alignment->user != 0) {
        return hfi_parser_fail(parser, &at, "no alignment of bits");
    }
    hfi_alignment own = *alignment;
    own.is_packed = attributes.is_packed;
    return accept_layout(parser, &at,
                         hfi_layout_add_bits(builder, type->base, (unsigned)width, is_named, &own));
}

static bool has_member(const hfi_layout_builder *builder, const hfi_token *name)
{
    for (unsigned i = 0; i < builder->count; i++) {
        const char *own = builder->member[i].name;
        if (strlen(own) == name->length && memcmp(own, name->start, name->length) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_member(hfi_parser *parser, hfi_layout_builder *builder, const hfi_type_draft *type,
                       const hfi_token *name, const hfi_alignment *alignment)
{
    hfi_member member;
    if (name->kind == HFI_T_END) {
        return hfi_parser_fail(parser, &parser->token, "the name of a member");
    }
    if (has_member(builder, name)) {
        return hfi_parser_fail(parser, name, "a name that no other member has");
    }
    if (!hfi_member_of_type(type, &member)) {
        return hfi_parser_fail(parser, &type->first, "a type whose size is known, or a pointer");
    }
    if (builder->ends_open) {
        return hfi_parser_fail(parser, name, "no member behind an array without a bound");
    }
    builder->ends_open = type->is_array && type->is_open;
    if (builder->ends_open && (builder->is_union || builder->count == 0)) {
        return hfi_parser_fail(parser, name, "a bound: only the last of a struct may have none");
    }
    if (builder->ends_open) {
        member.count = 0;
    }
    member.name = hfi_scope_text(parser->scope, name->start, name->length);
    if (!member.name) {
        return hfi_parser_no_memory(parser);
    }
    size_t natural = type->depth > 0 ? hfi_ctype_alignment(HFI_C_POINTER) : type->alignment;
    hfi_alignment own = *alignment;
    if (type->user_alignment != 0 && !own.is_packed) {
        natural = type->user_alignment;
        if (!builder->no_value) {
            builder->no_value = "it is aligned otherwise than its members";
        }
    }
    return accept_layout(parser, name, hfi_layout_add(builder, &member, natural, &own));
}

/* One declarator with its bits or attributes. */
static bool parse_member(hfi_parser *parser, hfi_layout_builder *builder,
                         const hfi_type_draft *base, const hfi_attributes *given, bool is_packed)
{
    hfi_type_draft type = *base;
    hfi_token name = { 0 };
    hfi_attributes attributes = *given;
    if (parser->token.kind != HFI_T_COLON &&
        !hfi_parse_declarator(parser, &type, &attributes, &name)) {
        return false;
    }
    hfi_alignment alignment = { is_packed || attributes.is_packed, attributes.alignment,
                                parser->directives.pack };
    if (hfi_parser_accept(parser, HFI_T_COLON)) {
        return parse_bits(parser, builder, &type, &name, &alignment);
    }
    return add_member(parser, builder, &type, &name, &alignment);
}

/* A struct or union without tag and name: its members are the outer one's. */
static bool add_anonymous(hfi_parser *parser, hfi_layout_builder *builder,
                          const hfi_type_draft *type, const hfi_alignment *alignment)
{
    for (unsigned i = 0; i < type->layout->member_count; i++) {
        const char *name = type->layout->member[i].name;
        hfi_token token = { .kind = HFI_T_NAME, .length = (uint32_t)strlen(name), .start = name };
        if (has_member(builder, &token)) {
            return hfi_parser_fail(parser, &type->first, "names that no other member has");
        }
    }
    return accept_layout(
        parser, &type->first,
        hfi_layout_add_anonymous(builder, type->layout, type->alignment, alignment));
}

/* One line of members; false also at what is none. */
static bool parse_member_line(hfi_parser *parser, hfi_layout_builder *builder, bool is_packed)
{
    hfi_type_draft base;
    hfi_attributes attributes = { .is_packed = is_packed };
    if (hfi_parser_accept(parser, HFI_T_SEMICOLON)) {
        return true;
    }
    if (hfi_parser_accept_word(parser, "_Static_assert") ||
        hfi_parser_accept_word(parser, "static_assert")) {
        return hfi_parse_static_assert(parser) &&
               hfi_parser_expect(parser, HFI_T_SEMICOLON, "; behind the assertion");
    }
    if (!hfi_parse_base(parser, &base, &attributes)) {
        return false;
    }
    if (parser->token.kind == HFI_T_SEMICOLON) {
        hfi_alignment alignment = { attributes.is_packed, attributes.alignment,
                                    parser->directives.pack };
        bool is_anonymous = base.base == HFI_C_AGGREGATE && base.depth == 0 && !base.is_array &&
                            strchr(base.layout->name, '(') != NULL;
        hfi_parser_advance(parser);
        return !is_anonymous || add_anonymous(parser, builder, &base, &alignment);
    }
    do {
        if (!parse_member(parser, builder, &base, &attributes, is_packed)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_SEMICOLON, ", or ; behind a member");
}

/* Whether the attributes behind the closing brace say `packed`, which counts for all between the
   braces.  Only looks: the text stays where it is. */
static bool is_packed_behind(const hfi_parser *parser)
{
    hfi_lexer lexer = parser->lexer;
    hfi_token token = parser->token;
    for (unsigned depth = 1; depth > 0;) {
        depth += token.kind == HFI_T_LBRACE;
        depth -= token.kind == HFI_T_RBRACE;
        if (token.kind == HFI_T_END || token.kind == HFI_T_BAD) {
            return false;
        }
        token = hfi_lex_next(&lexer);
    }
    bool packed = false;
    while (hfi_token_is(&token, "__attribute__") || hfi_token_is(&token, "__attribute")) {
        unsigned depth = 0;
        do {
            token = hfi_lex_next(&lexer);
            packed |= hfi_token_is(&token, "packed") || hfi_token_is(&token, "__packed__");
            depth += token.kind == HFI_T_LPAREN;
            depth -= token.kind == HFI_T_RPAREN;
        } while (depth > 0 && token.kind != HFI_T_END && token.kind != HFI_T_BAD);
        token = hfi_lex_next(&lexer);
    }
    return packed;
}

static bool parse_lines(hfi_parser *parser, hfi_layout_builder *builder, bool is_packed)
{
    if (!hfi_parser_enter(parser)) {
        return false;
    }
    bool good = true;
    parser->body++;
    while (good && parser->token.kind != HFI_T_RBRACE) {
        good = parse_member_line(parser, builder, is_packed);
    }
    parser->body--;
    hfi_parser_leave(parser);
    return good && hfi_parser_expect(parser, HFI_T_RBRACE, "}");
}

/* The members behind '{', and the attributes that stand behind the '}'. */
static bool parse_members(hfi_parser *parser, hfi_layout *layout, hfi_attributes *attributes)
{
    hfi_layout_builder builder = { .is_union = layout->is_union };
    hfi_token first = parser->token;
    bool is_packed = attributes->is_packed || is_packed_behind(parser);
    bool good =
        parse_lines(parser, &builder, is_packed) && hfi_parse_attributes(parser, attributes);
    if (good) {
        hfi_alignment alignment = { is_packed, attributes->alignment, 0 };
        good = accept_layout(parser, &first,
                             hfi_layout_complete(&builder, &alignment, parser->scope, layout));
    }
    hfi_layout_builder_finish(&builder);
    return good;
}

/* The layout that a tag stands for in this text, new where it has none. */
static hfi_layout *declare_tag(hfi_parser *parser, const hfi_token *tag, bool is_union)
{
    hfi_scope *scope = hfi_parser_scope(parser);
    hfi_scope_entry *entry = scope ? hfi_scope_find_own(scope, true, tag) : NULL;
    const char *word = is_union ? "union " : "struct ";
    char *name = scope ? hfi_scope_alloc(scope, strlen(word) + tag->length + 1) : NULL;
    if (entry && !entry->is_built_in) {
        if (!entry->layout) {
            hfi_parser_fail(parser, tag, "the word that the tag was declared with");
        }
        return entry->layout;
    }
    if (!name) {
        hfi_parser_no_memory(parser);
        return NULL;
    }
    memcpy(name, word, strlen(word));
    memcpy(name + strlen(word), tag->start, tag->length);
    hfi_layout *layout = hfi_scope_add_layout(scope, name, is_union);
    if (!layout) {
        hfi_parser_no_memory(parser);
        return NULL;
    }
    entry = hfi_parser_declare(parser, HFI_NAME_TAG, tag);
    if (entry) {
        entry->layout = layout;
    }
    return entry ? layout : NULL;
}

static bool define_layout(hfi_parser *parser, const hfi_token *tag, bool is_union,
                          hfi_attributes *attributes, hfi_type_draft *type)
{
    hfi_layout *layout = NULL;
    hfi_scope *scope = hfi_parser_scope(parser);
    if (!scope) {
        return false;
    }
    if (tag->kind == HFI_T_NAME) {
        layout = declare_tag(parser, tag, is_union);
        if (layout && (layout->is_complete || layout->is_union != is_union)) {
            return hfi_parser_fail(parser, tag, "a tag that was not defined before");
        }
    } else {
        layout = hfi_scope_add_layout(scope, is_union ? "union (unnamed)" : "struct (unnamed)",
                                      is_union);
    }
    if (!layout) {
        return parser->status == HF_OK && hfi_parser_no_memory(parser);
    }
    if (!hfi_parser_expect(parser, HFI_T_LBRACE, "{ of the members") ||
        !parse_members(parser, layout, attributes) ||
        !hfi_check_known(parser, tag, layout->name, layout->size)) {
        return false;
    }
    type->base = HFI_C_AGGREGATE;
    type->layout = layout;
    type->size = layout->size;
    type->alignment = layout->alignment;
    return true;
}

/* A tag that is only named.  Where types are declared it may be defined further on; behind a
   function's parameter it is nobody's. */
static bool name_layout(hfi_parser *parser, const hfi_token *tag, bool is_union,
                        hfi_type_draft *type)
{
    const hfi_scope_entry *entry = hfi_parser_find(parser, true, tag);
    bool is_declared = parser->now.prototype == NULL && parser->mode == HFI_MODE_FRAGMENT;
    hfi_layout *layout = entry ? entry->layout : NULL;
    if (entry && (!layout || layout->is_union != is_union)) {
        return hfi_parser_fail(parser, tag, "the word that the tag was declared with");
    }
    if (!entry && (parser->body != 0 || parser->is_typedef || is_declared)) {
        layout = declare_tag(parser, tag, is_union);
        if (!layout) {
            return false;
        }
    }
    hfi_set_tag_type(parser, is_union ? "union " : "struct ", tag, layout, type);
    return true;
}

static bool parse_layout(hfi_parser *parser, bool is_union, hfi_type_draft *type)
{
    hfi_attributes attributes = { 0 };
    bool is_alignas;
    if (!hfi_parse_attributes(parser, &attributes) ||
        !hfi_parse_alignas(parser, &attributes, &is_alignas)) {
        return false;
    }
    hfi_token tag = parser->token;
    if (!hfi_parser_accept(parser, HFI_T_NAME)) {
        if (tag.kind != HFI_T_LBRACE) {
            return hfi_parser_fail(parser, &tag, "a tag");
        }
    } else if (parser->token.kind != HFI_T_LBRACE) {
        return name_layout(parser, &tag, is_union, type);
    }
    return define_layout(parser, &tag, is_union, &attributes, type);
}

bool hfi_parse_tag(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_token word = parser->token;
    if (!hfi_parser_enter(parser)) {
        return false;
    }
    hfi_parser_advance(parser);
    bool good = hfi_token_is(&word, "enum")
                    ? hfi_parse_enum(parser, type)
                    : parse_layout(parser, hfi_token_is(&word, "union"), type);
    hfi_parser_leave(parser);
    return good;
}
