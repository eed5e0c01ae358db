/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_PROTOTYPE_H
#define HOLDFAST_PROTOTYPE_PROTOTYPE_H

/*
 * A C declaration with roles in braces, understood.
 *
 * This is pure data: no libffi, no heap, no thread.  hfi_prototype_parse()
 * turns the text into an hfi_prototype; call/bind.c makes a callable plan of it,
 * retry/ drives its growth roles.
 *
 * docs/prototypes.md is the reference of the grammar.  A text may declare types
 * before its function; they live in a scope that the prototype holds.
 */

#include "prototype/ctype_class.h"
#include "prototype/layout.h"

#include <holdfast/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HFI_PARAMS_MAX 32
#define HFI_EXPR_MAX   48 /* operations of one expression */
#define HFI_INSIDE_MAX 8  /* numbers inside buffers that the expressions of one prototype read */
#define HFI_SETS_MAX   4  /* numbers that are written into one buffer before each try */

/** Values that expressions see: of each parameter, and behind them of the numbers inside buffers.
 */
#define HFI_SEEN_MAX (HFI_PARAMS_MAX + HFI_INSIDE_MAX)

/** Size and alignment of a type the grammar cannot know, given by the binder: { "struct passwd",
 * 48, 8 }. */
typedef struct hfi_ctype_info {
    const char *name; /* as written in the prototype, one blank between words */
    size_t size;
    size_t alignment;
} hfi_ctype_info;

/* Who supplies a parameter's argument, and as what. */
typedef enum hfi_param_kind {
    HFI_P_SCALAR,     /* caller: integer or floating value */
    HFI_P_TEXT,       /* caller: const char *, NUL-terminated */
    HFI_P_WTEXT,      /* caller: const wchar_t * (or WCHAR, char16_t): UTF-16 or UTF-32 by
                         target_size */
    HFI_P_BUFFER,     /* caller: managed buffer or native memory, by direction */
    HFI_P_RAW,        /* caller: an address that Holdfast does not look behind */
    HFI_P_RESOURCE,   /* caller: a resource; its native value is passed */
    HFI_P_OUT_VALUE,  /* library: pointer to one scalar or one known struct, {out} or {inout} (then
                         also caller's start value) */
    HFI_P_OUT_BUFFER, /* library: a buffer it makes and returns; it grows where a capacity parameter
                         announces it, and is exact where it has an extent_expr */
    HFI_P_CAPACITY,   /* library: a scalar that announces a buffer's capacity */
    HFI_P_AGGREGATE,  /* caller: a struct, union, complex number or long double by value */
    HFI_P_CALLBACK,   /* caller: a callback, a transient handler or an address; `function` is its
                         signature */
    HFI_P_TEXTS       /* caller: an array of texts, ended by NULL */
} hfi_param_kind;

/** How the text of a narrow parameter is encoded for the callee. */
typedef enum hfi_encoding {
    HFI_ENCODING_UTF8,  /* role text, or text(utf8) */
    HFI_ENCODING_SYSTEM /* role text(system): Windows' ANSI code page; as UTF-8 elsewhere */
} hfi_encoding;

typedef enum hfi_direction { HFI_IN = 1, HFI_OUT = 2, HFI_INOUT = 3 } hfi_direction;

/* In what a capacity, need or length is counted.  ELEMENTS is the size of the buffer's target type.
 */
typedef enum hfi_unit { HFI_UNIT_ELEMENTS, HFI_UNIT_BYTES } hfi_unit;

/* capacity(b, unit), needed(b, unit ± k), length(b, unit ± k) on a parameter or with an expression
 * on the function. */
typedef struct hfi_size_role {
    int8_t buffer; /* index of the buffer parameter, -1: the role is absent */
    hfi_unit unit;
    int32_t bias; /* k; the size in units is value + k */
} hfi_size_role;

/* Postfix operations over int64_t; comparisons and logic give 0 or 1. */
typedef enum hfi_op {
    HFI_OP_CONST,
    HFI_OP_RESULT,
    HFI_OP_ERROR,
    /* index in .value: a scalar's value, an out value's content after the call, a capacity as
       announced; integers and pointers alone.  From HFI_PARAMS_MAX on: one of prototype.inside */
    HFI_OP_PARAM,
    HFI_OP_NOT,
    HFI_OP_NEGATE,
    HFI_OP_ADD,
    HFI_OP_SUB,
    HFI_OP_MUL,
    HFI_OP_DIV, /* by a constant above 0 */
    HFI_OP_LT,
    HFI_OP_LE,
    HFI_OP_GT,
    HFI_OP_GE,
    HFI_OP_EQ,
    HFI_OP_NE,
    HFI_OP_AND,
    HFI_OP_OR
} hfi_op;

typedef struct hfi_expr_step {
    hfi_op op;
    int64_t value;
} hfi_expr_step;

typedef struct hfi_expr {
    uint16_t count; /* 0: absent */
    bool uses_error;
    hfi_expr_step *step; /* owned by the prototype */
} hfi_expr;

/* u32(x, at): an unsigned number at a place in a buffer that the callee has filled. */
typedef struct hfi_inside {
    uint32_t offset; /* bytes from the start of what is lent */
    int8_t param;
    uint8_t width; /* 1, 2, 4 or 8 bytes */
} hfi_inside;

/* set(u32, at, expr): a number that the callee has to find in a buffer. */
typedef struct hfi_set {
    uint32_t offset;
    uint8_t width;
    hfi_expr value; /* over what is known before the call, and the capacities as announced */
} hfi_set;

/** Values an expression looks at. `param[i]` is the value of parameter i, and behind them of the
 * numbers inside buffers. */
typedef struct hfi_expr_values {
    int64_t result;
    int64_t error;
    const int64_t *param;
} hfi_expr_values;

/** The unsigned type of a number inside a buffer. */
hfi_ctype hfi_inside_type(const hfi_inside *inside);

/** Evaluates; wraps like two's complement; never fails. `expr->count` > 0. */
int64_t hfi_expr_evaluate(const hfi_expr *expr, const hfi_expr_values *values);

/** The same; false where an operation has wrapped. */
bool hfi_expr_evaluate_exactly(const hfi_expr *expr, const hfi_expr_values *values,
                               int64_t *value_out);

/* room(...): which capacities the function takes, in elements of the buffer. */
typedef struct hfi_room_rules {
    uint32_t first;    /* to begin with; 0: whatever */
    uint32_t least;    /* 0: 1 */
    uint32_t most;     /* 0: what the capacity parameter can say */
    uint32_t multiple; /* each capacity is a multiple of this; 0: 1 */
    uint32_t reserve;  /* owned and not announced: the callee writes there too */
    bool is_exact;     /* only the size that it asks for will do */
} hfi_room_rules;

/* A buffer's own growth rules: grow(name: expr), grow_ok(name: expr), needed(name, expr ...),
 * length(name, expr ...). */
typedef struct hfi_buffer_rules {
    hfi_expr grow;    /* looked at when the call failed */
    hfi_expr grow_ok; /* looked at when it succeeded */
    hfi_expr needed;  /* function role needed(b, expr [, unit]); the parameter role is in
                         hfi_param.needed */
    hfi_unit needed_unit;
    hfi_expr length; /* function role length(b, expr [, unit]) */
    hfi_unit length_unit;
    hfi_expr query; /* the need, after a call with NULL and no room */
    hfi_unit query_unit;
} hfi_buffer_rules;

typedef struct hfi_param {
    char *name;        /* "" when the declaration has none */
    uint32_t position; /* offset in the text where the declaration begins */
    hfi_param_kind kind;
    hfi_ctype type;   /* as passed */
    hfi_ctype target; /* of a pointer: what it points to; POINTER for T ** */
    bool target_is_const;
    const hfi_layout *layout; /* of an aggregate by value, or of a pointer's known target; NULL */
    /* Signature of a function pointer; NULL.  It belongs to the prototype's scope. */
    const struct hfi_prototype *function;
    hfi_encoding encoding; /* of narrow text */
    bool is_text;  /* role text; of a buffer: the result is text, checked and terminated by the
                      library */
    bool is_multi; /* role text(multi): texts one behind the other, and one more NUL at the end */
    bool is_given; /* role given: the caller's own buffer is used; it never grows beyond it */
    bool is_wide;  /* target is wchar_t/WCHAR/char16_t */
    bool is_bool;  /* a _Bool by value: 0 or 1 */
    hfi_direction direction;
    /* Bytes of one target element; 0 unknown (void too); from hfi_ctype_info for named structs.  An
       out value with another extent than its target has target OPAQUE and the extent as its size.
       Of texts: of one unit of each.
     */
    size_t target_size;
    size_t target_alignment;
    hfi_size_role capacity, needed, length;
    size_t extent; /* role size(n) or an array bound: bytes the callee may touch; 0: not stated */
    hfi_expr extent_expr;   /* role size(expr): the same, over what is known before the call */
    char *extent_text;      /* the expression as written; NULL */
    int8_t points_into;     /* index of the buffer this value's pointers lead into, or -1 */
    int8_t capacity_param;  /* of a buffer: the parameter that announces its capacity, or -1 */
    hfi_room_rules room;    /* of a buffer that the library makes */
    hfi_buffer_rules rules; /* of a buffer */
    hfi_set *set;           /* written into what the library makes, before each try */
    uint8_t set_count;
} hfi_param;

typedef enum hfi_error_source {
    HFI_ERROR_NONE,
    HFI_ERROR_ERRNO,
    HFI_ERROR_LAST_ERROR,
    HFI_ERROR_WSA,
    HFI_ERROR_RESULT,
    HFI_ERROR_NTSTATUS, /* the result; negative is failure */
    HFI_ERROR_HRESULT,
    HFI_ERROR_PARAM /* what an out value holds: error_param */
} hfi_error_source;

/** How the callee cleans up its arguments; on 64 bits they are all one. */
typedef enum hfi_convention {
    HFI_CONVENTION_DEFAULT,
    HFI_CONVENTION_CDECL,
    HFI_CONVENTION_STDCALL,
    HFI_CONVENTION_FASTCALL,
    HFI_CONVENTION_THISCALL,
    HFI_CONVENTION_MS_ABI,  /* __attribute__((ms_abi)): Win64's on any x86-64 */
    HFI_CONVENTION_SYSV_ABI /* __attribute__((sysv_abi)) */
} hfi_convention;

typedef struct hfi_prototype {
    char *name;
    char *text; /* the whole declaration, as given */
    hfi_ctype result;
    hfi_ctype result_target;
    const hfi_layout *result_layout; /* of an aggregate result, or of a pointer's known target */
    /* Where layouts and signatures live; a reference of its own.  NULL where there are none, and
       in a signature that itself lives in a scope. */
    hfi_scope *scope;
    hfi_convention convention;
    bool is_variadic; /* `...` behind the last parameter */
    char *symbol;     /* role symbol("name"): exported under another name; NULL */
    uint16_t ordinal; /* role ordinal(n): exported by number; 0: none */
    uint8_t param_count;
    uint8_t caller_count; /* parameters that the caller supplies, in order */
    hfi_param *param;
    hfi_expr fail;      /* absent: the call never fails */
    hfi_expr grow;      /* for all buffers, looked at when the call failed */
    hfi_expr grow_ok;   /* for all buffers, when it succeeded */
    hfi_expr transient; /* looked at when it failed: again with the same room */
    bool is_once;       /* what did not fit is lost: never called a second time */
    hfi_expr append;    /* a stream: while it holds there is more to come */
    uint8_t append_to;  /* index of the buffer that the pieces come in */
    hfi_error_source
        error;           /* with NTSTATUS and HRESULT `fail` is result < 0 where none is written */
    uint8_t error_param; /* error(name): the parameter that has the code */
    bool clears_error;   /* error(source, clear): set to 0 before each call */
    hfi_expr error_when; /* error(source, when expr): `error` also means something on success */
    int64_t safe;        /* role safe(n): what a callback gives that cannot run; 0 */
    bool is_leaf;
    uint32_t leaf_budget_us; /* leaf(n): most microseconds it may take; 0: not said */
    bool no_callback;
    bool no_retain;
    uint8_t inside_count;
    hfi_inside inside[HFI_INSIDE_MAX];
} hfi_prototype;

/** Where a text stopped making sense. */
typedef struct hfi_prototype_error {
    uint32_t position; /* bytes from the start */
    char found[48];
    char expected[160];
} hfi_prototype_error;

/** A list of types that the binder knows, beside the built-in ones. */
typedef struct hfi_ctype_list {
    const hfi_ctype_info *info;
    size_t count;
    hfi_scope *scope; /* types declared elsewhere: a binding's; may be NULL */
} hfi_ctype_list;

/**
 * Parses.  HF_E_PROTOTYPE with `*error_out` filled; HF_E_NOMEM.  On failure nothing is left
 * allocated. Contradictions (a role that names no buffer, `error` or `grow` without `fail`, two
 * capacities for one buffer, growth without a capacity, a non-const pointer that states no
 * direction, a reserved word as a name …) are refused here with the position of the role.
 */
HF_MUST_CHECK hf_status hfi_prototype_parse(const char *text, const hfi_ctype_list *known,
                                            hfi_prototype *prototype_out,
                                            hfi_prototype_error *error_out);

/** What the system's error slots held right after a call. */
typedef struct hfi_error_slots {
    int32_t errno_value;
    uint32_t last_error;
    uint32_t wsa_error;
} hfi_error_slots;

/**
 * What `error` is in an expression.  NTSTATUS and HRESULT give the result's low 32 bits as an
 * unsigned number, so that constants are written as in the headers (0xC0000004) while `result`
 * stays sign-extended; HFI_ERROR_RESULT gives the result as it is.  That of HFI_ERROR_PARAM is
 * among the parameters' values.
 */
int64_t hfi_error_value(hfi_error_source source, int64_t result, const hfi_error_slots *slots);

/** True when the caller supplies an argument for this parameter. */
bool hfi_param_is_callers(const hfi_param *param);

/**
 * Parses the declaration of a callback.  As hfi_prototype_parse(), but a pointer without a
 * direction is raw, the role safe(n) is understood, and `...` is not.
 */
HF_MUST_CHECK hf_status hfi_signature_parse(const char *text, const hfi_ctype_list *known,
                                            hfi_prototype *prototype_out,
                                            hfi_prototype_error *error_out);

/** A header: the types, constants and prototypes of a text. */
typedef struct hfi_fragment {
    hfi_scope *scope;
    hfi_prototype *prototype;
    size_t count;
} hfi_fragment;

/**
 * Parses a whole header.  HF_E_PROTOTYPE, HF_E_LAYOUT (an assertion about a type does not hold)
 * with
 * `*error_out` filled; HF_E_NOMEM.  On failure nothing is left allocated.
 */
HF_MUST_CHECK hf_status hfi_fragment_parse(const char *text, const hfi_ctype_list *known,
                                           hfi_fragment *fragment_out,
                                           hfi_prototype_error *error_out);
void hfi_fragment_finish(hfi_fragment *fragment);

/** Value of a constant: of an enum or a #define; false when the scope has none of that name. */
bool hfi_scope_constant(const hfi_scope *scope, const char *name, int64_t *value_out);

/** True if a function of one signature can be called by the other: same types, convention and
 * variability; names and roles do not count. */
bool hfi_prototype_same_signature(const hfi_prototype *a, const hfi_prototype *b);

/** Gives everything inside back; a zeroed prototype is fine. */
void hfi_prototype_finish(hfi_prototype *prototype);

#endif
