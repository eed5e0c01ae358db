/* SPDX-License-Identifier: MIT */

/*
 * Numbers inside buffers.
 *
 *     u32(x, at)      in an expression: the unsigned number at byte `at` of x, after the call
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
