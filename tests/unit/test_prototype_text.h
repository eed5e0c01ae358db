/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_PROTOTYPE_TEXT_H
#define HOLDFAST_TESTS_PROTOTYPE_TEXT_H

/*
 * A prototype as text, so that a test can say in one piece everything that is
 * to be understood, and nothing that was understood can go unseen.
 */

#include "prototype/prototype.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if SIZE_MAX == UINT64_MAX
#define USIZE         "uint64"
#define ISIZE         "int64"
#define POINTER_BYTES "8"
#else
#define USIZE         "uint32"
#define ISIZE         "int32"
#define POINTER_BYTES "4"
#endif
#if CHAR_MIN < 0
#define CHAR "int8"
#else
#define CHAR "uint8"
#endif

typedef struct dump {
    char text[4096];
    size_t used;
} dump;

__attribute__((format(printf, 2, 3))) static inline void put(dump *d, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int written = vsnprintf(d->text + d->used, sizeof(d->text) - d->used, format, list);
    va_end(list);
    if (written > 0 && (size_t)written < sizeof(d->text) - d->used) {
        d->used += (size_t)written;
    }
}

static inline const char *unit_name(hfi_unit unit)
{
    return unit == HFI_UNIT_BYTES ? "bytes" : "elements";
}

static inline void put_expr(dump *d, const hfi_prototype *p, const hfi_expr *expr)
{
    static const char *const name[] = {
        [HFI_OP_RESULT] = "result", [HFI_OP_ERROR] = "error", [HFI_OP_NOT] = "!",
        [HFI_OP_NEGATE] = "neg",    [HFI_OP_ADD] = "+",       [HFI_OP_SUB] = "-",
        [HFI_OP_MUL] = "*",         [HFI_OP_DIV] = "/",       [HFI_OP_LT] = "<",
        [HFI_OP_LE] = "<=",         [HFI_OP_GT] = ">",        [HFI_OP_GE] = ">=",
        [HFI_OP_EQ] = "==",         [HFI_OP_NE] = "!=",       [HFI_OP_AND] = "&&",
        [HFI_OP_OR] = "||",
    };
    for (unsigned i = 0; i < expr->count; i++) {
        const hfi_expr_step *step = &expr->step[i];
        if (step->op == HFI_OP_CONST) {
            put(d, " %lld", (long long)step->value);
        } else if (step->op == HFI_OP_PARAM && step->value >= HFI_PARAMS_MAX) {
            const hfi_inside *inside = &p->inside[step->value - HFI_PARAMS_MAX];
            put(d, " u%d(%s@%u)", 8 * inside->width, p->param[inside->param].name,
                (unsigned)inside->offset);
        } else if (step->op == HFI_OP_PARAM) {
            put(d, " %s", p->param[step->value].name);
        } else {
            put(d, " %s", name[step->op]);
        }
    }
}

static inline void put_rule(dump *d, const hfi_prototype *p, const char *what, const char *buffer,
                            const hfi_expr *expr, const hfi_unit *unit)
{
    if (expr->count != 0) {
        put(d, "%s %s%s=", what, buffer, *buffer ? " " : "");
        put_expr(d, p, expr);
        put(d, unit ? " %s\n" : "\n", unit ? unit_name(*unit) : "");
    }
}

static inline void put_size_role(dump *d, const hfi_prototype *p, const char *what,
                                 const hfi_size_role *role)
{
    if (role->buffer >= 0) {
        put(d, " %s(%s %s%+d)", what, p->param[role->buffer].name, unit_name(role->unit),
            (int)role->bias);
    }
}

static inline void put_param(dump *d, const hfi_prototype *p, const hfi_param *param)
{
    static const char *const kind[] = {
        [HFI_P_SCALAR] = "scalar",
        [HFI_P_TEXT] = "text",
        [HFI_P_WTEXT] = "wtext",
        [HFI_P_BUFFER] = "buffer",
        [HFI_P_RAW] = "raw",
        [HFI_P_RESOURCE] = "resource",
        [HFI_P_OUT_VALUE] = "out_value",
        [HFI_P_OUT_BUFFER] = "out_buffer",
        [HFI_P_CAPACITY] = "capacity",
        [HFI_P_AGGREGATE] = "aggregate",
        [HFI_P_CALLBACK] = "callback",
        [HFI_P_TEXTS] = "texts",
    };
    static const char *const direction[] = { "?", "in", "out", "inout" };
    put(d, "%s: %s %s %s", param->name, kind[param->kind], direction[param->direction],
        hfi_ctype_name(param->type));
    if (param->type == HFI_C_POINTER) {
        put(d, ">%s%s/%lu", param->target_is_const ? "const " : "", hfi_ctype_name(param->target),
            (unsigned long)param->target_size);
    }
    put(d, "%s%s%s", param->is_wide ? " wide" : "", param->is_text ? " text" : "",
        param->is_given ? " given" : "");
    if (param->extent != 0) {
        put(d, " extent %lu", (unsigned long)param->extent);
    }
    if (param->extent_expr.count != 0) {
        put(d, " extent");
        put_expr(d, p, &param->extent_expr);
    }
    put_size_role(d, p, "capacity", &param->capacity);
    put_size_role(d, p, "needed", &param->needed);
    put_size_role(d, p, "length", &param->length);
    if (param->capacity_param >= 0) {
        put(d, " by %s", p->param[param->capacity_param].name);
    }
    if (param->points_into >= 0) {
        put(d, " into %s", p->param[param->points_into].name);
    }
    put(d, "\n");
}

static inline void describe(dump *d, const hfi_prototype *p)
{
    static const char *const source[] = { "none",   "errno",    "last_error", "wsa",
                                          "result", "ntstatus", "hresult",    "param" };
    static const char *const convention[] = { "",          " cdecl",  " stdcall", " fastcall",
                                              " thiscall", " ms_abi", " sysv_abi" };
    d->used = 0;
    put(d, "%s %s", p->name, hfi_ctype_name(p->result));
    if (p->result == HFI_C_POINTER) {
        put(d, ">%s", hfi_ctype_name(p->result_target));
    }
    put(d, "%s callers %d error %s%s%s%s\n", convention[p->convention], p->caller_count,
        source[p->error], p->is_leaf ? " leaf" : "", p->no_callback ? " nocallback" : "",
        p->no_retain ? " noretain" : "");
    for (unsigned i = 0; i < p->param_count; i++) {
        put_param(d, p, &p->param[i]);
    }
    put_rule(d, p, "fail", "", &p->fail, NULL);
    put_rule(d, p, "grow", "", &p->grow, NULL);
    put_rule(d, p, "grow_ok", "", &p->grow_ok, NULL);
    for (unsigned i = 0; i < p->param_count; i++) {
        const hfi_param *param = &p->param[i];
        put_rule(d, p, "grow", param->name, &param->rules.grow, NULL);
        put_rule(d, p, "grow_ok", param->name, &param->rules.grow_ok, NULL);
        put_rule(d, p, "needed", param->name, &param->rules.needed, &param->rules.needed_unit);
        put_rule(d, p, "length", param->name, &param->rules.length, &param->rules.length_unit);
    }
}

#endif
