/* SPDX-License-Identifier: MIT */

/*
 * What only the whole declaration can tell.
 *
 * A role that reads the outcome of a call says nothing unless it is known
 * whether the call failed; `error` in an expression is a number from somewhere
 * only if a source is named; a code that is the result needs a result.  A need
 * says nothing unless something means "too small", nobody is asked twice for it, and
 * a number that is a code is not a size.
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

static bool never_fails(const hfi_prototype *prototype)
{
    const hfi_expr *fail = &prototype->fail;
    return fail->count == 1 && fail->step[0].op == HFI_OP_CONST && fail->step[0].value == 0;
}

/* grow is looked at when the call failed; under fail(0) that is never. */
static bool check_grow(hfi_parser *parser)
{
    if (never_fails(parser->now.prototype) && parser->now.function.grow.kind != HFI_T_END) {
        return hfi_parser_fail(parser, &parser->now.function.grow,
                               "grow_ok: a call with fail(0) never fails");
    }
    return true;
}

/* What is called once is not called again; what never fails does not fail for now. */
static bool check_tries(hfi_parser *parser)
{
    const hfi_prototype *prototype = parser->now.prototype;
    const hfi_token *transient = &parser->now.function.transient;
    if (prototype->is_once && prototype->transient.count != 0) {
        return hfi_parser_fail(parser, transient, "once or transient, not both");
    }
    if (never_fails(prototype) && transient->kind != HFI_T_END) {
        return hfi_parser_fail(parser, transient, "no transient: a call with fail(0) never fails");
    }
    return true;
}

/* Where a need is told: by a parameter or by a function role; NULL. */
static const hfi_token *needed_word(const hfi_parser *parser, unsigned buffer)
{
    const hfi_prototype *prototype = parser->now.prototype;
    if (prototype->param[buffer].rules.needed.count != 0) {
        return &parser->now.draft[buffer].needed;
    }
    for (unsigned i = 0; i < prototype->param_count; i++) {
        if (prototype->param[i].needed.buffer == (int)buffer) {
            return &parser->now.draft[i].use[HFI_ROLE_NEEDED].word;
        }
    }
    return NULL;
}

static bool has_length(const hfi_prototype *prototype, unsigned buffer)
{
    bool is_told = prototype->param[buffer].rules.length.count != 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        is_told |= prototype->param[i].length.buffer == (int)buffer;
    }
    return is_told;
}

/* Whether a try that succeeded may be taken for one that was too small. */
static bool grows_on_success(const hfi_prototype *prototype, unsigned buffer)
{
    const hfi_param *param = &prototype->param[buffer];
    return prototype->grow_ok.count != 0 || param->rules.grow_ok.count != 0 ||
           (param->is_text && !has_length(prototype, buffer));
}

static bool grows_on_failure(const hfi_prototype *prototype, unsigned buffer)
{
    return prototype->grow.count != 0 || prototype->param[buffer].rules.grow.count != 0;
}

/* A need is asked for when a try was too small, which something has to say. */
static bool check_need(hfi_parser *parser, unsigned index)
{
    const hfi_prototype *prototype = parser->now.prototype;
    const hfi_param_draft *draft = &parser->now.draft[index];
    const hfi_param *param = &prototype->param[index];
    const hfi_token *needed = needed_word(parser, index);
    bool has_query = param->rules.query.count != 0;
    if (has_query && needed) {
        return hfi_parser_fail(parser, &draft->query, "needed or query of a buffer, not both");
    }
    if (has_query && prototype->is_once) {
        return hfi_parser_fail(parser, &draft->query, "once or query, not both");
    }
    if (has_query && prototype->append.count != 0) {
        return hfi_parser_fail(parser, &draft->query, "append or query, not both");
    }
    if ((has_query || needed) && !grows_on_failure(prototype, index) &&
        !grows_on_success(prototype, index)) {
        return hfi_parser_fail(parser, has_query ? &draft->query : needed,
                               "grow(...) or grow_ok(...) beside it: what means too small");
    }
    if (param->room.is_exact && !needed && !has_query) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_ROOM].word,
                               "needed(...) or query(...) for a buffer that takes one size alone");
    }
    return true;
}

/* The result, and perhaps numbers that are added to it. */
static bool is_of_result(const hfi_expr *expr)
{
    bool has_result = false;
    for (unsigned i = 0; i < expr->count; i++) {
        hfi_op op = expr->step[i].op;
        bool is_sum = op == HFI_OP_RESULT || op == HFI_OP_CONST || op == HFI_OP_NEGATE ||
                      (op >= HFI_OP_ADD && op <= HFI_OP_DIV);
        if (!is_sum) {
            return false;
        }
        has_result |= op == HFI_OP_RESULT;
    }
    return has_result;
}

/* fail(result != 0), in so many words. */
static bool succeeds_with_0(const hfi_expr *fail)
{
    return fail->count == 3 && fail->step[0].op == HFI_OP_RESULT &&
           fail->step[1].op == HFI_OP_CONST && fail->step[1].value == 0 &&
           fail->step[2].op == HFI_OP_NE;
}

/* A result that is the code of an error is not a size at the same time. */
static bool check_result(hfi_parser *parser, unsigned index)
{
    const hfi_prototype *prototype = parser->now.prototype;
    const hfi_param_draft *draft = &parser->now.draft[index];
    const hfi_buffer_rules *rules = &prototype->param[index].rules;
    if (prototype->error != HFI_ERROR_RESULT && !is_status_source(prototype->error)) {
        return true;
    }
    if (is_of_result(&rules->length) && succeeds_with_0(&prototype->fail)) {
        return hfi_parser_fail(parser, &draft->length,
                               "a length from elsewhere: the result is the code, and 0 on success");
    }
    if (is_of_result(&rules->needed) && !grows_on_success(prototype, index)) {
        return hfi_parser_fail(parser, &draft->needed,
                               "a need from elsewhere: on failure the result is the code");
    }
    return true;
}

/* The largest number that a capacity parameter can say. */
static uint64_t most_of(hfi_ctype type)
{
    unsigned bits = 8 * (unsigned)hfi_ctype_size(type);
    uint64_t all = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    return hfi_ctype_is_signed(type) ? all >> 1 : all;
}

/* Bytes that the parameter of a buffer's capacity can announce. */
static uint64_t announced_most(const hfi_prototype *prototype, const hfi_param *buffer)
{
    const hfi_param *by = &prototype->param[buffer->capacity_param];
    uint64_t most = most_of(by->type == HFI_C_POINTER ? by->target : by->type);
    uint64_t unit = by->capacity.unit == HFI_UNIT_BYTES ? 1 : buffer->target_size;
    return unit != 0 && most > UINT64_MAX / unit ? UINT64_MAX : most * unit;
}

/* What has to be announced at least can be. */
static bool check_width(hfi_parser *parser, unsigned index)
{
    const hfi_prototype *prototype = parser->now.prototype;
    const hfi_param *param = &prototype->param[index];
    const hfi_param_draft *draft = &parser->now.draft[index];
    if (param->kind != HFI_P_OUT_BUFFER || param->capacity_param < 0) {
        return true;
    }
    uint64_t most = announced_most(prototype, param);
    const hfi_room_rules *room = &param->room;
    uint64_t element = param->target_size != 0 ? param->target_size : 1;
    uint32_t largest = room->first > room->least ? room->first : room->least;
    largest = room->multiple > largest ? room->multiple : largest;
    if (largest > most / element) {
        return hfi_parser_fail(parser, &draft->use[HFI_ROLE_ROOM].word,
                               "no more elements than the capacity parameter can say");
    }
    for (unsigned i = 0; i < param->set_count; i++) {
        if ((uint64_t)param->set[i].offset + param->set[i].width > most) {
            return hfi_parser_fail(parser, &draft->use[HFI_ROLE_SET].word,
                                   "a place that the capacity parameter can announce");
        }
    }
    return true;
}

static bool check_buffers(hfi_parser *parser)
{
    const hfi_prototype *prototype = parser->now.prototype;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        if (prototype->param[i].kind == HFI_P_OUT_BUFFER &&
            !(check_need(parser, i) && check_result(parser, i) && check_width(parser, i))) {
            return false;
        }
    }
    return true;
}

static bool can_grow(const hfi_param *param)
{
    return param->kind == HFI_P_OUT_BUFFER && param->extent_expr.count == 0;
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
           check_grow(parser) && check_tries(parser) && check_buffers(parser) &&
           check_append(parser);
}
