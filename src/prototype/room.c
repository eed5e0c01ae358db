/* SPDX-License-Identifier: MIT */

/*
 * room(...): which capacities a function takes.
 *
 *     room(first 50)        begins with 50 elements
 *     room(least 8)         never fewer
 *     room(most 261)        never more: a function that dislikes large buffers
 *     room(multiple 8)      any other number is an error that looks like "too small"
 *     room(reserve 1)       one element more is owned than announced, and may be written
 *     room(exact)           only the size that it asks for will do
 *
 * What contradicts itself is refused here, what contradicts other roles when those are known.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

static bool parse_number(hfi_parser *parser, const hfi_token *word, uint32_t *number_out)
{
    hfi_token number = parser->token;
    if (*number_out != 0) {
        return hfi_parser_fail(parser, word, "each word once");
    }
    if (number.kind != HFI_T_NUMBER || number.value == 0 || number.value > INT32_MAX) {
        return hfi_parser_fail(parser, &number, "a number of elements from 1 to 2147483647");
    }
    hfi_parser_advance(parser);
    *number_out = (uint32_t)number.value;
    return true;
}

static bool parse_word(hfi_parser *parser, hfi_room_rules *room)
{
    hfi_token word = parser->token;
    if (hfi_parser_accept_word(parser, "first")) {
        return parse_number(parser, &word, &room->first);
    }
    if (hfi_parser_accept_word(parser, "least")) {
        return parse_number(parser, &word, &room->least);
    }
    if (hfi_parser_accept_word(parser, "most")) {
        return parse_number(parser, &word, &room->most);
    }
    if (hfi_parser_accept_word(parser, "multiple")) {
        return parse_number(parser, &word, &room->multiple);
    }
    if (hfi_parser_accept_word(parser, "reserve")) {
        return parse_number(parser, &word, &room->reserve);
    }
    if (!hfi_parser_accept_word(parser, "exact")) {
        return hfi_parser_fail(parser, &word, "first, least, most, multiple, reserve or exact");
    }
    if (room->is_exact) {
        return hfi_parser_fail(parser, &word, "each word once");
    }
    room->is_exact = true;
    return true;
}

static bool is_between(const hfi_room_rules *room, uint32_t count)
{
    return count >= room->least && (room->most == 0 || count <= room->most);
}

bool hfi_parse_room(hfi_parser *parser, hfi_room_rules *room)
{
    hfi_token start = parser->token;
    do {
        if (!parse_word(parser, room)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    uint32_t multiple = room->multiple ? room->multiple : 1;
    if (room->most != 0 && (room->most < room->least || room->most < multiple)) {
        return hfi_parser_fail(parser, &start, "a most that the least and a multiple fit in");
    }
    if (room->most % multiple != 0) {
        return hfi_parser_fail(parser, &start, "a most that is a multiple itself");
    }
    if (room->first != 0 && !is_between(room, room->first)) {
        return hfi_parser_fail(parser, &start, "a first between least and most");
    }
    if (room->is_exact && room->multiple != 0) {
        return hfi_parser_fail(parser, &start, "exact or multiple, not both");
    }
    return true;
}
