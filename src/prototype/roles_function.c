/* SPDX-License-Identifier: MIT */

/*
 * The braces behind ')': what the outcome of the call means.
 *
 * All parameters are known here, so names are looked up as they are read.
 *
 * Threads: a parser belongs to one thread.
 */

#include "prototype/parse.h"

typedef bool (*function_role_fn)(hfi_parser *parser, const hfi_token *word);

typedef struct function_role {
    const char *word;
    function_role_fn parse;
} function_role;

typedef struct error_word {
    const char *word;
    hfi_error_source source;
} error_word;

static const error_word error_words[] = {
    { "none", HFI_ERROR_NONE },       { "errno", HFI_ERROR_ERRNO },
    { "wsa", HFI_ERROR_WSA },         { "last_error", HFI_ERROR_LAST_ERROR },
    { "result", HFI_ERROR_RESULT },   { "ntstatus", HFI_ERROR_NTSTATUS },
    { "hresult", HFI_ERROR_HRESULT },
};

static bool open_role(hfi_parser *parser)
{
    return hfi_parser_expect(parser, HFI_T_LPAREN, "( behind the role");
}

static bool close_role(hfi_parser *parser)
{
    return hfi_parser_expect(parser, HFI_T_RPAREN, "an operator or ) of the role");
}

static bool refuse_second(hfi_parser *parser, const hfi_token *word)
{
    return hfi_parser_fail(parser, word, "each role once");
}

/* Remembers the first role that says nothing unless it is known what a failure is. */
static void note_needs_fail(hfi_parser *parser, const hfi_token *word)
{
    if (parser->now.function.needs_fail.kind == HFI_T_END) {
        parser->now.function.needs_fail = *word;
    }
}

static bool parse_fail(hfi_parser *parser, const hfi_token *word)
{
    if (parser->now.prototype->fail.count != 0) {
        return refuse_second(parser, word);
    }
    parser->now.function.fail = *word;
    return open_role(parser) && hfi_parse_expr(parser, &parser->now.prototype->fail) &&
           close_role(parser);
}

/* error(name): the code is what the callee leaves in a parameter. */
static bool parse_error_param(hfi_parser *parser, hfi_error_source *source)
{
    hfi_prototype *prototype = parser->now.prototype;
    hfi_token name = parser->token;
    int index = hfi_parser_param(parser, &name);
    if (index < 0) {
        return hfi_parser_fail(parser, &name,
                               "errno, last_error, wsa, result, ntstatus, hresult, none or the "
                               "name of a parameter");
    }
    const hfi_param *param = &prototype->param[index];
    if (param->kind != HFI_P_OUT_VALUE || !hfi_ctype_is_integer(param->target) ||
        param->capacity.buffer >= 0) {
        return hfi_parser_fail(parser, &name, "a pointer to an integer, out or inout");
    }
    if (param->needed.buffer >= 0 || param->length.buffer >= 0) {
        return hfi_parser_fail(parser, &name, "a parameter that tells no size");
    }
    hfi_parser_advance(parser);
    *source = HFI_ERROR_PARAM;
    prototype->error_param = (uint8_t)index;
    return true;
}

static bool parse_error_source(hfi_parser *parser, hfi_error_source *source)
{
    for (size_t i = 0; i < sizeof(error_words) / sizeof(error_words[0]); i++) {
        if (hfi_parser_accept_word(parser, error_words[i].word)) {
            *source = error_words[i].source;
            return true;
        }
    }
    return parse_error_param(parser, source);
}

/* [, clear] [, when expr]: what makes the code mean something on success too. */
static bool parse_error_policy(hfi_parser *parser)
{
    hfi_prototype *prototype = parser->now.prototype;
    while (hfi_parser_accept(parser, HFI_T_COMMA)) {
        hfi_token word = parser->token;
        if (hfi_parser_accept_word(parser, "clear")) {
            if (prototype->clears_error) {
                return refuse_second(parser, &word);
            }
            if (prototype->error < HFI_ERROR_ERRNO || prototype->error > HFI_ERROR_WSA) {
                return hfi_parser_fail(parser, &word, "clear of errno, last_error or wsa alone");
            }
            prototype->clears_error = true;
        } else if (hfi_parser_accept_word(parser, "when")) {
            if (prototype->error_when.count != 0) {
                return refuse_second(parser, &word);
            }
            if (!hfi_parse_expr(parser, &prototype->error_when)) {
                return false;
            }
        } else {
            return hfi_parser_fail(parser, &word, "clear or when");
        }
    }
    return true;
}

static bool parse_error(hfi_parser *parser, const hfi_token *word)
{
    if (parser->now.function.error.kind != HFI_T_END) {
        return refuse_second(parser, word);
    }
    parser->now.function.error = *word;
    hfi_prototype *prototype = parser->now.prototype;
    if (!open_role(parser) || !parse_error_source(parser, &prototype->error) ||
        !parse_error_policy(parser)) {
        return false;
    }
    bool means_more = prototype->clears_error || prototype->error_when.count != 0;
    if (prototype->error != HFI_ERROR_NTSTATUS && prototype->error != HFI_ERROR_HRESULT &&
        !means_more) {
        note_needs_fail(parser, word);
    }
    return hfi_parser_expect(parser, HFI_T_RPAREN, ") of the role");
}

/* A buffer of the library's whose size is not said by the arguments. */
static bool can_grow(const hfi_param *param)
{
    return param->kind == HFI_P_OUT_BUFFER && param->extent_expr.count == 0;
}

/* The buffer named by the next token; -1 after an error. */
static int parse_buffer(hfi_parser *parser, bool must_grow)
{
    hfi_token name = parser->token;
    if (!hfi_parser_expect(parser, HFI_T_NAME, "the name of a buffer parameter")) {
        return -1;
    }
    int index = hfi_parser_param(parser, &name);
    const hfi_param *param = index >= 0 ? &parser->now.prototype->param[index] : NULL;
    if (!param || !hfi_param_is_filled_buffer(param)) {
        hfi_parser_fail(parser, &name, "the name of a buffer that the function fills");
        return -1;
    }
    if (must_grow && !can_grow(param)) {
        hfi_parser_fail(parser, &name,
                        param->kind == HFI_P_OUT_BUFFER
                            ? "a buffer with a capacity parameter: one of a size never grows"
                            : "a buffer that the library makes: a given one never grows");
        return -1;
    }
    return index;
}

static bool has_growing_buffer(const hfi_prototype *prototype)
{
    for (unsigned i = 0; i < prototype->param_count; i++) {
        if (can_grow(&prototype->param[i])) {
            return true;
        }
    }
    return false;
}

/* grow and grow_ok: (expr) for all buffers or (name: expr) for one. */
static bool parse_growth(hfi_parser *parser, const hfi_token *word, bool on_success)
{
    hfi_prototype *prototype = parser->now.prototype;
    hfi_token *first = on_success ? &parser->now.function.grow_ok : &parser->now.function.grow;
    hfi_expr *expr = on_success ? &prototype->grow_ok : &prototype->grow;
    note_needs_fail(parser, word);
    if (first->kind == HFI_T_END) {
        *first = *word;
    }
    if (!open_role(parser)) {
        return false;
    }
    if (parser->token.kind == HFI_T_NAME && hfi_parser_peek(parser).kind == HFI_T_COLON) {
        int buffer = parse_buffer(parser, true);
        if (buffer < 0) {
            return false;
        }
        hfi_parser_advance(parser);
        hfi_buffer_rules *rules = &prototype->param[buffer].rules;
        expr = on_success ? &rules->grow_ok : &rules->grow;
    } else if (!has_growing_buffer(prototype)) {
        return hfi_parser_fail(
            parser, word, "a parameter {out} with a capacity parameter: nothing here can grow");
    }
    if (expr->count != 0) {
        return refuse_second(parser, word);
    }
    return hfi_parse_expr(parser, expr) && close_role(parser);
}

/* transient(expr): the function is to be called again as it was. */
static bool parse_transient(hfi_parser *parser, const hfi_token *word)
{
    hfi_expr *expr = &parser->now.prototype->transient;
    if (expr->count != 0) {
        return refuse_second(parser, word);
    }
    note_needs_fail(parser, word);
    parser->now.function.transient = *word;
    return open_role(parser) && hfi_parse_expr(parser, expr) && close_role(parser);
}

static bool parse_grow(hfi_parser *parser, const hfi_token *word)
{
    return parse_growth(parser, word, false);
}

static bool parse_grow_ok(hfi_parser *parser, const hfi_token *word)
{
    return parse_growth(parser, word, true);
}

/* Whether a parameter already tells the need (or the length) of a buffer. */
static bool is_told_by_param(const hfi_prototype *prototype, int buffer, bool length)
{
    for (unsigned i = 0; i < prototype->param_count; i++) {
        const hfi_param *param = &prototype->param[i];
        if ((length ? param->length.buffer : param->needed.buffer) == buffer) {
            return true;
        }
    }
    return false;
}

/* , expr [, unit] and the end of the role, behind the name of a buffer. */
static bool parse_size_expr(hfi_parser *parser, hfi_role_use *use, int buffer, hfi_expr *expr,
                            hfi_unit *unit)
{
    if (!hfi_parser_expect(parser, HFI_T_COMMA, ", and an expression") ||
        !hfi_parse_expr(parser, expr)) {
        return false;
    }
    if (hfi_parser_accept(parser, HFI_T_COMMA) && !hfi_parse_unit(parser, use, false)) {
        return false;
    }
    return hfi_prototype_unit(parser, use, buffer, unit) && close_role(parser);
}

/* needed and length: (name, expr [, unit]). */
static bool parse_size_rule(hfi_parser *parser, const hfi_token *word, bool length)
{
    hfi_role_use use = { .word = *word };
    int buffer = open_role(parser) ? parse_buffer(parser, false) : -1;
    if (buffer < 0) {
        return false;
    }
    hfi_buffer_rules *rules = &parser->now.prototype->param[buffer].rules;
    hfi_expr *expr = length ? &rules->length : &rules->needed;
    if (expr->count != 0 || is_told_by_param(parser->now.prototype, buffer, length)) {
        return hfi_parser_fail(
            parser, word, length ? "one length for each buffer" : "one needed for each buffer");
    }
    *(length ? &parser->now.draft[buffer].length : &parser->now.draft[buffer].needed) = *word;
    return parse_size_expr(parser, &use, buffer, expr,
                           length ? &rules->length_unit : &rules->needed_unit);
}

static bool parse_needed(hfi_parser *parser, const hfi_token *word)
{
    return parse_size_rule(parser, word, false);
}

static bool parse_length(hfi_parser *parser, const hfi_token *word)
{
    note_needs_fail(parser, word);
    return parse_size_rule(parser, word, true);
}

/* query(name, expr [, unit]): asked with NULL, where a try was too small. */
static bool parse_query(hfi_parser *parser, const hfi_token *word)
{
    hfi_role_use use = { .word = *word };
    int buffer = open_role(parser) ? parse_buffer(parser, true) : -1;
    if (buffer < 0) {
        return false;
    }
    hfi_buffer_rules *rules = &parser->now.prototype->param[buffer].rules;
    if (rules->query.count != 0) {
        return hfi_parser_fail(parser, word, "one query for each buffer");
    }
    parser->now.draft[buffer].query = *word;
    return parse_size_expr(parser, &use, buffer, &rules->query, &rules->query_unit);
}

static bool set_flag(hfi_parser *parser, const hfi_token *word, bool *flag)
{
    if (*flag) {
        return refuse_second(parser, word);
    }
    *flag = true;
    return true;
}

/* leaf, leaf(microseconds) */
static bool parse_leaf(hfi_parser *parser, const hfi_token *word)
{
    if (!set_flag(parser, word, &parser->now.prototype->is_leaf)) {
        return false;
    }
    if (!hfi_parser_accept(parser, HFI_T_LPAREN)) {
        return true;
    }
    hfi_token number = parser->token;
    if (number.kind != HFI_T_NUMBER || number.value == 0 || number.value > UINT32_MAX) {
        return hfi_parser_fail(parser, &number, "a number of microseconds from 1 to 4294967295");
    }
    hfi_parser_advance(parser);
    parser->now.prototype->leaf_budget_us = (uint32_t)number.value;
    return hfi_parser_expect(parser, HFI_T_RPAREN, ") of the role");
}

/* safe(n): what native code gets from a callback that cannot run. */
static bool parse_safe(hfi_parser *parser, const hfi_token *word)
{
    hfi_prototype *prototype = parser->now.prototype;
    hfi_token *before = &parser->now.function.safe;
    if (before->kind != HFI_T_END) {
        return refuse_second(parser, word);
    }
    *before = *word;
    if (parser->mode != HFI_MODE_SIGNATURE) {
        return hfi_parser_fail(parser, word, "safe behind the declaration of a callback alone");
    }
    if (prototype->result == HFI_C_VOID || prototype->result > HFI_C_POINTER) {
        return hfi_parser_fail(parser, word, "a callback that returns a number or a pointer");
    }
    return open_role(parser) && hfi_parse_constant(parser, &prototype->safe) && close_role(parser);
}

/* The text between the quotes. */
static bool set_symbol(hfi_parser *parser, const hfi_token *string)
{
    hfi_token name = *string;
    if (name.kind != HFI_T_STRING || name.length < 3) {
        return hfi_parser_fail(parser, string, "the symbol's name in quotes");
    }
    name.start++;
    name.length -= 2;
    return hfi_parser_copy(parser, &name, &parser->now.prototype->symbol);
}

static bool refuse_second_name(hfi_parser *parser, const hfi_token *word)
{
    const hfi_prototype *prototype = parser->now.prototype;
    return (!prototype->symbol && prototype->ordinal == 0) ||
           hfi_parser_fail(parser, word, "one of symbol, ordinal and asm");
}

static bool parse_symbol(hfi_parser *parser, const hfi_token *word)
{
    if (!refuse_second_name(parser, word) || !open_role(parser)) {
        return false;
    }
    hfi_token string = parser->token;
    if (!set_symbol(parser, &string)) {
        return false;
    }
    hfi_parser_advance(parser);
    return hfi_parser_expect(parser, HFI_T_RPAREN, ") of the role");
}

static bool parse_ordinal(hfi_parser *parser, const hfi_token *word)
{
    if (!refuse_second_name(parser, word) || !open_role(parser)) {
        return false;
    }
    hfi_token number = parser->token;
    if (number.kind != HFI_T_NUMBER || number.value == 0 || number.value > UINT16_MAX) {
        return hfi_parser_fail(parser, &number, "a number from 1 to 65535");
    }
    hfi_parser_advance(parser);
    parser->now.prototype->ordinal = (uint16_t)number.value;
    return hfi_parser_expect(parser, HFI_T_RPAREN, ") of the role");
}

bool hfi_set_label(hfi_parser *parser, const hfi_token *string)
{
    return set_symbol(parser, string);
}

static bool parse_nocallback(hfi_parser *parser, const hfi_token *word)
{
    return set_flag(parser, word, &parser->now.prototype->no_callback);
}

static bool parse_noretain(hfi_parser *parser, const hfi_token *word)
{
    return set_flag(parser, word, &parser->now.prototype->no_retain);
}

/* once: what did not fit is lost. */
static bool parse_once(hfi_parser *parser, const hfi_token *word)
{
    parser->now.function.once = *word;
    return set_flag(parser, word, &parser->now.prototype->is_once);
}

/* append(x, expr): the buffer comes in pieces, and while the expression holds there is more. */
static bool parse_append(hfi_parser *parser, const hfi_token *word)
{
    hfi_prototype *prototype = parser->now.prototype;
    if (prototype->append.count != 0) {
        return refuse_second(parser, word);
    }
    note_needs_fail(parser, word);
    parser->now.function.append = *word;
    int buffer = open_role(parser) ? parse_buffer(parser, true) : -1;
    if (buffer < 0) {
        return false;
    }
    prototype->append_to = (uint8_t)buffer;
    return hfi_parser_expect(parser, HFI_T_COMMA, ", and an expression") &&
           hfi_parse_expr(parser, &prototype->append) && close_role(parser);
}

static const function_role function_roles[] = {
    { "fail", parse_fail },           { "error", parse_error },
    { "grow", parse_grow },           { "grow_ok", parse_grow_ok },
    { "needed", parse_needed },       { "length", parse_length },
    { "leaf", parse_leaf },           { "nocallback", parse_nocallback },
    { "noretain", parse_noretain },   { "safe", parse_safe },
    { "symbol", parse_symbol },       { "ordinal", parse_ordinal },
    { "transient", parse_transient }, { "once", parse_once },
    { "query", parse_query },         { "append", parse_append },
};

static bool parse_function_role(hfi_parser *parser)
{
    hfi_token word = parser->token;
    for (size_t i = 0; i < sizeof(function_roles) / sizeof(function_roles[0]); i++) {
        if (hfi_parser_accept_word(parser, function_roles[i].word)) {
            return function_roles[i].parse(parser, &word);
        }
    }
    return hfi_parser_fail(
        parser, &word,
        "fail, error, grow, grow_ok, needed, length, leaf, nocallback, noretain, "
        "safe, symbol, ordinal, transient, once, query, append");
}

bool hfi_parse_function_roles(hfi_parser *parser)
{
    if (!hfi_parser_accept(parser, HFI_T_LBRACE)) {
        return true;
    }
    do {
        if (!parse_function_role(parser)) {
            return false;
        }
    } while (hfi_parser_accept(parser, HFI_T_COMMA));
    return hfi_parser_expect(parser, HFI_T_RBRACE, ", or } behind a role");
}
