/* SPDX-License-Identifier: MIT */

/*
 * Enums: their constants, and the integer that a value of one is.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

typedef struct enum_range {
    int64_t lowest, highest;
} enum_range;

/* The type that gcc and clang give an enum; with `packed` the narrowest. */
static hfi_ctype enum_type(const enum_range *range, bool is_packed)
{
    bool is_signed = range->lowest < 0;
    unsigned width = 8;
    for (; width < 64; width *= 2) {
        int64_t top = (int64_t)((UINT64_C(1) << (width - is_signed)) - 1);
        if (range->highest <= top && (!is_signed || range->lowest >= -top - 1)) {
            break;
        }
    }
    width = !is_packed && width < 32 ? 32 : width;
    if (width == 32 && range->highest <= INT32_MAX) {
        is_signed = true; /* what int can hold arrives as an int */
    }
    switch (width) {
    case 8:
        return is_signed ? HFI_C_I8 : HFI_C_U8;
    case 16:
        return is_signed ? HFI_C_I16 : HFI_C_U16;
    case 32:
        return is_signed ? HFI_C_I32 : HFI_C_U32;
    default:
        return is_signed ? HFI_C_I64 : HFI_C_U64;
    }
}

static bool parse_enumerator(hfi_parser *parser, int64_t *next, enum_range *range)
{
    hfi_token name = parser->token;
    hfi_attributes ignored = { 0 };
    if (name.kind != HFI_T_NAME || hfi_is_c_word(&name)) {
        return hfi_parser_fail(parser, &name, "the name of a constant");
    }
    hfi_parser_advance(parser);
    if (!hfi_parse_attributes(parser, &ignored)) {
        return false;
    }
    if (hfi_parser_accept(parser, HFI_T_ASSIGN) && !hfi_parse_constant(parser, next)) {
        return false;
    }
    hfi_scope_entry *entry = hfi_parser_declare(parser, HFI_NAME_CONSTANT, &name);
    if (!entry) {
        return false;
    }
    entry->value = *next;
    range->lowest = *next < range->lowest ? *next : range->lowest;
    range->highest = *next > range->highest ? *next : range->highest;
    *next = (int64_t)((uint64_t)*next + 1);
    return true;
}

/* The constants behind '{', and the '}'. */
static bool parse_enumerators(hfi_parser *parser, enum_range *range)
{
    int64_t next = 0;
    do {
        if (parser->token.kind == HFI_T_RBRACE) {
            break; /* a comma may stand behind the last */
        }
        if (!parse_enumerator(parser, &next, range)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_RBRACE, ", or } behind a constant");
}

static void set_integer(hfi_type_draft *type, hfi_ctype base)
{
    type->base = base;
    type->size = hfi_ctype_size(base);
    type->alignment = hfi_ctype_alignment(base);
}

static bool define_enum(hfi_parser *parser, const hfi_token *tag, hfi_attributes *attributes,
                        hfi_type_draft *type)
{
    enum_range range = { 0, 0 };
    hfi_parser_advance(parser);
    if (!parse_enumerators(parser, &range) || !hfi_parse_attributes(parser, attributes)) {
        return false;
    }
    set_integer(type, enum_type(&range, attributes->is_packed));
    if (tag->kind != HFI_T_NAME) {
        return true;
    }
    hfi_scope_entry *entry = hfi_parser_declare(parser, HFI_NAME_TAG, tag);
    if (!entry) {
        return false;
    }
    entry->type = hfi_scope_alloc(parser->scope, sizeof(*entry->type));
    if (!entry->type) {
        return hfi_parser_no_memory(parser);
    }
    *entry->type = *type;
    return true;
}

bool hfi_parse_enum(hfi_parser *parser, hfi_type_draft *type)
{
    hfi_attributes attributes = { 0 };
    if (!hfi_parse_attributes(parser, &attributes)) {
        return false;
    }
    hfi_token tag = parser->token;
    bool has_tag = hfi_parser_accept(parser, HFI_T_NAME);
    if (parser->token.kind == HFI_T_LBRACE) {
        return define_enum(parser, &tag, &attributes, type);
    }
    if (!has_tag) {
        return hfi_parser_fail(parser, &tag, "a tag");
    }
    const hfi_scope_entry *entry = hfi_parser_find(parser, true, &tag);
    if (entry && !entry->type) {
        return hfi_parser_fail(parser, &tag, "the word that the tag was declared with");
    }
    /* One that nobody declared is an int, as most are. */
    set_integer(type, entry ? entry->type->base : HFI_C_I32);
    return true;
}
