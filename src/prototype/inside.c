/* SPDX-License-Identifier: MIT */

/*
 * Numbers inside buffers.
 *
 *     u32(x, at)          in an expression: the unsigned number at byte `at` of x, after the call
 *     set(u32, at, expr)  of a parameter: what stands there before each try
 *
 * Native structs of unknown length carry their own size or count near the front, and
 * a caller must fill in such a field before some of them.  A place is a constant; what
 * it means belongs to the function, so nothing else of the struct has to be declared.
 *
 * Each place is recorded once in the prototype, whatever number of expressions ask for it,
 * and gets an index behind those of the parameters: evaluating knows nothing of memory.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"

typedef struct width_word {
    const char *word;
    uint8_t width;
    hfi_ctype type;
} width_word;

static const width_word width_words[] = {
    { "u8", 1, HFI_C_U8 },
    { "u16", 2, HFI_C_U16 },
    { "u32", 4, HFI_C_U32 },
    { "u64", 8, HFI_C_U64 },
};

enum { WIDTHS = sizeof(width_words) / sizeof(width_words[0]) };

static const width_word *find_width(const hfi_token *word)
{
    for (unsigned i = 0; i < WIDTHS; i++) {
        if (hfi_token_is(word, width_words[i].word)) {
            return &width_words[i];
        }
    }
    return NULL;
}

hfi_ctype hfi_inside_type(const hfi_inside *inside)
{
    unsigned i = 0;
    while (i < WIDTHS - 1 && width_words[i].width != inside->width) {
        i++;
    }
    return width_words[i].type;
}

bool hfi_is_inside(const hfi_parser *parser, const hfi_token *word)
{
    return find_width(word) && hfi_parser_peek(parser).kind == HFI_T_LPAREN;
}

/* Structs and buffers: bytes that the callee may fill, of which the library knows how many. */
static bool can_be_read(const hfi_param *param)
{
    if (param->kind == HFI_P_OUT_VALUE) {
        return param->target == HFI_C_OPAQUE || param->target == HFI_C_AGGREGATE;
    }
    return param->kind == HFI_P_OUT_BUFFER ||
           (param->kind == HFI_P_BUFFER && param->direction != HFI_IN &&
            param->capacity_param >= 0);
}

/* Bytes that the parameter can have at most; 0: any number. */
static uint64_t bytes_most(const hfi_param *param)
{
    if (param->kind == HFI_P_OUT_VALUE) {
        return param->target_size;
    }
    uint64_t element = param->target_size ? param->target_size : 1;
    return param->room.most * element;
}

/* The byte where the number begins, a constant. */
static bool parse_offset(hfi_parser *parser, const hfi_param *param, uint8_t width,
                         uint32_t *offset_out)
{
    hfi_token first = parser->token;
    int64_t offset;
    if (!hfi_parse_constant(parser, &offset)) {
        return false;
    }
    if (offset < 0 || offset > INT32_MAX) {
        return hfi_parser_fail(parser, &first, "a place from 0 to 2147483647");
    }
    uint64_t most = bytes_most(param);
    if (most != 0 && (uint64_t)offset + width > most) {
        return hfi_parser_fail(parser, &first, "a place whose number lies inside of it as a whole");
    }
    *offset_out = (uint32_t)offset;
    return true;
}

/* The place among those of the prototype; the same one is read once. */
static bool record(hfi_parser *parser, const hfi_token *word, const hfi_inside *inside,
                   int64_t *place_out)
{
    hfi_prototype *prototype = parser->now.prototype;
    unsigned i = 0;
    while (i < prototype->inside_count && (prototype->inside[i].param != inside->param ||
                                           prototype->inside[i].offset != inside->offset ||
                                           prototype->inside[i].width != inside->width)) {
        i++;
    }
    if (i == HFI_INSIDE_MAX) {
        return hfi_parser_fail(parser, word, "at most 8 numbers inside buffers");
    }
    if (i == prototype->inside_count) {
        prototype->inside[i] = *inside;
        prototype->inside_count++;
    }
    *place_out = HFI_PARAMS_MAX + (int64_t)i;
    return true;
}

bool hfi_parse_inside(hfi_parser *parser, int64_t *place_out)
{
    hfi_token word = parser->token;
    hfi_inside inside = { .width = find_width(&word)->width };
    hfi_parser_advance(parser);
    hfi_parser_advance(parser);
    hfi_token name = parser->token;
    if (!hfi_parser_expect(parser, HFI_T_NAME, "the name of a buffer parameter")) {
        return false;
    }
    int index = hfi_parser_param(parser, &name);
    const hfi_param *param = index >= 0 ? &parser->now.prototype->param[index] : NULL;
    if (!param || !can_be_read(param)) {
        return hfi_parser_fail(parser, &name,
                               "a buffer or struct that the function fills, of a known size");
    }
    inside.param = (int8_t)index;
    return hfi_parser_expect(parser, HFI_T_COMMA, ", and the place of the number") &&
           parse_offset(parser, param, inside.width, &inside.offset) &&
           hfi_parser_expect(parser, HFI_T_RPAREN, ") behind the place") &&
           record(parser, &word, &inside, place_out);
}

bool hfi_parse_set(hfi_parser *parser, hfi_param_draft *draft)
{
    if (draft->set_count == HFI_SETS_MAX) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_SET].word,
                               "at most 4 numbers set in one buffer");
    }
    draft->set[draft->set_count++] = hfi_parser_here(parser);
    return hfi_parser_pass_over(parser);
}

/* Memory that the library makes, so that it may write there. */
static bool can_be_set(const hfi_param *param)
{
    if (param->kind == HFI_P_OUT_VALUE) {
        return param->target == HFI_C_OPAQUE || param->target == HFI_C_AGGREGATE;
    }
    return param->kind == HFI_P_OUT_BUFFER;
}

/* What the number may be: as a signed or an unsigned one of its width. */
static bool check_constant(hfi_parser *parser, const hfi_token *first, const hfi_set *set)
{
    const hfi_expr_step *step = set->value.step;
    if (set->value.count != 1 || step->op != HFI_OP_CONST || set->width == 8) {
        return true;
    }
    return (uint64_t)step->value >> (8 * set->width) == 0 ||
           hfi_parser_fail(parser, first, "a number that the width can hold");
}

/* Places that share no byte. */
static bool is_apart(const hfi_param *param)
{
    const hfi_set *last = &param->set[param->set_count - 1];
    for (unsigned i = 0; i + 1 < param->set_count; i++) {
        const hfi_set *other = &param->set[i];
        if (last->offset < other->offset + other->width &&
            other->offset < last->offset + last->width) {
            return false;
        }
    }
    return true;
}

/* The next set(...) of the parameter, which its array has room for. */
static bool resolve_set(hfi_parser *parser, hfi_param *param)
{
    hfi_token word = parser->token;
    const width_word *width = find_width(&word);
    if (!width) {
        return hfi_parser_fail(parser, &word, "u8, u16, u32 or u64");
    }
    hfi_set *set = &param->set[param->set_count++];
    *set = (hfi_set){ .width = width->width };
    hfi_parser_advance(parser);
    if (!hfi_parser_expect(parser, HFI_T_COMMA, ", and the place of the number") ||
        !parse_offset(parser, param, set->width, &set->offset) ||
        !hfi_parser_expect(parser, HFI_T_COMMA, ", and an expression")) {
        return false;
    }
    if (!is_apart(param)) {
        return hfi_parser_fail(parser, &word, "a place apart from those that are set already");
    }
    hfi_token first = parser->token;
    if (!hfi_parse_expr_armed(parser, &set->value) || !check_constant(parser, &first, set)) {
        return false;
    }
    return parser->token.kind == HFI_T_RPAREN ||
           hfi_parser_fail(parser, &parser->token, "an operator or ) of the role");
}

static bool resolve_all(hfi_parser *parser, const hfi_param_draft *draft, hfi_param *param)
{
    if (!can_be_set(param)) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_SET].word,
                               "set on a buffer or struct that the library makes");
    }
    param->set = hfi_alloc_array(draft->set_count, sizeof(param->set[0]));
    if (!param->set) {
        return hfi_parser_no_memory(parser);
    }
    for (unsigned i = 0; i < draft->set_count; i++) {
        hfi_parser_go(parser, &draft->set[i]);
        if (!resolve_set(parser, param)) {
            return false;
        }
    }
    return true;
}

bool hfi_prototype_resolve_sets(hfi_parser *parser, int index)
{
    const hfi_param_draft *draft = &parser->now.draft[index];
    if (draft->set_count == 0) {
        return true;
    }
    bool was_ignored = parser->directives.is_ignored;
    hfi_place behind = hfi_parser_here(parser);
    parser->directives.is_ignored = true; /* they were obeyed when they were passed over */
    bool good = resolve_all(parser, draft, &parser->now.prototype->param[index]);
    parser->directives.is_ignored = was_ignored;
    if (good) {
        hfi_parser_go(parser, &behind);
    }
    return good;
}
