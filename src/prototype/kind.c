/* SPDX-License-Identifier: MIT */

/*
 * What each parameter is, from its type, its own roles and the capacities that
 * name it.
 *
 * Capacities come first, because {out} means a value without one and a buffer
 * with one.  The rule behind every refusal: the library lends or makes memory
 * only where it knows how far the callee may go.  So `char *` and wide text are
 * never taken for a single character, and `void *` needs a capacity or size(n).
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#define BIT HFI_ROLE_BIT

static bool has(const hfi_param_draft *draft, hfi_role role)
{
    return (draft->roles & BIT(role)) != 0;
}

/* Where a missing role is reported: the parameter's name, or its beginning. */
static const hfi_token *place(const hfi_param_draft *draft)
{
    return draft->name.kind != HFI_T_END ? &draft->name : &draft->type.first;
}

/* Fails at the first role outside `allowed`. */
static bool allow_roles(hfi_parser *parser, const hfi_param_draft *draft, uint32_t allowed,
                        const char *expected)
{
    const hfi_token *first = NULL;
    for (unsigned role = 0; role < HFI_ROLE_COUNT; role++) {
        const hfi_token *word = &draft->use[role].word;
        if ((draft->roles & ~allowed & BIT(role)) != 0 &&
            (!first || word->position < first->position)) {
            first = word;
        }
    }
    return !first || hfi_parser_fail(parser, first, expected);
}

static bool is_function(const hfi_param_draft *draft)
{
    return draft->type.function && draft->type.depth == 1;
}

static bool can_have_capacity(const hfi_param_draft *draft)
{
    return draft->type.depth > 0 && !is_function(draft) &&
           (draft->roles & (BIT(HFI_ROLE_RAW) | BIT(HFI_ROLE_RESOURCE) | BIT(HFI_ROLE_CAPACITY))) ==
               0;
}

/* capacity(x): ties the announcing parameter and the buffer together. */
static bool resolve_capacity(hfi_parser *parser, int index)
{
    const hfi_role_use *use = &parser->now.draft[index].use[HFI_ROLE_CAPACITY];
    int buffer = hfi_parser_param(parser, &use->name);
    if (buffer < 0 || !can_have_capacity(&parser->now.draft[buffer])) {
        return hfi_parser_fail(parser, &use->name, "the name of a buffer parameter");
    }
    hfi_prototype *prototype = parser->now.prototype;
    if (prototype->param[buffer].capacity_param >= 0) {
        return hfi_parser_fail(parser, &use->word, "one capacity for each buffer");
    }
    prototype->param[buffer].capacity_param = (int8_t)index;
    prototype->param[index].capacity.buffer = (int8_t)buffer;
    return true;
}

static void set_type(const hfi_param_draft *draft, hfi_param *param)
{
    const hfi_type_draft *type = &draft->type;
    param->type = type->depth > 0 ? HFI_C_POINTER : type->base;
    param->target = HFI_C_VOID;
    param->direction = HFI_IN;
    param->is_bool = type->depth == 0 && type->is_bool;
    param->extent = draft->extent;
    param->function = is_function(draft) ? type->function : NULL;
    if (type->depth < 2 && !type->function && type->base == HFI_C_AGGREGATE) {
        param->layout = type->layout;
    }
    if (type->depth > 0 && !is_function(draft)) {
        param->target = hfi_type_target(type);
        param->target_is_const = (type->const_mask >> (type->depth - 1) & 1u) != 0;
        param->target_size = hfi_type_target_size(type);
        param->target_alignment = type->depth > 1 ? sizeof(void *) : type->alignment;
        param->is_wide = type->depth == 1 && type->is_wide;
    }
    param->is_text = has(draft, HFI_ROLE_TEXT);
    param->is_multi = draft->use[HFI_ROLE_TEXT].multi.kind != HFI_T_END;
    param->is_given = has(draft, HFI_ROLE_GIVEN);
    param->encoding = draft->use[HFI_ROLE_TEXT].encoding;
}

static bool is_char_target(const hfi_param_draft *draft)
{
    return draft->type.depth == 1 && (draft->type.is_char || draft->type.is_wide);
}

/* A struct, a union, a complex number, a long double. */
static bool is_wide_value(const hfi_type_draft *type)
{
    return type->depth == 0 &&
           (type->base == HFI_C_AGGREGATE ||
            (type->base >= HFI_C_LONG_DOUBLE && type->base <= HFI_C_COMPLEX_LONG_DOUBLE));
}

static bool decide_aggregate(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    param->kind = HFI_P_AGGREGATE;
    return allow_roles(parser, draft, BIT(HFI_ROLE_IN),
                       "a role of this type: most are of pointers");
}

static bool decide_scalar(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    bool is_integer = hfi_ctype_is_integer(param->type);
    uint32_t allowed = BIT(HFI_ROLE_IN);
    if (is_integer || param->type == HFI_C_POINTER) {
        allowed |= BIT(HFI_ROLE_RESOURCE);
    }
    if (is_integer) {
        allowed |= BIT(HFI_ROLE_CAPACITY);
    }
    if (!allow_roles(parser, draft, allowed, "a role of this type: most are of pointers")) {
        return false;
    }
    if (has(draft, HFI_ROLE_RESOURCE) && has(draft, HFI_ROLE_CAPACITY)) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_CAPACITY].word,
                               "no other role beside raw or resource");
    }
    param->kind = has(draft, HFI_ROLE_RESOURCE)   ? HFI_P_RESOURCE
                  : has(draft, HFI_ROLE_CAPACITY) ? HFI_P_CAPACITY
                                                  : HFI_P_SCALAR;
    return true;
}

/* {raw} or {resource}: an address and nothing more. */
static bool decide_address(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    uint32_t own = BIT(HFI_ROLE_RAW) | BIT(HFI_ROLE_RESOURCE);
    param->kind = has(draft, HFI_ROLE_RESOURCE) ? HFI_P_RESOURCE : HFI_P_RAW;
    param->direction = param->kind == HFI_P_RAW && !param->target_is_const ? HFI_INOUT : HFI_IN;
    return allow_roles(parser, draft, own, "no other role beside raw or resource");
}

static bool decide_function(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    param->kind = has(draft, HFI_ROLE_RAW) ? HFI_P_RAW : HFI_P_CALLBACK;
    param->target_is_const = true;
    if (param->kind == HFI_P_CALLBACK && param->function->is_variadic && !parser->now.is_nested) {
        return hfi_parser_fail(parser, place(draft), "raw: a callback has no variable arguments");
    }
    return allow_roles(parser, draft, BIT(HFI_ROLE_RAW), "no role but raw for a function pointer");
}

/* char *const argv[]: texts that the library makes an array of. */
static bool decide_texts(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    const hfi_role_use *use = &draft->use[HFI_ROLE_TEXTS];
    const hfi_type_draft *type = &draft->type;
    if (type->depth != 2 || type->function || !(type->is_char || type->is_wide)) {
        return hfi_parser_fail(parser, &use->word,
                               "texts on an array of pointers to char, wchar_t or char16_t");
    }
    if (type->is_wide && use->name.kind != HFI_T_END) {
        return hfi_parser_fail(parser, &use->name, "no encoding: that of wide text is its type's");
    }
    param->kind = HFI_P_TEXTS;
    param->is_wide = type->is_wide;
    param->target_size = hfi_ctype_size(type->base);
    param->encoding = use->encoding;
    return allow_roles(parser, draft, BIT(HFI_ROLE_TEXTS) | BIT(HFI_ROLE_IN),
                       "no other role but in beside texts");
}

static bool check_text(hfi_parser *parser, const hfi_param_draft *draft)
{
    if (has(draft, HFI_ROLE_TEXT) && !is_char_target(draft)) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_TEXT].word,
                               "text of char, wchar_t, WCHAR or char16_t alone");
    }
    const hfi_token *encoding = &draft->use[HFI_ROLE_TEXT].name;
    if (has(draft, HFI_ROLE_TEXT) && draft->type.is_wide && encoding->kind != HFI_T_END) {
        return hfi_parser_fail(parser, encoding, "no encoding: that of wide text is its type's");
    }
    return true;
}

static bool check_one_extent(hfi_parser *parser, const hfi_param_draft *draft,
                             const hfi_param *param)
{
    if (param->capacity_param >= 0 && has(draft, HFI_ROLE_SIZE)) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_SIZE].word,
                               "a capacity parameter or size(n), not both");
    }
    return true;
}

static bool decide_in(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    const uint32_t allowed = BIT(HFI_ROLE_IN) | BIT(HFI_ROLE_TEXT) | BIT(HFI_ROLE_SIZE);
    if (!allow_roles(parser, draft, allowed, "a role that goes with in") ||
        !check_text(parser, draft) || !check_one_extent(parser, draft, param)) {
        return false;
    }
    bool has_extent = param->capacity_param >= 0 || draft->extent != 0 || draft->is_measured;
    if (param->is_multi) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_TEXT].multi,
                               "multi on a buffer that the function fills");
    }
    if (has(draft, HFI_ROLE_TEXT) && has_extent) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_TEXT].word,
                               "no text beside a capacity or a size: its end is its NUL");
    }
    bool is_bare = draft->roles == 0 && !has_extent && is_char_target(draft);
    if (has(draft, HFI_ROLE_TEXT) || is_bare) {
        param->kind = draft->type.is_wide ? HFI_P_WTEXT : HFI_P_TEXT;
    } else {
        param->kind = HFI_P_BUFFER;
    }
    return true;
}

/* {out} or {inout} on a const target. */
static bool refuse_const(hfi_parser *parser, const hfi_param_draft *draft)
{
    hfi_role role = has(draft, HFI_ROLE_OUT) ? HFI_ROLE_OUT : HFI_ROLE_INOUT;
    return hfi_parser_fail(parser, &draft->use[role].word,
                           "in, raw or resource: the target is const");
}

/* {inout, capacity(b), ...}: the library's own variable. */
static bool decide_capacity_pointer(hfi_parser *parser, const hfi_param_draft *draft,
                                    hfi_param *param)
{
    const uint32_t allowed =
        BIT(HFI_ROLE_INOUT) | BIT(HFI_ROLE_CAPACITY) | BIT(HFI_ROLE_NEEDED) | BIT(HFI_ROLE_LENGTH);
    if (!has(draft, HFI_ROLE_INOUT)) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_CAPACITY].word,
                               "inout beside the capacity of a pointer");
    }
    if (param->target_is_const) {
        return refuse_const(parser, draft);
    }
    if (!hfi_ctype_is_integer(param->target) || param->extent > param->target_size) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_CAPACITY].word,
                               "capacity on an integer or a pointer to one");
    }
    param->kind = HFI_P_OUT_VALUE;
    param->direction = HFI_INOUT;
    return allow_roles(parser, draft, allowed, "a role that goes with capacity");
}

/* An {out} or {inout} whose capacity another parameter announces, or whose size others make. */
static bool decide_sized_buffer(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    const uint32_t allowed = BIT(HFI_ROLE_OUT) | BIT(HFI_ROLE_INOUT) | BIT(HFI_ROLE_TEXT) |
                             BIT(HFI_ROLE_GIVEN) | BIT(HFI_ROLE_SIZE) | BIT(HFI_ROLE_POINTS_INTO) |
                             BIT(HFI_ROLE_ROOM) | BIT(HFI_ROLE_SET);
    if (param->direction == HFI_INOUT) {
        param->is_given = true;
    }
    param->kind = param->is_given ? HFI_P_BUFFER : HFI_P_OUT_BUFFER;
    param->room = draft->room;
    if ((draft->roles & BIT(HFI_ROLE_ROOM)) != 0 && (param->is_given || draft->is_measured)) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_ROOM].word,
                               "room on a buffer that the library makes and that can grow");
    }
    return allow_roles(parser, draft, allowed, "a role that goes with a buffer") &&
           check_text(parser, draft) && check_one_extent(parser, draft, param);
}

/* With an extent other than its target's the value is so many bytes of nothing in particular. */
static void apply_extent(hfi_param *param)
{
    if (param->extent != 0 && param->extent != param->target_size) {
        param->target = HFI_C_OPAQUE;
        param->target_size = param->extent;
        if (param->target_alignment == 0) {
            param->target_alignment = _Alignof(max_align_t);
        }
    }
}

/* An {out} or {inout} that stands alone: a value, or the caller's buffer of a stated size. */
static bool decide_value(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    const uint32_t allowed = BIT(HFI_ROLE_OUT) | BIT(HFI_ROLE_INOUT) | BIT(HFI_ROLE_GIVEN) |
                             BIT(HFI_ROLE_NEEDED) | BIT(HFI_ROLE_LENGTH) | BIT(HFI_ROLE_SIZE) |
                             BIT(HFI_ROLE_POINTS_INTO) | BIT(HFI_ROLE_SET);
    bool is_sized = draft->extent != 0;
    bool is_value = param->target_size != 0 && !is_char_target(draft);
    if (!is_sized && !is_value) {
        return hfi_parser_fail(parser, place(draft), "size(n) or a capacity parameter");
    }
    if (!allow_roles(parser, draft, allowed, "a role that goes with a value")) {
        return false;
    }
    if (param->is_given) { /* what is behind it is the caller's: the library reads nothing there */
        param->kind = HFI_P_BUFFER;
        return allow_roles(parser, draft, allowed & ~(BIT(HFI_ROLE_NEEDED) | BIT(HFI_ROLE_LENGTH)),
                           "no needed or length beside given");
    }
    param->kind = HFI_P_OUT_VALUE;
    apply_extent(param);
    return true;
}

static bool decide_out(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    param->direction = has(draft, HFI_ROLE_OUT) ? HFI_OUT : HFI_INOUT;
    if (param->target_is_const) {
        return refuse_const(parser, draft);
    }
    if (param->capacity_param >= 0 || draft->is_measured) {
        return decide_sized_buffer(parser, draft, param);
    }
    return decide_value(parser, draft, param);
}

/* What a callee gives to a callback, or takes from one, is an address like any other. */
static bool is_implied_raw(const hfi_parser *parser, const hfi_param_draft *draft,
                           const hfi_param *param)
{
    return parser->now.is_lenient && draft->roles == 0 && param->capacity_param < 0 &&
           !param->target_is_const;
}

static bool decide_pointer(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    const uint32_t address = BIT(HFI_ROLE_RAW) | BIT(HFI_ROLE_RESOURCE);
    const uint32_t outward = BIT(HFI_ROLE_OUT) | BIT(HFI_ROLE_INOUT);
    if ((draft->roles & address) != 0 || is_implied_raw(parser, draft, param)) {
        return decide_address(parser, draft, param);
    }
    if (has(draft, HFI_ROLE_TEXTS)) {
        return decide_texts(parser, draft, param);
    }
    if (has(draft, HFI_ROLE_CAPACITY)) {
        return decide_capacity_pointer(parser, draft, param);
    }
    if ((draft->roles & outward) != 0) {
        return decide_out(parser, draft, param);
    }
    if (has(draft, HFI_ROLE_IN) || param->target_is_const) {
        return decide_in(parser, draft, param);
    }
    return hfi_parser_fail(parser, place(draft), "a direction (in, out, inout) or raw");
}

static bool decide_kind(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    set_type(draft, param);
    if (is_function(draft)) {
        return decide_function(parser, draft, param);
    }
    if (is_wide_value(&draft->type)) {
        return decide_aggregate(parser, draft, param);
    }
    return draft->type.depth == 0 ? decide_scalar(parser, draft, param)
                                  : decide_pointer(parser, draft, param);
}

static void clear_references(hfi_param *param)
{
    param->capacity.buffer = -1;
    param->needed.buffer = -1;
    param->length.buffer = -1;
    param->points_into = -1;
    param->capacity_param = -1;
}

bool hfi_prototype_decide_kinds(hfi_parser *parser)
{
    hfi_prototype *prototype = parser->now.prototype;
    for (int i = 0; i < prototype->param_count; i++) {
        clear_references(&prototype->param[i]);
    }
    for (int i = 0; i < prototype->param_count; i++) {
        if (has(&parser->now.draft[i], HFI_ROLE_CAPACITY) && !resolve_capacity(parser, i)) {
            return false;
        }
    }
    for (int i = 0; i < prototype->param_count; i++) {
        hfi_param *param = &prototype->param[i];
        if (!decide_kind(parser, &parser->now.draft[i], param)) {
            return false;
        }
        prototype->caller_count = (uint8_t)(prototype->caller_count + hfi_param_is_callers(param));
    }
    return true;
}
