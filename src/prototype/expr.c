/* SPDX-License-Identifier: MIT */

/*
 * Expressions of roles: read once, evaluated after every try, or, where they say how
 * large an argument has to be, before the first.
 *
 * They are kept in postfix order, so evaluating is a loop over a small stack
 * that the parser has bounded: 48 operations can never hold more than 48
 * values.  Both sides of && and || are evaluated; nothing in an expression has
 * an effect or can fail, so nobody can tell.
 *
 * Arithmetic is that of 64-bit two's complement and wraps: a native function
 * that reports nonsense must not be able to trap its caller.  A size that wraps is
 * another matter: hfi_expr_evaluate_exactly() tells.
 *
 * Threads: pure over the caller's memory.
 */

#include "prototype/parse.h"

#include "base/alloc.h"
#include "base/size.h"
#include "base/verify.h"

#include <string.h>

typedef struct binary_operator {
    hfi_token_kind token;
    hfi_op op;
    int level; /* binds tighter when higher, as in C */
} binary_operator;

static const binary_operator binary_operators[] = {
    { HFI_T_OR, HFI_OP_OR, 1 },     { HFI_T_AND, HFI_OP_AND, 2 },  { HFI_T_EQ, HFI_OP_EQ, 3 },
    { HFI_T_NE, HFI_OP_NE, 3 },     { HFI_T_LT, HFI_OP_LT, 4 },    { HFI_T_LE, HFI_OP_LE, 4 },
    { HFI_T_GT, HFI_OP_GT, 4 },     { HFI_T_GE, HFI_OP_GE, 4 },    { HFI_T_PLUS, HFI_OP_ADD, 5 },
    { HFI_T_MINUS, HFI_OP_SUB, 5 }, { HFI_T_STAR, HFI_OP_MUL, 6 }, { HFI_T_SLASH, HFI_OP_DIV, 6 },
};

/* An expression while it is read. */
typedef struct builder {
    hfi_parser *parser;
    uint16_t count;
    bool uses_error;
    bool is_before; /* of the call: there is no result yet, and nothing that the callee wrote */
    bool is_armed;  /* then: the capacities of this try are decided */
    hfi_expr_step step[HFI_EXPR_MAX];
} builder;

static bool parse_binary(builder *b, int level, unsigned nesting);

static bool emit(builder *b, const hfi_token *at, hfi_op op, int64_t value)
{
    if (b->count == HFI_EXPR_MAX) {
        return hfi_parser_fail(b->parser, at, "at most 48 operations in one expression");
    }
    b->step[b->count++] = (hfi_expr_step){ .op = op, .value = value };
    return true;
}

static bool is_number_type(hfi_ctype type)
{
    return hfi_ctype_is_integer(type) || type == HFI_C_POINTER;
}

/* Whether an expression may look at a parameter: a number, or one that the callee leaves behind. */
static bool is_readable(const hfi_param *param)
{
    switch (param->kind) {
    case HFI_P_SCALAR:
        return is_number_type(param->type);
    case HFI_P_CAPACITY:
        return true;
    case HFI_P_OUT_VALUE:
        return is_number_type(param->target);
    default:
        return false;
    }
}

/* Whether a parameter's number is known before the call: what the caller passes, and how much it
 * lends. */
static bool is_known_before(const builder *b, const hfi_param *param)
{
    const hfi_prototype *prototype = b->parser->now.prototype;
    hfi_ctype type = param->type == HFI_C_POINTER ? param->target : param->type;
    if (param->capacity.buffer >= 0) {
        return b->is_armed || prototype->param[param->capacity.buffer].kind == HFI_P_BUFFER;
    }
    bool is_passed = param->kind == HFI_P_OUT_VALUE && param->direction == HFI_INOUT;
    return (param->kind == HFI_P_SCALAR && hfi_ctype_is_integer(param->type)) ||
           (is_passed && hfi_ctype_is_integer(type));
}

static bool emit_param(builder *b, const hfi_token *name, int index)
{
    const hfi_prototype *prototype = b->parser->now.prototype;
    const hfi_param *param = &prototype->param[index];
    if (b->is_before && !is_known_before(b, param)) {
        return hfi_parser_fail(b->parser, name,
                               b->is_armed ? "an integer that the caller passes, or a capacity"
                                           : "an integer that the caller passes, or the capacity "
                                             "of what it lends");
    }
    if (!is_readable(param)) {
        return hfi_parser_fail(b->parser, name,
                               "an integer parameter: a scalar, a capacity or an out value");
    }
    return emit(b, name, HFI_OP_PARAM, index);
}

static bool emit_result(builder *b, const hfi_token *name)
{
    if (!is_number_type(b->parser->now.prototype->result)) {
        return hfi_parser_fail(
            b->parser, name, "a parameter or a number: the function returns no integer or pointer");
    }
    return emit(b, name, HFI_OP_RESULT, 0);
}

static bool emit_error(builder *b, const hfi_token *name)
{
    if (b->parser->now.function.error_value.kind == HFI_T_END) {
        b->parser->now.function.error_value = *name;
    }
    b->uses_error = true;
    return emit(b, name, HFI_OP_ERROR, 0);
}

static bool emit_name(builder *b, const hfi_token *name)
{
    bool is_result = hfi_token_is(name, "result");
    if ((is_result || hfi_token_is(name, "error")) && !b->is_before) {
        return is_result ? emit_result(b, name) : emit_error(b, name);
    }
    int index = hfi_parser_param(b->parser, name);
    const hfi_scope_entry *constant = index < 0 ? hfi_parser_find(b->parser, false, name) : NULL;
    if (constant && constant->kind == HFI_NAME_CONSTANT) {
        return emit(b, name, HFI_OP_CONST, constant->value);
    }
    if (index < 0) {
        return hfi_parser_fail(b->parser, name,
                               b->is_before ? "a constant or the name of a parameter"
                                            : "result, error or the name of a parameter");
    }
    return emit_param(b, name, index);
}

/* u32(x, at): what the callee leaves inside a buffer. */
static bool parse_inside(builder *b)
{
    hfi_token word = b->parser->token;
    int64_t place = 0;
    if (b->is_before) {
        return hfi_parser_fail(b->parser, &word, "what is known before the call");
    }
    return hfi_parse_inside(b->parser, &place) && emit(b, &word, HFI_OP_PARAM, place);
}

/* capacity(x): what was announced, where the parameter that did so comes back with another number.
 * A growing buffer has no number of its own, so that its place holds this one. */
static bool parse_announced(builder *b)
{
    hfi_token word = b->parser->token;
    if (b->is_before) {
        return hfi_parser_fail(b->parser, &word, "what is known before the call");
    }
    hfi_parser_advance(b->parser);
    hfi_parser_advance(b->parser);
    hfi_token name = b->parser->token;
    int index = name.kind == HFI_T_NAME ? hfi_parser_param(b->parser, &name) : -1;
    const hfi_param *param = index >= 0 ? &b->parser->now.prototype->param[index] : NULL;
    if (!param || param->kind != HFI_P_OUT_BUFFER || param->capacity_param < 0) {
        return hfi_parser_fail(b->parser, &name,
                               "a buffer that the library makes, with a capacity");
    }
    hfi_parser_advance(b->parser);
    return hfi_parser_expect(b->parser, HFI_T_RPAREN, ") behind the buffer") &&
           emit(b, &word, HFI_OP_PARAM, index);
}

/* A name, a word that measures a type, a number inside a buffer, or an announced capacity. */
static bool parse_word(builder *b)
{
    hfi_token name = b->parser->token;
    bool is_measure = false;
    int64_t value = 0;
    if (hfi_is_inside(b->parser, &name)) {
        return parse_inside(b);
    }
    if (hfi_token_is(&name, "capacity") && hfi_parser_peek(b->parser).kind == HFI_T_LPAREN) {
        return parse_announced(b);
    }
    if (hfi_parser_param(b->parser, &name) < 0 &&
        !hfi_parse_measure(b->parser, &is_measure, &value)) {
        return false;
    }
    if (is_measure) {
        return emit(b, &name, HFI_OP_CONST, value);
    }
    hfi_parser_advance(b->parser);
    return emit_name(b, &name);
}

/* '!' x, '-' x or '(' x ')'; the only places where an expression nests. */
static bool parse_nested(builder *b, const hfi_token *opening, unsigned nesting)
{
    if (nesting == HFI_NESTING_MAX) {
        return hfi_parser_fail(b->parser, opening, "at most 16 expressions inside each other");
    }
    if (opening->kind == HFI_T_LPAREN) {
        return parse_binary(b, 1, nesting + 1) &&
               hfi_parser_expect(b->parser, HFI_T_RPAREN, "an operator or )");
    }
    return parse_binary(b, 7, nesting + 1) &&
           emit(b, opening, opening->kind == HFI_T_NOT ? HFI_OP_NOT : HFI_OP_NEGATE, 0);
}

static bool parse_primary(builder *b, unsigned nesting)
{
    hfi_token token = b->parser->token;
    switch (token.kind) {
    case HFI_T_NUMBER:
        hfi_parser_advance(b->parser);
        return emit(b, &token, HFI_OP_CONST, token.value);
    case HFI_T_OCTAL:
    case HFI_T_BAD_NUMBER:
        return hfi_parser_fail(b->parser, &token,
                               "a decimal or 0x number up to 9223372036854775807");
    case HFI_T_NAME:
        return parse_word(b);
    case HFI_T_NOT:
    case HFI_T_MINUS:
    case HFI_T_LPAREN:
        hfi_parser_advance(b->parser);
        return parse_nested(b, &token, nesting);
    default:
        return hfi_parser_fail(b->parser, &token, "an expression");
    }
}

static const binary_operator *find_operator(hfi_token_kind kind)
{
    for (size_t i = 0; i < sizeof(binary_operators) / sizeof(binary_operators[0]); i++) {
        if (binary_operators[i].token == kind) {
            return &binary_operators[i];
        }
    }
    return NULL;
}

/* Behind a division; nothing in an expression may fail, so its divisor is a constant above 0. */
static bool check_divisor(builder *b, const hfi_token *at, uint16_t from)
{
    const hfi_expr_step *last = &b->step[b->count - 1];
    return (b->count == from + 1 && last->op == HFI_OP_CONST && last->value > 0) ||
           hfi_parser_fail(b->parser, at, "a division by a number above 0");
}

/* The type of what a step reads; of anything else, void. */
static hfi_ctype type_read(const builder *b, const hfi_expr_step *step)
{
    const hfi_prototype *prototype = b->parser->now.prototype;
    if (step->op == HFI_OP_RESULT) {
        return prototype->result;
    }
    if (step->op != HFI_OP_PARAM) {
        return HFI_C_VOID;
    }
    if (step->value >= HFI_PARAMS_MAX) {
        return hfi_inside_type(&prototype->inside[step->value - HFI_PARAMS_MAX]);
    }
    const hfi_param *param = &prototype->param[step->value];
    return param->kind == HFI_P_OUT_VALUE ? param->target : param->type;
}

/*
 * x == -1 of an unsigned x, whose left side is at `left` and right side at `right`.  C takes the
 * number for one of x's type where that is as wide as int, and so it is done here: 64 bits would
 * never be equal.  A narrower x is never negative for C either, which nobody can have meant.
 */
static bool fit_negative(builder *b, const hfi_token *at, hfi_op op, unsigned left, unsigned right)
{
    hfi_expr_step *step = &b->step[right];
    bool is_negated = b->count == right + 2 && step[1].op == HFI_OP_NEGATE;
    bool is_number = step->op == HFI_OP_CONST && (is_negated || b->count == right + 1u);
    hfi_ctype type = type_read(b, &b->step[left]);
    if ((op != HFI_OP_EQ && op != HFI_OP_NE) || right != left + 1 || !is_number ||
        (is_negated ? step->value <= 0 : step->value >= 0)) {
        return true;
    }
    if (type == HFI_C_U8 || type == HFI_C_U16) {
        return hfi_parser_fail(b->parser, at, "a number that the unsigned value can be");
    }
    if (type == HFI_C_U32) {
        uint64_t bits = is_negated ? 0 - (uint64_t)step->value : (uint64_t)step->value;
        step->value = (int64_t)(bits & UINT32_MAX);
        b->count = (uint16_t)(right + 1);
    }
    return true;
}

/* Operators of `level` and above; level 7 is a primary alone.  All of them group to the left. */
static bool parse_binary(builder *b, int level, unsigned nesting)
{
    unsigned left = b->count;
    if (!parse_primary(b, nesting)) {
        return false;
    }
    for (;;) {
        hfi_token token = b->parser->token;
        const binary_operator *found = find_operator(token.kind);
        if (!found || found->level < level) {
            return true;
        }
        uint16_t from = b->count;
        hfi_parser_advance(b->parser);
        unsigned right = b->count;
        if (!parse_binary(b, found->level + 1, nesting) ||
            (found->op == HFI_OP_DIV && !check_divisor(b, &token, from)) ||
            !fit_negative(b, &token, found->op, left, right) || !emit(b, &token, found->op, 0)) {
            return false;
        }
    }
}

static bool parse_whole(hfi_parser *parser, hfi_expr *expr, bool is_before, bool is_armed)
{
    builder b = { .parser = parser, .is_before = is_before, .is_armed = is_armed };
    if (!parse_binary(&b, 1, 0)) {
        return false;
    }
    expr->step = hfi_alloc_array(b.count, sizeof(b.step[0]));
    if (!expr->step) {
        return hfi_parser_no_memory(parser);
    }
    memcpy(expr->step, b.step, b.count * sizeof(b.step[0]));
    expr->count = b.count;
    expr->uses_error = b.uses_error;
    return true;
}

bool hfi_parse_expr(hfi_parser *parser, hfi_expr *expr)
{
    return parse_whole(parser, expr, false, false);
}

bool hfi_parse_expr_before(hfi_parser *parser, hfi_expr *expr)
{
    return parse_whole(parser, expr, true, false);
}

bool hfi_parse_expr_armed(hfi_parser *parser, hfi_expr *expr)
{
    return parse_whole(parser, expr, true, true);
}

static uint64_t magnitude(int64_t x)
{
    return x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
}

static bool product_wraps(int64_t x, int64_t y)
{
    uint64_t product;
    uint64_t most = (uint64_t)INT64_MAX + ((x < 0) != (y < 0));
    return !hfi_u64_mul(magnitude(x), magnitude(y), &product) || product > most;
}

/* The arithmetic is unsigned, where overflow is defined; `*wraps` is set where there was any. */
static int64_t apply_arithmetic(hfi_op op, int64_t x, int64_t y, bool *wraps)
{
    int64_t value;
    switch (op) {
    case HFI_OP_ADD:
        value = (int64_t)((uint64_t)x + (uint64_t)y);
        *wraps |= ((x ^ value) & (y ^ value)) < 0;
        return value;
    case HFI_OP_SUB:
        value = (int64_t)((uint64_t)x - (uint64_t)y);
        *wraps |= ((x ^ y) & (x ^ value)) < 0;
        return value;
    case HFI_OP_MUL:
        *wraps |= product_wraps(x, y);
        return (int64_t)((uint64_t)x * (uint64_t)y);
    default:
        HF_ASSERT(op == HFI_OP_DIV && y > 0);
        return x / y;
    }
}

static int64_t apply_comparison(hfi_op op, int64_t x, int64_t y)
{
    switch (op) {
    case HFI_OP_LT:
        return x < y;
    case HFI_OP_LE:
        return x <= y;
    case HFI_OP_GT:
        return x > y;
    case HFI_OP_GE:
        return x >= y;
    case HFI_OP_EQ:
        return x == y;
    case HFI_OP_NE:
        return x != y;
    case HFI_OP_AND:
        return x != 0 && y != 0;
    default:
        HF_ASSERT(op == HFI_OP_OR);
        return x != 0 || y != 0;
    }
}

static int64_t evaluate(const hfi_expr *expr, const hfi_expr_values *values, bool *wraps)
{
    int64_t stack[HFI_EXPR_MAX];
    unsigned top = 0;
    HF_ASSERT(expr->count > 0 && expr->count <= HFI_EXPR_MAX);
    for (unsigned i = 0; i < expr->count; i++) {
        const hfi_expr_step *step = &expr->step[i];
        switch (step->op) {
        case HFI_OP_CONST:
            stack[top++] = step->value;
            break;
        case HFI_OP_RESULT:
            stack[top++] = values->result;
            break;
        case HFI_OP_ERROR:
            stack[top++] = values->error;
            break;
        case HFI_OP_PARAM:
            stack[top++] = values->param[step->value];
            break;
        case HFI_OP_NOT:
            HF_ASSERT(top > 0);
            stack[top - 1] = !stack[top - 1];
            break;
        case HFI_OP_NEGATE:
            HF_ASSERT(top > 0);
            *wraps |= stack[top - 1] == INT64_MIN;
            stack[top - 1] = (int64_t)(0 - (uint64_t)stack[top - 1]);
            break;
        default:
            HF_ASSERT(top > 1);
            top--;
            stack[top - 1] = step->op <= HFI_OP_DIV
                                 ? apply_arithmetic(step->op, stack[top - 1], stack[top], wraps)
                                 : apply_comparison(step->op, stack[top - 1], stack[top]);
            break;
        }
    }
    HF_ASSERT(top == 1);
    return stack[0];
}

static bool is_leaf(hfi_op op)
{
    return op == HFI_OP_CONST || op == HFI_OP_RESULT || op == HFI_OP_ERROR || op == HFI_OP_PARAM;
}

static int64_t value_of(const hfi_expr_step *leaf, const hfi_expr_values *values)
{
    return leaf->op == HFI_OP_RESULT  ? values->result
           : leaf->op == HFI_OP_ERROR ? values->error
           : leaf->op == HFI_OP_PARAM ? values->param[leaf->value]
                                      : leaf->value;
}

/* Most are a name, or a comparison of two values: no stack is needed for those. */
static bool is_comparison(const hfi_expr *expr)
{
    return expr->count == 3 && is_leaf(expr->step[0].op) && is_leaf(expr->step[1].op) &&
           expr->step[2].op >= HFI_OP_LT && expr->step[2].op <= HFI_OP_NE;
}

int64_t hfi_expr_evaluate(const hfi_expr *expr, const hfi_expr_values *values)
{
    bool ignored = false;
    if (expr->count == 1) {
        return value_of(&expr->step[0], values);
    }
    if (is_comparison(expr)) {
        return apply_comparison(expr->step[2].op, value_of(&expr->step[0], values),
                                value_of(&expr->step[1], values));
    }
    return evaluate(expr, values, &ignored);
}

bool hfi_expr_evaluate_exactly(const hfi_expr *expr, const hfi_expr_values *values,
                               int64_t *value_out)
{
    bool wraps = false;
    *value_out = evaluate(expr, values, &wraps);
    return !wraps;
}
