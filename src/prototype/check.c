/* SPDX-License-Identifier: MIT */

/*
 * What only the whole declaration can tell.
 *
 * A role that reads the outcome of a call says nothing unless it is known
 * whether the call failed; `error` in an expression is a number from somewhere
 * only if a source is named; a code that is the result needs a result.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"

/* NTSTATUS and HRESULT are 32 bits and negative when they mean a failure. */
static bool is_status_source(hfi_error_source source)
{
    return source == HFI_ERROR_NTSTATUS || source == HFI_ERROR_HRESULT;
}

static bool check_error_source(hfi_parser *parser)
{
    const hfi_prototype *prototype = parser->now.prototype;
    const hfi_token *word = &parser->now.function.error;
    if (is_status_source(prototype->error) && prototype->result != HFI_C_I32) {
        return hfi_parser_fail(parser, word, "a function that returns NTSTATUS, HRESULT or int");
    }
    if (prototype->error == HFI_ERROR_RESULT && !hfi_ctype_is_integer(prototype->result)) {
        return hfi_parser_fail(parser, word, "a function that returns an integer");
    }
    return true;
}

static bool check_error_value(hfi_parser *parser)
{
    if (parser->now.function.error_value.kind != HFI_T_END &&
        parser->now.prototype->error == HFI_ERROR_NONE) {
        return hfi_parser_fail(parser, &parser->now.function.error_value,
                               "an error source, such as error(errno)");
    }
    return true;
}

/* fail(result < 0), which error(ntstatus) and error(hresult) stand for. */
static bool imply_fail(hfi_parser *parser)
{
    static const hfi_expr_step negative[] = { { HFI_OP_RESULT, 0 },
                                              { HFI_OP_CONST, 0 },
                                              { HFI_OP_LT, 0 } };
    enum { COUNT = sizeof(negative) / sizeof(negative[0]) };
    hfi_expr *fail = &parser->now.prototype->fail;
    fail->step = hfi_alloc_array(COUNT, sizeof(negative[0]));
    if (!fail->step) {
        return hfi_parser_no_memory(parser);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        fail->step[i] = negative[i];
    }
    fail->count = COUNT;
    return true;
}

static bool check_fail(hfi_parser *parser)
{
    hfi_prototype *prototype = parser->now.prototype;
    if (prototype->fail.count == 0 && is_status_source(prototype->error) && !imply_fail(parser)) {
        return false;
    }
    if (prototype->fail.count == 0 && parser->now.function.needs_fail.kind != HFI_T_END) {
        return hfi_parser_fail(parser, &parser->now.function.needs_fail,
                               "the function role fail(...) beside it");
    }
    return true;
}

/* grow is looked at when the call failed; under fail(0) that is never. */
static bool check_grow(hfi_parser *parser)
{
    const hfi_expr *fail = &parser->now.prototype->fail;
    bool never_fails =
        fail->count == 1 && fail->step[0].op == HFI_OP_CONST && fail->step[0].value == 0;
    if (never_fails && parser->now.function.grow.kind != HFI_T_END) {
        return hfi_parser_fail(parser, &parser->now.function.grow,
                               "grow_ok: a call with fail(0) never fails");
    }
    return true;
}

/* What is called once is not called again, and who takes one size alone has to name it. */
static bool check_tries(hfi_parser *parser)
{
    const hfi_prototype *prototype = parser->now.prototype;
    if (prototype->is_once && prototype->transient.count != 0) {
        return hfi_parser_fail(parser, &parser->now.function.transient,
                               "once or transient, not both");
    }
    for (unsigned i = 0; i < prototype->param_count; i++) {
        const hfi_param *param = &prototype->param[i];
        bool is_told = param->rules.needed.count != 0;
        for (unsigned j = 0; j < prototype->param_count; j++) {
            is_told |= prototype->param[j].needed.buffer == (int)i;
        }
        if (param->room.is_exact && !is_told) {
            return hfi_parser_fail(parser, &parser->now.draft[i].use[HFI_ROLE_ROOM].word,
                                   "needed(...) for a buffer that takes one size alone");
        }
    }
    return true;
}

static bool can_grow(const hfi_param *param)
{
    return param->kind == HFI_P_OUT_BUFFER && param->extent_expr.count == 0;
}

static bool has_length(const hfi_prototype *prototype, unsigned buffer)
{
    bool has = prototype->param[buffer].rules.length.count != 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        has |= prototype->param[i].length.buffer == (int)buffer;
    }
    return has;
}

/* Pieces are put together: each says its length, lies in one buffer, and nothing leads into it. */
static bool check_append(hfi_parser *parser)
{
    const hfi_prototype *prototype = parser->now.prototype;
    const hfi_token *word = &parser->now.function.append;
    unsigned to = prototype->append_to;
    if (prototype->append.count == 0) {
        return true;
    }
    if (prototype->is_once) {
        return hfi_parser_fail(parser, word, "once or append, not both");
    }
    if (!has_length(prototype, to)) {
        return hfi_parser_fail(parser, word, "length(...) of the buffer, which each piece has");
    }
    if (prototype->param[to].room.is_exact) {
        return hfi_parser_fail(parser, word, "a buffer of any size: exact is for one");
    }
    for (unsigned i = 0; i < prototype->param_count; i++) {
        if (prototype->param[i].points_into == (int)to) {
            return hfi_parser_fail(parser, word,
                                   "a buffer without points_into: its pieces are put together");
        }
        if (i != to && can_grow(&prototype->param[i])) {
            return hfi_parser_fail(parser, word,
                                   "one buffer that grows: of others only the last piece would be "
                                   "left");
        }
    }
    return true;
}

bool hfi_prototype_check(hfi_parser *parser)
{
    return check_error_source(parser) && check_error_value(parser) && check_fail(parser) &&
           check_grow(parser) && check_tries(parser) && check_append(parser);
}
