/* SPDX-License-Identifier: MIT */

/*
 * Who tells the sizes of which buffer, and in what unit.
 *
 * capacity was tied to its buffer when the kinds were decided; here follow
 * needed, length and points_into, which may only name what has turned out to be
 * a buffer, and the units of all of them.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

bool hfi_param_is_filled_buffer(const hfi_param *param)
{
    return param->kind == HFI_P_OUT_BUFFER ||
           (param->kind == HFI_P_BUFFER && param->direction != HFI_IN);
}

bool hfi_prototype_unit(hfi_parser *parser, const hfi_role_use *use, int buffer, hfi_unit *unit_out)
{
    const hfi_param *param = &parser->now.prototype->param[buffer];
    bool is_written = use->unit_word.kind != HFI_T_END;
    hfi_unit unit = use->unit;
    if (!is_written && param->target == HFI_C_VOID) {
        unit = HFI_UNIT_BYTES;
    }
    if (unit == HFI_UNIT_ELEMENTS && param->target_size == 0) {
        return hfi_parser_fail(parser, is_written ? &use->unit_word : &use->word,
                               "the unit bytes: the size of an element is not known");
    }
    *unit_out = unit;
    return true;
}

/* Fills one size role whose buffer is found. */
static bool set_size_role(hfi_parser *parser, const hfi_role_use *use, int buffer,
                          hfi_size_role *role)
{
    role->buffer = (int8_t)buffer;
    role->bias = use->bias;
    return hfi_prototype_unit(parser, use, buffer, &role->unit);
}

static bool has_role(const hfi_parser *parser, int index, hfi_role role)
{
    return (parser->now.draft[index].roles & HFI_ROLE_BIT(role)) != 0;
}

/* Whether a parameter before `index` already tells the same of this buffer. */
static bool is_told_before(const hfi_parser *parser, int index, int buffer, hfi_role role)
{
    for (int i = 0; i < index; i++) {
        const hfi_param *param = &parser->now.prototype->param[i];
        const hfi_size_role *told = role == HFI_ROLE_NEEDED ? &param->needed : &param->length;
        if (told->buffer == buffer) {
            return true;
        }
    }
    return false;
}

/* needed(x) and length(x): on an integer that the callee writes. */
static bool resolve_report(hfi_parser *parser, int index, hfi_role role)
{
    hfi_param *param = &parser->now.prototype->param[index];
    const hfi_role_use *use = &parser->now.draft[index].use[role];
    if (!has_role(parser, index, role)) {
        return true;
    }
    if (param->kind != HFI_P_OUT_VALUE || !hfi_ctype_is_integer(param->target)) {
        return hfi_parser_fail(parser, &use->word, "this role on a pointer to an integer alone");
    }
    int buffer = hfi_parser_param(parser, &use->name);
    if (buffer < 0 || !hfi_param_is_filled_buffer(&parser->now.prototype->param[buffer])) {
        return hfi_parser_fail(parser, &use->name, "the name of a buffer that the function fills");
    }
    bool is_needed = role == HFI_ROLE_NEEDED;
    if (is_told_before(parser, index, buffer, role)) {
        return hfi_parser_fail(parser, &use->word,
                               is_needed ? "one needed for each buffer"
                                         : "one length for each buffer");
    }
    if (!is_needed && parser->now.function.needs_fail.kind == HFI_T_END) {
        parser->now.function.needs_fail = use->word;
    }
    return set_size_role(parser, use, buffer, is_needed ? &param->needed : &param->length);
}

/* Values with addresses inside: pointers, structs, and buffers of them. */
static bool may_hold_addresses(const hfi_param *param)
{
    return param->kind == HFI_P_OUT_BUFFER ||
           (param->kind == HFI_P_OUT_VALUE &&
            (param->target == HFI_C_POINTER || param->target == HFI_C_OPAQUE ||
             (param->target == HFI_C_AGGREGATE && param->layout->holds_pointers)));
}

/* What has an address that other values may lead to: a buffer, or a struct that is filled. */
static bool can_be_pointed_into(const hfi_param *param)
{
    return param->kind == HFI_P_OUT_BUFFER || param->kind == HFI_P_BUFFER ||
           (param->kind == HFI_P_OUT_VALUE &&
            (param->target == HFI_C_OPAQUE || param->target == HFI_C_AGGREGATE));
}

static bool resolve_points_into(hfi_parser *parser, int index)
{
    hfi_param *param = &parser->now.prototype->param[index];
    const hfi_role_use *use = &parser->now.draft[index].use[HFI_ROLE_POINTS_INTO];
    if (!has_role(parser, index, HFI_ROLE_POINTS_INTO)) {
        return true;
    }
    if (!may_hold_addresses(param)) {
        return hfi_parser_fail(
            parser, &use->word,
            "this role on a value that holds addresses and that the library makes");
    }
    int buffer = hfi_parser_param(parser, &use->name);
    if (buffer < 0 || !can_be_pointed_into(&parser->now.prototype->param[buffer])) {
        return hfi_parser_fail(parser, &use->name, "the name of a buffer parameter");
    }
    param->points_into = (int8_t)buffer;
    return true;
}

bool hfi_prototype_resolve_sizes(hfi_parser *parser)
{
    hfi_prototype *prototype = parser->now.prototype;
    for (int i = 0; i < prototype->param_count; i++) {
        hfi_size_role *capacity = &prototype->param[i].capacity;
        const hfi_role_use *use = &parser->now.draft[i].use[HFI_ROLE_CAPACITY];
        if (capacity->buffer >= 0 && !set_size_role(parser, use, capacity->buffer, capacity)) {
            return false;
        }
        if (!resolve_report(parser, i, HFI_ROLE_NEEDED) ||
            !resolve_report(parser, i, HFI_ROLE_LENGTH) || !resolve_points_into(parser, i) ||
            !hfi_prototype_resolve_extent(parser, i) || !hfi_prototype_resolve_sets(parser, i)) {
            return false;
        }
    }
    return true;
}
